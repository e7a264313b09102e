//! From a checked lab to a network that runs.

mod dhcp;
mod gate;
mod ipv6;
mod stp;
mod vlan;

use std::collections::BTreeMap;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use lanternet_apps::disk::Memory;
use lanternet_apps::simulated::Machine;
use lanternet_apps::{Files, Simulated};
use lanternet_core::{
    Duration, Instant, Limits, LinkId, NodeId, PortId, PortRef, Rng, Simulation, Stop,
};
use lanternet_net::host::{
    DnsSettings, Host, HostConfig, LabNames, Names, Program, ProgramId, ProgramSpec,
};
use lanternet_net::l2::{BridgeConfig, Hub, Switch};
use lanternet_net::l3::{InterfaceConfig, L3Config, StaticNeighbor, StaticRoute};

use crate::lab::{End, Lab, Node, NodeIndex, NodeKind, ProgramIndex, Stand, Station};

/// How long a run may last in simulated time when the lab does not say.
pub const DEFAULT_UNTIL: Duration = Duration::from_secs(3600);
/// How many events a run may take: a storm ends here instead of never.
pub const DEFAULT_EVENTS: u64 = 50_000_000;

/// Which of the lab's programs are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// All of them, each at its time.
    All,
    /// Only the servers, each at its time.
    Servers,
    /// None.
    Nothing,
}

/// A lab that was built: nodes, cables, programs.
pub struct Network {
    /// The simulation. The node of number n in the lab is the node of number n here, and so are the
    /// links.
    pub sim: Simulation,
    /// Each program as it was started last.
    programs: Vec<Option<(NodeId, ProgramId)>>,
    /// What programs were before their hosts restarted.
    earlier: BTreeMap<ProgramIndex, Vec<ProgramId>>,
    /// What hosts with programs have besides their network.
    machines: BTreeMap<NodeId, Arc<Machine>>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEnd {
    /// Why it stopped.
    pub stop: Stop,
    /// Programs, servers aside, that have not ended.
    pub unfinished: Vec<ProgramIndex>,
}

impl From<NodeIndex> for NodeId {
    fn from(index: NodeIndex) -> Self {
        // A lab file is far too short for more nodes than this.
        Self(index.0 as u32)
    }
}

impl Network {
    /// Builds the network. Its programs are on their hosts, but [`start`](Self::start) starts them:
    /// before that observers can be added.
    pub fn build(lab: &Lab) -> Self {
        let mut sim = Simulation::new(lab.seed);
        let names = Arc::new(LabNames::new(names(lab)));
        for index in (0..lab.nodes.len()).map(NodeIndex) {
            add_node(&mut sim, lab, index, &names);
        }
        for link in &lab.links {
            let ends = link.ends.map(port);
            sim.add_link(ends, [link.forward.clone(), link.backward.clone()]);
        }
        // Once all are there: with the first cable that is pulled the nodes start.
        for (index, _) in lab.links.iter().enumerate().filter(|(_, link)| !link.up) {
            sim.set_link_up(Self::link(index), false);
        }
        let programs = vec![None; lab.programs.len()];
        Self { sim, programs, earlier: BTreeMap::new(), machines: BTreeMap::new() }
    }

    /// Puts programs on their hosts; each starts when its time comes.
    pub fn start(&mut self, lab: &Lab, which: Start) {
        let files = Arc::new(lab.files());
        for index in (0..lab.programs.len()).map(ProgramIndex) {
            let daemon = lab.programs[index.0].command.is_daemon();
            if which == Start::All || (which == Start::Servers && daemon) {
                self.launch(lab, index, &files);
            }
        }
    }

    fn launch(&mut self, lab: &Lab, index: ProgramIndex, files: &Arc<Files>) {
        let program = &lab.programs[index.0];
        let command = program.command.clone();
        let spec = ProgramSpec {
            name: program.name.as_str().into(),
            command: program.run.value.as_str().into(),
            daemon: command.is_daemon(),
            at: Instant::ZERO + program.at.unwrap_or_default(),
            needs_network: program.at.is_none(),
            input: program.input.clone(),
            contain_panics: false,
        };
        let id = self.spawn_with(lab, program.on, files, spec, |sockets| async move {
            lanternet_apps::run(command, sockets.clone(), sockets).await.0
        });
        self.programs[index.0] = id.map(|id| (program.on.into(), id));
    }

    /// Puts a program that is not in the lab on a host or router, which starts when its time has come.
    /// It gets its host as programs see it, and the value of its future is its exit code. `None` when
    /// the node runs no programs.
    pub fn spawn<F>(
        &mut self,
        lab: &Lab,
        on: NodeIndex,
        spec: ProgramSpec,
        start: impl FnOnce(Simulated) -> F + Send + 'static,
    ) -> Option<ProgramId>
    where
        F: Future<Output = u8> + Send + 'static,
    {
        // Only a host's first program asks for the files.
        let files = match self.machines.contains_key(&on.into()) {
            true => Arc::default(),
            false => Arc::new(lab.files()),
        };
        self.spawn_with(lab, on, &files, spec, start)
    }

    fn spawn_with<F>(
        &mut self,
        lab: &Lab,
        on: NodeIndex,
        files: &Arc<Files>,
        spec: ProgramSpec,
        start: impl FnOnce(Simulated) -> F + Send + 'static,
    ) -> Option<ProgramId>
    where
        F: Future<Output = u8> + Send + 'static,
    {
        let node = NodeId::from(on);
        let machine = self.machines.entry(node).or_insert_with(|| {
            Arc::new(Machine::new(lab.node(on).name.as_str(), Arc::clone(files)))
        });
        let machine = Arc::clone(machine);
        self.sim.command(node, |host: &mut Host, ctx| {
            host.spawn(ctx, spec, |handle| start(Simulated::new(handle).on(machine)))
        })
    }

    /// Takes a node's power away. Its programs are gone, and what it has on disk stays.
    pub fn crash(&mut self, node: NodeIndex) {
        self.sim.crash(node.into());
    }

    /// Gives a node that has crashed its power again, and starts its programs from the beginning: the
    /// servers, and those that had not ended when it crashed. A node that has power is left alone.
    pub fn restart(&mut self, lab: &Lab, node: NodeIndex) {
        if self.sim.is_powered(node.into()) {
            return;
        }
        self.sim.restart(node.into());
        let files = Arc::new(lab.files());
        for index in (0..lab.programs.len()).map(ProgramIndex) {
            let Some(before) = self.program(index).filter(|_| lab.programs[index.0].on == node)
            else {
                continue;
            };
            if before.daemon || before.exit_code().is_none() {
                let id = self.programs[index.0].map(|(_, id)| id);
                self.earlier.entry(index).or_default().extend(id);
                self.launch(lab, index, &files);
            }
        }
    }

    /// Runs until every program but the servers has ended and the network is quiet, or a limit is
    /// reached.
    pub fn run(&mut self, limits: Limits) -> RunEnd {
        let stop = self.sim.run_until_idle(limits);
        RunEnd { stop, unfinished: self.unfinished() }
    }

    /// The programs, servers aside, that were started and have not ended.
    pub fn unfinished(&self) -> Vec<ProgramIndex> {
        let programs = (0..self.programs.len()).map(ProgramIndex);
        programs
            .filter(|index| {
                self.program(*index)
                    .is_some_and(|program| !program.daemon && program.exit_code().is_none())
            })
            .collect()
    }

    /// A program of the lab, if it was started.
    pub fn program(&self, index: ProgramIndex) -> Option<Program> {
        let (node, id) = (*self.programs.get(index.0)?)?;
        self.sim.device::<Host>(node)?.program(id)
    }

    /// What a program of the lab was before its host restarted, the first time first.
    pub fn earlier(&self, index: ProgramIndex) -> Vec<Program> {
        let ids = self.earlier.get(&index).map_or(&[][..], Vec::as_slice);
        let host = self.programs.get(index.0).copied().flatten();
        let host = host.and_then(|(node, _)| self.sim.device::<Host>(node));
        host.map_or_else(Vec::new, |host| ids.iter().filter_map(|id| host.program(*id)).collect())
    }

    /// The disk of a host with programs.
    pub fn disk(&self, node: NodeId) -> Option<&Memory> {
        Some(self.machines.get(&node)?.disk())
    }

    /// The host or router of this number.
    pub fn host(&self, node: NodeId) -> Option<&Host> {
        self.sim.device(node)
    }

    /// The address that a station's name stands for: its first one in the file, or else the first one
    /// that it has now.
    pub fn address_of(&self, lab: &Lab, index: NodeIndex) -> Option<IpAddr> {
        lab.address_of(index).or_else(|| {
            let host = self.host(index.into())?;
            host.with_l3(|l3| l3.addresses().map(|(_, net)| net.addr()).next())
        })
    }

    /// The lab as if the addresses that are on loan now, and the gateways that came with them, were
    /// written in its file; `None` where nobody asks for one.
    pub fn leased(&self, lab: &Lab) -> Option<Lab> {
        if !lab.stations().any(|(_, _, station)| station.asks_for_addresses()) {
            return None;
        }
        let mut leased = lab.clone();
        for index in (0..lab.nodes.len()).map(NodeIndex) {
            let Some(host) = self.host(index.into()) else { continue };
            let forwards = lab.node(index).kind.forwards_packets();
            let Some(station) = leased.nodes[index.0].kind.station_mut() else { continue };
            host.with_l3(|l3| dhcp::fill_in(station, forwards, l3));
        }
        Some(leased)
    }

    /// The station that has this address, by the file or because a server lent it.
    pub fn owner(&self, lab: &Lab, address: IpAddr) -> Option<NodeIndex> {
        let of_file = |(_, _, station): &(NodeIndex, &Node, &Station)| {
            station.all_addresses().any(|own| own == address)
        };
        let now = |(index, ..): &(NodeIndex, &Node, &Station)| {
            let host = self.host((*index).into());
            let has = |net: lanternet_core::IpNet| net.addr() == address;
            host.is_some_and(|host| host.with_l3(|l3| l3.addresses().any(|(_, net)| has(net))))
        };
        let found = lab.stations().find(of_file).or_else(|| lab.stations().find(now));
        found.map(|(index, ..)| index)
    }

    /// The limits of a run: the lab's own end, or the default.
    pub fn limits(lab: &Lab) -> Limits {
        let until = Instant::ZERO + lab.until.unwrap_or(DEFAULT_UNTIL);
        Limits { until, events: DEFAULT_EVENTS }
    }

    /// The link of this number in the lab.
    pub fn link(index: usize) -> LinkId {
        LinkId(index as u32)
    }
}

/// The port of the simulation at an end of a link.
fn port(end: End) -> PortRef {
    PortRef::new(end.node.into(), PortId(end.interface as u16))
}

fn add_node(sim: &mut Simulation, lab: &Lab, index: NodeIndex, names: &Arc<LabNames>) {
    let node = lab.node(index);
    let name = node.name.as_str();
    match &node.kind {
        NodeKind::Hub { ports } => {
            let id = sim.add_node(name, Hub::new(*ports));
            add_numbered_ports(sim, id, *ports);
        }
        NodeKind::Switch(switch) => {
            let config = BridgeConfig {
                stp: stp::config(lab, index),
                snooping: stp::snooping(lab, index),
                ..vlan::switch(switch)
            };
            let id = sim.add_node(name, Switch::new(config));
            add_numbered_ports(sim, id, switch.ports);
        }
        NodeKind::Host(station)
        | NodeKind::Router(station)
        | NodeKind::L3Switch(station)
        | NodeKind::HomeRouter(station) => {
            let forwarding = node.kind.forwards_packets();
            let l3 = l3_config(lab, index, station, forwarding);
            let own: Names = station.hosts.iter().fold(Names::new(), |mut own, entry| {
                own.entry(entry.name.to_string()).or_default().push(entry.address.value);
                own
            });
            let config = HostConfig {
                hosts: (!own.is_empty()).then(|| Box::new(own)),
                dns: name_servers(station),
                dhcp: dhcp::dhcp(node, station),
                names: Some(Arc::clone(names)),
                ..HostConfig::new(l3, Rng::named(lab.seed, &format!("host {name}")))
            };
            let id = sim.add_node(name, Host::new(config));
            for interface in &station.interfaces {
                sim.add_port(id, interface.name.as_str());
            }
        }
    }
}

/// Whom a station asks for names, where the file says so.
fn name_servers(station: &Station) -> Option<Box<DnsSettings>> {
    let settings = DnsSettings {
        servers: station.dns.iter().map(|server| server.value).collect(),
        search: station.search.iter().map(ToString::to_string).collect(),
    };
    (settings != DnsSettings::default()).then(|| Box::new(settings))
}

fn add_numbered_ports(sim: &mut Simulation, node: NodeId, ports: u16) {
    for number in 1..=ports {
        sim.add_port(node, &number.to_string());
    }
}

fn l3_config(lab: &Lab, node: NodeIndex, station: &Station, forwarding: bool) -> L3Config {
    let interfaces =
        station.interfaces.iter().enumerate().map(|(number, interface)| InterfaceConfig {
            addresses: interface.addresses.iter().map(|address| address.value).collect(),
            mtu: mtu(lab, node, number),
            announce: station.announce,
            detect_conflicts: station.detect_conflicts,
            neighbors: station
                .neighbors
                .iter()
                .filter(|row| interface.is_near(row.address.value))
                .map(|row| StaticNeighbor { address: row.address.value, mac: row.mac.value })
                .collect(),
            v6: ipv6::config(interface),
            ..InterfaceConfig::new(interface.mac.value)
        });
    let mut lower = vlan::lower(station);
    if let Some(bridge) = lower.as_mut().and_then(|lower| lower.bridge.as_mut()) {
        bridge.stp = stp::config(lab, node);
        bridge.snooping = stp::snooping(lab, node);
    }
    let gateways = station.gateway.iter().chain(&station.gateway6);
    let gateways = gateways.filter_map(|gateway| {
        let to = match gateway.value {
            IpAddr::V4(_) => "0.0.0.0/0".parse(),
            IpAddr::V6(_) => "::/0".parse(),
        };
        Some(StaticRoute::new(to.ok()?, gateway.value))
    });
    let routes = station.routes.iter().map(|route| StaticRoute {
        interface: route.interface.as_ref().and_then(|name| {
            let at = station.interfaces.iter().position(|own| own.name == *name);
            at.and_then(|at| u16::try_from(at).ok()).map(PortId)
        }),
        ..StaticRoute::new(route.to.value, route.via.value)
    });
    L3Config {
        interfaces: interfaces.collect(),
        routes: gateways.chain(routes).collect(),
        forwarding,
        gate: gate::config(station),
        groups: station.groups.iter().map(|group| group.value).collect(),
        lower: lower.map(Box::new),
    }
}

/// The MTU of an interface is that of the cable in it, in the direction away from it; of one without a
/// cable, that of the cables that it leads to.
fn mtu(lab: &Lab, node: NodeIndex, interface: usize) -> u16 {
    let station = lab.node(node).kind.station();
    let stand = station.and_then(|station| station.interfaces.get(interface)).map(|own| own.stand);
    match (stand, station) {
        (Some(Stand::Interface { parent, .. }), _) => return mtu(lab, node, parent),
        (Some(Stand::Switch(vlan)), Some(station)) => {
            // What gets to every station of the VLAN, as far as this node can tell.
            let ports = vlan::ports_of(&lab.node(node).kind, station, vlan);
            return ports.map(|port| mtu(lab, node, port)).min().unwrap_or(1500);
        }
        _ => {}
    }
    let here = |end: End| end.node == node && end.interface == interface;
    let direction = lab.links.iter().find_map(|link| match link.ends {
        [first, _] if here(first) => Some(&link.forward),
        [_, second] if here(second) => Some(&link.backward),
        _ => None,
    });
    direction.map_or(1500, |settings| settings.mtu)
}

/// The names of the lab's nodes, for every host.
fn names(lab: &Lab) -> Names {
    let addresses = |station: &Station| -> Vec<IpAddr> { station.named_addresses().collect() };
    let named =
        lab.stations().map(|(_, node, station)| (node.name.to_string(), addresses(station)));
    named.filter(|(_, addresses)| !addresses.is_empty()).collect()
}
