//! Spanning tree.

use super::{F, Layer, shown};

pub(super) fn info(layer: &Layer) -> String {
    let kind = match layer.number(F::StpType) {
        Some(0x00) => "Conf.",
        Some(0x02) => "RST.",
        Some(0x80) => return "Topology Change Notification".to_owned(),
        Some(other) => return format!("Unknown BPDU type ({other})"),
        None => return "Spanning tree".to_owned(),
    };
    let change = if layer.number(F::StpTc) == Some(1) { "TC + " } else { "" };
    let [priority, extension, mac, cost, port] =
        [F::StpRootPriority, F::StpRootExtension, F::StpRootMac, F::StpRootCost, F::StpPort]
            .map(|name| shown(layer, name));
    format!("{kind} {change}Root = {priority}/{extension}/{mac} Cost = {cost} Port = {port}")
}
