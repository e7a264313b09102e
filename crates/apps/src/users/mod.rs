//! `user`.

use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;

/// The command line of `user`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {}

/// Runs `user`.
pub async fn run<S: Sockets, C: Console>(_sockets: S, console: C, _args: Args) -> ExitCode {
    console.error("user: not built yet");
    ExitCode::ERROR
}
