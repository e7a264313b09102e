//! `serve assistant` and `connect assistant`: customer service by rules.
//!
//! - [`rules`]: the rules file, what customers may say and what is answered. [`Session`]: one
//!   customer's conversation. Neither does I/O, so that others (a login session, a page) can embed
//!   them.
//! - `inbox`: where a message ends, with a framing or without; `talk`: a conversation over a stream.
//! - `server`: many at once, rules that change meanwhile, transcripts. `client`: a customer.
//!
//! Exit code of `connect`: 0 when everything was said and answered, or the server ended it; 1 when
//! not; 2 when it could not begin. `serve` ends when it is asked to (0) or cannot serve (2).

mod client;
mod inbox;
mod parse;
mod pattern;
pub mod rules;
mod server;
mod session;
mod talk;
mod template;
mod transcript;
mod words;

use std::net::IpAddr;

use lanternet_core::Duration;

use crate::console::{Console, ExitCode};
use crate::endpoint::{Endpoint, Port};
use crate::framing::Framing;
use crate::server::ListenArgs;
use crate::sockets::Sockets;
use crate::text;
use crate::tls::{ConnectTlsArgs, ServeTlsArgs};

pub(crate) use server::read_rules;

pub use rules::{Language, Mistake, Rules, RulesError};
pub use session::{Answer, Ending, Session};

/// The port of assistants unless `--port` says otherwise; IANA has given it to nobody.
pub const DEFAULT_PORT: u16 = 9110;

/// The command line of `serve assistant`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ServeArgs {
    /// Where it listens, and whom it takes
    #[command(flatten)]
    pub listen: ListenArgs,
    /// Whether over TLS
    #[command(flatten)]
    pub tls: ServeTlsArgs,
    /// Answer by the rules in this file, and by the new ones when it changes (default: built-in rules)
    #[arg(long, value_name = "FILE")]
    pub rules: Option<String>,
    /// Language of the built-in rules
    #[arg(long, value_enum, default_value_t)]
    pub language: Language,
    /// What rules call {host} (default: the host's name)
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Keep what is said in this folder, a file per session
    #[arg(long, value_name = "DIR")]
    pub transcripts: Option<String>,
    /// Where a message ends in the stream; with none (raw) a read is a message, or a line once line
    /// ends come
    #[arg(short, long, value_enum, default_value_t = Framing::None)]
    pub framing: Framing,
    /// Refuse messages of more bytes
    #[arg(long, value_name = "BYTES", default_value_t = 4096,
        value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub max_message: u32,
    /// End a session after so many messages
    #[arg(long, value_name = "N", default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub max_messages: u32,
    /// End a session after this time
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = text::duration)]
    pub session: Duration,
}

/// The command line of `connect assistant`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ConnectArgs {
    /// `HOST`, `HOST:PORT` or `[v6]:PORT`; HOST is a name or an address, PORT a number or a service
    #[arg(value_name = "HOST[:PORT]")]
    pub to: Endpoint,
    /// Port, where HOST has none (default 9110)
    #[arg(short, long)]
    pub port: Option<Port>,
    /// Whether over TLS
    #[command(flatten)]
    pub tls: ConnectTlsArgs,
    /// Say this and wait for the answer (repeatable); without it, each line of standard input
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub say: Vec<String>,
    /// Say everything back to back, then FIN, without waiting for answers in between
    #[arg(long, requires = "say")]
    pub together: bool,
    /// Where a message ends in the stream; with none (raw) the text is sent as it is
    #[arg(short, long, value_enum, default_value_t = Framing::None)]
    pub framing: Framing,
    /// Give up when no answer comes for this time (default 10s)
    #[arg(short, long, value_name = "TIME", value_parser = text::duration)]
    pub timeout: Option<Duration>,
    /// Address to connect from
    #[arg(long, value_name = "ADDRESS")]
    pub source: Option<IpAddr>,
    /// Refuse answers of more bytes
    #[arg(long, value_name = "BYTES", default_value_t = 65_536,
        value_parser = clap::value_parser!(u32).range(1..=16_777_216))]
    pub max_message: u32,
}

impl ServeArgs {
    fn limits(&self) -> talk::Limits {
        talk::Limits {
            framing: self.framing,
            message: self.max_message as usize,
            messages: self.max_messages,
            session: self.session,
            // Each client brings its own.
            idle: Duration::ZERO,
        }
    }

    /// The files that it reads.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.rules.as_deref().into_iter().chain(self.tls.files.files())
    }
}

/// Runs `serve assistant`.
pub async fn serve<S: Sockets, C: Console>(sockets: S, console: C, args: ServeArgs) -> ExitCode {
    server::serve(sockets, console, args).await
}

/// Runs `connect assistant`.
pub async fn connect<S: Sockets, C: Console>(
    sockets: S,
    console: C,
    args: ConnectArgs,
) -> ExitCode {
    match client::connect(&sockets, &console, &args).await {
        Ok(code) => code,
        Err(trouble) => {
            console.error(&format!("connect assistant: {}", trouble.message));
            trouble.code
        }
    }
}
