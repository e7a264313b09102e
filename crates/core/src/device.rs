//! The contract of every device: a state machine that is told what happened and says what it does.
//!
//! ## The contract, in one place
//!
//! A [`Device`] does no input or output of its own. The driver (a [`Simulation`](crate::Simulation),
//! a real-time loop, a test) calls it:
//!
//! 1. `handle_start` once before anything else, and again after a crash;
//! 2. `handle_frame` for each frame that arrived whole on a port, in order of time;
//! 3. `handle_timeout` when the time that `poll_timeout` named has come. Calling early is harmless:
//!    the device looks at the time and does nothing;
//! 4. `handle_link` when the cable at a port came up or went down. At `handle_start` all
//!    ports count as up; those whose cable is down or missing are told right after it;
//! 5. `handle_crash` when the node lost its power: all that is not configuration is forgotten.
//!
//! During each call the device may transmit frames and report reasons through the [`Context`]. After
//! **every** call the driver asks `poll_timeout` again: a change is always followed by that one
//! question, so a device never announces a changed deadline by other means. Time never goes back
//! from one call to the next.

use std::any::Any;
use std::net::IpAddr;

use crate::frame::{BufferPool, Frame};
use crate::id::{FrameId, NodeId, PortId};
use crate::time::Instant;
use crate::topology::Topology;
use crate::trace::{DropReason, Place, Record, TraceEvent, Tracer};

/// When a device wants to be called again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The time; it may lie in the past, which means "as soon as possible".
    pub at: Instant,
    /// Whether the device is in the middle of something that a run should wait for
    /// (a retransmission, a program that sleeps), or merely keeps house (TIME-WAIT, a server's
    /// timer, a periodic hello).
    pub busy: bool,
}

impl Deadline {
    /// A deadline that holds a run open.
    pub const fn busy(at: Instant) -> Self {
        Self { at, busy: true }
    }

    /// A deadline that does not hold a run open.
    pub const fn background(at: Instant) -> Self {
        Self { at, busy: false }
    }

    /// The earlier of two deadlines, busy if either is.
    pub fn earliest(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(Self { at: a.at.min(b.at), busy: a.busy || b.busy }),
            (one, other) => one.or(other),
        }
    }
}

/// A thing with ports: hub, switch, router, host. See the module's head for the contract.
pub trait Device: Any + Send {
    /// The node has power: the first call of all, and the first after a crash.
    fn handle_start(&mut self, _ctx: &mut Context<'_>) {}

    /// A frame arrived whole on `port`.
    fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame);

    /// The time named by [`poll_timeout`](Self::poll_timeout) has come (or an earlier one).
    fn handle_timeout(&mut self, _ctx: &mut Context<'_>) {}

    /// The cable at `port` came up or went down.
    fn handle_link(&mut self, _ctx: &mut Context<'_>, _port: PortId, _up: bool) {}

    /// The node lost its power; forget everything but the configuration.
    fn handle_crash(&mut self, _ctx: &mut Context<'_>) {}

    /// Whether packets to this address are for this device, and for no other: how a partition knows
    /// whose packet it sees. Devices without addresses have none.
    fn has_address(&self, _address: IpAddr) -> bool {
        false
    }

    /// When this device next wants [`handle_timeout`](Self::handle_timeout), if ever.
    fn poll_timeout(&self) -> Option<Deadline> {
        None
    }
}

/// What a device is handed with each call: the time, a way out for frames and for reasons.
pub struct Context<'a> {
    now: Instant,
    node: NodeId,
    about: Option<FrameId>,
    made: &'a mut u64,
    out: &'a mut Vec<(PortId, Frame)>,
    pool: &'a mut BufferPool,
    tracer: &'a mut Tracer,
    topology: &'a Topology,
}

/// The parts that outlive one call of a device and are lent to it through a [`Context`]. Drivers
/// and tests own one of these.
#[derive(Default)]
pub struct Outbox {
    /// Frames to transmit, in order.
    pub frames: Vec<(PortId, Frame)>,
    /// Buffers for reuse.
    pub pool: BufferPool,
}

impl<'a> Context<'a> {
    /// A context for one call of `node` at time `now`. `made` counts the frames that the node made.
    pub fn new(
        now: Instant,
        node: NodeId,
        made: &'a mut u64,
        outbox: &'a mut Outbox,
        tracer: &'a mut Tracer,
        topology: &'a Topology,
    ) -> Self {
        let Outbox { frames, pool } = outbox;
        Self { now, node, about: None, made, out: frames, pool, tracer, topology }
    }

    /// The time of this call.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The node that is being called.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The frame that this call, or this part of it, is about: the cause of the frames made now.
    pub fn about(&self) -> Option<FrameId> {
        self.about
    }

    /// Says which frame what follows is about, and returns the one before: a device that turns to a
    /// packet it had put aside says so, and turns back afterwards.
    pub fn set_about(&mut self, frame: Option<FrameId>) -> Option<FrameId> {
        std::mem::replace(&mut self.about, frame)
    }

    /// A buffer of `len` bytes of unspecified content to build a frame in; write all of it.
    pub fn buffer(&mut self, len: usize) -> Vec<u8> {
        self.pool.take(len)
    }

    /// A new frame of these bytes, numbered as this node's next, caused by what this is about.
    pub fn frame(&mut self, bytes: Vec<u8>) -> Frame {
        *self.made += 1;
        Frame::new(FrameId::new(self.node, *self.made), self.about, bytes)
    }

    /// A new frame like [`frame`](Self::frame), for whose checksums the caller vouches.
    pub fn checksummed_frame(&mut self, bytes: Vec<u8>) -> Frame {
        *self.made += 1;
        Frame::checksummed(FrameId::new(self.node, *self.made), self.about, bytes)
    }

    /// Sends the frame out of the port.
    pub fn transmit(&mut self, port: PortId, frame: Frame) {
        self.out.push((port, frame));
    }

    /// Gives the frame's buffer back for reuse, if nobody else holds the frame.
    pub fn recycle(&mut self, frame: Frame) {
        self.pool.recycle(frame);
    }

    /// Whether anybody listens to reasons. Only for a reason whose making is itself expensive;
    /// otherwise [`emit`](Self::emit) asks.
    pub fn traced(&self) -> bool {
        self.tracer.active()
    }

    /// Tells why: the closure runs only when somebody listens.
    pub fn emit(&mut self, event: impl FnOnce() -> TraceEvent) {
        if self.tracer.active() {
            let record = Record {
                at: self.now,
                place: Place::Node(self.node),
                frame: self.about,
                event: event(),
            };
            self.tracer.tell(self.topology, &record);
        }
    }

    /// Tells that the frame this is about ends here, and why.
    pub fn drop_frame(&mut self, port: Option<PortId>, reason: impl FnOnce() -> DropReason) {
        self.emit(|| TraceEvent::Dropped { port, reason: reason() });
    }
}
