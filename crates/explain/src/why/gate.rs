//! Address translation and rules that a packet did not get past: what would let it?

use std::net::{IpAddr, SocketAddr};

use lanternet_core::trace::{NatEvent, Protocol};
use lanternet_core::{Frame, NodeId, TraceEvent};
use lanternet_lab::{Nat, Service, Station, Transport};
use lanternet_net::wire::layers::{FieldName, LayerProtocol, Layers};

use super::diagnose::Case;
use super::diagnosis::{Diagnosis, Passing};
use super::journey::Step;
use super::network::{Network, Owner};

/// A packet came to an outside port that leads nowhere.
pub(super) fn no_mapping(
    network: Network<'_>,
    node: NodeId,
    protocol: Protocol,
    outside: SocketAddr,
) -> Diagnosis {
    let transport = match protocol {
        Protocol::Udp => Transport::Udp,
        _ => Transport::Tcp,
    };
    let wanted = Service { port: outside.port(), transport };
    let inside = || network.all().filter(|own| is_inside(network, node, own));
    let serves = |own: &Owner, test: &dyn Fn(Service) -> bool| {
        let services = network.services(own.at.node);
        let found = services.into_iter().find(|(service, _)| test(*service));
        found.map(|(service, _)| (own.at.node, SocketAddr::new(own.net.addr(), service.port)))
    };
    let same = inside().find_map(|own| serves(&own, &|service| service == wanted));
    // A router behind this one, as in a home behind its provider's translation.
    let number = if transport == Transport::Udp { 17 } else { 6 };
    let passes_on = |own: &Owner| {
        let forwards = |nat: &Nat| {
            let wanted = |(protocol, port)| protocol == number && port == outside.port();
            nat.forwards.iter().any(|forward| wanted((forward.protocol, forward.port.value)))
        };
        network.station(own.at.node)?.nat.as_deref().filter(|nat| forwards(nat))?;
        Some((own.at.node, SocketAddr::new(own.net.addr(), outside.port())))
    };
    let behind = || inside().find_map(|own| passes_on(&own));
    // Name servers are there for the inside, whatever was wanted.
    let is_like = |service: Service| service.transport == wanted.transport && service.port != 53;
    let like = || inside().find_map(|own| serves(&own, &is_like));
    Diagnosis::NotForwarded { outside, transport, right: same.or_else(behind).or_else(like) }
}

/// Whether an address is inside the translation of a node: another node's, in a network of an
/// interface that is not the outside one.
fn is_inside(network: Network<'_>, node: NodeId, own: &Owner) -> bool {
    let Some((station, nat)) = translating(network, node) else { return false };
    own.at.node != node && inside_nets(station, nat).any(|net| net.contains(&own.net.addr()))
}

fn translating(network: Network<'_>, node: NodeId) -> Option<(&Station, &Nat)> {
    let station = network.station(node)?;
    Some((station, station.nat.as_deref()?))
}

fn inside_nets<'a>(
    station: &'a Station,
    nat: &'a Nat,
) -> impl Iterator<Item = lanternet_core::IpNet> + 'a {
    let inside = station.interfaces.iter().filter(|own| own.name.value != nat.outside.value);
    inside.flat_map(|own| own.addresses.iter().map(|net| net.value))
}

/// A destination that exists only behind a translation, as seen from a node outside.
pub(super) fn inside_address(
    network: Network<'_>,
    from: NodeId,
    destination: IpAddr,
) -> Option<Diagnosis> {
    let stations = (0..network.lab().nodes.len() as u32).map(NodeId);
    stations.filter(|router| *router != from).find_map(|router| {
        let (station, nat) = translating(network, router)?;
        let behind = |address: IpAddr| inside_nets(station, nat).any(|net| net.contains(&address));
        let asker_inside = network.addresses(from).any(|own| behind(own.net.addr()));
        if asker_inside || !behind(destination) {
            return None;
        }
        Some(hidden(network, router, destination))
    })
}

/// An inside address of a translating node was used from outside.
pub(super) fn hidden(network: Network<'_>, router: NodeId, destination: IpAddr) -> Diagnosis {
    let outside = translating(network, router).and_then(|(station, nat)| {
        let own = station.interfaces.iter().find(|own| own.name.value == nat.outside.value)?;
        own.addresses.first().map(|net| net.addr())
    });
    Diagnosis::InsideAddress { destination, router, outside }
}

/// The packet that a rule forbids, as a rule that allows it would name it.
pub(super) fn passing(case: &Case<'_, '_>, step: &Step<'_>) -> Option<Passing> {
    let translated = step.records.iter().rev().find_map(|record| match &record.event {
        TraceEvent::Nat(NatEvent::Translated { new_source, new_destination, .. }) => {
            Some((new_source.ip(), *new_destination))
        }
        _ => None,
    });
    let frame = step.arrived.map(|(_, frame)| frame);
    let mut passing = frame.and_then(of_frame).or_else(|| own(case, step))?;
    if let Some((source, destination)) = translated {
        passing.from = source;
        passing.to = destination.ip();
        if passing.port.is_some() {
            passing.port = Some(destination.port());
        }
    }
    Some(passing)
}

fn of_frame(frame: &Frame) -> Option<Passing> {
    let layers = Layers::dissect(frame.bytes());
    let (ip, source, destination) = match layers.find(LayerProtocol::Ipv4) {
        Some(ip) => (ip, FieldName::IpSrc, FieldName::IpDst),
        None => (layers.find(LayerProtocol::Ipv6)?, FieldName::Ipv6Src, FieldName::Ipv6Dst),
    };
    let port = |protocol, field| layers.find(protocol)?.number(field);
    let (protocol, port) = match () {
        () if layers.find(LayerProtocol::Tcp).is_some() => {
            ("tcp", port(LayerProtocol::Tcp, FieldName::TcpDstPort))
        }
        () if layers.find(LayerProtocol::Udp).is_some() => {
            ("udp", port(LayerProtocol::Udp, FieldName::UdpDstPort))
        }
        () => ("icmp", None),
    };
    Some(Passing {
        from: ip.address(source)?,
        to: ip.address(destination)?,
        protocol,
        port: port.and_then(|port| u16::try_from(port).ok()),
    })
}

/// What the asking node itself was not allowed to send.
fn own(case: &Case<'_, '_>, step: &Step<'_>) -> Option<Passing> {
    let report = case.journey.report();
    let from = case.network.addresses(step.node).next()?.net.addr();
    let (protocol, port) = match report.service {
        None => ("icmp", None),
        Some(Service { port, transport: Transport::Tcp }) => ("tcp", Some(port)),
        Some(Service { port, transport: Transport::Udp }) => ("udp", Some(port)),
    };
    Some(Passing { from, to: report.address?, protocol, port })
}
