//! A connection in use: messages are written together, each answer is waited for only so long, and what
//! the server said before it hung up is still heard.

use std::io;

use lanternet_core::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};

use super::Broken;
use crate::race::timeout;
use crate::sockets::Sockets;
use crate::upload::protocol::{Side, ToClient, ToServer};
use crate::upload::wire::{Wire, invalid};

/// Small frames wait for others, up to so many bytes.
const TOGETHER: usize = 64 * 1024;
/// When writing has failed, what the server had said before is waited for so long.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A connection in use.
pub(super) struct Talk<S, T> {
    pub(super) sockets: S,
    /// The server has to do something within this time.
    pub(super) patience: Duration,
    pub(super) wire: Wire<ReadHalf<T>>,
    pub(super) writer: WriteHalf<T>,
    /// Frames that are not written yet.
    pub(super) out: Vec<u8>,
}

impl<S: Sockets, T: AsyncRead + AsyncWrite + Unpin + Send> Talk<S, T> {
    pub(super) fn new(sockets: S, patience: Duration, stream: T) -> Self {
        let (reader, writer) = split(stream);
        let wire = Wire::new(reader, Side::Server);
        Self { sockets, patience, wire, writer, out: Vec::new() }
    }

    /// To be written before the next answer is waited for.
    pub(super) fn say(&mut self, message: &ToServer) {
        put(&mut self.out, message);
    }

    /// The server's next message.
    pub(super) async fn answer(&mut self) -> Result<ToClient, Broken> {
        let Self { sockets, patience, wire, writer, out } = self;
        let written = write(sockets, *patience, writer, out, &[]).await;
        let limit = if written.is_ok() { *patience } else { LAST_WORDS };
        match timeout(sockets, limit, wire.next()).await {
            Ok(answer) => match (answer, written) {
                (Ok(answer), _) => decode(answer),
                (Err(_), Err(error)) | (Err(error), Ok(())) => Err(error.into()),
            },
            Err(_) => Err(written.err().unwrap_or_else(|| silence(limit)).into()),
        }
    }

    /// Gives the file under way up, and takes the answer to that.
    pub(super) async fn cancel(&mut self) -> Result<(), Broken> {
        self.say(&ToServer::Cancel);
        match self.answer().await? {
            ToClient::Refused(refusal) if refusal.code.ends_connection() => {
                Err(Broken::Server(refusal.message))
            }
            ToClient::Refused(_) => Ok(()),
            _ => Err(out_of_turn()),
        }
    }
}

/// Nothing more can be written; the server may have said why before that.
pub(super) async fn last_words<S: Sockets>(
    sockets: &S,
    is_over: impl Fn() -> bool,
) -> Result<(), ()> {
    let until = sockets.now() + LAST_WORDS;
    while !is_over() {
        if sockets.now() >= until {
            return Err(());
        }
        sockets.sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

pub(super) fn put(out: &mut Vec<u8>, message: &ToServer) {
    out.extend_from_slice(&message.encode());
}

/// Writes what waits, and `bytes` behind it; little bytes wait themselves, unless there are none.
pub(super) async fn write<S: Sockets, W: AsyncWrite + Unpin>(
    sockets: &S,
    patience: Duration,
    writer: &mut W,
    out: &mut Vec<u8>,
    bytes: &[u8],
) -> io::Result<()> {
    if !bytes.is_empty() && out.len() + bytes.len() <= TOGETHER {
        out.extend_from_slice(bytes);
        return Ok(());
    }
    let writing = async {
        writer.write_all(out).await?;
        out.clear();
        writer.write_all(bytes).await?;
        writer.flush().await
    };
    match timeout(sockets, patience, writing).await {
        Ok(written) => written,
        Err(_) => {
            let why = format!("the server takes nothing more for {patience}");
            Err(io::Error::new(io::ErrorKind::TimedOut, why))
        }
    }
}

pub(super) fn decode(answer: Option<(u8, Vec<u8>)>) -> Result<ToClient, Broken> {
    let Some((kind, body)) = answer else {
        let why = "the server closed the connection in the middle";
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why).into());
    };
    Ok(ToClient::decode(kind, &body).map_err(invalid)?)
}

pub(super) fn out_of_turn() -> Broken {
    Broken::Server("the server's answer has no place here".to_owned())
}

pub(super) fn silence(patience: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {patience}"))
}
