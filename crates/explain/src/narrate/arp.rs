//! Phrases about neighbours.

use lanternet_core::trace::{LearnedFrom, NeighborState};

use super::scene::Scene;

pub(super) fn learned_from(scene: &Scene<'_>, from: LearnedFrom) -> String {
    scene.phrase(match from {
        LearnedFrom::Reply => "learned-from-reply",
        LearnedFrom::Request => "learned-from-request",
        LearnedFrom::Announcement => "learned-from-announcement",
    })
}

/// What it means to be in this state.
pub(super) fn state(scene: &Scene<'_>, state: NeighborState) -> String {
    scene.phrase(match state {
        NeighborState::Incomplete => "neighbor-state-incomplete",
        NeighborState::Reachable => "neighbor-state-reachable",
        NeighborState::Stale => "neighbor-state-stale",
        NeighborState::Delay => "neighbor-state-delay",
        NeighborState::Probe => "neighbor-state-probe",
        NeighborState::Failed => "neighbor-state-failed",
        NeighborState::Permanent => "neighbor-state-permanent",
    })
}
