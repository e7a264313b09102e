//! Where a search stands: which servers to ask next, and how to find those that are only names.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hickory_proto::rr::{LowerName, Name, RData, Record, RecordType};
use lanternet_core::Instant;
use lanternet_core::trace::{DnsEvent, DnsFailure, DnsLimit, DnsLoop};

use super::task::{TaskId, Waiter};
use super::{Outcome, Resolver, Way};
use crate::dns::PORT;
use crate::dns::cache::Hit;
use crate::dns::message::Question;
use crate::dns::reason;

/// Where a search stands: the servers that are asked now.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The zone that they serve; none for forwarders.
    pub(super) zone: Option<LowerName>,
    pub(super) servers: Vec<Server>,
    /// How often each address was asked; [`GIVEN_UP`] for one that is no use.
    pub(super) tries: BTreeMap<SocketAddr, u32>,
    pub(super) lookups: u32,
    pub(super) trouble: Option<DnsFailure>,
}

#[derive(Clone, Debug)]
pub(super) struct Server {
    /// None for a forwarder, which has an address only.
    pub(super) name: Option<LowerName>,
    pub(super) addresses: Vec<SocketAddr>,
    /// Whether its address was, or is being, looked up.
    looked_up: bool,
}

/// Each address is asked so often before others of the zone have to do.
const TRIES: u32 = 2;
pub(super) const GIVEN_UP: u32 = u32::MAX;

/// What a search is to do next.
pub(super) enum Next {
    Ask(SocketAddr),
    LookUp(LowerName),
    Wait,
    GiveUp(DnsFailure),
}

impl Resolver {
    /// The servers to begin with: those of the closest zone above the name that is known, or the
    /// root's.
    pub(super) fn place_for(&mut self, now: Instant, id: TaskId) -> Place {
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
    pub(super) fn servers_named(&mut self, now: Instant, records: &[Record]) -> Vec<Server> {
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

    pub(super) fn usable_addresses(
        &self,
        addresses: impl Iterator<Item = IpAddr>,
    ) -> Vec<SocketAddr> {
        let usable = addresses.filter(|address| self.settings.ipv6 || address.is_ipv4());
        // Nobody serves names there, and a packet would come back to ourselves or go to all.
        let usable = usable.filter(|address| !address.is_unspecified() && !address.is_multicast());
        usable.map(|address| SocketAddr::new(address, PORT)).collect()
    }

    pub(super) fn next(&self, now: Instant, id: TaskId) -> Next {
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
    pub(super) fn look_up_server(&mut self, now: Instant, id: TaskId, wanted: Question) {
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

    /// The search for a server's address is over.
    pub(super) fn server_found(
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

impl Place {
    pub(super) fn new(zone: Option<LowerName>, servers: Vec<Server>) -> Self {
        Self { zone, servers, tries: BTreeMap::new(), lookups: 0, trouble: None }
    }
}
