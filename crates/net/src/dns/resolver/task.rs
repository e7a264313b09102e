//! One search: from a question to its answer, server by server.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{LowerName, Name, RData, Record, RecordType};
use lanternet_core::Instant;
use lanternet_core::trace::{DnsEvent, DnsFailure, DnsLimit, DnsLoop, DnsTransport};

use super::reply::{self, Found, Verdict};
use super::{
    FAILURE_KEPT, MOST_FAILURES, Outcome, Output, Pending, Resolution, Resolver, Ticket, Way,
};
use crate::dns::PORT;
use crate::dns::cache::{Credibility, Hit};
use crate::dns::message::Question;
use crate::dns::reason;

/// Which search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TaskId(u64);

/// Somebody who waits for an answer.
#[derive(Clone, Debug)]
pub(super) enum Waiter {
    Client(Ticket),
    /// A search that needs the addresses of a server.
    Search(TaskId, Question),
}

/// A search.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) question: Question,
    /// The name at the end of the aliases so far.
    pub(super) current: LowerName,
    aliases: Vec<Record>,
    pub(super) waiters: Vec<Waiter>,
    /// The client's question that pays for the queries.
    pub(super) root: TaskId,
    depth: u32,
    pub(super) queries: u32,
    pub(super) started: Instant,
    /// What is waited for: a message that was sent, or other searches.
    pub(super) sent: bool,
    needs: Vec<TaskId>,
    place: Option<Place>,
}

/// Where a search stands: the servers that are asked now.
#[derive(Clone, Debug)]
struct Place {
    /// The zone that they serve; none for forwarders.
    zone: Option<LowerName>,
    servers: Vec<Server>,
    /// How often each address was asked; [`GIVEN_UP`] for one that is no use.
    tries: BTreeMap<SocketAddr, u32>,
    lookups: u32,
    trouble: Option<DnsFailure>,
}

#[derive(Clone, Debug)]
struct Server {
    /// None for a forwarder, which has an address only.
    name: Option<LowerName>,
    addresses: Vec<SocketAddr>,
    /// Whether its address was, or is being, looked up.
    looked_up: bool,
}

/// Each address is asked so often before others of the zone have to do.
const TRIES: u32 = 2;
const GIVEN_UP: u32 = u32::MAX;

impl Task {
    /// How often this server was asked in vain.
    pub(super) fn tries(&self, server: SocketAddr) -> u32 {
        let place = self.place.as_ref();
        place.and_then(|place| place.tries.get(&server)).copied().unwrap_or(0)
    }

    pub(super) fn give_up(&mut self, server: SocketAddr) {
        if let Some(place) = &mut self.place {
            place.tries.insert(server, GIVEN_UP);
        }
    }

    fn now_asking(&self) -> Question {
        Question { name: self.current.clone(), kind: self.question.kind }
    }
}

/// What a search is to do next.
enum Next {
    Ask(SocketAddr),
    LookUp(LowerName),
    Wait,
    GiveUp(DnsFailure),
}

impl Resolver {
    /// Begins a search, for a client or for another search.
    pub(super) fn begin(
        &mut self,
        now: Instant,
        question: &Question,
        waiter: Waiter,
        parent: Option<(TaskId, u32)>,
    ) -> TaskId {
        self.made += 1;
        let id = TaskId(self.made);
        if parent.is_none() {
            self.budgets.insert(id, self.settings.most_queries);
        }
        let (root, depth) = parent.unwrap_or((id, 0));
        let task = Task {
            current: question.name.clone(),
            question: question.clone(),
            aliases: Vec::new(),
            waiters: vec![waiter],
            root,
            depth,
            queries: 0,
            started: self.tasks.get(&root).map_or(now, |root| root.started),
            sent: false,
            needs: Vec::new(),
            place: None,
        };
        self.tasks.insert(id, task);
        self.by_question.insert(question.clone(), id);
        self.ready.push_back(id);
        id
    }

    /// Takes a search as far as it gets.
    pub(super) fn step(&mut self, now: Instant, id: TaskId) {
        loop {
            let Some(task) = self.tasks.get(&id) else { return };
            if task.sent {
                return;
            }
            if task.place.is_none() {
                match self.recall(now, id) {
                    Memory::Answered => return,
                    Memory::Followed => continue,
                    Memory::Nothing => {}
                }
                let place = self.place_for(now, id);
                let Some(task) = self.tasks.get_mut(&id) else { return };
                task.place = Some(place);
            }
            match self.next(now, id) {
                Next::Ask(server) => {
                    let zone = self.zone_of(id);
                    if let Err(limit) = self.send(now, id, server, zone, DnsTransport::Udp) {
                        self.limit_reached(now, id, limit);
                        return;
                    }
                    if let Some(task) = self.tasks.get_mut(&id) {
                        task.sent = true;
                        if let Some(place) = &mut task.place {
                            *place.tries.entry(server).or_insert(0) += 1;
                        }
                    }
                    return;
                }
                Next::LookUp(name) => {
                    self.look_up_server(now, id, Question { name, kind: RecordType::A });
                }
                Next::Wait => return,
                Next::GiveUp(why) => {
                    self.failed(now, id, why);
                    return;
                }
            }
        }
    }

    fn zone_of(&self, id: TaskId) -> Option<LowerName> {
        self.tasks.get(&id)?.place.as_ref()?.zone.clone()
    }

    /// What the cache has for a search.
    fn recall(&mut self, now: Instant, id: TaskId) -> Memory {
        let Some(task) = self.tasks.get(&id) else { return Memory::Answered };
        let question = task.now_asking();
        match self.cache.answer(now, &question) {
            Some(Hit::Records { records, .. }) => {
                self.finish(now, id, Outcome::Records(records));
                return Memory::Answered;
            }
            Some(Hit::NoData { soa, .. }) => {
                self.finish(now, id, Outcome::NoData(soa));
                return Memory::Answered;
            }
            Some(Hit::NameError { soa, .. }) => {
                self.finish(now, id, Outcome::NameError(soa));
                return Memory::Answered;
            }
            None => {}
        }
        if let Some((until, why)) = self.failures.get(&question) {
            if *until > now {
                let why = *why;
                self.finish(now, id, Outcome::Failed(why));
                return Memory::Answered;
            }
            self.failures.remove(&question);
        }
        if matches!(question.kind, RecordType::CNAME | RecordType::ANY) {
            return Memory::Nothing;
        }
        let alias = Question { name: question.name, kind: RecordType::CNAME };
        match self.cache.answer(now, &alias) {
            Some(Hit::Records { records, .. }) => match self.follow(now, id, &records) {
                true => Memory::Followed,
                false => Memory::Answered,
            },
            _ => Memory::Nothing,
        }
    }

    /// Follows aliases, which begin at the current name. The answer is whether the search goes on.
    fn follow(&mut self, now: Instant, id: TaskId, aliases: &[Record]) -> bool {
        for alias in aliases {
            let RData::CNAME(target) = &alias.data else { continue };
            let Some(task) = self.tasks.get_mut(&id) else { return false };
            let target = LowerName::new(&target.0);
            let name = reason::name(&task.current);
            task.aliases.push(alias.clone());
            let came_from = |record: &Record| LowerName::new(&record.name) == target;
            let round = task.aliases.iter().any(came_from);
            let many = task.aliases.len() > self.settings.most_aliases as usize;
            task.current = target.clone();
            task.place = None;
            let question = reason::question(&task.question);
            self.tell(DnsEvent::AliasFollowed { name, target: reason::name(&target) });
            if round {
                let name = reason::name(&target);
                self.tell(DnsEvent::LoopDetected { question, why: DnsLoop::Alias, name });
                self.failed(now, id, DnsFailure::Loop);
                return false;
            }
            if many {
                self.limit_reached(now, id, DnsLimit::Aliases);
                return false;
            }
        }
        true
    }

    /// The servers to begin with: those of the closest zone above the name that is known, or the
    /// root's.
    fn place_for(&mut self, now: Instant, id: TaskId) -> Place {
        let Some(task) = self.tasks.get(&id) else { return Place::new(None, Vec::new()) };
        let (mut zone, kind) = (task.current.clone(), task.question.kind);
        let hints = match &self.settings.way {
            Way::Forward { servers } => {
                let server = |address: &SocketAddr| Server {
                    name: None,
                    addresses: vec![*address],
                    looked_up: true,
                };
                return Place::new(None, servers.iter().map(server).collect());
            }
            Way::Iterate { hints } => hints.clone(),
        };
        if kind == RecordType::DS && !zone.is_root() {
            zone = zone.base_name();
        }
        loop {
            let servers = Question { name: zone.clone(), kind: RecordType::NS };
            if let Some(Hit::Records { records, .. }) = self.cache.hint(now, &servers) {
                let servers = self.servers_named(now, &records);
                // Servers inside the zone whose addresses are forgotten are found from above.
                let usable = |server: &Server| {
                    !server.addresses.is_empty()
                        || server.name.as_ref().is_some_and(|name| !zone.zone_of(name))
                };
                if servers.iter().any(usable) {
                    return Place::new(Some(zone), servers);
                }
            }
            if zone.is_root() {
                break;
            }
            zone = zone.base_name();
        }
        let root = hints.iter().map(|hint| Server {
            name: Some(LowerName::new(&hint.name)),
            addresses: self.usable_addresses(hint.addresses.iter().copied()),
            looked_up: true,
        });
        Place::new(Some(LowerName::new(&Name::root())), root.collect())
    }

    /// The servers of these NS records, with the addresses that are known.
    fn servers_named(&mut self, now: Instant, records: &[Record]) -> Vec<Server> {
        let names = records.iter().filter_map(|record| match &record.data {
            RData::NS(server) => Some(LowerName::new(&server.0)),
            _ => None,
        });
        names
            .map(|name| {
                let addresses = self.known_addresses(now, &name);
                Server { name: Some(name), addresses, looked_up: false }
            })
            .collect()
    }

    fn known_addresses(&mut self, now: Instant, name: &LowerName) -> Vec<SocketAddr> {
        let mut found = Vec::new();
        for kind in [RecordType::A, RecordType::AAAA] {
            let question = Question { name: name.clone(), kind };
            if let Some(Hit::Records { records, .. }) = self.cache.hint(now, &question) {
                found.extend(records.iter().filter_map(|record| record.data.ip_addr()));
            }
        }
        self.usable_addresses(found.into_iter())
    }

    fn usable_addresses(&self, addresses: impl Iterator<Item = IpAddr>) -> Vec<SocketAddr> {
        let usable = addresses.filter(|address| self.settings.ipv6 || address.is_ipv4());
        // Nobody serves names there, and a packet would come back to ourselves or go to all.
        let usable = usable.filter(|address| !address.is_unspecified() && !address.is_multicast());
        usable.map(|address| SocketAddr::new(address, PORT)).collect()
    }

    fn next(&self, now: Instant, id: TaskId) -> Next {
        let Some(task) = self.tasks.get(&id) else { return Next::Wait };
        let Some(place) = &task.place else { return Next::Wait };
        let forwarding = place.zone.is_none();
        let addresses = place.servers.iter().flat_map(|server| &server.addresses);
        let best = addresses
            .enumerate()
            .map(|(index, address)| {
                let tries = place.tries.get(address).copied().unwrap_or(0);
                let (silent, often, round_trip) = self.servers.rank(now, *address);
                // Forwarders come in their order, however fast they are.
                let rank = if forwarding {
                    (silent, 0, Default::default())
                } else {
                    (silent, often, round_trip)
                };
                ((tries, rank, index), *address)
            })
            .filter(|((tries, ..), _)| *tries < TRIES)
            .min_by_key(|(key, _)| *key);
        // A server that was silent already is asked again only after all that could be found.
        let unknown =
            place.servers.iter().find(|server| !server.looked_up && server.addresses.is_empty());
        let may_look_up = place.lookups < self.settings.most_lookups;
        match (best, unknown.and_then(|server| server.name.clone())) {
            (Some(((0, ..), address)), _) => Next::Ask(address),
            (_, Some(name)) if may_look_up => Next::LookUp(name),
            // First those that are being looked up.
            _ if !task.needs.is_empty() => Next::Wait,
            (Some((_, address)), _) => Next::Ask(address),
            (None, _) => Next::GiveUp(match place.trouble {
                Some(trouble) => trouble,
                None if place.tries.is_empty() => DnsFailure::NoServerAddress,
                None => DnsFailure::NoServerAnswered,
            }),
        }
    }

    /// Begins, or joins, the search for a server's address.
    fn look_up_server(&mut self, now: Instant, id: TaskId, wanted: Question) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        let (root, depth) = (task.root, task.depth);
        let question = reason::question(&task.now_asking());
        let Some(place) = &mut task.place else { return };
        place.lookups += 1;
        for server in &mut place.servers {
            if server.name.as_ref() == Some(&wanted.name) {
                server.looked_up = true;
            }
        }
        let zone = place.zone.as_ref().map_or_else(|| Arc::from("."), |zone| reason::name(zone));
        let told = reason::name(&wanted.name);
        let waiter = Waiter::Search(id, wanted.clone());
        let trouble = match self.by_question.get(&wanted).copied() {
            Some(known) if self.needs(known, id) => {
                let why = DnsLoop::Delegation;
                self.tell(DnsEvent::LoopDetected { question, why, name: told });
                DnsFailure::Loop
            }
            Some(known) => {
                self.tell(DnsEvent::ServerLookedUp { name: told, zone, question });
                if let Some(task) = self.tasks.get_mut(&known) {
                    task.waiters.push(waiter);
                }
                self.wait_for(id, known);
                return;
            }
            None if depth >= self.settings.most_depth => {
                let most = u64::from(self.settings.most_depth);
                self.tell(DnsEvent::LimitReached { question, limit: DnsLimit::Depth, most });
                DnsFailure::Limit
            }
            None => {
                self.tell(DnsEvent::ServerLookedUp { name: told, zone, question });
                let search = self.begin(now, &wanted, waiter, Some((root, depth + 1)));
                self.wait_for(id, search);
                return;
            }
        };
        if let Some(place) = self.tasks.get_mut(&id).and_then(|task| task.place.as_mut()) {
            place.trouble = Some(trouble);
        }
    }

    fn wait_for(&mut self, id: TaskId, search: TaskId) {
        if let Some(task) = self.tasks.get_mut(&id) {
            task.needs.push(search);
        }
    }

    /// Whether a search is, or waits for, another one. What waits for each other never does in a
    /// circle, because this is asked first.
    fn needs(&self, search: TaskId, other: TaskId) -> bool {
        let mut look = vec![search];
        let mut seen = Vec::new();
        while let Some(id) = look.pop() {
            if id == other {
                return true;
            }
            if !seen.contains(&id) {
                seen.push(id);
                look.extend(self.tasks.get(&id).into_iter().flat_map(|task| &task.needs));
            }
        }
        false
    }

    /// A server's reply to what was asked for a search.
    pub(super) fn replied(&mut self, now: Instant, pending: &Pending, reply: &Message) {
        let id = pending.task;
        let Some(task) = self.tasks.get_mut(&id) else { return };
        task.sent = false;
        self.ready.push_back(id);
        let question = task.now_asking();
        let (server, told) = (pending.server.ip(), reason::question(&question));
        let code = reply.metadata.response_code;
        if reply.metadata.truncation && pending.transport == DnsTransport::Udp {
            self.tell(DnsEvent::RetriedOverTcp { server, question: told });
            self.send_again(now, pending, DnsTransport::Tcp);
            return;
        }
        // RFC 6891 section 6.2.2: servers that do not know EDNS.
        let unread = matches!(code, ResponseCode::FormErr | ResponseCode::NotImp);
        if unread && pending.message.edns.is_some() {
            self.servers.without_edns(pending.server);
            self.send_again(now, pending, pending.transport);
            return;
        }
        let read = reply::read(reply, &question, pending.zone.as_ref());
        if let (Some((name, records)), Some(zone)) = (&read.outside, &pending.zone) {
            let (zone, name) = (reason::name(zone), reason::name(name));
            self.tell(DnsEvent::OutOfBailiwick { server, zone, name, records: *records });
        }
        match read.verdict {
            Verdict::Failed(code) => {
                let code = reason::code(code);
                self.tell(DnsEvent::ServerFailed { server, question: told, code });
                self.give_up_server(id, pending.server);
            }
            Verdict::Lame(why) => {
                let zone =
                    pending.zone.as_ref().map_or_else(|| ".".into(), |zone| reason::name(zone));
                self.tell(DnsEvent::ServerLame { server, zone, question: told, why });
                self.give_up_server(id, pending.server);
            }
            Verdict::Referral { zone, servers, glue } => {
                self.refer(now, id, server, zone, &servers, &glue);
            }
            Verdict::Answer { aliases, found } => {
                let answer = reason::answer(reply);
                self.tell(DnsEvent::ServerAnswered { server, question: told, answer });
                let credibility = match pending.zone {
                    Some(_) => Credibility::Authoritative,
                    None => Credibility::Answer,
                };
                self.answered(now, id, &aliases, found, credibility);
            }
        }
    }

    fn send_again(&mut self, now: Instant, pending: &Pending, transport: DnsTransport) {
        let id = pending.task;
        let sent = self.send(now, id, pending.server, pending.zone.clone(), transport);
        match sent {
            Ok(()) => {
                if let Some(task) = self.tasks.get_mut(&id) {
                    task.sent = true;
                }
            }
            Err(limit) => self.limit_reached(now, id, limit),
        }
    }

    fn refer(
        &mut self,
        now: Instant,
        id: TaskId,
        server: IpAddr,
        zone: LowerName,
        servers: &[Record],
        glue: &[Record],
    ) {
        self.cache.store(now, servers, Credibility::Referral);
        self.cache.store(now, glue, Credibility::Additional);
        let mut place = Place::new(Some(zone.clone()), self.servers_named(now, servers));
        // With a TTL of 0 they are for this search only.
        for record in glue {
            let owner = LowerName::new(&record.name);
            let address = self.usable_addresses(record.data.ip_addr().into_iter());
            let named = place.servers.iter_mut().filter(|s| s.name.as_ref() == Some(&owner));
            for known in named {
                known.addresses.extend(&address);
                known.addresses.sort();
                known.addresses.dedup();
            }
        }
        let Some(task) = self.tasks.get_mut(&id) else { return };
        let question = reason::question(&task.now_asking());
        task.place = Some(place);
        self.tell(DnsEvent::ReferralFollowed {
            server,
            question,
            zone: reason::name(&zone),
            servers: reason::servers(servers).into(),
            glue: glue.iter().filter_map(|record| record.data.ip_addr()).collect(),
        });
    }

    fn answered(
        &mut self,
        now: Instant,
        id: TaskId,
        aliases: &[Record],
        found: Found,
        credibility: Credibility,
    ) {
        self.cache.store(now, aliases, credibility);
        if !self.follow(now, id, aliases) {
            return;
        }
        let Some(task) = self.tasks.get(&id) else { return };
        let question = task.now_asking();
        let outcome = match found {
            Found::Elsewhere => return,
            Found::Records(records) => {
                self.cache.store(now, &records, credibility);
                Outcome::Records(records)
            }
            Found::NoData(soa) => {
                self.cache.store_no_data(now, &question, soa.as_ref(), credibility);
                Outcome::NoData(soa)
            }
            Found::NameError(soa) => {
                self.cache.store_name_error(now, &question.name, soa.as_ref(), credibility);
                Outcome::NameError(soa)
            }
        };
        self.finish(now, id, outcome);
    }

    fn limit_reached(&mut self, now: Instant, id: TaskId, limit: DnsLimit) {
        let Some(task) = self.tasks.get(&id) else { return };
        let question = reason::question(&task.question);
        let most = match limit {
            DnsLimit::Queries => u64::from(self.settings.most_queries),
            DnsLimit::Aliases => u64::from(self.settings.most_aliases),
            DnsLimit::Depth => u64::from(self.settings.most_depth),
            DnsLimit::Time => self.settings.patience.millis(),
        };
        self.tell(DnsEvent::LimitReached { question, limit, most });
        self.failed(now, id, DnsFailure::Limit);
    }

    fn failed(&mut self, now: Instant, id: TaskId, why: DnsFailure) {
        let Some(task) = self.tasks.get(&id) else { return };
        let question = task.now_asking();
        let zone = task.place.as_ref().and_then(|place| place.zone.as_ref());
        let zone = zone.map(|zone| reason::name(zone));
        let told = reason::question(&question);
        self.tell(DnsEvent::ResolutionFailed { question: told, why, zone });
        // Another client may have more to spend.
        if why != DnsFailure::Limit {
            while self.failures.len() >= MOST_FAILURES {
                self.failures.pop_first();
            }
            self.failures.insert(question, (now + FAILURE_KEPT, why));
        }
        self.finish(now, id, Outcome::Failed(why));
    }

    /// A search is over: all who wait for it get its outcome.
    fn finish(&mut self, now: Instant, id: TaskId, outcome: Outcome) {
        let Some(task) = self.tasks.remove(&id) else { return };
        if self.by_question.get(&task.question) == Some(&id) {
            self.by_question.remove(&task.question);
        }
        self.budgets.remove(&id);
        for waiter in task.waiters {
            match waiter {
                Waiter::Client(ticket) => {
                    let resolution = Resolution {
                        aliases: task.aliases.clone(),
                        outcome: outcome.clone(),
                        queries: task.queries,
                    };
                    self.output.push_back(Output::Done { ticket, resolution });
                }
                Waiter::Search(search, wanted) => {
                    self.server_found(now, id, search, &wanted, &outcome);
                }
            }
        }
    }

    fn server_found(
        &mut self,
        now: Instant,
        done: TaskId,
        id: TaskId,
        wanted: &Question,
        outcome: &Outcome,
    ) {
        let addresses = match outcome {
            Outcome::Records(records) => {
                self.usable_addresses(records.iter().filter_map(|record| record.data.ip_addr()))
            }
            _ => Vec::new(),
        };
        let Some(task) = self.tasks.get_mut(&id) else { return };
        task.needs.retain(|needed| *needed != done);
        if let Some(place) = &mut task.place {
            if let Outcome::Failed(why @ (DnsFailure::Loop | DnsFailure::Limit)) = outcome {
                place.trouble = Some(*why);
            }
            let name = Some(&wanted.name);
            for server in place.servers.iter_mut().filter(|server| server.name.as_ref() == name) {
                server.addresses.clone_from(&addresses);
            }
        }
        let only_ipv6 = matches!(outcome, Outcome::NoData(_)) && wanted.kind == RecordType::A;
        if only_ipv6 && self.settings.ipv6 {
            let wanted = Question { name: wanted.name.clone(), kind: RecordType::AAAA };
            self.look_up_server(now, id, wanted);
        }
        self.ready.push_back(id);
    }
}

enum Memory {
    /// The search is over.
    Answered,
    /// The name is an alias, and the search goes on with what it stands for.
    Followed,
    Nothing,
}

impl Place {
    fn new(zone: Option<LowerName>, servers: Vec<Server>) -> Self {
        Self { zone, servers, tries: BTreeMap::new(), lookups: 0, trouble: None }
    }
}
