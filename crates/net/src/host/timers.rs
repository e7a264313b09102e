//! Programs that sleep.

use std::collections::BTreeMap;
use std::task::Waker;

use lanternet_core::{Deadline, Instant};

/// A time somebody sleeps until: the time, and the order in which it was asked for.
pub(super) type TimerId = (Instant, u64);

#[derive(Debug, Default)]
pub(super) struct Timers {
    sleepers: BTreeMap<TimerId, (Waker, bool)>,
    made: u64,
    busy: u32,
}

impl Timers {
    /// Wakes the sleeper at this time. `busy`: the run waits for it.
    pub(super) fn add(&mut self, at: Instant, waker: Waker, busy: bool) -> TimerId {
        self.made += 1;
        self.busy += u32::from(busy);
        self.sleepers.insert((at, self.made), (waker, busy));
        (at, self.made)
    }

    pub(super) fn remove(&mut self, id: TimerId) {
        if let Some((_, busy)) = self.sleepers.remove(&id) {
            self.busy -= u32::from(busy);
        }
    }

    /// Replaces who is woken.
    pub(super) fn set_waker(&mut self, id: TimerId, waker: &Waker) {
        if let Some((known, _)) = self.sleepers.get_mut(&id) {
            known.clone_from(waker);
        }
    }

    /// Wakes those whose time has come.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some(entry) = self.sleepers.first_entry()
            && entry.key().0 <= now
        {
            let (waker, busy) = entry.remove();
            self.busy -= u32::from(busy);
            waker.wake();
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Deadline> {
        let ((at, _), _) = self.sleepers.first_key_value()?;
        Some(Deadline { at: *at, busy: self.busy > 0 })
    }
}
