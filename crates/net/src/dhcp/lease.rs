//! The addresses of one pool: who has which, until when, and who had it before.
//!
//! An address is never on offer or on loan to two clients at once; everything else a server decides
//! rests on that.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use lanternet_core::{Instant, MacAddr};

use super::message::ClientKey;

/// What an address is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseState {
    /// Offered to a client; the offer stands until then. Lost with a crash.
    Offered(Instant),
    /// On loan to a client until then.
    Bound(Instant),
    /// Free since then; the client that had it gets it again if it comes before somebody else.
    Free(Instant),
    /// A client found it in use by a station that has it from nobody; not lent until then.
    Quarantined(Instant),
}

impl LeaseState {
    /// When the state ends by itself.
    pub fn until(self) -> Option<Instant> {
        match self {
            Self::Offered(until) | Self::Bound(until) | Self::Quarantined(until) => Some(until),
            Self::Free(_) => None,
        }
    }

    /// Whether a client has the address, or may have it by saying so.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Offered(_) | Self::Bound(_))
    }
}

/// One address that somebody has or had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The client.
    pub client: ClientKey,
    /// Its hardware address.
    pub mac: MacAddr,
    /// The name it gave itself.
    pub host_name: Option<Box<str>>,
    /// What the address is doing.
    pub state: LeaseState,
    /// Whether the client had it on loan at some time: otherwise it was only offered.
    lent: bool,
}

/// A row of the lease table, as a person looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRow {
    /// The address.
    pub address: Ipv4Addr,
    /// The client's hardware address.
    pub mac: MacAddr,
    /// The name it gave itself.
    pub host_name: Option<Box<str>>,
    /// What the address is doing.
    pub state: LeaseState,
    /// Whether the address is reserved for this client.
    pub reserved: bool,
}

/// See the module's head.
#[derive(Clone, Debug, Default)]
pub struct LeaseTable {
    leases: BTreeMap<Ipv4Addr, Lease>,
    /// The address that each client has or had last.
    clients: BTreeMap<ClientKey, Ipv4Addr>,
    /// When which state ends.
    ends: BTreeSet<(Instant, Ipv4Addr)>,
    /// The addresses that were given back, the longest free first.
    free: BTreeSet<(Instant, Ipv4Addr)>,
    /// Below this address of the pool none is unused.
    first_unused: Option<Ipv4Addr>,
}

impl LeaseTable {
    /// What is known of an address; nothing if nobody ever had it.
    pub fn lease(&self, address: Ipv4Addr) -> Option<&Lease> {
        self.leases.get(&address)
    }

    /// The address that a client has, or had last and nobody else since.
    pub fn of_client(&self, client: &ClientKey) -> Option<(Ipv4Addr, &Lease)> {
        let address = *self.clients.get(client)?;
        Some((address, self.leases.get(&address)?))
    }

    /// All addresses of which something is known, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (Ipv4Addr, &Lease)> {
        self.leases.iter().map(|(address, lease)| (*address, lease))
    }

    /// When [`expire`](Self::expire) next has something to do.
    pub fn next_end(&self) -> Option<Instant> {
        self.ends.first().map(|(at, _)| *at)
    }

    /// Takes back the next address whose time is over. The answer is the address with what it was
    /// until now.
    pub fn expire(&mut self, now: Instant) -> Option<(Ipv4Addr, Lease)> {
        let (_, address) = *self.ends.first().filter(|(at, _)| *at <= now)?;
        let was = self.leases.get(&address)?.clone();
        self.release(address, now);
        Some((address, was))
    }

    /// The first address of a pool, in their order, that nobody ever had.
    pub fn unused(
        &mut self,
        first: Ipv4Addr,
        last: Ipv4Addr,
        lendable: impl Fn(Ipv4Addr) -> bool,
    ) -> Option<Ipv4Addr> {
        let start = self.first_unused.unwrap_or(first);
        let found = (u32::from(start)..=u32::from(last))
            .map(Ipv4Addr::from)
            .find(|address| !self.leases.contains_key(address) && lendable(*address));
        // Past the end there is none either; the last address is looked at again, which costs nothing.
        self.first_unused = Some(found.unwrap_or(last.max(start)));
        found
    }

    /// The address that is free for the longest time.
    pub fn longest_free(&self, lendable: impl Fn(Ipv4Addr) -> bool) -> Option<Ipv4Addr> {
        self.free.iter().map(|(_, address)| *address).find(|address| lendable(*address))
    }

    /// Whether the address can be given to this client: nobody else has it, and it is not in
    /// quarantine.
    pub fn is_free_for(&self, address: Ipv4Addr, client: &ClientKey) -> bool {
        self.leases.get(&address).is_none_or(|lease| match lease.state {
            LeaseState::Free(_) => true,
            LeaseState::Quarantined(_) => false,
            _ => lease.client == *client,
        })
    }

    /// Puts an address on offer, or lends it. The answer is whether that is done: an address that
    /// somebody else has, or that is in quarantine, stays as it is.
    pub fn hold(
        &mut self,
        now: Instant,
        address: Ipv4Addr,
        client: &ClientKey,
        mac: MacAddr,
        host_name: Option<&str>,
        state: LeaseState,
    ) -> bool {
        if !state.is_held() || !self.is_free_for(address, client) {
            return false;
        }
        // A client has one address of a pool: who asks for a new one has no other in use.
        if let Some(&before) = self.clients.get(client)
            && before != address
            && self.leases.get(&before).is_some_and(|lease| lease.state.is_held())
        {
            self.release(before, now);
        }
        let was_lent = self.leases.get(&address).is_some_and(|known| known.lent);
        self.set(
            address,
            Lease {
                client: client.clone(),
                mac,
                host_name: host_name.map(Into::into),
                state,
                lent: was_lent || matches!(state, LeaseState::Bound(_)),
            },
        );
        true
    }

    /// Gives an address back. What was on loan is remembered; what was only on offer is unused
    /// again.
    pub fn release(&mut self, address: Ipv4Addr, now: Instant) {
        match self.leases.get(&address) {
            Some(lease) if lease.lent => {
                let lease = Lease { state: LeaseState::Free(now), ..lease.clone() };
                self.set(address, lease);
            }
            Some(_) => self.forget(address),
            None => {}
        }
    }

    /// Lends an address to nobody until then.
    pub fn quarantine(&mut self, address: Ipv4Addr, until: Instant) {
        if let Some(lease) = self.leases.get(&address) {
            let state = LeaseState::Quarantined(until);
            let lease = Lease { state, lent: true, ..lease.clone() };
            self.set(address, lease);
        }
    }

    /// Takes an offer back; a loan stays. The answer is whether there was an offer.
    pub fn withdraw(&mut self, address: Ipv4Addr, now: Instant) -> bool {
        let offered = |lease: &Lease| matches!(lease.state, LeaseState::Offered(_));
        let withdrawn = self.leases.get(&address).is_some_and(offered);
        if withdrawn {
            self.release(address, now);
        }
        withdrawn
    }

    /// Forgets what a server does not write down: its offers.
    pub fn crash(&mut self, now: Instant) {
        let addresses: Vec<Ipv4Addr> = self.leases.keys().copied().collect();
        for address in addresses {
            self.withdraw(address, now);
        }
    }

    fn forget(&mut self, address: Ipv4Addr) {
        let Some(lease) = self.leases.remove(&address) else { return };
        self.unlink(address, &lease);
        self.unlink_client(address, &lease.client);
        self.first_unused = self.first_unused.map(|first| first.min(address));
    }

    fn set(&mut self, address: Ipv4Addr, lease: Lease) {
        let (state, client) = (lease.state, lease.client.clone());
        if let Some(was) = self.leases.insert(address, lease) {
            self.unlink(address, &was);
            if was.client != client {
                self.unlink_client(address, &was.client);
            }
        }
        match state {
            LeaseState::Free(since) => self.free.insert((since, address)),
            state => state.until().is_some_and(|until| self.ends.insert((until, address))),
        };
        match state {
            LeaseState::Offered(_) | LeaseState::Bound(_) => {
                self.clients.insert(client, address);
            }
            LeaseState::Free(_) => {}
            // Whoever declined it does not want it again.
            LeaseState::Quarantined(_) => self.unlink_client(address, &client),
        }
    }

    fn unlink(&mut self, address: Ipv4Addr, lease: &Lease) {
        match lease.state {
            LeaseState::Free(since) => self.free.remove(&(since, address)),
            state => state.until().is_some_and(|until| self.ends.remove(&(until, address))),
        };
    }

    fn unlink_client(&mut self, address: Ipv4Addr, client: &ClientKey) {
        if self.clients.get(client) == Some(&address) {
            self.clients.remove(client);
        }
    }
}
