//! The entries of VLANs and ports, of three-layer switches and of home routers.

use std::borrow::Cow;
use std::net::IpAddr;

use lanternet_core::{Duration, MacAddr, VlanId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::Name;
use super::dhcp::{DhcpPoolEntry, HomeDhcpEntry, PoolKey, RelayEntry};
use super::dns::OneOrMore;
use super::firewall::FirewallEntry;
use super::ipv6::AdvertiseEntry;
use super::leaf::{PortNumber, Prefix};
use super::nat::{HomeNatEntry, NatEntry};
use super::node::{InterfaceEntry, RouteEntry, TableSize};
use super::read::{Leaf, List, Map, Read, Refusal, mapping, wrong_type};
use super::stp::{PathCost, PortPriority, SnoopingMap, StpMap, Switched};
use crate::diagnostic::Diagnostic;
use crate::names::HostName;
use crate::span::{Span, Spanned, Text};
use crate::yaml::{Node, Scalar, Value};

mapping! {
    /// A VLAN of a switch.
    VlanEntry = "a VLAN" {
        /// What people call it, such as `left`.
        optional "name" name: Spanned<Name>,
    }
}

mapping! {
    /// A port of a switch: `{ vlan: 10 }` for a station, `{ trunk: [10, 20] }` for another switch.
    PortEntry = "a port" {
        /// The VLAN of an access port: its frames have no tag. 1 unless told otherwise.
        optional "vlan" vlan: Spanned<VlanId>,
        /// The VLANs of a trunk, whose frames have a tag each; `all` for all that the switch has.
        optional "trunk" trunk: TrunkEntry,
        /// The VLAN of a trunk whose frames have no tag. Without it, frames without a tag are not
        /// taken.
        optional "native" native: Spanned<VlanId>,
        /// Whether there is no switch behind it, so that the spanning tree lets it forward at once.
        /// Unless told otherwise, `true` where the cable leads to a host or router.
        optional "edge" edge: Spanned<bool>,
        /// What the way through it costs in the spanning tree. Follows from the rate of the cable
        /// unless told otherwise: 20000 for 1 Gbit/s.
        optional "cost" cost: Spanned<PathCost>,
        /// Decides in the spanning tree between ports of this switch: 0 to 240 in steps of 16, 128
        /// unless told otherwise.
        optional "priority" priority: Spanned<PortPriority>,
    }
}

mapping! {
    /// A switch and a router in one box: it forwards frames within a VLAN, and packets between VLANs.
    L3SwitchEntry = "a three-layer switch" tagged "kind" {
        /// Its VLANs by number: `10: { name: left, address: 192.168.10.254/24 }`.
        collected "vlans" vlans: Map<VlanKey, L3VlanEntry>,
        /// Its ports by number, where they are no access ports of VLAN 1.
        collected "ports" ports: Map<PortKey, L3PortEntry>,
        /// Whether the switch takes part in the spanning tree, which blocks cables that would make a
        /// loop: `true`, or settings such as `{ priority: 4096 }`. `false` unless told otherwise.
        optional "stp" stp: Switched<StpMap>,
        /// Whether the switch listens in on who takes part in which group, so that it need not flood
        /// what is for groups: `true`, or `{ querier: true }`. `false` unless told otherwise.
        optional "snooping" snooping: Switched<SnoopingMap>,
        /// How long a silent station stays in the MAC table. `300s` unless told otherwise.
        optional "ageing" ageing: Spanned<Duration>,
        /// How many stations the MAC table holds. 8192 unless told otherwise.
        optional "table-size" table_size: Spanned<TableSize>,
        /// Stations that it knows from the start and never forgets, with the number of the port
        /// that each is behind: `02:00:00:00:00:02: 3`.
        collected "macs" macs: Map<MacAddr, Spanned<PortNumber>>,
        /// Static routes: where to send packets for networks that no VLAN and no port is in.
        collected "routes" routes: List<RouteEntry>,
        /// Names that it knows by itself, as in `/etc/hosts`.
        collected "hosts" hosts: Map<HostName, Spanned<IpAddr>>,
        /// Name servers, in the order in which they are asked.
        collected "dns" dns: OneOrMore<Spanned<IpAddr>>,
        /// Domains in which names without a dot are looked up.
        collected "search" search: OneOrMore<Spanned<HostName>>,
        /// What it lends as a DHCP server: a pool for each VLAN with an address, or for each network
        /// behind a relay: `vlan10: { range: 192.168.1.100-192.168.1.199 }`.
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
    /// A VLAN of a three-layer switch. With an address the switch is a router for it.
    L3VlanEntry = "a VLAN" {
        /// What people call it, such as `left`.
        optional "name" name: Spanned<Name>,
        /// The address of the switch in this VLAN, such as `192.168.10.254/24`: the gateway of its
        /// hosts.
        optional "address" address: Spanned<Prefix>,
        /// More than one address.
        collected "addresses" addresses: List<Spanned<Prefix>>,
        /// The MAC address of the switch in this VLAN. Derived from the seed unless told otherwise.
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
    /// A port of a three-layer switch: `{ vlan: 10 }` for a station, `{ trunk: [10, 20] }` for another
    /// switch, `{ address: 10.0.0.1/30 }` for one that is no part of the switch but an interface.
    L3PortEntry = "a port" {
        /// The VLAN of an access port: its frames have no tag. 1 unless told otherwise.
        optional "vlan" vlan: Spanned<VlanId>,
        /// The VLANs of a trunk, whose frames have a tag each; `all` for all that the switch has.
        optional "trunk" trunk: TrunkEntry,
        /// The VLAN of a trunk whose frames have no tag. Without it, frames without a tag are not
        /// taken.
        optional "native" native: Spanned<VlanId>,
        /// Whether there is no switch behind it, so that the spanning tree lets it forward at once.
        /// Unless told otherwise, `true` where the cable leads to a host or router.
        optional "edge" edge: Spanned<bool>,
        /// What the way through it costs in the spanning tree. Follows from the rate of the cable
        /// unless told otherwise: 20000 for 1 Gbit/s.
        optional "cost" cost: Spanned<PathCost>,
        /// Decides in the spanning tree between ports of this switch: 0 to 240 in steps of 16, 128
        /// unless told otherwise.
        optional "priority" priority: Spanned<PortPriority>,
        /// The address of a routed port.
        optional "address" address: Spanned<Prefix>,
        /// More than one address.
        collected "addresses" addresses: List<Spanned<Prefix>>,
        /// The MAC address of a routed port. Derived from the seed unless told otherwise.
        optional "mac" mac: Spanned<MacAddr>,
        /// Whether a routed port advertises itself to hosts as a router of IPv6: `true`, or settings such as
        /// `{ lifetime: 30m }`. The networks of its IPv6 addresses are those that hosts form addresses
        /// from.
        optional "advertise" advertise: AdvertiseEntry,
        /// The address of a DHCP server on another segment to which it passes clients' messages on.
        optional "dhcp-relay" dhcp_relay: RelayEntry,
    }
}

mapping! {
    /// The box of a home: a small switch with ports 1, 2, 3 ... for what is in the house, and a router
    /// between them and the port `wan`.
    HomeRouterEntry = "a home router" tagged "kind" {
        /// Its interface to the outside.
        optional "wan" wan: InterfaceEntry,
        /// Its interface to the house. `192.168.1.1/24` unless told otherwise.
        optional "lan" lan: InterfaceEntry,
        /// Whether it answers the house's questions for names by asking its own name servers, and
        /// tells DHCP clients to ask it. `true` unless told otherwise.
        optional "forwarder" forwarder: Spanned<bool>,
        /// Whether the switch takes part in the spanning tree, which blocks cables that would make a
        /// loop: `true`, or settings such as `{ priority: 4096 }`. `false` unless told otherwise.
        optional "stp" stp: Switched<StpMap>,
        /// Whether the switch listens in on who takes part in which group, so that it need not flood
        /// what is for groups: `true`, or `{ querier: true }`. `false` unless told otherwise.
        optional "snooping" snooping: Switched<SnoopingMap>,
        /// Where packets to the outside go: the address of the provider's router.
        optional "gateway" gateway: Spanned<IpAddr>,
        /// The same for IPv6, when `gateway` is that for IPv4.
        optional "gateway6" gateway6: Spanned<IpAddr>,
        /// Static routes besides `gateway`.
        collected "routes" routes: List<RouteEntry>,
        /// Names that it knows by itself, as in `/etc/hosts`.
        collected "hosts" hosts: Map<HostName, Spanned<IpAddr>>,
        /// Name servers, in the order in which they are asked.
        collected "dns" dns: OneOrMore<Spanned<IpAddr>>,
        /// Domains in which names without a dot are looked up.
        collected "search" search: OneOrMore<Spanned<HostName>>,
        /// What it lends as a DHCP server: `lan: { range: 192.168.1.10-192.168.1.20 }`. The addresses
        /// that end in .100 to .199 unless told otherwise; `false` for none.
        optional "dhcp" dhcp: HomeDhcpEntry,
        /// Whether it tells everybody its addresses when it starts (gratuitous ARP). `false` unless
        /// told otherwise, as in Linux.
        optional "announce" announce: Spanned<bool>,
        /// Whether it asks three times if somebody has its addresses already before it uses them
        /// (RFC 5227), which takes some seconds. `false` unless told otherwise, as in Linux.
        optional "detect-conflicts" detect_conflicts: Spanned<bool>,
        /// Neighbours whose MAC addresses it knows by itself and never asks for:
        /// `192.168.1.2: 02:00:00:00:00:02`.
        collected "arp" arp: Map<IpAddr, Spanned<MacAddr>>,
        /// Address translation out of `wan`, as a home router does unless it says `nat: false`.
        optional "nat" nat: HomeNatEntry,
        /// Which packets may pass: rules in their order, the first that matches decides. What belongs
        /// to a conversation that was allowed to begin passes without being asked about.
        optional "firewall" firewall: FirewallEntry,
    }
}

/// The VLANs of a trunk, and where they were written.
#[derive(Debug)]
pub(crate) struct TrunkEntry {
    /// `None`: all that the switch has.
    pub(crate) vlans: Option<Vec<Spanned<VlanId>>>,
    /// Whether some of them could not be read.
    pub(crate) incomplete: bool,
    pub(crate) span: Span,
}

/// The number of a VLAN as a key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VlanKey(pub(crate) VlanId);

/// The number of a port as a key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PortKey(pub(crate) u16);

impl Read for TrunkEntry {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        let how = "write their numbers, such as `trunk: [10, 20]`, or `trunk: all`";
        let span = node.span;
        match &node.value {
            Value::Sequence(items) => {
                let read = items.iter().filter_map(|item| Spanned::<VlanId>::read(item, out));
                let vlans: Vec<_> = read.collect();
                let incomplete = vlans.len() < items.len();
                Some(Self { vlans: Some(vlans), incomplete, span })
            }
            Value::Scalar(Scalar::Text, text) if text.value == "all" => {
                Some(Self { vlans: None, incomplete: false, span })
            }
            _ => {
                out.push(wrong_type(node, "the VLANs of a trunk").help(how));
                None
            }
        }
    }
}

impl JsonSchema for TrunkEntry {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "TrunkEntry".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "const": "all" },
                { "type": "array", "minItems": 1, "items": VlanId::schema() },
            ],
        })
    }
}

impl Leaf for VlanId {
    const NOUN: &'static str = "the number of a VLAN";
    const HOW: &'static str =
        "write a number from 1 to 4094: 0 and 4095 stand for no VLAN (802.1Q table 9-2)";

    fn accepts(scalar: Scalar) -> bool {
        scalar == Scalar::Integer
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        let plain = text.value.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.value.parse().ok().filter(|_| plain);
        number.and_then(Self::new).ok_or_else(Refusal::default)
    }

    fn schema() -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": 4094 })
    }
}

impl Leaf for VlanKey {
    const NOUN: &'static str = VlanId::NOUN;
    const HOW: &'static str = VlanId::HOW;

    fn parse(text: &Text) -> Result<Self, Refusal> {
        VlanId::parse(text).map(Self)
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]{1,4}$" })
    }
}

impl Leaf for PortKey {
    const NOUN: &'static str = PortNumber::NOUN;
    const HOW: &'static str = PortNumber::HOW;

    fn parse(text: &Text) -> Result<Self, Refusal> {
        PortNumber::parse(text).map(|port| Self(port.0))
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]{1,5}$" })
    }
}
