//! A real switch and real frames: what an observer of a run sees, in order.

use std::sync::{Arc, Mutex};

use lanternet_core::{
    Instant, Limits, LinkSettings, MacAddr, PortRef, Record, Simulation, Topology,
};
use lanternet_explain::{Catalogue, Digest, Locale, Narrator, json_line};
use lanternet_net::l2::{BridgeConfig, Switch};

const LIMITS: Limits = Limits { until: Instant::from_secs(100), events: 100_000 };

/// Three stations at a switch.
fn network() -> (Simulation, [PortRef; 3]) {
    let mut sim = Simulation::new(1);
    let stations = ["a1", "a2", "a3"].map(|name| sim.add_external(name));
    let switch = sim.add_node("sw-a", Switch::new(BridgeConfig::with_ports(3)));
    for (station, port) in stations.into_iter().zip(["1", "2", "3"]) {
        let port = sim.add_port(switch, port);
        sim.add_link([station, port], [LinkSettings::default(), LinkSettings::default()]);
    }
    (sim, stations)
}

fn mac(last: u8) -> MacAddr {
    MacAddr([2, 0, 0, 0, 0, last])
}

/// An ARP packet between 10.0.0.1 and 10.0.0.2 (RFC 826).
fn arp(destination: MacAddr, operation: u8, [from, to]: [u8; 2]) -> Vec<u8> {
    let target = if operation == 1 { MacAddr::ZERO } else { mac(to) };
    let mut bytes = [destination.0, mac(from).0].concat();
    bytes.extend([8, 6, 0, 1, 8, 0, 6, 4, 0, operation]);
    bytes.extend([&mac(from).0[..], &[10, 0, 0, from], &target.0, &[10, 0, 0, to]].concat());
    bytes
}

/// a1 asks, a2 answers; what an observer made of it.
fn observe(tell: impl Fn(&Topology, &Record) -> String + Send + 'static) -> Vec<String> {
    let (mut sim, [a1, a2, _]) = network();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    sim.observe(move |topology: &Topology, record: &Record| {
        lines.lock().expect("no observer panics").push(tell(topology, record));
    });
    sim.inject(a1, arp(MacAddr::BROADCAST, 1, [1, 2]));
    sim.run_until_idle(LIMITS);
    sim.inject(a2, arp(mac(1), 2, [2, 1]));
    sim.run_until_idle(LIMITS);
    std::mem::take(&mut *kept.lock().expect("no observer panics"))
}

#[test]
fn a_trace_reads_as_a_story() {
    let (sim, _) = network();
    let narrator = Narrator::new(Arc::new(Catalogue::new(Locale::En)), sim.topology());
    let lines = observe(move |topology, record| narrator.line(topology, record));
    let expected = "\
a1    sends a1#1 out of external to sw-a: ARP Who has 10.0.0.2? Tell 10.0.0.1
sw-a  receives a1#1 on port 1: ARP Who has 10.0.0.2? Tell 10.0.0.1
sw-a  learned: 02:00:00:00:00:01 is behind port 1
sw-a  floods to ports 2, 3: ff:ff:ff:ff:ff:ff is the broadcast address, meant for everybody
sw-a  sends a1#1 out of port 2 to a2: ARP Who has 10.0.0.2? Tell 10.0.0.1
sw-a  sends a1#1 out of port 3 to a3: ARP Who has 10.0.0.2? Tell 10.0.0.1
a2    receives a1#1 on external: ARP Who has 10.0.0.2? Tell 10.0.0.1
a3    receives a1#1 on external: ARP Who has 10.0.0.2? Tell 10.0.0.1
a2    sends a2#1 out of external to sw-a: ARP 10.0.0.2 is at 02:00:00:00:00:02
sw-a  receives a2#1 on port 2: ARP 10.0.0.2 is at 02:00:00:00:00:02
sw-a  learned: 02:00:00:00:00:02 is behind port 2
sw-a  forwards to port 1 only: the table has 02:00:00:00:00:01 behind it
sw-a  sends a2#1 out of port 1 to a1: ARP 10.0.0.2 is at 02:00:00:00:00:02
a1    receives a2#1 on external: ARP 10.0.0.2 is at 02:00:00:00:00:02";
    let expected: Vec<_> = expected.lines().map(|line| format!("0.000000s  {line}")).collect();
    assert_eq!(lines, expected);
}

#[test]
fn the_same_run_as_json_has_the_same_bytes_each_time() {
    let run = || {
        let catalogue = Catalogue::new(Locale::ZhCn);
        observe(move |topology, record| json_line(&catalogue, topology, record))
    };
    let lines = run();
    assert_eq!(lines, run());
    assert_eq!(
        lines[3],
        "{\"t\":0,\"node\":\"sw-a\",\"frame\":\"a1#1\",\"event\":\"switch-flooded\",\
         \"mac\":\"ff:ff:ff:ff:ff:ff\",\"ports\":[\"2\",\"3\"],\"vlan\":1,\"why\":\"broadcast\",\
         \"text\":\"泛洪到端口 2、3：ff:ff:ff:ff:ff:ff 是广播地址，人人都要收到\"}"
    );
}

#[test]
fn the_digest_of_a_run_counts_what_happened() {
    let (mut sim, [a1, a2, _]) = network();
    let digest = Digest::default();
    sim.observe(digest.clone());
    sim.inject(a1, arp(MacAddr::BROADCAST, 1, [1, 2]));
    sim.run_until_idle(LIMITS);
    sim.inject(a2, arp(mac(1), 2, [2, 1]));
    sim.run_until_idle(LIMITS);
    let text = digest.tally().render(&Catalogue::new(Locale::En), sim.topology());
    assert_eq!(
        text,
        "  frames     5 sent, 210 bytes\n  passed on  1 forwarded by switches\n  flooded    1 \
         broadcast\n"
    );
}
