//! RFC 5508 section 4: ICMP errors, translated inside out.

use super::*;

/// What an error quotes.
fn quote(error: &[u8]) -> &[u8] {
    &error[28..]
}

#[test]
fn req_4_an_error_from_outside_reaches_the_inside_host_about_its_own_packet() {
    for make in [udp as fn(_, _) -> _, |from, to| tcp(from, to, SYN)] {
        let mut bench = Bench::preset(Preset::Corporate);
        let sent = make(end(A, 5000), end(S, 53));
        let left = bench.inside_sends(sent.clone()).unwrap().outside();
        let router = Ipv4Addr::new(198, 51, 100, 1);
        let error = unreachable_about(router, PUBLIC, &left);
        let came = bench.outside_sends(error).unwrap().inside();
        assert_sound(&came);
        assert_eq!((address(&came, 12), address(&came, 16)), (router, A));
        assert_eq!(quote(&came), sent, "every byte, checksums included");
    }
}

#[test]
fn req_5_an_error_from_inside_names_no_inside_address() {
    let mut bench = Bench::preset(Preset::FullCone);
    let outside = bench.speak(end(A, 5000), end(S, 53));
    let sent = udp(end(T, 9), outside);
    let came = bench.outside_sends(sent.clone()).unwrap().inside();
    // From the host itself, and from a router between.
    for sender in [A, Ipv4Addr::new(192, 168, 7, 1)] {
        let error = unreachable_about(sender, T, &came);
        let left = bench.inside_sends(error).unwrap().outside();
        assert_sound(&left);
        assert_eq!((address(&left, 12), address(&left, 16)), (PUBLIC, T));
        assert_eq!(quote(&left), sent);
    }
}

#[test]
fn an_error_about_a_ping_comes_back_with_its_identifier() {
    let mut bench = Bench::preset(Preset::Corporate);
    let sent = echo(8, A, S, 7);
    let left = bench.inside_sends(sent.clone()).unwrap().outside();
    let came = bench.outside_sends(unreachable_about(T, PUBLIC, &left)).unwrap().inside();
    assert_sound(&came);
    assert_eq!(quote(&came), sent);
}

#[test]
fn a_quote_of_eight_bytes_is_enough() {
    let mut bench = Bench::preset(Preset::Corporate);
    let sent = tcp(end(A, 5000), end(S, 53), SYN);
    let left = bench.inside_sends(sent.clone()).unwrap().outside();
    let came = bench.outside_sends(unreachable_about(T, PUBLIC, &left[..28])).unwrap().inside();
    assert_sound(&came);
    assert_eq!(quote(&came), &sent[..28]);
}

#[test]
fn an_error_between_two_inside_hosts_goes_back_by_the_outside() {
    let mut bench = Bench::preset(Preset::FullCone);
    let a = bench.speak(end(A, 5000), end(S, 53));
    let b = bench.speak(end(B, 6000), end(S, 53));
    let sent = udp(end(A, 5000), b);
    let came = bench.inside_sends(sent.clone()).unwrap().inside();
    assert_eq!(source(&came), a);
    let back = bench.inside_sends(unreachable_about(B, PUBLIC, &came)).unwrap().inside();
    assert_sound(&back);
    assert_eq!((address(&back, 12), address(&back, 16)), (PUBLIC, A));
    assert_eq!(quote(&back), sent);
}

#[test]
fn req_3_an_error_with_a_wrong_checksum_goes_nowhere() {
    let mut bench = Bench::preset(Preset::Home);
    let left = bench.inside_sends(udp(end(A, 5000), end(S, 53))).unwrap().outside();
    let mut error = unreachable_about(T, PUBLIC, &left);
    error[26] ^= 1;
    let refused = bench.outside_sends(error);
    assert!(matches!(refused, Err(DropReason::Malformed { .. })), "{refused:?}");
    let mut damaged = left.clone();
    damaged[8] ^= 1;
    let refused = bench.outside_sends(unreachable_about(T, PUBLIC, &damaged));
    assert!(matches!(refused, Err(DropReason::Malformed { .. })), "{refused:?}");
}

#[test]
fn an_error_about_nothing_that_passed_does_not_get_across() {
    let mut bench = Bench::preset(Preset::Home);
    let never = udp(end(A, 5000), end(S, 53));
    let refused = bench.inside_sends(unreachable_about(A, S, &udp(end(S, 53), end(A, 5000))));
    assert_eq!(refused, Err(DropReason::NatUnrelatedError));
    // To the node's own address it comes up, where nobody wants it.
    let came = bench.outside_sends(unreachable_about(T, PUBLIC, &never));
    assert!(matches!(came, Ok(Went::Up(_))), "{came:?}");
}

#[test]
fn the_nodes_own_error_quotes_the_packet_that_its_sender_knows() {
    let mut bench = Bench::preset(Preset::Home);
    let sent = udp(end(A, 5000), end(S, 53));
    let left = bench.inside_sends(sent.clone()).unwrap().outside();
    let mut restored = left;
    bench.gate.restore(&mut restored);
    assert_eq!(restored, sent);
    let answer = udp(end(S, 53), end(PUBLIC, 5000));
    let mut restored = bench.outside_sends(answer.clone()).unwrap().inside();
    bench.gate.restore(&mut restored);
    assert_eq!(restored, answer);
}
