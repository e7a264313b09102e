//! One client of a server, as the program sees it.

use std::io;
use std::net::SocketAddr;

use lanternet_core::Duration;
use tokio::sync::watch;

use super::Log;
use crate::race::timeout;
use crate::sockets::Sockets;
use crate::tls::Link;

/// One client's connection.
pub struct Client<S: Sockets, C, L = Link<<S as Sockets>::TcpStream>> {
    /// To talk over.
    pub stream: L,
    /// The other end.
    pub peer: SocketAddr,
    /// The network.
    pub sockets: S,
    /// The server's streams and files.
    pub console: C,
    /// Where to say what happens.
    pub log: Log<C>,
    /// After this much silence the connection should end. The server leaves that to the program, which
    /// knows what silence is; [`within_idle`] helps.
    pub idle: Duration,
    /// Whether the server was asked to stop.
    pub stop: Stop,
}

impl<S: Sockets, C, L> Client<S, C, L> {
    pub(super) fn with<N>(self, stream: N) -> Client<S, C, N> {
        let Self { peer, sockets, console, log, idle, stop, .. } = self;
        Client { stream, peer, sockets, console, log, idle, stop }
    }
}

/// How a client's connection ended, for the log.
pub type Served = io::Result<String>;

/// Waits for a read or a write of a client, but no longer than [`Client::idle`].
///
/// # Errors
/// [`io::ErrorKind::TimedOut`] in words for the log, and what the work says.
pub async fn within_idle<S: Sockets, T>(
    sockets: &S,
    idle: Duration,
    work: impl Future<Output = io::Result<T>>,
) -> io::Result<T> {
    timeout(sockets, idle, work).await.unwrap_or_else(|_| {
        Err(io::Error::new(io::ErrorKind::TimedOut, format!("idle for {idle}")))
    })
}

/// Whether a server was asked to stop. Clones tell the same.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    pub(super) const fn new(receiver: watch::Receiver<bool>) -> Self {
        Self(receiver)
    }

    /// Ready once it was.
    pub async fn requested(&self) {
        if self.0.clone().wait_for(|stop| *stop).await.is_err() {
            // The server is gone, and this client with it.
            std::future::pending().await
        }
    }

    /// Whether it was by now.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }
}
