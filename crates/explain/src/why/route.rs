//! No row, the wrong row, a circle of rows: which row would be right?

use std::net::IpAddr;

use lanternet_core::{IpNet, NodeId, TraceEvent};

use super::diagnose::Case;
use super::diagnosis::{Diagnosis, Direction, Router, Row};
use super::journey::Step;
use super::network::Owner;

/// No row of a node's routing table matches.
pub(super) fn no_route(case: &Case<'_, '_>, node: NodeId, destination: IpAddr) -> Diagnosis {
    let network = case.network;
    let Some(own) = network.addresses_like(node, destination).next() else {
        return match network.addresses(node).next() {
            Some(_) => Diagnosis::OtherFamily { destination },
            None => Diagnosis::SenderWithoutAddress,
        };
    };
    if let Some(diagnosis) = own_cable(case, node, destination) {
        return diagnosis;
    }
    let right = network.way(node, destination).map(|(via, to)| Row { to, via });
    let known = !network.owners(destination).is_empty();
    let station = network.station(node);
    let alike = |row: &lanternet_lab::Route| row.via.is_ipv4() == destination.is_ipv4();
    let has_rows = station.is_some_and(|station| station.routes.iter().any(alike));
    if network.is_router(node) || has_rows {
        return Diagnosis::NoRoute { destination, right, known };
    }
    if let Some(diagnosis) = same_segment(case, node, destination) {
        return diagnosis;
    }
    let right = right.map(|row| row.via).and_then(|via| {
        let owner = network.owners(via).into_iter().next()?;
        Some(Router { node: owner.at.node, address: via })
    });
    let near = || {
        let mut own = network.addresses_like(node, destination);
        let near = own.find_map(|own| network.router_near(own))?;
        Some(Router { node: near.at.node, address: near.net.addr() })
    };
    let right = right.or_else(near);
    match station.and_then(|station| station.gateway_towards(destination)) {
        Some(gateway) => Diagnosis::GatewayOffSegment { gateway, own: own.net, right },
        None => Diagnosis::NoGateway { destination, right },
    }
}

/// Rows of an interface count only while its cable is plugged in: is there one that would match?
fn own_cable(case: &Case<'_, '_>, node: NodeId, destination: IpAddr) -> Option<Diagnosis> {
    let network = case.network;
    let station = network.station(node)?;
    let rows = station.routes.iter().filter(|row| row.to.contains(&destination));
    let next_hops: Vec<IpAddr> = rows
        .map(|row| row.via.value)
        .chain(station.gateway_towards(destination))
        .chain([destination])
        .collect();
    network.addresses(node).find_map(|own| {
        next_hops.iter().find(|next| own.net.contains(*next))?;
        match network.link_at(own.at) {
            Some(link) => case.is_down(link).then_some(Diagnosis::CableDown { link }),
            None => Some(Diagnosis::NoCable { at: own.at }),
        }
    })
}

/// The destination hangs on the same segment, and the addresses do not say so.
fn same_segment(case: &Case<'_, '_>, node: NodeId, destination: IpAddr) -> Option<Diagnosis> {
    let network = case.network;
    let (own, other) = network.addresses_like(node, destination).find_map(|own| {
        let owners = network.owners(destination);
        let near = owners.into_iter().find(|owner| network.share_segment(own.at, owner.at))?;
        Some((own, near))
    })?;
    if let Some(like) = network.mask_of_others(own)
        && like.net.contains(&destination)
        && let Some(right) = with_prefix(own.net, like.net.prefix_len())
    {
        let (own, like) = (own.net, like.at.node);
        return Some(Diagnosis::MaskTooNarrow { own, destination, right, like });
    }
    let (odd, network_of_most) = odd_one(case, own, other);
    let right = network.free_address(odd.net.addr(), network_of_most);
    Some(Diagnosis::OtherNetwork {
        own: own.net,
        other: other.at.node,
        others: other.net,
        odd: odd.at.node,
        right,
    })
}

/// Which of two stations on a segment is in a network of its own, and the network of the others; the
/// second of the two where that does not decide.
fn odd_one(case: &Case<'_, '_>, a: Owner, b: Owner) -> (Owner, IpNet) {
    let others = case.network.segment(a.at);
    let others = others.iter().filter(|at| **at != b.at);
    let nets: Vec<IpNet> = others
        .flat_map(|at| {
            let like = case.network.addresses_like(at.node, a.net.addr());
            like.filter(move |owner| owner.at == *at)
        })
        .map(|owner| owner.net.trunc())
        .collect();
    let with = |owner: Owner| nets.iter().filter(|net| **net == owner.net.trunc()).count();
    if with(b) > with(a) { (a, b.net.trunc()) } else { (b, a.net.trunc()) }
}

/// The same address with another mask.
pub(super) fn with_prefix(net: IpNet, prefix: u8) -> Option<IpNet> {
    IpNet::new(net.addr(), prefix).ok()
}

/// A host got a packet for somebody else: it was taken for a router.
pub(super) fn host_as_router<'a>(
    case: &Case<'_, 'a>,
    direction: Direction,
    step: &Step<'a>,
    destination: IpAddr,
) -> Diagnosis {
    let network = case.network;
    let steps = way(case, direction);
    let before = steps.iter().take_while(|other| !std::ptr::eq(**other, step));
    let sender = before.filter(|step| network.station(step.node).is_some()).last();
    let sender = sender.map_or(case.journey.report().from, |step| step.node);
    let right = network.way(sender, destination).and_then(|(address, _)| {
        let owner = network.owners(address).into_iter().next()?;
        Some(Router { node: owner.at.node, address })
    });
    Diagnosis::HostAsRouter { sender, destination, right }
}

/// The TTL ended: in a circle?
pub(super) fn ttl_ended<'a>(
    case: &Case<'_, 'a>,
    direction: Direction,
    step: &Step<'a>,
) -> Diagnosis {
    let network = case.network;
    let report = case.journey.report();
    let destination = match direction {
        Direction::There => report.address,
        Direction::Back => report.address.and_then(|to| {
            network.addresses_like(report.from, to).next().map(|own| own.net.addr())
        }),
    };
    let Some(destination) = destination else { return Diagnosis::Unknown };
    let steps = way(case, direction);
    let before: Vec<NodeId> = steps
        .iter()
        .take_while(|other| !std::ptr::eq(**other, step))
        .map(|step| step.node)
        .filter(|node| network.station(*node).is_some())
        .collect();
    let Some(last) = before.iter().rposition(|node| *node == step.node) else {
        return Diagnosis::TtlEnded { destination };
    };
    let mut routers = before[last..].to_vec();
    // The circle begins with the router that the packet came to first.
    let first = before.iter().find_map(|node| routers.iter().position(|other| other == node));
    routers.rotate_left(first.unwrap_or(0));
    let right = routers.iter().find_map(|router| {
        let (via, to) = network.way(*router, destination)?;
        let chosen = steps.iter().filter(|step| step.node == *router).find_map(|step| {
            step.records.iter().find_map(|record| match &record.event {
                TraceEvent::RouteChosen { route, .. } => Some(route.via),
                _ => None,
            })
        })?;
        (chosen != Some(via)).then_some((*router, Row { to, via }))
    });
    Diagnosis::RoutingLoop { destination, routers, right }
}

fn way<'c, 'a>(case: &Case<'c, 'a>, direction: Direction) -> Vec<&'c Step<'a>> {
    match direction {
        Direction::There => case.trail.there.iter().collect(),
        Direction::Back => case.trail.back.iter().collect(),
    }
}
