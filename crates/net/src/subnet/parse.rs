//! From text to addresses and masks, with the exact place of a mistake.
//!
//! The standard library decides what is an address; what it refuses is looked at again to say why.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Subnet;

/// An IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// 32-bit addresses.
    V4,
    /// 128-bit addresses.
    V6,
}

impl Family {
    /// The version of an address.
    pub const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// The length of an address in bits.
    pub const fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    /// `IPv4` or `IPv6`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

/// Why a text is no IP address. Positions count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Neither form: a name, a word, nothing.
    #[error("`{text}` is not an IP address")]
    NotAnAddress {
        /// What was given.
        text: String,
    },
    /// Not four numbers between dots.
    #[error("`{text}` has {count} of 4 octets")]
    OctetCount {
        /// The whole address.
        text: String,
        /// How many there are.
        count: usize,
    },
    /// Two dots in a row, or a dot at an end.
    #[error("octet {position} of `{text}` is empty")]
    OctetEmpty {
        /// The whole address.
        text: String,
        /// Which octet.
        position: usize,
    },
    /// Something else than digits.
    #[error("octet {position} of `{text}` is not a number: `{octet}`")]
    OctetNotANumber {
        /// The whole address.
        text: String,
        /// Which octet.
        position: usize,
        /// The octet as written.
        octet: String,
    },
    /// More than 255.
    #[error("octet {position} of `{text}` is {octet}, more than 255")]
    OctetTooLarge {
        /// The whole address.
        text: String,
        /// Which octet.
        position: usize,
        /// The octet as written.
        octet: String,
    },
    /// A zero in front, which some programs read as octal (RFC 6943 section 3.1.1).
    #[error("octet {position} of `{text}` has a leading zero: `{octet}`")]
    LeadingZero {
        /// The whole address.
        text: String,
        /// Which octet.
        position: usize,
        /// The octet as written.
        octet: String,
        /// Without the zeros: what the author most likely meant.
        decimal: String,
        /// What a program that reads octal makes of it, if it is octal at all.
        octal: Option<u32>,
    },
    /// `::` twice: nobody could tell how many zeros each stands for.
    #[error("`{text}` has `::` more than once")]
    TwoGaps {
        /// The whole address.
        text: String,
    },
    /// A group of more than four digits.
    #[error("group `{group}` of `{text}` has more than 4 digits")]
    GroupTooLong {
        /// The whole address.
        text: String,
        /// The group as written.
        group: String,
    },
    /// A group with something else than hex digits.
    #[error("group `{group}` of `{text}` is not hexadecimal")]
    GroupNotHex {
        /// The whole address.
        text: String,
        /// The group as written.
        group: String,
    },
    /// Not eight groups, and no `::` that would fill them up; or eight and a `::`.
    #[error("`{text}` has {count} of 8 groups")]
    GroupCount {
        /// The whole address.
        text: String,
        /// How many are written.
        count: usize,
        /// Whether there is a `::` among them.
        gap: bool,
    },
    /// `%eth0` behind the address: the interface it is valid on, which is not part of it.
    #[error("`{text}` has a zone, `%{zone}`")]
    Zone {
        /// The whole address.
        text: String,
        /// What is behind the percent sign.
        zone: String,
    },
}

/// Why a text is no network mask.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// Neither a number nor a dotted mask.
    #[error("`{text}` is not a mask")]
    NotAMask {
        /// What was given.
        text: String,
        /// The family it is for.
        family: Family,
    },
    /// A prefix length of more bits than an address has.
    #[error("prefix length {text} is more than {}", family.bits())]
    TooLong {
        /// The number as written.
        text: String,
        /// The family it is for.
        family: Family,
    },
    /// A dotted mask with a mistake in an octet.
    #[error("mask: {0}")]
    Octets(AddressError),
    /// A one to the right of a zero. Bits count from 1, the leftmost.
    #[error("mask {mask}: bit {one} is 1 after bit {zero} was 0")]
    NotContiguous {
        /// The mask.
        mask: Ipv4Addr,
        /// The first bit that is 0.
        zero: u8,
        /// The first bit after it that is 1 again.
        one: u8,
    },
    /// Zeros, then ones: a wildcard mask.
    #[error("{mask} is a wildcard mask; the mask is {meant}")]
    Wildcard {
        /// The mask as given.
        mask: Ipv4Addr,
        /// Its inverse.
        meant: Ipv4Addr,
    },
    /// IPv6 has prefix lengths only.
    #[error("IPv6 has no dotted masks, got {text}")]
    DottedForIpv6 {
        /// The mask as given.
        text: String,
    },
}

/// Why an address and a mask do not make a subnet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubnetError {
    /// The address cannot be read.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The mask cannot be read.
    #[error(transparent)]
    Mask(#[from] MaskError),
    /// There is no mask at all.
    #[error("{address} has no mask")]
    NoMask {
        /// The address.
        address: IpAddr,
    },
    /// Two masks, and they differ.
    #[error("`/{first}` is {first_len} bits, but mask `{second}` is {second_len}")]
    Disagree {
        /// The one behind the slash, as written.
        first: String,
        /// Its prefix length.
        first_len: u8,
        /// The one that stands alone, as written.
        second: String,
        /// Its prefix length.
        second_len: u8,
        /// The family of the address.
        family: Family,
    },
}

impl Subnet {
    /// Reads `192.168.1.10/24`, `192.168.1.10/255.255.255.0`, or the address and the mask apart. The
    /// mask may be given both ways when they agree.
    ///
    /// # Errors
    /// The address or the mask cannot be read, is missing, or there are two masks that differ.
    pub fn parse(text: &str, mask: Option<&str>) -> Result<Self, SubnetError> {
        let (address, inline) = match text.split_once('/') {
            Some((address, inline)) => (address, Some(inline)),
            None => (text, None),
        };
        let address = parse_address(address)?;
        let family = Family::of(address);
        let read = |mask: Option<&str>| mask.map(|mask| parse_mask(mask, family)).transpose();
        let prefix_len = match (read(inline)?, read(mask)?) {
            (Some(first_len), Some(second_len)) if first_len != second_len => {
                let (first, second) = (inline.unwrap_or_default(), mask.unwrap_or_default());
                return Err(SubnetError::Disagree {
                    first: first.to_owned(),
                    first_len,
                    second: second.to_owned(),
                    second_len,
                    family,
                });
            }
            (Some(prefix_len), _) | (None, Some(prefix_len)) => prefix_len,
            (None, None) => return Err(SubnetError::NoMask { address }),
        };
        // `parse_mask` allows no more bits than the family has.
        Self::new(address, prefix_len).ok_or(SubnetError::NoMask { address })
    }
}

/// Reads an address of either family, without a mask.
///
/// # Errors
/// The text is no address; the error says which part of it is wrong.
pub fn parse_address(text: &str) -> Result<IpAddr, AddressError> {
    match text.parse() {
        Ok(address) => Ok(address),
        Err(_) if text.contains(':') => Err(ipv6_mistake(text)),
        Err(_) => Err(ipv4_mistake(text)),
    }
}

/// Reads a mask, as a prefix length (`24`, `/24`) or dotted (`255.255.255.0`), to a prefix length.
///
/// # Errors
/// The text is no mask for this family, or its ones are not all to the left.
pub fn parse_mask(text: &str, family: Family) -> Result<u8, MaskError> {
    let bare = text.strip_prefix('/').unwrap_or(text);
    if bare.contains('.') {
        if family == Family::V6 {
            return Err(MaskError::DottedForIpv6 { text: bare.to_owned() });
        }
        let mask = bare.parse().map_err(|_| MaskError::Octets(ipv4_mistake(bare)))?;
        return dotted_mask(mask);
    }
    if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(MaskError::NotAMask { text: text.to_owned(), family });
    }
    match bare.parse() {
        Ok(prefix_len) if prefix_len <= family.bits() => Ok(prefix_len),
        _ => Err(MaskError::TooLong { text: bare.to_owned(), family }),
    }
}

fn dotted_mask(mask: Ipv4Addr) -> Result<u8, MaskError> {
    let bits = mask.to_bits();
    let ones = bits.leading_ones();
    let rest = bits.checked_shl(ones).unwrap_or(0);
    // The casts hold: none of the counts exceeds 32.
    if rest == 0 {
        return Ok(ones as u8);
    }
    if ones == 0 && (!bits).trailing_zeros() == 32 - (!bits).leading_ones() {
        return Err(MaskError::Wildcard { mask, meant: Ipv4Addr::from_bits(!bits) });
    }
    let one = ones + rest.leading_zeros() + 1;
    Err(MaskError::NotContiguous { mask, zero: ones as u8 + 1, one: one as u8 })
}

fn ipv4_mistake(text: &str) -> AddressError {
    let octets: Vec<&str> = text.split('.').collect();
    let is_number = |octet: &&str| octet.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = octets.iter().filter(|octet| is_number(octet)).count();
    let text = text.to_owned();
    // One slip among three good octets is a slip; more than that is probably a name.
    if text.is_empty() || numbers + 1 < octets.len() || numbers < octets.len().min(3) {
        return AddressError::NotAnAddress { text };
    }
    if octets.len() != 4 {
        return AddressError::OctetCount {
            text,
            count: octets.iter().filter(|o| !o.is_empty()).count(),
        };
    }
    for (position, octet) in (1..).zip(octets) {
        let owned = octet.to_owned();
        if octet.is_empty() {
            return AddressError::OctetEmpty { text, position };
        }
        if !is_number(&octet) {
            return AddressError::OctetNotANumber { text, position, octet: owned };
        }
        let decimal = octet.trim_start_matches('0');
        let decimal = if decimal.is_empty() { "0" } else { decimal };
        if !matches!(decimal.parse::<u8>(), Ok(0..=255)) {
            return AddressError::OctetTooLarge { text, position, octet: owned };
        }
        if decimal != octet {
            let octal = u32::from_str_radix(octet, 8).ok();
            let decimal = decimal.to_owned();
            return AddressError::LeadingZero { text, position, octet: owned, decimal, octal };
        }
    }
    AddressError::NotAnAddress { text }
}

fn ipv6_mistake(text: &str) -> AddressError {
    let owned = text.to_owned();
    if let Some((address, zone)) = text.split_once('%') {
        if address.parse::<Ipv6Addr>().is_ok() {
            return AddressError::Zone { text: owned, zone: zone.to_owned() };
        }
        return ipv6_mistake(address);
    }
    if text.contains(":::") || text.matches("::").count() > 1 {
        return AddressError::TwoGaps { text: owned };
    }
    let mut count = 0;
    for group in text.split(':').filter(|group| !group.is_empty()) {
        count += 1;
        if group.contains('.') {
            match group.parse::<Ipv4Addr>() {
                // An IPv4 address at the end stands for two groups (RFC 4291 section 2.2).
                Ok(_) => count += 1,
                Err(_) => return ipv4_mistake(group),
            }
        } else if !group.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return AddressError::GroupNotHex { text: owned, group: group.to_owned() };
        } else if group.len() > 4 {
            return AddressError::GroupTooLong { text: owned, group: group.to_owned() };
        }
    }
    if count != 8 || text.contains("::") {
        return AddressError::GroupCount { text: owned, count, gap: text.contains("::") };
    }
    AddressError::NotAnAddress { text: owned }
}
