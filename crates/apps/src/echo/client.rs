//! The TCP client: sends messages, prints what comes back.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use lanternet_core::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};

use super::ConnectArgs;
use super::input::Messages;
use crate::console::{Console, ExitCode};
use crate::dial::{dial_over, peer_of};
use crate::framed::MessageReader;
use crate::race::{timeout, try_join};
use crate::sockets::{ConnectOptions, Sockets};
use crate::text;
use crate::tls::Link;
use crate::trouble::Trouble;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn connect<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ConnectArgs,
) -> Result<ExitCode, Trouble> {
    let patience = args.timeout.unwrap_or(DEFAULT_TIMEOUT);
    let options = ConnectOptions::within(patience, args.source);
    let stream = dial_over(
        sockets,
        console,
        &args.to.host,
        args.port(sockets)?,
        options,
        args.tls.trust().as_ref(),
    )
    .await?;
    let peer = peer_of(&stream)?;
    let (reader, writer) = tokio::io::split(stream);
    let reader = MessageReader::new(reader, args.framing, args.max_message as usize);
    let mut talk = Talk { sockets, console, args, patience, peer, reader };
    match args.together {
        false => talk.one_by_one(writer).await?,
        true => talk.together(writer).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A connection in use.
struct Talk<'a, S: Sockets, C> {
    sockets: &'a S,
    console: &'a C,
    args: &'a ConnectArgs,
    patience: Duration,
    peer: SocketAddr,
    reader: MessageReader<ReadHalf<Link<S::TcpStream>>>,
}

impl<S: Sockets, C: Console> Talk<'_, S, C> {
    /// Sends a message, waits for its answer, sends the next.
    async fn one_by_one(
        &mut self,
        mut writer: WriteHalf<Link<S::TcpStream>>,
    ) -> Result<(), Trouble> {
        let peer = self.peer;
        let mut messages = Messages::new(self.console, self.args);
        let mut number = 0_u64;
        while let Some(message) = messages.next().await {
            if number > 0
                && let Some(interval) = self.args.interval
            {
                self.sockets.sleep(interval).await;
            }
            number += 1;
            send(self.sockets, &mut writer, self.args, self.patience, peer, &message).await?;
            match self.print_answer().await? {
                Answer::Printed => {}
                Answer::Closed => {
                    return Err(Trouble::failed(format!(
                        "{peer}: the server closed the connection before it answered message \
                         {number}"
                    )));
                }
                Answer::Silence => return Err(silence(peer, self.patience)),
            }
        }
        writer.shutdown().await.map_err(|error| Trouble::talking(peer, &error))?;
        loop {
            match self.print_answer().await? {
                Answer::Printed => {}
                Answer::Closed => return Ok(()),
                Answer::Silence => {
                    let patience = self.patience;
                    self.console.error(&format!(
                        "{peer}: every message was answered, but after our FIN the server's did \
                         not come within {patience}"
                    ));
                    return Ok(());
                }
            }
        }
    }

    /// Sends all messages and FIN; prints answers as they come, until the peer's FIN.
    async fn together(&mut self, mut writer: WriteHalf<Link<S::TcpStream>>) -> Result<(), Trouble> {
        let mut messages = Messages::new(self.console, self.args);
        let Talk { sockets, args, patience, peer, .. } = *self;
        // Silence has a meaning only when nothing more is to be said.
        let all_sent = AtomicBool::new(false);
        let sending = async {
            while let Some(message) = messages.next().await {
                send(sockets, &mut writer, args, patience, peer, &message).await?;
            }
            all_sent.store(true, Ordering::Relaxed);
            writer.shutdown().await.map_err(|error| Trouble::talking(peer, &error))
        };
        let receiving = async {
            loop {
                let waiting_for_answers = all_sent.load(Ordering::Relaxed);
                match self.print_answer().await? {
                    Answer::Closed => return Ok(()),
                    Answer::Silence if waiting_for_answers => return Err(silence(peer, patience)),
                    Answer::Printed | Answer::Silence => {}
                }
            }
        };
        try_join(receiving, sending).await?;
        Ok(())
    }

    /// Waits for the next answer and prints it.
    async fn print_answer(&mut self) -> Result<Answer, Trouble> {
        match timeout(self.sockets, self.patience, self.reader.next(|_| {})).await {
            Ok(Ok(Some(answer))) => {
                self.console.print_line(&text::printable(&answer));
                Ok(Answer::Printed)
            }
            Ok(Ok(None)) => Ok(Answer::Closed),
            Ok(Err(error)) => Err(Trouble::talking(self.peer, &error)),
            Err(_) => Ok(Answer::Silence),
        }
    }
}

/// What came when an answer was awaited.
enum Answer {
    Printed,
    /// The peer's FIN.
    Closed,
    /// Nothing in time.
    Silence,
}

async fn send<S: Sockets, W: AsyncWrite + Unpin>(
    sockets: &S,
    writer: &mut W,
    args: &ConnectArgs,
    patience: Duration,
    peer: SocketAddr,
    message: &str,
) -> Result<(), Trouble> {
    let bytes = args
        .framing
        .encode(message.as_bytes())
        .map_err(|error| Trouble::cannot_begin(error.to_string()))?;
    let write = async {
        writer.write_all(&bytes).await?;
        writer.flush().await
    };
    match timeout(sockets, patience, write).await {
        Ok(written) => written.map_err(|error| Trouble::talking(peer, &error)),
        Err(_) => Err(Trouble::failed(format!(
            "{peer}: the server has read too little for {patience}: what we send no longer fits \
             its receive window"
        ))),
    }
}

fn silence(peer: SocketAddr, patience: Duration) -> Trouble {
    Trouble::failed(format!(
        "{peer}: connected, but no answer within {patience}; has the server accepted the \
         connection, and does it use the same framing?"
    ))
}
