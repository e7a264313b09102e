//! The client's half of a conversation, over any stream.

use std::fmt;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use blake3::{Hash, Hasher};
use lanternet_core::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::mpsc;

use super::protocol::{CHUNK, Side, ToClient, ToServer, VERSION, data_header};
use super::store::{Checkpoint, Code, READ, Refusal, Taken};
use super::wire::{Wire, invalid};
use super::{IfExists, progress::Progress, source::Source, units};
use crate::console::Console;
use crate::disk::OpenFile;
use crate::race::{Either, select, timeout, try_join};
use crate::sockets::Sockets;
use crate::text;

/// Small frames wait for others, up to so many bytes.
const TOGETHER: usize = 64 * 1024;
/// Chunks that are read ahead of the network.
const AHEAD: usize = 2;
/// A file whose bytes arrived damaged is sent again so many times.
const AGAIN: u32 = 2;
/// When writing has failed, what the server had said before is waited for so long.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Why a conversation ended too early.
#[derive(Debug)]
pub(super) enum Broken {
    /// Another connection may do better.
    Connection(io::Error),
    /// No connection will.
    Server(String),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData => Self::Server(error.to_string()),
            _ => Self::Connection(error),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Connection(error) => text::describe(error),
            Self::Server(why) => text::printable(why.as_bytes()),
        })
    }
}

/// What became of the files.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) stored: usize,
    pub(super) same: usize,
    pub(super) skipped: usize,
    pub(super) failed: usize,
}

/// What became of one file.
enum Outcome {
    /// It has this name there; its bytes were sent from this one on.
    Stored {
        name: String,
        size: u64,
        from: u64,
    },
    Same,
    Skipped,
    Failed(String),
    /// Its bytes arrived damaged.
    Damaged(String),
}

/// Files that are to be sent, over one connection or several.
pub(super) struct Batch<'a, S, C: Console> {
    sockets: &'a S,
    console: &'a C,
    sources: Vec<Source<C::Folder>>,
    if_exists: IfExists,
    /// The server has to do something within this time.
    patience: Duration,
    /// The file that is next.
    next: usize,
    damaged: u32,
    progress: Progress,
    pub(super) tally: Tally,
    /// Something has moved forward since this was last set to `false`.
    pub(super) moved: bool,
}

impl<'a, S: Sockets, C: Console> Batch<'a, S, C> {
    pub(super) fn new(
        sockets: &'a S,
        console: &'a C,
        sources: Vec<Source<C::Folder>>,
        if_exists: IfExists,
        patience: Duration,
    ) -> Self {
        let total = sources.iter().fold(0, |sum: u64, source| sum.saturating_add(source.size));
        let progress = Progress::new(sockets, sources.len(), total);
        Self {
            sockets,
            console,
            sources,
            if_exists,
            patience,
            next: 0,
            damaged: 0,
            progress,
            tally: Tally::default(),
            moved: false,
        }
    }

    /// Bytes that went over the network, and when it began.
    pub(super) const fn sent(&self) -> (u64, Instant) {
        self.progress.sent()
    }

    /// Sends what is left over this connection, and says goodbye.
    pub(super) async fn send_over<T>(&mut self, stream: T) -> Result<(), Broken>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let (reader, writer) = split(stream);
        let mut talk = Talk {
            sockets: self.sockets.clone(),
            patience: self.patience,
            wire: Wire::new(reader, Side::Server),
            writer,
            out: Vec::new(),
        };
        talk.say(&ToServer::Hello { version: VERSION });
        let max_file = match talk.answer().await? {
            ToClient::Welcome { version: VERSION, max_file } => max_file,
            ToClient::Welcome { version, .. } => {
                let why = format!("the server speaks version {version}, this is {VERSION}");
                return Err(Broken::Server(why));
            }
            ToClient::Refused(refusal) => return Err(Broken::Server(refusal.message)),
            _ => return Err(out_of_turn()),
        };
        while self.next < self.sources.len() {
            let outcome = self.one(&mut talk, max_file).await?;
            self.over(outcome);
        }
        talk.say(&ToServer::Bye);
        match talk.answer().await? {
            ToClient::Bye => Ok(()),
            _ => Err(out_of_turn()),
        }
    }

    /// A file is over, however it ended.
    fn over(&mut self, outcome: Outcome) {
        let Some(source) = self.sources.get(self.next) else { return };
        let shown = text::printable(source.path.as_bytes());
        let say = |sentence: String| self.console.print_line(&format!("{shown}: {sentence}"));
        match outcome {
            Outcome::Damaged(why) if self.damaged < AGAIN => {
                self.damaged += 1;
                self.console.error(&format!("{shown}: {why}; sending it again"));
                return;
            }
            Outcome::Stored { name, size, from } => {
                self.tally.stored += 1;
                let renamed = match name == source.name {
                    true => String::new(),
                    false => format!(" as {}", text::printable(name.as_bytes())),
                };
                let resumed = match from {
                    0 => String::new(),
                    _ => format!(", resumed at {}", units::bytes(from)),
                };
                say(format!("stored{renamed}, {}{resumed}", units::bytes(size)));
            }
            Outcome::Same => {
                self.tally.same += 1;
                say("there already, the same".to_owned());
            }
            Outcome::Skipped => {
                self.tally.skipped += 1;
                say("skipped: there is a file of this name".to_owned());
            }
            Outcome::Failed(why) | Outcome::Damaged(why) => {
                self.tally.failed += 1;
                let why = text::printable(why.as_bytes());
                self.console.error(&format!("{shown}: not stored: {why}"));
            }
        }
        self.moved = true;
        self.damaged = 0;
        self.progress.over(source.size);
        self.next += 1;
    }

    async fn one<T>(&mut self, talk: &mut Talk<S, T>, max_file: u64) -> Result<Outcome, Broken>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let source = &self.sources[self.next];
        let (name, size) = (source.name.clone(), source.size);
        let file = match source.open(self.console).await {
            Ok(file) => Arc::new(file),
            Err(error) => return Ok(Outcome::Failed(reading(&error))),
        };
        let before = match (file.length().await, file.modified().await) {
            (Ok(length), Ok(modified)) => (length, modified),
            (Err(error), _) | (_, Err(error)) => return Ok(Outcome::Failed(reading(&error))),
        };
        if before.0 != size {
            // It is what it is now.
            self.sources[self.next].size = before.0;
        }
        let size = before.0;
        if size > max_file {
            let most = units::bytes(max_file);
            let why = format!("it has {}, the server takes at most {most}", units::bytes(size));
            return Ok(Outcome::Failed(why));
        }
        let taken = match self.if_exists {
            IfExists::Ask | IfExists::Skip => Taken::Keep,
            IfExists::Overwrite => Taken::Overwrite,
            IfExists::Rename => Taken::Rename,
        };
        let source_id = self.source_id();
        talk.say(&ToServer::Offer { name: name.clone(), size, source: source_id, taken });
        let mut compared = false;
        let checkpoints = loop {
            match talk.answer().await? {
                ToClient::Have(checkpoints) => break checkpoints,
                ToClient::Refused(refusal) => return refused(refusal),
                ToClient::Stored { .. } => return Ok(Outcome::Same),
                ToClient::Exists { size: theirs } if theirs == size && !compared => {
                    compared = true;
                    match hash_of(&*file).await {
                        Ok(hash) => talk.say(&ToServer::Compare { hash }),
                        Err(error) => {
                            talk.cancel().await?;
                            return Ok(Outcome::Failed(reading(&error)));
                        }
                    }
                }
                ToClient::Exists { size: theirs } => {
                    if let Some(outcome) = self.decide(talk, &name, size, theirs).await? {
                        return Ok(outcome);
                    }
                }
                _ => return Err(out_of_turn()),
            }
        };
        let (hasher, from) = match common(&*file, &checkpoints, size).await {
            Ok(common) => common,
            Err(error) => {
                talk.cancel().await?;
                return Ok(Outcome::Failed(reading(&error)));
            }
        };
        let content = Content { file, before, hasher, from, size };
        let mut reply = self.content(talk, &name, content).await?;
        loop {
            match reply {
                Reply::GivenUp(why) => return Ok(Outcome::Failed(why)),
                Reply::Server(ToClient::Stored { name, .. }) => {
                    return Ok(Outcome::Stored { name, size, from });
                }
                Reply::Server(ToClient::Refused(refusal)) => return refused(refusal),
                Reply::Server(ToClient::Exists { size: theirs }) => {
                    if let Some(outcome) = self.decide(talk, &name, size, theirs).await? {
                        return Ok(outcome);
                    }
                    reply = Reply::Server(talk.answer().await?);
                }
                Reply::Server(_) => return Err(out_of_turn()),
            }
        }
    }

    /// Where this file is from: the same each time, so that what is there of it is found again.
    fn source_id(&self) -> [u8; 16] {
        let source = &self.sources[self.next];
        let mut hasher = Hasher::new();
        for part in [&self.sockets.host_name(), &source.path] {
            hasher.update(&(part.len() as u64).to_be_bytes()).update(part.as_bytes());
        }
        let mut id = [0; 16];
        id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        id
    }

    /// There is a file of the name: says what shall be done. `Some` when the file is over by that.
    async fn decide<T>(
        &mut self,
        talk: &mut Talk<S, T>,
        name: &str,
        size: u64,
        theirs: u64,
    ) -> Result<Option<Outcome>, Broken>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let answer = match self.if_exists {
            IfExists::Ask => self.ask(name, size, theirs).await,
            known => Some(known),
        };
        let taken = match answer {
            Some(IfExists::Overwrite) => Taken::Overwrite,
            Some(IfExists::Rename) => Taken::Rename,
            Some(IfExists::Skip | IfExists::Ask) | None => {
                talk.cancel().await?;
                return Ok(Some(match answer {
                    Some(_) => Outcome::Skipped,
                    None => Outcome::Failed(format!(
                        "there is another file of this name, with {}; --if-exists skip, overwrite \
                         or rename says what to do",
                        units::bytes(theirs)
                    )),
                }));
            }
        };
        talk.say(&ToServer::Decide(taken));
        Ok(None)
    }

    /// Asks the user; `None` when nobody answers.
    async fn ask(&mut self, name: &str, size: u64, theirs: u64) -> Option<IfExists> {
        self.console.status("");
        loop {
            self.console.error(&format!(
                "{} is there already, with {} (this one has {}): overwrite, rename or skip? \
                 [o/r/s, a capital letter for all]",
                text::printable(name.as_bytes()),
                units::bytes(theirs),
                units::bytes(size)
            ));
            let line = self.console.read_line().await?;
            let answer = match line.trim().to_lowercase().as_str() {
                "o" | "overwrite" => IfExists::Overwrite,
                "r" | "rename" => IfExists::Rename,
                "s" | "skip" => IfExists::Skip,
                _ => continue,
            };
            if line.trim().starts_with(char::is_uppercase) {
                self.if_exists = answer;
            }
            return Some(answer);
        }
    }

    /// The bytes of a file, and what the server says to them.
    async fn content<T, O: OpenFile>(
        &mut self,
        talk: &mut Talk<S, T>,
        name: &str,
        content: Content<O>,
    ) -> Result<Reply, Broken>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let Content { file, before, mut hasher, from, size } = content;
        let (chunks, mut waiting) = mpsc::channel(AHEAD);
        let reading_ahead = Arc::clone(&file);
        self.sockets.spawn(async move {
            let mut at = from;
            while at < size {
                let most = usize::try_from(size - at).unwrap_or(CHUNK).min(CHUNK);
                let chunk = reading_ahead.read_at(at, most).await;
                let (ended, length) = chunk.as_ref().map_or((true, 0), |c| (c.is_empty(), c.len()));
                // Whoever waited may have given up.
                if chunks.send(chunk).await.is_err() || ended {
                    return;
                }
                at += length as u64;
            }
        });
        let Talk { sockets, patience, wire, writer, out } = talk;
        let (sockets, patience) = (&*sockets, *patience);
        // All is said, or there was an answer already.
        let over = AtomicBool::new(false);
        let is_over = || over.load(Ordering::Relaxed);
        let number = self.next + 1;
        let (progress, console, moved) = (&mut self.progress, self.console, &mut self.moved);
        // The server speaks while data are on the way only to refuse them.
        let receiving = async {
            let mut next = pin!(wire.next());
            loop {
                let was_over = is_over();
                // Sending ends this one, too, when nobody takes the bytes.
                match select(&mut next, sockets.sleep(patience)).await {
                    Either::First(answer) => {
                        let answer = decode(answer?)?;
                        over.store(true, Ordering::Relaxed);
                        return Ok::<_, Broken>(answer);
                    }
                    Either::Second(()) if !was_over => {}
                    Either::Second(()) => return Err(silence(patience).into()),
                }
            }
        };
        let sending = async {
            put(out, &ToServer::Start { offset: from });
            let mut at = from;
            let mut given_up = None;
            while at < size && !is_over() {
                let chunk = match waiting.recv().await {
                    Some(Ok(chunk)) if !chunk.is_empty() => chunk,
                    Some(Err(error)) => {
                        given_up = Some(reading(&error));
                        break;
                    }
                    Some(Ok(_)) | None => break,
                };
                hasher.update(&chunk);
                let length = chunk.len() as u64;
                out.extend_from_slice(&data_header(chunk.len()));
                if let Err(error) = write(sockets, patience, writer, out, &chunk).await {
                    last_words(sockets, is_over).await.map_err(|()| error)?;
                    return Ok(None);
                }
                at += length;
                *moved = true;
                progress.moved(sockets, console, name, number, (at, size, length));
            }
            let after = (file.length().await.ok(), file.modified().await.ok());
            if given_up.is_none() && after != (Some(before.0), Some(before.1)) {
                given_up = Some("it was changed while it was sent; send it again".to_owned());
            }
            // An answer that came first is the end of the file.
            let complete = at == size && given_up.is_none();
            let end = match complete {
                true => ToServer::Finish { hash: hasher.finalize() },
                false => ToServer::Cancel,
            };
            put(out, &end);
            match write(sockets, patience, writer, out, &[]).await {
                Ok(()) => over.store(true, Ordering::Relaxed),
                Err(error) => last_words(sockets, is_over).await.map_err(|()| error)?,
            }
            Ok(given_up)
        };
        let ended = try_join(receiving, sending).await;
        match ended {
            Ok((_, Some(why))) => Ok(Reply::GivenUp(why)),
            Ok((answer, None)) => Ok(Reply::Server(answer)),
            Err(broken) => Err(broken),
        }
    }
}

/// A file that is about to be sent.
struct Content<O> {
    file: Arc<O>,
    /// Its length, and when it was last written.
    before: (u64, Option<std::time::SystemTime>),
    /// What is there already.
    hasher: Hasher,
    from: u64,
    size: u64,
}

enum Reply {
    Server(ToClient),
    /// The file could not be read to its end; the server knows.
    GivenUp(String),
}

/// A connection in use.
struct Talk<S, T> {
    sockets: S,
    patience: Duration,
    wire: Wire<ReadHalf<T>>,
    writer: WriteHalf<T>,
    /// Frames that are not written yet.
    out: Vec<u8>,
}

impl<S: Sockets, T: AsyncRead + AsyncWrite + Unpin + Send> Talk<S, T> {
    /// To be written before the next answer is waited for.
    fn say(&mut self, message: &ToServer) {
        put(&mut self.out, message);
    }

    /// The server's next message.
    async fn answer(&mut self) -> Result<ToClient, Broken> {
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
    async fn cancel(&mut self) -> Result<(), Broken> {
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
async fn last_words<S: Sockets>(sockets: &S, is_over: impl Fn() -> bool) -> Result<(), ()> {
    let until = sockets.now() + LAST_WORDS;
    while !is_over() {
        if sockets.now() >= until {
            return Err(());
        }
        sockets.sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

fn put(out: &mut Vec<u8>, message: &ToServer) {
    out.extend_from_slice(&message.encode());
}

/// Writes what waits, and `bytes` behind it; little bytes wait themselves, unless there are none.
async fn write<S: Sockets, W: AsyncWrite + Unpin>(
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

fn decode(answer: Option<(u8, Vec<u8>)>) -> Result<ToClient, Broken> {
    let Some((kind, body)) = answer else {
        let why = "the server closed the connection in the middle";
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why).into());
    };
    Ok(ToClient::decode(kind, &body).map_err(invalid)?)
}

fn out_of_turn() -> Broken {
    Broken::Server("the server's answer has no place here".to_owned())
}

fn silence(patience: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {patience}"))
}

fn refused(refusal: Refusal) -> Result<Outcome, Broken> {
    match refusal.code {
        // Another server may take its place.
        Code::Stopping | Code::Idle => {
            Err(io::Error::new(io::ErrorKind::ConnectionAborted, refusal.message).into())
        }
        code if code.ends_connection() => Err(Broken::Server(refusal.message)),
        Code::Hash => Ok(Outcome::Damaged(refusal.message)),
        _ => Ok(Outcome::Failed(refusal.message)),
    }
}

fn reading(error: &io::Error) -> String {
    format!("cannot read it: {}", units::trouble(error))
}

async fn hash_of<O: OpenFile>(file: &O) -> io::Result<Hash> {
    let mut hasher = Hasher::new();
    let mut at = 0;
    loop {
        let bytes = file.read_at(at, READ).await?;
        if bytes.is_empty() {
            return Ok(hasher.finalize());
        }
        at += bytes.len() as u64;
        hasher.update(&bytes);
    }
}

/// How much of the file the server has: its last checkpoint with the same bytes before it.
async fn common<O: OpenFile>(
    file: &O,
    checkpoints: &[Checkpoint],
    size: u64,
) -> io::Result<(Hasher, u64)> {
    let mut hasher = Hasher::new();
    let mut found = (Hasher::new(), 0);
    let mut at = 0;
    for checkpoint in checkpoints.iter().filter(|checkpoint| checkpoint.offset <= size) {
        while at < checkpoint.offset {
            let most = usize::try_from(checkpoint.offset - at).unwrap_or(READ).min(READ);
            let bytes = file.read_at(at, most).await?;
            if bytes.is_empty() {
                return Ok(found);
            }
            at += bytes.len() as u64;
            hasher.update(&bytes);
        }
        if hasher.finalize() != checkpoint.hash {
            break;
        }
        found = (hasher.clone(), at);
    }
    Ok(found)
}
