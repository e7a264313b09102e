//! A three-layer switch and a router with subinterfaces, with stations that are told what to send.

use lanternet_core::{
    Device, DropReason, Instant, IpNet, LinkId, LinkSettings, MacAddr, NodeId, PortRef, Recorder,
    Rng, Simulation, TraceEvent,
};

use super::*;
use crate::host::{Host, HostConfig};
use crate::l2::{PortVlans, StaticMac};
use crate::l3::{InterfaceConfig, L3Config};

const LEFT: MacAddr = MacAddr([2, 0, 0, 0, 0, 0x10]);
const RIGHT: MacAddr = MacAddr([2, 0, 0, 0, 0, 0x20]);
const ROUTED: MacAddr = MacAddr([2, 0, 0, 0, 0, 0x30]);

fn vlan(number: u16) -> VlanId {
    VlanId::new(number).unwrap()
}

fn station(number: u8) -> MacAddr {
    MacAddr([2, 0, 0, 0, 1, number])
}

fn interface(mac: MacAddr, address: &str) -> InterfaceConfig {
    let address: Option<IpNet> = address.parse().ok();
    let interface = InterfaceConfig::new(mac);
    address.map_or(interface.clone(), |address| interface.with_address(address))
}

/// The device under test and a station at each of its cables.
struct Bench {
    sim: Simulation,
    node: NodeId,
    stations: Vec<PortRef>,
    links: Vec<LinkId>,
    trace: Recorder,
}

impl Bench {
    fn new(device: impl Device, cables: u16, virtual_ports: &[&str]) -> Self {
        let mut sim = Simulation::new(1);
        let trace = Recorder::default();
        sim.observe(trace.clone());
        let node = sim.add_node("core", device);
        let (mut stations, mut links) = (Vec::new(), Vec::new());
        for port in 0..cables {
            let port = sim.add_port(node, &port.to_string());
            let external = sim.add_external(&format!("x{}", port.port.0));
            let settings = LinkSettings::default();
            links.push(sim.add_link([port, external], [settings.clone(), settings]));
            stations.push(external);
        }
        for name in virtual_ports {
            sim.add_port(node, name);
        }
        Self { sim, node, stations, links, trace }
    }

    /// Ports 0 and 1 in VLAN 10, port 2 in VLAN 20, port 3 a trunk of both, port 4 routed; the IP layer
    /// is in both VLANs.
    fn switch() -> Self {
        let tagged = [vlan(10), vlan(20)].into();
        let access = |number| Some(PortVlans::Access(vlan(number)));
        let bridge = BridgeConfig {
            vlans: Some(vec![
                access(10),
                access(10),
                access(20),
                Some(PortVlans::Trunk { tagged, native: None }),
                None,
                access(10),
                access(20),
            ]),
            inner: vec![PortId(5), PortId(6)],
            static_macs: vec![
                StaticMac { vlan: vlan(10), mac: LEFT, port: PortId(5) },
                StaticMac { vlan: vlan(20), mac: RIGHT, port: PortId(6) },
            ],
            ..BridgeConfig::with_ports(7)
        };
        let mut interfaces = vec![interface(MacAddr([2, 0, 0, 0, 0, 1]), ""); 4];
        interfaces.push(interface(ROUTED, "10.0.30.254/24"));
        interfaces.push(interface(LEFT, "10.0.10.254/24"));
        interfaces.push(interface(RIGHT, "10.0.20.254/24"));
        let lower = LowerConfig { bridge: Some(bridge), subinterfaces: Vec::new() };
        let forwarding = true;
        let lower = Some(Box::new(lower));
        let l3 = L3Config { interfaces, forwarding, lower, ..L3Config::default() };
        let host = Host::new(HostConfig::new(l3, Rng::named(1, "core")));
        Self::new(host, 5, &["vlan10", "vlan20"])
    }

    /// One cable with VLANs 10 and 20 on it.
    fn on_a_stick() -> Self {
        let subinterface = |port, number| Subinterface {
            port: PortId(port),
            parent: PortId(0),
            vlan: vlan(number),
        };
        let lower = LowerConfig {
            bridge: None,
            subinterfaces: vec![subinterface(1, 10), subinterface(2, 20)],
        };
        let interfaces = vec![
            interface(LEFT, "10.0.1.254/24"),
            interface(LEFT, "10.0.10.254/24"),
            interface(LEFT, "10.0.20.254/24"),
        ];
        let l3 = L3Config {
            interfaces,
            forwarding: true,
            lower: Some(Box::new(lower)),
            ..L3Config::default()
        };
        let host = Host::new(HostConfig::new(l3, Rng::named(1, "r1")));
        Self::new(host, 1, &["eth0.10", "eth0.20"])
    }

    /// A station sends; what arrives at each of them.
    fn send(&mut self, at: usize, bytes: Vec<u8>) -> Vec<Vec<Vec<u8>>> {
        self.trace.take();
        self.sim.inject(self.stations[at], bytes);
        let until = Instant::from_nanos(self.sim.now().nanos() + 1_000_000);
        self.sim.run_until(until);
        self.arrived()
    }

    fn arrived(&mut self) -> Vec<Vec<Vec<u8>>> {
        let stations = self.stations.clone();
        let all = stations.into_iter().map(|station| self.sim.drain(station));
        all.map(|frames| frames.into_iter().map(|(_, frame)| frame.bytes().to_vec()).collect())
            .collect()
    }

    fn events(&self) -> Vec<TraceEvent> {
        self.trace.take().into_iter().map(|record| record.event).collect()
    }

    fn drops(&self) -> Vec<DropReason> {
        let reason = |event| match event {
            TraceEvent::Dropped { reason, .. } => Some(reason),
            _ => None,
        };
        self.events().into_iter().filter_map(reason).collect()
    }

    fn is_up(&self, port: u16) -> bool {
        let host = self.sim.device::<Host>(self.node).unwrap();
        host.with_l3(|l3| l3.interfaces[usize::from(port)].up)
    }
}

fn arp(operation: u8, from: (MacAddr, &str), to: (MacAddr, &str)) -> Vec<u8> {
    let ip = |text: &str| text.parse::<std::net::Ipv4Addr>().unwrap().octets();
    let target = if operation == 1 { MacAddr::ZERO } else { to.0 };
    [
        &to.0.0[..],
        &from.0.0,
        &[0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, operation],
        &from.0.0,
        &ip(from.1),
        &target.0,
        &ip(to.1),
    ]
    .concat()
}

fn ask(from: (MacAddr, &str), target: &str) -> Vec<u8> {
    arp(1, from, (MacAddr::BROADCAST, target))
}

fn with_tag(number: u16, bytes: &[u8]) -> Vec<u8> {
    [&bytes[..12], &[0x81, 0x00], &number.to_be_bytes(), &bytes[12..]].concat()
}

/// An IPv4 packet without content of the protocol for experiments (RFC 3692).
fn packet(to: MacAddr, from: (MacAddr, &str), destination: &str) -> Vec<u8> {
    let ip = |text: &str| text.parse::<std::net::Ipv4Addr>().unwrap().octets();
    let mut header =
        [&[0x45, 0, 0, 20, 0, 1, 0, 0, 64, 253, 0, 0][..], &ip(from.1), &ip(destination)].concat();
    let sum = crate::wire::checksum::checksum(&header);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
    [&to.0[..], &from.0.0, &[0x08, 0x00], &header].concat()
}

#[test]
fn the_interface_of_a_vlan_answers_in_its_vlan() {
    let mut bench = Bench::switch();
    let asker = (station(1), "10.0.10.1");
    let arrived = bench.send(0, ask(asker, "10.0.10.254"));
    let answer = arp(2, (LEFT, "10.0.10.254"), asker);
    assert_eq!(arrived[0], [answer.as_slice()]);
    assert_eq!(arrived[1], [ask(asker, "10.0.10.254")], "the question went to all of the VLAN");
    assert_eq!(arrived[3], [with_tag(10, &ask(asker, "10.0.10.254"))]);
    assert!(arrived[2].is_empty() && arrived[4].is_empty());
    // The same by the trunk, with a tag.
    let asker = (station(9), "10.0.20.9");
    let arrived = bench.send(3, with_tag(20, &ask(asker, "10.0.20.254")));
    assert_eq!(arrived[3], [with_tag(20, &arp(2, (RIGHT, "10.0.20.254"), asker))]);
}

#[test]
fn a_packet_is_routed_from_one_vlan_to_another_and_to_a_routed_port() {
    let mut bench = Bench::switch();
    let (a, b, c) =
        ((station(1), "10.0.10.1"), (station(2), "10.0.20.2"), (station(3), "10.0.30.3"));
    bench.send(2, ask(b, "10.0.20.254"));
    bench.send(4, ask(c, "10.0.30.254"));
    let arrived = bench.send(0, packet(LEFT, a, b.1));
    let [routed] = &arrived[2][..] else { panic!("one packet: {arrived:?}") };
    assert_eq!(routed[..12], [b.0.0, RIGHT.0].concat());
    assert_eq!(routed[22], 63, "one hop");
    let arrived = bench.send(0, packet(LEFT, a, c.1));
    let [routed] = &arrived[4][..] else { panic!("one packet: {arrived:?}") };
    assert_eq!(routed[..12], [c.0.0, ROUTED.0].concat());
}

#[test]
fn a_frame_for_the_switch_itself_is_flooded_to_nobody() {
    let mut bench = Bench::switch();
    let a = (station(1), "10.0.10.1");
    let sent = packet(LEFT, a, "10.0.10.254");
    let arrived = bench.send(0, sent.clone());
    let copies = arrived.iter().flatten().filter(|frame| frame.ends_with(&sent[14..]));
    assert_eq!(copies.count(), 0, "{arrived:?}");
    // And what is unknown does not come up to the IP layer.
    bench.send(0, packet(station(77), a, "10.0.10.77"));
    assert_eq!(bench.drops(), []);
}

#[test]
fn an_interface_is_up_as_long_as_a_port_of_its_vlan_is() {
    let mut bench = Bench::switch();
    bench.sim.run_until(Instant::from_nanos(1));
    assert!(bench.is_up(5) && bench.is_up(6), "no cable of its own is needed");
    for (cable, up) in [(2, true), (3, false)] {
        bench.sim.set_link_up(bench.links[cable], false);
        assert_eq!(bench.is_up(6), up, "VLAN 20 after cable {cable}");
    }
    assert!(bench.is_up(5));
    let down = VlanEvent::InterfaceDown { interface: PortId(6) };
    assert!(bench.events().contains(&down.into()));
    bench.sim.set_link_up(bench.links[3], true);
    assert!(bench.is_up(6));
}

#[test]
fn a_router_on_a_stick_routes_between_the_vlans_of_one_cable() {
    let mut bench = Bench::on_a_stick();
    let (a, b) = ((station(1), "10.0.10.1"), (station(2), "10.0.20.2"));
    let arrived = bench.send(0, with_tag(10, &ask(a, "10.0.10.254")));
    assert_eq!(arrived[0], [with_tag(10, &arp(2, (LEFT, "10.0.10.254"), a))]);
    bench.send(0, with_tag(20, &ask(b, "10.0.20.254")));
    let arrived = bench.send(0, with_tag(10, &packet(LEFT, a, b.1)));
    let [routed] = &arrived[0][..] else { panic!("one packet: {arrived:?}") };
    assert_eq!(routed[..16], with_tag(20, &packet(b.0, (LEFT, a.1), b.1))[..16]);
    assert_eq!(routed[26], 63);
    // Frames without a tag are for the interface itself.
    let c = (station(3), "10.0.1.3");
    let arrived = bench.send(0, ask(c, "10.0.1.254"));
    assert_eq!(arrived[0], [arp(2, (LEFT, "10.0.1.254"), c)]);
}

#[test]
fn a_tag_without_an_interface_says_so_and_a_priority_alone_is_ignored() {
    let mut bench = Bench::on_a_stick();
    let a = (station(1), "10.0.1.3");
    let question = ask(a, "10.0.1.254");
    assert!(bench.send(0, with_tag(30, &question))[0].is_empty());
    let expected = DropReason::NoInterfaceForVlan { port: PortId(0), vlan: vlan(30) };
    assert_eq!(bench.drops(), [expected]);
    assert!(bench.send(0, with_tag(4095, &question))[0].is_empty());
    assert_eq!(bench.drops(), [DropReason::ReservedVlan { port: PortId(0), number: 4095 }]);
    let arrived = bench.send(0, with_tag(5 << 13, &question));
    assert_eq!(arrived[0], [arp(2, (LEFT, "10.0.1.254"), a)]);
}

#[test]
fn subinterfaces_go_down_with_the_cable() {
    let mut bench = Bench::on_a_stick();
    bench.sim.run_until(Instant::from_nanos(1));
    assert!(bench.is_up(1));
    bench.sim.set_link_up(bench.links[0], false);
    assert!(!bench.is_up(0) && !bench.is_up(1) && !bench.is_up(2));
    bench.sim.set_link_up(bench.links[0], true);
    assert!(bench.is_up(2));
}
