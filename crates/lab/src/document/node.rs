//! The entries of hosts and devices.

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;
use lanternet_core::{Duration, MacAddr};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::advice::how_to_write;
use super::dhcp::{DhcpPoolEntry, PoolKey, RelayEntry};
use super::dns::OneOrMore;
use super::firewall::FirewallEntry;
use super::ipv6::AdvertiseEntry;
use super::leaf::{Kind, PortNumber, Prefix};
use super::nat::NatEntry;
use super::read::{Entries, List, Map, Read, mapping, wrong_type};
use super::stp::{GroupAddress, SnoopingMap, StpMap, Switched};
use super::vlan::{HomeRouterEntry, L3SwitchEntry, PortEntry, PortKey, VlanEntry, VlanKey};
use crate::diagnostic::{Code, Diagnostic};
use crate::names::{HostName, InterfaceName};
use crate::span::{Spanned, Text};
use crate::yaml::{Node, Value};

mapping! {
    /// A computer that runs programs: one network interface unless `interfaces` says otherwise.
    HostEntry = "a host" tagged "kind" {
        /// The address of its one interface and the length of the network's prefix, such as
        /// `192.168.10.1/24`; `dhcp` to ask a DHCP server for one, `slaac` for one that it forms from what
        /// IPv6 routers advertise.
        optional "address" address: Spanned<Prefix>,
        /// More than one address for its one interface.
        collected "addresses" addresses: List<Spanned<Prefix>>,
        /// The MAC address of its one interface. Derived from the seed unless told otherwise.
        optional "mac" mac: Spanned<MacAddr>,
        /// Where packets for other networks go: the address of a router on this host's segment.
        optional "gateway" gateway: Spanned<IpAddr>,
        /// The same for IPv6, when `gateway` is that for IPv4. With `slaac` there is no need: routers
        /// tell.
        optional "gateway6" gateway6: Spanned<IpAddr>,
        /// Its interfaces by name, when there is more than one.
        collected "interfaces" interfaces: Map<InterfaceName, InterfaceEntry>,
        /// Static routes besides `gateway`.
        collected "routes" routes: List<RouteEntry>,
        /// Whom it asks for names that it does not know: the address of a name server, or a list of
        /// them, which are asked in this order.
        collected "dns" dns: OneOrMore<Spanned<IpAddr>>,
        /// Domains that a name without a dot is looked up in: one, or a list.
        collected "search" search: OneOrMore<Spanned<HostName>>,
        /// Names that this host knows by itself, as in `/etc/hosts`.
        collected "hosts" hosts: Map<HostName, Spanned<IpAddr>>,
        /// What it lends as a DHCP server: a pool for each interface, or for each network behind a
        /// relay: `eth1: { range: 192.168.1.100-192.168.1.199 }`.
        collected "dhcp" dhcp: Map<PoolKey, DhcpPoolEntry>,
        /// Multicast groups that it takes part in from the start, such as `239.1.2.3`.
        collected "groups" groups: List<Spanned<GroupAddress>>,
        /// Whether it tells everybody its addresses when it starts (gratuitous ARP). `false` unless
        /// told otherwise, as in Linux.
        optional "announce" announce: Spanned<bool>,
        /// Whether it asks three times if somebody has its addresses already before it uses them
        /// (RFC 5227), which takes some seconds. `false` unless told otherwise, as in Linux.
        optional "detect-conflicts" detect_conflicts: Spanned<bool>,
        /// Neighbours whose MAC addresses it knows by itself and never asks for:
        /// `192.168.1.2: 02:00:00:00:00:02`.
        collected "arp" arp: Map<IpAddr, Spanned<MacAddr>>,
        /// Which packets may pass: rules in their order, the first that matches decides. What belongs
        /// to a conversation that was allowed to begin passes without being asked about.
        optional "firewall" firewall: FirewallEntry,
    }
}

mapping! {
    /// A device that passes packets between networks.
    RouterEntry = "a router" tagged "kind" {
        /// Its interfaces by name: `eth0`, `eth1` ... `eth0.10` is VLAN 10 on the cable of `eth0`.
        collected "interfaces" interfaces: Map<InterfaceName, InterfaceEntry>,
        /// Static routes: where to send packets for networks that no interface is in.
        collected "routes" routes: List<RouteEntry>,
        /// Whom it asks for names that it does not know: the address of a name server, or a list of
        /// them, which are asked in this order.
        collected "dns" dns: OneOrMore<Spanned<IpAddr>>,
        /// Domains that a name without a dot is looked up in: one, or a list.
        collected "search" search: OneOrMore<Spanned<HostName>>,
        /// Names that this router knows by itself, as in `/etc/hosts`.
        collected "hosts" hosts: Map<HostName, Spanned<IpAddr>>,
        /// What it lends as a DHCP server: a pool for each interface, or for each network behind a
        /// relay: `eth1: { range: 192.168.1.100-192.168.1.199 }`.
        collected "dhcp" dhcp: Map<PoolKey, DhcpPoolEntry>,
        /// Whether it tells everybody its addresses when it starts (gratuitous ARP). `false` unless
        /// told otherwise, as in Linux.
        optional "announce" announce: Spanned<bool>,
        /// Whether it asks three times if somebody has its addresses already before it uses them
        /// (RFC 5227), which takes some seconds. `false` unless told otherwise, as in Linux.
        optional "detect-conflicts" detect_conflicts: Spanned<bool>,
        /// Neighbours whose MAC addresses it knows by itself and never asks for:
        /// `192.168.1.2: 02:00:00:00:00:02`.
        collected "arp" arp: Map<IpAddr, Spanned<MacAddr>>,
        /// Address translation out of one of its interfaces.
        optional "nat" nat: NatEntry,
        /// Which packets may pass: rules in their order, the first that matches decides. What belongs
        /// to a conversation that was allowed to begin passes without being asked about.
        optional "firewall" firewall: FirewallEntry,
    }
}

mapping! {
    /// A device that repeats each frame to all its other ports.
    HubEntry = "a hub" tagged "kind" {
    }
}

mapping! {
    /// A device that learns at which port each station is, and forwards frames there only.
    SwitchEntry = "a switch" tagged "kind" {
        /// How long a silent station stays in the table. `300s` unless told otherwise.
        optional "ageing" ageing: Spanned<Duration>,
        /// How many stations the table holds. 8192 unless told otherwise.
        optional "table-size" table_size: Spanned<TableSize>,
        /// Stations that it knows from the start and never forgets, with the number of the port
        /// that each is behind: `02:00:00:00:00:02: 3`.
        collected "macs" macs: Map<MacAddr, Spanned<PortNumber>>,
        /// Its VLANs by number: `10: { name: left }`. VLAN 1 is there without being written.
        collected "vlans" vlans: Map<VlanKey, VlanEntry>,
        /// Its ports by number, where they are no access ports of VLAN 1. A switch without `vlans`
        /// and `ports` knows nothing of VLANs, and passes tags on as they are.
        collected "ports" ports: Map<PortKey, PortEntry>,
        /// Whether the switch takes part in the spanning tree, which blocks cables that would make a
        /// loop: `true`, or settings such as `{ priority: 4096 }`. `false` unless told otherwise.
        optional "stp" stp: Switched<StpMap>,
        /// Whether the switch listens in on who takes part in which group, so that it need not flood
        /// what is for groups: `true`, or `{ querier: true }`. `false` unless told otherwise.
        optional "snooping" snooping: Switched<SnoopingMap>,
    }
}

mapping! {
    /// One network interface of a host or router.
    InterfaceEntry = "an interface" {
        /// Its address and the length of the network's prefix, such as `192.168.10.254/24`; `dhcp` to
        /// ask a DHCP server for one, `slaac` for one that it forms from what IPv6 routers advertise.
        optional "address" address: Spanned<Prefix>,
        /// More than one address.
        collected "addresses" addresses: List<Spanned<Prefix>>,
        /// Its MAC address. Derived from the seed unless told otherwise.
        optional "mac" mac: Spanned<MacAddr>,
        /// Whether it advertises itself to hosts as a router of IPv6: `true`, or settings such as
        /// `{ lifetime: 30m }`. The networks of its IPv6 addresses are those that hosts form addresses
        /// from.
        optional "advertise" advertise: AdvertiseEntry,
        /// The address of a DHCP server on another segment to which it passes clients' messages on.
        optional "dhcp-relay" dhcp_relay: RelayEntry,
    }
}

mapping! {
    /// A row of the route table.
    RouteEntry = "a route" {
        /// The network that it leads to, such as `192.168.20.0/24`; `0.0.0.0/0` or `default` for
        /// everything.
        required "to" to: Spanned<Destination>,
        /// The address of the next router.
        required "via" via: Spanned<IpAddr>,
        /// The interface that the router is at; needed for a link-local address (`fe80::…`) when there
        /// are several.
        optional "interface" interface: Spanned<InterfaceName>,
    }
}

/// A prefix without host bits, as the destination of a route.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Destination(pub(crate) IpNet);

/// How many rows a switch's table has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableSize(pub(crate) u32);

/// A node of any kind.
#[derive(Debug)]
pub(crate) enum NodeEntry {
    Host(Box<HostEntry>),
    Hub,
    Switch(Box<SwitchEntry>),
    Router(Box<RouterEntry>),
    L3Switch(Box<L3SwitchEntry>),
    HomeRouter(Box<HomeRouterEntry>),
}

impl Read for NodeEntry {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        let Value::Mapping(entries) = &node.value else {
            out.push(
                wrong_type(node, "a node")
                    .help("write what it is, such as `{ kind: host, address: 10.0.0.1/24 }`"),
            );
            return None;
        };
        let Some((_, kind)) = entries.iter().find(|(key, _)| key.value == "kind") else {
            out.push(
                Diagnostic::new(
                    Code::MissingKey,
                    "a node needs the key `kind`",
                    node.span,
                    "`kind` is missing here",
                )
                .maybe_help(how_to_write("kind")),
            );
            look_through(node, entries, out);
            return None;
        };
        let before = out.len();
        if let Some(kind) = Spanned::<Kind>::read(kind, out) {
            return Self::read_as(kind.value, node, out);
        }
        // What a kind of a later version has in it is not for this version to judge.
        if out[before..].iter().all(|diagnostic| diagnostic.code != Code::NotYet) {
            look_through(node, entries, out);
        }
        None
    }
}

impl NodeEntry {
    fn read_as(kind: Kind, node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        match kind {
            Kind::Host => HostEntry::read(node, out).map(Box::new).map(Self::Host),
            Kind::Router => RouterEntry::read(node, out).map(Box::new).map(Self::Router),
            Kind::Hub => HubEntry::read(node, out).map(|_| Self::Hub),
            Kind::Switch => SwitchEntry::read(node, out).map(Box::new).map(Self::Switch),
            Kind::L3Switch => L3SwitchEntry::read(node, out).map(Box::new).map(Self::L3Switch),
            Kind::HomeRouter => {
                HomeRouterEntry::read(node, out).map(Box::new).map(Self::HomeRouter)
            }
        }
    }

    const fn keys(kind: Kind) -> &'static [&'static str] {
        match kind {
            Kind::Host => HostEntry::KEYS,
            Kind::Router => RouterEntry::KEYS,
            Kind::Hub => HubEntry::KEYS,
            Kind::Switch => SwitchEntry::KEYS,
            Kind::L3Switch => L3SwitchEntry::KEYS,
            Kind::HomeRouter => HomeRouterEntry::KEYS,
        }
    }
}

/// Complains about what is wrong with a node whatever its kind is meant to be: keys that no kind
/// has, and values that are wrong for the kinds that have the key.
fn look_through(node: &Node, entries: &[(Text, Node)], out: &mut Vec<Diagnostic>) {
    let mut keys: Vec<&'static str> = Vec::new();
    for key in Kind::ALL.iter().flat_map(|kind| NodeEntry::keys(*kind)) {
        if !keys.contains(key) {
            keys.push(key);
        }
    }
    Entries::open(node, "a node", &keys, out);
    let mut values: Vec<Diagnostic> = Vec::new();
    for kind in Kind::ALL {
        let mut found = Vec::new();
        NodeEntry::read_as(*kind, node, &mut found);
        // A key that only this kind does not have is no mistake, and two kinds may agree.
        let of_a_key = |d: &Diagnostic| entries.iter().any(|(key, _)| key.span == d.span());
        found.retain(|diagnostic| !of_a_key(diagnostic) && !values.contains(diagnostic));
        values.append(&mut found);
    }
    out.append(&mut values);
}

impl JsonSchema for NodeEntry {
    fn schema_name() -> Cow<'static, str> {
        "NodeEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut kinds: Vec<Schema> = Vec::new();
        for kind in Kind::ALL {
            let mut schema = match kind {
                Kind::Host => HostEntry::json_schema(generator),
                Kind::Router => RouterEntry::json_schema(generator),
                Kind::Hub => HubEntry::json_schema(generator),
                Kind::Switch => SwitchEntry::json_schema(generator),
                Kind::L3Switch => L3SwitchEntry::json_schema(generator),
                Kind::HomeRouter => HomeRouterEntry::json_schema(generator),
            };
            let name = serde_json::json!({ "const": kind.name() });
            if let Some(properties) =
                schema.pointer_mut("/properties").and_then(serde_json::Value::as_object_mut)
            {
                properties.insert("kind".to_owned(), name);
            }
            // No other key of a node is required.
            schema.insert("required".to_owned(), serde_json::json!(["kind"]));
            kinds.push(schema);
        }
        json_schema!({ "description": "A host or device, by its kind.", "oneOf": kinds })
    }
}
