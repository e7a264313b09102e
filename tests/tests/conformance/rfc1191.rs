//! RFC 1191: path MTU discovery.

use std::net::IpAddr;

use lanternet_core::Instant;
use lanternet_core::trace::Unsent;
use lanternet_net::l3::{SendOptions, icmp};

use crate::conversation::talk;
use crate::node::Bench;

/// A packet that must not be cut and does not fit is dropped, and its sender told the MTU of the next
/// link in the low half of the unused field. One that fits exactly goes on.
#[test]
fn section_4_a_router_tells_the_mtu_of_the_next_link() {
    let talk = talk("rfc1191/dont_fragment");
    let told = talk.ours.iter().find(|(_, _, frame)| frame[34..36] == [3, 4]).unwrap();
    assert_eq!(told.2[38..42], [0, 0, 0x02, 0x6c], "620");
    let needed = "eth0 to a: Destination unreachable (Fragmentation needed)";
    let passed_on = "eth1 to b: Echo (ping) request id=0x4c54, seq=1/256, ttl=63";
    let mut said = talk.like_linux();
    said.sort();
    assert_eq!(said, [needed, needed, passed_on]);
}

/// A host that is told so sends no longer packets to that destination (what may be cut, it cuts), and
/// does not believe in a longer one afterwards.
#[test]
fn section_3_a_host_lowers_its_estimate_and_does_not_raise_it_on_request() {
    let said = talk("rfc1191/host_learns").like_linux();
    assert_eq!(said.len(), 1 + 2 + 2, "{said:?}");
}

/// What must not be cut and is longer than the path is known to take is the program's affair.
#[test]
fn section_6_5_a_packet_that_is_too_long_for_the_path_is_refused() {
    let told = talk("rfc1191/host_learns");
    assert!(told.ours.len() > 1);
    let mut bench = Bench::host();
    let to: IpAddr = "10.0.1.7".parse().unwrap();
    let length = 1501 - 28;
    let refused = bench.command(|node, ctx| {
        let (IpAddr::V4(source), IpAddr::V4(to)) = (node.layer.source_for(to).unwrap(), to) else {
            return Ok(());
        };
        let message = lanternet_core::trace::IcmpMessage::EchoRequest { ident: 1, seq: 1 };
        let mut buffer = icmp::build(source, to, 64, message, &vec![0; length]);
        buffer[lanternet_net::l3::HEADROOM + 6] = 0x40;
        node.layer.send(ctx, buffer, SendOptions::default())
    });
    assert_eq!(refused, Err(Unsent::MessageTooLong));
    bench.until(Instant::from_secs(1));
    assert!(bench.said().is_empty(), "not even a question");
}

/// An estimate goes down to 68, the least MTU of any link (RFC 791). Linux stops at 552 to be safe
/// from forged messages; a lab may have such links, and then the shorter packets are right.
#[test]
fn section_3_an_estimate_may_be_as_low_as_the_link_is() {
    let (ours, linux) = talk("rfc1191/host_learns_a_tiny_one").unlike_linux();
    assert_eq!((ours.len(), linux.len()), (1 + 6, 1 + 3), "1428 bytes in 276 and in 528 a piece");
}

/// A router from before RFC 1191 says 0; then the next lower plateau of the table is tried: 1428 is
/// over 1006. Linux goes down to 552 at once.
#[test]
fn section_7_1_an_old_router_leads_to_the_next_plateau() {
    let talk = talk("rfc1191/old_router");
    let longest = talk.ours.iter().skip(2).map(|(_, _, frame)| frame.len() - 14).max();
    assert_eq!(longest, Some(20 + (1006 - 20) / 8 * 8));
    let (ours, linux) = talk.unlike_linux();
    assert_eq!((ours.len(), linux.len()), (1 + 2, 1 + 3));
    let table = [65_535, 32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68];
    for pair in table.windows(2) {
        assert_eq!(icmp::plateau_below(pair[0]), pair[1]);
    }
    assert_eq!(icmp::plateau_below(68), 68);
}
