//! What can happen, and what decided it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use serde::Serialize;

use super::{
    DhcpEvent, DnsEvent, DropReason, FaultEvent, FirewallEvent, FloodCause, IcmpMessage,
    IcmpSilence, Ipv6Event, LearnedFrom, MulticastEvent, NameSource, NatEvent, NeighborState,
    Protocol, ResetCause, RetransmitCause, Route, StpEvent, Stream, TcpSegment, TcpState,
    VlanEvent,
};
use crate::addr::{MacAddr, VlanId};
use crate::frame::Frame;
use crate::id::PortId;
use crate::time::Duration;

/// A decision, or a thing that happened, with what decided it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum TraceEvent {
    // The wire.
    /// A node handed a frame to the cable.
    FrameSent {
        /// The port it leaves by.
        port: PortId,
        /// The frame.
        #[serde(rename = "content")]
        frame: Frame,
    },
    /// A frame arrived whole.
    FrameArrived {
        /// The port it came in by.
        port: PortId,
        /// The frame, as it arrived.
        #[serde(rename = "content")]
        frame: Frame,
    },
    /// The frame ends here.
    Dropped {
        /// The port concerned, if one is.
        port: Option<PortId>,
        /// Why.
        reason: DropReason,
    },
    /// The link flipped a bit, as its settings ask.
    FrameCorrupted {
        /// Which bit, counted from the first of the frame.
        bit: u32,
        /// The chance of it, in parts per million.
        chance: u32,
    },
    /// The link delivers the frame twice, as its settings ask.
    FrameDuplicated {
        /// The chance of it, in parts per million.
        chance: u32,
    },
    /// The link lets the frame overtake, as its settings ask.
    FrameReordered {
        /// How much earlier it arrives.
        by: Duration,
        /// The chance of it, in parts per million.
        chance: u32,
    },
    /// The cable came up.
    LinkUp,
    /// The cable went down.
    LinkDown,
    /// The node lost its power.
    NodeCrashed,
    /// The node has power again.
    NodeRestarted,

    // Hubs and switches.
    /// A hub repeats the frame: it has no table.
    HubRepeated {
        /// All other ports with a cable.
        ports: Box<[PortId]>,
    },
    /// New row: this station is behind this port.
    MacLearned {
        /// The VLAN.
        vlan: VlanId,
        /// The station.
        mac: MacAddr,
        /// The port.
        port: PortId,
    },
    /// Changed row: the station moved.
    MacMoved {
        /// The VLAN.
        vlan: VlanId,
        /// The station.
        mac: MacAddr,
        /// The port it was behind.
        from: PortId,
        /// The port it is behind now.
        to: PortId,
    },
    /// The row was too old and is gone.
    MacAged {
        /// The VLAN.
        vlan: VlanId,
        /// The station.
        mac: MacAddr,
        /// The port it was behind.
        port: PortId,
        /// How long it had not been heard of.
        age: Duration,
    },
    /// The rows of a port whose cable went down are gone.
    MacFlushed {
        /// The port.
        port: PortId,
        /// How many rows.
        rows: u32,
    },
    /// Not learned: the table is full. Frames to this station will be flooded.
    MacTableFull {
        /// The VLAN.
        vlan: VlanId,
        /// The station.
        mac: MacAddr,
        /// How many rows the table takes.
        limit: u32,
    },
    /// The table has a row for the destination: out of that port only.
    SwitchForwarded {
        /// The VLAN.
        vlan: VlanId,
        /// The destination.
        mac: MacAddr,
        /// The port of the row.
        port: PortId,
    },
    /// Out of all other ports.
    SwitchFlooded {
        /// The VLAN.
        vlan: VlanId,
        /// The destination.
        mac: MacAddr,
        /// Why.
        why: FloodCause,
        /// Those ports.
        ports: Box<[PortId]>,
    },

    // ARP: who has which hardware address.
    /// The neighbour table has a row.
    NeighborHit {
        /// The interface.
        interface: PortId,
        /// The neighbour.
        address: IpAddr,
        /// Its hardware address.
        mac: MacAddr,
        /// The state of the row.
        state: NeighborState,
    },
    /// Asked: the table has no usable row for the neighbour.
    NeighborAsked {
        /// The interface.
        interface: PortId,
        /// The neighbour.
        address: IpAddr,
        /// Which attempt, from 1.
        attempt: u8,
        /// Asked by broadcast (`None`), or the station directly to check an old row.
        unicast: Option<MacAddr>,
    },
    /// The packet waits for the answer.
    PacketHeld {
        /// The neighbour.
        address: IpAddr,
        /// Packets that wait, this one included.
        waiting: u16,
    },
    /// The answer came: the packet that this is about goes on.
    PacketReleased {
        /// The neighbour.
        address: IpAddr,
        /// Its hardware address.
        mac: MacAddr,
        /// How long the packet had waited.
        waited: Duration,
    },
    /// New row.
    NeighborLearned {
        /// The interface.
        interface: PortId,
        /// The neighbour.
        address: IpAddr,
        /// Its hardware address.
        mac: MacAddr,
        /// Where it was seen.
        from: LearnedFrom,
    },
    /// Changed row: another hardware address.
    NeighborChanged {
        /// The interface.
        interface: PortId,
        /// The neighbour.
        address: IpAddr,
        /// The hardware address so far.
        old: MacAddr,
        /// The one from now on.
        mac: MacAddr,
        /// Where it was seen.
        from: LearnedFrom,
    },
    /// The row changed its state.
    NeighborStateChanged {
        /// The interface.
        interface: PortId,
        /// The neighbour.
        address: IpAddr,
        /// The state so far.
        from: NeighborState,
        /// The state from now on.
        to: NeighborState,
    },
    /// No answer: given up.
    NeighborUnresolved {
        /// The interface.
        interface: PortId,
        /// The neighbour.
        address: IpAddr,
        /// How often it was asked.
        attempts: u8,
        /// Packets that waited in vain.
        dropped: u16,
    },
    /// Somebody asked for our address, and is told.
    ArpAnswered {
        /// The interface.
        interface: PortId,
        /// Who asked.
        asker: IpAddr,
        /// The address asked for: ours.
        address: IpAddr,
        /// Our hardware address.
        mac: MacAddr,
    },
    /// Our address is announced to all (gratuitous ARP, RFC 5227 section 2.3).
    AddressAnnounced {
        /// The interface.
        interface: PortId,
        /// The address.
        address: IpAddr,
    },
    /// Before it uses an address the node asks whether anybody has it (RFC 5227 section 2.1).
    AddressProbed {
        /// The interface.
        interface: PortId,
        /// The address.
        address: IpAddr,
        /// Which probe, from 1.
        attempt: u8,
    },
    /// Another station uses our address.
    AddressConflict {
        /// The interface.
        interface: PortId,
        /// The address.
        address: IpAddr,
        /// Ours.
        ours: MacAddr,
        /// The other station.
        theirs: MacAddr,
    },
    /// The node defends its address with one announcement (RFC 5227 section 2.4 (c)).
    AddressDefended {
        /// The interface.
        interface: PortId,
        /// The address.
        address: IpAddr,
    },
    /// The node does not use the address: somebody else has it.
    AddressAbandoned {
        /// The interface.
        interface: PortId,
        /// The address.
        address: IpAddr,
        /// Who has it.
        theirs: MacAddr,
    },

    // IP.
    /// The destination is on the interface's own segment: destination AND mask = address AND mask.
    SameSegment {
        /// The destination.
        destination: IpAddr,
        /// The interface's address and mask.
        address: IpNet,
    },
    /// The destination is not on the interface's own segment.
    OtherSegment {
        /// The destination.
        destination: IpAddr,
        /// The interface's address and mask.
        address: IpNet,
        /// The router it goes to instead, if there is one.
        gateway: Option<IpAddr>,
    },
    /// The longest matching row of the routing table.
    RouteChosen {
        /// The destination.
        destination: IpAddr,
        /// The row.
        route: Route,
        /// Rows that match as well, but less closely.
        beaten: Box<[Route]>,
    },
    /// The packet is for this node: handed to what is above.
    PacketForUs {
        /// The interface it came in by.
        interface: PortId,
        /// Who sent it.
        source: IpAddr,
        /// The address it was sent to.
        destination: IpAddr,
        /// The protocol above (IANA number).
        protocol: u8,
    },
    /// The packet never leaves the node.
    LoopedBack {
        /// The destination: an address of ours.
        destination: IpAddr,
    },
    /// The router passes the packet on.
    PacketForwarded {
        /// The destination.
        destination: IpAddr,
        /// The interface it leaves by.
        interface: PortId,
        /// The neighbour it goes to: the next router, or the destination itself.
        next_hop: IpAddr,
        /// The TTL it came with.
        ttl_from: u8,
        /// The TTL it leaves with.
        ttl_to: u8,
    },
    /// Too long for the link, so cut.
    Fragmented {
        /// Bytes of the packet.
        len: u32,
        /// What the link takes.
        mtu: u16,
        /// How many pieces.
        fragments: u16,
    },
    /// A piece of a packet; waiting for the others.
    FragmentHeld {
        /// The packet's identification.
        ident: u32,
        /// Where the piece belongs.
        offset: u16,
        /// Its bytes.
        len: u16,
    },
    /// All pieces are there.
    Reassembled {
        /// The packet's identification.
        ident: u32,
        /// How many pieces.
        fragments: u16,
        /// Bytes of the whole packet.
        len: u32,
    },
    /// The path takes only smaller packets (RFC 1191).
    PathMtuLearned {
        /// The destination.
        destination: IpAddr,
        /// Bytes it takes.
        mtu: u16,
        /// Who said so.
        from: IpAddr,
    },
    /// A program's packet could not be sent.
    SendFailed {
        /// The destination.
        destination: IpAddr,
        /// Why.
        why: Unsent,
    },

    // ICMP.
    /// Sent an ICMP message because of the packet that this is about.
    IcmpSent {
        /// To whom.
        to: IpAddr,
        /// What.
        message: IcmpMessage,
    },
    /// An ICMP error was due, but not sent.
    IcmpSuppressed {
        /// Who would have got it.
        to: IpAddr,
        /// What.
        message: IcmpMessage,
        /// Why not.
        why: IcmpSilence,
    },
    /// Got an ICMP message.
    IcmpReceived {
        /// From whom.
        from: IpAddr,
        /// What.
        message: IcmpMessage,
    },

    // Transport.
    /// A program listens from now on (TCP), or takes datagrams (UDP).
    Listening {
        /// TCP or UDP.
        protocol: Protocol,
        /// Where.
        local: SocketAddr,
        /// How many connections may wait to be accepted (TCP).
        backlog: Option<u32>,
    },
    /// A datagram was put into a program's receive buffer.
    DatagramDelivered {
        /// The socket.
        local: SocketAddr,
        /// Who sent it.
        remote: SocketAddr,
        /// Bytes of data.
        len: u32,
    },
    /// A TCP connection changed its state.
    TcpStateChanged {
        /// This end.
        local: SocketAddr,
        /// The other end.
        remote: SocketAddr,
        /// The state so far.
        from: TcpState,
        /// The state from now on.
        to: TcpState,
        /// The segment that did it; `None` where a timer or the program did.
        segment: Option<TcpSegment>,
    },
    /// Bytes that the peer had not sent before were put into the program's receive buffer.
    TcpDelivered {
        /// This end.
        local: SocketAddr,
        /// The other end.
        remote: SocketAddr,
        /// Bytes.
        len: u32,
    },
    /// A segment is sent again.
    TcpRetransmitted {
        /// This end.
        local: SocketAddr,
        /// The other end.
        remote: SocketAddr,
        /// The segment.
        segment: TcpSegment,
        /// Why.
        why: RetransmitCause,
    },
    /// A segment came before those that belong in front of it, and is kept.
    TcpOutOfOrder {
        /// This end.
        local: SocketAddr,
        /// The other end.
        remote: SocketAddr,
        /// The segment.
        segment: TcpSegment,
    },
    /// A segment with nothing new came: acknowledged again and ignored.
    TcpDuplicate {
        /// This end.
        local: SocketAddr,
        /// The other end.
        remote: SocketAddr,
        /// The segment.
        segment: TcpSegment,
    },
    /// The handshake is done; the connection waits to be accepted.
    TcpQueued {
        /// The listening socket.
        local: SocketAddr,
        /// The peer.
        remote: SocketAddr,
        /// How many wait now.
        queued: u32,
        /// How many may.
        backlog: u32,
    },
    /// The program accepted the connection.
    TcpAccepted {
        /// The listening socket.
        local: SocketAddr,
        /// The peer.
        remote: SocketAddr,
        /// How many still wait.
        queued: u32,
    },
    /// A reset was sent.
    TcpResetSent {
        /// This end.
        local: SocketAddr,
        /// The other end.
        remote: SocketAddr,
        /// Why.
        why: ResetCause,
    },

    // Programs.
    /// A program starts.
    ProgramStarted {
        /// Its name.
        program: Arc<str>,
        /// Its command line.
        command: Arc<str>,
    },
    /// A program wrote a line, or what it had of one when it ended.
    ProgramWrote {
        /// Its name.
        program: Arc<str>,
        /// Where it wrote to.
        stream: Stream,
        /// The line, without its end.
        line: Arc<str>,
    },
    /// A program ended.
    ProgramEnded {
        /// Its name.
        program: Arc<str>,
        /// Its exit code.
        code: u8,
    },
    /// A name was looked up and found.
    NameResolved {
        /// The name.
        name: Arc<str>,
        /// Its addresses.
        addresses: Box<[IpAddr]>,
        /// Which list knew it.
        source: NameSource,
    },
    /// A name was looked up and nobody knew it.
    NameUnknown {
        /// The name.
        name: Arc<str>,
    },

    // Features with a list of events of their own.
    /// Faults from outside: partitions, holds, changed cables.
    Fault(FaultEvent),
    /// VLANs: which VLAN a frame belongs to, and where it may leave (IEEE 802.1Q).
    Vlan(VlanEvent),
    /// The rapid spanning tree (IEEE 802.1D-2004, clause 17).
    Stp(StpEvent),
    /// Groups: IGMP, MLD, and switches that listen in on them.
    Multicast(MulticastEvent),
    /// Addresses on loan (RFC 2131).
    Dhcp(DhcpEvent),
    /// Address translation (RFC 4787, RFC 5382, RFC 5508).
    Nat(NatEvent),
    /// The rules of a firewall.
    Firewall(FirewallEvent),
    /// Names (RFC 1034).
    Dns(DnsEvent),
    /// IPv6's own ways: neighbour discovery, router advertisements, address configuration (RFC 4861, RFC 4862).
    Ipv6(Ipv6Event),
}

impl From<VlanEvent> for TraceEvent {
    fn from(event: VlanEvent) -> Self {
        Self::Vlan(event)
    }
}

impl From<FaultEvent> for TraceEvent {
    fn from(event: FaultEvent) -> Self {
        Self::Fault(event)
    }
}

/// Why a program's packet could not be sent; each is an errno of Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unsent {
    /// No row of the routing table matches (`ENETUNREACH`).
    NetworkUnreachable,
    /// The neighbour did not answer (`EHOSTUNREACH`).
    HostUnreachable,
    /// Longer than the link takes and not to be fragmented (`EMSGSIZE`).
    MessageTooLong,
    /// A broadcast without the permission to (`EACCES`).
    BroadcastForbidden,
    /// The source is no address of this node (`EADDRNOTAVAIL`).
    AddressNotAvailable,
    /// The cable is unplugged or down (`ENETDOWN`).
    NetworkDown,
    /// Too many packets wait for the neighbour (`ENOBUFS`).
    NoBuffers,
    /// The node's own firewall, or its translation, does not let it out (`EPERM`).
    Prohibited,
}
