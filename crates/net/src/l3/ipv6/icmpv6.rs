//! ICMPv6: errors, echo, and when to keep silent (RFC 4443).
//!
//! An error quotes as much of the packet as fits in 1280 bytes, the least MTU of IPv6 (section 2.4
//! (c)). Errors to one host are limited as those of IPv4 are; "packet too big" and echo replies are
//! not, as in Linux.

use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::trace::{HeaderProblem, IcmpMessage, Unreachable};

use super::header::{self, Chain, HEADER, Header6, ICMPV6};
use crate::l3::packet::{HEADROOM, Original};
use crate::wire::checksum::pseudo_header;

/// The least MTU that a link may have (RFC 8200 section 5): no error is longer.
pub const MIN_MTU: u16 = 1280;
/// Bytes in front of what a message carries.
pub(super) const ICMP_HEADER: usize = 8;

/// Types (IANA, ICMPv6 parameters).
const UNREACHABLE: u8 = 1;
const PACKET_TOO_BIG: u8 = 2;
const TIME_EXCEEDED: u8 = 3;
const PARAMETER_PROBLEM: u8 = 4;
/// A question for a sign of life.
pub const ECHO_REQUEST: u8 = 128;
/// The answer to one.
pub const ECHO_REPLY: u8 = 129;

/// The type and code of a message.
fn type_and_code(message: IcmpMessage) -> (u8, u8) {
    match message {
        IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { .. }) => (PACKET_TOO_BIG, 0),
        // A protocol that nobody speaks is a header problem here; `L3` makes one of it.
        IcmpMessage::Unreachable(Unreachable::Protocol) => (PARAMETER_PROBLEM, 1),
        IcmpMessage::Unreachable(what) => (
            UNREACHABLE,
            match what {
                Unreachable::Network => 0,
                Unreachable::Prohibited => 1,
                Unreachable::BeyondScope => 2,
                Unreachable::Port => 4,
                Unreachable::Other { code } => code,
                _ => 3,
            },
        ),
        IcmpMessage::TtlExceeded => (TIME_EXCEEDED, 0),
        IcmpMessage::ReassemblyTimeExceeded => (TIME_EXCEEDED, 1),
        IcmpMessage::HeaderProblem { problem, .. } => (PARAMETER_PROBLEM, problem.code()),
        IcmpMessage::ParameterProblem { .. } => (PARAMETER_PROBLEM, 0),
        IcmpMessage::EchoRequest { .. } => (ECHO_REQUEST, 0),
        IcmpMessage::EchoReply { .. } => (ECHO_REPLY, 0),
        IcmpMessage::Redirect { .. } => (super::message::REDIRECT, 0),
        IcmpMessage::Other { kind, code } => (kind, code),
    }
}

/// Bytes 4 to 7 of the message.
fn rest_of_header(message: IcmpMessage) -> [u8; 4] {
    match message {
        IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { mtu }) => {
            u32::from(mtu).to_be_bytes()
        }
        IcmpMessage::HeaderProblem { pointer, .. } => pointer.to_be_bytes(),
        IcmpMessage::ParameterProblem { pointer } => u32::from(pointer).to_be_bytes(),
        IcmpMessage::EchoRequest { ident, seq } | IcmpMessage::EchoReply { ident, seq } => {
            let ([a, b], [c, d]) = (ident.to_be_bytes(), seq.to_be_bytes());
            [a, b, c, d]
        }
        _ => [0; 4],
    }
}

/// A whole packet with an ICMPv6 message, its checksum right, behind `HEADROOM` free bytes.
pub fn build(
    source: Ipv6Addr,
    destination: Ipv6Addr,
    hop_limit: u8,
    message: IcmpMessage,
    data: &[u8],
) -> Vec<u8> {
    let (kind, code) = type_and_code(message);
    packet([source, destination], hop_limit, [kind, code], rest_of_header(message), data)
}

/// The same for a message of any type.
pub(super) fn packet(
    [source, destination]: [Ipv6Addr; 2],
    hop_limit: u8,
    [kind, code]: [u8; 2],
    rest_of_header: [u8; 4],
    data: &[u8],
) -> Vec<u8> {
    let mut buffer = vec![0; HEADROOM + HEADER + ICMP_HEADER + data.len()];
    let packet = &mut buffer[HEADROOM..];
    header::write(packet, source, destination, ICMPV6, hop_limit);
    let icmp = &mut packet[HEADER..];
    icmp[..2].copy_from_slice(&[kind, code]);
    icmp[4..ICMP_HEADER].copy_from_slice(&rest_of_header);
    icmp[ICMP_HEADER..].copy_from_slice(data);
    fill_checksum(icmp, source, destination);
    buffer
}

/// Writes the checksum into a message of a packet between these addresses.
pub fn fill_checksum(icmp: &mut [u8], source: Ipv6Addr, destination: Ipv6Addr) {
    icmp[2..4].fill(0);
    let sum = pseudo_header(source.into(), destination.into(), ICMPV6, icmp.len() as u32);
    let sum = sum.with(icmp).finish();
    icmp[2..4].copy_from_slice(&sum.to_be_bytes());
}

/// As much of a packet as an error quotes.
pub(super) fn quote(packet: &[u8]) -> &[u8] {
    &packet[..packet.len().min(usize::from(MIN_MTU) - HEADER - ICMP_HEADER)]
}

/// What a message says, or `None` when it is too short to say anything. Its checksum is the
/// caller's affair.
pub fn parse(icmp: &[u8]) -> Option<IcmpMessage> {
    let header: &[u8; ICMP_HEADER] = icmp.first_chunk()?;
    let [kind, code, _, _, a, b, c, d] = *header;
    let number = u32::from_be_bytes([a, b, c, d]);
    let (ident, seq) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    Some(match (kind, code) {
        (UNREACHABLE, code) => IcmpMessage::Unreachable(match code {
            0 => Unreachable::Network,
            1 => Unreachable::Prohibited,
            2 => Unreachable::BeyondScope,
            3 => Unreachable::Host,
            4 => Unreachable::Port,
            code => Unreachable::Other { code },
        }),
        // The code is not looked at (section 3.2). No link here takes more than 65535 bytes.
        (PACKET_TOO_BIG, _) => {
            let mtu = u16::try_from(number).unwrap_or(u16::MAX);
            IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { mtu })
        }
        (TIME_EXCEEDED, 0) => IcmpMessage::TtlExceeded,
        (TIME_EXCEEDED, 1) => IcmpMessage::ReassemblyTimeExceeded,
        (PARAMETER_PROBLEM, code) => {
            let problem = match code {
                0 => HeaderProblem::Field,
                1 => HeaderProblem::NextHeader,
                2 => HeaderProblem::Option,
                3 => HeaderProblem::FirstFragment,
                code => HeaderProblem::Other { code },
            };
            IcmpMessage::HeaderProblem { problem, pointer: number }
        }
        (ECHO_REQUEST, 0) => IcmpMessage::EchoRequest { ident, seq },
        (ECHO_REPLY, 0) => IcmpMessage::EchoReply { ident, seq },
        (kind, code) => IcmpMessage::Other { kind, code },
    })
}

/// Whether a message of this type is an error (section 2.1).
pub(super) const fn is_error(kind: u8) -> bool {
    kind < 128
}

/// The packet that an error quotes, or `None` when too little of it is there.
pub(super) fn parse_original(icmp: &[u8]) -> Option<Original> {
    original(icmp.get(ICMP_HEADER..)?)
}

/// What a quoted packet was about.
pub(super) fn original(quoted: &[u8]) -> Option<Original> {
    let header = Header6::of(quoted)?;
    // The quotation may end before the packet did, and the frame after it.
    let end = quoted.len().min(header.total_len as usize);
    let quoted = &quoted[..end];
    let (protocol, offset) = match Chain::walk(quoted) {
        Ok(chain) => (chain.protocol, chain.offset),
        // We made the packet, so its headers were in order; what stopped the walk is that they are
        // cut off, or that the packet asked for something that we do not do.
        Err(_) => (header.next_header, HEADER),
    };
    if quoted.len() < offset + 8 {
        return None;
    }
    Some(Original {
        source: IpAddr::V6(header.source),
        destination: IpAddr::V6(header.destination),
        protocol,
        transport: quoted[offset..].to_vec(),
    })
}
