//! VLANs: which VLAN a frame belongs to, and where it may leave (IEEE 802.1Q).

use lanternet_core::trace::VlanEvent;

pub(super) fn events() -> Vec<VlanEvent> {
    Vec::new()
}
