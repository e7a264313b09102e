//! The files that a client sends: those that were named, and those in folders that were named.

use std::io;

use super::store::{TEMPORARIES, checked};
use super::units;
use crate::console::Console;
use crate::disk::{Folder, Metadata, Open, OpenFile};
use crate::text;
use crate::trouble::Trouble;

/// A file to send.
#[derive(Debug)]
pub(crate) struct Source<F> {
    /// What it is called here.
    pub(crate) path: String,
    /// What it shall be called there.
    pub(crate) name: String,
    /// Bytes in it when it was found.
    pub(crate) size: u64,
    place: Place<F>,
}

#[derive(Debug)]
enum Place<F> {
    /// What the user named, wherever it is.
    Named,
    /// In a folder that the user named.
    Inside(F, String),
}

impl<F: Folder> Source<F> {
    pub(crate) async fn open<C: Console<Folder = F>>(&self, console: &C) -> io::Result<F::File> {
        match &self.place {
            Place::Named => console.open_file(&self.path).await,
            Place::Inside(folder, path) => folder.open(path, Open::Read).await,
        }
    }
}

/// All files of these paths. What is left out is told on standard error.
pub(crate) async fn find<C: Console>(
    console: &C,
    paths: &[String],
) -> Result<Vec<Source<C::Folder>>, Trouble> {
    let mut sources = Vec::new();
    for path in paths {
        let cannot =
            |error: &io::Error| Trouble::cannot_begin(format!("{path}: {}", units::trouble(error)));
        match console.open_file(path).await {
            Ok(file) => {
                let size = file.length().await.map_err(|error| cannot(&error))?;
                let name = last_part(path).to_owned();
                checked(&name).map_err(|why| Trouble::cannot_begin(format!("{path}: {why}")))?;
                sources.push(Source { path: path.clone(), name, size, place: Place::Named });
            }
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                let folder = console.folder(path, false).await.map_err(|error| cannot(&error))?;
                walk(console, &mut sources, path, &folder).await.map_err(|error| cannot(&error))?;
            }
            Err(error) => return Err(cannot(&error)),
        }
    }
    let mut names: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Trouble::cannot_begin(format!(
            "two of the files would be called `{}` on the server; send them one after the other, \
             or the folders that they are in",
            twice[0]
        )));
    }
    Ok(sources)
}

/// What a path calls its file or folder; nothing for `.`, `..` and the root.
fn last_part(path: &str) -> &str {
    let last = path.trim_end_matches(['/', std::path::MAIN_SEPARATOR]);
    let last = last.rsplit(['/', std::path::MAIN_SEPARATOR]).next().unwrap_or(last);
    if matches!(last, "." | "..") { "" } else { last }
}

/// All files in a folder, with the folder's own name before theirs.
async fn walk<C: Console>(
    console: &C,
    sources: &mut Vec<Source<C::Folder>>,
    top: &str,
    folder: &C::Folder,
) -> io::Result<()> {
    let own = last_part(top);
    // The last is the next.
    let mut waiting = vec![String::new()];
    while let Some(inside) = waiting.pop() {
        let metadata = folder.metadata(&inside).await;
        let shown = if inside.is_empty() {
            top.to_owned()
        } else {
            format!("{}/{inside}", top.trim_end_matches('/'))
        };
        let left_out = |why: &str| {
            let shown = text::printable(shown.as_bytes());
            console.error(&format!("{shown}: left out: {why}"));
        };
        match metadata {
            // The folder that was named may be one.
            Ok(Metadata { link: true, .. }) if !inside.is_empty() => {
                left_out("a symbolic link within a folder is not followed");
            }
            Ok(Metadata { folder: true, .. }) => {
                let entries = folder.entries(&inside).await?;
                for entry in entries.into_iter().rev() {
                    waiting.push(match inside.as_str() {
                        "" => entry.name,
                        _ => format!("{inside}/{}", entry.name),
                    });
                }
            }
            Ok(Metadata { length, .. }) => {
                if inside.split('/').any(|part| part == TEMPORARIES) {
                    continue;
                }
                let name = if own.is_empty() { inside.clone() } else { format!("{own}/{inside}") };
                match checked(&name) {
                    Ok(_) => sources.push(Source {
                        path: shown,
                        name,
                        size: length,
                        place: Place::Inside(folder.clone(), inside),
                    }),
                    Err(why) => left_out(&why),
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                left_out("a symbolic link that leads nowhere, or out of the folder");
            }
            Err(error) => left_out(&units::trouble(&error)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::last_part;

    #[test]
    fn a_file_keeps_its_name_and_not_its_place() {
        assert_eq!(last_part("../reports/may.pdf"), "may.pdf");
        assert_eq!(last_part("/home/zoe/photos/"), "photos");
        for path in [".", "./", "..", "/", "a/.."] {
            assert_eq!(last_part(path), "", "{path}");
        }
    }
}
