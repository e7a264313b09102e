//! A packet as connection tracking and rules see it, whichever IP it is of.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Protocol numbers (IANA).
pub const ICMP: u8 = 1;
/// TCP's number.
pub const TCP: u8 = 6;
/// UDP's number.
pub const UDP: u8 = 17;
/// ICMPv6's number.
pub const ICMPV6: u8 = 58;

/// One end of a flow. For an ICMP question the identifier takes the place of the asker's port, and
/// the other end's is 0 (RFC 5508 section 3: the identifier is what tells sessions apart); where a
/// protocol has no ports, both are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// The address.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
}

impl Endpoint {
    /// The end with this address and port.
    pub fn new(address: impl Into<IpAddr>, port: u16) -> Self {
        Self { address: address.into(), port }
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(end: SocketAddr) -> Self {
        Self { address: end.ip(), port: end.port() }
    }
}

impl From<Endpoint> for SocketAddr {
    fn from(end: Endpoint) -> Self {
        Self::new(end.address, end.port)
    }
}

/// What all packets of one direction of a flow have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tuple {
    /// The protocol (IANA number).
    pub protocol: u8,
    /// Who sends.
    pub source: Endpoint,
    /// To whom.
    pub destination: Endpoint,
}

impl Tuple {
    /// The same for the other direction.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self { protocol: self.protocol, source: self.destination, destination: self.source }
    }
}

/// The flags of a TCP segment that change a connection's state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpFlags {
    /// Synchronize.
    pub syn: bool,
    /// The acknowledgement counts.
    pub ack: bool,
    /// Nothing more will come.
    pub fin: bool,
    /// Reset.
    pub rst: bool,
}

/// What kind of packet it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A TCP segment.
    Tcp(TcpFlags),
    /// A UDP datagram.
    Udp,
    /// An ICMP question, or the answer to one.
    Query {
        /// Whether it is the answer.
        answer: bool,
    },
    /// An ICMP error.
    Error {
        /// Of the packet that it is about, as far as the quote tells.
        quoted: Option<Tuple>,
    },
    /// Any other protocol, or an ICMP message that neither asks, answers nor tells an error.
    Other,
}

/// What connection tracking and rules ask about a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Protocol and ends.
    pub tuple: Tuple,
    /// What it is.
    pub class: Class,
    /// Type and code of an ICMP message.
    pub icmp: Option<(u8, u8)>,
    /// Bytes of the whole packet.
    pub len: u16,
}

/// Why a packet cannot be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// A header is cut off.
    Short,
    /// A piece of a packet that is not the first: it has no ports.
    LaterFragment,
}

/// Where the parts of an IP packet are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) protocol: u8,
    /// Where what is above IP begins.
    pub(super) transport: usize,
    /// Whether it is a piece other than the first.
    pub(super) later: bool,
}

impl Layout {
    /// Of a packet whose IP header may be followed by very little, as in a quote.
    pub(super) fn of(packet: &[u8]) -> Option<Self> {
        match packet.first()? >> 4 {
            4 => {
                let header: &[u8; 20] = packet.first_chunk()?;
                let transport = usize::from(header[0] & 0x0f) * 4;
                let octets = |at: usize| -> IpAddr {
                    Ipv4Addr::new(header[at], header[at + 1], header[at + 2], header[at + 3]).into()
                };
                let later = u16::from_be_bytes([header[6] & 0x1f, header[7]]) != 0;
                let (source, destination, protocol) = (octets(12), octets(16), header[9]);
                let whole = transport >= 20 && transport <= packet.len();
                whole.then_some(Self { source, destination, protocol, transport, later })
            }
            6 => Self::of_v6(packet),
            _ => None,
        }
    }

    /// Extension headers are stepped over (RFC 8200 section 4).
    fn of_v6(packet: &[u8]) -> Option<Self> {
        const HOP_BY_HOP: u8 = 0;
        const ROUTING: u8 = 43;
        const FRAGMENT: u8 = 44;
        const DESTINATION_OPTIONS: u8 = 60;
        let header: &[u8; 40] = packet.first_chunk()?;
        let octets = |at: usize| -> Option<IpAddr> {
            let octets: [u8; 16] = header[at..at + 16].try_into().ok()?;
            Some(Ipv6Addr::from(octets).into())
        };
        let (source, destination) = (octets(8)?, octets(24)?);
        let (mut protocol, mut transport, mut later) = (header[6], 40, false);
        while !later {
            let rest = packet.get(transport..)?;
            let len = match protocol {
                HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS => 8 + usize::from(*rest.get(1)?) * 8,
                FRAGMENT => {
                    later = u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]) & 0xfff8 != 0;
                    8
                }
                _ => break,
            };
            protocol = *rest.first()?;
            transport += len;
        }
        let whole = transport <= packet.len();
        whole.then_some(Self { source, destination, protocol, transport, later })
    }
}

/// What an ICMP message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IcmpUse {
    Question,
    Answer,
    Error,
    Other,
}

/// By type: RFC 792 and IANA's list; for version 6, RFC 4443 section 2.1.
pub(super) fn icmp_use(protocol: u8, kind: u8) -> IcmpUse {
    match (protocol, kind) {
        (ICMP, 8 | 13 | 15 | 17) | (ICMPV6, 128) => IcmpUse::Question,
        (ICMP, 0 | 14 | 16 | 18) | (ICMPV6, 129) => IcmpUse::Answer,
        (ICMP, 3 | 4 | 5 | 11 | 12) | (ICMPV6, 0..=127) => IcmpUse::Error,
        _ => IcmpUse::Other,
    }
}

impl Summary {
    /// Of a whole packet, whose IP header was checked.
    ///
    /// # Errors
    /// What is missing.
    pub fn of(packet: &[u8]) -> Result<Self, Unreadable> {
        let layout = Layout::of(packet).ok_or(Unreadable::Short)?;
        if layout.later {
            return Err(Unreadable::LaterFragment);
        }
        let transport = &packet[layout.transport..];
        let tuple = ports(&layout, transport).ok_or(Unreadable::Short)?;
        let mut icmp = None;
        let class = match layout.protocol {
            TCP => {
                let flags = *transport.get(13).ok_or(Unreadable::Short)?;
                Class::Tcp(TcpFlags {
                    fin: flags & 0x01 != 0,
                    syn: flags & 0x02 != 0,
                    rst: flags & 0x04 != 0,
                    ack: flags & 0x10 != 0,
                })
            }
            UDP => Class::Udp,
            protocol @ (ICMP | ICMPV6) => {
                let [kind, code, ..] = *transport else {
                    return Err(Unreadable::Short);
                };
                icmp = Some((kind, code));
                match icmp_use(protocol, kind) {
                    IcmpUse::Question => Class::Query { answer: false },
                    IcmpUse::Answer => Class::Query { answer: true },
                    IcmpUse::Error => {
                        Class::Error { quoted: transport.get(8..).and_then(quoted_tuple) }
                    }
                    IcmpUse::Other => Class::Other,
                }
            }
            _ => Class::Other,
        };
        let len = u16::try_from(packet.len()).unwrap_or(u16::MAX);
        Ok(Self { tuple, class, icmp, len })
    }
}

/// The tuple of the packet that an ICMP error quotes, if the quote reaches far enough to tell.
pub fn quoted_tuple(quote: &[u8]) -> Option<Tuple> {
    let layout = Layout::of(quote)?;
    // A later fragment has no ports, and no error is sent about one (RFC 1122 section 3.2.2).
    if layout.later {
        return None;
    }
    ports(&layout, &quote[layout.transport..])
}

fn ports(layout: &Layout, transport: &[u8]) -> Option<Tuple> {
    let word = |at: usize| Some(u16::from_be_bytes([*transport.get(at)?, *transport.get(at + 1)?]));
    let (source, destination) = match layout.protocol {
        TCP | UDP => (word(0)?, word(2)?),
        protocol @ (ICMP | ICMPV6) => match icmp_use(protocol, *transport.first()?) {
            IcmpUse::Question => (word(4)?, 0),
            IcmpUse::Answer => (0, word(4)?),
            IcmpUse::Error => word(6).map(|_| (0, 0))?,
            IcmpUse::Other => (0, 0),
        },
        _ => (0, 0),
    };
    Some(Tuple {
        protocol: layout.protocol,
        source: Endpoint { address: layout.source, port: source },
        destination: Endpoint { address: layout.destination, port: destination },
    })
}
