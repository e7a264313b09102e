//! What `run` prints around the trace: the network, the programs' lines, the expectations.
//!
//! The facts come as plain values, so that whoever knows the network (a lab, a test) fills them in.

use std::net::IpAddr;

use lanternet_core::{Duration, Instant, IpNet, LinkSettings, QueueLimit, Stop};
use lanternet_lab::Lab;

use crate::args;
use crate::columns::{pad, table, width};
use crate::locale::Catalogue;
use crate::narrate::scene::Percent;

/// Nodes, and links, shown at the most; the rest is counted.
const LIMIT: usize = 40;

/// A network at a glance.
#[derive(Clone, Debug, Default)]
pub struct NetworkSummary {
    /// What it is called.
    pub name: String,
    /// Its nodes, in the order in which they are shown.
    pub nodes: Vec<NodeSummary>,
    /// Its links.
    pub links: Vec<LinkSummary>,
}

/// A node at a glance.
#[derive(Clone, Debug)]
pub struct NodeSummary {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// Its interfaces with addresses; those without need not be named.
    pub interfaces: Vec<InterfaceSummary>,
    /// The routers for everything else, at most one for each family.
    pub gateways: Vec<IpAddr>,
}

/// An interface and its addresses.
#[derive(Clone, Debug)]
pub struct InterfaceSummary {
    /// Its name.
    pub name: String,
    /// Its addresses, each with the length of its network's prefix.
    pub addresses: Vec<IpNet>,
    /// Whether it asks a DHCP server for an address.
    pub dhcp: bool,
    /// Whether it forms addresses from what IPv6 routers advertise.
    pub slaac: bool,
    /// Whether it advertises itself as an IPv6 router.
    pub advertises: bool,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A computer that runs programs.
    Host,
    /// It repeats everything.
    Hub,
    /// It forwards by MAC address.
    Switch,
    /// It forwards by IP address.
    Router,
    /// It forwards by MAC address within a VLAN, and by IP address between VLANs.
    L3Switch,
    /// A small switch, and a router between it and the line outside.
    HomeRouter,
}

/// A link at a glance.
#[derive(Clone, Debug)]
pub struct LinkSummary {
    /// Its two ends, each a node and the name of its port.
    pub ends: [(String, String); 2],
    /// The settings from the first end to the second, and back.
    pub settings: [LinkSettings; 2],
    /// Whether it is up at the start.
    pub up: bool,
}

impl NetworkSummary {
    /// The network that a lab describes.
    pub fn of(lab: &Lab) -> Self {
        Self {
            name: lab.name.clone(),
            nodes: lab.nodes.iter().map(NodeSummary::of).collect(),
            links: lab.links.iter().map(|link| LinkSummary::of(lab, link)).collect(),
        }
    }

    /// The network in lines that line up: a title, the nodes with their addresses, the links with
    /// those settings that are not those of the usual cable.
    pub fn render(&self, catalogue: &Catalogue) -> String {
        let (name, nodes, links) = (&self.name, self.nodes.len(), self.links.len());
        let mut out =
            catalogue.text("summary-title", &args!(name, count nodes, count links)) + "\n";
        let rows: Vec<_> =
            self.nodes.iter().take(LIMIT).map(|node| node_row(catalogue, node)).collect();
        out += &table(2, &rows);
        if let Some(more) = nodes.checked_sub(LIMIT).filter(|more| *more > 0) {
            out += &format!("  {}\n", catalogue.text("summary-more-nodes", &args!(count more)));
        }
        let rows: Vec<_> =
            self.links.iter().take(LIMIT).map(|link| link_row(catalogue, link)).collect();
        out += &table(2, &rows);
        if let Some(more) = links.checked_sub(LIMIT).filter(|more| *more > 0) {
            out += &format!("  {}\n", catalogue.text("summary-more-links", &args!(count more)));
        }
        out
    }
}

impl NodeSummary {
    fn of(node: &lanternet_lab::Node) -> Self {
        use lanternet_lab::NodeKind as Kind;
        let station = node.kind.station();
        let interface = |interface: &lanternet_lab::Interface| InterfaceSummary {
            name: interface.name.to_string(),
            addresses: interface.addresses.iter().map(|address| address.value).collect(),
            dhcp: interface.dhcp.client.is_some(),
            slaac: interface.ipv6.slaac.is_some(),
            advertises: interface.ipv6.advertise.is_some(),
        };
        Self {
            name: node.name.to_string(),
            kind: match node.kind {
                Kind::Host(_) => NodeKind::Host,
                Kind::Hub { .. } => NodeKind::Hub,
                Kind::Switch(_) => NodeKind::Switch,
                Kind::Router(_) => NodeKind::Router,
                Kind::L3Switch(_) => NodeKind::L3Switch,
                Kind::HomeRouter(_) => NodeKind::HomeRouter,
            },
            interfaces: station.iter().flat_map(|s| &s.interfaces).map(interface).collect(),
            gateways: station
                .iter()
                .flat_map(|s| s.gateway.iter().chain(&s.gateway6))
                .map(|gateway| gateway.value)
                .collect(),
        }
    }
}

impl LinkSummary {
    fn of(lab: &Lab, link: &lanternet_lab::Link) -> Self {
        let end = |end: lanternet_lab::End| {
            (lab.node(end.node).name.to_string(), lab.interface_name(end))
        };
        Self {
            ends: link.ends.map(end),
            settings: [link.forward.clone(), link.backward.clone()],
            up: link.up,
        }
    }
}

fn node_row(catalogue: &Catalogue, node: &NodeSummary) -> [String; 3] {
    let kind = catalogue.phrase(match node.kind {
        NodeKind::Host => "summary-host",
        NodeKind::Hub => "summary-hub",
        NodeKind::Switch => "summary-switch",
        NodeKind::Router => "summary-router",
        NodeKind::L3Switch => "summary-l3-switch",
        NodeKind::HomeRouter => "summary-home-router",
    });
    let silent = |interface: &InterfaceSummary| {
        let InterfaceSummary { addresses, dhcp, slaac, advertises, .. } = interface;
        addresses.is_empty() && !dhcp && !slaac && !advertises
    };
    let addressed = || node.interfaces.iter().filter(|interface| !silent(interface));
    // One interface needs no name.
    let named = addressed().count() > 1;
    let mut facts = Vec::new();
    for interface in addressed() {
        let mut addresses: Vec<_> = interface.addresses.iter().map(ToString::to_string).collect();
        addresses.extend(interface.dhcp.then(|| "dhcp".to_owned()));
        addresses.extend(interface.slaac.then(|| "slaac".to_owned()));
        addresses.extend(interface.advertises.then(|| catalogue.phrase("summary-advertises")));
        let addresses = addresses.join(" ");
        facts.push(if named { format!("{} {addresses}", interface.name) } else { addresses });
    }
    for gateway in &node.gateways {
        facts.push(catalogue.text("summary-gateway", &args!(gateway)));
    }
    [node.name.clone(), kind, facts.join(&catalogue.phrase("list-separator"))]
}

fn link_row(catalogue: &Catalogue, link: &LinkSummary) -> [String; 2] {
    let [a, b] = &link.ends;
    let [forward, backward] = &link.settings;
    let mut words = Vec::new();
    if !link.up {
        words.push(catalogue.phrase("summary-down"));
    }
    if forward == backward {
        words.extend(settings(catalogue, forward));
    } else {
        for (from, to, one_way) in [(&a.0, &b.0, forward), (&b.0, &a.0, backward)] {
            let settings = settings(catalogue, one_way).join(" ");
            let settings = if settings.is_empty() { "–".to_owned() } else { settings };
            words.push(catalogue.text("summary-one-way", &args!(from, to, settings)));
        }
    }
    let ends = format!("{} {} — {} {}", a.0, a.1, b.0, b.1);
    [ends, words.join(&catalogue.phrase("list-separator"))]
}

/// The settings that differ from a perfect cable's; none for the usual cable of a local network.
fn settings(catalogue: &Catalogue, settings: &LinkSettings) -> Vec<String> {
    if LinkSettings::preset("lan").as_ref() == Some(settings) {
        return Vec::new();
    }
    settings_in_words(catalogue, settings)
}

/// The settings that differ from a perfect cable's.
pub(crate) fn settings_in_words(catalogue: &Catalogue, settings: &LinkSettings) -> Vec<String> {
    let LinkSettings { rate, delay, jitter, loss, duplicate, reorder, corrupt, queue, mtu } =
        settings;
    let say = |id, args| catalogue.text(id, &args);
    let perfect = LinkSettings::default();
    let mut words = Vec::new();
    if let Some(rate) = rate {
        words.push(say("summary-rate", args!(rate = rate_in_words(*rate))));
    }
    for (id, time) in [("summary-delay", delay), ("summary-jitter", jitter)] {
        if !time.is_zero() {
            words.push(say(id, args!(delay = time, jitter = time)));
        }
    }
    for (id, share) in [
        ("summary-loss", loss),
        ("summary-corrupt", corrupt),
        ("summary-duplicate", duplicate),
        ("summary-reorder", reorder),
    ] {
        if *share > 0 {
            words.push(say(id, args!(share = Percent(*share))));
        }
    }
    if *queue != perfect.queue {
        words.push(match *queue {
            QueueLimit::Frames(limit) => say("summary-queue-frames", args!(count limit)),
            QueueLimit::Bytes(limit) => say("summary-queue-bytes", args!(limit)),
        });
    }
    if *mtu != perfect.mtu {
        words.push(say("summary-mtu", args!(mtu)));
    }
    words
}

/// Bits per second in the largest unit that needs no fraction, as `tc` writes it: `100 Mbit`.
fn rate_in_words(rate: u64) -> String {
    let units = [(1_000_000_000, "Gbit"), (1_000_000, "Mbit"), (1_000, "kbit")];
    let fitting =
        units.into_iter().find(|(scale, _)| rate >= *scale && rate.is_multiple_of(*scale));
    let (scale, unit) = fitting.unwrap_or((1, "bit"));
    format!("{} {unit}", rate / scale)
}

/// Lays out what programs wrote: `1.002s  a1  upper  HELLO`, in columns.
#[derive(Clone, Copy, Debug)]
pub struct OutputColumns {
    node: usize,
    program: usize,
}

impl OutputColumns {
    /// Columns wide enough for these nodes and programs.
    pub fn new<'a>(programs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut columns = Self { node: 0, program: 0 };
        for (node, program) in programs {
            columns.node = columns.node.max(width(node));
            columns.program = columns.program.max(width(program));
        }
        columns
    }

    /// One line that a program wrote, without its end.
    pub fn line(&self, at: Instant, node: &str, program: &str, text: &str) -> String {
        let (node, program) = (pad(node, self.node), pad(program, self.program));
        format!("{at:.3}  {node}  {program}  {text}").trim_end().to_owned()
    }
}

/// An expectation with a tick, or with a cross and below it the reason that was found. One or more
/// lines without the last one's end.
pub fn expectation(text: &str, held: bool, reason: Option<&str>) -> String {
    let mut out = format!("{} {text}", if held { '✓' } else { '✗' });
    for line in reason.unwrap_or_default().lines() {
        out += "\n    ";
        out += line;
    }
    out
}

/// Why and when a run ended, and after how many events.
pub fn stopped(catalogue: &Catalogue, stop: Stop, at: Instant, events: u64) -> String {
    let time: Duration = at.since(Instant::ZERO);
    match stop {
        Stop::Idle => catalogue.text("run-stopped-idle", &args!(time)),
        Stop::TimeLimit => catalogue.text("run-stopped-time", &args!(time)),
        Stop::EventLimit => catalogue.text("run-stopped-events", &args!(time, events)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Locale;

    fn host(name: &str, address: &str) -> NodeSummary {
        NodeSummary {
            name: name.into(),
            kind: NodeKind::Host,
            interfaces: vec![InterfaceSummary {
                name: "eth0".into(),
                addresses: vec![address.parse().unwrap()],
                dhcp: false,
                slaac: false,
                advertises: false,
            }],
            gateways: vec!["192.168.10.254".parse().unwrap()],
        }
    }

    fn network() -> NetworkSummary {
        let end = |node: &str, port: &str| (node.to_owned(), port.to_owned());
        let slow = LinkSettings {
            rate: Some(100_000_000),
            delay: Duration::from_millis(2),
            loss: 1_000,
            ..LinkSettings::default()
        };
        let mut router = host("r1", "192.168.10.254/24");
        router.kind = NodeKind::Router;
        router.gateways = Vec::new();
        router.interfaces.push(InterfaceSummary {
            name: "eth1".into(),
            addresses: vec!["192.168.20.254/24".parse().unwrap(), "fd00::1/64".parse().unwrap()],
            dhcp: false,
            slaac: false,
            advertises: false,
        });
        let switch = NodeSummary {
            name: "sw-a".into(),
            kind: NodeKind::Switch,
            interfaces: Vec::new(),
            gateways: Vec::new(),
        };
        NetworkSummary {
            name: "two-dorms".into(),
            nodes: vec![host("a1", "192.168.10.1/24"), switch, router],
            links: vec![
                LinkSummary {
                    ends: [end("a1", "eth0"), end("sw-a", "1")],
                    settings: [LinkSettings::default(), LinkSettings::default()],
                    up: true,
                },
                LinkSummary {
                    ends: [end("sw-a", "2"), end("r1", "eth0")],
                    settings: [slow.clone(), slow.clone()],
                    up: false,
                },
                LinkSummary {
                    ends: [end("r1", "eth1"), end("b3", "eth0")],
                    settings: [slow, LinkSettings { mtu: 1400, ..LinkSettings::default() }],
                    up: true,
                },
            ],
        }
    }

    #[test]
    fn a_network_is_shown_at_a_glance() {
        let shown = network().render(&Catalogue::new(Locale::En));
        let expected = "\
two-dorms: 3 nodes, 3 links
  a1    host    192.168.10.1/24, gateway 192.168.10.254
  sw-a  switch
  r1    router  eth0 192.168.10.254/24, eth1 192.168.20.254/24 fd00::1/64
  a1 eth0 — sw-a 1
  sw-a 2 — r1 eth0   down, rate 100 Mbit, delay 2ms, loss 0.1%
  r1 eth1 — b3 eth0  r1 → b3: rate 100 Mbit delay 2ms loss 0.1%, b3 → r1: MTU 1400
";
        assert_eq!(shown, expected);
        let shown = network().render(&Catalogue::new(Locale::ZhCn));
        let expected = "\
two-dorms：3 个节点，3 条链路
  a1    主机    192.168.10.1/24、网关 192.168.10.254
  sw-a  交换机
  r1    路由器  eth0 192.168.10.254/24、eth1 192.168.20.254/24 fd00::1/64
  a1 eth0 — sw-a 1
  sw-a 2 — r1 eth0   已断开、速率 100 Mbit、时延 2ms、丢包率 0.1%
  r1 eth1 — b3 eth0  r1 → b3：速率 100 Mbit 时延 2ms 丢包率 0.1%、b3 → r1：MTU 1400
";
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_large_network_is_cut_and_says_so() {
        let mut network = network();
        network.nodes = vec![host("a1", "192.168.10.1/24"); 41];
        let shown = network.render(&Catalogue::new(Locale::En));
        assert!(shown.contains("  … and one more node\n"), "{shown}");
        network.nodes.pop();
        assert!(!network.render(&Catalogue::new(Locale::En)).contains('…'));
    }

    #[test]
    fn lines_of_programs_stand_in_columns() {
        let columns = OutputColumns::new([("a1", "upper"), ("server", "up")]);
        let at = Instant::from_millis(1_002);
        assert_eq!(columns.line(at, "a1", "upper", "HELLO"), "1.002s  a1      upper  HELLO");
        assert_eq!(columns.line(at, "server", "up", ""), "1.002s  server  up");
    }

    #[test]
    fn an_expectation_that_failed_has_its_reason_below() {
        assert_eq!(expectation("a1 reaches b3", true, None), "✓ a1 reaches b3");
        assert_eq!(
            expectation("a1 reaches b3:9091", false, Some("refused\nnobody listens")),
            "✗ a1 reaches b3:9091\n    refused\n    nobody listens"
        );
    }

    #[test]
    fn the_end_of_a_run_is_told_in_both_languages() {
        for locale in Locale::ALL {
            let catalogue = Catalogue::new(*locale);
            for stop in [Stop::Idle, Stop::TimeLimit, Stop::EventLimit] {
                let text = stopped(&catalogue, stop, Instant::from_millis(2_500), 7);
                assert!(text.contains("2.5s") && !text.contains('{'), "{text}");
            }
        }
    }
}
