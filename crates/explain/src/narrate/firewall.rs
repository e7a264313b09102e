//! The rules of a firewall.

use lanternet_core::trace::FirewallEvent;

use super::scene::Scene;

pub(super) fn sentence(_: &Scene<'_>, event: &FirewallEvent) -> String {
    match *event {}
}
