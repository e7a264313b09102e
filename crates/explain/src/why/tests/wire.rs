//! A few bytes of transport, until hosts with TCP are there: enough to refuse, accept and echo.

use std::net::{IpAddr, Ipv4Addr};

use lanternet_net::l3::HEADROOM;
use lanternet_net::wire::checksum::checksum;

pub(super) const SYN: u8 = 2;
pub(super) const RST: u8 = 4;
pub(super) const ACK: u8 = 16;

/// A packet with room in front, as the IP layer takes it.
pub(super) fn packet(source: IpAddr, destination: IpAddr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let (IpAddr::V4(source), IpAddr::V4(destination)) = (source, destination) else {
        unreachable!("the labs are IPv4")
    };
    let len = 20 + payload.len() as u16;
    let mut bytes = vec![0; HEADROOM];
    bytes.extend([0x45, 0]);
    bytes.extend(len.to_be_bytes());
    bytes.extend([0, 0, 0x40, 0, 64, protocol, 0, 0]);
    bytes.extend(source.octets());
    bytes.extend(destination.octets());
    let mut payload = payload.to_vec();
    let at = if protocol == 6 { 16 } else { 6 };
    let sum = transport_checksum(source, destination, protocol, &payload);
    payload[at..at + 2].copy_from_slice(&sum.to_be_bytes());
    bytes.extend(payload);
    bytes
}

fn transport_checksum(source: Ipv4Addr, destination: Ipv4Addr, protocol: u8, bytes: &[u8]) -> u16 {
    let mut covered = Vec::new();
    covered.extend(source.octets());
    covered.extend(destination.octets());
    covered.extend([0, protocol]);
    covered.extend((bytes.len() as u16).to_be_bytes());
    covered.extend(bytes);
    checksum(&covered)
}

pub(super) fn tcp(from: u16, to: u16, seq: u32, ack: u32, flags: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(from.to_be_bytes());
    bytes.extend(to.to_be_bytes());
    bytes.extend(seq.to_be_bytes());
    bytes.extend(ack.to_be_bytes());
    bytes.extend([0x50, flags, 0xfa, 0xf0, 0, 0, 0, 0]);
    bytes
}

pub(super) fn udp(from: u16, to: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(from.to_be_bytes());
    bytes.extend(to.to_be_bytes());
    bytes.extend((8 + data.len() as u16).to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(data);
    bytes
}
