//! Examples of every reason, for tests: a small network, and at least one record of each variant.
//!
//! The lists are made by a macro that also makes a `match` without wildcard of the same patterns, so
//! a new variant does not compile until it has an example.

use std::net::{IpAddr, SocketAddr};

use lanternet_core::trace::{
    FloodCause, IcmpMessage, IcmpSilence, LearnedFrom, NameSource, NeighborState, Protocol,
    ResetCause, RetransmitCause, Route, RouteKind, SegmentDirection, Stream, TcpFlags, TcpSegment,
    TcpState, Unreachable, Unsent,
};
use lanternet_core::{
    DropReason, Duration, Frame, FrameId, Instant, IpNet, LinkId, MacAddr, NodeId, Place, PortId,
    PortRef, QueueLimit, Record, Topology, TraceEvent, VlanId,
};

macro_rules! examples {
    ($type:ty: $($pattern:pat => [$($example:expr),+ $(,)?],)+) => {{
        // Does not compile when a variant is missing.
        let covered = |value: &$type| match value { $($pattern => ()),+ };
        let mut all: Vec<$type> = Vec::new();
        $($(
            let example: $type = $example;
            assert!(matches!(example, $pattern), "an example under the wrong variant: {example:?}");
            covered(&example);
            all.push(example);
        )+)+
        all
    }};
}

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
    all.extend(events().into_iter().map(|event| record(place_of(&event), event)));
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
    use TraceEvent as E;
    match event {
        E::FrameCorrupted { .. }
        | E::FrameDuplicated { .. }
        | E::FrameReordered { .. }
        | E::LinkUp
        | E::LinkDown => link(),
        E::HubRepeated { .. }
        | E::MacLearned { .. }
        | E::MacMoved { .. }
        | E::MacAged { .. }
        | E::MacFlushed { .. }
        | E::MacTableFull { .. }
        | E::SwitchForwarded { .. }
        | E::SwitchFlooded { .. } => Place::Node(SWITCH),
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
        | R::Lost { .. } => link(),
        R::Runt { .. }
        | R::SamePort { .. }
        | R::ReservedAddress { .. }
        | R::SourceIsGroup { .. }
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

pub(crate) fn drops() -> Vec<DropReason> {
    use DropReason as R;
    let (local, remote) = (socket("192.168.20.3:9090"), socket("192.168.10.1:49152"));
    examples! { DropReason:
        R::NoCable => [R::NoCable],
        R::LinkDown => [R::LinkDown],
        R::LinkCut => [R::LinkCut],
        R::NodeDown => [R::NodeDown],
        R::FrameTooLong { .. } => [R::FrameTooLong { payload: 1500, mtu: 1400 }],
        R::QueueFull { .. } => [
            R::QueueFull { frames: 100, bytes: 151_400, limit: QueueLimit::Frames(100) },
            R::QueueFull { frames: 43, bytes: 65_102, limit: QueueLimit::Bytes(65_536) },
        ],
        R::Lost { .. } => [R::Lost { chance: 50_000 }],
        R::Runt { .. } => [R::Runt { len: 9 }],
        R::SamePort { .. } => [
            R::SamePort { vlan: VlanId::DEFAULT, mac: mac(2), port: PortId(0) },
            R::SamePort { vlan: VlanId::new(10).unwrap(), mac: mac(2), port: PortId(0) },
        ],
        R::ReservedAddress { .. } => [R::ReservedAddress { mac: MacAddr([1, 0x80, 0xc2, 0, 0, 0]) }],
        R::SourceIsGroup { .. } => [R::SourceIsGroup { mac: MacAddr([1, 0, 0x5e, 0, 0, 1]) }],
        R::NoOtherPort => [R::NoOtherPort],
        R::NotOurMac { .. } => [R::NotOurMac { mac: mac(2) }],
        R::UnknownEtherType { .. } => [R::UnknownEtherType { ethertype: 0x88cc }],
        R::Malformed { .. } => [R::Malformed { protocol: Protocol::Ip, what: "the header is cut off" }],
        R::ChecksumWrong { .. } => [
            R::ChecksumWrong { protocol: Protocol::Tcp, found: 0xbeef, expected: 0x0012 },
        ],
        R::NoAddress { .. } => [R::NoAddress { interface: PortId(0) }],
        R::NotForUs { .. } => [R::NotForUs { destination: ip("192.168.30.1") }],
        R::MartianSource { .. } => [R::MartianSource { source: ip("127.0.0.1") }],
        R::MartianDestination { .. } => [R::MartianDestination { destination: ip("240.0.0.1") }],
        R::DirectedBroadcast { .. } => [R::DirectedBroadcast { segment: net("192.168.20.0/24") }],
        R::LinkBroadcast => [R::LinkBroadcast],
        R::NotInGroup { .. } => [R::NotInGroup { group: ip("224.0.0.251") }],
        R::TtlExpired { .. } => [R::TtlExpired { ttl: 1 }],
        R::NoRoute { .. } => [R::NoRoute { destination: ip("192.168.30.1") }],
        R::NeighborFailed { .. } => [R::NeighborFailed { address: ip("192.168.10.7") }],
        R::NeighborQueueFull { .. } => [
            R::NeighborQueueFull { address: ip("192.168.10.7"), limit: 3 },
        ],
        R::FragmentationNeeded { .. } => [R::FragmentationNeeded { len: 1500, mtu: 1400 }],
        R::ReassemblyTimeout => [R::ReassemblyTimeout],
        R::BadFragment { .. } => [R::BadFragment { what: "they overlap" }],
        R::UnknownProtocol { .. } => [R::UnknownProtocol { number: 47 }],
        R::IcmpIgnored => [R::IcmpIgnored],
        R::ArpNotForUs { .. } => [R::ArpNotForUs { target: ip("192.168.20.9") }],
        R::NoListener { .. } => [
            R::NoListener { protocol: Protocol::Tcp, local: socket("192.168.20.3:9091") },
            R::NoListener { protocol: Protocol::Udp, local: socket("192.168.20.3:53") },
        ],
        R::BacklogFull { .. } => [
            R::BacklogFull { local, backlog: 1 },
            R::BacklogFull { local, backlog: 2 },
        ],
        R::ReceiveBufferFull { .. } => [R::ReceiveBufferFull { local, limit: 212_992 }],
        R::NotThePeer { .. } => [R::NotThePeer { local, remote }],
        R::UnexpectedSegment { .. } => [R::UnexpectedSegment { local, remote }],
    }
}

fn icmp_messages() -> Vec<IcmpMessage> {
    use IcmpMessage as M;
    let mut all = examples! { IcmpMessage:
        M::EchoRequest { .. } => [M::EchoRequest { ident: 1, seq: 2 }],
        M::EchoReply { .. } => [M::EchoReply { ident: 1, seq: 2 }],
        M::Unreachable(_) => [M::Unreachable(Unreachable::Network)],
        M::TtlExceeded => [M::TtlExceeded],
        M::ReassemblyTimeExceeded => [M::ReassemblyTimeExceeded],
        M::Redirect { .. } => [M::Redirect { gateway: ip("192.168.10.253") }],
        M::ParameterProblem { .. } => [M::ParameterProblem { pointer: 20 }],
        M::Other { .. } => [M::Other { kind: 13, code: 0 }],
    };
    use Unreachable as U;
    let unreachable = examples! { Unreachable:
        U::Network => [U::Network],
        U::Host => [U::Host],
        U::Protocol => [U::Protocol],
        U::Port => [U::Port],
        U::FragmentationNeeded { .. } => [
            U::FragmentationNeeded { mtu: 1400 },
            U::FragmentationNeeded { mtu: 0 },
        ],
        U::Prohibited => [U::Prohibited],
        U::Other { .. } => [U::Other { code: 9 }],
    };
    all.extend(unreachable.into_iter().skip(1).map(M::Unreachable));
    all
}

/// TCP's ways through its states, with the segment that leads from one to the other.
fn tcp_changes() -> Vec<(TcpState, TcpState, Option<TcpSegment>)> {
    use SegmentDirection::{Received, Sent};
    use TcpState::*;
    const SYN: u8 = TcpFlags::SYN;
    const ACK: u8 = TcpFlags::ACK;
    const FIN: u8 = TcpFlags::FIN;
    const RST: u8 = TcpFlags::RST;
    let with = |direction, flags| Some(segment(direction, flags, 0));
    vec![
        (Closed, Listen, None),
        (Closed, SynSent, with(Sent, SYN)),
        (Closed, SynSent, None),
        (Listen, SynReceived, with(Received, SYN)),
        (Closed, SynReceived, with(Sent, SYN | ACK)),
        (SynSent, SynReceived, with(Received, SYN)),
        (SynSent, Established, with(Received, SYN | ACK)),
        (SynReceived, Established, with(Received, ACK)),
        (Established, FinWait1, with(Sent, FIN | ACK)),
        (Established, CloseWait, with(Received, FIN | ACK)),
        (FinWait1, FinWait2, with(Received, ACK)),
        (FinWait1, Closing, with(Received, FIN | ACK)),
        (FinWait1, TimeWait, with(Received, FIN | ACK)),
        (CloseWait, LastAck, with(Sent, FIN | ACK)),
        (FinWait2, TimeWait, with(Received, FIN | ACK)),
        (Closing, TimeWait, with(Received, ACK)),
        (LastAck, Closed, with(Received, ACK)),
        (TimeWait, Closed, None),
        (Listen, Closed, None),
        (SynSent, Closed, with(Received, RST | ACK)),
        (SynSent, Closed, None),
        (Established, Closed, with(Received, RST)),
        (Established, Closed, with(Sent, RST | ACK)),
        (Established, Closed, None),
        (FinWait2, Closed, with(Received, ACK)),
    ]
}

fn states() -> Vec<NeighborState> {
    use NeighborState as N;
    examples! { NeighborState:
        N::Incomplete => [N::Incomplete],
        N::Reachable => [N::Reachable],
        N::Stale => [N::Stale],
        N::Delay => [N::Delay],
        N::Probe => [N::Probe],
        N::Failed => [N::Failed],
        N::Permanent => [N::Permanent],
    }
}

fn silences() -> Vec<IcmpSilence> {
    use IcmpSilence as S;
    examples! { IcmpSilence:
        S::AboutIcmpError => [S::AboutIcmpError],
        S::AboutGroup => [S::AboutGroup],
        S::AboutLinkBroadcast => [S::AboutLinkBroadcast],
        S::AboutLaterFragment => [S::AboutLaterFragment],
        S::SourceNotUnicast => [S::SourceNotUnicast],
        S::RateLimited => [S::RateLimited],
        S::NoRouteBack => [S::NoRouteBack],
    }
}

fn unsent() -> Vec<Unsent> {
    use Unsent as U;
    examples! { Unsent:
        U::NetworkUnreachable => [U::NetworkUnreachable],
        U::HostUnreachable => [U::HostUnreachable],
        U::MessageTooLong => [U::MessageTooLong],
        U::BroadcastForbidden => [U::BroadcastForbidden],
        U::AddressNotAvailable => [U::AddressNotAvailable],
        U::NetworkDown => [U::NetworkDown],
        U::NoBuffers => [U::NoBuffers],
    }
}

fn reset_causes() -> Vec<ResetCause> {
    use ResetCause as C;
    examples! { ResetCause:
        C::NoListener => [C::NoListener],
        C::Aborted => [C::Aborted],
        C::Unacceptable => [C::Unacceptable],
    }
}

fn retransmit_causes() -> Vec<RetransmitCause> {
    use RetransmitCause as C;
    examples! { RetransmitCause:
        C::Timeout => [C::Timeout],
        C::DuplicateAcks => [C::DuplicateAcks],
    }
}

fn learned_from() -> Vec<LearnedFrom> {
    use LearnedFrom as L;
    examples! { LearnedFrom:
        L::Reply => [L::Reply],
        L::Request => [L::Request],
        L::Announcement => [L::Announcement],
    }
}

fn routes() -> Vec<Route> {
    let kinds = examples! { RouteKind:
        RouteKind::Local => [RouteKind::Local],
        RouteKind::Connected => [RouteKind::Connected],
        RouteKind::Static => [RouteKind::Static],
        RouteKind::Redirect => [RouteKind::Redirect],
    };
    kinds
        .into_iter()
        .map(|kind| match kind {
            RouteKind::Local => route("127.0.0.0/8", None, kind),
            RouteKind::Connected => route("192.168.10.0/24", None, kind),
            RouteKind::Static => route("192.168.0.0/16", Some("192.168.10.253"), kind),
            RouteKind::Redirect => route("192.168.20.3/32", Some("192.168.10.253"), kind),
        })
        .collect()
}

fn floods() -> Vec<(FloodCause, MacAddr)> {
    use FloodCause as F;
    let causes = examples! { FloodCause:
        F::UnknownUnicast => [F::UnknownUnicast],
        F::Broadcast => [F::Broadcast],
        F::Multicast => [F::Multicast],
    };
    let mac_for = |cause| match cause {
        F::UnknownUnicast => mac(2),
        F::Broadcast => MacAddr::BROADCAST,
        F::Multicast => MacAddr([1, 0, 0x5e, 0, 0, 0xfb]),
    };
    causes.into_iter().map(|cause| (cause, mac_for(cause))).collect()
}

fn names() -> Vec<(NameSource, &'static str)> {
    use NameSource as S;
    let sources = examples! { NameSource:
        S::Literal => [S::Literal],
        S::Hosts => [S::Hosts],
        S::Lab => [S::Lab],
    };
    let name_for = |source| match source {
        S::Literal => "192.168.20.3",
        S::Hosts => "mail.example",
        S::Lab => "b3",
    };
    sources.into_iter().map(|source| (source, name_for(source))).collect()
}

/// The variants, and under each of them every variant of what it holds.
pub(crate) fn events() -> Vec<TraceEvent> {
    use SegmentDirection::{Received, Sent};
    use TraceEvent as E;
    let interface = PortId(0);
    let (local, remote) = (socket("192.168.10.1:49152"), socket("192.168.20.3:9090"));
    let vlan = VlanId::DEFAULT;
    let ten = VlanId::new(10).unwrap();
    let address = ip("192.168.10.254");
    let data = |direction| segment(direction, TcpFlags::PSH | TcpFlags::ACK, 1460);
    let default_route = route("0.0.0.0/0", Some("192.168.10.254"), RouteKind::Static);
    let ports: Box<[PortId]> = [PortId(0), PortId(1), PortId(3)].into();
    let arp = arp_request();

    let mut all = examples! { TraceEvent:
        E::FrameSent { .. } => [
            E::FrameSent { port: PortId(0), frame: arp.clone() },
            E::FrameSent { port: PortId(0), frame: caused(&arp, FrameId::new(ROUTER, 2)) },
            E::FrameSent { port: PortId(3), frame: arp.clone() },
        ],
        E::FrameArrived { .. } => [E::FrameArrived { port: PortId(0), frame: arp.clone() }],
        E::Dropped { .. } => [E::Dropped { port: Some(PortId(0)), reason: DropReason::IcmpIgnored }],
        E::FrameCorrupted { .. } => [E::FrameCorrupted { bit: 113, chance: 1_000 }],
        E::FrameDuplicated { .. } => [E::FrameDuplicated { chance: 10_000 }],
        E::FrameReordered { .. } => [
            E::FrameReordered { by: Duration::from_millis(20), chance: 250_000 },
        ],
        E::LinkUp => [E::LinkUp],
        E::LinkDown => [E::LinkDown],
        E::NodeCrashed => [E::NodeCrashed],
        E::NodeRestarted => [E::NodeRestarted],

        E::HubRepeated { .. } => [
            E::HubRepeated { ports: ports.clone() },
            E::HubRepeated { ports: [PortId(1)].into() },
            E::HubRepeated { ports: [].into() },
        ],
        E::MacLearned { .. } => [
            E::MacLearned { vlan, mac: mac(1), port: PortId(2) },
            E::MacLearned { vlan: ten, mac: mac(1), port: PortId(2) },
        ],
        E::MacMoved { .. } => [
            E::MacMoved { vlan, mac: mac(1), from: PortId(2), to: PortId(3) },
            E::MacMoved { vlan: ten, mac: mac(1), from: PortId(2), to: PortId(3) },
        ],
        E::MacAged { .. } => [
            E::MacAged { vlan, mac: mac(1), port: PortId(2), age: Duration::from_secs(300) },
            E::MacAged { vlan: ten, mac: mac(1), port: PortId(2), age: Duration::from_secs(300) },
        ],
        E::MacFlushed { .. } => [
            E::MacFlushed { port: PortId(2), rows: 0 },
            E::MacFlushed { port: PortId(2), rows: 1 },
            E::MacFlushed { port: PortId(2), rows: 5 },
        ],
        E::MacTableFull { .. } => [
            E::MacTableFull { vlan, mac: mac(1), limit: 8192 },
            E::MacTableFull { vlan: ten, mac: mac(1), limit: 8192 },
        ],
        E::SwitchForwarded { .. } => [
            E::SwitchForwarded { vlan, mac: mac(2), port: PortId(1) },
            E::SwitchForwarded { vlan: ten, mac: mac(2), port: PortId(1) },
        ],
        E::SwitchFlooded { .. } => [
            E::SwitchFlooded {
                vlan: ten,
                mac: mac(2),
                why: FloodCause::UnknownUnicast,
                ports: [PortId(1)].into(),
            },
        ],

        E::NeighborHit { .. } => [
            E::NeighborHit { interface, address, mac: mac(9), state: NeighborState::Reachable },
        ],
        E::NeighborAsked { .. } => [
            E::NeighborAsked { interface, address, attempt: 1, unicast: None },
            E::NeighborAsked { interface, address, attempt: 2, unicast: Some(mac(9)) },
        ],
        E::PacketHeld { .. } => [
            E::PacketHeld { address, waiting: 1 },
            E::PacketHeld { address, waiting: 3 },
        ],
        E::PacketReleased { .. } => [
            E::PacketReleased { address, mac: mac(9), waited: Duration::from_micros(4_012) },
        ],
        E::NeighborLearned { .. } => [
            E::NeighborLearned { interface, address, mac: mac(9), from: LearnedFrom::Reply },
        ],
        E::NeighborChanged { .. } => [
            E::NeighborChanged {
                interface,
                address,
                old: mac(9),
                mac: mac(8),
                from: LearnedFrom::Announcement,
            },
        ],
        E::NeighborStateChanged { .. } => [
            E::NeighborStateChanged {
                interface,
                address,
                from: NeighborState::Reachable,
                to: NeighborState::Stale,
            },
        ],
        E::NeighborUnresolved { .. } => [
            E::NeighborUnresolved { interface, address, attempts: 1, dropped: 0 },
            E::NeighborUnresolved { interface, address, attempts: 3, dropped: 1 },
            E::NeighborUnresolved { interface, address, attempts: 3, dropped: 4 },
        ],
        E::ArpAnswered { .. } => [
            E::ArpAnswered { interface, asker: address, address: ip("192.168.10.1"), mac: mac(1) },
        ],
        E::AddressAnnounced { .. } => [
            E::AddressAnnounced { interface, address: ip("192.168.10.1") },
        ],
        E::AddressProbed { .. } => [
            E::AddressProbed { interface, address: ip("192.168.10.1"), attempt: 1 },
        ],
        E::AddressConflict { .. } => [
            E::AddressConflict {
                interface,
                address: ip("192.168.10.1"),
                ours: mac(1),
                theirs: mac(7),
            },
        ],
        E::AddressDefended { .. } => [
            E::AddressDefended { interface, address: ip("192.168.10.1") },
        ],
        E::AddressAbandoned { .. } => [
            E::AddressAbandoned { interface, address: ip("192.168.10.1"), theirs: mac(7) },
        ],

        E::SameSegment { .. } => [
            E::SameSegment { destination: ip("192.168.10.2"), address: net("192.168.10.1/24") },
            E::SameSegment { destination: ip("fd00::2"), address: net("fd00::1/64") },
        ],
        E::OtherSegment { .. } => [
            E::OtherSegment {
                destination: ip("192.168.20.3"),
                address: net("192.168.10.1/24"),
                gateway: Some(address),
            },
            E::OtherSegment {
                destination: ip("192.168.20.3"),
                address: net("192.168.10.1/24"),
                gateway: None,
            },
        ],
        E::RouteChosen { .. } => [
            E::RouteChosen {
                destination: ip("192.168.20.3"),
                route: default_route.clone(),
                beaten: [].into(),
            },
        ],
        E::PacketForUs { .. } => [
            E::PacketForUs {
                interface,
                source: ip("192.168.20.3"),
                destination: ip("192.168.10.1"),
                protocol: 6,
            },
            E::PacketForUs {
                interface,
                source: ip("192.168.20.3"),
                destination: ip("192.168.10.1"),
                protocol: 47,
            },
        ],
        E::LoopedBack { .. } => [E::LoopedBack { destination: ip("127.0.0.1") }],
        E::PacketForwarded { .. } => [
            E::PacketForwarded {
                destination: ip("192.168.20.3"),
                interface: PortId(1),
                next_hop: ip("10.0.0.2"),
                ttl_from: 64,
                ttl_to: 63,
            },
            E::PacketForwarded {
                destination: ip("192.168.20.3"),
                interface: PortId(1),
                next_hop: ip("192.168.20.3"),
                ttl_from: 64,
                ttl_to: 63,
            },
        ],
        E::Fragmented { .. } => [E::Fragmented { len: 3028, mtu: 1500, fragments: 3 }],
        E::FragmentHeld { .. } => [E::FragmentHeld { ident: 7, offset: 1480, len: 1480 }],
        E::Reassembled { .. } => [E::Reassembled { ident: 7, fragments: 3, len: 3028 }],
        E::PathMtuLearned { .. } => [
            E::PathMtuLearned { destination: ip("192.168.20.3"), mtu: 1400, from: address },
        ],
        E::SendFailed { .. } => [
            E::SendFailed { destination: ip("192.168.20.3"), why: Unsent::NetworkUnreachable },
        ],

        E::IcmpSent { .. } => [
            E::IcmpSent { to: ip("192.168.10.1"), message: IcmpMessage::TtlExceeded },
        ],
        E::IcmpSuppressed { .. } => [
            E::IcmpSuppressed {
                to: ip("192.168.10.1"),
                message: IcmpMessage::Unreachable(Unreachable::Port),
                why: IcmpSilence::AboutIcmpError,
            },
        ],
        E::IcmpReceived { .. } => [
            E::IcmpReceived { from: address, message: IcmpMessage::TtlExceeded },
        ],

        E::Listening { .. } => [
            E::Listening { protocol: Protocol::Tcp, local: remote, backlog: Some(128) },
            E::Listening { protocol: Protocol::Tcp, local: remote, backlog: None },
            E::Listening { protocol: Protocol::Udp, local: remote, backlog: None },
            E::Listening { protocol: Protocol::Icmp, local: remote, backlog: None },
        ],
        E::DatagramDelivered { .. } => [
            E::DatagramDelivered { local, remote, len: 5 },
            E::DatagramDelivered { local, remote, len: 0 },
        ],
        E::TcpStateChanged { .. } => [
            E::TcpStateChanged {
                local,
                remote,
                from: TcpState::Closed,
                to: TcpState::SynSent,
                segment: Some(segment(Sent, TcpFlags::SYN, 0)),
            },
        ],
        E::TcpDelivered { .. } => [
            E::TcpDelivered { local, remote, len: 1 },
            E::TcpDelivered { local, remote, len: 1460 },
        ],
        E::TcpRetransmitted { .. } => [
            E::TcpRetransmitted { local, remote, segment: data(Sent), why: RetransmitCause::Timeout },
        ],
        E::TcpOutOfOrder { .. } => [
            E::TcpOutOfOrder { local, remote, segment: data(Received) },
        ],
        E::TcpDuplicate { .. } => [E::TcpDuplicate { local, remote, segment: data(Received) }],
        E::TcpQueued { .. } => [
            E::TcpQueued { local: remote, remote: local, queued: 1, backlog: 128 },
        ],
        E::TcpAccepted { .. } => [
            E::TcpAccepted { local: remote, remote: local, queued: 0 },
            E::TcpAccepted { local: remote, remote: local, queued: 1 },
            E::TcpAccepted { local: remote, remote: local, queued: 2 },
        ],
        E::TcpResetSent { .. } => [
            E::TcpResetSent { local: remote, remote: local, why: ResetCause::NoListener },
        ],

        E::ProgramStarted { .. } => [
            E::ProgramStarted {
                program: "upper".into(),
                command: "connect upper b3:9090 --say hello".into(),
            },
        ],
        E::ProgramWrote { .. } => [
            E::ProgramWrote { program: "upper".into(), stream: Stream::Stdout, line: "HELLO".into() },
            E::ProgramWrote {
                program: "upper".into(),
                stream: Stream::Stderr,
                line: "connection refused".into(),
            },
        ],
        E::ProgramEnded { .. } => [E::ProgramEnded { program: "upper".into(), code: 0 }],
        E::NameResolved { .. } => [
            E::NameResolved {
                name: "r1".into(),
                addresses: [address, ip("192.168.20.254")].into(),
                source: NameSource::Lab,
            },
        ],
        E::NameUnknown { .. } => [E::NameUnknown { name: "b33".into() }],
    };

    all.extend(floods().into_iter().map(|(why, mac)| E::SwitchFlooded {
        vlan,
        mac,
        why,
        ports: ports.clone(),
    }));
    all.extend(learned_from().into_iter().map(|from| E::NeighborLearned {
        interface,
        address,
        mac: mac(9),
        from,
    }));
    all.extend(states().into_iter().map(|to| E::NeighborStateChanged {
        interface,
        address,
        from: NeighborState::Incomplete,
        to,
    }));
    all.extend(routes().into_iter().map(|route| E::RouteChosen {
        destination: ip("192.168.20.3"),
        route,
        beaten: [default_route.clone(), default_route.clone()].into(),
    }));
    let destination = ip("192.168.20.3");
    all.extend(unsent().into_iter().map(|why| E::SendFailed { destination, why }));
    let to = ip("192.168.10.1");
    all.extend(icmp_messages().into_iter().map(|message| E::IcmpSent { to, message }));
    all.extend(silences().into_iter().map(|why| E::IcmpSuppressed {
        to,
        message: IcmpMessage::Unreachable(Unreachable::Port),
        why,
    }));
    all.extend(tcp_changes().into_iter().map(|(from, to, segment)| E::TcpStateChanged {
        local,
        remote,
        from,
        to,
        segment,
    }));
    all.extend(retransmit_causes().into_iter().map(|why| E::TcpRetransmitted {
        local,
        remote,
        segment: data(Sent),
        why,
    }));
    all.extend(
        reset_causes().into_iter().map(|why| E::TcpResetSent { local: remote, remote: local, why }),
    );
    all.extend(names().into_iter().map(|(source, name)| E::NameResolved {
        name: name.into(),
        addresses: [ip("192.168.20.3")].into(),
        source,
    }));
    all
}
