//! What was learned from others, for as long as they said that it holds.
//!
//! A cache holds sets of records, and that there are none (RFC 2308), each with how far it is to be
//! believed (RFC 2181 section 5.4.1). Nothing stays longer than its TTL; when there is no more room,
//! what nobody has asked for the longest goes first.

use std::collections::BTreeMap;

use hickory_proto::rr::{LowerName, RData, Record, RecordType};
use lanternet_core::{Duration, Instant};

use super::message::Question;

/// How far records are to be believed, least first (RFC 2181 section 5.4.1, for data that came in
/// messages).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Credibility {
    /// They came along with something else, or with a referral: good for finding servers only.
    Additional,
    /// The servers of a zone, as the zone above says.
    Referral,
    /// An answer without authority, such as a forwarder's.
    Answer,
    /// An answer of a server of the zone (AA).
    Authoritative,
}

/// What the cache knows about a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hit {
    /// These records. Their TTL is what is left of it.
    Records {
        /// Never none.
        records: Vec<Record>,
        /// What is left, rounded up to whole seconds.
        remaining: Duration,
        /// How far to believe it.
        credibility: Credibility,
    },
    /// The name has no records of this type.
    NoData {
        /// The zone's SOA, if it was told, with what is left of its TTL.
        soa: Option<Record>,
        /// What is left, rounded up to whole seconds.
        remaining: Duration,
    },
    /// There is no such name.
    NameError {
        /// The zone's SOA, if it was told, with what is left of its TTL.
        soa: Option<Record>,
        /// What is left, rounded up to whole seconds.
        remaining: Duration,
    },
}

impl Hit {
    /// How long it may still be kept, rounded up to whole seconds.
    pub fn remaining(&self) -> Duration {
        match self {
            Self::Records { remaining, .. }
            | Self::NoData { remaining, .. }
            | Self::NameError { remaining, .. } => *remaining,
        }
    }
}

/// How much a cache holds, and how long at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// Sets of records, at least 1.
    pub entries: usize,
    /// The longest that records are kept, whatever their TTL says.
    pub longest: Duration,
    /// The longest that it is kept that there are none.
    pub longest_negative: Duration,
}

impl CacheSettings {
    /// A server's cache.
    pub const SERVER: Self = Self {
        entries: 100_000,
        // BIND and unbound keep a day or a week; RFC 8767 section 4 recommends at most a week.
        longest: Duration::from_secs(7 * 86_400),
        // RFC 2308 section 5: one to three hours have been found to work well.
        longest_negative: Duration::from_secs(3 * 3600),
    };
    /// A host's cache.
    pub const STUB: Self = Self { entries: 1_000, ..Self::SERVER };
}

/// A cache.
#[derive(Clone, Debug)]
pub struct Cache {
    settings: CacheSettings,
    entries: BTreeMap<Key, Entry>,
    /// By the time of their last use, counted, the entries.
    uses: BTreeMap<u64, Key>,
    used: u64,
}

/// A type at a name, or, without a type, that the name itself does not exist.
type Key = (LowerName, Option<RecordType>);

#[derive(Clone, Debug)]
struct Entry {
    data: Data,
    expires: Instant,
    credibility: Credibility,
    use_number: u64,
}

#[derive(Clone, Debug)]
enum Data {
    Records(Vec<Record>),
    Nothing { soa: Option<Box<Record>> },
}

/// One row of a cache, to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The name.
    pub name: &'a LowerName,
    /// The type; none for a name that does not exist.
    pub kind: Option<RecordType>,
    /// The records; none where it is known that there are none.
    pub records: &'a [Record],
    /// What is left of their time, rounded up to whole seconds.
    pub remaining: Duration,
    /// How far to believe it.
    pub credibility: Credibility,
}

impl Cache {
    /// An empty one.
    pub const fn new(settings: CacheSettings) -> Self {
        Self { settings, entries: BTreeMap::new(), uses: BTreeMap::new(), used: 0 }
    }

    /// How many entries there are, those whose time is over included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.uses.clear();
    }

    /// Keeps records: for each name and type among them one set, with the shortest TTL of the set
    /// (RFC 2181 section 5.2). What is believed more than the new ones stays in their place. A TTL
    /// of 0 is for the one who asked only (RFC 1035 section 3.2.1).
    pub fn store(&mut self, now: Instant, records: &[Record], credibility: Credibility) {
        let mut sets: Vec<(Key, Vec<Record>)> = Vec::new();
        for record in records {
            let key = (LowerName::new(&record.name), Some(record.record_type()));
            match sets.iter_mut().find(|(known, _)| *known == key) {
                Some((_, set)) if set.iter().any(|known| known.data == record.data) => {}
                Some((_, set)) => set.push(record.clone()),
                None => sets.push((key, vec![record.clone()])),
            }
        }
        for (key, set) in sets {
            let ttl = set.iter().map(|record| ttl(record.ttl)).min().unwrap_or_default();
            let nobody = (key.0.clone(), None);
            let time = ttl.min(self.settings.longest);
            if self.put(now, key, Data::Records(set), time, credibility) {
                // The name does exist.
                self.remove(&nobody);
            }
        }
    }

    /// Keeps that a name has no records of this type. The SOA that came along says for how long
    /// (RFC 2308 section 5); without one it is not kept.
    pub fn store_no_data(
        &mut self,
        now: Instant,
        question: &Question,
        soa: Option<&Record>,
        credibility: Credibility,
    ) {
        let key = (question.name.clone(), Some(question.kind));
        self.put_nothing(now, key, soa, credibility);
    }

    /// Keeps that there is no such name, as [`store_no_data`](Self::store_no_data).
    pub fn store_name_error(
        &mut self,
        now: Instant,
        name: &LowerName,
        soa: Option<&Record>,
        credibility: Credibility,
    ) {
        if !self.put_nothing(now, (name.clone(), None), soa, credibility) {
            return;
        }
        let kinds = self.entries.range((name.clone(), Some(RecordType::ZERO))..);
        let gone: Vec<Key> =
            kinds.map(|(key, _)| key).take_while(|(other, _)| other == name).cloned().collect();
        for key in gone {
            self.remove(&key);
        }
    }

    fn put_nothing(
        &mut self,
        now: Instant,
        key: Key,
        soa: Option<&Record>,
        credibility: Credibility,
    ) -> bool {
        let Some(time) = soa.and_then(negative_ttl) else { return false };
        let time = time.min(self.settings.longest_negative);
        self.put(now, key, Data::Nothing { soa: soa.cloned().map(Box::new) }, time, credibility)
    }

    /// Whether it is there now.
    fn put(
        &mut self,
        now: Instant,
        key: Key,
        data: Data,
        time: Duration,
        credibility: Credibility,
    ) -> bool {
        if let Some(old) = self.entries.get(&key)
            && old.expires > now
            && old.credibility > credibility
        {
            return false;
        }
        self.remove(&key);
        if time == Duration::ZERO {
            return false;
        }
        while self.entries.len() >= self.settings.entries.max(1)
            && let Some((_, oldest)) = self.uses.pop_first()
        {
            self.entries.remove(&oldest);
        }
        self.used += 1;
        self.uses.insert(self.used, key.clone());
        let entry = Entry { data, expires: now + time, credibility, use_number: self.used };
        self.entries.insert(key, entry);
        true
    }

    fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.uses.remove(&entry.use_number);
        }
    }

    /// What is known about a question that may be answered with it: only what was an answer itself
    /// (RFC 2181 section 5.4.1). That the name is an alias is for the caller to ask about, as a
    /// question for `CNAME`.
    pub fn answer(&mut self, now: Instant, question: &Question) -> Option<Hit> {
        self.find(now, question, Credibility::Answer)
    }

    /// What is known about a question, for finding servers with it: also what came along with
    /// something else.
    pub fn hint(&mut self, now: Instant, question: &Question) -> Option<Hit> {
        self.find(now, question, Credibility::Additional)
    }

    fn find(&mut self, now: Instant, question: &Question, least: Credibility) -> Option<Hit> {
        let name_error = (question.name.clone(), None);
        if let Some((Data::Nothing { soa }, remaining, _)) = self.take_look(now, &name_error, least)
        {
            return Some(Hit::NameError { soa: soa.map(|soa| *soa), remaining });
        }
        let key = (question.name.clone(), Some(question.kind));
        let (data, remaining, credibility) = self.take_look(now, &key, least)?;
        Some(match data {
            Data::Records(records) => Hit::Records { records, remaining, credibility },
            Data::Nothing { soa } => Hit::NoData { soa: soa.map(|soa| *soa), remaining },
        })
    }

    /// The data with what is left of its time as TTL.
    fn take_look(
        &mut self,
        now: Instant,
        key: &Key,
        least: Credibility,
    ) -> Option<(Data, Duration, Credibility)> {
        let entry = self.entries.get_mut(key)?;
        if entry.expires <= now {
            self.remove(key);
            return None;
        }
        if entry.credibility < least {
            return None;
        }
        self.used += 1;
        if let Some(key) = self.uses.remove(&entry.use_number) {
            self.uses.insert(self.used, key);
        }
        entry.use_number = self.used;
        let remaining = remaining(now, entry.expires);
        let seconds = seconds(remaining);
        let aged = |record: &Record| {
            let mut record = record.clone();
            record.ttl = seconds;
            record
        };
        let data = match &entry.data {
            Data::Records(records) => Data::Records(records.iter().map(aged).collect()),
            Data::Nothing { soa } => Data::Nothing { soa: soa.as_deref().map(aged).map(Box::new) },
        };
        Some((data, remaining, entry.credibility))
    }

    /// What is there and still holds, by name and type.
    pub fn rows(&self, now: Instant) -> impl Iterator<Item = Row<'_>> {
        self.entries.iter().filter(move |(_, entry)| entry.expires > now).map(
            move |((name, kind), entry)| Row {
                name,
                kind: *kind,
                records: match &entry.data {
                    Data::Records(records) => records,
                    Data::Nothing { .. } => &[],
                },
                remaining: remaining(now, entry.expires),
                credibility: entry.credibility,
            },
        )
    }
}

/// A TTL with the highest bit set counts as 0 (RFC 2181 section 8).
fn ttl(seconds: u32) -> Duration {
    if seconds > i32::MAX as u32 { Duration::ZERO } else { Duration::from_secs(seconds.into()) }
}

/// The shorter of the SOA's own TTL and its last field (RFC 2308 section 5).
pub fn negative_ttl(soa: &Record) -> Option<Duration> {
    match &soa.data {
        RData::SOA(data) => Some(ttl(soa.ttl).min(ttl(data.minimum))),
        _ => None,
    }
}

/// What is left, rounded up to whole seconds: what is kept for 300 s has 300 s at first, and never
/// 0 s while it holds.
fn remaining(now: Instant, expires: Instant) -> Duration {
    Duration::from_secs(expires.since(now).nanos().div_ceil(1_000_000_000))
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.nanos() / 1_000_000_000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
