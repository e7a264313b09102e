//! Reads messages from a stream, whatever its framing.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::framing::{Decoder, Framing};

/// The most that one read takes, in bytes.
const CHUNK: usize = 16 * 1024;

/// The receiving half of a connection, as messages.
#[derive(Debug)]
pub struct MessageReader<R> {
    stream: R,
    decoder: Decoder,
    chunk: Vec<u8>,
    ended: bool,
}

impl<R: AsyncRead + Unpin> MessageReader<R> {
    /// Messages of at most `limit` bytes.
    pub fn new(stream: R, framing: Framing, limit: usize) -> Self {
        let chunk = vec![0; CHUNK];
        Self { stream, decoder: Decoder::new(framing, limit), chunk, ended: false }
    }

    /// The next message; `None` when the peer has sent FIN. Every read that returned bytes is shown
    /// to `on_read`. Bytes that break the framing are [`io::ErrorKind::InvalidData`] with a
    /// [`FrameError`](crate::framing::FrameError), a cut message is
    /// [`io::ErrorKind::UnexpectedEof`] with one. Dropping the future loses nothing.
    pub async fn next(&mut self, mut on_read: impl FnMut(&[u8])) -> io::Result<Option<Vec<u8>>> {
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        loop {
            if self.ended {
                return Ok(None);
            }
            if let Some(message) = self.decoder.next_message().map_err(invalid)? {
                return Ok(Some(message));
            }
            let length = self.stream.read(&mut self.chunk).await?;
            if length == 0 {
                self.ended = true;
                return self
                    .decoder
                    .finish()
                    .map_err(|error| io::Error::new(io::ErrorKind::UnexpectedEof, error));
            }
            on_read(&self.chunk[..length]);
            self.decoder.push(&self.chunk[..length]);
        }
    }
}
