//! YAML text as a tree that knows where everything stands.
//!
//! Built from the events of serde-saphyr's own parser rather than through serde, because serde
//! stops at the first mistake and forgets the first of two equal keys; a lab file gets all of its
//! mistakes told at once. Scalars are resolved by the YAML 1.2 core schema (so `on` and `no` are
//! text). Aliases are followed within a budget; tags and merge keys are not part of a lab file.

use std::collections::BTreeMap;

use serde_saphyr::granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Span as Marks};

use crate::diagnostic::{Code, Diagnostic};
use crate::span::{Span, Text};

/// The largest text that is read. A host takes some 60 bytes, so this holds a million of them.
const MAX_BYTES: usize = 64 << 20;
/// The deepest nesting. A lab needs six.
const MAX_DEPTH: usize = 32;
/// The most nodes that aliases may repeat: a short file must not become a tree of gigabytes.
const MAX_REPEATED: usize = 1_000_000;

/// One YAML node.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Scalar(Scalar, Text),
    Sequence(Vec<Node>),
    Mapping(Vec<(Text, Node)>),
}

/// What a scalar is by the core schema (YAML 1.2.2 section 10.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Null,
    Boolean,
    Integer,
    Float,
    Text,
}

impl Node {
    /// What it is, for "expected ..., got ...".
    pub(crate) fn describe(&self) -> String {
        match &self.value {
            Value::Scalar(Scalar::Null, _) => "nothing".to_owned(),
            Value::Scalar(Scalar::Boolean, text) => format!("the truth value `{}`", text.value),
            Value::Scalar(Scalar::Integer | Scalar::Float, text) => {
                format!("the number `{}`", text.value)
            }
            Value::Scalar(Scalar::Text, text) => format!("the text `{}`", text.value),
            Value::Sequence(_) => "a list".to_owned(),
            Value::Mapping(_) => "a mapping".to_owned(),
        }
    }

    pub(crate) const fn is_null(&self) -> bool {
        matches!(self.value, Value::Scalar(Scalar::Null, _))
    }
}

/// Reads the text; `None` when it is no YAML at all, with the reason in `diagnostics`.
pub(crate) fn read(text: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    if text.len() > MAX_BYTES {
        diagnostics.push(Diagnostic::new(
            Code::Limit,
            format!("the file has {} bytes, a lab has at most {MAX_BYTES}", text.len()),
            Span::new(0, 0),
            "",
        ));
        return None;
    }
    let mut builder = Builder {
        text,
        events: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
        nodes: 0,
        repeated: 0,
        diagnostics,
    };
    match builder.document() {
        Ok(node) => Some(node),
        Err(Stopped(diagnostic)) => {
            builder.diagnostics.push(*diagnostic);
            None
        }
    }
}

/// Reading cannot go on.
struct Stopped(Box<Diagnostic>);

type Events<'a> = Parser<'a, serde_saphyr::granit_parser::StrInput<'a>>;

struct Builder<'a, 'd> {
    text: &'a str,
    events: Events<'a>,
    /// The anchored nodes by the parser's number, each with the count of nodes in it.
    anchors: BTreeMap<usize, (Node, usize)>,
    nodes: usize,
    repeated: usize,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'a> Builder<'a, '_> {
    fn document(&mut self) -> Result<Node, Stopped> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(stop(
                        Code::Yaml,
                        "a second document in one file, a lab file holds one lab",
                        span,
                        "the second one starts here",
                    ));
                }
                Event::DocumentStart(..) => {}
                event => root = Some(self.node(event, span, 0)?),
            }
        }
        let end = Span::new(self.text.len(), self.text.len());
        let nothing = Text { value: String::new(), span: end, verbatim: None };
        Ok(root.unwrap_or(Node { span: end, value: Value::Scalar(Scalar::Null, nothing) }))
    }

    /// The next event that is no comment.
    fn next(&mut self) -> Result<(Event<'a>, Span), Stopped> {
        loop {
            match self.events.next_event() {
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok((event, marks))) => return Ok((event, self.span(&marks))),
                Some(Err(error)) => {
                    let at = error.marker().byte_offset().unwrap_or(0);
                    let at = self.floor(at);
                    let Stopped(diagnostic) = stop(
                        Code::Yaml,
                        format!("the text is no YAML: {}", error.info()),
                        Span::new(at, at),
                        "reading stopped here",
                    );
                    let help = advice(error.kind()).map(str::to_owned);
                    return Err(Stopped(Box::new(diagnostic.maybe_help(help))));
                }
                None => return Ok((Event::StreamEnd, Span::default())),
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Stopped> {
        if depth >= MAX_DEPTH {
            return Err(stop(
                Code::Limit,
                format!("nested more than {MAX_DEPTH} deep"),
                span,
                "this is too deep",
            ));
        }
        let before = self.nodes;
        self.nodes += 1;
        let (node, anchor) = match event {
            Event::Scalar(value, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                (self.scalar(value.into_owned(), style, span), anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                let mut items = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::SequenceEnd, end) => break end,
                        (event, span) => items.push(self.node(event, span, depth + 1)?),
                    }
                };
                let span = self.whole(span, end);
                (Node { span, value: Value::Sequence(items) }, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                (self.mapping(span, depth)?, anchor)
            }
            Event::Alias(id) => {
                let Some((node, size)) = self.anchors.get(&id) else {
                    return Err(stop(
                        Code::Yaml,
                        "an alias inside the node that it names",
                        span,
                        "this would never end",
                    ));
                };
                self.nodes += size;
                self.repeated += size;
                if self.repeated > MAX_REPEATED {
                    return Err(stop(
                        Code::Limit,
                        format!("aliases repeat more than {MAX_REPEATED} values"),
                        span,
                        "reading stopped here",
                    ));
                }
                (node.clone(), 0)
            }
            other => {
                return Err(stop(
                    Code::Yaml,
                    format!("expected a value, got {other:?}"),
                    span,
                    "reading stopped here",
                ));
            }
        };
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), self.nodes - before));
        }
        Ok(node)
    }

    fn mapping(&mut self, start: Span, depth: usize) -> Result<Node, Stopped> {
        let mut entries: Vec<(Text, Node)> = Vec::new();
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        let end = loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break span;
            }
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            let Value::Scalar(_, key) = key.value else {
                self.diagnostics.push(Diagnostic::new(
                    Code::WrongType,
                    format!("expected a word as key, got {}", key.describe()),
                    key.span,
                    "no key of a lab file looks like this",
                ));
                continue;
            };
            if let Some(first) = seen.get(&key.value) {
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::DuplicateKey,
                        format!("the key `{}` is there twice", key.value),
                        key.span,
                        "the second one",
                    )
                    .and(*first, "the first one")
                    .help("keep one of them, or give one another name"),
                );
                continue;
            }
            seen.insert(key.value.clone(), key.span);
            entries.push((key, value));
        };
        Ok(Node { span: self.whole(start, end), value: Value::Mapping(entries) })
    }

    fn scalar(&self, value: String, style: ScalarStyle, span: Span) -> Node {
        let kind = match style {
            ScalarStyle::Plain => resolve(&value),
            _ => Scalar::Text,
        };
        let quote = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => 1,
            _ => 0,
        };
        let start = span.start + quote;
        let verbatim =
            self.text.get(start..).is_some_and(|rest| rest.starts_with(&value)).then_some(start);
        Node { span, value: Value::Scalar(kind, Text { value, span, verbatim }) }
    }

    fn refuse_tag(&mut self, tagged: bool, span: Span) {
        if tagged {
            self.diagnostics.push(Diagnostic::new(
                Code::Yaml,
                "a YAML tag, which means nothing in a lab file",
                span,
                "the tag of this value",
            ));
        }
    }

    fn span(&self, marks: &Marks) -> Span {
        let start = self.floor(marks.start.byte_offset().unwrap_or(0));
        let end = self.floor(marks.end.byte_offset().unwrap_or(start));
        Span::new(start, end.max(start))
    }

    /// A collection from its first to its last sign, without the blanks and comments after it.
    fn whole(&self, start: Span, end: Span) -> Span {
        let text = self.text.get(start.start..end.end).unwrap_or("");
        let line = text.lines().next().unwrap_or("").trim_end();
        // Underlining many lines shows nothing: the first one stands for a block.
        let len = if text.contains('\n') { line.len() } else { text.trim_end().len() };
        Span::new(start.start, start.start + len)
    }

    /// The offset, moved back to the start of a character and into the text.
    fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

fn stop(code: Code, message: impl Into<String>, span: Span, label: &str) -> Stopped {
    Stopped(Box::new(Diagnostic::new(code, message, span, label)))
}

/// What is usually meant by a mistake of this kind.
const fn advice(kind: &ErrorKind) -> Option<&'static str> {
    use ErrorKind as Kind;
    Some(match kind {
        Kind::UnexpectedEofFlowSequence
        | Kind::UnexpectedEofFlowMapping
        | Kind::UnexpectedEofImplicitFlowMapping
        | Kind::ExpectedFlowMappingSeparator
        | Kind::ExpectedFlowSequenceSeparator
        | Kind::MismatchedFlowCollectionEnd { .. }
        | Kind::UnclosedFlowCollection { .. } => {
            "look for a `{` or `[` before this place that is not closed, or for a missing comma"
        }
        Kind::MisplacedFlowCollectionEnd => "look for the `{` or `[` that this one is to close",
        Kind::TabNotAllowed | Kind::TabInBlockIndentation => {
            "indent with blanks: YAML allows no tabs there"
        }
        Kind::InvalidIndentation
        | Kind::ExpectedBlockMappingKey
        | Kind::ExpectedBlockSequenceEntry => {
            "keys of one mapping, and items of one list, begin in the same column"
        }
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => {
            "write `key: value`, with a colon and a blank"
        }
        Kind::MappingValueNotAllowed => {
            "put a text with `: ` in it in quotes, and look at the indentation of this line"
        }
        Kind::UnknownAnchor => "an alias `*name` needs an anchor `&name` before it",
        Kind::RecursionLimitExceeded => "a lab is at most a few levels deep",
        _ => return None,
    })
}

/// The core schema's type of a plain scalar (YAML 1.2.2 section 10.3.2).
fn resolve(text: &str) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return Scalar::Boolean,
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float,
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all =
        |text: &str, test: fn(&char) -> bool| !text.is_empty() && text.chars().all(|c| test(&c));
    if all(unsigned, char::is_ascii_digit)
        || text.strip_prefix("0o").is_some_and(|rest| all(rest, |c| ('0'..='7').contains(c)))
        || text.strip_prefix("0x").is_some_and(|rest| all(rest, char::is_ascii_hexdigit))
    {
        return Scalar::Integer;
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Scalar::Float;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        all(exponent.strip_prefix(['-', '+']).unwrap_or(exponent), char::is_ascii_digit)
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let mantissa_fits =
        digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    if exponent_fits && mantissa_fits { Scalar::Float } else { Scalar::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_types_of_the_core_schema() {
        // The examples of YAML 1.2.2 section 10.3.2, and words that YAML 1.1 took for booleans.
        for (text, kind) in [
            ("null", Scalar::Null),
            ("", Scalar::Null),
            ("True", Scalar::Boolean),
            ("0", Scalar::Integer),
            ("0o7", Scalar::Integer),
            ("0x3A", Scalar::Integer),
            ("-19", Scalar::Integer),
            ("0.", Scalar::Float),
            ("-0.0", Scalar::Float),
            (".5", Scalar::Float),
            ("+12e03", Scalar::Float),
            ("-2E+05", Scalar::Float),
            ("-.INF", Scalar::Float),
            (".NAN", Scalar::Float),
            ("on", Scalar::Text),
            ("no", Scalar::Text),
            ("10.0.0.1", Scalar::Text),
            ("2ms", Scalar::Text),
            ("e1", Scalar::Text),
            ("-", Scalar::Text),
            (".", Scalar::Text),
        ] {
            assert_eq!(resolve(text), kind, "{text:?}");
        }
    }

    #[test]
    fn aliases_repeat_the_anchored_node_and_a_bomb_of_them_is_refused() {
        let mut diagnostics = Vec::new();
        let node = read("a: &x [1, 2]\nb: *x\n", &mut diagnostics).unwrap();
        let Value::Mapping(entries) = node.value else { panic!("a mapping") };
        assert!(matches!(&entries[1].1.value, Value::Sequence(items) if items.len() == 2));

        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let inner = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
        }
        assert!(read(&bomb, &mut diagnostics).is_none());
        assert_eq!(diagnostics.last().map(|d| d.code), Some(Code::Limit));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let mut diagnostics = Vec::new();
        assert!(read(&"- ".repeat(60), &mut diagnostics).is_none());
        assert_eq!(diagnostics[0].code, Code::Limit);
        // Deeper ones are refused by the parser before they get here.
        assert!(read(&"[".repeat(100_000), &mut diagnostics).is_none());
    }
}
