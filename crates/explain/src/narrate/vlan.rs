//! VLANs: which VLAN a frame belongs to, and where it may leave (IEEE 802.1Q).

use lanternet_core::trace::VlanEvent;

use super::scene::Scene;

pub(super) fn sentence(_: &Scene<'_>, event: &VlanEvent) -> String {
    match *event {}
}
