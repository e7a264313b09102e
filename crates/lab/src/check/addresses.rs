//! Addresses: doubled, reserved, missing, or strange among their neighbours.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::segments::{Place, Segments};
use crate::diagnostic::{Code, Diagnostic};
use crate::lab::{Interface, Lab, Stand};
use crate::span::Span;

/// IP and MAC addresses that two interfaces have.
pub(super) fn duplicates(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    let mut addresses: BTreeMap<IpAddr, (Span, String, Option<usize>)> = BTreeMap::new();
    let mut macs = BTreeMap::new();
    let translated = translated(lab, segments);
    for (index, node, station) in lab.stations() {
        for (number, interface) in station.ip_interfaces() {
            let here = segments.segment_of((index, number));
            for address in &interface.addresses {
                let Some((first, owner, there)) = addresses.get(&address.addr()) else {
                    addresses.insert(address.addr(), (address.span, node.name.to_string(), here));
                    continue;
                };
                let ip = address.addr();
                // Every home has its 192.168.1.1, and nobody outside ever sees it.
                let apart = [here, *there].iter().flatten().all(|one| translated.contains(one));
                if apart && here.is_some() && there.is_some() && here != *there {
                    continue;
                }
                out.push(
                    Diagnostic::new(
                        Code::DuplicateAddress,
                        format!("`{ip}` is the address of `{owner}` and of `{}`", node.name),
                        address.span,
                        format!("`{}` has it too", node.name),
                    )
                    .and(*first, format!("`{owner}` has it"))
                    .help(if ip.is_ipv4() {
                        "who asks for it by ARP gets two answers, and packets go now here, now there: give one of them another address"
                    } else {
                        "the one that starts later finds out and does not use it (duplicate address detection), if they hear each other: give one of them another address"
                    }),
                );
            }
            // A part of an interface has its address, as in Linux: they are never in one VLAN.
            if let Stand::Interface { parent, .. } = interface.stand
                && station.interfaces[parent].mac.value == interface.mac.value
            {
                continue;
            }
            let place = if interface.mac.span.is_empty() {
                interface.name.span
            } else {
                interface.mac.span
            };
            let Some((first, owner)) = macs.get(&interface.mac.value) else {
                macs.insert(interface.mac.value, (place, node.name.to_string()));
                continue;
            };
            out.push(
                Diagnostic::new(
                    Code::DuplicateMac,
                    format!("`{}` is the MAC address of `{owner}` and of `{}`", interface.mac, node.name),
                    place,
                    format!("`{}` has it too", node.name),
                )
                .and(*first, format!("`{owner}` has it"))
                .help("a switch between them moves the address from port to port with each frame: give one of them another, or none to have it derived"),
            );
        }
    }
}

/// The segments on the inside of an address translation.
fn translated(lab: &Lab, segments: &Segments) -> BTreeSet<usize> {
    let mut inside = BTreeSet::new();
    for (index, _, station) in lab.stations() {
        let Some(nat) = &station.nat else { continue };
        let interfaces = station.ip_interfaces();
        let own = interfaces.filter(|(_, own)| own.name.value != nat.outside.value);
        inside.extend(own.filter_map(|(number, _)| segments.segment_of((index, number))));
    }
    inside
}

/// Addresses that mean the network itself or everybody in it.
pub(super) fn reserved(lab: &Lab, out: &mut Vec<Diagnostic>) {
    for (_, node, station) in lab.stations() {
        for address in station.addresses() {
            // /31 and /32 have no such addresses (RFC 3021).
            let IpNet::V4(net) = address.value else { continue };
            if net.prefix_len() > 30 {
                continue;
            }
            let (what, role) = if net.addr() == net.network() {
                ("network", "its first address stands for the network itself")
            } else if net.addr() == net.broadcast() {
                ("broadcast", "its last address stands for everybody in it")
            } else {
                continue;
            };
            let mut hosts = net.hosts();
            let (first, last) = (hosts.next(), hosts.next_back());
            let help = match (first, last) {
                (Some(first), Some(last)) => {
                    format!("the addresses for hosts are {first} to {last}")
                }
                _ => "take another address of the network".to_owned(),
            };
            out.push(
                Diagnostic::new(
                    Code::ReservedAddress,
                    format!(
                        "`{}` is the {what} address of {}, not one for `{}`",
                        net.addr(),
                        net.trunc(),
                        node.name
                    ),
                    address.span,
                    role,
                )
                .help(help),
            );
        }
    }
}

/// An address on a segment.
struct Member<'a> {
    place: Place,
    node: &'a str,
    router: bool,
    net: IpNet,
    span: Span,
}

/// Neighbours on one segment that do not agree on which network they are in.
pub(super) fn neighbours(
    lab: &Lab,
    segments: &Segments,
    misplaced: &BTreeSet<Place>,
    out: &mut Vec<Diagnostic>,
) {
    for segment in 0..segments.members.len() {
        for v6 in [false, true] {
            neighbours_on(lab, segments, misplaced, (segment, v6), out);
        }
    }
}

/// Those of one family.
fn neighbours_on(
    lab: &Lab,
    segments: &Segments,
    misplaced: &BTreeSet<Place>,
    (segment, v6): (usize, bool),
    out: &mut Vec<Diagnostic>,
) {
    let mut members = Vec::new();
    let stations = segments.stations_on(lab, segment);
    for (place, node, interface) in stations.filter(|(place, ..)| !misplaced.contains(place)) {
        for address in &interface.addresses {
            let net = address.value;
            // Each interface has one in the network of link-local addresses.
            let near = matches!(net, IpNet::V6(net) if net.addr().is_unicast_link_local());
            if net.addr().is_ipv6() == v6 && !near {
                let (router, span) = (node.kind.forwards_packets(), address.span);
                members.push(Member { place, node: node.name.as_str(), router, net, span });
            }
        }
    }
    // By network, the wider before the narrower, so that networks inside it follow each one.
    let mut groups: BTreeMap<IpNet, Vec<&Member<'_>>> = BTreeMap::new();
    for member in &members {
        groups.entry(member.net.trunc()).or_default().push(member);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(net, _)| (net.network(), net.prefix_len()));
    let mut around: Vec<usize> = Vec::new();
    let mut nested = vec![false; groups.len()];
    for (index, (net, _)) in groups.iter().enumerate() {
        while around.last().is_some_and(|outer| !groups[*outer].0.contains(net)) {
            around.pop();
        }
        if let Some(outer) = around.last() {
            nested[*outer] = true;
            nested[index] = true;
            different_masks(&groups[*outer], &groups[index], out);
        }
        around.push(index);
    }
    strangers(&groups, &nested, out);
}

fn different_masks(
    wide: &(IpNet, Vec<&Member<'_>>),
    narrow: &(IpNet, Vec<&Member<'_>>),
    out: &mut Vec<Diagnostic>,
) {
    // The fewer are taken to be wrong; of as many, those without a router; else the wider.
    let weight = |(_, members): &(IpNet, Vec<&Member<'_>>)| {
        (members.len(), members.iter().any(|member| member.router))
    };
    let (odd, usual) = if weight(narrow) < weight(wide) { (narrow, wide) } else { (wide, narrow) };
    let Some(example) = usual.1.first() else { return };
    for member in &odd.1 {
        let length = usual.0.prefix_len();
        let consequence = if member.net.prefix_len() < length {
            format!(
                "takes all of {} for neighbours and asks for them by {}, in vain: packets for \
                 other networks in it never go to the gateway",
                odd.0,
                if odd.0.addr().is_ipv4() { "ARP" } else { "neighbour discovery" }
            )
        } else {
            format!(
                "takes neighbours outside {} for strangers and sends to them by the gateway, if \
                 it has one",
                odd.0
            )
        };
        out.push(
            Diagnostic::new(
                Code::DifferentMasks,
                format!(
                    "`{}` and `{}` are neighbours with different masks",
                    member.node, example.node
                ),
                member.span,
                format!("/{} here", member.net.prefix_len()),
            )
            .and(example.span, format!("/{length} here"))
            .help(format!(
                "`{}` {consequence}. Write `{}/{length}`",
                member.node,
                member.net.addr()
            )),
        );
    }
}

/// Interfaces with nobody of their own network on the segment.
fn strangers(groups: &[(IpNet, Vec<&Member<'_>>)], nested: &[bool], out: &mut Vec<Diagnostic>) {
    let company = |index: usize| {
        let (_, members) = &groups[index];
        let first = members.first().map(|member| member.place);
        nested[index] || members.iter().any(|member| Some(member.place) != first)
    };
    // An interface with another address that has company is no stranger.
    let known: BTreeSet<Place> = (0..groups.len())
        .filter(|index| company(*index))
        .flat_map(|index| groups[index].1.iter().map(|member| member.place))
        .collect();
    let mut lonely: Vec<&Member<'_>> = (0..groups.len())
        .filter(|index| !company(*index))
        .filter_map(|index| groups[index].1.first().copied())
        .filter(|member| !known.contains(&member.place))
        .collect();
    lonely.sort_by_key(|member| member.span);
    let largest = groups.iter().max_by_key(|(_, members)| members.len());
    let example = match largest {
        Some((_, members)) if !known.is_empty() => members.first().copied(),
        // All are strangers to each other: the first sets the tone.
        _ if lonely.len() > 1 => Some(lonely.remove(0)),
        _ => None,
    };
    let Some(example) = example else { return };
    for member in lonely {
        if member.place == example.place {
            continue;
        }
        out.push(
            Diagnostic::new(
                Code::StrangerOnSegment,
                format!("`{}` is alone in {} on its segment", member.node, member.net.trunc()),
                member.span,
                "no neighbour is in this network",
            )
            .and(example.span, format!("`{}` is in {}", example.node, example.net.trunc()))
            .help(format!(
                "neighbours talk to each other directly only within one network: take an address \
                 of {}, or put a router between",
                example.net.trunc()
            )),
        );
    }
}

/// Cabled interfaces of hosts and routers without an address.
pub(super) fn missing(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for (index, node, station) in lab.stations() {
        for (number, interface) in station.ip_interfaces() {
            let is_part = |other: &Interface| match other.stand {
                Stand::Interface { parent, .. } => parent == number,
                _ => false,
            };
            // The cable is for its parts.
            if station.interfaces.iter().any(is_part) {
                continue;
            }
            if !interface.addresses.is_empty()
                || interface.ipv6.slaac.is_some()
                || interface.dhcp.client.is_some()
                || segments.segment_of((index, number)).is_none()
            {
                continue;
            }
            let example = segments
                .segment_of((index, number))
                .and_then(|segment| {
                    segments
                        .stations_on(lab, segment)
                        .find_map(|(_, _, other)| other.addresses.first())
                })
                .map_or(String::new(), |address| format!("; its segment is {}", address.trunc()));
            out.push(
                Diagnostic::new(
                    Code::NoAddress,
                    format!("`{}:{}` has a cable and no address", node.name, interface.name),
                    interface.name.span,
                    "cannot send or receive IP packets here",
                )
                .help(format!("give it an `address`{example}")),
            );
        }
    }
}

/// Names for addresses that nobody has.
pub(super) fn hosts_entries(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for (_, node, station) in lab.stations() {
        for entry in &station.hosts {
            let address = entry.address.value;
            if address.is_loopback() || segments.owner_anywhere(address).is_some() {
                continue;
            }
            let meant = lab
                .find(entry.name.as_str())
                .and_then(|index| Some((lab.node(index), lab.address_of(index)?)));
            let help = match meant {
                Some((named, address)) => format!("the node `{}` has `{address}`", named.name),
                None => "write the address of a node of this lab".to_owned(),
            };
            out.push(
                Diagnostic::new(
                    Code::HostsEntryUnowned,
                    format!(
                        "`{}` calls `{address}` by the name `{}`, but nobody has it",
                        node.name, entry.name
                    ),
                    entry.address.span,
                    "no interface has this address",
                )
                .help(help),
            );
        }
    }
}
