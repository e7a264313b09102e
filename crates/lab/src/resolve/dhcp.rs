//! `address: dhcp`, `dhcp:` and `dhcp-relay:`. Read once all interfaces are there.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::document::{
    DhcpPoolEntry, HomeDhcpEntry, InterfaceEntry, List, Map, NodeEntry, PoolKey, Prefix, RelayEntry,
};
use crate::lab::{DhcpPool, Interface, InterfaceDhcp, NodeIndex, NodeKind, Relay};
use crate::names::{InterfaceName, NodeName, some_of};
use crate::span::{Span, Spanned};

/// What was written about one interface.
struct Written {
    name: InterfaceName,
    dhcp: InterfaceDhcp,
}

impl Resolver<'_> {
    pub(super) fn dhcp(&mut self, entries: &Map<NodeName, NodeEntry>) {
        for (name, entry) in &entries.0 {
            let (Some(entry), Some(Some(index))) = (entry, self.names.get(&name.value).copied())
            else {
                continue;
            };
            for Written { name, dhcp } in self.interface_dhcp(entry) {
                if let Some(station) = self.lab.nodes[index.0].kind.station_mut()
                    && let Some(own) =
                        station.interfaces.iter_mut().find(|own| own.name.value == name)
                {
                    own.dhcp = dhcp;
                }
            }
            let pools = match entry {
                NodeEntry::Host(entry) => self.pools(index, &entry.dhcp),
                NodeEntry::Router(entry) => self.pools(index, &entry.dhcp),
                NodeEntry::L3Switch(entry) => self.pools(index, &entry.dhcp),
                NodeEntry::HomeRouter(entry) => match &entry.dhcp {
                    None => self.home_pool(index, name.span).into_iter().collect(),
                    Some(HomeDhcpEntry::Off) => Vec::new(),
                    Some(HomeDhcpEntry::Pools(pools)) => self.pools(index, pools),
                },
                NodeEntry::Hub | NodeEntry::Switch(_) => continue,
            };
            if let Some(station) = self.lab.nodes[index.0].kind.station_mut() {
                station.dhcp = pools;
            }
        }
    }

    fn interface_dhcp(&mut self, entry: &NodeEntry) -> Vec<Written> {
        let mut written = Vec::new();
        let mut add =
            |name: InterfaceName, client: Option<Spanned<()>>, relay: Option<RelayEntry>| {
                let relay = relay.and_then(|relay| self.relay(relay));
                written.push(Written { name, dhcp: InterfaceDhcp { client, relay } });
            };
        let mut map = |interfaces: &Map<InterfaceName, InterfaceEntry>| {
            for (name, entry) in &interfaces.0 {
                if let Some(entry) = entry {
                    let client = asks(entry.address, &entry.addresses);
                    add(name.value.clone(), client, entry.dhcp_relay);
                }
            }
        };
        match entry {
            NodeEntry::Host(entry) => {
                map(&entry.interfaces);
                let client = asks(entry.address, &entry.addresses);
                if client.is_some() {
                    add(InterfaceName::ethernet(0), client, None);
                }
            }
            NodeEntry::Router(entry) => map(&entry.interfaces),
            NodeEntry::L3Switch(entry) => {
                for (key, vlan) in &entry.vlans.0 {
                    if let Some(vlan) = vlan {
                        let client = asks(vlan.address, &vlan.addresses);
                        add(InterfaceName::vlan(key.0), client, vlan.dhcp_relay);
                    }
                }
                for (key, port) in &entry.ports.0 {
                    if let Some(port) = port {
                        let client = asks(port.address, &port.addresses);
                        add(InterfaceName::port(key.0), client, port.dhcp_relay);
                    }
                }
            }
            NodeEntry::HomeRouter(home) => {
                let sides = [(InterfaceName::wan(), &home.wan), (InterfaceName::lan(), &home.lan)];
                for (name, entry) in sides {
                    if let Some(entry) = entry {
                        let client = asks(entry.address, &entry.addresses);
                        add(name, client, entry.dhcp_relay);
                    }
                }
            }
            NodeEntry::Hub | NodeEntry::Switch(_) => {}
        }
        written
    }

    fn relay(&mut self, entry: RelayEntry) -> Option<Relay> {
        let server = self.v4(entry.server)?;
        let server = Spanned::new(server, entry.server.span);
        Some(Relay { server, option_82: entry.option_82 })
    }

    /// An address of IPv4; complains about one of IPv6.
    fn v4(&mut self, address: Spanned<IpAddr>) -> Option<Ipv4Addr> {
        match address.value {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => {
                self.out.push(
                    Diagnostic::new(
                        Code::BadValue,
                        format!("expected an IPv4 address, got `{address}`"),
                        address.span,
                        "DHCP here is that of IPv4",
                    )
                    .help("hosts form IPv6 addresses by themselves"),
                );
                None
            }
        }
    }

    fn pools(&mut self, node: NodeIndex, entries: &Map<PoolKey, DhcpPoolEntry>) -> Vec<DhcpPool> {
        let mut pools = Vec::with_capacity(entries.0.len());
        for (key, entry) in &entries.0 {
            let Some(entry) = entry else { continue };
            let place = match &key.value {
                PoolKey::Interface(name) => self.segment(node, name, key.span),
                PoolKey::Subnet(subnet) => Some((None, *subnet)),
            };
            let Some((interface, subnet)) = place else { continue };
            let subnet = Spanned::new(subnet, key.span);
            pools.extend(self.pool(node, interface, subnet, entry));
        }
        pools
    }

    /// The interface of this name, and its segment.
    fn segment(
        &mut self,
        node: NodeIndex,
        name: &InterfaceName,
        span: Span,
    ) -> Option<(Option<usize>, Ipv4Net)> {
        let node = self.lab.node(node);
        let station = node.kind.station()?;
        let names = || station.ip_interfaces().map(|(_, interface)| interface.name.as_str());
        let Some((place, interface)) =
            station.ip_interfaces().find(|(_, interface)| interface.name.value == *name)
        else {
            let help = did_you_mean(name.as_str(), names())
                .unwrap_or_else(|| format!("its interfaces are {}", some_of(names())));
            self.out.push(
                Diagnostic::new(
                    Code::UnknownInterface,
                    format!("`{}` has no interface `{name}`", node.name),
                    span,
                    "no such interface",
                )
                .help(help),
            );
            return None;
        };
        let Some(net) = interface.addresses.iter().find_map(|net| v4(net.value)) else {
            let diagnostic = Diagnostic::new(
                Code::Conflict,
                format!("`{}:{name}` lends addresses and has none", node.name),
                span,
                "which network is this?",
            )
            .help("give the interface an `address`; a server does not get its own by DHCP");
            self.out.push(diagnostic);
            return None;
        };
        Some((Some(place), net.trunc()))
    }

    fn pool(
        &mut self,
        node: NodeIndex,
        interface: Option<usize>,
        subnet: Spanned<Ipv4Net>,
        entry: &DhcpPoolEntry,
    ) -> Option<DhcpPool> {
        let (first, last) = (entry.range.value.0, entry.range.value.1);
        for end in [first, last] {
            if !subnet.contains(&end) {
                self.out.push(
                    Diagnostic::new(
                        Code::BadValue,
                        format!("the range goes beyond its network {}: `{end}`", subnet.value),
                        entry.range.span,
                        "not all of it is of this network",
                    )
                    .and(subnet.span, "the network of this pool")
                    .help(format!("hosts here are {}", hosts(subnet.value))),
                );
                return None;
            }
        }
        let lease = entry.lease.map_or(DhcpPool::DEFAULT_LEASE, |lease| lease.value);
        if let Some(written) = entry.lease.filter(|_| lease < DhcpPool::SHORTEST_LEASE) {
            self.out.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!("expected a lease of at least {}, got `{lease}`", "10s"),
                    written.span,
                    "too short",
                )
                .help("clients ask again after half of the time; homes use hours"),
            );
        }
        let mut reserve = Vec::new();
        for (mac, address) in &entry.reserve.0 {
            let Some(written) = *address else { continue };
            let Some(address) = self.v4(written) else { continue };
            if !subnet.contains(&address) {
                self.out.push(
                    Diagnostic::new(
                        Code::BadValue,
                        format!("`{address}` is not of the pool's network {}", subnet.value),
                        written.span,
                        "the client could not use it there",
                    )
                    .help(format!("hosts here are {}", hosts(subnet.value))),
                );
                continue;
            }
            if reserve.iter().any(|(_, known)| *known == address) {
                self.out.push(Diagnostic::new(
                    Code::Conflict,
                    format!("`{address}` is reserved twice"),
                    written.span,
                    "for another client already",
                ));
                continue;
            }
            reserve.push((mac.value, address));
        }
        let gateway = match entry.gateway {
            Some(gateway) => self.v4(gateway),
            None => interface.and_then(|interface| self.own_gateway(node, interface, subnet.value)),
        };
        let route = |entry: &crate::document::RouteEntry| match (entry.to.value.0, *entry.via) {
            (IpNet::V4(to), IpAddr::V4(via)) => Some((to, via)),
            _ => None,
        };
        let routes = entry.routes.items.iter().filter_map(route).collect();
        Some(DhcpPool {
            interface,
            subnet,
            range: Spanned::new((first, last), entry.range.span),
            lease,
            gateway,
            dns: entry.dns.0.iter().filter_map(|server| self.v4(*server)).collect(),
            domain: entry.domain.as_ref().map(ToString::to_string),
            mtu: entry.mtu.map(|mtu| mtu.value.0),
            ntp: entry.ntp.0.iter().filter_map(|server| self.v4(*server)).collect(),
            routes,
            reserve,
        })
    }

    /// The way out that a server tells of when the file does not say: itself if it is a router, its
    /// own gateway if it is a host.
    fn own_gateway(&self, node: NodeIndex, interface: usize, subnet: Ipv4Net) -> Option<Ipv4Addr> {
        let node = self.lab.node(node);
        let station = node.kind.station()?;
        if node.kind.forwards_packets() {
            return own_address(&station.interfaces[interface], subnet);
        }
        match station.gateway?.value {
            IpAddr::V4(gateway) if subnet.contains(&gateway) => Some(gateway),
            _ => None,
        }
    }

    /// What a home router lends when nothing is said: the addresses that end in .100 to .199, or in a
    /// small network all of them.
    fn home_pool(&self, node: NodeIndex, span: Span) -> Option<DhcpPool> {
        let kind = &self.lab.node(node).kind;
        let NodeKind::HomeRouter(station) = kind else { return None };
        let lan = station.interfaces.iter().position(|own| own.name.as_str() == "lan")?;
        let net = station.interfaces[lan].addresses.iter().find_map(|net| v4(net.value))?;
        let subnet = net.trunc();
        let at = |offset: u32| Ipv4Addr::from(u32::from(subnet.network()) + offset);
        let range = match subnet.prefix_len() {
            ..=24 => (at(100), at(199)),
            25..=30 => (at(1), Ipv4Addr::from(u32::from(subnet.broadcast()) - 1)),
            _ => return None,
        };
        Some(DhcpPool {
            interface: Some(lan),
            subnet: Spanned::new(subnet, span),
            range: Spanned::new(range, span),
            lease: DhcpPool::DEFAULT_LEASE,
            gateway: Some(net.addr()),
            dns: Vec::new(),
            domain: None,
            mtu: None,
            ntp: Vec::new(),
            routes: Vec::new(),
            reserve: Vec::new(),
        })
    }
}

/// Where it says that an address comes from a server.
fn asks(one: Option<Spanned<Prefix>>, more: &List<Spanned<Prefix>>) -> Option<Spanned<()>> {
    let mut all = one.iter().chain(&more.items);
    all.find(|prefix| matches!(prefix.value, Prefix::Dhcp))
        .map(|prefix| Spanned::new((), prefix.span))
}

fn own_address(interface: &Interface, subnet: Ipv4Net) -> Option<Ipv4Addr> {
    let own = interface.addresses.iter().filter_map(|net| v4(net.value));
    own.map(|net| net.addr()).find(|address| subnet.contains(address))
}

/// The hosts of a network, for a help.
fn hosts(net: Ipv4Net) -> String {
    let mut hosts = net.hosts();
    match (hosts.next(), net.hosts().next_back()) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => net.to_string(),
    }
}

pub(crate) fn v4(net: IpNet) -> Option<Ipv4Net> {
    match net {
        IpNet::V4(net) => Some(net),
        IpNet::V6(_) => None,
    }
}
