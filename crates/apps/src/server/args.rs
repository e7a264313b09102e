//! What the command lines of all TCP servers have in common.

use std::net::IpAddr;

use lanternet_core::Duration;

use super::LogFormat;
use crate::text;

/// Where a server listens, whom it takes, and what it says.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ListenArgs {
    /// Port to listen on; 0 lets the host choose
    #[arg(short, long)]
    pub port: Option<u16>,
    /// Address to listen on; 0.0.0.0 is all of the host's IPv4 addresses, :: all of its addresses
    /// (default: all in a lab, 127.0.0.1 on this machine)
    #[arg(short, long, visible_alias = "listen", value_name = "ADDRESS")]
    pub bind: Option<IpAddr>,
    /// How many connections may wait to be accepted
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub backlog: u32,
    /// Serve so many clients at once; more wait in the backlog
    #[arg(long, value_name = "N", default_value_t = 1000,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_clients: u32,
    /// Serve so many clients of one address at once; more are turned away (default: no such limit)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_per_address: Option<u32>,
    /// End the connection of a client that does nothing for this time (default: 5m; web servers 15s)
    #[arg(long, value_name = "TIME", value_parser = text::duration)]
    pub idle: Option<Duration>,
    /// When the server is stopped, let clients finish what they began for this time
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = text::duration)]
    pub grace: Duration,
    /// Print nothing about clients
    #[arg(long)]
    pub quiet: bool,
    /// How log lines look
    #[arg(long, value_enum, default_value_t)]
    pub log: LogFormat,
}
