//! Conversations between IP layers over cables.

pub(super) mod node;

use std::net::IpAddr;

use lanternet_core::trace::{IcmpMessage, NeighborState, Unreachable, Unsent};
use lanternet_core::{
    Context, DropReason, Duration, Instant, IpNet, Limits, LinkSettings, MacAddr, NodeId, PortId,
    PortRef, Recorder, Rng, Simulation, Stop, TraceEvent,
};

use self::node::Node;
use super::{
    Delivery, IcmpInbound, InterfaceConfig, L3, L3Config, SendOptions, StaticNeighbor, StaticRoute,
    icmp,
};

const LIMITS: Limits = Limits { until: Instant::from_secs(1000), events: 100_000 };

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// A network under test.
struct Net {
    sim: Simulation,
    trace: Recorder,
}

impl Net {
    fn new() -> Self {
        let mut sim = Simulation::new(1);
        let trace = Recorder::default();
        sim.observe(trace.clone());
        Self { sim, trace }
    }

    /// A node whose interfaces have these addresses.
    fn node(
        &mut self,
        name: &str,
        addresses: &[&str],
        routes: &[(&str, &str)],
        change: impl FnOnce(&mut L3Config),
    ) -> NodeId {
        let interface = |(index, address): (usize, &&str)| {
            InterfaceConfig::new(MacAddr::derive(1, name, &format!("eth{index}")))
                .with_address(address.parse::<IpNet>().unwrap())
        };
        let mut config = L3Config {
            interfaces: addresses.iter().enumerate().map(interface).collect(),
            routes: routes
                .iter()
                .map(|(to, via)| StaticRoute::new(to.parse().unwrap(), ip(via)))
                .collect(),
            ..L3Config::default()
        };
        change(&mut config);
        let layer = L3::new(config, Rng::named(1, name));
        let node = self.sim.add_node(name, Node::new(layer));
        for index in 0..addresses.len() {
            self.sim.add_port(node, &format!("eth{index}"));
        }
        node
    }

    fn cable(&mut self, a: (NodeId, u16), b: (NodeId, u16)) {
        let end = |(node, port)| PortRef::new(node, PortId(port));
        let settings = LinkSettings { delay: Duration::from_millis(1), ..Default::default() };
        self.sim.add_link([end(a), end(b)], [settings.clone(), settings]);
    }

    /// Sends an echo request with so much data.
    fn ping(&mut self, from: NodeId, to: &str, ttl: u8, len: usize) -> Result<(), Unsent> {
        let to = ip(to);
        let send = |node: &mut Node, ctx: &mut Context<'_>| {
            let (IpAddr::V4(source), IpAddr::V4(to)) = (node.layer.source_for(to)?, to) else {
                unreachable!()
            };
            let message = IcmpMessage::EchoRequest { ident: 7, seq: 1 };
            let buffer = icmp::build(source, to, ttl, message, &vec![0x61; len]);
            node.layer.send(ctx, buffer, SendOptions::default())?;
            node.collect();
            Ok(())
        };
        self.sim.command(from, send).unwrap()
    }

    fn run(&mut self) {
        assert_eq!(self.sim.run_until_idle(LIMITS), Stop::Idle);
    }

    /// The ICMP messages that came up in a node since the last time.
    fn heard(&mut self, node: NodeId) -> Vec<(String, IcmpMessage)> {
        let up = self.sim.command(node, |node: &mut Node, _| std::mem::take(&mut node.up)).unwrap();
        up.into_iter()
            .filter_map(|delivery| match delivery {
                Delivery::Icmp(IcmpInbound { from, message, .. }) => {
                    Some((from.to_string(), message))
                }
                Delivery::Packet(_) | Delivery::NameServers(_) => None,
            })
            .collect()
    }

    fn events(&mut self) -> Vec<(String, TraceEvent)> {
        let name = |sim: &Simulation, node| sim.topology().node_name(node).to_owned();
        let records = self.trace.take();
        records.into_iter().map(|r| (name(&self.sim, r.place.node()), r.event)).collect()
    }

    fn drops(&mut self) -> Vec<(String, DropReason)> {
        let drop = |(node, event)| match event {
            TraceEvent::Dropped { reason, .. } => Some((node, reason)),
            _ => None,
        };
        self.events().into_iter().filter_map(drop).collect()
    }
}

/// a — r — b, a segment on each side of the router.
fn two_segments() -> (Net, NodeId, NodeId, NodeId) {
    let mut net = Net::new();
    let gateway = [("0.0.0.0/0", "192.168.10.254")];
    let a = net.node("a", &["192.168.10.1/24"], &gateway, |_| ());
    let gateway = [("0.0.0.0/0", "192.168.20.254")];
    let b = net.node("b", &["192.168.20.3/24"], &gateway, |_| ());
    let addresses = ["192.168.10.254/24", "192.168.20.254/24"];
    let r = net.node("r", &addresses, &[], |config| config.forwarding = true);
    net.cable((a, 0), (r, 0));
    net.cable((b, 0), (r, 1));
    (net, a, b, r)
}

const REPLY: IcmpMessage = IcmpMessage::EchoReply { ident: 7, seq: 1 };

#[test]
fn a_ping_crosses_a_router_and_its_reply_comes_back() {
    let (mut net, a, ..) = two_segments();
    net.ping(a, "192.168.20.3", 64, 56).unwrap();
    net.run();
    assert_eq!(net.heard(a), [("192.168.20.3".to_owned(), REPLY)]);
    // Two exchanges of ARP of 2 ms each, and the packet's 2 ms there and 2 ms back.
    assert_eq!(net.sim.now(), Instant::from_millis(8));
    let events = net.events();
    let hops: Vec<_> = events
        .iter()
        .filter_map(|(_, event)| match event {
            TraceEvent::PacketForwarded { ttl_from, ttl_to, .. } => Some((*ttl_from, *ttl_to)),
            _ => None,
        })
        .collect();
    assert_eq!(hops, [(64, 63), (64, 63)]);
    let asked = events.iter().filter(|(_, e)| matches!(e, TraceEvent::NeighborAsked { .. }));
    assert_eq!(asked.count(), 2, "the way back needs no questions");
}

#[test]
fn the_second_ping_needs_no_arp() {
    let (mut net, a, ..) = two_segments();
    net.ping(a, "192.168.20.3", 64, 56).unwrap();
    net.run();
    net.events();
    let before = net.sim.now();
    net.ping(a, "192.168.20.3", 64, 56).unwrap();
    net.run();
    assert_eq!(net.sim.now() - before, Duration::from_millis(4));
    assert!(!net.events().iter().any(|(_, e)| matches!(e, TraceEvent::NeighborAsked { .. })));
}

#[test]
fn a_ping_to_a_neighbour_that_is_not_there_fails_after_three_questions() {
    let (mut net, a, ..) = two_segments();
    net.ping(a, "192.168.10.77", 64, 56).unwrap();
    net.run();
    assert_eq!(net.sim.now(), Instant::from_secs(3));
    let unreachable = IcmpMessage::Unreachable(Unreachable::Host);
    assert_eq!(net.heard(a), [("192.168.10.1".to_owned(), unreachable)]);
}

#[test]
fn a_router_tells_that_the_last_host_is_not_there() {
    let (mut net, a, _, r) = two_segments();
    net.ping(a, "192.168.20.77", 64, 56).unwrap();
    net.run();
    let unreachable = IcmpMessage::Unreachable(Unreachable::Host);
    assert_eq!(net.heard(a), [("192.168.10.254".to_owned(), unreachable)]);
    let rows = net
        .sim
        .device::<Node>(r)
        .unwrap()
        .layer
        .neighbors(net.sim.now())
        .map(|row| (row.address.to_string(), row.state))
        .collect::<Vec<_>>();
    let failed = ("192.168.20.77".to_owned(), NeighborState::Failed);
    assert!(rows.contains(&failed), "{rows:?}");
}

#[test]
fn without_a_gateway_the_program_is_told_at_once() {
    let mut net = Net::new();
    let a = net.node("a", &["192.168.10.1/24"], &[], |_| ());
    assert_eq!(net.ping(a, "192.168.20.3", 64, 56), Err(Unsent::NetworkUnreachable));
}

#[test]
fn a_ttl_of_one_ends_at_the_router() {
    let (mut net, a, ..) = two_segments();
    net.ping(a, "192.168.20.3", 1, 56).unwrap();
    net.run();
    assert_eq!(net.heard(a), [("192.168.10.254".to_owned(), IcmpMessage::TtlExceeded)]);
    assert_eq!(net.drops(), [("r".to_owned(), DropReason::TtlExpired { ttl: 1 })]);
}

#[test]
fn a_long_ping_travels_in_fragments_and_is_answered_whole() {
    let (mut net, a, ..) = two_segments();
    net.ping(a, "192.168.20.3", 64, 4000).unwrap();
    net.run();
    assert_eq!(net.heard(a), [("192.168.20.3".to_owned(), REPLY)]);
    assert!(net.drops().is_empty());
}

#[test]
fn a_ping_to_oneself_never_leaves_the_node() {
    let (mut net, a, ..) = two_segments();
    for to in ["127.0.0.1", "192.168.10.1"] {
        net.ping(a, to, 64, 56).unwrap();
        assert_eq!(net.heard(a), [(to.to_owned(), REPLY)]);
    }
    assert!(!net.events().iter().any(|(_, e)| matches!(e, TraceEvent::FrameSent { .. })));
}

#[test]
fn a_better_router_on_the_same_segment_is_told_and_used() {
    // a's gateway is r1, but b is behind r2, and all three share a segment (here: r1 in between).
    let mut net = Net::new();
    let a = net.node("a", &["10.0.0.1/24"], &[("0.0.0.0/0", "10.0.0.254")], |_| ());
    let r1 = net.node("r1", &["10.0.0.254/24"], &[("10.9.0.0/24", "10.0.0.253")], |config| {
        config.forwarding = true;
    });
    net.cable((a, 0), (r1, 0));
    net.ping(a, "10.9.0.7", 64, 56).unwrap();
    net.sim.run_until(Instant::from_millis(100));
    let gateway = ip("10.0.0.253");
    let redirect = IcmpMessage::Redirect { gateway };
    let events = net.events();
    let heard = |e: &TraceEvent| matches!(e, TraceEvent::IcmpReceived { message, .. } if *message == redirect);
    assert!(events.iter().any(|(node, event)| node == "a" && heard(event)));
    let layer = &net.sim.device::<Node>(a).unwrap().layer;
    let via = layer.routes().find(|(route, _)| route.destination.contains(&ip("10.9.0.7")));
    assert_eq!(via.and_then(|(route, _)| route.via), Some(gateway));
}

#[test]
fn an_address_that_somebody_has_is_abandoned_when_asked_for_first() {
    let mut net = Net::new();
    let a = net.node("a", &["10.0.0.1/24"], &[], |_| ());
    let detect = |config: &mut L3Config| config.interfaces[0].detect_conflicts = true;
    let b = net.node("b", &["10.0.0.1/24"], &[], detect);
    net.cable((a, 0), (b, 0));
    net.run();
    assert!(net.events().iter().any(|(node, event)| {
        node == "b" && matches!(event, TraceEvent::AddressAbandoned { .. })
    }));
    assert_eq!(net.ping(b, "10.0.0.9", 64, 56), Err(Unsent::NetworkUnreachable));
}

#[test]
fn an_address_that_nobody_has_is_probed_announced_and_used() {
    let mut net = Net::new();
    let a = net.node("a", &["10.0.0.1/24"], &[], |_| ());
    let detect = |config: &mut L3Config| config.interfaces[0].detect_conflicts = true;
    let b = net.node("b", &["10.0.0.2/24"], &[], detect);
    net.cable((a, 0), (b, 0));
    net.run();
    net.ping(b, "10.0.0.1", 64, 56).unwrap();
    net.run();
    assert_eq!(net.heard(b), [("10.0.0.1".to_owned(), REPLY)]);
    let events = net.events();
    let count = |wanted: fn(&TraceEvent) -> bool| events.iter().filter(|(_, e)| wanted(e)).count();
    assert_eq!(count(|e| matches!(e, TraceEvent::AddressProbed { .. })), 3);
    assert_eq!(count(|e| matches!(e, TraceEvent::AddressAnnounced { .. })), 1);
}

#[test]
fn two_stations_with_one_address_each_defend_it_once() {
    let mut net = Net::new();
    let announce = |config: &mut L3Config| config.interfaces[0].announce = true;
    let a = net.node("a", &["10.0.0.1/24"], &[], announce);
    let b = net.node("b", &["10.0.0.1/24"], &[], |_| ());
    net.cable((a, 0), (b, 0));
    net.run();
    let defended: Vec<_> = net
        .events()
        .into_iter()
        .filter(|(_, event)| matches!(event, TraceEvent::AddressDefended { .. }))
        .map(|(node, _)| node)
        .collect();
    assert_eq!(defended, ["b", "a"]);
}

fn static_neighbor(address: &str, mac: MacAddr) -> impl FnOnce(&mut L3Config) {
    let neighbor = StaticNeighbor { address: ip(address), mac };
    move |config| config.interfaces[0].neighbors.push(neighbor)
}

#[test]
fn a_static_neighbour_is_never_asked_for() {
    let mut net = Net::new();
    let mac = |name| MacAddr::derive(1, name, "eth0");
    let a = net.node("a", &["10.0.0.1/24"], &[], static_neighbor("10.0.0.2", mac("b")));
    let b = net.node("b", &["10.0.0.2/24"], &[], static_neighbor("10.0.0.1", mac("a")));
    net.cable((a, 0), (b, 0));
    net.ping(a, "10.0.0.2", 64, 56).unwrap();
    net.run();
    assert_eq!(net.heard(a), [("10.0.0.2".to_owned(), REPLY)]);
    assert!(!net.events().iter().any(|(_, e)| matches!(e, TraceEvent::NeighborAsked { .. })));
}

/// Linux: `neigh_update` leaves NUD_PERMANENT alone, and `neigh_carrier_down` keeps it.
#[test]
fn a_static_neighbour_is_changed_by_no_packet_and_outlives_its_cable() {
    let mut net = Net::new();
    let wrong = "02:00:00:00:00:99".parse().unwrap();
    let a = net.node("a", &["10.0.0.1/24"], &[], static_neighbor("10.0.0.2", wrong));
    let b = net.node("b", &["10.0.0.2/24"], &[], |config| config.interfaces[0].announce = true);
    net.cable((a, 0), (b, 0));
    // b announces itself, and asks for a with its true address.
    net.ping(b, "10.0.0.1", 64, 56).unwrap();
    net.run();
    let link = lanternet_core::LinkId(0);
    net.sim.set_link_up(link, false);
    net.sim.set_link_up(link, true);
    net.run();
    assert_eq!(net.heard(b), []);
    let layer = &net.sim.device::<Node>(a).unwrap().layer;
    let rows: Vec<_> =
        layer.neighbors(net.sim.now()).map(|row| (row.address, row.mac, row.state)).collect();
    assert_eq!(rows, [(ip("10.0.0.2"), Some(wrong), NeighborState::Permanent)]);
    assert!(!net.events().iter().any(|(node, event)| {
        node == "a" && matches!(event, TraceEvent::NeighborChanged { .. })
    }));
}
