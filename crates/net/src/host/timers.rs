//! Programs that sleep.

use std::collections::BTreeMap;
use std::task::Waker;

use lanternet_core::{Deadline, Instant};

/// A time somebody sleeps until: the time, and the order in which it was asked for.
pub(super) type TimerId = (Instant, u64);

/// A host where nobody ever slept has none of it.
#[derive(Debug, Default)]
pub(super) struct Timers(Option<Box<Sleepers>>);

#[derive(Debug, Default)]
struct Sleepers {
    by_time: BTreeMap<TimerId, (Waker, bool)>,
    made: u64,
    busy: u32,
}

impl Timers {
    /// Wakes the sleeper at this time. `busy`: the run waits for it.
    pub(super) fn add(&mut self, at: Instant, waker: Waker, busy: bool) -> TimerId {
        let sleepers = self.0.get_or_insert_default();
        sleepers.made += 1;
        sleepers.busy += u32::from(busy);
        let id = (at, sleepers.made);
        sleepers.by_time.insert(id, (waker, busy));
        id
    }

    pub(super) fn remove(&mut self, id: TimerId) {
        let Some(sleepers) = &mut self.0 else { return };
        if let Some((_, busy)) = sleepers.by_time.remove(&id) {
            sleepers.busy -= u32::from(busy);
        }
    }

    /// Replaces who is woken.
    pub(super) fn set_waker(&mut self, id: TimerId, waker: &Waker) {
        let sleeper = self.0.as_mut().and_then(|sleepers| sleepers.by_time.get_mut(&id));
        if let Some((known, _)) = sleeper {
            known.clone_from(waker);
        }
    }

    /// Wakes those whose time has come.
    pub(super) fn expire(&mut self, now: Instant) {
        let Some(sleepers) = &mut self.0 else { return };
        while let Some(entry) = sleepers.by_time.first_entry()
            && entry.key().0 <= now
        {
            let (waker, busy) = entry.remove();
            sleepers.busy -= u32::from(busy);
            waker.wake();
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Deadline> {
        let sleepers = self.0.as_ref()?;
        let ((at, _), _) = sleepers.by_time.first_key_value()?;
        Some(Deadline { at: *at, busy: sleepers.busy > 0 })
    }
}
