//! Reads an answer from a connection (RFC 9112): head, then the body in whichever way it is framed.

use std::io;

use httparse::Status;
use tokio::io::{AsyncRead, AsyncReadExt};

/// A longer head or a longer body is refused.
const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
const MAX_BODY: usize = 16 * 1024 * 1024;
const CHUNK: usize = 16 * 1024;

/// Where a body ends (RFC 9112 section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunks,
    /// With the connection.
    Close,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: u16,
    /// The status line and the headers, as they came, without the empty line.
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
}

fn invalid(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Bytes of a connection that were not used yet.
pub(super) struct Reader<R> {
    stream: R,
    pending: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(super) const fn new(stream: R) -> Self {
        Self { stream, pending: Vec::new() }
    }

    /// Reads the next answer that is final; `no_body`: it answers HEAD.
    pub(super) async fn response(&mut self, no_body: bool) -> io::Result<Response> {
        loop {
            let (status, head, framing) = self.head().await?;
            match status {
                // RFC 9110 section 15.2: more follows. 101 was not asked for.
                100..200 if status != 101 => {}
                _ => {
                    let none = no_body || matches!(status, 204 | 304);
                    let body = if none { Vec::new() } else { self.body(framing).await? };
                    return Ok(Response { status, head, body });
                }
            }
        }
    }

    async fn head(&mut self) -> io::Result<(u16, Vec<u8>, Framing)> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
            let mut head = httparse::Response::new(&mut headers);
            let parsed = head
                .parse(&self.pending)
                .map_err(|error| invalid(format!("no HTTP answer: {error}")))?;
            if let Status::Complete(length) = parsed {
                let status = head.code.unwrap_or_default();
                let framing = framing(head.headers)?;
                let mut head: Vec<u8> = self.pending.drain(..length).collect();
                head.truncate(head.trim_ascii_end().len());
                return Ok((status, head, framing));
            }
            if self.pending.len() > MAX_HEAD {
                return Err(invalid(format!("a head of more than {MAX_HEAD} bytes")));
            }
            self.more("before its head does").await?;
        }
    }

    async fn body(&mut self, framing: Framing) -> io::Result<Vec<u8>> {
        match framing {
            Framing::Length(length) => self.take(length).await,
            Framing::Close => {
                while self.read().await? > 0 {
                    fits(self.pending.len())?;
                }
                Ok(std::mem::take(&mut self.pending))
            }
            Framing::Chunks => {
                let mut body = Vec::new();
                loop {
                    let size = self.chunk_size().await?;
                    if size == 0 {
                        // The trailer, up to an empty line.
                        while !self.line().await?.is_empty() {}
                        return Ok(body);
                    }
                    fits(body.len().saturating_add(size))?;
                    body.extend(self.take(size).await?);
                    if !self.line().await?.is_empty() {
                        return Err(invalid("a chunk is longer than it says"));
                    }
                }
            }
        }
    }

    async fn chunk_size(&mut self) -> io::Result<usize> {
        loop {
            match httparse::parse_chunk_size(&self.pending) {
                Err(_) => return Err(invalid("a chunk without its length")),
                Ok(Status::Complete((length, size))) => {
                    self.pending.drain(..length);
                    return usize::try_from(size).map_err(|_| invalid("a chunk without end"));
                }
                Ok(Status::Partial) if self.pending.len() > MAX_HEAD => {
                    return Err(invalid("a chunk without its length"));
                }
                Ok(Status::Partial) => self.more("within a chunk's length").await?,
            }
        }
    }

    /// A line without its end.
    async fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.pending.drain(..=end).collect();
                line.truncate(line.trim_ascii_end().len());
                return Ok(line);
            }
            if self.pending.len() > MAX_HEAD {
                return Err(invalid("a line without end"));
            }
            self.more("within a line").await?;
        }
    }

    async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        fits(length)?;
        while self.pending.len() < length {
            self.more("before its body does").await?;
        }
        Ok(self.pending.drain(..length).collect())
    }

    async fn more(&mut self, when: &str) -> io::Result<()> {
        match self.read().await? {
            0 => Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("the connection ends {when}"),
            )),
            _ => Ok(()),
        }
    }

    async fn read(&mut self) -> io::Result<usize> {
        let mut chunk = vec![0; CHUNK];
        let length = self.stream.read(&mut chunk).await?;
        self.pending.extend_from_slice(&chunk[..length]);
        Ok(length)
    }
}

fn fits(length: usize) -> io::Result<()> {
    match length <= MAX_BODY {
        true => Ok(()),
        false => Err(invalid(format!("a body of more than {MAX_BODY} bytes"))),
    }
}

fn framing(headers: &[httparse::Header<'_>]) -> io::Result<Framing> {
    let all = |name: &str| -> Vec<String> {
        let same = headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        same.map(|header| String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
            .collect()
    };
    if let Some(coding) = all("transfer-encoding").last() {
        let chunked = coding.rsplit(',').next().is_some_and(|last| last.trim() == "chunked");
        return Ok(if chunked { Framing::Chunks } else { Framing::Close });
    }
    let mut lengths = all("content-length");
    lengths.dedup();
    match &lengths[..] {
        [] => Ok(Framing::Close),
        [length] if length.bytes().all(|byte| byte.is_ascii_digit()) => {
            // More than we can count is more than we take.
            Ok(Framing::Length(length.parse().unwrap_or(usize::MAX)))
        }
        _ => Err(invalid("Content-Length is not one number")),
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn read(bytes: &str, no_body: bool) -> Result<(u16, String), io::ErrorKind> {
        let mut reader = Reader::new(bytes.as_bytes());
        let mut cx = Context::from_waker(Waker::noop());
        match pin!(reader.response(no_body)).poll(&mut cx) {
            // Bytes in memory are always there.
            Poll::Pending => panic!("a read of memory waited"),
            Poll::Ready(Ok(answer)) => {
                Ok((answer.status, String::from_utf8_lossy(&answer.body).into_owned()))
            }
            Poll::Ready(Err(error)) => Err(error.kind()),
        }
    }

    #[test]
    fn a_body_ends_where_its_framing_says() {
        let ok = |status, body: &str| Ok((status, body.to_owned()));
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more";
        assert_eq!(read(text, false), ok(200, "hi"));
        assert_eq!(read(text, true), ok(200, ""));
        assert_eq!(read("HTTP/1.0 404 No\r\n\r\nall of it", false), ok(404, "all of it"));
        let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                      4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\nTrailer: x\r\n\r\n";
        assert_eq!(read(chunks, false), ok(200, "Wikipedia"));
        assert_eq!(
            read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Same\r\n\r\n", false),
            ok(304, "")
        );
    }

    #[test]
    fn what_is_cut_or_wrong_is_no_answer() {
        let eof = Err(io::ErrorKind::UnexpectedEof);
        assert_eq!(read("", false), eof);
        assert_eq!(read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", false), eof);
        assert_eq!(
            read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWi", false),
            eof
        );
        let invalid = Err(io::ErrorKind::InvalidData);
        assert_eq!(read("SSH-2.0-OpenSSH_9.2\r\n", false), invalid);
        let long = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", u64::MAX);
        assert_eq!(read(&long, false), invalid);
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi";
        assert_eq!(read(text, false), invalid);
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n";
        assert_eq!(read(text, false), invalid);
    }
}
