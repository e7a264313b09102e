//! RFC 8200 and RFC 4443: headers, fragments, forwarding, and what is said of them.

use super::super::fragment::split;
use super::super::message::advertisement;
use super::*;
use lanternet_core::trace::{IcmpMessage, IcmpSilence, Unreachable};

const OWN: &str = "2001:db8:1::1";
const OTHER: &str = "2001:db8:1::9";

/// Type, code, and pointer or MTU of an error.
type Said = (u8, u8, u32);

/// Makes the neighbour known for good, so that errors to it do not wait.
fn known(bench: &mut Bench) {
    bench.ping(OTHER);
    bench.put_to_us(0, advertisement([ip(OTHER), ip(OWN)], ip(OTHER), PEER, false, true));
    bench.out(0);
    bench.trace.take();
}

/// Sends this to the host; the answer is its error.
fn error_about(packet: Vec<u8>) -> Option<Said> {
    let mut bench = Bench::host();
    known(&mut bench);
    bench.put_to_us(0, packet);
    error(&mut bench, 0)
}

fn error(bench: &mut Bench, at: usize) -> Option<Said> {
    let out =
        bench.out(at).into_iter().find(|out| out.icmp().is_some_and(|(kind, _)| kind < 128))?;
    let (kind, code) = out.icmp()?;
    let number: [u8; 4] = out.packet[44..48].try_into().unwrap();
    assert!(out.packet.len() <= 1280, "RFC 4443 section 2.4 (c)");
    Some((kind, code, u32::from_be_bytes(number)))
}

#[test]
fn headers_that_cannot_be_passed_over_are_pointed_at() {
    // A destination options header with an option of this type, then nothing.
    let option = |kind: u8| raw(OTHER, OWN, 60, &[59, 0, kind, 4, 0, 0, 0, 0]);
    // A routing header of this type with segments left (RFC 5095).
    let routing = |kind: u8, left: u8| raw(OTHER, OWN, 43, &[59, 0, kind, left, 0, 0, 0, 0]);
    let cases: [(&str, Vec<u8>, Option<Said>); 8] = [
        ("option to skip", option(0x1e), None),
        ("option to discard (4.2)", option(0x5e), None),
        ("option to discard and tell (4.2)", option(0x9e), Some((4, 2, 42))),
        ("option to discard and tell if unicast", option(0xde), Some((4, 2, 42))),
        ("routing header (4.4)", routing(0, 1), Some((4, 0, 42))),
        ("routing header that is done with", routing(0, 0), None),
        (
            "hop-by-hop header that is not first (4.3)",
            raw(OTHER, OWN, 60, &[[0, 0, 1, 4, 0, 0, 0, 0], [59, 0, 1, 4, 0, 0, 0, 0]].concat()),
            Some((4, 1, 40)),
        ),
        ("cut off", raw(OTHER, OWN, 60, &[59, 7, 1, 4]), None),
    ];
    for (what, packet, expected) in cases {
        assert_eq!(error_about(packet), expected, "{what}");
    }
}

#[test]
fn options_for_every_hop_are_looked_at_by_routers_too() {
    let mut bench = Bench::router();
    let option = [59, 0, 0x9e, 4, 0, 0, 0, 0];
    bench.put_to_us(0, raw(OTHER, "2001:db8:2::2", 0, &option));
    let expected = IcmpMessage::HeaderProblem {
        problem: lanternet_core::trace::HeaderProblem::Option,
        pointer: 42,
    };
    let sent = bench.events().into_iter().find_map(|event| match event {
        TraceEvent::IcmpSent { message, .. } => Some(message),
        _ => None,
    });
    assert_eq!(sent, Some(expected));
}

#[test]
fn a_packet_for_nobody_above_comes_up_to_be_refused_with_the_place_of_its_number() {
    let mut bench = Bench::host();
    known(&mut bench);
    // Protocol 99 behind a destination options header: its number is at offset 40.
    bench.put_to_us(0, raw(OTHER, OWN, 60, &[99, 0, 1, 4, 0, 0, 0, 0, 1, 2, 3, 4]));
    let up = bench.sim.command(bench.node, |node: &mut Node, _| std::mem::take(&mut node.up));
    let Some(Delivery::Packet(inbound)) = up.unwrap().pop() else { panic!("a delivery") };
    assert_eq!((inbound.protocol, inbound.payload()), (99, &[1, 2, 3, 4][..]));
    assert_eq!(inbound.plain_packet()[6], 99);
    assert_eq!(inbound.plain_packet().len(), 44);
    let message = IcmpMessage::Unreachable(Unreachable::Protocol);
    bench.command(|l3, ctx| l3.send_icmp_error(ctx, &inbound, message));
    bench.soon();
    assert_eq!(error(&mut bench, 0), Some((4, 1, 40)), "RFC 4443 section 3.4");
}

#[test]
fn fragments_are_put_together_in_any_order_and_overlaps_drop_them_all() {
    let whole = echo(OTHER, OWN, 64, 3000);
    let pieces = split(&whole[HEADROOM..], 1280, 77);
    assert_eq!(pieces.len(), 3);
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let mut bench = Bench::host();
        known(&mut bench);
        order.iter().for_each(|index| bench.put_to_us(0, pieces[*index].clone()));
        let replies = bench.out(0);
        let data: usize = replies.iter().map(|out| out.packet.len() - 48).sum();
        assert_eq!((replies.len(), data), (3, 3008), "{order:?}");
    }
    // RFC 5722: the same place twice with other lengths.
    let mut bench = Bench::host();
    known(&mut bench);
    bench.put_to_us(0, pieces[0].clone());
    let other = split(&whole[HEADROOM..], 1000 + 288, 77);
    bench.put_to_us(0, other[1].clone());
    bench.put_to_us(0, pieces[1].clone());
    bench.put_to_us(0, pieces[2].clone());
    assert!(bench.drops().contains(&DropReason::BadFragment { what: "overlapping fragments" }));
    assert!(bench.out(0).is_empty());
}

#[test]
fn fragments_that_are_wrong_in_themselves_are_told() {
    // Header: next header, reserved, offset and flag, identification.
    let piece = |next: u8, offset: u16, more: bool, len: usize| {
        let place = (offset | u16::from(more)).to_be_bytes();
        let mut payload = vec![next, 0, place[0], place[1], 0, 0, 0, 9];
        payload.extend(vec![0; len]);
        raw(OTHER, OWN, 44, &payload)
    };
    assert_eq!(error_about(piece(17, 0, true, 13)), Some((4, 0, 4)), "no multiple of eight");
    assert_eq!(error_about(piece(17, 65_528, false, 100)), Some((4, 0, 42)), "too long");
    assert_eq!(error_about(piece(60, 0, true, 8)), Some((4, 3, 0)), "RFC 7112");
}

#[test]
fn what_stays_incomplete_for_a_minute_is_told_if_its_first_piece_came() {
    for (index, expected) in [(0, Some((3, 1, 0))), (1, None)] {
        let whole = echo(OTHER, OWN, 64, 3000);
        let pieces = split(&whole[HEADROOM..], 1280, 77);
        let mut bench = Bench::host();
        known(&mut bench);
        bench.put_to_us(0, pieces[index].clone());
        bench.run(69_000);
        assert_eq!(bench.drops(), []);
        bench.run(71_000);
        assert_eq!(bench.drops(), [DropReason::ReassemblyTimeout]);
        // The neighbour's row is stale by now, and still used.
        assert_eq!(error(&mut bench, 0), expected);
    }
}

#[test]
fn a_router_says_why_it_does_not_forward() {
    let cases: [(&str, Vec<u8>, Option<Said>); 6] = [
        ("no route", echo(OTHER, "2001:db8:9::9", 64, 8), Some((1, 0, 0))),
        ("hop limit", echo(OTHER, "2001:db8:2::2", 1, 8), Some((3, 0, 0))),
        ("too big", echo(OTHER, "2001:db8:2::2", 64, 1400), Some((2, 0, 1300))),
        ("link-local source", echo(PEER_NEAR, "2001:db8:2::2", 64, 8), Some((1, 2, 0))),
        ("link-local destination", echo(OTHER, "fe80::77", 64, 8), None),
        ("group", echo(OTHER, "ff0e::7", 64, 8), None),
    ];
    for (what, packet, expected) in cases {
        let plain = Ipv6Config::default;
        let interfaces: [(&[&str], Ipv6Config); 2] =
            [(&["2001:db8:1::1/64"], plain()), (&["2001:db8:2::fe/64"], plain())];
        let mut bench =
            Bench::with(true, &interfaces, |config| config.interfaces[1].mtu = 1300).settled();
        known(&mut bench);
        // Its link-local address, too.
        bench.put_to_us(
            0,
            super::super::message::solicitation(
                [ip(PEER_NEAR), super::super::address::solicited_node(ip(OWN))],
                ip(OWN),
                PEER,
            ),
        );
        bench.out(0);
        bench.put_to_us(0, packet);
        assert_eq!(error(&mut bench, 0), expected, "{what}");
        assert!(bench.out(1).iter().all(|out| out.icmp() != Some((128, 0))), "{what}");
    }
}

#[test]
fn no_error_is_sent_about_an_error_a_group_or_nobody() {
    // RFC 4443 section 2.4 (e).
    let about_error =
        icmpv6::packet([ip(OTHER), ip("2001:db8:9::9")], 64, [1, 0], [0; 4], &[0; 48]);
    let from_group = raw("ff02::7", OWN, 60, &[59, 0, 0x9e, 4, 0, 0, 0, 0]);
    let mut bench = Bench::router();
    bench.put_to_us(0, about_error);
    bench.put_to_us(0, from_group);
    let silences: Vec<_> = bench
        .events()
        .into_iter()
        .filter_map(|event| match event {
            TraceEvent::IcmpSuppressed { why, .. } => Some(why),
            TraceEvent::IcmpSent { .. } => panic!("nothing is sent"),
            _ => None,
        })
        .collect();
    assert_eq!(silences, [IcmpSilence::AboutIcmpError]);
}

#[test]
fn errors_to_one_host_are_limited_and_packet_too_big_is_not() {
    // RFC 4443 section 2.4 (f); the numbers are Linux's.
    let mut bench = Bench::router();
    for _ in 0..10 {
        bench.put_to_us(0, echo(OTHER, "2001:db8:9::9", 64, 8));
    }
    let count = |events: &[TraceEvent], sent: bool| {
        let is = |event: &&TraceEvent| match event {
            TraceEvent::IcmpSent { .. } => sent,
            TraceEvent::IcmpSuppressed { why: IcmpSilence::RateLimited, .. } => !sent,
            _ => false,
        };
        events.iter().filter(is).count()
    };
    let events = bench.events();
    assert_eq!((count(&events, true), count(&events, false)), (6, 4));
}

#[test]
fn a_reported_mtu_counts_downwards_and_never_below_1280() {
    // RFC 8201 section 4.
    let mut bench = Bench::host();
    let far = ip(OTHER);
    let report = |mtu: u32| {
        let quoted = echo(OWN, OTHER, 64, 600);
        let ends = [ip("2001:db8:1::fe"), ip(OWN)];
        icmpv6::packet(ends, 64, [2, 0], mtu.to_be_bytes(), &quoted[HEADROOM..])
    };
    let now = |bench: &Bench| bench.sim.now();
    for (mtu, expected) in [(1400, 1400), (1450, 1400), (1279, 1400), (1280, 1280), (0, 1280)] {
        bench.put_to_us(0, report(mtu));
        let at = now(&bench);
        assert_eq!(bench.look(|l3| l3.path_mtu(at, far.into())), expected, "{mtu}");
    }
    assert_eq!(bench.drops().len(), 2, "those that cannot be");
}
