//! Where uploads go: a folder, and the rules for what gets a name in it. Without a protocol, so that a
//! conversation over TCP and a page in a browser share it.
//!
//! A file is received under a name of its own in [`TEMPORARIES`] and gets the name that was asked for
//! when it is whole. The temporary name is made of where the file is from and what it shall be called,
//! so that whoever comes again finds what is there already; how much of that is right, the hashes of
//! its beginnings say. It is locked while it is received: nobody else writes in it, in this process or
//! another.

mod name;
mod receiving;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lanternet_core::{Duration, Instant};
use tokio::sync::Notify;

pub use blake3::Hash;
pub use name::{DEEPEST, LONGEST_NAME, TEMPORARIES, checked};
pub use receiving::{Checkpoint, Finished, Receiving, Stored};
pub use refusal::{Code, Refusal};

use crate::disk::{Folder, Metadata, Open, OpenFile};
use crate::sockets::Sockets;

/// How long what was left half done is kept unless somebody says otherwise: a week.
pub const KEEP: Duration = Duration::from_secs(7 * 24 * 3600);

/// A sender that comes again waits so long for its earlier connection to be noticed as gone.
const HANDOVER: Duration = Duration::from_secs(4);
/// After so much silence a connection makes place for another with the same file.
const SILENCE: Duration = Duration::from_secs(2);
/// How often to look meanwhile.
const LOOK: Duration = Duration::from_millis(50);
/// The same file from the same place over so many connections at once.
const SLOTS: u32 = 64;
/// The most that one read of a file takes, in bytes.
pub(super) const READ: usize = 256 * 1024;

/// How much is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of one file.
    pub max_file: Option<u64>,
    /// The most bytes of all files in the folder together, whoever put them there.
    pub max_total: Option<u64>,
    /// What was left half done for longer than this is removed by [`Store::open`].
    pub keep: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_file: None, max_total: None, keep: KEEP }
    }
}

/// What to do when there is a file of the name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Taken {
    /// Nothing; the sender is told.
    #[default]
    Keep,
    /// The new one takes its place.
    Overwrite,
    /// The new one gets a number.
    Rename,
}

/// A file that somebody wants to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer<'a> {
    /// Its name with its folders, `/` between; from the peer as it is.
    pub name: &'a str,
    /// How many bytes it has.
    pub size: u64,
    /// Where it is from: the same for the same file of the same sender, and with great probability for
    /// no other. What is there of it can then be continued.
    pub source: [u8; 16],
    /// What to do when there is a file of the name.
    pub taken: Taken,
}

/// What became of an [`Offer`].
#[derive(Debug)]
pub enum Begun<S: Sockets, F: Folder> {
    /// It is taken.
    Ready(Receiving<S, F>),
    /// There is a file of the name.
    Exists {
        /// With so many bytes.
        size: u64,
    },
}

/// A folder that files are uploaded to. Clones are the same, and know of each other's files.
#[derive(Clone, Debug)]
pub struct Store<S, F> {
    pub(super) sockets: S,
    pub(super) folder: F,
    limits: Limits,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// What is being received, by its temporary name.
    active: BTreeMap<String, Active>,
}

#[derive(Debug)]
struct Active {
    /// Bytes that are still to come.
    missing: u64,
    /// When bytes came last.
    last: Instant,
    /// Somebody else wants it.
    wanted: Arc<Notify>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to write a temporary; who drops the last of it gives it back.
#[derive(Debug)]
struct Hold {
    shared: Arc<Shared>,
    temporary: String,
    wanted: Arc<Notify>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shared.state().active.remove(&self.temporary);
    }
}

impl<S: Sockets, F: Folder> Store<S, F> {
    /// Uploads go to `folder`. Removes what was left there half done for longer than [`Limits::keep`].
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn open(sockets: S, folder: F, limits: Limits) -> io::Result<Self> {
        let store = Self { sockets, folder, limits, shared: Arc::default() };
        store.clean().await?;
        Ok(store)
    }

    /// What is taken.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    async fn clean(&self) -> io::Result<()> {
        let entries = match self.folder.entries(TEMPORARIES).await {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let now = self.sockets.time_of_day();
        let keep: std::time::Duration = self.limits.keep.into();
        for entry in entries.iter().filter(|entry| entry.name.ends_with(".part")) {
            let path = format!("{TEMPORARIES}/{}", entry.name);
            // Without a time it stays: better too long than too short.
            let Ok(Metadata { modified: Some(modified), folder: false, .. }) =
                self.folder.metadata(&path).await
            else {
                continue;
            };
            if now.duration_since(modified).is_ok_and(|age| age > keep) {
                // Somebody else may have been faster.
                let _ = self.folder.remove(&path).await;
            }
        }
        Ok(())
    }

    /// Begins to receive a file, or goes on with what is there of it; see
    /// [`Receiving::checkpoints`].
    ///
    /// # Errors
    /// A name that no file may have, too many bytes, no room on the disk, or what the disk says.
    pub async fn begin(&self, offer: &Offer<'_>) -> Result<Begun<S, F>, Refusal> {
        let name = checked(offer.name).map_err(|why| Refusal::new(Code::Name, why))?;
        if let Some(most) = self.limits.max_file.filter(|most| offer.size > *most) {
            return Err(Refusal::new(
                Code::TooLarge,
                format!("a file may have at most {most} bytes, this one has {}", offer.size),
            ));
        }
        if let Some(size) = self.existing(name).await?
            && offer.taken == Taken::Keep
        {
            return Ok(Begun::Exists { size });
        }
        let (hold, file) = self.take(offer).await?;
        let length = file.length().await.map_err(|error| Refusal::of_disk(name, &error))?;
        if let Err(refusal) = self.reserve(&hold, offer.size, length.min(offer.size)).await {
            if length == 0 {
                // Nothing was in it; the next to clean will try again.
                let _ = self.folder.remove(&hold.temporary).await;
            }
            return Err(refusal);
        }
        Receiving::resume(self.clone(), offer, hold, file, length).await.map(Begun::Ready)
    }

    /// Whether the file of this name has this content.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn has(&self, name: &str, hash: &Hash) -> Result<bool, Refusal> {
        let name = checked(name).map_err(|why| Refusal::new(Code::Name, why))?;
        let reading = async {
            let file = self.folder.open(name, Open::Read).await?;
            let mut hasher = blake3::Hasher::new();
            let mut at = 0;
            loop {
                let bytes = file.read_at(at, READ).await?;
                if bytes.is_empty() {
                    return Ok(hasher.finalize() == *hash);
                }
                at += bytes.len() as u64;
                hasher.update(&bytes);
            }
        };
        reading.await.map_err(|error| Refusal::of_disk(name, &error))
    }

    /// How many bytes the file of this name has, if there is one.
    async fn existing(&self, name: &str) -> Result<Option<u64>, Refusal> {
        match self.folder.metadata(name).await {
            Ok(Metadata { folder: true, .. }) => {
                Err(Refusal::new(Code::Exists, "there is a folder of this name"))
            }
            Ok(Metadata { length, .. }) => Ok(Some(length)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Refusal::of_disk(name, &error)),
        }
    }

    /// The temporary of this file, to write in.
    async fn take(&self, offer: &Offer<'_>) -> Result<(Hold, F::File), Refusal> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&offer.source).update(offer.name.as_bytes());
        let key = &hasher.finalize().to_hex()[..32];
        let failed = |error: io::Error| Refusal::of_disk("cannot begin", &error);
        self.folder.create_folder(TEMPORARIES).await.map_err(failed)?;
        for slot in 0..SLOTS {
            let temporary = format!("{TEMPORARIES}/{key}-{slot}.part");
            // The first is worth waiting for: it may have the beginning of this file.
            let patience = if slot == 0 { HANDOVER } else { Duration::ZERO };
            let Some(hold) = self.hold(temporary, patience).await else { continue };
            let path = &hold.temporary;
            let file = match self.folder.open(path, Open::Write).await {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    match self.folder.open(path, Open::Create).await {
                        // Another process was faster.
                        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                        created => created.map_err(failed)?,
                    }
                }
                opened => opened.map_err(failed)?,
            };
            let until = self.sockets.now() + patience;
            loop {
                // Where the file system knows no locks, one process has to be enough.
                if file.try_lock().await.unwrap_or(true) {
                    return Ok((hold, file));
                }
                // Perhaps a server that is about to end.
                if self.sockets.now() >= until {
                    break;
                }
                self.sockets.sleep(LOOK).await;
            }
        }
        Err(Refusal::new(
            Code::Busy,
            format!("this file is being received over {SLOTS} connections already"),
        ))
    }

    /// The right to write this temporary, if whoever has it leaves within this time. One that is
    /// silent is asked to.
    async fn hold(&self, temporary: String, patience: Duration) -> Option<Hold> {
        let until = self.sockets.now() + patience;
        loop {
            let now = self.sockets.now();
            {
                let mut state = self.shared.state();
                match state.active.get(&temporary) {
                    None => {
                        let wanted = Arc::new(Notify::new());
                        let active = Active { missing: 0, last: now, wanted: Arc::clone(&wanted) };
                        state.active.insert(temporary.clone(), active);
                        return Some(Hold { shared: Arc::clone(&self.shared), temporary, wanted });
                    }
                    Some(active) if now - active.last >= SILENCE => active.wanted.notify_one(),
                    Some(_) => {}
                }
            }
            if now >= until {
                return None;
            }
            self.sockets.sleep(LOOK).await;
        }
    }

    /// Sees that the rest of the file has room, and keeps it free.
    async fn reserve(&self, hold: &Hold, size: u64, present: u64) -> Result<(), Refusal> {
        let failed = |error: io::Error| Refusal::of_disk("cannot begin", &error);
        let missing = size - present;
        let free = self.folder.free_space().await.map_err(failed)?;
        let used = match self.limits.max_total {
            Some(_) => self.used().await.map_err(failed)?,
            None => 0,
        };
        let mut state = self.shared.state();
        let promised: u64 = state
            .active
            .iter()
            .filter(|(temporary, _)| **temporary != hold.temporary)
            .fold(0, |sum, (_, active)| sum.saturating_add(active.missing));
        let needed = promised.saturating_add(missing);
        if needed > free {
            return Err(Refusal::new(
                Code::DiskFull,
                format!(
                    "no space left on device: {missing} bytes are to come, {} are free",
                    free.saturating_sub(promised)
                ),
            ));
        }
        if let Some(most) = self.limits.max_total
            && used.saturating_add(needed) > most
        {
            let left = most.saturating_sub(used.saturating_add(promised));
            return Err(Refusal::new(
                Code::NoMoreRoom,
                format!(
                    "all files together may have at most {most} bytes: {missing} are to come, \
                     there is room for {left}"
                ),
            ));
        }
        if let Some(active) = state.active.get_mut(&hold.temporary) {
            active.missing = missing;
        }
        Ok(())
    }

    /// Bytes in all files of the folder.
    async fn used(&self) -> io::Result<u64> {
        let mut sum = 0_u64;
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            for entry in self.folder.entries(&folder).await? {
                let path = match folder.as_str() {
                    "" => entry.name,
                    _ => format!("{folder}/{}", entry.name),
                };
                match self.folder.metadata(&path).await {
                    // A link has its room elsewhere, and may lead in a circle.
                    Ok(found) if found.link => {}
                    Ok(found) if found.folder => folders.push(path),
                    Ok(found) => sum = sum.saturating_add(found.length),
                    // Gone meanwhile, or a name that none of ours has.
                    Err(_) => {}
                }
            }
        }
        Ok(sum)
    }
}
