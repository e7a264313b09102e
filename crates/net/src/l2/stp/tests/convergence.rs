//! Clause 17: roles, states and their handshakes.

use lanternet_core::trace::{
    BpduVerdict, BridgeId, EdgeCause, RoleCause, StateCause, StpEvent as E,
};

use super::*;
use crate::l2::stp::path_cost;

#[test]
fn the_lowest_identifier_becomes_the_root_and_the_loop_is_cut_across_from_it() {
    let mut net = Net::triangle();
    let time = net.settle();
    assert!(time < Duration::from_millis(50), "agreed without waiting for timers: {time}");
    let root = BridgeId { priority: 32768, address: address(0) };
    assert!(net.trees.iter().all(|tree| tree.summary().root == root));
    use PortRole::{Alternate, Designated, Root};
    let roles: Vec<_> = (0..3).map(|bridge| [net.role(bridge, 0), net.role(bridge, 1)]).collect();
    // Bridge 1 and 2 are as far from the root; 1 has the better identifier, so it serves the cable.
    assert_eq!(roles, [[Designated, Designated], [Designated, Root], [Root, Alternate]]);
    assert_eq!(net.state((2, 1)), DISCARDING);
    assert_eq!(net.trees[1].summary().cost, 20_000);
    net.assert_spanning_tree();
}

#[test]
fn a_lower_priority_beats_a_lower_address() {
    let mut configs: Vec<_> = (0..3).map(|bridge| config(bridge, 2)).collect();
    configs[2].priority = 4096;
    let cables = [((0, 0), (1, 1)), ((1, 0), (2, 1)), ((2, 0), (0, 1))];
    let mut net = Net::new(configs, &cables);
    net.settle();
    assert_eq!(net.trees[0].summary().root, BridgeId { priority: 4096, address: address(2) });
    assert_eq!(net.trees[2].summary().root_port, None);
}

#[test]
fn the_way_to_the_root_is_the_cheapest_and_not_the_shortest() {
    // From bridge 2 directly by 10 Mbit/s, or by way of bridge 1 with 1 Gbit/s twice.
    let mut configs: Vec<_> = (0..3).map(|bridge| config(bridge, 2)).collect();
    let slow = path_cost(Some(10_000_000));
    configs[2].ports[0].cost = slow;
    configs[0].ports[1].cost = slow;
    let cables = [((0, 0), (1, 1)), ((1, 0), (2, 1)), ((2, 0), (0, 1))];
    let mut net = Net::new(configs, &cables);
    net.settle();
    assert_eq!((net.role(2, 1), net.role(2, 0)), (PortRole::Root, PortRole::Alternate));
    assert_eq!(net.trees[2].summary().cost, 40_000);
    let why = net.events.iter().rev().find_map(|(_, bridge, event)| match event {
        E::RoleChosen { port: PortId(1), role: PortRole::Root, why, .. } if *bridge == 2 => {
            Some(why.clone())
        }
        _ => None,
    });
    let Some(RoleCause::BestPath { path, runner_up: Some(other) }) = why else { panic!("{why:?}") };
    assert_eq!((path.cost, other.port, other.path.cost), (40_000, PortId(0), 2_000_000));
}

#[test]
fn of_two_cables_to_the_same_bridge_the_lower_port_of_the_other_side_is_used() {
    // Crossed: the root's port 0 is at the other bridge's port 1. Section 17.5: the designated port
    // counts before the receiving one.
    let mut net = Net::new(vec![config(0, 2), config(1, 2)], &[((0, 0), (1, 1)), ((0, 1), (1, 0))]);
    net.settle();
    assert_eq!((net.role(1, 1), net.role(1, 0)), (PortRole::Root, PortRole::Alternate));
    let mut configs = vec![config(0, 2), config(1, 2)];
    configs[0].ports[1].priority = 112;
    let mut net = Net::new(configs, &[((0, 0), (1, 1)), ((0, 1), (1, 0))]);
    net.settle();
    assert_eq!(net.role(1, 0), PortRole::Root, "unless its priority says otherwise");
}

#[test]
fn a_cable_from_a_bridge_to_itself_has_a_backup_port() {
    let mut net = Net::new(vec![config(0, 2)], &[((0, 0), (0, 1))]);
    net.settle();
    assert_eq!((net.role(0, 0), net.role(0, 1)), (PortRole::Designated, PortRole::Backup));
    assert_eq!(net.state((0, 1)), DISCARDING);
}

#[test]
fn an_alternate_port_takes_over_at_once_when_the_cable_of_the_root_port_fails() {
    let mut net = Net::triangle();
    net.settle();
    net.run_for(Duration::from_secs(20));
    net.events.clear();
    // Bridge 2's own way to the root: its other port forwards in the same moment.
    net.set_cable(2, false);
    assert_eq!(net.state((2, 1)), FORWARDING, "without a single message");
    net.settle();
    net.assert_spanning_tree();
    let why = net.events.iter().find_map(|(_, _, event)| match event {
        E::StateChanged { state: FORWARDING, why, .. } => Some(*why),
        _ => None,
    });
    assert_eq!(why, Some(StateCause::NewRoot));
}

#[test]
fn a_neighbour_that_loses_the_root_is_told_the_way_within_milliseconds() {
    let mut net = Net::triangle();
    net.settle();
    net.run_for(Duration::from_secs(20));
    // Bridge 1 loses its way; bridge 2, which has an alternate port towards it, proposes.
    net.set_cable(0, false);
    assert!(net.settle() < Duration::from_millis(50));
    net.assert_spanning_tree();
    assert_eq!(net.trees[1].summary().cost, 40_000);
}

#[test]
fn a_cable_that_comes_back_makes_no_loop_on_the_way() {
    let mut net = Net::ring(6);
    net.settle();
    for cable in 0..6 {
        net.set_cable(cable, false);
        net.run_for(Duration::from_secs(9));
        net.assert_spanning_tree();
        net.set_cable(cable, true);
        for _ in 0..200 {
            net.run_for(Duration::from_millis(1));
            net.assert_no_loop();
        }
        net.run_for(Duration::from_secs(9));
        net.assert_spanning_tree();
    }
}

#[test]
fn a_root_that_falls_silent_is_forgotten_after_three_hellos() {
    let mut net = Net::triangle();
    net.settle();
    net.run_for(Duration::from_secs(20));
    net.events.clear();
    let silent_since = net.now;
    // The power of bridge 0 goes; its cables stay up.
    net.trees[0].stop();
    net.run_for(Duration::from_secs(10));
    let aged = net.events.iter().find_map(|(at, _, event)| match event {
        E::InformationAged { after, .. } => Some((*at - silent_since, *after)),
        _ => None,
    });
    let (time, after) = aged.expect("somebody noticed");
    assert_eq!(after, Duration::from_secs(6));
    assert!((4..=6).contains(&(time.millis() / 1000)), "{time}");
    assert_eq!(net.trees[1].summary().root_port, None);
    assert_eq!(net.trees[2].summary().root.address, address(1));
}

#[test]
fn an_edge_port_forwards_at_once_and_makes_no_topology_change() {
    let mut edges = config(0, 2);
    edges.ports[0].edge = true;
    let mut net = Net::new(vec![edges], &[((0, 0), (9, 0)), ((0, 1), (9, 1))]);
    net.run(Instant::ZERO, false);
    assert_eq!((net.state((0, 0)), net.state((0, 1))), (FORWARDING, DISCARDING));
    // Nobody answers at the other port: after 3 s it is an edge port as well (17.25).
    net.settle();
    assert_eq!(net.now, Instant::from_secs(3));
    assert_eq!(net.state((0, 1)), FORWARDING);
    assert!(net.trees[0].rows().iter().all(|row| row.edge));
    let told = |what: fn(&E) -> bool| net.events.iter().any(|(_, _, event)| what(event));
    assert!(!told(|event| matches!(event, E::TopologyChanged { .. })));
    let why = EdgeCause::NobodyAnswered { time: Duration::from_secs(3) };
    let event = E::EdgeChanged { port: PortId(1), edge: true, why };
    assert!(net.events.iter().any(|(_, _, told)| *told == event));
}

#[test]
fn an_edge_port_that_hears_a_bridge_is_one_no_longer() {
    let mut configs = vec![config(0, 2), config(1, 2)];
    for config in &mut configs {
        config.ports.iter_mut().for_each(|port| port.edge = true);
    }
    // Configured wrongly: two cables between two bridges, all ends edge ports.
    let mut net = Net::new(configs, &[((0, 0), (1, 0)), ((0, 1), (1, 1))]);
    net.settle();
    net.assert_spanning_tree();
    assert!(net.trees.iter().flat_map(SpanningTree::rows).all(|row| !row.edge));
    let heard = net.events.iter().filter(|(_, _, event)| {
        matches!(event, E::EdgeChanged { edge: false, why: EdgeCause::BpduHeard, .. })
    });
    assert_eq!(heard.count(), 4);
}

#[test]
fn without_auto_edge_a_port_that_nobody_answers_waits_for_its_timers() {
    let mut lonely = config(0, 1);
    lonely.ports[0].auto_edge = false;
    let mut net = Net::new(vec![lonely], &[((0, 0), (9, 0))]);
    net.settle();
    // 17.29.1: fdWhile is MaxAge when the port comes up; then one hello time of learning.
    assert_eq!(net.now, Instant::from_secs(22));
    assert_eq!(net.state((0, 0)), FORWARDING);
}

#[test]
fn on_a_hub_nobody_agrees_and_timers_decide() {
    let mut configs = vec![config(0, 1), config(1, 1)];
    configs.iter_mut().for_each(|config| config.ports[0].point_to_point = false);
    let mut net = Net::new(configs, &[((0, 0), (1, 0))]);
    let time = net.settle();
    assert_eq!(time.millis() / 1000, 22);
    net.assert_spanning_tree();
}

#[test]
fn a_topology_change_flushes_all_other_ports_of_the_tree() {
    // A row of four bridges; the last cable comes later.
    let cables: Vec<_> = (0..3).map(|at| ((at, 0), (at + 1, 1))).collect();
    let mut net = Net::new((0..4).map(|bridge| config(bridge, 2)).collect(), &cables);
    net.set_cable(2, false);
    net.run_for(Duration::from_secs(20));
    net.flushed.clear();
    net.events.clear();
    net.set_cable(2, true);
    net.run_for(Duration::from_secs(1));
    // Bridge 2's port to 1, and 1's port to 0, may no longer be the way to anywhere; the ports that
    // the news came in by are.
    net.flushed.sort_unstable();
    net.flushed.dedup();
    assert_eq!(net.flushed, [(1, 1), (2, 1)]);
    // tcWhile: for a hello time and a second, all messages of the tree say so.
    let changing = |net: &Net| {
        net.messages.iter().any(|(_, bpdu)| bpdu.config().is_some_and(|c| c.flags.topology_change))
    };
    assert!(changing(&net));
    net.run_for(Duration::from_secs(4));
    net.messages.clear();
    net.run_for(Duration::from_secs(10));
    assert!(!net.messages.is_empty() && !changing(&net));
}

#[test]
fn no_port_sends_more_than_the_hold_count_within_a_second() {
    let mut net = Net::triangle();
    net.settle();
    for _ in 0..20 {
        net.set_cable(0, false);
        net.run_for(Duration::from_millis(5));
        net.set_cable(0, true);
        net.run_for(Duration::from_millis(5));
    }
    for end in [(0, 1), (1, 0), (2, 0), (2, 1)] {
        let sent = net.messages.iter().filter(|(from, _)| *from == end).count();
        assert!(sent <= 6, "{end:?} sent {sent} in 200 ms");
    }
    net.settle();
    net.run_for(Duration::from_secs(3));
    net.assert_spanning_tree();
}

#[test]
fn hellos_repeat_every_two_seconds_and_are_taken_as_such() {
    let mut net = Net::new(vec![config(0, 1), config(1, 1)], &[((0, 0), (1, 0))]);
    net.settle();
    net.run_for(Duration::from_secs(10));
    net.messages.clear();
    net.events.clear();
    net.run_for(Duration::from_secs(20));
    assert_eq!(net.messages.len(), 10, "only the designated port says hello");
    assert!(net.events.iter().all(|(_, bridge, event)| *bridge == 1
        && matches!(event, E::BpduAccepted { verdict: BpduVerdict::Repeated, .. })));
    assert_eq!(net.events.len(), 10);
}

#[test]
fn a_port_that_is_not_heard_stays_discarding_and_says_why() {
    // A cable that carries only one way: bridge 1 does not hear the root and takes itself for it.
    let mut net = Net::new(vec![config(0, 1), config(1, 1)], &[((0, 0), (1, 0))]);
    net.settle();
    net.run_for(Duration::from_secs(5));
    net.events.clear();
    net.deaf = Some(1);
    net.run_for(Duration::from_secs(40));
    // Bridge 1 comes to forward, as it must think; the root hears it and does not (17.21.10).
    assert_eq!(net.state((1, 0)), FORWARDING);
    assert_eq!(net.state((0, 0)), DISCARDING);
    assert!(net.events.iter().any(|(_, bridge, event)| *bridge == 0
        && matches!(event, E::StateChanged { why: StateCause::Disputed, .. })));
}

#[test]
fn what_is_older_than_the_maximum_age_is_not_kept() {
    // 22 bridges in a row, each a second of age (17.21.23): the last does not hear of the root.
    let cables: Vec<_> = (0..21).map(|at| ((at, 0), (at + 1, 1))).collect();
    let mut net = Net::new((0..22).map(|bridge| config(bridge, 2)).collect(), &cables);
    net.run_for(Duration::from_secs(60));
    let root = |bridge: usize| net.trees[bridge].summary().root.address;
    assert_eq!((root(19), root(20)), (address(0), address(0)));
    assert_eq!(root(21), address(21));
}

#[test]
fn a_bridge_that_lost_its_power_begins_anew() {
    let mut net = Net::triangle();
    net.settle();
    net.trees[1].stop();
    assert_eq!(net.state((1, 1)), DISCARDING);
    net.run_for(Duration::from_secs(30));
    net.power(1);
    net.run_for(Duration::from_secs(5));
    net.assert_spanning_tree();
    assert_eq!(net.trees[1].summary().root.address, address(0));
}

#[test]
fn a_settled_tree_holds_no_run_open() {
    let mut net = Net::triangle();
    assert!(net.trees.iter().all(|tree| tree.poll_timeout().is_some_and(|next| next.busy)));
    net.settle();
    assert!(net.trees.iter().all(|tree| tree.poll_timeout().is_some_and(|next| !next.busy)));
}
