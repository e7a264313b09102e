//! Over UDP, where nothing tells of the end.

use std::io;
use std::net::SocketAddr;

use lanternet_core::Duration;

use super::Args;
use super::input::Input;
use super::report::Report;
use crate::console::Console;
use crate::endpoint;
use crate::race::{Either, select, timeout};
use crate::sockets::{Family, MessageTooLong, Sockets, UdpSocket};
use crate::text;
use crate::trouble::Trouble;

const DEFAULT_WAIT: Duration = Duration::from_secs(2);
/// RFC 768 and RFC 791: no datagram carries more.
const LONGEST: usize = 65_507;

pub(super) async fn talk<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &Args,
) -> Result<(), Trouble> {
    if args.tls.trust().is_some() {
        return Err(Trouble::cannot_begin("TLS is for TCP; leave out --udp".to_owned()));
    }
    let host = &args.to.host;
    let addresses = endpoint::resolve(sockets, host, args.port(sockets)?)
        .await
        .map_err(|error| Trouble::resolving(host, &error))?;
    // UDP has no handshake that could tell a good address from a bad one: the first is taken.
    let peer = *addresses
        .first()
        .ok_or_else(|| Trouble::resolving(host, &io::ErrorKind::NotFound.into()))?;
    let any = Family::of(peer.ip()).unspecified();
    let begin = |error: io::Error| Trouble::connecting(peer, args.timeout, &error);
    let source = SocketAddr::new(args.source.unwrap_or(any), 0);
    let socket = sockets.udp_bind(source).await.map_err(begin)?;
    socket.connect(peer).await.map_err(begin)?;

    let report = Report::new(sockets, console, args);
    let sending = async {
        let mut input = Input::new(sockets, console, args);
        while let Some(piece) = input.next().await? {
            // A pipe gives more at once than a datagram holds.
            for datagram in piece.chunks(LONGEST) {
                report.sending(datagram);
                socket.send(datagram).await?;
            }
        }
        Ok(())
    };
    let wait = args.wait.unwrap_or(DEFAULT_WAIT);
    let ended = match select(receive(sockets, &socket, &report, None), sending).await {
        Either::First(ended) | Either::Second(ended @ Err(_)) => ended,
        Either::Second(Ok(())) => receive(sockets, &socket, &report, Some(wait)).await,
    };
    report.end();
    if ended.is_ok() && !report.has_received() {
        console.error(&format!("nothing came back within {wait}; UDP does not tell what arrived"));
    }
    ended.map_err(|error| match MessageTooLong::in_error(&error) {
        Some(reason) => Trouble::failed(format!("{peer}: datagram not sent: {reason}")),
        None => trouble(peer, &error),
    })
}

/// Prints what comes until nothing has come for this time.
async fn receive<S: Sockets, C: Console>(
    sockets: &S,
    socket: &S::UdpSocket,
    report: &Report<'_, S, C>,
    patience: Option<Duration>,
) -> io::Result<()> {
    let mut buffer = vec![0; usize::from(u16::MAX)];
    loop {
        let receiving = socket.recv(&mut buffer);
        let length = match patience {
            None => receiving.await?,
            Some(patience) => match timeout(sockets, patience, receiving).await {
                Ok(received) => received?,
                Err(_) => return Ok(()),
            },
        };
        report.received(&buffer[..length]);
    }
}

fn trouble(peer: SocketAddr, error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Trouble::failed(format!(
            "{peer}: refused: the host is there, but no program listens on UDP port {} (ICMP port \
             unreachable)",
            peer.port()
        )),
        io::ErrorKind::HostUnreachable => Trouble::failed(format!(
            "{peer}: no route to host: the last machine on the way found nobody with this address"
        )),
        _ => Trouble::failed(format!("{peer}: {}", text::describe(error))),
    }
}
