//! Groups: IGMP, MLD, and switches that listen in on them.

use lanternet_core::trace::MulticastEvent;

use super::scene::Scene;

pub(super) fn sentence(_: &Scene<'_>, event: &MulticastEvent) -> String {
    match *event {}
}
