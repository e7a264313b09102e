//! Gateways: a host's way out of its segment.

use std::net::IpAddr;

use super::segments::Segments;
use crate::diagnostic::{Code, Diagnostic};
use crate::lab::{Lab, Node, NodeIndex, NodeKind, Station};
use crate::names::some_of;
use crate::span::Spanned;

/// Gateways that lead nowhere, and hosts that need one.
pub(super) fn gateways(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for (index, node, station) in lab.stations() {
        if !matches!(node.kind, NodeKind::Host(_)) {
            continue;
        }
        let routers = routers_beside(lab, segments, index, station);
        match station.gateway {
            Some(gateway) => {
                let found = gateway_mistake(lab, segments, (index, node), station, gateway);
                if let Some((code, message, label, help)) = found {
                    let help = match (help, routers.is_empty()) {
                        (Some(help), _) => help,
                        (None, true) => "no router is on this segment".to_owned(),
                        (None, false) => {
                            let routers: Vec<_> = routers.iter().map(ToString::to_string).collect();
                            format!(
                                "routers on this segment: {}",
                                some_of(routers.iter().map(String::as_str))
                            )
                        }
                    };
                    out.push(Diagnostic::new(code, message, gateway.span, label).help(help));
                }
            }
            None => {
                // A DHCP server may tell it.
                let told = !station.routes.is_empty() || station.asks_for_addresses();
                if let (Some(router), false) = (routers.first(), told) {
                    out.push(
                        Diagnostic::new(
                            Code::NoGateway,
                            format!("`{}` has a router beside it and no gateway", node.name),
                            node.name.span,
                            "cannot send to other networks",
                        )
                        .help(format!("add `gateway: {router}`")),
                    );
                }
            }
        }
    }
}

/// The addresses of routers on this host's segments and in its networks.
fn routers_beside(
    lab: &Lab,
    segments: &Segments,
    index: NodeIndex,
    station: &Station,
) -> Vec<IpAddr> {
    let mut routers = Vec::new();
    for (number, interface) in station.interfaces.iter().enumerate() {
        let Some(segment) = segments.segment_of((index, number)) else { continue };
        // A large segment is not searched once for each of its hosts.
        for place in segments.routers_on(segment) {
            let addresses =
                lab.node(place.0).kind.station().map(|s| &s.interfaces[place.1].addresses);
            for address in addresses.into_iter().flatten() {
                if interface.addresses.iter().any(|own| own.contains(&address.addr())) {
                    routers.push(address.addr());
                }
            }
        }
    }
    routers
}

type Mistake = (Code, String, &'static str, Option<String>);

fn gateway_mistake(
    lab: &Lab,
    segments: &Segments,
    (index, node): (NodeIndex, &Node),
    station: &Station,
    gateway: Spanned<IpAddr>,
) -> Option<Mistake> {
    // A host without an address was remarked on already.
    station.addresses().next()?;
    if station.addresses().any(|own| own.addr() == gateway.value) {
        return Some((
            Code::GatewayUnowned,
            format!("the gateway of `{}` is its own address", node.name),
            "a host cannot be its own way out",
            None,
        ));
    }
    let interface = station
        .interfaces
        .iter()
        .position(|i| i.addresses.iter().any(|own| own.contains(&gateway.value)));
    let Some(interface) = interface else {
        let nets: Vec<_> = station.addresses().map(|own| own.trunc().to_string()).collect();
        return Some((
            Code::GatewayOffSegment,
            format!(
                "the gateway `{gateway}` of `{}` is not in its network {}",
                node.name,
                some_of(nets.iter().map(String::as_str))
            ),
            "a host reaches its gateway without a gateway, or not at all",
            None,
        ));
    };
    let segment = segments.segment_of((index, interface))?;
    let unowned = |message: String, label, help| Some((Code::GatewayUnowned, message, label, help));
    match segments.owner_on(segment, gateway.value) {
        Some(owner) if lab.node(owner).kind.forwards_packets() => None,
        Some(owner) => unowned(
            format!(
                "the gateway of `{}` is `{}`, which is a host",
                node.name,
                lab.node(owner).name
            ),
            "a host forwards nothing",
            None,
        ),
        None => match segments.owner_anywhere(gateway.value) {
            Some(owner) => unowned(
                format!(
                    "the gateway `{gateway}` of `{}` is on another segment, at `{}`",
                    node.name,
                    lab.node(owner).name
                ),
                "nobody here answers for it",
                None,
            ),
            None => unowned(
                format!("nobody has the gateway address `{gateway}` of `{}`", node.name),
                "nobody answers for it",
                None,
            ),
        },
    }
}
