//! Fields: a name, a value, and where it lies.

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;

use lanternet_core::MacAddr;

use super::FieldName;

/// A field of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Which.
    pub name: FieldName,
    /// What it says.
    pub value: FieldValue,
    /// The bits of the frame that it takes, counted from the first.
    pub bits: Range<u32>,
}

impl Field {
    /// The bytes of the frame that the field touches.
    pub fn bytes(&self) -> Range<usize> {
        self.bits.start as usize / 8..(self.bits.end as usize).div_ceil(8)
    }
}

/// What a field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// A number that counts something.
    Number(u64),
    /// A number that names something; shown in hex with so many digits.
    Hex(u64, u8),
    /// A single bit.
    Flag(bool),
    /// A hardware address.
    Mac(MacAddr),
    /// An IP address.
    Ip(IpAddr),
    /// So many parts of a unit that has so many of them: 512 and 256 are two seconds.
    Parts(u64, u32),
    /// Words, or a name.
    Text(Box<str>),
    /// Bytes without further meaning.
    Bytes(Box<[u8]>),
}

impl FieldValue {
    /// The number, where it is one; a flag is 0 or 1.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Number(value) | Self::Hex(value, _) => Some(*value),
            Self::Flag(set) => Some(u64::from(*set)),
            _ => None,
        }
    }
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value}"),
            Self::Hex(value, digits) => {
                write!(f, "0x{value:0width$x}", width = usize::from(*digits))
            }
            Self::Flag(set) => write!(f, "{}", u8::from(*set)),
            Self::Mac(mac) => write!(f, "{mac}"),
            Self::Ip(address) => write!(f, "{address}"),
            Self::Parts(parts, of) => write!(f, "{}", *parts as f64 / f64::from(*of)),
            Self::Text(text) => f.write_str(text),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
        }
    }
}
