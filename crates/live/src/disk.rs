//! Folders of this machine that programs write in.
//!
//! All paths go through `cap_std`, which resolves each below the folder and refuses what leads out,
//! symbolic links as well.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use lanternet_apps::disk::{Existing, Folder, Metadata, Open, OpenFile, checked};
use lanternet_apps::files::Entry;

/// A folder of this machine.
#[derive(Clone, Debug)]
pub struct OsFolder(Arc<Dir>);

/// A file of this machine, open.
#[derive(Debug)]
pub struct OsFile(Arc<File>);

/// The system's calls about files wait for the disk, so they are made on threads where that is fine.
async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// A path below a folder; empty is the folder itself.
fn below(path: &str) -> io::Result<PathBuf> {
    match path {
        "" => Ok(".".into()),
        _ => checked(path).map(PathBuf::from),
    }
}

/// What leads out of the folder is not there.
fn not_outside(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::PermissionDenied if error.raw_os_error().is_none() => {
            io::ErrorKind::NotFound.into()
        }
        _ => error,
    }
}

impl OsFolder {
    /// The folder at this path, made first, with those on the way, when `create` says so.
    ///
    /// # Errors
    /// What the system says.
    pub async fn at(path: PathBuf, create: bool) -> io::Result<Self> {
        off_the_runtime(move || {
            let path = if path.as_os_str().is_empty() { PathBuf::from(".") } else { path };
            if create {
                std::fs::create_dir_all(&path)?;
            }
            Ok(Self(Arc::new(Dir::open_ambient_dir(path, ambient_authority())?)))
        })
        .await
    }

    /// Where the programs of this user keep what they remember; see
    /// [`Console::state_folder`](lanternet_apps::Console::state_folder).
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when no variable of the environment says where that is.
    pub async fn of_state() -> io::Result<Self> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let path = if let Some(own) = variable("LANTERNET_HOME") {
            PathBuf::from(own)
        } else if let Some(config) = variable("XDG_CONFIG_HOME") {
            PathBuf::from(config).join("lanternet")
        } else if let Some(home) = variable("HOME") {
            PathBuf::from(home).join(".config").join("lanternet")
        } else {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "no folder to remember things in: set LANTERNET_HOME",
            ));
        };
        Self::at(path, true).await
    }
}

impl OsFile {
    /// The file at this path, to read; links are followed.
    ///
    /// # Errors
    /// [`io::ErrorKind::IsADirectory`] for what is no file; what the system says.
    pub async fn at(path: PathBuf) -> io::Result<Self> {
        off_the_runtime(move || {
            let mut options = std::fs::OpenOptions::new();
            options.read(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, NONBLOCK);
            only_a_file(options.open(path)?)
        })
        .await
    }
}

/// Opening a pipe that nobody writes to does not wait then; files do not care.
#[cfg(unix)]
const NONBLOCK: i32 = rustix::fs::OFlags::NONBLOCK.bits() as i32;

/// A pipe or a device may never end; a folder can be opened to read on Unix.
fn only_a_file(file: File) -> io::Result<OsFile> {
    let found = file.metadata()?;
    if found.is_file() {
        Ok(OsFile(Arc::new(file)))
    } else if found.is_dir() {
        Err(io::ErrorKind::IsADirectory.into())
    } else {
        let why = "it is no file, but a pipe or a device";
        Err(io::Error::new(io::ErrorKind::InvalidInput, why))
    }
}

impl Folder for OsFolder {
    type File = OsFile;

    async fn metadata(&self, path: &str) -> io::Result<Metadata> {
        let (dir, path) = (Arc::clone(&self.0), below(path)?);
        off_the_runtime(move || {
            let mut found = dir.symlink_metadata(&path).map_err(not_outside)?;
            let link = found.is_symlink();
            if link {
                found = dir.metadata(path).map_err(not_outside)?;
            }
            let folder = found.is_dir();
            let length = if folder { 0 } else { found.len() };
            let modified = found.modified().ok().map(cap_std::time::SystemTime::into_std);
            Ok(Metadata { length, folder, link, modified, mode: mode(&found) })
        })
        .await
    }

    async fn entries(&self, path: &str) -> io::Result<Vec<Entry>> {
        let (dir, at) = (Arc::clone(&self.0), below(path)?);
        off_the_runtime(move || {
            let mut entries = Vec::new();
            for entry in dir.read_dir(&at).map_err(not_outside)? {
                let entry = entry?;
                // A name that is no text cannot be asked for.
                if let Ok(name) = entry.file_name().into_string() {
                    // With links followed, but not out of the folder; one that leads nowhere is no
                    // folder, and what was removed meanwhile is nothing at all.
                    let folder = dir.metadata(at.join(&name)).is_ok_and(|found| found.is_dir());
                    entries.push(Entry { name, folder });
                }
            }
            entries.sort();
            Ok(entries)
        })
        .await
    }

    async fn open(&self, path: &str, how: Open) -> io::Result<OsFile> {
        let (dir, path) = (Arc::clone(&self.0), below(checked(path)?)?);
        off_the_runtime(move || {
            let mut options = OpenOptions::new();
            options.read(true);
            match how {
                Open::Read => &mut options,
                Open::Write => options.write(true),
                Open::Create | Open::CreatePrivate => options.write(true).create_new(true),
            };
            #[cfg(unix)]
            {
                use cap_std::fs::OpenOptionsExt;
                options.custom_flags(NONBLOCK);
                if how == Open::CreatePrivate {
                    options.mode(0o600);
                }
            }
            only_a_file(dir.open_with(path, &options).map_err(not_outside)?.into_std())
        })
        .await
    }

    async fn create_folder(&self, path: &str) -> io::Result<()> {
        let (dir, path) = (Arc::clone(&self.0), below(checked(path)?)?);
        off_the_runtime(move || dir.create_dir_all(path).map_err(not_outside)).await
    }

    async fn rename(&self, from: &str, to: &str, existing: Existing) -> io::Result<()> {
        let (from, to) = (below(checked(from)?)?, below(checked(to)?)?);
        let dir = Arc::clone(&self.0);
        off_the_runtime(move || {
            match existing {
                Existing::Replace => dir.rename(&from, &dir, &to),
                Existing::Keep => rename_keeping(&dir, &from, &to),
            }
            .map_err(not_outside)
        })
        .await
    }

    async fn remove(&self, path: &str) -> io::Result<()> {
        let (dir, path) = (Arc::clone(&self.0), below(checked(path)?)?);
        off_the_runtime(move || {
            match dir.symlink_metadata(&path).map_err(not_outside)?.is_dir() {
                true => dir.remove_dir(path),
                false => dir.remove_file(path),
            }
            .map_err(not_outside)
        })
        .await
    }

    async fn folder(&self, path: &str) -> io::Result<Self> {
        let (dir, path) = (Arc::clone(&self.0), below(path)?);
        off_the_runtime(move || {
            dir.open_dir(path).map(|dir| Self(Arc::new(dir))).map_err(not_outside)
        })
        .await
    }

    async fn free_space(&self) -> io::Result<u64> {
        let dir = Arc::clone(&self.0);
        off_the_runtime(move || free_space(&dir)).await
    }
}

/// Renames where there is nothing yet.
fn rename_keeping(dir: &Dir, from: &Path, to: &Path) -> io::Result<()> {
    if dir.symlink_metadata(from)?.is_file() {
        // A hard link is refused where there is something, so nothing can come in between.
        match dir.hard_link(from, dir, to) {
            Ok(()) => return dir.remove_file(from),
            // File systems without hard links, such as FAT.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied
                ) => {}
            Err(error) => return Err(error),
        }
    }
    match dir.symlink_metadata(to) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => dir.rename(from, dir, to),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn mode(found: &cap_std::fs::Metadata) -> Option<u32> {
    use cap_std::fs::MetadataExt;
    Some(found.mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_: &cap_std::fs::Metadata) -> Option<u32> {
    None
}

#[cfg(unix)]
fn free_space(dir: &Dir) -> io::Result<u64> {
    let found = rustix::fs::fstatvfs(dir)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn free_space(_: &Dir) -> io::Result<u64> {
    // Unknown: the disk says by itself when it is full.
    Ok(u64::MAX)
}

impl OpenFile for OsFile {
    async fn length(&self) -> io::Result<u64> {
        let file = Arc::clone(&self.0);
        off_the_runtime(move || file.metadata().map(|found| found.len())).await
    }

    async fn modified(&self) -> io::Result<Option<SystemTime>> {
        let file = Arc::clone(&self.0);
        off_the_runtime(move || file.metadata().map(|found| found.modified().ok())).await
    }

    async fn read_at(&self, offset: u64, most: usize) -> io::Result<Vec<u8>> {
        let file = Arc::clone(&self.0);
        off_the_runtime(move || {
            let mut bytes = vec![0; most];
            let mut length = 0;
            while length < most {
                match read_at(&file, &mut bytes[length..], offset + length as u64) {
                    Ok(0) => break,
                    Ok(more) => length += more,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            bytes.truncate(length);
            Ok(bytes)
        })
        .await
    }

    async fn write_at(&self, offset: u64, bytes: Vec<u8>) -> io::Result<()> {
        let file = Arc::clone(&self.0);
        off_the_runtime(move || write_at(&file, &bytes, offset)).await
    }

    async fn set_length(&self, length: u64) -> io::Result<()> {
        let file = Arc::clone(&self.0);
        off_the_runtime(move || file.set_len(length)).await
    }

    async fn sync(&self) -> io::Result<()> {
        let file = Arc::clone(&self.0);
        off_the_runtime(move || file.sync_all()).await
    }

    async fn try_lock(&self) -> io::Result<bool> {
        let file = Arc::clone(&self.0);
        off_the_runtime(move || match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        })
        .await
    }
}

#[cfg(unix)]
use std::os::unix::fs::FileExt;

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(bytes, offset)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    file.write_all_at(bytes, offset)
}

#[cfg(windows)]
use std::os::windows::fs::FileExt;

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(bytes, offset)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let length = file.seek_write(bytes, offset)?;
        bytes = &bytes[length..];
        offset += length as u64;
    }
    Ok(())
}
