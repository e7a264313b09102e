//! Rules and translation together.

use lanternet_core::trace::{FirewallAction, FirewallPath};

use super::*;
use crate::nat::firewall::{FirewallConfig, Match, Rule};
use crate::nat::{Forward, GateConfig};

fn rule(action: FirewallAction, text: &str, matches: Match) -> Rule {
    Rule { action, matches, text: text.into() }
}

fn guarded(rules: Vec<Rule>, policy: [FirewallAction; 3]) -> Bench {
    let mut nat = NatConfig::new(OUTSIDE, Preset::Home);
    nat.forwards = vec![Forward { protocol: TCP, port: 8001, to: end(A, 80) }];
    let firewall = Some(FirewallConfig { rules, policy });
    Bench::new(GateConfig { nat: Some(nat), firewall, ..GateConfig::default() })
}

const ALLOW: [FirewallAction; 3] = [FirewallAction::Allow; 3];
const DENY: [FirewallAction; 3] = [FirewallAction::Deny; 3];

#[test]
fn a_rule_sees_the_inside_address_behind_a_forward() {
    let to_server = Match { to: vec!["192.168.1.2/32".parse().unwrap()], ..Match::default() };
    let mut bench = guarded(vec![rule(FirewallAction::Deny, "deny", to_server)], ALLOW);
    let refused = bench.outside_sends(tcp(end(S, 9), end(PUBLIC, 8001), SYN));
    let reason = DropReason::FirewallDenied {
        path: FirewallPath::Forwarded,
        rule: 1,
        text: "deny".into(),
        rejected: false,
    };
    assert_eq!(refused, Err(reason));
    assert_eq!(bench.gate.conntrack().len(), 0, "a refused packet leaves no trace");
}

#[test]
fn what_was_allowed_to_begin_is_answered_whatever_the_rules_say() {
    let from_inside = Match { in_by: vec![INSIDE], ..Match::default() };
    let mut bench = guarded(vec![rule(FirewallAction::Allow, "out", from_inside)], DENY);
    let left = bench.inside_sends(udp(end(A, 5000), end(S, 53))).unwrap().outside();
    bench.outside_sends(udp(end(S, 53), source(&left))).unwrap().inside();
    // And so are errors about it.
    bench.outside_sends(unreachable_about(T, PUBLIC, &left)).unwrap().inside();
    let rows = bench.gate.firewall_rows();
    assert_eq!(rows[0].counter.packets, 1, "only the first packet was asked about");
    let refused = bench.outside_sends(tcp(end(S, 9), end(PUBLIC, 8001), SYN));
    let reason = DropReason::FirewallPolicy { path: FirewallPath::Forwarded, rejected: false };
    assert_eq!(refused, Err(reason));
}

#[test]
fn the_nodes_own_packets_are_judged_on_their_way_out() {
    let ssh = Match { ports: vec![22..=22], protocol: Some(TCP), ..Match::default() };
    let mut bench = guarded(vec![rule(FirewallAction::Reject, "no ssh", ssh)], ALLOW);
    let refused = bench.own(tcp(end(PUBLIC, 5000), end(S, 22), SYN)).unwrap_err();
    assert!(refused.reject);
    bench.own(tcp(end(PUBLIC, 5000), end(S, 23), SYN)).unwrap();
}

#[test]
fn what_is_for_the_node_itself_is_judged_on_its_way_in() {
    let incoming = Match { path: Some(FirewallPath::Incoming), ..Match::default() };
    let mut bench = guarded(vec![rule(FirewallAction::Deny, "in", incoming)], ALLOW);
    let refused = bench.outside_sends(echo(8, S, PUBLIC, 7));
    assert!(matches!(refused, Err(DropReason::FirewallDenied { rule: 1, .. })), "{refused:?}");
    bench.inside_sends(echo(8, A, S, 7)).unwrap().outside();
}
