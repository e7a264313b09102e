//! The order in which a host asks for a name, and what it makes of the answers.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use lanternet_core::Duration;
use lanternet_core::trace::{
    DnsAnswer, DnsEvent, DnsLookupFailure, DnsTransport, NameSource, TraceEvent,
};
use lanternet_net::dns::{
    Credibility, Hit, Message, Name, PORT, Question, RData, Record, RecordType, ResponseCode,
    message, reason,
};

use super::exchange::{NoReply, Reply, exchange};
use crate::sockets::{Family, Sockets};

/// The most name servers that are asked (`MAXNS` of `resolv.conf(5)`).
const MOST_SERVERS: usize = 3;
/// How long one server has for its answer (`timeout`), and how often all are asked (`attempts`).
const PATIENCE: Duration = Duration::from_secs(5);
const ATTEMPTS: usize = 2;
/// The most aliases in a row that are followed; unbound's limit is near.
const MOST_ALIASES: usize = 16;

/// Why a host could not find out what a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// The name as it was written.
    pub name: Arc<str>,
    /// Why; `None` when there was nobody to ask.
    pub why: Option<DnsLookupFailure>,
    /// The servers that the host may ask.
    pub servers: Vec<IpAddr>,
}

impl std::fmt::Display for Unresolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, why, servers } = self;
        let servers = servers.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ");
        match why {
            None => write!(f, "nobody knows the name `{name}`"),
            Some(DnsLookupFailure::NameError) => {
                write!(f, "Name or service not known: there is no name `{name}`, says {servers}")
            }
            Some(DnsLookupFailure::NoData) => {
                write!(f, "No address associated with hostname: `{name}` has none, says {servers}")
            }
            Some(DnsLookupFailure::NoServerAnswered) => {
                write!(f, "Temporary failure in name resolution: no answer from {servers}")
            }
            Some(DnsLookupFailure::Failure) => {
                write!(f, "Temporary failure in name resolution: {servers} could not find out")
            }
            Some(DnsLookupFailure::OnlyReferrals) => write!(
                f,
                "Temporary failure in name resolution: {servers} looks nothing up for others"
            ),
            Some(DnsLookupFailure::NotAName) => {
                write!(f, "Name or service not known: `{name}` is no name")
            }
        }
    }
}

impl std::error::Error for Unresolved {}

impl Unresolved {
    /// The reason in this error, if it is this one.
    pub fn in_error(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<Unresolved> for io::Error {
    fn from(error: Unresolved) -> Self {
        use DnsLookupFailure as F;
        let kind = match error.why {
            None | Some(F::NameError | F::NoData | F::NotAName) => io::ErrorKind::NotFound,
            Some(F::NoServerAnswered) => io::ErrorKind::TimedOut,
            Some(F::Failure | F::OnlyReferrals) => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

/// The addresses of a name, never none.
pub(crate) async fn resolve<S: Sockets>(sockets: &S, name: &str) -> io::Result<Vec<IpAddr>> {
    let resolved = |addresses: Vec<IpAddr>, source| {
        sockets.tell(|| TraceEvent::NameResolved {
            name: name.into(),
            addresses: addresses.clone().into(),
            source,
        });
        Ok(addresses)
    };
    let settings = sockets.name_servers();
    let known = sockets.known_name(name);
    if let Some((addresses, NameSource::Literal)) = known {
        return resolved(addresses, NameSource::Literal);
    }
    let kinds = kinds(sockets);
    let candidates = candidates(name, &settings.search);
    for full in candidates.iter().flatten() {
        let addresses = cached_addresses(sockets, full, &kinds);
        if !addresses.is_empty() {
            return resolved(addresses, NameSource::Cache);
        }
    }
    if let Some((addresses, source)) = known {
        return resolved(addresses, source);
    }
    let failed = |why: DnsLookupFailure| {
        let name: Arc<str> = name.into();
        sockets.tell(|| {
            let (name, servers) = (name.clone(), settings.servers.clone().into());
            TraceEvent::Dns(DnsEvent::LookupFailed { name, why, servers })
        });
        Err(Unresolved { name, why: Some(why), servers: settings.servers.clone() }.into())
    };
    if settings.servers.is_empty() {
        sockets.tell(|| TraceEvent::NameUnknown { name: name.into() });
        return Err(Unresolved { name: name.into(), why: None, servers: Vec::new() }.into());
    }
    let Some(candidates) = candidates else { return failed(DnsLookupFailure::NotAName) };
    let mut why = DnsLookupFailure::NameError;
    for full in candidates {
        tell_completion(sockets, name, &full);
        let mut addresses = Vec::new();
        for kind in &kinds {
            let lookup = match look_up(sockets, &full, *kind).await {
                Ok(lookup) => lookup,
                Err(why) => return failed(why),
            };
            addresses.extend(addresses_in(&lookup.message.answers));
            match lookup.message.metadata.response_code {
                // Of this name there is nothing else either.
                ResponseCode::NXDomain => break,
                _ => why = DnsLookupFailure::NoData,
            }
        }
        if !addresses.is_empty() {
            // RFC 6724 section 2.1: IPv6 is preferred where both lead somewhere.
            addresses.sort_by_key(IpAddr::is_ipv4);
            return resolved(addresses, NameSource::Dns);
        }
    }
    failed(why)
}

/// The types of addresses that are of use to the host.
fn kinds<S: Sockets>(sockets: &S) -> Vec<RecordType> {
    let mut kinds = Vec::new();
    if sockets.has_address(Family::V4) || !sockets.has_address(Family::V6) {
        kinds.push(RecordType::A);
    }
    if sockets.has_address(Family::V6) {
        kinds.push(RecordType::AAAA);
    }
    kinds
}

/// The names to try, in order; `None` when the text is none.
pub(crate) fn candidates(name: &str, search: &[String]) -> Option<Vec<Name>> {
    let as_it_is = message::name(name).ok()?;
    if name.ends_with('.') {
        return Some(vec![as_it_is]);
    }
    let completed =
        search.iter().filter_map(|domain| message::name(&format!("{name}.{domain}")).ok());
    Some(match name.contains('.') {
        true => std::iter::once(as_it_is).chain(completed).collect(),
        false => completed.chain(std::iter::once(as_it_is)).collect(),
    })
}

pub(crate) fn tell_completion<S: Sockets>(sockets: &S, name: &str, full: &Name) {
    let full = reason::name(full);
    if !full.eq_ignore_ascii_case(name.strip_suffix('.').unwrap_or(name)) {
        sockets.tell(|| {
            TraceEvent::Dns(DnsEvent::SearchDomainTried { name: name.into(), full: full.clone() })
        });
    }
}

fn addresses_in(records: &[Record]) -> impl Iterator<Item = IpAddr> {
    records.iter().filter_map(|record| match &record.data {
        RData::A(address) => Some(IpAddr::V4(address.0)),
        RData::AAAA(address) => Some(IpAddr::V6(address.0)),
        _ => None,
    })
}

fn cached_addresses<S: Sockets>(sockets: &S, name: &Name, kinds: &[RecordType]) -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    for kind in kinds {
        let question = Question::new(name, *kind);
        let Some(cached) = from_cache(sockets, name, *kind) else { continue };
        let found: Vec<IpAddr> = addresses_in(&cached.message.answers).collect();
        if !found.is_empty() {
            tell_cached(sockets, &question, &cached);
            addresses.extend(found);
        }
    }
    addresses.sort_by_key(IpAddr::is_ipv4);
    addresses
}

/// An answer, and where it is from.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    pub(crate) message: Message,
    pub(crate) source: Source,
}

/// Who gave an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The host's own cache; it may be kept for so long.
    Cache(Duration),
    /// A server.
    Server { server: SocketAddr, transport: DnsTransport, length: usize, took: Duration },
}

/// What the host's cache, or else its name servers, say about a name: an answer with records, or one
/// that there are none.
pub(crate) async fn look_up<S: Sockets>(
    sockets: &S,
    name: &Name,
    kind: RecordType,
) -> Result<Lookup, DnsLookupFailure> {
    let question = Question::new(name, kind);
    if let Some(cached) = from_cache(sockets, name, kind) {
        tell_cached(sockets, &question, &cached);
        return Ok(cached);
    }
    let Reply { message, server, transport, length, took } =
        ask_servers(sockets, &question, name, kind).await?;
    let chain = chain(&message, name);
    for (record, target) in &chain {
        sockets.tell(|| {
            let (name, target) = (reason::name(&record.name), reason::name(target));
            TraceEvent::Dns(DnsEvent::AliasFollowed { name, target })
        });
    }
    let mut owners = vec![name.to_lowercase()];
    owners.extend(chain.into_iter().map(|(_, target)| target));
    keep(sockets, &message, &owners, kind);
    Ok(Lookup { message, source: Source::Server { server, transport, length, took } })
}

/// The aliases in an answer that lead from `name` onwards, and where each leads to, in small letters.
fn chain<'a>(message: &'a Message, name: &Name) -> Vec<(&'a Record, Name)> {
    let mut chain = Vec::new();
    let mut at = name.to_lowercase();
    while chain.len() < MOST_ALIASES {
        let alias = message.answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name.to_lowercase() == at => {
                Some((record, target.0.to_lowercase()))
            }
            _ => None,
        });
        let Some((record, target)) = alias else { break };
        // In a circle there is nothing new.
        if chain.iter().any(|(_, known)| *known == target) {
            break;
        }
        at = target.clone();
        chain.push((record, target));
    }
    chain
}

fn tell_cached<S: Sockets>(sockets: &S, question: &Question, cached: &Lookup) {
    let Source::Cache(remaining) = cached.source else { return };
    sockets.tell(|| {
        let answer = told(&cached.message);
        let question = reason::question(question);
        TraceEvent::Dns(DnsEvent::KnownFromCache { question, answer, remaining })
    });
}

fn told(message: &Message) -> DnsAnswer {
    reason::answer(message)
}

/// The answer that the cache has, put together from the sets of records that it holds.
fn from_cache<S: Sockets>(sockets: &S, name: &Name, kind: RecordType) -> Option<Lookup> {
    sockets
        .with_name_cache(|cache, now| {
            let mut message = Message::response(0, lanternet_net::dns::OpCode::Query);
            message.add_query(lanternet_net::dns::Query::query(name.clone(), kind));
            message.metadata.recursion_desired = true;
            let mut at = name.clone();
            let mut left: Option<Duration> = None;
            let mut shortest = |remaining: Duration| {
                let least = left.map_or(remaining, |left| left.min(remaining));
                left = Some(least);
                least
            };
            for _ in 0..MOST_ALIASES {
                let (records, code, remaining) = match cache.answer(now, &Question::new(&at, kind))
                {
                    Some(Hit::Records { records, remaining, .. }) => {
                        (records, ResponseCode::NoError, remaining)
                    }
                    Some(Hit::NoData { soa, remaining }) => {
                        message.authorities.extend(soa);
                        (Vec::new(), ResponseCode::NoError, remaining)
                    }
                    Some(Hit::NameError { soa, remaining }) => {
                        message.authorities.extend(soa);
                        (Vec::new(), ResponseCode::NXDomain, remaining)
                    }
                    None => {
                        let alias = Question::new(&at, RecordType::CNAME);
                        let Some(Hit::Records { records, remaining, .. }) =
                            cache.answer(now, &alias)
                        else {
                            return None;
                        };
                        shortest(remaining);
                        let target = records.iter().find_map(|record| match &record.data {
                            RData::CNAME(target) => Some(target.0.clone()),
                            _ => None,
                        })?;
                        message.answers.extend(records);
                        at = target;
                        continue;
                    }
                };
                message.answers.extend(records);
                message.metadata.response_code = code;
                let source = Source::Cache(shortest(remaining));
                return Some(Lookup { message, source });
            }
            None
        })
        .flatten()
}

/// Keeps what a server answered: the records of the name and of the aliases that it led to, or that
/// there are none at the last of them (RFC 2308 section 2).
fn keep<S: Sockets>(sockets: &S, reply: &Message, owners: &[Name], kind: RecordType) {
    let Some(last) = owners.last() else { return };
    let ours =
        |record: &&Record| message::is_data(record) && owners.contains(&record.name.to_lowercase());
    let answers: Vec<Record> = reply.answers.iter().filter(ours).cloned().collect();
    let question = Question::new(last, kind);
    let answered =
        |record: &Record| record.record_type() == kind && record.name.to_lowercase() == *last;
    let answered = answers.iter().any(answered);
    let soa = reply.authorities.iter().find(|record| record.record_type() == RecordType::SOA);
    sockets.with_name_cache(|cache, now| {
        cache.store(now, &answers, Credibility::Answer);
        match reply.metadata.response_code {
            ResponseCode::NXDomain => {
                cache.store_name_error(now, &question.name, soa, Credibility::Answer);
            }
            _ if !answered => cache.store_no_data(now, &question, soa, Credibility::Answer),
            _ => {}
        }
    });
}

/// Asks the host's name servers in turn until one of them knows.
async fn ask_servers<S: Sockets>(
    sockets: &S,
    question: &Question,
    name: &Name,
    kind: RecordType,
) -> Result<Reply, DnsLookupFailure> {
    let asked = reason::question(question);
    let tell = |event: DnsEvent| sockets.tell(|| TraceEvent::Dns(event));
    let servers = sockets.name_servers().servers;
    let mut servers: Vec<IpAddr> = servers.into_iter().take(MOST_SERVERS).collect();
    let mut why = DnsLookupFailure::NoServerAnswered;
    for _ in 0..ATTEMPTS {
        for server in servers.clone() {
            tell(DnsEvent::ServerAsked {
                server,
                zone: None,
                question: asked.clone(),
                transport: DnsTransport::Udp,
            });
            // 16 random bits.
            let id = (sockets.random_u64() >> 48) as u16;
            let query = message::query(id, name.clone(), kind, true);
            let to = SocketAddr::new(server, PORT);
            let reply = match exchange(sockets, to, &query, PATIENCE, false).await {
                Ok(reply) => reply,
                Err(NoReply::Silent(after)) => {
                    tell(DnsEvent::ServerSilent { server, question: asked.clone(), after });
                    continue;
                }
                Err(NoReply::Unreachable(_)) => {
                    tell(DnsEvent::ServerUnreachable { server, question: asked.clone() });
                    continue;
                }
            };
            let code = reply.message.metadata.response_code;
            if !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain) {
                let code = reason::code(code);
                tell(DnsEvent::ServerFailed { server, question: asked.clone(), code });
                why = DnsLookupFailure::Failure;
                servers.retain(|other| *other != server);
                continue;
            }
            let answer = told(&reply.message);
            let referral = matches!(answer, DnsAnswer::Referral { .. });
            tell(DnsEvent::ServerAnswered { server, question: asked.clone(), answer });
            if referral {
                why = DnsLookupFailure::OnlyReferrals;
                servers.retain(|other| *other != server);
                continue;
            }
            return Ok(reply);
        }
    }
    Err(why)
}
