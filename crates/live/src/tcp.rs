//! TCP of the operating system.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lanternet_apps::sockets::{ConnectOptions, Keepalive, ListenOptions, TcpListener, TcpStream};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection.
#[derive(Debug)]
pub struct OsStream(tokio::net::TcpStream);

/// A port that takes connections.
#[derive(Debug)]
pub struct OsListener(tokio::net::TcpListener);

pub(crate) fn listen(on: SocketAddr, options: ListenOptions) -> io::Result<OsListener> {
    let socket = socket(on)?;
    socket.set_reuseaddr(options.reuse_address)?;
    socket.bind(on)?;
    socket.listen(options.backlog).map(OsListener)
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

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl TcpStream for OsStream {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
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
                .with_time(idle.into())
                .with_interval(interval.into())
                .with_retries(probes),
        )
    }

    fn abort(self) -> io::Result<()> {
        SockRef::from(&self.0).set_linger(Some(std::time::Duration::ZERO))
    }
}

impl TcpListener for OsListener {
    type Stream = OsStream;

    async fn accept(&self) -> io::Result<(OsStream, SocketAddr)> {
        self.0.accept().await.map(|(stream, peer)| (OsStream(stream), peer))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}
