//! Gateways: a host's way out of its segment.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::segments::{Place, Segments};
use crate::diagnostic::{Code, Diagnostic};
use crate::lab::{Lab, Node, NodeIndex, NodeKind, Station};
use crate::names::some_of;
use crate::span::Spanned;

/// Gateways that lead nowhere, and hosts that need one.
pub(super) fn gateways(
    lab: &Lab,
    segments: &Segments,
    misplaced: &BTreeSet<Place>,
    out: &mut Vec<Diagnostic>,
) {
    for (index, node, station) in lab.stations() {
        let misplaced = misplaced.iter().any(|place| place.0 == index);
        if misplaced || !matches!(node.kind, NodeKind::Host(_)) {
            continue;
        }
        for (gateway, v6) in [(station.gateway, false), (station.gateway6, true)] {
            one(lab, segments, (index, node, station), gateway, v6, out);
        }
    }
}

/// That of one family.
fn one(
    lab: &Lab,
    segments: &Segments,
    (index, node, station): (NodeIndex, &Node, &Station),
    gateway: Option<Spanned<IpAddr>>,
    v6: bool,
    out: &mut Vec<Diagnostic>,
) {
    let mut routers = routers_beside(lab, segments, index, station);
    routers.retain(|router| router.is_ipv6() == v6);
    match gateway {
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
            // Routers tell who listens, and a DHCP server may.
            let told = match v6 {
                true => station.interfaces.iter().any(|own| own.ipv6.slaac.is_some()),
                false => station.asks_for_addresses(),
            };
            let key = if v6 { "gateway6" } else { "gateway" };
            let family = if v6 { " for IPv6" } else { "" };
            let routes = station.routes.iter().any(|route| route.via.is_ipv6() == v6);
            if let (Some(router), false) = (routers.first(), told || routes) {
                out.push(
                    Diagnostic::new(
                        Code::NoGateway,
                        format!("`{}` has a router beside it and no gateway{family}", node.name),
                        node.name.span,
                        "cannot send to other networks",
                    )
                    .help(format!("add `{key}: {router}`")),
                );
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
    station.interfaces.iter().find(|interface| {
        interface.has_ipv6() || interface.addresses.iter().any(|own| own.addr().is_ipv4())
    })?;
    if station.all_addresses().any(|own| own == gateway.value) {
        return Some((
            Code::GatewayUnowned,
            format!("the gateway of `{}` is its own address", node.name),
            "a host cannot be its own way out",
            None,
        ));
    }
    let interface = station.interfaces.iter().position(|i| i.is_near(gateway.value));
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
