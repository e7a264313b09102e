//! `probe`: which ports of a host answer. `listen`: opens ports and tells what comes.
//!
//! A port over TCP is *open* when it takes the connection (which is closed at once), *closed* when a reset
//! refuses it, *filtered* when nothing comes back, *unreachable* when a machine on the way says so. Over
//! UDP only an answer proves that a port is open, and only an ICMP port unreachable that it is closed;
//! silence can be a firewall or a program with nothing to say.
//!
//! Exit code of `probe`: 0 when a port is open, 1 when none is, 2 when it could not begin. `listen` runs
//! until it is stopped: 0, or 2 when a port cannot be opened.

mod client;
mod listener;
mod ports;
mod rows;

use std::net::IpAddr;

use lanternet_core::Duration;

use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;
use crate::text;

pub use ports::{ParsePortsError, Ports};

/// The command line of `probe`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// A name or an address
    pub host: String,
    /// Ports and services: 22,80,8000-8010,http
    pub ports: Ports,
    /// UDP instead of TCP
    #[arg(short, long)]
    pub udp: bool,
    /// Send this line to each UDP port (default: a question to DNS and NTP, else an empty datagram)
    #[arg(short, long, value_name = "TEXT", requires = "udp", allow_hyphen_values = true)]
    pub say: Option<String>,
    /// Wait so long for an answer
    #[arg(short, long, value_name = "TIME", default_value = "2s", value_parser = text::duration)]
    pub timeout: Duration,
    /// Try so many ports at once
    #[arg(long, value_name = "N", default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub at_once: u32,
    /// Print every port, also when there are many (else of many only the open ones)
    #[arg(short, long)]
    pub all: bool,
    /// Address to probe from
    #[arg(long, value_name = "ADDRESS")]
    pub source: Option<IpAddr>,
}

/// The command line of `listen`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ListenArgs {
    /// Ports and services to open: 8000,9000-9002,http; 0 lets the host choose; without any, what
    /// listens on this host is printed
    pub ports: Option<Ports>,
    /// Open TCP ports; also without this, unless --udp is given
    #[arg(long)]
    pub tcp: bool,
    /// Open UDP ports
    #[arg(short, long)]
    pub udp: bool,
    /// Address to listen on; 0.0.0.0 is all of the host's IPv4 addresses, :: all of its addresses
    /// (default: all in a lab, 127.0.0.1 on this machine)
    #[arg(short, long, visible_alias = "listen", value_name = "ADDRESS")]
    pub bind: Option<IpAddr>,
    /// Answer each datagram, and what each read of a connection returns, with this line
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub answer: Option<String>,
    /// Print a dump of what comes
    #[arg(short = 'x', long)]
    pub hex: bool,
}

impl ListenArgs {
    /// Whether it opens TCP ports, and UDP ports.
    pub(crate) fn protocols(&self) -> [bool; 2] {
        [self.tcp || !self.udp, self.udp]
    }
}

/// Runs `probe`.
pub async fn run<S: Sockets, C: Console>(sockets: S, console: C, args: Args) -> ExitCode {
    match client::probe(&sockets, &console, &args).await {
        Ok(code) => code,
        Err(message) => {
            console.error(&format!("probe: {message}"));
            ExitCode::ERROR
        }
    }
}

/// Runs `listen`.
pub async fn listen<S: Sockets, C: Console>(sockets: S, console: C, args: ListenArgs) -> ExitCode {
    let ended = match &args.ports {
        Some(ports) => listener::listen(&sockets, &console, &args, ports).await,
        None => rows::print(&sockets, &console, args.protocols(), args.tcp || args.udp),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            console.error(&format!("listen: {message}"));
            ExitCode::ERROR
        }
    }
}
