//! Faults that somebody brings about while the network runs.

use lanternet_core::trace::FaultEvent;
use lanternet_core::{Duration, LinkSettings};

use super::B3;

pub(super) fn events() -> Vec<FaultEvent> {
    use FaultEvent as E;
    let waited = Duration::from_millis(1500);
    let settings = LinkSettings {
        rate: Some(10_000_000),
        delay: Duration::from_millis(20),
        loss: 50_000,
        ..LinkSettings::default()
    };
    examples! { FaultEvent:
        E::Partitioned { .. } => [E::Partitioned { to_node: B3 }],
        E::Repaired { .. } => [E::Repaired { to_node: B3 }],
        E::PathHeld { .. } => [E::PathHeld { to_node: B3 }],
        E::PathReleased { .. } => [
            E::PathReleased { to_node: B3, frames: 0 },
            E::PathReleased { to_node: B3, frames: 1 },
            E::PathReleased { to_node: B3, frames: 3 },
        ],
        E::LinkHeld => [E::LinkHeld],
        E::LinkReleased { .. } => [
            E::LinkReleased { frames: 0 },
            E::LinkReleased { frames: 1 },
            E::LinkReleased { frames: 3 },
        ],
        E::FrameHeld => [E::FrameHeld],
        E::FrameReleased { .. } => [E::FrameReleased { waited }],
        E::LinkChanged { .. } => [
            E::LinkChanged { settings },
            E::LinkChanged { settings: LinkSettings::default() },
        ],
    }
}
