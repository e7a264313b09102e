//! Why a run failed, with everything that helps to find out.

use std::error::Error;
use std::fmt;

use lanternet_core::Instant;
use lanternet_lab::Diagnostics;

use super::seed;

/// Everything that is wrong with the description of a lab, each mistake with its place.
///
/// Its [`Debug`](fmt::Debug) form is the same text, so that a test that returns it shows it.
#[derive(Clone)]
pub struct Mistakes(pub(super) Diagnostics);

impl Mistakes {
    /// Each of them.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.0
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.0.plain();
        write!(f, "the lab cannot be built\n{}", plain.trim_end())
    }
}

impl fmt::Debug for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Mistakes {}

/// Why a run, or an expectation, failed.
///
/// Its text has what happened last and how to repeat the run; its [`Debug`](fmt::Debug) form is the
/// same text, so that a test that returns it shows it.
#[derive(Clone)]
pub struct Failure(Box<Facts>);

#[derive(Clone)]
struct Facts {
    kind: FailureKind,
    at: Instant,
    seed: u64,
    last: String,
}

impl Failure {
    pub(super) fn new(kind: FailureKind, at: Instant, seed: u64, last: String) -> Self {
        Self(Box::new(Facts { kind, at, seed, last }))
    }

    /// What failed.
    pub fn kind(&self) -> &FailureKind {
        &self.0.kind
    }

    /// When, in simulated time.
    pub fn at(&self) -> Instant {
        self.0.at
    }

    /// The seed of the run.
    pub fn seed(&self) -> u64 {
        self.0.seed
    }

    /// What happened last, a sentence in each line.
    pub fn last(&self) -> &str {
        &self.0.last
    }
}

/// What failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// A program of the test ended with an error.
    Program {
        /// Its name.
        program: String,
        /// The node it ran on.
        node: String,
        /// Where in the test it was started: `FILE:LINE`.
        started: String,
        /// The error in words.
        error: String,
    },
    /// A program of the test panicked.
    Panic {
        /// Its name.
        program: String,
        /// The node it ran on.
        node: String,
        /// Where in the test it was started: `FILE:LINE`.
        started: String,
        /// What it said.
        message: String,
    },
    /// These programs wait, and nothing is under way that could wake them.
    Stuck {
        /// Each as `NAME on NODE`.
        programs: Vec<String>,
    },
    /// These programs had not ended at the limit of the run.
    TimeLimit {
        /// Each as `NAME on NODE`.
        programs: Vec<String>,
    },
    /// So many events happened that something goes round in circles.
    EventLimit,
    /// What was to happen did not happen before the network fell silent, or before the limit.
    NotSeen,
    /// An expectation does not hold.
    Expectation {
        /// The expectation.
        text: String,
        /// What was found instead.
        found: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Facts { kind, at, seed, last } = &*self.0;
        writeln!(f, "at {at}, with seed {seed}: {kind}")?;
        if let Some(help) = kind.help() {
            writeln!(f, "help: {help}")?;
        }
        if !last.is_empty() {
            writeln!(f, "what happened last:")?;
            last.lines().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        write!(f, "repeat it with: {}", seed::repeat(*seed))
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Failure {}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program { program, node, started, error } => {
                write!(f, "{program} on {node} (started at {started}) failed: {error}")
            }
            Self::Panic { program, node, started, message } => {
                write!(f, "{program} on {node} (started at {started}) panicked: {message}")
            }
            Self::Stuck { programs } => {
                write!(f, "nothing is under way, and these wait forever: {}", programs.join(", "))
            }
            Self::TimeLimit { programs } => {
                write!(f, "the run has reached its limit, and these have not ended: ")?;
                f.write_str(&programs.join(", "))
            }
            Self::EventLimit => f.write_str(
                "so many events happened that something goes round in circles, as frames do in a loop \
                 of switches",
            ),
            Self::NotSeen => f.write_str("what the run waited for did not happen"),
            Self::Expectation { text, found } => {
                write!(f, "does not hold: {text}")?;
                found.lines().try_for_each(|line| write!(f, "\n  {line}"))
            }
        }
    }
}

impl FailureKind {
    /// What to do about it, where that is known.
    fn help(&self) -> Option<&'static str> {
        // What tokio says where its runtime is missing.
        let tokio =
            |text: &str| text.contains("no reactor running") || text.contains("context of a Tokio");
        match self {
            Self::Panic { message, .. } if tokio(message) => Some(
                "a simulated host has no tokio runtime: instead of tokio::time, tokio::spawn and \
                 tokio::net use `sleep`, `timeout`, `spawn`, `connect` and `listen` of the sockets that \
                 the program was given",
            ),
            Self::Stuck { .. } => {
                Some("a program that serves until it is stopped is started with `spawn_server`")
            }
            _ => None,
        }
    }
}
