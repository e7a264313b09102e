//! Names (RFC 1034).

use lanternet_core::trace::DnsEvent;

pub(super) fn events() -> Vec<DnsEvent> {
    Vec::new()
}
