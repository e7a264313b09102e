//! Why a frame ended: one sentence each, and a short label for counts.

use lanternet_core::QueueLimit;
use lanternet_core::trace::DropReason;

use super::scene::{Percent, Scene};
use super::transport::protocol_name;
use super::{firewall, nat, what};
use crate::args;

/// The sentence about one frame, with everything that decided.
pub(crate) fn sentence(scene: &Scene<'_>, reason: &DropReason) -> String {
    use DropReason as R;
    match reason {
        R::NoCable => scene.phrase("drop-no-cable"),
        R::LinkDown => scene.phrase("drop-link-down"),
        R::LinkCut => scene.phrase("drop-link-cut"),
        R::NodeDown => scene.phrase("drop-node-down"),
        R::FrameTooLong { payload, mtu } => scene.say("drop-frame-too-long", &args!(payload, mtu)),
        R::QueueFull { frames, limit: QueueLimit::Frames(limit), .. } => {
            scene.say("drop-queue-full-frames", &args!(frames, limit))
        }
        R::QueueFull { bytes, limit: QueueLimit::Bytes(limit), .. } => {
            scene.say("drop-queue-full-bytes", &args!(bytes, limit))
        }
        R::Lost { chance } => scene.say("drop-lost", &args!(chance = Percent(*chance))),
        R::Partitioned { from_node, to_node } => {
            let [from, to] = [from_node, to_node].map(|node| scene.topology.node_name(*node));
            scene.say("drop-partitioned", &args!(from, to))
        }

        R::Runt { len } => scene.say("drop-runt", &args!(len)),
        R::SamePort { vlan, mac, port } => scene.say(
            "drop-same-port",
            &args!(count vlan = vlan.number(), mac, port = scene.port(*port)),
        ),
        R::ReservedAddress { mac } => scene.say("drop-reserved-address", &args!(mac)),
        R::SourceIsGroup { mac } => scene.say("drop-source-is-group", &args!(mac)),
        R::NoOtherPort => scene.phrase("drop-no-other-port"),

        R::PortNotForwarding { port, role, state } => {
            let (role, state) = (super::stp::role(scene, *role), super::stp::state(scene, *state));
            let port = scene.port_in_words(*port);
            scene.say("drop-port-not-forwarding", &args!(port, role, state))
        }
        R::GroupMessageIgnored => scene.phrase("drop-group-message-ignored"),
        R::NoMembers { group, .. } => scene.say("drop-no-members", &args!(group)),
        R::OwnBpdu { port } => {
            scene.say("drop-own-bpdu", &args!(port = scene.port_in_words(*port)))
        }

        R::NotOurMac { mac } if mac.is_group() => scene.say("drop-not-our-group", &args!(mac)),
        R::NotOurMac { mac } => scene.say("drop-not-our-mac", &args!(mac)),
        R::UnknownEtherType { ethertype } => {
            let ethertype = format!("{ethertype:#06x}");
            scene.say("drop-unknown-ether-type", &args!(ethertype))
        }
        R::Malformed { protocol, what } => {
            let protocol = protocol_name(*protocol);
            scene.say("drop-malformed", &args!(protocol, what = what::what(scene, what)))
        }
        R::ChecksumWrong { protocol, found, expected } => {
            let protocol = protocol_name(*protocol);
            let (found, expected) = (format!("{found:#06x}"), format!("{expected:#06x}"));
            scene.say("drop-checksum-wrong", &args!(protocol, found, expected))
        }
        R::NoAddress { interface } => {
            scene.say("drop-no-address", &args!(interface = scene.port(*interface)))
        }
        R::NotForUs { destination } => scene.say("drop-not-for-us", &args!(destination)),
        R::MartianSource { source } => scene.say("drop-martian-source", &args!(source)),
        R::MartianDestination { destination } => {
            scene.say("drop-martian-destination", &args!(destination))
        }
        R::DirectedBroadcast { segment } => scene.say("drop-directed-broadcast", &args!(segment)),
        R::LinkBroadcast => scene.phrase("drop-link-broadcast"),
        R::NotInGroup { group } => scene.say("drop-not-in-group", &args!(group)),
        R::TtlExpired { ttl } => scene.say("drop-ttl-expired", &args!(ttl)),
        R::NoRoute { destination } => scene.say("drop-no-route", &args!(destination)),
        R::NeighborFailed { address } => scene.say("drop-neighbor-failed", &args!(address)),
        R::NeighborQueueFull { address, limit } => {
            scene.say("drop-neighbor-queue-full", &args!(address, limit))
        }
        R::FragmentationNeeded { len, mtu } => {
            scene.say("drop-fragmentation-needed", &args!(len, mtu))
        }
        R::ReassemblyTimeout => scene.phrase("drop-reassembly-timeout"),
        R::BadFragment { what } => {
            scene.say("drop-bad-fragment", &args!(what = what::what(scene, what)))
        }
        R::UnknownProtocol { number } => scene.say("drop-unknown-protocol", &args!(number)),
        R::IcmpIgnored => scene.phrase("drop-icmp-ignored"),
        R::ArpNotForUs { target } => scene.say("drop-arp-not-for-us", &args!(target)),

        R::Ipv6Off { interface } => {
            scene.say("drop-ipv6-off", &args!(interface = scene.port(*interface)))
        }
        R::AddressTentative { address } => scene.say("drop-address-tentative", &args!(address)),
        R::SolicitationNotForUs { target } => {
            scene.say("drop-solicitation-not-for-us", &args!(target))
        }
        R::AdvertisementUnasked { address } => {
            scene.say("drop-advertisement-unasked", &args!(address))
        }
        R::DiscoveryFromAfar { hop_limit } => {
            scene.say("drop-discovery-from-afar", &args!(hop_limit))
        }
        R::RouterUnheeded { router } => scene.say("drop-router-unheeded", &args!(router)),
        R::NotAdvertising { interface } => {
            scene.say("drop-not-advertising", &args!(interface = scene.port(*interface)))
        }
        R::OwnQuestion { target } => scene.say("drop-own-question", &args!(target)),
        R::RedirectUnheeded { from } => scene.say("drop-redirect-unheeded", &args!(from)),
        R::LinkLocalStays { source, destination } => {
            scene.say("drop-link-local-stays", &args!(source, destination))
        }
        R::PacketTooBig { len, mtu } => scene.say("drop-packet-too-big", &args!(len, mtu)),
        R::ExtensionHeader { what } => {
            scene.say("drop-extension-header", &args!(what = what::what(scene, what)))
        }
        R::NoNextHeader => scene.phrase("drop-no-next-header"),

        R::NoListener { protocol, local } => {
            let protocol = protocol_name(*protocol);
            scene.say("drop-no-listener", &args!(protocol, port = local.port(), local))
        }
        R::BacklogFull { local, backlog } => {
            scene.say("drop-backlog-full", &args!(count backlog = *backlog, local))
        }
        R::ReceiveBufferFull { local, limit } => {
            scene.say("drop-receive-buffer-full", &args!(local, limit))
        }
        R::NotThePeer { local, remote } => scene.say("drop-not-the-peer", &args!(local, remote)),
        R::UnexpectedSegment { local, remote } => {
            scene.say("drop-unexpected-segment", &args!(local, remote))
        }
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
        | R::FlowTableFull { .. } => nat::drop_sentence(scene, reason).unwrap_or_default(),
        R::FirewallDenied { .. } | R::FirewallPolicy { .. } => {
            firewall::drop_sentence(scene, reason).unwrap_or_default()
        }

        R::TaggedOnAccessPort { port, tag, vlan } => {
            let port = scene.port_in_words(*port);
            scene.say("drop-tagged-on-access-port", &args!(port, tag, vlan))
        }
        R::VlanNotAllowed { port, vlan } => {
            scene.say("drop-vlan-not-allowed", &args!(port = scene.port_in_words(*port), vlan))
        }
        R::NoNativeVlan { port } => {
            scene.say("drop-no-native-vlan", &args!(port = scene.port_in_words(*port)))
        }
        R::ReservedVlan { number, .. } => scene.say("drop-reserved-vlan", &args!(number)),
        R::NoOtherPortInVlan { vlan } => scene.say("drop-no-other-port-in-vlan", &args!(vlan)),
        R::NoInterfaceForVlan { port, vlan } => {
            let port = scene.port_in_words(*port);
            scene.say("drop-no-interface-for-vlan", &args!(port, vlan))
        }

        R::DhcpOtherClient { mac } => scene.say("drop-dhcp-other-client", &args!(mac)),
        R::DhcpUnexpected => scene.phrase("drop-dhcp-unexpected"),
        R::DhcpNotHere { interface } => {
            scene.say("drop-dhcp-not-here", &args!(interface = scene.port(*interface)))
        }
        R::DhcpTooManyHops { hops } => scene.say("drop-dhcp-too-many-hops", &args!(hops)),
        R::DhcpUnknownRelay { relay } => scene.say("drop-dhcp-unknown-relay", &args!(relay)),
    }
}

/// The id of the short label under which drops of this kind are counted.
pub(crate) fn label(reason: &DropReason) -> &'static str {
    use DropReason as R;
    match reason {
        R::NoCable => "drops-no-cable",
        R::LinkDown => "drops-link-down",
        R::LinkCut => "drops-link-cut",
        R::NodeDown => "drops-node-down",
        R::FrameTooLong { .. } => "drops-frame-too-long",
        R::QueueFull { .. } => "drops-queue-full",
        R::Lost { .. } => "drops-lost",
        R::Partitioned { .. } => "drops-partitioned",
        R::Runt { .. } => "drops-runt",
        R::SamePort { .. } => "drops-same-port",
        R::ReservedAddress { .. } => "drops-reserved-address",
        R::PortNotForwarding { .. } => "drops-port-not-forwarding",
        R::OwnBpdu { .. } => "drops-own-bpdu",
        R::GroupMessageIgnored => "drops-group-message-ignored",
        R::NoMembers { .. } => "drops-no-members",
        R::SourceIsGroup { .. } => "drops-source-is-group",
        R::NoOtherPort => "drops-no-other-port",
        R::NotOurMac { .. } => "drops-not-our-mac",
        R::UnknownEtherType { .. } => "drops-unknown-ether-type",
        R::Malformed { .. } => "drops-malformed",
        R::ChecksumWrong { .. } => "drops-checksum-wrong",
        R::NoAddress { .. } => "drops-no-address",
        R::NotForUs { .. } => "drops-not-for-us",
        R::MartianSource { .. } => "drops-martian-source",
        R::MartianDestination { .. } => "drops-martian-destination",
        R::DirectedBroadcast { .. } => "drops-directed-broadcast",
        R::LinkBroadcast => "drops-link-broadcast",
        R::NotInGroup { .. } => "drops-not-in-group",
        R::TtlExpired { .. } => "drops-ttl-expired",
        R::NoRoute { .. } => "drops-no-route",
        R::NeighborFailed { .. } => "drops-neighbor-failed",
        R::NeighborQueueFull { .. } => "drops-neighbor-queue-full",
        R::FragmentationNeeded { .. } => "drops-fragmentation-needed",
        R::ReassemblyTimeout => "drops-reassembly-timeout",
        R::BadFragment { .. } => "drops-bad-fragment",
        R::UnknownProtocol { .. } => "drops-unknown-protocol",
        R::IcmpIgnored => "drops-icmp-ignored",
        R::ArpNotForUs { .. } => "drops-arp-not-for-us",
        R::Ipv6Off { .. } => "drops-ipv6-off",
        R::AddressTentative { .. } => "drops-address-tentative",
        R::SolicitationNotForUs { .. } => "drops-solicitation-not-for-us",
        R::AdvertisementUnasked { .. } => "drops-advertisement-unasked",
        R::DiscoveryFromAfar { .. } => "drops-discovery-from-afar",
        R::RouterUnheeded { .. } => "drops-router-unheeded",
        R::NotAdvertising { .. } => "drops-not-advertising",
        R::OwnQuestion { .. } => "drops-own-question",
        R::RedirectUnheeded { .. } => "drops-redirect-unheeded",
        R::LinkLocalStays { .. } => "drops-link-local-stays",
        R::PacketTooBig { .. } => "drops-packet-too-big",
        R::ExtensionHeader { .. } => "drops-extension-header",
        R::NoNextHeader => "drops-no-next-header",
        R::NoListener { .. } => "drops-no-listener",
        R::BacklogFull { .. } => "drops-backlog-full",
        R::ReceiveBufferFull { .. } => "drops-receive-buffer-full",
        R::NotThePeer { .. } => "drops-not-the-peer",
        R::UnexpectedSegment { .. } => "drops-unexpected-segment",
        R::NatNoMapping { .. } => "drops-nat-no-mapping",
        R::NatFiltered { .. } => "drops-nat-filtered",
        R::NatInsideFromOutside { .. } => "drops-nat-inside-from-outside",
        R::NatNoFlow { .. } => "drops-nat-no-flow",
        R::NatUnrelatedError => "drops-nat-unrelated-error",
        R::NatPortsExhausted { .. } => "drops-nat-ports-exhausted",
        R::NatHostLimit { .. } => "drops-nat-host-limit",
        R::NatNoOutsideAddress { .. } => "drops-nat-no-outside-address",
        R::NatUnknownProtocol { .. } => "drops-nat-unknown-protocol",
        R::NatNoHairpin { .. } => "drops-nat-no-hairpin",
        R::FlowClash => "drops-flow-clash",
        R::FlowTableFull { .. } => "drops-flow-table-full",
        R::FirewallDenied { .. } => "drops-firewall-denied",
        R::FirewallPolicy { .. } => "drops-firewall-policy",
        R::TaggedOnAccessPort { .. } => "drops-tagged-on-access-port",
        R::VlanNotAllowed { .. } => "drops-vlan-not-allowed",
        R::NoNativeVlan { .. } => "drops-no-native-vlan",
        R::ReservedVlan { .. } => "drops-reserved-vlan",
        R::NoOtherPortInVlan { .. } => "drops-no-other-port-in-vlan",
        R::NoInterfaceForVlan { .. } => "drops-no-interface-for-vlan",
        R::DhcpOtherClient { .. } => "drops-dhcp-other-client",
        R::DhcpUnexpected => "drops-dhcp-unexpected",
        R::DhcpNotHere { .. } => "drops-dhcp-not-here",
        R::DhcpTooManyHops { .. } => "drops-dhcp-too-many-hops",
        R::DhcpUnknownRelay { .. } => "drops-dhcp-unknown-relay",
    }
}
