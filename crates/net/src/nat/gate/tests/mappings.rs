//! RFC 4787 section 4 and RFC 5382 section 4: which outside end an inside end has, and how long.

use lanternet_core::trace::{NatEvent, PortChoice, Protocol, Unmapped};

use super::*;
use crate::nat::Dependence;

fn made(bench: &Bench) -> Vec<PortChoice> {
    let why = |event| match event {
        TraceEvent::Nat(NatEvent::Mapped { why, .. }) => Some(why),
        _ => None,
    };
    bench.events().into_iter().filter_map(why).collect()
}

#[test]
fn req_1_one_inside_end_has_one_outside_end_whoever_it_speaks_to() {
    let mut bench = Bench::preset(Preset::Home);
    let first = bench.speak(end(A, 5000), end(S, 53));
    assert_eq!(first, end(PUBLIC, 5000));
    assert_eq!(bench.speak(end(A, 5000), end(S, 54)), first);
    assert_eq!(bench.speak(end(A, 5000), end(T, 53)), first);
    assert_eq!(made(&bench), [PortChoice::Preserved]);
}

#[test]
fn a_mapping_that_depends_on_the_destination_has_a_port_for_each() {
    let mut bench = Bench::behavior(|nat| nat.mapping = Dependence::AddressDependent);
    let first = bench.speak(end(A, 5000), end(S, 53));
    assert_eq!(bench.speak(end(A, 5000), end(S, 54)), first);
    let other = bench.speak(end(A, 5000), end(T, 53));
    assert_ne!(other, first);

    let mut bench = Bench::behavior(|nat| nat.mapping = Dependence::AddressAndPortDependent);
    let first = bench.speak(end(A, 5000), end(S, 53));
    assert_ne!(bench.speak(end(A, 5000), end(S, 54)), first);
    assert_eq!(bench.speak(end(A, 5000), end(S, 53)), first);
}

#[test]
fn req_3_two_inside_hosts_never_share_an_outside_port() {
    let mut bench = Bench::preset(Preset::Home);
    let a = bench.speak(end(A, 5000), end(S, 53));
    let b = bench.speak(end(B, 5000), end(S, 53));
    assert_ne!(a, b);
    assert_eq!(made(&bench), [PortChoice::Preserved, PortChoice::Taken]);
}

#[test]
fn req_3_a_well_known_port_stays_well_known_and_the_others_do_not_become_so() {
    let mut bench = Bench::preset(Preset::Home);
    for host in [A, B] {
        assert!(bench.speak(end(host, 500), end(S, 500)).port < 1024);
        assert!(bench.speak(end(host, 5000), end(S, 500)).port >= 1024);
    }
}

#[test]
fn req_4_parity_is_kept_where_asked() {
    let mut bench = Bench::behavior(|nat| {
        nat.preserve_parity = true;
        nat.preserve_ports = false;
    });
    for port in 5000..5050 {
        assert_eq!(bench.speak(end(A, port), end(S, 53)).port % 2, port % 2, "{port}");
    }
}

#[test]
fn a_port_that_is_forwarded_is_given_to_nobody() {
    let mut bench = Bench::nat(Preset::Home, |nat| {
        nat.forwards = vec![crate::nat::Forward { protocol: UDP, port: 5000, to: end(B, 53) }];
    });
    assert_ne!(bench.speak(end(A, 5000), end(S, 53)).port, 5000);
    assert_eq!(made(&bench), [PortChoice::Forwarded]);
}

#[test]
fn req_5_a_udp_mapping_lives_for_five_minutes_and_each_packet_prolongs_it() {
    let mut bench = Bench::preset(Preset::Home);
    bench.speak(end(A, 5000), end(S, 53));
    bench.wait(299);
    assert_eq!(bench.gate.mapping_rows().len(), 1);
    bench.speak(end(A, 5000), end(S, 53));
    bench.wait(299);
    assert_eq!(bench.gate.mapping_rows().len(), 1);
    bench.wait(1);
    assert_eq!(bench.gate.mapping_rows().len(), 0);
    let expired = NatEvent::Expired {
        protocol: Protocol::Udp,
        inside: end(A, 5000).into(),
        outside: end(PUBLIC, 5000).into(),
        idle: Duration::from_secs(300),
    };
    assert!(bench.events().contains(&TraceEvent::Nat(expired)));
    let answer = bench.outside_sends(udp(end(S, 53), end(PUBLIC, 5000)));
    assert!(matches!(answer, Err(DropReason::NatNoMapping { .. })), "{answer:?}");
}

#[test]
fn req_6_nobody_outside_keeps_a_mapping_alive_alone() {
    let mut bench = Bench::preset(Preset::FullCone);
    bench.speak(end(A, 5000), end(S, 53));
    for _ in 0..10 {
        bench.wait(50);
        let _ = bench.outside_sends(udp(end(T, 9), end(PUBLIC, 5000)));
    }
    // The flow from outside began before the first was over, and is over five minutes after that.
    bench.wait(100);
    assert_eq!(bench.gate.mapping_rows().len(), 0);
}

#[test]
fn rfc_5382_req_5_an_established_connection_lives_for_two_hours_and_four_minutes() {
    let mut bench = Bench::preset(Preset::Home);
    let (client, server) = (end(A, 5000), end(S, 80));
    let outside = source(&bench.inside_sends(tcp(client, server, SYN)).unwrap().outside());
    bench.outside_sends(tcp(server, outside, SYN | ACK)).unwrap().inside();
    bench.inside_sends(tcp(client, server, ACK)).unwrap().outside();
    bench.wait(2 * 3600 + 4 * 60 - 1);
    bench.outside_sends(tcp(server, outside, ACK)).unwrap().inside();
    bench.wait(2 * 3600 + 4 * 60);
    let late = bench.outside_sends(tcp(server, outside, ACK));
    assert!(matches!(late, Err(DropReason::NatNoFlow { .. })), "{late:?}");
}

#[test]
fn rfc_5382_req_5_a_connection_that_opens_or_has_closed_lives_for_four_minutes() {
    let (client, server) = (end(A, 5000), end(S, 80));
    let mut bench = Bench::preset(Preset::Home);
    bench.inside_sends(tcp(client, server, SYN)).unwrap();
    bench.wait(239);
    assert_eq!(bench.gate.conntrack().len(), 1);
    bench.wait(1);
    assert_eq!(bench.gate.conntrack().len(), 0);

    let mut bench = Bench::preset(Preset::Home);
    let outside = source(&bench.inside_sends(tcp(client, server, SYN)).unwrap().outside());
    bench.outside_sends(tcp(server, outside, SYN | ACK)).unwrap();
    bench.inside_sends(tcp(client, server, ACK)).unwrap();
    bench.inside_sends(tcp(client, server, FIN | ACK)).unwrap();
    bench.wait(241);
    // Half closed, so still a connection.
    bench.outside_sends(tcp(server, outside, FIN | ACK)).unwrap();
    bench.inside_sends(tcp(client, server, ACK)).unwrap();
    bench.wait(239);
    assert_eq!(bench.gate.conntrack().len(), 1);
    bench.wait(1);
    assert_eq!(bench.gate.conntrack().len(), 0);
}

#[test]
fn rfc_5382_a_reset_connection_lives_for_four_minutes_more() {
    let (client, server) = (end(A, 5000), end(S, 80));
    let mut bench = Bench::preset(Preset::Home);
    let outside = source(&bench.inside_sends(tcp(client, server, SYN)).unwrap().outside());
    bench.outside_sends(tcp(server, outside, SYN | ACK)).unwrap();
    bench.inside_sends(tcp(client, server, ACK)).unwrap();
    bench.outside_sends(tcp(server, outside, RST)).unwrap().inside();
    bench.wait(240);
    assert_eq!(bench.gate.conntrack().len(), 0);
}

#[test]
fn rfc_5382_a_segment_without_syn_begins_nothing() {
    let mut bench = Bench::preset(Preset::Home);
    let stray = bench.inside_sends(tcp(end(A, 5000), end(S, 80), ACK));
    assert!(matches!(stray, Err(DropReason::NatNoFlow { .. })), "{stray:?}");
    assert_eq!(bench.gate.conntrack().len(), 0);
}

#[test]
fn rfc_5508_req_1_and_2_a_question_keeps_its_identifier_for_a_minute() {
    let mut bench = Bench::preset(Preset::Home);
    let asked = bench.inside_sends(echo(8, A, S, 7)).unwrap().outside();
    assert_eq!(source(&asked), end(PUBLIC, 7));
    let again = bench.inside_sends(echo(8, A, T, 7)).unwrap().outside();
    assert_eq!(source(&again), end(PUBLIC, 7));
    let other = bench.inside_sends(echo(8, B, S, 7)).unwrap().outside();
    assert_ne!(source(&other), end(PUBLIC, 7));
    for packet in [&asked, &again, &other] {
        assert_sound(packet);
    }
    let answer = bench.outside_sends(echo(0, S, PUBLIC, source(&other).port)).unwrap().inside();
    assert_eq!(destination(&answer), end(B, 7));
    assert_sound(&answer);
    bench.wait(60);
    assert_eq!(bench.gate.conntrack().len(), 0);
}

#[test]
fn exhausted_ports_have_a_reason_and_come_back() {
    let mut bench = Bench::behavior(|nat| nat.ports = 40000..=40003);
    for port in 5000..5004 {
        bench.speak(end(A, port), end(S, 53));
    }
    let refused = bench.inside_sends(udp(end(B, 5000), end(S, 53)));
    let reason = DropReason::NatPortsExhausted {
        protocol: Protocol::Udp,
        inside: end(B, 5000).into(),
        addresses: 1,
        per_address: 4,
    };
    assert_eq!(refused, Err(reason));
    // TCP has ports of its own.
    bench.inside_sends(tcp(end(B, 5000), end(S, 53), SYN)).unwrap();
    bench.wait(300);
    bench.speak(end(B, 5000), end(S, 53));
}

#[test]
fn rfc_6888_req_4_one_customer_takes_no_more_than_his_share() {
    let mut bench = Bench::nat(Preset::Cgnat, |nat| nat.behavior.ports_per_host = Some(2));
    bench.speak(end(A, 5000), end(S, 53));
    bench.speak(end(A, 5001), end(S, 53));
    let refused = bench.inside_sends(udp(end(A, 5002), end(S, 53)));
    assert_eq!(refused, Err(DropReason::NatHostLimit { inside: A.into(), limit: 2 }));
    bench.speak(end(B, 5000), end(S, 53));
}

#[test]
fn req_2_a_host_keeps_its_outside_address_and_hosts_are_spread_over_the_pool() {
    let second = Ipv4Addr::new(203, 0, 113, 6);
    let mut bench = Bench::nat(Preset::Cgnat, |nat| nat.pool = vec![PUBLIC, second]);
    let a = bench.speak(end(A, 5000), end(S, 53)).address;
    let b = bench.speak(end(B, 5000), end(S, 53)).address;
    assert_ne!(a, b);
    for port in 5001..5020 {
        assert_eq!(bench.speak(end(A, port), end(T, port)).address, a);
        assert_eq!(bench.speak(end(B, port), end(T, port)).address, b);
    }
}

#[test]
fn without_an_outside_address_nothing_is_translated() {
    let mut bench = Bench::preset(Preset::Home);
    bench.own.clear();
    let refused = bench.inside_sends(udp(end(A, 5000), end(S, 53)));
    assert_eq!(refused, Err(DropReason::NatNoOutsideAddress { interface: OUTSIDE }));
    assert_eq!(bench.gate.conntrack().len(), 0);
}

#[test]
fn mappings_of_an_address_that_is_gone_are_gone_with_it() {
    let mut bench = Bench::preset(Preset::Home);
    bench.speak(end(A, 5000), end(S, 53));
    let new = Ipv4Addr::new(203, 0, 113, 9);
    bench.own = vec![new];
    assert_eq!(bench.speak(end(A, 5000), end(S, 53)), end(new, 5000));
    let unmapped = NatEvent::Unmapped {
        protocol: Protocol::Udp,
        inside: end(A, 5000).into(),
        outside: end(PUBLIC, 5000).into(),
        why: Unmapped::AddressGone,
    };
    assert!(bench.events().contains(&TraceEvent::Nat(unmapped)));
    assert_eq!(bench.gate.mapping_rows().len(), 1);
}

#[test]
fn the_nodes_own_traffic_shares_the_ports() {
    let mut bench = Bench::preset(Preset::Home);
    assert_eq!(bench.speak(end(A, 5000), end(S, 53)), end(PUBLIC, 5000));
    let own = bench.own(udp(end(PUBLIC, 5000), end(S, 53))).unwrap();
    assert_ne!(source(&own).port, 5000);
    assert_sound(&own);
    let answer = bench.outside_sends(udp(end(S, 53), source(&own))).unwrap();
    assert_eq!(answer, Went::Up(udp(end(S, 53), end(PUBLIC, 5000))));
    // And the other way round.
    let own = bench.own(udp(end(PUBLIC, 6000), end(S, 53))).unwrap();
    assert_eq!(source(&own), end(PUBLIC, 6000));
    assert_ne!(bench.speak(end(A, 6000), end(S, 53)).port, 6000);
}

#[test]
fn a_full_table_evicts_who_was_never_answered_and_refuses_when_all_were() {
    let mut bench = Bench::preset(Preset::Home);
    let config = GateConfig { flows: 2, ..bench.gate.config().clone() };
    bench.gate = Gate::new(config, Rng::named(1, "gate"));
    let answered = bench.speak(end(A, 5000), end(S, 53));
    bench.outside_sends(udp(end(S, 53), answered)).unwrap();
    bench.speak(end(A, 5001), end(S, 53));
    let third = bench.speak(end(A, 5002), end(S, 53));
    assert_eq!(bench.gate.conntrack().len(), 2);
    bench.outside_sends(udp(end(S, 53), third)).unwrap();
    let refused = bench.inside_sends(udp(end(A, 5003), end(S, 53)));
    assert_eq!(refused, Err(DropReason::FlowTableFull { limit: 2 }));
    assert_eq!(bench.gate.mapping_rows().len(), 2, "no mapping without a flow");
}
