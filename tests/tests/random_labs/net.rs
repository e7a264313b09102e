//! Random trees of switches and routers, as a model and as the text of a lab; and what the model says
//! of who reaches whom. The oracle knows sets and maps, no frames.

use std::collections::BTreeMap;
use std::fmt::Write;

use lanternet_core::Rng;

/// How a random network is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) seed: u64,
    pub(crate) routers: usize,
    /// In parts per million: cables that are pulled.
    pub(crate) pulled: u32,
    /// In parts per million: routes that are missing.
    pub(crate) missing: u32,
    /// In parts per million: routes that lead to a random neighbour.
    pub(crate) wrong: u32,
}

/// A network: segments joined by routers into a tree; inside a segment switches in a tree.
#[derive(Debug)]
pub(crate) struct Net {
    segments: Vec<Segment>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) routers: Vec<Router>,
    cables: Vec<Cable>,
    switches: usize,
}

#[derive(Debug)]
struct Segment {
    base: u32,
    len: u32,
    switches: Vec<usize>,
    taken: Vec<u32>,
}

#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) address: u32,
    segment: usize,
    /// The router, and which of its interfaces.
    gateway: Option<(usize, usize)>,
}

#[derive(Debug)]
pub(crate) struct Router {
    /// Segment and address of each interface.
    interfaces: Vec<(usize, u32)>,
    /// By destination segment, the next router and which of its interfaces.
    routes: BTreeMap<usize, (usize, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Port {
    Switch(usize),
    Host(usize),
    Router(usize, usize),
}

#[derive(Debug)]
struct Cable {
    ends: [Port; 2],
    up: bool,
}

impl Net {
    pub(crate) fn random(shape: Shape) -> Self {
        let mut rng = Rng::named(shape.seed, "random lab");
        let mut net = Self {
            segments: Vec::new(),
            hosts: Vec::new(),
            routers: Vec::new(),
            cables: Vec::new(),
            switches: 0,
        };
        net.add_segment(&mut rng);
        for _ in 0..shape.routers {
            let mut interfaces = vec![pick(&mut rng, net.segments.len())];
            for _ in 0..=rng.below(2) {
                interfaces.push(net.add_segment(&mut rng));
            }
            let router = net.routers.len();
            let interfaces = interfaces.into_iter().enumerate().map(|(number, segment)| {
                net.plug(&mut rng, segment, Port::Router(router, number));
                (segment, net.address(&mut rng, segment))
            });
            let interfaces = interfaces.collect();
            net.routers.push(Router { interfaces, routes: BTreeMap::new() });
        }
        for segment in 0..net.segments.len() {
            for _ in 0..=rng.below(3) {
                net.add_host(&mut rng, segment);
            }
        }
        net.add_routes(&mut rng, shape);
        for cable in &mut net.cables {
            cable.up = !rng.chance(shape.pulled);
        }
        net
    }

    fn add_segment(&mut self, rng: &mut Rng) -> usize {
        let number = self.segments.len();
        // Room for all routers and hosts that may come: at least 30 addresses.
        let len = 20 + rng.below(8) as u32;
        let within = (rng.next_u64() as u32) & 0x0000_ffff & mask(len);
        let base = (10 << 24 | (number as u32) << 16) | within;
        let mut switches: Vec<usize> = Vec::new();
        for _ in 0..=rng.below(3) {
            let switch = self.switches;
            self.switches += 1;
            if !switches.is_empty() {
                let parent = switches[pick(rng, switches.len())];
                self.cables
                    .push(Cable { ends: [Port::Switch(parent), Port::Switch(switch)], up: true });
            }
            switches.push(switch);
        }
        self.segments.push(Segment { base, len, switches, taken: Vec::new() });
        number
    }

    fn add_host(&mut self, rng: &mut Rng, segment: usize) {
        let host = self.hosts.len();
        self.plug(rng, segment, Port::Host(host));
        let routers: Vec<(usize, usize)> = self.interfaces_in(segment).collect();
        let gateway = (!routers.is_empty()).then(|| routers[pick(rng, routers.len())]);
        let address = self.address(rng, segment);
        self.hosts.push(Host { address, segment, gateway });
    }

    fn plug(&mut self, rng: &mut Rng, segment: usize, port: Port) {
        let switches = &self.segments[segment].switches;
        let switch = switches[pick(rng, switches.len())];
        let ends = match rng.below(2) {
            0 => [Port::Switch(switch), port],
            _ => [port, Port::Switch(switch)],
        };
        self.cables.push(Cable { ends, up: true });
    }

    /// A free address of the segment, neither its first nor its last.
    fn address(&mut self, rng: &mut Rng, segment: usize) -> u32 {
        let segment = &mut self.segments[segment];
        let size = 1 << (32 - segment.len);
        loop {
            let number = 1 + rng.below(size - 2) as u32;
            if !segment.taken.contains(&number) {
                segment.taken.push(number);
                return segment.base + number;
            }
        }
    }

    fn interfaces_in(&self, segment: usize) -> impl Iterator<Item = (usize, usize)> {
        self.routers.iter().enumerate().flat_map(move |(router, it)| {
            let interfaces = it.interfaces.iter().enumerate();
            interfaces.filter(move |(_, i)| i.0 == segment).map(move |(number, _)| (router, number))
        })
    }

    /// The right next hop for each segment, by a walk from that segment outward, and then some
    /// mistakes.
    fn add_routes(&mut self, rng: &mut Rng, shape: Shape) {
        for target in 0..self.segments.len() {
            let mut seen = vec![false; self.segments.len()];
            let mut next = vec![target];
            seen[target] = true;
            while let Some(segment) = next.pop() {
                for (router, _) in self.interfaces_in(segment).collect::<Vec<_>>() {
                    for (beyond, _) in self.routers[router].interfaces.clone() {
                        if std::mem::replace(&mut seen[beyond], true) {
                            continue;
                        }
                        next.push(beyond);
                        // `router` is the way to the target for everybody on `beyond`.
                        let way = self.routers[router].interfaces.iter();
                        let back = way.enumerate().find(|(_, i)| i.0 == beyond).map(|(n, _)| n);
                        for (other, _) in self.interfaces_in(beyond).collect::<Vec<_>>() {
                            if other == router {
                                continue;
                            }
                            if let Some(back) = back {
                                self.routers[other].routes.insert(target, (router, back));
                            }
                        }
                    }
                }
            }
        }
        for router in 0..self.routers.len() {
            let neighbours: Vec<(usize, usize)> = self.routers[router]
                .interfaces
                .iter()
                .flat_map(|(segment, _)| self.interfaces_in(*segment))
                .filter(|(other, _)| *other != router)
                .collect();
            for segment in 0..self.segments.len() {
                if rng.chance(shape.missing) {
                    self.routers[router].routes.remove(&segment);
                } else if rng.chance(shape.wrong)
                    && !neighbours.is_empty()
                    && self.routers[router].routes.contains_key(&segment)
                {
                    let wrong = neighbours[pick(rng, neighbours.len())];
                    self.routers[router].routes.insert(segment, wrong);
                }
            }
        }
    }

    /// The lab. Cables come in a random order: which interface is which does not hang on it, for
    /// routers' are named and hosts have one.
    pub(crate) fn text(&self, seed: u64) -> String {
        let mut text = format!("name: random\nseed: {seed}\nnodes:\n");
        let line = &mut text;
        for (number, host) in self.hosts.iter().enumerate() {
            let (address, len) = (dotted(host.address), self.segments[host.segment].len);
            let gateway = host.gateway.map_or(String::new(), |(router, interface)| {
                format!(", gateway: {}", dotted(self.routers[router].interfaces[interface].1))
            });
            put(
                line,
                format_args!("  h{number}: {{ kind: host, address: {address}/{len}{gateway} }}"),
            );
        }
        for switch in 0..self.switches {
            put(line, format_args!("  s{switch}: {{ kind: switch }}"));
        }
        for (number, router) in self.routers.iter().enumerate() {
            put(line, format_args!("  r{number}:\n    kind: router\n    interfaces:"));
            for (interface, (segment, address)) in router.interfaces.iter().enumerate() {
                let (address, len) = (dotted(*address), self.segments[*segment].len);
                put(line, format_args!("      eth{interface}: {{ address: {address}/{len} }}"));
            }
            if !router.routes.is_empty() {
                put(line, format_args!("    routes:"));
            }
            for (segment, (next, interface)) in &router.routes {
                let to = &self.segments[*segment];
                let via = dotted(self.routers[*next].interfaces[*interface].1);
                let (base, len) = (dotted(to.base), to.len);
                put(line, format_args!("      - {{ to: {base}/{len}, via: {via} }}"));
            }
        }
        put(line, format_args!("links:"));
        let mut cables: Vec<&Cable> = self.cables.iter().collect();
        let mut rng = Rng::named(seed, "order of the cables");
        for last in (1..cables.len()).rev() {
            cables.swap(last, pick(&mut rng, last + 1));
        }
        for cable in cables {
            let [a, b] = cable.ends.map(|port| match port {
                Port::Switch(switch) => format!("s{switch}"),
                Port::Host(host) => format!("h{host}"),
                Port::Router(router, interface) => format!("\"r{router}:eth{interface}\""),
            });
            let state = if cable.up { "" } else { ", state: down" };
            put(line, format_args!("  - {{ between: [{a}, {b}]{state} }}"));
        }
        text
    }

    /// Whether an echo request from one host reaches the other and the reply comes back.
    pub(crate) fn reaches(&self, from: usize, to: usize) -> bool {
        from == to || (self.walk(from, to) && self.walk(to, from))
    }

    /// Whether a packet gets there.
    fn walk(&self, from: usize, to: usize) -> bool {
        let (source, target) = (&self.hosts[from], &self.hosts[to]);
        if source.segment == target.segment {
            return self.joined(Port::Host(from), Port::Host(to));
        }
        let Some(mut router) = source.gateway else { return false };
        let mut here = Port::Host(from);
        // The time to live is 64 and each router takes one.
        for _ in 0..64 {
            if !self.joined(here, Port::Router(router.0, router.1)) {
                return false;
            }
            let it = &self.routers[router.0];
            let direct = it.interfaces.iter().position(|(segment, _)| *segment == target.segment);
            if let Some(out) = direct {
                return self.joined(Port::Router(router.0, out), Port::Host(to));
            }
            let Some(next) = it.routes.get(&target.segment) else { return false };
            let shared = self.routers[next.0].interfaces[next.1].0;
            let Some(out) = it.interfaces.iter().position(|(segment, _)| *segment == shared) else {
                return false;
            };
            here = Port::Router(router.0, out);
            router = *next;
        }
        false
    }

    /// Whether there is a way over cables and switches alone.
    fn joined(&self, a: Port, b: Port) -> bool {
        let mut seen = vec![a];
        let mut next = vec![a];
        while let Some(here) = next.pop() {
            if here == b {
                return true;
            }
            if here != a && !matches!(here, Port::Switch(_)) {
                continue;
            }
            for cable in self.cables.iter().filter(|cable| cable.up) {
                let there = match cable.ends {
                    [one, other] if one == here => other,
                    [one, other] if other == here => one,
                    _ => continue,
                };
                if !seen.contains(&there) {
                    seen.push(there);
                    next.push(there);
                }
            }
        }
        false
    }
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a String takes it");
}

fn mask(len: u32) -> u32 {
    u32::MAX << (32 - len)
}

fn dotted(address: u32) -> std::net::Ipv4Addr {
    address.into()
}

fn pick(rng: &mut Rng, len: usize) -> usize {
    rng.below(len as u64) as usize
}
