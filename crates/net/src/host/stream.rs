//! Sockets that close themselves: what built-in programs use instead of bare descriptors.
//!
//! Every `poll_` function may be given up and asked again; nothing is lost by that. Each is one
//! non-blocking call of the socket table and a waker.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::task::{Context, Poll};

use super::calls::{Shutdown, SocketOption};
use super::error_queue::SocketError;
use super::handle::Handle;
use super::ping::{EchoMessage, EchoRequest};
use super::readiness::Readiness;
use super::sockets::{SocketId, SocketKind};
use super::udp::Received;

/// A descriptor that is closed when this is dropped.
#[derive(Debug)]
struct Owned {
    handle: Handle,
    id: SocketId,
}

impl Owned {
    fn new(handle: &Handle, kind: SocketKind) -> Self {
        Self { handle: handle.clone(), id: handle.socket(kind) }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.handle.close(self.id);
    }
}

/// What all these sockets have in common.
macro_rules! common {
    ($($name:ident)*) => {$(
        impl $name {
            /// The descriptor, for calls that are not here.
            pub fn id(&self) -> SocketId {
                self.0.id
            }

            /// Our end.
            pub fn local_addr(&self) -> io::Result<SocketAddr> {
                Ok(self.0.handle.local_addr(self.0.id)?)
            }

            /// The longest packet that gets to a destination in one piece, as far as is known.
            pub fn path_mtu(&self, destination: IpAddr) -> u16 {
                self.0.handle.path_mtu(destination)
            }

            /// Sets an option.
            pub fn set_option(&self, option: SocketOption) -> io::Result<()> {
                Ok(self.0.handle.set_option(self.0.id, option)?)
            }
        }
    )*};
}

common!(TcpListener TcpStream UdpSocket IcmpSocket);

/// A port that takes connections.
#[derive(Debug)]
pub struct TcpListener(Owned);

impl TcpListener {
    /// Listens on an address; port 0 lets the host choose.
    ///
    /// # Errors
    /// `AddrInUse` with the name of the program that has it, `AddrNotAvailable`.
    pub fn listen(
        handle: &Handle,
        address: SocketAddr,
        backlog: u32,
        options: &[SocketOption],
    ) -> io::Result<Self> {
        let socket = Owned::new(handle, SocketKind::Stream);
        for option in options {
            handle.set_option(socket.id, *option)?;
        }
        handle.bind(socket.id, address)?;
        handle.listen(socket.id, backlog)?;
        Ok(Self(socket))
    }

    /// Takes the connection that has waited longest.
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let Owned { handle, id } = &self.0;
        let owner = Some(handle.program());
        let accepted =
            handle.poll_call(cx, *id, Readiness::READABLE, |stack| stack.accept(*id, owner));
        accepted.map_ok(|(id, remote)| (TcpStream(Owned { handle: handle.clone(), id }), remote))
    }

    /// Takes the connection that has waited longest, once there is one.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        poll_fn(|cx| self.poll_accept(cx)).await
    }
}

/// A connection. Dropping it closes it: with FIN, or with a reset when bytes that arrived were not
/// read.
#[derive(Debug)]
pub struct TcpStream(Owned);

impl TcpStream {
    /// Connects, from `source` where it is given (port 0: the host chooses).
    ///
    /// # Errors
    /// `ConnectionRefused`, `TimedOut`, `HostUnreachable`, `NetworkUnreachable`, `AddrInUse`,
    /// `AddrNotAvailable`.
    pub async fn connect(
        handle: &Handle,
        peer: SocketAddr,
        source: Option<SocketAddr>,
        options: &[SocketOption],
    ) -> io::Result<Self> {
        let socket = Owned::new(handle, SocketKind::Stream);
        for option in options {
            handle.set_option(socket.id, *option)?;
        }
        if let Some(source) = source {
            handle.bind(socket.id, source)?;
        }
        match handle.connect(socket.id, peer) {
            Ok(()) => {}
            Err(super::Errno::InProgress) => handle.connected(socket.id).await?,
            Err(error) => return Err(error.into()),
        }
        Ok(Self(socket))
    }

    /// The other end.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.0.handle.peer_addr(self.0.id)?)
    }

    /// Takes bytes that arrived; 0 is the end of the stream.
    pub fn poll_read(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let Owned { handle, id } = &self.0;
        handle
            .poll_call(cx, *id, Readiness::READABLE, |stack| stack.tcp_receive(*id, buffer, false))
    }

    /// Puts bytes into the send buffer, as many as there is room for.
    pub fn poll_write(&self, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let Owned { handle, id } = &self.0;
        handle.poll_call(cx, *id, Readiness::WRITABLE, |stack| stack.tcp_send(*id, data))
    }

    /// Shuts one direction or both. FIN follows what is still in the send buffer.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        Ok(self.0.handle.shutdown(self.0.id, how)?)
    }

    /// Ends the connection with a reset.
    pub fn abort(self) -> io::Result<()> {
        Ok(self.0.handle.abort(self.0.id)?)
    }

    /// [`poll_read`](Self::poll_read), waited for.
    pub async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        poll_fn(|cx| self.poll_read(cx, buffer)).await
    }

    /// Puts all of these bytes into the send buffer, waiting for room.
    pub async fn write_all(&self, mut data: &[u8]) -> io::Result<()> {
        while !data.is_empty() {
            let written = poll_fn(|cx| self.poll_write(cx, data)).await?;
            data = &data[written..];
        }
        Ok(())
    }
}

/// A port for datagrams.
#[derive(Debug)]
pub struct UdpSocket(Owned);

impl UdpSocket {
    /// Opens a socket on an address; port 0 lets the host choose.
    ///
    /// # Errors
    /// `AddrInUse` with the name of the program that has it, `AddrNotAvailable`.
    pub fn bind(
        handle: &Handle,
        address: SocketAddr,
        options: &[SocketOption],
    ) -> io::Result<Self> {
        let socket = Owned::new(handle, SocketKind::Datagram);
        for option in options {
            handle.set_option(socket.id, *option)?;
        }
        handle.bind(socket.id, address)?;
        Ok(Self(socket))
    }

    /// Fixes the peer.
    pub fn connect(&self, peer: SocketAddr) -> io::Result<()> {
        Ok(self.0.handle.connect(self.0.id, peer)?)
    }

    /// The peer, once connected.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.0.handle.peer_addr(self.0.id)?)
    }

    /// Sends a datagram to `to`, or to the connected peer. A simulated UDP socket never waits to
    /// send.
    pub fn send(&self, datagram: &[u8], to: Option<SocketAddr>) -> io::Result<usize> {
        Ok(self.0.handle.send(self.0.id, datagram, to)?)
    }

    /// Takes a datagram.
    pub fn poll_receive(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<Received>> {
        let Owned { handle, id } = &self.0;
        handle
            .poll_call(cx, *id, Readiness::READABLE, |stack| stack.udp(*id)?.receive(buffer, false))
    }

    /// [`poll_receive`](Self::poll_receive), waited for.
    pub async fn receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        poll_fn(|cx| self.poll_receive(cx, buffer)).await
    }

    /// Takes the oldest ICMP error that [`SocketOption::KeepErrors`] kept.
    pub fn poll_error(&self, cx: &mut Context<'_>) -> Poll<io::Result<SocketError>> {
        let Owned { handle, id } = &self.0;
        handle.poll_call(cx, *id, Readiness::ERROR, |stack| stack.receive_error(*id))
    }

    /// Takes part in a multicast group, on the interface that has this address or on the route's.
    pub fn join_group(&self, group: IpAddr, interface: Option<IpAddr>) -> io::Result<()> {
        Ok(self.0.handle.join_group(self.0.id, group, interface)?)
    }

    /// Undoes [`join_group`](Self::join_group) with the same arguments.
    pub fn leave_group(&self, group: IpAddr, interface: Option<IpAddr>) -> io::Result<()> {
        Ok(self.0.handle.leave_group(self.0.id, group, interface)?)
    }
}

/// A socket for echo requests and what answers them.
#[derive(Debug)]
pub struct IcmpSocket(Owned);

impl IcmpSocket {
    /// Opens a socket; the host chooses its identifier with the first request.
    pub fn open(handle: &Handle) -> Self {
        Self(Owned::new(handle, SocketKind::Ping))
    }

    /// Sends an echo request.
    pub fn send_echo(&self, to: IpAddr, request: EchoRequest<'_>) -> io::Result<()> {
        Ok(self.0.handle.send_echo(self.0.id, to, request)?)
    }

    /// Takes a reply to, or an error about, a request of this socket.
    pub fn poll_receive(&self, cx: &mut Context<'_>) -> Poll<io::Result<EchoMessage>> {
        let Owned { handle, id } = &self.0;
        handle.poll_call(cx, *id, Readiness::READABLE, |stack| stack.receive_echo(*id))
    }

    /// [`poll_receive`](Self::poll_receive), waited for.
    pub async fn receive(&self) -> io::Result<EchoMessage> {
        poll_fn(|cx| self.poll_receive(cx)).await
    }
}
