//! The translation table: which inside end is known outside by which end (RFC 4787 section 4).
//!
//! A mapping belongs to an inside end and, as far as the behaviour says so, to the outside end that
//! it speaks to. It has an outside end of its own, so that each outside end leads to one inside end
//! at the most, and lives as long as flows use it.

mod ports;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::PortChoice;
use lanternet_core::{Instant, Rng};

use super::config::{Behavior, Dependence, Forward};
use super::packet::{Endpoint, ICMP};
use ports::PortSet;

/// Names a mapping as long as it is in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MappingId(u32);

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The protocol (IANA number).
    pub protocol: u8,
    /// The inside end.
    pub inside: Endpoint,
    /// The outside end that it is for, as far as that matters: no address means any, port 0 any.
    pub remote: Option<Endpoint>,
    /// The outside end that it has.
    pub outside: Endpoint,
    /// Why that port.
    pub why: PortChoice,
    /// When it was made.
    pub since: Instant,
    /// Flows that use it.
    pub flows: u32,
    /// To whom the inside end has spoken: flows by address.
    peers: BTreeMap<IpAddr, u32>,
}

/// What a mapping is found by.
type Key = (u8, Endpoint, Option<Endpoint>);

/// Why there is no mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPort {
    /// There is no outside address.
    NoAddress,
    /// No port is left.
    Exhausted {
        /// Ports of each address that may be used.
        ports: u32,
    },
    /// The host has as many as one may have.
    HostLimit {
        /// How many that is.
        limit: u16,
    },
}

/// The table.
#[derive(Debug)]
pub struct Mappings {
    behavior: Behavior,
    forwarded: Box<[(u8, u16)]>,
    rows: Vec<Option<Mapping>>,
    free: Vec<u32>,
    by_inside: BTreeMap<Key, MappingId>,
    by_outside: BTreeMap<(u8, Endpoint), MappingId>,
    taken: BTreeMap<(u8, IpAddr), PortSet>,
    /// Mappings of each host, by protocol.
    per_host: BTreeMap<(u8, IpAddr), u32>,
    /// The outside address of each inside host that has mappings, and how many it has.
    pairs: BTreeMap<IpAddr, (Ipv4Addr, u32)>,
}

impl Mappings {
    /// An empty table. No mapping gets a port that a static forward has.
    pub fn new(behavior: Behavior, forwards: &[Forward]) -> Self {
        Self {
            behavior,
            forwarded: forwards.iter().map(|forward| (forward.protocol, forward.port)).collect(),
            rows: Vec::new(),
            free: Vec::new(),
            by_inside: BTreeMap::new(),
            by_outside: BTreeMap::new(),
            taken: BTreeMap::new(),
            per_host: BTreeMap::new(),
            pairs: BTreeMap::new(),
        }
    }

    /// A row.
    pub fn get(&self, id: MappingId) -> Option<&Mapping> {
        self.rows.get(id.0 as usize)?.as_ref()
    }

    /// All rows, by inside end.
    pub fn rows(&self) -> impl Iterator<Item = &Mapping> {
        self.by_inside.values().filter_map(|id| self.get(*id))
    }

    /// The mapping of an inside end that speaks to this outside end.
    pub fn find(&self, protocol: u8, inside: Endpoint, remote: Endpoint) -> Option<MappingId> {
        self.by_inside.get(&self.key(protocol, inside, remote)).copied()
    }

    /// The mapping that has this outside end.
    pub fn at(&self, protocol: u8, outside: Endpoint) -> Option<MappingId> {
        self.by_outside.get(&(protocol, outside)).copied()
    }

    /// Whether the filtering lets this sender in (RFC 4787 section 5). Packets of flows that are
    /// known never come here.
    pub fn admits(&self, id: MappingId, sender: Endpoint) -> bool {
        self.get(id).is_some_and(|mapping| match self.behavior.filtering {
            Dependence::EndpointIndependent => true,
            Dependence::AddressDependent => mapping.peers.contains_key(&sender.address),
            Dependence::AddressAndPortDependent => false,
        })
    }

    /// Makes a mapping for an inside end that speaks to `remote`, with one of these addresses. With
    /// `fixed`, only that one will do: the inside end is the NAT's own. No flow uses it yet.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn make(
        &mut self,
        now: Instant,
        rng: &mut Rng,
        protocol: u8,
        [inside, remote]: [Endpoint; 2],
        addresses: &[Ipv4Addr],
        fixed: Option<Ipv4Addr>,
    ) -> Result<MappingId, NoPort> {
        let host = (protocol, inside.address);
        let limit = self.behavior.ports_per_host.filter(|_| fixed.is_none());
        if let Some(limit) = limit
            && self.per_host.get(&host).is_some_and(|count| *count >= u32::from(limit))
        {
            return Err(NoPort::HostLimit { limit });
        }
        let mut candidates = self.candidates(inside.address, addresses, fixed);
        if candidates.is_empty() {
            return Err(NoPort::NoAddress);
        }
        let found = candidates.drain(..).find_map(|address| {
            let (port, why) = self.choose(rng, protocol, inside.port, address)?;
            Some((Endpoint::new(address, port), address, why))
        });
        let Some((outside, address, why)) = found else {
            let ports = self.behavior.ports.clone();
            let ports = u32::from(*ports.end()) + 1 - u32::from(*ports.start());
            return Err(NoPort::Exhausted { ports });
        };
        self.taken_at(protocol, outside.address).insert(outside.port);
        *self.per_host.entry(host).or_default() += 1;
        self.pairs.entry(inside.address).or_insert((address, 0)).1 += 1;
        let (protocol, _, remote) = self.key(protocol, inside, remote);
        let peers = BTreeMap::new();
        let mapping =
            Mapping { protocol, inside, remote, outside, why, since: now, flows: 0, peers };
        let id = MappingId(self.free.pop().unwrap_or(self.rows.len() as u32));
        self.by_inside.insert((protocol, inside, remote), id);
        self.by_outside.insert((protocol, outside), id);
        if id.0 as usize == self.rows.len() {
            self.rows.push(None);
        }
        self.rows[id.0 as usize] = Some(mapping);
        Ok(id)
    }

    /// One more flow uses it; `spoken_to` is the peer, if it was the inside end that spoke first.
    pub fn hold(&mut self, id: MappingId, spoken_to: Option<IpAddr>) {
        let Some(mapping) = self.rows.get_mut(id.0 as usize).and_then(Option::as_mut) else {
            return;
        };
        mapping.flows += 1;
        if let Some(peer) = spoken_to {
            *mapping.peers.entry(peer).or_default() += 1;
        }
    }

    /// One flow less uses it. The answer is the mapping if that was the last: it is gone.
    pub fn release(&mut self, id: MappingId, spoken_to: Option<IpAddr>) -> Option<Mapping> {
        let mapping = self.rows.get_mut(id.0 as usize)?.as_mut()?;
        mapping.flows = mapping.flows.saturating_sub(1);
        if let Some(peer) = spoken_to
            && let Some(flows) = mapping.peers.get_mut(&peer)
        {
            *flows -= 1;
            if *flows == 0 {
                mapping.peers.remove(&peer);
            }
        }
        if mapping.flows > 0 {
            return None;
        }
        let mapping = self.rows[id.0 as usize].take()?;
        self.free.push(id.0);
        let Mapping { protocol, inside, remote, outside, .. } = mapping;
        self.by_inside.remove(&(protocol, inside, remote));
        self.by_outside.remove(&(protocol, outside));
        self.taken_at(protocol, outside.address).remove(outside.port);
        let host = (protocol, inside.address);
        if let Some(count) = self.per_host.get_mut(&host) {
            *count -= 1;
            if *count == 0 {
                self.per_host.remove(&host);
            }
        }
        if let Some((_, count)) = self.pairs.get_mut(&inside.address) {
            *count -= 1;
            if *count == 0 {
                self.pairs.remove(&inside.address);
            }
        }
        Some(mapping)
    }

    fn key(&self, protocol: u8, inside: Endpoint, remote: Endpoint) -> Key {
        // An ICMP question has no port at the other end (RFC 5508 REQ-1: what is asked of different
        // hosts with one identifier keeps one identifier).
        let remote = match self.behavior.mapping {
            Dependence::EndpointIndependent => None,
            Dependence::AddressDependent => Some(Endpoint { port: 0, ..remote }),
            Dependence::AddressAndPortDependent => Some(remote),
        };
        (protocol, inside, remote)
    }

    /// The outside addresses to try, the best first.
    fn candidates(
        &self,
        inside: IpAddr,
        addresses: &[Ipv4Addr],
        fixed: Option<Ipv4Addr>,
    ) -> Vec<Ipv4Addr> {
        if let Some(fixed) = fixed {
            return vec![fixed];
        }
        let paired = self.pairs.get(&inside).map(|(address, _)| *address);
        match paired.filter(|address| addresses.contains(address)) {
            // Paired pooling: this address, or none.
            Some(address) if self.behavior.paired => vec![address],
            _ => {
                // The one with the fewest hosts first, in the order of the pool.
                let mut hosts: Vec<_> =
                    addresses.iter().map(|address| (0_usize, *address)).collect();
                for (_, (address, _)) in self.pairs.iter().filter(|_| addresses.len() > 1) {
                    if let Some(row) = hosts.iter_mut().find(|(_, own)| own == address) {
                        row.0 += 1;
                    }
                }
                hosts.sort_by_key(|(hosts, _)| *hosts);
                hosts.into_iter().map(|(_, address)| address).collect()
            }
        }
    }

    fn choose(
        &mut self,
        rng: &mut Rng,
        protocol: u8,
        wanted: u16,
        address: Ipv4Addr,
    ) -> Option<(u16, PortChoice)> {
        let (range, parity) = (self.behavior.ports.clone(), self.behavior.preserve_parity);
        let preserve = self.behavior.preserve_ports;
        let forwarded = self.forwarded.contains(&(protocol, wanted));
        let taken = self.taken_at(protocol, address.into());
        let why = match () {
            () if !preserve => PortChoice::Random,
            () if !range.contains(&wanted) && protocol != ICMP => PortChoice::OutOfRange,
            () if !taken.contains(wanted) => return Some((wanted, PortChoice::Preserved)),
            () if forwarded => PortChoice::Forwarded,
            () => PortChoice::Taken,
        };
        let class = ports::class(protocol, wanted, &range);
        let start = rng.next_u64() as u16;
        let port = taken.free(&class, start, parity.then_some(wanted % 2));
        // Rather a port of the other parity, or of the other class, than none.
        let port = port.or_else(|| taken.free(&class, start, None));
        let port = port.or_else(|| taken.free(&range, start, None))?;
        Some((port, why))
    }

    fn taken_at(&mut self, protocol: u8, address: IpAddr) -> &mut PortSet {
        let forwarded = &self.forwarded;
        self.taken.entry((protocol, address)).or_insert_with(|| {
            let mut taken = PortSet::default();
            let of_protocol = forwarded.iter().filter(|(of, _)| *of == protocol);
            of_protocol.for_each(|(_, port)| taken.insert(*port));
            taken
        })
    }
}
