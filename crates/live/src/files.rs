//! Folders of this machine.

use std::io;
use std::path::Path;

use lanternet_apps::files::{Entry, Found};

/// What is at `path` within `folder`, and nothing outside it: symbolic links are followed first, and one
/// that leads out is not there. What is neither file nor folder is not there either, for reading a
/// pipe or a device may never end.
///
/// # Errors
/// [`io::ErrorKind::NotFound`], and what the system says about reading.
pub fn look_in(folder: &Path, path: &str) -> io::Result<Found> {
    let folder = folder.canonicalize()?;
    let place = folder.join(path).canonicalize()?;
    if !place.starts_with(&folder) {
        return Err(io::ErrorKind::NotFound.into());
    }
    let metadata = place.metadata()?;
    if metadata.is_file() {
        let content = std::fs::read(&place)?.into();
        return Ok(Found::File { content, modified: metadata.modified().ok() });
    }
    if !metadata.is_dir() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(&place)? {
        let entry = entry?;
        // A name that is no text cannot be asked for.
        if let Ok(name) = entry.file_name().into_string() {
            // With links followed, as above.
            entries.push(Entry { name, folder: entry.path().is_dir() });
        }
    }
    entries.sort();
    Ok(Found::Folder(entries))
}
