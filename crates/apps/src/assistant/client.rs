//! `connect assistant`: prints what comes as it comes, sends lines.

use std::future::Future;
use std::io;
use std::pin::pin;

use lanternet_core::Duration;
use lanternet_net::services::Transport;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::inbox::cut_character;
use super::{ConnectArgs, DEFAULT_PORT};
use crate::console::{Console, ExitCode};
use crate::dial::{dial_over, peer_of};
use crate::framed::MessageReader;
use crate::framing::Framing;
use crate::race::{Either, select, timeout};
use crate::sockets::{ConnectOptions, Sockets};
use crate::split::split;
use crate::text;
use crate::trouble::Trouble;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a greeting is waited for: some servers wait to be spoken to.
const GREETING: Duration = Duration::from_secs(3);
/// In raw mode nothing says where an answer ends. One that ends with a line feed is taken for whole;
/// another after this silence.
const SILENCE: Duration = Duration::from_millis(500);
/// The most that one read takes, in bytes.
const READ: usize = 4096;

pub(super) async fn connect<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ConnectArgs,
) -> Result<ExitCode, Trouble> {
    let patience = args.timeout.unwrap_or(DEFAULT_TIMEOUT);
    let options = ConnectOptions::within(patience, args.source);
    let port = args.to.port(args.port.as_ref(), DEFAULT_PORT, sockets, Transport::Tcp)?;
    let trust = args.tls.trust();
    let stream = dial_over(sockets, console, &args.to.host, port, options, trust.as_ref()).await?;
    let peer = peer_of(&stream)?;
    let (reader, mut writer) = split(stream);
    let mut ear = Ear::new(sockets, console, reader, args);
    let ended = talk(sockets, console, args, &mut ear, &mut writer, patience).await;
    ear.end_line();
    match ended {
        Ok(End::Fine) => Ok(ExitCode::SUCCESS),
        Ok(End::Unsaid(number)) => Err(Trouble::failed(format!(
            "{peer}: the server closed the connection before message {number} was said"
        ))),
        Ok(End::Silent) => Err(Trouble::failed(format!(
            "{peer}: connected, but no answer within {patience}; does the server use the same \
             framing?"
        ))),
        Ok(End::TooLong(error)) => Err(Trouble::cannot_begin(error)),
        Err(error) => Err(Trouble::talking(peer, &error)),
    }
}

/// How a conversation ended.
enum End {
    Fine,
    /// The server closed before this message.
    Unsaid(usize),
    /// An answer did not come.
    Silent,
    /// A message that the framing cannot carry.
    TooLong(String),
}

async fn talk<S: Sockets, C: Console, R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    sockets: &S,
    console: &C,
    args: &ConnectArgs,
    ear: &mut Ear<'_, S, C, R>,
    writer: &mut W,
    patience: Duration,
) -> io::Result<End> {
    if args.together {
        let mut all = Vec::new();
        for text in &args.say {
            match args.framing.encode(text.as_bytes()) {
                Ok(bytes) => all.push(bytes),
                Err(error) => return Ok(End::TooLong(error.to_string())),
            }
        }
        for bytes in all {
            writer.write_all(&bytes).await?;
            writer.flush().await?;
        }
        return finish(sockets, ear, writer, patience).await;
    }
    if let Heard::End = ear.answer(patience.min(GREETING)).await? {
        return Ok(if args.say.is_empty() { End::Fine } else { End::Unsaid(1) });
    }
    let mut number = 0;
    loop {
        number += 1;
        let text = match args.say.get(number - 1) {
            Some(text) => text.clone(),
            None if !args.say.is_empty() => break,
            None => match ear.while_waiting_for(console.read_line()).await? {
                Some(Some(line)) => line,
                Some(None) => break,
                // The server has closed.
                None => return Ok(End::Fine),
            },
        };
        let bytes = match args.framing.encode(text.as_bytes()) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(End::TooLong(error.to_string())),
        };
        // Nothing would be sent, and nothing answered.
        if bytes.is_empty() {
            continue;
        }
        let writing = async {
            writer.write_all(&bytes).await?;
            writer.flush().await
        };
        match timeout(sockets, patience, writing).await {
            Ok(written) => written?,
            Err(_) => return Ok(End::Silent),
        }
        match ear.answer(patience).await? {
            Heard::Answer => {}
            Heard::Nothing => return Ok(End::Silent),
            Heard::End if number < args.say.len() => return Ok(End::Unsaid(number + 1)),
            Heard::End => return Ok(End::Fine),
        }
    }
    finish(sockets, ear, writer, patience).await
}

/// Says that nothing more comes from us, and prints what still comes.
async fn finish<S: Sockets, C: Console, R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    sockets: &S,
    ear: &mut Ear<'_, S, C, R>,
    writer: &mut W,
    patience: Duration,
) -> io::Result<End> {
    writer.shutdown().await?;
    loop {
        match timeout(sockets, patience, ear.some()).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) | Err(_) => return Ok(End::Fine),
            Ok(Err(error)) => return Err(error),
        }
    }
}

/// What came when an answer was awaited.
enum Heard {
    Answer,
    /// The server has closed.
    End,
    /// Nothing in time.
    Nothing,
}

/// The receiving half, which prints.
struct Ear<'a, S, C, R> {
    sockets: &'a S,
    console: &'a C,
    reader: Reader<R>,
    /// Bytes of a character that is not whole yet.
    cut: Vec<u8>,
    /// What was printed last ended its line.
    line_ended: bool,
    /// An answer in lines has ended.
    answer_ended: bool,
}

enum Reader<R> {
    Raw(R),
    Framed(MessageReader<R>, Framing),
}

impl<'a, S: Sockets, C: Console, R: AsyncRead + Unpin> Ear<'a, S, C, R> {
    fn new(sockets: &'a S, console: &'a C, reader: R, args: &ConnectArgs) -> Self {
        let reader = match args.framing {
            Framing::None => Reader::Raw(reader),
            framing => {
                let limit = args.max_message as usize;
                Reader::Framed(MessageReader::new(reader, framing, limit), framing)
            }
        };
        Self { sockets, console, reader, cut: Vec::new(), line_ended: true, answer_ended: false }
    }

    /// Waits for something and prints it; whether it was not the end.
    async fn some(&mut self) -> io::Result<bool> {
        match &mut self.reader {
            Reader::Raw(reader) => {
                let mut space = vec![0; READ];
                let length = reader.read(&mut space).await?;
                if length == 0 {
                    let rest = std::mem::take(&mut self.cut);
                    self.print(&rest);
                    return Ok(false);
                }
                let mut bytes = std::mem::take(&mut self.cut);
                bytes.extend_from_slice(&space[..length]);
                let whole = (bytes.len().saturating_sub(3)..=bytes.len())
                    .rev()
                    .find(|&end| !cut_character(&bytes[..end]));
                self.cut = bytes.split_off(whole.unwrap_or(bytes.len()));
                self.print(&bytes);
                self.answer_ended = self.line_ended;
            }
            Reader::Framed(reader, framing) => {
                let Some(message) = reader.next(|_| {}).await? else { return Ok(false) };
                // In lines an empty one ends the answer.
                let end = *framing == Framing::Line && message.is_empty();
                self.answer_ended = end || *framing != Framing::Line;
                if !end {
                    self.print(&message);
                    self.end_line();
                }
            }
        }
        Ok(true)
    }

    /// Prints until an answer has ended.
    async fn answer(&mut self, patience: Duration) -> io::Result<Heard> {
        let mut heard = false;
        self.answer_ended = false;
        loop {
            let raw = matches!(self.reader, Reader::Raw(_));
            let wait = if heard && raw { SILENCE } else { patience };
            let sockets = self.sockets;
            match timeout(sockets, wait, self.some()).await {
                Ok(some) => {
                    if !some? {
                        return Ok(Heard::End);
                    }
                    heard = true;
                    if self.answer_ended {
                        return Ok(Heard::Answer);
                    }
                }
                Err(_) if heard && raw => {
                    self.end_line();
                    return Ok(Heard::Answer);
                }
                Err(_) => return Ok(Heard::Nothing),
            }
        }
    }

    /// Prints what comes until `other` is ready; `None` when the server closes first.
    async fn while_waiting_for<T>(
        &mut self,
        other: impl Future<Output = T>,
    ) -> io::Result<Option<T>> {
        let mut other = pin!(other);
        loop {
            match select(self.some(), other.as_mut()).await {
                Either::First(some) => {
                    if !some? {
                        return Ok(None);
                    }
                }
                Either::Second(output) => return Ok(Some(output)),
            }
        }
    }

    /// Prints these bytes line by line, so that only line ends steer the terminal.
    fn print(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let mut out = String::new();
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            out.push_str(&text::printable(text));
            if line.ends_with(b"\n") {
                out.push('\n');
            }
        }
        self.line_ended = bytes.ends_with(b"\n");
        self.console.print(&out);
    }

    /// Ends the line that is not ended.
    fn end_line(&mut self) {
        if !std::mem::replace(&mut self.line_ended, true) {
            self.console.print("\n");
        }
    }
}
