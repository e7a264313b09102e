//! Programs of others that judge ours.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A program that is installed on this machine.
#[derive(Clone, Debug)]
pub struct Peer {
    path: PathBuf,
}

impl Peer {
    /// Looks for a program on the search path. Without it, says that the test is skipped; the test
    /// then returns.
    ///
    /// # Panics
    /// When the program is missing and the environment has `CI=true`: on a build server nothing is
    /// skipped unseen.
    #[track_caller]
    pub fn find(program: &str) -> Option<Self> {
        let found = on_search_path(program);
        if found.is_none() {
            assert!(
                std::env::var_os("CI").as_deref() != Some(OsStr::new("true")),
                "{program} is not installed, and with CI=true no test is skipped"
            );
            // Not by a macro: the test harness keeps what those print of a test that passes.
            let _ = writeln!(std::io::stderr(), "skipped: {program} is not installed");
        }
        found.map(|path| Self { path })
    }

    /// The file of the program.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs it and returns what it wrote to its standard output.
    ///
    /// # Panics
    /// When it cannot be run or fails; the message holds the command, the status and both streams.
    #[track_caller]
    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Vec<u8> {
        let mut command = Command::new(&self.path);
        command.args(args).env("LC_ALL", "C.UTF-8");
        let Output { status, stdout, stderr } = match command.output() {
            Ok(output) => output,
            Err(error) => panic!("{command:?}: {error}"),
        };
        assert!(
            status.success(),
            "{command:?}: {status}\nstdout: {}\nstderr: {}",
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr)
        );
        stdout
    }
}

fn on_search_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    // Servers are for administrators, who have this folder on their path.
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|dir| dir.join(program)).find(|file| file.is_file())
}
