//! Connecting over TCP as clients do: the addresses of a name in turn.

use std::io;
use std::net::SocketAddr;

use lanternet_core::Duration;

use crate::console::Console;
use crate::endpoint;
use crate::sockets::{ConnectOptions, Sockets, TcpStream};
use crate::text;
use crate::tls::{Link, Secure, Trust};
use crate::trouble::Trouble;

/// What the stack's own patience amounts to on Linux, for a message (`tcp_syn_retries` 6).
const STACK_PATIENCE: Duration = Duration::from_secs(127);

/// Tries the host's addresses in turn, and says on standard error how that went. With `trust`, from
/// [`ConnectTlsArgs::trust`](crate::tls::ConnectTlsArgs::trust) and its kin, it is over TLS.
pub(crate) async fn dial_over<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    host: &str,
    port: u16,
    options: ConnectOptions,
    trust: Option<&Trust>,
) -> Result<Link<S::TcpStream>, Trouble> {
    let Some(trust) = trust else { return dial(sockets, console, host, port, options).await };
    let secure = Secure::prepare(sockets, console, host, port, trust).await?;
    let (stream, peer) = dial_tcp(sockets, console, host, port, options).await?;
    secure.connect(peer, stream).await
}

/// As [`dial_over`], in plain text.
pub(crate) async fn dial<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    host: &str,
    port: u16,
    options: ConnectOptions,
) -> Result<Link<S::TcpStream>, Trouble> {
    let (stream, _) = dial_tcp(sockets, console, host, port, options).await?;
    Ok(Link::plain_server(stream))
}

/// The other end of a connection that was just made.
///
/// # Errors
/// When it is gone already.
pub(crate) fn peer_of(stream: &impl TcpStream) -> Result<SocketAddr, Trouble> {
    stream.peer_addr().map_err(|error| {
        Trouble::failed(format!("the connection is gone: {}", text::describe(&error)))
    })
}

async fn dial_tcp<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    host: &str,
    port: u16,
    options: ConnectOptions,
) -> Result<(S::TcpStream, SocketAddr), Trouble> {
    let addresses = endpoint::resolve(sockets, host, port)
        .await
        .map_err(|error| Trouble::resolving(host, &error))?;
    let patience = options.timeout.unwrap_or(STACK_PATIENCE);
    let mut last = None;
    for address in addresses {
        // The trouble with the address before, now that it is not the last word.
        if let Some(Trouble { message, .. }) = last.take() {
            console.error(&format!("{message}\ntrying {address}"));
        }
        let began = sockets.now();
        match sockets.tcp_connect(address, options).await {
            Ok(stream) => {
                let took = sockets.now() - began;
                let from = stream.local_addr().map(|from| format!(" from {from}"));
                let from = from.unwrap_or_default();
                console.error(&format!("connected to {address}{from} in {took}"));
                return Ok((stream, address));
            }
            Err(error) => last = Some(Trouble::connecting(address, patience, &error)),
        }
    }
    // Resolving gives at least one address or an error.
    Err(last.unwrap_or_else(|| Trouble::resolving(host, &io::ErrorKind::NotFound.into())))
}
