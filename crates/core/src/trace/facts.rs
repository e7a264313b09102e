//! The facts that reasons are made of.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Serialize, Serializer};

use crate::id::PortId;

/// Why a switch sent a frame out of all other ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FloodCause {
    /// The table has no row for the destination.
    UnknownUnicast,
    /// The destination is everybody.
    Broadcast,
    /// The destination is a group, and the switch does not know its members.
    Multicast,
    /// The destination is all bridges, and this one takes no part in a spanning tree.
    BridgeGroup,
    /// The destination is a group, and the switch has listened in on who takes part.
    GroupMembers,
    /// The destination is a group of which the switch knows no member, or a report for routers.
    RouterPorts,
}

/// Where the hardware address of a neighbour was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LearnedFrom {
    /// In an answer to our question.
    Reply,
    /// In a question for our address: who asks tells its own address with it (RFC 826).
    Request,
    /// In an announcement that nobody asked for.
    Announcement,
    /// In a message between routers and hosts: a solicitation, an advertisement, a redirect
    /// (RFC 4861).
    Router,
}

/// The state of a neighbour, as `ip neigh` shows it (RFC 4861 section 7.3.2, used for ARP as well).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum NeighborState {
    /// Asked for, no answer yet.
    Incomplete,
    /// Known, and confirmed a short time ago.
    Reachable,
    /// Known, not confirmed for a while; used all the same.
    Stale,
    /// Used while stale; waiting a moment for a sign of life before asking.
    Delay,
    /// Being asked again, by unicast.
    Probe,
    /// Asked in vain.
    Failed,
    /// Set by configuration, never asked for.
    Permanent,
}

impl fmt::Display for NeighborState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Incomplete => "INCOMPLETE",
            Self::Reachable => "REACHABLE",
            Self::Stale => "STALE",
            Self::Delay => "DELAY",
            Self::Probe => "PROBE",
            Self::Failed => "FAILED",
            Self::Permanent => "PERMANENT",
        })
    }
}

/// Where a row of a routing table comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RouteKind {
    /// The node's own address or loopback.
    Local,
    /// The segment of one of its interfaces.
    Connected,
    /// Written in the lab file (a gateway is a static default route).
    Static,
    /// Told by a DHCP server (RFC 2132 section 3.5, RFC 3442).
    Dhcp,
    /// Told by a router advertisement (RFC 4861 section 6.3.4).
    RouterAdvertisement,
    /// Learned from an ICMP redirect.
    Redirect,
}

/// A row of a routing table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The destinations it is for.
    pub destination: IpNet,
    /// The next router, or `None` where the destination is on the segment itself.
    pub via: Option<IpAddr>,
    /// The interface it leads out of.
    pub interface: PortId,
    /// Where it comes from.
    pub kind: RouteKind,
}

impl Route {
    /// Whether it matches every destination.
    pub fn is_default(&self) -> bool {
        self.destination.prefix_len() == 0
    }
}

/// Why a destination cannot be reached (ICMP destination unreachable, RFC 792 and RFC 1812
/// section 5.2.7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unreachable {
    /// Code 0: no route.
    Network,
    /// Code 1: the last router found no such neighbour.
    Host,
    /// Code 2: the host does not speak that protocol.
    Protocol,
    /// Code 3: no program listens on that port.
    Port,
    /// Code 4: too long for the next link, and it must not be fragmented (RFC 1191).
    FragmentationNeeded {
        /// What the next link takes, in bytes; 0 when a router from before RFC 1191 did not say.
        mtu: u16,
    },
    /// Code 13: forbidden by a rule (ICMPv6: code 1).
    Prohibited,
    /// ICMPv6 code 2: the source address counts on its own segment only (RFC 4443 section 3.1).
    BeyondScope,
    /// Any other code.
    Other {
        /// The code.
        code: u8,
    },
}

/// An ICMP message, as far as reasons name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IcmpMessage {
    /// A question for a sign of life.
    EchoRequest {
        /// Which program asks.
        ident: u16,
        /// Which of its questions this is.
        seq: u16,
    },
    /// The answer.
    EchoReply {
        /// Which program asked.
        ident: u16,
        /// Which question this answers.
        seq: u16,
    },
    /// It could not be delivered.
    Unreachable(Unreachable),
    /// The TTL ended at a router (code 0).
    TtlExceeded,
    /// Some fragments never came (code 1).
    ReassemblyTimeExceeded,
    /// There is a better first router on your own segment.
    Redirect {
        /// That router.
        gateway: IpAddr,
    },
    /// A header field makes no sense.
    ParameterProblem {
        /// The offset of the field in the header.
        pointer: u8,
    },
    /// A header of an IPv6 packet makes no sense, or is unknown (RFC 4443 section 3.4).
    HeaderProblem {
        /// What is wrong.
        problem: HeaderProblem,
        /// The offset of the field in the packet.
        pointer: u32,
    },
    /// Any other type.
    Other {
        /// The type.
        kind: u8,
        /// The code.
        code: u8,
    },
}

/// What is wrong with a header of an IPv6 packet (RFC 4443 section 3.4, RFC 7112 section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeaderProblem {
    /// Code 0: a field makes no sense.
    Field,
    /// Code 1: nobody here knows the next header, or speaks the protocol.
    NextHeader,
    /// Code 2: an option is unknown.
    Option,
    /// Code 3: the first fragment does not hold all headers.
    FirstFragment,
    /// Any other code.
    Other {
        /// The code.
        code: u8,
    },
}

impl HeaderProblem {
    /// The code of an ICMPv6 parameter problem (RFC 4443 section 3.4, RFC 7112 section 5).
    pub const fn code(self) -> u8 {
        match self {
            Self::Field => 0,
            Self::NextHeader => 1,
            Self::Option => 2,
            Self::FirstFragment => 3,
            Self::Other { code } => code,
        }
    }
}

/// Why an ICMP error was not sent (RFC 1122 section 3.2.2, RFC 1812 sections 4.3.2.7 and 4.3.2.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IcmpSilence {
    /// The packet was itself an ICMP error.
    AboutIcmpError,
    /// It was sent to a broadcast or multicast address.
    AboutGroup,
    /// It came in a link-layer broadcast.
    AboutLinkBroadcast,
    /// Only the first fragment is answered.
    AboutLaterFragment,
    /// Its source is no single host.
    SourceNotUnicast,
    /// Too many errors in a short time.
    RateLimited,
    /// There is no route back to its source.
    NoRouteBack,
}

/// The state of a TCP connection (RFC 9293 section 3.3.2), shown as RFC and `ss` write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum TcpState {
    /// No connection.
    Closed,
    /// Waiting for anybody.
    Listen,
    /// Sent a SYN.
    SynSent,
    /// Got a SYN, answered with SYN and ACK.
    SynReceived,
    /// Open in both directions.
    Established,
    /// Sent a FIN.
    #[serde(rename = "FIN-WAIT-1")]
    FinWait1,
    /// Our FIN was acknowledged; the peer may still send.
    #[serde(rename = "FIN-WAIT-2")]
    FinWait2,
    /// The peer sent a FIN; we may still send.
    CloseWait,
    /// Both sent a FIN, ours is not acknowledged yet.
    Closing,
    /// The peer's FIN came first; ours is not acknowledged yet.
    LastAck,
    /// Closed; waiting for stray segments to die out.
    TimeWait,
}

impl fmt::Display for TcpState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Closed => "CLOSED",
            Self::Listen => "LISTEN",
            Self::SynSent => "SYN-SENT",
            Self::SynReceived => "SYN-RECEIVED",
            Self::Established => "ESTABLISHED",
            Self::FinWait1 => "FIN-WAIT-1",
            Self::FinWait2 => "FIN-WAIT-2",
            Self::CloseWait => "CLOSE-WAIT",
            Self::Closing => "CLOSING",
            Self::LastAck => "LAST-ACK",
            Self::TimeWait => "TIME-WAIT",
        })
    }
}

/// The control bits of a TCP segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpFlags(pub u8);

impl TcpFlags {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// Synchronise sequence numbers.
    pub const SYN: u8 = 0x02;
    /// Reset the connection.
    pub const RST: u8 = 0x04;
    /// Hand on to the program at once.
    pub const PSH: u8 = 0x08;
    /// The acknowledgement field counts.
    pub const ACK: u8 = 0x10;
    /// The urgent pointer counts.
    pub const URG: u8 = 0x20;

    /// Whether all of these bits are set.
    pub const fn has(self, bits: u8) -> bool {
        self.0 & bits == bits
    }
}

impl fmt::Display for TcpFlags {
    /// `SYN, ACK` as Wireshark lists them; `none` without any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (Self::FIN, "FIN"),
            (Self::SYN, "SYN"),
            (Self::RST, "RST"),
            (Self::PSH, "PSH"),
            (Self::ACK, "ACK"),
            (Self::URG, "URG"),
        ];
        let set: Vec<_> =
            names.iter().filter(|(bit, _)| self.has(*bit)).map(|(_, name)| *name).collect();
        f.pad(if set.is_empty() { "none".to_owned() } else { set.join(", ") }.as_str())
    }
}

impl Serialize for TcpFlags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a reason tells of a TCP segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TcpSegment {
    /// Whether the node sent or received it.
    pub direction: SegmentDirection,
    /// The control bits.
    pub flags: TcpFlags,
    /// The sequence number.
    pub seq: u32,
    /// The acknowledgement number; meaningful with ACK.
    pub ack: u32,
    /// Bytes of data.
    pub len: u32,
}

/// Which way a segment went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SegmentDirection {
    /// It left the node.
    Sent,
    /// It came to the node.
    Received,
}

/// Why a segment was sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetransmitCause {
    /// No acknowledgement came in time (RFC 6298).
    Timeout,
    /// Three duplicate acknowledgements came: fast retransmit (RFC 5681 section 3.2).
    DuplicateAcks,
}

/// Why a reset was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResetCause {
    /// No program listens on the port, and there is no such connection (RFC 9293 section 3.10.7.1).
    NoListener,
    /// The program gave the connection up, or closed it with data unread.
    Aborted,
    /// The segment does not fit the state of the connection.
    Unacceptable,
    /// A firewall's rule rejects it.
    Rejected,
}

/// Which list answered a question for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameSource {
    /// It is an address already.
    Literal,
    /// The host's own `hosts:` entries.
    Hosts,
    /// The lab's nodes.
    Lab,
    /// The host's own cache, from what name servers said before.
    Cache,
    /// A name server that was asked now.
    Dns,
}

/// One of a program's output streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}
