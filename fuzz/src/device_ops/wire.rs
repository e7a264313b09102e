//! Frames made by hand.

use std::net::{Ipv4Addr, Ipv6Addr};

use lanternet_net::wire::checksum::{checksum, pseudo_header};

use super::input::Input;

/// An address of the network, of its neighbourhood, or a special one.
pub(super) fn address(which: u8) -> Ipv4Addr {
    const ADDRESSES: [[u8; 4]; 16] = [
        [10, 0, 0, 1],
        [10, 0, 0, 2],
        [10, 0, 1, 1],
        [10, 0, 1, 2],
        [10, 0, 0, 254],
        [10, 0, 1, 254],
        [10, 0, 0, 77],
        [10, 0, 2, 9],
        [10, 0, 0, 255],
        [10, 0, 0, 0],
        [255, 255, 255, 255],
        [0, 0, 0, 0],
        [127, 0, 0, 1],
        [224, 0, 0, 1],
        [240, 0, 0, 1],
        [192, 0, 2, 1],
    ];
    // What the example conversation calls 2 is h2.
    ADDRESSES[usize::from(which) % ADDRESSES.len()].into()
}

/// The same of IPv6.
pub(super) fn address6(which: u8) -> Ipv6Addr {
    const ADDRESSES: [[u16; 8]; 12] = [
        [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1],
        [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0xfe],
        [0x2001, 0xdb8, 1, 0, 0, 0, 0, 1],
        [0x2001, 0xdb8, 1, 0, 0, 0, 0, 0xfe],
        [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x77],
        [0xfe80, 0, 0, 0, 0, 0, 0, 0x77],
        [0xff02, 0, 0, 0, 0, 0, 0, 1],
        [0xff02, 0, 0, 0, 0, 0, 0, 2],
        [0xff02, 0, 0, 0, 0, 1, 0xff00, 1],
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 1],
        [0x2001, 0xdb8, 9, 0, 0, 0, 0, 9],
    ];
    ADDRESSES[usize::from(which) % ADDRESSES.len()].into()
}

/// An IPv6 packet: a message of neighbour discovery or another ICMPv6 message, a segment, extension
/// headers.
fn craft6(input: &mut Input<'_>, frame: &mut Vec<u8>) {
    frame.extend([0x86, 0xdd]);
    let start = frame.len();
    let (from, to) = (address6(input.byte()), address6(input.byte()));
    let mut next =
        [58, 58, 58, 6, 17, 0, 43, 44, 60, 59, input.byte()][usize::from(input.below(11))];
    let hop_limit = [255, 1, 64, input.byte()][usize::from(input.below(4))];
    frame.extend([0x60, 0, 0, 0, 0, 0, next, hop_limit]);
    frame.extend(from.octets());
    frame.extend(to.octets());
    for _ in 0..2 {
        if !matches!(next, 0 | 43 | 44 | 60) {
            break;
        }
        let behind = [58, 17, 60, 44][usize::from(input.below(4))];
        let mut header = [behind, 0, 0, 0, 0, 0, 0, 0];
        header[2..].fill_with(|| input.byte() & 0x1f);
        frame.extend(header);
        next = behind;
    }
    if next == 58 {
        let kind =
            [128, 129, 130, 133, 134, 135, 136, 137, 1, 2, 3, 4, 143][usize::from(input.below(13))];
        frame.extend([kind, input.below(3), 0, 0, input.byte(), input.byte(), 0, input.byte()]);
        match kind {
            134 => frame.extend([0; 8]),
            135..=137 => frame.extend(address6(input.byte()).octets()),
            _ => {}
        }
        if kind == 137 {
            frame.extend(address6(input.byte()).octets());
        }
        if input.chance() {
            frame.extend([1 + input.below(3), 1, 2, 0, 0, 0, 0, input.byte()]);
        }
        if kind == 134 {
            frame.extend([
                3,
                4,
                64,
                0xc0,
                0,
                0,
                0,
                input.byte(),
                0,
                0,
                0,
                input.byte(),
                0,
                0,
                0,
                0,
            ]);
            frame.extend(address6(input.below(12)).octets());
        }
    }
    frame.extend(input.bytes(100));
    let len = (frame.len() - start - 40) as u16;
    frame[start + 4..start + 6].copy_from_slice(&len.to_be_bytes());
    fix_checksums6(&mut frame[start..], next);
}

/// Puts a checksum that fits behind the IPv6 header, where an ICMPv6 message or a segment is right
/// there.
fn fix_checksums6(packet: &mut [u8], protocol: u8) {
    if packet.len() < 40 || packet[6] != protocol {
        return;
    }
    let address = |at: usize| {
        let octets: [u8; 16] = std::array::from_fn(|byte| packet[at + byte]);
        Ipv6Addr::from(octets)
    };
    let (from, to) = (address(8), address(24));
    let end = (40 + usize::from(u16::from_be_bytes([packet[4], packet[5]]))).min(packet.len());
    let segment = &mut packet[40..end];
    let len = segment.len() as u32;
    let at = match protocol {
        58 => 2,
        6 => 16,
        17 => 6,
        _ => return,
    };
    put(segment, at, |segment| {
        pseudo_header(from.into(), to.into(), protocol, len).with(segment).finish()
    });
}

/// A frame whose headers are mostly right: to and from stations of the network, with a payload that
/// may be anything.
pub(super) fn craft(input: &mut Input<'_>, macs: &[[u8; 6]]) -> Vec<u8> {
    let mut mac = |groups: bool| match input.byte() {
        0..=39 if groups => [0xff; 6],
        40..=49 if groups => [0x01, 0x00, 0x5e, 0, 0, 1],
        50..=54 if groups => [0x01, 0x80, 0xc2, 0, 0, 0],
        55..=69 if groups => [0x33, 0x33, 0, 0, 0, 1],
        70..=74 if groups => [0x33, 0x33, 0xff, 0, 0, 1],
        which if !macs.is_empty() => macs[usize::from(which) % macs.len()],
        which => [0x02, 0, 0, 0, 0, which],
    };
    let mut frame = Vec::new();
    frame.extend(mac(true));
    frame.extend(mac(false));
    match input.below(12) {
        8.. => craft6(input, &mut frame),
        0 => {
            frame.extend([0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, input.below(4)]);
            let hardware: [u8; 6] = std::array::from_fn(|at| frame[6 + at]);
            frame.extend(hardware);
            frame.extend(address(input.byte()).octets());
            frame.extend([0; 6]);
            frame.extend(address(input.byte()).octets());
        }
        1 => {
            let ethertype =
                [0x86dd_u16, 0x8100, 0x88cc, 0x0000, 0x05dc][usize::from(input.below(5))];
            frame.extend(ethertype.to_be_bytes());
            frame.extend(input.bytes(120));
        }
        _ => {
            frame.extend([0x08, 0x00]);
            let protocol = [1, 6, 17, 2, 47, input.byte()][usize::from(input.below(6))];
            let fragment = if input.below(4) == 0 { input.word() & 0x3fff } else { 0 };
            let (ttl, from, to) = (input.byte(), address(input.byte()), address(input.byte()));
            let start = frame.len();
            frame.extend([0x45, 0, 0, 0, 0, input.below(4)]);
            frame.extend(fragment.to_be_bytes());
            frame.extend([ttl, protocol, 0, 0]);
            frame.extend(from.octets());
            frame.extend(to.octets());
            match protocol {
                6 => {
                    frame.extend([0x1b, 0x58 + input.below(2), 0x1b, 0x58 + input.below(2)]);
                    frame.extend([0, 0, 0, input.byte(), 0, 0, 0, input.byte()]);
                    frame.extend([0x50, input.byte(), 0x10, input.byte(), 0, 0, 0, 0]);
                }
                17 => frame.extend([0x1b, 0x58, 0, 53, 0, 0, 0, 0]),
                1 => frame.extend([input.below(20), input.below(6), 0, 0]),
                _ => {}
            }
            frame.extend(input.bytes(100));
            let len = (frame.len() - start) as u16;
            frame[start + 2..start + 4].copy_from_slice(&len.to_be_bytes());
            if protocol == 17 {
                frame[start + 24..start + 26].copy_from_slice(&(len - 20).to_be_bytes());
            }
            fix_checksums(&mut frame);
        }
    }
    frame
}

/// Puts checksums that fit into a packet, as far as there are fields for them.
pub(super) fn fix_checksums(frame: &mut [u8]) {
    if frame.get(12..14) == Some(&[0x86, 0xdd]) && frame.len() >= 54 {
        let protocol = frame[20];
        return fix_checksums6(&mut frame[14..], protocol);
    }
    if frame.get(12..14) != Some(&[0x08, 0x00]) || frame.len() < 34 {
        return;
    }
    let (_, packet) = frame.split_at_mut(14);
    let header = usize::from(packet[0] & 0x0f) * 4;
    if header < 20 || packet.len() < header {
        return;
    }
    put(packet, 10, |packet| checksum(&packet[..header]));
    let total = usize::from(u16::from_be_bytes([packet[2], packet[3]]));
    if total < header || packet.len() < total {
        return;
    }
    let address =
        |at: usize| Ipv4Addr::new(packet[at], packet[at + 1], packet[at + 2], packet[at + 3]);
    let (protocol, from, to) = (packet[9], address(12), address(16));
    let segment = &mut packet[header..total];
    let len = segment.len() as u32;
    let pseudo = |segment: &[u8]| {
        pseudo_header(from.into(), to.into(), protocol, len).with(segment).finish()
    };
    match protocol {
        1 => put(segment, 2, checksum),
        6 => put(segment, 16, pseudo),
        17 => put(segment, 6, pseudo),
        _ => {}
    }
}

fn put(bytes: &mut [u8], at: usize, sum: impl Fn(&[u8]) -> u16) {
    if bytes.len() < at + 2 {
        return;
    }
    bytes[at..at + 2].fill(0);
    let sum = sum(bytes).to_be_bytes();
    bytes[at..at + 2].copy_from_slice(&sum);
}
