//! Names and messages as the facts of a trace.

use std::sync::Arc;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, Record, RecordType};
use lanternet_core::trace::{DnsAnswer, DnsQuestion};

use super::message::Question;
use super::presentation::{AsData, AsName};

/// A name as people write it: without the dot at its end, unless that is all of it.
pub fn name(name: &Name) -> Arc<str> {
    let text = AsName(name).to_string();
    match text.strip_suffix('.') {
        Some("") | None => text.into(),
        Some(name) => name.into(),
    }
}

/// The mnemonic of a type; `TYPE65280` for one that has none (RFC 3597 section 5).
pub fn kind(kind: RecordType) -> Arc<str> {
    match kind {
        RecordType::Unknown(number) => format!("TYPE{number}").into(),
        kind => kind.to_string().into(),
    }
}

/// A question.
pub fn question(question: &Question) -> DnsQuestion {
    DnsQuestion { name: name(&question.name), kind: kind(question.kind) }
}

/// A record without its owner and TTL: `A 192.0.2.1`.
pub fn record(record: &Record) -> Arc<str> {
    format!("{} {}", kind(record.record_type()), AsData(&record.data)).into()
}

/// What an answer says.
pub fn answer(message: &Message) -> DnsAnswer {
    match message.metadata.response_code {
        ResponseCode::NXDomain => DnsAnswer::NameError,
        ResponseCode::NoError if !message.answers.is_empty() => records(&message.answers),
        ResponseCode::NoError => {
            let cut = message.authorities.iter().find(|r| r.record_type() == RecordType::NS);
            match cut {
                Some(cut) if !message.metadata.authoritative => DnsAnswer::Referral {
                    zone: name(&cut.name),
                    servers: servers(&message.authorities).into(),
                },
                _ => DnsAnswer::NoData,
            }
        }
        _ => DnsAnswer::Failure,
    }
}

/// An answer of these records.
pub fn records(records: &[Record]) -> DnsAnswer {
    DnsAnswer::Records { records: records.iter().map(record).collect() }
}

/// The names of servers in these records.
pub fn servers(records: &[Record]) -> Vec<Arc<str>> {
    let names = records.iter().filter_map(|record| match &record.data {
        hickory_proto::rr::RData::NS(server) => Some(name(&server.0)),
        _ => None,
    });
    names.collect()
}

/// The mnemonic of a response code, as `dig` prints it: `SERVFAIL`.
pub fn code(code: ResponseCode) -> Arc<str> {
    match code {
        ResponseCode::NoError => "NOERROR".into(),
        ResponseCode::FormErr => "FORMERR".into(),
        ResponseCode::ServFail => "SERVFAIL".into(),
        ResponseCode::NXDomain => "NXDOMAIN".into(),
        ResponseCode::NotImp => "NOTIMP".into(),
        ResponseCode::Refused => "REFUSED".into(),
        ResponseCode::NotAuth => "NOTAUTH".into(),
        // One number with two names: in a message without a signature it is about EDNS.
        ResponseCode::BADVERS | ResponseCode::BADSIG => "BADVERS".into(),
        other => format!("RCODE{}", u16::from(other)).into(),
    }
}
