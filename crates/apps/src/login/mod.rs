//! `serve login` and `connect login`.

use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;

/// The command line of `serve login`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ServeArgs {}

/// The command line of `connect login`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ConnectArgs {}

/// Runs `serve login`.
pub async fn serve<S: Sockets, C: Console>(_sockets: S, console: C, _args: ServeArgs) -> ExitCode {
    console.error("serve login: not built yet");
    ExitCode::ERROR
}

/// Runs `connect login`.
pub async fn connect<S: Sockets, C: Console>(
    _sockets: S,
    console: C,
    _args: ConnectArgs,
) -> ExitCode {
    console.error("connect login: not built yet");
    ExitCode::ERROR
}
