//! The text of a users file.
//!
//! One line per user: the name, a colon, the hash of the password as a PHC string. Empty lines and
//! lines that begin with `#` say nothing. What a line means does not depend on the others, except that
//! a name counts where it stands first; so a broken line disables one user. Lines that are not changed
//! are kept byte for byte, those that nobody understands too.

use std::collections::BTreeMap;

use super::name::{NameError, UserName};
use super::password::{Hash, HashError};

/// The longest users file, in bytes: tens of thousands of users.
pub const LONGEST_FILE: u64 = 4 * 1024 * 1024;

/// A users file in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    lines: Vec<Line>,
    /// Where each name stands, also those of broken lines.
    places: BTreeMap<UserName, usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    /// As it is in the file, without its line end.
    raw: Vec<u8>,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// Nothing, or a comment.
    Silent,
    User(Hash),
    Broken(Option<UserName>, LineError),
}

/// Why a line is no user. It holds nothing of a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Bytes that are no text.
    #[error("the line is no UTF-8")]
    NoText,
    /// No colon.
    #[error("expected `NAME:HASH`, got a line without a colon")]
    NoColon,
    /// No name before the colon.
    #[error(transparent)]
    Name(#[from] NameError),
    /// No hash behind it.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The name is there already.
    #[error("the name is in line {0} already, which counts")]
    Again(usize),
}

/// A line that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {why}", .name.as_ref().map(|name| format!(" (user {name})")).unwrap_or_default())]
pub struct Complaint {
    /// Its number, from 1.
    pub line: usize,
    /// Whom it disables, if that can be read.
    pub name: Option<UserName>,
    /// What is wrong with it.
    pub why: LineError,
}

impl Roster {
    /// Reads the bytes of a file. Cannot fail: what is wrong is wrong with a line.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut roster = Self::default();
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        if bytes.is_empty() {
            return roster;
        }
        for (index, raw) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let kind = match read_line(raw) {
                Ok(None) => Kind::Silent,
                Ok(Some((name, hash))) => match roster.places.get(&name) {
                    Some(first) => Kind::Broken(Some(name), LineError::Again(first + 1)),
                    None => {
                        roster.places.insert(name, index);
                        Kind::User(hash)
                    }
                },
                Err((name, why)) => {
                    if let Some(name) = &name {
                        // Disabled, even if a later line has the name too.
                        roster.places.entry(name.clone()).or_insert(index);
                    }
                    Kind::Broken(name, why)
                }
            };
            roster.lines.push(Line { raw: raw.to_vec(), kind });
        }
        roster
    }

    /// The bytes to write.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for line in &self.lines {
            bytes.extend_from_slice(&line.raw);
            bytes.push(b'\n');
        }
        bytes
    }

    /// The hash of this user, if there is one and its line is right.
    pub fn hash(&self, name: &UserName) -> Option<&Hash> {
        match &self.lines.get(*self.places.get(name)?)?.kind {
            Kind::User(hash) => Some(hash),
            Kind::Silent | Kind::Broken(..) => None,
        }
    }

    /// Whether a line begins with this name, right or not.
    pub fn has(&self, name: &UserName) -> bool {
        self.places.contains_key(name)
    }

    /// Those who can log in, in the order of their names.
    pub fn users(&self) -> impl Iterator<Item = (&UserName, &Hash)> {
        self.places.keys().filter_map(|name| Some((name, self.hash(name)?)))
    }

    /// The lines that were not understood.
    pub fn complaints(&self) -> impl Iterator<Item = Complaint> {
        self.lines.iter().enumerate().filter_map(|(index, line)| match &line.kind {
            Kind::Broken(name, why) => {
                Some(Complaint { line: index + 1, name: name.clone(), why: *why })
            }
            Kind::Silent | Kind::User(_) => None,
        })
    }

    /// Writes this hash into the user's line, or into a new one at the end.
    pub fn set(&mut self, name: &UserName, hash: Hash) {
        let line = Line { raw: format!("{name}:{hash}").into_bytes(), kind: Kind::User(hash) };
        match self.places.get(name) {
            Some(&place) => self.lines[place] = line,
            None => {
                self.places.insert(name.clone(), self.lines.len());
                self.lines.push(line);
            }
        }
    }

    /// Takes out all lines of this user; whether there was one.
    pub fn remove(&mut self, name: &UserName) -> bool {
        if !self.has(name) {
            return false;
        }
        let prefix = format!("{name}:").into_bytes();
        let rest: Vec<Vec<u8>> = (self.lines.drain(..).map(|line| line.raw))
            .filter(|raw| !raw.trim_ascii_start().starts_with(&prefix))
            .collect();
        *self = match rest.is_empty() {
            true => Self::default(),
            false => Self::parse(&rest.join(&b'\n')),
        };
        true
    }
}

/// A name and a hash, or nothing; or what is wrong, with the name if there is one.
type Read = Result<Option<(UserName, Hash)>, (Option<UserName>, LineError)>;

fn read_line(raw: &[u8]) -> Read {
    let line = raw.trim_ascii();
    if line.is_empty() || line.starts_with(b"#") {
        return Ok(None);
    }
    let Some(colon) = line.iter().position(|&byte| byte == b':') else {
        return Err((None, LineError::NoColon));
    };
    let (name, hash) = (&line[..colon], &line[colon + 1..]);
    let name = std::str::from_utf8(name).map_err(|_| (None, LineError::NoText))?;
    let name = UserName::new(name).map_err(|error| (None, error.into()))?;
    let broken = |why| (Some(name.clone()), why);
    let hash = std::str::from_utf8(hash).map_err(|_| broken(LineError::NoText))?;
    let hash = Hash::parse(hash).map_err(|error| broken(error.into()))?;
    Ok(Some((name, hash)))
}

#[cfg(test)]
mod tests {
    use super::super::password::{Cost, Password, SALT};
    use super::*;

    fn name(text: &str) -> UserName {
        UserName::new(text).unwrap()
    }

    fn hash(salt: u8) -> Hash {
        let cost = Cost { memory: 8, passes: 1, lanes: 1 };
        Hash::make(&Password::new("a password".to_owned()), [salt; SALT], cost).unwrap()
    }

    #[test]
    fn lines_that_are_not_changed_stay_byte_for_byte() {
        let text =
            format!("# staff\n\n  alice:{}\nwhat is this\n\u{ff}:x\nbob:broken\n# end\n", hash(1));
        let bytes: Vec<u8> = text.chars().map(|c| c as u8).collect();
        let mut roster = Roster::parse(&bytes);
        assert_eq!(roster.to_bytes(), bytes);
        roster.set(&name("carol"), hash(2));
        let expected = [&bytes[..], format!("carol:{}\n", hash(2)).as_bytes()].concat();
        assert_eq!(roster.to_bytes(), expected);
        assert!(roster.remove(&name("carol")));
        assert_eq!(roster.to_bytes(), bytes);
    }

    #[test]
    fn a_broken_line_disables_its_user_alone_and_is_named() {
        let text = format!("alice:{}\nbob:$argon2id$v=19\ncarol:{}\nalice:{0}\n", hash(1), hash(2));
        let roster = Roster::parse(text.as_bytes());
        assert!(roster.hash(&name("alice")).is_some() && roster.hash(&name("carol")).is_some());
        assert_eq!(roster.hash(&name("bob")), None);
        let told: Vec<String> =
            roster.complaints().map(|complaint| complaint.to_string()).collect();
        assert_eq!(told.len(), 2);
        assert!(told[0].starts_with("line 2 (user bob): expected a PHC string"), "{told:?}");
        assert_eq!(told[1], "line 4 (user alice): the name is in line 1 already, which counts");
        assert_eq!(roster.users().count(), 2);
    }

    #[test]
    fn a_name_counts_where_it_stands_first_even_when_that_line_is_broken() {
        let text = format!("bob:x\nbob:{}\n", hash(1));
        let mut roster = Roster::parse(text.as_bytes());
        assert_eq!(roster.hash(&name("bob")), None);
        roster.set(&name("bob"), hash(2));
        assert_eq!(roster.hash(&name("bob")), Some(&hash(2)));
        assert!(roster.remove(&name("bob")) && roster.to_bytes().is_empty());
        assert!(!roster.remove(&name("bob")));
    }

    #[test]
    fn line_ends_of_windows_are_read_and_an_empty_file_has_nobody() {
        let text = format!("alice:{}\r\n", hash(1));
        assert!(Roster::parse(text.as_bytes()).hash(&name("alice")).is_some());
        assert_eq!(Roster::parse(b""), Roster::default());
        assert_eq!(Roster::parse(b"\n\n").to_bytes(), b"\n\n");
    }
}
