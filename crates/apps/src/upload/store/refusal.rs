//! Why a file is not taken.

use std::io;

use crate::upload::units;

/// Why a file is not taken, or a conversation ended; the numbers are those on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    /// The peer does not keep to the protocol.
    Protocol,
    /// The peer speaks another version.
    Version,
    /// No file may have this name.
    Name,
    /// Larger than one file may be.
    TooLarge,
    /// All files together would be larger than they may be.
    NoMoreRoom,
    /// The disk is full.
    DiskFull,
    /// There is something of this name.
    Exists,
    /// What arrived is not what was sent.
    Hash,
    /// Fewer or more bytes than were announced.
    Length,
    /// The sender gave it up.
    Cancelled,
    /// The disk failed.
    Disk,
    /// The same file is being received over another connection.
    Busy,
    /// The server is about to stop.
    Stopping,
    /// Nothing came for too long.
    Idle,
    /// One that a later version may have.
    Other(u16),
}

const CODES: [(Code, u16); 14] = [
    (Code::Protocol, 1),
    (Code::Version, 2),
    (Code::Name, 3),
    (Code::TooLarge, 4),
    (Code::NoMoreRoom, 5),
    (Code::DiskFull, 6),
    (Code::Exists, 7),
    (Code::Hash, 8),
    (Code::Length, 9),
    (Code::Cancelled, 10),
    (Code::Disk, 11),
    (Code::Busy, 12),
    (Code::Stopping, 13),
    (Code::Idle, 14),
];

impl Code {
    /// Its number on the wire.
    pub fn number(self) -> u16 {
        match self {
            Self::Other(number) => number,
            // Every other code is in the table.
            _ => CODES.iter().find(|(code, _)| *code == self).map_or(0, |(_, number)| *number),
        }
    }

    /// The code of this number.
    pub fn of(number: u16) -> Self {
        let found = CODES.iter().find(|(_, other)| *other == number);
        found.map_or(Self::Other(number), |(code, _)| *code)
    }

    /// Whether the connection ends with it.
    pub const fn ends_connection(self) -> bool {
        matches!(self, Self::Protocol | Self::Version | Self::Stopping | Self::Idle)
    }
}

/// A file was not taken: why, for a program and for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The kind.
    pub code: Code,
    /// The fact, then the value.
    pub message: String,
}

impl Refusal {
    /// With these words.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// What the disk said.
    pub(in crate::upload) fn of_disk(what: &str, error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        let code = match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => Code::DiskFull,
            Kind::InvalidInput | Kind::NotADirectory => Code::Name,
            Kind::AlreadyExists | Kind::IsADirectory => Code::Exists,
            _ => Code::Disk,
        };
        Self::new(code, format!("{what}: {}", units::trouble(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_number_of_its_own() {
        for (code, number) in CODES {
            assert_eq!((Code::of(number), code.number()), (code, number));
        }
        assert_eq!(Code::of(999), Code::Other(999));
    }
}
