//! Frames over a stream.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::protocol::{DATA, HEADER, MAGIC, Malformed, Side, header};
use crate::text;

/// Bytes that are read ahead. What is longer goes where it belongs without a copy.
const AHEAD: usize = 8 * 1024;

/// A stream that is read frame by frame and written as it is.
#[derive(Debug)]
pub(super) struct Wire<T> {
    pub(super) stream: T,
    side: Side,
    ahead: Box<[u8; AHEAD]>,
    start: usize,
    end: usize,
    /// What ended the stream inside the frame before, of which a part was given.
    broken: Option<io::Error>,
}

pub(super) fn invalid(error: Malformed) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

impl<T: AsyncRead + Unpin> Wire<T> {
    /// Frames of this side come over it.
    pub(super) fn new(stream: T, side: Side) -> Self {
        Self { stream, side, ahead: Box::new([0; AHEAD]), start: 0, end: 0, broken: None }
    }

    /// The next frame; `None` when the peer has sent FIN. Of data that are cut, what came, and the error
    /// next time. Dropping the future may lose bytes.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] with a [`Malformed`] for what no frame begins with,
    /// [`io::ErrorKind::UnexpectedEof`] for one that is cut.
    pub(super) async fn next(&mut self) -> io::Result<Option<(u8, Vec<u8>)>> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        if !self.has_header().await? {
            return Ok(None);
        }
        let head = self.peek();
        let (kind, length) = header(self.side, head).map_err(invalid)?;
        self.start += HEADER;
        let mut body = vec![0; length];
        let here = length.min(self.end - self.start);
        body[..here].copy_from_slice(&self.ahead[self.start..self.start + here]);
        self.start += here;
        let mut at = here;
        while at < length {
            let error = match self.stream.read(&mut body[at..]).await {
                Ok(0) => io::ErrorKind::UnexpectedEof.into(),
                Ok(more) => {
                    at += more;
                    continue;
                }
                Err(error) => error,
            };
            if kind != DATA || at == 0 {
                return Err(error);
            }
            // A part of a file's bytes is as good as all of them.
            body.truncate(at);
            self.broken = Some(error);
            break;
        }
        Ok(Some((kind, body)))
    }

    /// The first frame of a conversation, which begins with [`MAGIC`]; who sends something else is
    /// told so in words about it.
    pub(super) async fn first(&mut self) -> io::Result<Option<(u8, Vec<u8>)>> {
        while self.end - self.start < HEADER + MAGIC.len() {
            let waiting = &self.ahead[self.start..self.end];
            let expected = [&[1, 0, 0, 0, 10][..], &MAGIC].concat();
            if !expected.starts_with(waiting) || !self.more().await? {
                break;
            }
        }
        let waiting = &self.ahead[self.start..self.end];
        match waiting {
            [] => Ok(None),
            [1, _, _, _, _, magic @ ..] if magic.starts_with(&MAGIC) => self.next().await,
            _ => Err(invalid(Malformed::Stranger(text::preview(waiting)))),
        }
    }

    /// Whether a header has come; an error when only a part of one did.
    async fn has_header(&mut self) -> io::Result<bool> {
        while self.end - self.start < HEADER {
            if !self.more().await? {
                return match self.end - self.start {
                    0 => Ok(false),
                    _ => Err(io::ErrorKind::UnexpectedEof.into()),
                };
            }
        }
        Ok(true)
    }

    fn peek(&self) -> [u8; HEADER] {
        let mut head = [0; HEADER];
        head.copy_from_slice(&self.ahead[self.start..self.start + HEADER]);
        head
    }

    async fn more(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.ahead.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let length = self.stream.read(&mut self.ahead[self.end..]).await?;
        self.end += length;
        Ok(length > 0)
    }
}

impl<T: AsyncWrite + Unpin> Wire<T> {
    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }
}
