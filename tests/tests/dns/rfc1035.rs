//! RFC 1035: messages. (Master files are tested where they are read.)

use lanternet_core::trace::DnsEvent;
use lanternet_net::dns::server::Output;
use lanternet_net::dns::{
    DNSClass, Message, MessageType, OpCode, Query, RecordType, ResponseCode, message,
};

use crate::asking::{CLIENT, OVER_TCP, answer_to, ask_with, server};

const ZONE: &str = "\
$ORIGIN example.
$TTL 1h
@    SOA ns admin 1 1h 10m 1w 1m
@    NS  ns
ns   A   192.0.2.1
";

fn query(name: &str) -> Message {
    let mut query = message::query(0x1234, message::name(name).unwrap(), RecordType::A, true);
    query.edns = None;
    query
}

/// Section 4.1.1: identifier, operation and RD are copied, QR is set; a server that does not look
/// names up for others says so (no RA). Section 4.1.2: the question comes back, letter by letter
/// (RFC 4343 section 4.1).
#[test]
fn section_4_1_1_the_header_of_an_answer_has_what_it_copies_and_what_it_sets() {
    let query = query("Ns.eXample");
    let reply = ask_with(&mut server(&[ZONE]), &query);
    let metadata = &reply.metadata;
    assert_eq!(metadata.id, 0x1234);
    assert_eq!(metadata.message_type, MessageType::Response);
    assert_eq!(metadata.op_code, OpCode::Query);
    assert!(metadata.recursion_desired && !metadata.recursion_available);
    assert!(!metadata.authentic_data && !metadata.truncation && metadata.authoritative);
    assert!(reply.queries[0].name().eq_case(query.queries[0].name()));
    assert!(reply.answers[0].name.eq_case(query.queries[0].name()));
    assert!(reply.edns.is_none());
}

/// Section 4.1.1: what cannot be read is a format error, of whatever its first twelve bytes say.
#[test]
fn section_4_1_1_what_cannot_be_read_is_a_format_error() {
    let mut server = server(&[ZONE]);
    let whole = message::encode(&query("ns.example"));
    for length in 0..whole.len() {
        let reply = answer_to(&mut server, CLIENT, &whole[..length]);
        if length < 12 {
            assert_eq!(reply, None, "{length}");
            continue;
        }
        let reply = message::decode(&reply.unwrap()).unwrap();
        assert_eq!(reply.metadata.response_code, ResponseCode::FormErr, "{length}");
        assert_eq!(reply.metadata.id, 0x1234);
    }
}

/// A response is no question: an answer to it could be answered again, and so on for ever.
#[test]
fn section_7_3_a_response_is_not_answered() {
    let mut server = server(&[ZONE]);
    let mut bytes = message::encode(&query("ns.example"));
    bytes[2] |= 0x80;
    assert_eq!(answer_to(&mut server, CLIENT, &bytes), None);
    bytes.truncate(13);
    assert_eq!(answer_to(&mut server, CLIENT, &bytes), None);
}

/// Section 4.1.1: other operations are not implemented, whatever is in them.
#[test]
fn section_4_1_1_other_operations_are_not_implemented() {
    let mut server = server(&[ZONE]);
    for operation in [OpCode::Status, OpCode::Notify, OpCode::Update, OpCode::Unknown(1)] {
        let mut query = query("ns.example");
        query.metadata.op_code = operation;
        let reply = ask_with(&mut server, &query);
        assert_eq!(reply.metadata.response_code, ResponseCode::NotImp, "{operation:?}");
        assert_eq!(reply.metadata.op_code, operation);
    }
}

/// RFC 9619: a query has one question.
#[test]
fn rfc_9619_none_or_two_questions_are_a_format_error() {
    let mut server = server(&[ZONE]);
    let mut none = query("ns.example");
    none.queries.clear();
    let mut two = query("ns.example");
    two.add_query(two.queries[0].clone());
    for query in [none, two] {
        let reply = ask_with(&mut server, &query);
        assert_eq!(reply.metadata.response_code, ResponseCode::FormErr);
    }
}

/// Section 3.2.4: the class of the Internet is the only one that we have.
#[test]
fn section_3_2_4_other_classes_are_refused() {
    let mut server = server(&[ZONE]);
    for class in [DNSClass::CH, DNSClass::HS, DNSClass::ANY, DNSClass::NONE] {
        let mut query = query("ns.example");
        query.queries[0].set_query_class(class);
        let reply = ask_with(&mut server, &query);
        assert_eq!(reply.metadata.response_code, ResponseCode::Refused, "{class}");
    }
}

/// Section 3.2.3: zone transfers are refused, and names of nobody's zone.
#[test]
fn section_4_1_1_what_the_server_does_not_serve_is_refused() {
    let mut server = server(&[ZONE]);
    let mut transfer = query("example");
    transfer.queries[0].set_query_type(RecordType::AXFR);
    for query in [transfer, query("example.com"), query(".")] {
        let reply = ask_with(&mut server, &query);
        assert_eq!(reply.metadata.response_code, ResponseCode::Refused);
        assert!(!reply.metadata.authoritative && reply.authorities.is_empty());
    }
}

/// Section 4.2.1: over UDP 512 bytes are the most; what is longer says so (TC). Section 4.2.2: over TCP
/// it comes whole.
#[test]
fn section_4_2_1_a_long_answer_is_cut_over_udp_and_whole_over_tcp() {
    let mut text = ZONE.to_owned();
    for number in 0..60 {
        text += &format!("many A 192.0.2.{number}\n");
    }
    let mut server = server(&[&text]);
    let bytes = message::encode(&query("many.example"));
    server.receive(lanternet_core::Instant::ZERO, CLIENT, &bytes);
    let outputs: Vec<_> = std::iter::from_fn(|| server.poll()).collect();
    assert!(outputs.iter().any(|output| matches!(
        output,
        Output::Tell(DnsEvent::AnswerTruncated { length, limit: 512, .. }) if *length > 900
    )));
    let Some(Output::Reply { message: cut, .. }) = outputs.last() else { panic!("{outputs:?}") };
    let cut = message::decode(cut).unwrap();
    assert!(cut.metadata.truncation && cut.answers.is_empty());
    let whole = answer_to(&mut server, OVER_TCP, &bytes).unwrap();
    let whole = message::decode(&whole).unwrap();
    assert!(!whole.metadata.truncation);
    assert_eq!(whole.answers.len(), 60);
}

/// Section 2.3.4: a name has at most 255 bytes, a label 63; the longest are served.
#[test]
fn section_2_3_4_the_longest_names_are_served() {
    let label = "x".repeat(63);
    // 3 × 64, one of 53 with its length, example with its, and the root: 254.
    let long = format!("{label}.{label}.{label}.{}.example", "y".repeat(52));
    let text = format!("{ZONE}{long}. A 192.0.2.5\n");
    let reply = ask_with(&mut server(&[&text]), &query(&long));
    assert_eq!(reply.answers.len(), 1);
    assert!(message::name(&format!("{label}x.example")).is_err());
}

/// Types that nobody knows are names without such a record (RFC 3597 section 5).
#[test]
fn rfc_3597_an_unknown_type_is_no_error() {
    let mut query = query("ns.example");
    query.queries =
        vec![Query::query(query.queries[0].name().clone(), RecordType::Unknown(65_280))];
    let reply = ask_with(&mut server(&[ZONE]), &query);
    assert_eq!(reply.metadata.response_code, ResponseCode::NoError);
    assert_eq!((reply.answers.len(), reply.authorities.len()), (0, 1));
}
