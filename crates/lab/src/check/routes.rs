//! Routes: rows that never match, next hops that nobody is at, and packets sent round in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

use super::segments::Segments;
use crate::diagnostic::{Code, Diagnostic};
use crate::lab::{Lab, NodeIndex, Route, Station};
use crate::span::Span;

/// Above this many steps the search for circles is left out: it is for labs that people read.
const MOST_STEPS: usize = 2_000_000;

/// Addresses for documentation (RFC 5737, RFC 3849), for rows that lead everywhere.
const NOWHERE: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0xffff, 0, 0, 0, 1)),
];

/// Networks of one station's interfaces that overlap.
pub(super) fn overlaps(lab: &Lab, out: &mut Vec<Diagnostic>) {
    for (_, node, station) in lab.stations() {
        let mut nets: Vec<(IpNet, usize, Span)> = Vec::new();
        for (number, interface) in station.interfaces.iter().enumerate() {
            let trunc =
                |address: &crate::span::Spanned<IpNet>| (address.trunc(), number, address.span);
            nets.extend(interface.addresses.iter().map(trunc));
        }
        // The wider first, so that what is inside a network follows it.
        nets.sort_by_key(|(net, number, _)| (net.network(), net.prefix_len(), *number));
        let mut around: Vec<&(IpNet, usize, Span)> = Vec::new();
        for net in &nets {
            while around.last().is_some_and(|outer| !outer.0.contains(&net.0)) {
                around.pop();
            }
            let enclosing = around.last().copied();
            around.push(net);
            let (Some((outer, first, place)), (inner, second, other)) = (enclosing, net) else {
                continue;
            };
            if first == second {
                continue;
            }
            let name = |number: &usize| &station.interfaces[*number].name;
            let relation = if outer == inner {
                format!("{outer} is at both")
            } else {
                format!("{inner} is part of {outer}")
            };
            let (one, two) = (name(first), name(second));
            let mut places = [(*place, outer, one), (*other, inner, two)];
            places.sort_by_key(|(span, _, _)| *span);
            let [(early, early_net, early_name), (late, late_net, late_name)] = places;
            out.push(
                Diagnostic::new(
                    Code::OverlappingSubnets,
                    format!("`{}` has overlapping networks at `{early_name}` and `{late_name}`: {relation}", node.name),
                    late,
                    format!("{late_net} at `{late_name}`"),
                )
                .and(early, format!("{early_net} at `{early_name}`"))
                .help("each segment needs a network of its own: an address in both is looked for on one side only"),
            );
        }
    }
}

/// A row of a station's route table and where it was written.
#[derive(Clone)]
struct Row {
    to: IpNet,
    via: IpAddr,
    span: Span,
}

/// The static rows, the gateways as the first of them.
fn static_rows(station: &Station) -> Vec<Row> {
    let default = |via: IpAddr| match via {
        IpAddr::V4(_) => IpNet::V4(Ipv4Net::default()),
        IpAddr::V6(_) => IpNet::V6(ipnet::Ipv6Net::default()),
    };
    let gateways = station.gateway.iter().chain(&station.gateway6);
    let gateways = gateways.map(|gateway| Row {
        to: default(gateway.value),
        via: gateway.value,
        span: gateway.span,
    });
    let row = |route: &Route| Row { to: route.to.value, via: route.via.value, span: route.to.span };
    gateways.chain(station.routes.iter().map(row)).collect()
}

/// Routes that other rows of the same table leave nothing for.
pub(super) fn never_match(lab: &Lab, out: &mut Vec<Diagnostic>) {
    for (_, node, station) in lab.stations() {
        let rows = static_rows(station);
        let mut seen: BTreeMap<IpNet, Span> = BTreeMap::new();
        let connected: BTreeMap<IpNet, Span> =
            station.addresses().map(|address| (address.trunc(), address.span)).collect();
        let all: BTreeSet<IpNet> =
            rows.iter().map(|row| row.to).chain(connected.keys().copied()).collect();
        for row in &rows {
            let diagnostic = |label: String| {
                Diagnostic::new(
                    Code::RouteNeverMatches,
                    format!("the route of `{}` to {} never matches", node.name, row.to),
                    row.span,
                    label,
                )
            };
            if let Some(first) = seen.get(&row.to) {
                out.push(
                    diagnostic("the same network again".to_owned())
                        .and(*first, "this row comes first")
                        .help("keep one of them: of two rows of one length the first is taken"),
                );
                continue;
            }
            seen.insert(row.to, row.span);
            if let Some(own) = connected.get(&row.to) {
                out.push(
                    diagnostic("this network is connected directly".to_owned())
                        .and(*own, format!("`{}` is in it itself", node.name))
                        .help("take the route out: to its own network a node sends directly"),
                );
                continue;
            }
            // Longest prefix first: rows inside this one may leave nothing of it.
            let inside: Vec<IpNet> = all
                .range(row.to..)
                .take_while(|net| row.to.contains(&net.network()))
                .filter(|net| **net != row.to && row.to.contains(*net))
                .copied()
                .collect();
            if inside.len() > 1 && IpNet::aggregate(&inside) == [row.to] {
                let rows: Vec<_> = inside.iter().map(ToString::to_string).collect();
                out.push(
                    diagnostic("longer prefixes cover all of it".to_owned())
                        .help(format!("{} are looked at first", rows.join(" and "))),
                );
            }
        }
    }
}

/// Routes whose next hop is nowhere near.
pub(super) fn next_hops(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for (index, node, station) in lab.stations() {
        for route in &station.routes {
            let via = route.via.value;
            let diagnostic = |message: String, label: &str, help: &str| {
                Diagnostic::new(Code::NextHopUnreachable, message, route.via.span, label).help(help)
            };
            let name = &node.name;
            if station.addresses().any(|own| own.addr() == via) {
                out.push(diagnostic(
                    format!("a route of `{name}` to {} leads to `{name}` itself", route.to),
                    "its own address",
                    "`via` is the address of the next router, on this side of it",
                ));
                continue;
            }
            let interface = station.interfaces.iter().position(|own| {
                let meant = route.interface.as_ref().is_none_or(|name| own.name == *name);
                meant && own.is_near(via)
            });
            let Some(interface) = interface else {
                out.push(diagnostic(
                    format!("the next hop `{via}` of `{name}` is in none of its networks"),
                    "cannot be reached without another router",
                    "`via` is the address of a router on one of its own segments",
                ));
                continue;
            };
            let Some(segment) = segments.segment_of((index, interface)) else { continue };
            match segments.owner_on(segment, via) {
                Some(owner) if lab.node(owner).kind.forwards_packets() => {}
                Some(owner) => out.push(diagnostic(
                    format!(
                        "the next hop `{via}` of `{name}` is `{}`, which is a host",
                        lab.node(owner).name
                    ),
                    "a host forwards nothing",
                    "`via` is the address of a router",
                )),
                None => out.push(diagnostic(
                    format!("nobody on the segment has the next hop `{via}` of `{name}`"),
                    "nobody answers for it",
                    "`via` is the address of a router on one of its own segments",
                )),
            }
        }
    }
}

/// What a router does with a packet.
enum Hop {
    /// To this router, by this row.
    Router(NodeIndex, Span),
    /// It stays here, or goes where no router takes it further.
    End,
}

/// Destinations that routers send round in a circle.
pub(super) fn loops(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    let routers: Vec<NodeIndex> = lab
        .stations()
        .filter(|(_, node, _)| node.kind.forwards_packets())
        .map(|(index, _, _)| index)
        .collect();
    let tables: BTreeMap<NodeIndex, Vec<Row>> = routers
        .iter()
        .filter_map(|index| Some((*index, static_rows(lab.node(*index).kind.station()?))))
        .collect();
    let rows: usize = tables.values().map(Vec::len).sum();
    let destinations = destinations(lab, &tables);
    if rows.saturating_mul(destinations.len()).saturating_mul(4) > MOST_STEPS {
        return;
    }
    let mut told: BTreeSet<Vec<NodeIndex>> = BTreeSet::new();
    for destination in destinations {
        let mut done: BTreeSet<NodeIndex> = BTreeSet::new();
        for start in &routers {
            let mut walk: Vec<(NodeIndex, Span)> = Vec::new();
            let mut at = *start;
            while done.insert(at) {
                match hop(lab, segments, &tables, at, destination) {
                    Hop::Router(next, row) => {
                        walk.push((at, row));
                        at = next;
                    }
                    Hop::End => {
                        walk.clear();
                        break;
                    }
                }
            }
            let Some(first) = walk.iter().position(|(node, _)| *node == at) else { continue };
            let circle = &walk[first..];
            let mut key: Vec<_> = circle.iter().map(|(node, _)| *node).collect();
            key.sort();
            if told.insert(key) {
                out.push(routing_loop(lab, circle, destination));
            }
        }
    }
}

fn routing_loop(lab: &Lab, circle: &[(NodeIndex, Span)], destination: IpAddr) -> Diagnostic {
    let mut names: Vec<_> =
        circle.iter().map(|(node, _)| format!("`{}`", lab.node(*node).name)).collect();
    names.extend(names.first().cloned());
    let whom = if NOWHERE.contains(&destination) {
        "a network that nobody is in".to_owned()
    } else {
        destination.to_string()
    };
    let mut places = circle.iter();
    let (node, span) = places.next().map_or((NodeIndex(0), Span::default()), |place| *place);
    let label = |node| format!("`{}` sends it on by this row", lab.node(node).name);
    let mut diagnostic = Diagnostic::new(
        Code::RoutingLoop,
        format!("a packet for {whom} goes round in a circle: {}", names.join(" – ")),
        span,
        label(node),
    );
    for (node, span) in places {
        diagnostic = diagnostic.and(*span, label(*node));
    }
    diagnostic.help(
        "it ends when its time to live is used up, and never arrives: one of these rows must lead \
         another way or go",
    )
}

/// One address in each network that some station is in or some row leads to.
fn destinations(lab: &Lab, tables: &BTreeMap<NodeIndex, Vec<Row>>) -> BTreeSet<IpAddr> {
    let rows = tables.values().flatten().map(|row| row.to);
    let connected = lab
        .stations()
        .flat_map(|(_, _, station)| station.addresses().map(|address| address.trunc()));
    let mut destinations = BTreeSet::new();
    for net in rows.chain(connected) {
        let address = match net.prefix_len() {
            0 => NOWHERE[usize::from(net.addr().is_ipv6())],
            _ => net.hosts().next().unwrap_or(net.addr()),
        };
        destinations.insert(address);
    }
    destinations
}

fn hop(
    lab: &Lab,
    segments: &Segments,
    tables: &BTreeMap<NodeIndex, Vec<Row>>,
    at: NodeIndex,
    destination: IpAddr,
) -> Hop {
    let Some(station) = lab.node(at).kind.station() else { return Hop::End };
    let connected = station
        .addresses()
        .filter(|own| own.contains(&destination))
        .map(|own| own.prefix_len())
        .max();
    let rows = tables.get(&at).into_iter().flatten();
    // Of rows of one length the first is taken, as in the table.
    let mut best: Option<&Row> = None;
    for row in rows.filter(|row| row.to.contains(&destination)) {
        if best.is_none_or(|best| row.to.prefix_len() > best.to.prefix_len()) {
            best = Some(row);
        }
    }
    let Some(row) = best else { return Hop::End };
    if connected.is_some_and(|length| length >= row.to.prefix_len()) {
        return Hop::End;
    }
    for (number, interface) in station.interfaces.iter().enumerate() {
        if !interface.is_near(row.via) {
            continue;
        }
        let owner = segments
            .segment_of((at, number))
            .and_then(|segment| segments.owner_on(segment, row.via));
        return match owner {
            Some(next) if next != at && lab.node(next).kind.forwards_packets() => {
                Hop::Router(next, row.span)
            }
            _ => Hop::End,
        };
    }
    Hop::End
}
