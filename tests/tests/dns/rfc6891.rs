//! RFC 6891: EDNS(0).

use lanternet_net::dns::{Edns, Message, RecordType, ResponseCode, message};

use crate::asking::{CLIENT, answer_to, ask_with, server};

const ZONE: &str = "\
$ORIGIN example.
$TTL 1h
@    SOA ns admin 1 1h 10m 1w 1m
@    NS  ns
ns   A   192.0.2.1
";

fn query(edns: Option<Edns>) -> Message {
    let name = message::name("many.example").unwrap();
    let mut query = message::query(1, name, RecordType::A, false);
    query.edns = edns;
    query
}

fn edns(payload: u16) -> Edns {
    let mut edns = Edns::new();
    edns.set_max_payload(payload);
    edns
}

/// Section 6.1.1: who asks with OPT gets one back, who asks without gets none. Ours has version 0, no
/// options and our own limit.
#[test]
fn section_6_1_1_an_opt_record_is_answered_with_one() {
    let mut server = server(&[ZONE]);
    assert!(ask_with(&mut server, &query(None)).edns.is_none());
    let told = ask_with(&mut server, &query(Some(edns(4096)))).edns.unwrap();
    assert_eq!((told.version(), told.max_payload()), (0, 1232));
    assert!(told.options().as_ref().is_empty());
}

/// Section 6.2.3: answers may be as long as the client says; less than 512 counts as 512. We send no
/// more than 1232, whatever the client takes.
#[test]
fn section_6_2_3_the_clients_limit_is_kept() {
    let mut text = ZONE.to_owned();
    // 12 + 18 + 11 + 16 for each.
    for number in 0..70 {
        text += &format!("many A 192.0.2.{number}\n");
    }
    let mut server = server(&[&text]);
    for (payload, fits) in
        [(None, false), (Some(512), false), (Some(1160), false), (Some(1161), true)]
    {
        let query = query(payload.map(edns));
        let reply = answer_to(&mut server, CLIENT, &message::encode(&query)).unwrap();
        let limit = payload.unwrap_or(512).into();
        assert!(reply.len() <= limit);
        let reply = message::decode(&reply).unwrap();
        assert_eq!(reply.metadata.truncation, !fits, "{payload:?}");
        assert_eq!(reply.edns.is_some(), payload.is_some());
    }
}

/// Section 6.1.3: a version that the server does not know is BADVERS, with the highest that it does.
#[test]
fn section_6_1_3_another_version_is_badvers() {
    let mut newer = edns(1232);
    newer.set_version(1);
    let reply = ask_with(&mut server(&[ZONE]), &query(Some(newer)));
    // The number has another name for signatures.
    let code = u16::from(reply.metadata.response_code);
    assert_eq!(code, u16::from(ResponseCode::BADVERS));
    assert_eq!(reply.edns.unwrap().version(), 0);
    assert!(reply.answers.is_empty());
}

/// Section 6.1.1: two OPT records are a format error.
#[test]
fn section_6_1_1_two_opt_records_are_a_format_error() {
    let mut bytes = message::encode(&query(Some(edns(1232))));
    let opt = bytes[bytes.len() - 11..].to_vec();
    bytes.extend(opt);
    bytes[11] = 2;
    let reply = answer_to(&mut server(&[ZONE]), CLIENT, &bytes).unwrap();
    assert_eq!(message::decode(&reply).unwrap().metadata.response_code, ResponseCode::FormErr);
}
