//! Link-layer addresses and VLAN numbers. IP addresses are the standard library's, prefixes are
//! [`ipnet::IpNet`], so both families are equal everywhere.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::rng::Rng;

/// A 48-bit IEEE 802 MAC address. Shown in the Linux way: `02:42:ac:11:00:02`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MacAddr(pub [u8; 6]);

impl MacAddr {
    /// All ones: every station on the segment.
    pub const BROADCAST: Self = Self([0xff; 6]);
    /// All zeros: "not known", as in the target field of an ARP request (RFC 826).
    pub const ZERO: Self = Self([0; 6]);

    /// The address of interface `interface` of node `node` in the lab with this seed: locally
    /// administered, unicast, the same in every run.
    pub fn derive(seed: u64, node: &str, interface: &str) -> Self {
        let bytes = Rng::named(seed, &format!("mac {node} {interface}")).next_u64().to_be_bytes();
        Self([(bytes[0] & 0xfc) | 0x02, bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]])
    }

    /// The group address that carries packets to an IP multicast group: 01-00-5e and the low 23
    /// bits (RFC 1112 section 6.4), or 33-33 and the low 32 bits (RFC 2464 section 7).
    pub const fn for_multicast(group: IpAddr) -> Self {
        match group {
            IpAddr::V4(group) => {
                let [_, b, c, d] = group.octets();
                Self([0x01, 0x00, 0x5e, b & 0x7f, c, d])
            }
            IpAddr::V6(group) => {
                let o = group.octets();
                Self([0x33, 0x33, o[12], o[13], o[14], o[15]])
            }
        }
    }

    /// Whether all bits are ones.
    pub fn is_broadcast(self) -> bool {
        self == Self::BROADCAST
    }

    /// Whether the group bit is set: multicast, broadcast included.
    pub const fn is_group(self) -> bool {
        self.0[0] & 1 == 1
    }

    /// Whether this can be the address of one station: not a group address, not all zeros.
    pub fn is_unicast(self) -> bool {
        !self.is_group() && self != Self::ZERO
    }

    /// Whether this is one of 01-80-C2-00-00-00 to -0F, which a bridge never forwards
    /// (IEEE 802.1D-2004 section 7.12.6, table 7-10).
    pub fn is_reserved_group(self) -> bool {
        self.0[..5] == [0x01, 0x80, 0xc2, 0x00, 0x00] && self.0[5] <= 0x0f
    }

    /// The address in the first six bytes, or `None` when there are fewer.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk().copied().map(Self)
    }
}

impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        f.pad(&format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}"))
    }
}

impl fmt::Debug for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is no MAC address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected six pairs of hex digits such as `02:00:00:00:00:01`, got `{0}`")]
pub struct ParseMacError(pub String);

impl FromStr for MacAddr {
    type Err = ParseMacError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseMacError(text.to_owned());
        let mut bytes = [0; 6];
        let mut parts = text.split([':', '-']);
        for byte in &mut bytes {
            let part = parts.next().ok_or_else(error)?;
            if part.len() != 2 || !part.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(error());
            }
            *byte = u8::from_str_radix(part, 16).map_err(|_| error())?;
        }
        parts.next().is_none().then_some(Self(bytes)).ok_or_else(error)
    }
}

impl Serialize for MacAddr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A VLAN number, 1 to 4094 (IEEE 802.1Q: 0 means "priority only", 4095 is reserved).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct VlanId(u16);

impl VlanId {
    /// The VLAN of every port that was not told otherwise.
    pub const DEFAULT: Self = Self(1);

    /// The VLAN with this number, or `None` outside 1 to 4094.
    pub const fn new(number: u16) -> Option<Self> {
        if number >= 1 && number <= 4094 { Some(Self(number)) } else { None }
    }

    /// The number, 1 to 4094.
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for VlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mac_addresses_read_what_they_print() {
        let mac: MacAddr = "02-42-AC-11-00-02".parse().unwrap();
        assert_eq!(mac.to_string(), "02:42:ac:11:00:02");
        for text in
            ["", "02:42:ac:11:00", "02:42:ac:11:00:02:03", "0:42:ac:11:00:02", "+2:42:ac:11:00:02"]
        {
            assert!(text.parse::<MacAddr>().is_err(), "{text}");
        }
    }

    #[test]
    fn derived_addresses_are_local_unicast_and_depend_on_seed_node_and_interface() {
        let mac = MacAddr::derive(1, "a1", "eth0");
        assert!(mac.is_unicast() && mac.0[0] & 0x02 != 0);
        assert_eq!(mac, MacAddr::derive(1, "a1", "eth0"));
        for other in [
            MacAddr::derive(2, "a1", "eth0"),
            MacAddr::derive(1, "a2", "eth0"),
            MacAddr::derive(1, "a1", "eth1"),
        ] {
            assert_ne!(mac, other);
        }
    }

    #[test]
    fn multicast_groups_map_to_their_macs() {
        // The examples of RFC 1112 section 6.4 (low 23 bits) and RFC 2464 section 7.
        assert_eq!(
            MacAddr::for_multicast("224.0.0.251".parse().unwrap()).to_string(),
            "01:00:5e:00:00:fb"
        );
        assert_eq!(
            MacAddr::for_multicast("239.255.1.2".parse().unwrap()).to_string(),
            "01:00:5e:7f:01:02"
        );
        assert_eq!(
            MacAddr::for_multicast("ff02::1:ff00:1".parse().unwrap()).to_string(),
            "33:33:ff:00:00:01"
        );
    }

    #[test]
    fn bridge_group_addresses_are_reserved() {
        assert!("01:80:c2:00:00:00".parse::<MacAddr>().unwrap().is_reserved_group());
        assert!("01:80:c2:00:00:0f".parse::<MacAddr>().unwrap().is_reserved_group());
        assert!(!"01:80:c2:00:00:10".parse::<MacAddr>().unwrap().is_reserved_group());
    }
}
