//! Every event.

use lanternet_core::trace::{
    FloodCause, IcmpMessage, IcmpSilence, LearnedFrom, NameSource, NeighborState, Protocol,
    ResetCause, RetransmitCause, RouteKind, SegmentDirection, Stream, TcpFlags, TcpState,
    Unreachable, Unsent,
};
use lanternet_core::{DropReason, Duration, FrameId, PortId, TraceEvent, VlanId};

use super::facts::{
    floods, icmp_messages, learned_from, names, reset_causes, retransmit_causes, routes, silences,
    states, tcp_changes, unsent,
};
use super::{ROUTER, arp_request, caused, ip, mac, net, route, segment, socket};

/// The variants, and under each of them every variant of what it holds.
pub(super) fn events() -> Vec<TraceEvent> {
    use SegmentDirection::{Received, Sent};
    use TraceEvent as E;
    let interface = PortId(0);
    let near = ip("fe80::ff:fe00:9");
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
            E::NeighborAsked { interface, address: near, attempt: 1, unicast: None },
            E::NeighborAsked { interface, address: near, attempt: 1, unicast: Some(mac(9)) },
        ],
        E::PacketHeld { .. } => [
            E::PacketHeld { address, waiting: 1 },
            E::PacketHeld { address, waiting: 3 },
            E::PacketHeld { address: near, waiting: 1 },
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
            E::AddressAnnounced { interface, address: near },
        ],
        E::AddressProbed { .. } => [
            E::AddressProbed { interface, address: ip("192.168.10.1"), attempt: 1 },
            E::AddressProbed { interface, address: near, attempt: 1 },
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
            E::AddressAbandoned { interface, address: near, theirs: mac(7) },
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
                destination: ip("2001:db8:2::3"),
                interface: PortId(1),
                next_hop: near,
                ttl_from: 64,
                ttl_to: 63,
            },
            E::PacketForwarded {
                destination: ip("2001:db8:2::3"),
                interface: PortId(1),
                next_hop: ip("2001:db8:2::3"),
                ttl_from: 64,
                ttl_to: 63,
            },
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
            E::ProgramStarted { program: "upper".into(), command: "".into() },
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

        // Each has a file of its own.
        E::Fault(_) => [],
        E::Vlan(_) => [],
        E::Stp(_) => [],
        E::Multicast(_) => [],
        E::Dhcp(_) => [],
        E::Nat(_) => [],
        E::Firewall(_) => [],
        E::Dns(_) => [],
        E::Ipv6(_) => [],
    };

    all.extend(floods().into_iter().map(|(why, mac)| E::SwitchFlooded {
        vlan,
        mac,
        why,
        ports: ports.clone(),
    }));
    for address in [address, near] {
        all.extend(learned_from().into_iter().map(|from| E::NeighborLearned {
            interface,
            address,
            mac: mac(9),
            from,
        }));
    }
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
    for to in [to, near] {
        all.extend(icmp_messages().into_iter().map(|message| E::IcmpSent { to, message }));
    }
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
    all.extend(reset_causes().into_iter().map(|why| E::TcpResetSent {
        local: remote,
        remote: local,
        why,
    }));
    all.extend(names().into_iter().map(|(source, name)| E::NameResolved {
        name: name.into(),
        addresses: [ip("192.168.20.3")].into(),
        source,
    }));
    all
}
