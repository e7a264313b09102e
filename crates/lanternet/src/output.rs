//! Standard output, buffered.

use std::io::{self, BufWriter, IsTerminal, LineWriter, Write};

/// Standard output: line by line on a terminal, in blocks into a file or a pipe. Writing fails, rather
/// than panics, when the reader has gone.
pub(crate) fn stdout() -> Box<dyn Write> {
    let stdout = io::stdout();
    if stdout.is_terminal() {
        Box::new(LineWriter::new(stdout))
    } else {
        Box::new(BufWriter::new(stdout))
    }
}
