//! Cutting (RFC 2181 section 9, RFC 9471) and matching (RFC 5452).

use std::net::Ipv4Addr;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RData;
use hickory_proto::rr::rdata::{A, NS};

use super::*;

fn asked() -> Message {
    query(7, name("www.example.com").unwrap(), RecordType::A, true)
}

fn address(owner: &str, last: u8) -> Record {
    let owner = name(owner).unwrap();
    Record::from_rdata(owner, 60, RData::A(A(Ipv4Addr::new(192, 0, 2, last))))
}

#[test]
fn an_answer_that_fits_is_whole_and_one_that_does_not_is_empty_with_tc() {
    let mut message = respond(&asked());
    for number in 0..100 {
        message.add_answer(address("www.example.com", number));
    }
    // Header 12, question 21, OPT 11, and 16 for each record with a compressed name.
    assert_eq!(encode(&message).len(), 12 + 21 + 11 + 100 * 16);
    let cut = encode_within(&message, 1232);
    assert_eq!(cut.truncated_from, Some(1644));
    let cut = decode(&cut.bytes).unwrap();
    assert!(cut.metadata.truncation && cut.answers.is_empty() && cut.edns.is_some());
    assert_eq!(cut.queries, message.queries);
    assert!(!decode(&encode_within(&message, 1644).bytes).unwrap().metadata.truncation);
}

#[test]
fn additional_records_are_left_out_without_tc_but_not_needed_glue() {
    let mut message = respond(&asked());
    message.add_answer(address("www.example.com", 1));
    for number in 0..100 {
        message.add_additional(address("mail.example.com", number));
    }
    let cut = encode_within(&message, 512);
    assert_eq!(cut.truncated_from, None);
    let cut = decode(&cut.bytes).unwrap();
    assert!(!cut.metadata.truncation && cut.answers.len() == 1 && cut.additionals.len() > 20);

    let mut referral = respond(&asked());
    let zone = name("example.com").unwrap();
    let server = name("ns.example.com").unwrap();
    referral.add_authority(Record::from_rdata(zone, 60, RData::NS(NS(server))));
    for number in 0..100 {
        referral.add_additional(address("ns.example.com", number));
    }
    assert!(decode(&encode_within(&referral, 512).bytes).unwrap().metadata.truncation);
}

#[test]
fn the_limit_over_udp_is_the_clients_within_ours() {
    let mut message = asked();
    let mut limit = |payload: Option<u16>| {
        message.edns = payload.map(|payload| {
            let mut edns = Edns::new();
            edns.set_max_payload(payload);
            edns
        });
        udp_limit(&message)
    };
    assert_eq!([None, Some(100), Some(800), Some(4096)].map(&mut limit), [512, 512, 800, 1232]);
}

#[test]
fn an_answer_has_the_identifier_and_the_question_of_the_query() {
    let mut asked = asked();
    let reply = respond(&asked);
    assert_eq!(matches(&asked, &reply, true), Ok(()));
    assert_eq!(matches(&asked, &asked, true), Err(DnsMismatch::NotAResponse));
    asked.metadata.id = 8;
    assert_eq!(matches(&asked, &reply, true), Err(DnsMismatch::Identifier));
    asked.metadata.id = 7;
    asked.queries[0].set_name(name("WWW.example.com").unwrap());
    assert_eq!(matches(&asked, &reply, true), Err(DnsMismatch::Question));
    assert_eq!(matches(&asked, &reply, false), Ok(()));
    asked.queries[0].set_query_type(RecordType::MX);
    assert_eq!(matches(&asked, &reply, false), Err(DnsMismatch::Question));
    let mut unread = Message::error_msg(7, OpCode::Query, ResponseCode::FormErr);
    assert_eq!(matches(&asked, &unread, true), Ok(()));
    unread.metadata.response_code = ResponseCode::NXDomain;
    assert_eq!(matches(&asked, &unread, true), Err(DnsMismatch::Question));
}

#[test]
fn only_queries_have_a_header_worth_an_answer() {
    let mut bytes = encode(&asked());
    assert_eq!(header(&bytes), Some((7, OpCode::Query)));
    assert_eq!(header(&bytes[..11]), None);
    bytes[2] |= 0x80;
    assert_eq!(header(&bytes), None);
}
