//! RFC 792: ICMP. The messages.

use crate::conversation::talk;

fn only(name: &str, expected: &str) {
    assert_eq!(talk(name).like_linux(), [expected], "{name}");
}

/// "The data received in the echo message must be returned in the echo reply message", and so are
/// identifier and sequence number: no data, an odd number of bytes, as many as a frame takes.
#[test]
fn echo_returns_data_identifier_and_sequence_number() {
    assert_eq!(
        talk("rfc0792/echo").like_linux(),
        [
            "eth0 to a: Echo (ping) reply id=0x4c54, seq=1/256, ttl=64",
            "eth0 to a: Echo (ping) reply id=0xffff, seq=65535/65535, ttl=64",
            "eth0 to a: Echo (ping) reply id=0x0000, seq=0/0, ttl=64",
        ]
    );
}

/// A request whose checksum is wrong, or that ends within its header, is not answered.
#[test]
fn echo_with_a_wrong_checksum_is_not_answered() {
    only(
        "rfc0792/echo_with_a_wrong_checksum",
        "eth0 to a: Echo (ping) reply id=0x4c54, seq=1/256, ttl=64",
    );
}

/// The code of an echo message is 0. Linux repeats any other in its reply; we know no such message.
#[test]
fn echo_has_code_0() {
    let (ours, linux) = talk("rfc0792/echo_code").unlike_linux();
    assert_eq!((ours.len(), linux.len()), (0, 1));
}

/// RFC 1122 section 3.2.2.8 allows to answer timestamp requests. Linux does; we do not: the time of
/// day of a node in simulated time is nobody's business.
#[test]
fn timestamp_is_not_answered() {
    let (ours, linux) = talk("rfc0792/timestamp").unlike_linux();
    assert_eq!((ours.len(), linux.len()), (0, 1));
}

/// Port and protocol unreachable come from the destination; the quotation is the packet with its
/// header, options too.
#[test]
fn destination_unreachable_from_the_host() {
    let port = "eth0 to a: Destination unreachable (Port unreachable)";
    assert_eq!(talk("rfc0792/port_unreachable").like_linux(), [port, port]);
    only("rfc0792/about_options", port);
    only(
        "rfc0792/protocol_unreachable",
        "eth0 to a: Destination unreachable (Protocol unreachable)",
    );
}

/// Net unreachable: no route. Host unreachable: nobody answers on the last segment, which takes
/// three questions and three seconds.
#[test]
fn destination_unreachable_from_a_router() {
    only("rfc0792/net_unreachable", "eth0 to a: Destination unreachable (Network unreachable)");
    let asked = "eth1 to all: Who has 10.0.2.99? Tell 10.0.2.1";
    let told = "eth0 to a: Destination unreachable (Host unreachable)";
    assert_eq!(talk("rfc0792/host_unreachable").like_linux(), [asked, asked, asked, told]);
}

/// A TTL of 1 or 0 ends at a router, which tells; a TTL of 2 goes on with 1.
#[test]
fn time_exceeded_in_transit() {
    let exceeded = "eth0 to a: Time-to-live exceeded (Time to live exceeded in transit)";
    assert_eq!(
        talk("rfc0792/time_exceeded").like_linux(),
        [exceeded, exceeded, "eth1 to b: 4321 → 9 Len=5"]
    );
}

/// A packet that leaves by the interface it came in is passed on, and its sender is told the better
/// router, or that the destination is its neighbour.
#[test]
fn redirect_and_forward() {
    let redirect = "eth0 to a: Redirect (Redirect for host)";
    let passed_on = "eth0 to gateway2: 4321 → 9 Len=5";
    assert_eq!(talk("rfc0792/redirect").like_linux(), [redirect, passed_on]);
    let asked = "eth0 to all: Who has 10.0.1.9? Tell 10.0.1.1";
    let passed_on = "eth0 to other: 4321 → 9 Len=5";
    assert_eq!(
        talk("rfc0792/redirect_to_the_destination").like_linux(),
        [redirect, asked, passed_on]
    );
}
