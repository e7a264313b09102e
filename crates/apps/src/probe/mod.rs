//! `probe` and `listen`.

use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;

/// The command line of `probe`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {}

/// Runs `probe`.
pub async fn run<S: Sockets, C: Console>(_sockets: S, console: C, _args: Args) -> ExitCode {
    console.error("probe: not built yet");
    ExitCode::ERROR
}

/// The command line of `listen`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ListenArgs {}

/// Runs `listen`.
pub async fn listen<S: Sockets, C: Console>(
    _sockets: S,
    console: C,
    _args: ListenArgs,
) -> ExitCode {
    console.error("listen: not built yet");
    ExitCode::ERROR
}
