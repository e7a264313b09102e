//! `dhcp:`, what a server lends, and `dhcp-relay:`.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};
use lanternet_core::{Duration, MacAddr};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::dns::OneOrMore;
use super::link::Mtu;
use super::node::{Destination, RouteEntry};
use super::read::{Leaf, List, Map, Read, Refusal, mapping};
use crate::diagnostic::Diagnostic;
use crate::names::{HostName, InterfaceName};
use crate::span::{Spanned, Text};
use crate::yaml::{Node, Scalar, Value};

mapping! {
    /// What a DHCP server lends on one segment, and what it tells with it.
    DhcpPoolEntry = "a DHCP pool" {
        /// The addresses to lend, such as `192.168.1.100-192.168.1.199`.
        required "range" range: Spanned<AddressRange>,
        /// For how long an address is lent. `1h` unless told otherwise.
        optional "lease" lease: Spanned<Duration>,
        /// The default gateway of the clients. A router's own address unless told otherwise.
        optional "gateway" gateway: Spanned<IpAddr>,
        /// The name servers of the clients: one, or a list.
        collected "dns" dns: OneOrMore<Spanned<IpAddr>>,
        /// The domain in which the clients look up names without a dot.
        optional "domain" domain: Spanned<HostName>,
        /// The longest packet that the clients send, in bytes.
        optional "mtu" mtu: Spanned<Mtu>,
        /// The time servers of the clients: one, or a list.
        collected "ntp" ntp: OneOrMore<Spanned<IpAddr>>,
        /// Routes of the clients besides the gateway.
        collected "routes" routes: List<RouteEntry>,
        /// Addresses that are kept for one client each: `02:00:00:00:00:01: 192.168.1.50`.
        collected "reserve" reserve: Map<MacAddr, Spanned<IpAddr>>,
    }
}

mapping! {
    /// A DHCP relay.
    RelayMap = "a DHCP relay" {
        /// The address of the server.
        required "server" server: Spanned<IpAddr>,
        /// Whether it tells the server by which interface a client's message came (option 82,
        /// RFC 3046). `false` unless told otherwise.
        optional "option-82" option_82: Spanned<bool>,
    }
}

/// Where a relay sends messages: the server alone, or a mapping.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RelayEntry {
    pub(crate) server: Spanned<IpAddr>,
    pub(crate) option_82: bool,
}

/// What a home router lends: nothing, or as its pools say.
#[derive(Debug)]
pub(crate) enum HomeDhcpEntry {
    Off,
    Pools(Map<PoolKey, DhcpPoolEntry>),
}

/// The segment of a pool: that of an interface, or one that relays bring messages from.
#[derive(Debug, Clone)]
pub(crate) enum PoolKey {
    Interface(InterfaceName),
    Subnet(Ipv4Net),
}

/// Addresses one after the other, both ends included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddressRange(pub(crate) Ipv4Addr, pub(crate) Ipv4Addr);

impl Read for RelayEntry {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        if let Value::Mapping(_) = &node.value {
            let map = RelayMap::read(node, out)?;
            let option_82 = map.option_82.is_some_and(|option| option.value);
            return Some(Self { server: map.server, option_82 });
        }
        let server = Spanned::<IpAddr>::read(node, out)?;
        Some(Self { server, option_82: false })
    }
}

impl JsonSchema for RelayEntry {
    fn schema_name() -> Cow<'static, str> {
        "RelayEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let full = generator.subschema_for::<RelayMap>();
        json_schema!({ "anyOf": [IpAddr::schema(), full] })
    }
}

impl Read for HomeDhcpEntry {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        if let Value::Scalar(Scalar::Boolean, text) = &node.value
            && bool::parse(text).ok() == Some(false)
        {
            return Some(Self::Off);
        }
        Map::read(node, out).map(Self::Pools)
    }
}

impl JsonSchema for HomeDhcpEntry {
    fn schema_name() -> Cow<'static, str> {
        "HomeDhcpEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let pools = Map::<PoolKey, DhcpPoolEntry>::json_schema(generator);
        json_schema!({ "anyOf": [{ "const": false }, pools] })
    }
}

impl Leaf for PoolKey {
    const NOUN: &'static str = "an interface or a network";
    const HOW: &'static str = "write the server's interface, such as `eth1`, or the network of clients \
        behind a relay, such as `192.168.20.0/24`";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        if text.value.contains('/') {
            let refused = |refusal: Refusal| Refusal { help: None, ..refusal };
            return match Destination::parse(text).map_err(refused)?.0 {
                IpNet::V4(net) => Ok(Self::Subnet(net)),
                IpNet::V6(_) => Err(Refusal::because("DHCP here is that of IPv4")),
            };
        }
        text.value.parse().map(Self::Interface).map_err(|_| Refusal::default())
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[a-z0-9.-]+(/[0-9]{1,2})?$" })
    }
}

impl Leaf for AddressRange {
    const NOUN: &'static str = "a range of addresses";
    const HOW: &'static str =
        "write the first and the last one, such as `192.168.1.100-192.168.1.199`";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        let (first, last) = text.value.split_once('-').ok_or_else(Refusal::default)?;
        let address = |written: &str| written.trim().parse::<Ipv4Addr>().ok();
        match (address(first), address(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self(first, last)),
            (Some(first), Some(last)) => Err(Refusal::because(format!(
                "expected the smaller address first, got `{}`",
                text.value
            ))
            .label("ends before it begins")
            .help(format!("write `{last}-{first}`"))),
            _ => Err(Refusal::default()),
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": r"^\s*[0-9.]{7,15}\s*-\s*[0-9.]{7,15}\s*$" })
    }
}
