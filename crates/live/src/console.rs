//! The terminal, or whatever standard input and output are.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lanternet_apps::Console;
use lanternet_apps::files::Found;
use tokio::io::{AsyncBufReadExt, BufReader, Stdin};
use tokio::sync::{Mutex, watch};

use crate::disk::{OsFile, OsFolder};
use crate::files::look_in;

/// Standard input, output and error of this process, and the files of this machine.
#[derive(Clone, Debug)]
pub struct Terminal {
    input: Arc<Mutex<BufReader<Stdin>>>,
    stop: watch::Receiver<bool>,
    /// The last line of a terminal, which changes.
    status: ProgressBar,
}

impl Terminal {
    /// The streams of this process; programs are asked to stop once `stop` is true. To be made inside
    /// a tokio runtime.
    pub fn new(stop: watch::Receiver<bool>) -> Self {
        let input = Arc::new(Mutex::new(BufReader::new(tokio::io::stdin())));
        // Draws nothing where there is no terminal.
        let status = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
            status.set_style(style);
        }
        Self { input, stop, status }
    }
}

impl Console for Terminal {
    type Folder = OsFolder;

    async fn read_line(&self) -> Option<String> {
        // Standard input that cannot be read, or is no text, has ended.
        let mut line = String::new();
        let length = self.input.lock().await.read_line(&mut line).await.ok()?;
        if length == 0 {
            return None;
        }
        let line = line.strip_suffix('\n').unwrap_or(&line);
        Some(line.strip_suffix('\r').unwrap_or(line).to_owned())
    }

    async fn read_bytes(&self) -> io::Result<Vec<u8>> {
        let mut input = self.input.lock().await;
        let bytes = input.fill_buf().await?.to_vec();
        input.consume(bytes.len());
        Ok(bytes)
    }

    async fn read_secret(&self, prompt: &str) -> Option<String> {
        if !io::stdin().is_terminal() {
            return self.read_line().await;
        }
        let prompt = prompt.to_owned();
        let asking = tokio::task::spawn_blocking(move || rpassword::prompt_password(prompt));
        asking.await.ok()?.ok()
    }

    fn print(&self, text: &str) {
        self.print_bytes(text.as_bytes());
    }

    fn print_bytes(&self, bytes: &[u8]) {
        // Whoever reads may have left; a server goes on all the same.
        self.status.suspend(|| {
            let mut out = io::stdout().lock();
            let _ = out.write_all(bytes).and_then(|()| out.flush());
        });
    }

    fn error(&self, line: &str) {
        self.status.suspend(|| {
            let _ = writeln!(io::stderr().lock(), "{line}");
        });
    }

    async fn read_file(&self, path: &str) -> io::Result<Arc<[u8]>> {
        tokio::fs::read(path).await.map(Into::into)
    }

    async fn open_file(&self, path: &str) -> io::Result<OsFile> {
        OsFile::at(path.into()).await
    }

    fn status(&self, line: &str) -> bool {
        if self.status.is_hidden() {
            return false;
        }
        if line.is_empty() && self.status.message().is_empty() {
            return true;
        }
        self.status.set_message(line.to_owned());
        self.status.tick();
        true
    }

    async fn look_in(&self, folder: &str, path: &str) -> io::Result<Found> {
        let (folder, path) = (PathBuf::from(folder), path.to_owned());
        let looking = tokio::task::spawn_blocking(move || look_in(&folder, &path));
        looking.await.map_err(io::Error::other)?
    }

    async fn folder(&self, path: &str, create: bool) -> io::Result<OsFolder> {
        OsFolder::at(path.into(), create).await
    }

    async fn state_folder(&self) -> io::Result<OsFolder> {
        OsFolder::of_state().await
    }

    async fn stop_requested(&self) {
        // Whoever could ask is gone: nobody will.
        if self.stop.clone().wait_for(|stop| *stop).await.is_err() {
            std::future::pending().await
        }
    }
}
