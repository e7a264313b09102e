//! The bridge as a whole: calls from outside, and the loop that runs the machines of its ports.

use lanternet_core::trace::{
    BridgeId, BridgePortId, EdgeCause, PortRole, PortState, PriorityVector, StpEvent,
};
use lanternet_core::{Deadline, Duration, Instant, MacAddr, PortId};

use super::bpdu::{Bpdu, Times};
use super::config::StpConfig;
use super::port::{InfoIs, Port};

/// A bridge's part in the spanning tree: a state machine without input and output of its own.
///
/// Every call that may change something answers with what is to be done, in order.
#[derive(Debug)]
pub struct SpanningTree {
    pub(super) config: StpConfig,
    /// BridgeIdentifier.
    pub(super) id: BridgeId,
    pub(super) ports: Vec<Port>,
    /// The state of each port by its number, for a look-up with each frame.
    states: Vec<PortState>,
    /// RootPriority, with the port that it was heard at.
    pub(super) root: PriorityVector,
    pub(super) root_port: Option<PortId>,
    /// RootTimes.
    pub(super) root_times: Times,
    /// BridgeTimes.
    pub(super) times: Times,
    /// Whether the bridge has power and has begun.
    running: bool,
    /// The power came; the machines begin with the next call.
    starts: bool,
    /// Kept, because it is asked for with every frame that the bridge forwards.
    deadline: Option<Deadline>,
    /// Until then a port that does not forward yet is worth waiting for.
    settles: Instant,
    told_root: (BridgeId, u32, Option<PortId>),
    pub(super) actions: Vec<Action>,
    /// To be told after roles and states, whose consequences they are.
    pub(super) consequences: Vec<Action>,
}

/// What a bridge is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send this frame.
    Transmit {
        /// The port it leaves by.
        port: PortId,
        /// All its bytes.
        frame: Vec<u8>,
    },
    /// Forget what was learned at this port.
    Flush {
        /// The port.
        port: PortId,
    },
    /// Tell this.
    Tell(StpEvent),
}

/// What is known of a port, as `show NODE stp` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StpRow {
    /// The port.
    pub port: PortId,
    /// Its identifier, with the priority.
    pub id: BridgePortId,
    /// Its role.
    pub role: PortRole,
    /// Its state.
    pub state: PortState,
    /// What the way through it costs.
    pub cost: u32,
    /// Whether it is an edge port now.
    pub edge: bool,
    /// Whether there is one station at the other end.
    pub point_to_point: bool,
    /// Whether it speaks rapid spanning tree.
    pub rapid: bool,
    /// The best message that is known there, its own or one that was heard; `None` while the cable
    /// is down.
    pub vector: Option<PriorityVector>,
}

/// What is known of the whole bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StpSummary {
    /// Its identifier.
    pub bridge: BridgeId,
    /// The root's.
    pub root: BridgeId,
    /// What the way to the root costs.
    pub cost: u32,
    /// The port that it begins with; `None` at the root itself.
    pub root_port: Option<PortId>,
    /// How old what is known of the root may become, as the root says.
    pub max_age: Duration,
    /// The time between hellos, as the root says.
    pub hello: Duration,
    /// The time in each state, as the root says.
    pub forward_delay: Duration,
}

/// The refusal of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It cannot be read, or must not be used (section 9.3.4): why.
    Invalid(&'static str),
    /// It is the port's own.
    OwnMessage,
    /// The port takes no part.
    NotTakingPart,
}

impl SpanningTree {
    /// A bridge without power.
    pub fn new(config: StpConfig) -> Self {
        let id = BridgeId { priority: config.priority, address: config.address };
        let times = Times {
            message_age: 0,
            max_age: Times::field(config.max_age),
            hello: Times::field(config.hello),
            forward_delay: Times::field(config.forward_delay),
        };
        let mut tree = Self {
            id,
            ports: Vec::new(),
            states: Vec::new(),
            root: PriorityVector::default(),
            root_port: None,
            root_times: times,
            times,
            running: false,
            starts: false,
            deadline: None,
            settles: Instant::ZERO,
            told_root: (id, 0, None),
            actions: Vec::new(),
            consequences: Vec::new(),
            config,
        };
        tree.reset();
        tree
    }

    /// All is as before the power came.
    fn reset(&mut self) {
        self.running = false;
        self.starts = false;
        self.deadline = None;
        let (rapid, times) = (self.config.rapid, self.times);
        let ports = self.config.ports.iter();
        self.ports = ports.map(|port| Port::new(*port, rapid, times)).collect();
        self.root = PriorityVector { root: self.id, bridge: self.id, ..PriorityVector::default() };
        self.root_port = None;
        self.root_times = self.times;
        self.told_root = (self.id, 0, None);
        self.states = self.config.ports.iter().fold(Vec::new(), |mut states, port| {
            let place = usize::from(port.port.0);
            // A port that takes no part always forwards.
            states.resize(states.len().max(place + 1), PortState::Forwarding);
            states[place] = PortState::Discarding;
            states
        });
    }

    /// The power came, and all cables are up. Those that are not are said to be so before the
    /// machines begin, which is with the first [`handle_timeout`](Self::handle_timeout), now.
    pub fn start(&mut self, now: Instant) {
        self.reset();
        for port in &mut self.ports {
            port.enabled = true;
        }
        self.starts = true;
        self.deadline = Some(Deadline::busy(now));
    }

    /// The power went.
    pub fn stop(&mut self) {
        self.reset();
    }

    /// The state of a port; a port that takes no part always forwards.
    pub fn state(&self, port: PortId) -> PortState {
        self.states.get(usize::from(port.0)).copied().unwrap_or(PortState::Forwarding)
    }

    /// The role of a port that takes part.
    pub fn role(&self, port: PortId) -> Option<PortRole> {
        self.ports.iter().find(|known| known.config.port == port).map(|known| known.role)
    }

    /// All ports that take part.
    pub fn rows(&self) -> Vec<StpRow> {
        let row = |port: &Port| StpRow {
            port: port.config.port,
            id: port.id,
            role: port.role,
            state: port.state(),
            cost: port.config.cost,
            edge: port.edge,
            point_to_point: port.config.point_to_point,
            rapid: port.send_rapid,
            vector: (port.info_is != InfoIs::Disabled).then_some(port.vector),
        };
        self.ports.iter().map(row).collect()
    }

    /// The bridge as a whole.
    pub fn summary(&self) -> StpSummary {
        let Times { max_age, hello, forward_delay, .. } = self.root_times;
        StpSummary {
            bridge: self.id,
            root: self.root.root,
            cost: self.root.cost,
            root_port: self.root_port,
            max_age: Times::duration(max_age),
            hello: Times::duration(hello),
            forward_delay: Times::duration(forward_delay),
        }
    }

    /// The cable at a port came up or went down.
    #[must_use]
    pub fn handle_link(&mut self, now: Instant, port: PortId, up: bool) -> Vec<Action> {
        let Some(known) = self.ports.iter_mut().find(|known| known.config.port == port) else {
            return Vec::new();
        };
        if known.enabled == up {
            return Vec::new();
        }
        known.enabled = up;
        if self.running { self.settle(now, true) } else { Vec::new() }
    }

    /// A frame to the Bridge Group Address came in.
    ///
    /// # Errors
    /// When it is of no use.
    pub fn handle_frame(
        &mut self,
        now: Instant,
        port: PortId,
        frame: &[u8],
    ) -> Result<Vec<Action>, Refusal> {
        let bpdu = Bpdu::parse(frame).map_err(Refusal::Invalid)?;
        self.begin(now);
        let id = self.id;
        let known = self.ports.iter_mut().find(|known| known.config.port == port && known.enabled);
        let known = known.ok_or(Refusal::NotTakingPart)?;
        if let Some(config) = bpdu.config()
            && (config.vector.bridge, config.vector.port) == (id, known.id)
        {
            return Err(Refusal::OwnMessage);
        }
        known.message = Some(bpdu);
        self.receive(now, port);
        Ok(self.settle(now, false))
    }

    /// The time named by [`poll_timeout`](Self::poll_timeout) has come, or an earlier one.
    #[must_use]
    pub fn handle_timeout(&mut self, now: Instant) -> Vec<Action> {
        self.begin(now);
        if !self.running {
            return Vec::new();
        }
        self.settle(now, false)
    }

    /// When something happens without a message. Busy while a port is on its way to forwarding,
    /// for as long as the protocol takes to settle by timers alone.
    pub fn poll_timeout(&self) -> Option<Deadline> {
        self.deadline
    }

    fn next(&self, now: Instant) -> Option<Deadline> {
        let at =
            self.ports.iter().filter_map(|port| port.next(now, self.config.hold_count)).min()?;
        let underway = |port: &Port| port.enabled && port.role_forwards() && !port.forwarding;
        let busy = now < self.settles && self.ports.iter().any(underway);
        Some(Deadline { at, busy })
    }

    /// The machines begin, if the power has come.
    fn begin(&mut self, now: Instant) {
        if std::mem::take(&mut self.starts) {
            self.running = true;
            self.unsettle(now);
            self.actions.push(Action::Tell(StpEvent::Started { bridge: self.id }));
            for port in &self.config.ports {
                if port.edge {
                    let (port, why) = (port.port, EdgeCause::Configured);
                    let event = StpEvent::EdgeChanged { port, edge: true, why };
                    self.actions.push(Action::Tell(event));
                }
            }
        }
    }

    /// Something changed: it takes at most the maximum age and twice the forward delay until all
    /// ports are in their state again (section 17.4, convergence by timers).
    fn unsettle(&mut self, now: Instant) {
        let Times { max_age, forward_delay, .. } = self.root_times;
        self.settles = now + Times::duration(max_age) + Times::duration(forward_delay) * 2;
    }

    /// Runs all machines until none has anything to do.
    fn settle(&mut self, now: Instant, changed: bool) -> Vec<Action> {
        if changed {
            self.unsettle(now);
        }
        loop {
            let mut moved = false;
            for place in 0..self.ports.len() {
                moved |= self.receive_machine(now, place);
                moved |= self.migration_machine(now, place);
                moved |= self.edge_machine(now, place);
                moved |= self.information_machine(now, place);
            }
            moved |= self.role_selection_machine();
            for place in 0..self.ports.len() {
                moved |= self.role_machine(now, place);
                moved |= self.state_machine(place);
                moved |= self.topology_machine(now, place);
            }
            if moved {
                continue;
            }
            self.report(now);
            for place in 0..self.ports.len() {
                moved |= self.transmit_machine(now, place);
            }
            if !moved {
                self.deadline = self.next(now);
                return std::mem::take(&mut self.actions);
            }
        }
    }

    /// Tells what is not as it was told before.
    fn report(&mut self, now: Instant) {
        let mut changed = false;
        let mut tell = |event| self.actions.push(Action::Tell(event));
        let PriorityVector { root, cost, .. } = self.root;
        let (bridge, port) = (self.id, self.root_port);
        let (old, old_cost, old_port) = std::mem::replace(&mut self.told_root, (root, cost, port));
        if old != root {
            tell(StpEvent::RootChanged { bridge, old, root, cost, port });
            changed = true;
        } else if (old_cost, old_port) != (cost, port) {
            tell(StpEvent::PathChanged { root, old_cost, cost, port });
            changed = true;
        }
        for known in &mut self.ports {
            let (port, told) = (known.config.port, &mut known.told);
            if told.edge != known.edge {
                told.edge = known.edge;
                let why = known.edge_cause;
                tell(StpEvent::EdgeChanged { port, edge: known.edge, why });
            }
            if told.rapid != known.send_rapid {
                told.rapid = known.send_rapid;
                tell(StpEvent::VersionChanged { port, rapid: known.send_rapid });
            }
            if told.role != known.role {
                let from = std::mem::replace(&mut told.role, known.role);
                let why = known.role_cause.clone();
                tell(StpEvent::RoleChosen { port, from, role: known.role, why });
                changed = true;
            }
        }
        for known in &mut self.ports {
            let (port, state) = (known.config.port, known.state());
            if known.told.state != state {
                let from = std::mem::replace(&mut known.told.state, state);
                self.states[usize::from(port.0)] = state;
                tell(StpEvent::StateChanged { port, from, state, why: known.state_cause });
                changed = true;
            }
        }
        self.actions.append(&mut self.consequences);
        if changed {
            self.unsettle(now);
        }
    }

    /// The address a message of this port comes from.
    pub(super) fn source(&self, place: usize) -> MacAddr {
        self.ports[place].config.address
    }

    pub(super) fn tell(&mut self, event: StpEvent) {
        self.actions.push(Action::Tell(event));
    }
}

impl Port {
    /// The next time at which a timer of the port has an effect.
    fn next(&self, now: Instant, hold_count: u8) -> Option<Instant> {
        if !self.enabled {
            return None;
        }
        let when = |condition: bool, timer: super::timer::Timer| {
            condition.then(|| timer.ends(now)).flatten()
        };
        let says_hello = self.role == PortRole::Designated
            || (self.role == PortRole::Root && !self.topology_change.is_over(now));
        let awaits_nobody = self.config.auto_edge && self.proposing && !self.edge;
        let timers = [
            when(says_hello, self.hello),
            when(self.info_is == InfoIs::Received, self.info_age),
            when(self.role_forwards() && !self.forwarding, self.forward_delay),
            when(awaits_nobody, self.edge_delay),
            self.migrate_delay.ends(now),
            self.recent_root.ends(now),
            self.recent_backup.ends(now),
            (self.new_info && self.sent >= hold_count).then_some(self.sent_decays),
        ];
        timers.into_iter().flatten().min()
    }
}
