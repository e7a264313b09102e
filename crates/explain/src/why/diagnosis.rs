//! What was found, as facts without words.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use lanternet_core::trace::{DnsLoop, IcmpSilence};
use lanternet_core::{IpNet, MacAddr, NodeId, PortRef, QueueLimit, Record, VlanId};
use lanternet_lab::{LeaseTrouble, Service, Transport};

/// Which way the packet went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From who asked.
    There,
    /// Back to who asked.
    Back,
}

/// Why a probe failed, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// On which way.
    pub direction: Direction,
    /// At which node; the one that sent, where it was on a link.
    pub node: NodeId,
    /// Why.
    pub diagnosis: Diagnosis,
    /// Why the asking node was not told, where a router would have told it.
    pub silence: Option<IcmpSilence>,
}

/// A router's address, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Router {
    /// The router.
    pub node: NodeId,
    /// Its address on the segment in question.
    pub address: IpAddr,
}

/// A row for a routing table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The destinations.
    pub to: IpNet,
    /// The next router.
    pub via: IpAddr,
}

/// A packet as a rule would name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passing {
    /// The source.
    pub from: IpAddr,
    /// The destination.
    pub to: IpAddr,
    /// The protocol: the word of the lab file.
    pub protocol: &'static str,
    /// The destination port.
    pub port: Option<u16>,
}

/// Why a probe failed. A `right` is what the lab file should say instead, where that is known.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields are named after what they are; the variants say the rest"
)]
pub enum Diagnosis {
    /// The asking node does not know the name, and has nobody to ask; perhaps `near` is meant.
    UnknownName { name: Option<Arc<str>>, near: Option<String>, server: Option<IpAddr> },
    /// The name servers say that there is no such name; perhaps `near` is meant. The zone that could
    /// have it, with its file.
    NoSuchName { name: Arc<str>, near: Option<String>, zone: Option<(Arc<str>, String)> },
    /// The name has no address.
    NameWithoutAddress { name: Arc<str>, zone: Option<(Arc<str>, String)> },
    /// The first name server did not answer, and why; others that the lab has.
    NameServerSilent {
        name: Arc<str>,
        server: Option<IpAddr>,
        cause: Option<Box<Finding>>,
        others: Vec<IpAddr>,
    },
    /// The name server looks nothing up for others.
    NotARecursiveServer {
        name: Arc<str>,
        server: IpAddr,
        node: Option<NodeId>,
        others: Vec<IpAddr>,
    },
    /// A zone was delegated to a server that does not serve it.
    LameDelegation { name: Arc<str>, node: NodeId, server: IpAddr, zone: Arc<str> },
    /// No server of a zone answered the server that asked.
    ZoneWithoutServer { name: Arc<str>, node: NodeId, zone: Arc<str> },
    /// The search went in a circle.
    NameLoop { name: Arc<str>, node: NodeId, why: DnsLoop, at: Arc<str> },
    /// The name server could not find out, and nobody said why.
    NotResolved { name: Arc<str>, server: Option<IpAddr> },
    /// The node that was asked for has no address.
    TargetWithoutAddress { node: NodeId },
    /// The node asks a DHCP server for an address, and has none.
    NoLease { node: NodeId, trouble: LeaseTrouble },
    /// The node that sends has no address.
    SenderWithoutAddress,
    /// The node that sends has addresses, and none of the destination's family.
    OtherFamily { destination: IpAddr },
    /// A packet came to an interface that has no address.
    InterfaceWithoutAddress { at: PortRef },

    /// A host has no gateway for a destination beyond its segment.
    NoGateway { destination: IpAddr, right: Option<Router> },
    /// A host's gateway is not on its segment.
    GatewayOffSegment { gateway: IpAddr, own: IpNet, right: Option<Router> },
    /// Nobody has the gateway's address.
    GatewayUnused { gateway: IpAddr, right: Option<Router> },
    /// The gateway's address belongs to a node on another segment.
    GatewayElsewhere { gateway: IpAddr, owner: NodeId, right: Option<Router> },
    /// The two hang on the same segment, but their addresses are in different networks. `odd` is
    /// the one that does not fit the others.
    OtherNetwork { own: IpNet, other: NodeId, others: IpNet, odd: NodeId, right: Option<IpNet> },
    /// The mask takes the destination for a neighbour, and it is not.
    MaskTooWide {
        own: IpNet,
        destination: IpAddr,
        owner: Option<NodeId>,
        right: Option<IpNet>,
        like: Option<NodeId>,
    },
    /// The mask takes a neighbour for a stranger.
    MaskTooNarrow { own: IpNet, destination: IpAddr, right: IpNet, like: NodeId },
    /// Nobody in the lab has the address.
    AddressUnused { address: IpAddr, own: IpNet, heard: Vec<NodeId> },
    /// The address is in use, and in the same network, but on another segment.
    NotCabledTogether { address: IpAddr, owner: NodeId },
    /// A port is in another VLAN than the rest of the station's network; `like` is one of those.
    WrongVlan { station: NodeId, at: PortRef, vlan: VlanId, right: VlanId, like: NodeId },
    /// A trunk does not carry the VLAN; `right` is what it should carry.
    TrunkLacksVlan { at: PortRef, vlan: VlanId, right: Vec<VlanId> },
    /// The native VLAN of a trunk is another one at each end.
    NativeMismatch { at: [PortRef; 2], vlans: [VlanId; 2] },
    /// A cable joins two VLANs of two switches.
    AccessMismatch { at: [PortRef; 2], vlans: [VlanId; 2] },
    /// An access port of the VLAN `own` is where frames of another VLAN would have to get through.
    AccessPortBetween { at: PortRef, own: VlanId, vlan: VlanId },
    /// Frames without a tag come to a trunk that has no native VLAN.
    TrunkWithoutNative { at: PortRef },
    /// Frames with a tag come to a node that has no interface for the VLAN.
    NoInterfaceForVlan { at: PortRef, vlan: VlanId },
    /// A row leads to a router that nobody is.
    NextHopUnused { destination: IpAddr, via: IpAddr, right: Option<IpAddr> },
    /// No row of the routing table matches.
    NoRoute { destination: IpAddr, right: Option<Row>, known: bool },
    /// The packet went in a circle until its TTL ended; `wrong` is the node whose row to replace.
    RoutingLoop { destination: IpAddr, routers: Vec<NodeId>, right: Option<(NodeId, Row)> },
    /// The TTL ended without a circle.
    TtlEnded { destination: IpAddr },
    /// A host was sent a packet to pass on.
    HostAsRouter { sender: NodeId, destination: IpAddr, right: Option<Router> },
    /// The host that has the next address does not answer, though its cables are plugged in.
    NeighborSilent { address: IpAddr, owner: NodeId },
    /// Too many packets wait for one neighbour.
    NeighborQueueFull { address: IpAddr, limit: u16 },

    /// No cable is in this interface or port.
    NoCable { at: PortRef },
    /// A cable is not plugged in.
    CableDown { link: usize },
    /// A node has no power.
    NodeDown { node: NodeId },
    /// Somebody has parted two nodes.
    Partitioned { from: NodeId, to: NodeId },
    /// The frame waits on the link until somebody releases it.
    Held { link: usize },
    /// The link lost the frame.
    Lost { link: usize, chance: u32 },
    /// The queue in front of a link was full.
    QueueFull { link: usize, limit: QueueLimit },
    /// Longer than a link takes, at a node that cannot cut it.
    TooLong { link: usize, len: u32, mtu: u16 },
    /// Longer than the next link takes, and not to be cut.
    MayNotBeCut { len: u32, mtu: u16, link: Option<usize> },
    /// The link damaged the frame.
    Damaged { link: Option<usize> },
    /// A frame goes in circles between switches.
    Storm { nodes: Vec<NodeId> },
    /// Flooded, and every station ignored it.
    Ignored,
    /// A neighbour row written by hand names a hardware address that no station has. `right` is the
    /// station with that IP address, and its hardware address.
    WrongNeighborRow {
        holder: NodeId,
        address: IpAddr,
        mac: MacAddr,
        right: Option<(NodeId, MacAddr)>,
    },
    /// A row of a switch written by hand puts a station behind a port where it is not.
    WrongMacRow { switch: NodeId, port: u16, mac: MacAddr, station: NodeId },

    /// No program listens on the port; these are the ports on which programs listen there. With
    /// `only`, one does listen on the port, but at that address.
    NotListening { service: Service, others: Vec<Service>, only: Option<IpAddr> },
    /// As many connections wait as the program allowed.
    BacklogFull { local: SocketAddr, backlog: u32 },
    /// The program does not read.
    ReceiveBufferFull { local: SocketAddr, limit: u32 },
    /// Two nodes have the address, and the other one took the packet.
    Duplicate { address: IpAddr, meant: NodeId, got: NodeId },

    /// No port of a translating node leads inside from here; `right` is a program inside that could
    /// be meant.
    NotForwarded { outside: SocketAddr, transport: Transport, right: Option<(NodeId, SocketAddr)> },
    /// An address that exists only inside, behind a node that translates; `outside` is what stands
    /// for it.
    InsideAddress { destination: IpAddr, router: NodeId, outside: Option<IpAddr> },
    /// The translation lets only those in to whom the inside end has spoken.
    NatFiltered { source: SocketAddr, inside: SocketAddr },
    /// A rule forbids it, or no rule allows it.
    Forbidden { rule: Option<(u16, Arc<str>)>, right: Option<Passing> },

    /// The packet was taken in, and no answer was sent.
    NoAnswer,
    /// What ended it needs no more than its own sentence.
    Other { record: Box<Record> },
    /// The trace does not say.
    Unknown,
}
