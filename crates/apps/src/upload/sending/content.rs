//! The content of one file: how much of it the server has, by its checkpoints, and the bytes from there
//! on. They are read ahead of the network, and an answer that comes before the last of them ends it.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use blake3::{Hash, Hasher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;

use super::talk::{Talk, decode, last_words, put, silence, write};
use super::{Batch, Broken};
use crate::console::Console;
use crate::disk::OpenFile;
use crate::race::{Either, select, try_join};
use crate::sockets::Sockets;
use crate::upload::protocol::{CHUNK, ToClient, ToServer, data_header};
use crate::upload::store::{Checkpoint, READ};
use crate::upload::units;

/// Chunks that are read ahead of the network.
const AHEAD: usize = 2;

/// A file that is about to be sent.
pub(super) struct Content<O> {
    pub(super) file: Arc<O>,
    /// Its length, and when it was last written.
    pub(super) before: (u64, Option<SystemTime>),
    /// What is there already.
    pub(super) hasher: Hasher,
    pub(super) from: u64,
    pub(super) size: u64,
}

/// How the bytes of a file came to an end.
pub(super) enum Reply {
    Server(ToClient),
    /// The file could not be read to its end; the server knows.
    GivenUp(String),
}

impl<S: Sockets, C: Console> Batch<'_, S, C> {
    /// The bytes of a file, and what the server says to them.
    pub(super) async fn content<T, O: OpenFile>(
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

/// What is said of a file of ours that cannot be read.
pub(super) fn reading(error: &io::Error) -> String {
    format!("cannot read it: {}", units::trouble(error))
}

/// The hash of a whole file.
pub(super) async fn hash_of<O: OpenFile>(file: &O) -> io::Result<Hash> {
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
pub(super) async fn common<O: OpenFile>(
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
