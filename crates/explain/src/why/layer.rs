//! Which layer an event belongs to.

use lanternet_core::TraceEvent;
use lanternet_core::trace::{DropReason, Protocol, Unsent};

/// A layer, as textbooks count them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// 1: cables.
    Physical,
    /// 2: frames, hardware addresses, switches, ARP.
    Link,
    /// 3: IP, routes, ICMP.
    Network,
    /// 4: TCP and UDP.
    Transport,
    /// 7: programs.
    Application,
}

impl Layer {
    /// The layer's number in the OSI model.
    pub const fn number(self) -> u8 {
        match self {
            Self::Physical => 1,
            Self::Link => 2,
            Self::Network => 3,
            Self::Transport => 4,
            Self::Application => 7,
        }
    }

    /// The layer that an event belongs to. ARP counts as layer 2 (RFC 1122 section 2.3.2), ICMP as
    /// layer 3 (RFC 792).
    pub const fn of(event: &TraceEvent) -> Self {
        use TraceEvent as E;
        match event {
            E::FrameSent { .. }
            | E::FrameArrived { .. }
            | E::FrameCorrupted { .. }
            | E::FrameDuplicated { .. }
            | E::FrameReordered { .. }
            | E::LinkUp
            | E::LinkDown
            | E::NodeCrashed
            | E::NodeRestarted
            | E::Fault(_)
            | E::HubRepeated { .. } => Self::Physical,
            E::MacLearned { .. }
            | E::MacMoved { .. }
            | E::MacAged { .. }
            | E::MacFlushed { .. }
            | E::MacTableFull { .. }
            | E::SwitchForwarded { .. }
            | E::SwitchFlooded { .. }
            | E::NeighborHit { .. }
            | E::NeighborAsked { .. }
            | E::PacketHeld { .. }
            | E::PacketReleased { .. }
            | E::NeighborLearned { .. }
            | E::NeighborChanged { .. }
            | E::NeighborStateChanged { .. }
            | E::NeighborUnresolved { .. }
            | E::ArpAnswered { .. }
            | E::AddressAnnounced { .. }
            | E::AddressProbed { .. }
            | E::AddressConflict { .. }
            | E::AddressDefended { .. }
            | E::AddressAbandoned { .. }
            | E::Vlan(_)
            | E::Stp(_)
            | E::Multicast(_) => Self::Link,
            E::SameSegment { .. }
            | E::OtherSegment { .. }
            | E::RouteChosen { .. }
            | E::PacketForUs { .. }
            | E::LoopedBack { .. }
            | E::PacketForwarded { .. }
            | E::Fragmented { .. }
            | E::FragmentHeld { .. }
            | E::Reassembled { .. }
            | E::PathMtuLearned { .. }
            | E::IcmpSent { .. }
            | E::IcmpSuppressed { .. }
            | E::IcmpReceived { .. }
            | E::Ipv6(_)
            | E::Nat(_)
            | E::Firewall(_) => Self::Network,
            E::Listening { .. }
            | E::DatagramDelivered { .. }
            | E::TcpStateChanged { .. }
            | E::TcpDelivered { .. }
            | E::TcpRetransmitted { .. }
            | E::TcpOutOfOrder { .. }
            | E::TcpDuplicate { .. }
            | E::TcpQueued { .. }
            | E::TcpAccepted { .. }
            | E::TcpResetSent { .. } => Self::Transport,
            E::ProgramStarted { .. }
            | E::ProgramWrote { .. }
            | E::ProgramEnded { .. }
            | E::NameResolved { .. }
            | E::NameUnknown { .. }
            | E::Dhcp(_)
            | E::Dns(_) => Self::Application,
            E::Dropped { reason, .. } => Self::of_drop(reason),
            E::SendFailed { why, .. } => match why {
                Unsent::NetworkDown => Self::Physical,
                Unsent::HostUnreachable | Unsent::NoBuffers => Self::Link,
                Unsent::NetworkUnreachable
                | Unsent::MessageTooLong
                | Unsent::BroadcastForbidden
                | Unsent::AddressNotAvailable
                | Unsent::Prohibited => Self::Network,
            },
        }
    }

    /// The layer that ended a frame.
    pub const fn of_drop(reason: &DropReason) -> Self {
        use DropReason as R;
        match reason {
            R::NoCable
            | R::LinkDown
            | R::LinkCut
            | R::NodeDown
            | R::FrameTooLong { .. }
            | R::QueueFull { .. }
            | R::Partitioned { .. }
            | R::Lost { .. } => Self::Physical,
            R::Runt { .. }
            | R::SamePort { .. }
            | R::ReservedAddress { .. }
            | R::PortNotForwarding { .. }
            | R::NoMembers { .. }
            | R::OwnBpdu { .. }
            | R::SourceIsGroup { .. }
            | R::NoOtherPort
            | R::NotOurMac { .. }
            | R::UnknownEtherType { .. }
            | R::NeighborFailed { .. }
            | R::NeighborQueueFull { .. }
            | R::ArpNotForUs { .. }
            | R::TaggedOnAccessPort { .. }
            | R::VlanNotAllowed { .. }
            | R::NoNativeVlan { .. }
            | R::ReservedVlan { .. }
            | R::NoOtherPortInVlan { .. }
            | R::NoInterfaceForVlan { .. }
            | R::AddressTentative { .. }
            | R::SolicitationNotForUs { .. }
            | R::AdvertisementUnasked { .. }
            | R::DiscoveryFromAfar { .. }
            | R::OwnQuestion { .. } => Self::Link,
            R::Malformed { protocol, .. } | R::ChecksumWrong { protocol, .. } => match protocol {
                Protocol::Arp | Protocol::Stp => Self::Link,
                Protocol::Ip | Protocol::Icmp | Protocol::Igmp | Protocol::Mld => Self::Network,
                Protocol::Tcp | Protocol::Udp => Self::Transport,
                Protocol::Dhcp => Self::Application,
            },
            R::NoAddress { .. }
            | R::NotForUs { .. }
            | R::MartianSource { .. }
            | R::MartianDestination { .. }
            | R::DirectedBroadcast { .. }
            | R::LinkBroadcast
            | R::NotInGroup { .. }
            | R::TtlExpired { .. }
            | R::NoRoute { .. }
            | R::FragmentationNeeded { .. }
            | R::ReassemblyTimeout
            | R::BadFragment { .. }
            | R::UnknownProtocol { .. }
            | R::IcmpIgnored
            | R::NatNoMapping { .. }
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
            | R::FirewallPolicy { .. }
            | R::GroupMessageIgnored
            | R::Ipv6Off { .. }
            | R::RouterUnheeded { .. }
            | R::NotAdvertising { .. }
            | R::RedirectUnheeded { .. }
            | R::LinkLocalStays { .. }
            | R::PacketTooBig { .. }
            | R::ExtensionHeader { .. }
            | R::NoNextHeader => Self::Network,
            R::NoListener { .. }
            | R::BacklogFull { .. }
            | R::ReceiveBufferFull { .. }
            | R::NotThePeer { .. }
            | R::UnexpectedSegment { .. } => Self::Transport,
            R::DhcpOtherClient { .. }
            | R::DhcpUnexpected
            | R::DhcpNotHere { .. }
            | R::DhcpTooManyHops { .. }
            | R::DhcpUnknownRelay { .. } => Self::Application,
        }
    }
}

/// Whether a frame may end like this without anything being wrong: it came because it was flooded,
/// or was taken in already.
pub(super) const fn is_benign(reason: &DropReason) -> bool {
    use DropReason as R;
    match reason {
        R::SamePort { .. }
        | R::NoOtherPort
        | R::NotOurMac { .. }
        | R::ArpNotForUs { .. }
        | R::ReservedAddress { .. }
        | R::PortNotForwarding { .. }
        | R::NoMembers { .. }
        | R::GroupMessageIgnored
        | R::NotInGroup { .. }
        | R::UnexpectedSegment { .. }
        | R::IcmpIgnored
        | R::NoOtherPortInVlan { .. }
        | R::DhcpOtherClient { .. }
        | R::DhcpUnexpected
        | R::DhcpNotHere { .. }
        | R::SolicitationNotForUs { .. }
        | R::AdvertisementUnasked { .. }
        | R::RouterUnheeded { .. }
        | R::NotAdvertising { .. } => true,
        R::NoCable
        | R::OwnBpdu { .. }
        | R::LinkDown
        | R::LinkCut
        | R::NodeDown
        | R::FrameTooLong { .. }
        | R::QueueFull { .. }
        | R::Partitioned { .. }
        | R::Lost { .. }
        | R::Runt { .. }
        | R::SourceIsGroup { .. }
        | R::UnknownEtherType { .. }
        | R::TaggedOnAccessPort { .. }
        | R::VlanNotAllowed { .. }
        | R::NoNativeVlan { .. }
        | R::ReservedVlan { .. }
        | R::NoInterfaceForVlan { .. }
        | R::NeighborFailed { .. }
        | R::NeighborQueueFull { .. }
        | R::Malformed { .. }
        | R::ChecksumWrong { .. }
        | R::NoAddress { .. }
        | R::NotForUs { .. }
        | R::MartianSource { .. }
        | R::MartianDestination { .. }
        | R::DirectedBroadcast { .. }
        | R::LinkBroadcast
        | R::TtlExpired { .. }
        | R::NoRoute { .. }
        | R::FragmentationNeeded { .. }
        | R::Ipv6Off { .. }
        | R::AddressTentative { .. }
        | R::DiscoveryFromAfar { .. }
        | R::OwnQuestion { .. }
        | R::RedirectUnheeded { .. }
        | R::LinkLocalStays { .. }
        | R::PacketTooBig { .. }
        | R::ExtensionHeader { .. }
        | R::NoNextHeader
        | R::ReassemblyTimeout
        | R::BadFragment { .. }
        | R::UnknownProtocol { .. }
        | R::NoListener { .. }
        | R::BacklogFull { .. }
        | R::ReceiveBufferFull { .. }
        | R::NotThePeer { .. }
        | R::DhcpTooManyHops { .. }
        | R::DhcpUnknownRelay { .. }
        | R::NatNoMapping { .. }
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
        | R::FirewallPolicy { .. } => false,
    }
}
