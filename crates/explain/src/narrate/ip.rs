//! Sentences about segments, routes and forwarding.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lanternet_core::IpNet;
use lanternet_core::trace::{Route, RouteKind, Unsent};

use super::scene::Scene;
use crate::args;

pub(super) fn same_segment(scene: &Scene<'_>, destination: IpAddr, address: IpNet) -> String {
    if address.addr().is_ipv6() {
        return scene.say("on-link", &args!(destination, network = address.trunc()));
    }
    let (own, mask, network) = (address.addr(), address.netmask(), address.network());
    scene.say("same-segment", &args!(own, mask, network, destination))
}

pub(super) fn other_segment(
    scene: &Scene<'_>,
    destination: IpAddr,
    address: IpNet,
    gateway: Option<IpAddr>,
) -> String {
    if address.addr().is_ipv6() {
        let network = address.trunc();
        return match gateway {
            Some(gateway) => scene.say("off-link", &args!(destination, network, gateway)),
            None => scene.say("off-link-no-gateway", &args!(destination, network)),
        };
    }
    let (own, mask, network) = (address.addr(), address.netmask(), address.network());
    let other = and(destination, mask);
    match gateway {
        Some(gateway) => {
            scene.say("other-segment", &args!(own, mask, network, destination, other, gateway))
        }
        None => {
            scene.say("other-segment-no-gateway", &args!(own, mask, network, destination, other))
        }
    }
}

/// Address AND mask. Of two families, which our devices never compare: the address.
fn and(address: IpAddr, mask: IpAddr) -> IpAddr {
    match (address, mask) {
        (IpAddr::V4(a), IpAddr::V4(m)) => Ipv4Addr::from_bits(a.to_bits() & m.to_bits()).into(),
        (IpAddr::V6(a), IpAddr::V6(m)) => Ipv6Addr::from_bits(a.to_bits() & m.to_bits()).into(),
        _ => address,
    }
}

pub(super) fn route_chosen(
    scene: &Scene<'_>,
    destination: IpAddr,
    chosen: &Route,
    beaten: &[Route],
) -> String {
    let chosen = route(scene, chosen);
    if beaten.is_empty() {
        return scene.say("route-chosen", &args!(route = chosen, destination));
    }
    let beaten = scene.list(beaten.iter().map(|beaten| route(scene, beaten)));
    scene.say("route-chosen-beats", &args!(route = chosen, destination, beaten))
}

/// A row of a routing table in words.
fn route(scene: &Scene<'_>, route: &Route) -> String {
    let interface = scene.port(route.interface);
    let kind = scene.phrase(match route.kind {
        RouteKind::Local => "route-local",
        RouteKind::Connected => "route-connected",
        RouteKind::Static if route.is_default() => "route-static-default",
        RouteKind::Static => "route-static",
        RouteKind::Redirect => "route-redirect",
        RouteKind::Dhcp => "route-dhcp",
        RouteKind::RouterAdvertisement => "route-advertised",
    });
    let destination = route.destination;
    match route.via {
        Some(via) => scene.say("route-via", &args!(destination, via, interface, kind)),
        None => scene.say("route-direct", &args!(destination, interface, kind)),
    }
}

/// The name of a protocol above IP.
pub(super) fn protocol(scene: &Scene<'_>, number: u8) -> Cow<'static, str> {
    match number {
        1 => "ICMP".into(),
        6 => "TCP".into(),
        2 => "IGMP".into(),
        17 => "UDP".into(),
        58 => "ICMPv6".into(),
        _ => scene.say("protocol-numbered", &args!(number)).into(),
    }
}

pub(super) fn unsent(scene: &Scene<'_>, why: Unsent) -> String {
    scene.phrase(match why {
        Unsent::NetworkUnreachable => "unsent-network-unreachable",
        Unsent::HostUnreachable => "unsent-host-unreachable",
        Unsent::MessageTooLong => "unsent-message-too-long",
        Unsent::BroadcastForbidden => "unsent-broadcast-forbidden",
        Unsent::AddressNotAvailable => "unsent-address-not-available",
        Unsent::NetworkDown => "unsent-network-down",
        Unsent::NoBuffers => "unsent-no-buffers",
        Unsent::Prohibited => "unsent-prohibited",
    })
}
