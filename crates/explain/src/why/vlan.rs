//! Two stations of one network that cables join and VLANs keep apart: where?

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use lanternet_core::trace::DropReason;
use lanternet_core::{NodeId, PortId, PortRef, VlanId};
use lanternet_lab::{End, Lab, NodeIndex, Spot, Stand, Tag};
use lanternet_net::l2::PortVlans;

use super::diagnosis::Diagnosis;
use super::network::{Network, Owner, id, place};

/// Why frames of one interface do not get to another, if VLANs are to blame.
pub(super) fn apart(network: Network<'_>, from: Owner, to: Owner) -> Option<Diagnosis> {
    let lab = network.lab();
    let path = path(lab, from.at, to.at)?;
    let mut spot = spot(lab, from.at);
    for (link, near) in path {
        let [near, far] = [lab.links[link].ends[near], lab.links[link].ends[1 - near]];
        let Some(tag) = leaves(lab, spot, near, link) else {
            return stuck(network, spot, near, [from, to]);
        };
        let Some(next) = lab.arrival(far, tag) else {
            return refused(lab, far, tag, spot);
        };
        if let (Spot::Switch(_, Some(old)), Spot::Switch(_, Some(new))) = (spot, next)
            && old != new
        {
            let at = [near, far].map(|end| place(&end));
            return Some(match lab.port_vlans(near).flatten() {
                Some(PortVlans::Trunk { .. }) => {
                    Diagnosis::NativeMismatch { at, vlans: [old, new] }
                }
                _ => Diagnosis::AccessMismatch { at, vlans: [old, new] },
            });
        }
        spot = next;
    }
    // They arrived, but at another interface of the node: another VLAN of its cable.
    (spot != self::spot(lab, to.at)).then(|| wrong_vlan(network, [from, to]))?
}

/// What a drop that names a VLAN says about the lab.
pub(super) fn dropped(
    network: Network<'_>,
    node: NodeId,
    reason: &DropReason,
) -> Option<Diagnosis> {
    let at = |port: PortId| PortRef::new(node, port);
    Some(match *reason {
        DropReason::TaggedOnAccessPort { port, tag, vlan } => {
            Diagnosis::AccessPortBetween { at: at(port), own: vlan, vlan: tag }
        }
        DropReason::VlanNotAllowed { port, vlan } => {
            let at = at(port);
            Diagnosis::TrunkLacksVlan { at, vlan, right: with(network.lab(), at, vlan) }
        }
        DropReason::NoNativeVlan { port } => Diagnosis::TrunkWithoutNative { at: at(port) },
        DropReason::NoInterfaceForVlan { port, vlan } => {
            Diagnosis::NoInterfaceForVlan { at: at(port), vlan }
        }
        _ => return None,
    })
}

fn spot(lab: &Lab, at: PortRef) -> Spot {
    lab.spot(NodeIndex(at.node.0 as usize), usize::from(at.port.0))
}

/// The tag with which a frame leaves a spot by an end of a link.
fn leaves(lab: &Lab, spot: Spot, end: End, link: usize) -> Option<Tag> {
    let ends = &lab.links[link].ends;
    let departures = lab.departures(spot).into_iter();
    departures
        .filter(|departure| departure.link == link && ends[departure.end] == end)
        .map(|departure| departure.tag)
        .next()
}

/// The links between two interfaces, each with its near end, whatever the VLANs are.
fn path(lab: &Lab, from: PortRef, to: PortRef) -> Option<Vec<(usize, usize)>> {
    let [start, goal] = [from, to].map(|at| NodeIndex(at.node.0 as usize));
    let cable = |at: PortRef| {
        let station = lab.node(NodeIndex(at.node.0 as usize)).kind.station()?;
        Some(match station.interfaces.get(usize::from(at.port.0))?.stand {
            Stand::Cable | Stand::SwitchPort => Some(usize::from(at.port.0)),
            Stand::Interface { parent, .. } => Some(parent),
            Stand::Switch(_) => None,
        })
    };
    let (out, into) = (cable(from)?, cable(to)?);
    let mut came: BTreeMap<NodeIndex, (usize, usize)> = BTreeMap::new();
    let mut seen = BTreeSet::from([start]);
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for (link, entry) in lab.links.iter().enumerate() {
            for near in [0, 1] {
                let [here, there] = [entry.ends[near], entry.ends[1 - near]];
                let starts = node != start || out.is_none_or(|out| here.interface == out);
                let ends = there.node != goal || into.is_none_or(|into| there.interface == into);
                let passes = node == start || passes(lab, here);
                if here.node != node || !starts || !ends || !passes || !seen.insert(there.node) {
                    continue;
                }
                came.insert(there.node, (link, near));
                queue.push_back(there.node);
            }
        }
    }
    let (mut way, mut node) = (Vec::new(), goal);
    while node != start {
        let (link, near) = *came.get(&node)?;
        way.push((link, near));
        node = lab.links[link].ends[near].node;
    }
    way.reverse();
    Some(way)
}

/// Whether the end is a port of something that passes frames on.
fn passes(lab: &Lab, end: End) -> bool {
    let station = lab.node(end.node).kind.station();
    let own = station.map(|station| station.interfaces.get(end.interface));
    own.is_none_or(|own| own.is_some_and(|own| own.stand == Stand::SwitchPort))
}

/// The frame is in a VLAN that does not leave by the port which it would have to take.
fn stuck(network: Network<'_>, spot: Spot, near: End, owners: [Owner; 2]) -> Option<Diagnosis> {
    let Spot::Switch(_, Some(vlan)) = spot else { return None };
    let lab = network.lab();
    let link = lab.links.iter().find(|link| link.ends.contains(&near))?;
    let far = link.ends.into_iter().find(|end| *end != near)?;
    let at = place(&near);
    match lab.port_vlans(near).flatten()? {
        PortVlans::Trunk { .. } if passes(lab, far) => {
            Some(Diagnosis::TrunkLacksVlan { at, vlan, right: with(lab, at, vlan) })
        }
        PortVlans::Access(own) if passes(lab, far) => {
            Some(Diagnosis::AccessPortBetween { at, own, vlan })
        }
        _ => wrong_vlan(network, owners),
    }
}

/// The far end of a cable does not take the frame.
fn refused(lab: &Lab, far: End, tag: Tag, spot: Spot) -> Option<Diagnosis> {
    let at = place(&far);
    let sent = match spot {
        Spot::Switch(_, vlan) => vlan,
        Spot::Interface(..) => tag,
    };
    match (lab.port_vlans(far), tag) {
        (Some(Some(PortVlans::Trunk { .. })), Some(vlan)) => {
            Some(Diagnosis::TrunkLacksVlan { at, vlan, right: with(lab, at, vlan) })
        }
        (Some(Some(PortVlans::Trunk { .. })), None) => Some(Diagnosis::TrunkWithoutNative { at }),
        (Some(Some(PortVlans::Access(own))), Some(vlan)) => {
            Some(Diagnosis::AccessPortBetween { at, own, vlan })
        }
        (_, Some(vlan)) => Some(Diagnosis::NoInterfaceForVlan { at, vlan }),
        _ => sent.map(|vlan| Diagnosis::NoInterfaceForVlan { at, vlan }),
    }
}

/// The VLANs of a trunk, with one more.
fn with(lab: &Lab, at: PortRef, vlan: VlanId) -> Vec<VlanId> {
    let end = lab.links.iter().flat_map(|link| link.ends).find(|end| place(end) == at);
    let vlans = end.and_then(|end| lab.port_vlans(end).flatten());
    let mut all: Vec<_> = match vlans {
        Some(PortVlans::Trunk { tagged, .. }) => tagged.into(),
        _ => Vec::new(),
    };
    all.push(vlan);
    all.sort_unstable();
    all.dedup();
    all
}

/// One of two stations of a network is in another VLAN than it should be.
fn wrong_vlan(network: Network<'_>, owners: [Owner; 2]) -> Option<Diagnosis> {
    let lab = network.lab();
    let [a, b] = owners.map(|owner| port_of(lab, owner.at));
    let (a, b) = (a?, b?);
    // The router knows best; else most of the network are right.
    let net = owners[0].net.trunc();
    let weight = |vlan: VlanId| {
        let members = network.all().filter(|own| own.net.trunc() == net);
        let here = members.filter(|own| port_of(lab, own.at).is_some_and(|port| port.vlan == vlan));
        let here: Vec<_> = here.collect();
        (here.iter().any(|own| network.is_router(own.at.node)), here.len())
    };
    let (odd, right) = if weight(a.vlan) < weight(b.vlan) { (0, b.vlan) } else { (1, a.vlan) };
    let [odd_port, like] = if odd == 0 { [&a, &b] } else { [&b, &a] };
    let station = owners[odd].at.node;
    let like_node = owners[1 - odd].at.node;
    match odd_port.access {
        Some(at) => {
            Some(Diagnosis::WrongVlan { station, at, vlan: odd_port.vlan, right, like: like_node })
        }
        // It names its VLAN itself; the other one has a port to be changed.
        None => Some(Diagnosis::WrongVlan {
            station: like_node,
            at: like.access?,
            vlan: like.vlan,
            right: odd_port.vlan,
            like: station,
        }),
    }
}

/// The VLAN that an interface is in, and the access port that put it there.
struct InVlan {
    vlan: VlanId,
    access: Option<PortRef>,
}

fn port_of(lab: &Lab, at: PortRef) -> Option<InVlan> {
    let spot = spot(lab, at);
    if let Spot::Switch(_, Some(vlan)) = spot {
        return Some(InVlan { vlan, access: None });
    }
    lab.departures(spot).into_iter().find_map(|departure| {
        let far = lab.links[departure.link].ends[1 - departure.end];
        match lab.arrival(far, departure.tag) {
            Some(Spot::Switch(_, Some(vlan))) => {
                let is_access = matches!(lab.port_vlans(far).flatten(), Some(PortVlans::Access(_)));
                Some(InVlan { vlan, access: is_access.then(|| place(&far)) })
            }
            _ => None,
        }
    })
}

/// The number under which the lab file has a port.
pub(super) fn number(network: Network<'_>, at: PortRef) -> Option<u16> {
    let lab = network.lab();
    let node = lab.nodes.iter().zip(0..).find(|(_, index)| id(NodeIndex(*index)) == at.node)?.0;
    node.kind.port_number(usize::from(at.port.0))
}
