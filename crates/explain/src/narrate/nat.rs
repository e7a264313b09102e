//! Address translation (RFC 4787, RFC 5382, RFC 5508).

use lanternet_core::trace::NatEvent;

use super::scene::Scene;

pub(super) fn sentence(_: &Scene<'_>, event: &NatEvent) -> String {
    match *event {}
}
