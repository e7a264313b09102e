//! A connection, plain or under TLS.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lanternet_core::Duration;
use rustls::ProtocolVersion;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{client, server};

use super::words;
use crate::sockets::{Keepalive, TcpStream};

/// A connection as a program talks over it. It is a [`TcpStream`] like the one below it.
///
/// Shutting it down for writing sends TLS's close_notify before the FIN, and leaves the other direction
/// open. A connection that ends with FIN but without close_notify has ended like any other, since many
/// clients leave that way and most protocols know by themselves when something is missing; where only
/// the end of the stream says that nothing is, see [`Link::refuse_truncation`].
#[derive(Debug)]
pub struct Link<T> {
    stream: Stream<T>,
    refuse_truncation: bool,
    /// Looks at the first bytes that come, which may show that they are none in plain text.
    first: Option<Look>,
}

/// What is wrong with these bytes, if anything is.
type Look = fn(&[u8]) -> Option<io::Error>;

#[derive(Debug)]
enum Stream<T> {
    /// Everybody on the way can read it.
    Plain(T),
    Client(Box<client::TlsStream<T>>),
    Server(Box<server::TlsStream<T>>),
}

impl<T> Link<T> {
    /// In plain text.
    pub const fn plain(stream: T) -> Self {
        Self::new(Stream::Plain(stream))
    }

    /// In plain text with a client; one that speaks TLS is [`io::ErrorKind::InvalidData`].
    pub(crate) fn plain_client(stream: T) -> Self {
        Self { first: Some(words::client_speaks_tls), ..Self::plain(stream) }
    }

    /// In plain text with a server; one that speaks TLS is [`io::ErrorKind::InvalidData`].
    pub(crate) fn plain_server(stream: T) -> Self {
        Self { first: Some(words::server_speaks_tls), ..Self::plain(stream) }
    }

    /// With a server, after the handshake.
    pub(super) fn client(stream: client::TlsStream<T>) -> Self {
        Self::new(Stream::Client(Box::new(stream)))
    }

    /// With a client, after the handshake.
    pub(super) fn server(stream: server::TlsStream<T>) -> Self {
        Self::new(Stream::Server(Box::new(stream)))
    }

    const fn new(stream: Stream<T>) -> Self {
        Self { stream, refuse_truncation: false, first: None }
    }

    /// Whether it is under TLS.
    pub const fn is_tls(&self) -> bool {
        !matches!(self.stream, Stream::Plain(_))
    }

    /// `TLS 1.3`, `TLS 1.2` or `plain text`.
    pub fn version(&self) -> &'static str {
        let version = match &self.stream {
            Stream::Plain(_) => return "plain text",
            Stream::Client(tls) => tls.get_ref().1.protocol_version(),
            Stream::Server(tls) => tls.get_ref().1.protocol_version(),
        };
        // We speak no others.
        if version == Some(ProtocolVersion::TLSv1_2) { "TLS 1.2" } else { "TLS 1.3" }
    }

    /// From now on an end without TLS's close_notify is [`io::ErrorKind::UnexpectedEof`]: somebody on the
    /// way may have cut the connection. Plain text has no such sign, and nothing changes.
    pub const fn refuse_truncation(&mut self) {
        self.refuse_truncation = true;
    }

    fn below(&self) -> &T {
        match &self.stream {
            Stream::Plain(stream) => stream,
            Stream::Client(tls) => tls.get_ref().0,
            Stream::Server(tls) => tls.get_ref().0,
        }
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncRead for Link<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let read = match &mut this.stream {
            Stream::Plain(stream) => {
                let before = buffer.filled().len();
                ready!(Pin::new(stream).poll_read(cx, buffer))?;
                let came = &buffer.filled()[before..];
                let wrong = this.first.take_if(|_| !came.is_empty()).and_then(|look| look(came));
                return Poll::Ready(wrong.map_or(Ok(()), Err));
            }
            Stream::Client(tls) => ready!(Pin::new(tls).poll_read(cx, buffer)),
            Stream::Server(tls) => ready!(Pin::new(tls).poll_read(cx, buffer)),
        };
        Poll::Ready(match read {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                if this.refuse_truncation { Err(error) } else { Ok(()) }
            }
            read => read,
        })
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Link<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Client(tls) => Pin::new(tls).poll_write(cx, bytes),
            Stream::Server(tls) => Pin::new(tls).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Stream::Client(tls) => Pin::new(tls).poll_write_vectored(cx, parts),
            Stream::Server(tls) => Pin::new(tls).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Client(tls) => tls.is_write_vectored(),
            Stream::Server(tls) => tls.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Client(tls) => Pin::new(tls).poll_flush(cx),
            Stream::Server(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Client(tls) => Pin::new(tls).poll_shutdown(cx),
            Stream::Server(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}

impl<T: TcpStream> TcpStream for Link<T> {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.below().local_addr()
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.below().peer_addr()
    }

    fn set_nodelay(&self, on: bool) -> io::Result<()> {
        self.below().set_nodelay(on)
    }

    fn set_keepalive(&self, keepalive: Option<Keepalive>) -> io::Result<()> {
        self.below().set_keepalive(keepalive)
    }

    fn set_linger(&self, time: Option<Duration>) -> io::Result<()> {
        self.below().set_linger(time)
    }

    fn abort(self) -> io::Result<()> {
        match self.stream {
            Stream::Plain(stream) => stream.abort(),
            Stream::Client(tls) => tls.into_inner().0.abort(),
            Stream::Server(tls) => tls.into_inner().0.abort(),
        }
    }
}
