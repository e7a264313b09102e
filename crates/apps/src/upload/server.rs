//! The server's half of a conversation, over any stream.

use std::io;

use lanternet_core::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

use super::protocol::{Side, ToClient, ToServer, VERSION};
use super::store::{Begun, Code, Finished, Hash, Offer, Receiving, Refusal, Store, Stored, Taken};
use super::wire::{Wire, invalid};
use crate::disk::Folder;
use crate::race::{Either, select, timeout};
use crate::server::Stop;
use crate::sockets::Sockets;

/// Who connects says so within this time, or a server's clients could be held up by silence.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// So many bytes of a refused file may be on the way still; generous for the fastest and longest of
/// links (10 Gbit/s, 50 ms).
const ON_THE_WAY: u64 = 64 * 1024 * 1024;

/// How a conversation is held.
#[derive(Clone, Debug)]
pub struct Session {
    /// It ends when a frame takes longer than this to come.
    pub idle: Duration,
    /// Once it is requested, no more files are begun.
    pub stop: Option<Stop>,
}

/// What happens in a conversation, for a log. Names are as the peer sent them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A file is on its way.
    Begun {
        /// What it shall be called.
        name: String,
        /// How many bytes it has.
        size: u64,
        /// How many of them were there already.
        from: u64,
    },
    /// A file has its name.
    Stored {
        /// Which, with its size and hash.
        file: Stored,
        /// How long it took from the offer on.
        took: Duration,
    },
    /// The file was there already, the same.
    Same {
        /// Its name.
        name: String,
    },
    /// A file was not taken.
    Refused {
        /// What it should have been called.
        name: String,
        /// Why.
        refusal: Refusal,
    },
}

/// What a conversation amounted to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files that got their names.
    pub files: u64,
    /// Bytes in them.
    pub bytes: u64,
}

/// Receives files over `stream` into `store` until the client says goodbye or closes. After goodbye
/// nothing that follows in the stream has been read.
///
/// # Errors
/// What the connection says; [`io::ErrorKind::InvalidData`] when the client does not keep to the
/// protocol, [`io::ErrorKind::TimedOut`] when nothing came for too long.
pub async fn receive<S, F, T>(
    stream: T,
    store: &Store<S, F>,
    session: &Session,
    tell: impl FnMut(Event) + Send,
) -> io::Result<Summary>
where
    S: Sockets,
    F: Folder,
    T: AsyncRead + AsyncWrite + Unpin + Send,
{
    let wire = Wire::new(stream, Side::Client);
    let mut talk = Talk { wire, store, session, tell, summary: Summary::default() };
    talk.run().await?;
    Ok(talk.summary)
}

struct Talk<'a, S: Sockets, F: Folder, T, E> {
    wire: Wire<T>,
    store: &'a Store<S, F>,
    session: &'a Session,
    tell: E,
    summary: Summary,
}

/// How a file ended.
enum Ended {
    Stored(Stored),
    /// It was there already, the same.
    Same,
    Refused {
        refusal: Refusal,
        /// The client has not said yet that this was all.
        sending: bool,
    },
}

impl Ended {
    const fn refused(refusal: Refusal) -> Self {
        Self::Refused { refusal, sending: false }
    }
}

/// What a client says of a name that is taken.
enum Decided {
    Take(Taken),
    End(Ended),
}

impl<S, F, T, E> Talk<'_, S, F, T, E>
where
    S: Sockets,
    F: Folder,
    T: AsyncRead + AsyncWrite + Unpin + Send,
    E: FnMut(Event) + Send,
{
    async fn run(&mut self) -> io::Result<()> {
        let first = timeout(&self.store.sockets, HANDSHAKE, self.wire.first());
        let hello = match first.await {
            Ok(Ok(None)) => return Ok(()),
            Ok(Ok(Some((kind, body)))) => self.decode(kind, body).await?,
            Ok(Err(error)) => return Err(self.malformed(error).await),
            Err(_) => {
                let why = format!("no upload client said hello within {HANDSHAKE}");
                return Err(self.fatal(Code::Idle, why, io::ErrorKind::TimedOut).await);
            }
        };
        match hello {
            ToServer::Hello { version: VERSION } => {}
            ToServer::Hello { version } => {
                let why = format!("version {version} is not spoken here, {VERSION} is");
                return Err(self.fatal(Code::Version, why, io::ErrorKind::InvalidData).await);
            }
            _ => return Err(self.out_of_turn().await),
        }
        let max_file = self.store.limits().max_file.unwrap_or(u64::MAX);
        self.say(&ToClient::Welcome { version: VERSION, max_file }).await?;
        loop {
            let stop = self.session.stop.clone();
            let stopped = async {
                match stop {
                    Some(stop) => stop.requested().await,
                    None => std::future::pending().await,
                }
            };
            // Between files nothing is lost when the reading is given up.
            let next = match select(self.next(), stopped).await {
                Either::First(next) => next?,
                Either::Second(()) => {
                    let refusal = Refusal::new(Code::Stopping, "the server is about to stop");
                    return self.say(&ToClient::Refused(refusal)).await;
                }
            };
            match next {
                None => return Ok(()),
                Some(ToServer::Bye) => return self.say(&ToClient::Bye).await,
                Some(ToServer::Offer { name, size, source, taken }) => {
                    self.file(name, size, source, taken).await?;
                }
                Some(_) => return Err(self.out_of_turn().await),
            }
        }
    }

    /// One file, from its offer to the answer that ends it.
    async fn file(
        &mut self,
        name: String,
        size: u64,
        source: [u8; 16],
        taken: Taken,
    ) -> io::Result<()> {
        let began = self.store.sockets.now();
        let offer = Offer { name: &name, size, source, taken };
        match self.offered(offer).await? {
            Ended::Stored(file) => {
                self.summary.files += 1;
                self.summary.bytes += file.size;
                let reply = ToClient::Stored { already: false, name: file.name.clone() };
                let took = self.store.sockets.now() - began;
                (self.tell)(Event::Stored { file, took });
                self.say(&reply).await
            }
            Ended::Same => {
                (self.tell)(Event::Same { name: name.clone() });
                self.say(&ToClient::Stored { already: true, name }).await
            }
            Ended::Refused { refusal, sending } => {
                (self.tell)(Event::Refused { name, refusal: refusal.clone() });
                if refusal.code.ends_connection() {
                    let kind = io::ErrorKind::InvalidData;
                    return Err(self.fatal(refusal.code, refusal.message, kind).await);
                }
                self.say(&ToClient::Refused(refusal)).await?;
                if sending { self.drain().await } else { Ok(()) }
            }
        }
    }

    async fn offered(&mut self, mut offer: Offer<'_>) -> io::Result<Ended> {
        loop {
            match self.store.begin(&offer).await {
                Err(refusal) => return Ok(Ended::refused(refusal)),
                Ok(Begun::Exists { size }) => match self.decision(offer.name, size).await? {
                    Decided::Take(taken) => offer.taken = taken,
                    Decided::End(end) => return Ok(end),
                },
                Ok(Begun::Ready(receiving)) => return self.ready(&offer, receiving).await,
            }
        }
    }

    /// The name is taken: what shall be done?
    async fn decision(&mut self, name: &str, size: u64) -> io::Result<Decided> {
        loop {
            self.say(&ToClient::Exists { size }).await?;
            match self.must().await? {
                ToServer::Decide(taken) => return Ok(Decided::Take(taken)),
                ToServer::Cancel => {
                    let refusal = Refusal::new(Code::Exists, "there is a file of this name");
                    return Ok(Decided::End(Ended::refused(refusal)));
                }
                ToServer::Compare { hash } => match self.store.has(name, &hash).await {
                    Ok(true) => return Ok(Decided::End(Ended::Same)),
                    Ok(false) => {}
                    Err(refusal) => return Ok(Decided::End(Ended::refused(refusal))),
                },
                _ => return Err(self.out_of_turn().await),
            }
        }
    }

    async fn ready(
        &mut self,
        offer: &Offer<'_>,
        mut receiving: Receiving<S, F>,
    ) -> io::Result<Ended> {
        self.say(&ToClient::Have(receiving.checkpoints())).await?;
        let hash = match self.content(offer, &mut receiving).await? {
            Ok(hash) => hash,
            Err((refusal, sending)) => {
                // Half a file only helps where the other half has room.
                if matches!(refusal.code, Code::DiskFull | Code::NoMoreRoom) || receiving.is_empty()
                {
                    receiving.discard().await;
                }
                return Ok(Ended::Refused { refusal, sending });
            }
        };
        loop {
            match receiving.finish(Some(hash)).await {
                Ok(Finished::Stored(stored)) => return Ok(Ended::Stored(stored)),
                Ok(Finished::Exists { size }) => match self.decision(offer.name, size).await? {
                    Decided::Take(taken) => receiving.set_taken(taken),
                    Decided::End(end) => {
                        receiving.discard().await;
                        return Ok(end);
                    }
                },
                Err(refusal) => {
                    if refusal.code == Code::DiskFull {
                        receiving.discard().await;
                    }
                    return Ok(Ended::refused(refusal));
                }
            }
        }
    }

    /// The bytes of a file; the hash that its sender says they have, or a refusal and whether more
    /// bytes may follow it.
    async fn content(
        &mut self,
        offer: &Offer<'_>,
        receiving: &mut Receiving<S, F>,
    ) -> io::Result<Result<Hash, (Refusal, bool)>> {
        let mut started = false;
        loop {
            let next = match select(self.next(), receiving.is_wanted()).await {
                Either::First(next) => next?.ok_or(io::ErrorKind::UnexpectedEof)?,
                Either::Second(()) => {
                    let why = "the file is sent over another connection now";
                    return Ok(Err((Refusal::new(Code::Busy, why), true)));
                }
            };
            let done = match next {
                ToServer::Start { offset } if !started => {
                    started = true;
                    let (name, size) = (offer.name.to_owned(), offer.size);
                    (self.tell)(Event::Begun { name, size, from: offset });
                    receiving.start_at(offset).await
                }
                ToServer::Data(bytes) if started => receiving.append(bytes).await,
                ToServer::Finish { hash } if started => return Ok(Ok(hash)),
                ToServer::Cancel => {
                    let why = format!(
                        "given up by its sender after {} of {} bytes",
                        receiving.offset(),
                        offer.size
                    );
                    return Ok(Err((Refusal::new(Code::Cancelled, why), false)));
                }
                _ => return Err(self.out_of_turn().await),
            };
            if let Err(refusal) = done {
                return Ok(Err((refusal, true)));
            }
        }
    }

    /// Reads what was under way when a file was refused.
    async fn drain(&mut self) -> io::Result<()> {
        let mut drained = 0;
        while drained <= ON_THE_WAY {
            match self.must().await? {
                ToServer::Data(bytes) => drained += bytes.len() as u64,
                ToServer::Start { .. } => {}
                ToServer::Cancel | ToServer::Finish { .. } => return Ok(()),
                _ => return Err(self.out_of_turn().await),
            }
        }
        let why = "a file that was refused is sent all the same".to_owned();
        Err(self.fatal(Code::Protocol, why, io::ErrorKind::InvalidData).await)
    }

    async fn must(&mut self) -> io::Result<ToServer> {
        self.next().await?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// The next message; `None` after the client's FIN.
    async fn next(&mut self) -> io::Result<Option<ToServer>> {
        match timeout(&self.store.sockets, self.session.idle, self.wire.next()).await {
            Ok(Ok(Some((kind, body)))) => self.decode(kind, body).await.map(Some),
            Ok(Ok(None)) => Ok(None),
            Ok(Err(error)) => Err(self.malformed(error).await),
            Err(_) => {
                let why = format!("nothing came within {}", self.session.idle);
                Err(self.fatal(Code::Idle, why, io::ErrorKind::TimedOut).await)
            }
        }
    }

    async fn decode(&mut self, kind: u8, body: Vec<u8>) -> io::Result<ToServer> {
        match ToServer::decode(kind, body) {
            Ok(message) => Ok(message),
            Err(error) => Err(self.malformed(invalid(error)).await),
        }
    }

    async fn say(&mut self, message: &ToClient) -> io::Result<()> {
        let frame = message.encode();
        let writing = self.wire.write(&frame);
        timeout(&self.store.sockets, self.session.idle, writing)
            .await
            .map_err(|elapsed| io::Error::new(io::ErrorKind::TimedOut, elapsed))?
    }

    /// Bytes that are no message, or whatever else ended the reading.
    async fn malformed(&mut self, error: io::Error) -> io::Error {
        match error.kind() {
            io::ErrorKind::InvalidData => {
                self.fatal(Code::Protocol, error.to_string(), error.kind()).await
            }
            _ => error,
        }
    }

    async fn out_of_turn(&mut self) -> io::Error {
        let why = "a message that has no place here".to_owned();
        self.fatal(Code::Protocol, why, io::ErrorKind::InvalidData).await
    }

    /// Tells the client why the conversation ends, if it still listens.
    async fn fatal(&mut self, code: Code, why: String, kind: io::ErrorKind) -> io::Error {
        let refusal = Refusal::new(code, why.clone());
        // Why it ends matters more than that it could not be said.
        let _ = self.say(&ToClient::Refused(refusal)).await;
        io::Error::new(kind, why)
    }
}
