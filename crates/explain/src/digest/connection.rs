//! TCP connections as the trace shows them: each end on its own, put together when asked.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use lanternet_core::trace::{SegmentDirection, TcpFlags, TcpSegment, TcpState};
use lanternet_core::{Duration, Instant, NodeId};

/// Who, and the two addresses as that node sees them.
pub(super) type EndKey = (NodeId, SocketAddr, SocketAddr);

/// All connections so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections {
    /// In the order in which they were opened.
    ends: Vec<End>,
    /// The latest with these addresses at this node.
    latest: BTreeMap<EndKey, usize>,
}

/// One end of a connection.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub(super) node: NodeId,
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
    /// Whether this end sent the first SYN.
    active: bool,
    opened: Instant,
    established: Option<Instant>,
    /// When the program closed this end, or a reset did.
    finished: Option<Instant>,
    /// When nothing was left to do but to wait.
    ended: Option<Instant>,
    failure: Option<Failure>,
    pub(super) received: u64,
    pub(super) retransmissions: u64,
}

/// Why an end did not close in good order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    Refused,
    ResetByPeer,
    ResetHere,
    GivenUp,
}

impl Connections {
    /// The end with these addresses, if it has not ended.
    pub(super) fn open_end(&mut self, key: EndKey) -> Option<&mut End> {
        let index = *self.latest.get(&key)?;
        self.ends.get_mut(index)
    }

    pub(super) fn change(
        &mut self,
        key: EndKey,
        at: Instant,
        from: TcpState,
        to: TcpState,
        segment: Option<&TcpSegment>,
    ) {
        use TcpState::*;
        let opens = matches!(to, SynSent | SynReceived) && matches!(from, Closed | Listen);
        if opens {
            let (node, local, remote) = key;
            self.latest.insert(key, self.ends.len());
            self.ends.push(End {
                node,
                local,
                remote,
                active: to == SynSent,
                opened: at,
                established: None,
                finished: None,
                ended: None,
                failure: None,
                received: 0,
                retransmissions: 0,
            });
        }
        let Some(end) = self.open_end(key) else { return };
        match to {
            Established => end.established = Some(at),
            FinWait1 | LastAck => end.finished = Some(at),
            TimeWait | Closed => {
                if to == Closed && !matches!(from, LastAck | TimeWait | Listen) {
                    end.fail(at, from, segment);
                }
                end.ended.get_or_insert(at);
            }
            _ => {}
        }
    }

    pub(super) fn reset_sent(&mut self, key: EndKey, at: Instant) {
        if let Some(end) = self.open_end(key)
            && end.ended.is_none()
        {
            end.failure.get_or_insert(Failure::ResetHere);
            end.finished.get_or_insert(at);
        }
    }

    /// Every connection, by the end that opened it, in the order of opening.
    pub(super) fn all(&self) -> Vec<Connection<'_>> {
        let mut passive: BTreeMap<(SocketAddr, SocketAddr), Vec<&End>> = BTreeMap::new();
        for end in self.ends.iter().rev().filter(|end| !end.active) {
            passive.entry((end.local, end.remote)).or_default().push(end);
        }
        let mut all = Vec::new();
        for opener in self.ends.iter().filter(|end| end.active) {
            // The earliest that is left: ports are used again only after a connection has ended.
            let peer = passive
                .get_mut(&(opener.remote, opener.local))
                .and_then(|ends| ends.pop_if(|end| end.opened >= opener.opened));
            all.push(Connection { opener, peer });
        }
        // Whose opener is outside, or hidden behind a translation.
        all.extend(
            passive.into_values().flatten().map(|end| Connection { opener: end, peer: None }),
        );
        all.sort_by_key(|connection| connection.opener.opened);
        all
    }
}

impl End {
    fn fail(&mut self, at: Instant, from: TcpState, segment: Option<&TcpSegment>) {
        let reset = segment.filter(|segment| segment.flags.has(TcpFlags::RST));
        let failure = match reset.map(|segment| segment.direction) {
            Some(SegmentDirection::Received) if from == TcpState::SynSent => Failure::Refused,
            Some(SegmentDirection::Received) => Failure::ResetByPeer,
            Some(SegmentDirection::Sent) => Failure::ResetHere,
            // An acknowledgement of the FIN in an unusual order is no failure.
            None if segment.is_some() => return,
            None => Failure::GivenUp,
        };
        self.failure.get_or_insert(failure);
        self.finished.get_or_insert(at);
    }
}

/// A connection: the end that opened it, and the other where it was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Connection<'a> {
    pub(super) opener: &'a End,
    pub(super) peer: Option<&'a End>,
}

/// How a connection stands at the end of the run. Nodes are those that did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The handshake has not ended yet.
    Opening,
    /// Nobody listens there.
    Refused,
    /// Nobody answered.
    Unanswered,
    /// In use.
    Open,
    /// One side has closed, the other has not.
    HalfClosed { by: NodeId },
    /// Closed in good order by both; how long that took, from when the first program closed until
    /// the last ACK. Data that was still to be sent then is part of it.
    Closed { by: NodeId, within: Duration },
    /// Broken off by a reset.
    Reset { by: NodeId },
    /// Broken off without a word: the peer did not acknowledge for too long.
    GivenUp { by: NodeId },
}

impl Connection<'_> {
    /// From the first SYN until the opener had the answer.
    pub(super) fn handshake(&self) -> Option<Duration> {
        self.opener.established.map(|at| at.since(self.opener.opened))
    }

    pub(super) fn retransmissions(&self) -> u64 {
        self.opener.retransmissions + self.peer.map_or(0, |peer| peer.retransmissions)
    }

    pub(super) fn fate(&self) -> Fate {
        let ends = || [Some(self.opener), self.peer].into_iter().flatten();
        if self.opener.established.is_none() {
            return match self.opener.failure {
                None => Fate::Opening,
                Some(Failure::Refused) => Fate::Refused,
                Some(Failure::GivenUp) => Fate::Unanswered,
                Some(Failure::ResetHere) => Fate::Reset { by: self.opener.node },
                Some(Failure::ResetByPeer) => {
                    Fate::Reset { by: self.peer.unwrap_or(self.opener).node }
                }
            };
        }
        let with = |failure| ends().find(|end| end.failure == Some(failure));
        if let Some(end) = with(Failure::ResetHere) {
            return Fate::Reset { by: end.node };
        }
        if let Some(end) = with(Failure::ResetByPeer) {
            // Where the other end was not seen, all that can be named is the one that was told.
            let other = ends().find(|other| other.node != end.node).unwrap_or(end);
            return Fate::Reset { by: other.node };
        }
        if let Some(end) = with(Failure::GivenUp) {
            return Fate::GivenUp { by: end.node };
        }
        let first = ends()
            .filter_map(|end| end.finished.map(|at| (at, end.node)))
            .min_by_key(|(at, _)| *at);
        let Some((at, by)) = first else { return Fate::Open };
        if ends().any(|end| end.ended.is_none()) {
            return Fate::HalfClosed { by };
        }
        let last = ends().filter_map(|end| end.ended).max().unwrap_or(at);
        Fate::Closed { by, within: last.since(at) }
    }
}
