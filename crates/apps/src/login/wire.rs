//! Lines from a stream, in memory that is overwritten: some of them are passwords.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use zeroize::{Zeroize, Zeroizing};

use super::protocol::Prompt;

/// What a server said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// A line, or the end.
    Line(Line),
    /// It waits for an answer.
    Prompt(Prompt),
}

/// A connection, read by lines. It can be read by bytes too, so that another protocol can have it for a
/// time; nothing that arrived is lost between the two.
#[derive(Debug)]
pub(super) struct Lines<T> {
    stream: T,
    /// What has arrived and was not taken. One line and its end fit, and no more.
    buffer: Zeroizing<Vec<u8>>,
    /// What one read returns is a line.
    raw: bool,
    /// The longest line, in bytes.
    limit: usize,
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line without its end.
    Text(Zeroizing<Vec<u8>>),
    /// More than the limit without an end.
    TooLong,
    /// The peer has sent FIN.
    End,
}

impl<T: AsyncRead + Unpin> Lines<T> {
    /// Lines of at most `limit` bytes; see [`super::ServeArgs::raw`].
    pub(super) fn new(stream: T, raw: bool, limit: usize) -> Self {
        // As much as it will ever hold, so that it never moves and leaves a copy behind.
        let buffer = Zeroizing::new(Vec::with_capacity(limit + 2));
        Self { stream, buffer, raw, limit }
    }

    /// The next line. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> io::Result<Line> {
        loop {
            if let Some(line) = self.whole_line() {
                return Ok(line);
            }
            let whole = self.buffer.len();
            if self.raw && whole > 0 {
                return Ok(Line::Text(self.take(whole, whole)));
            }
            if !self.fill().await? {
                return Ok(self.rest());
            }
        }
    }

    /// The next line, or the prompt that has arrived and behind which nothing has.
    pub(super) async fn next_said(&mut self) -> io::Result<Said> {
        loop {
            if let Some(line) = self.whole_line() {
                return Ok(Said::Line(line));
            }
            let prompt = |prompt: &Prompt| *self.buffer == prompt.text().as_bytes();
            if let Some(prompt) = Prompt::ALL.into_iter().find(prompt) {
                self.forget(self.buffer.len());
                return Ok(Said::Prompt(prompt));
            }
            if !self.fill().await? {
                return Ok(Said::Line(self.rest()));
            }
        }
    }

    /// A line that is here, or the news that it is too long.
    fn whole_line(&mut self) -> Option<Line> {
        if let Some(end) = self.buffer.iter().position(|&byte| byte == b'\n') {
            // A carriage return may come on top of the longest line.
            return Some(match end > self.limit + 1 {
                true => Line::TooLong,
                false => Line::Text(self.take(end, end + 1)),
            });
        }
        (self.buffer.len() > self.limit + 1).then_some(Line::TooLong)
    }

    /// A last line without its end is one.
    fn rest(&mut self) -> Line {
        match self.buffer.len() {
            0 => Line::End,
            whole => Line::Text(self.take(whole, whole)),
        }
    }

    /// Reads what fits; whether there was something.
    async fn fill(&mut self) -> io::Result<bool> {
        let mut room = Zeroizing::new([0; 512]);
        let most = room.len().min(self.limit + 2 - self.buffer.len());
        let length = self.stream.read(&mut room[..most]).await?;
        self.buffer.extend_from_slice(&room[..length]);
        Ok(length > 0)
    }

    /// The first bytes, up to `end`, without a carriage return there; what is before `next` is forgotten.
    fn take(&mut self, end: usize, next: usize) -> Zeroizing<Vec<u8>> {
        let line = &self.buffer[..end];
        let line = Zeroizing::new(line.strip_suffix(b"\r").unwrap_or(line).to_vec());
        self.forget(next);
        line
    }

    /// Takes the first bytes out, and overwrites where the last ones were.
    fn forget(&mut self, bytes: usize) {
        let rest = self.buffer.len() - bytes;
        self.buffer.copy_within(bytes.., 0);
        self.buffer[rest..].zeroize();
        self.buffer.truncate(rest);
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Lines<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.buffer.is_empty() {
            return Pin::new(&mut this.stream).poll_read(cx, buffer);
        }
        let length = this.buffer.len().min(buffer.remaining());
        buffer.put_slice(&this.buffer[..length]);
        this.forget(length);
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Lines<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 1024;

    async fn all(bytes: &[u8], raw: bool) -> Vec<Line> {
        let mut lines = Lines::new(bytes, raw, LIMIT);
        let mut found = Vec::new();
        loop {
            let line = lines.next().await.unwrap();
            let over = matches!(line, Line::End | Line::TooLong);
            found.push(line);
            if over {
                return found;
            }
        }
    }

    fn text(bytes: &[u8]) -> Line {
        Line::Text(Zeroizing::new(bytes.to_vec()))
    }

    #[tokio::test]
    async fn lines_end_with_a_line_feed_and_the_last_may_lack_it() {
        let expected = vec![text(b"alice"), text(b""), text(b"pass\rword"), text(b"q"), Line::End];
        assert_eq!(all(b"alice\r\n\npass\rword\nq", false).await, expected);
    }

    #[tokio::test]
    async fn a_line_has_an_end_in_time_or_is_refused() {
        let longest = vec![b'x'; LIMIT];
        let line = [&longest[..], b"\n"].concat();
        assert_eq!(all(&line, false).await, [text(&longest), Line::End]);
        let endless = vec![b'x'; LIMIT + 2];
        assert_eq!(all(&endless, false).await, [Line::TooLong]);
    }

    #[tokio::test]
    async fn raw_takes_what_a_read_returns_and_still_knows_line_ends() {
        assert_eq!(all(b"alice", true).await, [text(b"alice"), Line::End]);
        assert_eq!(all(b"alice\nsecret", true).await, [text(b"alice"), text(b"secret"), Line::End]);
    }

    #[tokio::test]
    async fn a_prompt_is_a_line_without_an_end_behind_which_nothing_comes() {
        let mut lines = Lines::new(&b"Hello.\nyou: "[..], false, LIMIT);
        assert_eq!(lines.next_said().await.unwrap(), Said::Line(text(b"Hello.")));
        assert_eq!(lines.next_said().await.unwrap(), Said::Prompt(Prompt::You));
        assert_eq!(lines.next_said().await.unwrap(), Said::Line(Line::End));
    }

    #[tokio::test]
    async fn another_protocol_gets_the_bytes_that_came_with_a_line() {
        let mut lines = Lines::new(&b"upload\n\x00\x01rest"[..], false, LIMIT);
        assert_eq!(lines.next().await.unwrap(), text(b"upload"));
        let mut rest = Vec::new();
        lines.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"\x00\x01rest");
    }
}
