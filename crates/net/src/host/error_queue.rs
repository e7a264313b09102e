//! ICMP errors kept for a program: `IP_RECVERR` and `MSG_ERRQUEUE`.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use lanternet_core::trace::IcmpMessage;

/// Errors kept at the most; what comes beyond that is forgotten.
const LIMIT: usize = 64;

/// An ICMP error about a datagram of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketError {
    /// Who reported it: a router, the destination, or this host itself where a neighbour did not
    /// answer.
    pub from: IpAddr,
    /// The TTL the report arrived with.
    pub ttl: u8,
    /// What it says.
    pub message: IcmpMessage,
    /// Where the datagram went.
    pub destination: SocketAddr,
}

/// The error queue of a socket.
#[derive(Debug, Default)]
pub(super) struct ErrorQueue(VecDeque<SocketError>);

impl ErrorQueue {
    pub(super) fn push(&mut self, error: SocketError) {
        if self.0.len() < LIMIT {
            self.0.push_back(error);
        }
    }

    pub(super) fn pop(&mut self) -> Option<SocketError> {
        self.0.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
