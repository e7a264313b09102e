//! RFC 826: ARP. It has no numbered sections; the tests are named after its headings. The timing is
//! not in the RFC and is Linux's.

use lanternet_core::Instant;
use lanternet_core::trace::NeighborState;

use crate::conversation::{hex, talk};
use crate::node::Bench;

const REPLY: &str = "eth0 to a: Echo (ping) reply id=0x4c54, seq=1/256, ttl=64";
const SECOND: &str = "eth0 to a: Echo (ping) reply id=0x4c54, seq=2/512, ttl=64";
const THIRD: &str = "eth0 to a: Echo (ping) reply id=0x4c54, seq=3/768, ttl=64";
const ASKED: &str = "eth0 to all: Who has 10.0.1.7? Tell 10.0.1.1";
const CHECKED: &str = "eth0 to a: Who has 10.0.1.7? Tell 10.0.1.1";

/// Packet format: the reply to a request has sender and target swapped, our hardware address filled
/// in, and goes to the asker alone.
#[test]
fn packet_reception_a_request_for_us_is_answered() {
    let talk = talk("rfc0826/unicast_request");
    let reply = "020000000a07 020000000001 0806 0001 0800 06 04 0002 \
                 020000000001 0a000101 020000000a07 0a000107";
    assert_eq!(hex(&talk.ours[0].2), reply.replace(' ', ""));
    talk.like_linux();
}

/// The asker's address is learned from its request: the answer to the packet that follows needs no
/// question.
#[test]
fn packet_reception_a_request_for_us_adds_the_sender() {
    assert_eq!(talk("rfc0826/request_for_us").like_linux(), [REPLY]);
}

/// Who asks for somebody else is not answered, and not added either.
#[test]
fn packet_reception_a_request_for_another_adds_nothing() {
    assert_eq!(talk("rfc0826/request_for_another").like_linux(), [ASKED]);
}

/// Merge flag: a row that exists is updated from any packet of that sender, whomever it asks for.
#[test]
fn packet_reception_a_row_is_updated_from_any_packet() {
    assert_eq!(
        talk("rfc0826/update_from_any").like_linux(),
        ["eth0 to other: Echo (ping) reply id=0x4c54, seq=1/256, ttl=64"]
    );
}

/// Another hardware type, protocol type, address length or operation, and half a packet, are no
/// business of ours.
#[test]
fn packet_reception_other_types_and_operations_are_not_answered() {
    assert!(talk("rfc0826/wrong_types").like_linux().is_empty());
}

/// A group, everybody, or a loopback address cannot be a sender.
#[test]
fn packet_reception_a_sender_is_one_station() {
    assert!(talk("rfc0826/sender_is_a_group").ours.is_empty());
    assert!(talk("rfc0826/sender_is_a_group").like_linux().is_empty());
}

/// Nor can the broadcast address of the segment. Linux answers it, and would send what is for all to
/// that station; we do not.
#[test]
fn packet_reception_a_sender_is_not_the_broadcast_address() {
    assert!(talk("rfc0826/sender_is_the_broadcast_address").ours.is_empty());
    talk("rfc0826/sender_is_the_broadcast_address").unlike_linux();
}

/// RFC 826 adds the sender of any packet whose target we are, of a reply that nobody asked for too.
/// Linux adds none from replies (`arp_accept`); we follow the RFC, and a forged reply does here what
/// textbooks say it does.
#[test]
fn packet_reception_an_unasked_reply_adds_the_sender() {
    let (ours, linux) = talk("rfc0826/unsolicited_reply").unlike_linux();
    assert_eq!((ours, linux), (vec![REPLY.to_owned()], vec![ASKED.to_owned()]));
}

/// RFC 826 takes the last of two replies. Linux takes the first for a second (`locktime`), the other
/// after that. With two stations on one address the RFC's way shows both of them in the trace.
#[test]
fn packet_reception_the_last_of_two_replies_counts() {
    let (ours, linux) = talk("rfc0826/two_replies").unlike_linux();
    let other = |line: &str| line.replace("to a:", "to other:");
    assert_eq!(ours, [ASKED, REPLY, &other(SECOND), &other(THIRD)]);
    assert_eq!(linux, [ASKED, REPLY, SECOND, &other(THIRD)]);
}

/// An announcement (a request for one's own address) updates a row, and creates none.
#[test]
fn packet_reception_an_announcement_updates_but_does_not_add() {
    assert_eq!(
        talk("rfc0826/announcement_updates").like_linux(),
        ["eth0 to other: Echo (ping) reply id=0x4c54, seq=1/256, ttl=64"]
    );
    assert_eq!(talk("rfc0826/announcement_creates_nothing").like_linux(), [ASKED]);
}

/// "Am I the target protocol address?" is asked of the interface. Linux answers on any interface for
/// any of its addresses ("ARP flux", `arp_ignore`), which makes a station seem to be on two segments.
#[test]
fn packet_reception_an_interface_answers_for_its_own_addresses() {
    let name = "rfc0826/address_of_another_interface";
    assert!(talk(name).ours.is_empty());
    assert_eq!(talk(name).linux.len(), 1);
}

/// Packet generation: the question goes to all, with zeros where the answer belongs; three times, a
/// second apart, and then no more.
#[test]
fn packet_generation_nobody_answers() {
    let talk = talk("rfc0826/nobody_answers");
    let question = "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 \
                    020000000001 0a000101 000000000000 0a000107";
    assert_eq!(hex(&talk.ours[0].2), question.replace(' ', ""));
    let at: Vec<_> = talk.ours.iter().map(|(at, ..)| *at).collect();
    assert_eq!(at, [50, 1050, 2050].map(Instant::from_millis));
    assert_eq!(talk.like_linux(), [ASKED; 3]);
}

/// Packets wait for the answer and go in their order; there is one question for all of them
/// (RFC 1122 section 2.3.2.2 asks to keep at least one, and 2.3.2.1 not to flood with questions).
#[test]
fn packet_generation_packets_wait_for_the_answer() {
    assert_eq!(talk("rfc0826/packets_wait").like_linux(), [ASKED, REPLY, SECOND, THIRD]);
}

/// Related issue, ageing: a row that was not confirmed is used, checked after five seconds by asking
/// the station itself three times, and given up; the next packet asks everybody again.
#[test]
fn related_issue_old_rows_are_checked() {
    let expected = [REPLY, CHECKED, CHECKED, CHECKED, ASKED, SECOND];
    assert_eq!(talk("rfc0826/old_rows_are_checked").like_linux(), expected);
    assert_eq!(talk("rfc0826/check_is_answered").like_linux(), [REPLY, CHECKED, SECOND]);
}

/// A reply that was told to everybody does not prove that the station hears us: the row is STALE, as
/// in Linux; a reply to us makes it REACHABLE.
#[test]
fn related_issue_only_a_reply_to_us_proves_a_row() {
    for (to, state) in [("ffffffffffff", "STALE"), ("020000000001", "REACHABLE")] {
        let mut bench = Bench::host();
        let reply =
            format!("{to}020000000a0708060001080006040002020000000a070a0001070200000000010a000101");
        let bytes = (0..reply.len()).step_by(2);
        let bytes = bytes.map(|at| u8::from_str_radix(&reply[at..at + 2], 16).unwrap()).collect();
        bench.sim.inject(bench.ends[0], bytes);
        bench.until(Instant::from_millis(10));
        let rows = bench.command(|node, ctx| node.layer.neighbors(ctx.now()).collect::<Vec<_>>());
        let states: Vec<NeighborState> = rows.iter().map(|row| row.state).collect();
        assert_eq!(states.iter().map(ToString::to_string).collect::<Vec<_>>(), [state]);
    }
}
