//! `chat`.

use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;

/// The command line of `chat`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {}

/// Runs `chat`.
pub async fn run<S: Sockets, C: Console>(_sockets: S, console: C, _args: Args) -> ExitCode {
    console.error("chat: not built yet");
    ExitCode::ERROR
}
