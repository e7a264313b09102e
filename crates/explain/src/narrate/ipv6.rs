//! IPv6's own ways: neighbour discovery, router advertisements, address configuration (RFC 4861, RFC 4862).

use lanternet_core::trace::Ipv6Event;

use super::scene::Scene;

pub(super) fn sentence(_: &Scene<'_>, event: &Ipv6Event) -> String {
    match *event {}
}
