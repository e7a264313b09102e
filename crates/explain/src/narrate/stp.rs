//! The rapid spanning tree (IEEE 802.1D-2004, clause 17).

use lanternet_core::trace::StpEvent;

use super::scene::Scene;

pub(super) fn sentence(_: &Scene<'_>, event: &StpEvent) -> String {
    match *event {}
}
