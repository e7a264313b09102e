//! `nodes`: hosts, devices and their interfaces.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use lanternet_core::MacAddr;

use super::Resolver;
use super::stp::snooping;
use super::vlan::stp_ports;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{
    FirewallEntry, HostEntry, List, Map, NodeEntry, OneOrMore, PortNumber, Prefix, RouteEntry,
    RouterEntry,
};
use crate::lab::{
    HostsEntry, Interface, InterfaceDhcp, Ipv6, Neighbor, Node, NodeIndex, NodeKind, Route, Stand,
    StaticMac, Station, Switch,
};
use crate::names::{HostName, InterfaceName, NodeName, some_of};
use crate::span::{Span, Spanned};

/// Where an interface has its addresses from.
#[derive(Default)]
pub(super) struct Addresses {
    /// Those that were written.
    pub(super) written: Vec<Spanned<IpNet>>,
    /// Whether it forms some.
    pub(super) slaac: Option<Spanned<()>>,
}

impl Addresses {
    pub(super) fn is_empty(&self) -> bool {
        self.written.is_empty() && self.slaac.is_none()
    }
}

/// What the entries of all stations have.
pub(super) struct Common<'a> {
    pub(super) routes: &'a List<RouteEntry>,
    pub(super) hosts: &'a Map<HostName, Spanned<IpAddr>>,
    pub(super) dns: &'a OneOrMore<Spanned<IpAddr>>,
    pub(super) search: &'a OneOrMore<Spanned<HostName>>,
    pub(super) announce: Option<Spanned<bool>>,
    pub(super) detect_conflicts: Option<Spanned<bool>>,
    pub(super) arp: &'a Map<IpAddr, Spanned<MacAddr>>,
    pub(super) firewall: Option<&'a FirewallEntry>,
}

/// The [`Common`] part of an entry, whichever kind of station it is of.
macro_rules! common {
    ($entry:expr) => {
        $crate::resolve::nodes::Common {
            routes: &$entry.routes,
            hosts: &$entry.hosts,
            dns: &$entry.dns,
            search: &$entry.search,
            announce: $entry.announce,
            detect_conflicts: $entry.detect_conflicts,
            arp: &$entry.arp,
            firewall: $entry.firewall.as_ref(),
        }
    };
}
pub(super) use common;

impl Resolver<'_> {
    pub(super) fn nodes(&mut self, entries: &Map<NodeName, NodeEntry>) {
        for (name, entry) in &entries.0 {
            let Some(entry) = entry else {
                self.names.insert(name.value.clone(), None);
                continue;
            };
            let kind = match entry {
                NodeEntry::Host(host) => NodeKind::Host(self.host(name, host)),
                NodeEntry::Router(router) => NodeKind::Router(self.router(name, router)),
                NodeEntry::Hub => NodeKind::Hub { ports: 0 },
                NodeEntry::Switch(switch) => NodeKind::Switch(Switch {
                    ports: 0,
                    ageing: switch.ageing.map_or(Switch::DEFAULT_AGEING, |ageing| ageing.value),
                    table_size: switch.table_size.map_or(Switch::DEFAULT_TABLE_SIZE, |s| s.0),
                    macs: macs(&switch.macs),
                    vlans: self.vlans(name, &switch.vlans, &switch.ports),
                    stp: self.stp(name, switch.stp.as_ref(), stp_ports(&switch.ports)),
                    snooping: snooping(switch.snooping.as_ref()),
                }),
                NodeEntry::L3Switch(entry) => NodeKind::L3Switch(self.l3_switch(name, entry)),
                NodeEntry::HomeRouter(entry) => NodeKind::HomeRouter(self.home_router(name, entry)),
            };
            self.names.insert(name.value.clone(), Some(NodeIndex(self.lab.nodes.len())));
            self.lab.nodes.push(Node { name: name.clone(), kind });
        }
    }

    fn host(&mut self, name: &Spanned<NodeName>, entry: &HostEntry) -> Station {
        let mut interfaces = self.interfaces(name, &entry.interfaces);
        let on_node = entry.address.map(|address| address.span).or_else(|| {
            let first = entry.addresses.items.first().map(|address| address.span);
            first.or_else(|| entry.mac.map(|mac| mac.span))
        });
        if let (Some(here), Some((first, _))) = (on_node, entry.interfaces.0.first()) {
            self.out.push(
                Diagnostic::new(
                    Code::Conflict,
                    format!("`{name}` has an address of its own and `interfaces` too"),
                    here,
                    "this is for a host with one interface",
                )
                .and(first.span, "these are for one with several")
                .help("move it to the interface that it belongs to"),
            );
        } else if on_node.is_some() {
            let addresses = self.addresses(entry.address, &entry.addresses);
            let eth0 = Spanned::new(InterfaceName::ethernet(0), name.span);
            interfaces.push(self.interface(name, eth0, entry.mac, addresses));
        }
        let [gateway, gateway6] = self.gateways(entry.gateway, entry.gateway6);
        Station {
            interfaces,
            gateway,
            gateway6,
            groups: entry
                .groups
                .items
                .iter()
                .map(|group| Spanned::new(group.value.0, group.span))
                .collect(),
            ..self.common(&common!(entry))
        }
    }

    fn router(&mut self, name: &Spanned<NodeName>, entry: &RouterEntry) -> Station {
        Station {
            interfaces: self.interfaces(name, &entry.interfaces),
            nat: self.nat(name, entry.nat.as_ref()),
            ..self.common(&common!(entry))
        }
    }

    /// A station with what all kinds of them have under the same keys, and nothing else.
    pub(super) fn common(&mut self, common: &Common<'_>) -> Station {
        Station {
            routes: routes(common.routes),
            hosts: hosts(common.hosts),
            dns: common.dns.0.clone(),
            search: common.search.0.clone(),
            announce: common.announce.is_some_and(|announce| announce.value),
            detect_conflicts: common.detect_conflicts.is_some_and(|detect| detect.value),
            neighbors: self.neighbors(common.arp),
            firewall: self.firewall(common.firewall),
            ..Station::default()
        }
    }

    pub(super) fn neighbors(&mut self, entries: &Map<IpAddr, Spanned<MacAddr>>) -> Vec<Neighbor> {
        let mut neighbors = Vec::with_capacity(entries.0.len());
        for (address, mac) in &entries.0 {
            let mac = mac.map(|mac| Neighbor { address: *address, mac });
            neighbors.extend(mac);
        }
        neighbors
    }

    /// Complains about rows of switches' tables that name ports they do not have. Their number is
    /// known only when the links are.
    pub(super) fn static_macs(&mut self) {
        let mut found = Vec::new();
        for node in &self.lab.nodes {
            let Some(switch) = node.kind.switch() else { continue };
            let mut first: BTreeMap<MacAddr, Span> = BTreeMap::new();
            for row in &switch.macs {
                if row.port.value > switch.ports {
                    let (name, ports) = (&node.name, switch.ports);
                    let help = match ports {
                        0 => format!("plug something into `{name}` with a link"),
                        _ => format!("its links take ports up to {ports}"),
                    };
                    found.push(
                        Diagnostic::new(
                            Code::UnknownInterface,
                            format!("`{name}` has no port {}", row.port),
                            row.port.span,
                            "no cable is in it",
                        )
                        .help(help),
                    );
                }
                if let Some(earlier) = first.insert(row.mac.value, row.mac.span) {
                    found.push(
                        Diagnostic::new(
                            Code::DuplicateKey,
                            format!("`{}` is in the table twice", row.mac),
                            row.mac.span,
                            "the second one",
                        )
                        .and(earlier, "the first one")
                        .help("a station is behind one port"),
                    );
                }
            }
        }
        self.out.append(&mut found);
    }

    pub(super) fn interface(
        &self,
        node: &Spanned<NodeName>,
        name: Spanned<InterfaceName>,
        mac: Option<Spanned<MacAddr>>,
        addresses: Addresses,
    ) -> Interface {
        let derived = || MacAddr::derive(self.lab.seed, node.as_str(), name.as_str());
        let mac = mac.unwrap_or_else(|| Spanned::new(derived(), Span::default()));
        let Addresses { written: addresses, slaac } = addresses;
        let ipv6 = Ipv6 { slaac, ..Ipv6::default() };
        let dhcp = InterfaceDhcp::default();
        Interface { name, mac, addresses, stand: Stand::Cable, ipv6, dhcp }
    }

    pub(super) fn addresses(
        &self,
        one: Option<Spanned<Prefix>>,
        more: &List<Spanned<Prefix>>,
    ) -> Addresses {
        let mut addresses = Addresses::default();
        for prefix in one.iter().chain(&more.items) {
            match prefix.value {
                Prefix::Net(net) => addresses.written.push(Spanned::new(net, prefix.span)),
                Prefix::Slaac => addresses.slaac = Some(Spanned::new((), prefix.span)),
                // Read with what else there is about DHCP.
                Prefix::Dhcp => {}
            }
        }
        addresses
    }

    /// Complains about routes that name an interface which is not there. Links may make some.
    pub(super) fn route_interfaces(&mut self) {
        let mut found = Vec::new();
        for (_, node, station) in self.lab.stations() {
            let there = |name| station.interfaces.iter().any(|own| own.name.value == name);
            let routes = station.routes.iter().filter_map(|route| route.interface.as_ref());
            for name in routes.filter(|name| !there(name.value.clone())) {
                let names = station.interfaces.iter().map(|interface| interface.name.as_str());
                found.push(
                    Diagnostic::new(
                        Code::UnknownInterface,
                        format!("`{}` has no interface `{name}`", node.name),
                        name.span,
                        "not one of its interfaces",
                    )
                    .help(format!("it has {}", some_of(names))),
                );
            }
        }
        self.out.append(&mut found);
    }
}

pub(super) fn routes(entries: &List<RouteEntry>) -> Vec<Route> {
    let route = |entry: &RouteEntry| {
        // `default` is that of the family of `via`.
        let to = match (entry.to.value.0, entry.via.value) {
            (to, IpAddr::V6(_)) if to == IpNet::V4(Ipv4Net::default()) => {
                IpNet::V6(Ipv6Net::default())
            }
            (to, _) => to,
        };
        let interface = entry.interface.clone();
        Route { to: Spanned::new(to, entry.to.span), via: entry.via, interface }
    };
    entries.items.iter().map(route).collect()
}

pub(super) fn macs(entries: &Map<MacAddr, Spanned<PortNumber>>) -> Vec<StaticMac> {
    let row = |(mac, port): &(Spanned<MacAddr>, Option<Spanned<PortNumber>>)| {
        Some(StaticMac { mac: *mac, port: (*port).map(|port| Spanned::new(port.0, port.span))? })
    };
    entries.0.iter().filter_map(row).collect()
}

pub(super) fn hosts(entries: &Map<HostName, Spanned<IpAddr>>) -> Vec<HostsEntry> {
    let entry = |(name, address): &(Spanned<HostName>, Option<Spanned<IpAddr>>)| {
        Some(HostsEntry { name: name.clone(), address: (*address)? })
    };
    entries.0.iter().filter_map(entry).collect()
}
