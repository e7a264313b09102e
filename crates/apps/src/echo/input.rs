//! The client's messages: from `--say`, or from standard input.

use super::ConnectArgs;
use crate::console::Console;

pub(super) struct Messages<'a, C> {
    console: &'a C,
    say: &'a [String],
    /// Messages of `--say` still to come.
    left: u64,
}

impl<'a, C: Console> Messages<'a, C> {
    pub(super) fn new(console: &'a C, args: &'a ConnectArgs) -> Self {
        let left = args.say.len() as u64 * u64::from(args.repeat);
        Self { console, say: &args.say, left }
    }

    pub(super) async fn next(&mut self) -> Option<String> {
        let length = self.say.len() as u64;
        if length == 0 {
            return self.console.read_line().await;
        }
        self.left = self.left.checked_sub(1)?;
        // Counted down, so that the remainder from the end is the place from the start.
        let index = (length - 1) - self.left % length;
        self.say.get(index as usize).cloned()
    }
}
