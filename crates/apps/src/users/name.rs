//! What users may be called.

use std::fmt;

/// The longest name, in bytes (Linux's `LOGIN_NAME_MAX` is 256; `useradd` takes 32).
pub const LONGEST_NAME: usize = 32;

/// The name of a user: `a` to `z`, digits, `.`, `_` and `-`, at most 32 of them, the first a letter or
/// a digit. So a name is also a file name, one word in a line, and looks the same to everybody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UserName(Box<str>);

/// Why a text is no name of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing.
    #[error("a name has at least one character, got none")]
    Empty,
    /// Too long.
    #[error("a name has at most {LONGEST_NAME} characters, got {0}")]
    Long(usize),
    /// A character that names do not have.
    #[error("a name has only `a` to `z`, `0` to `9`, `.`, `_` and `-`, got {0:?}")]
    Character(char),
    /// Begins like a hidden file or an option.
    #[error("a name begins with a letter or a digit, got {0:?}")]
    Start(char),
}

impl UserName {
    /// This text as a name.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let first = text.chars().next().ok_or(NameError::Empty)?;
        let foreign = |c: &char| !matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | '-');
        if let Some(character) = text.chars().find(foreign) {
            return Err(NameError::Character(character));
        }
        if !first.is_ascii_alphanumeric() {
            return Err(NameError::Start(first));
        }
        if text.len() > LONGEST_NAME {
            return Err(NameError::Long(text.len()));
        }
        Ok(Self(text.into()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for UserName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_file_name_and_one_word() {
        let long = "a".repeat(32);
        for name in ["alice", "b.o-b_2", "0", &long] {
            assert_eq!(UserName::new(name).map(|name| name.to_string()), Ok(name.to_owned()));
        }
        let longer = "a".repeat(33);
        for name in ["", "..", ".a", "-a", "_a", "Alice", "a b", "a/b", "a:b", "äa", "a\n", &longer]
        {
            assert!(UserName::new(name).is_err(), "{name:?}");
        }
    }
}
