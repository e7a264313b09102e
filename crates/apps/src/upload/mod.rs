//! `serve upload` and `connect upload`: files from one host to another.
//!
//! - [`store`]: the folder that uploads go to, and its rules; without a protocol.
//! - [`protocol`]: what is said on the wire, without I/O. `wire` reads and writes it.
//! - [`receive`]: the server's half of a conversation, over any stream.

pub mod protocol;
mod server;
pub mod store;
mod wire;

pub use server::{Event, Session, Summary, receive};

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
