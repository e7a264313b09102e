//! The calls that all kinds of sockets have.

use std::net::{IpAddr, SocketAddr};

use lanternet_core::trace::{Protocol, TraceEvent};
use lanternet_core::{Duration, PortId};

use super::errno::{BindError, Errno};
use super::error_queue::SocketError;
use super::ping::PingSocket;
use super::ports::{Reach, Sharing, ephemeral};
use super::process::ProgramId;
use super::readiness::Readiness;
use super::scope::canonical;
use super::sockets::{Socket, SocketId, SocketKind};
use super::stack::Stack;
use super::tcp::{Keepalive, Stage, TcpSocket};
use super::udp::{PathMtuDiscovery, UdpSocket};

/// An option of a socket (`setsockopt(2)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SocketOption {
    /// `SO_REUSEADDR`: bind although connections of an earlier socket linger (TCP), or share the
    /// address (UDP).
    ReuseAddress(bool),
    /// `SO_BROADCAST`: may send to broadcast addresses.
    Broadcast(bool),
    /// `TCP_NODELAY`: small segments do not wait for acknowledgements.
    NoDelay(bool),
    /// `SO_KEEPALIVE` and its numbers.
    Keepalive(Option<Keepalive>),
    /// `SO_SNDBUF`, in bytes. For a connection that exists it changes nothing.
    SendBuffer(u32),
    /// `SO_RCVBUF`, in bytes. For a connection that exists it changes nothing.
    ReceiveBuffer(u32),
    /// `IPV6_V6ONLY`: bound to `::`, takes nothing that is sent to IPv4 addresses. Before binding.
    V6Only(bool),
    /// `SO_LINGER`: zero lets close send a reset. Other lengths let Linux's close wait for the peer, and
    /// nothing waits here: the same as "off".
    Linger(Option<Duration>),
    /// `IP_TTL` or `IPV6_UNICAST_HOPS`, at least 1.
    Ttl(u8),
    /// `IP_MULTICAST_TTL` or `IPV6_MULTICAST_HOPS`; 0 does not leave the host.
    MulticastTtl(u8),
    /// `IP_MULTICAST_LOOP`: members on this host hear it too.
    MulticastLoop(bool),
    /// `IP_MULTICAST_IF`: the interface that has this address; unspecified: the route's.
    MulticastInterface(IpAddr),
    /// `IP_MTU_DISCOVER`.
    PathMtuDiscovery(PathMtuDiscovery),
    /// `IP_RECVERR`: keep ICMP errors for [`Handle::receive_error`](super::Handle::receive_error).
    KeepErrors(bool),
}

/// Which direction of a socket to shut (`shutdown(2)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// No more reading.
    Read,
    /// No more writing: TCP sends FIN.
    Write,
    /// Neither.
    Both,
}

impl Shutdown {
    pub(super) fn reads(self) -> bool {
        self != Self::Write
    }

    pub(super) fn writes(self) -> bool {
        self != Self::Read
    }
}

/// A buffer size within what Linux allows (`SOCK_MIN_SNDBUF` to 1 GiB).
fn buffer_size(bytes: u32) -> u32 {
    bytes.clamp(4_608, 1 << 28)
}

impl Stack {
    /// Makes a socket.
    pub(super) fn socket(&mut self, kind: SocketKind, owner: Option<ProgramId>) -> SocketId {
        let socket = match kind {
            SocketKind::Stream => Socket::Tcp(Box::<TcpSocket>::default()),
            SocketKind::Datagram => Socket::Udp(Box::<UdpSocket>::default()),
            SocketKind::Ping => Socket::Ping(Box::<PingSocket>::default()),
        };
        self.sockets.add(socket, owner)
    }

    /// Binds a socket to an address of this host; port 0 lets the host choose.
    pub(super) fn bind(
        &mut self,
        id: SocketId,
        address: SocketAddr,
    ) -> Result<SocketAddr, BindError> {
        let address = canonical(address);
        let (bound, sharing, tcp) = match self.sockets.get(id)? {
            Socket::Tcp(socket) => {
                let idle = matches!(socket.stage, Stage::Idle);
                (socket.local.is_some() || !idle, socket.options.sharing, true)
            }
            Socket::Udp(socket) => (socket.local.is_some(), socket.sharing, false),
            Socket::Ping(_) => return Err(Errno::NotSupported.into()),
        };
        if bound {
            return Err(Errno::Invalid.into());
        }
        self.may_bind(address.ip(), !tcp)?;
        let port = match address.port() {
            0 => self.free_port(tcp).ok_or(Errno::AddressInUse)?,
            port => {
                self.check_conflict(SocketAddr::new(address.ip(), port), sharing, tcp)?;
                port
            }
        };
        let local = SocketAddr::new(address.ip(), port);
        match self.sockets.get_mut(id)? {
            Socket::Tcp(socket) => {
                socket.local = Some(local);
                self.tcp_ports.add(local, id, sharing);
            }
            Socket::Udp(socket) => {
                socket.local = Some(local);
                self.udp_ports.add(local, id, sharing);
                // A port that the program asked for is one it waits on.
                if address.port() != 0 {
                    let protocol = Protocol::Udp;
                    self.tell(|| TraceEvent::Listening { protocol, local, backlog: None });
                }
            }
            Socket::Ping(_) => {}
        }
        Ok(local)
    }

    /// A port that neither sockets nor connections use.
    pub(super) fn free_port(&mut self, tcp: bool) -> Option<u16> {
        let Self { rng, tcp: connections, tcp_ports, udp_ports, .. } = self;
        let ports = if tcp { tcp_ports } else { udp_ports };
        let connections = connections.as_ref().filter(|_| tcp);
        ephemeral(rng, |port| {
            ports.on_port(port).is_empty()
                && connections.is_none_or(|tcp| tcp.on_port(port).next().is_none())
        })
    }

    /// Whether somebody has the address already, by Linux's rules (`inet_csk_get_port`,
    /// `inet_rcv_saddr_equal`).
    fn check_conflict(
        &self,
        local: SocketAddr,
        sharing: Sharing,
        tcp: bool,
    ) -> Result<(), BindError> {
        let ours = Reach::new(local.ip(), sharing);
        let in_use = |holder| BindError { errno: Errno::AddressInUse, holder };
        if let Some(holder) = self.dhcp_holder(local.port()).filter(|_| !tcp) {
            return Err(in_use(Some(holder.into())));
        }
        let ports = if tcp { &self.tcp_ports } else { &self.udp_ports };
        for binding in ports.on_port(local.port()) {
            let listening = self
                .sockets
                .tcp(binding.socket)
                .is_some_and(|socket| matches!(socket.stage, Stage::Listening(_)));
            let shared = sharing.reuse && binding.sharing.reuse && !listening;
            if binding.reach().overlaps(ours) && !shared {
                return Err(in_use(self.holder(binding.socket)));
            }
        }
        if let Some(connections) = self.tcp.as_ref().filter(|_| tcp) {
            for (address, shares, socket) in connections.on_port(local.port()) {
                if ours.covers(address) && !(sharing.reuse && shares) {
                    return Err(in_use(socket.and_then(|socket| self.holder(socket))));
                }
            }
        }
        Ok(())
    }

    /// Connects: UDP at once, TCP with [`Errno::InProgress`].
    pub(super) fn connect(&mut self, id: SocketId, peer: SocketAddr) -> Result<(), Errno> {
        let peer = canonical(peer);
        match self.sockets.get(id)? {
            Socket::Tcp(_) => self.tcp_connect(id, peer),
            Socket::Ping(_) => Err(Errno::NotSupported),
            Socket::Udp(socket) => {
                if self.l3.is_broadcast(peer.ip()) && !socket.broadcast {
                    return Err(Errno::AccessDenied);
                }
                let unbound = socket.local.is_none();
                let source = self.source_towards(peer)?;
                if unbound {
                    self.bind_any(id, peer)?;
                }
                let socket = self.udp(id)?;
                socket.remote = Some(peer);
                socket.source = Some(source);
                Ok(())
            }
        }
    }

    /// Shuts one direction or both.
    pub(super) fn shutdown(&mut self, id: SocketId, how: Shutdown) -> Result<(), Errno> {
        match self.sockets.get_mut(id)? {
            Socket::Tcp(_) => self.tcp_shutdown(id, how),
            Socket::Ping(_) => Err(Errno::NotConnected),
            Socket::Udp(socket) => {
                if socket.remote.is_none() {
                    return Err(Errno::NotConnected);
                }
                socket.read_shut |= how.reads();
                socket.write_shut |= how.writes();
                self.sockets.wake(id, Readiness::HANG_UP);
                Ok(())
            }
        }
    }

    /// Closes a socket: the kernel sees off what a TCP connection still has to do.
    pub(super) fn close(&mut self, id: SocketId) {
        match self.sockets.remove(id) {
            None => {}
            Some(Socket::Tcp(socket)) => {
                if let Some(local) = socket.local {
                    self.tcp_ports.remove(local.port(), id);
                }
                self.tcp_close(*socket);
            }
            Some(Socket::Udp(socket)) => {
                if let Some(local) = socket.local {
                    self.udp_ports.remove(local.port(), id);
                }
                for (group, interface) in &socket.groups {
                    // It was joined, so there is such an interface.
                    let _ = self.l3.leave_group(*group, *interface);
                }
            }
            Some(Socket::Ping(socket)) => {
                if let Some(ident) = socket.ident {
                    self.pings.as_mut().map(|pings| pings.remove(&ident));
                }
            }
        }
    }

    /// Our end; unspecified and port 0 before there is one.
    pub(super) fn local_addr(&self, id: SocketId) -> Result<SocketAddr, Errno> {
        let none = SocketAddr::from(([0, 0, 0, 0], 0));
        Ok(match self.sockets.get(id)? {
            Socket::Udp(socket) => match (socket.local, socket.source) {
                (Some(local), Some(source)) if local.ip().is_unspecified() => {
                    SocketAddr::new(source, local.port())
                }
                (local, _) => local.unwrap_or(none),
            },
            Socket::Tcp(socket) => match self.connection(socket) {
                Some(connection) => connection.local,
                None => socket.local.unwrap_or(none),
            },
            Socket::Ping(socket) => SocketAddr::new(none.ip(), socket.ident.unwrap_or(0)),
        })
    }

    /// The other end.
    pub(super) fn peer_addr(&self, id: SocketId) -> Result<SocketAddr, Errno> {
        match self.sockets.get(id)? {
            Socket::Udp(socket) => socket.remote.ok_or(Errno::NotConnected),
            Socket::Tcp(socket) => {
                let connection = self.connection(socket).ok_or(Errno::NotConnected)?;
                Ok(connection.remote)
            }
            Socket::Ping(_) => Err(Errno::NotConnected),
        }
    }

    /// What the socket is ready for.
    pub(super) fn readiness(&self, id: SocketId) -> Readiness {
        match self.sockets.get(id) {
            Err(_) => Readiness::HANG_UP | Readiness::ERROR,
            Ok(Socket::Udp(socket)) => socket.readiness(),
            Ok(Socket::Ping(socket)) => socket.readiness(),
            Ok(Socket::Tcp(socket)) => self.tcp_readiness(socket),
        }
    }

    /// Takes the error that waits (`SO_ERROR`).
    pub(super) fn take_error(&mut self, id: SocketId) -> Result<Option<Errno>, Errno> {
        let Self { sockets, tcp, .. } = self;
        Ok(match sockets.get_mut(id)? {
            Socket::Udp(socket) => socket.error.take(),
            Socket::Ping(socket) => socket.error.take(),
            Socket::Tcp(socket) => match (&socket.stage, tcp) {
                (Stage::Connected(id), Some(tcp)) => {
                    tcp.get_mut(*id).and_then(|connection| connection.error.take())
                }
                _ => None,
            },
        })
    }

    /// Takes the oldest kept ICMP error (`MSG_ERRQUEUE`).
    pub(super) fn receive_error(&mut self, id: SocketId) -> Result<SocketError, Errno> {
        let socket = self.udp(id)?;
        let error = socket.errors.pop().ok_or(Errno::WouldBlock)?;
        // As in Linux: with the queue empty its error is done with.
        if socket.errors.is_empty() {
            socket.error = None;
        }
        Ok(error)
    }

    /// Takes part in a multicast group, on the interface that has this address or on the route's.
    pub(super) fn join_group(
        &mut self,
        id: SocketId,
        group: IpAddr,
        interface: Option<IpAddr>,
    ) -> Result<(), Errno> {
        if !group.is_multicast() {
            return Err(Errno::Invalid);
        }
        let port = self.interface_with(interface)?;
        if self.udp(id)?.groups.contains(&(group, port)) {
            return Err(Errno::AddressInUse);
        }
        self.l3.join_group(group, port)?;
        self.udp(id)?.groups.push((group, port));
        Ok(())
    }

    /// Undoes [`join_group`](Self::join_group) with the same arguments.
    pub(super) fn leave_group(
        &mut self,
        id: SocketId,
        group: IpAddr,
        interface: Option<IpAddr>,
    ) -> Result<(), Errno> {
        let port = self.interface_with(interface)?;
        let groups = &mut self.udp(id)?.groups;
        let member = groups.iter().position(|known| *known == (group, port));
        groups.remove(member.ok_or(Errno::AddressNotAvailable)?);
        Ok(self.l3.leave_group(group, port)?)
    }

    fn interface_with(&self, address: Option<IpAddr>) -> Result<Option<PortId>, Errno> {
        let Some(address) = address.filter(|address| !address.is_unspecified()) else {
            return Ok(None);
        };
        let mut addresses = self.l3.addresses();
        let found = addresses.find(|(_, net)| net.addr() == address);
        found.map(|(port, _)| Some(port)).ok_or(Errno::AddressNotAvailable)
    }

    /// Sets an option. One that the socket's kind does not have is [`Errno::NotSupported`].
    pub(super) fn set_option(&mut self, id: SocketId, option: SocketOption) -> Result<(), Errno> {
        if matches!(option, SocketOption::Ttl(0)) {
            return Err(Errno::Invalid);
        }
        let multicast_interface = match option {
            SocketOption::MulticastInterface(address) => self.interface_with(Some(address))?,
            _ => None,
        };
        match self.sockets.get_mut(id)? {
            Socket::Tcp(_) => self.set_tcp_option(id, option),
            Socket::Ping(socket) => match option {
                SocketOption::Broadcast(on) => {
                    socket.broadcast = on;
                    Ok(())
                }
                _ => Err(Errno::NotSupported),
            },
            Socket::Udp(socket) => {
                match option {
                    SocketOption::ReuseAddress(on) => socket.sharing.reuse = on,
                    SocketOption::V6Only(on) => socket.sharing.v6_only = on,
                    SocketOption::Broadcast(on) => socket.broadcast = on,
                    SocketOption::ReceiveBuffer(bytes) => {
                        // Linux doubles it, for what it spends on each datagram.
                        socket.receive_buffer = buffer_size(bytes.saturating_mul(2));
                    }
                    SocketOption::SendBuffer(_) => {}
                    SocketOption::Ttl(ttl) => socket.ttl = ttl,
                    SocketOption::MulticastTtl(ttl) => socket.multicast_ttl = ttl,
                    SocketOption::MulticastLoop(on) => socket.multicast_loop = on,
                    SocketOption::MulticastInterface(_) => {
                        socket.multicast_interface = multicast_interface;
                    }
                    SocketOption::PathMtuDiscovery(mode) => socket.path_mtu_discovery = mode,
                    SocketOption::KeepErrors(on) => socket.keep_errors = on,
                    _ => return Err(Errno::NotSupported),
                }
                Ok(())
            }
        }
    }

    fn set_tcp_option(&mut self, id: SocketId, option: SocketOption) -> Result<(), Errno> {
        let Some(socket) = self.sockets.tcp_mut(id) else { return Err(Errno::BadDescriptor) };
        let options = &mut socket.options;
        match option {
            SocketOption::ReuseAddress(on) => options.sharing.reuse = on,
            SocketOption::V6Only(on) => options.sharing.v6_only = on,
            SocketOption::NoDelay(on) => options.nodelay = on,
            SocketOption::Keepalive(keepalive) => options.keepalive = keepalive,
            SocketOption::SendBuffer(bytes) => options.send_buffer = buffer_size(bytes),
            SocketOption::ReceiveBuffer(bytes) => options.receive_buffer = buffer_size(bytes),
            SocketOption::Linger(length) => options.linger = length,
            SocketOption::Ttl(ttl) => options.ttl = ttl,
            // Accepted and without meaning, as in Linux.
            SocketOption::Broadcast(_) => {}
            _ => return Err(Errno::NotSupported),
        }
        if let Stage::Connected(connection) = socket.stage {
            self.apply_option(connection, option);
        }
        Ok(())
    }
}
