//! The lab as the diagnosis asks it: who shares a segment, who owns an address, which router leads
//! where.

use std::collections::{BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use lanternet_apps::command::{Command, Listens, Serve};
use lanternet_apps::dns;
use lanternet_core::{IpNet, MacAddr, NodeId, PortId, PortRef, VlanId};
use lanternet_lab::{Lab, LeaseTrouble, Node, NodeIndex, Service, Spot, Station, Transport};
use lanternet_net::dns::{LowerName, Zone, message, reason};

/// An interface of a station, with one of its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// The interface.
    pub(super) at: PortRef,
    /// The address and its mask.
    pub(super) net: IpNet,
}

/// Questions about a lab.
#[derive(Clone, Copy, Debug)]
pub(super) struct Network<'a> {
    lab: &'a Lab,
}

impl<'a> Network<'a> {
    pub(super) fn new(lab: &'a Lab) -> Self {
        Self { lab }
    }

    pub(super) fn lab(self) -> &'a Lab {
        self.lab
    }

    /// Why a node that asks for an address has none.
    pub(super) fn lease_trouble(self, node: NodeId) -> Option<LeaseTrouble> {
        lanternet_lab::lease_trouble(self.lab, NodeIndex(node.0 as usize))
    }

    fn node(self, node: NodeId) -> Option<&'a Node> {
        self.lab.nodes.get(node.0 as usize)
    }

    /// The node's name; empty for one that is not in the lab.
    pub(super) fn name(self, node: NodeId) -> &'a str {
        self.node(node).map_or("", |node| node.name.as_str())
    }

    pub(super) fn station(self, node: NodeId) -> Option<&'a Station> {
        self.node(node)?.kind.station()
    }

    pub(super) fn is_router(self, node: NodeId) -> bool {
        self.node(node).is_some_and(|node| node.kind.forwards_packets())
    }

    /// The name of an interface or port: `eth0`, `3`.
    pub(super) fn port_name(self, at: PortRef) -> String {
        let index = usize::from(at.port.0);
        let interface = self.station(at.node).and_then(|station| station.interfaces.get(index));
        interface.map_or_else(|| (index + 1).to_string(), |interface| interface.name.to_string())
    }

    /// The addresses of a node, interface by interface: those that were written, those that it forms
    /// from advertisements, and the link-local one.
    pub(super) fn addresses(self, node: NodeId) -> impl Iterator<Item = Owner> + 'a {
        let interfaces = self.station(node).map_or(&[][..], |station| &station.interfaces);
        interfaces.iter().enumerate().flat_map(move |(index, interface)| {
            let at = PortRef::new(node, PortId(index as u16));
            let written = interface.addresses.iter().map(|net| net.value);
            let near = interface.link_local().and_then(|own| IpNet::new(own, 64).ok());
            let all = written.chain(interface.ipv6.formed.iter().copied()).chain(near);
            all.map(move |net| Owner { at, net })
        })
    }

    /// Those of the same family as another address.
    pub(super) fn addresses_like(
        self,
        node: NodeId,
        other: IpAddr,
    ) -> impl Iterator<Item = Owner> + 'a {
        self.addresses(node).filter(move |own| own.net.addr().is_ipv4() == other.is_ipv4())
    }

    /// All addresses of the lab, node by node.
    pub(super) fn all(self) -> impl Iterator<Item = Owner> + 'a {
        let nodes = (0..self.lab.nodes.len() as u32).map(NodeId);
        nodes.flat_map(move |node| self.addresses(node))
    }

    /// Whose address this is: several where it is given twice.
    pub(super) fn owners(self, address: IpAddr) -> Vec<Owner> {
        self.all().filter(|owner| owner.net.addr() == address).collect()
    }

    /// The station that has this hardware address.
    pub(super) fn by_mac(self, mac: MacAddr) -> Option<PortRef> {
        self.lab.stations().find_map(|(index, _, station)| {
            let place = station.interfaces.iter().position(|interface| *interface.mac == mac)?;
            Some(PortRef::new(id(index), PortId(place as u16)))
        })
    }

    /// The hardware address of the interface that has this address.
    pub(super) fn mac_for(self, node: NodeId, address: IpAddr) -> Option<MacAddr> {
        let mut interfaces = self.station(node)?.interfaces.iter();
        let own = interfaces.find(|own| own.all_addresses().any(|own| own == address))?;
        Some(*own.mac)
    }

    /// A neighbour row written by hand that names this hardware address: whose, and for which
    /// address.
    pub(super) fn neighbor_row(self, mac: MacAddr) -> Option<(NodeId, IpAddr)> {
        self.lab.stations().find_map(|(index, _, station)| {
            let row = station.neighbors.iter().find(|row| *row.mac == mac)?;
            Some((id(index), *row.address))
        })
    }

    /// A switch's row written by hand for this station: whose, and the number of the port.
    pub(super) fn mac_row(self, mac: MacAddr) -> Option<(NodeId, u16)> {
        self.lab.nodes.iter().zip(0..).find_map(|(node, index)| {
            let row = node.kind.switch()?.macs.iter().find(|row| *row.mac == mac)?;
            Some((NodeId(index), *row.port))
        })
    }

    /// The index of the link in this port.
    pub(super) fn link_at(self, at: PortRef) -> Option<usize> {
        self.lab.links.iter().position(|link| link.ends.iter().any(|end| place(end) == at))
    }

    /// The link as the file writes it: `r1:eth0 -- sw-a`.
    pub(super) fn link_name(self, link: usize) -> String {
        let Some(link) = self.lab.links.get(link) else { return String::new() };
        let [a, b] = link.ends.map(|end| {
            let node = self.lab.node(end.node);
            match node.kind.station() {
                Some(station) if station.interfaces.len() > 1 => self.lab.end_name(end),
                _ => node.name.to_string(),
            }
        });
        format!("{a} -- {b}")
    }

    /// The cables and stations that hear a broadcast from this interface, whether the cables are
    /// plugged in or not: the interfaces in the order of nearness, the one itself left out.
    pub(super) fn segment(self, from: PortRef) -> Vec<PortRef> {
        let mut found = Vec::new();
        self.search(from, |at, _| {
            if at != from {
                found.push(at);
            }
            false
        });
        found
    }

    /// The cables between two interfaces of one segment.
    pub(super) fn cables(self, from: PortRef, to: PortRef) -> Vec<usize> {
        let mut cables = Vec::new();
        self.search(from, |at, path| {
            if at == to {
                cables = path.to_vec();
            }
            at == to
        });
        cables
    }

    /// Goes from an interface over cables, hubs and switches, and within VLANs, to all interfaces of
    /// its segment in the order of nearness, until `found` says that it is enough. `found` is told of
    /// each interface and of the cables on the way to it.
    fn search(self, from: PortRef, mut found: impl FnMut(PortRef, &[usize]) -> bool) {
        if self.node(from.node).is_none() {
            return;
        }
        let start = self.lab.spot(index(from.node), usize::from(from.port.0));
        let mut seen = BTreeSet::from([start]);
        let mut queue = VecDeque::from([(start, Vec::new())]);
        while let Some((spot, path)) = queue.pop_front() {
            for departure in self.lab.departures(spot) {
                let far = self.lab.links[departure.link].ends[1 - departure.end];
                let Some(there) = self.lab.arrival(far, departure.tag) else { continue };
                if !seen.insert(there) {
                    continue;
                }
                let path: Vec<usize> = path.iter().copied().chain([departure.link]).collect();
                let (node, interfaces) = match there {
                    Spot::Interface(node, interface) => (node, vec![interface]),
                    Spot::Switch(node, _) => (node, self.lab.interfaces_at(there)),
                };
                for interface in interfaces {
                    if found(PortRef::new(id(node), PortId(interface as u16)), &path) {
                        return;
                    }
                }
                if let Spot::Switch(..) = there {
                    queue.push_back((there, path));
                }
            }
        }
    }

    /// Whether frames of a VLAN leave by this port of a switch.
    pub(super) fn carries(self, at: PortRef, vlan: VlanId) -> bool {
        let end = self.lab.links.iter().flat_map(|link| link.ends).find(|end| place(end) == at);
        let vlans = end.and_then(|end| self.lab.port_vlans(end).flatten());
        vlans.is_none_or(|vlans| vlans.carries(vlan))
    }

    /// Whether a node passes frames on.
    pub(super) fn is_switch(self, node: NodeId) -> bool {
        self.station(node).is_none_or(|station| station.switch.is_some())
    }

    /// The interfaces of others on the segments of a node, with their addresses.
    fn neighbors(self, node: NodeId) -> Vec<(PortRef, Owner)> {
        let interfaces = self.station(node).map_or(0, |station| station.interfaces.len());
        let own = (0..interfaces as u16).map(move |port| PortRef::new(node, PortId(port)));
        own.flat_map(|own| self.segment(own).into_iter().map(move |other| (own, other)))
            .flat_map(|(own, other)| {
                let addresses = self.addresses(other.node).filter(move |owner| owner.at == other);
                addresses.map(move |owner| (own, owner))
            })
            .collect()
    }

    /// The address of the router to which a node has to send what is for a destination, and the
    /// network there; found by a search from router to router over segments whose addresses fit.
    pub(super) fn way(self, from: NodeId, destination: IpAddr) -> Option<(IpAddr, IpNet)> {
        let mut seen = BTreeSet::from([from]);
        let mut queue = VecDeque::from([(from, None)]);
        while let Some((node, first)) = queue.pop_front() {
            if let Some(first) = first {
                let there = self.addresses(node).find(|own| {
                    own.net.contains(&destination) && self.is_reachable(own.at, destination)
                });
                if let Some(there) = there {
                    return Some((first, there.net.trunc()));
                }
            }
            for (own, other) in self.neighbors(node) {
                let mut mine = self.addresses(node).filter(|mine| mine.at == own);
                let near = mine.any(|mine| mine.net.contains(&other.net.addr()));
                if near && self.is_router(other.at.node) && seen.insert(other.at.node) {
                    queue.push_back((other.at.node, Some(first.unwrap_or(other.net.addr()))));
                }
            }
        }
        None
    }

    /// Whether somebody on the segment has the address, or nobody anywhere (so that it does not
    /// matter).
    fn is_reachable(self, from: PortRef, address: IpAddr) -> bool {
        let owners = self.owners(address);
        owners.is_empty() || owners.iter().any(|owner| self.share_segment(from, owner.at))
    }

    pub(super) fn share_segment(self, a: PortRef, b: PortRef) -> bool {
        a == b || self.segment(a).contains(&b)
    }

    /// A router on the segment of an interface, whose address is in the interface's own network.
    pub(super) fn router_near(self, own: Owner) -> Option<Owner> {
        let near = self.segment(own.at).into_iter().filter(|at| self.is_router(at.node));
        near.flat_map(|at| self.addresses(at.node).filter(move |owner| owner.at == at))
            .find(|owner| own.net.contains(&owner.net.addr()))
    }

    /// The mask that the others on the segment have for this address, routers first, where it is
    /// another one.
    pub(super) fn mask_of_others(self, own: Owner) -> Option<Owner> {
        let near = self.segment(own.at);
        let others =
            near.iter().flat_map(|at| self.addresses(at.node).filter(move |owner| owner.at == *at));
        let fits = |other: &Owner| {
            other.net.contains(&own.net.addr()) && other.net.prefix_len() != own.net.prefix_len()
        };
        let fitting: Vec<Owner> = others.filter(fits).collect();
        let router = fitting.iter().find(|other| self.is_router(other.at.node));
        router.or(fitting.first()).copied()
    }

    /// An address for a station in this network that nobody has: with the same last part, if it is
    /// free there.
    pub(super) fn free_address(self, like: IpAddr, network: IpNet) -> Option<IpNet> {
        if let (IpNet::V6(network), IpAddr::V6(like)) = (network, like) {
            let host = like.to_bits() & network.hostmask().to_bits();
            let same = Ipv6Addr::from_bits(network.network().to_bits() | host);
            let free = [same].into_iter().chain(network.hosts().skip(1).take(1000));
            let mut free = free.filter(|address| self.owners((*address).into()).is_empty());
            return IpNet::new(free.next()?.into(), network.prefix_len()).ok();
        }
        let (IpNet::V4(network), IpAddr::V4(like)) = (network, like) else { return None };
        let host = like.to_bits() & !network.netmask().to_bits();
        let same = Ipv4Addr::from_bits(network.network().to_bits() | host);
        // The first thousand are enough to find a free one in any lab that a person reads.
        let mut candidates = [same].into_iter().chain(network.hosts().take(1000));
        candidates
            .find(|address| {
                let special = *address == network.network() || *address == network.broadcast();
                !special && self.owners((*address).into()).is_empty()
            })
            .and_then(|address| IpNet::new(address.into(), network.prefix_len()).ok())
    }

    /// Where programs of the lab listen at a node, and at which of its addresses.
    pub(super) fn services(self, node: NodeId) -> Vec<(Service, IpAddr)> {
        let here = self.lab.programs.iter().filter(|program| id(program.on) == node);
        let any = Ipv4Addr::UNSPECIFIED.into();
        here.flat_map(|program| {
            let Some(Listens { port, bind, tcp, udp }) = program.command.listens() else {
                return Vec::new();
            };
            let service = move |transport| (Service { port, transport }, bind.unwrap_or(any));
            let transports = [(tcp, Transport::Tcp), (udp, Transport::Udp)];
            transports.into_iter().filter(|(has, _)| *has).map(|(_, name)| service(name)).collect()
        })
        .collect()
    }

    /// A name of the lab, or of a zone in it, that is nearly this one.
    pub(super) fn near_name(self, name: &str) -> Option<String> {
        let nodes = self.lab.nodes.iter().map(|node| node.name.to_string());
        let zones = self.zones().into_iter().flat_map(|(zone, _)| {
            let names = zone.all_records().map(|record| reason::name(&record.name).to_string());
            names.collect::<Vec<_>>()
        });
        let near = nodes.chain(zones).filter(|known| known != name && is_near(known, name));
        near.min_by_key(|known| known.len().abs_diff(name.len()))
    }

    /// The zones that servers of the lab serve, each with its file.
    fn zones(self) -> Vec<(Zone, &'a str)> {
        let servers = self.name_server_programs().flat_map(|(_, server)| &server.zone);
        let zones = servers.filter_map(|zone| {
            let file = self.lab.files.iter().find(|file| file.path.value == zone.file)?;
            let text = std::str::from_utf8(&file.content).ok()?;
            Some((Zone::parse(text, zone.origin.as_ref()).ok()?, file.path.value.as_str()))
        });
        zones.collect()
    }

    /// The zone of the lab that this name is in, with its file.
    pub(super) fn zone_of(self, name: &str) -> Option<(Arc<str>, String)> {
        let name = LowerName::new(&message::name(name).ok()?);
        let zones = self.zones().into_iter().filter_map(|(zone, file)| {
            let origin = LowerName::new(&zone.soa()?.name);
            origin.zone_of(&name).then(|| (origin.num_labels(), reason::name(&origin), file))
        });
        let (_, zone, file) = zones.max_by_key(|(labels, ..)| *labels)?;
        Some((zone, file.to_owned()))
    }

    fn name_server_programs(self) -> impl Iterator<Item = (NodeId, &'a dns::ServeArgs)> {
        self.lab.programs.iter().filter_map(|program| match &program.command {
            Command::Serve(Serve::Dns(args)) => Some((id(program.on), &**args)),
            _ => None,
        })
    }

    /// The addresses of name servers that look names up for others.
    pub(super) fn recursive_servers(self) -> Vec<IpAddr> {
        let works = |args: &dns::ServeArgs| args.recursive || !args.forward.is_empty();
        let servers = self.name_server_programs().filter(|(_, args)| works(args));
        servers.filter_map(|(node, _)| Some(self.addresses(node).next()?.net.addr())).collect()
    }

    /// The addresses of all name servers, those first that look names up for others.
    pub(super) fn name_servers(self) -> Vec<IpAddr> {
        let mut servers = self.recursive_servers();
        for (node, _) in self.name_server_programs() {
            let address = self.addresses(node).next().map(|owner| owner.net.addr());
            servers.extend(address.filter(|address| !servers.contains(address)));
        }
        servers
    }
}

/// The place of an end of a link in the simulation, whose nodes and ports are in the lab's order.
pub(super) fn place(end: &lanternet_lab::End) -> PortRef {
    PortRef::new(id(end.node), PortId(end.interface as u16))
}

fn index(node: NodeId) -> NodeIndex {
    NodeIndex(node.0 as usize)
}

pub(super) fn id(index: NodeIndex) -> NodeId {
    NodeId(index.0 as u32)
}

/// Whether two names differ by one slip: a letter too many, too few, another one, or two swapped.
fn is_near(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) = (&short[same..], &long[same..]);
    match long.len() - short.len() {
        0 if short.is_empty() => true,
        0 => {
            short[1..] == long[1..]
                || (short.len() > 1
                    && short[0] == long[1]
                    && short[1] == long[0]
                    && short[2..] == long[2..])
        }
        1 => *short == long[1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_by_one_slip_are_near() {
        for (a, b) in [("a1", "a11"), ("a1", "b1"), ("sw-a", "sw-b"), ("r1", "1r"), ("b3", "b3")] {
            assert!(is_near(a, b) && is_near(b, a), "{a} {b}");
        }
        for (a, b) in [("a1", "b2"), ("router", "r1"), ("a1", "")] {
            assert!(!is_near(a, b), "{a} {b}");
        }
    }
}
