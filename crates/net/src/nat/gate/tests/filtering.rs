//! RFC 4787 sections 5 and 6: who outside may answer, and inside hosts that talk through the outside.

use lanternet_core::trace::{NatEvent, Protocol, Translation};

use super::*;
use crate::nat::Dependence;

#[test]
fn an_answer_comes_back_to_who_asked() {
    let mut bench = Bench::preset(Preset::Home);
    let outside = bench.speak(end(A, 5000), end(S, 53));
    let answer = bench.outside_sends(udp(end(S, 53), outside)).unwrap().inside();
    assert_eq!(answer, udp(end(S, 53), end(A, 5000)));
}

#[test]
fn who_was_not_spoken_to_is_filtered_by_address_and_port() {
    let mut bench = Bench::preset(Preset::Home);
    let outside = bench.speak(end(A, 5000), end(S, 53));
    for stranger in [end(S, 54), end(T, 53)] {
        let reason = DropReason::NatFiltered {
            protocol: Protocol::Udp,
            source: stranger.into(),
            destination: outside.into(),
            inside: end(A, 5000).into(),
            filtering: Dependence::AddressAndPortDependent,
        };
        assert_eq!(bench.outside_sends(udp(stranger, outside)), Err(reason));
    }
}

#[test]
fn address_dependent_filtering_asks_for_the_address_alone() {
    let mut bench = Bench::behavior(|nat| nat.filtering = Dependence::AddressDependent);
    let outside = bench.speak(end(A, 5000), end(S, 53));
    bench.outside_sends(udp(end(S, 99), outside)).unwrap().inside();
    let stranger = bench.outside_sends(udp(end(T, 53), outside));
    assert!(matches!(stranger, Err(DropReason::NatFiltered { .. })), "{stranger:?}");
}

#[test]
fn req_8_endpoint_independent_filtering_lets_everybody_in_and_the_answer_goes_back_right() {
    let mut bench = Bench::preset(Preset::FullCone);
    let outside = bench.speak(end(A, 5000), end(S, 53));
    let came = bench.outside_sends(udp(end(T, 9), outside)).unwrap().inside();
    assert_eq!(destination(&came), end(A, 5000));
    let answer = bench.inside_sends(udp(end(A, 5000), end(T, 9))).unwrap().outside();
    assert_eq!(answer, udp(outside, end(T, 9)));
}

#[test]
fn nobody_inside_has_spoken_from_a_port_without_mapping() {
    let mut bench = Bench::preset(Preset::FullCone);
    let reason =
        DropReason::NatNoMapping { protocol: Protocol::Tcp, destination: end(PUBLIC, 8080).into() };
    assert_eq!(bench.outside_sends(tcp(end(S, 9), end(PUBLIC, 8080), SYN)), Err(reason));
}

#[test]
fn an_inside_address_does_not_exist_outside() {
    let mut bench = Bench::preset(Preset::FullCone);
    bench.speak(end(A, 5000), end(S, 53));
    let reason = DropReason::NatInsideFromOutside { destination: A.into() };
    assert_eq!(bench.outside_sends(udp(end(S, 53), end(A, 5000))), Err(reason));
    // Nor does the node's own inside address.
    let own = Ipv4Addr::new(192, 168, 1, 1);
    let reason = DropReason::NatInsideFromOutside { destination: own.into() };
    assert_eq!(bench.outside_sends(udp(end(S, 53), end(own, 53))), Err(reason));
}

#[test]
fn the_node_answers_a_ping_to_its_outside_address() {
    let mut bench = Bench::preset(Preset::Home);
    let ping = echo(8, S, PUBLIC, 7);
    assert_eq!(bench.outside_sends(ping.clone()), Ok(Went::Up(ping)));
    let stray = bench.outside_sends(echo(0, S, PUBLIC, 7));
    assert!(matches!(stray, Ok(Went::Up(_)) | Err(DropReason::NatNoFlow { .. })), "{stray:?}");
}

#[test]
fn a_dhcp_server_may_answer_the_node_itself() {
    let mut bench = Bench::preset(Preset::Home);
    let offer = udp(end(S, 67), end(PUBLIC, 68));
    assert_eq!(bench.outside_sends(offer.clone()), Ok(Went::Up(offer)));
}

#[test]
fn req_9_two_inside_hosts_reach_each_other_by_their_outside_ends() {
    let mut bench = Bench::preset(Preset::FullCone);
    let a = bench.speak(end(A, 5000), end(S, 53));
    let b = bench.speak(end(B, 6000), end(S, 53));
    let _ = bench.events();
    let hairpin = bench.inside_sends(udp(end(A, 5000), b)).unwrap().inside();
    assert_eq!(hairpin, udp(a, end(B, 6000)), "the source is its outside end");
    let answer = bench.inside_sends(udp(end(B, 6000), a)).unwrap().inside();
    assert_eq!(answer, udp(b, end(A, 5000)));
    let by = |event| match event {
        TraceEvent::Nat(NatEvent::Translated { by, .. }) => Some(by),
        _ => None,
    };
    let by: Vec<_> = bench.events().into_iter().filter_map(by).collect();
    let filtering = Dependence::EndpointIndependent;
    assert_eq!(by, [Translation::Inbound { filtering }, Translation::Hairpin, Translation::Answer]);
}

#[test]
fn without_hairpinning_an_outside_end_of_our_own_is_out_of_reach() {
    let mut bench = Bench::behavior(|nat| {
        nat.hairpinning = false;
        nat.filtering = Dependence::EndpointIndependent;
    });
    let b = bench.speak(end(B, 6000), end(S, 53));
    let refused = bench.inside_sends(udp(end(A, 5000), b));
    assert_eq!(refused, Err(DropReason::NatNoHairpin { destination: b.into() }));
}

#[test]
fn only_what_is_inside_is_translated() {
    let mut bench = Bench::nat(Preset::Home, |nat| {
        nat.inside = vec!["192.168.1.0/28".parse().unwrap()];
    });
    let public = Ipv4Addr::new(192, 168, 7, 7);
    let sent = udp(end(public, 5000), end(S, 53));
    assert_eq!(bench.inside_sends(sent.clone()), Ok(Went::Outside(sent)));
    let came = udp(end(T, 9), end(public, 80));
    assert_eq!(bench.outside_sends(came.clone()), Ok(Went::Inside(came)));
}
