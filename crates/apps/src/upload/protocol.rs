//! What is said on the wire, without I/O.
//!
//! A frame is one byte for its kind, the length of its body in four bytes, and the body. All numbers
//! are big-endian. The client begins with [`ToServer::Hello`], the server answers
//! [`ToClient::Welcome`]; then files follow one after the other:
//!
//! ```text
//! client                                    server
//! Offer(name, size, …)                →
//!                                     ←     Have(checkpoints)         or Exists, or Refused
//! Start(offset) Data Data … Finish    →
//!                                     ←     Stored(name)              or Exists, or Refused
//! ```
//!
//! `Exists` is answered by `Decide` (overwrite, rename), `Compare` (is it the same file already?) or
//! `Cancel`. Each offer gets exactly one `Stored` or `Refused`. When `Refused` comes while data are
//! on the way, the client ends the file with `Cancel`, which then has no answer. `Bye`, answered by
//! `Bye`, ends the conversation and leaves the connection to whoever embeds it.

use blake3::Hash;

use super::store::{Checkpoint, Code, Refusal, Taken};

/// The version that is spoken here.
pub const VERSION: u16 = 1;
/// What `Hello` begins with, so that a stranger is told apart.
pub const MAGIC: [u8; 8] = *b"LN-UPLD\n";
/// The most bytes of content in one frame.
pub const CHUNK: usize = 256 * 1024;
/// The most bytes of any other frame: a name, or 64 checkpoints, and some room for later versions.
pub const LONGEST: usize = 8 * 1024;
/// Bytes before a body.
pub const HEADER: usize = 5;

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToServer {
    /// The first: which version it speaks.
    Hello {
        /// [`VERSION`].
        version: u16,
    },
    /// It has a file.
    Offer {
        /// With its folders, `/` between.
        name: String,
        /// How many bytes.
        size: u64,
        /// Where it is from; see [`Offer::source`](super::store::Offer::source).
        source: [u8; 16],
        /// What to do when there is a file of the name.
        taken: Taken,
    },
    /// The file follows from this byte on: 0, or one of the checkpoints.
    Start {
        /// Where.
        offset: u64,
    },
    /// The next bytes, at most [`CHUNK`].
    Data(Vec<u8>),
    /// That was all.
    Finish {
        /// The hash of the whole file.
        hash: Hash,
    },
    /// The sender gives the file up; what came of it is kept for a later time.
    Cancel,
    /// The answer to [`ToClient::Exists`]: not [`Taken::Keep`].
    Decide(Taken),
    /// Another answer to it: has the file of that name this hash? Then it is `Stored` already.
    Compare {
        /// The hash of the whole file.
        hash: Hash,
    },
    /// No more files.
    Bye,
}

/// What a server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToClient {
    /// The answer to `Hello`.
    Welcome {
        /// [`VERSION`].
        version: u16,
        /// The most bytes of one file; `u64::MAX` for any.
        max_file: u64,
    },
    /// The file is taken; so much of it is there.
    Have(Vec<Checkpoint>),
    /// There is a file of the name; what now?
    Exists {
        /// With so many bytes.
        size: u64,
    },
    /// The file has its name.
    Stored {
        /// It was there, the same; nothing was changed.
        already: bool,
        /// Its name, which may be another than was asked for.
        name: String,
    },
    /// The file is not taken, or the conversation ends ([`Code::ends_connection`]).
    Refused(Refusal),
    /// The answer to `Bye`.
    Bye,
}

/// Bytes that are no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The first bytes are those of something else.
    #[error(
        "expected an upload client, got {0}; a client that sends a number and then the file is served with --plain"
    )]
    Stranger(String),
    /// The frame is longer than its kind may be.
    #[error("a frame of kind {kind} announces {length} bytes, at most {most} are allowed")]
    TooLong {
        /// The first byte.
        kind: u8,
        /// What is announced.
        length: u32,
        /// What is allowed.
        most: usize,
    },
    /// No message begins with this byte.
    #[error("unknown kind of frame: {0}")]
    Kind(u8),
    /// The body does not fit its kind.
    #[error("a frame of kind {0} with a body that is none")]
    Body(u8),
}

/// Of which side a frame is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// From clients.
    Client,
    /// From servers.
    Server,
}

/// The kind of [`ToServer::Data`].
pub(super) const DATA: u8 = 4;

mod kind {
    pub(super) const HELLO: u8 = 1;
    pub(super) const OFFER: u8 = 2;
    pub(super) const START: u8 = 3;
    pub(super) const FINISH: u8 = 5;
    pub(super) const CANCEL: u8 = 6;
    pub(super) const DECIDE: u8 = 7;
    pub(super) const COMPARE: u8 = 8;
    pub(super) const BYE: u8 = 9;
    pub(super) const WELCOME: u8 = 129;
    pub(super) const HAVE: u8 = 130;
    pub(super) const EXISTS: u8 = 131;
    pub(super) const STORED: u8 = 132;
    pub(super) const REFUSED: u8 = 133;
    pub(super) const BYE_TOO: u8 = 137;
}

/// What a header says: the kind of the frame and the length of its body, if both may be.
///
/// # Errors
/// No frame of that side begins so, or none is so long.
pub fn header(side: Side, bytes: [u8; HEADER]) -> Result<(u8, usize), Malformed> {
    let [kind, a, b, c, d] = bytes;
    let known = match side {
        Side::Client => (kind::HELLO..=kind::BYE).contains(&kind),
        Side::Server => (kind::WELCOME..=kind::REFUSED).contains(&kind) || kind == kind::BYE_TOO,
    };
    if !known {
        return Err(Malformed::Kind(kind));
    }
    let length = u32::from_be_bytes([a, b, c, d]);
    let most = if kind == DATA { CHUNK } else { LONGEST };
    match usize::try_from(length) {
        Ok(fits) if fits <= most => Ok((kind, fits)),
        _ => Err(Malformed::TooLong { kind, length, most }),
    }
}

/// The header of a [`ToServer::Data`] frame; its bytes are written behind it as they are.
pub fn data_header(length: usize) -> [u8; HEADER] {
    // A chunk has at most CHUNK bytes.
    let [a, b, c, d] = (length as u32).to_be_bytes();
    [DATA, a, b, c, d]
}

fn frame(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(HEADER + length);
    bytes.push(kind);
    // What is longer than any frame may be is refused by whoever reads it.
    bytes.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

const fn taken_number(taken: Taken) -> u8 {
    match taken {
        Taken::Keep => 0,
        Taken::Overwrite => 1,
        Taken::Rename => 2,
    }
}

const fn taken_of(number: u8) -> Option<Taken> {
    match number {
        0 => Some(Taken::Keep),
        1 => Some(Taken::Overwrite),
        2 => Some(Taken::Rename),
        _ => None,
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    str::from_utf8(bytes).ok().map(str::to_owned)
}

impl ToServer {
    /// Its frame.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Hello { version } => frame(kind::HELLO, &[&MAGIC, &version.to_be_bytes()]),
            Self::Offer { name, size, source, taken } => frame(
                kind::OFFER,
                &[&size.to_be_bytes(), source, &[taken_number(*taken)], name.as_bytes()],
            ),
            Self::Start { offset } => frame(kind::START, &[&offset.to_be_bytes()]),
            Self::Data(bytes) => frame(DATA, &[bytes]),
            Self::Finish { hash } => frame(kind::FINISH, &[hash.as_bytes()]),
            Self::Cancel => frame(kind::CANCEL, &[]),
            Self::Decide(taken) => frame(kind::DECIDE, &[&[taken_number(*taken)]]),
            Self::Compare { hash } => frame(kind::COMPARE, &[hash.as_bytes()]),
            Self::Bye => frame(kind::BYE, &[]),
        }
    }

    /// The message of this kind with this body.
    ///
    /// # Errors
    /// The body is none of that kind.
    pub fn decode(kind: u8, body: Vec<u8>) -> Result<Self, Malformed> {
        let hash = |body: &[u8]| body.try_into().ok().map(Hash::from_bytes);
        let decoded = match (kind, body.as_slice()) {
            (kind::HELLO, body) => match body.split_first_chunk::<8>() {
                // A later version may say more behind its number.
                Some((magic, &[a, b, ..])) if *magic == MAGIC => {
                    Some(Self::Hello { version: u16::from_be_bytes([a, b]) })
                }
                _ => None,
            },
            (kind::OFFER, body) => decode_offer(body),
            (kind::START, body) => {
                let offset = body.try_into().ok().map(u64::from_be_bytes);
                offset.map(|offset| Self::Start { offset })
            }
            (DATA, [_, ..]) => Some(Self::Data(body)),
            (kind::FINISH, body) => hash(body).map(|hash| Self::Finish { hash }),
            (kind::CANCEL, []) => Some(Self::Cancel),
            (kind::DECIDE, [taken]) => {
                taken_of(*taken).filter(|taken| *taken != Taken::Keep).map(Self::Decide)
            }
            (kind::COMPARE, body) => hash(body).map(|hash| Self::Compare { hash }),
            (kind::BYE, []) => Some(Self::Bye),
            _ => None,
        };
        decoded.ok_or(Malformed::Body(kind))
    }
}

fn decode_offer(body: &[u8]) -> Option<ToServer> {
    let (size, rest) = body.split_first_chunk()?;
    let (source, rest) = rest.split_first_chunk()?;
    let (taken, name) = rest.split_first()?;
    Some(ToServer::Offer {
        name: text(name)?,
        size: u64::from_be_bytes(*size),
        source: *source,
        taken: taken_of(*taken)?,
    })
}

impl ToClient {
    /// Its frame.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Welcome { version, max_file } => {
                frame(kind::WELCOME, &[&version.to_be_bytes(), &max_file.to_be_bytes()])
            }
            Self::Have(checkpoints) => {
                let body: Vec<u8> = checkpoints
                    .iter()
                    .flat_map(|point| {
                        point.offset.to_be_bytes().into_iter().chain(*point.hash.as_bytes())
                    })
                    .collect();
                frame(kind::HAVE, &[&body])
            }
            Self::Exists { size } => frame(kind::EXISTS, &[&size.to_be_bytes()]),
            Self::Stored { already, name } => {
                frame(kind::STORED, &[&[u8::from(*already)], name.as_bytes()])
            }
            Self::Refused(Refusal { code, message }) => {
                frame(kind::REFUSED, &[&code.number().to_be_bytes(), message.as_bytes()])
            }
            Self::Bye => frame(kind::BYE_TOO, &[]),
        }
    }

    /// The message of this kind with this body.
    ///
    /// # Errors
    /// The body is none of that kind.
    pub fn decode(kind: u8, body: &[u8]) -> Result<Self, Malformed> {
        let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_be_bytes);
        let decoded = match (kind, body) {
            // A later version may say more behind its limit.
            (kind::WELCOME, &[a, b, ref rest @ ..]) => {
                rest.first_chunk().map(|max| Self::Welcome {
                    version: u16::from_be_bytes([a, b]),
                    max_file: u64::from_be_bytes(*max),
                })
            }
            (kind::HAVE, body) => decode_checkpoints(body).map(Self::Have),
            (kind::EXISTS, body) => number(body).map(|size| Self::Exists { size }),
            (kind::STORED, [already @ (0 | 1), name @ ..]) => {
                text(name).map(|name| Self::Stored { already: *already == 1, name })
            }
            (kind::REFUSED, [a, b, message @ ..]) => {
                let code = Code::of(u16::from_be_bytes([*a, *b]));
                Some(Self::Refused(Refusal::new(code, String::from_utf8_lossy(message))))
            }
            (kind::BYE_TOO, []) => Some(Self::Bye),
            _ => None,
        };
        decoded.ok_or(Malformed::Body(kind))
    }
}

fn decode_checkpoints(body: &[u8]) -> Option<Vec<Checkpoint>> {
    let (points, rest) = body.as_chunks::<40>();
    if !rest.is_empty() {
        return None;
    }
    let points: Option<Vec<Checkpoint>> = points
        .iter()
        .map(|point| {
            let (offset, hash) = point.split_first_chunk()?;
            let hash = Hash::from_bytes(hash.try_into().ok()?);
            Some(Checkpoint { offset: u64::from_be_bytes(*offset), hash })
        })
        .collect();
    points.filter(|points| points.is_sorted_by(|a, b| a.offset < b.offset))
}

#[cfg(test)]
mod tests;
