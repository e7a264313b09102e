//! `serve portal` and `connect portal`: the assistant, uploads and login in a browser.
//!
//! The page talks with the very code that `serve assistant`, `serve upload` and `serve login` run:
//! [`assistant::Session`](crate::assistant::Session), [`upload::store`],
//! [`users::Users`](crate::users::Users). Only the way there differs: HTTP by hyper, and a WebSocket for the chat, over the same
//! [`Link`](crate::tls::Link).
//!
//! - Rules without I/O: `sessions` (who is logged in), `origin` (whose page asks), `cookie`, `pace`.
//! - The server: `server` (one connection), `routes` (which request is what), `reply` (what every answer
//!   has), `body` (bounded bodies), `uploads`, `files`, `talk` (the WebSocket), `presence` (who is here),
//!   `assets` (the page itself, from the folder `page`), `timer` and `watched` (time limits).
//! - `client`: uses a portal without a browser.

mod answers;
mod assets;
mod body;
mod client;
mod cookie;
mod files;
mod origin;
mod pace;
mod presence;
mod reply;
mod routes;
mod server;
mod sessions;
mod talk;
mod timer;
mod uploads;
mod watched;

use lanternet_core::Duration;

pub use client::{ParseUrlError, Url};
pub use origin::{Origin, ParseOriginError};

use crate::console::{Console, ExitCode};
use crate::server::ListenArgs;
use crate::sockets::Sockets;
use crate::text;
use crate::tls::{ConnectSecretTlsArgs, ServeSecretTlsArgs};
use crate::upload;

/// Where `serve portal` listens and `connect portal` goes under TLS unless they are told.
pub const DEFAULT_PORT: u16 = 8443;
/// The same in plain text.
pub const DEFAULT_PLAIN_PORT: u16 = 8080;

/// The subprotocol of the chat's WebSocket.
const CHAT_PROTOCOL: &str = "lanternet.portal.v1";
/// The header with the token that a page of ours knows and others do not.
const TOKEN_HEADER: &str = "x-csrf-token";
/// As in tus, the protocol for resumable uploads: the number of the first byte of a body.
const OFFSET_HEADER: &str = "upload-offset";

/// The command line of `serve portal`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ServeArgs {
    /// Where it listens, and whom it takes.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// TLS.
    #[command(flatten)]
    pub tls: ServeSecretTlsArgs,
    /// File of users and their passwords; see `user`
    #[arg(short, long, value_name = "FILE")]
    pub users: String,
    /// Folder that files go to, each user's to one of its own; made when it is not there
    #[arg(short, long, value_name = "FOLDER")]
    pub dir: String,
    /// Rules of the assistant (default: built-in ones, in the language of the browser)
    #[arg(short, long, value_name = "FILE")]
    pub rules: Option<String>,
    /// Name by which browsers know this host, besides its addresses, `localhost` and its own name
    #[arg(long, value_name = "NAME")]
    pub name: Vec<String>,
    /// Where browsers see the portal when a proxy or a NAT stands in between, such as
    /// `https://portal.example`
    #[arg(long, value_name = "ORIGIN")]
    pub origin: Vec<Origin>,
    /// Log a user out who does nothing for this time
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = text::duration)]
    pub session_idle: Duration,
    /// Log a user out this time after login in any case
    #[arg(long, value_name = "TIME", default_value = "12h", value_parser = text::duration)]
    pub session_longest: Duration,
    /// Refuse files of more bytes (`10M`, `1.5GiB`)
    #[arg(long, value_name = "SIZE", value_parser = upload::units::size)]
    pub max_size: Option<u64>,
    /// Refuse files with which a user's folder would have more bytes in all
    #[arg(long, value_name = "SIZE", value_parser = upload::units::size)]
    pub max_total: Option<u64>,
}

impl ServeArgs {
    /// The files that it reads.
    pub(crate) fn files(&self) -> Vec<&str> {
        let rules = self.rules.as_deref();
        [self.users.as_str()].into_iter().chain(rules).chain(self.tls.files.files()).collect()
    }

    /// Where it listens unless it is told.
    pub(crate) fn default_port(&self) -> u16 {
        if self.tls.certificate().is_some() { DEFAULT_PORT } else { DEFAULT_PLAIN_PORT }
    }
}

/// The command line of `connect portal`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ConnectArgs {
    /// `https://HOST[:PORT]`, or `http://` with --plain-text; HOST is a name or an address
    pub url: Url,
    /// Who logs in
    #[arg(short, long, value_name = "NAME")]
    pub user: String,
    /// Take the password from the first line of standard input, instead of asking
    #[arg(long)]
    pub password_stdin: bool,
    /// TLS.
    #[command(flatten)]
    pub tls: ConnectSecretTlsArgs,
    /// Say this to the assistant; may be given several times
    #[arg(long, value_name = "TEXT")]
    pub say: Vec<String>,
    /// Upload files, and folders with all that is in them; what is there of a file already is not sent
    /// again
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub upload: Vec<String>,
    /// What to do when the portal has another file of the name
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub if_exists: upload::IfExists,
    /// List the own files
    #[arg(long)]
    pub list: bool,
    /// Give up when nothing comes for this time
    #[arg(short, long, value_name = "TIME", default_value = "30s", value_parser = text::duration)]
    pub timeout: Duration,
}

/// Runs `serve portal`.
pub async fn serve<S: Sockets, C: Console>(sockets: S, console: C, args: ServeArgs) -> ExitCode {
    server::run(&sockets, &console, &args).await
}

/// Runs `connect portal`. Exits with 0 when all that was asked was done, with 1 when the network or the
/// portal refused something, with 2 when it could not begin.
pub async fn connect<S: Sockets, C: Console>(
    sockets: S,
    console: C,
    args: ConnectArgs,
) -> ExitCode {
    match client::run(&sockets, &console, &args).await {
        Ok(code) => code,
        Err(trouble) => {
            console.error(&format!("connect portal: {}", trouble.message));
            trouble.code
        }
    }
}
