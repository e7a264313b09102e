//! Every reason to drop.

use lanternet_core::trace::{PortRole, PortState, Protocol};
use lanternet_core::{DropReason, MacAddr, PortId, QueueLimit, VlanId};

use super::{A1, B3, firewall, ip, mac, nat, net, socket};

pub(super) fn drops() -> Vec<DropReason> {
    use DropReason as R;
    let (port, vlan, tag) = (PortId(0), VlanId::new(10).unwrap(), VlanId::new(20).unwrap());
    let (local, remote) = (socket("192.168.20.3:9090"), socket("192.168.10.1:49152"));
    let mut all = examples! { DropReason:
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
        R::Partitioned { .. } => [R::Partitioned { from_node: A1, to_node: B3 }],
        R::Runt { .. } => [R::Runt { len: 9 }],
        R::SamePort { .. } => [
            R::SamePort { vlan: VlanId::DEFAULT, mac: mac(2), port: PortId(0) },
            R::SamePort { vlan: VlanId::new(10).unwrap(), mac: mac(2), port: PortId(0) },
        ],
        R::ReservedAddress { .. } => [R::ReservedAddress { mac: MacAddr([1, 0x80, 0xc2, 0, 0, 0]) }],
        R::PortNotForwarding { .. } => [
            R::PortNotForwarding {
                port: PortId(1),
                role: PortRole::Alternate,
                state: PortState::Discarding,
            },
            R::PortNotForwarding {
                port: PortId(1),
                role: PortRole::Designated,
                state: PortState::Learning,
            },
        ],
        R::GroupMessageIgnored => [R::GroupMessageIgnored],
        R::NoMembers { .. } => [R::NoMembers { vlan: VlanId::DEFAULT, group: ip("239.1.2.3") }],
        R::OwnBpdu { .. } => [R::OwnBpdu { port: PortId(1) }],
        R::SourceIsGroup { .. } => [R::SourceIsGroup { mac: MacAddr([1, 0, 0x5e, 0, 0, 1]) }],
        R::NoOtherPort => [R::NoOtherPort],
        R::NotOurMac { .. } => [
            R::NotOurMac { mac: mac(2) },
            R::NotOurMac { mac: MacAddr([0x33, 0x33, 0, 0, 0, 0x16]) },
        ],
        R::UnknownEtherType { .. } => [R::UnknownEtherType { ethertype: 0x88cc }],
        R::Malformed { .. } => [R::Malformed { protocol: Protocol::Ip, what: "too short" }],
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
        R::BadFragment { .. } => [R::BadFragment { what: "overlapping fragments" }],
        R::UnknownProtocol { .. } => [R::UnknownProtocol { number: 47 }],
        R::IcmpIgnored => [R::IcmpIgnored],
        R::ArpNotForUs { .. } => [R::ArpNotForUs { target: ip("192.168.20.9") }],
        R::Ipv6Off { .. } => [R::Ipv6Off { interface: PortId(0) }],
        R::AddressTentative { .. } => [R::AddressTentative { address: ip("2001:db8::1") }],
        R::SolicitationNotForUs { .. } => [R::SolicitationNotForUs { target: ip("fe80::9") }],
        R::AdvertisementUnasked { .. } => [R::AdvertisementUnasked { address: ip("fe80::9") }],
        R::DiscoveryFromAfar { .. } => [R::DiscoveryFromAfar { hop_limit: 254 }],
        R::RouterUnheeded { .. } => [R::RouterUnheeded { router: ip("fe80::1") }],
        R::NotAdvertising { .. } => [R::NotAdvertising { interface: PortId(0) }],
        R::OwnQuestion { .. } => [R::OwnQuestion { target: ip("2001:db8::1") }],
        R::RedirectUnheeded { .. } => [R::RedirectUnheeded { from: ip("fe80::9") }],
        R::LinkLocalStays { .. } => [
            R::LinkLocalStays { source: ip("fe80::9"), destination: ip("2001:db8:2::3") },
        ],
        R::PacketTooBig { .. } => [R::PacketTooBig { len: 1500, mtu: 1400 }],
        R::ExtensionHeader { .. } => [R::ExtensionHeader { what: "a routing header" }],
        R::NoNextHeader => [R::NoNextHeader],
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
        // The feature's own lists have them.
        R::NatNoMapping { .. }
            | R::NatFiltered { .. }
            | R::NatInsideFromOutside { .. }
            | R::NatNoFlow { .. }
            | R::NatUnrelatedError
            | R::NatPortsExhausted { .. }
            | R::NatHostLimit { .. }
            | R::NatNoOutsideAddress { .. }
            | R::NatUnknownProtocol { .. }
            | R::NatNoHairpin { .. }
            | R::FlowClash
            | R::FlowTableFull { .. }
            | R::FirewallDenied { .. }
            | R::FirewallPolicy { .. } => [],
        R::TaggedOnAccessPort { .. } => [R::TaggedOnAccessPort { port, tag, vlan }],
        R::VlanNotAllowed { .. } => [R::VlanNotAllowed { port, vlan }],
        R::NoNativeVlan { .. } => [R::NoNativeVlan { port }],
        R::ReservedVlan { .. } => [R::ReservedVlan { port, number: 4095 }],
        R::NoOtherPortInVlan { .. } => [R::NoOtherPortInVlan { vlan }],
        R::NoInterfaceForVlan { .. } => [R::NoInterfaceForVlan { port, vlan }],
        R::DhcpOtherClient { .. } => [R::DhcpOtherClient { mac: mac(2) }],
        R::DhcpUnexpected => [R::DhcpUnexpected],
        R::DhcpNotHere { .. } => [R::DhcpNotHere { interface: port }],
        R::DhcpTooManyHops { .. } => [R::DhcpTooManyHops { hops: 16 }],
        R::DhcpUnknownRelay { .. } => [
            R::DhcpUnknownRelay { relay: std::net::Ipv4Addr::new(192, 168, 10, 254) },
        ],
    };
    all.extend(nat::drops());
    all.extend(firewall::drops());
    all
}
