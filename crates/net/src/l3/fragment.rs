//! Fragments: cutting packets that are too long for a link, and putting them together again
//! (RFC 791 sections 2.3 and 3.2, RFC 815).
//!
//! Only a packet's destination puts it together. A piece that brings nothing new is a duplicate and
//! ignored; pieces that overlap otherwise drop the whole packet, as Linux does since the attacks
//! that used them. RFC 791 would let the later piece win.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use lanternet_core::{Duration, FrameId, Instant};
use smoltcp::wire::Ipv4Packet;

/// How long the pieces of a packet wait for the others (Linux: `ipfrag_time`).
pub(super) const REASSEMBLY_TIMEOUT: Duration = Duration::from_secs(30);
/// Packets that may be incomplete at the same time; the oldest makes room for a new one.
const PACKET_LIMIT: usize = 64;
/// Pieces of one packet: 64 KiB in pieces of an MTU of 68.
const PIECE_LIMIT: usize = 1366;
/// What is wrong with pieces that reach beyond the longest packet.
pub(super) const TOO_LONG: &str = "a packet of more than 65535 bytes";

/// Cuts a packet into pieces of at most `mtu` bytes, each with `headroom` bytes free in front. The
/// packet's header checksum need not be right; those of the pieces are. The packet may be a piece
/// itself, as long as its end lies within 65535 bytes.
///
/// Options whose "copied" bit is set go into every piece, the others only into the first
/// (RFC 791 section 3.1).
pub(super) fn split(packet: &[u8], mtu: u16, headroom: usize) -> Vec<Vec<u8>> {
    let whole = Ipv4Packet::new_unchecked(packet);
    let header_len = usize::from(whole.header_len());
    let later_header = later_header(&packet[..header_len]);
    let (start, more) = (whole.frag_offset(), whole.more_frags());
    let payload = &packet[header_len..];
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < payload.len() {
        let header = if at == 0 { &packet[..header_len] } else { &later_header[..] };
        let room = (usize::from(mtu).saturating_sub(header.len()) & !7).max(8);
        let len = room.min(payload.len() - at);
        let mut buffer = vec![0; headroom + header.len() + len];
        buffer[headroom..][..header.len()].copy_from_slice(header);
        buffer[headroom + header.len()..].copy_from_slice(&payload[at..at + len]);
        let mut piece = Ipv4Packet::new_unchecked(&mut buffer[headroom..]);
        piece.set_header_len(header.len() as u8);
        piece.set_total_len((header.len() + len) as u16);
        piece.set_frag_offset(start + at as u16);
        piece.set_more_frags(more || at + len < payload.len());
        piece.fill_checksum();
        pieces.push(buffer);
        at += len;
    }
    pieces
}

/// The header of all pieces but the first: options without the "copied" bit are left out.
fn later_header(header: &[u8]) -> Vec<u8> {
    const END: u8 = 0;
    const NO_OPERATION: u8 = 1;
    const COPIED: u8 = 0x80;
    let mut kept = header[..20].to_vec();
    let mut options = &header[20..];
    while let [kind, rest @ ..] = options {
        if *kind == END {
            break;
        }
        let len = match rest.first() {
            _ if *kind == NO_OPERATION => 1,
            Some(&len) if len >= 2 && usize::from(len) <= options.len() => usize::from(len),
            _ => break,
        };
        if kind & COPIED != 0 {
            kept.extend_from_slice(&options[..len]);
        }
        options = &options[len..];
    }
    kept.resize(kept.len().next_multiple_of(4), END);
    kept
}

/// Which packet a piece belongs to (RFC 791: source, destination, protocol, identification).
pub(super) type Key = (Ipv4Addr, Ipv4Addr, u8, u16);

/// What a piece led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Others are missing.
    Held,
    /// The packet is whole: header of the first piece, all data; its checksum is right.
    Whole {
        /// The packet.
        packet: Vec<u8>,
        /// How many pieces.
        fragments: u16,
    },
    /// The piece does not fit; all pieces of this packet are dropped.
    Bad(&'static str),
}

/// A packet that never became whole.
#[derive(Debug)]
pub(super) struct Expired {
    /// The first piece, if it had come: the one that an ICMP error is about.
    pub(super) first: Option<Vec<u8>>,
    /// The frame that brought the first piece, or else any piece.
    pub(super) about: Option<FrameId>,
}

/// Packets in pieces.
#[derive(Debug, Default)]
pub(super) struct Reassembler {
    packets: BTreeMap<Key, Partial>,
}

#[derive(Debug)]
struct Partial {
    deadline: Instant,
    about: Option<FrameId>,
    /// The header of the first piece, if it came: that of the whole packet.
    header: Option<Vec<u8>>,
    /// Data by offset. No two overlap.
    pieces: BTreeMap<usize, Vec<u8>>,
    /// Length of all data, once the last piece told it.
    total: Option<usize>,
    have: usize,
}

fn key(piece: &[u8]) -> Key {
    let view = Ipv4Packet::new_unchecked(piece);
    (view.src_addr(), view.dst_addr(), u8::from(view.next_header()), view.ident())
}

impl Reassembler {
    /// The packet that has to make room before this piece can be taken, if one has to: the oldest.
    pub(super) fn make_room(&mut self, piece: &[u8]) -> Option<Expired> {
        if self.packets.len() < PACKET_LIMIT || self.packets.contains_key(&key(piece)) {
            return None;
        }
        let (&oldest, _) = self.packets.iter().min_by_key(|(_, packet)| packet.deadline)?;
        self.packets.remove(&oldest).map(Partial::expire)
    }

    /// Takes a piece: a whole IPv4 packet with an offset or "more fragments", header checked.
    pub(super) fn insert(&mut self, now: Instant, piece: &[u8], about: Option<FrameId>) -> Outcome {
        let key = key(piece);
        let partial = self.packets.entry(key).or_insert_with(|| Partial {
            deadline: now + REASSEMBLY_TIMEOUT,
            about,
            header: None,
            pieces: BTreeMap::new(),
            total: None,
            have: 0,
        });
        match partial.insert(piece, about) {
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
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.packets.values().map(|packet| packet.deadline).min()
    }

    /// A packet whose time is over, if any. Call until `None`.
    pub(super) fn expire(&mut self, now: Instant) -> Option<Expired> {
        let (&key, _) = self.packets.iter().find(|(_, packet)| packet.deadline <= now)?;
        self.packets.remove(&key).map(Partial::expire)
    }
}

impl Partial {
    /// Whether the packet is whole now. The order of the checks is Linux's.
    fn insert(&mut self, piece: &[u8], about: Option<FrameId>) -> Result<bool, &'static str> {
        let view = Ipv4Packet::new_unchecked(piece);
        let (header, data) = piece.split_at(usize::from(view.header_len()));
        let (start, more) = (usize::from(view.frag_offset()), view.more_frags());
        let end = start + data.len();
        if data.is_empty() || (more && data.len() % 8 != 0) {
            return Err("a length that is no multiple of 8");
        }
        if end + header.len() > usize::from(u16::MAX) {
            return Err(TOO_LONG);
        }
        let reached = self.pieces.last_key_value().map_or(0, |(at, data)| at + data.len());
        match self.total {
            Some(total) if end > total || (!more && end != total) => {
                return Err("two last fragments");
            }
            None if !more && end < reached => return Err("data behind the last fragment"),
            None if !more => self.total = Some(end),
            _ => {}
        }
        if self.has(start, end) {
            return Ok(false); // Nothing new: a duplicate.
        }
        let before = self.pieces.range(..start).next_back();
        let reaches_in = before.is_some_and(|(at, piece)| at + piece.len() > start);
        let reaches_out = self.pieces.range(start..end).next().is_some();
        if reaches_in || reaches_out {
            return Err("overlapping fragments");
        }
        if self.pieces.len() >= PIECE_LIMIT {
            return Err("too many fragments");
        }
        if start == 0 {
            self.about = about;
            self.header = Some(header.to_vec());
        }
        self.have += data.len();
        self.pieces.insert(start, data.to_vec());
        Ok(self.total == Some(self.have))
    }

    /// Whether all data from `start` to `end` is there.
    fn has(&self, start: usize, end: usize) -> bool {
        let first = self.pieces.range(..=start).next_back().map_or(start, |(at, _)| *at);
        let mut reached = start;
        for (at, data) in self.pieces.range(first..end) {
            if *at > reached {
                break;
            }
            reached = reached.max(at + data.len());
        }
        reached >= end
    }

    fn expire(mut self) -> Expired {
        let first = self.header.zip(self.pieces.remove(&0)).map(|(mut packet, data)| {
            packet.extend_from_slice(&data);
            packet
        });
        Expired { first, about: self.about }
    }

    fn join(self) -> Outcome {
        let fragments = self.pieces.len() as u16;
        // A whole packet has a first piece; one without would be our own bug and is harmless.
        let Some(mut packet) = self.header else { return Outcome::Held };
        self.pieces.values().for_each(|data| packet.extend_from_slice(data));
        // The first header may be longer than the others, whose lengths were checked.
        let Ok(len) = u16::try_from(packet.len()) else { return Outcome::Bad(TOO_LONG) };
        let mut view = Ipv4Packet::new_unchecked(&mut packet[..]);
        view.set_total_len(len);
        view.set_frag_offset(0);
        view.set_more_frags(false);
        view.fill_checksum();
        Outcome::Whole { packet, fragments }
    }
}
