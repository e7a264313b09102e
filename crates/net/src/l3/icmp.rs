//! ICMP: errors, echo, and when to keep silent (RFC 792, RFC 1122 section 3.2.2, RFC 1812
//! section 4.3).
//!
//! An error quotes as much of the packet as fits in 576 bytes (RFC 1812 section 4.3.2.3), is sent
//! with the precedence of internetwork control (section 4.3.2.5) and from the address of the
//! interface that leads back (section 4.3.2.4; for an error by the packet's destination, from that
//! address). Errors to one host are limited to one per second after a burst of six, which is
//! Linux's `icmp_ratelimit`; "fragmentation needed" and echo replies are not limited, as there.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::{IcmpMessage, Unreachable};
use lanternet_core::{Duration, Instant};
use smoltcp::wire::{Icmpv4Packet, IpProtocol, Ipv4Packet};

use super::packet::{HEADROOM, Original};

/// The longest ICMP error, IP header included (RFC 1812 section 4.3.2.3).
const ERROR_LIMIT: usize = 576;
const IP_HEADER: usize = 20;
const ICMP_HEADER: usize = 8;
/// Precedence 6, internetwork control, in the DSCP field (RFC 1812 section 4.3.2.5).
const INTERNETWORK_CONTROL: u8 = 0xc0 >> 2;
/// The TTL of packets that this node makes (IANA's recommended default, and Linux's).
pub const DEFAULT_TTL: u8 = 64;

/// The type and code of a message (IANA ICMP parameters).
fn type_and_code(message: IcmpMessage) -> (u8, u8) {
    match message {
        IcmpMessage::EchoReply { .. } => (0, 0),
        IcmpMessage::Unreachable(what) => (
            3,
            match what {
                Unreachable::Network => 0,
                Unreachable::Host => 1,
                Unreachable::Protocol => 2,
                Unreachable::Port => 3,
                Unreachable::FragmentationNeeded { .. } => 4,
                Unreachable::Prohibited => 13,
                Unreachable::Other { code } => code,
            },
        ),
        // Code 1: for the host. Redirects for networks are obsolete (RFC 1812 section 5.2.7.2).
        IcmpMessage::Redirect { .. } => (5, 1),
        IcmpMessage::EchoRequest { .. } => (8, 0),
        IcmpMessage::TtlExceeded => (11, 0),
        IcmpMessage::ReassemblyTimeExceeded => (11, 1),
        IcmpMessage::ParameterProblem { .. } => (12, 0),
        IcmpMessage::Other { kind, code } => (kind, code),
    }
}

/// Bytes 4 to 7 of the ICMP header.
fn rest_of_header(message: IcmpMessage) -> [u8; 4] {
    match message {
        IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { mtu }) => {
            let [high, low] = mtu.to_be_bytes();
            [0, 0, high, low]
        }
        IcmpMessage::Redirect { gateway: IpAddr::V4(gateway) } => gateway.octets(),
        IcmpMessage::ParameterProblem { pointer } => [pointer, 0, 0, 0],
        IcmpMessage::EchoRequest { ident, seq } | IcmpMessage::EchoReply { ident, seq } => {
            let ([a, b], [c, d]) = (ident.to_be_bytes(), seq.to_be_bytes());
            [a, b, c, d]
        }
        _ => [0; 4],
    }
}

/// A whole ICMP packet with `HEADROOM` bytes free in front. The IP header's identification and
/// checksum are left to who sends it.
pub fn build(
    source: Ipv4Addr,
    destination: Ipv4Addr,
    ttl: u8,
    message: IcmpMessage,
    data: &[u8],
) -> Vec<u8> {
    let len = IP_HEADER + ICMP_HEADER + data.len();
    let mut buffer = vec![0; HEADROOM + len];
    let mut ip = Ipv4Packet::new_unchecked(&mut buffer[HEADROOM..]);
    ip.set_version(4);
    ip.set_header_len(IP_HEADER as u8);
    ip.set_total_len(len as u16);
    ip.set_hop_limit(ttl);
    ip.set_next_header(IpProtocol::Icmp);
    ip.set_src_addr(source);
    ip.set_dst_addr(destination);
    if is_error(message) {
        ip.set_dscp(INTERNETWORK_CONTROL);
    }
    let icmp = ip.payload_mut();
    let (kind, code) = type_and_code(message);
    icmp[..2].copy_from_slice(&[kind, code]);
    icmp[4..ICMP_HEADER].copy_from_slice(&rest_of_header(message));
    icmp[ICMP_HEADER..].copy_from_slice(data);
    Icmpv4Packet::new_unchecked(icmp).fill_checksum();
    buffer
}

/// As much of a packet as an error quotes.
pub fn quote(packet: &[u8]) -> &[u8] {
    &packet[..packet.len().min(ERROR_LIMIT - IP_HEADER - ICMP_HEADER)]
}

/// What an ICMP message says, or `None` when it is too short to say anything. Its checksum is the
/// caller's affair.
pub fn parse(icmp: &[u8]) -> Option<IcmpMessage> {
    let header: &[u8; ICMP_HEADER] = icmp.first_chunk()?;
    let [kind, code, _, _, a, b, c, d] = *header;
    let (first, second) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    Some(match (kind, code) {
        (0, 0) => IcmpMessage::EchoReply { ident: first, seq: second },
        (3, 0) => IcmpMessage::Unreachable(Unreachable::Network),
        (3, 1) => IcmpMessage::Unreachable(Unreachable::Host),
        (3, 2) => IcmpMessage::Unreachable(Unreachable::Protocol),
        (3, 3) => IcmpMessage::Unreachable(Unreachable::Port),
        (3, 4) => IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { mtu: second }),
        (3, 9 | 10 | 13) => IcmpMessage::Unreachable(Unreachable::Prohibited),
        (3, code) => IcmpMessage::Unreachable(Unreachable::Other { code }),
        (5, 0..=3) => IcmpMessage::Redirect { gateway: Ipv4Addr::new(a, b, c, d).into() },
        (8, 0) => IcmpMessage::EchoRequest { ident: first, seq: second },
        (11, 0) => IcmpMessage::TtlExceeded,
        (11, 1) => IcmpMessage::ReassemblyTimeExceeded,
        (12, 0) => IcmpMessage::ParameterProblem { pointer: a },
        (kind, code) => IcmpMessage::Other { kind, code },
    })
}

/// The packet that an error quotes, or `None` when too little of it is there (RFC 792: the header
/// and 8 bytes).
pub fn parse_original(icmp: &[u8]) -> Option<Original> {
    let quoted = icmp.get(ICMP_HEADER..)?;
    let first = *quoted.first()?;
    let header_len = usize::from(first & 0x0f) * 4;
    if first >> 4 != 4 || header_len < IP_HEADER || quoted.len() < header_len + 8 {
        return None;
    }
    let ip = Ipv4Packet::new_unchecked(quoted);
    // The quotation may end before the packet did, and the frame after it.
    let end = quoted.len().min(usize::from(ip.total_len())).max(header_len);
    Some(Original {
        source: ip.src_addr().into(),
        destination: ip.dst_addr().into(),
        protocol: u8::from(ip.next_header()),
        transport: quoted[header_len..end].to_vec(),
    })
}

/// Whether a message is an error or a redirect, about which no error may be sent
/// (RFC 1122 section 3.2.2).
pub fn is_error(message: IcmpMessage) -> bool {
    matches!(
        message,
        IcmpMessage::Unreachable(_)
            | IcmpMessage::TtlExceeded
            | IcmpMessage::ReassemblyTimeExceeded
            | IcmpMessage::Redirect { .. }
            | IcmpMessage::ParameterProblem { .. }
            | IcmpMessage::Other { kind: 4, .. }
    )
}

/// The next lower step of typical path MTUs, for a router that did not say its own
/// (RFC 1191 section 7.1).
pub fn plateau_below(len: u16) -> u16 {
    const PLATEAUS: [u16; 10] = [32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68];
    PLATEAUS.into_iter().find(|plateau| *plateau < len).unwrap_or(68)
}

/// How many errors may go to one host.
#[derive(Debug, Default)]
pub struct RateLimiter {
    buckets: BTreeMap<IpAddr, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: u8,
    refilled: Instant,
}

impl RateLimiter {
    /// One error per so long (Linux: `icmp_ratelimit`).
    const INTERVAL: Duration = Duration::from_secs(1);
    /// Errors at once after a pause (Linux: `XRLIM_BURST_FACTOR`).
    const BURST: u8 = 6;
    /// Hosts remembered; the one that was longest quiet is forgotten, which favours it.
    const LIMIT: usize = 1024;

    /// Whether an error may go to this host now; if so, it counts.
    pub fn allows(&mut self, now: Instant, to: IpAddr) -> bool {
        if self.buckets.len() >= Self::LIMIT && !self.buckets.contains_key(&to) {
            let oldest = self.buckets.iter().min_by_key(|(_, bucket)| bucket.refilled);
            if let Some((&oldest, _)) = oldest {
                self.buckets.remove(&oldest);
            }
        }
        let bucket =
            self.buckets.entry(to).or_insert(Bucket { tokens: Self::BURST, refilled: now });
        let earned = (now - bucket.refilled).nanos() / Self::INTERVAL.nanos();
        if earned > 0 {
            bucket.tokens = Self::BURST.min(bucket.tokens.saturating_add(earned.min(255) as u8));
            bucket.refilled += Self::INTERVAL * earned;
        }
        if bucket.tokens == 0 {
            return false;
        }
        bucket.tokens -= 1;
        true
    }
}
