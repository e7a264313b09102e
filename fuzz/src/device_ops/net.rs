//! The network that things happen to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lanternet_core::{
    Duration, FrameId, Instant, Limits, LinkId, NodeId, Place, PortId, PortRef, Record, Simulation,
    Stop, Topology, TraceEvent,
};
use lanternet_explain::{Catalogue, Locale, json_line};
use lanternet_lab::{Network, parse};
use lanternet_net::host::Host;

use super::input::Input;
use super::sockets::{self, Agent};
use super::wire;

const LAB: &str = r#"
nodes:
  h0: { kind: host, addresses: [10.0.0.1/24, 2001:db8::1/64], gateway: 10.0.0.254, gateway6: 2001:db8::fe }
  h1: { kind: host, addresses: [10.0.0.2/24, slaac], gateway: 10.0.0.254 }
  h2: { kind: host, addresses: [10.0.1.1/24, 2001:db8:1::1/64], gateway: 10.0.1.254, gateway6: 2001:db8:1::fe }
  h3: { kind: host, address: 10.0.1.2/24, gateway: 10.0.1.254 }
  r:
    kind: router
    interfaces:
      eth0: { addresses: [10.0.0.254/24, 2001:db8::fe/64], advertise: true }
      eth1: { addresses: [10.0.1.254/24, 2001:db8:1::fe/64] }
    routes: [{ to: 10.0.2.0/24, via: 10.0.1.2 }]
  x0: { kind: host, address: 10.0.0.77/24 }
  x1: { kind: host, address: 10.0.1.77/24 }
  sw: { kind: switch, ageing: 10s, table-size: 6 }
  hub: { kind: hub }
links:
  - h0 -- sw:1
  - { between: [h1, "sw:2"], loss: 5%, duplicate: 5%, reorder: 5%, corrupt: 5%, delay: 1ms }
  - r:eth0 -- sw:3
  - { between: ["r:eth1", "hub:1"], mtu: 1300, delay: 5ms }
  - { between: [h2, "hub:2"], rate: 1 Mbit, queue: 4 packets }
  - h3 -- hub:3
  - x0 -- sw:4
  - x1 -- hub:4
"#;
/// The router of every third network translates and has rules.
const GATE: &str = "    nat: { outside: eth1, preset: full-cone, ports: 40000-40015, forward: [{ tcp: 7, to: 10.0.0.1:7 }] }
    firewall:
      - reject: { protocol: tcp, port: [23, 9] }
      - allow: { from: 10.0.0.0/23 }
      - deny: { protocol: icmp, path: forwarded }
";
/// The stations; the router runs programs too.
const STATIONS: u8 = 5;
/// Frames that were seen are kept up to this number.
const SEEN: usize = 64;
/// A network of this size that needs more events than this to come to rest never will.
const EVENTS: u64 = 200_000;

fn lab(seed: u64) -> String {
    let routes = "    routes: [{ to: 10.0.2.0/24";
    match seed % 3 {
        0 => LAB.replace(routes, &format!("{GATE}{routes}")),
        _ => LAB.to_owned(),
    }
}

pub(super) struct Net {
    sim: Simulation,
    /// Ports whose hosts do not speak for themselves: strange frames come from there.
    intruders: [PortRef; 2],
    agents: Vec<Agent>,
    powered: Vec<bool>,
    watch: Arc<Mutex<Watch>>,
}

/// What the observer keeps.
#[derive(Default)]
struct Watch {
    seen: VecDeque<Vec<u8>>,
    /// The last frame that arrived at each node and about which nothing was said yet.
    unexplained: BTreeMap<NodeId, FrameId>,
    records: u64,
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch {
    fn note(&mut self, catalogue: &Catalogue, topology: &Topology, record: &Record) {
        self.records += 1;
        // Words for each reason that is about a strange frame; for the others, now and then.
        if self.records.is_multiple_of(16) || matches!(record.event, TraceEvent::Dropped { .. }) {
            let line = json_line(catalogue, topology, record);
            assert!(line.starts_with('{') && line.ends_with('}') && !line.contains('\n'), "{line}");
        }
        let node = record.place.node();
        match &record.event {
            TraceEvent::FrameArrived { frame, .. } => {
                let name = topology.node_name(node);
                let before = self.unexplained.insert(node, frame.id());
                assert_eq!(before, None, "{name} said nothing about it");
                if self.seen.len() == SEEN {
                    self.seen.pop_front();
                }
                self.seen.push_back(frame.bytes().to_vec());
            }
            TraceEvent::FrameSent { .. } => {}
            _ => {
                let about =
                    matches!(record.place, Place::Node(_)).then_some(record.frame).flatten();
                if about.is_some() && self.unexplained.get(&node) == about.as_ref() {
                    self.unexplained.remove(&node);
                }
            }
        }
    }
}

impl Net {
    pub(super) fn new(seed: u64) -> Self {
        let lab = match parse(&lab(seed), "fuzz.yaml") {
            Ok((mut lab, _)) => {
                lab.reseed(seed);
                lab
            }
            Err(diagnostics) => panic!("{}", diagnostics.plain()),
        };
        let mut sim = Network::build(&lab).sim;
        let intruders = ["x0", "x1"].map(|name| {
            let node = sim.topology().find_node(name).expect("it is in the lab");
            PortRef::new(node, PortId(0))
        });
        let watch = Arc::new(Mutex::new(Watch::default()));
        let (shared, catalogue) = (Arc::clone(&watch), Catalogue::new(Locale::En));
        sim.observe(move |topology: &Topology, record: &Record| {
            lock(&shared).note(&catalogue, topology, record);
        });
        let mut net = Self {
            sim,
            intruders,
            agents: (0..STATIONS).map(|_| Agent::default()).collect(),
            powered: vec![true; lab.nodes.len()],
            watch,
        };
        for station in 0..STATIONS {
            net.start_agent(station);
        }
        net
    }

    fn start_agent(&mut self, station: u8) {
        let agent = self.agents[usize::from(station)].clone();
        let node = NodeId(u32::from(station));
        self.sim.command(node, |host: &mut Host, ctx| agent.start(host, ctx));
    }

    pub(super) fn inject(&mut self, at: u8, bytes: Vec<u8>) {
        self.sim.inject(self.intruders[usize::from(at % 2)], bytes);
        self.run(Duration::from_millis(1));
    }

    /// A frame that was seen before, changed in a few places, with or without checksums that fit.
    pub(super) fn inject_changed(&mut self, input: &mut Input<'_>) {
        let which = usize::from(input.byte());
        let seen = {
            let watch = lock(&self.watch);
            let len = watch.seen.len();
            (len > 0).then(|| watch.seen[which % len].clone())
        };
        let Some(mut bytes) = seen else { return };
        for _ in 0..input.below(6) {
            let (at, value) = (usize::from(input.word()), input.byte());
            let len = bytes.len();
            if len == 0 {
                break;
            }
            match input.below(8) {
                0 => bytes.truncate(at % len),
                1 => bytes.extend(std::iter::repeat_n(value, at % 64)),
                // The headers are where it hurts.
                2..=5 => bytes[at % len.min(64)] = value,
                _ => bytes[at % len] ^= value,
            }
        }
        if input.chance() {
            wire::fix_checksums(&mut bytes);
        }
        self.inject(input.byte(), bytes);
    }

    /// A frame with headers that look right.
    pub(super) fn inject_crafted(&mut self, input: &mut Input<'_>) {
        let macs: Vec<[u8; 6]> = {
            let watch = lock(&self.watch);
            watch.seen.iter().filter_map(|bytes| bytes.get(6..12)?.try_into().ok()).collect()
        };
        let bytes = wire::craft(input, &macs);
        self.inject(input.byte(), bytes);
    }

    pub(super) fn toggle_link(&mut self, which: u8) {
        let links = self.sim.topology().links().len() as u32;
        let link = LinkId(u32::from(which) % links);
        self.sim.set_link_up(link, !self.sim.link_is_up(link));
    }

    pub(super) fn toggle_power(&mut self, which: u8) {
        let index = usize::from(which) % self.powered.len();
        let node = NodeId(index as u32);
        self.powered[index] = !self.powered[index];
        if self.powered[index] {
            self.sim.restart(node);
            if index < usize::from(STATIONS) {
                self.start_agent(index as u8);
            }
        } else {
            self.sim.crash(node);
        }
    }

    /// Up to half a minute, by powers of two.
    pub(super) fn pass_time(&mut self, power: u8) {
        self.run(Duration::from_nanos(1 << power));
    }

    pub(super) fn call_socket(&mut self, input: &mut Input<'_>) {
        let station = input.below(STATIONS);
        if !self.powered[usize::from(station)] {
            return;
        }
        let call = sockets::Call::read(input);
        let agent = &self.agents[usize::from(station)];
        agent.give(call);
        self.sim.command(NodeId(u32::from(station)), |host: &mut Host, ctx| {
            host.command_l3(ctx, |_, _| ());
        });
        self.run(Duration::from_micros(100));
    }

    fn run(&mut self, time: Duration) {
        let until = self.sim.now() + time;
        let before = self.sim.events();
        while self.sim.next_event().is_some_and(|at| at <= until) {
            self.sim.step();
            assert!(self.sim.events() - before < EVENTS, "no end of events at {}", self.sim.now());
        }
        self.sim.run_until(until);
    }

    /// With all cables plugged in and all nodes under power everything that is under way ends.
    pub(super) fn comes_to_rest(&mut self) {
        for link in self.sim.topology().links() {
            self.sim.set_link_up(link, true);
        }
        for index in 0..self.powered.len() {
            if !self.powered[index] {
                self.toggle_power(index as u8);
            }
        }
        // TCP gives up after about a quarter of an hour.
        let until = self.sim.now() + Duration::from_secs(3 * 3600);
        let stop = self.sim.run_until_idle(Limits { until, events: EVENTS });
        assert_eq!(stop, Stop::Idle, "at {}", self.sim.now());
        assert!(self.sim.now() >= Instant::ZERO);
        let watch = lock(&self.watch);
        assert!(watch.unexplained.is_empty(), "{:?}", watch.unexplained);
    }
}

/// Operations: a server on h2, a client on h0, data both ways, and the end.
pub(super) fn example_conversation() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut call = |station: u8, args: &[u8]| {
        // What `operate` reads, then what `call_socket` reads.
        bytes.extend([10, station]);
        bytes.extend(args);
        bytes.extend([9, 30]);
    };
    call(2, &[0, 0]);
    call(2, &[1, 0, 0]);
    call(2, &[2, 0, 2]);
    call(0, &[0, 0]);
    call(0, &[4, 0, 2, 0]);
    call(2, &[3, 0]);
    for _ in 0..3 {
        call(0, &[5, 0, 200]);
        call(2, &[6, 1, 255]);
        call(2, &[5, 1, 250]);
        call(0, &[6, 0, 255]);
    }
    call(0, &[8, 0, 1]);
    call(2, &[9, 1]);
    call(0, &[9, 0]);
    bytes
}
