//! The names that a lab's author chooses.

use std::fmt;
use std::str::FromStr;

use lanternet_core::VlanId;

use crate::diagnostic::all_of;

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseNameError {
    /// Nothing was written.
    #[error("a name has at least one letter, got none")]
    Empty,
    /// Longer than the name may be.
    #[error("a name has at most {max} letters, got {got}")]
    TooLong {
        /// The longest that is allowed, in bytes.
        max: usize,
        /// The length of what was written.
        got: usize,
    },
    /// A letter that names do not have.
    #[error("a name has {allowed}, got `{got}`")]
    Letter {
        /// What letters there may be, in words.
        allowed: &'static str,
        /// The first letter that may not be.
        got: char,
        /// Where it stands, in bytes.
        at: usize,
    },
    /// Begins or ends with a hyphen or dot.
    #[error("a name begins and ends with a letter or digit, got `{0}`")]
    Edge(String),
    /// Only digits, which YAML would read as a number.
    #[error("a name has a letter, got only digits: `{0}`")]
    OnlyDigits(String),
}

macro_rules! name {
    ($(#[doc = $doc:literal])* $name:ident, max $max:literal, $allowed:literal, $fold:expr, $test:expr) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseNameError;

            fn from_str(text: &str) -> Result<Self, ParseNameError> {
                let (fold, test): (fn(&str) -> String, fn(char) -> bool) = ($fold, $test);
                let text = fold(text);
                check(&text, $max, $allowed, test)?;
                Ok(Self(text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name! {
    /// The name of a node or a program: `a1`, `sw-a`. Small letters, digits and hyphens, at most
    /// 63 of them, as a DNS label (RFC 1123 section 2.1) without capitals; at least one letter.
    NodeName, max 63, "only small letters, digits and hyphens", str::to_owned,
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

name! {
    /// The name of a host or router interface: `eth0`, `wan`, `eth0.10`. At most 15 letters, as in
    /// Linux. What is behind a dot is the number of a VLAN.
    InterfaceName, max 15, "only small letters, digits, hyphens, and a dot before a VLAN", str::to_owned,
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.'
}

name! {
    /// A name in a `hosts:` list: `b3`, `www.example.com`. Labels of letters, digits and hyphens
    /// (RFC 1123 section 2.1), at most 253 letters together. Kept in small letters, because names
    /// are compared without case (RFC 4343).
    HostName, max 253, "only letters, digits, hyphens and dots", str::to_lowercase,
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.'
}

impl InterfaceName {
    /// `eth` and a number: the name of an interface that was given none.
    pub fn ethernet(number: usize) -> Self {
        Self(format!("eth{number}"))
    }

    /// The name of a port with a number.
    pub(crate) fn port(number: u16) -> Self {
        Self(number.to_string())
    }

    /// The name of a switch's own interface in a VLAN.
    pub(crate) fn vlan(vlan: VlanId) -> Self {
        Self(format!("vlan{vlan}"))
    }

    /// The name of a home router's interface to its own network.
    pub(crate) fn lan() -> Self {
        Self("lan".to_owned())
    }

    /// The name of a home router's interface to the outside.
    pub(crate) fn wan() -> Self {
        Self("wan".to_owned())
    }

    /// The parts before and behind the dot, where there is one.
    pub(crate) fn parts(&self) -> Option<(&str, &str)> {
        self.0.split_once('.')
    }

    /// The number of an `eth...` name.
    pub(crate) fn ethernet_number(&self) -> Option<usize> {
        let digits = self.0.strip_prefix("eth")?;
        let number = digits.parse().ok()?;
        (Self::ethernet(number) == *self).then_some(number)
    }
}

impl NodeName {
    /// A name made of parts that are names already.
    pub(crate) fn generated(text: String) -> Option<Self> {
        text.parse().ok()
    }
}

fn check(
    text: &str,
    max: usize,
    allowed: &'static str,
    test: fn(char) -> bool,
) -> Result<(), ParseNameError> {
    if text.is_empty() {
        return Err(ParseNameError::Empty);
    }
    if let Some((at, got)) = text.char_indices().find(|(_, c)| !test(*c)) {
        return Err(ParseNameError::Letter { allowed, got, at });
    }
    if text.len() > max {
        return Err(ParseNameError::TooLong { max, got: text.len() });
    }
    let edge = |c: char| c == '-' || c == '.';
    if text.starts_with(edge) || text.ends_with(edge) {
        return Err(ParseNameError::Edge(text.to_owned()));
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ParseNameError::OnlyDigits(text.to_owned()));
    }
    Ok(())
}

/// The pattern of [`NodeName`] for the schema.
pub(crate) const NAME_PATTERN: &str = "^(?=.*[a-z-])[a-z0-9]([a-z0-9-]*[a-z0-9])?$";
/// The pattern of [`InterfaceName`] for the schema.
pub(crate) const INTERFACE_NAME_PATTERN: &str =
    "^(?=.*[a-z-])[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[1-9][0-9]{0,3})?$";
/// The pattern of [`HostName`] for the schema.
pub(crate) const HOST_NAME_PATTERN: &str =
    "^(?=.*[A-Za-z.-])[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$";

/// A list of names for a message, cut short when there are many.
pub(crate) fn some_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let first: Vec<_> = names.by_ref().take(8).collect();
    let more = names.count();
    if more == 0 { all_of(first) } else { format!("`{}` and {more} more", first.join("`, `")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_names_are_small_letters_digits_and_hyphens() {
        for good in ["a1", "sw-a", "3com", "1-2", &"x".repeat(63)] {
            assert!(good.parse::<NodeName>().is_ok(), "{good}");
        }
        for bad in ["", "A1", "a_1", "-a", "a-", "12", "a.b", "ä", "a b", &"x".repeat(64)] {
            assert!(bad.parse::<NodeName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn interface_names_are_as_short_as_in_linux() {
        // IFNAMSIZ is 16 with the zero byte.
        assert!("abcdefghijklmno".parse::<InterfaceName>().is_ok());
        assert!("abcdefghijklmnop".parse::<InterfaceName>().is_err());
        assert_eq!(InterfaceName::ethernet(12).ethernet_number(), Some(12));
        for other in ["eth01", "eth", "wan", "eth-1"] {
            assert_eq!(other.parse::<InterfaceName>().unwrap().ethernet_number(), None, "{other}");
        }
    }

    #[test]
    fn behind_a_dot_is_a_vlan() {
        let name: InterfaceName = "eth0.10".parse().unwrap();
        assert_eq!((name.parts(), name.ethernet_number()), (Some(("eth0", "10")), None));
        assert!("eth0.".parse::<InterfaceName>().is_err());
    }
}
