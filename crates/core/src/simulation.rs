//! The simulation: the only thing that makes progress.
//!
//! One clock, one event queue, one stream of reasons. It owns the devices and the cables, calls each
//! device when something happened to it, and puts on the cables what the device sends. Everything
//! follows from the devices, the links, the seed, and the calls made from outside, in order.

mod fault;

use std::any::Any;
use std::collections::VecDeque;
use std::sync::Arc;

use smallvec::SmallVec;

use self::fault::Faults;
use crate::device::{Context, Deadline, Device, Outbox};
use crate::event_queue::{EventQueue, SourceId};
use crate::frame::Frame;
use crate::id::{FrameId, LinkId, NodeId, PortId, PortRef};
use crate::link::{Direction, LinkSettings};
use crate::rng::Rng;
use crate::time::Instant;
use crate::topology::Topology;
use crate::trace::{DropReason, Observer, ObserverId, Place, Record, TraceEvent, Tracer};

/// A network of devices and cables in simulated time.
pub struct Simulation {
    seed: u64,
    now: Instant,
    topology: Topology,
    nodes: Vec<Slot>,
    /// The two directions of link n are 2n and 2n + 1.
    directions: Vec<Direction>,
    /// The settings of the links, once for all that are equal.
    settings: Vec<Arc<LinkSettings>>,
    queue: EventQueue,
    sources: Vec<Source>,
    tracer: Tracer,
    outbox: Outbox,
    /// How many sources hold a run open.
    busy: u32,
    unstarted: Vec<NodeId>,
    events: u64,
    frames: u64,
    /// Partitions and holds, while there are some.
    faults: Option<Box<Faults>>,
}

struct Slot {
    /// `None` only while the device is being called.
    device: Option<Box<dyn Device>>,
    source: SourceId,
    made: u64,
    /// The direction that leads away from each port, or [`NO_CABLE`].
    ports: SmallVec<[u32; 4]>,
    powered: bool,
    started: bool,
    /// Whether it is in the event queue.
    armed: bool,
    busy: bool,
}

const NO_CABLE: u32 = u32::MAX;

#[derive(Clone, Copy)]
enum Source {
    Node(NodeId),
    Direction(u32),
}

/// Where a run has to stop.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// No event later than this is handled.
    pub until: Instant,
    /// No more events than this are handled.
    pub events: u64,
}

/// Why a run stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Nothing is under way: no frame on a cable, no device busy.
    Idle,
    /// The time limit was reached.
    TimeLimit,
    /// The limit of events was reached.
    EventLimit,
}

impl Simulation {
    /// An empty simulation at time zero whose random streams derive from this seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            now: Instant::ZERO,
            topology: Topology::default(),
            nodes: Vec::new(),
            directions: Vec::new(),
            settings: Vec::new(),
            queue: EventQueue::default(),
            sources: Vec::new(),
            tracer: Tracer::default(),
            outbox: Outbox::default(),
            busy: 0,
            unstarted: Vec::new(),
            events: 0,
            frames: 0,
            faults: None,
        }
    }

    /// Adds a node. It starts with the next step.
    pub fn add_node(&mut self, name: &str, device: impl Device) -> NodeId {
        let node = self.topology.add_node(name);
        let source = self.add_source(Source::Node(node));
        self.nodes.push(Slot {
            device: Some(Box::new(device)),
            source,
            made: 0,
            ports: SmallVec::new(),
            powered: true,
            started: false,
            armed: false,
            busy: false,
        });
        self.unstarted.push(node);
        node
    }

    /// Adds a node that stands for the world outside: frames come in with
    /// [`inject`](Self::inject) and are taken out with [`drain`](Self::drain). It has one port.
    pub fn add_external(&mut self, name: &str) -> PortRef {
        let node = self.add_node(name, External::default());
        self.add_port(node, "external")
    }

    /// Adds a port to a node.
    ///
    /// # Panics
    /// When the node does not exist.
    pub fn add_port(&mut self, node: NodeId, name: &str) -> PortRef {
        self.nodes[node.0 as usize].ports.push(NO_CABLE);
        PortRef::new(node, self.topology.add_port(node, name))
    }

    /// Plugs a cable in between two ports, with settings for each direction: from the first end to
    /// the second, and back. Nodes that run already are told.
    ///
    /// # Panics
    /// When a port does not exist or has a cable already.
    pub fn add_link(&mut self, ends: [PortRef; 2], settings: [LinkSettings; 2]) -> LinkId {
        let link = self.topology.add_link(ends);
        let [a, b] = ends;
        for ((from, to), settings) in [(a, b), (b, a)].into_iter().zip(settings) {
            let index = self.directions.len() as u32;
            let source = self.add_source(Source::Direction(index));
            let settings = self.share(settings);
            let direction = Direction::new(settings, [from, to], source, || {
                random_stream(self.seed, &self.topology, from)
            });
            self.directions.push(direction);
            self.nodes[from.node.0 as usize].ports[from.port.0 as usize] = index;
        }
        for end in ends {
            let slot = &self.nodes[end.node.0 as usize];
            if slot.started && slot.powered {
                self.call(end.node, None, |device, ctx| device.handle_link(ctx, end.port, true));
            }
        }
        link
    }

    /// The one copy of these settings. Networks have few kinds of links, or so many that it is not
    /// worth looking for an equal one.
    fn share(&mut self, settings: LinkSettings) -> Arc<LinkSettings> {
        const KINDS: usize = 16;
        if let Some(equal) = self.settings.iter().find(|known| ***known == settings) {
            return equal.clone();
        }
        let settings = Arc::new(settings);
        if self.settings.len() < KINDS {
            self.settings.push(settings.clone());
        }
        settings
    }

    /// Adds an observer of all reasons from now on.
    pub fn observe(&mut self, observer: impl Observer + 'static) -> ObserverId {
        self.tracer.add(observer)
    }

    /// Takes an observer away; it is told no more.
    pub fn unobserve(&mut self, observer: ObserverId) {
        self.tracer.remove(observer);
    }

    /// The current time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The seed of all random streams.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Names and cables.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// How many events were handled so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How many frames were handed to cables so far.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The device of a node, if it is of this type.
    pub fn device<D: Device>(&self, node: NodeId) -> Option<&D> {
        let device: &dyn Any = self.nodes.get(node.0 as usize)?.device.as_deref()?;
        device.downcast_ref()
    }

    /// Calls the device of a node from outside, at the current time, if it is of this type: how
    /// commands (start a program, open a socket) come in.
    pub fn command<D: Device, R>(
        &mut self,
        node: NodeId,
        command: impl FnOnce(&mut D, &mut Context<'_>) -> R,
    ) -> Option<R> {
        self.device::<D>(node)?;
        self.start();
        self.call(node, None, |device, ctx| {
            let device: &mut dyn Any = device;
            device.downcast_mut().map(|device| command(device, ctx))
        })
    }

    /// Sends a frame into the network from an external node.
    pub fn inject(&mut self, external: PortRef, bytes: Vec<u8>) {
        self.start();
        self.call(external.node, None, |_, ctx| {
            let frame = ctx.frame(bytes);
            ctx.transmit(external.port, frame);
        });
    }

    /// Takes the frames that arrived at an external node, each with its time of arrival.
    pub fn drain(&mut self, external: PortRef) -> Vec<(Instant, Frame)> {
        self.command(external.node, |device: &mut External, _| device.arrived.drain(..).collect())
            .unwrap_or_default()
    }

    /// The settings of the direction of a link that leads away from a port.
    pub fn link_settings(&self, from: PortRef) -> Option<&LinkSettings> {
        let direction = *self.nodes.get(from.node.0 as usize)?.ports.get(from.port.0 as usize)?;
        self.directions.get(direction as usize).map(|direction| &**direction.settings())
    }

    /// Whether the cable is up.
    ///
    /// # Panics
    /// When the link does not exist.
    pub fn link_is_up(&self, link: LinkId) -> bool {
        self.directions[link.0 as usize * 2].up
    }

    /// Pulls the cable out or plugs it in again. Frames that are on it are lost.
    ///
    /// # Panics
    /// When the link does not exist.
    pub fn set_link_up(&mut self, link: LinkId, up: bool) {
        self.start();
        if self.link_is_up(link) == up {
            return;
        }
        let [first, _] = self.topology.ends(link);
        let place = Place::Link { link, from: first };
        let event = if up { TraceEvent::LinkUp } else { TraceEvent::LinkDown };
        self.emit(place, None, || event);
        for index in [link.0 * 2, link.0 * 2 + 1] {
            let direction = &mut self.directions[index as usize];
            let was = direction.next_arrival();
            direction.up = up;
            let (from, lost) = (direction.from, direction.cut());
            for frame in lost {
                let place = Place::Link { link, from };
                let reason = DropReason::LinkCut;
                self.emit(place, Some(&frame), || TraceEvent::Dropped { port: None, reason });
            }
            self.arm_direction(index, was);
            self.lose_held(index);
        }
        for end in self.topology.ends(link) {
            if self.nodes[end.node.0 as usize].powered {
                self.call(end.node, None, |device, ctx| device.handle_link(ctx, end.port, up));
            }
        }
    }

    /// Takes the node's power away. It forgets all but its configuration; frames that reach it are
    /// lost. Its cables stay up, so its neighbours have to find out by themselves.
    ///
    /// # Panics
    /// When the node does not exist.
    pub fn crash(&mut self, node: NodeId) {
        self.start();
        if !self.nodes[node.0 as usize].powered {
            return;
        }
        self.emit(Place::Node(node), None, || TraceEvent::NodeCrashed);
        self.call(node, None, |device, ctx| device.handle_crash(ctx));
        self.nodes[node.0 as usize].powered = false;
        self.arm_node(node, None);
    }

    /// Gives the node power again.
    ///
    /// # Panics
    /// When the node does not exist.
    pub fn restart(&mut self, node: NodeId) {
        if !self.nodes[node.0 as usize].powered {
            self.nodes[node.0 as usize].powered = true;
            self.emit(Place::Node(node), None, || TraceEvent::NodeRestarted);
            self.start_node(node);
        }
    }

    /// Whether the node has power.
    ///
    /// # Panics
    /// When the node does not exist.
    pub fn is_powered(&self, node: NodeId) -> bool {
        self.nodes[node.0 as usize].powered
    }

    /// The time of the next event, if there is one. Nodes that were added and have not started yet
    /// may still bring an earlier one.
    pub fn next_event(&self) -> Option<Instant> {
        self.queue.peek().map(|(at, _)| at.max(self.now))
    }

    /// Whether nothing is under way: no frame on a cable, no device busy.
    pub fn is_idle(&self) -> bool {
        self.busy == 0 && self.unstarted.is_empty()
    }

    /// Handles the next event. `false` when there is none.
    pub fn step(&mut self) -> bool {
        self.start();
        let Some((at, source)) = self.queue.peek() else { return false };
        // A deadline in the past means "now"; time itself never goes back.
        self.now = self.now.max(at);
        self.events += 1;
        match self.sources[source.0 as usize] {
            Source::Direction(index) => self.deliver(index),
            Source::Node(node) => {
                // Disarmed first: a device that does not ask again is not called again.
                self.arm_node(node, None);
                self.call(node, None, |device, ctx| device.handle_timeout(ctx));
            }
        }
        true
    }

    /// Handles all events up to and including this time, and sets the clock to it. Returns at once
    /// when the time has passed already.
    pub fn run_until(&mut self, until: Instant) {
        self.start();
        while self.next_event().is_some_and(|at| at <= until) {
            self.step();
        }
        self.now = self.now.max(until);
    }

    /// Handles events until nothing is under way, or a limit is reached.
    pub fn run_until_idle(&mut self, limits: Limits) -> Stop {
        self.start();
        let mut left = limits.events;
        loop {
            match self.next_event() {
                _ if self.is_idle() => return Stop::Idle,
                None => return Stop::Idle,
                Some(at) if at > limits.until => {
                    self.now = self.now.max(limits.until);
                    return Stop::TimeLimit;
                }
                Some(_) if left == 0 => return Stop::EventLimit,
                Some(_) => {
                    self.step();
                    left -= 1;
                }
            }
        }
    }

    fn add_source(&mut self, source: Source) -> SourceId {
        self.sources.push(source);
        self.queue.add_source()
    }

    /// Starts the nodes that were added since.
    #[inline]
    fn start(&mut self) {
        if !self.unstarted.is_empty() {
            self.start_new();
        }
    }

    fn start_new(&mut self) {
        for node in std::mem::take(&mut self.unstarted) {
            self.start_node(node);
        }
    }

    /// Gives a node power, and tells it which of its ports have no cable that is up.
    fn start_node(&mut self, node: NodeId) {
        self.nodes[node.0 as usize].started = true;
        self.call(node, None, |device, ctx| device.handle_start(ctx));
        for port in self.topology.ports(node) {
            if !self.topology.link_at(port).is_some_and(|link| self.link_is_up(link)) {
                self.call(node, None, |device, ctx| device.handle_link(ctx, port.port, false));
            }
        }
    }

    fn deliver(&mut self, index: u32) {
        let direction = &mut self.directions[index as usize];
        let was = direction.next_arrival();
        let (to, frame) = (direction.to, direction.arrive(self.now));
        self.arm_direction(index, was);
        let Some(mut frame) = frame else { return };
        if self.faults.is_some() {
            match self.pass(index, frame) {
                Some(passed) => frame = passed,
                None => return,
            }
        }
        let port = to.port;
        self.emit(Place::Node(to.node), Some(&frame), || TraceEvent::FrameArrived {
            port,
            frame: frame.clone(),
        });
        if self.nodes[to.node.0 as usize].powered {
            let id = frame.id();
            self.call(to.node, Some(id), |device, ctx| device.handle_frame(ctx, port, frame));
        } else {
            self.emit(Place::Node(to.node), Some(&frame), || TraceEvent::Dropped {
                port: Some(port),
                reason: DropReason::NodeDown,
            });
        }
    }

    /// Calls a device, asks for its deadline, and puts on the cables what it sent.
    fn call<R>(
        &mut self,
        node: NodeId,
        about: Option<FrameId>,
        call: impl FnOnce(&mut dyn Device, &mut Context<'_>) -> R,
    ) -> R {
        let slot = &mut self.nodes[node.0 as usize];
        // Only `call` takes it out, and nothing below calls back into the simulation.
        let mut device = slot.device.take().expect("a device is not called within its own call");
        let mut ctx = Context::new(
            self.now,
            node,
            &mut slot.made,
            &mut self.outbox,
            &mut self.tracer,
            &self.topology,
        );
        ctx.set_about(about);
        let result = call(&mut *device, &mut ctx);
        let deadline = device.poll_timeout();
        slot.device = Some(device);
        self.arm_node(node, deadline);
        if !self.outbox.frames.is_empty() {
            let mut frames = std::mem::take(&mut self.outbox.frames);
            for (port, frame) in frames.drain(..) {
                self.transmit(PortRef::new(node, port), frame);
            }
            self.outbox.frames = frames;
        }
        result
    }

    fn transmit(&mut self, from: PortRef, frame: Frame) {
        self.frames += 1;
        let port = from.port;
        self.emit(Place::Node(from.node), Some(&frame), || TraceEvent::FrameSent {
            port,
            frame: frame.clone(),
        });
        let ports = &self.nodes[from.node.0 as usize].ports;
        let index = ports.get(port.0 as usize).copied().unwrap_or(NO_CABLE);
        if index == NO_CABLE {
            self.emit(Place::Node(from.node), Some(&frame), || TraceEvent::Dropped {
                port: Some(port),
                reason: DropReason::NoCable,
            });
            return;
        }
        let id = frame.id();
        let place = Place::Link { link: LinkId(index / 2), from };
        let (tracer, topology, at) = (&mut self.tracer, &self.topology, self.now);
        let mut tell = |event| {
            if tracer.active() {
                tracer.tell(topology, &Record { at, place, frame: Some(id), event });
            }
        };
        let direction = &mut self.directions[index as usize];
        let was = direction.next_arrival();
        if let Err(reason) = direction.transmit(at, frame, &mut tell) {
            tell(TraceEvent::Dropped { port: None, reason });
        }
        self.arm_direction(index, was);
    }

    /// Brings the queue up to date with a direction whose next arrival was another one before.
    fn arm_direction(&mut self, index: u32, was: Option<Instant>) {
        let direction = &self.directions[index as usize];
        let next = direction.next_arrival();
        if was != next {
            self.queue.arm(direction.source, next);
            self.busy = self.busy + u32::from(next.is_some()) - u32::from(was.is_some());
        }
    }

    fn arm_node(&mut self, node: NodeId, deadline: Option<Deadline>) {
        let slot = &mut self.nodes[node.0 as usize];
        if deadline.is_none() && !slot.armed {
            return;
        }
        slot.armed = deadline.is_some();
        let busy = deadline.is_some_and(|deadline| deadline.busy);
        self.busy = self.busy + u32::from(busy) - u32::from(slot.busy);
        slot.busy = busy;
        let at = deadline.map(|deadline| deadline.at.max(self.now));
        self.queue.arm(slot.source, at);
    }

    fn emit(&mut self, place: Place, frame: Option<&Frame>, event: impl FnOnce() -> TraceEvent) {
        if self.tracer.active() {
            let frame = frame.map(Frame::id);
            let record = Record { at: self.now, place, frame, event: event() };
            self.tracer.tell(&self.topology, &record);
        }
    }
}

/// The random stream of the direction of a link that leads away from a port.
fn random_stream(seed: u64, topology: &Topology, from: PortRef) -> Rng {
    let (node, port) = (topology.node_name(from.node), topology.port_name(from));
    Rng::named(seed, &format!("link {node} {port}"))
}

/// The device of an external node: keeps what arrives.
#[derive(Default)]
struct External {
    arrived: VecDeque<(Instant, Frame)>,
}

impl Device for External {
    fn handle_frame(&mut self, ctx: &mut Context<'_>, _: PortId, frame: Frame) {
        self.arrived.push_back((ctx.now(), frame));
    }

    fn handle_crash(&mut self, _: &mut Context<'_>) {
        self.arrived.clear();
    }
}
