//! Users and their passwords: `user`, and what servers ask ([`Users`]).
//!
//! - [`Roster`]: the text of a users file. [`struct@Hash`], [`Password`]: Argon2id. [`Attempts`]: how often somebody
//!   may try. None of them does I/O.
//! - `file`: reads and replaces a users file. [`Users`]: answers the questions of a server. `command`: `user`.

mod attempts;
mod command;
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
pub struct Args {
    /// What to do with the file.
    #[command(subcommand)]
    pub what: What,
}

/// What `user` does.
#[derive(Clone, Debug, PartialEq, Eq, clap::Subcommand)]
pub enum What {
    /// Let somebody in from now on
    Add {
        /// What they are called
        name: UserName,
        /// The file.
        #[command(flatten)]
        users: UsersArgs,
        /// The password.
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Give somebody another password
    Passwd {
        /// Whom
        name: UserName,
        /// The file.
        #[command(flatten)]
        users: UsersArgs,
        /// The password.
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Let somebody in no more
    Remove {
        /// Whom
        name: UserName,
        /// The file.
        #[command(flatten)]
        users: UsersArgs,
    },
    /// Print who can log in, and the lines that nobody understands
    List {
        /// The file.
        #[command(flatten)]
        users: UsersArgs,
    },
}

/// Which users file.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct UsersArgs {
    /// The file of users; `add` makes it, for its owner alone, when it is not there
    #[arg(long, value_name = "FILE")]
    pub users: String,
}

/// Where a password comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
pub struct PasswordArgs {
    /// Take the password from one line of standard input and ask nothing
    #[arg(long)]
    pub password_stdin: bool,
}

impl What {
    /// The users file.
    pub fn file(&self) -> &str {
        match self {
            Self::Add { users, .. }
            | Self::Passwd { users, .. }
            | Self::Remove { users, .. }
            | Self::List { users } => &users.users,
        }
    }
}

/// Runs `user`.
pub async fn run<S: Sockets, C: Console>(sockets: S, console: C, args: Args) -> ExitCode {
    command::run(&sockets, &console, &args).await.unwrap_or_else(|why| {
        console.error(&format!("user: {why}"));
        ExitCode::ERROR
    })
}
