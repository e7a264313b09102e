//! When a socket call would not have to wait, and who waits for that.

use std::ops::BitOr;
use std::task::Waker;

/// What a socket is ready for, in the meaning of `poll(2)`; also what a program waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readiness(u8);

impl Readiness {
    /// Ready for nothing.
    pub const NONE: Self = Self(0);
    /// A read or an accept returns at once (`POLLIN`).
    pub const READABLE: Self = Self(1);
    /// A write returns at once (`POLLOUT`), or a connection attempt is decided.
    pub const WRITABLE: Self = Self(2);
    /// The peer sends no more (`POLLRDHUP`).
    pub const READ_CLOSED: Self = Self(4);
    /// Both directions are closed (`POLLHUP`).
    pub const HANG_UP: Self = Self(8);
    /// An error waits to be taken, or the error queue holds one (`POLLERR`).
    pub const ERROR: Self = Self(16);

    /// Whether any of these is set.
    pub const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    /// With these set as well where `condition` holds.
    #[must_use]
    pub(crate) const fn with(self, more: Self, condition: bool) -> Self {
        if condition { Self(self.0 | more.0) } else { self }
    }
}

impl BitOr for Readiness {
    type Output = Self;
    fn bitor(self, rhs: Self) -> Self {
        Self(self.0 | rhs.0)
    }
}

/// Those who wait for a socket, in the order in which they began to.
#[derive(Debug, Default)]
pub(crate) struct Waiters(Vec<(Readiness, Waker)>);

impl Waiters {
    /// Wakes `waker` once, as soon as one of these may have become true. Errors and hang-ups wake
    /// everybody, as with `poll(2)`.
    pub(crate) fn register(&mut self, interest: Readiness, waker: &Waker) {
        for (known, other) in &mut self.0 {
            if *known == interest && other.will_wake(waker) {
                return;
            }
        }
        self.0.push((interest, waker.clone()));
    }

    /// Wakes those who wait for any of these.
    pub(crate) fn wake(&mut self, what: Readiness) {
        if self.0.is_empty() {
            return;
        }
        let all = what.any(Readiness::HANG_UP | Readiness::ERROR);
        self.0.retain(|(interest, waker)| {
            let woken = all || interest.any(what);
            if woken {
                waker.wake_by_ref();
            }
            !woken
        });
    }
}
