//! VLANs: cables whose two ends do not agree, and networks that are spread over several VLANs.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;
use lanternet_core::VlanId;
use lanternet_net::l2::PortVlans;

use super::segments::{Place, Segments, Sets};
use crate::diagnostic::{Code, Diagnostic};
use crate::lab::{End, Lab, Link, NodeIndex, Spot, Stand, Switch};
use crate::span::Span;

/// Cables whose ends have different ideas of what is on them.
pub(super) fn cables(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for link in &lab.links {
        let ports = link.ends.map(|end| lab.port_vlans(end).flatten());
        match ports {
            [Some(a), Some(b)] => switches(lab, segments, link, [&a, &b], out),
            [Some(port), None] => station(lab, link, [0, 1], &port, out),
            [None, Some(port)] => station(lab, link, [1, 0], &port, out),
            [None, None] => {}
        }
    }
}

fn switches(
    lab: &Lab,
    segments: &Segments,
    link: &Link,
    ports: [&PortVlans; 2],
    out: &mut Vec<Diagnostic>,
) {
    use PortVlans::{Access, Trunk};
    let names = link.ends.map(|end| lab.end_name(end));
    let untagged = ports.map(PortVlans::untagged);
    match ports {
        [Access(a), Access(b)] if a != b => {
            let message = format!("this cable joins VLAN {a} and VLAN {b}");
            let [near, far] = link.ends.map(|end| &lab.node(end.node).name);
            let help = format!(
                "frames of VLAN {a} of `{near}` are in VLAN {b} once they are in `{far}`: give both \
                 ports one VLAN, or make both trunks"
            );
            out.push(at(lab, link, Code::VlanMismatch, message).help(help));
        }
        [Access(vlan), Trunk { .. }] | [Trunk { .. }, Access(vlan)] => {
            let access = usize::from(matches!(ports[0], Trunk { .. }));
            let message = format!(
                "`{}` is an access port, and `{}` a trunk",
                names[access],
                names[1 - access]
            );
            let help = match untagged[1 - access] {
                Some(native) if native == *vlan => {
                    format!(
                        "only VLAN {vlan} gets through: make both ends trunks of the same VLANs"
                    )
                }
                Some(native) => format!(
                    "frames of VLAN {vlan} are in VLAN {native} at the other end, and all others are \
                     dropped: make both ends trunks of the same VLANs"
                ),
                None => {
                    "the trunk drops frames without a tag, and the access port those with one: \
                         make both ends trunks of the same VLANs"
                        .to_owned()
                }
            };
            out.push(at(lab, link, Code::VlanMismatch, message).help(help));
        }
        [Trunk { native: Some(a), .. }, Trunk { native: Some(b), .. }] if a != b => {
            let message =
                format!("the native VLAN is {a} at `{}` and {b} at `{}`", names[0], names[1]);
            let help = format!(
                "frames without a tag leave VLAN {a} and enter VLAN {b}, and the other way round: \
                 write the same `native` at both ends"
            );
            out.push(at(lab, link, Code::NativeMismatch, message).help(help));
        }
        _ => {}
    }
    if let [Trunk { .. }, Trunk { .. }] = ports {
        for (near, far) in [(0, 1), (1, 0)] {
            for (vlan, _) in ports[near].vlans() {
                if !ports[far].carries(vlan) && is_cut_off(lab, segments, link, near, vlan) {
                    let message = format!(
                        "the trunk `{}` lacks VLAN {vlan}, which `{}` sends",
                        names[far], names[near]
                    );
                    let help = format!(
                        "both switches have ports in VLAN {vlan}, and its frames end here: add {vlan} \
                         to the `trunk` of `{}`",
                        names[far]
                    );
                    out.push(at(lab, link, Code::TrunkLacksVlan, message).help(help));
                }
            }
        }
    }
}

/// Whether a VLAN is used on both sides of a link, and they are not connected some other way.
fn is_cut_off(lab: &Lab, segments: &Segments, link: &Link, near: usize, vlan: VlanId) -> bool {
    let used = |end: End| {
        let spot = Spot::Switch(end.node, Some(vlan));
        let others = lab.departures(spot).into_iter().any(|departure| {
            let out = &lab.links[departure.link];
            out.ends[departure.end].interface != end.interface
        });
        others || !lab.interfaces_at(spot).is_empty()
    };
    let members = |end: End| segments.of_spot(Spot::Switch(end.node, Some(vlan)));
    let [here, there] = [link.ends[near], link.ends[1 - near]];
    used(here) && used(there) && (members(here) != members(there) || members(here).is_none())
}

/// A station at a port of a switch that knows VLANs. `order` is which end is the port, and which the
/// station.
fn station(
    lab: &Lab,
    link: &Link,
    [port, other]: [usize; 2],
    vlans: &PortVlans,
    out: &mut Vec<Diagnostic>,
) {
    let end = link.ends[other];
    let Some(station) = lab.node(end.node).kind.station() else { return };
    let Some(interface) = station.interfaces.get(end.interface) else { return };
    if interface.stand == Stand::SwitchPort {
        return;
    }
    let names = link.ends.map(|end| lab.end_name(end));
    if !interface.addresses.is_empty() && vlans.untagged().is_none() {
        let message = format!(
            "`{}` sends frames without a tag into the trunk `{}`",
            names[other], names[port]
        );
        let help = "the trunk has no native VLAN and drops them: make it an access port, or give it a \
                    `native` VLAN";
        out.push(at(lab, link, Code::VlanMismatch, message).help(help));
    }
    for part in &station.interfaces {
        let Stand::Interface { parent, vlan } = part.stand else { continue };
        if parent != end.interface || vlans.vlans().any(|carried| carried == (vlan, true)) {
            continue;
        }
        let (message, help) = match vlans {
            PortVlans::Access(_) => (
                format!(
                    "`{}` sends frames with a tag of VLAN {vlan} into the access port `{}`",
                    part.name, names[port]
                ),
                format!(
                    "an access port takes frames without a tag only: make it a trunk, such as \
                     `trunk: [{vlan}]`"
                ),
            ),
            PortVlans::Trunk { native, .. } if *native == Some(vlan) => (
                format!("VLAN {vlan} is native at `{}`, and `{}` has a tag", names[port], part.name),
                "what comes back has no tag, and is for the interface itself: take `native` out, and \
                 put the VLAN into `trunk`"
                    .to_owned(),
            ),
            PortVlans::Trunk { .. } => (
                format!("the trunk `{}` lacks VLAN {vlan} of `{}`", names[port], part.name),
                format!("its frames are dropped there: add {vlan} to the `trunk`"),
            ),
        };
        let code = match vlans {
            PortVlans::Access(_) => Code::VlanMismatch,
            PortVlans::Trunk { .. } => Code::TrunkLacksVlan,
        };
        let diagnostic = Diagnostic::new(code, message, part.name.span, "this one");
        out.push(diagnostic.and(link.place(), "its cable").help(help));
    }
}

/// A diagnostic about a cable, with what was written about its ports.
fn at(lab: &Lab, link: &Link, code: Code, message: String) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(code, message, link.place(), "this cable");
    for end in link.ends {
        if let Some(span) = settings(lab, end) {
            diagnostic = diagnostic.and(span, format!("the port `{}`", lab.end_name(end)));
        }
    }
    diagnostic
}

/// Where the settings of a port were written.
fn settings(lab: &Lab, end: End) -> Option<Span> {
    let kind = &lab.node(end.node).kind;
    let number = kind.port_number(end.interface)?;
    let ports = &kind.switch().and_then(|switch: &Switch| switch.vlans.as_ref())?.ports;
    ports.iter().find(|settings| settings.port.value == number).map(|settings| settings.port.span)
}

/// A station of a network, and the VLAN that it is in.
struct Member {
    place: Place,
    segment: usize,
    vlan: VlanId,
    span: Span,
    router: bool,
}

/// Stations of one IP network that are in different VLANs of the same switches; the answer is those
/// that are in the wrong one.
pub(super) fn networks(
    lab: &Lab,
    segments: &Segments,
    out: &mut Vec<Diagnostic>,
) -> BTreeSet<Place> {
    let mut misplaced = BTreeSet::new();
    if lab.tags().len() < 2 {
        return misplaced;
    }
    let plants = plants(lab);
    let mut networks: BTreeMap<(usize, Ipv4Net), Vec<Member>> = BTreeMap::new();
    for (node, entry, station) in lab.stations() {
        for (index, interface) in station.ip_interfaces() {
            let place = (node, index);
            let (Some(segment), Some((switch, vlan))) =
                (segments.segment_of(place), vlan_of(lab, place))
            else {
                continue;
            };
            for address in &interface.addresses {
                let ipnet::IpNet::V4(net) = address.value else { continue };
                let (span, router) = (address.span, entry.kind.forwards_packets());
                let member = Member { place, segment, vlan, span, router };
                networks.entry((plants[switch.0], net.trunc())).or_default().push(member);
            }
        }
    }
    for ((_, network), members) in networks {
        // The router knows best; else most are right.
        let weight = |segment: usize| {
            let there = members.iter().filter(|member| member.segment == segment);
            let routers = there.clone().filter(|member| member.router).count();
            (routers > 0, there.count(), std::cmp::Reverse(segment))
        };
        let all: BTreeSet<usize> = members.iter().map(|member| member.segment).collect();
        let Some(usual) = all.into_iter().max_by_key(|segment| weight(*segment)) else { continue };
        let Some(example) = members.iter().find(|member| member.segment == usual) else { continue };
        for odd in members.iter().filter(|member| member.segment != usual) {
            // The same VLAN in two parts is another mistake: a trunk that lacks it.
            if odd.vlan == example.vlan {
                continue;
            }
            misplaced.insert(odd.place);
            let names = [odd, example].map(|member| &lab.node(member.place.0).name);
            out.push(
                Diagnostic::new(
                    Code::NetworkInTwoVlans,
                    format!(
                        "`{}` is in VLAN {}, and the rest of {network} in VLAN {}",
                        names[0], odd.vlan, example.vlan
                    ),
                    odd.span,
                    format!("in VLAN {}", odd.vlan),
                )
                .and(example.span, format!("`{}` is in VLAN {}", names[1], example.vlan))
                .help(format!(
                    "it takes the others for neighbours and asks for them by ARP, which does not \
                     leave its VLAN: put its port into VLAN {}, or give it an address of another \
                     network",
                    example.vlan
                )),
            );
        }
    }
    misplaced
}

/// The switch that an interface is at, and the VLAN it is in there.
fn vlan_of(lab: &Lab, (node, interface): Place) -> Option<(NodeIndex, VlanId)> {
    let spot = lab.spot(node, interface);
    if let Spot::Switch(node, Some(vlan)) = spot {
        return Some((node, vlan));
    }
    lab.departures(spot).into_iter().find_map(|departure| {
        let far = lab.links[departure.link].ends[1 - departure.end];
        match lab.arrival(far, departure.tag) {
            Some(Spot::Switch(node, Some(vlan))) => Some((node, vlan)),
            _ => None,
        }
    })
}

/// Which switches hang together by cables, whatever their VLANs are.
fn plants(lab: &Lab) -> Vec<usize> {
    let mut sets = Sets::new(lab.nodes.len());
    for link in &lab.links {
        let ports = link.ends.map(|end| lab.port_vlans(end).is_some() && is_switch_port(lab, end));
        if ports == [true, true] {
            sets.join(link.ends[0].node.0, link.ends[1].node.0);
        }
    }
    (0..lab.nodes.len()).map(|node| sets.root(node)).collect()
}

fn is_switch_port(lab: &Lab, end: End) -> bool {
    let station = lab.node(end.node).kind.station();
    let own = station.map(|station| station.interfaces.get(end.interface));
    own.is_none_or(|own| own.is_some_and(|own| own.stand == Stand::SwitchPort))
}
