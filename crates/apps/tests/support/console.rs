//! Standard streams in memory.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

use lanternet_apps::Console;
use lanternet_apps::files::Found;
use lanternet_live::OsFolder;
use tokio::sync::Notify;

/// Lines to read, and everything that was printed.
#[derive(Clone, Default)]
pub struct MemoryConsole {
    input: Arc<Mutex<VecDeque<String>>>,
    output: Arc<Mutex<String>>,
    errors: Arc<Mutex<String>>,
    printed: Arc<Notify>,
}

impl MemoryConsole {
    pub fn with_input(lines: &[&str]) -> Self {
        let console = Self::default();
        console.input.lock().unwrap().extend(lines.iter().map(|line| (*line).to_owned()));
        console
    }

    pub fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }

    /// Waits until this was printed; gives all that was.
    pub async fn wait_for(&self, text: &str) -> String {
        let waiting = async {
            loop {
                let printed = self.printed.notified();
                if self.output().contains(text) {
                    return self.output();
                }
                printed.await;
            }
        };
        match tokio::time::timeout(std::time::Duration::from_secs(20), waiting).await {
            Ok(output) => output,
            Err(_) => panic!("`{text}` was never printed, but\n{}{}", self.output(), self.errors()),
        }
    }

    pub fn errors(&self) -> String {
        self.errors.lock().unwrap().clone()
    }
}

impl Console for MemoryConsole {
    type Folder = OsFolder;

    async fn read_bytes(&self) -> io::Result<Vec<u8>> {
        Ok(self.read_line().await.map_or_else(Vec::new, |line| format!("{line}\n").into_bytes()))
    }

    async fn read_secret(&self, _: &str) -> Option<String> {
        self.read_line().await
    }

    fn print_bytes(&self, bytes: &[u8]) {
        self.print(&String::from_utf8_lossy(bytes));
    }

    async fn folder(&self, path: &str, create: bool) -> io::Result<OsFolder> {
        OsFolder::at(path.into(), create).await
    }

    async fn state_folder(&self) -> io::Result<OsFolder> {
        Err(io::ErrorKind::NotFound.into())
    }

    async fn stop_requested(&self) {
        std::future::pending().await
    }

    async fn read_line(&self) -> Option<String> {
        self.input.lock().unwrap().pop_front()
    }

    fn print(&self, text: &str) {
        self.output.lock().unwrap().push_str(text);
        self.printed.notify_waiters();
    }

    fn error(&self, line: &str) {
        self.errors.lock().unwrap().push_str(&format!("{line}\n"));
    }

    async fn read_file(&self, path: &str) -> io::Result<Arc<[u8]>> {
        std::fs::read(path).map(Into::into)
    }

    async fn look_in(&self, folder: &str, path: &str) -> io::Result<Found> {
        lanternet_live::look_in(folder.as_ref(), path)
    }
}
