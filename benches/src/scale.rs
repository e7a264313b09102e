//! What a large network costs: memory and time to build, and events per second once all hosts
//! speak.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant as WallInstant;

use lanternet_core::{
    Context, Device, Duration, Frame, Instant, LinkSettings, MacAddr, NodeId, PortId, Rng,
    Simulation, VlanId,
};
use lanternet_net::host::stream::UdpSocket;
use lanternet_net::host::{Handle, Host, HostConfig, ProgramSpec};
use lanternet_net::l2::{BridgeConfig, StaticMac, Switch};
use lanternet_net::l3::{InterfaceConfig, L3Config, StaticNeighbor};

use crate::measure::{cpu_time, resident};

/// Enough that the memory of the process itself does not count.
const SILENT: u32 = 1_000_000;
/// Ports of a switch that lead down.
const FANOUT: u32 = 32;
const PORT: u16 = 9;
const SECOND: Duration = Duration::from_secs(1);
/// Seconds before, and while, the speed is measured.
const WARM_UP: u64 = 2;
const MEASURED: u64 = 3;

/// A device without state: what is measured is what the engine keeps for a node.
struct Silent;

impl Device for Silent {
    fn handle_frame(&mut self, _: &mut Context<'_>, _: PortId, _: Frame) {}
}

/// What is measured, each in a process of its own: memory that one leaves behind would be the
/// next one's gain.
const CASES: [fn(); 6] = [
    || {
        drop(built(&format!("{SILENT} nodes without a stack, {EDGE}"), SILENT, || {
            edges(SILENT, bare)
        }))
    },
    || drop(built(&format!("{SILENT} silent hosts, {EDGE}"), SILENT, || edges(SILENT, host))),
    || across(10_000),
    || nearby(10_000),
    || across(100_000),
    || nearby(100_000),
];
const EDGE: &str = "each with a cable to a switch for 32";

pub(crate) fn run() {
    for case in 0..CASES.len() {
        let program = std::env::current_exe().expect("a running program has a file");
        let status = Command::new(program).args(["scale-case", &case.to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "a case has failed");
    }
}

/// Runs one of the [`CASES`].
pub(crate) fn run_case(case: Option<&String>) {
    let case = case.and_then(|case| CASES.get(case.parse::<usize>().ok()?));
    case.expect("only `run` asks for cases")();
}

fn bare(sim: &mut Simulation, number: u32) -> NodeId {
    sim.add_node(&name(number), Silent)
}

fn host(sim: &mut Simulation, number: u32) -> NodeId {
    add_host(sim, number, None)
}

/// Each host speaks to the farthest one. ARP would ask all for each, so it need not ask.
fn across(hosts: u32) {
    let title = format!(
        "{hosts} hosts under a tree of switches for {FANOUT}, a datagram a second each to the \
         farthest host; neighbours and MAC rows written by hand"
    );
    let peer = |number| (number + hosts / 2) % hosts;
    talk(built(&title, hosts, || tree(hosts, peer)), hosts, peer);
}

/// Each host speaks to the next one, and finds out by itself where that is.
fn nearby(hosts: u32) {
    let title = format!(
        "{hosts} hosts around separate switches for {FANOUT}, a datagram a second each to the \
         next host; ARP asks, switches learn"
    );
    talk(built(&title, hosts, || edges(hosts, host)), hosts, |number| number ^ 1);
}

/// Builds a network, starts its nodes, and prints what that took for each of the hosts.
fn built(title: &str, hosts: u32, build: impl FnOnce() -> Built) -> Built {
    println!("\n{title}");
    let (before, start) = (resident(), WallInstant::now());
    let mut network = build();
    network.sim.run_until(Instant::ZERO);
    let took = start.elapsed().as_secs_f64();
    network.before = before;
    print_memory("silent, cables and switches included", before, hosts);
    println!("  built in {took:.2} s, {:.2} M nodes/s", f64::from(hosts) / took / 1e6);
    network
}

struct Built {
    sim: Simulation,
    hosts: Vec<NodeId>,
    before: Option<u64>,
}

fn print_memory(what: &str, before: Option<u64>, hosts: u32) {
    match (before, resident()) {
        (Some(before), Some(after)) => {
            let each = after.saturating_sub(before) / u64::from(hosts);
            println!("  {what}: {each} bytes each");
        }
        _ => println!("  {what}: this system does not tell"),
    }
}

/// Lets every host exchange a datagram with its peer each second.
fn talk(network: Built, hosts: u32, peer: impl Fn(u32) -> u32) {
    let Built { mut sim, hosts: nodes, before } = network;
    let received = Arc::new(AtomicU64::new(0));
    for (number, node) in (0..).zip(nodes) {
        // All over the second, each pair half a second apart.
        let order = u64::from(if peer(number) > number { number } else { peer(number) });
        let half = if peer(number) > number { 0 } else { SECOND.nanos() / 2 };
        let at = Instant::from_nanos(order * SECOND.nanos() / u64::from(hosts) / 2 + half);
        let spec = ProgramSpec { at, ..ProgramSpec::default() };
        let (to, received) = (SocketAddr::new(address(peer(number)), PORT), received.clone());
        sim.command(node, move |host: &mut Host, ctx| {
            host.spawn(ctx, spec, move |handle| exchange(handle, to, received))
        });
    }
    sim.run_until(Instant::from_secs(WARM_UP));
    print_memory("speaking", before, hosts);
    let (events, datagrams) = (sim.events(), received.load(Ordering::Relaxed));
    let (start, cpu) = (WallInstant::now(), cpu_time());
    sim.run_until(Instant::from_secs(WARM_UP + MEASURED));
    let (took, cpu) = (start.elapsed().as_secs_f64(), (cpu_time() - cpu).as_secs_f64());
    let events = (sim.events() - events) as f64;
    let datagrams = received.load(Ordering::Relaxed) - datagrams;
    assert_eq!(datagrams, MEASURED * u64::from(hosts), "what is measured is what should happen");
    println!(
        "  {:.2} M events/s ({:.2} of CPU time), {:.2} s for a simulated second, {:.1} events each",
        events / took / 1e6,
        events / cpu / 1e6,
        took / MEASURED as f64,
        events / datagrams as f64,
    );
}

async fn exchange(handle: Handle, to: SocketAddr, received: Arc<AtomicU64>) -> u8 {
    let local = SocketAddr::from(([0, 0, 0, 0], PORT));
    let Ok(socket) = UdpSocket::bind(&handle, local, &[]) else { return 1 };
    let (mut next, mut buffer) = (handle.now(), [0; 64]);
    loop {
        let sent = socket.send(b"still here", Some(to));
        if sent.is_err() || socket.receive(&mut buffer).await.is_err() {
            return 1;
        }
        received.fetch_add(1, Ordering::Relaxed);
        next += SECOND;
        handle.sleep_until(next).await;
    }
}

/// Stations around switches that are not connected with each other.
fn edges(stations: u32, mut add: impl FnMut(&mut Simulation, u32) -> NodeId) -> Built {
    let mut sim = Simulation::new(1);
    let mut hosts = Vec::new();
    for first in (0..stations).step_by(FANOUT as usize) {
        let switch = Switch::new(BridgeConfig::with_ports(FANOUT as u16));
        let switch = sim.add_node(&format!("sw-{first}"), switch);
        for number in first..stations.min(first + FANOUT) {
            let node = add(&mut sim, number);
            connect(&mut sim, switch, node, "eth0");
            hosts.push(node);
        }
    }
    Built { sim, hosts, before: None }
}

/// Hosts under switches under switches, up to one that is over all. The last port of a switch
/// leads up.
fn tree(count: u32, peer: impl Fn(u32) -> u32) -> Built {
    let mut sim = Simulation::new(1);
    let hosts: Vec<_> = (0..count).map(|n| add_host(&mut sim, n, Some(peer(n)))).collect();
    let mut below = hosts.clone();
    // How many hosts are under each node of the level below.
    let mut each = 1;
    while below.len() > 1 {
        let under = each * FANOUT;
        let mut level = Vec::new();
        for (index, children) in (0..).zip(below.chunks(FANOUT as usize)) {
            let all = index * under..count.min((index + 1) * under);
            let mut config = BridgeConfig::with_ports(FANOUT as u16 + 1);
            config.static_macs = all
                .clone()
                .map(|host| row(host, (host - all.start) / each))
                .chain(
                    all.clone().map(&peer).filter(|to| !all.contains(to)).map(|to| row(to, FANOUT)),
                )
                .collect();
            let switch = sim.add_node(&format!("sw-{under}-{index}"), Switch::new(config));
            for child in children {
                connect(&mut sim, switch, *child, "up");
            }
            // Those of the last switch may be fewer than its ports.
            for spare in children.len()..FANOUT as usize {
                sim.add_port(switch, &(spare + 1).to_string());
            }
            level.push(switch);
        }
        (below, each) = (level, under);
    }
    Built { sim, hosts, before: None }
}

fn row(host: u32, port: u32) -> StaticMac {
    StaticMac { vlan: VlanId::DEFAULT, mac: mac(host), port: PortId(port as u16) }
}

fn connect(sim: &mut Simulation, switch: NodeId, node: NodeId, name: &str) {
    let port = sim.topology().ports(switch).count() + 1;
    let port = sim.add_port(switch, &port.to_string());
    let end = sim.add_port(node, name);
    let settings = LinkSettings::preset("lan").unwrap_or_default();
    sim.add_link([port, end], [settings.clone(), settings]);
}

/// A host, which knows this neighbour beforehand.
fn add_host(sim: &mut Simulation, number: u32, neighbor: Option<u32>) -> NodeId {
    let net = lanternet_core::IpNet::new(address(number), 8).expect("a prefix of 8 bits");
    let mut interface = InterfaceConfig::new(mac(number)).with_address(net);
    interface
        .neighbors
        .extend(neighbor.map(|peer| StaticNeighbor { address: address(peer), mac: mac(peer) }));
    let l3 = L3Config { interfaces: vec![interface], ..L3Config::default() };
    let name = name(number);
    let config = HostConfig::new(l3, Rng::named(1, &name));
    sim.add_node(&name, Host::new(config))
}

fn name(number: u32) -> String {
    format!("h{number}")
}

fn address(number: u32) -> IpAddr {
    Ipv4Addr::from_bits(0x0a00_0001 + number).into()
}

fn mac(number: u32) -> MacAddr {
    let [a, b, c, d] = number.to_be_bytes();
    MacAddr([0x02, 0, a, b, c, d])
}
