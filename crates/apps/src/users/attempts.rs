//! How often somebody may try to log in.
//!
//! Every attempt counts from its beginning, so that a thousand at once count like a thousand in turn;
//! one that succeeds is taken back. Three things are counted, each with its own [`Limit`]:
//!
//! - **The address** that it comes from (an IPv6 network of 64 bits counts as one: whoever has one
//!   address of it has all). First attempts are free, the next are slowed, each twice as much as the one
//!   before, then the address is locked out for a time that doubles too. A success takes back its own
//!   attempt and no other, else logins to one's own account would reset the count between guesses at
//!   another's.
//! - **The name with the address**: whether there is such a user or not. In the same way, with fewer
//!   attempts.
//! - **The name alone**, over all addresses: it is locked too, but never for more than a minute at a time.
//!
//! Whoever floods a name from one address is locked out at that address, for many minutes, and the owner
//! notices nothing. A flood from many addresses gets one guess per minute. The owner is then not shut
//! out forever either: an address from which a user has logged in before is *known* for that user, and
//! does not ask what strangers did to the name. Elsewhere the owner competes for one attempt per minute
//! with those addresses that are not locked themselves: while a name is crowded, each address that fails
//! with it is locked at once, so that it takes several to keep the name busy all the time. (OWASP's *device cookies* do the same with a cookie instead of the
//! address.)
//!
//! What is refused is not counted: asking while locked makes it no longer. Counts melt with time. The
//! memory is bounded: when a table is full, the smallest count is forgotten, so that flooding with
//! made-up names does not wash away the count of a name under attack.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::{Duration, Instant};

use super::name::UserName;

/// How one count slows and locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// So many attempts are free.
    pub free: u32,
    /// The first that is not waits so long, each further one twice as long as the one before.
    pub delay: Duration,
    /// But no longer than this.
    pub longest_delay: Duration,
    /// After so many, the next is refused for a time.
    pub lock_after: u32,
    /// The first time; each further one is twice as long as the one before.
    pub lock: Duration,
    /// But no longer than this.
    pub longest_lock: Duration,
    /// One attempt is forgotten after each such time.
    pub forget: Duration,
}

/// The limits of [`Attempts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of an address. Many people may share one, so it takes more than the others.
    pub address: Limit,
    /// Of a name with an address.
    pub pair: Limit,
    /// Of a name, from addresses that are not known for it.
    pub name: Limit,
    /// So many counts of each kind are remembered.
    pub remembered: usize,
}

impl Default for Limits {
    /// Numbers of ours within what OWASP's Authentication Cheat Sheet ("Account Lockout") and NIST SP
    /// 800-63B-3 section 5.2.2 (at most 100 consecutive failures) leave open.
    fn default() -> Self {
        let secs = Duration::from_secs;
        Self {
            address: Limit {
                free: 20,
                delay: secs(1),
                longest_delay: secs(8),
                lock_after: 30,
                lock: secs(60),
                longest_lock: secs(15 * 60),
                forget: secs(60),
            },
            pair: Limit {
                free: 3,
                delay: secs(1),
                longest_delay: secs(8),
                lock_after: 6,
                lock: secs(5 * 60),
                longest_lock: secs(15 * 60),
                // As long as the longest lock: then one address gets one guess in that time.
                forget: secs(15 * 60),
            },
            // More than one address can add to it, so that one alone locks nobody else out.
            name: Limit {
                free: 12,
                delay: secs(1),
                longest_delay: secs(8),
                lock_after: 15,
                lock: secs(30),
                longest_lock: secs(60),
                forget: secs(5 * 60),
            },
            remembered: 10_000,
        }
    }
}

/// Attempts of late, by address and by name. Time is handed in.
#[derive(Clone, Debug)]
pub struct Attempts {
    limits: Limits,
    addresses: Table<Source>,
    pairs: Table<(UserName, Source)>,
    names: Table<UserName>,
    /// From where users have logged in, and when last.
    known: BTreeMap<(UserName, Source), Instant>,
}

/// Come back after this time; nothing was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; try again in {} s", .0.millis().div_ceil(1000))]
pub struct TooMany(pub Duration);

impl Attempts {
    /// Nobody has tried.
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            addresses: Table(BTreeMap::new()),
            pairs: Table(BTreeMap::new()),
            names: Table(BTreeMap::new()),
            known: BTreeMap::new(),
        }
    }

    /// Somebody tries to log in: wait so long, then check the password. `name` is `None` when what was
    /// typed can be nobody's name. Counts as a failure until [`Attempts::succeeded`].
    ///
    /// # Errors
    /// When the password is not to be checked at all.
    pub fn begin(
        &mut self,
        now: Instant,
        name: Option<&UserName>,
        from: IpAddr,
    ) -> Result<Duration, TooMany> {
        let source = Source::of(from);
        let Limits { address: of_address, pair: of_pair, name: of_name, remembered } = self.limits;
        let pair = name.map(|name| (name.clone(), source));
        // Known ones do not ask what strangers did to the name.
        let known = pair.as_ref().is_some_and(|pair| self.known.contains_key(pair));
        let name = name.filter(|_| !known);
        // Nothing is counted before all have agreed.
        self.addresses.may_go(&source, now)?;
        pair.as_ref().map_or(Ok(()), |pair| self.pairs.may_go(pair, now))?;
        name.map_or(Ok(()), |name| self.names.may_go(name, now))?;
        let mut delay = self.addresses.count(source, now, &of_address, remembered);
        let mut crowded = false;
        if let Some(name) = name {
            delay = delay.max(self.names.count(name.clone(), now, &of_name, remembered));
            crowded = self.names.may_go(name, now).is_err();
        }
        if let Some(pair) = pair {
            delay = delay.max(self.pairs.count(pair.clone(), now, &of_pair, remembered));
            if crowded {
                // The next turn is somebody else's.
                self.pairs.lock(&pair, now, &of_pair);
            }
        }
        Ok(delay)
    }

    /// The attempt that was begun with these was right.
    pub fn succeeded(&mut self, now: Instant, name: &UserName, from: IpAddr) {
        let source = Source::of(from);
        self.addresses.take_back(&source, self.limits.address.lock_after);
        // The owner was here: what strangers did to the name is over, and what this address did.
        self.names.0.remove(name);
        self.pairs.0.remove(&(name.clone(), source));
        self.known.insert((name.clone(), source), now);
        if self.known.len() > self.limits.remembered {
            let oldest = self.known.iter().min_by_key(|(_, last)| **last);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.known.remove(&oldest);
            }
        }
    }
}

/// Whoever can send from one of its addresses can send from all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Source(IpAddr);

impl Source {
    fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (!0 << 64)).into(),
        })
    }
}

/// Counts of one kind.
#[derive(Clone, Debug)]
struct Table<K>(BTreeMap<K, Count>);

#[derive(Clone, Copy, Debug)]
struct Count {
    attempts: u32,
    /// When it began to melt, or melted last.
    since: Instant,
    locked_until: Instant,
}

impl Count {
    /// Forgets what is to be forgotten by now.
    fn melt(&mut self, now: Instant, forget: Duration) {
        let melted = now.since(self.since).nanos() / forget.nanos().max(1);
        self.attempts = self.attempts.saturating_sub(u32::try_from(melted).unwrap_or(u32::MAX));
        self.since = match self.attempts {
            0 => now,
            _ => self.since + Duration::from_nanos(melted * forget.nanos()),
        };
    }
}

impl Count {
    /// Locks it, if that many attempts were made.
    fn lock(&mut self, now: Instant, limit: &Limit) {
        if let Some(beyond) = self.attempts.checked_sub(limit.lock_after) {
            self.locked_until = now + doubled(limit.lock, beyond, limit.longest_lock);
        }
    }
}

impl<K: Ord + Clone> Table<K> {
    fn may_go(&self, key: &K, now: Instant) -> Result<(), TooMany> {
        match self.0.get(key) {
            Some(count) if count.locked_until > now => Err(TooMany(count.locked_until.since(now))),
            _ => Ok(()),
        }
    }

    /// Counts an attempt; how long it has to wait.
    fn count(&mut self, key: K, now: Instant, limit: &Limit, remembered: usize) -> Duration {
        if !self.0.contains_key(&key) && self.0.len() >= remembered {
            self.make_room(now, limit.forget);
        }
        let count = self.0.entry(key).or_insert(Count {
            attempts: 0,
            since: now,
            locked_until: Instant::ZERO,
        });
        count.melt(now, limit.forget);
        let earlier = count.attempts;
        count.attempts = count.attempts.saturating_add(1);
        count.lock(now, limit);
        match earlier.checked_sub(limit.free) {
            Some(beyond) => doubled(limit.delay, beyond, limit.longest_delay),
            None => Duration::ZERO,
        }
    }

    /// Locks as if the last free attempt had been made.
    fn lock(&mut self, key: &K, now: Instant, limit: &Limit) {
        if let Some(count) = self.0.get_mut(key) {
            count.attempts = count.attempts.max(limit.lock_after);
            count.lock(now, limit);
        }
    }

    fn take_back(&mut self, key: &K, lock_after: u32) {
        if let Some(count) = self.0.get_mut(key) {
            count.attempts = count.attempts.saturating_sub(1);
            if count.attempts < lock_after {
                count.locked_until = Instant::ZERO;
            }
        }
    }

    /// Forgets what has melted, or else the smallest and oldest count.
    fn make_room(&mut self, now: Instant, forget: Duration) {
        self.0.retain(|_, count| {
            count.melt(now, forget);
            count.attempts > 0 || count.locked_until > now
        });
        let least = self.0.iter().min_by_key(|(_, count)| (count.attempts, count.since));
        if let Some(least) = least.map(|(key, _)| key.clone()) {
            self.0.remove(&least);
        }
    }
}

/// `time`, doubled so many times, but at most `longest`.
fn doubled(time: Duration, times: u32, longest: Duration) -> Duration {
    let factor = 1u64.checked_shl(times).unwrap_or(u64::MAX);
    Duration::from_nanos(time.nanos().saturating_mul(factor)).min(longest)
}

#[cfg(test)]
mod tests;
