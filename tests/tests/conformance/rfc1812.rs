//! RFC 1812: requirements for routers; RFC 2644: directed broadcasts.

use crate::conversation::talk;

const EXCEEDED: &str = "eth0 to a: Time-to-live exceeded (Time to live exceeded in transit)";
const NO_ROUTE: &str = "eth0 to a: Destination unreachable (Network unreachable)";

fn passed_on(ttl: u8) -> String {
    format!("eth1 to b: Echo (ping) request id=0x4c54, seq=1/256, ttl={ttl}")
}

/// An error quotes as much of the packet as fits in 576 bytes.
#[test]
fn section_4_3_2_3_an_error_quotes_up_to_576_bytes() {
    let talk = talk("rfc1812/quotes_576");
    let near = talk.ours.iter().filter(|(_, port, frame)| *port == 0 && frame[12..14] == [8, 0]);
    let lengths: Vec<_> = near.map(|(_, _, frame)| frame.len() - 14).collect();
    assert_eq!(lengths, [576, 576, 576]);
    assert_eq!(talk.like_linux(), [EXCEEDED; 3]);
}

/// An error comes from the address of the interface that leads back to the sender; that is in every
/// comparison with Linux here. An echo request to the address of another interface is answered from
/// that address.
#[test]
fn section_4_3_2_4_the_source_is_an_address_of_the_router() {
    let talk = talk("rfc1812/to_its_other_interface");
    let (_, _, reply) = talk.ours.last().unwrap();
    assert_eq!(reply[26..30], [10, 0, 2, 1]);
    assert_eq!(talk.like_linux().len(), 1);
}

/// An error has the packet's type of service and precedence 6.
#[test]
fn section_4_3_2_5_type_of_service_and_precedence_of_errors() {
    let talk = talk("rfc1812/tos_of_errors");
    let near = talk.ours.iter().filter(|(_, port, frame)| *port == 0 && frame[12..14] == [8, 0]);
    let services: Vec<_> = near.map(|(_, _, frame)| frame[15]).collect();
    assert_eq!(services, [0xc0, 0xde, 0xd8, 0xde]);
    assert_eq!(talk.like_linux(), [EXCEEDED; 4]);
}

/// Errors are limited: of nine packets for a neighbour that does not answer, six are told.
#[test]
fn section_4_3_2_8_errors_are_limited() {
    let said = talk("rfc1812/held_packets_fail").like_linux();
    let told = said.iter().filter(|line| line.ends_with("(Host unreachable)"));
    assert_eq!((told.count(), said.len()), (6, 6 + 3), "and three questions");
}

/// The route is looked for before the TTL is judged, as the section has it: a packet that has
/// neither route nor time has no route.
#[test]
fn section_5_2_1_2_the_route_comes_before_the_ttl() {
    assert_eq!(talk("rfc1812/ttl_or_route_first").like_linux(), [NO_ROUTE]);
}

/// The longest matching prefix wins.
#[test]
fn section_5_2_4_3_the_longest_prefix_wins() {
    let to =
        |station| format!("eth1 to {station}: Echo (ping) request id=0x4c54, seq=1/256, ttl=63");
    assert_eq!(
        talk("rfc1812/longest_prefix").like_linux(),
        [to("far gateway"), to("far gateway2"), to("b")]
    );
}

/// Redirects are limited: ever more rarely to a host that does not heed them, as in Linux.
#[test]
fn section_5_2_7_2_redirects_are_limited() {
    let redirects =
        |name| talk(name).like_linux().iter().filter(|line| line.contains("Redirect")).count();
    assert_eq!(redirects("rfc1812/redirects_are_limited"), 6);
    assert_eq!(redirects("rfc1812/redirects_stop"), 9);
}

/// The TTL goes down by one and the checksum follows, through all carries.
#[test]
fn section_5_3_1_ttl_and_checksum() {
    let expected = [passed_on(1), passed_on(254), passed_on(63)];
    assert_eq!(talk("rfc1812/ttl_and_checksum").like_linux(), expected);
    assert_eq!(talk("rfc1812/checksum_carry").like_linux().len(), 10);
}

/// What came in a frame for all or for a group is not forwarded; nor are broadcasts of any kind
/// (section 5.3.5, RFC 2644), groups, loopback, or 0.0.0.0.
#[test]
fn section_5_3_4_and_5_3_5_broadcasts_are_not_forwarded() {
    assert!(talk("rfc1812/not_forwarded").like_linux().is_empty());
}

/// Nor is a ping to all on the next segment; its obsolete form, all zeros, is an address that nobody
/// has.
#[test]
fn section_5_3_5_2_a_ping_to_a_directed_broadcast_goes_nowhere() {
    assert_eq!(
        talk("rfc1812/echo_to_a_directed_broadcast").like_linux(),
        ["eth1 to all: Who has 10.0.2.0? Tell 10.0.2.1"]
    );
}

/// Sources that cannot come from outside are not forwarded. Linux lets two pass that the section
/// forbids: 0.1.2.3, and the broadcast address of the segment.
#[test]
fn section_5_3_7_martian_sources_are_not_forwarded() {
    let (ours, linux) = talk("rfc1812/martian_sources").unlike_linux();
    assert!(ours.is_empty());
    assert_eq!(linux.len(), 2);
}

/// Nor are reserved (class E) and link-local addresses (RFC 3927 section 7), either way. Linux treats
/// them as any others.
#[test]
fn section_5_3_7_reserved_and_link_local_addresses_are_not_forwarded() {
    let (ours, linux) = talk("rfc1812/reserved").unlike_linux();
    assert!(ours.is_empty());
    assert_eq!(linux.len(), 4);
}
