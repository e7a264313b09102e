//! `traceroute`: which routers are on the way?
//!
//! Probes with a growing TTL make each router on the way in turn say "time exceeded"; the
//! destination answers with port unreachable, or with an echo reply. Printed like Debian's
//! traceroute with `-n`. Unlike it, one probe is on the way at a time, so that the trace of a run
//! reads as a story and no router's limit on ICMP errors swallows the answers.
//!
//! Exit code: 0 when the destination answered, 1 when not, 2 when it could not begin.

mod client;
mod protocol;

use lanternet_core::Duration;

use crate::sockets::Family;
use crate::text;

pub use client::run;

/// The command line of `traceroute`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// Host name or address
    pub host: String,
    /// Bytes of each probe, IP header included (default 60, for IPv6 80)
    #[arg(value_parser = clap::value_parser!(u16).range(28..))]
    pub packet_length: Option<u16>,
    /// Probe with ICMP echo requests instead of UDP
    #[arg(short = 'I', long)]
    pub icmp: bool,
    /// TTL of the first probes
    #[arg(short, long, value_name = "TTL", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    pub first: u8,
    /// Give up after this TTL
    #[arg(short, long, value_name = "TTL", default_value_t = 30, value_parser = clap::value_parser!(u8).range(1..))]
    pub max_hops: u8,
    /// Probes per TTL
    #[arg(short, long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=10))]
    pub queries: u8,
    /// How long to wait for each answer
    #[arg(short, long, value_name = "TIME", default_value = "5s", value_parser = text::duration)]
    pub wait: Duration,
    /// UDP port of the first probe, one more for each after it; one where nothing listens
    #[arg(short, long, default_value_t = 33_434, value_parser = clap::value_parser!(u16).range(1..))]
    pub port: u16,
    /// Forbid fragmentation on the way
    #[arg(short = 'F', long, visible_alias = "df")]
    pub dont_fragment: bool,
    /// IPv4 only
    #[arg(short = '4', conflicts_with = "v6")]
    pub v4: bool,
    /// IPv6 only
    #[arg(short = '6')]
    pub v6: bool,
    /// Numbers instead of names, as always here
    #[arg(short, hide = true)]
    pub numeric: bool,
}

impl Args {
    const fn family(&self) -> Option<Family> {
        match (self.v4, self.v6) {
            (true, _) => Some(Family::V4),
            (_, true) => Some(Family::V6),
            _ => None,
        }
    }
}
