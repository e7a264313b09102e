//! The IPv6 header and the chain of extension headers behind it (RFC 8200 sections 3 and 4).
//!
//! Unlike IPv4's options these are walked by whoever the packet is for; a router looks no further
//! than the first header and a hop-by-hop header right behind it. Routing headers are refused where
//! they ask for more hops (RFC 5095), authentication and encryption headers are unknown here.

use std::net::Ipv6Addr;

use lanternet_core::DropReason;
use lanternet_core::trace::{HeaderProblem, Protocol};

/// Bytes of the header.
pub(in crate::l3) const HEADER: usize = 40;

/// Next header numbers (IANA protocol numbers).
pub(in crate::l3) const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
pub(in crate::l3) const FRAGMENT: u8 = 44;
pub(in crate::l3) const ICMPV6: u8 = 58;
const NO_NEXT_HEADER: u8 = 59;
const DESTINATION_OPTIONS: u8 = 60;

/// Options (IANA, destination options and hop-by-hop options).
const PAD_1: u8 = 0;
const PAD_N: u8 = 1;
pub(super) const ROUTER_ALERT: u8 = 5;

/// The offsets of fields that errors point at.
const PAYLOAD_LENGTH_AT: u32 = 4;
pub(in crate::l3) const NEXT_HEADER_AT: usize = 6;

/// The facts of a sound header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::l3) struct Header6 {
    pub(in crate::l3) source: Ipv6Addr,
    pub(in crate::l3) destination: Ipv6Addr,
    pub(in crate::l3) next_header: u8,
    pub(in crate::l3) hop_limit: u8,
    /// Bytes of the packet, this header included: at most 65575.
    pub(in crate::l3) total_len: u32,
}

fn address(bytes: &[u8], at: usize) -> Ipv6Addr {
    let mut octets = [0; 16];
    octets.copy_from_slice(&bytes[at..at + 16]);
    octets.into()
}

impl Header6 {
    /// Reads a header of this many bytes at least, without checking it.
    pub(in crate::l3) fn of(packet: &[u8]) -> Option<Self> {
        if packet.len() < HEADER || packet[0] >> 4 != 6 {
            return None;
        }
        Some(Self {
            source: address(packet, 8),
            destination: address(packet, 24),
            next_header: packet[NEXT_HEADER_AT],
            hop_limit: packet[7],
            total_len: HEADER as u32 + u32::from(u16::from_be_bytes([packet[4], packet[5]])),
        })
    }

    /// Checks the header of a packet, which may be followed by padding of the frame.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub(in crate::l3) fn check(bytes: &[u8]) -> Result<Self, DropReason> {
        let malformed = |what| DropReason::Malformed { protocol: Protocol::Ip, what };
        if bytes.len() < HEADER {
            return Err(malformed("too short"));
        }
        let header = Self::of(bytes).ok_or_else(|| malformed("not version 6"))?;
        if header.total_len as usize > bytes.len() {
            return Err(malformed("a payload length that cannot be"));
        }
        Ok(header)
    }
}

/// What the chain of headers leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::l3) struct Chain {
    /// The protocol behind it.
    pub(in crate::l3) protocol: u8,
    /// Where that starts in the packet.
    pub(in crate::l3) offset: usize,
    /// Where the chain names that protocol: what an error about it points at.
    pub(in crate::l3) named_at: usize,
    /// The packet is a piece of another.
    pub(in crate::l3) fragment: Option<Fragment>,
    /// The value of a router alert option, if there is one (RFC 2711).
    pub(in crate::l3) router_alert: Option<u16>,
}

/// A fragment header (RFC 8200 section 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::l3) struct Fragment {
    pub(in crate::l3) ident: u32,
    /// In bytes.
    pub(in crate::l3) offset: u16,
    /// More pieces follow.
    pub(in crate::l3) more: bool,
    /// Where the fragment header starts in the packet.
    pub(in crate::l3) at: usize,
    /// Where the header before it names it.
    pub(in crate::l3) named_at: usize,
}

/// Why a packet goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::l3) enum Fault {
    /// It ends here.
    Drop(&'static str),
    /// It ends here, and its sender is told.
    Problem {
        what: &'static str,
        problem: HeaderProblem,
        pointer: u32,
        /// Told even if the packet was for a group (RFC 4443 section 2.4 (e.3)).
        even_to_group: bool,
    },
}

impl Chain {
    /// Walks a packet's headers up to the one that is no extension, or up to a fragment header:
    /// what is behind that belongs to the whole packet.
    ///
    /// # Errors
    /// The first thing that cannot be passed over.
    pub(in crate::l3) fn walk(packet: &[u8]) -> Result<Self, Fault> {
        let mut chain = Self {
            protocol: packet[NEXT_HEADER_AT],
            offset: HEADER,
            named_at: NEXT_HEADER_AT,
            fragment: None,
            router_alert: None,
        };
        while chain.step(packet)? {}
        Ok(chain)
    }

    /// Looks at a hop-by-hop header, which all routers on the way see.
    ///
    /// # Errors
    /// An option that must not be passed over.
    pub(in crate::l3) fn walk_hop_by_hop(packet: &[u8]) -> Result<(), Fault> {
        if packet[NEXT_HEADER_AT] == HOP_BY_HOP {
            extension(packet, HEADER).and_then(|len| options(packet, HEADER, len))?;
        }
        Ok(())
    }

    /// Passes one header over. `false`: it is none of those to pass over.
    fn step(&mut self, packet: &[u8]) -> Result<bool, Fault> {
        let at = self.offset;
        let len = match self.protocol {
            HOP_BY_HOP if at != HEADER => {
                // Only right behind the IPv6 header (section 4.1): elsewhere it is unknown.
                return Err(Fault::Problem {
                    what: "a hop-by-hop header in the wrong place",
                    problem: HeaderProblem::NextHeader,
                    pointer: self.named_at as u32,
                    even_to_group: false,
                });
            }
            HOP_BY_HOP | DESTINATION_OPTIONS => {
                let len = extension(packet, at)?;
                let alert = options(packet, at, len)?;
                self.router_alert = self.router_alert.or(alert);
                len
            }
            ROUTING => {
                let len = extension(packet, at)?;
                let segments_left = packet[at + 3];
                if segments_left > 0 {
                    return Err(Fault::Problem {
                        what: "a routing header",
                        problem: HeaderProblem::Field,
                        pointer: at as u32 + 2,
                        even_to_group: false,
                    });
                }
                len
            }
            FRAGMENT => {
                let header: &[u8; 8] =
                    packet.get(at..).and_then(|rest| rest.first_chunk()).ok_or(CUT_OFF)?;
                let [_, _, a, b, c, d, e, f] = *header;
                let offset_and_flags = u16::from_be_bytes([a, b]);
                self.fragment = Some(Fragment {
                    ident: u32::from_be_bytes([c, d, e, f]),
                    offset: offset_and_flags & !7,
                    more: offset_and_flags & 1 == 1,
                    at,
                    named_at: self.named_at,
                });
                (self.protocol, self.named_at, self.offset) = (packet[at], at, at + 8);
                return Ok(false);
            }
            NO_NEXT_HEADER => return Err(Fault::Drop(NOTHING)),
            _ => return Ok(false),
        };
        (self.protocol, self.named_at, self.offset) = (packet[at], at, at + len);
        Ok(true)
    }
}

/// What [`Fault::Drop`] says where there is no next header.
pub(in crate::l3) const NOTHING: &str = "no next header";

const CUT_OFF: Fault = Fault::Drop("an extension header that is cut off");

/// The length of the extension header at this offset, all of which is there.
fn extension(packet: &[u8], at: usize) -> Result<usize, Fault> {
    let len = packet.get(at + 1).map(|len| (usize::from(*len) + 1) * 8).ok_or(CUT_OFF)?;
    if packet.len() < at + len { Err(CUT_OFF) } else { Ok(len) }
}

/// Looks at the options of a header; the answer is the value of a router alert.
fn options(packet: &[u8], at: usize, len: usize) -> Result<Option<u16>, Fault> {
    let (mut at, end) = (at + 2, at + len);
    let mut alert = None;
    while at < end {
        let kind = packet[at];
        if kind == PAD_1 {
            at += 1;
            continue;
        }
        let value = packet
            .get(at + 1)
            .map(|len| at + 2..at + 2 + usize::from(*len))
            .filter(|value| value.end <= end)
            .ok_or(Fault::Drop("an option that is cut off"))?;
        let next = value.end;
        match kind {
            PAD_N => {}
            ROUTER_ALERT if value.len() == 2 => {
                alert = Some(u16::from_be_bytes([packet[value.start], packet[value.start + 1]]));
            }
            // The two highest bits say what to do with an option that is unknown (section 4.2).
            _ => match kind >> 6 {
                0 => {}
                1 => return Err(Fault::Drop("an unknown option that says: discard")),
                action => {
                    return Err(Fault::Problem {
                        what: "an unknown option that says: discard and tell",
                        problem: HeaderProblem::Option,
                        pointer: at as u32,
                        even_to_group: action == 2,
                    });
                }
            },
        }
        at = next;
    }
    Ok(alert)
}

/// Whether a header of this number may be passed over to find what is behind it.
pub(in crate::l3) const fn is_extension(number: u8) -> bool {
    matches!(number, HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS)
}

/// What is wrong with a fragment's length, which all but the last count in eights.
pub(in crate::l3) const fn odd_fragment() -> Fault {
    Fault::Problem {
        what: "a fragment whose length is no multiple of 8",
        problem: HeaderProblem::Field,
        pointer: PAYLOAD_LENGTH_AT,
        even_to_group: false,
    }
}

/// A packet without its extension headers: what TCP is shown.
pub(crate) fn without_extensions(packet: &[u8], protocol: u8, offset: usize) -> Vec<u8> {
    let mut plain = [&packet[..HEADER], &packet[offset..]].concat();
    plain[4..6].copy_from_slice(&((packet.len() - offset) as u16).to_be_bytes());
    plain[NEXT_HEADER_AT] = protocol;
    plain
}

/// Writes a header; the payload's length is that of what follows.
pub(super) fn write(
    packet: &mut [u8],
    source: Ipv6Addr,
    destination: Ipv6Addr,
    next_header: u8,
    hop_limit: u8,
) {
    let len = (packet.len() - HEADER) as u16;
    packet[..4].copy_from_slice(&[0x60, 0, 0, 0]);
    packet[4..6].copy_from_slice(&len.to_be_bytes());
    packet[NEXT_HEADER_AT] = next_header;
    packet[7] = hop_limit;
    packet[8..24].copy_from_slice(&source.octets());
    packet[24..HEADER].copy_from_slice(&destination.octets());
}
