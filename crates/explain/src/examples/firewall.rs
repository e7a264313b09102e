//! The rules of a firewall.

use lanternet_core::trace::FirewallEvent;

pub(super) fn events() -> Vec<FirewallEvent> {
    Vec::new()
}
