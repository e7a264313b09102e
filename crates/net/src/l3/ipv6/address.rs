//! IPv6 addresses (RFC 4291): scopes, groups, and those that a node makes itself.
//!
//! The lower half of an address that a node makes is its hardware address as a modified EUI-64
//! (RFC 4291 appendix A), which is Linux's default. RFC 7217 would take a number that tells
//! nothing; here it is a virtue that one can see from an address whose it is.

use std::net::Ipv6Addr;

use lanternet_core::MacAddr;

/// Bits of an interface identifier: prefixes that addresses are formed from have the others.
pub(super) const IDENTIFIER_BITS: u8 = 64;

/// All nodes of a segment (RFC 4291 section 2.7.1).
pub(in crate::l3) const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
/// All nodes of this interface.
pub(super) const ALL_NODES_OF_INTERFACE: Ipv6Addr = Ipv6Addr::new(0xff01, 0, 0, 0, 0, 0, 0, 1);
/// All routers of a segment.
pub(super) const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
/// All routers that take reports about groups (RFC 3810 section 5.2.14).
pub(super) const ALL_MLD_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x16);

/// The group of all nodes whose address ends like this one (RFC 4291 section 2.7.1).
pub(in crate::l3) fn solicited_node(address: Ipv6Addr) -> Ipv6Addr {
    let [.., a, b, c] = address.octets();
    let low = u16::from_be_bytes([b, c]);
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | u16::from(a), low)
}

/// The interface identifier made of a hardware address.
pub(super) fn identifier(mac: MacAddr) -> [u8; 8] {
    let [a, b, c, d, e, f] = mac.0;
    [a ^ 0x02, b, c, 0xff, 0xfe, d, e, f]
}

/// The address with this prefix of 64 bits and the interface identifier of a hardware address.
pub fn with_identifier(prefix: Ipv6Addr, mac: MacAddr) -> Ipv6Addr {
    let mut octets = prefix.octets();
    octets[8..].copy_from_slice(&identifier(mac));
    octets.into()
}

/// The link-local address of an interface (RFC 4862 section 5.3).
pub fn link_local(mac: MacAddr) -> Ipv6Addr {
    with_identifier(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), mac)
}

/// How far a group reaches: the scope field of its address (RFC 4291 section 2.7).
pub(super) fn group_scope(group: Ipv6Addr) -> u8 {
    group.octets()[1] & 0x0f
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_local_address_is_made_of_the_hardware_address_as_rfc_4291_appendix_a_says() {
        // RFC 2464 section 4: 34-56-78-9A-BC-DE gives 36-56-78-FF-FE-9A-BC-DE.
        let mac = "34:56:78:9a:bc:de".parse().unwrap();
        assert_eq!(link_local(mac).to_string(), "fe80::3656:78ff:fe9a:bcde");
    }

    #[test]
    fn the_solicited_node_group_has_the_last_24_bits_as_rfc_4291_section_2_7_1_shows() {
        let address = "4037::01:800:200e:8c6c".parse().unwrap();
        assert_eq!(solicited_node(address).to_string(), "ff02::1:ff0e:8c6c");
    }
}
