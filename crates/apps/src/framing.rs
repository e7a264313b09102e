//! Where one message ends in a stream of bytes.
//!
//! TCP carries bytes, not messages (RFC 9293 section 2.2): two writes may arrive in one read, one
//! write in many. A program that wants messages must say where each ends. This module knows two
//! ways, a line end and a length before each message, and none at all, to see what then happens.
//!
//! Written here although crates do the same, because it is the lesson: short, and its refusals say
//! what the peer sent and what would have been right.

/// How the ends of messages are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Framing {
    /// Each message is a line: text without a line feed, then a line feed. A carriage return before
    /// the line feed is taken off.
    #[default]
    Line,
    /// A 32-bit big-endian length, then so many bytes.
    Length,
    /// A 16-bit big-endian length, then so many bytes.
    #[value(name = "length-u16")]
    LengthU16,
    /// Nothing: whatever one read returns is taken for a message. It is not one.
    None,
}

/// Why bytes of the peer were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The length prefix asks for more than we hold.
    #[error(
        "the length prefix announces {announced} bytes, the limit is {limit}; does the peer use the same framing?"
    )]
    TooLong {
        /// What the prefix says.
        announced: u32,
        /// What is allowed.
        limit: usize,
    },
    /// No line end within the limit.
    #[error("no line end within {limit} bytes; does the peer end its messages with a line feed?")]
    EndlessLine {
        /// What is allowed.
        limit: usize,
    },
    /// The stream ended inside a message.
    #[error("the stream ended inside a message: {got} of {expected} bytes had arrived")]
    Truncated {
        /// Bytes of the message, with its prefix.
        expected: usize,
        /// How many of them came.
        got: usize,
    },
}

/// Why a message cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Longer than the length prefix can tell.
    #[error("a message of {length} bytes is too long for this framing, which carries {longest}")]
    TooLong {
        /// Bytes of the message.
        length: usize,
        /// The longest that can be sent.
        longest: usize,
    },
    /// A line feed inside a line.
    #[error("the message has a line feed inside, and would arrive as several lines")]
    LineFeedInside,
}

impl Framing {
    /// Bytes before each message.
    const fn prefix(self) -> usize {
        match self {
            Self::Line | Self::None => 0,
            Self::LengthU16 => 2,
            Self::Length => 4,
        }
    }

    /// The bytes that carry `message`.
    pub fn encode(self, message: &[u8]) -> Result<Vec<u8>, EncodeError> {
        let mut bytes = Vec::with_capacity(message.len() + 4);
        let too_long = |longest| EncodeError::TooLong { length: message.len(), longest };
        match self {
            Self::LengthU16 => {
                let length =
                    u16::try_from(message.len()).map_err(|_| too_long(usize::from(u16::MAX)))?;
                bytes.extend_from_slice(&length.to_be_bytes());
            }
            Self::Length => {
                let length =
                    u32::try_from(message.len()).map_err(|_| too_long(u32::MAX as usize))?;
                bytes.extend_from_slice(&length.to_be_bytes());
            }
            Self::Line if message.contains(&b'\n') => return Err(EncodeError::LineFeedInside),
            Self::Line | Self::None => {}
        }
        bytes.extend_from_slice(message);
        if self == Self::Line {
            bytes.push(b'\n');
        }
        Ok(bytes)
    }
}

/// Takes bytes as they arrive and gives the messages in them.
///
/// [`Decoder::push`] what was read, then call [`Decoder::next_message`] until it gives `None`. Then
/// it holds less than one message and its framing, whatever the peer sends.
#[derive(Clone, Debug)]
pub struct Decoder {
    framing: Framing,
    limit: usize,
    buffer: Vec<u8>,
    /// Where the next message begins in `buffer`.
    start: usize,
    /// Bytes after `start` that hold no line feed: a line that arrives byte by byte is searched
    /// once, not once per byte.
    searched: usize,
}

impl Decoder {
    /// Messages of at most `limit` bytes.
    pub const fn new(framing: Framing, limit: usize) -> Self {
        Self { framing, limit, buffer: Vec::new(), start: 0, searched: 0 }
    }

    /// Bytes that have arrived, in order.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message, `None` when more bytes are needed. After an error there is no way to
    /// find the next message: close the connection.
    pub fn next_message(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        match self.framing {
            Framing::None => {
                let message = self.waiting().to_vec();
                self.start = self.buffer.len();
                Ok((!message.is_empty()).then_some(message))
            }
            Framing::Line => self.next_line(),
            Framing::Length | Framing::LengthU16 => {
                let Some(announced) = self.announced() else { return Ok(None) };
                let limit = self.limit;
                let length = usize::try_from(announced).unwrap_or(usize::MAX);
                if length > limit {
                    return Err(FrameError::TooLong { announced, limit });
                }
                let begin = self.framing.prefix();
                let Some(message) = self.waiting().get(begin..begin + length) else {
                    return Ok(None);
                };
                let message = message.to_vec();
                self.start += begin + length;
                Ok(Some(message))
            }
        }
    }

    /// The stream has ended: the last line if it lacks its line feed, nothing if all was taken, an
    /// error if a message was cut.
    pub fn finish(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        let got = self.waiting().len();
        if got == 0 {
            return Ok(None);
        }
        match self.framing {
            Framing::Line | Framing::None => {
                let rest = self.waiting().to_vec();
                self.start = self.buffer.len();
                self.searched = 0;
                Ok(Some(rest))
            }
            Framing::Length | Framing::LengthU16 => {
                let length = self.announced().map_or(0, |length| length as usize);
                Err(FrameError::Truncated { expected: self.framing.prefix() + length, got })
            }
        }
    }

    fn waiting(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    fn announced(&self) -> Option<u32> {
        match *self.waiting() {
            [a, b, ..] if self.framing == Framing::LengthU16 => {
                Some(u32::from(u16::from_be_bytes([a, b])))
            }
            [a, b, c, d, ..] if self.framing == Framing::Length => {
                Some(u32::from_be_bytes([a, b, c, d]))
            }
            _ => None,
        }
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        let limit = self.limit;
        let waiting = self.waiting();
        let found = waiting[self.searched..].iter().position(|&byte| byte == b'\n');
        let length = match found {
            Some(offset) => self.searched + offset,
            None => waiting.len(),
        };
        let line = &waiting[..length];
        // The carriage return may have come and the line feed not yet: it does not count as text.
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > limit {
            return Err(FrameError::EndlessLine { limit });
        }
        if found.is_none() {
            self.searched = length;
            return Ok(None);
        }
        let line = line.to_vec();
        self.start += length + 1;
        self.searched = 0;
        Ok(Some(line))
    }
}

#[cfg(test)]
mod tests;
