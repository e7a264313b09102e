//! The client's half of a conversation, over any stream: the files, one after the other, and what became
//! of them. What is left when a connection breaks goes over the next one.

mod content;
mod offer;
mod talk;

use std::fmt;
use std::io;

use lanternet_core::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};

use self::talk::{Talk, out_of_turn};
use super::protocol::{ToClient, ToServer, VERSION};
use super::{IfExists, progress::Progress, source::Source, units};
use crate::console::Console;
use crate::sockets::Sockets;
use crate::text;

/// A file whose bytes arrived damaged is sent again so many times.
const AGAIN: u32 = 2;

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
        let mut talk = Talk::new(self.sockets.clone(), self.patience, stream);
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
}
