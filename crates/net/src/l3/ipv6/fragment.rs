//! Fragments: cut by the source alone, put together by the destination (RFC 8200 section 4.5).
//!
//! Pieces that overlap drop the whole packet (RFC 5722); one that is exactly there already is a
//! duplicate and ignored. A packet in one piece is whole at once, whatever other pieces with its
//! number there are (RFC 6946).

use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use lanternet_core::trace::HeaderProblem;
use lanternet_core::{Duration, FrameId, Instant, PortId};

use super::header::{Chain, FRAGMENT, Fault, Fragment, HEADER, Header6, NEXT_HEADER_AT};
use super::header::{is_extension, odd_fragment};
use crate::l3::packet::HEADROOM;

/// How long pieces wait for the others (RFC 8200 section 4.5; Linux: `IPV6_FRAG_TIMEOUT`).
pub(in crate::l3) const REASSEMBLY_TIMEOUT: Duration = Duration::from_secs(60);
/// Packets that may be incomplete at the same time; the oldest makes room for a new one.
const PACKET_LIMIT: usize = 64;
/// Pieces of one packet: 64 KiB in the pieces of an MTU of 1280.
const PIECE_LIMIT: usize = 64;
/// Bytes of the fragment header.
const FRAGMENT_HEADER: usize = 8;
/// The longest payload of a packet.
const LONGEST: usize = 65_535;

/// Cuts a packet of ours, which has no extension headers, into pieces of at most `mtu` bytes, each
/// behind `HEADROOM` free bytes.
pub(in crate::l3) fn split(packet: &[u8], mtu: u16, ident: u32) -> Vec<Vec<u8>> {
    let (header, payload) = packet.split_at(HEADER);
    let room = (usize::from(mtu) - HEADER - FRAGMENT_HEADER) & !7;
    let mut pieces = Vec::new();
    let mut at = 0;
    for data in payload.chunks(room) {
        let mut buffer = vec![0; HEADROOM + HEADER + FRAGMENT_HEADER + data.len()];
        let piece = &mut buffer[HEADROOM..];
        piece[..HEADER].copy_from_slice(header);
        let len = (FRAGMENT_HEADER + data.len()) as u16;
        piece[4..6].copy_from_slice(&len.to_be_bytes());
        piece[NEXT_HEADER_AT] = FRAGMENT;
        let more = u16::from(at + data.len() < payload.len());
        piece[HEADER] = packet[NEXT_HEADER_AT];
        piece[HEADER + 2..HEADER + 4].copy_from_slice(&(at as u16 | more).to_be_bytes());
        piece[HEADER + 4..HEADER + 8].copy_from_slice(&ident.to_be_bytes());
        piece[HEADER + FRAGMENT_HEADER..].copy_from_slice(data);
        pieces.push(buffer);
        at += data.len();
    }
    pieces
}

/// Which packet a piece belongs to.
type Key = (Ipv6Addr, Ipv6Addr, u32);

/// What a piece led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Others are missing.
    Held,
    /// The packet is whole.
    Whole { packet: Vec<u8>, fragments: u16 },
    /// The piece does not fit; all pieces of this packet are dropped.
    Bad(&'static str),
    /// The piece is wrong in itself, and its sender is told.
    Fault(Fault),
}

/// A packet that never became whole.
#[derive(Debug)]
pub(super) struct Expired6 {
    /// The first piece as it came, if it did: the one that an error is about.
    pub(super) first: Option<Vec<u8>>,
    /// The interface it came in by.
    pub(super) interface: Option<PortId>,
    /// The frame that brought the first piece, or else any piece.
    pub(super) about: Option<FrameId>,
}

/// Packets in pieces.
#[derive(Debug, Default)]
pub(in crate::l3) struct Reassembler6 {
    packets: BTreeMap<Key, Partial>,
}

#[derive(Debug)]
struct Partial {
    deadline: Instant,
    interface: Option<PortId>,
    about: Option<FrameId>,
    /// The first piece, as it came.
    first: Option<Vec<u8>>,
    /// The headers of the whole packet: those in front of the first piece's fragment header.
    header: Vec<u8>,
    /// Data by offset. No two overlap.
    pieces: BTreeMap<usize, Vec<u8>>,
    /// Length of all data, once the last piece told it.
    total: Option<usize>,
    have: usize,
}

fn key(packet: &[u8], fragment: &Fragment) -> Key {
    let header = Header6::of(packet);
    let ends = header.map(|header| (header.source, header.destination));
    let (source, destination) = ends.unwrap_or((Ipv6Addr::UNSPECIFIED, Ipv6Addr::UNSPECIFIED));
    (source, destination, fragment.ident)
}

impl Reassembler6 {
    /// The packet that has to make room before this piece can be taken, if one has to: the oldest.
    pub(super) fn make_room(&mut self, packet: &[u8], fragment: &Fragment) -> Option<Expired6> {
        if self.packets.len() < PACKET_LIMIT || self.packets.contains_key(&key(packet, fragment)) {
            return None;
        }
        let (&oldest, _) = self.packets.iter().min_by_key(|(_, packet)| packet.deadline)?;
        self.packets.remove(&oldest).map(Partial::expire)
    }

    /// Takes a piece, whose headers were walked up to the fragment header.
    pub(super) fn insert(
        &mut self,
        now: Instant,
        packet: &[u8],
        chain: &Chain,
        (interface, about): (Option<PortId>, Option<FrameId>),
    ) -> Outcome {
        let Some(fragment) = &chain.fragment else { return Outcome::Held };
        let data = &packet[chain.offset..];
        let start = usize::from(fragment.offset);
        if fragment.more && !data.len().is_multiple_of(8) {
            return Outcome::Fault(odd_fragment());
        }
        if start + data.len() + (fragment.at - HEADER) > LONGEST {
            return Outcome::Fault(Fault::Problem {
                what: "a packet of more than 65535 bytes",
                problem: HeaderProblem::Field,
                pointer: fragment.at as u32 + 2,
                even_to_group: false,
            });
        }
        // All headers belong into the first piece (RFC 7112): here it is enough that there is more
        // than headers.
        if start == 0 && fragment.more && !reaches_upper_layer(chain.protocol, data) {
            return Outcome::Fault(Fault::Problem {
                what: "a first fragment without all headers",
                problem: HeaderProblem::FirstFragment,
                pointer: 0,
                even_to_group: false,
            });
        }
        let whole_header = |packet: &[u8]| {
            let mut header = packet[..fragment.at].to_vec();
            header[fragment.named_at] = chain.protocol;
            header
        };
        if start == 0 && !fragment.more {
            return finish([&whole_header(packet)[..], data].concat(), 1);
        }
        let key = key(packet, fragment);
        let partial = self.packets.entry(key).or_insert_with(|| Partial {
            deadline: now + REASSEMBLY_TIMEOUT,
            interface,
            about,
            first: None,
            header: Vec::new(),
            pieces: BTreeMap::new(),
            total: None,
            have: 0,
        });
        if start == 0 && partial.first.is_none() {
            partial.about = about;
            partial.first = Some(packet.to_vec());
            partial.header = whole_header(packet);
        }
        match partial.insert(start, data, fragment.more) {
            Ok(false) => Outcome::Held,
            Ok(true) => match self.packets.remove(&key) {
                Some(partial) => partial.join(),
                None => Outcome::Held,
            },
            Err(what) => {
                self.packets.remove(&key);
                Outcome::Bad(what)
            }
        }
    }

    /// When the next packet is given up.
    pub(in crate::l3) fn next_deadline(&self) -> Option<Instant> {
        self.packets.values().map(|packet| packet.deadline).min()
    }

    /// A packet whose time is over, if any. Call until `None`.
    pub(super) fn expire(&mut self, now: Instant) -> Option<Expired6> {
        let (&key, _) = self.packets.iter().find(|(_, packet)| packet.deadline <= now)?;
        self.packets.remove(&key).map(Partial::expire)
    }
}

/// Whether the chain of headers in a first piece comes to its end there.
fn reaches_upper_layer(mut protocol: u8, mut data: &[u8]) -> bool {
    while is_extension(protocol) {
        let Some(&[next, len, ..]) = data.first_chunk::<8>() else { return false };
        let Some(rest) = data.get((usize::from(len) + 1) * 8..) else { return false };
        (protocol, data) = (next, rest);
    }
    !data.is_empty()
}

impl Partial {
    /// Whether the packet is whole now.
    fn insert(&mut self, start: usize, data: &[u8], more: bool) -> Result<bool, &'static str> {
        let end = start + data.len();
        let reached = self.pieces.last_key_value().map_or(0, |(at, data)| at + data.len());
        match self.total {
            Some(total) if end > total || (!more && end != total) => {
                return Err("two last fragments");
            }
            None if !more && end < reached => return Err("data behind the last fragment"),
            None if !more => self.total = Some(end),
            _ => {}
        }
        if self.pieces.get(&start).is_some_and(|known| known.len() == data.len()) {
            return Ok(false);
        }
        let before = self.pieces.range(..start).next_back();
        let reaches_in = before.is_some_and(|(at, piece)| at + piece.len() > start);
        let reaches_out = self.pieces.range(start..end.max(start + 1)).next().is_some();
        if reaches_in || reaches_out {
            return Err("overlapping fragments");
        }
        if self.pieces.len() >= PIECE_LIMIT {
            return Err("too many fragments");
        }
        self.have += data.len();
        self.pieces.insert(start, data.to_vec());
        Ok(self.total == Some(self.have))
    }

    fn expire(self) -> Expired6 {
        Expired6 { first: self.first, interface: self.interface, about: self.about }
    }

    fn join(self) -> Outcome {
        let fragments = self.pieces.len() as u16;
        let mut packet = self.header;
        self.pieces.values().for_each(|data| packet.extend_from_slice(data));
        finish(packet, fragments)
    }
}

/// Sets the length of a packet that was put together.
fn finish(mut packet: Vec<u8>, fragments: u16) -> Outcome {
    let Ok(len) = u16::try_from(packet.len() - HEADER) else {
        return Outcome::Bad("a packet of more than 65535 bytes");
    };
    packet[4..6].copy_from_slice(&len.to_be_bytes());
    Outcome::Whole { packet, fragments }
}
