//! Examples of every reason, for tests: a small network, and at least one record of each variant.
//!
//! The lists are made by a macro that also makes a `match` without wildcard of the same patterns, so
//! a new variant does not compile until it has an example.

use std::net::{IpAddr, SocketAddr};

use lanternet_core::trace::{
    FaultEvent, MulticastEvent, Route, RouteKind, SegmentDirection, TcpFlags, TcpSegment,
};
use lanternet_core::{
    DropReason, Frame, FrameId, Instant, IpNet, LinkId, MacAddr, NodeId, Place, PortId, PortRef,
    Record, Topology, TraceEvent,
};

macro_rules! examples {
    ($type:ty: $($pattern:pat => [$($example:expr),* $(,)?],)+) => {{
        // Does not compile when a variant is missing.
        let covered = |value: &$type| match value { $($pattern => ()),+ };
        let mut all: Vec<$type> = Vec::new();
        $($(
            let example: $type = $example;
            assert!(matches!(example, $pattern), "an example under the wrong variant: {example:?}");
            covered(&example);
            all.push(example);
        )*)+
        all
    }};
}

mod dhcp;
mod dns;
mod drops;
mod events;
mod facts;
mod fault;
mod firewall;
mod ipv6;
mod multicast;
mod nat;
mod stp;
mod vlan;

use self::drops::drops;
use self::events::events;

pub(crate) const A1: NodeId = NodeId(0);
pub(crate) const SWITCH: NodeId = NodeId(1);
pub(crate) const ROUTER: NodeId = NodeId(2);
pub(crate) const B3: NodeId = NodeId(3);

/// `a1 — sw-a — r1 — b3`; ports 3 and 4 of the switch are free.
pub(crate) fn topology() -> Topology {
    let mut topology = Topology::default();
    for (node, ports) in [
        ("a1", &["eth0"][..]),
        ("sw-a", &["1", "2", "3", "4"]),
        ("r1", &["eth0", "eth1"]),
        ("b3", &["eth0"]),
    ] {
        let node = topology.add_node(node);
        for port in ports {
            topology.add_port(node, port);
        }
    }
    for (a, b) in [((A1, 0), (SWITCH, 0)), ((SWITCH, 1), (ROUTER, 0)), ((ROUTER, 1), (B3, 0))] {
        topology.add_link([a, b].map(|(node, port)| PortRef::new(node, PortId(port))));
    }
    topology
}

pub(crate) fn mac(last: u8) -> MacAddr {
    MacAddr([2, 0, 0, 0, 0, last])
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

pub(crate) fn socket(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

pub(crate) fn segment(direction: SegmentDirection, flags: u8, len: u32) -> TcpSegment {
    TcpSegment { direction, flags: TcpFlags(flags), seq: 1000, ack: 3001, len }
}

pub(crate) fn record(place: Place, event: TraceEvent) -> Record {
    let at = Instant::from_nanos(1_000_250_000);
    Record { at, place, frame: Some(FrameId::new(A1, 3)), event }
}

/// At least one record of every variant, each at a place where it happens.
pub(crate) fn records() -> Vec<Record> {
    let mut all = Vec::new();
    let fault = fault::events().into_iter().map(TraceEvent::Fault);
    let vlan = vlan::events().into_iter().map(TraceEvent::Vlan);
    let stp = stp::events().into_iter().map(TraceEvent::Stp);
    let multicast = multicast::events().into_iter().map(TraceEvent::Multicast);
    let dhcp = dhcp::events().into_iter().map(TraceEvent::Dhcp);
    let nat = nat::events().into_iter().map(TraceEvent::Nat);
    let firewall = firewall::events().into_iter().map(TraceEvent::Firewall);
    let dns = dns::events().into_iter().map(TraceEvent::Dns);
    let ipv6 = ipv6::events().into_iter().map(TraceEvent::Ipv6);
    all.extend(
        events()
            .into_iter()
            .chain(fault)
            .chain(vlan)
            .chain(stp)
            .chain(multicast)
            .chain(dhcp)
            .chain(nat)
            .chain(firewall)
            .chain(dns)
            .chain(ipv6)
            .map(|event| record(place_of(&event), event)),
    );
    all.extend(drops().into_iter().map(|reason| {
        let place = place_of_drop(&reason);
        let port = (place == Place::Node(SWITCH)).then_some(PortId(0));
        record(place, TraceEvent::Dropped { port, reason })
    }));
    all.push(Record {
        frame: None,
        ..record(
            Place::Node(A1),
            TraceEvent::Dropped { port: None, reason: DropReason::ReassemblyTimeout },
        )
    });
    all
}

fn link() -> Place {
    Place::Link { link: LinkId(0), from: PortRef::new(A1, PortId(0)) }
}

fn place_of(event: &TraceEvent) -> Place {
    use FaultEvent as F;
    use MulticastEvent as M;
    use TraceEvent as E;
    match event {
        E::FrameCorrupted { .. }
        | E::FrameDuplicated { .. }
        | E::FrameReordered { .. }
        | E::LinkUp
        | E::LinkDown
        | E::Fault(
            F::LinkHeld
            | F::LinkReleased { .. }
            | F::FrameHeld
            | F::FrameReleased { .. }
            | F::LinkChanged { .. },
        ) => link(),
        E::HubRepeated { .. }
        | E::MacLearned { .. }
        | E::MacMoved { .. }
        | E::MacAged { .. }
        | E::MacFlushed { .. }
        | E::MacTableFull { .. }
        | E::Vlan(_)
        | E::SwitchForwarded { .. }
        | E::SwitchFlooded { .. }
        | E::Stp(_) => Place::Node(SWITCH),
        E::Multicast(event) => match event {
            M::MemberLearned { .. }
            | M::MemberRefreshed { .. }
            | M::MemberLeaving { .. }
            | M::MemberExpired { .. }
            | M::RouterPortLearned { .. }
            | M::RouterPortExpired { .. }
            | M::QuerySent { port: None, .. } => Place::Node(SWITCH),
            M::QuerySent { .. } | M::QuerierYielded { .. } | M::QuerierResumed { .. } => {
                Place::Node(ROUTER)
            }
            _ => Place::Node(A1),
        },
        E::FrameSent { port: PortId(3), .. } | E::FrameArrived { .. } => Place::Node(SWITCH),
        E::PacketForwarded { .. }
        | E::Fragmented { .. }
        | E::RouteChosen { .. }
        | E::IcmpSent { .. }
        | E::IcmpSuppressed { .. } => Place::Node(ROUTER),
        E::Listening { .. } | E::TcpQueued { .. } | E::TcpAccepted { .. } => Place::Node(B3),
        _ => Place::Node(A1),
    }
}

fn place_of_drop(reason: &DropReason) -> Place {
    use DropReason as R;
    match reason {
        R::LinkDown
        | R::LinkCut
        | R::FrameTooLong { .. }
        | R::QueueFull { .. }
        | R::Partitioned { .. }
        | R::Lost { .. } => link(),
        R::Runt { .. }
        | R::SamePort { .. }
        | R::ReservedAddress { .. }
        | R::SourceIsGroup { .. }
        | R::PortNotForwarding { .. }
        | R::NoMembers { .. }
        | R::OwnBpdu { .. }
        | R::TaggedOnAccessPort { .. }
        | R::VlanNotAllowed { .. }
        | R::NoNativeVlan { .. }
        | R::ReservedVlan { .. }
        | R::NoOtherPortInVlan { .. }
        | R::NoOtherPort => Place::Node(SWITCH),
        R::TtlExpired { .. }
        | R::NoRoute { .. }
        | R::MartianDestination { .. }
        | R::DirectedBroadcast { .. }
        | R::LinkBroadcast
        | R::FragmentationNeeded { .. } => Place::Node(ROUTER),
        _ => Place::Node(B3),
    }
}

/// An ARP request of a1 for its gateway.
pub(crate) fn arp_request() -> Frame {
    let mut bytes = vec![0xff; 6];
    bytes.extend([2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1]);
    bytes.extend([192, 168, 10, 1, 0, 0, 0, 0, 0, 0, 192, 168, 10, 254]);
    Frame::new(FrameId::new(A1, 3), None, bytes)
}

fn caused(frame: &Frame, cause: FrameId) -> Frame {
    Frame::new(frame.id(), Some(cause), frame.bytes().to_vec())
}

fn route(destination: &str, via: Option<&str>, kind: RouteKind) -> Route {
    Route { destination: net(destination), via: via.map(ip), interface: PortId(0), kind }
}
