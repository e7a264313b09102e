//! ICMP: errors, echo, and when to keep silent (RFC 792, RFC 1122 section 3.2.2, RFC 1812
//! section 4.3).
//!
//! An error quotes as much of the packet as fits in 576 bytes (RFC 1812 section 4.3.2.3), is sent
//! with the precedence of internetwork control (section 4.3.2.5) and from the address of the
//! interface that leads back (section 4.3.2.4; for an error by the packet's destination, from that
//! address).
//!
//! Errors to one host are limited to one per second after a burst of six, which is Linux's
//! `icmp_ratelimit`; "fragmentation needed" and echo replies are not limited, as there. A host that
//! does not heed redirects gets them ever more rarely, and after the ninth none.
//!
//! Timestamp requests (RFC 1122 section 3.2.2.8: may be answered) are not: the time here is simulated.

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
                // IPv4 has none such; RFC 1812 section 5.2.7.1 would say that it is no neighbour.
                Unreachable::BeyondScope => 1,
                Unreachable::Other { code } => code,
            },
        ),
        // Code 1: for the host. Redirects for networks are obsolete (RFC 1812 section 5.2.7.2).
        IcmpMessage::Redirect { .. } => (5, 1),
        IcmpMessage::EchoRequest { .. } => (8, 0),
        IcmpMessage::TtlExceeded => (11, 0),
        IcmpMessage::ReassemblyTimeExceeded => (11, 1),
        IcmpMessage::ParameterProblem { .. } | IcmpMessage::HeaderProblem { .. } => (12, 0),
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
    let icmp = ip.payload_mut();
    let (kind, code) = type_and_code(message);
    icmp[..2].copy_from_slice(&[kind, code]);
    icmp[4..ICMP_HEADER].copy_from_slice(&rest_of_header(message));
    icmp[ICMP_HEADER..].copy_from_slice(data);
    Icmpv4Packet::new_unchecked(icmp).fill_checksum();
    buffer
}

/// The type of service of an error about a packet: that packet's, with precedence 6, internetwork
/// control (RFC 1812 section 4.3.2.5).
pub fn type_of_service(packet: &[u8]) -> u8 {
    const INTERNETWORK_CONTROL: u8 = 0xc0;
    const SERVICE: u8 = 0x1e;
    packet.get(1).map_or(0, |tos| tos & SERVICE) | INTERNETWORK_CONTROL
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
    !is_query(type_and_code(message).0)
}

/// Whether a message of this type asks something or answers a question, so that an error may be
/// sent about it. A type that nobody knows may be an error.
pub fn is_query(kind: u8) -> bool {
    matches!(kind, 0 | 8 | 13..=18)
}

/// The next lower step of typical path MTUs, for a router that did not say its own
/// (RFC 1191 section 7.1).
pub fn plateau_below(len: u16) -> u16 {
    const PLATEAUS: [u16; 10] = [32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68];
    PLATEAUS.into_iter().find(|plateau| *plateau < len).unwrap_or(68)
}

/// How many errors and redirects may go to one host.
#[derive(Debug, Default)]
pub struct RateLimiter {
    errors: BTreeMap<IpAddr, Bucket>,
    redirects: BTreeMap<IpAddr, Redirects>,
}

/// What one host may still be sent.
#[derive(Debug)]
struct Bucket {
    /// Time saved up; one error costs [`RateLimiter::INTERVAL`].
    credit: Duration,
    /// Up to when.
    at: Instant,
}

/// What one host was sent, and apparently did not heed.
#[derive(Debug)]
struct Redirects {
    sent: u32,
    /// When the last one was sent, or would have been.
    last: Instant,
}

impl RateLimiter {
    /// One error per so long (Linux: `icmp_ratelimit`).
    const INTERVAL: Duration = Duration::from_secs(1);
    /// What may be saved up, for six errors at once (Linux: `XRLIM_BURST_FACTOR`).
    const BURST: Duration = Duration::from_secs(6);
    /// After n redirects the next comes no earlier than this times 2^n (Linux: `redirect_load`).
    const REDIRECT_LOAD: Duration = Duration::from_millis(20);
    /// Redirects that are enough (Linux: `redirect_number`).
    const REDIRECT_NUMBER: u32 = 9;
    /// Start again after a pause of this length (Linux: `redirect_silence`).
    const REDIRECT_SILENCE: Duration = Duration::from_millis(20 << 10);
    /// Hosts remembered; the one that was longest quiet is forgotten, which favours it.
    const LIMIT: usize = 1024;

    /// Whether an error may go to this host now; if so, it counts.
    pub fn allows(&mut self, now: Instant, to: IpAddr) -> bool {
        make_room(&mut self.errors, &to, |bucket| bucket.at);
        let bucket = self.errors.entry(to).or_insert(Bucket { credit: Self::BURST, at: now });
        bucket.credit = (bucket.credit + now.since(bucket.at)).min(Self::BURST);
        bucket.at = now;
        let allowed = bucket.credit >= Self::INTERVAL;
        if allowed {
            bucket.credit = bucket.credit.saturating_sub(Self::INTERVAL);
        }
        allowed
    }

    /// Whether a redirect may go to this host now; if so, it counts.
    pub fn allows_redirect(&mut self, now: Instant, to: IpAddr) -> bool {
        make_room(&mut self.redirects, &to, |redirects| redirects.last);
        let redirects = self.redirects.entry(to).or_insert(Redirects { sent: 0, last: now });
        if now > redirects.last + Self::REDIRECT_SILENCE {
            redirects.sent = 0;
        }
        let enough = redirects.sent >= Self::REDIRECT_NUMBER;
        let wait = Self::REDIRECT_LOAD * (1 << redirects.sent);
        let allowed = !enough && (redirects.sent == 0 || now > redirects.last + wait);
        if allowed {
            redirects.sent += 1;
        }
        if allowed || enough {
            redirects.last = now;
        }
        allowed
    }
}

/// Forgets the host with the least time, if there are too many to remember this one.
fn make_room<T>(hosts: &mut BTreeMap<IpAddr, T>, to: &IpAddr, time: impl Fn(&T) -> Instant) {
    if hosts.len() >= RateLimiter::LIMIT && !hosts.contains_key(to) {
        let oldest = hosts.iter().min_by_key(|(_, host)| time(host)).map(|(host, _)| *host);
        oldest.map(|oldest| hosts.remove(&oldest));
    }
}
