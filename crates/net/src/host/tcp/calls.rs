//! What a program can ask of TCP.

use std::net::SocketAddr;

use lanternet_core::trace::{Protocol, TcpState, TraceEvent};

use super::super::calls::{Shutdown, SocketOption};
use super::super::errno::{BindError, Errno};
use super::super::ports::Reach;
use super::super::process::ProgramId;
use super::super::readiness::Readiness;
use super::super::scope::{canonical, interface_of, scoped};
use super::super::sockets::{Socket, SocketId};
use super::super::stack::Stack;
use super::connection::{Connection, Owner};
use super::{ConnectionId, Listener, Stage, Tcp, TcpSocket, Tuple};

/// Linux's `somaxconn`.
const MOST_BACKLOG: u32 = 4096;

impl Stack {
    fn tcp_socket(&mut self, id: SocketId) -> Result<&mut TcpSocket, Errno> {
        self.sockets.get(id)?;
        self.sockets.tcp_mut(id).ok_or(Errno::NotSupported)
    }

    /// The connection of a socket, if it has one.
    pub(in crate::host) fn connection(&self, socket: &TcpSocket) -> Option<&Connection> {
        match socket.stage {
            Stage::Connected(id) => self.tcp.as_ref()?.get(id),
            _ => None,
        }
    }

    fn connection_mut(&mut self, id: SocketId) -> Result<(ConnectionId, &mut Connection), Errno> {
        let Stage::Connected(connection) = self.tcp_socket(id)?.stage else {
            return Err(Errno::NotConnected);
        };
        let tcp = self.tcp.as_mut().ok_or(Errno::NotConnected)?;
        Ok((connection, tcp.get_mut(connection).ok_or(Errno::NotConnected)?))
    }

    /// Takes connections from now on; an unbound socket gets a port first. A second call changes
    /// the backlog.
    pub(in crate::host) fn listen(&mut self, id: SocketId, backlog: u32) -> Result<(), BindError> {
        let backlog = backlog.min(MOST_BACKLOG);
        match &mut self.tcp_socket(id)?.stage {
            Stage::Connected(_) => return Err(Errno::Invalid.into()),
            Stage::Listening(listener) => {
                listener.backlog = backlog;
                return Ok(());
            }
            Stage::Idle => {}
        }
        let local = match self.tcp_socket(id)?.local {
            Some(local) => local,
            None => self.bind(id, SocketAddr::from(([0, 0, 0, 0], 0)))?,
        };
        // Two sockets may share the address with SO_REUSEADDR, but only one may listen.
        let reach = Reach::new(local.ip(), self.tcp_socket(id)?.options.sharing);
        let other = self.tcp_ports.on_port(local.port()).iter().find(|binding| {
            binding.socket != id
                && binding.reach().overlaps(reach)
                && self
                    .sockets
                    .tcp(binding.socket)
                    .is_some_and(|other| matches!(other.stage, Stage::Listening(_)))
        });
        if let Some(other) = other {
            let holder = self.holder(other.socket);
            return Err(BindError { errno: Errno::AddressInUse, holder });
        }
        self.tcp_socket(id)?.stage = Stage::Listening(Listener { backlog, ..Listener::default() });
        let (protocol, backlog) = (Protocol::Tcp, Some(backlog));
        self.tell(|| TraceEvent::Listening { protocol, local, backlog });
        Ok(())
    }

    /// Sends a SYN. The answer is [`Errno::InProgress`] where nothing is wrong yet: the socket
    /// becomes writable when the attempt is decided, and its error tells how.
    pub(in crate::host) fn tcp_connect(
        &mut self,
        id: SocketId,
        peer: SocketAddr,
    ) -> Result<(), Errno> {
        let socket = self.tcp_socket(id)?;
        match socket.stage {
            Stage::Idle => {}
            Stage::Listening(_) => return Err(Errno::AlreadyConnected),
            Stage::Connected(_) => {
                let (_, connection) = self.connection_mut(id)?;
                if let Some(error) = connection.error.take() {
                    return Err(error);
                }
                return Err(match connection.state {
                    TcpState::SynSent | TcpState::SynReceived => Errno::Already,
                    TcpState::Closed => Errno::Invalid,
                    _ => Errno::AlreadyConnected,
                });
            }
        }
        let (options, bound) = (socket.options.clone(), socket.local);
        let peer = canonical(peer);
        let peer = match peer.ip() {
            // Linux: the unspecified address means this host.
            std::net::IpAddr::V4(ip) if ip.is_unspecified() => {
                SocketAddr::from(([127, 0, 0, 1], peer.port()))
            }
            std::net::IpAddr::V6(ip) if ip.is_unspecified() => {
                SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, peer.port()))
            }
            _ => peer,
        };
        if peer.port() == 0 {
            return Err(Errno::ConnectionRefused);
        }
        if peer.ip().is_multicast() || self.l3.is_broadcast(peer.ip()) {
            return Err(Errno::NetworkUnreachable);
        }
        let source = match bound.map(|local| local.ip()).filter(|ip| !ip.is_unspecified()) {
            Some(source) => source,
            None => self.source_towards(peer)?,
        };
        if source.is_ipv4() != peer.is_ipv4() {
            return Err(Errno::FamilyNotSupported);
        }
        let port = match bound {
            Some(local) => local.port(),
            None => self.free_port(true).ok_or(Errno::AddressNotAvailable)?,
        };
        let local = scoped(source, port, interface_of(peer));
        let mtu = self.l3.path_mtu(self.now, peer.ip());
        let Self { tcp, rng, now, .. } = self;
        let tcp: &mut Tcp = tcp.get_or_insert_default();
        if tcp.has(&Tuple::new(local, peer)) {
            return Err(Errno::AddressNotAvailable);
        }
        let mut connection = Connection::new([local, peer], Owner::Socket(id), mtu, &options);
        connection.connect(tcp.interfaces.for_mtu(mtu, *now, || rng.next_u64()))?;
        connection.state = TcpState::SynSent;
        let connection = tcp.add(connection);
        self.tcp_socket(id)?.stage = Stage::Connected(connection);
        let (remote, from, to) = (peer, TcpState::Closed, TcpState::SynSent);
        self.tell(|| TraceEvent::TcpStateChanged { local, remote, from, to, segment: None });
        self.apply_option(connection, SocketOption::Keepalive(options.keepalive));
        self.drive_later(connection);
        Err(Errno::InProgress)
    }

    /// Takes the connection that has waited longest.
    pub(in crate::host) fn accept(
        &mut self,
        id: SocketId,
        owner: Option<ProgramId>,
    ) -> Result<(SocketId, SocketAddr), Errno> {
        let socket = self.tcp_socket(id)?;
        let Stage::Listening(listener) = &mut socket.stage else { return Err(Errno::Invalid) };
        let connection = listener.queue.pop_front().ok_or(Errno::WouldBlock)?;
        let queued = listener.queue.len() as u32;
        let options = socket.options.clone();
        let keepalive = options.keepalive;
        let stage = Stage::Connected(connection);
        let accepted = TcpSocket { options, local: None, stage };
        let accepted = self.sockets.add(Socket::Tcp(Box::new(accepted)), owner);
        self.apply_option(connection, SocketOption::Keepalive(keepalive));
        let tcp = self.tcp.as_mut().ok_or(Errno::Invalid)?;
        let connection = tcp.get_mut(connection).ok_or(Errno::Invalid)?;
        connection.owner = Owner::Socket(accepted);
        let (local, remote) = (connection.local, connection.remote);
        self.tell(|| TraceEvent::TcpAccepted { local, remote, queued });
        Ok((accepted, remote))
    }

    /// Puts bytes into the send buffer.
    pub(in crate::host) fn tcp_send(&mut self, id: SocketId, data: &[u8]) -> Result<usize, Errno> {
        let (connection, state) = match self.connection_mut(id) {
            Ok(found) => found,
            Err(Errno::NotConnected) => return Err(Errno::BrokenPipe),
            Err(error) => return Err(error),
        };
        let sent = state.write(data);
        if sent.is_ok() {
            self.drive_later(connection);
        }
        sent
    }

    /// Takes bytes out of the receive buffer; 0 is the end of the stream.
    pub(in crate::host) fn tcp_receive(
        &mut self,
        id: SocketId,
        buffer: &mut [u8],
        peek: bool,
    ) -> Result<usize, Errno> {
        let (connection, state) = self.connection_mut(id)?;
        let (len, announce) = state.read(buffer, peek)?;
        if announce {
            self.drive_later(connection);
        }
        Ok(len)
    }

    pub(in crate::host) fn tcp_readiness(&self, socket: &TcpSocket) -> Readiness {
        let connection = match &socket.stage {
            // As Linux reports a socket that was never connected.
            Stage::Idle => return Readiness::WRITABLE | Readiness::HANG_UP,
            Stage::Listening(listener) => {
                return Readiness::NONE.with(Readiness::READABLE, !listener.queue.is_empty());
            }
            Stage::Connected(id) => self.tcp.as_ref().and_then(|tcp| tcp.get(*id)),
        };
        let Some(connection) = connection else { return Readiness::HANG_UP };
        let connecting = matches!(connection.state, TcpState::SynSent | TcpState::SynReceived);
        let closed = connection.state == TcpState::Closed;
        let ended = connection.fin_received || connection.read_shut || closed;
        let write_shut =
            !connecting && !matches!(connection.state, TcpState::Established | TcpState::CloseWait);
        Readiness::NONE
            .with(Readiness::READABLE, connection.queues()[0] > 0 || ended)
            .with(Readiness::WRITABLE, connection.has_room() || write_shut)
            .with(Readiness::READ_CLOSED, ended)
            .with(Readiness::HANG_UP, closed || (ended && write_shut))
            .with(Readiness::ERROR, connection.error.is_some())
    }

    pub(in crate::host) fn tcp_shutdown(
        &mut self,
        id: SocketId,
        how: Shutdown,
    ) -> Result<(), Errno> {
        let (connection, state) = self.connection_mut(id)?;
        if state.state == TcpState::Closed {
            return Err(Errno::NotConnected);
        }
        if how.reads() {
            state.read_shut = true;
            self.sockets.wake(id, Readiness::READABLE);
        }
        if how.writes() {
            self.finish(connection);
        }
        Ok(())
    }

    /// FIN follows the data. A connection that is not open yet has nobody to tell.
    fn finish(&mut self, id: ConnectionId) {
        let Some(connection) = self.tcp.as_mut().and_then(|tcp| tcp.get_mut(id)) else { return };
        let from = connection.state;
        let to = match from {
            TcpState::Established => TcpState::FinWait1,
            TcpState::CloseWait => TcpState::LastAck,
            _ => return,
        };
        connection.close_write();
        connection.state = to;
        let (local, remote) = (connection.local, connection.remote);
        self.tell(|| TraceEvent::TcpStateChanged { local, remote, from, to, segment: None });
        self.drive_later(id);
    }

    /// A program closed a TCP socket, or ended.
    pub(in crate::host) fn tcp_close(&mut self, socket: TcpSocket) {
        match socket.stage {
            Stage::Idle => {}
            Stage::Connected(id) => {
                let abort = socket.options.linger.is_some_and(|length| length.is_zero());
                self.close_connection(id, abort);
            }
            Stage::Listening(listener) => {
                // Half-open connections are forgotten, finished ones reset, as Linux does it.
                for id in listener.embryonic {
                    self.forget(id);
                }
                for id in listener.queue {
                    self.close_connection(id, true);
                }
            }
        }
    }

    /// Gives a connection up at once with a reset, though its program still holds it.
    pub(in crate::host) fn tcp_abort(&mut self, id: SocketId) -> Result<(), Errno> {
        self.tcp_socket(id)?.options.linger = Some(lanternet_core::Duration::ZERO);
        self.close(id);
        Ok(())
    }

    fn close_connection(&mut self, id: ConnectionId, abort: bool) {
        let Some(tcp) = self.tcp.as_mut() else { return };
        let Some(connection) = tcp.get_mut(id) else { return };
        connection.owner = Owner::Nobody;
        connection.keepalive = None;
        match connection.state {
            TcpState::Closed | TcpState::TimeWait => tcp.remove(id),
            TcpState::SynSent => self.forget(id),
            // Data that nobody will read: the peer must learn that they were not processed
            // (RFC 2525 section 2.17).
            _ if abort || connection.queues()[0] > 0 => {
                connection.abort();
                self.drive_later(id);
            }
            TcpState::FinWait2 => self.drive_later(id),
            _ => self.finish(id),
        }
    }

    /// A connection ends without a word to the peer.
    fn forget(&mut self, id: ConnectionId) {
        let Some(tcp) = self.tcp.as_mut() else { return };
        let Some(connection) = tcp.get(id) else { return };
        let (local, remote, from) = (connection.local, connection.remote, connection.state);
        tcp.remove(id);
        let to = TcpState::Closed;
        self.tell(|| TraceEvent::TcpStateChanged { local, remote, from, to, segment: None });
    }

    /// An option changes for a connection that exists.
    pub(in crate::host) fn apply_option(&mut self, id: ConnectionId, option: SocketOption) {
        let now = self.now;
        let Some(tcp) = self.tcp.as_mut() else { return };
        let Some(connection) = tcp.get_mut(id) else { return };
        match option {
            SocketOption::NoDelay(on) => {
                connection.socket_mut().set_nagle_enabled(!on);
                self.drive_later(id);
            }
            SocketOption::Ttl(ttl) if ttl > 0 => connection.socket_mut().set_hop_limit(Some(ttl)),
            SocketOption::Keepalive(keepalive) => {
                connection.keepalive = keepalive.map(|k| (k, now + k.idle, 0));
                tcp.arm(id);
            }
            _ => {}
        }
    }
}
