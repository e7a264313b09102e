//! `serve assistant` and `connect assistant`: customer service by rules.
//!
//! - [`rules`]: the rules file, what customers may say and what is answered. [`Session`]: one
//!   customer's conversation. Neither does I/O, so that others (a login session, a page) can embed
//!   them.

mod parse;
mod pattern;
pub mod rules;
mod session;
mod template;
mod words;

use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;

pub use rules::{Language, Mistake, Rules, RulesError};
pub use session::{Answer, Ending, Session};

/// The command line of `serve assistant`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ServeArgs {}

/// The command line of `connect assistant`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ConnectArgs {}

/// Runs `serve assistant`.
pub async fn serve<S: Sockets, C: Console>(_sockets: S, console: C, _args: ServeArgs) -> ExitCode {
    console.error("serve assistant: not built yet");
    ExitCode::ERROR
}

/// Runs `connect assistant`.
pub async fn connect<S: Sockets, C: Console>(
    _sockets: S,
    console: C,
    _args: ConnectArgs,
) -> ExitCode {
    console.error("connect assistant: not built yet");
    ExitCode::ERROR
}
