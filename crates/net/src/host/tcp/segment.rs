//! TCP headers as they are on the wire: read, and written for segments that belong to no
//! connection (RFC 9293 section 3.1).

use std::net::SocketAddr;

use lanternet_core::Context;
use lanternet_core::trace::{SegmentDirection, TcpFlags, TcpSegment};

use super::super::packet::{self, Ip};
use super::super::scope::interface_of;
use crate::l3::SendOptions;
use crate::wire::checksum::pseudo_header;

/// IANA's protocol number.
pub(in crate::host) const PROTOCOL: u8 = 6;
pub(in crate::host) const HEADER: usize = 20;

/// The fields of a TCP header that decide something.
#[derive(Clone, Copy, Debug)]
pub(in crate::host) struct Header {
    pub(in crate::host) source_port: u16,
    pub(in crate::host) destination_port: u16,
    pub(in crate::host) seq: u32,
    pub(in crate::host) ack: u32,
    pub(in crate::host) flags: TcpFlags,
    pub(in crate::host) window: u16,
    /// Bytes of data.
    pub(in crate::host) len: u32,
}

impl Header {
    /// Reads the header of a segment, or says what is wrong with it.
    pub(in crate::host) fn read(segment: &[u8]) -> Result<Self, &'static str> {
        let Some(header) = segment.first_chunk::<HEADER>() else { return Err("too short") };
        let offset = usize::from(header[12] >> 4) * 4;
        if offset < HEADER || offset > segment.len() {
            return Err("data offset");
        }
        let header = Self {
            source_port: u16::from_be_bytes([header[0], header[1]]),
            destination_port: u16::from_be_bytes([header[2], header[3]]),
            seq: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
            ack: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
            flags: TcpFlags(header[13]),
            window: u16::from_be_bytes([header[14], header[15]]),
            len: (segment.len() - offset) as u32,
        };
        if header.source_port == 0 || header.destination_port == 0 {
            return Err("port 0");
        }
        let controls = [TcpFlags::SYN, TcpFlags::FIN, TcpFlags::RST];
        if controls.into_iter().filter(|flag| header.has(*flag)).count() > 1 {
            return Err("flags contradict each other");
        }
        Ok(header)
    }

    pub(in crate::host) fn has(&self, flags: u8) -> bool {
        self.flags.has(flags)
    }

    /// The sequence number after this segment: SYN and FIN count like a byte each.
    pub(in crate::host) fn end(&self) -> u32 {
        let controls = u32::from(self.has(TcpFlags::SYN)) + u32::from(self.has(TcpFlags::FIN));
        self.seq.wrapping_add(self.len).wrapping_add(controls)
    }

    /// What a reason tells of it.
    pub(in crate::host) fn facts(&self, direction: SegmentDirection) -> TcpSegment {
        let Self { flags, seq, ack, len, .. } = *self;
        TcpSegment { direction, flags, seq, ack, len }
    }

    /// What a reason tells of it, for a segment that came in.
    pub(in crate::host) fn received(&self) -> TcpSegment {
        self.facts(SegmentDirection::Received)
    }
}

/// Whether `a` comes before `b` in sequence space (RFC 9293 section 3.4: modulo 2^32).
pub(in crate::host) const fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

/// Writes the checksum into a TCP segment of a packet between these addresses.
pub(in crate::host) fn fill_checksum(
    segment: &mut [u8],
    source: SocketAddr,
    destination: SocketAddr,
) {
    segment[16..18].fill(0);
    let sum = pseudo_header(source.ip(), destination.ip(), PROTOCOL, segment.len() as u32)
        .with(segment)
        .finish();
    segment[16..18].copy_from_slice(&sum.to_be_bytes());
}

/// How packets to this end leave: to a link-local one by its interface. None is cut.
pub(in crate::host) fn towards(remote: SocketAddr) -> SendOptions {
    let interface = interface_of(remote);
    SendOptions { interface, dont_fragment: true, ..SendOptions::default() }
}

/// A segment without data that belongs to no connection, ready to be sent.
pub(in crate::host) fn bare(
    ctx: &mut Context<'_>,
    [local, remote]: [SocketAddr; 2],
    flags: u8,
    seq: u32,
    ack: u32,
    window: u16,
) -> Vec<u8> {
    let ip = Ip { dont_fragment: true, ..Ip::new(local.ip(), remote.ip(), PROTOCOL) };
    let len = ip.header_len() + HEADER;
    let mut buffer = ctx.buffer(packet::HEADROOM + len);
    let segment = ip.write(&mut buffer, HEADER);
    segment[..2].copy_from_slice(&local.port().to_be_bytes());
    segment[2..4].copy_from_slice(&remote.port().to_be_bytes());
    segment[4..8].copy_from_slice(&seq.to_be_bytes());
    segment[8..12].copy_from_slice(&ack.to_be_bytes());
    segment[12] = ((HEADER / 4) as u8) << 4;
    segment[13] = flags;
    segment[14..16].copy_from_slice(&window.to_be_bytes());
    segment[18..20].fill(0);
    fill_checksum(segment, local, remote);
    buffer
}
