//! The scalars of a lab file: how each is read, and its schema.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};
use lanternet_core::{Duration, MacAddr};
use schemars::{Schema, json_schema};

use super::read::{Leaf, Refusal};
use super::{CommandLine, Destination, ExpectLine, InputLine, Mtu, Name, TableSize};
use crate::diagnostic::{Code, did_you_mean, one_of};
use crate::names::{
    HOST_NAME_PATTERN, HostName, InterfaceName, NAME_PATTERN, NodeName, ParseNameError,
};
use crate::span::{Spanned, Text};
use crate::units::{ParseUnitError, QueueSize, Rate, Share};
use crate::yaml::Scalar;

/// An interface's address with the length of its network's prefix. Always that of one station.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefix(pub(crate) IpNet);

/// The number of a switch or hub port, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PortNumber(pub(crate) u16);

/// One end of a link: a node, and an interface or port when it is named.
#[derive(Clone, Debug)]
pub(crate) struct EndText {
    pub(crate) node: Spanned<NodeName>,
    pub(crate) interface: Option<Spanned<String>>,
}

/// Both ends of a link.
#[derive(Clone, Debug)]
pub(crate) struct Ends(pub(crate) [EndText; 2]);

macro_rules! words {
    (
        $(#[doc = $doc:literal])*
        $name:ident, $noun:literal, $later:expr, { $($(#[doc = $vdoc:literal])* $variant:ident = $word:literal,)* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($(#[doc = $vdoc])* $variant,)* }

        impl $name {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// All words, as a choice.
            pub(crate) fn choice() -> String {
                one_of(Self::ALL.iter().map(|word| word.name()))
            }
        }

        impl Leaf for $name {
            const NOUN: &'static str = $noun;
            const HOW: &'static str = "";

            fn how() -> String {
                format!("use {}", Self::choice())
            }

            fn parse(text: &Text) -> Result<Self, Refusal> {
                let written = text.value.as_str();
                if let Some(word) = Self::ALL.iter().find(|word| word.name() == written) {
                    return Ok(*word);
                }
                let later: &[&str] = $later;
                if later.contains(&written) {
                    return Err(Refusal::because(format!("`{written}` is not supported yet"))
                        .code(Code::NotYet)
                        .label("not in this version")
                        .help(Self::how()));
                }
                let known = Self::ALL.iter().map(|word| word.name());
                Err(Refusal::default().help(
                    did_you_mean(written, known)
                        .unwrap_or_else(Self::how),
                ))
            }

            fn schema() -> Schema {
                let words: Vec<_> = Self::ALL.iter().map(|word| word.name()).collect();
                json_schema!({ "enum": words })
            }
        }
    };
}

words! {
    /// What a node is.
    Kind, "a kind of node", &["l3-switch", "home-router"], {
        Host = "host",
        Hub = "hub",
        Switch = "switch",
        Router = "router",
    }
}

words! {
    /// A well-known kind of link.
    Preset, "a preset", &[], {
        Lan = "lan",
        Wifi = "wifi",
        Mobile4g = "mobile-4g",
        Mobile3g = "mobile-3g",
        Satellite = "satellite",
    }
}

words! {
    /// Whether the cable is plugged in.
    LinkState, "the state of a link", &[], {
        Up = "up",
        Down = "down",
    }
}

macro_rules! any_text {
    ($($name:ident($wrap:expr), $noun:literal, $how:literal;)*) => {
        $(
            impl Leaf for $name {
                const NOUN: &'static str = $noun;
                const HOW: &'static str = $how;

                fn parse(text: &Text) -> Result<Self, Refusal> {
                    Ok($wrap(text))
                }

                fn schema() -> Schema {
                    json_schema!({ "type": "string" })
                }
            }
        )*
    };
}

any_text! {
    CommandLine(|text: &Text| CommandLine(text.clone())), "a command line",
        "write the program and its arguments, such as `ping b3`";
    ExpectLine(|text: &Text| ExpectLine(text.clone())), "a claim on one line",
        "write one such as `a1 reaches b3`";
    InputLine(|text: &Text| InputLine(text.value.clone())), "a line of text",
        "put it in quotes, such as \"42\"";
}

impl Leaf for Name {
    const NOUN: &'static str = "a name";
    const HOW: &'static str = "write a few words, such as `two-dorms`; a number needs quotes";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        if super::is_name(&text.value) {
            Ok(Self(text.value.clone()))
        } else {
            Err(Refusal::default())
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": "\\S" })
    }
}

macro_rules! name_leaf {
    ($name:ident, $noun:literal, $how:literal, $pattern:expr, $max:literal) => {
        impl Leaf for $name {
            const NOUN: &'static str = $noun;
            const HOW: &'static str = $how;

            fn parse(text: &Text) -> Result<Self, Refusal> {
                text.value.parse().map_err(|error: ParseNameError| {
                    let refusal = Refusal::because(error.to_string());
                    match error {
                        ParseNameError::Letter { got, at, .. } => {
                            let refusal = refusal.label("this one").at(at..at + got.len_utf8());
                            let small = text.value.to_lowercase().replace('_', "-");
                            match small.parse::<Self>() {
                                Ok(name) => refusal.help(format!("did you mean `{name}`?")),
                                Err(_) => refusal,
                            }
                        }
                        _ => refusal,
                    }
                })
            }

            fn schema() -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "maxLength": $max })
            }
        }
    };
}

name_leaf!(NodeName, "a name", "write one such as `a1` or `sw-a`", NAME_PATTERN, 63);
name_leaf!(
    InterfaceName,
    "the name of an interface",
    "write one such as `eth0` or `wan`",
    NAME_PATTERN,
    15
);
name_leaf!(HostName, "a host name", "write one such as `www.example.com`", HOST_NAME_PATTERN, 253);

impl Leaf for u64 {
    const NOUN: &'static str = "a whole number";
    const HOW: &'static str = "write a number from 0 to 18446744073709551615";

    fn accepts(scalar: Scalar) -> bool {
        scalar == Scalar::Integer
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        text.value.parse().map_err(|_| Refusal::default())
    }

    fn schema() -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": Self::MAX })
    }
}

impl Leaf for TableSize {
    const NOUN: &'static str = "a number of rows";
    const HOW: &'static str = "write a number from 1 to 1000000";

    fn accepts(scalar: Scalar) -> bool {
        scalar == Scalar::Integer
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        match text.value.parse() {
            Ok(rows @ 1..=1_000_000) => Ok(Self(rows)),
            _ => Err(Refusal::default()),
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": 1_000_000 })
    }
}

impl Leaf for Mtu {
    const NOUN: &'static str = "an MTU in bytes";
    const HOW: &'static str = "write a number from 68, the least that IPv4 works with \
        (RFC 791 section 3.2), to 65535; Ethernet has 1500";

    fn accepts(scalar: Scalar) -> bool {
        scalar == Scalar::Integer
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        match text.value.parse() {
            Ok(bytes @ 68..) => Ok(Self(bytes)),
            _ => Err(Refusal::default()),
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "integer", "minimum": 68, "maximum": 65_535 })
    }
}

/// Texts that also read the bare number 0.
const fn text_or_zero(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::Text | Scalar::Integer | Scalar::Float)
}

impl Leaf for Duration {
    const NOUN: &'static str = "a duration";
    const HOW: &'static str = "write a number and a unit (ns, us, ms, s, m, h), such as `20ms`";

    fn accepts(scalar: Scalar) -> bool {
        text_or_zero(scalar)
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        text.value.parse().map_err(|_| {
            let bare = text.value.parse::<u64>().is_ok();
            let help = format!("add a unit: `{0}s` is seconds, `{0}ms` milliseconds", text.value);
            if bare { Refusal::default().help(help) } else { Refusal::default() }
        })
    }

    fn schema() -> Schema {
        json_schema!({
            "anyOf": [
                { "const": 0 },
                {
                    "type": "string",
                    "pattern": r"^\s*(0|[0-9]+(\.[0-9]{1,9})?\s*(ns|us|µs|μs|ms|s|sec|m|min|h))\s*$",
                },
            ],
        })
    }
}

macro_rules! unit_leaf {
    ($name:ident, $noun:literal, $how:literal, $schema:expr) => {
        impl Leaf for $name {
            const NOUN: &'static str = $noun;
            const HOW: &'static str = $how;

            fn accepts(scalar: Scalar) -> bool {
                text_or_zero(scalar)
            }

            fn parse(text: &Text) -> Result<Self, Refusal> {
                Self::from_str(&text.value).map_err(|error| {
                    let refusal = match &error {
                        // `fast` has no number because it is no rate at all.
                        ParseUnitError::Number(_) | ParseUnitError::NoUnit(_) => Refusal::default(),
                        error => Refusal::because(error.to_string()),
                    };
                    match &error {
                        ParseUnitError::Ambiguous(unit) => refusal.help(format!(
                            "write `{0}bit` for bits per second, or eight times the number for bytes",
                            unit.trim_end_matches("bps").trim_end_matches("BPS")
                        )),
                        _ => refusal,
                    }
                })
            }

            fn schema() -> Schema {
                $schema
            }
        }
    };
}

unit_leaf!(
    Rate,
    "a rate",
    "write a number and a unit (bit, kbit, Mbit, Gbit), such as `100 Mbit`",
    json_schema!({
        "type": "string",
        "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*([kKmMgGtT]|[kKmMgG][iI])?[bB][iI][tT](/[sS])?\s*$",
    })
);
unit_leaf!(
    Share,
    "a share",
    "write it in per cent from 0% to 100%, such as `0.1%`",
    json_schema!({
        "anyOf": [
            { "const": 0 },
            { "type": "string", "pattern": r"^\s*(0|[0-9]+(\.[0-9]+)?\s*(%|ppm))\s*$" },
        ],
    })
);
unit_leaf!(
    QueueSize,
    "the size of a queue",
    "write packets or bytes, such as `100 packets` or `64KiB`",
    json_schema!({
        "type": "string",
        "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*([fF]rames?|[pP]ackets?|([kKmM][iI]?)?[bB]|[bB]ytes?)\s*$",
    })
);

impl Leaf for MacAddr {
    const NOUN: &'static str = "a MAC address";
    const HOW: &'static str = "write six pairs of hex digits, such as `02:00:00:00:00:01`";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        let mac: Self = text.value.parse().map_err(|_| Refusal::default())?;
        if mac.is_unicast() {
            return Ok(mac);
        }
        let why = if mac == Self::ZERO {
            "all zeros is no station's address"
        } else {
            "a station's address has an even first byte, an odd one names a group"
        };
        Err(Refusal::because(format!("expected the address of one station, got `{mac}`"))
            .label(why)
            .help("`02` as the first byte makes an address of your own (locally administered)"))
    }

    fn schema() -> Schema {
        json_schema!({
            "type": "string", "pattern": "^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$",
        })
    }
}

const ADDRESS_PATTERN: &str = r"^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$";
const PREFIX_PATTERN: &str =
    r"^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)/[0-9]{1,3}$";

impl Leaf for IpAddr {
    const NOUN: &'static str = "an address";
    const HOW: &'static str = "write four numbers from 0 to 255, such as `192.168.10.254`";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        text.value.parse().map_err(|_| match text.value.split_once('/') {
            Some((address, _)) if address.parse::<Self>().is_ok() => Refusal::because(format!(
                "expected an address without prefix, got `{}`",
                text.value
            ))
            .label("the part from `/` on does not belong here")
            .help(format!("write `{address}`"))
            .at(address.len()..text.value.len()),
            _ => bad_octet(text, &text.value).unwrap_or_default(),
        })
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": ADDRESS_PATTERN })
    }
}

/// Says which of four numbers is none from 0 to 255.
fn bad_octet(text: &Text, address: &str) -> Option<Refusal> {
    let mut at = 0;
    let octets: Vec<_> = address.split('.').collect();
    if octets.len() != 4 {
        return None;
    }
    for octet in octets {
        let part = at..at + octet.len();
        at = part.end + 1;
        let digits = !octet.is_empty() && octet.bytes().all(|b| b.is_ascii_digit());
        if digits && octet.parse::<u8>().is_err() {
            return Some(
                Refusal::because(format!(
                    "expected numbers from 0 to 255 in an address, got `{}`",
                    text.value
                ))
                .label("more than 255")
                .at(part),
            );
        }
        if digits && octet.len() > 1 && octet.starts_with('0') {
            return Some(
                Refusal::because(format!(
                    "expected numbers without leading zeros in an address, got `{}`",
                    text.value
                ))
                .label("some systems would take this for octal")
                .at(part),
            );
        }
    }
    None
}

/// An address and a prefix length, with the usual slips explained.
fn address_and_length<T: Leaf>(text: &Text) -> Result<IpNet, Refusal> {
    let Some((address, length)) = text.value.split_once('/') else {
        return Err(match text.value.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => {
                Refusal::because(format!("`{}` lacks the length of its prefix", text.value))
                    .label("how much of it is the network?")
                    .help(format!("write `{}/24` for the mask 255.255.255.0", text.value))
            }
            Ok(IpAddr::V6(_)) => {
                Refusal::because(format!("`{}` lacks the length of its prefix", text.value))
                    .label("how much of it is the network?")
                    .help(format!("write `{}/64`", text.value))
            }
            Err(_) => bad_octet(text, &text.value).unwrap_or_default(),
        });
    };
    let Ok(ip) = address.parse::<IpAddr>() else {
        return Err(bad_octet(text, address).unwrap_or_default());
    };
    let most = if ip.is_ipv4() { 32 } else { 128 };
    let part = address.len() + 1..text.value.len();
    let plain = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
    match length.parse::<u8>() {
        Ok(length) if plain && length <= most => {
            IpNet::new(ip, length).map_err(|_| Refusal::default())
        }
        _ => {
            let refusal = Refusal::because(format!(
                "expected a prefix length from 0 to {most}, got `{length}`"
            ))
            .label("not a length")
            .at(part);
            let mask = length.parse().ok().and_then(|mask| ipnet::ipv4_mask_to_prefix(mask).ok());
            Err(match mask {
                Some(length) => refusal.help(format!("write the mask as `/{length}`")),
                None => refusal,
            })
        }
    }
}

impl Leaf for Prefix {
    const NOUN: &'static str = "an address with prefix length";
    const HOW: &'static str = "write one such as `192.168.10.1/24`";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        if text.value == "dhcp" {
            return Err(Refusal::because("`address: dhcp` is not supported yet")
                .code(Code::NotYet)
                .label("not in this version")
                .help("give the address itself, such as `192.168.10.1/24`"));
        }
        let net = address_and_length::<Self>(text)?;
        let why = match net.addr() {
            ip if ip.is_unspecified() => "it means \"no address\"",
            ip if ip.is_loopback() => "each host has it already, for itself (loopback)",
            ip if ip.is_multicast() => "it names a group (multicast)",
            IpAddr::V4(ip) if ip.octets()[0] >= 240 => "it is reserved (RFC 1112 section 4)",
            IpAddr::V4(ip) if ip.octets()[0] == 0 => {
                "it means \"this network\" (RFC 1122 section 3.2.1.3)"
            }
            _ => return Ok(Self(net)),
        };
        Err(Refusal::because(format!("`{}` cannot be the address of an interface", net.addr()))
            .label(why)
            .help("private networks are 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16 (RFC 1918)"))
    }

    fn schema() -> Schema {
        json_schema!({ "anyOf": [{ "type": "string", "pattern": PREFIX_PATTERN }] })
    }
}

impl Leaf for Destination {
    const NOUN: &'static str = "a network";
    const HOW: &'static str = "write one such as `192.168.20.0/24`, or `default` for everything";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        if text.value == "default" {
            return Ok(Self(IpNet::V4(Ipv4Net::default())));
        }
        let net = address_and_length::<Self>(text)?;
        if net.trunc() != net {
            return Err(Refusal::because(format!(
                "expected a network, got the address `{}` in one",
                net.addr()
            ))
            .label(format!("has bits set after the first {}", net.prefix_len()))
            .help(format!("the network is `{}`", net.trunc())));
        }
        Ok(Self(net))
    }

    fn schema() -> Schema {
        json_schema!({
            "anyOf": [
                { "const": "default" },
                { "type": "string", "pattern": PREFIX_PATTERN },
            ],
        })
    }
}

impl Leaf for PortNumber {
    const NOUN: &'static str = "a port number";
    const HOW: &'static str = "the ports of switches and hubs are 1, 2, 3 ... up to 65535";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        match text.value.parse() {
            Ok(port @ 1..) => Ok(Self(port)),
            _ => Err(Refusal::default()),
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+$" })
    }
}

/// The part of `text` at `start`, as a text of its own.
fn part(text: &Text, start: usize, value: &str) -> Text {
    let range = start..start + value.len();
    Text {
        value: value.to_owned(),
        span: text.span_of(range),
        verbatim: text.verbatim.map(|at| at + start),
    }
}

/// One end, which begins at byte `start` of `text`.
fn end(text: &Text, start: usize, written: &str) -> Result<EndText, Refusal> {
    let (node, interface) = match written.split_once(':') {
        Some((node, interface)) => (node, Some(interface)),
        None => (written, None),
    };
    let name = NodeName::parse(&part(text, start, node)).map_err(|refusal| {
        let within = refusal.part.clone().unwrap_or(0..node.len());
        refusal.at(start + within.start..start + within.end)
    })?;
    let node = Spanned::new(name, text.span_of(start..start + node.len()));
    let interface = interface.map(|interface| {
        let at = start + written.len() - interface.len();
        Spanned::new(interface.to_owned(), text.span_of(at..at + interface.len()))
    });
    Ok(EndText { node, interface })
}

const END_PATTERN: &str = "[a-z0-9-]+(:[a-z0-9-]+)?";

impl Leaf for EndText {
    const NOUN: &'static str = "an end of a link";
    const HOW: &'static str = "write a node, or a node and its interface, such as `r1:eth0`";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        let start = text.value.len() - text.value.trim_start().len();
        end(text, start, text.value.trim())
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": format!("^\\s*{END_PATTERN}\\s*$") })
    }
}

impl Leaf for Ends {
    const NOUN: &'static str = "a link";
    const HOW: &'static str = "write its two ends and ` -- ` between them, such as `a1 -- sw-a`";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        let words = crate::expect::words(&text.value);
        match words.as_slice() {
            [first, dashes, second] if dashes.text == "--" => Ok(Self([
                end(text, first.at.start, first.text)?,
                end(text, second.at.start, second.text)?,
            ])),
            [one] if one.text.contains("--") => {
                Err(Refusal::default()
                    .help("put blanks around `--`: a name may have hyphens in it"))
            }
            [_, wrong, _] => Err(Refusal::because(format!(
                "expected `--` between the ends of a link, got `{}`",
                wrong.text
            ))
            .label("`--` belongs here")
            .at(wrong.at.clone())),
            [_, dashes, _, rest @ ..] if dashes.text == "--" => {
                let start = rest.first().map_or(0, |word| word.at.start);
                Err(Refusal::because(format!(
                    "expected the end of the link, got `{}`",
                    text.value.get(start..).unwrap_or("")
                ))
                .label("too much")
                .help("settings go into a mapping: `{ between: [a1, sw-a], delay: 2ms }`")
                .at(start..text.value.trim_end().len()))
            }
            _ => Err(Refusal::default()),
        }
    }

    fn schema() -> Schema {
        json_schema!({
            "type": "string", "pattern": format!("^\\s*{END_PATTERN}\\s+--\\s+{END_PATTERN}\\s*$"),
        })
    }
}
