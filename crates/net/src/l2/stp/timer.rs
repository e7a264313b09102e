//! Timers of section 17.17. The standard counts them down once a second; here each is the time at
//! which it would reach zero, so that nothing has to be done in between.

use lanternet_core::{Duration, Instant};

/// A timer. "Zero" of the standard is [`is_over`](Self::is_over).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Timer {
    /// Zero.
    #[default]
    Stopped,
    /// Zero from this time on.
    Running(Instant),
    /// Set to this value again and again by the state that the machine is in.
    Held(Duration),
}

impl Timer {
    pub(super) fn start(now: Instant, time: Duration) -> Self {
        Self::Running(now + time)
    }

    pub(super) fn is_over(self, now: Instant) -> bool {
        match self {
            Self::Stopped => true,
            Self::Running(at) => at <= now,
            Self::Held(time) => time.is_zero(),
        }
    }

    /// The state that held the timer ends: it runs from now on.
    pub(super) fn release(&mut self, now: Instant) {
        if let Self::Held(time) = *self {
            *self = Self::start(now, time);
        }
    }

    /// When it will be over, if it is not and runs.
    pub(super) fn ends(self, now: Instant) -> Option<Instant> {
        match self {
            Self::Running(at) if at > now => Some(at),
            _ => None,
        }
    }
}
