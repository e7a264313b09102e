//! The TCP client: sends messages, prints what comes back.

use std::io;
use std::net::SocketAddr;

use lanternet_core::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};

use super::ConnectArgs;
use super::input::Messages;
use super::trouble::Trouble;
use crate::console::{Console, ExitCode};
use crate::endpoint;
use crate::framed::MessageReader;
use crate::race::{timeout, try_join};
use crate::sockets::{ConnectOptions, Sockets, TcpStream};
use crate::text;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn connect<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ConnectArgs,
) -> Result<ExitCode, Trouble> {
    let patience = args.timeout.unwrap_or(DEFAULT_TIMEOUT);
    let stream = open(sockets, console, args, patience).await?;
    let peer = stream.peer_addr().map_err(|error| {
        Trouble::failed(format!("the connection is gone: {}", text::describe(&error)))
    })?;
    let (reader, writer) = tokio::io::split(stream);
    let reader = MessageReader::new(reader, args.framing, args.max_message as usize);
    let mut talk = Talk { sockets, console, args, patience, peer, reader };
    match args.together {
        false => talk.one_by_one(writer).await?,
        true => talk.together(writer).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Tries the host's addresses in turn.
async fn open<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ConnectArgs,
    patience: Duration,
) -> Result<S::TcpStream, Trouble> {
    let host = &args.to.host;
    let addresses = endpoint::resolve(sockets, host, args.port()?)
        .await
        .map_err(|error| Trouble::resolving(host, &error))?;
    let options = ConnectOptions {
        timeout: Some(patience),
        source: args.source.map(|address| SocketAddr::new(address, 0)),
    };
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
                return Ok(stream);
            }
            Err(error) => last = Some(Trouble::connecting(address, patience, &error)),
        }
    }
    // Resolving gives at least one address or an error.
    Err(last.unwrap_or_else(|| Trouble::resolving(host, &io::ErrorKind::NotFound.into())))
}

/// A connection in use.
struct Talk<'a, S: Sockets, C> {
    sockets: &'a S,
    console: &'a C,
    args: &'a ConnectArgs,
    patience: Duration,
    peer: SocketAddr,
    reader: MessageReader<ReadHalf<S::TcpStream>>,
}

impl<S: Sockets, C: Console> Talk<'_, S, C> {
    /// Sends a message, waits for its answer, sends the next.
    async fn one_by_one(&mut self, mut writer: WriteHalf<S::TcpStream>) -> Result<(), Trouble> {
        let mut messages = Messages::new(self.console, self.args);
        let mut number = 0_u64;
        while let Some(message) = messages.next().await {
            if number > 0
                && let Some(interval) = self.args.interval
            {
                self.sockets.sleep(interval).await;
            }
            number += 1;
            self.send(&mut writer, &message).await?;
            if !self.print_answer().await? {
                return Err(Trouble::failed(format!(
                    "{}: the server closed the connection before it answered message {number}",
                    self.peer
                )));
            }
        }
        self.finish(&mut writer).await?;
        while self.print_answer().await? {}
        Ok(())
    }

    /// Sends all messages and FIN; prints answers as they come, until the peer's FIN.
    async fn together(&mut self, mut writer: WriteHalf<S::TcpStream>) -> Result<(), Trouble> {
        let mut messages = Messages::new(self.console, self.args);
        let Talk { sockets, console, args, patience, peer, ref mut reader } = *self;
        let sending = async {
            while let Some(message) = messages.next().await {
                send(&mut writer, peer, args, &message).await?;
            }
            writer.shutdown().await.map_err(|error| Trouble::talking(peer, &error))
        };
        let receiving = async {
            while print_answer(sockets, console, reader, patience, peer).await? {}
            Ok(())
        };
        try_join(receiving, sending).await?;
        Ok(())
    }

    async fn send(
        &mut self,
        writer: &mut WriteHalf<S::TcpStream>,
        message: &str,
    ) -> Result<(), Trouble> {
        match timeout(self.sockets, self.patience, send(writer, self.peer, self.args, message))
            .await
        {
            Ok(sent) => sent,
            Err(elapsed) => Err(Trouble::failed(format!(
                "{}: the server has read nothing for {}: our data no longer fits its window",
                self.peer, elapsed.0
            ))),
        }
    }

    async fn finish(&mut self, writer: &mut WriteHalf<S::TcpStream>) -> Result<(), Trouble> {
        writer.shutdown().await.map_err(|error| Trouble::talking(self.peer, &error))
    }

    async fn print_answer(&mut self) -> Result<bool, Trouble> {
        print_answer(self.sockets, self.console, &mut self.reader, self.patience, self.peer).await
    }
}

async fn send<W: AsyncWrite + Unpin>(
    writer: &mut W,
    peer: SocketAddr,
    args: &ConnectArgs,
    message: &str,
) -> Result<(), Trouble> {
    let bytes = args
        .framing
        .encode(message.as_bytes())
        .map_err(|error| Trouble::cannot_begin(error.to_string()))?;
    let written = async {
        writer.write_all(&bytes).await?;
        writer.flush().await
    };
    written.await.map_err(|error| Trouble::talking(peer, &error))
}

/// Prints the next answer; false when the peer has closed.
async fn print_answer<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    reader: &mut MessageReader<ReadHalf<S::TcpStream>>,
    patience: Duration,
    peer: SocketAddr,
) -> Result<bool, Trouble> {
    match timeout(sockets, patience, reader.next(|_| {})).await {
        Ok(Ok(Some(answer))) => {
            console.print_line(&text::printable(&answer));
            Ok(true)
        }
        Ok(Ok(None)) => Ok(false),
        Ok(Err(error)) => Err(Trouble::talking(peer, &error)),
        Err(elapsed) => Err(Trouble::failed(format!(
            "{peer}: connected, but no answer within {}; has the server accepted the connection, \
             and does it use the same framing?",
            elapsed.0
        ))),
    }
}
