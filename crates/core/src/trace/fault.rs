//! Faults that somebody outside brings about while the network runs: partitions, holds, other settings
//! of a cable.

use serde::Serialize;

use crate::id::NodeId;
use crate::link::LinkSettings;
use crate::time::Duration;

/// What was done to the network, or what that does to a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum FaultEvent {
    /// From now on no packet of this node gets to that one.
    Partitioned {
        /// The node that hears nothing of this one any more.
        to_node: NodeId,
    },
    /// Packets of this node get to that one again.
    Repaired {
        /// That node.
        to_node: NodeId,
    },
    /// From now on packets of this node to that one wait on the way.
    PathHeld {
        /// That node.
        to_node: NodeId,
    },
    /// Packets of this node to that one wait no longer.
    PathReleased {
        /// That node.
        to_node: NodeId,
        /// How many had waited and go on now.
        frames: u32,
    },
    /// From now on all frames wait at the end of the cable, in both directions.
    LinkHeld,
    /// Frames no longer wait on the cable.
    LinkReleased {
        /// How many had waited and arrive now.
        frames: u32,
    },
    /// The frame waits until somebody releases it.
    FrameHeld,
    /// The frame goes on.
    FrameReleased {
        /// How long it had waited.
        waited: Duration,
    },
    /// One direction of the cable has other settings from now on.
    LinkChanged {
        /// All of them.
        settings: LinkSettings,
    },
}
