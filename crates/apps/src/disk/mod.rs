//! Folders that programs write in: [`Folder`], and the one in memory that simulated hosts have,
//! [`Memory`].
//!
//! Whoever holds a folder can reach what is in it and nothing else: a path is relative, has `/`
//! between its parts and no `..`, and a symbolic link that leads out is not followed. So a name that
//! came from a peer can be given to it as it is.

mod memory;
mod path;

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::time::SystemTime;

pub use memory::{Memory, MemoryFile};
pub use path::checked;

use crate::files::Entry;

/// What is known of a file or folder without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Bytes in the file; 0 for a folder.
    pub length: u64,
    /// It is a folder.
    pub folder: bool,
    /// The path is that of a symbolic link; all else is said of what it leads to.
    pub link: bool,
    /// When it was last written, where the system tells.
    pub modified: Option<SystemTime>,
    /// Who may do what with it (the nine bits of Unix), where the system has that.
    pub mode: Option<u32>,
}

/// How [`Folder::open`] opens a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// One that is there, to read.
    Read,
    /// One that is there, to read and write.
    Write,
    /// One that must not be there yet, to read and write.
    Create,
    /// As [`Open::Create`], and on a system with users only its owner may read it (mode 0600).
    CreatePrivate,
}

/// What [`Folder::rename`] does when there is a file of the new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It is replaced, at once: whoever looks sees the old one or the new one.
    Replace,
    /// Nothing is done; the error is [`io::ErrorKind::AlreadyExists`].
    Keep,
}

/// A folder. Clones are the same folder. Paths are relative to it; see the module.
///
/// # Errors
/// Besides what the system says: [`io::ErrorKind::InvalidInput`] when a path is none,
/// [`io::ErrorKind::NotFound`] when nothing is there or it leads out of the folder,
/// [`io::ErrorKind::StorageFull`] when the disk is.
pub trait Folder: Clone + Send + Sync + 'static {
    /// A file of it, open.
    type File: OpenFile;

    /// What is known of the file or folder at `path`; empty for this folder itself.
    fn metadata(&self, path: &str) -> impl Future<Output = io::Result<Metadata>> + Send;

    /// What is in the folder at `path`, in the order of the names; empty for this one.
    fn entries(&self, path: &str) -> impl Future<Output = io::Result<Vec<Entry>>> + Send;

    /// Opens a file.
    fn open(&self, path: &str, how: Open) -> impl Future<Output = io::Result<Self::File>> + Send;

    /// Makes a folder, and those on the way to it; fine when it is there.
    fn create_folder(&self, path: &str) -> impl Future<Output = io::Result<()>> + Send;

    /// Gives a file or folder another name or place within this folder.
    fn rename(
        &self,
        from: &str,
        to: &str,
        existing: Existing,
    ) -> impl Future<Output = io::Result<()>> + Send;

    /// Removes a file, or a folder with nothing in it.
    fn remove(&self, path: &str) -> impl Future<Output = io::Result<()>> + Send;

    /// The folder at `path`, which has to be there.
    fn folder(&self, path: &str) -> impl Future<Output = io::Result<Self>> + Send;

    /// How many bytes can still be written.
    fn free_space(&self) -> impl Future<Output = io::Result<u64>> + Send;

    /// All of a file that has at most `limit` bytes.
    ///
    /// # Errors
    /// [`io::ErrorKind::FileTooLarge`] when it has more.
    fn read(&self, path: &str, limit: u64) -> impl Future<Output = io::Result<Vec<u8>>> + Send {
        async move {
            let file = self.open(path, Open::Read).await?;
            let length = file.length().await?;
            if length > limit {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            let mut content = Vec::new();
            loop {
                let at = content.len() as u64;
                // One more than fits shows a file that grows.
                let most = usize::try_from(limit - at + 1).unwrap_or(usize::MAX).min(READ);
                let part = file.read_at(at, most).await?;
                if part.is_empty() {
                    return Ok(content);
                }
                content.extend_from_slice(&part);
                if content.len() as u64 > limit {
                    return Err(io::ErrorKind::FileTooLarge.into());
                }
            }
        }
    }

    /// Replaces a file as a whole: it is written under another name, which nobody else uses, and
    /// renamed. Nobody ever sees half of it, even when the machine stops.
    fn replace(
        &self,
        path: &str,
        content: Vec<u8>,
        how: Open,
        unique: u64,
    ) -> impl Future<Output = io::Result<()>> + Send {
        async move {
            let temporary = format!("{path}.{unique:016x}.tmp");
            let written = async {
                let file = self.open(&temporary, how).await?;
                file.write_at(0, content).await?;
                file.sync().await?;
                self.rename(&temporary, path, Existing::Replace).await
            };
            let written = written.await;
            if written.is_err() {
                // What matters is why it failed before.
                let _ = self.remove(&temporary).await;
            }
            written
        }
    }
}

/// The most that one read of [`Folder::read`] takes, in bytes.
const READ: usize = 256 * 1024;

/// An open file. Reading and writing name the place, so that one task can resume what another began.
pub trait OpenFile: Debug + Send + Sync + 'static {
    /// Bytes in it.
    fn length(&self) -> impl Future<Output = io::Result<u64>> + Send;

    /// When it was last written, where the system tells.
    fn modified(&self) -> impl Future<Output = io::Result<Option<SystemTime>>> + Send;

    /// The bytes from `offset` on, at most `most`; fewer at the end only, and none behind it.
    fn read_at(&self, offset: u64, most: usize)
    -> impl Future<Output = io::Result<Vec<u8>>> + Send;

    /// Writes all of `bytes` from `offset` on; what lies between the end and `offset` becomes zeros.
    fn write_at(&self, offset: u64, bytes: Vec<u8>) -> impl Future<Output = io::Result<()>> + Send;

    /// Cuts it, or fills it with zeros, to this length.
    fn set_length(&self, length: u64) -> impl Future<Output = io::Result<()>> + Send;

    /// Ready when all that was written would survive the end of the machine (`fsync`).
    fn sync(&self) -> impl Future<Output = io::Result<()>> + Send;

    /// Takes the file for oneself, until it is closed or the process ends; `false` when somebody else,
    /// here or in another process, has done so. Only those who ask are kept away (`flock`).
    fn try_lock(&self) -> impl Future<Output = io::Result<bool>> + Send;
}
