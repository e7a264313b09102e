//! What a program gets from whoever starts it: its standard streams and files, and its exit code.

use std::future::Future;
use std::io;
use std::sync::Arc;

use crate::files::Found;

/// Standard input, output and error of one program, and the files that it may read. Clones are the
/// same streams, so that a server can print from every connection.
pub trait Console: Clone + Send + Sync + 'static {
    /// The next line of standard input, without its line end; `None` at its end.
    fn read_line(&self) -> impl Future<Output = Option<String>> + Send;

    /// Writes to standard output, exactly this.
    fn print(&self, text: &str);

    /// Writes one line to standard error.
    fn error(&self, line: &str);

    /// All of a file. In a simulation the path is relative to the lab file; see
    /// [`Files`](crate::files::Files) for what it may be.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`], [`io::ErrorKind::IsADirectory`], and whatever else the system
    /// says about reading.
    fn read_file(&self, path: &str) -> impl Future<Output = io::Result<Arc<[u8]>>> + Send;

    /// What is at `path` within `folder`; the path is [`Entry::name`](crate::files::Entry::name)s joined by `/`, and empty for the
    /// folder itself. Nothing outside the folder is ever read: a symbolic link that leads out of it is
    /// [`io::ErrorKind::NotFound`].
    ///
    /// # Errors
    /// As [`Console::read_file`], but for folders.
    fn look_in(&self, folder: &str, path: &str) -> impl Future<Output = io::Result<Found>> + Send;

    /// Writes one line to standard output.
    fn print_line(&self, line: &str) {
        self.print(&format!("{line}\n"));
    }
}

/// How a program ended. Each program's module says what its codes mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitCode(pub u8);

impl ExitCode {
    /// It did what it was asked.
    pub const SUCCESS: Self = Self(0);
    /// The network, or the peer, did not do its part.
    pub const FAILURE: Self = Self(1);
    /// It could not even begin: a wrong argument, an unknown host, no route, a taken port.
    pub const ERROR: Self = Self(2);
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.0)
    }
}
