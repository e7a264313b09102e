//! Conversations between hosts on a cable, and with a peer that sends what segments it likes.

mod dhcp;
mod property;
mod raw;
mod sockets;
mod tcp;
mod udp;
mod v6;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};

use lanternet_core::trace::{DropReason, TcpState};
use lanternet_core::{
    Instant, LinkSettings, MacAddr, NodeId, Record, Recorder, Rng, Simulation, TraceEvent,
};

use super::{Handle, Host, HostConfig, ProgramId, ProgramSpec};
use crate::l3::{InterfaceConfig, L3Config, StaticRoute};

const A: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const B: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);

fn mac(last: u8) -> MacAddr {
    MacAddr([0x02, 0, 0, 0, 0, last])
}

fn host(address: Ipv4Addr) -> Host {
    let last = address.octets()[3];
    let net = format!("{address}/24").parse().unwrap();
    let interface = InterfaceConfig::new(mac(last)).with_address(net);
    let l3 = L3Config { interfaces: vec![interface], ..L3Config::default() };
    Host::new(HostConfig::new(l3, Rng::named(1, &format!("host {address}"))))
}

fn at(address: Ipv4Addr, port: u16) -> SocketAddr {
    SocketAddr::from((address, port))
}

/// Two hosts and a cable.
struct Pair {
    sim: Simulation,
    a: NodeId,
    b: NodeId,
    recorder: Recorder,
    records: Vec<Record>,
}

impl Pair {
    fn new() -> Self {
        Self::with_link(LinkSettings::default())
    }

    fn with_link(settings: LinkSettings) -> Self {
        let mut sim = Simulation::new(7);
        let recorder = Recorder::default();
        sim.observe(recorder.clone());
        let a = sim.add_node("a", host(A));
        let b = sim.add_node("b", host(B));
        let ends = [sim.add_port(a, "eth0"), sim.add_port(b, "eth0")];
        sim.add_link(ends, [settings.clone(), settings]);
        Self { sim, a, b, recorder, records: Vec::new() }
    }

    /// A in 10.0.0.0/24, a router, and B as 10.0.1.2 behind a link of this MTU.
    fn routed(mtu: u16) -> Self {
        let near = ["10.0.0.1/24", "10.0.0.254/24", "10.0.0.254"];
        let far = ["10.0.1.2/24", "10.0.1.254/24", "10.0.1.254"];
        Self::across("0.0.0.0/0", near, far, [1500, mtu])
    }

    /// A, a router and B: for each side the host's address, the router's, and the host's gateway to
    /// everything. What B takes, and the router's interface to it.
    fn across(everything: &str, near: [&str; 3], far: [&str; 3], [b_mtu, mtu]: [u16; 2]) -> Self {
        let mut sim = Simulation::new(7);
        let recorder = Recorder::default();
        sim.observe(recorder.clone());
        let interface = |last, address: &str, mtu| {
            let interface = InterfaceConfig::new(mac(last)).with_address(address.parse().unwrap());
            InterfaceConfig { mtu, ..interface }
        };
        let host = |name: &str, interfaces, via: Option<&str>| {
            let to = everything.parse().unwrap();
            let routes = via.map(|via| StaticRoute::new(to, via.parse().unwrap()));
            let forwarding = routes.is_none();
            let routes = routes.into_iter().collect();
            let l3 = L3Config { interfaces, routes, forwarding, ..L3Config::default() };
            Host::new(HostConfig::new(l3, Rng::named(1, name)))
        };
        let a = host("a", vec![interface(1, near[0], 1500)], Some(near[2]));
        let b = host("b", vec![interface(2, far[0], b_mtu)], Some(far[2]));
        let left = interface(3, near[1], 1500);
        let right = interface(4, far[1], mtu);
        let [a, b] = [sim.add_node("a", a), sim.add_node("b", b)];
        let r = sim.add_node("r", host("r", vec![left, right], None));
        for node in [a, b] {
            let ends = [sim.add_port(node, "eth0"), sim.add_port(r, &format!("eth{}", node.0))];
            sim.add_link(ends, [LinkSettings::default(), LinkSettings::default()]);
        }
        Self { sim, a, b, recorder, records: Vec::new() }
    }

    fn spawn<F>(
        &mut self,
        node: NodeId,
        name: &str,
        start: impl FnOnce(Handle) -> F + Send + 'static,
    ) -> ProgramId
    where
        F: Future<Output = u8> + Send + 'static,
    {
        self.spawn_spec(node, ProgramSpec { name: name.into(), ..ProgramSpec::default() }, start)
    }

    fn spawn_spec<F>(
        &mut self,
        node: NodeId,
        spec: ProgramSpec,
        start: impl FnOnce(Handle) -> F + Send + 'static,
    ) -> ProgramId
    where
        F: Future<Output = u8> + Send + 'static,
    {
        self.sim
            .command(node, |host: &mut Host, ctx| host.spawn(ctx, spec, start))
            .expect("the node is a host")
    }

    /// Runs until nothing is under way, at most until this many seconds have passed in all.
    fn run(&mut self, secs: u64) {
        while !self.sim.is_idle()
            && self.sim.next_event().is_some_and(|at| at <= Instant::from_secs(secs))
        {
            self.sim.step();
        }
        self.records.extend(self.recorder.take());
    }

    fn lines(&self, node: NodeId, program: ProgramId) -> Vec<String> {
        let host = self.sim.device::<Host>(node).unwrap();
        let program = host.program(program).unwrap();
        program.output.iter().map(|line| line.text.to_string()).collect()
    }

    fn exit(&self, node: NodeId, program: ProgramId) -> Option<u8> {
        self.sim.device::<Host>(node).unwrap().program(program).unwrap().exit_code()
    }

    fn events(&self, node: NodeId) -> impl Iterator<Item = &TraceEvent> {
        self.records
            .iter()
            .filter(move |record| record.place.node() == node)
            .map(|record| &record.event)
    }

    fn drops(&self, node: NodeId) -> Vec<&DropReason> {
        self.events(node)
            .filter_map(|event| match event {
                TraceEvent::Dropped { reason, .. } => Some(reason),
                _ => None,
            })
            .collect()
    }

    /// The states that connections of a node went through.
    fn states(&self, node: NodeId) -> Vec<TcpState> {
        self.events(node)
            .filter_map(|event| match event {
                TraceEvent::TcpStateChanged { to, .. } => Some(*to),
                _ => None,
            })
            .collect()
    }
}
