//! `serve echo|upper` and `connect echo|upper`: the first server and client, over TCP and UDP.
//!
//! The server answers each message with itself (echo, as RFC 862), or with itself in capital
//! letters (upper). Over TCP a [`Framing`] says where a message ends; over
//! UDP a datagram is a message, and `--broadcast` asks everybody on a segment.
//!
//! What they are for: see the handshake and the close; many clients at once; a full backlog
//! (`--backlog`, `--accept-after`); two sends that arrive as one (`--framing none --together`) and
//! how a length or a line end cures it; datagrams that are lost and nobody repeats.
//!
//! Exit code of `connect`: 0 when every message was answered (a broadcast: by anybody), 1 when not
//! (refused, timed out, reset, lost), 2 when it could not begin (unknown host, no route, a message
//! that the framing cannot carry). `serve`: 0 when it was asked to stop, 2 when it cannot serve.

mod broadcast;
mod client;
mod input;
mod protocol;
mod server;
mod udp_client;
mod udp_server;

use std::net::IpAddr;

use lanternet_core::Duration;
use lanternet_net::services::Transport;

use crate::endpoint::{Endpoint, Port};
use crate::framing::Framing;
use crate::server::ListenArgs;
use crate::text;
use crate::tls::{ConnectTlsArgs, ServeTlsArgs};
use crate::trouble::Trouble;

pub use protocol::Service;

/// The port of echo and upper unless `--port` says otherwise. RFC 862 gives echo port 7, but ports
/// below 1024 are not for ordinary users.
pub const DEFAULT_PORT: u16 = 9090;

/// The command line of `serve echo` and `serve upper`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ServeArgs {
    /// UDP instead of TCP
    #[arg(short, long, conflicts_with_all = ["backlog", "max_clients", "max_per_address", "idle",
        "grace", "tls", "tls_cert", "tls_key"])]
    pub udp: bool,
    /// Where and whom it serves (default port 9090)
    #[command(flatten)]
    pub listen: ListenArgs,
    /// Whether over TLS
    #[command(flatten)]
    pub tls: ServeTlsArgs,
    /// Listen at once, but accept nobody before this time is over
    #[arg(long, value_name = "TIME", value_parser = text::duration, conflicts_with = "udp")]
    pub accept_after: Option<Duration>,
    /// Let each client's bytes pile up for this time before the first read
    #[arg(long, value_name = "TIME", value_parser = text::duration, conflicts_with = "udp")]
    pub read_after: Option<Duration>,
    /// Where a message ends in the stream
    #[arg(short, long, value_enum, default_value_t, conflicts_with = "udp")]
    pub framing: Framing,
    /// Print what each read returned, before it is cut into messages
    #[arg(long, conflicts_with = "udp")]
    pub show_reads: bool,
    /// Refuse messages of more bytes
    #[arg(
        long,
        value_name = "BYTES",
        default_value_t = 65_536,
        value_parser = clap::value_parser!(u32).range(1..=16_777_216),
        conflicts_with = "udp"
    )]
    pub max_message: u32,
}

/// The command line of `connect echo` and `connect upper`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ConnectArgs {
    /// `HOST`, `HOST:PORT` or `[v6]:PORT`; HOST is a name or an address, PORT a number or a service
    #[arg(value_name = "HOST[:PORT]")]
    pub to: Endpoint,
    /// Port, where HOST has none (default 9090)
    #[arg(short, long)]
    pub port: Option<Port>,
    /// UDP instead of TCP
    #[arg(short, long, conflicts_with_all = ["tls", "pin", "tls_ca"])]
    pub udp: bool,
    /// Whether over TLS
    #[command(flatten)]
    pub tls: ConnectTlsArgs,
    /// Send to a broadcast address such as 255.255.255.255, and print everybody's answers
    #[arg(long, requires = "udp")]
    pub broadcast: bool,
    /// Send this message (repeatable); without it, each line of standard input is one
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub say: Vec<String>,
    /// Send the messages so many times
    #[arg(long, value_name = "N", default_value_t = 1, requires = "say",
        value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// Time between an answer and the next message
    #[arg(long, value_name = "TIME", value_parser = text::duration)]
    pub interval: Option<Duration>,
    /// Send all messages back to back, then FIN, without waiting for answers in between
    #[arg(long, conflicts_with_all = ["udp", "interval"])]
    pub together: bool,
    /// Where a message ends in the stream
    #[arg(short, long, value_enum, default_value_t, conflicts_with = "udp")]
    pub framing: Framing,
    /// Give up when nothing comes for this time (default 10s, with --udp 2s)
    #[arg(short, long, value_name = "TIME", value_parser = text::duration)]
    pub timeout: Option<Duration>,
    /// Address to connect from
    #[arg(long, value_name = "ADDRESS")]
    pub source: Option<IpAddr>,
    /// Refuse answers of more bytes
    #[arg(
        long,
        value_name = "BYTES",
        default_value_t = 65_536,
        value_parser = clap::value_parser!(u32).range(1..=16_777_216),
        conflicts_with = "udp"
    )]
    pub max_message: u32,
}

/// Runs `serve echo` or `serve upper`.
pub async fn serve<S, C>(
    sockets: S,
    console: C,
    service: Service,
    args: ServeArgs,
) -> crate::ExitCode
where
    S: crate::Sockets,
    C: crate::Console,
{
    match args.udp {
        false => server::serve(&sockets, &console, service, &args).await,
        true => udp_server::serve(&sockets, &console, service, &args).await,
    }
}

/// Runs `connect echo` or `connect upper`.
pub async fn connect<S, C>(
    sockets: S,
    console: C,
    service: Service,
    args: ConnectArgs,
) -> crate::ExitCode
where
    S: crate::Sockets,
    C: crate::Console,
{
    let ended = match args.udp {
        false => client::connect(&sockets, &console, &args).await,
        true if args.broadcast => broadcast::connect(&sockets, &console, service, &args).await,
        true => udp_client::connect(&sockets, &console, service, &args).await,
    };
    match ended {
        Ok(code) => code,
        Err(trouble) => {
            console.error(&format!("connect {service}: {}", trouble.message));
            trouble.code
        }
    }
}

impl ConnectArgs {
    /// The port to go to.
    fn port<S: crate::Sockets>(&self, sockets: &S) -> Result<u16, Trouble> {
        let over = if self.udp { Transport::Udp } else { Transport::Tcp };
        self.to.port(self.port.as_ref(), DEFAULT_PORT, sockets, over)
    }
}
