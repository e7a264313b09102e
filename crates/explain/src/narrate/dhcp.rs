//! Addresses on loan (RFC 2131).

use lanternet_core::trace::DhcpEvent;

use super::scene::Scene;

pub(super) fn sentence(_: &Scene<'_>, event: &DhcpEvent) -> String {
    match *event {}
}
