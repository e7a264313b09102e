//! Static forwards, and addresses that belong to one host.

use super::*;
use crate::nat::{Forward, OneToOne};

fn forwarding() -> Bench {
    Bench::nat(Preset::Home, |nat| {
        nat.forwards = vec![
            Forward { protocol: TCP, port: 8001, to: end(A, 80) },
            Forward { protocol: TCP, port: 8022, to: end(Ipv4Addr::new(192, 168, 1, 1), 22) },
        ];
    })
}

#[test]
fn a_forwarded_port_leads_inside_and_the_answer_comes_from_it() {
    let mut bench = forwarding();
    let (client, public) = (end(S, 40000), end(PUBLIC, 8001));
    let came = bench.outside_sends(tcp(client, public, SYN)).unwrap().inside();
    assert_eq!(came, tcp(client, end(A, 80), SYN));
    let answer = bench.inside_sends(tcp(end(A, 80), client, SYN | ACK)).unwrap().outside();
    assert_eq!(answer, tcp(public, client, SYN | ACK));
    let next = bench.outside_sends(tcp(client, public, ACK)).unwrap().inside();
    assert_eq!(next, tcp(client, end(A, 80), ACK));
}

#[test]
fn a_forward_is_of_one_protocol() {
    let mut bench = forwarding();
    let refused = bench.outside_sends(udp(end(S, 40000), end(PUBLIC, 8001)));
    assert!(matches!(refused, Err(DropReason::NatNoMapping { .. })), "{refused:?}");
}

#[test]
fn a_forward_is_reached_from_inside_as_well() {
    let mut bench = forwarding();
    let (client, public) = (end(B, 40000), end(PUBLIC, 8001));
    let came = bench.inside_sends(tcp(client, public, SYN)).unwrap().inside();
    assert_eq!(came, tcp(end(PUBLIC, 40000), end(A, 80), SYN), "from outside, as it seems");
    let answer = tcp(end(A, 80), end(PUBLIC, 40000), SYN | ACK);
    let answer = bench.inside_sends(answer).unwrap().inside();
    assert_eq!(answer, tcp(public, client, SYN | ACK));
}

#[test]
fn a_forward_may_lead_to_the_node_itself() {
    let mut bench = forwarding();
    let (client, public) = (end(S, 40000), end(PUBLIC, 8022));
    let own = end(Ipv4Addr::new(192, 168, 1, 1), 22);
    let came = bench.outside_sends(tcp(client, public, SYN)).unwrap();
    assert_eq!(came, Went::Up(tcp(client, own, SYN)));
    let answer = bench.own(tcp(own, client, SYN | ACK)).unwrap();
    assert_eq!(answer, tcp(public, client, SYN | ACK));
}

#[test]
fn two_ways_to_one_server_do_not_mix_up_their_answers() {
    let mut bench = Bench::nat(Preset::Home, |nat| {
        nat.forwards = vec![
            Forward { protocol: TCP, port: 8001, to: end(A, 80) },
            Forward { protocol: TCP, port: 8002, to: end(A, 80) },
        ];
    });
    bench.outside_sends(tcp(end(S, 40000), end(PUBLIC, 8001), SYN)).unwrap();
    // The server could not tell the two apart.
    let second = bench.outside_sends(tcp(end(S, 40000), end(PUBLIC, 8002), SYN));
    assert_eq!(second, Err(DropReason::FlowClash));
}

fn cloud() -> Bench {
    let public = Ipv4Addr::new(203, 0, 113, 10);
    Bench::nat(Preset::Cloud, |nat| {
        nat.one_to_one = vec![OneToOne { outside: public, inside: A }];
    })
}

#[test]
fn a_server_with_an_address_of_its_own_is_reached_at_every_port_and_speaks_from_it() {
    let (mut bench, public) = (cloud(), Ipv4Addr::new(203, 0, 113, 10));
    let came = bench.outside_sends(tcp(end(S, 9), end(public, 443), SYN)).unwrap().inside();
    assert_eq!(came, tcp(end(S, 9), end(A, 443), SYN));
    let ping = bench.outside_sends(echo(8, S, public, 3)).unwrap().inside();
    assert_eq!(ping, echo(8, S, A, 3));
    let pong = bench.inside_sends(echo(0, A, S, 3)).unwrap().outside();
    assert_eq!(pong, echo(0, public, S, 3));
    let spoke = bench.inside_sends(udp(end(A, 5000), end(T, 53))).unwrap().outside();
    assert_eq!(spoke, udp(end(public, 5000), end(T, 53)));
    // Protocols without ports as well.
    let spoke = bench.inside_sends(ip(47, A, S, &[1; 9])).unwrap().outside();
    assert_eq!(spoke, ip(47, public, S, &[1; 9]));
    assert!(bench.gate.mapping_rows().is_empty());
}

#[test]
fn the_other_servers_of_a_cloud_share_an_address_and_reach_the_first_by_its_own() {
    let (mut bench, public) = (cloud(), Ipv4Addr::new(203, 0, 113, 10));
    let outside = bench.speak(end(B, 5000), end(S, 53));
    assert_eq!(outside.address, std::net::IpAddr::from(PUBLIC));
    let came = bench.inside_sends(tcp(end(B, 5000), end(public, 443), SYN)).unwrap().inside();
    assert_eq!(destination(&came), end(A, 443));
    assert_eq!(source(&came).address, std::net::IpAddr::from(PUBLIC));
    assert_sound(&came);
}

#[test]
fn a_protocol_without_ports_cannot_share_an_address() {
    let mut bench = Bench::preset(Preset::Home);
    let refused = bench.inside_sends(ip(47, A, S, &[0; 8]));
    assert_eq!(refused, Err(DropReason::NatUnknownProtocol { number: 47 }));
}
