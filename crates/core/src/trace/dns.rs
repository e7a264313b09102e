//! Names (RFC 1034): what servers and resolvers decide.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use serde::Serialize;

use crate::time::Duration;

/// What happened, and what decided it. Names are without the dot at their end, the root is `.`;
/// types are the field's mnemonics, such as `AAAA`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum DnsEvent {
    /// A server got a question.
    QueryReceived {
        /// Who asks.
        client: SocketAddr,
        /// What.
        question: DnsQuestion,
        /// How.
        transport: DnsTransport,
        /// Whether the client wants the whole answer rather than a referral (RD).
        recursion: bool,
    },
    /// A server got bytes that are no question.
    QueryMalformed {
        /// Who sent them.
        client: SocketAddr,
        /// How many.
        length: usize,
        /// Whether something was answered (FORMERR); nothing is to what claims to be an answer, or
        /// has no header.
        answered: bool,
    },
    /// A server answered from a zone of its own.
    AnsweredFromZone {
        /// Who asked.
        client: SocketAddr,
        /// What.
        question: DnsQuestion,
        /// The zone.
        zone: Arc<str>,
        /// The wildcard that the answer was made from (RFC 4592).
        #[serde(skip_serializing_if = "Option::is_none")]
        wildcard: Option<Arc<str>>,
        /// The answer.
        answer: DnsAnswer,
    },
    /// A server answered from its cache.
    AnsweredFromCache {
        /// Who asked.
        client: SocketAddr,
        /// What.
        question: DnsQuestion,
        /// The answer.
        answer: DnsAnswer,
        /// How long it may still be kept.
        remaining: Duration,
    },
    /// A server answered with what other servers told it.
    AnsweredAfterAsking {
        /// Who asked.
        client: SocketAddr,
        /// What.
        question: DnsQuestion,
        /// The answer.
        answer: DnsAnswer,
        /// How many questions to other servers it took.
        queries: u32,
    },
    /// A server would not answer.
    QueryRefused {
        /// Who asked.
        client: SocketAddr,
        /// What.
        question: DnsQuestion,
        /// Why.
        why: DnsRefusal,
    },
    /// An answer was too long for a datagram: the client is told to ask over TCP (TC).
    AnswerTruncated {
        /// Who asked.
        client: SocketAddr,
        /// What.
        question: DnsQuestion,
        /// The length of the whole answer, in bytes.
        length: usize,
        /// The most that the client takes over UDP, in bytes.
        limit: usize,
    },
    /// A question was being asked already: its answer will serve this client too.
    QueryJoined {
        /// Who asks.
        client: SocketAddr,
        /// What.
        question: DnsQuestion,
    },
    /// A resolver asks a server.
    ServerAsked {
        /// The server.
        server: IpAddr,
        /// The zone that it is asked as a server of; none when it is asked to do all the work.
        #[serde(skip_serializing_if = "Option::is_none")]
        zone: Option<Arc<str>>,
        /// What.
        question: DnsQuestion,
        /// How.
        transport: DnsTransport,
    },
    /// A server knew the answer.
    ServerAnswered {
        /// The server.
        server: IpAddr,
        /// What was asked.
        question: DnsQuestion,
        /// Its answer.
        answer: DnsAnswer,
    },
    /// A server said who knows more: its servers are asked next.
    ReferralFollowed {
        /// The server that said so.
        server: IpAddr,
        /// What was asked.
        question: DnsQuestion,
        /// The zone that was delegated.
        zone: Arc<str>,
        /// The names of its servers.
        servers: Arc<[Arc<str>]>,
        /// Their addresses, as far as they came along (glue).
        glue: Arc<[IpAddr]>,
    },
    /// The name is another name for something else: the search goes on with that.
    AliasFollowed {
        /// The alias.
        name: Arc<str>,
        /// What it stands for.
        target: Arc<str>,
    },
    /// A server's name has no known address: it is looked up first.
    ServerLookedUp {
        /// The server's name.
        name: Arc<str>,
        /// The zone that it serves.
        zone: Arc<str>,
        /// What is asked of it when it is found.
        question: DnsQuestion,
    },
    /// A server is to serve a zone and does not (RFC 1912 section 2.8).
    ServerLame {
        /// The server.
        server: IpAddr,
        /// The zone that was delegated to it.
        zone: Arc<str>,
        /// What was asked.
        question: DnsQuestion,
        /// What it did instead.
        why: DnsLame,
    },
    /// A server said that it could not answer.
    ServerFailed {
        /// The server.
        server: IpAddr,
        /// What was asked.
        question: DnsQuestion,
        /// Its response code, such as `SERVFAIL`.
        code: Arc<str>,
    },
    /// A server did not answer in time.
    ServerSilent {
        /// The server.
        server: IpAddr,
        /// What was asked.
        question: DnsQuestion,
        /// How long it had.
        after: Duration,
    },
    /// A server cannot be reached, or nothing listens there.
    ServerUnreachable {
        /// The server.
        server: IpAddr,
        /// What was asked.
        question: DnsQuestion,
    },
    /// An answer was cut off (TC): the question is asked again over TCP.
    RetriedOverTcp {
        /// The server.
        server: IpAddr,
        /// What was asked.
        question: DnsQuestion,
    },
    /// A message that is no answer to what was asked was left aside; the wait goes on.
    ReplyIgnored {
        /// Who seems to have sent it.
        from: SocketAddr,
        /// What was asked.
        question: DnsQuestion,
        /// What is wrong with it.
        why: DnsMismatch,
    },
    /// A server told of names that are none of its business: what it said of them was not believed.
    OutOfBailiwick {
        /// The server.
        server: IpAddr,
        /// The zone that it is asked about.
        zone: Arc<str>,
        /// The first such name.
        name: Arc<str>,
        /// How many records were left aside.
        records: usize,
    },
    /// The search came back to where it had been.
    LoopDetected {
        /// What was asked.
        question: DnsQuestion,
        /// What goes round.
        why: DnsLoop,
        /// The name at which it closed.
        name: Arc<str>,
    },
    /// A search was given up because it took too much.
    LimitReached {
        /// What was asked.
        question: DnsQuestion,
        /// Too much of what.
        limit: DnsLimit,
        /// How much was allowed.
        most: u64,
    },
    /// A server could not find the answer and said so (SERVFAIL).
    ResolutionFailed {
        /// What was asked.
        question: DnsQuestion,
        /// Why.
        why: DnsFailure,
        /// The zone at which the search ended; none when others were to do it.
        #[serde(skip_serializing_if = "Option::is_none")]
        zone: Option<Arc<str>>,
    },
    // What the resolver of a host does for its programs (the stub; RFC 1034 section 5.3.1). It asks
    // its servers with the events above.
    /// The host's own cache knew the answer, and nobody was asked.
    KnownFromCache {
        /// What was asked.
        question: DnsQuestion,
        /// The answer.
        answer: DnsAnswer,
        /// How long it may still be kept.
        remaining: Duration,
    },
    /// A short name was completed with a search domain.
    SearchDomainTried {
        /// The name as it was written.
        name: Arc<str>,
        /// The name that is looked up.
        full: Arc<str>,
    },
    /// A host could not find out what a name means, though it asked.
    LookupFailed {
        /// The name as it was written.
        name: Arc<str>,
        /// Why.
        why: DnsLookupFailure,
        /// The servers that the host may ask, in that order.
        servers: Arc<[IpAddr]>,
    },
}

/// Why a host could not find out what a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsLookupFailure {
    /// There is no such name (NXDOMAIN).
    NameError,
    /// There is the name, but it has no address that the host could use (NODATA).
    NoData,
    /// No server answered, or none could be reached.
    NoServerAnswered,
    /// The servers answered that they cannot or will not find out.
    Failure,
    /// The servers only said who knows more: they serve zones and look nothing up for others.
    OnlyReferrals,
    /// It is no name that could be asked for, such as one with a label of more than 63 bytes.
    NotAName,
}

/// A question: a name, and what about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DnsQuestion {
    /// The name.
    pub name: Arc<str>,
    /// The type of record, such as `A`.
    #[serde(rename = "type")]
    pub kind: Arc<str>,
}

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsTransport {
    /// One datagram.
    Udp,
    /// A connection (RFC 7766).
    Tcp,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "says", rename_all = "kebab-case")]
pub enum DnsAnswer {
    /// Records: each as in a master file, without owner and TTL: `A 192.0.2.1`.
    Records {
        /// In the order of the answer.
        records: Arc<[Arc<str>]>,
    },
    /// The name is there, but it has nothing of this type (NODATA, RFC 2308 section 2.2).
    NoData,
    /// There is no such name (NXDOMAIN, RFC 2308 section 2.1).
    NameError,
    /// Others know: the zone's servers.
    Referral {
        /// The zone.
        zone: Arc<str>,
        /// The names of its servers.
        servers: Arc<[Arc<str>]>,
    },
    /// It could not be found out (SERVFAIL).
    Failure,
}

/// Why a server would not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsRefusal {
    /// It is in none of the server's zones, and the server does not look names up for others.
    NotServed,
    /// The server looks names up, but the client did not ask it to (RD).
    RecursionNotAsked,
    /// Another class than the Internet's.
    Class,
    /// A zone transfer.
    Transfer,
    /// Another operation than a query (NOTIMP).
    Operation,
    /// An EDNS version that it does not speak (BADVERS, RFC 6891 section 6.1.3).
    Version,
    /// It has too many questions under way already.
    Busy,
}

/// How a server shows that it does not serve a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsLame {
    /// It refuses (REFUSED, NOTAUTH).
    Refused,
    /// It points to the zone itself or above.
    UpwardReferral,
    /// It answers without authority (no AA).
    NotAuthoritative,
    /// It says neither yes nor no.
    Empty,
}

/// Why a message is no answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsMismatch {
    /// It cannot be read.
    Malformed,
    /// It is no response.
    NotAResponse,
    /// Another identifier.
    Identifier,
    /// Another question, or one in other letters.
    Question,
    /// From another address or port.
    Sender,
}

/// What goes round in a circle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsLoop {
    /// Aliases.
    Alias,
    /// To find a server, that server has to be found first.
    Delegation,
}

/// What there may be only so much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsLimit {
    /// Questions to other servers.
    Queries,
    /// Aliases in a row.
    Aliases,
    /// Servers of servers of servers that have to be found first.
    Depth,
    /// Time, in milliseconds.
    Time,
}

/// Why an answer could not be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsFailure {
    /// None of the servers gave a usable answer.
    NoServerAnswered,
    /// No address is known for any of the servers.
    NoServerAddress,
    /// It went in a circle.
    Loop,
    /// It took too much.
    Limit,
}
