//! IPv6's own ways: neighbour discovery, router advertisements, address configuration (RFC 4861, RFC 4862).

use lanternet_core::trace::Ipv6Event;

pub(super) fn events() -> Vec<Ipv6Event> {
    Vec::new()
}
