//! Is somebody who sends slowly slow, or only keeping us busy? Without I/O.

use lanternet_core::{Duration, Instant};

/// Progress is looked at so often.
const WINDOW: Duration = Duration::from_secs(60);
/// So many bytes have to come in that time: a modem of 300 bit/s manages twice as many.
const LEAST: u64 = 1024;

/// Watches over one body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    since: Instant,
    came: u64,
}

impl Pace {
    /// The body begins.
    pub(super) const fn new(now: Instant) -> Self {
        Self { since: now, came: 0 }
    }

    /// So many bytes came; whether that is fast enough.
    pub(super) fn came(&mut self, now: Instant, bytes: u64) -> bool {
        self.came += bytes;
        if now.since(self.since) < WINDOW {
            return true;
        }
        let enough = self.came >= LEAST;
        *self = Self::new(now);
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_now_and_then_is_not_enough() {
        let at = Instant::from_secs;
        let mut pace = Pace::new(at(0));
        assert!((0..60).all(|secs| pace.came(at(secs), 1)));
        assert!(!pace.came(at(60), 1));
        let mut pace = Pace::new(at(0));
        assert!((1..=600).all(|secs| pace.came(at(secs), 30)));
    }
}
