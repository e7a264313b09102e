//! Cables: what has none, and links of one segment that do not fit together.

use std::collections::BTreeMap;

use lanternet_core::VlanId;

use super::segments::Segments;
use crate::diagnostic::{Code, Diagnostic};
use crate::lab::{Lab, NodeKind, Stand};

/// Nodes and interfaces that nothing is plugged into.
pub(super) fn uncabled(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    let plugged: std::collections::BTreeSet<_> =
        lab.links.iter().flat_map(|link| link.ends.map(|end| end.node)).collect();
    for (index, node, station) in lab.stations() {
        if !plugged.contains(&index) {
            // One host alone can still talk to itself.
            if lab.nodes.len() > 1 {
                out.push(no_cable(&node.name, node.kind.word(), &node.name.value.to_string()));
            }
            continue;
        }
        for (number, interface) in station.ip_interfaces() {
            // Of a part of an interface its parent tells, of a port of a switch who looked at those.
            let told = match interface.stand {
                Stand::Interface { .. } => true,
                Stand::Cable => matches!(node.kind, NodeKind::L3Switch(_)),
                _ => false,
            };
            if !told && segments.segment_of((index, number)).is_none() {
                let name = format!("{}:{}", node.name, interface.name);
                let mut diagnostic = match interface.stand {
                    Stand::Switch(vlan) => no_port(&interface.name, &name, vlan),
                    _ => no_cable(&interface.name, "interface", &name),
                };
                if let Some(address) = interface.addresses.first() {
                    diagnostic = diagnostic.and(address.span, "its address is of no use");
                }
                out.push(diagnostic);
            }
        }
    }
    for (index, node) in lab.nodes.iter().enumerate() {
        let device = matches!(node.kind, NodeKind::Hub { .. } | NodeKind::Switch(_));
        if device && !plugged.contains(&crate::lab::NodeIndex(index)) {
            out.push(no_cable(&node.name, node.kind.word(), &node.name.value.to_string()));
        }
    }
}

fn no_cable<T>(place: &crate::span::Spanned<T>, what: &str, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::Uncabled,
        format!("the {what} `{name}` has no cable"),
        place.span,
        "nothing is plugged in here",
    )
    .help(format!("add a link such as `{name} -- ...`, or take it out"))
}

fn no_port<T>(place: &crate::span::Spanned<T>, name: &str, vlan: VlanId) -> Diagnostic {
    Diagnostic::new(
        Code::Uncabled,
        format!("`{name}` has no port: no cable is in a port of VLAN {vlan}"),
        place.span,
        "an interface that is never up",
    )
    .help(format!("put a port with a cable into it, such as `ports: {{ 1: {{ vlan: {vlan} }} }}`"))
}

/// Links of one segment with different MTUs: there is no router between that could tell.
pub(super) fn mtus(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for links in &segments.links {
        let mut by_mtu: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
        for link in links {
            by_mtu.entry(lab.links[*link].forward.mtu).or_default().push(*link);
        }
        if by_mtu.len() < 2 {
            continue;
        }
        // The usual one is that of most links; of two such, the larger.
        let Some((usual, others)) = by_mtu.iter().max_by_key(|(mtu, links)| (links.len(), **mtu))
        else {
            continue;
        };
        let Some(example) = others.first() else { continue };
        for (mtu, odd) in by_mtu.iter().filter(|(mtu, _)| *mtu != usual) {
            for link in odd {
                let small = mtu.min(usual);
                out.push(
                    Diagnostic::new(
                        Code::MtuMismatch,
                        format!("an MTU of {mtu} on a segment where others have {usual}"),
                        lab.links[*link].place(),
                        format!("packets of up to {mtu} bytes"),
                    )
                    .and(lab.links[*example].place(), format!("packets of up to {usual} bytes"))
                    .help(format!(
                        "packets of more than {small} bytes vanish here without a word: only a \
                         router fragments, or answers that fragmentation is needed. Give all links \
                         of the segment one MTU"
                    )),
                );
            }
        }
    }
}
