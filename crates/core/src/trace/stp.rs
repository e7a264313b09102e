//! The rapid spanning tree (IEEE 802.1D-2004, clause 17).

use std::fmt;

use serde::{Serialize, Serializer};

use crate::addr::MacAddr;
use crate::id::PortId;
use crate::time::Duration;

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum StpEvent {
    /// The bridge takes part from now on, and takes itself for the root until it hears of a better one.
    Started {
        /// Its identifier.
        bridge: BridgeId,
    },
    /// Another bridge is the root of the tree from now on.
    RootChanged {
        /// The bridge itself.
        bridge: BridgeId,
        /// The root so far.
        old: BridgeId,
        /// The root from now on.
        root: BridgeId,
        /// The cost of the way to it; 0 at the root itself.
        cost: u32,
        /// The port that leads there; `None` at the root itself.
        port: Option<PortId>,
    },
    /// The root is the same, the way to it is another one.
    PathChanged {
        /// The root.
        root: BridgeId,
        /// The cost of the way so far.
        old_cost: u32,
        /// The cost of the way from now on.
        cost: u32,
        /// The port that leads there.
        port: Option<PortId>,
    },
    /// A port has another role from now on.
    RoleChosen {
        /// The port.
        port: PortId,
        /// Its role so far.
        from: PortRole,
        /// Its role from now on.
        role: PortRole,
        /// What decided it.
        why: RoleCause,
    },
    /// A port has another state from now on.
    StateChanged {
        /// The port.
        port: PortId,
        /// Its state so far.
        from: PortState,
        /// Its state from now on.
        state: PortState,
        /// What decided it.
        why: StateCause,
    },
    /// A message of the tree was read; what is done with it.
    BpduAccepted {
        /// The port it came in by.
        port: PortId,
        /// What kind of message it is.
        kind: BpduKind,
        /// How what it says compares with what the port knew.
        verdict: BpduVerdict,
        /// What it says; `None` in a notification, which says nothing.
        vector: Option<PriorityVector>,
    },
    /// What the port says is not what it said before. Hellos that repeat it are not told of.
    BpduChanged {
        /// The port it leaves by.
        port: PortId,
        /// What kind of message it is.
        kind: BpduKind,
        /// What it says; `None` in a notification, which says nothing.
        vector: Option<PriorityVector>,
        /// The sender's role, as far as the message says it.
        role: PortRole,
        /// It asks the neighbour to agree.
        proposal: bool,
        /// It agrees with the neighbour's proposal.
        agreement: bool,
        /// It tells of a topology change.
        topology_change: bool,
    },
    /// Nobody repeated what was heard at the port: it is forgotten.
    InformationAged {
        /// The port.
        port: PortId,
        /// What was known.
        vector: PriorityVector,
        /// How long it was kept: three hello times of the neighbour.
        after: Duration,
    },
    /// A port became, or is no longer, an edge port: one with no bridge behind it.
    EdgeChanged {
        /// The port.
        port: PortId,
        /// Whether it is one now.
        edge: bool,
        /// What decided it.
        why: EdgeCause,
    },
    /// A port speaks another version from now on, because its neighbour does.
    VersionChanged {
        /// The port.
        port: PortId,
        /// Whether it speaks rapid spanning tree now, or the protocol of 802.1D-1998.
        rapid: bool,
    },
    /// A port that carries traffic from now on changes the tree: all bridges are to be told.
    TopologyChanged {
        /// The port.
        port: PortId,
    },
    /// A neighbour tells of a change; it is passed on out of all other ports of the tree.
    TopologyChangeHeard {
        /// The port.
        port: PortId,
        /// How the neighbour told it.
        kind: BpduKind,
    },
    /// Stations may be behind other ports now: what was learned at this port is forgotten.
    AddressesFlushed {
        /// The port.
        port: PortId,
        /// How many rows.
        rows: u32,
    },
}

/// Who a bridge is: the lower, the better (section 9.2.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BridgeId {
    /// The priority: 0 to 61440 in steps of 4096; what a foreign bridge has in its low 12 bits is
    /// kept here as well.
    pub priority: u16,
    /// The bridge's address.
    pub address: MacAddr,
}

impl fmt::Display for BridgeId {
    /// `32768.02:00:00:00:00:01`, as switches print it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.priority, self.address))
    }
}

impl Serialize for BridgeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Which port of a bridge: four bits of priority, twelve of number (section 9.2.7). The lower, the
/// better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BridgePortId(pub u16);

impl BridgePortId {
    /// The port with this priority (0 to 240 in steps of 16) and number (1 to 4095); other bits
    /// are cut off.
    pub const fn new(priority: u8, number: u16) -> Self {
        Self((priority as u16 & 0xf0) << 8 | (number & 0x0fff))
    }

    /// The priority: 0 to 240 in steps of 16.
    pub const fn priority(self) -> u8 {
        (self.0 >> 8) as u8 & 0xf0
    }

    /// The number of the port.
    pub const fn number(self) -> u16 {
        self.0 & 0x0fff
    }
}

impl fmt::Display for BridgePortId {
    /// `128.3`, as switches print it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.priority(), self.number()))
    }
}

impl Serialize for BridgePortId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What the tree is decided by (sections 17.5 and 17.6). Compared field by field, in this order;
/// the lower, the better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PriorityVector {
    /// The bridge that is taken for the root.
    pub root: BridgeId,
    /// The cost of the sender's way to it.
    pub cost: u32,
    /// The bridge that says so.
    pub bridge: BridgeId,
    /// The port that it says so by.
    pub port: BridgePortId,
}

/// A way to the root (section 17.6: the root path priority vector).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RootPath {
    /// The port that it begins with.
    pub port: PortId,
    /// What was heard there, with the cost of the port added.
    pub path: PriorityVector,
}

/// What a port is in the tree (section 17.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PortRole {
    /// The cable is down.
    #[default]
    Disabled,
    /// The best way to the root.
    Root,
    /// The way to the root for all that is behind it.
    Designated,
    /// Another way to the root, kept in reserve.
    Alternate,
    /// A second port to where this bridge has a designated port already.
    Backup,
}

impl fmt::Display for PortRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Disabled => "Disabled",
            Self::Root => "Root",
            Self::Designated => "Designated",
            Self::Alternate => "Alternate",
            Self::Backup => "Backup",
        })
    }
}

/// What a port does with frames (section 7.4 and table 17-2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PortState {
    /// It neither learns nor forwards.
    #[default]
    Discarding,
    /// It learns and does not forward.
    Learning,
    /// It learns and forwards.
    Forwarding,
}

impl fmt::Display for PortState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Discarding => "discarding",
            Self::Learning => "learning",
            Self::Forwarding => "forwarding",
        })
    }
}

/// Why a port has a role (section 17.21.25).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RoleCause {
    /// The cable is down.
    Down,
    /// No bridge was heard there, or not any more.
    NobodyHeard,
    /// What this bridge can offer is better than what was heard there.
    OursIsBetter {
        /// What this bridge offers.
        ours: PriorityVector,
        /// What was heard.
        theirs: PriorityVector,
    },
    /// The way by it is the best of all ways to the root.
    BestPath {
        /// What was heard there, with the cost of the port added.
        path: PriorityVector,
        /// The second best, if there is one.
        runner_up: Option<RootPath>,
    },
    /// What was heard there is better than what this bridge can offer, and another way to the root
    /// is better still.
    TheirsIsBetter {
        /// What was heard.
        theirs: PriorityVector,
        /// What this bridge would offer.
        ours: PriorityVector,
    },
    /// What was heard there comes from another port of this bridge.
    OwnPort {
        /// That port.
        other: BridgePortId,
    },
}

/// Why a port changed its state (sections 17.29 and 17.30).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum StateCause {
    /// The cable is down.
    #[default]
    Down,
    /// Its role does not forward (alternate, backup).
    Role,
    /// Before the way to the root changes, the neighbour behind it has to agree.
    Sync,
    /// It was the root port a moment ago, and another port is about to be.
    OldRoot,
    /// The neighbour forwards although it should not: one of the two does not hear the other.
    Disputed,
    /// There is no bridge behind it.
    Edge,
    /// The neighbour agreed.
    Agreement,
    /// No other port was the root port a short time ago.
    NewRoot,
    /// Nobody objected for so long.
    Waited {
        /// How long.
        time: Duration,
    },
}

/// The kinds of messages (section 9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BpduKind {
    /// A Configuration BPDU of the older protocol.
    Config,
    /// A Topology Change Notification of the older protocol.
    TopologyChange,
    /// An RST BPDU.
    Rapid,
}

/// How a message compares with what the port knew (section 17.21.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BpduVerdict {
    /// Better, or news from the same neighbour: it is taken over, and the roles are chosen anew.
    Superior,
    /// The same as before: it is good for another three hello times.
    Repeated,
    /// Worse: the neighbour will be told better.
    Inferior,
    /// From a neighbour that accepts ours: it may agree with it.
    Accepting,
    /// None of these.
    Other,
}

/// Why a port is an edge port, or no longer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EdgeCause {
    /// It is configured as one.
    Configured,
    /// No bridge answered for so long (section 17.25).
    NobodyAnswered {
        /// How long.
        time: Duration,
    },
    /// A bridge was heard there.
    BpduHeard,
    /// The cable went down.
    Down,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_identifier_is_the_better_one_and_priority_counts_first() {
        let id = |priority, last| BridgeId { priority, address: MacAddr([2, 0, 0, 0, 0, last]) };
        assert!(id(4096, 9) < id(32768, 1) && id(32768, 1) < id(32768, 2));
        assert_eq!(id(4096, 9).to_string(), "4096.02:00:00:00:00:09");
        assert!(BridgePortId::new(112, 9) < BridgePortId::new(128, 1));
        assert_eq!(BridgePortId::new(128, 3).to_string(), "128.3");
        assert_eq!(BridgePortId::new(128, 3).0, 0x8003, "as on the wire");
    }
}
