//! MAC addresses, IP addresses and prefixes.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use lanternet_core::MacAddr;
use schemars::{Schema, json_schema};

use crate::document::Destination;
use crate::document::read::{Leaf, Refusal};
use crate::span::Text;

/// Where an interface has an address from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Prefix {
    /// From the file: an address with the length of its network's prefix, always that of one station.
    Net(IpNet),
    /// From routers' advertisements.
    Slaac,
    /// From a DHCP server.
    Dhcp,
}

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
    const HOW: &'static str =
        "write four numbers from 0 to 255, such as `192.168.10.254`, or one of IPv6: `fe80::1`";

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
    const HOW: &'static str = "write one such as `192.168.10.1/24` or `2001:db8:1::1/64`, `dhcp` to ask \
                               for one, or `slaac` to form one";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        if text.value == "dhcp" {
            return Ok(Self::Dhcp);
        }
        if text.value == "slaac" {
            return Ok(Self::Slaac);
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
            _ => return Ok(Self::Net(net)),
        };
        Err(Refusal::because(format!("`{}` cannot be the address of an interface", net.addr()))
            .label(why)
            .help("private networks are 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16 (RFC 1918)"))
    }

    fn schema() -> Schema {
        json_schema!({
            "anyOf": [
                { "const": "dhcp" },
                { "const": "slaac" },
                { "type": "string", "pattern": PREFIX_PATTERN },
            ],
        })
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
