//! The language of `expect`: one claim about the network on each line.
//!
//! ```text
//! A reaches B[:PORT[/udp]]        A cannot reach B[:PORT[/udp]]
//! A resolves NAME to ADDRESS      A has address ADDRESS      A has address in PREFIX
//! output of A contains "TEXT"     output of A does not contain "TEXT"     exit of A is N
//! ```
//!
//! This reads a line into names and numbers; whether the lab has them is for [`crate::resolve`].

use std::net::IpAddr;
use std::ops::Range;

use ipnet::IpNet;

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::lab::{Service, Transport};
use crate::names::{HostName, NodeName};
use crate::span::{Spanned, Text};

/// A claim as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// Whether a probe from a node to a target comes back.
    Reach {
        from: Spanned<NodeName>,
        target: Spanned<TargetText>,
        service: Option<Service>,
        expected: bool,
    },
    /// What address a name has for a node.
    Resolve { node: Spanned<NodeName>, name: Spanned<HostName>, address: Spanned<IpAddr> },
    /// What address a node has.
    HasAddress { node: Spanned<NodeName>, address: IpNet, exactly: bool },
    /// Whether a program, or any on a node, prints a text.
    Output { of: Spanned<NodeName>, text: String, expected: bool },
    /// How a program ends.
    Exit { of: Spanned<NodeName>, code: u8 },
}

/// Where a probe goes, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TargetText {
    Address(IpAddr),
    /// The name of a node, or one that the asking node resolves.
    Name(HostName),
}

/// A word of a line; a quoted text is one word with its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: Range<usize>,
}

/// The words of a line.
pub(crate) fn words(line: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if quoted {
            if !escaped && c == '"' {
                quoted = false;
            }
            escaped = !escaped && c == '\\';
        } else if c.is_whitespace() {
            if let Some(start) = start.take() {
                words.push(Word { text: &line[start..at], at: start..at });
            }
        } else {
            if c == '"' && start.is_none() {
                quoted = true;
            }
            start.get_or_insert(at);
        }
    }
    if let Some(start) = start {
        words.push(Word { text: &line[start..], at: start..line.len() });
    }
    words
}

/// Reads one line.
pub(crate) fn parse(line: &Text) -> Result<Written, Diagnostic> {
    let mut parser = Parser { line, words: words(&line.value), next: 0 };
    let written = parser.claim()?;
    match parser.peek() {
        None => Ok(written),
        Some(word) => Err(parser
            .diagnostic(word.at.start..line.value.trim_end().len(), "too much")
            .message(format!("expected the end of the line, got `{}`", word.text))
            .build()),
    }
}

struct Parser<'a> {
    line: &'a Text,
    words: Vec<Word<'a>>,
    next: usize,
}

/// A diagnostic under construction: all of them point into the line.
struct Complaint<'a> {
    line: &'a Text,
    at: Range<usize>,
    label: String,
    message: String,
    help: Option<String>,
}

impl Complaint<'_> {
    fn message(mut self, message: String) -> Self {
        self.message = message;
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn build(self) -> Diagnostic {
        let span = self.line.span_of(self.at);
        Diagnostic::new(Code::BadExpectation, self.message, span, self.label).maybe_help(self.help)
    }
}

const FORMS: &str = "an expectation is one of `A reaches B`, `A cannot reach B:PORT`, \
    `A resolves NAME to ADDRESS`, `A has address ADDRESS`, `output of A contains \"TEXT\"`, \
    `exit of A is N`";

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Word<'a>> {
        self.words.get(self.next).cloned()
    }

    /// The next word, or a complaint that what is described is missing at the end.
    fn word(&mut self, expected: &str) -> Result<Word<'a>, Diagnostic> {
        if let Some(word) = self.peek() {
            self.next += 1;
            return Ok(word);
        }
        let end = self.line.value.trim_end().len();
        // The last letter, since nothing cannot be underlined.
        let start = self.line.value[..end].char_indices().next_back().map_or(0, |(at, _)| at);
        Err(self
            .diagnostic(start..end, "the line ends here")
            .message(format!("expected {expected}, got the end of the line"))
            .help(FORMS)
            .build())
    }

    fn diagnostic(&self, at: Range<usize>, label: impl Into<String>) -> Complaint<'a> {
        Complaint { line: self.line, at, label: label.into(), message: String::new(), help: None }
    }

    /// The complaint that `word` is none of these.
    fn unexpected(&self, word: &Word<'_>, expected: &str, choice: &[&str]) -> Diagnostic {
        let help = match nearest(word.text, choice.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => FORMS.to_owned(),
        };
        self.diagnostic(word.at.clone(), "this word")
            .message(format!("expected {expected}, got `{}`", word.text))
            .help(help)
            .build()
    }

    /// This word and no other.
    fn keyword(&mut self, keyword: &str) -> Result<(), Diagnostic> {
        let word = self.word(&format!("`{keyword}`"))?;
        if word.text == keyword {
            return Ok(());
        }
        Err(self.unexpected(&word, &format!("`{keyword}`"), &[keyword]))
    }

    fn claim(&mut self) -> Result<Written, Diagnostic> {
        let first = self.word("a node, `output` or `exit`")?;
        let second = self.peek();
        let of = second.as_ref().is_some_and(|word| word.text == "of");
        if of && first.text == "output" {
            return self.output();
        }
        if of && first.text == "exit" {
            return self.exit();
        }
        if of {
            return Err(self.unexpected(
                &first,
                "`output` or `exit` before `of`",
                &["output", "exit"],
            ));
        }
        let node = self.node(&first)?;
        let verb = self.word("`reaches`, `cannot reach`, `resolves` or `has address`")?;
        match verb.text {
            "reaches" => self.reach(node, true),
            "cannot" => {
                self.keyword("reach")?;
                self.reach(node, false)
            }
            "resolves" => {
                let name = self.host_name()?;
                self.keyword("to")?;
                let address = self.address()?;
                Ok(Written::Resolve { node, name, address })
            }
            "has" => {
                self.keyword("address")?;
                self.has_address(node)
            }
            _ => Err(self.unexpected(
                &verb,
                "`reaches`, `cannot reach`, `resolves` or `has address`",
                &["reaches", "cannot", "resolves", "has"],
            )),
        }
    }

    fn reach(&mut self, from: Spanned<NodeName>, expected: bool) -> Result<Written, Diagnostic> {
        let word = self.word("a node, an address or a name")?;
        let (target, service) = self.target(&word)?;
        Ok(Written::Reach { from, target, service, expected })
    }

    fn output(&mut self) -> Result<Written, Diagnostic> {
        self.keyword("of")?;
        let of = self.name()?;
        let verb = self.word("`contains` or `does not contain`")?;
        let expected = match verb.text {
            "contains" => true,
            "does" => {
                self.keyword("not")?;
                self.keyword("contain")?;
                false
            }
            _ => {
                return Err(self.unexpected(
                    &verb,
                    "`contains` or `does not contain`",
                    &["contains", "does"],
                ));
            }
        };
        let text = self.quoted()?;
        Ok(Written::Output { of, text, expected })
    }

    fn exit(&mut self) -> Result<Written, Diagnostic> {
        self.keyword("of")?;
        let of = self.name()?;
        self.keyword("is")?;
        let word = self.word("an exit status")?;
        let code = word.text.parse().map_err(|_| {
            self.diagnostic(word.at.clone(), "not an exit status")
                .message(format!("expected an exit status from 0 to 255, got `{}`", word.text))
                .help("0 means that the program was content, 1 or more that it was not")
                .build()
        })?;
        Ok(Written::Exit { of, code })
    }

    fn has_address(&mut self, node: Spanned<NodeName>) -> Result<Written, Diagnostic> {
        let word = self.word("an address, or `in` and a prefix")?;
        if word.text == "in" {
            let word = self.word("a prefix")?;
            let address = word.text.parse().map_err(|_| {
                self.diagnostic(word.at.clone(), "not a prefix")
                    .message(format!("expected a prefix, got `{}`", word.text))
                    .help("write one such as `192.168.10.0/24`")
                    .build()
            })?;
            return Ok(Written::HasAddress { node, address, exactly: false });
        }
        let address = self.parse_address(&word)?;
        Ok(Written::HasAddress { node, address: IpNet::from(address), exactly: true })
    }

    fn name(&mut self) -> Result<Spanned<NodeName>, Diagnostic> {
        let word = self.word("a program or a node")?;
        self.node(&word)
    }

    fn node(&self, word: &Word<'_>) -> Result<Spanned<NodeName>, Diagnostic> {
        match word.text.parse() {
            Ok(name) => Ok(Spanned::new(name, self.line.span_of(word.at.clone()))),
            Err(error) => Err(self
                .diagnostic(word.at.clone(), "not a name")
                .message(format!("expected the name of a node or program: {error}"))
                .help(FORMS)
                .build()),
        }
    }

    fn host_name(&mut self) -> Result<Spanned<HostName>, Diagnostic> {
        let word = self.word("a name")?;
        match word.text.parse() {
            Ok(name) => Ok(Spanned::new(name, self.line.span_of(word.at))),
            Err(error) => Err(self
                .diagnostic(word.at, "not a name")
                .message(format!("expected a name such as `www.example.com`: {error}"))
                .build()),
        }
    }

    fn address(&mut self) -> Result<Spanned<IpAddr>, Diagnostic> {
        let word = self.word("an address")?;
        let address = self.parse_address(&word)?;
        Ok(Spanned::new(address, self.line.span_of(word.at)))
    }

    fn parse_address(&self, word: &Word<'_>) -> Result<IpAddr, Diagnostic> {
        word.text.parse().map_err(|_| {
            self.diagnostic(word.at.clone(), "not an address")
                .message(format!("expected an address, got `{}`", word.text))
                .help("write one such as `192.168.10.1`")
                .build()
        })
    }

    /// `B`, `B:PORT`, `B:PORT/udp`, where B may be `[IPv6]` in front of a port.
    fn target(
        &self,
        word: &Word<'_>,
    ) -> Result<(Spanned<TargetText>, Option<Service>), Diagnostic> {
        let start = word.at.start;
        let whole = self.line.span_of(word.at.clone());
        if let Ok(address) = word.text.parse() {
            return Ok((Spanned::new(TargetText::Address(address), whole), None));
        }
        let (host, port) = match word.text.rsplit_once(':') {
            Some((host, port)) => (host, Some((start + host.len() + 1, port))),
            None => (word.text, None),
        };
        let at = start..start + host.len();
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let target = match (bare.parse(), bare.parse()) {
            (Ok(address), _) => TargetText::Address(address),
            // Four numbers are meant as an address, so 10.0.0.311 is not taken for a name.
            (_, Ok(name)) if !looks_like_address(bare) => TargetText::Name(name),
            _ => {
                return Err(self
                    .diagnostic(at, "neither a name nor an address")
                    .message(format!("expected a node, an address or a name, got `{host}`"))
                    .help("write one such as `b3`, `b3:80`, `b3:53/udp` or `192.168.20.3:80`")
                    .build());
            }
        };
        let target = Spanned::new(target, self.line.span_of(at));
        let service = port.map(|(at, port)| self.service(at, port)).transpose()?;
        Ok((target, service))
    }

    fn service(&self, start: usize, written: &str) -> Result<Service, Diagnostic> {
        let (port, transport) = match written.split_once('/') {
            None => (written, Transport::Tcp),
            Some((port, "tcp")) => (port, Transport::Tcp),
            Some((port, "udp")) => (port, Transport::Udp),
            Some((port, other)) => {
                let at = start + port.len() + 1;
                return Err(self
                    .diagnostic(at..at + other.len(), "not a transport")
                    .message(format!("expected `tcp` or `udp`, got `{other}`"))
                    .build());
            }
        };
        match port.parse() {
            Ok(port @ 1..) => Ok(Service { port, transport }),
            _ => Err(self
                .diagnostic(start..start + port.len(), "not a port")
                .message(format!("expected a port from 1 to 65535, got `{port}`"))
                .help("write the number, such as `b3:80` or `b3:53/udp`")
                .build()),
        }
    }

    /// A text in double quotes.
    fn quoted(&mut self) -> Result<String, Diagnostic> {
        let word = self.word("a text in double quotes")?;
        let complaint = |label: &str, at: Range<usize>| {
            self.diagnostic(at, label)
                .message(format!("expected a text in double quotes, got `{}`", word.text))
        };
        let Some(rest) = word.text.strip_prefix('"') else {
            let end = self.line.value.trim_end().len();
            let unquoted = &self.line.value[word.at.start..end];
            return Err(complaint("no quotes", word.at.start..end)
                .help(format!("write `\"{unquoted}\"`"))
                .build());
        };
        let mut text = String::new();
        let mut letters = rest.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' if at + 1 == rest.len() => return Ok(text),
                '"' => {
                    let end = word.at.start + at + 2;
                    return Err(complaint("the text ended before this", end..word.at.end)
                        .help("write `\\\"` for a quote inside the text")
                        .build());
                }
                '\\' => match letters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, same @ ('"' | '\\'))) => text.push(same),
                    other => {
                        let from = word.at.start + at + 1;
                        let to = other.map_or(from + 1, |(_, c)| from + 1 + c.len_utf8());
                        return Err(complaint("unknown escape", from..to)
                            .help("known are `\\\"`, `\\\\`, `\\n` and `\\t`")
                            .build());
                    }
                },
                letter => text.push(letter),
            }
        }
        Err(complaint("the text has no end", word.at.clone()).help("add the closing `\"`").build())
    }
}

fn looks_like_address(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}
