//! The disk of a simulated host: files in memory.
//!
//! It begins with the files of the lab, outlives the programs and a crash of the host, and may have a
//! size, so that it can be full.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::{Existing, Folder, Metadata, Open, OpenFile, checked};
use crate::files::{Entry, Files};

/// A folder of a disk in memory. Clones are the same folder.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    disk: Arc<Mutex<Disk>>,
    /// Empty, or the path of this folder with a `/` behind it.
    prefix: Arc<str>,
    clock: Option<Clock>,
}

/// What tells when a file is written.
#[derive(Clone)]
struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[derive(Debug, Default)]
struct Disk {
    files: BTreeMap<String, Arc<Content>>,
    /// Folders that were made, whether or not something is in them.
    folders: BTreeSet<String>,
    space: Arc<Mutex<Space>>,
}

/// How full a disk is.
#[derive(Debug, Default)]
struct Space {
    /// Bytes in its files, also in those that have no name any more and are still open.
    used: u64,
    /// How many bytes its files may have together.
    size: Option<u64>,
}

/// What is in a file, whatever its name.
#[derive(Debug)]
struct Content {
    bytes: Mutex<Vec<u8>>,
    modified: Mutex<Option<SystemTime>>,
    locked: AtomicBool,
    space: Arc<Mutex<Space>>,
}

/// A file of a disk in memory. One that was removed or replaced stays as long as it is open.
#[derive(Debug)]
pub struct MemoryFile {
    content: Arc<Content>,
    clock: Option<Clock>,
    writable: bool,
    has_lock: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    /// A disk with these files in it.
    pub fn with_files(files: &Files) -> Self {
        let mut disk = Disk::default();
        for (path, bytes) in files.iter() {
            lock(&disk.space).used += bytes.len() as u64;
            let content = Content::new(bytes.to_vec(), None, &disk.space);
            disk.files.insert(path.to_owned(), content);
        }
        Self { disk: Arc::new(Mutex::new(disk)), prefix: "".into(), clock: None }
    }

    /// Lets its files have so many bytes together, and no more; `None`, as at first, for no limit.
    pub fn set_size(&self, bytes: Option<u64>) {
        lock(&lock(&self.disk).space).size = bytes;
    }

    /// The same folder; what is written through it was modified at the time that `clock` tells.
    /// Without one nothing is known of that time.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Clock(Arc::new(clock)));
        self
    }

    fn now(&self) -> Option<SystemTime> {
        self.clock.as_ref().map(|Clock(clock)| clock())
    }

    fn full_path(&self, path: &str) -> io::Result<String> {
        Ok(format!("{}{}", self.prefix, checked(path)?))
    }

    /// The path of a folder, without a `/` at its end; empty for the disk itself.
    fn folder_path(&self, path: &str) -> io::Result<String> {
        match path {
            "" => Ok(self.prefix.trim_end_matches('/').to_owned()),
            _ => self.full_path(path),
        }
    }
}

impl Content {
    /// What takes up room already.
    fn new(bytes: Vec<u8>, modified: Option<SystemTime>, space: &Arc<Mutex<Space>>) -> Arc<Self> {
        Arc::new(Self {
            bytes: Mutex::new(bytes),
            modified: Mutex::new(modified),
            locked: AtomicBool::new(false),
            space: Arc::clone(space),
        })
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        let length = lock(&self.bytes).len() as u64;
        let mut space = lock(&self.space);
        space.used = space.used.saturating_sub(length);
    }
}

impl Space {
    fn free(&self) -> u64 {
        self.size.map_or(u64::MAX, |size| size.saturating_sub(self.used))
    }
}

impl Disk {
    fn is_folder(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        let has = |first: Option<&String>| first.is_some_and(|path| path.starts_with(&inside));
        path.is_empty()
            || self.folders.contains(path)
            || has(self.files.range(inside.clone()..).next().map(|(path, _)| path))
            || has(self.folders.range(inside.clone()..).next())
    }

    /// Why nothing is at `path`.
    fn missing(&self, path: &str) -> io::Error {
        let above = |(at, _): (usize, &str)| self.files.contains_key(&path[..at]);
        match path.match_indices('/').any(above) {
            true => io::ErrorKind::NotADirectory.into(),
            false => io::ErrorKind::NotFound.into(),
        }
    }

    /// Whether something can be put at `path`: the folder that it is in is there.
    fn has_room_at(&self, path: &str) -> io::Result<()> {
        match path.rsplit_once('/') {
            Some((folder, _)) if !self.is_folder(folder) => Err(self.missing(path)),
            _ => Ok(()),
        }
    }
}

impl Folder for Memory {
    type File = MemoryFile;

    async fn metadata(&self, path: &str) -> io::Result<Metadata> {
        let path = self.folder_path(path)?;
        let disk = lock(&self.disk);
        match disk.files.get(&path) {
            Some(content) => Ok(Metadata {
                length: lock(&content.bytes).len() as u64,
                folder: false,
                link: false,
                modified: *lock(&content.modified),
                mode: None,
            }),
            None if disk.is_folder(&path) => {
                Ok(Metadata { length: 0, folder: true, link: false, modified: None, mode: None })
            }
            None => Err(disk.missing(&path)),
        }
    }

    async fn entries(&self, path: &str) -> io::Result<Vec<Entry>> {
        let path = self.folder_path(path)?;
        let disk = lock(&self.disk);
        if disk.files.contains_key(&path) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        if !disk.is_folder(&path) {
            return Err(disk.missing(&path));
        }
        let inside = if path.is_empty() { path } else { format!("{path}/") };
        let mut found = BTreeMap::new();
        for (path, folder) in (disk.files.keys().map(|path| (path, false)))
            .chain(disk.folders.iter().map(|path| (path, true)))
        {
            if let Some(rest) = path.strip_prefix(&inside) {
                let (name, deeper) =
                    rest.split_once('/').map_or((rest, false), |(name, _)| (name, true));
                *found.entry(name.to_owned()).or_insert(false) |= folder || deeper;
            }
        }
        Ok(found.into_iter().map(|(name, folder)| Entry { name, folder }).collect())
    }

    async fn open(&self, path: &str, how: Open) -> io::Result<MemoryFile> {
        let path = self.full_path(path)?;
        let mut disk = lock(&self.disk);
        let create = matches!(how, Open::Create | Open::CreatePrivate);
        let content = match disk.files.get(&path) {
            Some(_) if create => return Err(io::ErrorKind::AlreadyExists.into()),
            Some(content) => Arc::clone(content),
            None if disk.is_folder(&path) => {
                let kind =
                    if create { io::ErrorKind::AlreadyExists } else { io::ErrorKind::IsADirectory };
                return Err(kind.into());
            }
            None if !create => return Err(disk.missing(&path)),
            None => {
                disk.has_room_at(&path)?;
                let content = Content::new(Vec::new(), self.now(), &disk.space);
                disk.files.insert(path, Arc::clone(&content));
                content
            }
        };
        Ok(MemoryFile {
            content,
            clock: self.clock.clone(),
            writable: how != Open::Read,
            has_lock: AtomicBool::new(false),
        })
    }

    async fn create_folder(&self, path: &str) -> io::Result<()> {
        let path = self.full_path(path)?;
        let mut disk = lock(&self.disk);
        let parents = path.match_indices('/').map(|(at, _)| &path[..at]).chain([&path[..]]);
        let parents: Vec<String> = parents.map(str::to_owned).collect();
        if parents.iter().any(|parent| disk.files.contains_key(parent)) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        disk.folders.extend(parents);
        Ok(())
    }

    async fn rename(&self, from: &str, to: &str, existing: Existing) -> io::Result<()> {
        let (from, to) = (self.full_path(from)?, self.full_path(to)?);
        let mut disk = lock(&self.disk);
        if !disk.files.contains_key(&from) && !disk.is_folder(&from) {
            return Err(disk.missing(&from));
        }
        disk.has_room_at(&to)?;
        if existing == Existing::Keep && (disk.is_folder(&to) || disk.files.contains_key(&to)) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        if disk.is_folder(&to) {
            // A folder that replaces another is too seldom wanted to be had here.
            let from_folder = disk.is_folder(&from);
            let kind = match from_folder {
                true => io::ErrorKind::DirectoryNotEmpty,
                false => io::ErrorKind::IsADirectory,
            };
            return Err(kind.into());
        }
        if let Some(content) = disk.files.remove(&from) {
            disk.files.insert(to, content);
            return Ok(());
        }
        if to.starts_with(&format!("{from}/")) || disk.files.contains_key(&to) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let inside = format!("{from}/");
        let moved = |path: &str| match path.strip_prefix(&inside) {
            Some(rest) => format!("{to}/{rest}"),
            None if path == from => to.clone(),
            None => path.to_owned(),
        };
        disk.files = std::mem::take(&mut disk.files)
            .into_iter()
            .map(|(path, content)| (moved(&path), content))
            .collect();
        disk.folders = disk.folders.iter().map(|path| moved(path)).collect();
        Ok(())
    }

    async fn remove(&self, path: &str) -> io::Result<()> {
        let path = self.full_path(path)?;
        let mut disk = lock(&self.disk);
        if disk.files.remove(&path).is_some() {
            return Ok(());
        }
        if !disk.is_folder(&path) {
            return Err(disk.missing(&path));
        }
        let empty = disk.folders.remove(&path) && !disk.is_folder(&path);
        if !empty {
            disk.folders.insert(path);
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        Ok(())
    }

    async fn folder(&self, path: &str) -> io::Result<Self> {
        let metadata = self.metadata(path).await?;
        if !metadata.folder {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let path = self.folder_path(path)?;
        let prefix = if path.is_empty() { path } else { format!("{path}/") };
        Ok(Self { disk: Arc::clone(&self.disk), prefix: prefix.into(), clock: self.clock.clone() })
    }

    async fn free_space(&self) -> io::Result<u64> {
        Ok(lock(&lock(&self.disk).space).free())
    }
}

impl OpenFile for MemoryFile {
    async fn length(&self) -> io::Result<u64> {
        Ok(lock(&self.content.bytes).len() as u64)
    }

    async fn modified(&self) -> io::Result<Option<SystemTime>> {
        Ok(*lock(&self.content.modified))
    }

    async fn read_at(&self, offset: u64, most: usize) -> io::Result<Vec<u8>> {
        let content = lock(&self.content.bytes);
        let start = usize::try_from(offset).map_or(content.len(), |at| at.min(content.len()));
        let end = start.saturating_add(most).min(content.len());
        Ok(content[start..end].to_vec())
    }

    async fn write_at(&self, offset: u64, bytes: Vec<u8>) -> io::Result<()> {
        let end = offset.checked_add(bytes.len() as u64).ok_or(io::ErrorKind::FileTooLarge)?;
        let mut content = self.to_write()?;
        self.grow(&mut content, end)?;
        // Both fit: the content is that long now.
        content[offset as usize..end as usize].copy_from_slice(&bytes);
        Ok(())
    }

    async fn set_length(&self, length: u64) -> io::Result<()> {
        let mut content = self.to_write()?;
        self.grow(&mut content, length)?;
        let before = content.len();
        // It was longer, or has just grown to this.
        content.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        let mut space = lock(&self.content.space);
        space.used = space.used.saturating_sub((before - content.len()) as u64);
        Ok(())
    }

    async fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    async fn try_lock(&self) -> io::Result<bool> {
        let free = !self.content.locked.swap(true, Ordering::AcqRel);
        if free {
            self.has_lock.store(true, Ordering::Release);
        }
        Ok(free || self.has_lock.load(Ordering::Acquire))
    }
}

impl MemoryFile {
    /// Its bytes, if they may be written.
    fn to_write(&self) -> io::Result<MutexGuard<'_, Vec<u8>>> {
        if !self.writable {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        if let Some(Clock(clock)) = &self.clock {
            *lock(&self.content.modified) = Some(clock());
        }
        Ok(lock(&self.content.bytes))
    }

    /// Makes it at least so long, if there is room.
    fn grow(&self, content: &mut Vec<u8>, length: u64) -> io::Result<()> {
        let more = length.saturating_sub(content.len() as u64);
        if more == 0 {
            return Ok(());
        }
        let length = usize::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let mut space = lock(&self.content.space);
        if more > space.free() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        content.try_reserve(length - content.len()).map_err(|_| io::ErrorKind::StorageFull)?;
        content.resize(length, 0);
        space.used += more;
        Ok(())
    }
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        if self.has_lock.load(Ordering::Acquire) {
            self.content.locked.store(false, Ordering::Release);
        }
    }
}
