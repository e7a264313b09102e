//! Texts kept in files beside the tests, for people to read when they change.

use std::path::Path;

/// Compares the text with `tests/snapshots/NAME`; with `UPDATE_SNAPSHOTS=1` in the environment
/// writes it there instead.
#[track_caller]
pub(crate) fn assert_snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is writable");
        std::fs::write(&path, text).expect("the snapshot is writable");
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (new, old)) in text.lines().zip(kept.lines()).enumerate() {
        assert_eq!(new, old, "line {} of {name}; if it is meant, UPDATE_SNAPSHOTS=1", number + 1);
    }
    assert_eq!(text, kept, "{name}; if it is meant, run the tests with UPDATE_SNAPSHOTS=1");
}
