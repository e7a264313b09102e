//! The files that programs on simulated hosts may read: a map, filled before the simulation starts.
//!
//! A path is relative, with `/` between its parts and no `..`: nothing outside can be named.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// Files by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, Arc<[u8]>>);

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
}
