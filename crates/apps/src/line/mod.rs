//! `connect line`.

use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;

/// The command line of `connect line`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {}

/// Runs `connect line`.
pub async fn run<S: Sockets, C: Console>(_sockets: S, console: C, _args: Args) -> ExitCode {
    console.error("connect line: not built yet");
    ExitCode::ERROR
}
