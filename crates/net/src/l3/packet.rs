//! What passes between the IP layer and what is above it.

use std::borrow::Cow;
use std::net::IpAddr;

use lanternet_core::trace::IcmpMessage;
use lanternet_core::{Context, Frame, FrameId, MacAddr, PortId};

use super::ipv6::header;

/// Room for the Ethernet header in front of every packet that is handed to
/// [`L3::send`](super::L3::send): the packet starts at this offset of its buffer.
pub const HEADROOM: usize = Frame::HEADER_LEN;

/// What came up from the IP layer.
#[derive(Debug)]
pub enum Delivery {
    /// A packet for a protocol above.
    Packet(Inbound),
    /// An ICMP message for programs.
    Icmp(IcmpInbound),
    /// A router told of these name servers (RFC 8106).
    NameServers(Vec<IpAddr>),
}

impl Delivery {
    /// The frame it came in: the cause of what is done because of it.
    pub fn about(&self) -> Option<FrameId> {
        match self {
            Self::Packet(inbound) => inbound.about,
            Self::Icmp(icmp) => icmp.about,
            Self::NameServers(_) => None,
        }
    }
}

/// A whole packet for this node, its IP header checked.
#[derive(Debug)]
pub struct Inbound {
    /// The interface it came in by; `None` for a packet that never left the node.
    pub interface: Option<PortId>,
    /// The frame it came in: the cause of what is done because of it.
    pub about: Option<FrameId>,
    /// Who sent it.
    pub source: IpAddr,
    /// The address it was sent to.
    pub destination: IpAddr,
    /// The protocol above (IANA number).
    pub protocol: u8,
    /// The TTL it arrived with.
    pub ttl: u8,
    /// Whether it came to all stations of the segment, or to a group of them.
    pub link_group: bool,
    pub(super) data: Data,
    /// Where the packet starts and ends in the data.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) header_len: u16,
}

/// Where a packet's bytes are.
#[derive(Debug)]
pub(super) enum Data {
    /// In the frame that brought it.
    Frame(Frame),
    /// In a buffer: looped back, or put together from fragments.
    Buffer(Vec<u8>),
}

impl Inbound {
    /// The whole IP packet, without the padding that a frame may have.
    pub fn packet(&self) -> &[u8] {
        let bytes = match &self.data {
            Data::Frame(frame) => frame.bytes(),
            Data::Buffer(buffer) => buffer,
        };
        &bytes[self.start as usize..self.end as usize]
    }

    /// What is above the IP header.
    pub fn payload(&self) -> &[u8] {
        &self.packet()[usize::from(self.header_len)..]
    }

    /// The whole packet with nothing but the IP header in front of what is above it: IPv6 may have
    /// had extension headers there.
    pub fn plain_packet(&self) -> Cow<'_, [u8]> {
        let (packet, offset) = (self.packet(), usize::from(self.header_len));
        if self.source.is_ipv4() || offset == header::HEADER {
            return Cow::Borrowed(packet);
        }
        Cow::Owned(header::without_extensions(packet, self.protocol, offset))
    }

    /// The hardware address that sent it, where that is known.
    pub(super) fn source_mac(&self) -> Option<MacAddr> {
        match &self.data {
            Data::Frame(frame) => frame.source(),
            Data::Buffer(_) => None,
        }
    }

    /// Whether all its checksums are known to be right: see [`Frame::is_checksummed`].
    pub fn is_checksummed(&self) -> bool {
        matches!(&self.data, Data::Frame(frame) if frame.is_checksummed())
    }

    /// Gives the memory back for the frames to come.
    pub fn recycle(self, ctx: &mut Context<'_>) {
        if let Data::Frame(frame) = self.data {
            ctx.recycle(frame);
        }
    }
}

/// An ICMP message for programs: an echo reply, or an error about a packet of this node. Where a
/// neighbour did not answer, the error comes from the node's own address, as Linux does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IcmpInbound {
    /// Who sent it.
    pub from: IpAddr,
    /// The address it was sent to.
    pub to: IpAddr,
    /// The TTL it arrived with.
    pub ttl: u8,
    /// The interface it came in by; `None` for one that never left the node.
    pub interface: Option<PortId>,
    /// The frame it came in.
    pub about: Option<FrameId>,
    /// What it says.
    pub message: IcmpMessage,
    /// The data of an echo reply; empty for an error.
    pub payload: Vec<u8>,
    /// For an error: the packet of this node that it is about.
    pub original: Option<Original>,
}

/// The beginning of a packet as an ICMP error quotes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its source: an address of this node.
    pub source: IpAddr,
    /// Its destination.
    pub destination: IpAddr,
    /// The protocol above (IANA number).
    pub protocol: u8,
    /// What was above the IP header: at least 8 bytes (RFC 792), often more.
    pub transport: Vec<u8>,
}

/// How a packet is to be sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct SendOptions {
    /// The checksum of what is above IP was computed by the caller just now.
    pub checksummed: bool,
    /// Broadcasts are allowed (`SO_BROADCAST`).
    pub broadcast: bool,
    /// The interface for limited broadcasts and multicasts; otherwise that of the route, or the
    /// first with an address. A link-local IPv6 destination has none but this.
    pub interface: Option<PortId>,
    /// Refuse an IPv6 packet that does not fit its way, rather than cut it. An IPv4 packet says so
    /// itself.
    pub dont_fragment: bool,
    /// A packet to a group is not for its members on this node (`IP_MULTICAST_LOOP` is off).
    pub unheard_here: bool,
}
