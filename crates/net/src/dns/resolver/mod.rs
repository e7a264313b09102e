//! A resolver: it finds answers by asking servers (RFC 1034 section 5.3.3).
//!
//! It asks from the root downwards, following referrals, or hands every question on to servers that
//! do ([`Way`]). It is a state machine: [`ask`](Resolver::ask) brings a question,
//! [`poll`](Resolver::poll) gives messages to send and answers; each message that was sent comes
//! back once, as what was [received](Resolver::receive) for it or as [failed](Resolver::fail).
//!
//! What keeps it from being fooled or kept busy: identifiers, ports and, if wanted, capitals are
//! random and checked (RFC 5452, 0x20); of what a server says only what is in its zone is believed;
//! each question of a client has a budget of queries, which the questions for servers' addresses
//! share; a search that waits for itself is ended; failures are remembered for a moment (RFC 9520).
//!
//! It does not validate signatures, sends whole names to every server (no RFC 9156), and uses the
//! root hints as they are (no priming, RFC 8109).

mod hints;
mod place;
mod reply;
mod servers;
mod task;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use hickory_proto::op::Message;
use hickory_proto::rr::{LowerName, Name, Record};
use lanternet_core::trace::{DnsEvent, DnsFailure, DnsLimit, DnsMismatch, DnsTransport};
use lanternet_core::{Duration, Instant, Rng};

use super::cache::{Cache, CacheSettings};
use super::message::{self, Question};
use super::reason;

pub use hints::{Hint, parse_hints};
use servers::Servers;
use task::{Task, TaskId};

/// How a resolver finds answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// It asks the servers of the root, then those that they refer to, and so on.
    Iterate {
        /// The servers of the root.
        hints: Vec<Hint>,
    },
    /// It asks these, the first that answers, for all the work.
    Forward {
        /// In the order in which they are tried.
        servers: Vec<SocketAddr>,
    },
}

/// What a resolver may spend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolverSettings {
    /// How it finds answers.
    pub way: Way,
    /// How much it remembers.
    pub cache: CacheSettings,
    /// Queries for one question of a client, those for the addresses of servers included.
    pub most_queries: u32,
    /// Aliases in a row.
    pub most_aliases: u32,
    /// Servers whose addresses have to be found to find the address of a server, and so on.
    pub most_depth: u32,
    /// Servers of one zone whose addresses are looked up.
    pub most_lookups: u32,
    /// Questions under way, of clients and its own.
    pub most_tasks: usize,
    /// The time after which it sends nothing more for a question of a client.
    pub patience: Duration,
    /// Whether letters of names are capitals at random (0x20), as a second secret.
    pub random_capitals: bool,
    /// Whether servers are asked over IPv6 too.
    pub ipv6: bool,
}

impl ResolverSettings {
    /// The usual limits, near those of unbound and BIND.
    pub fn new(way: Way) -> Self {
        Self {
            way,
            cache: CacheSettings::SERVER,
            most_queries: 64,
            // BIND's max-query-restarts.
            most_aliases: 11,
            // BIND's max-recursion-depth.
            most_depth: 7,
            // Against the amplification of NXNSAttack; unbound's is 5.
            most_lookups: 5,
            most_tasks: 4096,
            // BIND's resolver-query-timeout.
            patience: Duration::from_secs(10),
            random_capitals: false,
            ipv6: false,
        }
    }
}

/// Which message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueryId(pub u64);

/// A question of a client, as the client's server calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Send this, and bring back what becomes of it.
    Send(Outgoing),
    /// A question of a client has its answer.
    Done {
        /// Which question.
        ticket: Ticket,
        /// The answer.
        resolution: Resolution,
    },
    /// A reason.
    Tell(DnsEvent),
}

/// A message to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// What to call it when it comes back.
    pub id: QueryId,
    /// Where to.
    pub server: SocketAddr,
    /// How.
    pub transport: DnsTransport,
    /// The port to send a datagram from, a random one; another one will do when it is taken.
    pub source_port: u16,
    /// The message.
    pub message: Vec<u8>,
    /// How long to wait for an answer.
    pub timeout: Duration,
}

/// Why nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There was no answer in time.
    TimedOut,
    /// There is no way to the server, or it does not listen.
    Unreachable,
}

/// What became of a message that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It was the answer, or nobody waits any more: no need to wait on.
    Taken,
    /// It was none: the answer may still come.
    Ignored,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    /// The aliases from the name that was asked for to the one that the outcome is about.
    pub aliases: Vec<Record>,
    /// What was found about it.
    pub outcome: Outcome,
    /// How many queries were sent for it. None means that all of it was in the cache.
    pub queries: u32,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Records, at least one.
    Records(Vec<Record>),
    /// The name is there and has no records of this type; with the zone's SOA, if it was told.
    NoData(Option<Record>),
    /// There is no such name.
    NameError(Option<Record>),
    /// It could not be found out.
    Failed(DnsFailure),
}

/// A resolver.
#[derive(Clone, Debug)]
pub struct Resolver {
    settings: ResolverSettings,
    cache: Cache,
    rng: Rng,
    tasks: BTreeMap<TaskId, Task>,
    by_question: BTreeMap<Question, TaskId>,
    /// What is left of the queries that each question of a client may cost.
    budgets: BTreeMap<TaskId, u32>,
    pending: BTreeMap<QueryId, Pending>,
    servers: Servers,
    /// Questions that could not be answered, until when not to try again (RFC 9520 section 3.2).
    failures: BTreeMap<Question, (Instant, DnsFailure)>,
    ready: VecDeque<TaskId>,
    output: VecDeque<Output>,
    made: u64,
}

/// RFC 9520 section 3.2: at least one second, at most five minutes.
const FAILURE_KEPT: Duration = Duration::from_secs(5);
const MOST_FAILURES: usize = 1_000;

/// A message that was sent and has not come back.
#[derive(Clone, Debug)]
struct Pending {
    task: TaskId,
    server: SocketAddr,
    /// The zone as whose server it was asked; none for a forwarder.
    zone: Option<LowerName>,
    transport: DnsTransport,
    message: Message,
    sent: Instant,
    timeout: Duration,
}

impl Resolver {
    /// A resolver that knows nothing yet.
    pub fn new(settings: ResolverSettings, rng: Rng) -> Self {
        Self {
            cache: Cache::new(settings.cache),
            settings,
            rng,
            tasks: BTreeMap::new(),
            by_question: BTreeMap::new(),
            budgets: BTreeMap::new(),
            pending: BTreeMap::new(),
            servers: Servers::default(),
            failures: BTreeMap::new(),
            ready: VecDeque::new(),
            output: VecDeque::new(),
            made: 0,
        }
    }

    /// What it has learned.
    pub const fn cache(&self) -> &Cache {
        &self.cache
    }

    /// What it has learned, to ask it.
    pub fn cache_mut(&mut self) -> &mut Cache {
        &mut self.cache
    }

    /// Hands questions on to these servers from now on, if it is a forwarder.
    pub fn set_forwarders(&mut self, list: Vec<SocketAddr>) {
        if let Way::Forward { servers } = &mut self.settings.way {
            *servers = list;
        }
    }

    /// How many questions are under way, its own included.
    pub fn under_way(&self) -> usize {
        self.tasks.len()
    }

    /// Whether there are too many questions under way for another one.
    pub fn is_busy(&self) -> bool {
        self.tasks.len() >= self.settings.most_tasks
    }

    /// Takes a question on; its answer comes out of [`poll`](Self::poll). The answer says whether
    /// the same question was under way already, and will be answered with that one.
    pub fn ask(&mut self, now: Instant, question: &Question, ticket: Ticket) -> bool {
        let waiter = task::Waiter::Client(ticket);
        let joined = match self.by_question.get(question) {
            Some(known) => {
                if let Some(task) = self.tasks.get_mut(known) {
                    task.waiters.push(waiter);
                }
                true
            }
            None => {
                self.begin(now, question, waiter, None);
                false
            }
        };
        self.work(now);
        joined
    }

    /// What to do next; `None` until something happens.
    pub fn poll(&mut self) -> Option<Output> {
        self.output.pop_front()
    }

    /// Something came in for a message that was sent.
    pub fn receive(
        &mut self,
        now: Instant,
        id: QueryId,
        from: SocketAddr,
        bytes: &[u8],
    ) -> Received {
        let Some(pending) = self.pending.get(&id) else { return Received::Taken };
        let reply = if from == pending.server {
            message::decode(bytes).ok_or(DnsMismatch::Malformed).and_then(|reply| {
                let exact = self.settings.random_capitals;
                message::matches(&pending.message, &reply, exact).map(|()| reply)
            })
        } else {
            Err(DnsMismatch::Sender)
        };
        match reply {
            Err(why) => {
                let question = asked(pending);
                self.tell(DnsEvent::ReplyIgnored { from, question, why });
                // Over TCP nobody else can have sent it, and nothing better follows.
                if self.pending[&id].transport == DnsTransport::Tcp {
                    self.fail(now, id, Failure::Unreachable);
                    return Received::Taken;
                }
                Received::Ignored
            }
            Ok(reply) => {
                if let Some(pending) = self.pending.remove(&id) {
                    self.servers.answered(pending.server, now.since(pending.sent));
                    self.replied(now, &pending, &reply);
                    self.work(now);
                }
                Received::Taken
            }
        }
    }

    /// Nothing will come for a message that was sent.
    pub fn fail(&mut self, now: Instant, id: QueryId, failure: Failure) {
        let Some(pending) = self.pending.remove(&id) else { return };
        let (server, question) = (pending.server.ip(), asked(&pending));
        match failure {
            Failure::TimedOut => {
                self.servers.silent(now, pending.server);
                self.tell(DnsEvent::ServerSilent { server, question, after: pending.timeout });
            }
            Failure::Unreachable => {
                self.servers.silent(now, pending.server);
                self.tell(DnsEvent::ServerUnreachable { server, question });
                self.give_up_server(pending.task, pending.server);
            }
        }
        if let Some(task) = self.tasks.get_mut(&pending.task) {
            task.sent = false;
        }
        self.ready.push_back(pending.task);
        self.work(now);
    }

    fn tell(&mut self, event: DnsEvent) {
        self.output.push_back(Output::Tell(event));
    }

    /// Goes on with every search for which something has happened.
    fn work(&mut self, now: Instant) {
        while let Some(task) = self.ready.pop_front() {
            self.step(now, task);
        }
    }

    /// Sends a query for a search, if it has one left to spend.
    fn send(
        &mut self,
        now: Instant,
        id: TaskId,
        server: SocketAddr,
        zone: Option<LowerName>,
        transport: DnsTransport,
    ) -> Result<(), DnsLimit> {
        let Some(task) = self.tasks.get_mut(&id) else { return Ok(()) };
        if now.since(task.started) >= self.settings.patience {
            return Err(DnsLimit::Time);
        }
        match self.budgets.get_mut(&task.root) {
            Some(left @ 1..) => *left -= 1,
            _ => return Err(DnsLimit::Queries),
        }
        task.queries += 1;
        let tries = task.tries(server);
        let mut name = Name::from(&task.current);
        let kind = task.question.kind;
        if self.settings.random_capitals {
            name = with_random_capitals(&name, &mut self.rng);
        }
        let recursion = zone.is_none();
        let mut message = message::query(message::random_id(&mut self.rng), name, kind, recursion);
        if !self.servers.speaks_edns(server) {
            message.edns = None;
        }
        // Ports below 1024 belong to servers.
        let source_port = 1024 + self.rng.below(u64::from(u16::MAX) - 1023) as u16;
        let timeout = match transport {
            DnsTransport::Udp => self.servers.timeout(server, tries),
            DnsTransport::Tcp => servers::TCP_TIMEOUT,
        };
        self.made += 1;
        let query = QueryId(self.made);
        let outgoing = Outgoing {
            id: query,
            server,
            transport,
            source_port,
            message: message::encode(&message),
            timeout,
        };
        let told = zone.as_ref().map(|zone| reason::name(zone));
        let pending = Pending { task: id, server, zone, transport, message, sent: now, timeout };
        let question = asked(&pending);
        self.tell(DnsEvent::ServerAsked { server: server.ip(), zone: told, question, transport });
        self.pending.insert(query, pending);
        self.output.push_back(Output::Send(outgoing));
        Ok(())
    }

    fn give_up_server(&mut self, task: TaskId, server: SocketAddr) {
        if let Some(task) = self.tasks.get_mut(&task) {
            task.give_up(server);
        }
    }
}

/// What a message asks, without the letters' case.
fn asked(pending: &Pending) -> lanternet_core::trace::DnsQuestion {
    match pending.message.queries.first() {
        Some(query) => reason::question(&Question::from(query)),
        // Every message of ours has one.
        None => reason::question(&Question::new(&Name::root(), super::RecordType::ZERO)),
    }
}

/// The name with each letter a capital or not by the toss of a coin.
fn with_random_capitals(name: &Name, rng: &mut Rng) -> Name {
    let mut bits = Vec::new();
    let labels: Vec<Vec<u8>> = name
        .iter()
        .map(|label| {
            let mut label = label.to_vec();
            for byte in &mut label {
                if bits.is_empty() {
                    let word = rng.next_u64();
                    bits.extend((0..64).map(|bit| word >> bit & 1 == 1));
                }
                if bits.pop() == Some(true) {
                    *byte = byte.to_ascii_uppercase();
                }
            }
            label
        })
        .collect();
    // The same lengths as before, which were right.
    Name::from_labels(labels).unwrap_or_else(|_| name.clone())
}
