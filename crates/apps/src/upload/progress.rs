//! How far an upload is: on a terminal one line that changes, elsewhere a line now and then.

use lanternet_core::{Duration, Instant};

use super::units;
use crate::console::Console;
use crate::sockets::Sockets;
use crate::text;

/// A terminal shows something new so often.
const BLINK: Duration = Duration::from_millis(100);
/// Elsewhere a line is written so often.
const LINE: Duration = Duration::from_secs(10);
/// The rate that is shown is that of the last so many seconds, so that it follows the network.
const WINDOW: u64 = 8;
/// Characters of the bar.
const BAR: u64 = 20;

/// How far an upload of several files is.
#[derive(Debug)]
pub(crate) struct Progress {
    /// Bytes of all files.
    total: u64,
    files: usize,
    /// Bytes of the files that are over, however they ended.
    before: u64,
    began: Instant,
    shown: Instant,
    written: Instant,
    /// Bytes that were sent at the end of each of the last seconds.
    seconds: Vec<(Instant, u64)>,
    sent: u64,
}

impl Progress {
    pub(crate) fn new<S: Sockets>(sockets: &S, files: usize, total: u64) -> Self {
        let now = sockets.now();
        Self {
            total,
            files,
            before: 0,
            began: now,
            shown: now,
            written: now,
            seconds: vec![(now, 0)],
            sent: 0,
        }
    }

    /// Bytes that went over the network, and since when.
    pub(crate) const fn sent(&self) -> (u64, Instant) {
        (self.sent, self.began)
    }

    /// A file is over: its bytes need not come any more.
    pub(crate) const fn over(&mut self, size: u64) {
        self.before = self.before.saturating_add(size);
    }

    /// So many bytes were sent; `at` is how far the file is that has this number, from 1 on.
    pub(crate) fn moved<S: Sockets, C: Console>(
        &mut self,
        sockets: &S,
        console: &C,
        name: &str,
        number: usize,
        (at, size, bytes): (u64, u64, u64),
    ) {
        self.sent += bytes;
        let now = sockets.now();
        if now - self.shown < BLINK {
            return;
        }
        self.shown = now;
        if self.seconds.last().is_some_and(|(then, _)| now - *then >= Duration::from_secs(1)) {
            self.seconds.push((now, self.sent));
            if self.seconds.len() as u64 > WINDOW {
                self.seconds.remove(0);
            }
        }
        let (per_cent, rest) = self.line(now, number, at, size);
        let filled = (per_cent * BAR / 100) as usize;
        let bar = format!("{}{}", "=".repeat(filled), " ".repeat(BAR as usize - filled));
        let name = text::printable(name.as_bytes());
        if !console.status(&format!("{name} {per_cent:3}% [{bar}] {rest}"))
            && now - self.written >= LINE
        {
            self.written = now;
            console.error(&format!("{name}: {per_cent} %, {rest}"));
        }
    }

    /// How many of 100 parts of this file are sent, and what else there is to say.
    fn line(&self, now: Instant, number: usize, at: u64, size: u64) -> (u64, String) {
        let per_cent = u128::from(at) * 100 / u128::from(size.max(1));
        // At most 100, since at is at most size.
        let per_cent = per_cent.min(100) as u64;
        let mut words = vec![format!("{} of {}", units::bytes(at), units::bytes(size))];
        let (then, sent) = self.seconds.first().copied().unwrap_or((self.began, 0));
        let (time, moved) = (now - then, self.sent - sent);
        let left = self.total.saturating_sub(self.before.saturating_add(at));
        if moved > 0 && !time.is_zero() {
            words.push(units::rate(moved, time));
            let nanos = u128::from(left) * u128::from(time.nanos()) / u128::from(moved);
            if let Ok(nanos) = u64::try_from(nanos) {
                words.push(format!("{} left", units::time(Duration::from_nanos(nanos))));
            }
        }
        if self.files > 1 {
            words.push(format!("file {number} of {}", self.files));
        }
        (per_cent, words.join(", "))
    }
}
