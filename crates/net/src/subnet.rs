//! Subnet arithmetic: what an address and a mask say together, for both IP families.
//!
//! Facts only, no text. Sources: RFC 950 and RFC 4632 (masks and prefixes), RFC 919 (broadcast),
//! RFC 3021 (/31), RFC 4291 and RFC 6164 (IPv6, /127), RFC 791 section 2.3 (the classes of old).

mod parse;
mod special;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lanternet_core::IpNet;

pub use parse::{AddressError, Family, MaskError, SubnetError, parse_address, parse_mask};
pub use special::{Block, Reach, Scope, special_block};

/// An address together with the prefix of the network it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subnet(IpNet);

impl Subnet {
    /// The subnet of `address` with a prefix of `prefix_len` bits, or `None` when the family has
    /// fewer bits than that.
    pub fn new(address: IpAddr, prefix_len: u8) -> Option<Self> {
        IpNet::new(address, prefix_len).ok().map(Self)
    }

    /// The address as given, host bits included.
    pub fn address(&self) -> IpAddr {
        self.0.addr()
    }

    /// The IP version.
    pub fn family(&self) -> Family {
        Family::of(self.address())
    }

    /// The number of network bits.
    pub fn prefix_len(&self) -> u8 {
        self.0.prefix_len()
    }

    /// The number of host bits: the subnet holds 2 to this power addresses.
    pub fn host_bits(&self) -> u8 {
        self.0.max_prefix_len() - self.0.prefix_len()
    }

    /// The mask: ones in the network part, zeros in the host part.
    pub fn mask(&self) -> IpAddr {
        self.0.netmask()
    }

    /// The inverse of the mask, as access lists and OSPF configurations write it.
    pub fn wildcard(&self) -> IpAddr {
        self.0.hostmask()
    }

    /// Address AND mask: the network's own address.
    pub fn network(&self) -> IpAddr {
        self.0.network()
    }

    /// The network with its prefix length, host bits zero.
    pub fn trunc(&self) -> IpNet {
        self.0.trunc()
    }

    /// The address with all host bits one. Only IPv4 gives it a meaning: see
    /// [`broadcast`](Self::broadcast).
    pub fn last(&self) -> IpAddr {
        self.0.broadcast()
    }

    /// The directed broadcast address (RFC 919). None in IPv6, nor with a prefix of 31 (RFC 3021
    /// section 2.2) or 32 bits.
    pub fn broadcast(&self) -> Option<IpAddr> {
        (self.family() == Family::V4 && self.host_bits() >= 2).then(|| self.last())
    }

    /// The addresses that stations can have.
    pub fn hosts(&self) -> Hosts {
        let (network, last) = (self.network(), self.last());
        // 2^128 does not fit, so the count is built from the greatest number of host bits.
        let all_ones = u128::MAX.checked_shr(128 - u32::from(self.host_bits())).unwrap_or(0);
        match (self.family(), self.host_bits()) {
            (_, 0) => Hosts { first: network, last, count: 1 },
            // Both ends of a point-to-point link: RFC 3021 and RFC 6164.
            (_, 1) => Hosts { first: network, last, count: 2 },
            // Neither the network's address nor the broadcast address.
            (Family::V4, _) => {
                Hosts { first: step(network, 1), last: step(last, -1), count: all_ones - 1 }
            }
            // All but the subnet-router anycast address (RFC 4291 section 2.6.1).
            (Family::V6, _) => Hosts { first: step(network, 1), last, count: all_ones },
        }
    }

    /// What the given address is within its own subnet.
    pub fn role(&self) -> Role {
        let address = self.address();
        match (self.family(), self.host_bits()) {
            (_, 0) => Role::Single,
            (_, 1) => Role::PointToPoint,
            (Family::V4, _) if address == self.network() => Role::Network,
            (Family::V4, _) if address == self.last() => Role::Broadcast,
            (Family::V6, _) if address == self.network() => Role::RouterAnycast,
            _ => Role::Host,
        }
    }

    /// The class that the address had before 1993, by its first bits. None for IPv6.
    pub fn class(&self) -> Option<Class> {
        match self.address() {
            IpAddr::V4(address) => Some(Class::of(address)),
            IpAddr::V6(_) => None,
        }
    }

    /// Whether a station with this address and mask takes `other` to be on its own segment: both
    /// ANDed with the mask give the same network.
    pub fn contains(&self, other: IpAddr) -> bool {
        self.0.contains(&other)
    }

    /// The subnets of `prefix_len` bits that this one divides into.
    ///
    /// # Errors
    /// The prefix is shorter than this subnet's own, or longer than an address.
    pub fn split(&self, prefix_len: u8) -> Result<Split, SplitError> {
        let max = self.0.max_prefix_len();
        if prefix_len > max {
            return Err(SplitError::TooLong { asked: prefix_len, max });
        }
        let own = self.prefix_len();
        let Ok(subnets) = self.0.trunc().subnets(prefix_len) else {
            return Err(SplitError::TooShort { asked: prefix_len, own });
        };
        Ok(Split { subnets, bits: prefix_len - own })
    }
}

/// The usable addresses of a subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hosts {
    /// The lowest.
    pub first: IpAddr,
    /// The highest.
    pub last: IpAddr,
    /// How many; at least 1.
    pub count: u128,
}

/// What an address is within a subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A station can have it.
    Host,
    /// All host bits zero: the name of the IPv4 network.
    Network,
    /// All host bits one: every station of the IPv4 network.
    Broadcast,
    /// All host bits zero in IPv6: any router of the subnet (RFC 4291 section 2.6.1).
    RouterAnycast,
    /// One of the two ends of a /31 or /127.
    PointToPoint,
    /// The one address of a /32 or /128.
    Single,
}

/// The class of an IPv4 address (RFC 791 section 2.3; D: RFC 1112, E: the same, section 4).
/// Ended by CIDR in 1993 (RFC 1519).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// First bit 0.
    A,
    /// First bits 10.
    B,
    /// First bits 110.
    C,
    /// First bits 1110: multicast.
    D,
    /// First bits 1111: reserved.
    E,
}

impl Class {
    /// The class of an address.
    pub const fn of(address: Ipv4Addr) -> Self {
        match address.octets()[0] {
            0..128 => Self::A,
            128..192 => Self::B,
            192..224 => Self::C,
            224..240 => Self::D,
            240..=255 => Self::E,
        }
    }

    /// The prefix that networks of this class had; none for D and E.
    pub const fn prefix_len(self) -> Option<u8> {
        match self {
            Self::A => Some(8),
            Self::B => Some(16),
            Self::C => Some(24),
            Self::D | Self::E => None,
        }
    }

    /// The letter.
    pub const fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
            Self::E => 'E',
        }
    }
}

/// The parts of a divided subnet, in order: an iterator, since there can be 2^128 of them.
#[derive(Clone, Debug)]
pub struct Split {
    subnets: ipnet::IpSubnets,
    bits: u8,
}

impl Split {
    /// The number of parts is 2 to this power.
    pub fn bits(&self) -> u8 {
        self.bits
    }
}

impl Iterator for Split {
    type Item = Subnet;

    fn next(&mut self) -> Option<Subnet> {
        self.subnets.next().map(Subnet)
    }
}

/// Why a subnet cannot be divided so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// The parts would be greater than the whole.
    #[error("a /{own} cannot be divided into /{asked}: expected {own} or more bits")]
    TooShort {
        /// The prefix length asked for.
        asked: u8,
        /// The subnet's own.
        own: u8,
    },
    /// More network bits than an address has.
    #[error("prefix length {asked} is more than {max}")]
    TooLong {
        /// The prefix length asked for.
        asked: u8,
        /// 32 or 128.
        max: u8,
    },
}

/// The address `by` after this one; callers stay within a subnet, so it wraps nowhere.
fn step(address: IpAddr, by: i8) -> IpAddr {
    match address {
        IpAddr::V4(a) => Ipv4Addr::from_bits(a.to_bits().wrapping_add_signed(by.into())).into(),
        IpAddr::V6(a) => Ipv6Addr::from_bits(a.to_bits().wrapping_add_signed(by.into())).into(),
    }
}

#[cfg(test)]
mod tests;
