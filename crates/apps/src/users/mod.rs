//! `user`, and the users file that servers ask.

mod attempts;
mod file;
mod name;
mod password;
mod roster;
mod store;

pub use attempts::{Attempts, Limit, Limits, TooMany};
pub use name::{LONGEST_NAME, NameError, UserName};
pub use password::{
    Cost, Hash, HashError, LONGEST_PASSWORD, Password, PasswordError, SALT, SHORTEST_PASSWORD,
};
pub use roster::{Complaint, LONGEST_FILE, LineError, Roster};
pub use store::{Users, Verdict};

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
