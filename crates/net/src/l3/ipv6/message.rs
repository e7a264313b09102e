//! The messages of neighbour discovery on the wire (RFC 4861 section 4, RFC 8106, RFC 7527).
//!
//! smoltcp's reader knows one prefix per advertisement and no name servers, so this is ours. What is
//! read here is sound in itself (sections 6.1, 7.1 and 8.1); whether it is heeded is decided
//! elsewhere.

use std::net::Ipv6Addr;

use lanternet_core::trace::PrefixFacts;
use lanternet_core::{Duration, IpNet, MacAddr};

use super::header::Header6;
use super::icmpv6;

/// Types (IANA, ICMPv6 parameters).
pub(super) const ROUTER_SOLICITATION: u8 = 133;
pub(super) const ROUTER_ADVERTISEMENT: u8 = 134;
pub(super) const NEIGHBOR_SOLICITATION: u8 = 135;
pub(super) const NEIGHBOR_ADVERTISEMENT: u8 = 136;
pub(super) const REDIRECT: u8 = 137;

/// Options (IANA, IPv6 neighbor discovery option formats).
const SOURCE_LINK_LAYER: u8 = 1;
const TARGET_LINK_LAYER: u8 = 2;
const PREFIX_INFORMATION: u8 = 3;
const REDIRECTED_HEADER: u8 = 4;
const MTU: u8 = 5;
const NONCE: u8 = 14;
const RECURSIVE_DNS: u8 = 25;

/// The hop limit of all messages: who sees it knows that no router was on the way.
pub(super) const HOP_LIMIT: u8 = 255;

/// Prefixes read from one advertisement; more are ignored.
const PREFIX_LIMIT: usize = 16;
/// Name servers read from one advertisement.
const SERVER_LIMIT: usize = 16;

/// A sound message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    RouterSolicitation {
        source_mac: Option<MacAddr>,
    },
    RouterAdvertisement(Box<Advertisement>),
    NeighborSolicitation {
        target: Ipv6Addr,
        source_mac: Option<MacAddr>,
        nonce: Option<[u8; 6]>,
    },
    NeighborAdvertisement {
        target: Ipv6Addr,
        target_mac: Option<MacAddr>,
        router: bool,
        solicited: bool,
        overriding: bool,
    },
    Redirect {
        target: Ipv6Addr,
        destination: Ipv6Addr,
        target_mac: Option<MacAddr>,
    },
}

/// A router advertisement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Advertisement {
    /// 0: the router does not say.
    pub(super) hop_limit: u8,
    pub(super) lifetime: Duration,
    pub(super) source_mac: Option<MacAddr>,
    pub(super) mtu: Option<u32>,
    pub(super) prefixes: Vec<PrefixFacts>,
    pub(super) servers: Vec<Ipv6Addr>,
}

/// Seconds on the wire; all ones mean for ever (section 4.6.2).
fn lifetime(bytes: &[u8]) -> Option<Duration> {
    match u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) {
        u32::MAX => None,
        secs => Some(Duration::from_secs(secs.into())),
    }
}

fn seconds(lifetime: Option<Duration>) -> [u8; 4] {
    let secs = lifetime.map(|lifetime| lifetime.nanos() / 1_000_000_000);
    let secs = secs.and_then(|secs| u32::try_from(secs).ok());
    secs.unwrap_or(u32::MAX).to_be_bytes()
}

fn address(bytes: &[u8]) -> Option<Ipv6Addr> {
    bytes.first_chunk::<16>().map(|octets| Ipv6Addr::from(*octets))
}

/// The options behind a message: kind and whole option. An error when one has no length or is cut
/// off: then the whole message is ignored (section 4.6).
fn options(mut bytes: &[u8]) -> Result<Vec<(u8, &[u8])>, &'static str> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let len = bytes.get(1).map_or(0, |len| usize::from(*len) * 8);
        if len == 0 || len > bytes.len() {
            return Err("an option that is cut off");
        }
        let (option, rest) = bytes.split_at(len);
        all.push((option[0], option));
        bytes = rest;
    }
    Ok(all)
}

fn mac_of(options: &[(u8, &[u8])], kind: u8) -> Option<MacAddr> {
    let found = options.iter().find(|(known, option)| *known == kind && option.len() == 8)?;
    MacAddr::from_slice(&found.1[2..]).filter(|mac| mac.is_unicast())
}

impl Message {
    /// Whether messages of this type are for this module.
    pub(super) const fn is_one(kind: u8) -> bool {
        matches!(kind, ROUTER_SOLICITATION..=REDIRECT)
    }

    /// Reads a message whose checksum is right and that came with hop limit 255.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(ip: &Header6, icmp: &[u8]) -> Result<Self, &'static str> {
        const SHORT: &str = "too short";
        let [kind, code, ..] = *icmp else { return Err(SHORT) };
        if code != 0 {
            return Err("a code that is not 0");
        }
        let fixed = match kind {
            ROUTER_SOLICITATION => 8,
            ROUTER_ADVERTISEMENT => 16,
            NEIGHBOR_SOLICITATION | NEIGHBOR_ADVERTISEMENT => 24,
            _ => 40,
        };
        let (body, rest) = icmp.split_at_checked(fixed).ok_or(SHORT)?;
        let options = options(rest)?;
        let source_mac = mac_of(&options, SOURCE_LINK_LAYER);
        let target_mac = mac_of(&options, TARGET_LINK_LAYER);
        let unknown = ip.source.is_unspecified();
        let target = body.get(8..).and_then(address).unwrap_or(Ipv6Addr::UNSPECIFIED);
        if target.is_multicast() && kind >= NEIGHBOR_SOLICITATION {
            return Err("a target that is a group");
        }
        match kind {
            ROUTER_SOLICITATION if unknown && source_mac.is_some() => {
                Err("a hardware address of nobody")
            }
            ROUTER_SOLICITATION => Ok(Self::RouterSolicitation { source_mac }),
            ROUTER_ADVERTISEMENT if !ip.source.is_unicast_link_local() => {
                Err("a source that is not link-local")
            }
            ROUTER_ADVERTISEMENT => {
                Ok(Self::RouterAdvertisement(Box::new(Advertisement::parse(body, &options))))
            }
            NEIGHBOR_SOLICITATION if unknown && source_mac.is_some() => {
                Err("a hardware address of nobody")
            }
            NEIGHBOR_SOLICITATION
                if unknown && ip.destination != super::address::solicited_node(target) =>
            {
                Err("a check that is not sent to its group")
            }
            NEIGHBOR_SOLICITATION => {
                let nonce =
                    options.iter().find(|(kind, option)| *kind == NONCE && option.len() == 8);
                let nonce = nonce.and_then(|(_, option)| option[2..].first_chunk().copied());
                Ok(Self::NeighborSolicitation { target, source_mac, nonce })
            }
            NEIGHBOR_ADVERTISEMENT => {
                let [router, solicited, overriding] =
                    [0x80, 0x40, 0x20].map(|flag| body[4] & flag != 0);
                if ip.destination.is_multicast() && solicited {
                    return Err("an answer to all");
                }
                Ok(Self::NeighborAdvertisement {
                    target,
                    target_mac,
                    router,
                    solicited,
                    overriding,
                })
            }
            _ => {
                if !ip.source.is_unicast_link_local() {
                    return Err("a source that is not link-local");
                }
                let destination = address(&body[24..]).ok_or(SHORT)?;
                if destination.is_multicast() {
                    return Err("a target that is a group");
                }
                if target != destination && !target.is_unicast_link_local() {
                    return Err("a target that is no router");
                }
                Ok(Self::Redirect { target, destination, target_mac })
            }
        }
    }
}

impl Advertisement {
    fn parse(body: &[u8], options: &[(u8, &[u8])]) -> Self {
        let secs = u16::from_be_bytes([body[6], body[7]]);
        let mut read = Self {
            hop_limit: body[4],
            lifetime: Duration::from_secs(secs.into()),
            source_mac: mac_of(options, SOURCE_LINK_LAYER),
            ..Self::default()
        };
        for (kind, option) in options {
            match *kind {
                PREFIX_INFORMATION if option.len() == 32 => {
                    let Some(prefix) = address(&option[16..]) else { continue };
                    // A length that cannot be is a prefix that means nothing.
                    let Ok(prefix) = IpNet::new(prefix.into(), option[2]) else { continue };
                    if read.prefixes.len() < PREFIX_LIMIT {
                        read.prefixes.push(PrefixFacts {
                            prefix: prefix.trunc(),
                            on_link: option[3] & 0x80 != 0,
                            autonomous: option[3] & 0x40 != 0,
                            valid: lifetime(&option[4..]),
                            preferred: lifetime(&option[8..]),
                        });
                    }
                }
                MTU if option.len() == 8 => {
                    read.mtu =
                        Some(u32::from_be_bytes([option[4], option[5], option[6], option[7]]));
                }
                // A lifetime of zero takes the servers back; there is nothing to take back here.
                RECURSIVE_DNS if option.len() >= 24 && option[4..8] != [0; 4] => {
                    let servers = option[8..].chunks_exact(16).filter_map(address);
                    read.servers.extend(servers);
                    read.servers.truncate(SERVER_LIMIT);
                }
                _ => {}
            }
        }
        read
    }

    /// The packet that carries it.
    pub(super) fn build(&self, ends: [Ipv6Addr; 2]) -> Vec<u8> {
        let [high, low] = {
            let secs = self.lifetime.nanos() / 1_000_000_000;
            u16::try_from(secs).unwrap_or(u16::MAX).to_be_bytes()
        };
        // Reachable time and retransmission timer: 0, not said.
        let mut body = vec![0; 8];
        body.extend(self.source_mac.map(|mac| link_layer(SOURCE_LINK_LAYER, mac)).iter().flatten());
        if let Some(mtu) = self.mtu {
            body.extend([MTU, 1, 0, 0]);
            body.extend(mtu.to_be_bytes());
        }
        for prefix in &self.prefixes {
            let std::net::IpAddr::V6(address) = prefix.prefix.network() else { continue };
            let flags = u8::from(prefix.on_link) << 7 | u8::from(prefix.autonomous) << 6;
            body.extend([PREFIX_INFORMATION, 4, prefix.prefix.prefix_len(), flags]);
            body.extend(seconds(prefix.valid));
            body.extend(seconds(prefix.preferred));
            body.extend([0; 4]);
            body.extend(address.octets());
        }
        if !self.servers.is_empty() {
            body.extend([RECURSIVE_DNS, 1 + 2 * self.servers.len() as u8, 0, 0]);
            // RFC 8106 section 5.1 asks for at least the interval of advertisements; radvd, too,
            // takes the lifetime of the router.
            body.extend(seconds(Some(self.lifetime)));
            body.extend(self.servers.iter().flat_map(Ipv6Addr::octets));
        }
        let rest = [self.hop_limit, 0, high, low];
        icmpv6::packet(ends, HOP_LIMIT, [ROUTER_ADVERTISEMENT, 0], rest, &body)
    }
}

fn link_layer(kind: u8, mac: MacAddr) -> [u8; 8] {
    let [a, b, c, d, e, f] = mac.0;
    [kind, 1, a, b, c, d, e, f]
}

/// A packet that asks for a neighbour, from an address of ours with our hardware address.
pub(super) fn solicitation(ends: [Ipv6Addr; 2], target: Ipv6Addr, ours: MacAddr) -> Vec<u8> {
    let body = [&target.octets()[..], &link_layer(SOURCE_LINK_LAYER, ours)].concat();
    icmpv6::packet(ends, HOP_LIMIT, [NEIGHBOR_SOLICITATION, 0], [0; 4], &body)
}

/// A packet that asks whether anybody has an address (RFC 4862 section 5.4.2), marked as ours
/// (RFC 7527).
pub(super) fn check(target: Ipv6Addr, nonce: [u8; 6]) -> Vec<u8> {
    let ends = [Ipv6Addr::UNSPECIFIED, super::address::solicited_node(target)];
    let nonce = link_layer(NONCE, MacAddr(nonce));
    let body = [&target.octets()[..], &nonce].concat();
    icmpv6::packet(ends, HOP_LIMIT, [NEIGHBOR_SOLICITATION, 0], [0; 4], &body)
}

/// A packet that tells our hardware address.
pub(super) fn advertisement(
    ends: [Ipv6Addr; 2],
    target: Ipv6Addr,
    ours: MacAddr,
    router: bool,
    solicited: bool,
) -> Vec<u8> {
    const OVERRIDE: u8 = 0x20;
    let flags = u8::from(router) << 7 | u8::from(solicited) << 6 | OVERRIDE;
    let body = [&target.octets()[..], &link_layer(TARGET_LINK_LAYER, ours)].concat();
    icmpv6::packet(ends, HOP_LIMIT, [NEIGHBOR_ADVERTISEMENT, 0], [flags, 0, 0, 0], &body)
}

/// A packet that asks for routers; without an address of its own the sender does not say its
/// hardware address.
pub(super) fn router_solicitation(ends: [Ipv6Addr; 2], ours: MacAddr) -> Vec<u8> {
    let option = link_layer(SOURCE_LINK_LAYER, ours);
    let body: &[u8] = if ends[0].is_unspecified() { &[] } else { &option };
    icmpv6::packet(ends, HOP_LIMIT, [ROUTER_SOLICITATION, 0], [0; 4], body)
}

/// A packet that tells of a better first hop, and quotes the packet that took the longer way.
pub(super) fn redirect(
    ends: [Ipv6Addr; 2],
    target: Ipv6Addr,
    destination: Ipv6Addr,
    target_mac: Option<MacAddr>,
    packet: &[u8],
) -> Vec<u8> {
    let mut body = [target.octets(), destination.octets()].concat();
    body.extend(target_mac.map(|mac| link_layer(TARGET_LINK_LAYER, mac)).iter().flatten());
    // The whole packet is at most 1280 bytes long, and an option a multiple of eight.
    let room = usize::from(icmpv6::MIN_MTU) - 40 - icmpv6::ICMP_HEADER - body.len() - 8;
    let quoted = &packet[..packet.len().min(room) & !7];
    body.extend([REDIRECTED_HEADER, 1 + (quoted.len() / 8) as u8, 0, 0, 0, 0, 0, 0]);
    body.extend(quoted);
    icmpv6::packet(ends, HOP_LIMIT, [REDIRECT, 0], [0; 4], &body)
}
