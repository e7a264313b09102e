//! Shorter ways to what programs do most: names instead of addresses, defaults instead of options.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use lanternet_apps::race;
use lanternet_apps::sockets::{ConnectOptions, ListenOptions, Sockets};
use lanternet_core::Duration;

/// What [`Sockets`] can do, in fewer words.
pub trait SocketsExt: Sockets {
    /// Connects to `HOST:PORT`, where the host is a name, or an address (`[::1]:80` for IPv6). Tries
    /// the addresses of a name one after the other.
    fn connect(&self, to: &str) -> impl Future<Output = io::Result<Self::TcpStream>> + Send {
        async move {
            let mut last = None;
            for address in addresses(self, to).await? {
                match self.tcp_connect(address, ConnectOptions::default()).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => last = Some(error),
                }
            }
            Err(last.unwrap_or_else(|| io::ErrorKind::NotFound.into()))
        }
    }

    /// Takes TCP connections on this port of all of the host's addresses (on a real machine: of its
    /// loopback address).
    fn listen(&self, port: u16) -> impl Future<Output = io::Result<Self::TcpListener>> + Send {
        let address = SocketAddr::new(self.default_bind(), port);
        self.tcp_listen(address, ListenOptions::default())
    }

    /// A UDP socket on this port of all of the host's addresses (on a real machine: of its loopback
    /// address); with 0 the host chooses the port.
    fn udp(&self, port: u16) -> impl Future<Output = io::Result<Self::UdpSocket>> + Send {
        self.udp_bind(SocketAddr::new(self.default_bind(), port))
    }

    /// The preferred address of `HOST:PORT`.
    fn address(&self, of: &str) -> impl Future<Output = io::Result<SocketAddr>> + Send {
        async move {
            let first = addresses(self, of).await?.into_iter().next();
            first.ok_or_else(|| io::ErrorKind::NotFound.into())
        }
    }

    /// Gives a future so much time.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] when it was not ready by then.
    fn timeout<T: Send>(
        &self,
        limit: impl Into<Duration> + Send,
        future: impl Future<Output = T> + Send,
    ) -> impl Future<Output = io::Result<T>> + Send {
        async move {
            let ended = race::timeout(self, limit.into(), future).await;
            ended.map_err(|_| io::ErrorKind::TimedOut.into())
        }
    }
}

impl<S: Sockets> SocketsExt for S {}

async fn addresses<S: Sockets>(sockets: &S, of: &str) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = of.parse() {
        return Ok(vec![address]);
    }
    let wrong = || {
        let message = format!("expected HOST:PORT, got `{of}`");
        io::Error::new(io::ErrorKind::InvalidInput, message)
    };
    let (host, port) = of.rsplit_once(':').ok_or_else(wrong)?;
    let port = port.parse().map_err(|_| wrong())?;
    let addresses = sockets.resolve(host).await?;
    Ok(addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect())
}
