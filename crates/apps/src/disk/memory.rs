//! The disk of a simulated host: files in memory.
//!
//! It begins with the files of the lab, outlives the programs and a crash of the host, and may have a
//! size, so that it can be full.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Existing, Folder, Metadata, Open, OpenFile, checked};
use crate::files::{Entry, Files};

/// A folder of a disk in memory. Clones are the same folder.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    disk: Arc<Mutex<Disk>>,
    /// Empty, or the path of this folder with a `/` behind it.
    prefix: Arc<str>,
}

#[derive(Debug, Default)]
struct Disk {
    files: BTreeMap<String, Content>,
    /// Folders that were made, whether or not something is in them.
    folders: BTreeSet<String>,
    /// How many bytes its files may have together.
    size: Option<u64>,
    /// The files that somebody has locked, by the address of their content.
    locked: BTreeSet<usize>,
}

type Content = Arc<Mutex<Vec<u8>>>;

/// A file of a disk in memory. One that was removed or replaced stays as long as it is open.
#[derive(Debug)]
pub struct MemoryFile {
    content: Content,
    disk: Arc<Mutex<Disk>>,
    writable: bool,
    has_lock: AtomicBool,
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        if *self.has_lock.get_mut() {
            lock(&self.disk).locked.remove(&self.place());
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    /// A disk with these files in it.
    pub fn with_files(files: &Files) -> Self {
        let disk = Disk::default();
        let memory = Self { disk: Arc::new(Mutex::new(disk)), prefix: "".into() };
        for (path, content) in files.iter() {
            lock(&memory.disk)
                .files
                .insert(path.to_owned(), Arc::new(Mutex::new(content.to_vec())));
        }
        memory
    }

    /// Lets its files have so many bytes together, and no more; `None`, as at first, for no limit.
    pub fn set_size(&self, bytes: Option<u64>) {
        lock(&self.disk).size = bytes;
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

impl Disk {
    fn is_folder(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        let has = |first: Option<&String>| first.is_some_and(|path| path.starts_with(&inside));
        path.is_empty()
            || self.folders.contains(path)
            || has(self.files.range(inside.clone()..).next().map(|(path, _)| path))
            || has(self.folders.range(inside.clone()..).next())
    }

    /// Whether something can be put at `path`: the folder that it is in is there.
    fn has_room_at(&self, path: &str) -> io::Result<()> {
        match path.rsplit_once('/') {
            Some((folder, _)) if self.files.contains_key(folder) => {
                Err(io::ErrorKind::NotADirectory.into())
            }
            Some((folder, _)) if !self.is_folder(folder) => Err(io::ErrorKind::NotFound.into()),
            _ => Ok(()),
        }
    }

    fn used(&self) -> u64 {
        self.files.values().map(|content| lock(content).len() as u64).sum()
    }

    fn free(&self) -> u64 {
        self.size.map_or(u64::MAX, |size| size.saturating_sub(self.used()))
    }
}

impl Folder for Memory {
    type File = MemoryFile;

    async fn metadata(&self, path: &str) -> io::Result<Metadata> {
        let path = self.folder_path(path)?;
        let disk = lock(&self.disk);
        let known = |length, folder| Ok(Metadata { length, folder, modified: None, mode: None });
        match disk.files.get(&path) {
            Some(content) => known(lock(content).len() as u64, false),
            None if disk.is_folder(&path) => known(0, true),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    async fn entries(&self, path: &str) -> io::Result<Vec<Entry>> {
        let path = self.folder_path(path)?;
        let disk = lock(&self.disk);
        if disk.files.contains_key(&path) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        if !disk.is_folder(&path) {
            return Err(io::ErrorKind::NotFound.into());
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
            None if !create => return Err(io::ErrorKind::NotFound.into()),
            None => {
                disk.has_room_at(&path)?;
                Arc::clone(disk.files.entry(path).or_default())
            }
        };
        Ok(MemoryFile {
            content,
            disk: Arc::clone(&self.disk),
            writable: how != Open::Read,
            has_lock: false.into(),
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
        disk.has_room_at(&to)?;
        if disk.is_folder(&to) || (existing == Existing::Keep && disk.files.contains_key(&to)) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        if let Some(content) = disk.files.remove(&from) {
            disk.files.insert(to, content);
            return Ok(());
        }
        if !disk.is_folder(&from) {
            return Err(io::ErrorKind::NotFound.into());
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
            return Err(io::ErrorKind::NotFound.into());
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
        Ok(Self { disk: Arc::clone(&self.disk), prefix: prefix.into() })
    }

    async fn free_space(&self) -> io::Result<u64> {
        Ok(lock(&self.disk).free())
    }
}

impl OpenFile for MemoryFile {
    async fn length(&self) -> io::Result<u64> {
        Ok(lock(&self.content).len() as u64)
    }

    async fn read_at(&self, offset: u64, most: usize) -> io::Result<Vec<u8>> {
        let content = lock(&self.content);
        let start = usize::try_from(offset).map_or(content.len(), |at| at.min(content.len()));
        let end = start.saturating_add(most).min(content.len());
        Ok(content[start..end].to_vec())
    }

    async fn write_at(&self, offset: u64, bytes: Vec<u8>) -> io::Result<()> {
        let end = offset.checked_add(bytes.len() as u64).ok_or(io::ErrorKind::FileTooLarge)?;
        self.grow(end)?;
        let mut content = lock(&self.content);
        // Both fit: the content is that long now.
        content[offset as usize..end as usize].copy_from_slice(&bytes);
        Ok(())
    }

    async fn set_length(&self, length: u64) -> io::Result<()> {
        self.grow(length)?;
        lock(&self.content).truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(())
    }

    async fn try_lock(&self) -> io::Result<bool> {
        // Nobody else locks through this file, so one atomic suffices for both steps.
        if !self.has_lock.load(Ordering::Relaxed) {
            let locked = lock(&self.disk).locked.insert(self.place());
            self.has_lock.store(locked, Ordering::Relaxed);
        }
        Ok(self.has_lock.load(Ordering::Relaxed))
    }

    async fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

impl MemoryFile {
    /// What tells this file from all others that are open.
    fn place(&self) -> usize {
        Arc::as_ptr(&self.content).addr()
    }

    /// Makes it at least so long, if it may be written and there is room.
    fn grow(&self, length: u64) -> io::Result<()> {
        if !self.writable {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let free = lock(&self.disk).free();
        let mut content = lock(&self.content);
        let more = length.saturating_sub(content.len() as u64);
        if more > free {
            return Err(io::ErrorKind::StorageFull.into());
        }
        if more > 0 {
            let length = usize::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge)?;
            let missing = length - content.len();
            content.try_reserve(missing).map_err(|_| io::ErrorKind::StorageFull)?;
            content.resize(length, 0);
        }
        Ok(())
    }
}
