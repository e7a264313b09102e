//! The standard streams of a program in a play: what it reads, what it wrote.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lanternet_apps::files::Found;
use lanternet_apps::{Console, Simulated};
use lanternet_live::OsFolder;
use tokio::sync::{Notify, watch};

/// What a program finds on its standard input, in order.
#[derive(Clone, Debug, Default)]
pub struct Input(VecDeque<Item>);

#[derive(Clone, Debug)]
enum Item {
    Line(String),
    After(String),
}

impl Input {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Then this line.
    #[must_use]
    pub fn line(mut self, line: &str) -> Self {
        self.0.push_back(Item::Line(line.to_owned()));
        self
    }

    /// Nothing more before the program's output, of both streams, has this in it: as a person who waits
    /// for a prompt. Each is looked for behind the one before it.
    #[must_use]
    pub fn after(mut self, text: &str) -> Self {
        self.0.push_back(Item::After(text.to_owned()));
        self
    }

    /// Nothing more, and no end of input: as a person who does not type.
    #[must_use]
    pub fn open(self) -> Self {
        self.after("\0 never printed")
    }
}

impl From<&[&str]> for Input {
    fn from(lines: &[&str]) -> Self {
        lines.iter().fold(Self::new(), |input, line| input.line(line))
    }
}

impl<const N: usize> From<&[&str; N]> for Input {
    fn from(lines: &[&str; N]) -> Self {
        Self::from(&lines[..])
    }
}

/// The streams of one program. Clones are the same streams.
#[derive(Clone, Debug)]
pub(super) struct Streams(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// For the program, which waits for what it prints itself.
    changed: Notify,
    /// For the test, on another thread.
    seen: Condvar,
    stop: watch::Sender<bool>,
    kill: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    input: VecDeque<Item>,
    output: String,
    errors: String,
    /// Both streams as they came, for [`Item::After`].
    both: String,
    /// How much of `both` was looked through.
    looked: usize,
    code: Option<u8>,
}

impl Streams {
    pub(super) fn new(input: Input) -> Self {
        let state = State { input: input.0, ..State::default() };
        let ((stop, _), (kill, _)) = (watch::channel(false), watch::channel(false));
        let shared = Shared {
            state: Mutex::new(state),
            changed: Notify::new(),
            seen: Condvar::new(),
            stop,
            kill,
        };
        Self(Arc::new(shared))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.0.changed.notify_waiters();
        self.0.seen.notify_all();
    }

    pub(super) fn output(&self) -> String {
        self.state().output.clone()
    }

    pub(super) fn errors(&self) -> String {
        self.state().errors.clone()
    }

    pub(super) fn code(&self) -> Option<u8> {
        self.state().code
    }

    pub(super) fn ended(&self, code: u8) {
        self.change(|state| state.code = Some(code));
    }

    pub(super) fn ask_to_stop(&self) {
        self.0.stop.send_replace(true);
    }

    pub(super) fn kill(&self) {
        self.0.kill.send_replace(true);
    }

    /// Waits, on this thread, until `found` finds something or the program has ended or the time is
    /// over.
    pub(super) fn wait<T>(&self, limit: Duration, found: impl Fn(&Self) -> Option<T>) -> Option<T> {
        let until = Instant::now() + limit;
        loop {
            let ended = self.code().is_some();
            if let Some(found) = found(self) {
                return Some(found);
            }
            let left = until.saturating_duration_since(Instant::now());
            if ended || left.is_zero() {
                return None;
            }
            // Something may have changed since `found` looked: not for long.
            let wait = left.min(Duration::from_millis(5));
            drop(self.0.seen.wait_timeout(self.state(), wait));
        }
    }

    pub(super) async fn killed(&self) {
        is_true(&self.0.kill).await;
    }

    async fn stop_requested(&self) {
        is_true(&self.0.stop).await;
    }

    async fn read_line(&self) -> Option<String> {
        loop {
            let changed = self.0.changed.notified();
            if let Some(line) = self.state().next_line() {
                return line;
            }
            changed.await;
        }
    }

    fn print(&self, text: &str) {
        self.change(|state| {
            state.output.push_str(text);
            state.both.push_str(text);
        });
    }

    fn error(&self, line: &str) {
        let line = format!("{line}\n");
        self.change(|state| {
            state.errors.push_str(&line);
            state.both.push_str(&line);
        });
    }
}

async fn is_true(sender: &watch::Sender<bool>) {
    if sender.subscribe().wait_for(|value| *value).await.is_err() {
        std::future::pending().await
    }
}

impl State {
    /// The next line or the end; `None` while neither may be read.
    fn next_line(&mut self) -> Option<Option<String>> {
        while let Some(Item::After(text)) = self.input.front() {
            let at = self.both[self.looked..].find(text.as_str())?;
            self.looked += at + text.len();
            self.input.pop_front();
        }
        Some(match self.input.pop_front() {
            Some(Item::Line(line)) => Some(line),
            _ => None,
        })
    }
}

fn with_line_end(line: Option<String>) -> Vec<u8> {
    line.map_or_else(Vec::new, |line| format!("{line}\n").into_bytes())
}

/// A console whose files are those of a folder of this machine.
#[derive(Clone, Debug)]
pub(super) struct InFolder {
    pub(super) streams: Streams,
    pub(super) root: Arc<PathBuf>,
}

impl Console for InFolder {
    type Folder = OsFolder;

    async fn read_line(&self) -> Option<String> {
        self.streams.read_line().await
    }

    async fn read_bytes(&self) -> io::Result<Vec<u8>> {
        Ok(with_line_end(self.streams.read_line().await))
    }

    async fn read_secret(&self, _: &str) -> Option<String> {
        self.streams.read_line().await
    }

    fn print(&self, text: &str) {
        self.streams.print(text);
    }

    fn print_bytes(&self, bytes: &[u8]) {
        self.streams.print(&String::from_utf8_lossy(bytes));
    }

    fn error(&self, line: &str) {
        self.streams.error(line);
    }

    async fn read_file(&self, path: &str) -> io::Result<Arc<[u8]>> {
        std::fs::read(self.root.join(path)).map(Into::into)
    }

    async fn look_in(&self, folder: &str, path: &str) -> io::Result<Found> {
        lanternet_live::look_in(&self.root.join(folder), path)
    }

    async fn folder(&self, path: &str, create: bool) -> io::Result<OsFolder> {
        OsFolder::at(self.root.join(path), create).await
    }

    async fn state_folder(&self) -> io::Result<OsFolder> {
        self.folder(".lanternet", true).await
    }

    async fn stop_requested(&self) {
        self.streams.stop_requested().await;
    }
}

/// The console of a simulated host, which can also be asked to stop.
#[derive(Clone, Debug)]
pub(super) struct OnHost {
    pub(super) streams: Streams,
    pub(super) host: Simulated,
}

impl Console for OnHost {
    type Folder = lanternet_apps::disk::Memory;

    async fn read_line(&self) -> Option<String> {
        self.streams.read_line().await
    }

    async fn read_bytes(&self) -> io::Result<Vec<u8>> {
        Ok(with_line_end(self.streams.read_line().await))
    }

    async fn read_secret(&self, _: &str) -> Option<String> {
        self.streams.read_line().await
    }

    fn print(&self, text: &str) {
        Console::print(&self.host, text);
        self.streams.print(text);
    }

    fn print_bytes(&self, bytes: &[u8]) {
        self.print(&String::from_utf8_lossy(bytes));
    }

    fn error(&self, line: &str) {
        Console::error(&self.host, line);
        self.streams.error(line);
    }

    async fn read_file(&self, path: &str) -> io::Result<Arc<[u8]>> {
        self.host.read_file(path).await
    }

    async fn look_in(&self, folder: &str, path: &str) -> io::Result<Found> {
        self.host.look_in(folder, path).await
    }

    async fn folder(&self, path: &str, create: bool) -> io::Result<Self::Folder> {
        self.host.folder(path, create).await
    }

    async fn state_folder(&self) -> io::Result<Self::Folder> {
        self.host.state_folder().await
    }

    async fn stop_requested(&self) {
        self.streams.stop_requested().await;
    }
}
