//! Bodies that come, bounded in size and time, and bodies that go, read from a file as they go.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http_body_util::{BodyExt, Limited};
use hyper::StatusCode;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use lanternet_core::Duration;
use serde_json::Value;

use super::reply::Refused;
use crate::disk::OpenFile;
use crate::race::timeout;
use crate::sockets::Sockets;

/// The most bytes of a body that is no file; names have at most 1024.
const SMALL: usize = 16 * 1024;
/// It has so long to come.
const SMALL_TIME: Duration = Duration::from_secs(10);
/// A file is read in parts of so many bytes.
const PART: usize = 64 * 1024;

/// A body in JSON: an object.
pub(super) async fn object<S: Sockets>(sockets: &S, body: Incoming) -> Result<Value, Refused> {
    let collected = timeout(sockets, SMALL_TIME, Limited::new(body, SMALL).collect()).await;
    let bytes = match collected {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            let why = format!("expected at most {SMALL} bytes");
            return Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "request", why));
        }
        Ok(Err(error)) => return Err(Refused::bad(format!("the body is broken: {error}"))),
        Err(_) => {
            let why = format!("the body did not come within {SMALL_TIME}");
            return Err(Refused::new(StatusCode::REQUEST_TIMEOUT, "timeout", why));
        }
    };
    // The error may have a part of a password in it.
    let value = serde_json::from_slice(&bytes).ok().filter(Value::is_object);
    value.ok_or_else(|| Refused::bad("expected an object in JSON"))
}

type Reading = Pin<Box<dyn Future<Output = io::Result<Vec<u8>>> + Send>>;

/// So many bytes from the beginning of a file.
pub(super) struct FileBody<F> {
    file: Arc<F>,
    at: u64,
    end: u64,
    reading: Option<Reading>,
}

impl<F: OpenFile> FileBody<F> {
    pub(super) fn new(file: F, length: u64) -> Self {
        Self { file: Arc::new(file), at: 0, end: length, reading: None }
    }
}

impl<F: OpenFile> Body for FileBody<F> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        if this.at >= this.end {
            return Poll::Ready(None);
        }
        let (file, at) = (&this.file, this.at);
        let most = (this.end - at).min(PART as u64) as usize;
        let reading = this.reading.get_or_insert_with(|| {
            let file = Arc::clone(file);
            Box::pin(async move { file.read_at(at, most).await })
        });
        let read = ready!(reading.as_mut().poll(cx));
        this.reading = None;
        Poll::Ready(Some(match read {
            // It was made shorter meanwhile. What was announced cannot come any more.
            Ok(bytes) if bytes.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(bytes) => {
                this.at += bytes.len() as u64;
                Ok(Frame::data(bytes.into()))
            }
            Err(error) => Err(error),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.at >= self.end
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.end - self.at)
    }
}
