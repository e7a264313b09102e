//! RFC 1122: requirements for hosts, sections 2 and 3.

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::{IcmpMessage, RouteKind, Unsent};
use lanternet_core::{DropReason, Instant, Recorder, TraceEvent};
use lanternet_net::l3::{SendOptions, icmp};

use crate::conversation::talk;
use crate::node::Bench;

const REPLY: &str = "eth0 to a: Echo (ping) reply id=0x4c54, seq=1/256, ttl=64";
const PORT: &str = "eth0 to a: Destination unreachable (Port unreachable)";
const EXCEEDED: &str = "eth0 to a: Time-to-live exceeded (Time to live exceeded in transit)";
const NEEDED: &str = "eth0 to a: Destination unreachable (Fragmentation needed)";

/// Of the packets that wait for a neighbour the latest are kept: with one too many, the first goes.
#[test]
fn section_2_3_2_2_the_latest_packets_are_kept() {
    let mut bench = Bench::host();
    let recorder = Recorder::default();
    bench.sim.observe(recorder.clone());
    let to = "10.0.1.7".parse().unwrap();
    for number in 0..103_u8 {
        bench.command(|node, ctx| node.ping(ctx, to, 64, &[number])).unwrap();
    }
    let full = |event: &TraceEvent| {
        matches!(event, TraceEvent::Dropped { reason: DropReason::NeighborQueueFull { .. }, .. })
    };
    assert_eq!(recorder.take().iter().filter(|record| full(&record.event)).count(), 2);
    let reply =
        "020000000001020000000a0708060001080006040002020000000a070a0001070200000000010a000101";
    let bytes = (0..reply.len()).step_by(2);
    let bytes = bytes.map(|at| u8::from_str_radix(&reply[at..at + 2], 16).unwrap()).collect();
    bench.sim.inject(bench.ends[0], bytes);
    bench.until(Instant::from_millis(10));
    let numbers: Vec<u8> = bench.said()[1..].iter().map(|(_, _, frame)| frame[42]).collect();
    assert_eq!(numbers, (2..103).collect::<Vec<_>>());
}

/// What is not for us is silently dropped: another host, another network, a group that we are not in,
/// another station's frame. A host does not forward.
#[test]
fn section_3_2_1_3_what_is_for_others_is_dropped() {
    assert!(talk("rfc1122/not_for_us").like_linux().is_empty());
}

/// (g): loopback addresses do not come from outside.
#[test]
fn section_3_2_1_3_loopback_does_not_come_from_outside() {
    assert!(talk("rfc1122/loopback_from_outside").like_linux().is_empty());
}

/// (g) and (a): nor do they go there, as a source or as a destination; neither does 0.0.0.0.
#[test]
fn section_3_2_1_3_loopback_does_not_leave_the_node() {
    let mut bench = Bench::host();
    let mut send = |source: [u8; 4], to: [u8; 4]| {
        let message = IcmpMessage::EchoReply { ident: 1, seq: 1 };
        let (source, to) = (Ipv4Addr::from(source), Ipv4Addr::from(to));
        let packet = icmp::build(source, to, 64, message, b"");
        let options = SendOptions { broadcast: true, ..SendOptions::default() };
        let sent = bench.command(|node, ctx| node.layer.send(ctx, packet, options));
        let at = bench.sim.now() + lanternet_core::Duration::from_secs(5);
        bench.until(at);
        (sent, bench.said().len())
    };
    assert_eq!(send([127, 0, 0, 1], [127, 9, 9, 9]), (Ok(()), 0));
    assert_eq!(send([10, 0, 1, 1], [127, 0, 0, 1]), (Ok(()), 0));
    assert_eq!(send([127, 0, 0, 1], [10, 0, 1, 1]), (Ok(()), 0));
    for to in [[10, 0, 1, 7], [8, 8, 8, 8], [255; 4], [10, 0, 1, 255], [224, 0, 0, 1]] {
        assert_eq!(send([127, 0, 0, 1], to), (Err(Unsent::AddressNotAvailable), 0), "{to:?}");
    }
    assert_eq!(send([10, 0, 1, 1], [0; 4]), (Err(Unsent::NetworkUnreachable), 0));
}

/// A source is one of the host's own addresses.
#[test]
fn section_3_2_1_3_a_source_is_an_address_of_ours() {
    let mut bench = Bench::host();
    let message = IcmpMessage::EchoRequest { ident: 1, seq: 1 };
    for source in [[10, 0, 1, 2], [0; 4], [10, 0, 1, 255], [255; 4], [224, 0, 0, 1]] {
        let packet = icmp::build(source.into(), [10, 0, 1, 7].into(), 64, message, b"");
        let sent = bench.command(|node, ctx| node.layer.send(ctx, packet, SendOptions::default()));
        assert_eq!(sent, Err(Unsent::AddressNotAvailable), "{source:?}");
    }
    bench.until(Instant::from_secs(1));
    assert!(bench.said().is_empty());
}

/// The answer to an echo request has its type of service. An error has it too, with the precedence
/// of internetwork control (RFC 1812 section 4.3.2.5).
#[test]
fn section_3_2_1_6_the_type_of_service_is_returned() {
    let talk = talk("rfc1122/tos_is_echoed");
    let services: Vec<u8> = talk.ours[1..].iter().map(|(_, _, frame)| frame[15]).collect();
    assert_eq!(services, [0xb8, 0xff, 0xd8, 0xde]);
    talk.like_linux();
}

/// No error about an ICMP error, of whatever code.
#[test]
fn section_3_2_2_no_error_about_an_error() {
    assert!(
        talk("rfc1122/error_about_an_error").like_linux().iter().all(|line| !line.contains("eth0"))
    );
}

/// ... nor about a message of a type that nobody knows, which may be an error.
#[test]
fn section_3_2_2_no_error_about_an_unknown_type() {
    assert!(talk("rfc1122/error_about_an_unknown_type").like_linux().is_empty());
}

/// ... but about questions and answers: traceroute sends such.
#[test]
fn section_3_2_2_errors_about_queries_are_sent() {
    assert_eq!(talk("rfc1122/error_about_a_query").like_linux(), [EXCEEDED; 4]);
}

/// No error about what was sent to all or to a group, by IP address or by hardware address.
#[test]
fn section_3_2_2_no_error_about_a_broadcast() {
    assert!(talk("rfc1122/error_about_a_broadcast").like_linux().is_empty());
}

/// No error about any piece but the first.
#[test]
fn section_3_2_2_no_error_about_a_later_fragment() {
    assert_eq!(talk("rfc1122/error_about_a_later_fragment").like_linux(), [EXCEEDED]);
}

/// No error to an address that is not that of a single host. Linux sends one to the broadcast address
/// of the segment, against the RFC.
#[test]
fn section_3_2_2_no_error_to_no_single_host() {
    let (ours, linux) = talk("rfc1122/error_to_no_single_host").unlike_linux();
    assert!(ours.is_empty());
    assert_eq!(linux, ["eth0 to all: Destination unreachable (Port unreachable)"]);
}

/// Errors to one host are limited (the RFC leaves the measure open, Linux's is one a second after a
/// burst of six); "fragmentation needed" is not, or connections would hang.
#[test]
fn section_3_2_2_errors_are_limited() {
    assert_eq!(talk("rfc1122/rate_limit").like_linux(), [PORT; 6 + 1 + 3]);
    assert_eq!(talk("rfc1122/frag_needed_is_not_limited").like_linux(), [NEEDED; 12]);
}

/// A redirect by the router in use is believed; the router that it named may correct it.
#[test]
fn section_3_2_2_2_a_redirect_by_the_router_in_use_is_believed() {
    let reply = |to, seq| format!("eth0 to {to}: Echo (ping) reply id=0x4c54, seq={seq}, ttl=64");
    assert_eq!(
        talk("rfc1122/redirect_is_believed").like_linux(),
        [reply("gateway", "1/256"), reply("gateway2", "2/512"), reply("gateway", "3/768")]
    );
}

/// A redirect by another, or to what is no neighbour's address, is not.
#[test]
fn section_3_2_2_2_other_redirects_are_not_believed() {
    for name in ["rfc1122/redirect_from_another", "rfc1122/redirect_to_nonsense"] {
        let said = talk(name).like_linux();
        assert!(said.iter().all(|line| line.starts_with("eth0 to gateway:")), "{said:?}");
    }
}

/// A redirect to a router that does not answer is forgotten. Linux asks for that router before it uses
/// it, so no packet is lost; ours waits for the answer in vain.
#[test]
fn section_3_3_1_4_a_redirect_to_a_dead_router_is_forgotten() {
    let (ours, linux) = talk("rfc1122/redirected_to_a_dead_router").unlike_linux();
    let reply = |seq| format!("eth0 to gateway: Echo (ping) reply id=0x4c54, seq={seq}, ttl=64");
    for said in [&ours, &linux] {
        assert!(said.contains(&reply("1/256")) && said.contains(&reply("3/768")), "{said:?}");
    }
    assert!(linux.contains(&reply("2/512")) && !ours.contains(&reply("2/512")));
}

/// Redirects are for hosts: a router keeps its routes (RFC 1812 section 5.2.7.2), and a host keeps
/// those it was given below what it was told.
#[test]
fn section_3_3_1_2_a_redirect_adds_a_host_route() {
    let mut bench = Bench::host();
    let destination: IpAddr = "192.0.2.9".parse().unwrap();
    let ours = Ipv4Addr::new(10, 0, 1, 1);
    let quoted = icmp::build(
        ours,
        [192, 0, 2, 9].into(),
        64,
        IcmpMessage::EchoRequest { ident: 1, seq: 1 },
        b"",
    );
    let gateway = "10.0.1.253".parse().unwrap();
    let mut frame = icmp::build(
        [10, 0, 1, 254].into(),
        ours,
        64,
        IcmpMessage::Redirect { gateway },
        &quoted[14..],
    );
    frame[..14].copy_from_slice(&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0x0a, 0xfe, 8, 0]);
    let sum = lanternet_net::wire::checksum::checksum(&frame[14..34]);
    frame[24..26].copy_from_slice(&sum.to_be_bytes());
    bench.sim.inject(bench.ends[0], frame);
    bench.until(Instant::from_millis(1));
    bench.command(|node, _| {
        let (row, _) =
            node.layer.routes().find(|(row, _)| row.kind == RouteKind::Redirect).unwrap();
        assert_eq!((row.destination, row.via), (destination.into(), Some(gateway)));
    });
}

/// A ping to all is not answered: section 3.2.2.6 leaves it open, Linux does not.
#[test]
fn section_3_2_2_6_an_echo_request_to_all_is_not_answered() {
    assert!(talk("rfc1122/echo_to_all").like_linux().is_empty());
}

/// Section 3.3.6 would drop a packet for one host in a frame for all. Linux takes it
/// (`drop_unicast_in_l2_multicast` is off), and so do we.
#[test]
fn section_3_3_6_a_packet_for_us_in_a_frame_for_all_is_taken() {
    assert_eq!(talk("rfc1122/echo_in_a_link_broadcast").like_linux(), [REPLY]);
}
