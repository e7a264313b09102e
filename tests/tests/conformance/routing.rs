//! Random trees of routers, switches and hosts: who reaches whom is what a graph says.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::IcmpMessage;
use lanternet_core::{
    Instant, IpNet, Limits, LinkSettings, NodeId, PortRef, Record, Recorder, Rng, Simulation, Stop,
    TraceEvent,
};
use lanternet_net::l2::{BridgeConfig, Switch};
use lanternet_net::l3::StaticRoute;
use proptest::prelude::*;

use crate::node::{Node, add_node};

const TTL: u8 = 64;

/// A plan of a network: stations with interfaces on segments.
#[derive(Debug)]
struct Plan {
    stations: Vec<Station>,
    segments: Vec<Segment>,
}

#[derive(Debug)]
struct Station {
    router: bool,
    /// Segment and address of each interface.
    interfaces: Vec<(usize, IpNet)>,
    routes: Vec<StaticRoute>,
}

#[derive(Debug)]
struct Segment {
    net: IpNet,
    /// Switches of the segment; each but the first hangs on an earlier one. None: a cable.
    switches: Vec<Uplink>,
    /// Stations with the interface's number, the switch, and whether their cable is up.
    members: Vec<Member>,
}

#[derive(Debug)]
struct Uplink {
    to: usize,
    up: bool,
}

#[derive(Debug)]
struct Member {
    station: usize,
    interface: usize,
    switch: usize,
    up: bool,
}

/// What may be wrong with a network, in parts per million.
#[derive(Clone, Copy, Debug, Default)]
struct Faults {
    route_missing: u32,
    route_wrong: u32,
    cable_down: u32,
}

impl Plan {
    /// A tree of so many routers, segments and hosts at the least, with its static routes.
    fn random(seed: u64, routers: usize, segments: usize, hosts: usize, faults: Faults) -> Self {
        let mut rng = Rng::named(seed, "plan");
        let mut plan = Self { stations: Vec::new(), segments: Vec::new() };
        plan.add_segment(&mut rng);
        for _ in 0..routers {
            // A router joins the tree at one segment and opens another.
            let at = rng.below(plan.segments.len() as u64) as usize;
            let router = plan.add_station(true);
            plan.join(&mut rng, router, at);
            let opened = plan.add_segment(&mut rng);
            plan.join(&mut rng, router, opened);
        }
        for _ in 0..segments {
            let opened = plan.add_segment(&mut rng);
            let router = rng.below(routers as u64) as usize;
            plan.join(&mut rng, router, opened);
        }
        for _ in 0..hosts {
            let at = rng.below(plan.segments.len() as u64) as usize;
            let host = plan.add_station(false);
            plan.join(&mut rng, host, at);
        }
        plan.wire(&mut rng, faults);
        plan.add_routes(&mut rng, faults);
        plan
    }

    fn add_segment(&mut self, rng: &mut Rng) -> usize {
        let number = self.segments.len() as u8;
        let len = 22 + rng.below(6) as u8;
        let net = format!("10.{number}.{}.0/{len}", rng.below(64) * 4).parse().unwrap();
        self.segments.push(Segment { net, switches: Vec::new(), members: Vec::new() });
        self.segments.len() - 1
    }

    fn add_station(&mut self, router: bool) -> usize {
        self.stations.push(Station { router, interfaces: Vec::new(), routes: Vec::new() });
        self.stations.len() - 1
    }

    /// A new interface with a random free address of the segment.
    fn join(&mut self, rng: &mut Rng, station: usize, at: usize) {
        let IpNet::V4(net) = self.segments[at].net else { return };
        let used: BTreeSet<IpAddr> = self.addresses().map(|(_, address)| address).collect();
        let hosts: Vec<Ipv4Addr> = net.hosts().collect();
        let address = loop {
            let address = hosts[rng.below(hosts.len() as u64) as usize];
            if !used.contains(&address.into()) {
                break address;
            }
        };
        let interfaces = &mut self.stations[station].interfaces;
        interfaces.push((at, IpNet::new(address.into(), net.prefix_len()).unwrap()));
        let interface = interfaces.len() - 1;
        self.segments[at].members.push(Member { station, interface, switch: 0, up: true });
    }

    /// Switches or a cable, and what is down.
    fn wire(&mut self, rng: &mut Rng, faults: Faults) {
        for segment in &mut self.segments {
            let cable = segment.members.len() == 2 && rng.chance(500_000);
            let switches = if cable { 0 } else { 1 + rng.below(3) };
            for number in 0..switches {
                let to = rng.below(number.max(1)) as usize;
                segment.switches.push(Uplink { to, up: !rng.chance(faults.cable_down) });
            }
            for member in &mut segment.members {
                member.switch = rng.below(switches.max(1)) as usize;
                member.up = !rng.chance(faults.cable_down);
            }
            if cable && segment.members.iter().any(|member| !member.up) {
                segment.members.iter_mut().for_each(|member| member.up = false);
            }
        }
    }

    /// The router on the way from each segment to the target: its interface on that segment.
    fn towards(&self, target: usize) -> BTreeMap<usize, usize> {
        let mut next = BTreeMap::new();
        let mut reached = vec![target];
        let mut at = 0;
        while at < reached.len() {
            let segment = reached[at];
            at += 1;
            for member in &self.segments[segment].members {
                for (other, _) in &self.stations[member.station].interfaces {
                    if !reached.contains(other) {
                        reached.push(*other);
                        next.insert(*other, member.station);
                    }
                }
            }
        }
        next
    }

    fn address_on(&self, station: usize, segment: usize) -> Option<IpAddr> {
        let interfaces = &self.stations[station].interfaces;
        interfaces.iter().find(|(at, _)| *at == segment).map(|(_, net)| net.addr())
    }

    fn add_routes(&mut self, rng: &mut Rng, faults: Faults) {
        let ways: Vec<_> = (0..self.segments.len()).map(|to| self.towards(to)).collect();
        for station in 0..self.stations.len() {
            let connected: Vec<usize> =
                self.stations[station].interfaces.iter().map(|(segment, _)| *segment).collect();
            let neighbours: Vec<IpAddr> = connected
                .iter()
                .flat_map(|segment| {
                    self.segments[*segment].members.iter().map(move |m| (segment, m))
                })
                .filter(|(_, member)| member.station != station)
                .filter(|(_, member)| self.stations[member.station].router)
                .filter_map(|(segment, member)| self.address_on(member.station, *segment))
                .collect();
            let any = |rng: &mut Rng| match neighbours.len() {
                0 => None,
                n => Some(neighbours[rng.below(n as u64) as usize]),
            };
            let mut routes = Vec::new();
            if !self.stations[station].router {
                let to = "0.0.0.0/0".parse().unwrap();
                routes.extend(any(rng).map(|via| StaticRoute::new(to, via)));
            } else {
                for (to, ways) in ways.iter().enumerate() {
                    let right = connected.iter().find_map(|segment| {
                        let next = *ways.get(segment).filter(|next| **next != station)?;
                        self.address_on(next, *segment)
                    });
                    let wrong = rng.chance(faults.route_wrong);
                    let missing = rng.chance(faults.route_missing);
                    let via = if wrong { any(rng) } else { right };
                    if let Some(via) = via
                        && !connected.contains(&to)
                        && !missing
                    {
                        routes.push(StaticRoute::new(self.segments[to].net.trunc(), via));
                    }
                }
                if rng.chance(faults.route_wrong) {
                    let to = "0.0.0.0/0".parse().unwrap();
                    routes.extend(any(rng).map(|via| StaticRoute::new(to, via)));
                }
            }
            self.stations[station].routes = routes;
        }
    }

    fn addresses(&self) -> impl Iterator<Item = (usize, IpAddr)> + '_ {
        let stations = self.stations.iter().enumerate();
        stations.flat_map(|(index, s)| s.interfaces.iter().map(move |(_, net)| (index, net.addr())))
    }

    // The oracle: only sets and walks, nothing of the code under test.

    /// Whether two members of a segment are joined by cables that are up.
    fn joined(&self, segment: usize, a: &Member, b: &Member) -> bool {
        let switches = &self.segments[segment].switches;
        let root = |mut switch: usize| {
            while switch != 0 && switches[switch].up {
                switch = switches[switch].to;
            }
            switch
        };
        a.up && b.up && (switches.is_empty() || root(a.switch) == root(b.switch))
    }

    fn member(&self, station: usize, segment: usize) -> Option<&Member> {
        self.segments[segment].members.iter().find(|member| member.station == station)
    }

    /// One step: the station that gets a packet for `to` from this station.
    fn next_hop(&self, station: usize, to: IpAddr) -> Option<usize> {
        let interfaces = &self.stations[station].interfaces;
        let up = |segment: &usize| self.member(station, *segment).is_some_and(|member| member.up);
        let mut rows: Vec<(u8, IpAddr, usize)> = Vec::new();
        for (segment, net) in interfaces {
            if net.contains(&to) && up(segment) {
                rows.push((net.prefix_len(), to, *segment));
            }
        }
        for route in &self.stations[station].routes {
            let through = interfaces.iter().find(|(_, net)| net.contains(&route.via));
            let Some((segment, _)) = through else { continue };
            if route.to.contains(&to) && up(segment) {
                rows.push((route.to.prefix_len(), route.via, *segment));
            }
        }
        // Of equal prefixes the first row counts, and connected ones were first.
        let best = rows.iter().map(|row| row.0).max()?;
        let (_, hop, segment) = rows.into_iter().find(|row| row.0 == best)?;
        let ours = self.member(station, segment)?;
        let theirs = self.segments[segment]
            .members
            .iter()
            .find(|member| self.address_on(member.station, segment) == Some(hop))?;
        self.joined(segment, ours, theirs).then_some(theirs.station)
    }

    /// Whether a packet gets there.
    fn arrives(&self, from: usize, to: IpAddr) -> bool {
        let owner = |station: usize| self.addresses().any(|(s, a)| s == station && a == to);
        let mut at = from;
        for _ in 0..TTL {
            let Some(next) = self.next_hop(at, to) else { return false };
            if owner(next) {
                return true;
            }
            if !self.stations[next].router {
                return false;
            }
            at = next;
        }
        false
    }

    /// The source address of a packet: that of the interface it leaves by.
    fn source(&self, from: usize, to: IpAddr) -> Option<IpAddr> {
        let next = self.next_hop(from, to)?;
        let ours = &self.stations[from].interfaces;
        let shared = ours.iter().find(|(segment, _)| self.member(next, *segment).is_some());
        shared.map(|(_, net)| net.addr())
    }

    /// Whether a ping is answered: there, and back to the address that it came from.
    fn answered(&self, from: usize, to: IpAddr) -> bool {
        let there = self.arrives(from, to);
        let owner = self.addresses().find(|(_, address)| *address == to).map(|(owner, _)| owner);
        let back = || Some(self.arrives(owner?, self.source(from, to)?));
        there && back().unwrap_or(false)
    }

    // The network under test.

    fn build(&self) -> (Simulation, Vec<NodeId>) {
        let mut sim = Simulation::new(1);
        let mut down = Vec::new();
        let mut cable = |sim: &mut Simulation, a: PortRef, b: PortRef, up: bool| {
            let link = sim.add_link([a, b], [LinkSettings::default(), LinkSettings::default()]);
            down.extend((!up).then_some(link));
        };
        let mut nodes = Vec::new();
        for (index, station) in self.stations.iter().enumerate() {
            let kind = if station.router { "r" } else { "h" };
            let addresses: Vec<IpNet> = station.interfaces.iter().map(|(_, net)| *net).collect();
            let name = format!("{kind}{index}");
            nodes.push(add_node(
                &mut sim,
                &name,
                &addresses,
                station.routes.clone(),
                station.router,
            ));
        }
        let port = |member: &Member| {
            PortRef::new(nodes[member.station], lanternet_core::PortId(member.interface as u16))
        };
        for (number, segment) in self.segments.iter().enumerate() {
            if let ([], [a, b]) = (&segment.switches[..], &segment.members[..]) {
                cable(&mut sim, port(a), port(b), a.up);
                continue;
            }
            let mut ports = vec![0; segment.switches.len()];
            for (switch, uplink) in segment.switches.iter().enumerate().skip(1) {
                ports[switch] += 1;
                ports[uplink.to] += 1;
            }
            segment.members.iter().for_each(|member| ports[member.switch] += 1);
            let mut free = Vec::new();
            for (switch, ports) in ports.iter().enumerate() {
                let config = BridgeConfig::with_ports(*ports);
                let node = sim.add_node(&format!("s{number}-{switch}"), Switch::new(config));
                let ports = (1..=*ports).map(|port| sim.add_port(node, &port.to_string()));
                free.push(ports.collect::<Vec<_>>());
            }
            for (switch, uplink) in segment.switches.iter().enumerate().skip(1) {
                let (a, b) = (free[switch].pop().unwrap(), free[uplink.to].pop().unwrap());
                cable(&mut sim, a, b, uplink.up);
            }
            for member in &segment.members {
                cable(&mut sim, port(member), free[member.switch].pop().unwrap(), member.up);
            }
        }
        for link in down {
            sim.set_link_up(link, false);
        }
        (sim, nodes)
    }

    /// Whether the ping is answered in the simulation, and all that happened.
    fn ping(&self, from: usize, to: IpAddr) -> (bool, Vec<Record>) {
        let (mut sim, nodes) = self.build();
        let trace = Recorder::default();
        sim.observe(trace.clone());
        let sent = sim.command(nodes[from], |node: &mut Node, ctx| node.ping(ctx, to, TTL, b"?"));
        let limits = Limits { until: Instant::from_secs(100), events: 200_000 };
        assert_eq!(sim.run_until_idle(limits), Stop::Idle, "the network comes to rest");
        let heard = sim.command(nodes[from], |node: &mut Node, _| std::mem::take(&mut node.heard));
        let replies: Vec<_> = heard
            .unwrap()
            .into_iter()
            .filter(|m| m.from == to && matches!(m.message, IcmpMessage::EchoReply { .. }))
            .collect();
        assert!(replies.len() <= 1, "one answer to one question");
        assert!(sent.unwrap().is_ok() || replies.is_empty());
        (!replies.is_empty(), trace.take())
    }
}

/// On a net without loops of cables no node gets a frame twice.
fn no_frame_arrives_twice(records: &[Record]) {
    let mut seen = BTreeSet::new();
    for record in records {
        if let TraceEvent::FrameArrived { frame, .. } = &record.event {
            let key = (record.place.node(), frame.id());
            assert!(seen.insert(key), "{key:?} arrived twice");
        }
    }
}

/// No packet is passed on more often than its TTL allows: following causes, each step lowers it.
fn the_ttl_bounds_every_walk(records: &[Record]) {
    let mut walks: BTreeMap<_, u32> = BTreeMap::new();
    let mut made_from = BTreeMap::new();
    for record in records {
        match &record.event {
            TraceEvent::FrameSent { frame, .. } => {
                made_from.insert(frame.id(), frame.cause());
            }
            TraceEvent::PacketForwarded { ttl_from, ttl_to, .. } => {
                assert_eq!(*ttl_to, ttl_from - 1);
                assert!(*ttl_to > 0);
                let arrived = record.frame.unwrap();
                let before = made_from.get(&arrived).copied().flatten();
                let steps = 1 + before.and_then(|cause| walks.get(&cause)).copied().unwrap_or(0);
                // Request, reply, and an error about either, one because of the other.
                assert!(steps <= 3 * u32::from(TTL), "{steps} steps");
                walks.insert(arrived, steps);
            }
            _ => {}
        }
    }
}

fn judge(plan: &Plan, seed: u64) {
    let mut rng = Rng::named(seed, "pairs");
    let targets: Vec<(usize, IpAddr)> = plan.addresses().collect();
    for _ in 0..4 {
        let from = rng.below(plan.stations.len() as u64) as usize;
        let (owner, to) = targets[rng.below(targets.len() as u64) as usize];
        if owner == from {
            continue;
        }
        let expected = plan.answered(from, to);
        let (answered, records) = plan.ping(from, to);
        assert_eq!(answered, expected, "station {from} pings {to}");
        no_frame_arrives_twice(&records);
        the_ttl_bounds_every_walk(&records);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// With all routes and all cables, everybody reaches everybody.
    #[test]
    fn in_a_sound_tree_everybody_reaches_everybody(
        seed: u64, routers in 1..6_usize, segments in 0..4_usize, hosts in 1..8_usize,
    ) {
        let plan = Plan::random(seed, routers, segments, hosts, Faults::default());
        for (from, (to, address)) in plan.addresses().map(|(from, _)| from).zip(plan.addresses().skip(1)) {
            prop_assert!(from == to || plan.answered(from, address), "the oracle itself");
        }
        judge(&plan, seed);
    }

    /// With routes missing and cables down, who reaches whom is what the graph says.
    #[test]
    fn with_faults_reachability_is_that_of_the_graph(
        seed: u64, routers in 1..6_usize, segments in 0..4_usize, hosts in 1..8_usize,
        route_missing in 0..300_000_u32, cable_down in 0..150_000_u32,
    ) {
        let faults = Faults { route_missing, cable_down, route_wrong: 0 };
        judge(&Plan::random(seed, routers, segments, hosts, faults), seed);
    }

    /// With wrong routes packets go in circles until their TTL ends, and no further.
    #[test]
    fn with_wrong_routes_packets_end_all_the_same(
        seed: u64, routers in 2..6_usize, segments in 0..3_usize, hosts in 1..6_usize,
        route_wrong in 0..700_000_u32, cable_down in 0..100_000_u32,
    ) {
        let faults = Faults { route_missing: 0, cable_down, route_wrong };
        judge(&Plan::random(seed, routers, segments, hosts, faults), seed);
    }
}
