//! A conversation over a stream: what is read becomes messages, what is said becomes bytes.
//!
//! Answers are sent as the framing wants them: in raw mode the text and a line feed; with a length the
//! text alone; in lines the lines of the text and an empty one, which ends the answer.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::ready;

use lanternet_core::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::inbox::{Inbox, Incoming, PATIENCE};
use super::rules::Rules;
use super::session::{Answer, Ending, Session};
use crate::framing::{EncodeError, Framing};
use crate::race::{Either, select, timeout};
use crate::server::{Stop, within_idle};
use crate::sockets::Sockets;
use crate::text;

/// The most that one read takes, in bytes; on the stack, so that an idle session has no buffer.
const READ: usize = 4096;
/// How long a customer may take to close after our goodbye, and how much may still come. Closing with
/// unread bytes would be a reset (RFC 2525 section 2.17), and could overtake the goodbye.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 64 * 1024;

/// What a conversation may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) framing: Framing,
    /// Bytes of a message.
    pub(super) message: usize,
    /// Messages of a session.
    pub(super) messages: u32,
    pub(super) session: Duration,
    pub(super) idle: Duration,
}

/// Who hears what is said, besides the two.
pub(super) trait Witness {
    /// The customer said this.
    fn said(&mut self, message: &str);
    /// The assistant said this.
    fn answered(&mut self, answer: &Answer);
    /// A pause, in which what was heard may be written down.
    fn pause(&mut self) -> impl Future<Output = ()> + Send;
}

/// Talks until one of the two ends it; gives the number of messages, and why it ended when that was
/// this side's decision.
pub(super) async fn converse<S: Sockets, T: AsyncRead + AsyncWrite + Unpin + Send>(
    sockets: &S,
    stream: &mut T,
    session: &mut Session,
    rules: impl Fn() -> Arc<Rules>,
    limits: Limits,
    stop: &Stop,
    witness: &mut (impl Witness + Send),
) -> io::Result<(usize, &'static str)> {
    let over_at = sockets.now() + limits.session;
    let mut inbox = Inbox::new(limits.framing, limits.message);
    let mut messages = 0;
    let mut ended = false;
    let greeting = session.greet(&rules());
    let mut over = say(sockets, stream, limits, greeting, witness).await?;
    let why = loop {
        if over {
            break "";
        }
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        let incoming = match ended {
            false => inbox.next().map_err(invalid)?,
            true => inbox
                .finish()
                .map_err(|error| io::Error::new(io::ErrorKind::UnexpectedEof, error))?,
        };
        if let Some(incoming) = incoming {
            messages += 1;
            let answer = match incoming {
                Incoming::Message(message) => {
                    witness.said(&message);
                    session.answer(&rules(), &message)
                }
                Incoming::TooLong => session.too_long(&rules()),
            };
            over = say(sockets, stream, limits, answer, witness).await?;
            if !over && messages >= limits.messages as usize {
                let answer = session.end(&rules(), Ending::TimeOver);
                say(sockets, stream, limits, answer, witness).await?;
                break ": too many messages";
            }
            continue;
        }
        if ended {
            break "";
        }
        let ending =
            match next_read(sockets, stream, &mut inbox, limits.idle, over_at, stop).await? {
                Read::Bytes => continue,
                Read::End => {
                    ended = true;
                    continue;
                }
                Read::TimeOver => Ending::TimeOver,
                Read::Stop => Ending::Closing,
            };
        let answer = session.end(&rules(), ending);
        say(sockets, stream, limits, answer, witness).await?;
        break match ending {
            Ending::TimeOver => ": the session's time was over",
            Ending::Closing => ", since the server stops",
        };
    };
    within_idle(sockets, limits.idle, stream.shutdown()).await?;
    if !ended {
        // What else comes is nobody's business.
        let rest = async {
            let mut left = LINGER_BYTES;
            while left > 0 {
                match read(stream, |_| {}).await {
                    Ok(length) if length > 0 => left = left.saturating_sub(length),
                    _ => break,
                }
            }
        };
        let _ = timeout(sockets, LINGER, rest).await;
    }
    Ok((messages, why))
}

enum Read {
    Bytes,
    End,
    TimeOver,
    Stop,
}

/// Reads once, or finds that what waits is a message or that it is time to end.
async fn next_read<S: Sockets, T: AsyncRead + Unpin>(
    sockets: &S,
    stream: &mut T,
    inbox: &mut Inbox,
    idle: Duration,
    over_at: Instant,
    stop: &Stop,
) -> io::Result<Read> {
    let left = over_at.since(sockets.now());
    if left == Duration::ZERO {
        return Ok(Read::TimeOver);
    }
    let patience = if inbox.waits() { PATIENCE } else { idle };
    let reading = timeout(sockets, patience.min(left), read(stream, |bytes| inbox.push(bytes)));
    match select(reading, stop.requested()).await {
        Either::First(Ok(Ok(0))) => Ok(Read::End),
        Either::First(Ok(Ok(_))) => Ok(Read::Bytes),
        Either::First(Ok(Err(error))) => Err(error),
        Either::First(Err(_)) if left <= patience => Ok(Read::TimeOver),
        Either::First(Err(_)) if inbox.waits() => {
            inbox.flush();
            Ok(Read::Bytes)
        }
        Either::First(Err(_)) => {
            Err(io::Error::new(io::ErrorKind::TimedOut, format!("idle for {idle}")))
        }
        Either::Second(()) => Ok(Read::Stop),
    }
}

/// Reads once and shows what came; 0 is the end. Needs no memory while it waits.
async fn read<T: AsyncRead + Unpin>(
    stream: &mut T,
    mut show: impl FnMut(&[u8]),
) -> io::Result<usize> {
    poll_fn(|cx| {
        let mut space = [0; READ];
        let mut buffer = ReadBuf::new(&mut space);
        ready!(Pin::new(&mut *stream).poll_read(cx, &mut buffer))?;
        show(buffer.filled());
        std::task::Poll::Ready(Ok(buffer.filled().len()))
    })
    .await
}

/// Says this, and whether it was the last.
async fn say<S: Sockets, T: AsyncWrite + Unpin>(
    sockets: &S,
    stream: &mut T,
    limits: Limits,
    answer: Answer,
    witness: &mut impl Witness,
) -> io::Result<bool> {
    witness.answered(&answer);
    let bytes = encode(limits.framing, &answer.text).map_err(io::Error::other)?;
    let writing = async {
        stream.write_all(&bytes).await?;
        stream.flush().await
    };
    within_idle(sockets, limits.idle, writing).await?;
    witness.pause().await;
    Ok(answer.ended)
}

/// The bytes that carry an answer.
pub(super) fn encode(framing: Framing, text: &str) -> Result<Vec<u8>, EncodeError> {
    match framing {
        Framing::None => Ok(format!("{text}\n").into_bytes()),
        Framing::Line => {
            let mut bytes = Vec::with_capacity(text.len() + 2);
            for line in text.lines().filter(|line| !line.is_empty()) {
                bytes.extend_from_slice(line.as_bytes());
                bytes.push(b'\n');
            }
            bytes.push(b'\n');
            Ok(bytes)
        }
        Framing::Length | Framing::LengthU16 => framing.encode(text.as_bytes()),
    }
}

/// `a customer` of these words, for a log.
pub(super) fn quoted(message: &str) -> String {
    text::preview(message.as_bytes())
}
