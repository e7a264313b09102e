//! What an address block is for: the IANA special-purpose registries.
//!
//! Rows from the IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, state of October 2025), and
//! the multicast and unicast space of RFC 5771 and RFC 4291, which those registries leave out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lanternet_core::IpNet;

/// What a block of addresses is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// In no special block: assigned to somebody on the internet, or free to be.
    Global,
    /// Not handed out to anybody: IPv6 outside 2000::/3.
    Unallocated,
    /// For inside use by anybody.
    Private,
    /// Between a provider's NAT (CGNAT) and its customers.
    Shared,
    /// The host itself.
    Loopback,
    /// Valid on one segment only.
    LinkLocal,
    /// For inside use by anybody, IPv6.
    UniqueLocal,
    /// The predecessor of unique local, deprecated.
    SiteLocal,
    /// For examples in texts.
    Documentation,
    /// For measuring devices in a laboratory.
    Benchmarking,
    /// "This network": a source address before a host has one.
    ThisNetwork,
    /// The all-zeros address: no address yet, or any address.
    Unspecified,
    /// Everybody on the own segment.
    LimitedBroadcast,
    /// A group of stations.
    Multicast,
    /// A group of stations on the own segment, never forwarded.
    LinkLocalMulticast,
    /// Kept for the future since 1989.
    Reserved,
    /// Kept by the IETF for protocols.
    IetfProtocol,
    /// One address that stands for the nearest server of a protocol.
    ProtocolAnycast,
    /// Between the ends of a DS-Lite or 464XLAT translation.
    ServiceContinuity,
    /// How a host finds out the NAT64 prefix.
    Nat64Discovery,
    /// IPv4 addresses as seen from IPv6 through NAT64.
    Nat64,
    /// The same with a prefix for one network.
    LocalNat64,
    /// IPv4 addresses inside an IPv6 socket, never on a wire.
    Ipv4Mapped,
    /// IPv6 over IPv4 of old.
    SixToFour,
    /// Its relays, deprecated.
    SixToFourRelay,
    /// IPv6 through NAT over UDP.
    Teredo,
    /// Answers reverse look-ups of private addresses.
    As112,
    /// Multicast through tunnels.
    Amt,
    /// Where unwanted traffic is sent to vanish.
    Discard,
    /// A source address for errors of a host that has no better one.
    Dummy,
    /// Hashes of keys in the form of addresses.
    Orchid,
    /// The identities of drones.
    Drone,
    /// Segment identifiers of segment routing.
    SegmentRouting,
}

/// Whether the registry lets packets to a block cross the whole internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// "Globally reachable" is true.
    Global,
    /// It is false: such packets stay within a host, a segment or a site.
    Limited,
    /// The registry says neither.
    Unstated,
}

/// A row of the registries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The addresses.
    pub prefix: IpNet,
    /// Their purpose.
    pub scope: Scope,
    /// The documents that say so, as numbers of RFCs.
    pub rfcs: &'static [u16],
    /// How far they reach.
    pub reach: Reach,
}

/// The most specific block that `address` is in.
pub fn special_block(address: IpAddr) -> Block {
    match address {
        IpAddr::V4(address) => ipv4(address),
        IpAddr::V6(address) => ipv6(address),
    }
}

fn ipv4(address: Ipv4Addr) -> Block {
    let row = |&([a, b, c, d], length, scope, rfcs, reach): &Row<[u8; 4]>| {
        block(Ipv4Addr::new(a, b, c, d).into(), length, scope, rfcs, reach)
    };
    most_specific(address.into(), IPV4.iter().map(row))
        .unwrap_or_else(|| block(Ipv4Addr::UNSPECIFIED.into(), 0, Scope::Global, &[791], Global))
}

fn ipv6(address: Ipv6Addr) -> Block {
    let row = |&([a, b, c, d, h], length, scope, rfcs, reach): &Row<[u16; 5]>| {
        block(Ipv6Addr::new(a, b, c, d, 0, 0, 0, h).into(), length, scope, rfcs, reach)
    };
    let mapped = Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0);
    let mapped = block(mapped.into(), 96, Scope::Ipv4Mapped, &[4291], Limited);
    let rest = block(Ipv6Addr::UNSPECIFIED.into(), 0, Scope::Unallocated, &[4291], Limited);
    most_specific(address.into(), IPV6.iter().map(row).chain([mapped])).unwrap_or(rest)
}

fn block(first: IpAddr, length: u8, scope: Scope, rfcs: &'static [u16], reach: Reach) -> Block {
    // No row is longer than its family, which the tests walk.
    Block { prefix: IpNet::new_assert(first, length), scope, rfcs, reach }
}

fn most_specific(address: IpAddr, rows: impl Iterator<Item = Block>) -> Option<Block> {
    rows.filter(|row| row.prefix.contains(&address)).max_by_key(|row| row.prefix.prefix_len())
}

type Row<A> = (A, u8, Scope, &'static [u16], Reach);

use Reach::{Global, Limited, Unstated};

#[rustfmt::skip]
const IPV4: &[Row<[u8; 4]>] = &[
    ([0, 0, 0, 0],         8, Scope::ThisNetwork,        &[791],        Limited),
    ([0, 0, 0, 0],        32, Scope::Unspecified,        &[1122],       Limited),
    ([10, 0, 0, 0],        8, Scope::Private,            &[1918],       Limited),
    ([100, 64, 0, 0],     10, Scope::Shared,             &[6598],       Limited),
    ([127, 0, 0, 0],       8, Scope::Loopback,           &[1122],       Limited),
    ([169, 254, 0, 0],    16, Scope::LinkLocal,          &[3927],       Limited),
    ([172, 16, 0, 0],     12, Scope::Private,            &[1918],       Limited),
    ([192, 0, 0, 0],      24, Scope::IetfProtocol,       &[6890],       Limited),
    ([192, 0, 0, 0],      29, Scope::ServiceContinuity,  &[7335],       Limited),
    ([192, 0, 0, 8],      32, Scope::Dummy,              &[7600],       Limited),
    ([192, 0, 0, 9],      32, Scope::ProtocolAnycast,    &[7723],       Global),
    ([192, 0, 0, 10],     32, Scope::ProtocolAnycast,    &[8155],       Global),
    ([192, 0, 0, 170],    31, Scope::Nat64Discovery,     &[8880, 7050], Limited),
    ([192, 0, 2, 0],      24, Scope::Documentation,      &[5737],       Limited),
    ([192, 31, 196, 0],   24, Scope::As112,              &[7535],       Global),
    ([192, 52, 193, 0],   24, Scope::Amt,                &[7450],       Global),
    ([192, 88, 99, 0],    24, Scope::SixToFourRelay,     &[7526],       Unstated),
    ([192, 168, 0, 0],    16, Scope::Private,            &[1918],       Limited),
    ([192, 175, 48, 0],   24, Scope::As112,              &[7534],       Global),
    ([198, 18, 0, 0],     15, Scope::Benchmarking,       &[2544],       Limited),
    ([198, 51, 100, 0],   24, Scope::Documentation,      &[5737],       Limited),
    ([203, 0, 113, 0],    24, Scope::Documentation,      &[5737],       Limited),
    ([224, 0, 0, 0],       4, Scope::Multicast,          &[5771],       Unstated),
    ([224, 0, 0, 0],      24, Scope::LinkLocalMulticast, &[5771],       Limited),
    ([240, 0, 0, 0],       4, Scope::Reserved,           &[1112],       Limited),
    ([255, 255, 255, 255], 32, Scope::LimitedBroadcast,  &[8190, 919],  Limited),
];

// The first four groups and the last; the groups between are zero in every row.
#[rustfmt::skip]
const IPV6: &[Row<[u16; 5]>] = &[
    ([0, 0, 0, 0, 1],              128, Scope::Loopback,           &[4291],       Limited),
    ([0, 0, 0, 0, 0],              128, Scope::Unspecified,        &[4291],       Limited),
    ([0x64, 0xff9b, 0, 0, 0],       96, Scope::Nat64,              &[6052],       Global),
    ([0x64, 0xff9b, 1, 0, 0],       48, Scope::LocalNat64,         &[8215],       Limited),
    ([0x100, 0, 0, 0, 0],           64, Scope::Discard,            &[6666],       Limited),
    ([0x100, 0, 0, 1, 0],           64, Scope::Dummy,              &[9780],       Limited),
    ([0x2000, 0, 0, 0, 0],           3, Scope::Global,             &[4291],       Global),
    ([0x2001, 0, 0, 0, 0],          23, Scope::IetfProtocol,       &[2928],       Limited),
    ([0x2001, 0, 0, 0, 0],          32, Scope::Teredo,             &[4380, 8190], Unstated),
    ([0x2001, 1, 0, 0, 1],         128, Scope::ProtocolAnycast,    &[7723],       Global),
    ([0x2001, 1, 0, 0, 2],         128, Scope::ProtocolAnycast,    &[8155],       Global),
    ([0x2001, 1, 0, 0, 3],         128, Scope::ProtocolAnycast,    &[9665],       Global),
    ([0x2001, 2, 0, 0, 0],          48, Scope::Benchmarking,       &[5180],       Limited),
    ([0x2001, 3, 0, 0, 0],          32, Scope::Amt,                &[7450],       Global),
    ([0x2001, 4, 0x112, 0, 0],      48, Scope::As112,              &[7535],       Global),
    ([0x2001, 0x10, 0, 0, 0],       28, Scope::Orchid,             &[4843],       Unstated),
    ([0x2001, 0x20, 0, 0, 0],       28, Scope::Orchid,             &[7343],       Global),
    ([0x2001, 0x30, 0, 0, 0],       28, Scope::Drone,              &[9374],       Global),
    ([0x2001, 0xdb8, 0, 0, 0],      32, Scope::Documentation,      &[3849],       Limited),
    ([0x2002, 0, 0, 0, 0],          16, Scope::SixToFour,          &[3056],       Unstated),
    ([0x2620, 0x4f, 0x8000, 0, 0],  48, Scope::As112,              &[7534],       Global),
    ([0x3fff, 0, 0, 0, 0],          20, Scope::Documentation,      &[9637],       Limited),
    ([0x5f00, 0, 0, 0, 0],          16, Scope::SegmentRouting,     &[9602],       Limited),
    ([0xfc00, 0, 0, 0, 0],           7, Scope::UniqueLocal,        &[4193],       Limited),
    ([0xfe80, 0, 0, 0, 0],          10, Scope::LinkLocal,          &[4291],       Limited),
    ([0xfec0, 0, 0, 0, 0],          10, Scope::SiteLocal,          &[3879],       Limited),
    ([0xff00, 0, 0, 0, 0],           8, Scope::Multicast,          &[4291],       Unstated),
    // The scope field, the second half of the second byte, is 2 (RFC 4291 section 2.7).
    ([0xff02, 0, 0, 0, 0],          16, Scope::LinkLocalMulticast, &[4291],       Limited),
];

#[cfg(test)]
pub(super) fn all_blocks() -> Vec<Block> {
    let ipv4 = IPV4.iter().map(|&([a, b, c, d], length, scope, rfcs, reach)| {
        block(Ipv4Addr::new(a, b, c, d).into(), length, scope, rfcs, reach)
    });
    let ipv6 = IPV6.iter().map(|&([a, b, c, d, h], length, scope, rfcs, reach)| {
        block(Ipv6Addr::new(a, b, c, d, 0, 0, 0, h).into(), length, scope, rfcs, reach)
    });
    ipv4.chain(ipv6).collect()
}
