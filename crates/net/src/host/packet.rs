//! IP headers of the packets that a host makes. Identification and header checksum are the IP
//! layer's.

use std::net::IpAddr;

pub(in crate::host) use crate::l3::HEADROOM;

/// The TTL of what programs send, unless they say otherwise (IANA's recommendation).
pub(in crate::host) const DEFAULT_TTL: u8 = 64;

/// The fields of an IP header that are decided above IP.
#[derive(Clone, Copy, Debug)]
pub(in crate::host) struct Ip {
    pub(in crate::host) source: IpAddr,
    pub(in crate::host) destination: IpAddr,
    pub(in crate::host) protocol: u8,
    pub(in crate::host) ttl: u8,
    pub(in crate::host) dont_fragment: bool,
}

impl Ip {
    pub(in crate::host) fn new(source: IpAddr, destination: IpAddr, protocol: u8) -> Self {
        Self { source, destination, protocol, ttl: DEFAULT_TTL, dont_fragment: false }
    }

    /// Bytes of the header.
    pub(in crate::host) fn header_len(&self) -> usize {
        header_len(self.destination)
    }

    /// Writes the header into a buffer behind the headroom, and returns the `len` bytes after it.
    pub(in crate::host) fn write<'b>(&self, buffer: &'b mut [u8], len: usize) -> &'b mut [u8] {
        let (header, payload) = buffer[HEADROOM..].split_at_mut(self.header_len());
        header.fill(0);
        match (self.source, self.destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                header[0] = 0x45;
                header[2..4].copy_from_slice(&((20 + len) as u16).to_be_bytes());
                header[6] = u8::from(self.dont_fragment) << 6;
                header[8] = self.ttl;
                header[9] = self.protocol;
                header[12..16].copy_from_slice(&source.octets());
                header[16..20].copy_from_slice(&destination.octets());
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                header[0] = 0x60;
                header[4..6].copy_from_slice(&(len as u16).to_be_bytes());
                header[6] = self.protocol;
                header[7] = self.ttl;
                header[8..24].copy_from_slice(&source.octets());
                header[24..40].copy_from_slice(&destination.octets());
            }
            // Sockets refuse a destination of another family than their own.
            _ => unreachable!("both ends of a packet are of one family"),
        }
        &mut payload[..len]
    }
}

/// Bytes of the IP header of a packet to this address.
pub(in crate::host) fn header_len(destination: IpAddr) -> usize {
    match destination {
        IpAddr::V4(_) => 20,
        IpAddr::V6(_) => 40,
    }
}
