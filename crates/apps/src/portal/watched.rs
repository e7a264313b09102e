//! A connection whose peer has to read what it asked for.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use lanternet_core::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::sockets::Sockets;

/// A stream that remembers since when a write waits for the peer.
pub(super) struct Watched<S, T> {
    sockets: S,
    stream: T,
    waits: Arc<Waits>,
}

/// Since when a write waits, in nanoseconds of the host's clock; [`NOT`] when none does.
#[derive(Debug)]
pub(super) struct Waits(AtomicU64);

/// No write waits.
const NOT: u64 = u64::MAX;

impl<S: Sockets, T> Watched<S, T> {
    /// This stream, and what tells about its writes.
    pub(super) fn new(sockets: &S, stream: T) -> (Self, Arc<Waits>) {
        let waits = Arc::new(Waits(AtomicU64::new(NOT)));
        (Self { sockets: sockets.clone(), stream, waits: Arc::clone(&waits) }, waits)
    }

    fn note<R>(&self, done: Poll<R>) -> Poll<R> {
        let Waits(since) = &*self.waits;
        match &done {
            Poll::Ready(_) => since.store(NOT, Ordering::Relaxed),
            Poll::Pending if since.load(Ordering::Relaxed) == NOT => {
                since.store(self.sockets.now().nanos(), Ordering::Relaxed);
            }
            Poll::Pending => {}
        }
        done
    }
}

/// Nothing in it is pinned.
impl<S, T> Unpin for Watched<S, T> {}

impl Waits {
    /// Ready once a write has waited for so long.
    pub(super) async fn too_long<S: Sockets>(&self, sockets: &S, limit: Duration) {
        loop {
            let now = sockets.now();
            let waited = match self.0.load(Ordering::Relaxed) {
                NOT => Duration::ZERO,
                since => now.since(Instant::from_nanos(since)),
            };
            if waited >= limit {
                return;
            }
            sockets.sleep(limit.saturating_sub(waited)).await;
        }
    }
}

impl<S: Sockets, T: AsyncRead + Unpin> AsyncRead for Watched<S, T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: Sockets, T: AsyncWrite + Unpin> AsyncWrite for Watched<S, T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(done)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(cx);
        self.note(done)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.note(done)
    }
}
