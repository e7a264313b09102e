//! Packets through one router that translates addresses, beside one that only routes.

use std::net::Ipv4Addr;

use lanternet_core::{Instant, IpNet, Limits, MacAddr, PortRef, Rng, Simulation, Stop};
use lanternet_net::host::{Host, HostConfig};
use lanternet_net::l3::{InterfaceConfig, L3Config, StaticNeighbor};
use lanternet_net::nat::{FirewallConfig, GateConfig, NatConfig, Preset};
use lanternet_net::wire::checksum::{checksum, pseudo_header};

use crate::measure::Table;
use crate::switch::lan;

const NO_LIMITS: Limits = Limits { until: Instant::MAX, events: u64::MAX };
/// Packets before the network comes to rest.
const BURST: usize = 64;
const INSIDE: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const SERVER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 80);
/// Ends of one inside host.
const PORTS: usize = 40_000;

pub(crate) fn run() {
    let title =
        "one router, 60-byte UDP packets from inside to outside, links of 1 Gbit/s and 5 µs";
    let mut table = Table::new(title, "packets");
    table.row("routed (baseline)", Bench::new(None, 1).work());
    table.row("routed, 100,000 flows", Bench::new(None, 100_000).work());
    let rules = GateConfig { firewall: Some(FirewallConfig::default()), ..GateConfig::default() };
    table.row("firewall, 1,000 flows", Bench::new(Some(rules), 1_000).work());
    for flows in [1, 1_000, 100_000] {
        let nat = NatConfig::new(lanternet_core::PortId(0), Preset::Home);
        let gate = GateConfig { nat: Some(nat), ..GateConfig::default() };
        table.row(format!("translated, {flows} flows"), Bench::new(Some(gate), flows).work());
    }
    table.print();
}

struct Bench {
    sim: Simulation,
    inside: PortRef,
    outside: PortRef,
    router: MacAddr,
    flows: usize,
    next: usize,
}

impl Bench {
    fn new(gate: Option<GateConfig>, flows: usize) -> Self {
        let mut sim = Simulation::new(1);
        let mac = |name| MacAddr::derive(1, "router", name);
        let interface = |name, address: Ipv4Addr, prefix| {
            let net = IpNet::new(address.into(), prefix).expect("a prefix of IPv4");
            InterfaceConfig::new(mac(name)).with_address(net)
        };
        // Three addresses, for 100,000 flows from different ends.
        let mut outside = interface("eth0", Ipv4Addr::new(203, 0, 113, 5), 24);
        for last in [6, 7] {
            let more = IpNet::new(Ipv4Addr::new(203, 0, 113, last).into(), 24);
            outside = outside.with_address(more.expect("a prefix of IPv4"));
        }
        outside.neighbors =
            vec![StaticNeighbor { address: SERVER.into(), mac: MacAddr([2, 0, 0, 0, 0, 2]) }];
        let inside = interface("eth1", Ipv4Addr::new(192, 168, 1, 1), 24);
        let l3 = L3Config {
            interfaces: vec![outside, inside],
            forwarding: true,
            gate: gate.map(Box::new),
            ..L3Config::default()
        };
        let config = HostConfig::new(l3, Rng::named(1, "host router"));
        let node = sim.add_node("router", Host::new(config));
        let (eth0, eth1) = (sim.add_port(node, "eth0"), sim.add_port(node, "eth1"));
        let (outside, inside) = (sim.add_external("outside"), sim.add_external("inside"));
        sim.add_link([eth0, outside], [lan(), lan()]);
        sim.add_link([eth1, inside], [lan(), lan()]);
        let router = mac("eth1");
        let mut bench = Self { sim, inside, outside, router, flows, next: 0 };
        while bench.next < flows {
            bench.burst();
        }
        bench
    }

    fn work(mut self) -> impl FnMut() -> u64 {
        move || self.burst()
    }

    /// The inside sends [`BURST`] packets, of one flow after the other. How many came out.
    fn burst(&mut self) -> u64 {
        for _ in 0..BURST {
            let flow = self.next % self.flows;
            self.next += 1;
            let frame = packet(self.router, flow);
            self.sim.inject(self.inside, frame);
        }
        let stop = self.sim.run_until_idle(NO_LIMITS);
        assert_eq!(stop, Stop::Idle);
        let arrived = self.sim.drain(self.outside).len();
        assert_eq!(arrived, BURST, "what is measured is what should happen");
        arrived as u64
    }
}

fn packet(router: MacAddr, flow: usize) -> Vec<u8> {
    let source = Ipv4Addr::new(192, 168, 1, 2 + (flow / PORTS) as u8);
    let port = 1024 + (flow % PORTS) as u16;
    let mut frame = Vec::with_capacity(60);
    frame.extend_from_slice(&router.0);
    frame.extend_from_slice(&INSIDE.0);
    frame.extend_from_slice(&[0x08, 0x00]);
    let mut header = [0x45, 0, 0, 46, 0, 1, 0, 0, 64, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    header[12..16].copy_from_slice(&source.octets());
    header[16..20].copy_from_slice(&SERVER.octets());
    let sum = checksum(&header);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
    frame.extend_from_slice(&header);
    let mut datagram = [0; 26];
    datagram[..2].copy_from_slice(&port.to_be_bytes());
    datagram[2..4].copy_from_slice(&[0, 53]);
    datagram[4..6].copy_from_slice(&[0, 26]);
    let sum = pseudo_header(source.into(), SERVER.into(), 17, 26).with(&datagram).finish_udp();
    datagram[6..8].copy_from_slice(&sum.to_be_bytes());
    frame.extend_from_slice(&datagram);
    frame
}
