//! What a rule waits for: [`Pattern`].
//!
//! | in a pattern | fits |
//! |---|---|
//! | `opening hours` | these words, in this order, and nothing else |
//! | `hi \| hello` | one or the other |
//! | `(price \| cost) list` | one or the other, then `list` |
//! | `[please] help` | `help`, with or without `please` |
//! | `*` | any words, or none; `* price *` has the word anywhere |
//! | `cancel*`, `*price*` | what begins so, what has it anywhere, also within words |
//! | `{name}` | one word or more, remembered |
//! | `{id:word}`, `{order:number}` | one word, digits alone; remembered |
//!
//! A pattern becomes a regular expression over the words of a text. The engine's time is at most
//! linear in the text for each pattern: it does not backtrack.

use regex_lite::{Regex, RegexBuilder};

use super::words::{PART, ordinary, stands_alone, words};

/// A pattern of more characters is refused.
const LONGEST: usize = 1000;
/// Parentheses within parentheses.
const DEEPEST: usize = 8;
/// Bytes of a compiled pattern: far more than [`LONGEST`] characters need.
const LARGEST: usize = 1024 * 1024;

/// What a text has to be. See the module.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    regex: Regex,
    /// What the groups of `regex` are called, the first at 0.
    names: Vec<Box<str>>,
}

/// Why a text is no pattern, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) String);

impl Pattern {
    /// Reads a pattern.
    pub(super) fn parse(text: &str) -> Result<Self, Refused> {
        if text.chars().count() > LONGEST {
            return Err(Refused(format!(
                "a pattern has at most {LONGEST} characters; write several `when:` lines"
            )));
        }
        let mut reader = Reader {
            rest: text.chars().map(ordinary).collect::<Vec<_>>(),
            at: 0,
            depth: 0,
            regex: String::from("^(?:"),
            names: Vec::new(),
        };
        reader.alternatives()?;
        if let Some(c) = reader.peek() {
            return Err(Refused(format!("`{c}` closes nothing that was opened before")));
        }
        reader.regex.push_str(")$");
        let regex = RegexBuilder::new(&reader.regex)
            .size_limit(LARGEST)
            .build()
            // All that the pattern's author wrote is escaped.
            .map_err(|error| Refused(format!("the pattern is too large ({error})")))?;
        Ok(Self { regex, names: reader.names })
    }

    /// What it remembers.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// Whether the text fits; if so, what it remembers of it.
    pub(super) fn find<'t>(&self, text: &Heard<'t>) -> Option<Vec<(&str, &'t str)>> {
        let found = self.regex.captures(&text.words)?;
        let mut captures = Vec::new();
        for (group, name) in (1..).zip(&self.names) {
            if let Some(part) = found.get(group) {
                captures.push((&**name, text.original(part.range())));
            }
        }
        Some(captures)
    }
}

/// A text made ready for patterns.
#[derive(Debug)]
pub(super) struct Heard<'t> {
    text: &'t str,
    /// Its words, each with one space behind it.
    words: String,
    /// For each word where it begins in `words`, and where it is in `text`.
    places: Vec<(usize, std::ops::Range<usize>)>,
}

impl<'t> Heard<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut joined = String::with_capacity(text.len() + 8);
        let mut places = Vec::new();
        for word in words(text) {
            // No text may pretend to be part of a pattern; see `PART`.
            places.push((joined.len(), word.place));
            joined.push_str(&word.text);
            joined.push(' ');
        }
        Self { text, words: joined, places }
    }

    /// Its words, in small letters and with one space between them.
    pub(super) fn plain(&self) -> &str {
        self.words.trim_end()
    }

    /// The part of the text whose words are at these bytes of `words`.
    fn original(&self, range: std::ops::Range<usize>) -> &'t str {
        let first = self.places.partition_point(|(at, _)| *at < range.start);
        let behind = self.places.partition_point(|(at, _)| *at < range.end);
        match (self.places.get(first), behind.checked_sub(1).and_then(|i| self.places.get(i))) {
            (Some((_, first)), Some((_, last))) if first.start < last.end => {
                &self.text[first.start..last.end]
            }
            _ => "",
        }
    }
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    depth: usize,
    regex: String,
    names: Vec<Box<str>>,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    /// `a | b c | d`, up to a closing sign or the end.
    fn alternatives(&mut self) -> Result<(), Refused> {
        loop {
            if self.sequence()? == 0 {
                return Err(Refused(match self.peek() {
                    Some('|') => "nothing before `|`: expected words on both sides".to_owned(),
                    Some(c @ (')' | ']')) => format!("nothing before `{c}`: expected words"),
                    _ => "nothing to wait for: expected words, or `*` for anything".to_owned(),
                }));
            }
            if self.peek() != Some('|') {
                return Ok(());
            }
            self.at += 1;
            self.regex.push('|');
        }
    }

    /// Items up to `|`, a closing sign or the end; how many.
    fn sequence(&mut self) -> Result<usize, Refused> {
        let mut items = 0;
        while let Some(c) = self.peek() {
            match c {
                '|' | ')' | ']' => break,
                '(' | '[' => self.group(c)?,
                '{' => self.capture()?,
                '}' => return Err(Refused("`}` closes nothing that was opened before".to_owned())),
                _ if c.is_whitespace() => {
                    self.at += 1;
                    continue;
                }
                _ => {
                    items += self.chunk();
                    continue;
                }
            }
            items += 1;
        }
        Ok(items)
    }

    fn group(&mut self, open: char) -> Result<(), Refused> {
        let close = if open == '(' { ')' } else { ']' };
        if self.depth == DEEPEST {
            return Err(Refused(format!("more than {DEEPEST} `(` within one another")));
        }
        self.depth += 1;
        self.at += 1;
        self.regex.push_str("(?:");
        self.alternatives()?;
        if self.peek() != Some(close) {
            return Err(Refused(format!("`{open}` is not closed: expected `{close}`")));
        }
        self.at += 1;
        self.depth -= 1;
        self.regex.push_str(if open == '(' { ")" } else { ")?" });
        Ok(())
    }

    fn capture(&mut self) -> Result<(), Refused> {
        let inside = &self.rest[self.at + 1..];
        let Some(length) = inside.iter().position(|&c| c == '}') else {
            return Err(Refused("`{` is not closed: expected `}`".to_owned()));
        };
        let inside: String = inside[..length].iter().collect();
        self.at += length + 2;
        let (name, kind) = match inside.split_once(':') {
            Some((name, kind)) => (name.trim(), kind.trim()),
            None => (inside.trim(), ""),
        };
        let name = variable(name)?;
        self.regex.push_str(match kind {
            "" | "words" => "((?:[^ ]+ )+?)",
            "word" => "([^ ]+ )",
            "number" => "([0-9]+ )",
            _ => {
                return Err(Refused(format!(
                    "unknown kind `{kind}`: expected {{{name}}}, {{{name}:word}} or {{{name}:number}}"
                )));
            }
        });
        self.names.push(name.into());
        Ok(())
    }

    /// Words and stars without spaces or signs between them; how many words and stars.
    fn chunk(&mut self) -> usize {
        let begin = self.at;
        let ends = |c: &char| c.is_whitespace() || "|()[]{}".contains(*c);
        let length = self.rest[begin..].iter().position(ends).unwrap_or(self.rest.len() - begin);
        self.at += length;
        let chunk = &self.rest[begin..self.at];
        let letter = |at: Option<usize>| {
            at.and_then(|at| chunk.get(at))
                .is_some_and(|&c| c.is_alphanumeric() && !stands_alone(c))
        };
        // A star beside a letter may begin or end within a word; others are whole words.
        let mut items = 0;
        let mut text = String::new();
        for (at, &c) in chunk.iter().enumerate() {
            match c {
                '*' if letter(at.checked_sub(1)) || letter(Some(at + 1)) => text.push(PART),
                '*' => {
                    items += push_words(&mut self.regex, &text) + 1;
                    text.clear();
                    self.regex.push_str("(?:[^ ]+ )*?");
                }
                _ => text.push(c),
            }
        }
        items + push_words(&mut self.regex, &text)
    }
}

/// Adds these words to a regular expression; how many.
fn push_words(regex: &mut String, text: &str) -> usize {
    let words = words(text);
    for word in &words {
        regex.push_str(&regex_lite::escape(&word.text).replace(PART, ".*?"));
        regex.push(' ');
    }
    words.len()
}

/// The longest name of a variable or menu, in characters.
const LONGEST_NAME: usize = 40;

/// The name as it is, if it can be one: letters, digits, `_` and `-`.
pub(super) fn variable(name: &str) -> Result<&str, Refused> {
    let fine = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    match name {
        "" => Err(Refused("a name is missing, as in {name}".to_owned())),
        _ if !name.chars().all(fine) => {
            Err(Refused(format!("`{name}` is no name: expected letters, digits, `_` and `-`")))
        }
        _ if name.chars().count() > LONGEST_NAME => {
            Err(Refused(format!("`{name}` is too long for a name: at most {LONGEST_NAME} letters")))
        }
        _ => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).unwrap().find(&Heard::new(text)).is_some()
    }

    fn captures(pattern: &str, text: &str) -> Option<Vec<(String, String)>> {
        let pattern = Pattern::parse(pattern).unwrap();
        let found = pattern.find(&Heard::new(text))?;
        Some(found.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    fn one(name: &str, value: &str) -> Option<Vec<(String, String)>> {
        Some(vec![(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn words_fit_whole() {
        assert!(fits("opening hours", "Opening  hours?"));
        assert!(!fits("opening hours", "your opening hours"));
        assert!(!fits("hi", "this"));
        assert!(fits("what's up", "WHATS UP"));
    }

    #[test]
    fn alternatives_groups_and_optional_words() {
        for text in ["hi", "hello", "good morning"] {
            assert!(fits("hi | hello | good morning", text), "{text}");
        }
        assert!(fits("(price | cost) list", "price list"));
        assert!(!fits("(price | cost) list", "price"));
        assert!(fits("[please | kindly] help", "help") && fits("[please] help", "please help"));
        assert!(fits("[please] (help | assist) [me [now]]", "help me now"));
    }

    #[test]
    fn a_star_is_any_words_and_beside_a_letter_anything() {
        assert!(fits("* price *", "price") && fits("* price *", "what is the price of it?"));
        assert!(!fits("* price *", "a pricey thing"));
        assert!(fits("* pric* *", "a pricey thing") && fits("*price*", "a pricey thing"));
        assert!(fits("*port", "the airport") && !fits("*port", "ports"));
        assert!(fits("cancel*", "cancelled it") && !fits("cancel*", "to cancel"));
        assert!(fits("re*ed", "returned") && fits("re*ed", "re a b ed") && !fits("re*ed", "red"));
        assert!(fits("*", "") && fits("*", "anything at all"));
    }

    #[test]
    fn chinese_needs_no_spaces() {
        assert!(fits("*价格*", "请问价格是多少?"));
        assert!(fits("* 价格 *", "价格"));
        assert!(fits("(价格|多少钱)", "多少钱?"));
        assert!(!fits("价格", "价"));
        assert_eq!(captures("我叫{名字}", "我叫小明。"), one("名字", "小明"));
        assert_eq!(captures("*订单{order:number}*", "查订单12345,谢谢"), one("order", "12345"));
    }

    #[test]
    fn captures_keep_the_text_as_it_was_written() {
        assert_eq!(
            captures("my name is {name}", "My name is Anna Lena!"),
            one("name", "Anna Lena")
        );
        assert_eq!(captures("i am {name} from *", "I am O'Neil from Cork"), one("name", "O'Neil"));
        assert_eq!(captures("* order {id:word} *", "my order A-17 please"), one("id", "A-17"));
        assert_eq!(captures("order {id:number}", "order A-17"), None);
        assert_eq!(captures("a {x} | b {y}", "b 2"), one("y", "2"));
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for (pattern, why) in [
            ("", "nothing to wait for"),
            ("?!", "nothing to wait for"),
            ("a |", "nothing to wait for"),
            ("| a", "nothing before `|`"),
            ("a || b", "nothing before `|`"),
            ("(a", "`(` is not closed"),
            ("[a)", "`[` is not closed"),
            ("()", "nothing before `)`"),
            ("a)", "`)` closes nothing"),
            ("{name", "`{` is not closed"),
            ("{}", "a name is missing"),
            ("{my name}", "is no name"),
            ("{n:digits}", "unknown kind `digits`"),
            ("}", "`}` closes nothing"),
        ] {
            let Refused(message) = Pattern::parse(pattern).unwrap_err();
            assert!(message.contains(why), "{pattern:?}: {message}");
        }
        assert!(Pattern::parse(&"(".repeat(9)).is_err());
        assert!(Pattern::parse(&"a".repeat(1001)).is_err());
    }

    #[test]
    fn signs_of_regular_expressions_mean_themselves() {
        assert!(fits("c++", "C++") && fits("a.b", "a.b") && !fits("a.b", "axb"));
        assert!(!fits("cancel*", "\u{E000}"));
    }

    #[test]
    fn a_hostile_text_takes_no_longer_than_a_friendly_one() {
        // An engine that backtracks would not come back from this one.
        let pattern = Pattern::parse("* a* * a* * a* * a* * a* * {x} a* * b").unwrap();
        let text = "a ".repeat(500);
        assert!(pattern.find(&Heard::new(&text)).is_none());
    }
}
