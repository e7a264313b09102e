//! `serve dns`: a name server, over UDP and TCP.
//!
//! With `--zone` it answers from master files (RFC 1035 section 5), with `--recursive` it finds
//! answers from the root down, with `--forward` it hands questions on to other servers. Zones go with
//! either: what is in them is answered from them. Without the other two, questions about anything
//! else are refused.
//!
//! The server itself is [`lanternet_net::dns::Server`], which does no I/O; here are its sockets.
//!
//! Exit code: 0 when it was asked to stop, 2 when it cannot serve.

mod config;
mod server;
mod upstream;

use std::net::IpAddr;

use crate::endpoint::Endpoint;
use crate::race::{Either, select};

pub use config::{ParseZoneError, ZoneFile};

/// The command line of `serve dns`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ServeArgs {
    /// Answer from this master file (repeatable); NAME is the origin of a file without $ORIGIN
    #[arg(short, long, value_name = "[NAME=]FILE", required_unless_present_any = ["recursive", "forward"])]
    pub zone: Vec<ZoneFile>,
    /// Find answers to all other questions, from the root down
    #[arg(short, long, conflicts_with = "forward")]
    pub recursive: bool,
    /// The servers of the root, as NS, A and AAAA records (default: the Internet's)
    #[arg(long, value_name = "FILE", requires = "recursive")]
    pub root_hints: Option<String>,
    /// Hand all other questions on to this server, or to the next when it fails (repeatable);
    /// without an address to those that this host itself asks
    #[arg(short, long, value_name = "ADDRESS[:PORT]", num_args = 0..=1, default_missing_value = "")]
    pub forward: Vec<Forward>,
    /// Ask other servers in letters that are capitals at random, and take no answer in others (0x20)
    #[arg(long)]
    pub random_capitals: bool,
    /// Port to listen on
    #[arg(short, long, default_value_t = lanternet_net::dns::PORT)]
    pub port: u16,
    /// Address to listen on; 0.0.0.0 is all of the host's IPv4 addresses, :: all of its IPv6 ones
    /// (default: all on a simulated host, 127.0.0.1 on this machine)
    #[arg(short, long, value_name = "ADDRESS")]
    pub bind: Option<IpAddr>,
    /// Print each question and its answer
    #[arg(long)]
    pub log: bool,
}

/// A server to hand questions on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forward {
    /// This one; an address, never a name.
    To(Endpoint),
    /// Those that the host itself asks.
    AsHost,
}

impl std::str::FromStr for Forward {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::AsHost);
        }
        let endpoint: Endpoint = text.parse().map_err(|error| format!("{error}"))?;
        if endpoint.host.parse::<IpAddr>().is_err() {
            return Err("expected an address: a name would have to be looked up first".to_owned());
        }
        endpoint.number().map_err(|error| error.to_string())?;
        Ok(Self::To(endpoint))
    }
}

impl ServeArgs {
    /// The files that it reads.
    pub fn files(&self) -> Vec<&str> {
        let zones = self.zone.iter().map(|zone| zone.file.as_str());
        zones.chain(self.root_hints.as_deref()).collect()
    }
}

/// Runs `serve dns`.
pub async fn serve<S, C>(sockets: S, console: C, args: ServeArgs) -> crate::ExitCode
where
    S: crate::Sockets,
    C: crate::Console,
{
    let serving = async {
        match config::read(&sockets, &console, &args).await {
            Ok(config) => match server::serve(sockets, &console, &args, config).await {
                Ok(never) => match never {},
                Err(message) => message,
            },
            Err(message) => message,
        }
    };
    let message = match select(console.stop_requested(), serving).await {
        Either::First(()) => {
            // Who waits for an answer asks again, as always with names.
            console.print_line("stopped");
            return crate::ExitCode::SUCCESS;
        }
        Either::Second(message) => message,
    };
    for line in message.lines() {
        console.error(&format!("serve dns: {line}"));
    }
    crate::ExitCode::ERROR
}
