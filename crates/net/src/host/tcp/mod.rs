//! TCP: which connection a segment is for, listeners and their backlog, TIME-WAIT, resets.
//!
//! - [`segment`]: headers on the wire.
//! - [`engine`]: smoltcp as one state machine per connection.
//! - [`connection`]: such a connection, with what Linux does beyond it.
//! - [`input`]: what a segment, an ICMP error or a timer does.
//! - [`calls`]: what a program can ask.

mod calls;
mod connection;
mod engine;
mod input;
mod segment;
mod time_wait;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};

use lanternet_core::{Deadline, Duration, Instant, PortId};

pub(super) use connection::{Connection, Owner};
use engine::Interfaces;
use time_wait::TimeWait;

#[cfg(test)]
pub(super) mod test_wire {
    pub(in crate::host) use super::segment::{Header, fill_checksum};
}

use super::packet::DEFAULT_TTL;
use super::ports::Sharing;
use super::scope::{interface_of, scoped};
use super::sockets::SocketId;

/// `SO_KEEPALIVE` and its three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keepalive {
    /// Probe after this much silence (`TCP_KEEPIDLE`).
    pub idle: Duration,
    /// Time between probes (`TCP_KEEPINTVL`).
    pub interval: Duration,
    /// Give the connection up after so many unanswered probes (`TCP_KEEPCNT`).
    pub probes: u32,
}

/// Options of a TCP socket; connections inherit those of their listener.
#[derive(Clone, Debug)]
pub(super) struct TcpOptions {
    pub(super) sharing: Sharing,
    pub(super) nodelay: bool,
    pub(super) receive_buffer: u32,
    pub(super) send_buffer: u32,
    pub(super) ttl: u8,
    pub(super) keepalive: Option<Keepalive>,
    pub(super) linger: Option<Duration>,
}

impl Default for TcpOptions {
    /// Linux's defaults (`tcp_rmem`); both buffers keep their size, so the one for sending is as
    /// large as Linux's becomes when data flow.
    fn default() -> Self {
        Self {
            sharing: Sharing::default(),
            nodelay: false,
            receive_buffer: 128 * 1024,
            send_buffer: 128 * 1024,
            ttl: DEFAULT_TTL,
            keepalive: None,
            linger: None,
        }
    }
}

/// A TCP socket as a program holds it.
#[derive(Debug, Default)]
pub(super) struct TcpSocket {
    pub(super) options: TcpOptions,
    /// The address it was bound to.
    pub(super) local: Option<SocketAddr>,
    pub(super) stage: Stage,
}

#[derive(Debug, Default)]
pub(super) enum Stage {
    /// Neither listening nor connected.
    #[default]
    Idle,
    Listening(Listener),
    Connected(ConnectionId),
}

/// Who came to a listening socket and was not accepted yet.
#[derive(Debug, Default)]
pub(super) struct Listener {
    pub(super) backlog: u32,
    /// In SYN-RECEIVED.
    pub(super) embryonic: Vec<ConnectionId>,
    /// The handshake is done.
    pub(super) queue: VecDeque<ConnectionId>,
}

impl Listener {
    /// As in Linux one more than the backlog fits.
    fn is_full(&self) -> bool {
        self.queue.len() > self.backlog as usize
    }

    /// A flood of SYNs must not fill the memory.
    fn has_too_many_embryos(&self) -> bool {
        self.embryonic.len() > self.backlog as usize
    }
}

/// A connection, by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ConnectionId(u32);

/// Both ends of a connection. Ordered by our port first, so that all users of a port are
/// neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tuple {
    local_port: u16,
    remote_port: u16,
    local: IpAddr,
    remote: IpAddr,
    /// The interface of link-local addresses.
    interface: Option<PortId>,
}

impl Tuple {
    pub(super) fn new(local: SocketAddr, remote: SocketAddr) -> Self {
        Self {
            local_port: local.port(),
            remote_port: remote.port(),
            local: local.ip(),
            remote: remote.ip(),
            interface: interface_of(remote).or_else(|| interface_of(local)),
        }
    }

    pub(super) fn local(&self) -> SocketAddr {
        scoped(self.local, self.local_port, self.interface)
    }

    pub(super) fn remote(&self) -> SocketAddr {
        scoped(self.remote, self.remote_port, self.interface)
    }
}

/// Who takes the segments of a pair of ends.
#[derive(Clone, Copy, Debug)]
enum Peer {
    Live(ConnectionId),
    TimeWait(TimeWait),
}

/// All connections of a host.
#[derive(Default)]
pub(super) struct Tcp {
    connections: Vec<Option<Box<Connection>>>,
    free: Vec<ConnectionId>,
    peers: BTreeMap<Tuple, Peer>,
    /// The connection of the last segment: most often that of the next one.
    last: Option<(Tuple, ConnectionId)>,
    interfaces: Interfaces,
    timers: BTreeSet<(Instant, ConnectionId)>,
    /// The ends in TIME-WAIT in the order of their expiry. One that was prolonged is in here twice.
    waiting: VecDeque<(Instant, Tuple)>,
    /// How many connections are in the middle of something.
    busy: u32,
}

impl Tcp {
    fn add(&mut self, connection: Connection) -> ConnectionId {
        let tuple = Tuple::new(connection.local, connection.remote);
        let id = self.free.pop().unwrap_or_else(|| {
            self.connections.push(None);
            ConnectionId(self.connections.len() as u32 - 1)
        });
        self.connections[id.0 as usize] = Some(Box::new(connection));
        self.peers.insert(tuple, Peer::Live(id));
        id
    }

    pub(super) fn get(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(id.0 as usize)?.as_deref()
    }

    pub(super) fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.connections.get_mut(id.0 as usize)?.as_deref_mut()
    }

    /// No segment reaches the connection any more.
    fn unlink(&mut self, id: ConnectionId) {
        let Some(connection) = self.get(id) else { return };
        let tuple = Tuple::new(connection.local, connection.remote);
        if matches!(self.peers.get(&tuple), Some(Peer::Live(live)) if *live == id) {
            self.peers.remove(&tuple);
        }
        self.last = None;
    }

    /// Forgets the connection.
    fn remove(&mut self, id: ConnectionId) {
        self.unlink(id);
        let Some(connection) = self.connections.get_mut(id.0 as usize).and_then(Option::take)
        else {
            return;
        };
        if let Some(at) = connection.armed {
            self.timers.remove(&(at, id));
        }
        self.busy -= u32::from(connection.counted);
        self.free.push(id);
    }

    /// The connection with these ends that can take a segment.
    fn find(&mut self, tuple: &Tuple) -> Option<Peer> {
        if let Some((last, id)) = &self.last
            && last == tuple
        {
            return Some(Peer::Live(*id));
        }
        let peer = *self.peers.get(tuple)?;
        if let Peer::Live(id) = peer {
            self.last = Some((*tuple, id));
        }
        Some(peer)
    }

    /// Whether both ends are in use already.
    pub(super) fn has(&self, tuple: &Tuple) -> bool {
        self.peers.contains_key(tuple)
    }

    /// The connections on a port of ours, TIME-WAIT included: the address, and whether others may
    /// bind it all the same, and the socket that holds it.
    pub(super) fn on_port(
        &self,
        port: u16,
    ) -> impl Iterator<Item = (IpAddr, bool, Option<SocketId>)> + '_ {
        let least = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
        let from = Tuple {
            local_port: port,
            remote_port: 0,
            local: least,
            remote: least,
            interface: None,
        };
        let users = self.peers.range(from..).take_while(move |(tuple, _)| tuple.local_port == port);
        users.map(|(tuple, peer)| match peer {
            Peer::TimeWait(waiting) => (tuple.local, waiting.reuse, None),
            Peer::Live(id) => match self.get(*id) {
                Some(connection) => {
                    let socket = match connection.owner {
                        Owner::Socket(socket) | Owner::Listener(socket) => Some(socket),
                        Owner::Nobody => None,
                    };
                    (tuple.local, connection.reuse, socket)
                }
                None => (tuple.local, true, None),
            },
        })
    }

    /// All pairs of ends in use, with the connection unless it is in TIME-WAIT.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&Tuple, Option<&Connection>)> {
        self.peers.iter().map(|(tuple, peer)| match peer {
            Peer::Live(id) => (tuple, self.get(*id)),
            Peer::TimeWait(_) => (tuple, None),
        })
    }

    /// Notes when a connection wants to be called, and whether it holds a run open.
    fn arm(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id.0 as usize).and_then(Option::as_mut)
        else {
            return;
        };
        if connection.busy != connection.counted {
            connection.counted = connection.busy;
            if connection.busy {
                self.busy += 1;
            } else {
                self.busy -= 1;
            }
        }
        // A timer that is put off is not moved: it fires, finds out, and is set again. So a
        // segment that only restarts the retransmission timer costs nothing here.
        let Some(due) = connection.due() else { return };
        if connection.armed.is_none_or(|armed| due < armed) {
            if let Some(armed) = connection.armed.replace(due) {
                self.timers.remove(&(armed, id));
            }
            self.timers.insert((due, id));
        }
    }

    /// When the next timer fires.
    pub(super) fn poll_timeout(&self) -> Option<Deadline> {
        let timer = self.timers.first().map(|(at, _)| *at);
        let waiting = self.waiting.front().map(|(at, _)| *at);
        let at = match (timer, waiting) {
            (Some(a), Some(b)) => a.min(b),
            (one, other) => one.or(other)?,
        };
        Some(Deadline { at, busy: self.busy > 0 })
    }
}
