//! What ICMP tells a program: echo replies, and why a packet did not arrive.
//!
//! RFC 792 (ICMP), RFC 1122 section 3.2.2.1 and RFC 1812 section 5.2.7.1 (codes of destination
//! unreachable), RFC 4443 (ICMPv6). The words are those of iputils' ping, the marks those of
//! traceroute.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};

use crate::text;

/// Why there is no socket for echo requests, and what to do about it.
pub fn cannot_open(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => format!(
            "socket: {}: this system lets no ordinary program send echo requests; on Linux the \
             administrator allows it with sysctl net.ipv4.ping_group_range",
            text::describe(error)
        ),
        _ => format!("socket: {}", text::describe(error)),
    }
}

/// An echo request to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchoRequest<'a> {
    /// The sequence number that the reply brings back.
    pub sequence: u16,
    /// The bytes that the reply brings back.
    pub payload: &'a [u8],
    /// How many routers may forward it, plus one.
    pub ttl: u8,
    /// Forbid fragmentation; IPv6 routers never fragment.
    pub dont_fragment: bool,
}

/// What came back for an echo request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IcmpMessage {
    /// Who sent it: the destination, or whoever could not deliver.
    pub from: IpAddr,
    /// The TTL it arrived with, where the host knows it.
    pub ttl: Option<u8>,
    /// What it says.
    pub kind: IcmpKind,
    /// The request it is about.
    pub about: EchoAbout,
}

/// The request that an [`IcmpMessage`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchoAbout {
    /// Where the request went.
    pub destination: IpAddr,
    /// Its sequence number.
    pub sequence: u16,
}

/// What an [`IcmpMessage`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IcmpKind {
    /// The destination answered with these bytes.
    EchoReply {
        /// The request's payload, as it came back.
        payload: Vec<u8>,
    },
    /// The request did not arrive.
    Error(IcmpError),
}

/// An ICMP error about a UDP datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UdpError {
    /// Who reported it: a router, the destination, or this host itself when nobody answered ARP.
    pub from: IpAddr,
    /// What it reported.
    pub error: IcmpError,
    /// Where the datagram went.
    pub about: SocketAddr,
}

/// Why a packet was not delivered, for both families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpError {
    /// TTL or hop limit reached zero at a router (type 11 code 0; ICMPv6 type 3 code 0).
    TimeExceeded,
    /// Fragments were missing for too long (type 11 code 1; ICMPv6 type 3 code 1).
    ReassemblyTimeExceeded,
    /// No way on (type 3; ICMPv6 types 1 and 2).
    Unreachable(Unreachable),
    /// A header field makes no sense (type 12; ICMPv6 type 4).
    ParameterProblem,
    /// Any other type and code.
    Other {
        /// The ICMP type.
        kind: u8,
        /// The ICMP code.
        code: u8,
    },
}

/// The codes of destination unreachable, for both families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// No route (code 0; ICMPv6 code 0).
    Network,
    /// The last router found no such host (code 1; ICMPv6 code 3, "address").
    Host,
    /// The host does not speak the protocol (code 2).
    Protocol,
    /// Nothing listens on the port (code 3; ICMPv6 code 4).
    Port,
    /// Longer than the next link carries, and may not be fragmented (code 4; ICMPv6 type 2).
    FragmentationNeeded {
        /// MTU of the next link in bytes (RFC 1191); 0 from routers older than that.
        mtu: u32,
    },
    /// The source route of the packet cannot be followed (code 5).
    SourceRouteFailed,
    /// Code 6.
    NetworkUnknown,
    /// Code 7.
    HostUnknown,
    /// Forbidden for the network (code 9).
    NetworkProhibited,
    /// Forbidden for the host (code 10).
    HostProhibited,
    /// A filter forbids it (code 13; ICMPv6 code 1).
    Filtered,
    /// Any other code.
    Other(u8),
}

impl IcmpError {
    /// The error in an ICMP message with this type and code; `mtu` is the field of that name.
    pub const fn from_icmpv4(kind: u8, code: u8, mtu: u32) -> Self {
        match (kind, code) {
            (3, code) => Self::Unreachable(match code {
                0 => Unreachable::Network,
                1 => Unreachable::Host,
                2 => Unreachable::Protocol,
                3 => Unreachable::Port,
                4 => Unreachable::FragmentationNeeded { mtu },
                5 => Unreachable::SourceRouteFailed,
                6 => Unreachable::NetworkUnknown,
                7 => Unreachable::HostUnknown,
                9 => Unreachable::NetworkProhibited,
                10 => Unreachable::HostProhibited,
                13 => Unreachable::Filtered,
                code => Unreachable::Other(code),
            }),
            (11, 0) => Self::TimeExceeded,
            (11, 1) => Self::ReassemblyTimeExceeded,
            (12, _) => Self::ParameterProblem,
            (kind, code) => Self::Other { kind, code },
        }
    }

    /// The error in an ICMPv6 message with this type and code; `mtu` is the field of that name.
    pub const fn from_icmpv6(kind: u8, code: u8, mtu: u32) -> Self {
        match (kind, code) {
            (1, code) => Self::Unreachable(match code {
                0 => Unreachable::Network,
                1 => Unreachable::Filtered,
                3 => Unreachable::Host,
                4 => Unreachable::Port,
                code => Unreachable::Other(code),
            }),
            (2, _) => Self::Unreachable(Unreachable::FragmentationNeeded { mtu }),
            (3, 0) => Self::TimeExceeded,
            (3, 1) => Self::ReassemblyTimeExceeded,
            (4, _) => Self::ParameterProblem,
            (kind, code) => Self::Other { kind, code },
        }
    }

    /// The words of iputils' ping for an error about a packet to an address of this family.
    pub const fn words(self, family: crate::sockets::Family) -> Words {
        Words(self, family)
    }

    /// The mark of traceroute; `None` where the answer is what traceroute hopes for: time exceeded
    /// on the way, port unreachable at the end.
    pub fn mark(self) -> Option<String> {
        let letter = match self {
            Self::TimeExceeded | Self::Unreachable(Unreachable::Port) => return None,
            Self::Unreachable(Unreachable::FragmentationNeeded { mtu }) => {
                return Some(format!("!F-{mtu}"));
            }
            Self::Unreachable(Unreachable::Network | Unreachable::NetworkUnknown) => "!N",
            Self::Unreachable(Unreachable::Host | Unreachable::HostUnknown) => "!H",
            Self::Unreachable(Unreachable::Protocol) => "!P",
            Self::Unreachable(Unreachable::SourceRouteFailed) => "!S",
            Self::Unreachable(
                Unreachable::NetworkProhibited
                | Unreachable::HostProhibited
                | Unreachable::Filtered,
            ) => "!X",
            Self::Unreachable(Unreachable::Other(code)) => return Some(format!("!<{code}>")),
            Self::ReassemblyTimeExceeded | Self::ParameterProblem => "!",
            Self::Other { kind, code } => return Some(format!("!<{kind}-{code}>")),
        };
        Some(letter.to_owned())
    }
}

/// An [`IcmpError`] in the words of iputils' ping.
#[derive(Clone, Copy, Debug)]
pub struct Words(IcmpError, crate::sockets::Family);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::sockets::Family::{V4, V6};
        use IcmpError as E;
        use Unreachable as U;
        f.write_str(match (self.0, self.1) {
            (E::TimeExceeded, V4) => "Time to live exceeded",
            (E::ReassemblyTimeExceeded, V4) => "Frag reassembly time exceeded",
            (E::TimeExceeded, V6) => "Time exceeded: Hop limit",
            (E::ReassemblyTimeExceeded, V6) => "Time exceeded: Defragmentation failure",
            (E::ParameterProblem, V4) => "Parameter problem",
            (E::ParameterProblem, V6) => "Parameter problem: Wrong header field",
            (E::Other { kind, code }, _) => {
                return write!(f, "ICMP type {kind} code {code}");
            }
            (E::Unreachable(U::FragmentationNeeded { mtu }), V4) => {
                return write!(f, "Frag needed and DF set (mtu = {mtu})");
            }
            (E::Unreachable(U::FragmentationNeeded { mtu }), V6) => {
                return write!(f, "Packet too big: mtu={mtu}");
            }
            (E::Unreachable(U::Other(code)), V4) => {
                return write!(f, "Dest Unreachable, Bad Code: {code}");
            }
            (E::Unreachable(U::Other(2)), V6) => {
                "Destination unreachable: Beyond scope of source address"
            }
            (E::Unreachable(U::Other(code)), V6) => {
                return write!(f, "Destination unreachable: Unknown code {code}");
            }
            (E::Unreachable(U::Network), V6) => "Destination unreachable: No route",
            (E::Unreachable(U::Host), V6) => "Destination unreachable: Address unreachable",
            (E::Unreachable(U::Port), V6) => "Destination unreachable: Port unreachable",
            (E::Unreachable(U::Filtered), V6) => {
                "Destination unreachable: Administratively prohibited"
            }
            (E::Unreachable(U::Network), V4) => "Destination Net Unreachable",
            (E::Unreachable(U::Host), V4) => "Destination Host Unreachable",
            (E::Unreachable(U::Port), V4) => "Destination Port Unreachable",
            (E::Unreachable(U::Filtered), V4) => "Packet filtered",
            (E::Unreachable(U::Protocol), _) => "Destination Protocol Unreachable",
            (E::Unreachable(U::SourceRouteFailed), _) => "Source Route Failed",
            (E::Unreachable(U::NetworkUnknown), _) => "Destination Net Unknown",
            (E::Unreachable(U::HostUnknown), _) => "Destination Host Unknown",
            (E::Unreachable(U::NetworkProhibited), _) => "Destination Net Prohibited",
            (E::Unreachable(U::HostProhibited), _) => "Destination Host Prohibited",
        })
    }
}
