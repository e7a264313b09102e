//! Where frames get to: the cables, and what switches do with VLANs.
//!
//! With VLANs a switch is as many switches as it has VLANs, and a cable as many cables as it carries
//! tags.

use lanternet_core::VlanId;
use lanternet_net::l2::PortVlans;

use super::{End, Lab, Link, NodeIndex, PortMode, Stand};

/// The VLAN in a frame's tag while it is on a cable; `None` for a frame without one.
pub type Tag = Option<VlanId>;

/// Where a frame is when it is in a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// At an interface of a station: the end of its way.
    Interface(NodeIndex, usize),
    /// In a hub or switch: in this VLAN of it; or, where it knows of no VLANs, with this tag.
    Switch(NodeIndex, Tag),
}

/// A way out of a [`Spot`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    /// Which of [`Lab::links`].
    pub link: usize,
    /// Which of its ends is here.
    pub end: usize,
    /// The tag that the frame has on this cable.
    pub tag: Tag,
}

impl Lab {
    /// Frames without a tag, and all VLANs that anybody was told of, in ascending order.
    pub fn tags(&self) -> Vec<Tag> {
        let mut tags = vec![None];
        for node in &self.nodes {
            if let Some(vlans) = node.kind.switch().and_then(|switch| switch.vlans.as_ref()) {
                tags.push(Some(VlanId::DEFAULT));
                tags.extend(vlans.declared.iter().map(|vlan| Some(vlan.number.value)));
                for port in &vlans.ports {
                    match &port.mode {
                        PortMode::Access(vlan) => tags.push(Some(vlan.value)),
                        PortMode::Trunk { tagged, native } => {
                            tags.extend(tagged.iter().chain(native).map(|vlan| Some(vlan.value)));
                        }
                        PortMode::Routed => {}
                    }
                }
            }
            let stands = node.kind.station().into_iter().flat_map(|station| &station.interfaces);
            tags.extend(stands.filter_map(|interface| match interface.stand {
                Stand::Interface { vlan, .. } => Some(Some(vlan)),
                _ => None,
            }));
        }
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    /// Where the frames of an interface start.
    pub fn spot(&self, node: NodeIndex, interface: usize) -> Spot {
        let kind = &self.node(node).kind;
        let station = kind.station();
        match station.and_then(|station| station.interfaces.get(interface)).map(|own| own.stand) {
            Some(Stand::Switch(vlan)) => {
                let aware = kind.switch().is_some_and(|switch| switch.vlans.is_some());
                Spot::Switch(node, aware.then_some(vlan))
            }
            _ => Spot::Interface(node, interface),
        }
    }

    /// Where a frame with this tag is when it has arrived at an end; `None` where it is not taken.
    pub fn arrival(&self, end: End, tag: Tag) -> Option<Spot> {
        let kind = &self.node(end.node).kind;
        let station = kind.station();
        let own = station.and_then(|station| station.interfaces.get(end.interface));
        if let (Some(own), Some(station)) = (own, station)
            && own.stand != Stand::SwitchPort
        {
            let index = match tag {
                None => Some(end.interface),
                Some(vlan) => {
                    let part = Stand::Interface { parent: end.interface, vlan };
                    station.interfaces.iter().position(|interface| interface.stand == part)
                }
            };
            return index.map(|index| Spot::Interface(end.node, index));
        }
        let Some(vlans) = self.port_vlans(end)? else { return Some(Spot::Switch(end.node, tag)) };
        let vlan = match tag {
            None => vlans.untagged(),
            // An access port takes no tag at all.
            Some(_) if matches!(vlans, PortVlans::Access(_)) => None,
            Some(tag) => Some(tag).filter(|tag| vlans.carries(*tag)),
        };
        vlan.map(|vlan| Spot::Switch(end.node, Some(vlan)))
    }

    /// What is joined by a link for frames with this tag: where they are at each end. `None` where an
    /// end does not take them, or where neither end sends such frames.
    pub fn joined(&self, link: &Link, tag: Tag) -> Option<[Spot; 2]> {
        let [a, b] = link.ends.map(|end| self.arrival(end, tag));
        let spots = [a?, b?];
        let sends = |at: usize| self.tag_at(spots[at], link.ends[at]) == Some(tag);
        (sends(0) || sends(1)).then_some(spots)
    }

    /// The ways out of a spot, in the order of the links.
    pub fn departures(&self, spot: Spot) -> Vec<Departure> {
        let (Spot::Interface(node, _) | Spot::Switch(node, _)) = spot;
        let links = self.links.iter().enumerate();
        let ends = links.flat_map(|(link, entry)| {
            entry.ends.iter().enumerate().map(move |(end, at)| (link, end, *at))
        });
        let here = ends.filter(|(.., at)| at.node == node);
        here.filter_map(|(link, end, at)| {
            self.tag_at(spot, at).map(|tag| Departure { link, end, tag })
        })
        .collect()
    }

    /// The tag with which a frame leaves a spot by an end; `None` where it does not.
    fn tag_at(&self, spot: Spot, end: End) -> Option<Tag> {
        match spot {
            Spot::Interface(node, interface) => {
                let station = self.node(node).kind.station()?;
                match station.interfaces.get(interface)?.stand {
                    Stand::Cable => (end.interface == interface).then_some(None),
                    Stand::Interface { parent, vlan } => {
                        (end.interface == parent).then_some(Some(vlan))
                    }
                    Stand::SwitchPort | Stand::Switch(_) => None,
                }
            }
            Spot::Switch(node, tag) => {
                let station = self.node(node).kind.station();
                let own = station.and_then(|station| station.interfaces.get(end.interface));
                if own.is_some_and(|own| own.stand != Stand::SwitchPort) {
                    return None;
                }
                match self.port_vlans(end)? {
                    None => Some(tag),
                    Some(vlans) => {
                        let vlan = tag.filter(|vlan| vlans.carries(*vlan))?;
                        Some(tag.filter(|_| vlans.untagged() != Some(vlan)))
                    }
                }
            }
        }
    }

    /// The interfaces of the IP layer in a node that are in a switch of it.
    pub fn interfaces_at(&self, spot: Spot) -> Vec<usize> {
        let Spot::Switch(node, _) = spot else { return Vec::new() };
        let count = self.node(node).kind.station().map_or(0, |station| station.interfaces.len());
        (0..count).filter(|interface| self.spot(node, *interface) == spot).collect()
    }

    /// What the port of a hub or switch at this end does with VLANs: `Some(None)` where nothing is
    /// known of VLANs, `None` where it is no such port.
    pub fn port_vlans(&self, end: End) -> Option<Option<PortVlans>> {
        let kind = &self.node(end.node).kind;
        let Some(switch) = kind.switch().filter(|switch| switch.vlans.is_some()) else {
            return Some(None);
        };
        switch.port_vlans(kind.port_number(end.interface)?).map(Some)
    }
}
