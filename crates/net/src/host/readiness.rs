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

/// Those who wait for a socket, in the order in which they began to. Who was woken mostly waits
/// again soon after; until then the place is kept, behind those who wait.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    places: Vec<(Readiness, Waker)>,
    /// So many of the first places are those of somebody who waits.
    waiting: usize,
}

impl Waiters {
    /// Wakes `waker` once, as soon as one of these may have become true. Errors and hang-ups wake
    /// everybody, as with `poll(2)`.
    pub(crate) fn register(&mut self, interest: Readiness, waker: &Waker) {
        let place = self
            .places
            .iter()
            .position(|(known, other)| *known == interest && other.will_wake(waker));
        match place {
            Some(place) if place < self.waiting => return,
            Some(place) => self.places.swap(place, self.waiting),
            None => {
                // Those who do not wait any more may be gone for good.
                self.places.truncate(self.waiting);
                self.places.push((interest, waker.clone()));
            }
        }
        self.waiting += 1;
    }

    /// Wakes those who wait for any of these.
    pub(crate) fn wake(&mut self, what: Readiness) {
        let all = what.any(Readiness::HANG_UP | Readiness::ERROR);
        let mut stay = 0;
        for place in 0..self.waiting {
            let (interest, waker) = &self.places[place];
            if all || interest.any(what) {
                waker.wake_by_ref();
            } else {
                self.places.swap(stay, place);
                stay += 1;
            }
        }
        self.waiting = stay;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::task::Wake;

    use super::*;

    struct Noted(u32, Arc<Mutex<Vec<u32>>>);

    impl Wake for Noted {
        fn wake(self: Arc<Self>) {
            self.1.lock().unwrap().push(self.0);
        }
    }

    #[test]
    fn each_is_woken_once_in_the_order_of_waiting_and_only_for_what_it_waits_for() {
        let woken = Arc::new(Mutex::new(Vec::new()));
        let [a, b, c] = [1, 2, 3].map(|who| Waker::from(Arc::new(Noted(who, woken.clone()))));
        let mut waiters = Waiters::default();
        waiters.register(Readiness::READABLE, &a);
        waiters.register(Readiness::WRITABLE, &b);
        waiters.register(Readiness::READABLE, &c);
        waiters.register(Readiness::READABLE, &a);
        let take = || std::mem::take(&mut *woken.lock().unwrap());
        waiters.wake(Readiness::READABLE);
        assert_eq!(take(), [1, 3]);
        waiters.wake(Readiness::READABLE);
        assert_eq!(take(), []);
        waiters.register(Readiness::READABLE, &c);
        waiters.register(Readiness::READABLE, &a);
        waiters.wake(Readiness::HANG_UP);
        assert_eq!(take(), [2, 3, 1]);
    }
}
