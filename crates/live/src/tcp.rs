//! TCP of the operating system.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lanternet_apps::sockets::{ConnectOptions, Keepalive, ListenOptions, TcpListener, TcpStream};
use lanternet_core::Duration;
use lanternet_net::host::{BindError, Errno};
use lanternet_net::services::Transport;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::kind;

/// A connection.
#[derive(Debug)]
pub struct OsStream(tokio::net::TcpStream);

/// A port that takes connections.
#[derive(Debug)]
pub struct OsListener(tokio::net::TcpListener);

pub(crate) fn listen(on: SocketAddr, options: ListenOptions) -> io::Result<OsListener> {
    let socket = socket(on)?;
    share(&socket, on, options.reuse_address, options.v6_only)?;
    let listening = socket.bind(on).and_then(|()| socket.listen(options.backlog));
    listening.map(OsListener).map_err(|error| taken(error, Transport::Tcp, on))
}

pub(crate) async fn connect(to: SocketAddr, options: ConnectOptions) -> io::Result<OsStream> {
    let socket = socket(to)?;
    if let Some(source) = options.source {
        socket.bind(source)?;
    }
    let connect = socket.connect(to);
    match options.timeout {
        None => connect.await,
        Some(limit) => match tokio::time::timeout(limit.into(), connect).await {
            Ok(connected) => connected,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        },
    }
    .map(OsStream)
}

/// Sets what has to be set before binding.
pub(crate) fn share<'s>(
    socket: impl Into<SockRef<'s>>,
    on: SocketAddr,
    reuse_address: bool,
    v6_only: bool,
) -> io::Result<()> {
    let socket = socket.into();
    // On Windows the option of this name lets two programs take each other's clients.
    if cfg!(unix) {
        socket.set_reuse_address(reuse_address)?;
    }
    if on.is_ipv6() {
        // The system's default depends on its settings.
        socket.set_only_v6(v6_only)?;
    }
    Ok(())
}

/// The same error with the name of the program that has the port, where the system tells.
pub(crate) fn taken(error: io::Error, over: Transport, on: SocketAddr) -> io::Error {
    if error.kind() != io::ErrorKind::AddrInUse {
        return error;
    }
    match kind::holder(over, on) {
        Some(holder) => {
            BindError { errno: Errno::AddressInUse, holder: Some(holder.into()) }.into()
        }
        None => error,
    }
}

/// An address of IPv4 as such, and not as `::ffff:10.0.0.1`.
pub(crate) fn plain(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip if ip == address.ip() => address,
        ip => SocketAddr::new(ip, address.port()),
    }
}

/// `TCP_KEEPIDLE` and its kind count whole seconds, from 1 on.
fn whole_seconds(time: Duration) -> std::time::Duration {
    std::time::Duration::from_secs(time.nanos().div_ceil(1_000_000_000).max(1))
}

fn socket(address: SocketAddr) -> io::Result<tokio::net::TcpSocket> {
    match address {
        SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4(),
        SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6(),
    }
}

impl AsyncRead for OsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for OsStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl TcpStream for OsStream {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr().map(plain)
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr().map(plain)
    }

    fn set_nodelay(&self, on: bool) -> io::Result<()> {
        self.0.set_nodelay(on)
    }

    fn set_keepalive(&self, keepalive: Option<Keepalive>) -> io::Result<()> {
        let socket = SockRef::from(&self.0);
        let Some(Keepalive { idle, interval, probes }) = keepalive else {
            return socket.set_keepalive(false);
        };
        socket.set_tcp_keepalive(
            &socket2::TcpKeepalive::new()
                .with_time(whole_seconds(idle))
                .with_interval(whole_seconds(interval))
                .with_retries(probes),
        )
    }

    fn set_linger(&self, time: Option<Duration>) -> io::Result<()> {
        // With a longer time closing would block a thread of the runtime.
        let zero = time.filter(|time| time.is_zero()).map(|_| std::time::Duration::ZERO);
        SockRef::from(&self.0).set_linger(zero)
    }

    fn abort(self) -> io::Result<()> {
        self.set_linger(Some(Duration::ZERO))
    }
}

impl TcpListener for OsListener {
    type Stream = OsStream;

    async fn accept(&self) -> io::Result<(OsStream, SocketAddr)> {
        self.0.accept().await.map(|(stream, peer)| (OsStream(stream), plain(peer)))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr().map(plain)
    }
}
