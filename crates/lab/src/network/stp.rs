//! The part of a switch in the spanning tree, with what follows from the cables, and how it listens in
//! on groups.

use lanternet_core::{MacAddr, PortId};
use lanternet_net::l2::snooping::SnoopingConfig;
use lanternet_net::l2::stp::{StpConfig, StpPortConfig, path_cost};

use crate::lab::{End, Lab, NodeIndex, NodeKind, Stand, Stp};

/// The spanning tree of a node's switch, if it takes part in one.
pub(super) fn config(lab: &Lab, node: NodeIndex) -> Option<StpConfig> {
    let entry = lab.node(node);
    let stp = entry.kind.switch()?.stp.as_ref()?;
    let name = entry.name.as_str();
    let ends = lab.links.iter().flat_map(|link| {
        let [a, b] = link.ends;
        [(a, b, &link.forward), (b, a, &link.backward)]
    });
    let own = ends.filter(|(end, ..)| end.node == node && is_switch_port(&entry.kind, *end));
    let mut ports: Vec<_> = own
        .filter_map(|(end, other, settings)| {
            let number = entry.kind.port_number(end.interface)?;
            let said = stp.ports.iter().find(|port| port.port.value == number);
            let port = PortId(end.interface as u16);
            // Each port has an address of its own (802.1D-2004 section 7.12.4).
            let address = MacAddr::derive(lab.seed, name, &number.to_string());
            let kind = &lab.node(other.node).kind;
            let default = StpPortConfig::new(port, address);
            let priority = said.and_then(|said| said.priority);
            Some(StpPortConfig {
                cost: said.and_then(|said| said.cost).unwrap_or(path_cost(settings.rate)),
                priority: priority.unwrap_or(default.priority),
                edge: said.and_then(|said| said.edge).unwrap_or(!is_switched(kind, other)),
                // Who says that it is no edge port does not want it to become one by itself.
                auto_edge: said.and_then(|said| said.edge) != Some(false),
                // On a hub nobody can agree for all.
                point_to_point: !matches!(kind, NodeKind::Hub { .. }),
                ..default
            })
        })
        .collect();
    ports.sort_unstable_by_key(|port| port.port);
    let Stp { priority, hello, max_age, forward_delay, hold_count, rapid, ports: _ } = *stp;
    Some(StpConfig {
        priority,
        hello,
        max_age,
        forward_delay,
        hold_count,
        rapid,
        ports,
        ..StpConfig::new(MacAddr::derive(lab.seed, name, "bridge"))
    })
}

/// How a node's switch listens in on groups, if it does.
pub(super) fn snooping(lab: &Lab, node: NodeIndex) -> Option<SnoopingConfig> {
    let entry = lab.node(node);
    let snooping = entry.kind.switch()?.snooping?;
    let address = MacAddr::derive(lab.seed, entry.name.as_str(), "bridge");
    Some(SnoopingConfig { querier: snooping.querier, address })
}

/// Whether the end of a link is a port of the node's switch.
fn is_switch_port(kind: &NodeKind, end: End) -> bool {
    let station = kind.station();
    let own = station.and_then(|station| station.interfaces.get(end.interface));
    own.is_none_or(|own| own.stand == Stand::SwitchPort)
}

/// Whether frames that arrive at this end go on to other ports.
fn is_switched(kind: &NodeKind, end: End) -> bool {
    (kind.station().is_none() || kind.switch().is_some()) && is_switch_port(kind, end)
}
