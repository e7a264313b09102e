//! One connection in two hands: one task reads, another writes.
//!
//! [`tokio::io::split`] alone would keep the connection whole until both halves are gone, so that a
//! program that has dropped its writing half still has not told the peer. Here it has, as with the halves
//! of tokio's own connections.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The half that reads. Dropping it tells the peer nothing; what arrives is kept until the other half is
/// gone too.
#[derive(Debug)]
pub struct ReadHalf<T>(tokio::io::ReadHalf<T>);

/// The half that writes. Dropping it sends FIN, as `poll_shutdown` does (half-close): the peer can go on
/// sending.
#[derive(Debug)]
pub struct WriteHalf<T: AsyncWrite> {
    /// `None` only in [`ReadHalf::reunite`].
    half: Option<tokio::io::WriteHalf<T>>,
    shut: bool,
}

/// Two halves of one connection. It is closed once both are gone.
pub fn split<T: AsyncRead + AsyncWrite>(stream: T) -> (ReadHalf<T>, WriteHalf<T>) {
    let (reader, writer) = tokio::io::split(stream);
    (ReadHalf(reader), WriteHalf { half: Some(writer), shut: false })
}

impl<T: AsyncWrite + Unpin> ReadHalf<T> {
    /// The whole connection again, such as for [`abort`](crate::sockets::TcpStream::abort).
    ///
    /// # Panics
    /// When the two are halves of different connections, which is a bug of the caller.
    pub fn reunite(self, mut writer: WriteHalf<T>) -> T {
        let Some(half) = writer.half.take() else { unreachable!("taken here and nowhere else") };
        self.0.unsplit(half)
    }
}

impl<T: AsyncRead> AsyncRead for ReadHalf<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl<T: AsyncWrite> AsyncWrite for WriteHalf<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.half {
            Some(half) => Pin::new(half).poll_write(cx, bytes),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.half {
            Some(half) => Pin::new(half).poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(half) = &mut self.half else { return Poll::Ready(Ok(())) };
        let done = Pin::new(half).poll_shutdown(cx);
        self.shut |= matches!(done, Poll::Ready(Ok(())));
        done
    }
}

impl<T: AsyncWrite> Drop for WriteHalf<T> {
    fn drop(&mut self) {
        if let (Some(half), false) = (&mut self.half, self.shut) {
            // A connection shuts at once. A layer above it, such as TLS, says good-bye as far as that goes
            // without waiting; whoever needs more asks for it and waits.
            let _ = Pin::new(half).poll_shutdown(&mut Context::from_waker(Waker::noop()));
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn dropping_the_writing_half_ends_one_direction_only() {
        let (near, mut far) = tokio::io::duplex(64);
        let (mut reader, mut writer) = split(near);
        writer.write_all(b"question").await.unwrap();
        drop(writer);
        let mut question = String::new();
        far.read_to_string(&mut question).await.unwrap();
        assert_eq!(question, "question");
        far.write_all(b"answer").await.unwrap();
        drop(far);
        let mut answer = String::new();
        reader.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "answer");
    }

    #[tokio::test]
    async fn reuniting_says_nothing_to_the_peer() {
        let (near, mut far) = tokio::io::duplex(64);
        let (reader, writer) = split(near);
        let mut whole = reader.reunite(writer);
        whole.write_all(b"still open").await.unwrap();
        let mut bytes = [0; 10];
        far.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"still open");
    }
}
