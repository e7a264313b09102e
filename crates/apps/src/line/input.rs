//! What is sent: texts of the command line, or standard input.

use std::io;

use lanternet_core::Duration;

use super::Args;
use crate::console::Console;
use crate::sockets::Sockets;

/// What is sent, piece by piece.
pub(super) struct Input<'a, S, C> {
    sockets: &'a S,
    console: &'a C,
    args: &'a Args,
    said: usize,
    ends: LineEnds,
}

impl<'a, S: Sockets, C: Console> Input<'a, S, C> {
    pub(super) fn new(sockets: &'a S, console: &'a C, args: &'a Args) -> Self {
        Self { sockets, console, args, said: 0, ends: LineEnds::default() }
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.args.say.is_empty() {
            let bytes = self.console.read_bytes().await?;
            let piece = if self.args.crlf { self.ends.with_crlf(&bytes) } else { bytes };
            return Ok(Some(piece).filter(|piece| !piece.is_empty()));
        }
        let Some(text) = self.args.say.get(self.said) else { return Ok(None) };
        if self.said > 0 {
            self.sockets.sleep(self.args.interval.unwrap_or(Duration::ZERO)).await;
        }
        self.said += 1;
        let end = match (self.args.no_line_end, self.args.crlf) {
            (true, _) => "",
            (false, true) => "\r\n",
            (false, false) => "\n",
        };
        Ok(Some(format!("{text}{end}").into_bytes()))
    }
}

/// Line ends of a stream that comes in pieces.
#[derive(Debug, Default)]
struct LineEnds {
    /// The last piece ended with CR.
    after_cr: bool,
}

impl LineEnds {
    /// The same bytes with a CR before each LF that has none.
    fn with_crlf(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16 + 1);
        for byte in bytes {
            if *byte == b'\n' && !self.after_cr {
                out.push(b'\r');
            }
            out.push(*byte);
            self.after_cr = *byte == b'\r';
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_gets_its_cr_once_also_across_pieces() {
        let mut ends = LineEnds::default();
        assert_eq!(ends.with_crlf(b"a\nb\r\n\n"), b"a\r\nb\r\n\r\n");
        assert_eq!(ends.with_crlf(b"c\r"), b"c\r");
        assert_eq!(ends.with_crlf(b"\nd"), b"\nd");
    }
}
