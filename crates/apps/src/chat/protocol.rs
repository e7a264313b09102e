//! The datagrams of a chat, and who is there. No I/O.
//!
//! ```text
//! lanternet-chat/1 say 9f3a5c1b20d4e6f7 3 Anna
//! Hello, everybody!
//! ```
//!
//! A datagram is text in UTF-8: a head line and what is said. In the head, each after one space: the
//! protocol's name and version; `join`, `here`, `say` or `leave`; the sender's number in 16 hexadecimal
//! digits, drawn at random when it starts; how often it has said something, this time included; its
//! name. Behind the line feed is the text of `say`, and nothing in the others.
//!
//! A datagram of another kind that is text is shown as it is, so that the simplest of programs can be
//! heard. Nothing is repeated and nothing acknowledged. The count shows what was lost or came twice.

use std::collections::BTreeMap;
use std::net::IpAddr;

use lanternet_core::{Duration, Instant};

/// A text has at most so many bytes: with all headers it fits the smallest MTU of IPv6 (1280, RFC 8200),
/// so it is never fragmented.
pub const LONGEST_TEXT: usize = 1000;
/// A name has at most so many characters.
pub const LONGEST_NAME: usize = 32;
/// How often each says that it is still here.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(30);
/// Who is not heard of for so long has gone: three times [`HEARTBEAT`], and some.
const SILENCE: Duration = Duration::from_secs(100);
/// More members are not kept track of.
const MOST_MEMBERS: usize = 256;

const MAGIC: &str = "lanternet-chat/1";
/// As [`MAGIC`] begins in every version.
const MAGIC_NAME: &str = "lanternet-chat/";

/// What a datagram is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// I have just come; who is there?
    Join,
    /// I am here.
    Here,
    /// I say something.
    Say,
    /// I go.
    Leave,
}

const KINDS: [(Kind, &str); 4] =
    [(Kind::Join, "join"), (Kind::Here, "here"), (Kind::Say, "say"), (Kind::Leave, "leave")];

/// A datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is for.
    pub kind: Kind,
    /// The sender's number.
    pub sender: u64,
    /// How often it has said something.
    pub count: u32,
    /// The sender's name.
    pub name: String,
    /// What is said; empty but for [`Kind::Say`].
    pub text: String,
}

impl Message {
    /// The datagram.
    pub fn encode(&self) -> Vec<u8> {
        let Self { kind, sender, count, name, text } = self;
        let kind = KINDS.iter().find(|(known, _)| known == kind).map_or("say", |(_, word)| word);
        format!("{MAGIC} {kind} {sender:016x} {count} {name}\n{text}").into_bytes()
    }

    /// The message in a datagram; `None` when it is none.
    pub fn decode(datagram: &[u8]) -> Option<Self> {
        let (head, text) = str::from_utf8(datagram).ok()?.split_once('\n')?;
        let mut words = head.splitn(5, ' ');
        if words.next()? != MAGIC {
            return None;
        }
        let kind = words.next()?;
        let kind = KINDS.iter().find(|(_, word)| *word == kind)?.0;
        let sender = words.next()?;
        let hexadecimal = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        if sender.len() != 16 || !sender.bytes().all(hexadecimal) {
            return None;
        }
        let sender = u64::from_str_radix(sender, 16).ok()?;
        let count = words.next()?;
        let count = count.bytes().all(|c| c.is_ascii_digit()).then(|| count.parse().ok())??;
        let name = name(words.next()?).ok()?;
        let fits = match kind {
            Kind::Say => !text.is_empty() && text.len() <= LONGEST_TEXT,
            _ => text.is_empty(),
        };
        let text = text.to_owned();
        fits.then_some(Self { kind, sender, count, name, text })
    }
}

/// The name as it is, if it can be one.
///
/// # Errors
/// What is wrong with it.
pub fn name(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if length == 0 || length > LONGEST_NAME || text.trim() != text {
        return Err(format!("a name has 1 to {LONGEST_NAME} characters, and no space at its ends"));
    }
    if text.chars().any(|c| c.is_control() || steers(c)) {
        return Err("a name has no control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// Whether the character changes the direction of those around it, or hides: what a name with it looks
/// like is not what it is.
pub(super) const fn steers(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// What there is to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody has come.
    Joined,
    /// Somebody was here before us, or was not heard of until now.
    Here,
    /// Somebody says something; `late` when later texts have come before it.
    Said {
        /// What.
        text: String,
        /// It was overtaken.
        late: bool,
    },
    /// So many texts are lost, or late.
    Missed(u32),
    /// So many texts were not shown, because they came too fast.
    Hidden(u32),
    /// Somebody has gone.
    Left,
    /// Somebody was not heard of for a long time.
    Silent,
}

/// Something to tell, and of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The name.
    pub name: String,
    /// The address it came from.
    pub from: IpAddr,
    /// What.
    pub event: Event,
}

/// Who is there, as one of them knows it.
#[derive(Debug)]
pub struct Room {
    me: u64,
    members: BTreeMap<(IpAddr, u64), Member>,
    all: Bucket,
}

#[derive(Debug)]
struct Member {
    name: String,
    /// The highest count heard of.
    last: u32,
    /// Which of the 64 texts up to `last` have come: bit 0 is `last` itself.
    came: u64,
    heard_at: Instant,
    bucket: Bucket,
    hidden: u32,
}

/// How much may be told of one sender, or of all of them: so many at once, and so many per second.
#[derive(Debug)]
struct Bucket {
    left: u32,
    most: u32,
    each: Duration,
    filled_at: Instant,
}

impl Bucket {
    const fn new(most: u32, each: Duration, now: Instant) -> Self {
        Self { left: most, most, each, filled_at: now }
    }

    fn take(&mut self, now: Instant) -> bool {
        while self.left < self.most && now.since(self.filled_at) >= self.each {
            self.left += 1;
            self.filled_at += self.each;
        }
        if self.left == self.most {
            self.filled_at = now;
        }
        let some = self.left > 0;
        self.left = self.left.saturating_sub(1);
        some
    }
}

/// Of one sender 20 texts at once, and 5 per second: faster than anybody types.
const ONE: (u32, Duration) = (20, Duration::from_millis(200));
/// Of all together 100 lines at once, and 20 per second.
const ALL: (u32, Duration) = (100, Duration::from_millis(50));

impl Room {
    /// A room in which nobody else is known; `me` is our own number, whose datagrams are not told.
    pub const fn new(me: u64, now: Instant) -> Self {
        Self { me, members: BTreeMap::new(), all: Bucket::new(ALL.0, ALL.1, now) }
    }

    /// Takes a message; what there is to tell of it.
    pub fn hear(&mut self, now: Instant, from: IpAddr, message: Message) -> Vec<Told> {
        let key = (from, message.sender);
        if message.sender == self.me {
            return Vec::new();
        }
        let mut told = Vec::new();
        let mut tell = |name: &str, event| told.push(Told { name: name.to_owned(), from, event });
        let known = self.members.contains_key(&key);
        if message.kind == Kind::Leave {
            if let Some(member) = self.members.remove(&key)
                && self.all.take(now)
            {
                tell(&member.name, Event::Left);
            }
            return told;
        }
        if !known {
            if self.members.len() >= MOST_MEMBERS || !self.all.take(now) {
                return told;
            }
            tell(
                &message.name,
                if message.kind == Kind::Join { Event::Joined } else { Event::Here },
            );
            // What was said before we heard of it is not missed.
            let last = message.count - u32::from(message.kind == Kind::Say && message.count > 0);
            let bucket = Bucket::new(ONE.0, ONE.1, now);
            let name = message.name.clone();
            let member = Member { name, last, came: u64::MAX, heard_at: now, bucket, hidden: 0 };
            self.members.insert(key, member);
        }
        let Some(member) = self.members.get_mut(&key) else { return told };
        member.heard_at = now;
        if message.kind != Kind::Say {
            return told;
        }
        let Some((missed, late)) = member.count(message.count) else { return told };
        if !(member.bucket.take(now) && self.all.take(now)) {
            member.hidden = member.hidden.saturating_add(1);
            return told;
        }
        let hidden = std::mem::take(&mut member.hidden);
        if hidden > 0 {
            tell(&member.name, Event::Hidden(hidden));
        }
        if missed > 0 {
            tell(&member.name, Event::Missed(missed));
        }
        tell(&member.name, Event::Said { text: message.text, late });
        told
    }

    /// Takes a datagram that is no [`Message`]: the text, when it is one that a program with a simpler
    /// protocol may have sent.
    pub fn hear_plain<'d>(&mut self, now: Instant, datagram: &'d [u8]) -> Option<&'d str> {
        let text = str::from_utf8(datagram).ok()?.trim_end();
        let fine = !text.is_empty() && text.len() <= LONGEST_TEXT && !text.starts_with(MAGIC_NAME);
        (fine && self.all.take(now)).then_some(text)
    }

    /// Who has gone without a word.
    pub fn forget(&mut self, now: Instant) -> Vec<Told> {
        let mut told = Vec::new();
        self.members.retain(|(from, _), member| {
            let here = now.since(member.heard_at) < SILENCE;
            if !here {
                let name = member.name.clone();
                told.push(Told { name, from: *from, event: Event::Silent });
            }
            here
        });
        told
    }
}

impl Member {
    /// Counts a text: how many before it are missing, and whether it is late; `None` when it has come
    /// already, or is too old to tell.
    fn count(&mut self, count: u32) -> Option<(u32, bool)> {
        if count > self.last {
            let step = count - self.last;
            self.came = self.came.checked_shl(step).unwrap_or(0) | 1;
            self.last = count;
            return Some((step - 1, false));
        }
        let bit = 1_u64.checked_shl(self.last - count)?;
        if self.came & bit != 0 {
            return None;
        }
        self.came |= bit;
        Some((0, true))
    }
}

#[cfg(test)]
#[path = "protocol_tests.rs"]
mod tests;
