//! Standard streams in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use lanternet_apps::Console;

/// Lines to read, and everything that was printed.
#[derive(Clone, Default)]
pub struct MemoryConsole {
    input: Arc<Mutex<VecDeque<String>>>,
    output: Arc<Mutex<String>>,
    errors: Arc<Mutex<String>>,
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

    pub fn errors(&self) -> String {
        self.errors.lock().unwrap().clone()
    }
}

impl Console for MemoryConsole {
    async fn read_line(&self) -> Option<String> {
        self.input.lock().unwrap().pop_front()
    }

    fn print(&self, text: &str) {
        self.output.lock().unwrap().push_str(text);
    }

    fn error(&self, line: &str) {
        self.errors.lock().unwrap().push_str(&format!("{line}\n"));
    }
}
