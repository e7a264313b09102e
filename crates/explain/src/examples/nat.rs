//! Address translation (RFC 4787, RFC 5382, RFC 5508).

use lanternet_core::trace::NatEvent;

pub(super) fn events() -> Vec<NatEvent> {
    Vec::new()
}
