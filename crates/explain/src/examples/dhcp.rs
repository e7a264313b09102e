//! Addresses on loan (RFC 2131).

use lanternet_core::trace::DhcpEvent;

pub(super) fn events() -> Vec<DhcpEvent> {
    Vec::new()
}
