//! Why frames end.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use serde::Serialize;

use super::{Dependence, FirewallPath};
use crate::addr::{MacAddr, VlanId};
use crate::id::{NodeId, PortId};
use crate::link::QueueLimit;
use crate::trace::{PortRole, PortState};

/// A protocol above IP, or a layer whose checksum was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// IP itself.
    Ip,
    /// ICMP.
    Icmp,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ARP.
    Arp,
    /// DHCP.
    Dhcp,
    /// The spanning tree's messages.
    Stp,
    /// IGMP.
    Igmp,
    /// MLD.
    Mld,
}

/// Why a frame, or the packet in it, went no further. Never absent where a frame ends other than
/// by being used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DropReason {
    // The wire.
    /// No cable is plugged into the port.
    NoCable,
    /// The cable is down.
    LinkDown,
    /// The cable went down while the frame was on it.
    LinkCut,
    /// The node has no power.
    NodeDown,
    /// The payload exceeds what the link takes.
    FrameTooLong {
        /// Bytes after the Ethernet header.
        payload: u32,
        /// What the link takes.
        mtu: u16,
    },
    /// The queue in front of the transmitter is full.
    QueueFull {
        /// Frames that wait.
        frames: u32,
        /// Their bytes.
        bytes: u32,
        /// The limit that was met.
        limit: QueueLimit,
    },
    /// The link lost it, as its settings ask.
    Lost {
        /// The chance of it, in parts per million.
        chance: u32,
    },
    /// Somebody has parted the node that sent the packet from the one it is for.
    Partitioned {
        /// The node that sent the packet.
        from_node: NodeId,
        /// The node it is for.
        to_node: NodeId,
    },

    // Hubs and switches.
    /// Too short to be an Ethernet frame.
    Runt {
        /// Bytes there are.
        len: u32,
    },
    /// The destination is on the port it came from.
    SamePort {
        /// The VLAN of the table row.
        vlan: VlanId,
        /// The destination.
        mac: MacAddr,
        /// The port.
        port: PortId,
    },
    /// A bridge never forwards this group address (802.1D table 7-10).
    ReservedAddress {
        /// The destination.
        mac: MacAddr,
    },
    /// A group address cannot be a sender.
    SourceIsGroup {
        /// The source.
        mac: MacAddr,
    },
    /// There is no other port it could leave by.
    NoOtherPort,

    // The interface and IP.
    /// The frame is for another station's hardware address (it came because it was flooded).
    NotOurMac {
        /// The destination.
        mac: MacAddr,
    },
    /// Nobody here understands this EtherType.
    UnknownEtherType {
        /// The type.
        ethertype: u16,
    },
    /// A header that cannot be read.
    Malformed {
        /// Whose header.
        protocol: Protocol,
        /// What is wrong with it: a short English phrase, a key for the catalogues.
        what: &'static str,
    },
    /// A checksum that does not fit the bytes.
    ChecksumWrong {
        /// Whose checksum.
        protocol: Protocol,
        /// The one in the packet.
        found: u16,
        /// The one that fits.
        expected: u16,
    },
    /// The interface has no IP address.
    NoAddress {
        /// The interface.
        interface: PortId,
    },
    /// The packet is for somebody else, and a host does not forward.
    NotForUs {
        /// The destination.
        destination: IpAddr,
    },
    /// Such a source cannot come from outside (RFC 1812 section 5.3.7).
    MartianSource {
        /// The source.
        source: IpAddr,
    },
    /// Such a destination is never forwarded (loopback, limited broadcast, link-local, class E).
    MartianDestination {
        /// The destination.
        destination: IpAddr,
    },
    /// A broadcast to a whole segment is not forwarded (RFC 2644).
    DirectedBroadcast {
        /// The segment.
        segment: IpNet,
    },
    /// A router does not forward what came as a link-layer broadcast or multicast
    /// (RFC 1812 section 5.3.4).
    LinkBroadcast,
    /// No member of this group here.
    NotInGroup {
        /// The group.
        group: IpAddr,
    },
    /// The TTL would become zero.
    TtlExpired {
        /// The TTL it came with.
        ttl: u8,
    },
    /// No row of the routing table matches.
    NoRoute {
        /// The destination.
        destination: IpAddr,
    },
    /// The neighbour did not answer.
    NeighborFailed {
        /// The neighbour.
        address: IpAddr,
    },
    /// Too many packets wait for the neighbour to answer.
    NeighborQueueFull {
        /// The neighbour.
        address: IpAddr,
        /// How many may wait.
        limit: u16,
    },
    /// Too long for the next link, and it must not be fragmented.
    FragmentationNeeded {
        /// Bytes of the packet.
        len: u32,
        /// What the next link takes.
        mtu: u16,
    },
    /// The other fragments did not come in time.
    ReassemblyTimeout,
    /// The fragments overlap, or are too many or too long.
    BadFragment {
        /// What is wrong: a short English phrase, a key for the catalogues.
        what: &'static str,
    },
    /// Nobody here speaks this protocol.
    UnknownProtocol {
        /// The protocol number (IANA).
        number: u8,
    },
    /// An ICMP message that answers nothing we did, or that we do not act on.
    IcmpIgnored,
    /// ARP that is not for us.
    ArpNotForUs {
        /// The address that was asked for.
        target: IpAddr,
    },

    // Transport.
    /// No program listens on this port.
    NoListener {
        /// TCP or UDP.
        protocol: Protocol,
        /// Where it was sent.
        local: SocketAddr,
    },
    /// As many connections wait to be accepted as the program allowed.
    BacklogFull {
        /// The listening socket.
        local: SocketAddr,
        /// How many may wait.
        backlog: u32,
    },
    /// The program does not read as fast as datagrams come.
    ReceiveBufferFull {
        /// The socket.
        local: SocketAddr,
        /// How many bytes it may hold.
        limit: u32,
    },
    /// A socket connected to one peer takes nothing from another.
    NotThePeer {
        /// The socket.
        local: SocketAddr,
        /// Who sent it.
        remote: SocketAddr,
    },
    /// A segment that fits no connection (an old duplicate, a stray reset).
    UnexpectedSegment {
        /// Where it was sent.
        local: SocketAddr,
        /// Who sent it.
        remote: SocketAddr,
    },
    // VLANs.
    /// The port is an access port: it takes frames without a tag only.
    TaggedOnAccessPort {
        /// The port.
        port: PortId,
        /// The VLAN of the tag.
        tag: VlanId,
        /// The VLAN of the port.
        vlan: VlanId,
    },
    /// The trunk does not carry this VLAN.
    VlanNotAllowed {
        /// The trunk.
        port: PortId,
        /// The VLAN of the tag.
        vlan: VlanId,
    },
    /// The frame has no tag, and the trunk has no native VLAN.
    NoNativeVlan {
        /// The trunk.
        port: PortId,
    },
    /// The tag has a VLAN number that stands for no VLAN (802.1Q table 9-2).
    ReservedVlan {
        /// The port.
        port: PortId,
        /// The number: 4095.
        number: u16,
    },
    /// The VLAN has no other port that the frame could leave by.
    NoOtherPortInVlan {
        /// The VLAN.
        vlan: VlanId,
    },
    /// The frame has a tag, and the node has no interface for this VLAN.
    NoInterfaceForVlan {
        /// The port it came in by.
        port: PortId,
        /// The VLAN of the tag.
        vlan: VlanId,
    },

    // Spanning tree.
    /// The port the frame came in by, or would leave by, does not forward.
    PortNotForwarding {
        /// The port.
        port: PortId,
        /// Its role.
        role: PortRole,
        /// Its state.
        state: PortState,
    },
    /// A spanning tree message that this bridge sent by the same port: it came back.
    OwnBpdu {
        /// The port.
        port: PortId,
    },
    // Groups.
    /// A message about groups that this node has no use for.
    GroupMessageIgnored,
    /// The switch knows of nobody behind another port who takes part in the group.
    NoMembers {
        /// The VLAN.
        vlan: VlanId,
        /// The group, or its hardware address where the frame has no IP packet.
        group: IpAddr,
    },
    // DHCP.
    /// The message is for another client of the segment.
    DhcpOtherClient {
        /// That client.
        mac: MacAddr,
    },
    /// The client is not waiting for such a message: an answer that came too late, or twice.
    DhcpUnexpected,
    /// No client and no server here is configured for the side it came from.
    DhcpNotHere {
        /// Where it came in.
        interface: PortId,
    },
    /// It went through more relays than any network has (RFC 1542 section 4.1.1).
    DhcpTooManyHops {
        /// How many.
        hops: u8,
    },
    /// The client's message came through a relay that the answer cannot be given to, or tells of a
    /// segment that is not ours.
    DhcpUnknownRelay {
        /// The relay's address in the message.
        relay: std::net::Ipv4Addr,
    },
    // Address translation.
    /// No inside end has this outside end, and no forward leads from it: nobody inside has spoken
    /// from there, or not for a long time.
    NatNoMapping {
        /// The protocol.
        protocol: Protocol,
        /// The outside end.
        destination: SocketAddr,
    },
    /// The mapping is there, but its filtering lets only those answer to whom the inside end has
    /// spoken.
    NatFiltered {
        /// The protocol.
        protocol: Protocol,
        /// Who sent it.
        source: SocketAddr,
        /// The outside end.
        destination: SocketAddr,
        /// The inside end behind it.
        inside: SocketAddr,
        /// The filtering.
        filtering: Dependence,
    },
    /// An inside address was used from outside; there only the outside address counts.
    NatInsideFromOutside {
        /// The address.
        destination: IpAddr,
    },
    /// It may neither begin a flow, nor does it belong to one: a TCP segment without SYN, an answer
    /// that nobody asked for.
    NatNoFlow {
        /// The protocol.
        protocol: Protocol,
        /// Who sent it.
        source: SocketAddr,
        /// To whom.
        destination: SocketAddr,
    },
    /// An ICMP error about a packet that was never translated here.
    NatUnrelatedError,
    /// No outside port is left.
    NatPortsExhausted {
        /// The protocol.
        protocol: Protocol,
        /// The inside end that needs one.
        inside: SocketAddr,
        /// How many outside addresses there are.
        addresses: u16,
        /// How many ports of each may be used.
        per_address: u32,
    },
    /// The inside host has as many outside ports as one host may have.
    NatHostLimit {
        /// The inside host.
        inside: IpAddr,
        /// How many it may have.
        limit: u16,
    },
    /// The outside interface has no address to give.
    NatNoOutsideAddress {
        /// The outside interface.
        interface: PortId,
    },
    /// A protocol without ports cannot share an address.
    NatUnknownProtocol {
        /// The protocol number (IANA).
        number: u8,
    },
    /// From inside to an outside end of an inside host, which this NAT does not do.
    NatNoHairpin {
        /// The outside end.
        destination: SocketAddr,
    },
    /// Another flow has the same ends already.
    FlowClash,
    /// As many flows are tracked as there is room for, and none of them may go.
    FlowTableFull {
        /// How many.
        limit: u32,
    },

    // Firewall.
    /// A rule forbids it: the first that matches.
    FirewallDenied {
        /// Where the packet is on its way.
        path: FirewallPath,
        /// The rule's number, from 1.
        rule: u16,
        /// The rule.
        text: Arc<str>,
        /// Whether the sender is told.
        rejected: bool,
    },
    /// No rule matches, and the policy forbids what no rule allows.
    FirewallPolicy {
        /// Where the packet is on its way.
        path: FirewallPath,
        /// Whether the sender is told.
        rejected: bool,
    },
    // Names.

    // IPv6.
    /// The interface takes no part in IPv6.
    Ipv6Off {
        /// The interface.
        interface: PortId,
    },
    /// The address is being checked for duplicates and not in use yet (RFC 4862 section 5.4).
    AddressTentative {
        /// The address.
        address: IpAddr,
    },
    /// A neighbour solicitation for an address that is not ours.
    SolicitationNotForUs {
        /// The address that was asked for.
        target: IpAddr,
    },
    /// A neighbour advertisement that answers nothing we asked (RFC 4861 section 7.2.5).
    AdvertisementUnasked {
        /// The address it tells of.
        address: IpAddr,
    },
    /// Neighbour discovery from beyond the segment: a router has lowered the hop limit
    /// (RFC 4861 section 7.1).
    DiscoveryFromAfar {
        /// The hop limit it came with.
        hop_limit: u8,
    },
    /// The interface is not configured by routers, or is itself a router's.
    RouterUnheeded {
        /// The router.
        router: IpAddr,
    },
    /// A router solicitation to an interface that does not advertise.
    NotAdvertising {
        /// The interface.
        interface: PortId,
    },
    /// Our own question, sent back by a loop (RFC 7527).
    OwnQuestion {
        /// The address it asks for.
        target: IpAddr,
    },
    /// A redirect that is not from the router in use, or leads nowhere.
    RedirectUnheeded {
        /// Who sent it.
        from: IpAddr,
    },
    /// A link-local source or destination stays on its segment (RFC 4291 section 2.5.6).
    LinkLocalStays {
        /// The source.
        source: IpAddr,
        /// The destination.
        destination: IpAddr,
    },
    /// Too long for the next link, and routers do not fragment IPv6 (RFC 8200 section 4.5).
    PacketTooBig {
        /// Bytes of the packet.
        len: u32,
        /// What the next link takes.
        mtu: u16,
    },
    /// An extension header that cannot be passed over.
    ExtensionHeader {
        /// What is wrong: a short English phrase, a key for the catalogues.
        what: &'static str,
    },
    /// The packet ends after its headers: there is nothing to hand up (RFC 8200 section 4.7).
    NoNextHeader,
}
