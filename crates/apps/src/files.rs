//! The files that programs on simulated hosts may read: a map, filled before the simulation starts.
//!
//! A path is relative, with `/` between its parts and no `..`: nothing outside can be named.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

/// Files by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, Arc<[u8]>>);

/// What is at a place in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A file.
    File {
        /// All of it.
        content: Arc<[u8]>,
        /// When it was last written; files of a lab do not say.
        modified: Option<SystemTime>,
    },
    /// A folder, and what is in it, in the order of the names.
    Folder(Vec<Entry>),
}

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name, without a path.
    pub name: String,
    /// It is a folder itself.
    pub folder: bool,
}

/// Why a text is no path of such a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing, or only dots.
    #[error("a path names a file, got nothing")]
    Empty,
    /// Begins at the root of some machine.
    #[error("a path is relative to the lab file, got an absolute one")]
    Absolute,
    /// Leads out of the folder.
    #[error("a path stays in the lab file's folder, got `..`")]
    Outside,
    /// A letter that some system reads as something else.
    #[error("a path has `/` between its parts and no {0:?}")]
    Letter(char),
}

/// The path without what changes nothing: `./zones//a.zone` is `zones/a.zone`.
///
/// # Errors
/// When it is no path that stays in its folder.
pub fn normalize(path: &str) -> Result<String, PathError> {
    if path.starts_with('/') {
        return Err(PathError::Absolute);
    }
    if let Some(letter) = path.chars().find(|c| matches!(c, '\\' | ':') || c.is_control()) {
        return Err(PathError::Letter(letter));
    }
    let parts: Vec<&str> =
        path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err(PathError::Outside);
    }
    if parts.is_empty() {
        return Err(PathError::Empty);
    }
    Ok(parts.join("/"))
}

impl Files {
    /// Puts a file in, in place of one that was there.
    ///
    /// # Errors
    /// When the path is none.
    pub fn insert(&mut self, path: &str, content: impl Into<Arc<[u8]>>) -> Result<(), PathError> {
        self.0.insert(normalize(path)?, content.into());
        Ok(())
    }

    /// All of them, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(path, content)| (path.as_str(), &**content))
    }

    /// What is in a file.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`], [`io::ErrorKind::IsADirectory`] for the beginning of other
    /// files' paths, [`io::ErrorKind::InvalidInput`] when it is no path.
    pub fn read(&self, path: &str) -> io::Result<Arc<[u8]>> {
        let path =
            normalize(path).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        if let Some(content) = self.0.get(&path) {
            return Ok(Arc::clone(content));
        }
        let inside = format!("{path}/");
        let next = self.0.range(inside.clone()..).next();
        Err(match next {
            Some((file, _)) if file.starts_with(&inside) => io::ErrorKind::IsADirectory.into(),
            _ => io::ErrorKind::NotFound.into(),
        })
    }

    /// What is at `path` within `folder`.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`], and [`io::ErrorKind::InvalidInput`] when one of them is no path.
    pub fn look_in(&self, folder: &str, path: &str) -> io::Result<Found> {
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidInput, error);
        let mut parts = String::new();
        for part in [folder, path] {
            match normalize(part) {
                // The lab file's own folder.
                Err(PathError::Empty) => {}
                Err(error) => return Err(invalid(error)),
                Ok(part) if parts.is_empty() => parts = part,
                Ok(part) => parts = format!("{parts}/{part}"),
            }
        }
        if let Some(content) = self.0.get(&parts) {
            return Ok(Found::File { content: Arc::clone(content), modified: None });
        }
        let inside = if parts.is_empty() { parts } else { format!("{parts}/") };
        let below = self.0.range(inside.clone()..).map(|(path, _)| path);
        let mut entries: Vec<Entry> = Vec::new();
        for rest in below.map_while(|path| path.strip_prefix(&inside)) {
            let (name, folder) = match rest.split_once('/') {
                Some((name, _)) => (name, true),
                None => (rest, false),
            };
            if !entries.iter().any(|entry| entry.name == name) {
                entries.push(Entry { name: name.to_owned(), folder });
            }
        }
        if entries.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        entries.sort();
        Ok(Found::Folder(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leads_out_of_its_folder() {
        assert_eq!(normalize("./zones//a.zone"), Ok("zones/a.zone".to_owned()));
        assert_eq!(normalize("/etc/passwd"), Err(PathError::Absolute));
        assert_eq!(normalize("zones/../../a"), Err(PathError::Outside));
        assert_eq!(normalize("c:\\a"), Err(PathError::Letter(':')));
        assert_eq!(normalize("./"), Err(PathError::Empty));
    }

    #[test]
    fn a_folder_is_no_file_and_what_is_not_there_is_not_found() {
        let mut files = Files::default();
        files.insert("site/index.html", *b"hello").unwrap();
        files.insert("site-b", *b"b").unwrap();
        assert_eq!(&*files.read("./site/index.html").unwrap(), b"hello");
        assert_eq!(files.read("site").unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert_eq!(files.read("sit").unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(files.read("../x").unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn a_folder_shows_what_is_in_it_and_not_its_neighbours() {
        let mut files = Files::default();
        for path in ["site/index.html", "site/img/a.png", "site/img/b.png", "site-b/x", "z"] {
            files.insert(path, *b"x").unwrap();
        }
        let names = |folder: &str, path: &str| match files.look_in(folder, path).unwrap() {
            Found::Folder(entries) => {
                entries.into_iter().map(|entry| (entry.name, entry.folder)).collect::<Vec<_>>()
            }
            Found::File { .. } => panic!("{folder}/{path} is a file"),
        };
        let file = |name: &str| (name.to_owned(), false);
        assert_eq!(names("./site", ""), [("img".to_owned(), true), file("index.html")]);
        assert_eq!(names("site", "img"), [file("a.png"), file("b.png")]);
        assert_eq!(names(".", "site-b"), [file("x")]);
        assert!(matches!(files.look_in("site", "index.html"), Ok(Found::File { .. })));
        for (folder, path) in [("site", "../site-b/x"), ("site", "/z"), ("sit", ""), ("site", "im")]
        {
            assert!(files.look_in(folder, path).is_err(), "{folder} {path}");
        }
    }
}
