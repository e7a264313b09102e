//! One message to another server, and what comes back for it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use lanternet_core::trace::DnsTransport;
use lanternet_net::dns::message::TCP_LIMIT;
use lanternet_net::dns::resolver::{Failure, Outgoing, Received};
use tokio::io::AsyncWriteExt;

use super::server::Shared;
use crate::console::Console;
use crate::framed::MessageReader;
use crate::framing::Framing;
use crate::race;
use crate::sockets::{ConnectOptions, Family, Sockets, UdpSocket};

/// Sends the message, brings what comes back to the server, and does what follows from that.
pub(super) async fn exchange<S: Sockets, C: Console>(
    shared: Arc<Shared<S, C>>,
    outgoing: Outgoing,
) {
    let limit = outgoing.timeout;
    let talking = async {
        match outgoing.transport {
            DnsTransport::Udp => over_udp(&shared, &outgoing).await,
            DnsTransport::Tcp => over_tcp(&shared, &outgoing).await,
        }
    };
    let failure = match race::timeout(&shared.sockets, limit, talking).await {
        Ok(Ok(())) => None,
        Ok(Err(_)) => Some(Failure::Unreachable),
        Err(_) => Some(Failure::TimedOut),
    };
    if let Some(failure) = failure {
        let now = shared.now();
        shared.lock().server.failed(now, outgoing.id, failure);
    }
    shared.carry_out();
}

/// From a socket of its own, connected: nobody else's datagrams come in, and that nothing listens
/// there is told at once (RFC 1122 section 4.1.3.3).
async fn over_udp<S: Sockets, C: Console>(
    shared: &Arc<Shared<S, C>>,
    outgoing: &Outgoing,
) -> io::Result<()> {
    let any = Family::of(outgoing.server.ip()).unspecified();
    let sockets = &shared.sockets;
    let socket = match sockets.udp_bind(SocketAddr::new(any, outgoing.source_port)).await {
        Ok(socket) => socket,
        // Somebody has this port: the host chooses another.
        Err(_) => sockets.udp_bind(SocketAddr::new(any, 0)).await?,
    };
    socket.connect(outgoing.server).await?;
    socket.send(&outgoing.message).await?;
    let mut buffer = vec![0; TCP_LIMIT];
    loop {
        let length = socket.recv(&mut buffer).await?;
        if taken(shared, outgoing, &buffer[..length]) {
            return Ok(());
        }
        shared.carry_out();
    }
}

async fn over_tcp<S: Sockets, C: Console>(
    shared: &Arc<Shared<S, C>>,
    outgoing: &Outgoing,
) -> io::Result<()> {
    let connecting = shared.sockets.tcp_connect(outgoing.server, ConnectOptions::default());
    let (reader, mut writer) = tokio::io::split(connecting.await?);
    let bytes = Framing::LengthU16.encode(&outgoing.message).map_err(io::Error::other)?;
    writer.write_all(&bytes).await?;
    writer.flush().await?;
    let mut reader = MessageReader::new(reader, Framing::LengthU16, TCP_LIMIT);
    while let Some(message) = reader.next(|_| {}).await? {
        if taken(shared, outgoing, &message) {
            return Ok(());
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

/// Whether the wait is over.
fn taken<S: Sockets, C: Console>(
    shared: &Arc<Shared<S, C>>,
    outgoing: &Outgoing,
    bytes: &[u8],
) -> bool {
    let now = shared.now();
    let mut state = shared.lock();
    state.server.received(now, outgoing.id, outgoing.server, bytes) == Received::Taken
}
