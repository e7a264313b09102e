//! The files of a lab that are beside the lab file.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use lanternet_lab::FilesAt;

/// No zone or page of a lab is longer, and a wrong path may lead to something endless.
const LONGEST: u64 = 16 << 20;
/// All the files of one folder together.
const MOST: u64 = 256 << 20;
/// Somebody who names a whole disk should not wait for it.
const MOST_FILES: usize = 10_000;

/// The folder that a lab file is in.
pub struct LabFolder {
    root: PathBuf,
}

impl LabFolder {
    /// The folder of this lab file.
    pub fn of(lab: &Path) -> Self {
        let root = match lab.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        Self { root: root.to_owned() }
    }

    /// The file at a path, or all files in the folder at it.
    pub fn files_at(&self, path: &str) -> io::Result<FilesAt> {
        let mut found = Found { root: self.root.canonicalize()?, files: Vec::new(), bytes: 0 };
        found.take(&self.root.join(path), path)?;
        Ok(found.files)
    }
}

struct Found {
    root: PathBuf,
    files: FilesAt,
    bytes: u64,
}

impl Found {
    fn take(&mut self, at: &Path, path: &str) -> io::Result<()> {
        // A link may lead out of the folder although the path does not.
        if !at.canonicalize()?.starts_with(&self.root) {
            let message = "it is a link that leads out of the lab's folder";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        }
        let metadata = fs::metadata(at)?;
        if metadata.is_dir() {
            let mut names = Vec::new();
            for entry in fs::read_dir(at)? {
                // A name that is no text cannot be asked for.
                names.extend(entry?.file_name().into_string());
            }
            names.sort();
            for name in names {
                self.take(&at.join(&name), &format!("{path}/{name}"))?;
            }
            return Ok(());
        }
        if !metadata.is_file() {
            let message = "it is neither a file nor a folder";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let mut content = Vec::new();
        self.bytes += fs::File::open(at)?.take(LONGEST + 1).read_to_end(&mut content)? as u64;
        self.files.push((path.to_owned(), content));
        let long = self.files.last().is_some_and(|(_, content)| content.len() as u64 > LONGEST);
        let limit = match () {
            () if long => format!("longer than {} MiB", LONGEST >> 20),
            () if self.bytes > MOST => format!("more than {} MiB in one folder", MOST >> 20),
            () if self.files.len() > MOST_FILES => format!("more than {MOST_FILES} files"),
            () => return Ok(()),
        };
        Err(io::Error::new(io::ErrorKind::FileTooLarge, limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_all_its_files_and_a_link_out_of_it_none() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("labs");
        fs::create_dir_all(root.join("site/b")).unwrap();
        fs::write(root.join("site/index.html"), "hello").unwrap();
        fs::write(root.join("site/b/c.txt"), "c").unwrap();
        fs::write(folder.path().join("secret"), "s").unwrap();
        let labs = LabFolder::of(&root.join("x.yaml"));
        assert_eq!(
            labs.files_at("site").unwrap(),
            [
                ("site/b/c.txt".to_owned(), b"c".to_vec()),
                ("site/index.html".to_owned(), b"hello".to_vec())
            ]
        );
        assert_eq!(labs.files_at("site/index.html").unwrap().len(), 1);
        assert_eq!(labs.files_at("nothing").unwrap_err().kind(), io::ErrorKind::NotFound);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("../secret", root.join("link")).unwrap();
            let error = labs.files_at("link").unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        }
    }
}
