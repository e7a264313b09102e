//! Fragments: cutting packets that are too long for a link, and putting them together again
//! (RFC 791 sections 2.3 and 3.2, RFC 815).
//!
//! Only a packet's destination puts it together. Overlapping pieces drop the whole packet, as Linux
//! does since the attacks that used them; RFC 791 would let the later piece win.

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

/// Cuts a packet into pieces of at most `mtu` bytes, each with `headroom` bytes free in front. The
/// packet's header checksum need not be right; those of the pieces are.
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
    /// The pieces by offset: each one's header and data.
    pieces: BTreeMap<u16, (Vec<u8>, Vec<u8>)>,
    /// Length of all data, once the last piece told it.
    total: Option<usize>,
    have: usize,
}

impl Reassembler {
    /// Takes a piece: a whole IPv4 packet with an offset or "more fragments", header checked.
    pub(super) fn insert(&mut self, now: Instant, piece: &[u8], about: Option<FrameId>) -> Outcome {
        let view = Ipv4Packet::new_unchecked(piece);
        let key: Key =
            (view.src_addr(), view.dst_addr(), u8::from(view.next_header()), view.ident());
        if self.packets.len() >= PACKET_LIMIT && !self.packets.contains_key(&key) {
            let oldest = self.packets.iter().min_by_key(|(_, packet)| packet.deadline);
            if let Some((&oldest, _)) = oldest {
                self.packets.remove(&oldest);
            }
        }
        let partial = self.packets.entry(key).or_insert_with(|| Partial {
            deadline: now + REASSEMBLY_TIMEOUT,
            about,
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
        let mut partial = self.packets.remove(&key)?;
        let first = partial.pieces.remove(&0).map(|(mut header, data)| {
            header.extend_from_slice(&data);
            header
        });
        Some(Expired { first, about: partial.about })
    }
}

impl Partial {
    /// Whether the packet is whole now.
    fn insert(&mut self, piece: &[u8], about: Option<FrameId>) -> Result<bool, &'static str> {
        let view = Ipv4Packet::new_unchecked(piece);
        let header_len = usize::from(view.header_len());
        let (header, data) = piece.split_at(header_len);
        let (offset, more) = (view.frag_offset(), view.more_frags());
        let (start, end) = (usize::from(offset), usize::from(offset) + data.len());
        if data.is_empty() || (more && data.len() % 8 != 0) {
            return Err("a length that is no multiple of 8");
        }
        if end > usize::from(u16::MAX) - header_len {
            return Err("a packet of more than 65535 bytes");
        }
        let before = self.pieces.range(..=offset).next_back();
        let after = self.pieces.range(offset..).next();
        if before == Some((&offset, &(header.to_vec(), data.to_vec()))) {
            return Ok(false); // The same piece again: a duplicate, not an overlap.
        }
        let reaches_in = before.is_some_and(|(at, piece)| usize::from(*at) + piece.1.len() > start);
        let reaches_out = after.is_some_and(|(at, _)| usize::from(*at) < end);
        if reaches_in || reaches_out {
            return Err("overlapping fragments");
        }
        match self.total {
            Some(total) if end > total || (!more && end != total) => {
                return Err("two last fragments");
            }
            None if !more => {
                let last = self.pieces.last_key_value();
                if last.is_some_and(|(at, piece)| usize::from(*at) + piece.1.len() > end) {
                    return Err("data behind the last fragment");
                }
                self.total = Some(end);
            }
            _ => {}
        }
        if self.pieces.len() >= PIECE_LIMIT {
            return Err("too many fragments");
        }
        if offset == 0 {
            self.about = about;
        }
        self.have += data.len();
        self.pieces.insert(offset, (header.to_vec(), data.to_vec()));
        Ok(self.total == Some(self.have))
    }

    fn join(self) -> Outcome {
        let fragments = self.pieces.len() as u16;
        let mut pieces = self.pieces.into_values();
        // A whole packet has a first piece; an empty map would be our own bug and is harmless.
        let Some((mut packet, data)) = pieces.next() else { return Outcome::Held };
        packet.extend_from_slice(&data);
        pieces.for_each(|(_, data)| packet.extend_from_slice(&data));
        let len = packet.len() as u16;
        let mut view = Ipv4Packet::new_unchecked(&mut packet[..]);
        view.set_total_len(len);
        view.set_frag_offset(0);
        view.set_more_frags(false);
        view.fill_checksum();
        Outcome::Whole { packet, fragments }
    }
}
