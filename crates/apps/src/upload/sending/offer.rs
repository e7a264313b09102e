//! One file: it is offered, the server says what it has of that name and of these bytes, the user or an
//! option decides between two files of one name, and the rest is sent.

use std::io;
use std::sync::Arc;

use blake3::Hasher;
use tokio::io::{AsyncRead, AsyncWrite};

use super::content::{Content, Reply, common, hash_of, reading};
use super::talk::{Talk, out_of_turn};
use super::{Batch, Broken, Outcome};
use crate::console::Console;
use crate::disk::OpenFile;
use crate::sockets::Sockets;
use crate::text;
use crate::upload::protocol::{ToClient, ToServer};
use crate::upload::store::{Code, Refusal, Taken};
use crate::upload::{IfExists, units};

impl<S: Sockets, C: Console> Batch<'_, S, C> {
    /// Offers the next file, and sends what the server lacks of it.
    pub(super) async fn one<T>(
        &mut self,
        talk: &mut Talk<S, T>,
        max_file: u64,
    ) -> Result<Outcome, Broken>
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
}

/// What a refusal means: for this file, or for the connection.
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
