//! A file on its way in.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use blake3::{Hash, Hasher};
use tokio::sync::{mpsc, oneshot};

use super::name::numbered;
use super::{Code, Hold, Offer, READ, Refusal, Store, Taken};
use crate::disk::{Existing, Folder, OpenFile};
use crate::sockets::Sockets;

/// So many places in what is there already can be gone on from.
pub(in crate::upload) const CHECKPOINTS: u64 = 64;
/// They are so many bytes apart, or a multiple.
const STEP: u64 = 64 * 1024;
/// Chunks that wait to be written while the next is received.
const QUEUE: usize = 2;
/// So many numbers are tried for a name that is taken.
const NUMBERS: u32 = 10_000;

/// A place in a file, and the hash of all that is before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Bytes before it.
    pub offset: u64,
    /// Their hash.
    pub hash: Hash,
}

/// A file that got its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its name; another than was asked for with [`Taken::Rename`].
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// Their hash.
    pub hash: Hash,
}

/// What became of a file that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finished {
    /// It has its name.
    Stored(Stored),
    /// Meanwhile there is another file of the name. [`Receiving::set_taken`], then
    /// [`Receiving::finish`] again, or [`Receiving::discard`].
    Exists {
        /// With so many bytes.
        size: u64,
    },
}

/// A file on its way in. [`Receiving::start_at`] first, then [`Receiving::append`], then
/// [`Receiving::finish`]. Dropping it leaves what is there, so that the sender can go on later.
#[derive(Debug)]
pub struct Receiving<S: Sockets, F: Folder> {
    store: Store<S, F>,
    name: String,
    size: u64,
    taken: Taken,
    hold: Arc<Hold>,
    file: Arc<F::File>,
    /// The hash of the beginning at each place where one may go on; the last is all of it.
    beginnings: Vec<(u64, Hasher)>,
    /// Bytes in the temporary when it was opened.
    present: u64,
    /// In a box: it has two kilobytes.
    hasher: Box<Hasher>,
    at: u64,
    writer: Option<Writer>,
    /// All is written, and its hash is right.
    whole: Option<Hash>,
}

/// The other end of a task that writes while the next bytes are received.
#[derive(Debug)]
struct Writer {
    chunks: mpsc::Sender<Vec<u8>>,
    done: oneshot::Receiver<io::Result<()>>,
    failure: Arc<Mutex<Option<io::Error>>>,
}

impl<S: Sockets, F: Folder> Receiving<S, F> {
    /// Goes on with a temporary of this length: reads it, and says how much of it is good for what.
    pub(super) async fn resume(
        store: Store<S, F>,
        offer: &Offer<'_>,
        hold: Hold,
        file: F::File,
        present: u64,
    ) -> Result<Self, Refusal> {
        let usable = present.min(offer.size);
        let step = (usable / CHECKPOINTS).next_multiple_of(STEP).max(STEP);
        let mut hasher = Hasher::new();
        let mut beginnings = Vec::new();
        let mut at = 0;
        while at < usable {
            let until = (at + step - at % step).min(usable);
            // No more than READ.
            let most = (until - at).min(READ as u64) as usize;
            let bytes = file.read_at(at, most).await;
            let bytes = bytes.map_err(|error| Refusal::of_disk("cannot read back", &error))?;
            if bytes.is_empty() {
                break;
            }
            hasher.update(&bytes);
            at += bytes.len() as u64;
            if at == until {
                beginnings.push((at, hasher.clone()));
            }
        }
        Ok(Self {
            store,
            name: offer.name.to_owned(),
            size: offer.size,
            taken: offer.taken,
            hold: Arc::new(hold),
            file: Arc::new(file),
            beginnings,
            present,
            hasher: Box::default(),
            at: 0,
            writer: None,
            whole: None,
        })
    }

    /// How many bytes were announced.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// How many bytes have come, with those that were there.
    pub const fn offset(&self) -> u64 {
        self.at
    }

    /// Nothing has come yet, now or earlier.
    pub(in crate::upload) const fn is_empty(&self) -> bool {
        self.at == 0 && self.present == 0
    }

    /// The places where the sender may go on besides the beginning, if it has the same bytes before:
    /// the last one first to be tried. At most 64, in ascending order.
    pub fn checkpoints(&self) -> Vec<Checkpoint> {
        let checkpoint = |(offset, hasher): &(u64, Hasher)| Checkpoint {
            offset: *offset,
            hash: hasher.finalize(),
        };
        self.beginnings.iter().map(checkpoint).collect()
    }

    /// Goes on at one of the checkpoints, or at 0; what is behind it is forgotten.
    ///
    /// # Errors
    /// Another place, and what the disk says.
    pub async fn start_at(&mut self, offset: u64) -> Result<(), Refusal> {
        let known = self.beginnings.iter().find(|(at, _)| *at == offset);
        self.hasher = match known {
            Some((_, hasher)) => Box::new(hasher.clone()),
            None if offset == 0 => Box::default(),
            None => {
                let why = format!("cannot go on at byte {offset}: that is no checkpoint");
                return Err(Refusal::new(Code::Protocol, why));
            }
        };
        if offset < self.present {
            let cut = self.file.set_length(offset).await;
            cut.map_err(|error| Refusal::of_disk("cannot go on", &error))?;
        }
        self.at = offset;
        self.with_active(|active| active.missing = self.size - offset);
        // The hashes are not needed any more.
        self.beginnings = Vec::new();
        self.writer = Some(self.spawn_writer());
        Ok(())
    }

    /// Writes on a task of its own, which gives the file back when all is written, also when this is
    /// dropped: nobody else can begin to write before.
    fn spawn_writer(&self) -> Writer {
        let (chunks, mut waiting) = mpsc::channel::<Vec<u8>>(QUEUE);
        let (finished, done) = oneshot::channel();
        let failure = Arc::new(Mutex::new(None));
        let (file, hold) = (Arc::clone(&self.file), Arc::clone(&self.hold));
        let (mut at, failed) = (self.at, Arc::clone(&failure));
        self.store.sockets.spawn(async move {
            let mut outcome = Ok(());
            while let Some(chunk) = waiting.recv().await {
                let length = chunk.len() as u64;
                if let Err(error) = file.write_at(at, chunk).await {
                    let kind = error.kind();
                    *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    outcome = Err(kind.into());
                    break;
                }
                at += length;
            }
            drop((file, hold));
            // Whoever waited may be gone.
            let _ = finished.send(outcome);
        });
        Writer { chunks, done, failure }
    }

    /// Takes the next bytes. They are written while the next are received.
    ///
    /// # Errors
    /// More than were announced, no room on the disk, or what the disk says; an error may be about
    /// bytes that were given before. Then [`Receiving::discard`] it if the disk is full.
    pub async fn append(&mut self, bytes: Vec<u8>) -> Result<(), Refusal> {
        let length = bytes.len() as u64;
        if length > self.size - self.at {
            let why = format!("more bytes came than the {} that were announced", self.size);
            return Err(Refusal::new(Code::Length, why));
        }
        if self.writer.is_none() {
            self.start_at(0).await?;
        }
        self.hasher.update(&bytes);
        let Some(writer) = &self.writer else { return Ok(()) };
        if writer.chunks.send(bytes).await.is_err() {
            return Err(self.failure());
        }
        self.at += length;
        let now = self.store.sockets.now();
        let missing = self.size - self.at;
        self.with_active(|active| (active.missing, active.last) = (missing, now));
        Ok(())
    }

    /// Ready when the same file is offered over another connection and nothing came over this one
    /// for a while: this should end.
    pub async fn is_wanted(&self) {
        self.hold.wanted.notified().await;
    }

    /// What to do when there is a file of the name, from now on.
    pub const fn set_taken(&mut self, taken: Taken) {
        self.taken = taken;
    }

    /// What it shall be called instead, from now on.
    pub(in crate::upload) fn set_name(&mut self, name: String) {
        self.name = name;
    }

    /// What has come is the whole file but for these bytes before it.
    pub(in crate::upload) async fn put_before(&mut self, first: &[u8]) -> Result<(), Refusal> {
        self.written().await?;
        let failed = |error: io::Error| Refusal::of_disk("cannot write", &error);
        let by = first.len() as u64;
        // From the end on, so that nothing is overwritten that was not moved.
        let mut end = self.at;
        while end > 0 {
            let start = end.saturating_sub(READ as u64);
            let bytes = self.file.read_at(start, (end - start) as usize).await.map_err(failed)?;
            self.file.write_at(start + by, bytes).await.map_err(failed)?;
            end = start;
        }
        self.file.write_at(0, first.to_vec()).await.map_err(failed)?;
        self.size = self.at + by;
        *self.hasher = Hasher::new();
        self.at = 0;
        while self.at < self.size {
            let bytes = self.file.read_at(self.at, READ).await.map_err(failed)?;
            if bytes.is_empty() {
                return Err(failed(io::ErrorKind::UnexpectedEof.into()));
            }
            self.hasher.update(&bytes);
            self.at += bytes.len() as u64;
        }
        self.writer = Some(self.spawn_writer());
        Ok(())
    }

    /// Waits until all that was appended is in the file.
    async fn written(&mut self) -> Result<(), Refusal> {
        let Some(Writer { chunks, done, failure }) = self.writer.take() else { return Ok(()) };
        drop(chunks);
        match done.await {
            Ok(Ok(())) => Ok(()),
            // The second when its host stops, and then nobody reads this.
            Ok(Err(_)) | Err(_) => Err(taken_from(&failure)),
        }
    }

    /// All bytes have come: sees that they have this hash, where one is given, that they are on the
    /// disk, and gives the file its name.
    ///
    /// # Errors
    /// Bytes are missing or the hash is another; what the disk says.
    pub async fn finish(&mut self, expected: Option<Hash>) -> Result<Finished, Refusal> {
        let hash = match self.whole {
            Some(hash) => hash,
            None => self.complete(expected).await?,
        };
        self.whole = Some(hash);
        self.name_it(hash).await
    }

    async fn complete(&mut self, expected: Option<Hash>) -> Result<Hash, Refusal> {
        if self.at < self.size {
            let why = format!("{} of {} bytes came", self.at, self.size);
            return Err(Refusal::new(Code::Length, why));
        }
        if self.writer.is_none() {
            if self.size > 0 {
                return Err(Refusal::new(Code::Protocol, "it was refused already"));
            }
            self.start_at(0).await?;
        }
        self.written().await?;
        let hash = self.hasher.finalize();
        if expected.is_some_and(|expected| expected != hash) {
            let why = format!("what arrived has the hash {hash}, not that which was sent");
            return Err(Refusal::new(Code::Hash, why));
        }
        let written = self.file.sync().await;
        written.map_err(|error| Refusal::of_disk("cannot write", &error))?;
        Ok(hash)
    }

    async fn name_it(&self, hash: Hash) -> Result<Finished, Refusal> {
        let folder = &self.store.folder;
        let failed = |error: &io::Error| Refusal::of_disk(&self.name, error);
        if let Some((parent, _)) = self.name.rsplit_once('/') {
            folder.create_folder(parent).await.map_err(|error| failed(&error))?;
        }
        let existing = match self.taken {
            Taken::Overwrite => Existing::Replace,
            Taken::Keep | Taken::Rename => Existing::Keep,
        };
        let mut name = self.name.clone();
        let mut number = 0;
        loop {
            match folder.rename(&self.hold.temporary, &name, existing).await {
                Ok(()) => {
                    return Ok(Finished::Stored(Stored { name, size: self.size, hash }));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match self.taken {
                    Taken::Rename if number < NUMBERS => {
                        number += 1;
                        name = numbered(&self.name, number);
                    }
                    Taken::Keep => {
                        let size = self.store.existing(&self.name).await?.unwrap_or_default();
                        return Ok(Finished::Exists { size });
                    }
                    Taken::Rename | Taken::Overwrite => return Err(failed(&error)),
                },
                Err(error) => return Err(failed(&error)),
            }
        }
    }

    /// Removes what has come.
    pub async fn discard(mut self) {
        // It has written, or not: all the same.
        let _ = self.written().await;
        // The next to clean will try again.
        let _ = self.store.folder.remove(&self.hold.temporary).await;
    }

    fn failure(&self) -> Refusal {
        match &self.writer {
            Some(writer) => taken_from(&writer.failure),
            None => Refusal::new(Code::Disk, "cannot write"),
        }
    }

    fn with_active(&self, change: impl FnOnce(&mut super::Active)) {
        if let Some(active) = self.store.shared.state().active.get_mut(&self.hold.temporary) {
            change(active);
        }
    }
}

fn taken_from(failure: &Mutex<Option<io::Error>>) -> Refusal {
    let failure = failure.lock().unwrap_or_else(PoisonError::into_inner).take();
    match failure {
        Some(error) => Refusal::of_disk("cannot write", &error),
        None => Refusal::new(Code::Disk, "cannot write: the writer is gone"),
    }
}
