//! Where in the lab's text something was written.

use std::fmt;
use std::ops::{Deref, Range};

/// A range of bytes of the lab's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// From byte `start` to before byte `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The number of bytes.
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether it covers nothing.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// A value and the place where it was written.
///
/// Two of them are equal when their values are: the same lab, written differently, is the same lab.
#[derive(Clone, Copy, Default)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where; empty at 0 for a value that was filled in.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// This value, written there.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T: fmt::Debug> fmt::Debug for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// The text of one YAML scalar, which knows where each part of it stands in the file.
#[derive(Clone, Debug)]
pub struct Text {
    /// The text after YAML's quotes and escapes.
    pub value: String,
    /// The whole scalar, quotes included.
    pub span: Span,
    /// Where the value's first byte stands, when the file has the value letter by letter (no
    /// escapes, no folded lines).
    pub(crate) verbatim: Option<usize>,
}

impl Text {
    /// The place of this part of the text: exact when the file has the text letter by letter, the
    /// whole scalar otherwise.
    pub fn span_of(&self, part: Range<usize>) -> Span {
        match self.verbatim {
            Some(start) => Span::new(start + part.start, start + part.end),
            None => self.span,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Text {}
