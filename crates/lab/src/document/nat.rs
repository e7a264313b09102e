//! `nat:`, address translation.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};
use std::ops::RangeInclusive;

use lanternet_net::nat::{Dependence, Preset};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::node::Destination;
use super::read::{Leaf, List, Map, Read, Refusal, mapping};
use crate::diagnostic::{Diagnostic, did_you_mean, one_of};
use crate::names::InterfaceName;
use crate::span::{Spanned, Text};
use crate::yaml::{Node, Scalar, Value};

mapping! {
    /// Address translation: what leaves by the outside interface gets an outside address, and what
    /// comes in by it gets in only as an answer or by a forward.
    NatEntry = "an address translation" {
        /// The interface to the outside. A home router's is `wan`; others must say it.
        optional "outside" outside: Spanned<OwnInterface>,
        /// How it behaves: `home` (keeps ports, each inside end has one outside end, only who was
        /// spoken to gets in), `corporate` (a random port for each destination, no way back from
        /// inside to inside), `cgnat` (a provider's: random ports, everybody gets in to a port in
        /// use, at most 2000 ports for each customer), `full-cone` (as `home`, but everybody gets
        /// in to a port in use), `cloud` (as `corporate`, with `one-to-one` for the servers).
        /// `home` unless told otherwise.
        optional "preset" preset: Spanned<Preset>,
        /// For which destinations an inside end keeps its outside end (RFC 4787 section 4.1).
        optional "mapping" mapping: Spanned<Dependence>,
        /// Who outside may answer (RFC 4787 section 5).
        optional "filtering" filtering: Spanned<Dependence>,
        /// Whether the inside port is kept where it is free outside.
        optional "preserve-ports" preserve_ports: Spanned<bool>,
        /// Whether even ports stay even, and odd ones odd.
        optional "preserve-parity" preserve_parity: Spanned<bool>,
        /// Whether inside hosts reach each other by their outside ends.
        optional "hairpinning" hairpinning: Spanned<bool>,
        /// The outside ports to use, such as `40000-49999`.
        optional "ports" ports: Spanned<Ports>,
        /// How many ports one inside host may have at the same time, by protocol.
        optional "ports-per-host" ports_per_host: Spanned<Port>,
        /// The outside addresses to share. Those of the outside interface unless told otherwise.
        collected "pool" pool: List<Spanned<Ipv4Addr>>,
        /// Only these networks are inside. Whatever is not outside unless told otherwise.
        collected "inside" inside: List<Spanned<Destination>>,
        /// Outside ports that lead inside, such as `{ tcp: 8001, to: 192.168.1.2:80 }`.
        collected "forward" forward: List<ForwardEntry>,
        /// Outside addresses that belong to one inside host each: `203.0.113.10: 10.0.0.10`.
        collected "one-to-one" one_to_one: Map<IpAddr, Spanned<Ipv4Addr>>,
    }
}

mapping! {
    /// An outside port that leads to an inside host.
    ForwardEntry = "a port forward" {
        /// The outside TCP port.
        optional "tcp" tcp: Spanned<Port>,
        /// The outside UDP port.
        optional "udp" udp: Spanned<Port>,
        /// Where it leads: `192.168.1.2:80`.
        required "to" to: Spanned<ForwardTo>,
    }
}

/// `nat:` of a home router, which translates unless it is told not to.
#[derive(Debug)]
pub(crate) enum HomeNatEntry {
    Off,
    On(Box<NatEntry>),
}

/// The name of an interface of this node; on a three-layer switch it may be the number of a port.
#[derive(Clone, Debug)]
pub(crate) struct OwnInterface(pub(crate) InterfaceName);

impl Read for HomeNatEntry {
    fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Scalar(Scalar::Boolean, text) if text.value.eq_ignore_ascii_case("false") => {
                Some(Self::Off)
            }
            _ => NatEntry::read(node, out).map(|entry| Self::On(Box::new(entry))),
        }
    }
}

impl JsonSchema for HomeNatEntry {
    fn schema_name() -> Cow<'static, str> {
        "HomeNatEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let on = generator.subschema_for::<NatEntry>();
        json_schema!({ "anyOf": [{ "const": false }, on] })
    }
}

impl Leaf for OwnInterface {
    const NOUN: &'static str = InterfaceName::NOUN;
    const HOW: &'static str = InterfaceName::HOW;

    fn accepts(scalar: Scalar) -> bool {
        matches!(scalar, Scalar::Text | Scalar::Integer)
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        match text.value.parse() {
            Ok(number) => Ok(Self(InterfaceName::port(number))),
            Err(_) => InterfaceName::parse(text).map(Self),
        }
    }

    fn schema() -> Schema {
        let port = json_schema!({ "type": "integer", "minimum": 1, "maximum": 65_535 });
        json_schema!({ "anyOf": [InterfaceName::schema(), port] })
    }
}

/// A port's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Port(pub(crate) u16);

/// One port or a range of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ports(pub(crate) RangeInclusive<u16>);

/// Where a forward leads; without a port to the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ForwardTo {
    pub(crate) address: Ipv4Addr,
    pub(crate) port: Option<u16>,
}

impl Leaf for Port {
    const NOUN: &'static str = "a port";
    const HOW: &'static str = "write a number from 1 to 65535";

    fn accepts(scalar: Scalar) -> bool {
        scalar == Scalar::Integer
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        match text.value.parse() {
            Ok(port @ 1..) => Ok(Self(port)),
            _ => Err(Refusal::default()),
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": 65_535 })
    }
}

impl Leaf for Ports {
    const NOUN: &'static str = "a port or a range of ports";
    const HOW: &'static str = "write a number from 1 to 65535, or two with a hyphen between, such \
        as `8000-8010`";

    fn accepts(scalar: Scalar) -> bool {
        matches!(scalar, Scalar::Text | Scalar::Integer)
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        let port = |text: &str| match text.trim().parse::<u16>() {
            Ok(port @ 1..) => Ok(port),
            _ => Err(Refusal::default()),
        };
        let Some((first, last)) = text.value.split_once('-') else {
            let only = port(&text.value)?;
            return Ok(Self(only..=only));
        };
        let (first, last) = (port(first)?, port(last)?);
        if first > last {
            return Err(Refusal::because(format!(
                "expected the smaller port first, got `{}`",
                text.value
            ))
            .label("no port is in this range")
            .help(format!("write `{last}-{first}`")));
        }
        Ok(Self(first..=last))
    }

    fn schema() -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": 65_535 },
                { "type": "string", "pattern": r"^\s*[0-9]{1,5}\s*(-\s*[0-9]{1,5}\s*)?$" },
            ],
        })
    }
}

impl Leaf for ForwardTo {
    const NOUN: &'static str = "an inside address and port";
    const HOW: &'static str = "write the inside host's address and port, such as `192.168.1.2:80`";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        if let Ok(end) = text.value.parse::<SocketAddrV4>()
            && end.port() != 0
        {
            return Ok(Self { address: *end.ip(), port: Some(end.port()) });
        }
        let address = text.value.parse().map_err(|_| Refusal::default())?;
        Ok(Self { address, port: None })
    }

    fn schema() -> Schema {
        json_schema!({
            "type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,3}){3}(:[0-9]{1,5})?$",
        })
    }
}

impl Leaf for Ipv4Addr {
    const NOUN: &'static str = "an IPv4 address";
    const HOW: &'static str = "write four numbers from 0 to 255, such as `203.0.113.5`";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        match IpAddr::parse(text)? {
            IpAddr::V4(address) => Ok(address),
            IpAddr::V6(_) => Err(Refusal::default().help("only IPv4 is translated")),
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,3}){3}$" })
    }
}

/// One of these words.
pub(super) fn word<T: Copy>(text: &Text, all: &[(T, &'static str)]) -> Result<T, Refusal> {
    let found = all.iter().find(|(_, word)| *word == text.value);
    found.map(|(value, _)| *value).ok_or_else(|| {
        let words = || all.iter().map(|(_, word)| *word);
        let choice = || format!("use {}", one_of(words()));
        Refusal::default().help(did_you_mean(&text.value, words()).unwrap_or_else(choice))
    })
}

const PRESETS: [(Preset, &str); 5] = [
    (Preset::Home, "home"),
    (Preset::Corporate, "corporate"),
    (Preset::Cgnat, "cgnat"),
    (Preset::FullCone, "full-cone"),
    (Preset::Cloud, "cloud"),
];

const DEPENDENCES: [(Dependence, &str); 3] = [
    (Dependence::EndpointIndependent, "endpoint-independent"),
    (Dependence::AddressDependent, "address-dependent"),
    (Dependence::AddressAndPortDependent, "address-and-port-dependent"),
];

/// The word of the file.
pub(crate) fn dependence_word(dependence: Dependence) -> &'static str {
    DEPENDENCES.iter().find(|(own, _)| *own == dependence).map_or("", |(_, word)| word)
}

macro_rules! chosen {
    ($($name:ident, $noun:literal, $all:expr;)*) => {
        $(
            impl Leaf for $name {
                const NOUN: &'static str = $noun;
                const HOW: &'static str = "";

                fn how() -> String {
                    format!("use {}", one_of($all.iter().map(|(_, word)| *word)))
                }

                fn parse(text: &Text) -> Result<Self, Refusal> {
                    word(text, &$all)
                }

                fn schema() -> Schema {
                    json_schema!({ "enum": $all.map(|(_, word)| word) })
                }
            }
        )*
    };
}

chosen! {
    Preset, "a kind of address translation", PRESETS;
    Dependence, "a kind of mapping or filtering", DEPENDENCES;
}
pub(super) use chosen;
