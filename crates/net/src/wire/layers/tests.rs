//! Known bytes are frames that Linux sent (`tests/captures/`); the package `lanternet-tests` compares
//! all of those with tshark's dissection, field by field.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// An echo request as it came to a router (echo.pcapng, frame 3) ...
const REQUEST: &str = "020000000afe020000000a010800450000547552400040012602c0a80a01c0a8140308005ba1\
    801d000152a0006b000000000862020000000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b\
    2c2d2e2f3031323334353637";
/// ... and as it left it (frame 7).
const ROUTED: &str = "020000000b03020000000bfe080045000054755240003f012702c0a80a01c0a8140308005ba1\
    801d000152a0006b000000000862020000000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b\
    2c2d2e2f3031323334353637";
/// The first segment of a connection (tcp.pcapng, frame 3).
const SYN: &str = "020000000afe020000000a0108004500003cf63f40004006a527c0a80a01c0a81403cc602382\
    00846fd300000000a002faf06fd70000020405b40402080a2152bc53000000000103030a";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}

fn protocols(layers: &Layers) -> Vec<LayerProtocol> {
    layers.layers.iter().map(|layer| layer.protocol).collect()
}

/// Everything that a reader may do with a dissection; and the ranges lie within the frame.
fn read_all(frame: &[u8]) -> Layers {
    let layers = Layers::dissect(frame);
    let _ = layers.info();
    for layer in &layers.layers {
        assert!(frame.get(layer.range.clone()).is_some(), "{:?} in {}", layer.range, frame.len());
        for field in &layer.fields {
            assert!(frame.get(field.bytes()).is_some(), "{} at {:?}", field.name, field.bits);
            let _ = field.value.to_string();
        }
    }
    layers
}

#[test]
fn a_router_changes_macs_ttl_and_header_checksum_and_nothing_else() {
    let (old, new) = (Layers::dissect(&bytes(REQUEST)), Layers::dissect(&bytes(ROUTED)));
    let changes: Vec<_> = diff(&old, &new)
        .into_iter()
        .map(|change| {
            let show =
                |value: Option<FieldValue>| value.map_or_else(String::new, |v| v.to_string());
            (change.field.id(), show(change.old), show(change.new))
        })
        .collect();
    let expected = [
        ("eth.dst", "02:00:00:00:0a:fe", "02:00:00:00:0b:03"),
        ("eth.src", "02:00:00:00:0a:01", "02:00:00:00:0b:fe"),
        ("ip.ttl", "64", "63"),
        ("ip.checksum", "0x2602", "0x2702"),
    ];
    let expected = expected.map(|(field, old, new)| (field, old.to_owned(), new.to_owned()));
    assert_eq!(changes, expected);
}

#[test]
fn a_tag_that_is_put_in_appears_field_by_field() {
    let plain = bytes(REQUEST);
    let tagged = [&plain[..12], &[0x81, 0x00, 0xa0, 0x0a], &plain[12..]].concat();
    let (old, new) = (Layers::dissect(&plain), Layers::dissect(&tagged));
    let changes = diff(&old, &new);
    let tag = |field| {
        let change = changes.iter().find(|change| change.field == field);
        change.and_then(|change| change.new.clone())
    };
    assert_eq!(tag(FieldName::VlanId), Some(FieldValue::Number(10)));
    assert_eq!(tag(FieldName::VlanPriority), Some(FieldValue::Number(5)));
    assert!(changes.iter().all(|change| change.layer != LayerProtocol::Ipv4));
    assert_eq!(new.info(), old.info());
}

#[test]
fn layers_are_numbered_and_know_their_bytes() {
    let layers = Layers::dissect(&bytes(SYN));
    let seen: Vec<_> =
        layers.layers.iter().map(|l| (l.protocol, l.protocol.number(), l.range.clone())).collect();
    assert_eq!(
        seen,
        [
            (LayerProtocol::Ethernet, 2, 0..14),
            (LayerProtocol::Ipv4, 3, 14..34),
            (LayerProtocol::Tcp, 4, 34..74),
        ]
    );
    let tcp = layers.find(LayerProtocol::Tcp).unwrap();
    let port = tcp.field(FieldName::TcpDstPort).unwrap();
    assert_eq!((port.value.number(), port.bytes()), (Some(9090), 36..38));
    assert_eq!(tcp.field(FieldName::TcpSyn).unwrap().bits, 47 * 8 + 6..47 * 8 + 7);
    assert_eq!(tcp.checksum, Some(ChecksumState::Right));
}

#[test]
fn the_info_line_reads_like_wiresharks() {
    assert_eq!(
        Layers::dissect(&bytes(REQUEST)).info(),
        "Echo (ping) request id=0x801d, seq=1/256, ttl=64"
    );
    assert_eq!(
        Layers::dissect(&bytes(SYN)).info(),
        "52320 → 9090 [SYN] Seq=8679379 Win=64240 Len=0 MSS=1460 SACK_PERM TSval=559070291 TSecr=0 \
         WS=1024"
    );
}

#[test]
fn a_wrong_checksum_says_which_one_fits() {
    let mut frame = bytes(SYN);
    frame[50] ^= 0x40;
    let layers = Layers::dissect(&frame);
    let (layer, problem) = layers.problems().next().unwrap();
    assert_eq!(layer.protocol, LayerProtocol::Tcp);
    assert_eq!(*problem, Problem::ChecksumWrong { found: 0x2fd7, expected: 0x6fd7 });
    assert!(layers.is_well_formed());
    assert!(layers.info().ends_with("[TCP CHECKSUM INCORRECT]"));
}

#[test]
fn a_header_that_is_cut_says_what_is_missing() {
    for len in 0..bytes(SYN).len() {
        let layers = read_all(&bytes(SYN)[..len]);
        assert!(!layers.is_well_formed(), "{len} bytes: {layers:?}");
    }
    let layers = Layers::dissect(&bytes(SYN)[..20]);
    let (layer, problem) = layers.problems().next().unwrap();
    assert_eq!(layer.protocol, LayerProtocol::Ipv4);
    assert_eq!(*problem, Problem::Truncated { needed: 20, found: 6 });
}

#[test]
fn values_that_the_protocol_forbids_end_the_reading() {
    let cases: [(usize, u8, FieldName); 4] = [
        (14, 0x55, FieldName::IpVersion),
        (14, 0x44, FieldName::IpHeaderLen),
        (46, 0x40, FieldName::TcpHeaderLen),
        (55, 0x05, FieldName::TcpOptionLen),
    ];
    for (at, value, expected) in cases {
        let mut frame = bytes(SYN);
        frame[at] = value;
        let layers = read_all(&frame);
        let mut malformed = layers.problems().filter(|(_, problem)| problem.is_malformed());
        let found = malformed.find_map(|(_, problem)| match problem {
            Problem::BadValue { field, .. } => Some(*field),
            _ => None,
        });
        assert_eq!(found, Some(expected));
    }
}

#[test]
fn an_error_quotes_once() {
    // An ICMP error about an ICMP error about ... : the second one is data.
    let mut packet = Vec::new();
    for _ in 0..50 {
        let mut outer = bytes("45000000000000004001000001010101020202020300000000000000");
        outer.extend(&packet);
        let len = (outer.len() as u16).to_be_bytes();
        outer[2..4].copy_from_slice(&len);
        packet = outer;
    }
    use LayerProtocol::{Data, Icmp, Ipv4};
    assert_eq!(protocols(&Layers::dissect_ip(&packet)), [Ipv4, Icmp, Ipv4, Icmp, Data]);
}

/// A question with a pointer to itself as its name, over UDP.
fn question_that_loops() -> Vec<u8> {
    let mut frame = bytes("020000000afe020000000a0108004500002e0000000040110000c0a80a01c0a80a35");
    frame.extend(bytes("c3500035001a0000 123401000001000000000000 c00c00010001"));
    frame
}

#[test]
fn a_name_that_loops_is_a_problem_and_no_endless_reading() {
    let layers = read_all(&question_that_loops());
    let found = layers.problems().find_map(|(layer, problem)| match problem {
        Problem::BadValue { field, .. } => Some((layer.protocol, *field)),
        _ => None,
    });
    assert_eq!(found, Some((LayerProtocol::Dns, FieldName::DnsQueryName)));
}

#[test]
fn an_option_without_length_ends_neighbour_discovery() {
    // A router solicitation whose option says that it has no bytes (RFC 4861 section 4.6).
    let mut packet =
        bytes("6000000000103afffe800000000000000000000000000001ff020000000000000000000000000002");
    packet.extend(bytes("85000000000000000100000000000000"));
    let layers = Layers::dissect_ip(&packet);
    let icmp = layers.find(LayerProtocol::Icmpv6).unwrap();
    let expected = Problem::BadValue {
        field: FieldName::NdOptionLen,
        found: 0,
        expected: "at least 1: eight bytes",
    };
    assert!(icmp.problems.contains(&expected), "{:?}", icmp.problems);
}

proptest! {
    #[test]
    fn any_bytes_can_be_read(frame in vec(any::<u8>(), 0..200)) {
        read_all(&frame);
    }

    #[test]
    fn any_damage_to_a_frame_can_be_read(
        which in 0usize..3,
        damage in vec((0usize..98, any::<u8>()), 0..6),
        len in 0usize..120,
    ) {
        let intact = bytes([REQUEST, ROUTED, SYN][which]);
        let mut frame = intact.clone();
        for (at, value) in damage {
            if let Some(byte) = frame.get_mut(at) {
                *byte = value;
            }
        }
        frame.resize(len, 0);
        let (old, new) = (read_all(&intact), read_all(&frame));
        prop_assert!(diff(&new, &new).is_empty());
        let there: Vec<_> = diff(&old, &new).iter().map(|c| (c.field, c.layer)).collect();
        let back: Vec<_> = diff(&new, &old).iter().map(|c| (c.field, c.layer)).collect();
        prop_assert_eq!(there.len(), back.len());
    }
}
