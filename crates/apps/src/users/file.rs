//! Where a users file is, and how it is read and changed.
//!
//! It is read as a whole and replaced as a whole, so nobody ever sees half of it. Who changes it holds a
//! lock on a file beside it (`.NAME.lock`, which stays), so that two changes at once both happen.

use std::io;

use lanternet_core::Duration;

use super::roster::{LONGEST_FILE, Roster};
use crate::console::Console;
use crate::disk::{Folder, Open, OpenFile};
use crate::sockets::Sockets;
use crate::text;

/// How long a change waits for another to end; each takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long between two looks at a lock.
const PAUSE: Duration = Duration::from_millis(20);

/// A place for a users file, which need not be there.
#[derive(Clone, Debug)]
pub(super) struct Place<F> {
    folder: F,
    name: String,
    /// As it was written, for messages.
    path: String,
}

/// What is at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// These bytes.
    There(Vec<u8>),
    /// There is no file.
    Missing,
}

impl<F: Folder> Place<F> {
    /// The place of this path.
    pub(super) async fn at<C: Console<Folder = F>>(
        console: &C,
        path: &str,
    ) -> Result<Self, String> {
        let (folder, name) = match path.rsplit_once('/') {
            Some(("", name)) => ("/", name),
            Some(parts) => parts,
            None => (".", path),
        };
        let folder = console
            .folder(folder, false)
            .await
            .map_err(|error| format!("{path}: cannot open its folder: {}", words(&error)))?;
        Ok(Self { folder, name: name.to_owned(), path: path.to_owned() })
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// What is there, unless others may read or change it.
    pub(super) async fn read(&self) -> Result<Content, String> {
        let Self { folder, name, path } = self;
        let metadata = match folder.metadata(name).await {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Content::Missing),
            Err(error) => return Err(format!("{path}: cannot read it: {}", words(&error))),
        };
        if metadata.folder {
            return Err(format!("{path}: expected a file, got a folder"));
        }
        if let Some(mode) = metadata.mode.filter(|mode| mode & 0o077 != 0) {
            return Err(format!(
                "{path}: others than its owner may use it (mode {mode:04o}), so its hashes are not \
                 safe; allow it to the owner alone: chmod 600 {path}"
            ));
        }
        match folder.read(name, LONGEST_FILE).await {
            Ok(bytes) => Ok(Content::There(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Content::Missing),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                let limit = LONGEST_FILE >> 20;
                Err(format!("{path}: a users file has at most {limit} MiB, got more"))
            }
            Err(error) => Err(format!("{path}: cannot read it: {}", words(&error))),
        }
    }

    /// Changes the file: reads it, lets `change` work on it, and replaces it by the result, unless that is
    /// an error. A file that is not there is an empty one. Nobody else changes it at the same time.
    pub(super) async fn change<S: Sockets, T>(
        &self,
        sockets: &S,
        change: impl FnOnce(&mut Roster) -> Result<T, String> + Send,
    ) -> Result<T, String> {
        let Self { folder, name, path } = self;
        let lock = self.lock(sockets).await?;
        let mut roster = match self.read().await? {
            Content::There(bytes) => Roster::parse(&bytes),
            Content::Missing => Roster::default(),
        };
        let before = roster.to_bytes();
        let result = change(&mut roster)?;
        let after = roster.to_bytes();
        if after.len() as u64 > LONGEST_FILE {
            let limit = LONGEST_FILE >> 20;
            return Err(format!("{path}: a users file has at most {limit} MiB, and is full"));
        }
        if after != before {
            folder
                .replace(name, after, Open::CreatePrivate, sockets.random_u64())
                .await
                .map_err(|error| format!("{path}: cannot write it: {}", words(&error)))?;
        }
        drop(lock);
        Ok(result)
    }

    /// Ready with the lock, which is free again when it is dropped, also by the end of the process.
    async fn lock<S: Sockets>(&self, sockets: &S) -> Result<F::File, String> {
        let name = format!(".{}.lock", self.name);
        let wrong = |error: &io::Error| {
            format!("{}: cannot lock it ({name} beside it): {}", self.path, words(error))
        };
        let file = match self.folder.open(&name, Open::CreatePrivate).await {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.folder.open(&name, Open::Write).await
            }
            opened => opened,
        };
        let file = file.map_err(|error| wrong(&error))?;
        let began = sockets.now();
        while !file.try_lock().await.map_err(|error| wrong(&error))? {
            if sockets.now() - began > PATIENCE {
                return Err(format!(
                    "{}: another program has held its lock for {PATIENCE}; is one stuck?",
                    self.path
                ));
            }
            sockets.sleep(PAUSE).await;
        }
        Ok(file)
    }
}

/// As [`text::describe`], but about a file.
fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder or file".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::NotADirectory => "a part of the path is no folder".to_owned(),
        _ => text::describe(error),
    }
}
