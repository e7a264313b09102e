//! A name server: what comes to its port, and what it answers: from its zones, from its cache, or
//! after asking others.
//!
//! What it does not do, it says: other operations than queries are not implemented (NOTIMP), other
//! classes than the Internet's and zone transfers are refused, of EDNS it speaks version 0 without
//! options (RFC 6891). Bytes that are no message get FORMERR; what claims to be an answer gets
//! nothing, lest two servers answer each other for ever.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::{DNSClass, LowerName, Name, Record, RecordType};
use lanternet_core::trace::{DnsAnswer, DnsEvent, DnsRefusal, DnsTransport};
use lanternet_core::{Duration, Instant};

use super::authority::{Authority, End};
use super::cache::Hit;
use super::message::{self, Question, TCP_LIMIT};
use super::reason;
use super::resolver::{
    Failure, Outcome, Outgoing, Output as Resolved, QueryId, Received, Resolution, Resolver, Ticket,
};

/// The highest EDNS version there is (RFC 6891 section 6.1.3).
const EDNS_VERSION: u8 = 0;

/// Who sent a message, and the way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Client {
    /// Its address and port.
    pub address: SocketAddr,
    /// The connection that it came over, as those who carry messages call it; none for a datagram.
    pub connection: Option<u64>,
}

impl Client {
    const fn transport(self) -> DnsTransport {
        match self.connection {
            Some(_) => DnsTransport::Tcp,
            None => DnsTransport::Udp,
        }
    }
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Send this to a client.
    Reply {
        /// The client.
        client: Client,
        /// The message.
        message: Vec<u8>,
    },
    /// Send this to another server, and bring back what becomes of it.
    Send(Outgoing),
    /// A reason.
    Tell(DnsEvent),
}

/// A name server.
#[derive(Clone, Debug)]
pub struct Server {
    authority: Authority,
    resolver: Option<Resolver>,
    waiting: BTreeMap<Ticket, Waiting>,
    tickets: u64,
    output: VecDeque<Output>,
}

/// A query that others have to be asked about.
#[derive(Clone, Debug)]
struct Waiting {
    client: Client,
    query: Message,
    /// Aliases of our own zones that came before.
    aliases: Vec<Record>,
}

impl Server {
    /// A server with these zones. Of all else it answers with what the resolver finds, or refuses
    /// it when there is none.
    pub const fn new(authority: Authority, resolver: Option<Resolver>) -> Self {
        Self { authority, resolver, waiting: BTreeMap::new(), tickets: 0, output: VecDeque::new() }
    }

    /// Its zones.
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Its resolver.
    pub const fn resolver(&self) -> Option<&Resolver> {
        self.resolver.as_ref()
    }

    /// Hands questions on to these servers from now on, if it is a forwarder.
    pub fn set_forwarders(&mut self, servers: Vec<SocketAddr>) {
        if let Some(resolver) = &mut self.resolver {
            resolver.set_forwarders(servers);
        }
    }

    /// What to do next; `None` until something happens.
    pub fn poll(&mut self) -> Option<Output> {
        self.output.pop_front()
    }

    /// A client sent a message.
    pub fn receive(&mut self, now: Instant, client: Client, bytes: &[u8]) {
        let Some(query) = message::decode(bytes) else {
            let answer = message::header(bytes).map(|(id, operation)| {
                let code = match operation {
                    OpCode::Query => ResponseCode::FormErr,
                    _ => ResponseCode::NotImp,
                };
                Message::error_msg(id, operation, code)
            });
            let (length, answered) = (bytes.len(), answer.is_some());
            self.tell(DnsEvent::QueryMalformed { client: client.address, length, answered });
            if let Some(answer) = answer {
                self.send(client, message::encode(&answer));
            }
            return;
        };
        if message::header(bytes).is_none() {
            // A response, to whom it may concern.
            let length = bytes.len();
            self.tell(DnsEvent::QueryMalformed { client: client.address, length, answered: false });
            return;
        }
        self.query(now, client, query);
        self.carry();
    }

    /// Something came in for a message that was sent to another server.
    pub fn received(
        &mut self,
        now: Instant,
        id: QueryId,
        from: SocketAddr,
        bytes: &[u8],
    ) -> Received {
        let Some(resolver) = &mut self.resolver else { return Received::Taken };
        let received = resolver.receive(now, id, from, bytes);
        self.carry();
        received
    }

    /// Nothing will come for a message that was sent to another server.
    pub fn failed(&mut self, now: Instant, id: QueryId, failure: Failure) {
        if let Some(resolver) = &mut self.resolver {
            resolver.fail(now, id, failure);
            self.carry();
        }
    }

    fn tell(&mut self, event: DnsEvent) {
        self.output.push_back(Output::Tell(event));
    }

    fn send(&mut self, client: Client, message: Vec<u8>) {
        self.output.push_back(Output::Reply { client, message });
    }

    /// Takes out what the resolver has to say.
    fn carry(&mut self) {
        while let Some(output) = self.resolver.as_mut().and_then(Resolver::poll) {
            match output {
                Resolved::Send(outgoing) => self.output.push_back(Output::Send(outgoing)),
                Resolved::Tell(event) => self.tell(event),
                Resolved::Done { ticket, resolution } => self.resolved(ticket, resolution),
            }
        }
    }

    fn query(&mut self, now: Instant, client: Client, query: Message) {
        if query.metadata.op_code != OpCode::Query {
            let question = query.queries.first().map_or_else(no_question, Question::from);
            self.refuse(client, &query, &question, ResponseCode::NotImp, DnsRefusal::Operation);
            return;
        }
        // One question a query (RFC 9619).
        let [asked] = query.queries.as_slice() else {
            self.malformed(client, &query);
            return;
        };
        let question = Question::from(asked);
        self.tell(DnsEvent::QueryReceived {
            client: client.address,
            question: reason::question(&question),
            transport: client.transport(),
            recursion: query.metadata.recursion_desired,
        });
        let refusal = if query.edns.as_ref().is_some_and(|edns| edns.version() > EDNS_VERSION) {
            Some((ResponseCode::BADVERS, DnsRefusal::Version))
        } else if asked.query_class() != DNSClass::IN {
            Some((ResponseCode::Refused, DnsRefusal::Class))
        } else if matches!(question.kind, RecordType::AXFR | RecordType::IXFR) {
            Some((ResponseCode::Refused, DnsRefusal::Transfer))
        } else {
            None
        };
        if let Some((code, why)) = refusal {
            self.refuse(client, &query, &question, code, why);
            return;
        }
        // Types that are no records of names (RFC 6895 section 3.1).
        let meta = [RecordType::OPT, RecordType::TSIG, RecordType::ZERO];
        if meta.contains(&question.kind) {
            self.malformed(client, &query);
            return;
        }
        let name = asked.name().clone();
        let mut response = message::respond(&query);
        response.metadata.recursion_available = self.resolver.is_some();
        let from_zone = self.authority.answer(&name, question.kind, &mut response);
        let Some(answer) = from_zone else {
            self.ask_others(now, client, query, &question, Vec::new());
            return;
        };
        let recursion = query.metadata.recursion_desired && self.resolver.is_some();
        match answer.end {
            End::Delegated | End::AliasElsewhere(_) if recursion => {
                let aliases: Vec<Record> = std::mem::take(&mut response.answers);
                let target = last_target(&name, &aliases);
                let question = Question::new(&target, question.kind);
                self.ask_others(now, client, query, &question, aliases);
            }
            _ => {
                self.tell(DnsEvent::AnsweredFromZone {
                    client: client.address,
                    question: reason::question(&question),
                    zone: reason::name(&answer.zone),
                    wildcard: answer.wildcard.as_ref().map(reason::name),
                    answer: reason::answer(&response),
                });
                self.reply(client, &query, &response);
            }
        }
    }

    fn malformed(&mut self, client: Client, query: &Message) {
        let length = message::encode(query).len();
        self.tell(DnsEvent::QueryMalformed { client: client.address, length, answered: true });
        let mut response = message::respond(query);
        response.metadata.response_code = ResponseCode::FormErr;
        self.reply(client, query, &response);
    }

    fn refuse(
        &mut self,
        client: Client,
        query: &Message,
        question: &Question,
        code: ResponseCode,
        why: DnsRefusal,
    ) {
        let question = reason::question(question);
        self.tell(DnsEvent::QueryRefused { client: client.address, question, why });
        let mut response = message::respond(query);
        response.metadata.response_code = code;
        response.metadata.recursion_available = self.resolver.is_some();
        self.reply(client, query, &response);
    }

    /// A question that the zones do not answer.
    fn ask_others(
        &mut self,
        now: Instant,
        client: Client,
        query: Message,
        question: &Question,
        aliases: Vec<Record>,
    ) {
        let refused = ResponseCode::Refused;
        let Some(resolver) = &mut self.resolver else {
            self.refuse(client, &query, question, refused, DnsRefusal::NotServed);
            return;
        };
        if !query.metadata.recursion_desired {
            // What is known may be told to those who want no more (RFC 1034 section 4.3.1).
            match resolver.cache_mut().answer(now, question) {
                Some(hit) => {
                    let outcome = match hit {
                        Hit::Records { records, .. } => Outcome::Records(records),
                        Hit::NoData { soa, .. } => Outcome::NoData(soa),
                        Hit::NameError { soa, .. } => Outcome::NameError(soa),
                    };
                    let resolution = Resolution { aliases: Vec::new(), outcome, queries: 0 };
                    self.answer(Waiting { client, query, aliases }, resolution);
                }
                None => {
                    let why = DnsRefusal::RecursionNotAsked;
                    self.refuse(client, &query, question, refused, why);
                }
            }
            return;
        }
        if resolver.is_busy() {
            self.refuse(client, &query, question, ResponseCode::ServFail, DnsRefusal::Busy);
            return;
        }
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let address = client.address;
        self.waiting.insert(ticket, Waiting { client, query, aliases });
        if resolver.ask(now, question, ticket) {
            let question = reason::question(question);
            self.tell(DnsEvent::QueryJoined { client: address, question });
        }
    }

    fn resolved(&mut self, ticket: Ticket, resolution: Resolution) {
        if let Some(waiting) = self.waiting.remove(&ticket) {
            self.answer(waiting, resolution);
        }
    }

    /// Answers with what others said.
    fn answer(&mut self, waiting: Waiting, resolution: Resolution) {
        let Waiting { client, query, aliases } = waiting;
        let mut response = message::respond(&query);
        response.metadata.recursion_available = true;
        let asked = query.queries.first().map(|asked| asked.name().clone()).unwrap_or_default();
        response.add_answers(aliases);
        response.add_answers(resolution.aliases);
        let mut shortest: Option<u32> = None;
        match resolution.outcome {
            Outcome::Records(records) => {
                response.add_answers(records);
            }
            Outcome::NoData(soa) => {
                response.add_authorities(soa);
            }
            Outcome::NameError(soa) => {
                response.metadata.response_code = ResponseCode::NXDomain;
                response.add_authorities(soa);
            }
            Outcome::Failed(_) => {
                response.metadata.response_code = ResponseCode::ServFail;
                response.answers.clear();
            }
        }
        for record in response.answers.iter_mut().chain(&mut response.authorities) {
            // The name as it was asked for, letter by letter.
            if LowerName::new(&record.name) == LowerName::new(&asked) {
                record.name = asked.clone();
            }
            shortest = Some(shortest.map_or(record.ttl, |ttl| ttl.min(record.ttl)));
        }
        let address = client.address;
        let question = query.queries.first().map_or_else(no_question, Question::from);
        let (question, answer) = (reason::question(&question), reason::answer(&response));
        let failed = answer == DnsAnswer::Failure;
        self.tell(match shortest {
            Some(seconds) if resolution.queries == 0 && !failed => DnsEvent::AnsweredFromCache {
                client: address,
                question,
                answer,
                remaining: Duration::from_secs(seconds.into()),
            },
            _ => {
                let queries = resolution.queries;
                DnsEvent::AnsweredAfterAsking { client: address, question, answer, queries }
            }
        });
        self.reply(client, &query, &response);
    }

    /// Sends a response, cut to what the way back carries.
    fn reply(&mut self, client: Client, query: &Message, response: &Message) {
        let limit = match client.transport() {
            DnsTransport::Udp => message::udp_limit(query),
            DnsTransport::Tcp => TCP_LIMIT,
        };
        let encoded = message::encode_within(response, limit);
        if let Some(length) = encoded.truncated_from {
            let question = query.queries.first().map_or_else(no_question, Question::from);
            let question = reason::question(&question);
            let address = client.address;
            self.tell(DnsEvent::AnswerTruncated { client: address, question, length, limit });
        }
        self.send(client, encoded.bytes);
    }
}

/// The name at the end of aliases that begin at `name`.
fn last_target(name: &Name, aliases: &[Record]) -> Name {
    match aliases.last().map(|record| &record.data) {
        Some(super::RData::CNAME(target)) => target.0.clone(),
        _ => name.clone(),
    }
}

/// Stands in a reason for a query without a question.
fn no_question() -> Question {
    Question::new(&Name::root(), RecordType::ZERO)
}
