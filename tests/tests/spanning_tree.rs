//! Switches with the spanning tree in whole simulations: random graphs whose cables fail and come
//! back, and what Wireshark makes of the messages.

#![allow(clippy::unwrap_used)] // Helpers of tests panic like tests.

use std::collections::BTreeMap;

use lanternet_core::trace::{PortRole, PortState, StpEvent};
use lanternet_core::{
    Duration, Instant, Limits, LinkId, LinkSettings, MacAddr, PortId, PortRef, Recorder,
    Simulation, Stop, TraceEvent,
};
use lanternet_net::l2::stp::{StpConfig, StpPortConfig, path_cost};
use lanternet_net::l2::{BridgeConfig, Switch};
use lanternet_tests::tshark::Tshark;
use lanternet_tests::{captures, scratch};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// Switches joined by cables, and a station at the first port of each.
struct Net {
    sim: Simulation,
    stations: Vec<PortRef>,
    cables: Vec<(usize, usize, LinkId)>,
}

impl Net {
    fn new(seed: u64, switches: usize, cables: &[(usize, usize)]) -> Self {
        let mut sim = Simulation::new(seed);
        let mut ports = vec![1_u16; switches];
        for (a, b) in cables {
            ports[*a] += 1;
            ports[*b] += 1;
        }
        let nodes: Vec<_> = (0..switches)
            .map(|at| {
                let mac = |port| MacAddr([2, 1, 0, 0, at as u8, port as u8]);
                let port = |port| StpPortConfig {
                    edge: port == 0,
                    ..StpPortConfig::new(PortId(port), mac(port))
                };
                let address = MacAddr::derive(seed, &format!("s{at}"), "bridge");
                let stp = StpConfig {
                    ports: (0..ports[at]).map(port).collect(),
                    ..StpConfig::new(address)
                };
                let config = BridgeConfig { stp: Some(stp), ..BridgeConfig::with_ports(ports[at]) };
                sim.add_node(&format!("s{at}"), Switch::new(config))
            })
            .collect();
        let lan = LinkSettings::preset("lan").unwrap();
        let plug = |sim: &mut Simulation, at: usize| {
            let number = sim.topology().ports(nodes[at]).len() + 1;
            sim.add_port(nodes[at], &number.to_string())
        };
        let mut stations = Vec::new();
        for at in 0..switches {
            let station = sim.add_external(&format!("h{at}"));
            let port = plug(&mut sim, at);
            sim.add_link([station, port], [lan.clone(), lan.clone()]);
            stations.push(station);
        }
        let cables = cables
            .iter()
            .map(|(a, b)| {
                let ends = [plug(&mut sim, *a), plug(&mut sim, *b)];
                (*a, *b, sim.add_link(ends, [lan.clone(), lan.clone()]))
            })
            .collect();
        Self { sim, stations, cables }
    }

    fn settle(&mut self) -> Stop {
        let limits = Limits { until: Instant::MAX, events: 1_000_000 };
        self.sim.run_until_idle(limits)
    }

    fn run_for(&mut self, time: Duration) {
        let until = self.sim.now() + time;
        self.sim.run_until(until);
    }

    /// The part of the network that each switch is in, by the lowest number in it.
    fn parts(&self) -> Vec<usize> {
        let mut parts: Vec<_> = (0..self.stations.len()).collect();
        for _ in 0..parts.len() {
            for (a, b, link) in &self.cables {
                if self.sim.link_is_up(*link) {
                    let low = parts[*a].min(parts[*b]);
                    (parts[*a], parts[*b]) = (low, low);
                }
            }
        }
        parts
    }

    /// How often each station gets a broadcast of one of them.
    fn broadcast(&mut self, from: usize) -> Vec<usize> {
        for station in self.stations.clone() {
            self.sim.drain(station);
        }
        let source = [2, 0xff, 0, 0, 0, from as u8];
        let bytes = [&[0xff; 6][..], &source, &[0x88, 0xb5], &[7; 46]].concat();
        self.sim.inject(self.stations[from], bytes.clone());
        self.run_for(Duration::from_millis(100));
        let count = |sim: &mut Simulation, station| {
            let arrived = sim.drain(station);
            arrived.iter().filter(|(_, frame)| frame.bytes() == bytes).count()
        };
        let stations = self.stations.clone();
        stations.into_iter().map(|station| count(&mut self.sim, station)).collect()
    }

    /// A broadcast of each station arrives once at every other one that cables lead to, and at no
    /// other.
    fn assert_once_everywhere(&mut self) -> Result<(), TestCaseError> {
        let parts = self.parts();
        for from in 0..self.stations.len() {
            let expected: Vec<_> = parts
                .iter()
                .enumerate()
                .map(|(at, part)| usize::from(at != from && *part == parts[from]))
                .collect();
            let arrived = self.broadcast(from);
            prop_assert_eq!(arrived, expected, "from {} with parts {:?}", from, parts);
        }
        Ok(())
    }
}

type Changes = Vec<(Index, u64)>;

fn graph() -> impl Strategy<Value = (usize, Vec<(usize, usize)>, Changes)> {
    (2..8_usize).prop_flat_map(|switches| {
        let cables = vec((0..switches, 0..switches), 1..14);
        // A port takes one cable, so one from a switch to itself needs two, as any other.
        (Just(switches), cables, vec((any::<Index>(), 0..2_000_u64), 0..10))
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_broadcast_arrives_once_everywhere_whatever_cables_fail_and_return(
        seed in any::<u64>(),
        (switches, cables, changes) in graph(),
    ) {
        let mut net = Net::new(seed, switches, &cables);
        prop_assert_eq!(net.settle(), Stop::Idle);
        // Rapid: only the hold count makes anybody wait.
        prop_assert!(net.sim.now() < Instant::from_secs(5), "{}", net.sim.now());
        net.assert_once_everywhere()?;
        for (cable, pause) in changes {
            let (_, _, link) = net.cables[cable.index(net.cables.len())];
            let up = net.sim.link_is_up(link);
            net.sim.set_link_up(link, !up);
            net.run_for(Duration::from_millis(pause));
        }
        net.run_for(Duration::from_secs(30));
        prop_assert_eq!(net.settle(), Stop::Idle);
        net.assert_once_everywhere()?;
    }
}

#[test]
fn a_run_waits_until_the_tree_has_settled_and_no_longer() {
    let mut net = Net::new(1, 3, &[(0, 1), (1, 2), (2, 0)]);
    assert_eq!(net.settle(), Stop::Idle);
    assert!(net.sim.now() < Instant::from_millis(10), "{}", net.sim.now());
    // Hellos do not hold it open.
    net.run_for(Duration::from_secs(1));
    assert_eq!(net.settle(), Stop::Idle);
    let (before, events) = (net.sim.now(), net.sim.events());
    assert_eq!(net.settle(), Stop::Idle);
    assert_eq!((net.sim.now(), net.sim.events()), (before, events));
}

#[test]
fn a_switch_without_power_is_gone_round_after_three_hellos() {
    let mut net = Net::new(1, 4, &[(0, 1), (1, 2), (2, 3), (3, 0)]);
    net.settle();
    let node = net.sim.topology().find_node("s1").unwrap();
    net.sim.crash(node);
    // Its cables stay up, so that only the missing hellos tell.
    net.run_for(Duration::from_secs(12));
    let arrived = net.broadcast(0);
    assert_eq!(arrived, [0, 0, 1, 1]);
    net.sim.restart(node);
    net.run_for(Duration::from_secs(12));
    assert_eq!(net.broadcast(0), [0, 1, 1, 1]);
}

#[test]
fn wireshark_reads_our_messages_as_they_are_meant() {
    let Some(tshark) = Tshark::find() else { return };
    let mut net = Net::new(3, 3, &[(0, 1), (1, 2), (2, 0)]);
    let recorder = Recorder::default();
    net.sim.observe(recorder.clone());
    net.settle();
    net.run_for(Duration::from_secs(10));
    let records = recorder.take();
    let group = [1, 0x80, 0xc2, 0, 0, 0];
    let mut frames = Vec::new();
    for record in &records {
        if let TraceEvent::FrameSent { frame, .. } = &record.event
            && frame.bytes().starts_with(&group)
        {
            frames.push(frame.bytes().to_vec());
        }
    }
    assert!(frames.len() > 20);
    let folder = scratch();
    let file = folder.path().join("stp.pcapng");
    captures::write(&file, frames.iter().map(Vec::as_slice));
    let complaints = tshark.complaints(&file);
    assert!(complaints.is_empty(), "{complaints:?}");
    let names = [
        "eth.len",
        "llc.dsap",
        "stp.protocol",
        "stp.version",
        "stp.type",
        "stp.root.prio",
        "stp.root.hw",
        "stp.root.cost",
        "stp.bridge.hw",
        "stp.port",
        "stp.msg_age",
        "stp.max_age",
        "stp.hello",
        "stp.forward",
        "stp.version_1_length",
        "stp.flags.port_role",
    ];
    let root = net_root(&records);
    let mut roles = BTreeMap::new();
    for fields in tshark.fields(&file, &names, &[]) {
        let value =
            |name: &str| fields.get(name).and_then(|all| all.first()).cloned().unwrap_or_default();
        assert_eq!([value("eth.len"), value("llc.dsap")], ["39", "0x42"]);
        assert_eq!([value("stp.version"), value("stp.type")], ["2", "0x02"]);
        assert_eq!(
            [value("stp.max_age"), value("stp.hello"), value("stp.forward")],
            ["20", "2", "15"]
        );
        *roles.entry(value("stp.flags.port_role")).or_insert(0) += 1;
        if value("stp.bridge.hw") != value("stp.root.hw") {
            assert_eq!([value("stp.root.cost"), value("stp.root.hw")], ["20000", &root]);
            assert_eq!(value("stp.msg_age"), "1", "one bridge further on");
        }
    }
    assert!(roles.len() >= 2, "{roles:?}");
    assert_eq!(path_cost(Some(1_000_000_000)), 20_000);
}

/// The address of the root that the last switch found.
fn net_root(records: &[lanternet_core::Record]) -> String {
    let roots = records.iter().rev().find_map(|record| match &record.event {
        TraceEvent::Stp(StpEvent::RootChanged { root, .. }) => Some(root.address.to_string()),
        _ => None,
    });
    roots.unwrap()
}

#[test]
fn every_port_ends_in_the_state_of_its_role() {
    let mut net = Net::new(5, 4, &[(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (0, 1)]);
    net.settle();
    for at in 0..4 {
        let node = net.sim.topology().find_node(&format!("s{at}")).unwrap();
        let switch = net.sim.device::<Switch>(node).unwrap();
        for row in switch.bridge().spanning_tree().unwrap().rows() {
            let expected = match row.role {
                PortRole::Root | PortRole::Designated => PortState::Forwarding,
                _ => PortState::Discarding,
            };
            assert_eq!(row.state, expected, "{row:?}");
        }
    }
}
