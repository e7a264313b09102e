//! `serve upload` and `connect upload`.

use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;

/// The command line of `serve upload`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ServeArgs {}

/// The command line of `connect upload`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ConnectArgs {}

/// Runs `serve upload`.
pub async fn serve<S: Sockets, C: Console>(_sockets: S, console: C, _args: ServeArgs) -> ExitCode {
    console.error("serve upload: not built yet");
    ExitCode::ERROR
}

/// Runs `connect upload`.
pub async fn connect<S: Sockets, C: Console>(
    _sockets: S,
    console: C,
    _args: ConnectArgs,
) -> ExitCode {
    console.error("connect upload: not built yet");
    ExitCode::ERROR
}
