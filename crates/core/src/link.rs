//! Links: full-duplex cables with the settings and the faults of tc-netem.
//!
//! Each direction is on its own: a queue in front of a transmitter of some rate, then the cable
//! with its delay and its impairments. What happens to a frame, in this order:
//!
//! 1. A link that is down, or whose MTU the frame exceeds, drops it.
//! 2. It waits until the frames before it are sent; when the queue is full it is dropped (drop-tail).
//! 3. It is serialised: length × 8 / rate. The rate counts the frame's bytes as captures show them,
//!    without preamble, check sequence and gap, so a computed throughput can be compared with one.
//! 4. The impairments are drawn: loss; then corruption (one bit, and unlike on a real cable the
//!    frame still arrives, so that checksums have something to find: netem's meaning); duplication;
//!    reordering (the frame skips the delay and so overtakes: netem's meaning).
//! 5. It arrives after delay ± jitter, uniformly drawn. Jitter alone never reorders: a frame arrives
//!    no earlier than the one sent before it.
//!
//! Left out: a shared medium with collisions; a hub here repeats and never collides.

use std::collections::VecDeque;

use serde::Serialize;

use crate::frame::Frame;
use crate::id::PortRef;
use crate::rng::Rng;
use crate::time::{Duration, Instant};
use crate::trace::{DropReason, TraceEvent};

/// How many frames may wait in front of a transmitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueueLimit {
    /// At most so many frames.
    Frames(u32),
    /// At most so many bytes.
    Bytes(u32),
}

/// The settings of one direction of a link. Probabilities are parts per million.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkSettings {
    /// Bits per second; `None` serialises in no time.
    pub rate: Option<u64>,
    /// Time on the cable.
    pub delay: Duration,
    /// Half the width of the uniform spread around `delay`.
    pub jitter: Duration,
    /// Chance that a frame vanishes.
    pub loss: u32,
    /// Chance that a frame arrives twice.
    pub duplicate: u32,
    /// Chance that a frame skips `delay` and overtakes those before it.
    pub reorder: u32,
    /// Chance that one bit of a frame is flipped.
    pub corrupt: u32,
    /// What may wait while the transmitter is busy.
    pub queue: QueueLimit,
    /// The largest payload of a frame (the IP packet), in bytes.
    pub mtu: u16,
}

impl Default for LinkSettings {
    /// A perfect cable: no delay, no limit of rate, no faults, an MTU of 1500 bytes.
    fn default() -> Self {
        Self {
            rate: None,
            delay: Duration::ZERO,
            jitter: Duration::ZERO,
            loss: 0,
            duplicate: 0,
            reorder: 0,
            corrupt: 0,
            queue: QueueLimit::Frames(1000),
            mtu: 1500,
        }
    }
}

impl LinkSettings {
    /// The names that [`preset`](Self::preset) knows.
    pub const PRESETS: [&str; 5] = ["lan", "wifi", "mobile-4g", "mobile-3g", "satellite"];

    /// Settings by name; figures typical of the medium, meant for teaching, not for measuring one.
    pub fn preset(name: &str) -> Option<Self> {
        let settings = |rate_mbit: u64, delay_us, jitter_us, loss| Self {
            rate: Some(rate_mbit * 1_000_000),
            delay: Duration::from_micros(delay_us),
            jitter: Duration::from_micros(jitter_us),
            loss,
            ..Self::default()
        };
        Some(match name {
            "lan" => settings(1_000, 5, 0, 0),
            "wifi" => settings(100, 2_000, 1_000, 1_000),
            "mobile-4g" => settings(30, 25_000, 5_000, 1_000),
            "mobile-3g" => settings(3, 80_000, 20_000, 5_000),
            "satellite" => settings(50, 300_000, 5_000, 2_000),
            _ => return None,
        })
    }

    /// How long the transmitter is busy with a frame of `len` bytes.
    pub fn serialisation(&self, len: usize) -> Duration {
        self.rate.map_or(Duration::ZERO, |rate| {
            let nanos = len as u128 * 8 * 1_000_000_000 / u128::from(rate.max(1));
            Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
        })
    }

    fn impaired(&self) -> bool {
        self.loss | self.duplicate | self.reorder | self.corrupt != 0 || !self.jitter.is_zero()
    }
}

/// One direction of a link: its transmitter, and the frames on their way.
pub(crate) struct Direction {
    settings: LinkSettings,
    pub(crate) from: PortRef,
    pub(crate) to: PortRef,
    pub(crate) up: bool,
    /// Drawn from only where there are impairments, so made only then.
    rng: Option<Box<Rng>>,
    /// When the transmitter is done with all that was handed to it.
    free_at: Instant,
    /// When each waiting frame's serialisation starts, and its length.
    waiting: VecDeque<(Instant, u32)>,
    waiting_bytes: u32,
    /// The latest arrival among frames that keep their order.
    last_arrival: Instant,
    /// Ordered by arrival; among equal arrivals by the order of sending.
    in_flight: VecDeque<(Instant, Frame)>,
}

impl Direction {
    pub(crate) fn new(settings: LinkSettings, from: PortRef, to: PortRef, rng: Rng) -> Self {
        let rng = settings.impaired().then(|| Box::new(rng));
        Self {
            settings,
            from,
            to,
            up: true,
            rng,
            free_at: Instant::ZERO,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            last_arrival: Instant::ZERO,
            in_flight: VecDeque::new(),
        }
    }

    pub(crate) fn settings(&self) -> &LinkSettings {
        &self.settings
    }

    /// When the next frame arrives.
    pub(crate) fn next_arrival(&self) -> Option<Instant> {
        self.in_flight.front().map(|(at, _)| *at)
    }

    /// Takes the frame that arrives at or before `now`.
    pub(crate) fn arrive(&mut self, now: Instant) -> Option<Frame> {
        if self.next_arrival()? > now {
            return None;
        }
        self.in_flight.pop_front().map(|(_, frame)| frame)
    }

    /// Takes all frames that are on their way, as when the cable is cut.
    pub(crate) fn cut(&mut self) -> impl Iterator<Item = Frame> + use<> {
        self.waiting.clear();
        self.waiting_bytes = 0;
        std::mem::take(&mut self.in_flight).into_iter().map(|(_, frame)| frame)
    }

    /// Hands a frame to the transmitter. Tells through `tell` what the cable does to it.
    ///
    /// # Errors
    /// The reason why the frame does not get to the other end.
    pub(crate) fn transmit(
        &mut self,
        now: Instant,
        frame: Frame,
        mut tell: impl FnMut(TraceEvent),
    ) -> Result<(), DropReason> {
        if !self.up {
            return Err(DropReason::LinkDown);
        }
        let len = frame.bytes().len();
        let tag = if frame.ethertype() == Some(0x8100) { 4 } else { 0 };
        let payload = len.saturating_sub(Frame::HEADER_LEN + tag);
        if payload > usize::from(self.settings.mtu) {
            return Err(DropReason::FrameTooLong {
                payload: payload as u32,
                mtu: self.settings.mtu,
            });
        }
        let sent = match self.settings.rate {
            None => now,
            Some(_) => {
                self.queue(now, len as u32)?;
                self.free_at = self.free_at.max(now) + self.settings.serialisation(len);
                self.free_at
            }
        };
        match self.rng.take() {
            None => self.fly(sent + self.settings.delay, frame),
            Some(mut rng) => {
                let verdict = self.impair(sent, frame, &mut rng, &mut tell);
                self.rng = Some(rng);
                verdict?;
            }
        }
        Ok(())
    }

    /// Joins the queue, if there is room.
    fn queue(&mut self, now: Instant, len: u32) -> Result<(), DropReason> {
        while let Some(&(start, len)) = self.waiting.front()
            && start <= now
        {
            self.waiting.pop_front();
            self.waiting_bytes -= len;
        }
        if self.free_at > now {
            let full = match self.settings.queue {
                QueueLimit::Frames(limit) => self.waiting.len() >= limit as usize,
                QueueLimit::Bytes(limit) => self.waiting_bytes.saturating_add(len) > limit,
            };
            if full {
                return Err(DropReason::QueueFull {
                    frames: self.waiting.len() as u32,
                    bytes: self.waiting_bytes,
                    limit: self.settings.queue,
                });
            }
            self.waiting.push_back((self.free_at, len));
            self.waiting_bytes += len;
        }
        Ok(())
    }

    fn impair(
        &mut self,
        sent: Instant,
        mut frame: Frame,
        rng: &mut Rng,
        tell: &mut impl FnMut(TraceEvent),
    ) -> Result<(), DropReason> {
        let settings = &self.settings;
        if rng.chance(settings.loss) {
            return Err(DropReason::Lost { chance: settings.loss });
        }
        if rng.chance(settings.corrupt) && !frame.bytes().is_empty() {
            let bit = rng.below(frame.bytes().len() as u64 * 8) as u32;
            let mut bytes = frame.bytes().to_vec();
            bytes[bit as usize / 8] ^= 0x80 >> (bit % 8);
            frame = Frame::new(frame.id(), frame.cause(), bytes);
            tell(TraceEvent::FrameCorrupted { bit, chance: settings.corrupt });
        }
        let overtakes = rng.chance(settings.reorder) && !settings.delay.is_zero();
        let arrival = if overtakes {
            tell(TraceEvent::FrameReordered { by: settings.delay, chance: settings.reorder });
            sent
        } else {
            let spread = rng.below(settings.jitter.nanos().saturating_mul(2).saturating_add(1));
            let delay = Duration::from_nanos(settings.delay.nanos().saturating_add(spread));
            // A jitter larger than the delay cannot make a frame arrive before it was sent.
            let arrival = sent + delay.saturating_sub(settings.jitter);
            self.last_arrival = self.last_arrival.max(arrival);
            self.last_arrival
        };
        if rng.chance(settings.duplicate) {
            tell(TraceEvent::FrameDuplicated { chance: settings.duplicate });
            self.fly(arrival, frame.clone());
        }
        self.fly(arrival, frame);
        Ok(())
    }

    fn fly(&mut self, arrival: Instant, frame: Frame) {
        let later = self.in_flight.iter().rev().take_while(|(at, _)| *at > arrival).count();
        match later {
            0 => self.in_flight.push_back((arrival, frame)),
            _ => self.in_flight.insert(self.in_flight.len() - later, (arrival, frame)),
        }
    }
}
