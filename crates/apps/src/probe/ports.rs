//! `22,80,8000-8010,http`: several ports.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use lanternet_net::services::Transport;

use crate::endpoint::Port;
use crate::sockets::Sockets;

/// Ports in the order in which they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports(Vec<Item>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    One(Port),
    Range(u16, u16),
}

/// A text is no list of ports.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected ports such as `22,80,8000-8010` or services such as `ssh,http`, got `{0}`")]
pub struct ParsePortsError(String);

impl FromStr for Ports {
    type Err = ParsePortsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let items: Option<Vec<Item>> =
            text.split(',').map(|item| Item::read(item.trim())).collect();
        items.map(Self).ok_or_else(|| ParsePortsError(text.to_owned()))
    }
}

impl Item {
    fn read(text: &str) -> Option<Self> {
        let number = |text: &str| match text.parse() {
            Ok(Port::Number(port)) => Some(port),
            _ => None,
        };
        // For `listen`: the host chooses.
        if text == "0" {
            return Some(Self::One(Port::Number(0)));
        }
        // A service may have a hyphen in its name.
        if let Some((first, last)) = text.split_once('-')
            && let (Some(first), Some(last)) = (number(first.trim()), number(last.trim()))
        {
            return (first <= last).then_some(Self::Range(first, last));
        }
        text.parse().ok().map(Self::One)
    }
}

impl Ports {
    /// Each port once; the error is a line to print.
    pub(super) fn numbers<S: Sockets>(
        &self,
        sockets: &S,
        over: Transport,
    ) -> Result<Vec<u16>, String> {
        let mut seen = BTreeSet::new();
        let mut ports = Vec::new();
        for item in &self.0 {
            let range = match item {
                Item::Range(first, last) => *first..=*last,
                Item::One(port) => {
                    let port = port.number(sockets, over)?;
                    port..=port
                }
            };
            ports.extend(range.filter(|port| seen.insert(*port)));
        }
        Ok(ports)
    }

    /// The port, where it is one and a number.
    pub(crate) fn single(&self) -> Option<u16> {
        match self.0.as_slice() {
            [Item::One(Port::Number(port))] => Some(*port),
            _ => None,
        }
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, item) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            match item {
                Item::One(port) => write!(f, "{port}")?,
                Item::Range(first, last) => write!(f, "{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_ranges_and_services_stand_side_by_side() {
        for text in ["0", "22", "22,80,8000-8010", "ssh,http", "netbios-ns,1-65535"] {
            assert_eq!(text.parse::<Ports>().map(|ports| ports.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "00", "22,", "80-70", "1-65536", "22 80", "-", "1-", "ssh-2,!"] {
            assert!(text.parse::<Ports>().is_err(), "{text}");
        }
        assert_eq!("80".parse::<Ports>().map(|ports| ports.single()), Ok(Some(80)));
        assert_eq!("http".parse::<Ports>().map(|ports| ports.single()), Ok(None));
    }
}
