//! `connect line`: standard input to the network, the network to standard output, byte by byte, as
//! `nc` and `ncat` do. It speaks with any server.
//!
//! - At the end of input the connection is half closed, as with `nc -N` and `ncat`: the server learns
//!   that this was all, and its answer still comes. `--no-half-close` leaves that direction open, as
//!   `nc` does without `-N` and `ncat` with `--no-shutdown`.
//! - It ends when the server closes; with `--wait`, also when nothing comes for that time after the end
//!   of input. UDP has no end, so there the time is 2 s unless told.
//! - `--hex` prints a dump of both directions instead of the bytes, `--timing` says how long things took.
//!
//! Exit code: 0 when the conversation ended in order, 1 when it did not (refused, timed out, reset, no
//! route on the way), 2 when it could not begin.

pub(crate) mod dump;
mod input;
mod report;
mod stream;
mod udp;

use std::net::IpAddr;

use lanternet_core::Duration;
use lanternet_net::services::Transport;

use crate::console::{Console, ExitCode};
use crate::endpoint::{Endpoint, Port};
use crate::sockets::Sockets;
use crate::text;
use crate::tls::ConnectTlsArgs;
use crate::trouble::Trouble;

/// The command line of `connect line`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// `HOST:PORT` or `[v6]:PORT`; HOST is a name or an address, PORT a number or a service
    #[arg(value_name = "HOST:PORT")]
    pub to: Endpoint,
    /// Port, where HOST has none
    #[arg(short, long)]
    pub port: Option<Port>,
    /// UDP instead of TCP: what is read at once is a datagram
    #[arg(short, long)]
    pub udp: bool,
    /// Send this line (repeatable) instead of standard input
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub say: Vec<String>,
    /// Send the texts of --say without line ends
    #[arg(short, long, requires = "say")]
    pub no_line_end: bool,
    /// Time between the texts of --say
    #[arg(long, value_name = "TIME", value_parser = text::duration, requires = "say")]
    pub interval: Option<Duration>,
    /// End lines with CR LF, as HTTP and SMTP want them
    #[arg(short = 'C', long)]
    pub crlf: bool,
    /// Print a dump of both directions instead of the bytes that come
    #[arg(short = 'x', long)]
    pub hex: bool,
    /// Say how long connecting, the first byte and each exchange took
    #[arg(long)]
    pub timing: bool,
    /// Send no FIN at the end of input
    #[arg(long, visible_alias = "no-shutdown", conflicts_with = "udp")]
    pub no_half_close: bool,
    /// Send FIN at the end of input, as it does anyway
    #[arg(short = 'N', hide = true, conflicts_with_all = ["no_half_close", "udp"])]
    pub half_close: bool,
    /// End when nothing comes for this time after the end of input (default: when the server closes;
    /// with --udp 2s)
    #[arg(short, long, value_name = "TIME", value_parser = text::duration)]
    pub wait: Option<Duration>,
    /// Give up connecting after this time
    #[arg(short, long, value_name = "TIME", default_value = "10s", value_parser = text::duration)]
    pub timeout: Duration,
    /// Address to connect from
    #[arg(long, value_name = "ADDRESS")]
    pub source: Option<IpAddr>,
    /// Over TLS
    #[command(flatten)]
    pub tls: ConnectTlsArgs,
}

impl Args {
    fn port<S: Sockets>(&self, sockets: &S) -> Result<u16, Trouble> {
        if self.to.port.is_none() && self.port.is_none() {
            return Err(Trouble::cannot_begin(format!(
                "which port of {}? write {}:PORT, with a number or a service such as http",
                self.to, self.to
            )));
        }
        let over = if self.udp { Transport::Udp } else { Transport::Tcp };
        self.to.port(self.port.as_ref(), 0, sockets, over)
    }
}

/// Runs `connect line`.
pub async fn run<S: Sockets, C: Console>(sockets: S, console: C, args: Args) -> ExitCode {
    let ended = match args.udp {
        false => stream::talk(&sockets, &console, &args).await,
        true => udp::talk(&sockets, &console, &args).await,
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            console.error(&format!("connect line: {}", trouble.message));
            trouble.code
        }
    }
}
