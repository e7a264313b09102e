//! One question to one server, over UDP, and over TCP when the answer is too long for that.

use std::io;
use std::net::SocketAddr;

use lanternet_core::Duration;
use lanternet_core::trace::{DnsEvent, DnsMismatch, DnsQuestion, DnsTransport, TraceEvent};
use lanternet_net::dns::{Message, Question, message, reason};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::race::timeout;
use crate::sockets::{ConnectOptions, Family, Sockets, UdpSocket};

/// What a server said.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) message: Message,
    pub(crate) server: SocketAddr,
    pub(crate) transport: DnsTransport,
    /// The length of its message, in bytes.
    pub(crate) length: usize,
    pub(crate) took: Duration,
}

/// Why a server's word was not heard.
#[derive(Debug)]
pub(crate) enum NoReply {
    /// It said nothing in this time.
    Silent(Duration),
    /// It cannot be reached, or does not listen.
    Unreachable(io::Error),
}

/// Asks `server`, and waits for its answer for so long.
///
/// The query goes from a port of its own that the host draws at random, and only an answer to it from
/// there is taken (RFC 5452); what else comes is told and left aside.
pub(crate) async fn exchange<S: Sockets>(
    sockets: &S,
    server: SocketAddr,
    query: &Message,
    patience: Duration,
    tcp: bool,
) -> Result<Reply, NoReply> {
    let began = sockets.now();
    let reply = if tcp {
        ask(sockets, server, query, patience, DnsTransport::Tcp).await?
    } else {
        let reply = ask(sockets, server, query, patience, DnsTransport::Udp).await?;
        if !reply.message.metadata.truncation {
            return Ok(reply);
        }
        sockets.tell(|| {
            let question = question(query);
            TraceEvent::Dns(DnsEvent::RetriedOverTcp { server: server.ip(), question })
        });
        ask(sockets, server, query, patience, DnsTransport::Tcp).await?
    };
    Ok(Reply { took: sockets.now() - began, ..reply })
}

/// The question of a query, which has one.
fn question(query: &Message) -> DnsQuestion {
    match query.queries.first() {
        Some(asked) => reason::question(&Question::from(asked)),
        None => DnsQuestion { name: ".".into(), kind: "ANY".into() },
    }
}

/// Asks over one transport.
async fn ask<S: Sockets>(
    sockets: &S,
    server: SocketAddr,
    query: &Message,
    patience: Duration,
    transport: DnsTransport,
) -> Result<Reply, NoReply> {
    let began = sockets.now();
    let asking = async {
        match transport {
            DnsTransport::Udp => over_udp(sockets, server, query).await,
            DnsTransport::Tcp => over_tcp(sockets, server, query).await,
        }
    };
    match timeout(sockets, patience, asking).await {
        Ok(Ok((message, length))) => {
            Ok(Reply { message, server, transport, length, took: sockets.now() - began })
        }
        Ok(Err(error)) => Err(NoReply::Unreachable(error)),
        Err(_) => Err(NoReply::Silent(patience)),
    }
}

async fn over_udp<S: Sockets>(
    sockets: &S,
    server: SocketAddr,
    query: &Message,
) -> io::Result<(Message, usize)> {
    let any = Family::of(server.ip()).unspecified();
    let socket = sockets.udp_bind(SocketAddr::new(any, 0)).await?;
    socket.connect(server).await?;
    socket.send(&message::encode(query)).await?;
    let mut buffer = vec![0; message::TCP_LIMIT];
    loop {
        let length = socket.recv(&mut buffer).await?;
        if let Some(message) = accept(sockets, server, query, &buffer[..length]) {
            return Ok((message, length));
        }
    }
}

async fn over_tcp<S: Sockets>(
    sockets: &S,
    server: SocketAddr,
    query: &Message,
) -> io::Result<(Message, usize)> {
    let mut stream = sockets.tcp_connect(server, ConnectOptions::default()).await?;
    let bytes = message::encode(query);
    // RFC 1035 section 4.2.2: two bytes with the length go before; in one write, as RFC 7766
    // section 8 asks.
    let length = u16::try_from(bytes.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], &bytes].concat()).await?;
    stream.flush().await?;
    loop {
        let length = stream.read_u16().await?;
        let mut bytes = vec![0; usize::from(length)];
        stream.read_exact(&mut bytes).await?;
        if let Some(message) = accept(sockets, server, query, &bytes) {
            return Ok((message, bytes.len()));
        }
    }
}

/// The message, if it answers the query; that it does not is told.
fn accept<S: Sockets>(
    sockets: &S,
    server: SocketAddr,
    query: &Message,
    bytes: &[u8],
) -> Option<Message> {
    let reply = message::decode(bytes).ok_or(DnsMismatch::Malformed);
    let matching = reply.and_then(|reply| message::matches(query, &reply, false).map(|()| reply));
    matching
        .map_err(|why| {
            sockets.tell(|| {
                let question = question(query);
                TraceEvent::Dns(DnsEvent::ReplyIgnored { from: server, question, why })
            });
        })
        .ok()
}
