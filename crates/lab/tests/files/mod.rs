//! The lab files that ship with the project.

#![allow(clippy::unwrap_used, dead_code, unreachable_pub, reason = "a helper of several tests")]

use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../labs").join(name)
}

/// The lab files of a folder with their texts, in the order of their names.
pub fn labs(name: &str) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no labs in {name}");
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    files.into_iter().map(read).collect()
}

pub fn all_labs() -> Vec<(String, String)> {
    [labs("."), labs("broken")].concat()
}
