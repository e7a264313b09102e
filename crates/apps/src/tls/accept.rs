//! The server's side of a handshake.

use super::config::HANDSHAKE_LIMIT;
use super::repeatable::Dice;
use super::{Identity, Link, words};
use crate::race::timeout;
use crate::sockets::Sockets;

impl Identity {
    /// Shakes hands with a client, which has so much time for it.
    ///
    /// # Errors
    /// Why not, for the log.
    pub(crate) async fn accept<S: Sockets>(
        &self,
        sockets: &S,
        stream: S::TcpStream,
    ) -> Result<Link<S::TcpStream>, String> {
        let handshake = Dice::of(sockets).handshake(|| self.acceptor.accept(stream));
        match timeout(sockets, HANDSHAKE_LIMIT, handshake).await {
            Ok(Ok(stream)) => Ok(Link::server(stream)),
            Ok(Err(error)) => Err(words::handshake(&error, "client")),
            Err(_) => Err(format!(
                "the client did not finish the TLS handshake within {HANDSHAKE_LIMIT}; does it speak \
                 TLS?"
            )),
        }
    }
}
