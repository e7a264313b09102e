//! Section 17.4: next to a bridge that speaks 802.1D-1998.

use lanternet_core::trace::StpEvent as E;

use super::*;
use crate::l2::stp::Times;

fn old(bridge: usize, ports: u16) -> StpConfig {
    StpConfig { rapid: false, ..config(bridge, ports) }
}

#[test]
fn bridges_of_the_older_protocol_forward_after_two_forward_delays() {
    let mut net = Net::new(vec![old(0, 1), old(1, 1)], &[((0, 0), (1, 0))]);
    net.settle();
    // MaxAge in fdWhile when the port comes up (17.29.1), then the forward delay to learn.
    assert_eq!((net.now - Instant::ZERO).millis() / 1000, 35);
    net.assert_spanning_tree();
    let kinds = net.messages.iter().all(|(_, bpdu)| !matches!(bpdu, Bpdu::Rapid(_)));
    assert!(kinds, "no RST BPDU is sent");
}

#[test]
fn a_port_speaks_the_older_protocol_while_its_neighbour_does() {
    let cables = [((0, 0), (1, 1)), ((1, 0), (2, 1)), ((2, 0), (0, 1))];
    let root = StpConfig { priority: 0, ..old(2, 2) };
    let mut net = Net::new(vec![config(0, 2), config(1, 2), root], &cables);
    net.settle();
    net.run_for(Duration::from_secs(60));
    net.assert_spanning_tree();
    let rapid = |bridge: usize| {
        let rows = net.trees[bridge].rows();
        rows.iter().map(|row| row.rapid).collect::<Vec<_>>()
    };
    assert_eq!((rapid(0), rapid(1)), (vec![true, false], vec![false, true]));
    let told = |bridge: usize, event: E| {
        net.events.iter().any(|(_, at, told)| (*at, told) == (bridge, &event))
    };
    assert!(told(0, E::VersionChanged { port: PortId(1), rapid: false }));
}

#[test]
fn a_port_goes_back_to_rapid_when_its_neighbour_has_been_replaced() {
    let mut net = Net::new(vec![config(0, 1), old(1, 1)], &[((0, 0), (1, 0))]);
    net.run_for(Duration::from_secs(60));
    assert!(!net.trees[0].rows()[0].rapid);
    net.set_cable(0, false);
    net.trees[1] = SpanningTree::new(config(1, 1));
    net.set_cable(0, true);
    net.power(1);
    net.run_for(Duration::from_secs(10));
    assert!(net.trees[0].rows()[0].rapid);
    net.assert_spanning_tree();
}

#[test]
fn the_older_protocol_tells_the_root_of_a_change_until_it_is_acknowledged() {
    let cables: Vec<_> = (0..3).map(|at| ((at, 0), (at + 1, 1))).collect();
    let mut net = Net::new((0..4).map(|bridge| old(bridge, 2)).collect(), &cables);
    net.set_cable(2, false);
    net.run_for(Duration::from_secs(90));
    net.messages.clear();
    net.flushed.clear();
    net.set_cable(2, true);
    net.run_for(Duration::from_secs(60));
    let from = |net: &Net, end: End| {
        net.messages.iter().filter(|(at, bpdu)| *at == end && *bpdu == Bpdu::TopologyChange).count()
    };
    assert!(from(&net, (2, 1)) >= 1, "bridge 2 notifies towards the root");
    assert!(from(&net, (1, 1)) >= 1, "bridge 1 passes it on");
    let flag = |what: fn(&crate::l2::stp::Flags) -> bool, end: End| {
        net.messages
            .iter()
            .any(|(at, bpdu)| *at == end && bpdu.config().is_some_and(|c| what(&c.flags)))
    };
    assert!(flag(|flags| flags.acknowledgement, (1, 0)), "and acknowledges it");
    assert!(flag(|flags| flags.topology_change, (0, 0)), "the root tells all");
    assert!(net.flushed.contains(&(1, 1)), "{:?}", net.flushed);
}

#[test]
fn a_port_to_an_older_bridge_waits_until_the_news_of_a_lost_root_is_too_old() {
    // The root is cut off. Bridges 0 and 1, with four cables between them, tell each other of ways
    // to it that lead through themselves. Where such messages cross, both ends of a cable have what
    // they know from the other: neither is designated, and what they know lasts for three hellos.
    let cables = [
        ((3, 0), (1, 0)),
        ((0, 0), (1, 1)),
        ((0, 1), (1, 2)),
        ((1, 3), (0, 2)),
        ((0, 3), (1, 4)),
        ((1, 5), (2, 0)),
    ];
    let root = StpConfig { priority: 0, ..config(3, 1) };
    let mut net = Net::new(vec![config(0, 4), config(1, 6), old(2, 1), root], &cables);
    net.settle();
    let lost = net.now;
    net.events.clear();
    net.messages.clear();
    net.set_cable(0, false);
    net.run_for(Duration::from_secs(180));
    net.assert_spanning_tree();
    // Each bridge makes it a second older (17.21.25 c); at the maximum age, nobody keeps it.
    let news = net.messages.iter().filter_map(|(_, bpdu)| bpdu.config());
    let news = news.filter(|config| config.vector.root.address == address(3));
    let oldest = news.map(|config| config.times.message_age).max();
    assert_eq!(oldest.map(Times::duration), Some(Duration::from_secs(20)));
    let last = |what: fn(&E) -> bool| {
        let found = net.events.iter().rev().find(|(_, at, event)| *at == 1 && what(event));
        found.map(|(at, _, _)| *at)
    };
    let known = last(|event| matches!(event, E::RootChanged { .. })).expect("another root");
    // 20 ages, each for at most three hellos (17.21.23).
    assert!((30..=120).contains(&((known - lost).millis() / 1000)), "{}", known - lost);
    // Only now can the port towards the older bridge begin with its two forward delays.
    let forwards = last(|event| matches!(event, E::StateChanged { .. })).expect("forwards");
    assert_eq!(forwards - known, Duration::from_secs(30));
    assert_eq!(net.state((1, 5)), FORWARDING);
}
