//! Rewriting packets: addresses, ports and identifiers, and nothing else; every checksum is
//! corrected by the difference (RFC 1624), so one that was wrong stays wrong and is found by the
//! receiver.
//!
//! An ICMP error is translated inside out (RFC 5508 section 4): the packet that it quotes gets the
//! addresses that its sender knows, with the quoted checksums corrected as far as they are there.

use std::net::{IpAddr, Ipv4Addr};

use super::packet::{ICMP, Layout, TCP, Tuple, UDP};
use crate::wire::checksum::{checksum, update};

/// Offsets in an IPv4 header.
const HEADER_SUM: usize = 10;
const ADDRESSES: std::ops::Range<usize> = 12..20;
/// Bytes of an ICMP header in front of what an error quotes.
const ICMP_HEADER: usize = 8;
/// The quoted IPv4 header with all options and the quoted header above it: all that may change.
const QUOTE: usize = 60 + 20;

/// Gives an IPv4 packet the ends of a tuple. A packet that is cut off, as in a quote, is rewritten
/// as far as it goes.
pub fn rewrite(packet: &mut [u8], to: &Tuple) {
    let (Some(layout), Some(new)) = (Layout::of(packet), octets(to)) else { return };
    let old: [u8; 8] = match packet[ADDRESSES].try_into() {
        Ok(old) => old,
        Err(_) => return,
    };
    packet[ADDRESSES].copy_from_slice(&new);
    correct(packet, HEADER_SUM, &old, &new);
    if layout.later {
        return;
    }
    let transport = &mut packet[layout.transport..];
    match layout.protocol {
        protocol @ (TCP | UDP) => {
            let Some(ports) = transport.first_chunk_mut::<4>() else { return };
            let before = *ports;
            ports[..2].copy_from_slice(&to.source.port.to_be_bytes());
            ports[2..].copy_from_slice(&to.destination.port.to_be_bytes());
            let after = *ports;
            let changed = |addresses: [u8; 8], ports: [u8; 4]| {
                let mut all = [0; 12];
                all[..8].copy_from_slice(&addresses);
                all[8..].copy_from_slice(&ports);
                all
            };
            let (before, after) = (changed(old, before), changed(new, after));
            match protocol {
                TCP => correct(transport, 16, &before, &after),
                _ => correct_udp(transport, &before, &after),
            }
        }
        ICMP => {
            // The identifier stands for the port of the side that asks; the other's is 0.
            let ident = (to.source.port | to.destination.port).to_be_bytes();
            let Some(field) = transport.get_mut(4..6) else { return };
            let before = [field[0], field[1]];
            field.copy_from_slice(&ident);
            correct(transport, 2, &before, &ident);
        }
        _ => {}
    }
}

/// Gives an ICMP error other addresses, and the packet that it quotes other ends.
pub fn rewrite_error(packet: &mut [u8], source: Ipv4Addr, destination: Ipv4Addr, quoted: &Tuple) {
    let Some(layout) = Layout::of(packet) else { return };
    let mut new = [0; 8];
    new[..4].copy_from_slice(&source.octets());
    new[4..].copy_from_slice(&destination.octets());
    let mut old = [0; 8];
    old.copy_from_slice(&packet[ADDRESSES]);
    packet[ADDRESSES].copy_from_slice(&new);
    correct(packet, HEADER_SUM, &old, &new);

    let icmp = &mut packet[layout.transport..];
    let end = icmp.len().min(ICMP_HEADER + QUOTE) & !1;
    if end <= ICMP_HEADER {
        return;
    }
    let mut before = [0; QUOTE];
    let before = &mut before[..end - ICMP_HEADER];
    before.copy_from_slice(&icmp[ICMP_HEADER..end]);
    rewrite(&mut icmp[ICMP_HEADER..], quoted);
    let mut after = [0; QUOTE];
    let after = &mut after[..end - ICMP_HEADER];
    after.copy_from_slice(&icmp[ICMP_HEADER..end]);
    correct(icmp, 2, before, after);
}

/// Whether the checksum of an ICMP message is right (RFC 5508 REQ-3: an error whose is not must not
/// be translated), and that of the IP header that it quotes.
pub fn error_is_sound(packet: &[u8]) -> bool {
    let Some(layout) = Layout::of(packet) else { return false };
    let icmp = &packet[layout.transport..];
    let quoted = icmp.get(ICMP_HEADER..).unwrap_or_default();
    let header = Layout::of(quoted).and_then(|layout| quoted.get(..layout.transport));
    checksum(icmp) == 0 && header.is_some_and(|header| checksum(header) == 0)
}

fn octets(to: &Tuple) -> Option<[u8; 8]> {
    let (IpAddr::V4(source), IpAddr::V4(destination)) = (to.source.address, to.destination.address)
    else {
        return None;
    };
    let mut octets = [0; 8];
    octets[..4].copy_from_slice(&source.octets());
    octets[4..].copy_from_slice(&destination.octets());
    Some(octets)
}

/// Corrects the checksum at this offset, if it is there.
fn correct(bytes: &mut [u8], at: usize, old: &[u8], new: &[u8]) {
    if let Some(field) = bytes.get_mut(at..at + 2) {
        let sum = u16::from_be_bytes([field[0], field[1]]);
        field.copy_from_slice(&update(sum, old, new).to_be_bytes());
    }
}

/// The same for UDP, where 0 means that there is no checksum (RFC 768).
fn correct_udp(datagram: &mut [u8], old: &[u8], new: &[u8]) {
    if datagram.get(6..8).is_some_and(|sum| sum != [0, 0]) {
        correct(datagram, 6, old, new);
        if datagram[6..8] == [0, 0] {
            datagram[6..8].fill(0xff);
        }
    }
}
