//! Spanning trees on the workbench: bridges joined by cables of 1 ms, without anything else.

mod convergence;
mod legacy;
mod messages;
mod properties;

use std::collections::BTreeMap;

use lanternet_core::trace::{PortRole, PortState, StpEvent};
use lanternet_core::{Duration, Instant, MacAddr, PortId};

use super::{Action, Bpdu, SpanningTree, StpConfig, StpPortConfig};

const FORWARDING: PortState = PortState::Forwarding;
const DISCARDING: PortState = PortState::Discarding;
const DELAY: Duration = Duration::from_millis(1);

/// A port of a bridge.
type End = (usize, u16);

struct Net {
    now: Instant,
    trees: Vec<SpanningTree>,
    cables: Vec<(End, End, bool)>,
    /// By time of arrival, in the order of sending.
    under_way: BTreeMap<(Instant, u64), (End, Vec<u8>)>,
    sent: u64,
    messages: Vec<(End, Bpdu)>,
    events: Vec<(Instant, usize, StpEvent)>,
    flushed: Vec<End>,
    /// The bridge that hears nothing.
    deaf: Option<usize>,
}

/// The bridge with this number: the lower number has the lower address.
fn address(bridge: usize) -> MacAddr {
    MacAddr([2, 0, 0, 0, 0, bridge as u8 + 1])
}

fn config(bridge: usize, ports: u16) -> StpConfig {
    let mut config = StpConfig::new(address(bridge));
    let port =
        |port| StpPortConfig::new(PortId(port), MacAddr([2, 1, 0, 0, bridge as u8, port as u8]));
    config.ports = (0..ports).map(port).collect();
    config
}

impl Net {
    fn new(configs: Vec<StpConfig>, cables: &[(End, End)]) -> Self {
        let mut net = Self {
            now: Instant::ZERO,
            trees: configs.into_iter().map(SpanningTree::new).collect(),
            cables: cables.iter().map(|(a, b)| (*a, *b, true)).collect(),
            under_way: BTreeMap::new(),
            sent: 0,
            messages: Vec::new(),
            events: Vec::new(),
            flushed: Vec::new(),
            deaf: None,
        };
        for bridge in 0..net.trees.len() {
            net.power(bridge);
        }
        net
    }

    /// A triangle of bridges 0, 1, 2 whose port 0 leads to the next and port 1 to the one before.
    fn triangle() -> Self {
        Self::ring(3)
    }

    fn ring(bridges: usize) -> Self {
        let cables: Vec<_> = (0..bridges).map(|at| ((at, 0), ((at + 1) % bridges, 1))).collect();
        Self::new((0..bridges).map(|bridge| config(bridge, 2)).collect(), &cables)
    }

    /// The power comes. Ports without a cable are down.
    fn power(&mut self, bridge: usize) {
        self.trees[bridge].start(self.now);
        for port in self.trees[bridge].config.ports.clone() {
            let end = (bridge, port.port.0);
            if !self.cables.iter().any(|(a, b, up)| *up && (*a == end || *b == end)) {
                let actions = self.trees[bridge].handle_link(self.now, port.port, false);
                self.act(bridge, actions);
            }
        }
    }

    fn other_end(&self, end: End) -> Option<End> {
        self.cables.iter().filter(|(_, _, up)| *up).find_map(|(a, b, _)| match () {
            () if *a == end && b.0 < self.trees.len() => Some(*b),
            () if *b == end => Some(*a),
            () => None,
        })
    }

    fn act(&mut self, bridge: usize, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Transmit { port, frame } => {
                    let end = (bridge, port.0);
                    // What is too old is refused by who gets it.
                    self.messages.extend(Bpdu::parse(&frame).map(|bpdu| (end, bpdu)));
                    if let Some(other) = self.other_end(end).filter(|to| Some(to.0) != self.deaf) {
                        self.sent += 1;
                        self.under_way.insert((self.now + DELAY, self.sent), (other, frame));
                    }
                }
                Action::Flush { port } => self.flushed.push((bridge, port.0)),
                Action::Tell(event) => self.events.push((self.now, bridge, event)),
            }
        }
    }

    fn set_cable(&mut self, cable: usize, up: bool) {
        let (a, b, was) = self.cables[cable];
        if was == up {
            return;
        }
        self.cables[cable].2 = up;
        self.under_way.retain(|_, (to, _)| *to != a && *to != b);
        for (bridge, port) in [a, b] {
            let actions = self.trees[bridge].handle_link(self.now, PortId(port), up);
            self.act(bridge, actions);
        }
    }

    /// Handles what happens up to this time, or until no bridge is busy.
    fn run(&mut self, until: Instant, stop_when_settled: bool) {
        loop {
            let deadlines = self.trees.iter().enumerate();
            let deadlines = deadlines.filter_map(|(at, tree)| Some((at, tree.poll_timeout()?)));
            let deadlines: Vec<_> = deadlines.collect();
            let idle = self.under_way.is_empty() && deadlines.iter().all(|(_, next)| !next.busy);
            if stop_when_settled && idle {
                return;
            }
            let timeout = deadlines.iter().map(|(at, next)| (next.at, *at)).min();
            let frame = self.under_way.keys().next().copied();
            let next = [timeout.map(|(at, _)| at), frame.map(|(at, _)| at)];
            match next.into_iter().flatten().min() {
                Some(at) if at <= until => self.now = self.now.max(at),
                _ => break,
            }
            if let Some(key) = frame.filter(|(at, _)| *at <= self.now) {
                let ((bridge, port), frame) = self.under_way.remove(&key).unwrap();
                let actions = self.trees[bridge].handle_frame(self.now, PortId(port), &frame);
                self.act(bridge, actions.unwrap_or_default());
            } else if let Some((_, bridge)) = timeout {
                let actions = self.trees[bridge].handle_timeout(self.now);
                self.act(bridge, actions);
            }
        }
        self.now = self.now.max(until);
    }

    fn run_for(&mut self, time: Duration) {
        self.run(self.now + time, false);
    }

    /// Runs until all ports are in their state; how long it took.
    fn settle(&mut self) -> Duration {
        let start = self.now;
        self.run(Instant::MAX, true);
        self.now - start
    }

    fn role(&self, bridge: usize, port: u16) -> PortRole {
        self.trees[bridge].role(PortId(port)).unwrap()
    }

    fn state(&self, (bridge, port): End) -> PortState {
        self.trees[bridge].state(PortId(port))
    }

    /// The cables that carry traffic: up, and forwarding at both ends.
    fn active(&self) -> Vec<(usize, usize)> {
        let forwards = |end: End| self.state(end) == FORWARDING;
        let active = self.cables.iter().filter(|(a, b, up)| *up && forwards(*a) && forwards(*b));
        active.map(|(a, b, _)| (a.0, b.0)).collect()
    }

    /// Which bridges are joined by cables that are up, as the lowest number of each part.
    fn parts(&self, cables: &[(usize, usize)]) -> Vec<usize> {
        let mut part: Vec<_> = (0..self.trees.len()).collect();
        for _ in 0..part.len() {
            for (a, b) in cables {
                let low = part[*a].min(part[*b]);
                (part[*a], part[*b]) = (low, low);
            }
        }
        part
    }

    /// The cables that carry traffic are a tree in each part of the network that cables join.
    fn assert_spanning_tree(&self) {
        let active = self.active();
        let up: Vec<_> =
            self.cables.iter().filter(|(_, _, up)| *up).map(|(a, b, _)| (a.0, b.0)).collect();
        assert_eq!(self.parts(&active), self.parts(&up), "connected: {active:?} of {up:?}");
        let parts = self.parts(&active);
        let roots = parts.iter().enumerate().filter(|(at, part)| at == *part).count();
        assert_eq!(active.len() + roots, self.trees.len(), "no loop: {active:?}");
    }

    /// No frame could go round at this moment.
    fn assert_no_loop(&self) {
        let active = self.active();
        let mut part: Vec<_> = (0..self.trees.len()).collect();
        for (a, b) in active {
            let (one, other) = (part[a], part[b]);
            assert_ne!(one, other, "a loop at {}", self.now);
            part.iter_mut().filter(|part| **part == other).for_each(|part| *part = one);
        }
    }
}
