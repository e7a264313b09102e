//! Groups: IGMP, MLD, and switches that listen in on them.

use lanternet_core::trace::MulticastEvent;

pub(super) fn events() -> Vec<MulticastEvent> {
    Vec::new()
}
