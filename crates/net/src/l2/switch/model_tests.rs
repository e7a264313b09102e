//! Random operations against a model of a few maps that does everything the slow, obvious way.

use std::collections::{BTreeMap, BTreeSet};

use lanternet_core::{Instant, LinkSettings, Recorder, Simulation};
use proptest::prelude::*;

use lanternet_core::{Duration, MacAddr, TraceEvent};

use super::*;
use crate::l2::harness::{Harness, mac};

const PORTS: u16 = 5;
const AGEING: u64 = 300;
const TABLE_SIZE: u32 = 4;

#[derive(Clone, Debug)]
enum Step {
    Frame { port: u16, source: MacAddr, destination: MacAddr },
    Wait { secs: u64 },
    Link { port: u16, up: bool },
    Crash,
}

fn station() -> impl Strategy<Value = MacAddr> {
    prop_oneof![
        20 => (1..=6_u32).prop_map(mac),
        1 => Just(MacAddr::ZERO),
        1 => Just(MacAddr::BROADCAST),
        1 => Just(MacAddr([0x01, 0x00, 0x5e, 0, 0, 1])),
        1 => (0..=0x10_u8).prop_map(|last| MacAddr([0x01, 0x80, 0xc2, 0, 0, last])),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (0..PORTS, station(), station())
            .prop_map(|(port, source, destination)| Step::Frame { port, source, destination }),
        4 => prop_oneof![0..10_u64, 100..=AGEING].prop_map(|secs| Step::Wait { secs }),
        2 => (0..PORTS, any::<bool>()).prop_map(|(port, up)| Step::Link { port, up }),
        1 => Just(Step::Crash),
    ]
}

/// What should hold.
#[derive(Default)]
struct Model {
    now: u64,
    /// Station → its port, and when it was last heard of.
    rows: BTreeMap<MacAddr, (u16, u64)>,
    down: BTreeSet<u16>,
}

impl Model {
    fn live(&self) -> BTreeMap<MacAddr, (u16, u64)> {
        let live = |(_, (_, seen)): &(&MacAddr, &(u16, u64))| self.now - seen < AGEING;
        self.rows.iter().filter(live).map(|(mac, row)| (*mac, *row)).collect()
    }

    fn frame(&mut self, port: u16, source: MacAddr, destination: MacAddr) -> Vec<u16> {
        if source.0[0] & 1 == 1 {
            return Vec::new();
        }
        self.rows = self.live();
        let room = self.rows.len() < TABLE_SIZE as usize || self.rows.contains_key(&source);
        if room && source.0 != [0; 6] {
            self.rows.insert(source, (port, self.now));
        }
        let others = (0..PORTS).filter(|other| *other != port && !self.down.contains(other));
        match destination.0 {
            [0x01, 0x80, 0xc2, 0, 0, 1..=15] => Vec::new(),
            _ => match self.rows.get(&destination) {
                Some((to, _)) if *to == port => Vec::new(),
                Some((to, _)) => vec![*to],
                None => others.collect(),
            },
        }
    }
}

/// Every frame that comes in is decided on exactly once.
fn is_decision(event: &TraceEvent) -> bool {
    matches!(
        event,
        TraceEvent::SwitchForwarded { .. }
            | TraceEvent::SwitchFlooded { .. }
            | TraceEvent::Dropped { .. }
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_frame_leaves_by_the_ports_that_the_model_names(
        steps in prop::collection::vec(step(), 1..120)
    ) {
        let config = BridgeConfig {
            ageing: Duration::from_secs(AGEING),
            table_size: TABLE_SIZE,
            ..BridgeConfig::with_ports(PORTS)
        };
        let mut switch = Harness::new(Switch::new(config));
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Frame { port, .. } if model.down.contains(&port) => {}
                Step::Frame { port, source, destination } => {
                    let left_by = switch.frame(port, source, destination);
                    prop_assert_eq!(left_by, model.frame(port, source, destination));
                    let events = switch.events();
                    let decisions = events.iter().filter(|event| is_decision(event)).count();
                    prop_assert_eq!(decisions, 1, "{:?}", events);
                }
                Step::Wait { secs } => {
                    model.now += secs;
                    switch.wait(Duration::from_secs(secs));
                }
                Step::Link { port, up } => {
                    switch.link(port, up);
                    if up {
                        model.down.remove(&port);
                    } else {
                        model.down.insert(port);
                        model.rows.retain(|_, (at, _)| *at != port);
                    }
                }
                Step::Crash => {
                    switch.crash();
                    model.down.clear();
                    model.rows.clear();
                }
            }
            let rows = switch.device.mac_table().rows(switch.now);
            let listed: Vec<_> = rows.iter().map(|r| (r.mac, r.port.0, r.age)).collect();
            let age = |seen: u64| Duration::from_secs(model.now - seen);
            let expected: Vec<_> =
                model.live().into_iter().map(|(mac, (port, seen))| (mac, port, age(seen))).collect();
            prop_assert_eq!(listed, expected);
        }
    }

    #[test]
    fn the_same_frames_give_the_same_trace(steps in prop::collection::vec(step(), 1..60)) {
        prop_assert_eq!(trace(&steps), trace(&steps));
    }
}

/// The whole trace of a simulated network, as text: five stations' worth of cables at one switch.
fn trace(steps: &[Step]) -> String {
    let mut sim = Simulation::new(1);
    let recorder = Recorder::default();
    sim.observe(recorder.clone());
    let config = BridgeConfig { table_size: TABLE_SIZE, ..BridgeConfig::with_ports(PORTS) };
    let switch = sim.add_node("sw", Switch::new(config));
    let mut ends = Vec::new();
    for number in 0..PORTS {
        let port = sim.add_port(switch, &(number + 1).to_string());
        let external = sim.add_external(&format!("x{number}"));
        let settings = LinkSettings { loss: 100_000, ..LinkSettings::default() };
        let link = sim.add_link([port, external], [settings.clone(), settings]);
        ends.push((external, link));
    }
    for step in steps {
        match *step {
            Step::Frame { port, source, destination } => {
                let bytes = [&destination.0[..], &source.0, &[0; 48]].concat();
                sim.inject(ends[usize::from(port)].0, bytes);
            }
            Step::Wait { secs } => sim.run_until(sim.now() + Duration::from_secs(secs)),
            Step::Link { port, up } => sim.set_link_up(ends[usize::from(port)].1, up),
            Step::Crash => {
                sim.crash(switch);
                sim.restart(switch);
            }
        }
    }
    sim.run_until(Instant::from_secs(1_000_000));
    format!("{:?}", recorder.take())
}
