//! Messages: how they are made, cut to fit, and matched with each other.

use std::fmt;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query};
use hickory_proto::rr::{DNSClass, LowerName, Name, Record, RecordData, RecordType};
use hickory_proto::serialize::binary::{BinEncodable, BinEncoder};
use lanternet_core::Rng;
use lanternet_core::trace::DnsMismatch;

/// The most that a client takes over UDP when it does not say (RFC 1035 section 4.2.1), in bytes.
pub const PLAIN_LIMIT: usize = 512;
/// What we take and send over UDP with EDNS, in bytes: it passes everywhere without being fragmented
/// (the figure of DNS flag day 2020).
pub const EDNS_LIMIT: u16 = 1232;
/// The most that the length in front of a message over TCP can tell (RFC 1035 section 4.2.2).
pub const TCP_LIMIT: usize = 65_535;
/// The length of a header (RFC 1035 section 4.1.1).
const HEADER: usize = 12;

/// What is asked for: a name and a type, in the class of the Internet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// The name, in small letters.
    pub name: LowerName,
    /// The type of the records.
    pub kind: RecordType,
}

impl Question {
    /// The question for records of this type at this name.
    pub fn new(name: &Name, kind: RecordType) -> Self {
        Self { name: LowerName::new(name), kind }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.kind)
    }
}

impl From<&Query> for Question {
    fn from(query: &Query) -> Self {
        Self::new(query.name(), query.query_type())
    }
}

/// The name that a person means by this text: absolute, with or without the dot at its end.
/// International names are turned into their ASCII form (RFC 5891).
///
/// # Errors
/// What is wrong with it: a label of more than 63 bytes, a name of more than 255 ...
pub fn name(text: &str) -> Result<Name, String> {
    let parsed = if text.is_ascii() { Name::from_ascii(text) } else { Name::from_utf8(text) };
    let mut name = parsed.map_err(|error| error.to_string())?;
    name.set_fqdn(true);
    Ok(name)
}

/// A query: with a question, an identifier, and EDNS, which tells what we take over UDP.
/// `recursion` asks the server for the whole answer.
pub fn query(id: u16, name: Name, kind: RecordType, recursion: bool) -> Message {
    let mut message = Message::new(id, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = recursion;
    message.add_query(Query::query(name, kind));
    message.set_edns(edns());
    message
}

/// What we say about ourselves in EDNS: our limit over UDP, and no options.
pub fn edns() -> Edns {
    let mut edns = Edns::new();
    edns.set_max_payload(EDNS_LIMIT);
    edns
}

/// An identifier that nobody guesses: 16 random bits.
pub fn random_id(rng: &mut Rng) -> u16 {
    // 16 of the 64 bits.
    (rng.next_u64() >> 48) as u16
}

/// Reads a message; `None` when it is none.
pub fn decode(bytes: &[u8]) -> Option<Message> {
    Message::from_vec(bytes).ok()
}

/// The identifier and operation of bytes that have at least a header and are a query, so that what
/// cannot be read can be answered.
pub fn header(bytes: &[u8]) -> Option<(u16, OpCode)> {
    let [high, low, flags, ..] = *bytes else { return None };
    // QR, the highest bit, is set in responses.
    (bytes.len() >= HEADER && flags & 0x80 == 0)
        .then(|| (u16::from_be_bytes([high, low]), OpCode::from_u8((flags >> 3) & 0xf)))
}

/// The whole message as bytes, for TCP or to know how long it is. One that is longer than TCP
/// carries is cut as over UDP.
pub fn encode(message: &Message) -> Vec<u8> {
    encode_within(message, TCP_LIMIT).bytes
}

/// A message that was made to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The message.
    pub bytes: Vec<u8>,
    /// The length of the whole message, when it did not fit and TC is set.
    pub truncated_from: Option<usize>,
}

/// The message as bytes, at most `limit` of them. Additional records go first, for nobody has to be
/// told of that (RFC 2181 section 9), except the addresses without which a referral leads nowhere
/// (RFC 9471). When more does not fit, only header and question are left, with TC set.
pub fn encode_within(message: &Message, limit: usize) -> Encoded {
    let whole = to_bytes(message);
    if whole.len() <= limit {
        return Encoded { bytes: whole, truncated_from: None };
    }
    let mut short = message.clone();
    let needed = if is_referral(message) { needed_glue(message) } else { 0 };
    while short.additionals.len() > needed {
        short.additionals.pop();
        let bytes = to_bytes(&short);
        if bytes.len() <= limit {
            return Encoded { bytes, truncated_from: None };
        }
    }
    Encoded { bytes: to_bytes(&message.truncate()), truncated_from: Some(whole.len()) }
}

/// A message that we made cannot be too long for its own counts, so that encoding fails only for
/// names and texts that no decoder and no zone lets in. It then becomes nothing, which nobody takes
/// for an answer.
fn to_bytes(message: &Message) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(PLAIN_LIMIT);
    let mut encoder = BinEncoder::new(&mut bytes);
    match message.emit(&mut encoder) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}

fn is_referral(message: &Message) -> bool {
    !message.metadata.authoritative
        && message.answers.is_empty()
        && message.authorities.iter().any(|record| record.record_type() == RecordType::NS)
}

/// How many of the additional records, which come first, are addresses of servers inside the zone
/// that they serve: nobody could find those otherwise.
fn needed_glue(message: &Message) -> usize {
    let Some(cut) = message.authorities.first().map(|record| &record.name) else { return 0 };
    message.additionals.iter().take_while(|record| cut.zone_of(&record.name)).count()
}

/// How long an answer to this query may be over UDP, in bytes: what the client takes, but no more
/// than what we send.
pub fn udp_limit(query: &Message) -> usize {
    match &query.edns {
        Some(edns) => usize::from(edns.max_payload().min(EDNS_LIMIT)).max(PLAIN_LIMIT),
        None => PLAIN_LIMIT,
    }
}

/// The beginning of an answer: the identifier, the question letter by letter, and what is copied
/// from the query (RFC 1035 section 4.1.1); EDNS when the client speaks it (RFC 6891 section 6.1.1).
pub fn respond(query: &Message) -> Message {
    let mut message = Message::response(query.metadata.id, query.metadata.op_code);
    message.metadata.recursion_desired = query.metadata.recursion_desired;
    // RFC 4035 section 3.1.6.
    message.metadata.checking_disabled = query.metadata.checking_disabled;
    message.add_queries(query.queries.iter().cloned());
    if query.edns.is_some() {
        message.set_edns(edns());
    }
    message
}

/// Whether `reply` is an answer to `query`: a response with its identifier and its question
/// (RFC 5452 section 9.1), letter by letter when `exact`, which is what makes random capitals
/// a second secret.
///
/// # Errors
/// What does not match.
pub fn matches(query: &Message, reply: &Message, exact: bool) -> Result<(), DnsMismatch> {
    if reply.metadata.message_type != MessageType::Response {
        return Err(DnsMismatch::NotAResponse);
    }
    if reply.metadata.id != query.metadata.id {
        return Err(DnsMismatch::Identifier);
    }
    let same = match (query.queries.as_slice(), reply.queries.as_slice()) {
        ([asked], [told]) => {
            asked.query_type() == told.query_type()
                && asked.query_class() == told.query_class()
                && match exact {
                    true => asked.name().eq_case(told.name()),
                    false => asked.name() == told.name(),
                }
        }
        // A server that could not read the question does not repeat it.
        (_, []) => {
            reply.answers.is_empty()
                && reply.metadata.response_code != hickory_proto::op::ResponseCode::NoError
                && reply.metadata.response_code != hickory_proto::op::ResponseCode::NXDomain
        }
        _ => false,
    };
    if same && reply.metadata.op_code == query.metadata.op_code {
        Ok(())
    } else {
        Err(DnsMismatch::Question)
    }
}

/// Whether a record is about the Internet and not about the message that it is in.
pub fn is_data(record: &Record) -> bool {
    record.dns_class == DNSClass::IN
        && !matches!(
            record.record_type(),
            RecordType::OPT | RecordType::TSIG | RecordType::ANY | RecordType::ZERO
        )
        && !record.data.is_update()
}

#[cfg(test)]
mod tests;
