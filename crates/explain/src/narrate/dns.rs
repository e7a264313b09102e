//! Names (RFC 1034).

use lanternet_core::trace::DnsEvent;

use super::scene::Scene;

pub(super) fn sentence(_: &Scene<'_>, event: &DnsEvent) -> String {
    format!("{event:?}")
}
