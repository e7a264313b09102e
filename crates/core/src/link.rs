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
use std::sync::Arc;

use serde::Serialize;

use crate::event_queue::SourceId;
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
    /// The largest payload of a frame (the IP packet), in bytes. A VLAN tag does not count.
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
    pub const PRESETS: [&str; 6] =
        ["perfect", "lan", "wifi", "mobile-4g", "mobile-3g", "satellite"];

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
            "perfect" => Self::default(),
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
            // Fits for any frame of less than 2 GiB.
            let bit_nanos = (len as u64).saturating_mul(8 * 1_000_000_000);
            Duration::from_nanos(bit_nanos / rate.max(1))
        })
    }

    fn impaired(&self) -> bool {
        self.loss | self.duplicate | self.reorder | self.corrupt != 0 || !self.jitter.is_zero()
    }
}

/// One direction of a link. A network has many of which most are silent, so what only frames need
/// is made by the first one.
pub(crate) struct Direction {
    settings: Arc<LinkSettings>,
    pub(crate) from: PortRef,
    pub(crate) to: PortRef,
    pub(crate) source: SourceId,
    pub(crate) up: bool,
    traffic: Option<Box<Traffic>>,
}

/// The state of a transmitter, and the frames on their way.
#[derive(Default)]
struct Traffic {
    /// Drawn from only where there are impairments, so made only then.
    rng: Option<Rng>,
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
    /// A direction that is up. `rng` makes its random stream, if its settings need one.
    pub(crate) fn new(
        settings: Arc<LinkSettings>,
        [from, to]: [PortRef; 2],
        source: SourceId,
        rng: impl FnOnce() -> Rng,
    ) -> Self {
        let traffic = settings
            .impaired()
            .then(|| Box::new(Traffic { rng: Some(rng()), ..Traffic::default() }));
        Self { settings, from, to, source, up: true, traffic }
    }

    pub(crate) fn settings(&self) -> &Arc<LinkSettings> {
        &self.settings
    }

    /// Changes the settings for what is sent from now on. `rng` makes the random stream, if this is the
    /// first time that one is needed.
    pub(crate) fn change(&mut self, settings: Arc<LinkSettings>, rng: impl FnOnce() -> Rng) {
        if settings.impaired() {
            self.traffic.get_or_insert_default().rng.get_or_insert_with(rng);
        }
        self.settings = settings;
    }

    /// Puts frames that had arrived back, in front of all that are on their way: they arrive now.
    pub(crate) fn put_back(&mut self, now: Instant, frames: Vec<Frame>) {
        if !frames.is_empty() {
            let in_flight = &mut self.traffic.get_or_insert_default().in_flight;
            for frame in frames.into_iter().rev() {
                in_flight.push_front((now, frame));
            }
        }
    }

    /// When the next frame arrives.
    pub(crate) fn next_arrival(&self) -> Option<Instant> {
        self.traffic.as_ref()?.in_flight.front().map(|(at, _)| *at)
    }

    /// Takes the frame that arrives at or before `now`.
    pub(crate) fn arrive(&mut self, now: Instant) -> Option<Frame> {
        let in_flight = &mut self.traffic.as_mut()?.in_flight;
        if in_flight.front()?.0 > now {
            return None;
        }
        in_flight.pop_front().map(|(_, frame)| frame)
    }

    /// Takes all frames that are waiting or on their way, as when the cable is cut.
    pub(crate) fn cut(&mut self) -> impl Iterator<Item = Frame> + use<> {
        let lost = self.traffic.as_mut().map(|traffic| {
            let rng = traffic.rng.take();
            let before = std::mem::replace(&mut **traffic, Traffic { rng, ..Traffic::default() });
            before.in_flight
        });
        lost.unwrap_or_default().into_iter().map(|(_, frame)| frame)
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
        let (settings, len) = (&*self.settings, frame.bytes().len());
        if len > Frame::HEADER_LEN + usize::from(settings.mtu) {
            // A VLAN tag (802.1Q, or 802.1ad's service tag) takes nothing from the payload, as on
            // real equipment; a second one does.
            let tag = if let Some(0x8100 | 0x88a8) = frame.ethertype() { 4 } else { 0 };
            let payload = len - Frame::HEADER_LEN - tag;
            if payload > usize::from(settings.mtu) {
                let payload = payload as u32;
                return Err(DropReason::FrameTooLong { payload, mtu: settings.mtu });
            }
        }
        let traffic = self.traffic.get_or_insert_default();
        let sent = match settings.rate {
            None => now,
            Some(_) => {
                traffic.queue(settings.queue, now, len as u32)?;
                traffic.free_at = traffic.free_at.max(now) + settings.serialisation(len);
                traffic.free_at
            }
        };
        let Some(mut rng) = traffic.rng.take() else {
            traffic.fly(sent + settings.delay, frame);
            return Ok(());
        };
        let verdict = traffic.impair(settings, sent, frame, &mut rng, &mut tell);
        traffic.rng = Some(rng);
        verdict
    }
}

impl Traffic {
    /// Joins the queue, if there is room.
    fn queue(&mut self, limit: QueueLimit, now: Instant, len: u32) -> Result<(), DropReason> {
        while let Some(&(start, len)) = self.waiting.front()
            && start <= now
        {
            self.waiting.pop_front();
            self.waiting_bytes -= len;
        }
        if self.free_at > now {
            let full = match limit {
                QueueLimit::Frames(limit) => self.waiting.len() >= limit as usize,
                QueueLimit::Bytes(limit) => self.waiting_bytes.saturating_add(len) > limit,
            };
            if full {
                let (frames, bytes) = (self.waiting.len() as u32, self.waiting_bytes);
                return Err(DropReason::QueueFull { frames, bytes, limit });
            }
            self.waiting.push_back((self.free_at, len));
            self.waiting_bytes += len;
        }
        Ok(())
    }

    fn impair(
        &mut self,
        settings: &LinkSettings,
        sent: Instant,
        mut frame: Frame,
        rng: &mut Rng,
        tell: &mut impl FnMut(TraceEvent),
    ) -> Result<(), DropReason> {
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
        // Nearly always this one arrives last.
        let mut place = self.in_flight.len();
        while place > 0 && self.in_flight[place - 1].0 > arrival {
            place -= 1;
        }
        if place == self.in_flight.len() {
            self.in_flight.push_back((arrival, frame));
        } else {
            self.in_flight.insert(place, (arrival, frame));
        }
    }
}
