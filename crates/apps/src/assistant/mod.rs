//! `serve assistant` and `connect assistant`.

use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;

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
