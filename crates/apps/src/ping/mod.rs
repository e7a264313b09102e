//! `ping`: is the host there, how far away, and if not, who says so?
//!
//! Echo requests and replies (RFC 792), printed like iputils' ping. Unlike it, four requests are
//! sent unless `-c` says otherwise, addresses are never turned into names, and times are measured
//! by the host, so that they are also printed for payloads too small to hold a time.
//!
//! Exit code: 0 when any reply came, 1 when none, 2 when it could not begin (unknown host, no
//! route).

mod client;
mod protocol;

use lanternet_core::Duration;

use crate::sockets::Family;
use crate::text;

pub use client::run;

/// The command line of `ping`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// Host name or address
    pub host: String,
    /// Stop after this many requests
    #[arg(short, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    pub count: u32,
    /// Time between requests: `200ms`, or seconds
    #[arg(short, long, value_name = "TIME", default_value = "1s", value_parser = interval)]
    pub interval: Duration,
    /// Bytes of payload
    #[arg(short, long, value_name = "BYTES", default_value_t = 56, value_parser = clap::value_parser!(u16).range(..=65_507))]
    pub size: u16,
    /// TTL of the requests: how many routers may forward them, plus one
    #[arg(short, long, default_value_t = 64, value_parser = clap::value_parser!(u8).range(1..))]
    pub ttl: u8,
    /// How long to wait after the last request when there was no reply at all
    #[arg(short = 'W', long, value_name = "TIME", default_value = "10s", value_parser = text::duration)]
    pub timeout: Duration,
    /// Path MTU discovery: `do` forbids fragmentation on the way, the others allow it
    #[arg(short = 'M', value_enum, value_name = "HOW", default_value_t)]
    pub path_mtu: PathMtu,
    /// The same as `-M do`
    #[arg(long, visible_alias = "df", conflicts_with = "path_mtu")]
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

/// iputils' words for `-M`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum PathMtu {
    /// Forbid fragmentation.
    Do,
    /// Fragment here what is longer than the path is known to carry.
    #[default]
    Want,
    /// Allow fragmentation.
    Dont,
}

impl Args {
    const fn forbids_fragments(&self) -> bool {
        self.dont_fragment || matches!(self.path_mtu, PathMtu::Do)
    }

    const fn family(&self) -> Option<Family> {
        match (self.v4, self.v6) {
            (true, _) => Some(Family::V4),
            (_, true) => Some(Family::V6),
            _ => None,
        }
    }
}

/// iputils allows no less than this to ordinary users.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(2);

fn interval(text: &str) -> Result<Duration, String> {
    match text::duration(text)? {
        short if short < SHORTEST_INTERVAL => {
            Err(format!("expected at least {SHORTEST_INTERVAL}, got {short}"))
        }
        interval => Ok(interval),
    }
}
