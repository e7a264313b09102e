//! RFC 4861 section 7: who has which hardware address.

use lanternet_core::trace::{NeighborState, TraceEvent as E};

use super::super::address::{ALL_NODES, solicited_node};
use super::super::message::{advertisement, solicitation};
use super::*;

const OWN: &str = "2001:db8:1::1";
const OTHER: &str = "2001:db8:1::9";

fn state(bench: &mut Bench, address: &str) -> Option<(NeighborState, Option<MacAddr>)> {
    let (now, address) = (bench.sim.now(), ip(address));
    bench.look(|l3| {
        let mut rows = l3.neighbors(now);
        rows.find(|row| row.address == address).map(|row| (row.state, row.mac))
    })
}

#[test]
fn a_question_for_us_is_answered_to_who_asked_and_teaches_its_address() {
    let mut bench = Bench::host();
    let question = solicitation([ip(OTHER), solicited_node(ip(OWN))], ip(OWN), PEER);
    bench.put_to_group(0, question);
    let out = bench.out(0);
    let answer = out.iter().find(|out| out.icmp() == Some((136, 0))).expect("an answer");
    assert_eq!((answer.to, answer.header.destination), (PEER, ip(OTHER)));
    assert_eq!((answer.header.source, answer.header.hop_limit), (ip(OWN), 255));
    // Flags: not a router, solicited, override (section 7.2.4); then the target and our address.
    assert_eq!(answer.packet[44], 0x60);
    assert_eq!(answer.packet[48..64], ip(OWN).octets());
    assert_eq!(answer.packet[64..72], [&[2, 1][..], &MAC.0].concat()[..]);
    assert_eq!(state(&mut bench, OTHER), Some((NeighborState::Stale, Some(PEER))));
}

#[test]
fn who_is_about_to_use_our_address_is_told_before_all_nodes() {
    let mut bench = Bench::host();
    bench.put_to_group(0, super::super::message::check(ip(OWN), [1; 6]));
    let answer = bench.out(0).into_iter().find(|out| out.icmp() == Some((136, 0))).unwrap();
    assert_eq!(answer.header.destination, ALL_NODES);
    assert_eq!(answer.packet[44], 0x20, "section 7.2.4: not solicited");
}

#[test]
fn discovery_that_passed_a_router_is_not_believed() {
    // Section 7.1.1: hop limit 255.
    let mut bench = Bench::host();
    let mut question = solicitation([ip(OTHER), solicited_node(ip(OWN))], ip(OWN), PEER);
    question[HEADROOM + 7] = 254;
    bench.put_to_group(0, question);
    assert_eq!(bench.drops(), [DropReason::DiscoveryFromAfar { hop_limit: 254 }]);
    assert!(bench.out(0).is_empty());
}

#[test]
fn an_unasked_advertisement_makes_no_row() {
    // Section 7.2.5: "If no entry exists, the advertisement SHOULD be silently discarded".
    let mut bench = Bench::host();
    let news = advertisement([ip(OTHER), ALL_NODES], ip(OTHER), PEER, false, false);
    bench.put_to_group(0, news);
    let unasked = DropReason::AdvertisementUnasked { address: ip(OTHER).into() };
    assert_eq!(bench.drops(), [unasked]);
    assert_eq!(state(&mut bench, OTHER), None);
}

#[test]
fn a_packet_waits_for_the_answer_and_an_old_row_is_checked_by_unicast() {
    let mut bench = Bench::host();
    bench.ping(OTHER);
    let asked = bench.out(0);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].icmp(), Some((135, 0)));
    assert_eq!(asked[0].header.destination, solicited_node(ip(OTHER)));
    assert_eq!(asked[0].header.source, ip(OWN));
    let answer = advertisement([ip(OTHER), ip(OWN)], ip(OTHER), PEER, false, true);
    bench.put_to_us(0, answer);
    let sent = bench.out(0);
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].to, sent[0].icmp()), (PEER, Some((128, 0))), "the packet that waited");
    assert_eq!(state(&mut bench, OTHER), Some((NeighborState::Reachable, Some(PEER))));
    // Half a minute later it is stale; its use starts DELAY, and five seconds later PROBE, directly.
    bench.run(60_000);
    bench.ping(OTHER);
    assert_eq!(state(&mut bench, OTHER), Some((NeighborState::Delay, Some(PEER))));
    bench.run(65_500);
    let probe = bench.out(0).into_iter().find(|out| out.icmp() == Some((135, 0))).unwrap();
    assert_eq!((probe.to, probe.header.destination), (PEER, ip(OTHER)));
    assert_eq!(state(&mut bench, OTHER), Some((NeighborState::Probe, Some(PEER))));
}

#[test]
fn nobody_answers_three_questions_and_the_sender_is_told() {
    let mut bench = Bench::host();
    bench.ping(OTHER);
    bench.run(20_000);
    let asked = bench.out(0).iter().filter(|out| out.icmp() == Some((135, 0))).count();
    assert_eq!(asked, 3, "section 10: MAX_MULTICAST_SOLICIT");
    let unresolved = |event: &E| matches!(event, E::NeighborUnresolved { attempts: 3, .. });
    assert!(bench.events().iter().any(unresolved));
    let up = bench.sim.command(bench.node, |node: &mut Node, _| std::mem::take(&mut node.up));
    assert!(matches!(up.unwrap()[..], [Delivery::Icmp(_)]));
}

#[test]
fn an_echo_request_is_answered_from_the_address_it_was_sent_to() {
    let mut bench = Bench::host();
    bench.put_to_us(0, echo(OTHER, OWN, 64, 32));
    bench.put_to_us(0, advertisement([ip(OTHER), ip(OWN)], ip(OTHER), PEER, false, true));
    let reply = bench.out(0).into_iter().find(|out| out.icmp() == Some((129, 0))).unwrap();
    assert_eq!((reply.header.source, reply.header.destination), (ip(OWN), ip(OTHER)));
}

#[test]
fn an_interface_without_ipv6_says_so() {
    let mut bench = Bench::new(false, &[(&["10.0.0.1/24"], Ipv6Config::default())]).settled();
    bench.put_to_us(0, echo(OTHER, OWN, 64, 32));
    assert_eq!(bench.drops(), [DropReason::Ipv6Off { interface: PortId(0) }]);
}
