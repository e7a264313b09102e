//! The spanning tree, and switches that listen in on groups.

use lanternet_core::Duration;

use crate::span::Spanned;

/// How a switch takes part in the spanning tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stp {
    /// 0 to 61440 in steps of 4096.
    pub priority: u16,
    /// The time between two messages.
    pub hello: Duration,
    /// How old what is known may become.
    pub max_age: Duration,
    /// The time in each state.
    pub forward_delay: Duration,
    /// Messages that a port may send within a second.
    pub hold_count: u8,
    /// Rapid spanning tree, or the protocol of 802.1D-1998.
    pub rapid: bool,
    /// What was said about ports, in the order of the file.
    pub ports: Vec<StpPort>,
}

/// What was said about a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StpPort {
    /// The number of the port, from 1.
    pub port: Spanned<u16>,
    /// Whether there is no switch behind it. Unless told otherwise, that is found out from the cable.
    pub edge: Option<bool>,
    /// What the way through it costs. Unless told otherwise, that follows from the rate of the cable.
    pub cost: Option<u32>,
    /// Its priority: 0 to 240 in steps of 16.
    pub priority: Option<u8>,
}

/// How a switch listens in on groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Snooping {
    /// Whether it asks by itself who takes part.
    pub querier: bool,
}
