//! What a program gets from whoever starts it: its standard streams and files, and its exit code.

use std::future::Future;
use std::io;
use std::sync::Arc;

use crate::disk::{Folder, Open};
use crate::files::Found;

/// Standard input, output and error of one program, and the files that it may read. Clones are the
/// same streams, so that a server can print from every connection.
pub trait Console: Clone + Send + Sync + 'static {
    /// A folder that programs can write in.
    type Folder: Folder;

    /// The next line of standard input, without its line end; `None` at its end.
    fn read_line(&self) -> impl Future<Output = Option<String>> + Send;

    /// The next bytes of standard input, as they come; empty at its end. Not to be mixed with
    /// [`Console::read_line`].
    fn read_bytes(&self) -> impl Future<Output = io::Result<Vec<u8>>> + Send;

    /// Asks for a secret on the terminal, which does not show what is typed; where there is no
    /// terminal it is the next line of standard input. `None` at its end.
    fn read_secret(&self, prompt: &str) -> impl Future<Output = Option<String>> + Send;

    /// Writes to standard output, exactly this.
    fn print(&self, text: &str);

    /// Writes these bytes to standard output. Where output is lines of text, what is no UTF-8 becomes
    /// `�`.
    fn print_bytes(&self, bytes: &[u8]);

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

    /// The folder at this path, made first when `create` says so. In a simulation it is a folder of
    /// the host's own disk, which begins with the files of the lab.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`], [`io::ErrorKind::NotADirectory`], [`io::ErrorKind::PermissionDenied`]
    /// and whatever else the system says.
    fn folder(
        &self,
        path: &str,
        create: bool,
    ) -> impl Future<Output = io::Result<Self::Folder>> + Send;

    /// Where the programs of this user keep what they remember (certificates, fingerprints of servers),
    /// made when it is not there: `$LANTERNET_HOME`, or else `lanternet` in the user's folder for
    /// configuration; in a simulation `.lanternet` on the host's disk.
    ///
    /// # Errors
    /// As [`Console::folder`].
    fn state_folder(&self) -> impl Future<Output = io::Result<Self::Folder>> + Send;

    /// Ready once somebody asks the program to stop, as Ctrl-C does a server. A server then finishes
    /// what it may and ends. In a simulation nobody asks.
    fn stop_requested(&self) -> impl Future<Output = ()> + Send;

    /// Opens a file that the user named, to read; links are followed wherever they lead. A path in a
    /// simulation is as in [`Console::folder`].
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`], [`io::ErrorKind::IsADirectory`] for what is no file, and whatever
    /// else the system says.
    fn open_file(
        &self,
        path: &str,
    ) -> impl Future<Output = io::Result<<Self::Folder as Folder>::File>> + Send {
        async move {
            let (folder, name) = match path.trim_end_matches('/').rsplit_once('/') {
                Some((folder, name)) => (folder, name),
                None => ("", path.trim_end_matches('/')),
            };
            if matches!(name, "" | "." | "..") {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            self.folder(folder, false).await?.open(name, Open::Read).await
        }
    }

    /// Shows how things stand, on a terminal, in place of what it showed before and below what is
    /// printed; nothing for an empty line. `false` where there is no terminal: then nobody saw it.
    fn status(&self, _line: &str) -> bool {
        false
    }

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
