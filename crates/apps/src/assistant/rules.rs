//! What an assistant says to what: [`Rules`].
//!
//! A rules file is lines of `word: text`; indentation and empty lines mean nothing, and a line that
//! begins with `#` is a comment.
//!
//! ```text
//! set: shop = Lantern & Co.
//! greeting: Welcome to {shop}, what would you like to do?
//! goodbye: Thank you, {name|dear customer}. Goodbye!
//! default: Say that again?
//!
//! when: hello | hi | good (morning | evening)
//!   say: Hello!
//! when: my name is {name}
//!   say: Nice to meet you, {name}.
//! when: * where is my order *
//!   ask order: What is the number of your order?
//!   say: Order {order} is on its way.
//! when: * (person | human) *
//!   hand over: A colleague will be with you in a moment.
//! when: menu
//!   go to: main
//!
//! menu: main
//!   say: What is it about?
//!   1: Opening hours
//!     say: We are open from 9 to 18.
//!   2: Something else
//!     go to: other
//! ```
//!
//! | line | means |
//! |---|---|
//! | `when: PATTERN` | a rule for messages that fit the pattern; several such lines are alternatives. The first rule that fits is taken |
//! | `say: TEXT` | says it; several are several lines |
//! | `ask NAME: TEXT` | unless it is remembered already, asks and remembers the next message as NAME |
//! | `go to: MENU` | shows a menu; its numbers and labels are understood until another menu is shown |
//! | `hand over: TEXT` | says it, and tells the operator that this customer wants a person |
//! | `end:`, `end: TEXT` | says it, or the goodbye, and ends the session |
//! | `menu: NAME`, then `say:`, then `1: LABEL` … | a menu and its choices, each with what then is done |
//! | `greeting:` `goodbye:` `default:` `too long:` `time over:` `closing:` | what is said at the beginning, at the end, to what no rule fits, to a text that is too long, when the session has lasted too long, when the server stops |
//! | `set: NAME = TEXT` | a text to use in others, as `{NAME}` |
//!
//! `{NAME}` in a text is what is remembered, `{NAME|TEXT}` the text while nothing is; `{host}` is the
//! name of the server's host. The words may be Chinese: 当, 说, 问, 转到, 转人工, 结束, 菜单, 问候, 再见,
//! 听不懂, 太长, 超时, 关闭, 设.

use std::fmt;
use std::sync::Arc;

use super::pattern::{Heard, Pattern};
use super::template::Template;

/// A larger rules file is refused, in bytes.
pub const LARGEST_FILE: usize = 256 * 1024;
/// More rules, and more menus, are refused.
pub(super) const MOST: usize = 2000;

/// What an assistant says to what; see the module. Sessions share one.
#[derive(Debug)]
pub struct Rules {
    pub(super) phrases: [Steps; Phrase::COUNT],
    pub(super) constants: Vec<(Box<str>, Template)>,
    pub(super) rules: Vec<Rule>,
    pub(super) menus: Vec<Arc<Menu>>,
}

/// What is done, in order. Shared, so that a session can go on after the rules were replaced.
pub(super) type Steps = Arc<[Step]>;

/// What is said without a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phrase {
    Greeting,
    Goodbye,
    Default,
    TooLong,
    TimeOver,
    Closing,
}

impl Phrase {
    pub(super) const COUNT: usize = 6;
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) patterns: Vec<Pattern>,
    pub(super) steps: Steps,
}

#[derive(Debug)]
pub(super) struct Menu {
    pub(super) name: Box<str>,
    pub(super) title: Steps,
    pub(super) choices: Vec<Choice>,
}

#[derive(Debug)]
pub(super) struct Choice {
    pub(super) number: u32,
    pub(super) label: Template,
    pub(super) steps: Steps,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Say(Template),
    Ask { variable: Box<str>, text: Template },
    GoTo(Box<str>),
    HandOver(Template),
    End(Option<Template>),
}

/// The languages of the built-in rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// English
    #[default]
    En,
    /// Simplified Chinese
    #[value(name = "zh-CN", alias = "zh")]
    ZhCn,
}

impl Language {
    /// The built-in rules of this language, as a file would have them.
    pub const fn text(self) -> &'static str {
        match self {
            Self::En => include_str!("rules/en.rules"),
            Self::ZhCn => include_str!("rules/zh-CN.rules"),
        }
    }
}

/// Everything that is wrong in a rules file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesError {
    /// In the order of the lines, never none.
    pub mistakes: Vec<Mistake>,
}

/// One thing that is wrong in a rules file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, the first is 1.
    pub line: usize,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RulesError {}

impl Rules {
    /// Reads a rules file. What it leaves unsaid (a greeting, a goodbye) is said as in the built-in
    /// rules of `language`.
    ///
    /// # Errors
    /// All mistakes, up to a limit, each with its line.
    pub fn parse(text: &str, language: Language) -> Result<Self, RulesError> {
        super::parse::parse(text, language)
    }

    /// The rules that need no file.
    pub fn built_in(language: Language) -> Self {
        match Self::parse(language.text(), language) {
            Ok(rules) => rules,
            // A test reads both.
            Err(error) => unreachable!("the built-in rules have mistakes: {error}"),
        }
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(super) fn phrase(&self, phrase: Phrase) -> &Steps {
        &self.phrases[phrase as usize]
    }

    pub(super) fn menu(&self, name: &str) -> Option<&Arc<Menu>> {
        self.menus.iter().find(|menu| *menu.name == *name)
    }

    /// The first rule that this text fits, with what it remembers.
    pub(super) fn find<'r, 't>(
        &'r self,
        text: &Heard<'t>,
    ) -> Option<(&'r Steps, Captures<'r, 't>)> {
        self.rules.iter().find_map(|rule| {
            let captures = rule.patterns.iter().find_map(|pattern| pattern.find(text))?;
            Some((&rule.steps, captures))
        })
    }
}

/// Names and what they are.
pub(super) type Captures<'r, 't> = Vec<(&'r str, &'t str)>;
