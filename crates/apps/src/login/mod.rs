//! `serve login` and `connect login`: a name, a password, and then what the server offers.
//!
//! - [`protocol`]: what is said when, without I/O. `wire`: lines from a stream. `present`: who is here.
//! - `server` and `client`: the two ends. [`crate::users`]: the users file and the limits of attempts.

mod client;
mod present;
pub mod protocol;
mod server;
mod wire;

use lanternet_core::Duration;

use crate::console::{Console, ExitCode};
use crate::endpoint::{Endpoint, Port};
use crate::server::{ListenArgs, Server};
use crate::sockets::Sockets;
use crate::text;
use crate::tls::{ConnectSecretTlsArgs, ServeSecretTlsArgs};

/// Where `serve login` listens and `connect login` goes unless they are told.
pub const DEFAULT_PORT: u16 = 9093;

/// The command line of `serve login`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ServeArgs {
    /// Where it listens, and whom it takes.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// TLS.
    #[command(flatten)]
    pub tls: ServeSecretTlsArgs,
    /// The file of users; `lanternet user add NAME --users FILE` makes it. It may be changed while the
    /// server runs
    #[arg(short, long, value_name = "FILE")]
    pub users: String,
    /// Let users upload files, each to the folder of their name in this folder; made when it is not
    /// there
    #[arg(short, long, value_name = "FOLDER")]
    pub dir: Option<String>,
    /// Let the assistant answer by the rules in this file, read anew for each talk (default: built-in
    /// rules)
    #[arg(long, value_name = "FILE")]
    pub rules: Option<String>,
    /// Close the connection after so many wrong passwords
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub tries: u32,
    /// Let each user be logged in so many times at once
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_sessions: u32,
    /// Take what one read returns for a line, for clients that send no line ends
    #[arg(long)]
    pub raw: bool,
}

/// The command line of `connect login`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ConnectArgs {
    /// `HOST`, `HOST:PORT` or `[v6]:PORT`; HOST is a name or an address
    #[arg(value_name = "HOST[:PORT]")]
    pub to: Endpoint,
    /// Port, where HOST has none (default 9093)
    #[arg(short, long)]
    pub port: Option<Port>,
    /// TLS.
    #[command(flatten)]
    pub tls: ConnectSecretTlsArgs,
    /// Name to log in with, instead of being asked
    #[arg(short, long, value_name = "NAME")]
    pub user: Option<String>,
    /// Take passwords from lines of standard input, on a terminal too
    #[arg(long)]
    pub password_stdin: bool,
    /// Give up when the server does not answer for this time
    #[arg(short, long, value_name = "TIME", default_value = "60s", value_parser = text::duration)]
    pub timeout: Duration,
}

/// Runs `serve login`.
pub async fn serve<S: Sockets, C: Console>(sockets: S, console: C, args: ServeArgs) -> ExitCode {
    let house = match server::House::open(&sockets, &console, &args).await {
        Ok(house) => house,
        Err(why) => {
            console.error(&format!("serve login: {why}"));
            return ExitCode::ERROR;
        }
    };
    if args.tls.certificate().is_none() {
        console.error(
            "serve login: warning: in plain text everybody on the way can read the passwords",
        );
    }
    let users = text::count(house.users.count().await, "user");
    Server::new(&sockets, &console, "serve login", &args.listen, DEFAULT_PORT)
        .note(format!(", {users} in {}", text::printable(args.users.as_bytes())))
        .tls(args.tls.certificate())
        .run(move |client| server::serve(house.clone(), client))
        .await
}

/// Runs `connect login`.
pub async fn connect<S: Sockets, C: Console>(
    sockets: S,
    console: C,
    args: ConnectArgs,
) -> ExitCode {
    client::connect(&sockets, &console, &args).await.unwrap_or_else(|trouble| {
        console.error(&format!("connect login: {}", trouble.message));
        trouble.code
    })
}
