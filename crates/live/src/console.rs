//! The terminal, or whatever standard input and output are.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use lanternet_apps::Console;
use lanternet_apps::files::Found;
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};
use tokio::sync::Mutex;

use crate::files::look_in;

/// Standard input, output and error of this process, and the files of this machine.
#[derive(Clone, Debug)]
pub struct Terminal {
    input: Arc<Mutex<Lines<BufReader<Stdin>>>>,
}

impl Terminal {
    /// The streams of this process. To be made inside a tokio runtime.
    pub fn new() -> Self {
        Self { input: Arc::new(Mutex::new(BufReader::new(tokio::io::stdin()).lines())) }
    }
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

impl Console for Terminal {
    async fn read_line(&self) -> Option<String> {
        // Standard input that cannot be read, or is no text, has ended.
        self.input.lock().await.next_line().await.ok().flatten()
    }

    fn print(&self, text: &str) {
        // Whoever reads may have left; a server goes on all the same.
        let mut out = io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    fn error(&self, line: &str) {
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    async fn read_file(&self, path: &str) -> io::Result<Arc<[u8]>> {
        tokio::fs::read(path).await.map(Into::into)
    }

    async fn look_in(&self, folder: &str, path: &str) -> io::Result<Found> {
        let (folder, path) = (PathBuf::from(folder), path.to_owned());
        let looking = tokio::task::spawn_blocking(move || look_in(&folder, &path));
        looking.await.map_err(io::Error::other)?
    }
}
