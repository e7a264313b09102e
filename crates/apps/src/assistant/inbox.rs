//! Where one message of a customer ends: [`Inbox`]. No I/O.
//!
//! In framed mode the framing says it. In raw mode ([`Framing::None`]) the customer may be a program
//! that sends a text and waits for the answer, without line ends, or netcat, which sends lines:
//!
//! - While no line end has come, what one read returns is a message.
//! - From the first line end on the customer sends lines: each is a message, however the reads cut
//!   them. What stands behind the last line end waits for its own.
//! - A read that ends within a character (UTF-8) waits for the rest of it.
//! - What waits is taken for a message after [`PATIENCE`] of silence, so that nobody waits for ever
//!   because of a wrong guess or bytes that are no UTF-8.

use lanternet_core::Duration;

use crate::framing::{Decoder, FrameError, Framing};

/// How long raw mode waits for the rest of a line or character: longer than a lost segment takes to be
/// sent again (one second, RFC 6298 section 2).
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// What came of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// A message, without its line end; what was no UTF-8 is `�`.
    Message(String),
    /// One that is longer than the limit.
    TooLong,
}

/// Takes a customer's bytes and gives the messages in them. Holds nothing while nothing waits.
#[derive(Debug)]
pub(super) enum Inbox {
    Raw(Raw),
    Framed(Decoder),
}

#[derive(Debug)]
pub(super) struct Raw {
    limit: usize,
    waiting: Vec<u8>,
    /// A line end has come.
    lines: bool,
    /// The line that is coming is too long; its rest is not kept.
    skips: bool,
    /// Take what waits, whatever it is.
    flush: bool,
}

impl Inbox {
    /// Messages of at most `limit` bytes.
    pub(super) const fn new(framing: Framing, limit: usize) -> Self {
        match framing {
            Framing::None => Self::Raw(Raw {
                limit,
                waiting: Vec::new(),
                lines: false,
                skips: false,
                flush: false,
            }),
            _ => Self::Framed(Decoder::new(framing, limit)),
        }
    }

    /// What one read returned.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Raw(raw) => raw.waiting.extend_from_slice(bytes),
            Self::Framed(decoder) => decoder.push(bytes),
        }
    }

    /// The next message, `None` when more has to be read.
    pub(super) fn next(&mut self) -> Result<Option<Incoming>, FrameError> {
        match self {
            Self::Raw(raw) => Ok(raw.next()),
            Self::Framed(decoder) => Ok(decoder.next_message()?.map(message)),
        }
    }

    /// Whether something waits that [`Inbox::flush`] would take.
    pub(super) fn waits(&self) -> bool {
        matches!(self, Self::Raw(raw) if raw.skips || !raw.waiting.is_empty())
    }

    /// Nothing more comes for now: what waits is a message.
    pub(super) fn flush(&mut self) {
        if let Self::Raw(raw) = self {
            raw.flush = true;
        }
    }

    /// The stream has ended: the last message, if there is one.
    pub(super) fn finish(&mut self) -> Result<Option<Incoming>, FrameError> {
        match self {
            Self::Raw(raw) => {
                raw.flush = true;
                Ok(raw.next())
            }
            Self::Framed(decoder) => Ok(decoder.finish()?.map(message)),
        }
    }
}

impl Raw {
    fn next(&mut self) -> Option<Incoming> {
        if let Some(end) = self.waiting.iter().position(|&byte| byte == b'\n') {
            self.lines = true;
            let rest = self.waiting.split_off(end + 1);
            let mut line = std::mem::replace(&mut self.waiting, rest);
            line.pop();
            return Some(self.taken(line));
        }
        if self.lines && !self.flush {
            if self.waiting.len() > self.limit {
                self.skips = true;
            }
            if self.skips {
                self.waiting = Vec::new();
            }
            return None;
        }
        if self.waiting.is_empty() && !self.skips {
            self.flush = false;
            return None;
        }
        if !self.flush && cut_character(&self.waiting) && self.waiting.len() <= self.limit {
            return None;
        }
        self.flush = false;
        let message = std::mem::take(&mut self.waiting);
        Some(self.taken(message))
    }

    fn taken(&mut self, bytes: Vec<u8>) -> Incoming {
        if std::mem::take(&mut self.skips) || bytes.len() > self.limit {
            return Incoming::TooLong;
        }
        message(bytes)
    }
}

fn message(mut bytes: Vec<u8>) -> Incoming {
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    Incoming::Message(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether these bytes end within a character (RFC 3629): what is missing may still come.
pub(super) fn cut_character(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    (0..tail.len()).any(|at| {
        str::from_utf8(&tail[at..])
            .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(framing: Framing, reads: &[&[u8]]) -> Vec<String> {
        let mut inbox = Inbox::new(framing, 20);
        let mut all = Vec::new();
        let mut take = |incoming| match incoming {
            Incoming::Message(text) => all.push(text),
            Incoming::TooLong => all.push("TOO LONG".to_owned()),
        };
        for read in reads {
            inbox.push(read);
            while let Some(incoming) = inbox.next().unwrap() {
                take(incoming);
            }
        }
        while let Some(incoming) = inbox.finish().unwrap() {
            take(incoming);
        }
        all
    }

    fn raw(reads: &[&str]) -> Vec<String> {
        messages(Framing::None, &reads.iter().map(|read| read.as_bytes()).collect::<Vec<_>>())
    }

    #[test]
    fn without_line_ends_one_read_is_a_message() {
        assert_eq!(raw(&["hello", "my name is Anna", "q"]), ["hello", "my name is Anna", "q"]);
        assert_eq!(raw(&["helloq"]), ["helloq"], "two sends in one read stick together");
    }

    #[test]
    fn with_line_ends_a_line_is_a_message_however_it_is_cut() {
        assert_eq!(raw(&["hello\n", "a\r\nb", "c\n", "\n", "d"]), ["hello", "a", "bc", "", "d"]);
        assert_eq!(raw(&["one\ntwo\nq\n"]), ["one", "two", "q"]);
    }

    #[test]
    fn a_character_that_is_cut_waits_for_its_rest() {
        let text = "你好😀é".as_bytes();
        for cut in 1..text.len() {
            let reads = [&text[..cut], &text[cut..]];
            let whole = messages(Framing::None, &reads).concat();
            assert_eq!(whole, "你好😀é", "cut at {cut}");
        }
        let reads: [&[u8]; 3] = [b"\xe4", b"\xbd", b"\xa0"];
        assert_eq!(messages(Framing::None, &reads), ["你"]);
    }

    #[test]
    fn bytes_that_are_no_text_do_not_end_the_session() {
        assert_eq!(messages(Framing::None, &[b"a\xffb", b"c"]), ["a\u{fffd}b", "c"]);
        let mut inbox = Inbox::new(Framing::None, 20);
        // Begins like a character of three bytes; GBK text often does.
        inbox.push(b"\xc4\xe3\xba\xc3\xe4");
        assert_eq!((inbox.next(), inbox.waits()), (Ok(None), true));
        inbox.flush();
        assert!(matches!(inbox.next(), Ok(Some(Incoming::Message(_)))));
        assert_eq!((inbox.next(), inbox.waits()), (Ok(None), false));
    }

    #[test]
    fn a_text_that_is_too_long_is_one_refusal_and_little_memory() {
        assert_eq!(raw(&["a\n", &"x".repeat(30), "yy\nb\n"]), ["a", "TOO LONG", "b"]);
        assert_eq!(raw(&[&"x".repeat(21), "b"]), ["TOO LONG", "b"]);
        let mut inbox = Inbox::new(Framing::None, 20);
        inbox.push(b"a\n");
        while inbox.next().unwrap().is_some() {}
        for _ in 0..1000 {
            inbox.push(&[b'x'; 100]);
            assert_eq!(inbox.next(), Ok(None));
        }
        let Inbox::Raw(raw) = &inbox else { panic!() };
        assert_eq!(raw.waiting.capacity(), 0);
    }

    proptest::proptest! {
        #[test]
        fn in_framed_mode_no_cut_changes_the_messages(
            texts in proptest::collection::vec("[a-z网络é😀 ]{0,5}", 0..6),
            cuts in proptest::collection::vec(1_usize..7, 1..40),
            length in proptest::bool::ANY,
        ) {
            let framing = if length { Framing::Length } else { Framing::Line };
            let bytes: Vec<u8> =
                texts.iter().flat_map(|text| framing.encode(text.as_bytes()).unwrap()).collect();
            let (mut rest, mut reads) = (&bytes[..], Vec::new());
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (read, behind) = rest.split_at((*cut).min(rest.len()));
                reads.push(read);
                rest = behind;
            }
            proptest::prop_assert_eq!(messages(framing, &reads), texts);
        }
    }
}
