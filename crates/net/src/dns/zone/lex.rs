//! Master files as lines of words (RFC 1035 section 5.1): comments, quotes, parentheses.
//!
//! hickory-proto reads master files too, but does not say where a mistake is, and reads the files
//! that `$INCLUDE` names by itself.

use std::ops::Range;

use super::ZoneError;

/// A word: what stands between blanks, or between quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// As it was written, without the quotes; backslashes are still there.
    pub(super) text: &'a str,
    /// Whether it stood between quotes.
    pub(super) quoted: bool,
    /// Where it stands in the text, without the quotes.
    pub(super) at: Range<usize>,
}

/// An entry: a line, or several that parentheses hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// Whether it begins with a blank, which stands for the owner of the entry before.
    pub(super) indented: bool,
    /// Never none.
    pub(super) words: Vec<Word<'a>>,
}

/// Cuts a text into entries.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next entry; `None` at the end. After a mistake the rest of its line is left out.
    pub(super) fn next_entry(&mut self) -> Option<Result<Entry<'a>, ZoneError>> {
        loop {
            if self.at >= self.text.len() {
                return None;
            }
            let indented = matches!(self.peek(), Some(b' ' | b'\t'));
            match self.line() {
                Ok(words) if words.is_empty() => {}
                Ok(words) => return Some(Ok(Entry { indented, words })),
                Err(error) => {
                    self.skip_line();
                    return Some(Err(error));
                }
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn line(&mut self) -> Result<Vec<Word<'a>>, ZoneError> {
        let mut words = Vec::new();
        let mut open: Option<usize> = None;
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => {
                    self.at += 1;
                    if open.is_none() {
                        return Ok(words);
                    }
                }
                b' ' | b'\t' | b'\r' => self.at += 1,
                b';' => self.skip_to_line_end(),
                b'(' if open.is_some() => {
                    return Err(self.error(
                        self.at..self.at + 1,
                        "a parenthesis inside parentheses",
                        "one pair is enough: everything up to `)` is one entry",
                    ));
                }
                b'(' => {
                    open = Some(self.at);
                    self.at += 1;
                }
                b')' => {
                    if open.take().is_none() {
                        return Err(self.error(
                            self.at..self.at + 1,
                            "`)` without `(` before it",
                            "leave it out, or open the parenthesis on the entry's first line",
                        ));
                    }
                    self.at += 1;
                }
                b'"' => words.push(self.quoted()?),
                _ => words.push(self.plain()),
            }
        }
        match open {
            None => Ok(words),
            Some(at) => {
                Err(self.error(at..at + 1, "`(` is never closed", "write `)` where the entry ends"))
            }
        }
    }

    fn plain(&mut self) -> Word<'a> {
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'(' | b')' | b'"' => break,
                b'\\' => self.skip_escaped(),
                _ => self.at += 1,
            }
        }
        self.word(start, self.at, false)
    }

    fn quoted(&mut self) -> Result<Word<'a>, ZoneError> {
        let quote = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    let word = self.word(quote + 1, self.at, true);
                    self.at += 1;
                    return Ok(word);
                }
                b'\n' => break,
                b'\\' => self.skip_escaped(),
                _ => self.at += 1,
            }
        }
        Err(self.error(
            quote..quote + 1,
            "a quote is opened and not closed on its line",
            "close it, or write \\\" for a quote that is meant",
        ))
    }

    /// A backslash and the letter after it.
    fn skip_escaped(&mut self) {
        self.at += 1;
        let next = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        // The end of the line stays what it is.
        self.at += next.filter(|next| *next != '\n').map_or(0, char::len_utf8);
    }

    fn word(&self, start: usize, end: usize, quoted: bool) -> Word<'a> {
        // Words begin and end at ASCII letters or around whole ones.
        Word { text: self.text.get(start..end).unwrap_or_default(), quoted, at: start..end }
    }

    fn skip_to_line_end(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    fn skip_line(&mut self) {
        self.skip_to_line_end();
        self.at = (self.at + 1).min(self.text.len());
    }

    fn error(&self, at: Range<usize>, message: &str, help: &str) -> ZoneError {
        ZoneError::new(self.text, at, message, help)
    }
}

/// The bytes of a word after its escapes: `\.` is a dot, `\065` is the byte 65. The answer also says
/// for each byte whether it was escaped, and so has no special meaning.
///
/// # Errors
/// Where the wrong escape is, in the word.
pub(super) fn unescape(word: &str) -> Result<Vec<(u8, bool)>, Range<usize>> {
    let bytes = word.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte != b'\\' {
            out.push((byte, false));
            at += 1;
            continue;
        }
        match bytes.get(at + 1) {
            None => return Err(at..at + 1),
            Some(digit) if digit.is_ascii_digit() => {
                let digits = bytes.get(at + 1..at + 4).unwrap_or_default();
                let number = std::str::from_utf8(digits).ok().and_then(|d| d.parse::<u8>().ok());
                let Some(number) = number.filter(|_| digits.len() == 3) else {
                    let end = (at + 4).min(bytes.len());
                    let end = (at + 1..=end).rev().find(|end| word.is_char_boundary(*end));
                    return Err(at..end.unwrap_or(at + 1));
                };
                out.push((number, true));
                at += 4;
            }
            Some(letter) => {
                out.push((*letter, true));
                at += 2;
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Vec<(bool, Vec<String>)> {
        let mut lexer = Lexer::new(text);
        std::iter::from_fn(|| lexer.next_entry())
            .map(|entry| {
                let entry = entry.unwrap();
                (entry.indented, entry.words.iter().map(|word| word.text.to_owned()).collect())
            })
            .collect()
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn lines_comments_parentheses_and_quotes() {
        let text =
            "a b ; c\n; nothing\n\n \t\n  indented\r\nsoa ( 1 ; one\n  2\n) 3\nt \"x;y\" z;\\";
        assert_eq!(
            entries(text),
            [
                (false, words(&["a", "b"])),
                (true, words(&["indented"])),
                (false, words(&["soa", "1", "2", "3"])),
                (false, words(&["t", "x;y", "z"])),
            ]
        );
    }

    #[test]
    fn an_escaped_letter_has_no_special_meaning() {
        assert_eq!(entries("a\\;b\\ c \"d\\\"e\""), [(false, words(&["a\\;b\\ c", "d\\\"e"]))]);
        let plain =
            |text| unescape(text).map(|bytes| bytes.iter().map(|b| b.0).collect::<Vec<_>>());
        assert_eq!(plain("a\\.b\\046\\\\"), Ok(b"a.b.\\".to_vec()));
        assert_eq!(unescape("a\\.b").unwrap()[1], (b'.', true));
        assert_eq!(plain("a\\25x"), Err(1..5));
        assert_eq!(plain("a\\256"), Err(1..5));
        assert_eq!(plain("a\\"), Err(1..2));
    }

    #[test]
    fn after_a_mistake_the_next_line_is_read() {
        let mut lexer = Lexer::new("a ) b\nc\nd (\n");
        assert!(lexer.next_entry().unwrap().is_err());
        assert_eq!(lexer.next_entry().unwrap().unwrap().words[0].text, "c");
        let error = lexer.next_entry().unwrap().unwrap_err();
        assert_eq!((error.line, error.column), (3, 3));
        assert!(lexer.next_entry().is_none());
    }
}
