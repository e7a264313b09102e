//! The release build of the binary, to compare with the one under test.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// The release build beside the build under test, if it is made from the sources as they are now.
///
/// With `CI=true` it is built first, so that nothing is skipped unseen. Otherwise, without a fresh
/// one, says how to make it and returns `None`: a release build takes minutes, which a test must not
/// take by surprise.
///
/// # Panics
/// When it cannot be built.
pub(crate) fn binary() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(find).as_deref()
}

fn find() -> Option<PathBuf> {
    let under_test = Path::new(env!("CARGO_BIN_EXE_lanternet"));
    let name = under_test.file_name()?;
    let path = under_test.parent()?.parent()?.join("release").join(name);
    if std::env::var_os("CI").as_deref() == Some(OsStr::new("true")) {
        build(path.parent()?.parent()?);
    } else if !is_fresh(&path) {
        let advice = "skipped in release: first `cargo build --release -p lanternet`";
        // Not by a macro: the test harness keeps what those print of a test that passes.
        let _ = writeln!(std::io::stderr(), "{advice}");
        return None;
    }
    Some(path)
}

fn build(target: &Path) {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["build", "--release", "--locked", "--package", "lanternet", "--target-dir"])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().expect("cargo starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}", output.status);
}

/// Whether the binary is newer than each source that it was made from; cargo lists them beside it.
fn is_fresh(binary: &Path) -> bool {
    let age = |path: &Path| -> Option<SystemTime> { path.metadata().ok()?.modified().ok() };
    let (Some(built), Ok(list)) =
        (age(binary), std::fs::read_to_string(binary.with_extension("d")))
    else {
        return false;
    };
    // `BINARY: SOURCE SOURCE ...`, with a backslash before a blank in a path.
    let sources = list.replace("\\ ", "\0");
    let mut sources = sources.split_whitespace().skip(1).map(|path| path.replace('\0', " "));
    sources.all(|source| age(Path::new(&source)).is_some_and(|changed| changed <= built))
}
