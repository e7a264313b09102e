//! What is known about servers: how fast they answer, and whether they do.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use lanternet_core::{Duration, Instant};

/// The first wait for a server that was never asked: BIND's.
const FIRST_TIMEOUT: Duration = Duration::from_millis(800);
/// The shortest wait, however fast it was before.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(300);
/// The longest wait.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(3);
/// The wait over TCP, which repeats what is lost by itself.
pub(super) const TCP_TIMEOUT: Duration = Duration::from_secs(5);
/// So often silent in a row, a server comes last for a while.
const SILENT_OFTEN: u32 = 3;
/// That while.
const PAUSE: Duration = Duration::from_secs(60);
/// Servers that are remembered.
const MOST: usize = 10_000;

/// The servers by address and port.
#[derive(Clone, Debug, Default)]
pub(super) struct Servers(BTreeMap<SocketAddr, Server>);

#[derive(Clone, Debug, Default)]
struct Server {
    /// The smoothed round-trip time (as RFC 6298 section 2).
    round_trip: Option<Duration>,
    /// How often it was silent since it last answered.
    silent: u32,
    silent_at: Instant,
    without_edns: bool,
}

impl Servers {
    fn entry(&mut self, address: SocketAddr) -> &mut Server {
        if self.0.len() >= MOST && !self.0.contains_key(&address) {
            self.0.pop_first();
        }
        self.0.entry(address).or_default()
    }

    pub(super) fn answered(&mut self, address: SocketAddr, took: Duration) {
        let server = self.entry(address);
        let smooth = |old: Duration| (old.nanos() * 7 + took.nanos()) / 8;
        server.round_trip =
            Some(server.round_trip.map_or(took, |old| Duration::from_nanos(smooth(old))));
        server.silent = 0;
    }

    pub(super) fn silent(&mut self, now: Instant, address: SocketAddr) {
        let server = self.entry(address);
        server.silent = server.silent.saturating_add(1);
        server.silent_at = now;
    }

    pub(super) fn without_edns(&mut self, address: SocketAddr) {
        self.entry(address).without_edns = true;
    }

    pub(super) fn speaks_edns(&self, address: SocketAddr) -> bool {
        self.0.get(&address).is_none_or(|server| !server.without_edns)
    }

    /// Whether it has been silent so often lately that others come first.
    pub(super) fn is_silent(&self, now: Instant, address: SocketAddr) -> bool {
        self.0.get(&address).is_some_and(|server| {
            server.silent >= SILENT_OFTEN && now.since(server.silent_at) < PAUSE
        })
    }

    /// By what to sort servers: the fastest first, but each is tried once.
    pub(super) fn rank(&self, now: Instant, address: SocketAddr) -> (bool, u32, Duration) {
        let server = self.0.get(&address);
        (
            self.is_silent(now, address),
            server.map_or(0, |server| server.silent),
            server.and_then(|server| server.round_trip).unwrap_or_default(),
        )
    }

    /// How long to wait for an answer over UDP, after `tries` in vain.
    pub(super) fn timeout(&self, address: SocketAddr, tries: u32) -> Duration {
        let first = match self.0.get(&address).and_then(|server| server.round_trip) {
            Some(round_trip) => Duration::from_nanos(round_trip.nanos().saturating_mul(3)),
            None => FIRST_TIMEOUT,
        };
        let wait = first.max(SHORTEST_TIMEOUT).nanos() << tries.min(4);
        Duration::from_nanos(wait).min(LONGEST_TIMEOUT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faster_servers_come_first_and_silent_ones_last_for_a_minute() {
        let [a, b, c] = [1, 2, 3].map(|last| SocketAddr::from(([10, 0, 0, last], 53)));
        let mut servers = Servers::default();
        servers.answered(a, Duration::from_millis(30));
        servers.answered(b, Duration::from_millis(10));
        let sorted = |servers: &Servers, now| {
            let mut all = [a, b, c];
            all.sort_by_key(|address| servers.rank(now, *address));
            all
        };
        assert_eq!(sorted(&servers, Instant::ZERO), [c, b, a]);
        for _ in 0..3 {
            servers.silent(Instant::from_secs(1), c);
        }
        assert_eq!(sorted(&servers, Instant::from_secs(2)), [b, a, c]);
        assert!(servers.is_silent(Instant::from_secs(60), c));
        assert!(!servers.is_silent(Instant::from_secs(61), c));
        servers.answered(c, Duration::from_millis(1));
        assert_eq!(sorted(&servers, Instant::from_secs(70)), [c, b, a]);
    }

    #[test]
    fn waits_grow_with_the_way_and_with_each_try() {
        let address = SocketAddr::from(([10, 0, 0, 1], 53));
        let mut servers = Servers::default();
        let waits = |servers: &Servers| [0, 1, 2, 9].map(|tries| servers.timeout(address, tries));
        let millis = |list: [u64; 4]| list.map(Duration::from_millis);
        assert_eq!(waits(&servers), millis([800, 1600, 3000, 3000]));
        servers.answered(address, Duration::from_millis(200));
        assert_eq!(waits(&servers), millis([600, 1200, 2400, 3000]));
    }
}
