//! `serve portal` and `connect portal`.

use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;

/// The command line of `serve portal`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ServeArgs {}

/// The command line of `connect portal`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ConnectArgs {}

/// Runs `serve portal`.
pub async fn serve<S: Sockets, C: Console>(_sockets: S, console: C, _args: ServeArgs) -> ExitCode {
    console.error("serve portal: not built yet");
    ExitCode::ERROR
}

/// Runs `connect portal`.
pub async fn connect<S: Sockets, C: Console>(
    _sockets: S,
    console: C,
    _args: ConnectArgs,
) -> ExitCode {
    console.error("connect portal: not built yet");
    ExitCode::ERROR
}
