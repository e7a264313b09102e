//! Phrases about neighbours.

use std::net::IpAddr;

use lanternet_core::trace::{LearnedFrom, NeighborState};

use super::scene::Scene;

pub(super) fn learned_from(scene: &Scene<'_>, address: IpAddr, from: LearnedFrom) -> String {
    let [reply, request, announcement] = match address {
        IpAddr::V4(_) => {
            ["learned-from-reply", "learned-from-request", "learned-from-announcement"]
        }
        IpAddr::V6(_) => {
            ["ipv6-learned-reply", "ipv6-learned-request", "ipv6-learned-announcement"]
        }
    };
    scene.phrase(match from {
        LearnedFrom::Reply => reply,
        LearnedFrom::Request => request,
        LearnedFrom::Announcement => announcement,
        LearnedFrom::Router => "ipv6-learned-router",
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
