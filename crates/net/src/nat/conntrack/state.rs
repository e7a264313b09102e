//! How far a conversation is, and how long it lives without packets.
//!
//! TCP as in RFC 6146 section 3.5.2, which puts RFC 5382's requirements into a state machine, with
//! one state more, so that a handshake can be watched: a connection counts as established when
//! both have sent a SYN and the first has acknowledged.

use lanternet_core::Duration;

use super::super::packet::{Class, TcpFlags};

/// Which way a packet of a flow goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// As the first packet.
    Original,
    /// The answers' way.
    Reply,
}

impl Direction {
    /// The opposite.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Original => Self::Reply,
            Self::Reply => Self::Original,
        }
    }
}

/// How far a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// TCP: one side has sent a SYN.
    SynSent,
    /// TCP: the other has, too.
    SynReceived,
    /// TCP: both know that the other is there.
    Established,
    /// TCP: one side will send nothing more.
    FinWait {
        /// Which.
        by: Direction,
    },
    /// TCP: both sides have closed.
    Closing,
    /// TCP: a side has reset the connection.
    Reset,
    /// UDP: nobody has answered yet.
    UdpUnanswered,
    /// UDP: both have spoken.
    UdpAnswered,
    /// An ICMP question and its answer.
    Query,
    /// Another protocol.
    Other,
}

/// How long flows live without packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// An established TCP connection (RFC 5382 REQ-5: at least 2 hours 4 minutes).
    pub tcp_established: Duration,
    /// A TCP connection being opened or closed (RFC 5382 REQ-5: at least 4 minutes).
    pub tcp_transitory: Duration,
    /// UDP (RFC 4787 REQ-5: at least 2 minutes; 5 recommended as default).
    pub udp: Duration,
    /// ICMP questions (RFC 5508 REQ-2: at least 60 seconds).
    pub icmp_query: Duration,
    /// Other protocols (Linux: `nf_conntrack_generic_timeout`).
    pub other: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            tcp_established: Duration::from_secs(2 * 3600 + 4 * 60),
            tcp_transitory: Duration::from_secs(4 * 60),
            udp: Duration::from_secs(5 * 60),
            icmp_query: Duration::from_secs(60),
            other: Duration::from_secs(10 * 60),
        }
    }
}

impl State {
    /// After the first packet.
    pub fn begin(class: Class) -> Self {
        match class {
            Class::Tcp(_) => Self::SynSent,
            Class::Udp => Self::UdpUnanswered,
            Class::Query { .. } => Self::Query,
            Class::Error { .. } | Class::Other => Self::Other,
        }
    }

    /// After one more packet.
    #[must_use]
    pub fn after(self, direction: Direction, class: Class) -> Self {
        match (self, class) {
            (Self::UdpUnanswered, Class::Udp) if direction == Direction::Reply => Self::UdpAnswered,
            (state, Class::Tcp(flags)) => state.after_segment(direction, flags),
            (state, _) => state,
        }
    }

    fn after_segment(self, direction: Direction, flags: TcpFlags) -> Self {
        let TcpFlags { syn, ack, fin, rst } = flags;
        match self {
            _ if rst => Self::Reset,
            // The same ends speak anew.
            Self::Closing | Self::Reset if syn && !ack && direction == Direction::Original => {
                Self::SynSent
            }
            Self::SynSent if syn && direction == Direction::Reply => Self::SynReceived,
            Self::SynReceived if ack && !syn && !fin && direction == Direction::Original => {
                Self::Established
            }
            Self::SynReceived | Self::Established if fin => Self::FinWait { by: direction },
            Self::FinWait { by } if fin && by != direction => Self::Closing,
            // A reset that did not end it: it may have been forged (RFC 6146 section 3.5.2.2).
            Self::Reset if ack && !syn && !fin => Self::Established,
            state => state,
        }
    }

    /// How long a flow in this state lives without packets.
    pub fn timeout(self, timeouts: &Timeouts) -> Duration {
        match self {
            Self::Established | Self::FinWait { .. } => timeouts.tcp_established,
            Self::SynSent | Self::SynReceived | Self::Closing | Self::Reset => {
                timeouts.tcp_transitory
            }
            Self::UdpUnanswered | Self::UdpAnswered => timeouts.udp,
            Self::Query => timeouts.icmp_query,
            Self::Other => timeouts.other,
        }
    }

    /// Whether the conversation is ending.
    pub fn is_closing(self) -> bool {
        matches!(self, Self::Closing | Self::Reset)
    }

    /// The word that `conntrack -L` uses; empty where it has none.
    pub fn word(self) -> &'static str {
        match self {
            Self::SynSent => "SYN_SENT",
            Self::SynReceived => "SYN_RECV",
            Self::Established => "ESTABLISHED",
            Self::FinWait { .. } => "FIN_WAIT",
            Self::Closing => "TIME_WAIT",
            Self::Reset => "CLOSE",
            Self::UdpUnanswered | Self::UdpAnswered | Self::Query | Self::Other => "",
        }
    }
}
