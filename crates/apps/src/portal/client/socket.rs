//! The client's side of a WebSocket (RFC 6455).
//!
//! Frames are read and written by tungstenite. Its client masks them with random numbers of its own,
//! though, and in a simulation those have to come from the host; so what goes around a frame is here. It
//! is little: our portal sends whole messages in single frames.

use std::io::{self, Cursor};

use hyper::body::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{Frame, FrameHeader};

use crate::sockets::Sockets;
use crate::text;

/// The longest message, in bytes.
const LONGEST: u64 = 64 * 1024;

/// A WebSocket after its handshake.
pub(super) struct Socket<S, T> {
    sockets: S,
    stream: T,
    /// What came and is not read yet.
    buffer: Vec<u8>,
}

fn invalid(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.into())
}

impl<S: Sockets, T: AsyncRead + AsyncWrite + Unpin> Socket<S, T> {
    pub(super) const fn new(sockets: S, stream: T) -> Self {
        Self { sockets, stream, buffer: Vec::new() }
    }

    /// Sends a message of text.
    pub(super) async fn send(&mut self, text: String) -> io::Result<()> {
        self.write(OpCode::Data(Data::Text), text.into()).await
    }

    /// Says good-bye.
    pub(super) async fn close(&mut self) -> io::Result<()> {
        // 1000: all is done (RFC 6455 section 7.4.1).
        self.write(OpCode::Control(Control::Close), 1000_u16.to_be_bytes().to_vec().into()).await
    }

    async fn write(&mut self, opcode: OpCode, payload: Bytes) -> io::Result<()> {
        let [mask @ .., _, _, _, _] = self.sockets.random_u64().to_be_bytes();
        let header = FrameHeader { opcode, mask: Some(mask), ..FrameHeader::default() };
        let mut bytes = Vec::new();
        Frame::from_payload(header, payload)
            .format(&mut bytes)
            .map_err(|error| invalid(error.to_string()))?;
        self.stream.write_all(&bytes).await?;
        self.stream.flush().await
    }

    /// The next message; `None` when the portal has closed, and an error when it said why. May be
    /// dropped and called again.
    pub(super) async fn next(&mut self) -> io::Result<Option<String>> {
        loop {
            let Some((opcode, payload)) = self.frame()? else {
                if self.stream.read_buf(&mut self.buffer).await? == 0 {
                    return Ok(None);
                }
                continue;
            };
            match opcode {
                OpCode::Data(Data::Text) => {
                    let text = String::from_utf8(payload);
                    return text.map(Some).map_err(|_| invalid("a text that is no UTF-8"));
                }
                OpCode::Control(Control::Ping) => {
                    self.write(OpCode::Control(Control::Pong), payload.into()).await?;
                }
                OpCode::Control(Control::Pong) => {}
                OpCode::Control(Control::Close) => {
                    let reason = payload.get(2..).unwrap_or_default().to_vec();
                    // It may be gone already.
                    let _ = self.write(opcode, payload.into()).await;
                    return match reason.is_empty() {
                        true => Ok(None),
                        false => Err(io::Error::new(
                            io::ErrorKind::ConnectionAborted,
                            format!("the portal ends the chat: {}", text::printable(&reason)),
                        )),
                    };
                }
                _ => return Err(invalid("a message that is no text")),
            }
        }
    }

    /// A whole frame of what has come.
    fn frame(&mut self) -> io::Result<Option<(OpCode, Vec<u8>)>> {
        let mut cursor = Cursor::new(self.buffer.as_slice());
        let parsed = FrameHeader::parse(&mut cursor).map_err(|error| invalid(error.to_string()))?;
        let Some((header, length)) = parsed else { return Ok(None) };
        if length > LONGEST || !header.is_final {
            return Err(invalid(format!("a message of more than {LONGEST} bytes, or in parts")));
        }
        // No more than LONGEST, and a header has at most 14 bytes.
        let (start, length) = (cursor.position() as usize, length as usize);
        let Some(payload) = self.buffer.get(start..start + length) else { return Ok(None) };
        let frame = (header.opcode, payload.to_vec());
        self.buffer.drain(..start + length);
        Ok(Some(frame))
    }
}
