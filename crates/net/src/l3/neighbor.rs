//! The neighbour table: which hardware address belongs to which IP address on which interface.
//!
//! The states are those of RFC 4861 section 7.3.2, which Linux uses for ARP as well, with Linux's
//! timing:
//!
//! - INCOMPLETE: asked by broadcast, up to [`ATTEMPTS`] times, [`RETRANSMIT`] apart; packets wait.
//! - REACHABLE: an answer came within [`REACHABLE_TIME`]. Afterwards the row is STALE.
//! - STALE: used all the same; the first use starts DELAY.
//! - DELAY: [`DELAY_TIME`] for a sign of life, then PROBE.
//! - PROBE: asked by unicast up to [`ATTEMPTS`] times, then FAILED.
//! - FAILED: the next packet starts again with INCOMPLETE.
//! - PERMANENT: written by hand; nothing that is heard changes it, and it does not age.
//!
//! REACHABLE turns STALE when somebody looks, without a timer, so an idle network stays idle. What
//! differs from Linux: REACHABLE lasts exactly 30 s, not a random 15 to 45; the first unicast check
//! comes after DELAY however busy a TCP connection is, since TCP does not report progress here.
//!
//! The table decides; its owner sends. So each change is returned as what is to be done.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;

use lanternet_core::trace::NeighborState;
use lanternet_core::{Duration, FrameId, Instant, MacAddr, PortId};

/// Questions before giving up (Linux: `mcast_solicit` and `ucast_solicit`).
pub const ATTEMPTS: u8 = 3;
/// Time between questions (Linux: `retrans_time_ms`).
pub const RETRANSMIT: Duration = Duration::from_secs(1);
/// How long an answer counts (Linux: `base_reachable_time_ms`).
pub const REACHABLE_TIME: Duration = Duration::from_secs(30);
/// How long a stale row is used before it is checked (Linux: `delay_first_probe_time`).
pub const DELAY_TIME: Duration = Duration::from_secs(5);
/// Packets that may wait for one neighbour (Linux: `unres_qlen`, 101 since 3.3).
pub const QUEUE_LIMIT: u16 = 101;
/// Rows that the table takes (Linux: `gc_thresh3`).
pub const TABLE_LIMIT: usize = 1024;

/// An interface, and a neighbour on its segment.
pub type Key = (PortId, IpAddr);

/// A packet that waits for an answer.
#[derive(Debug)]
pub struct Held {
    /// The packet, with room for the Ethernet header in front.
    pub buffer: Vec<u8>,
    /// The frame it was made because of.
    pub about: Option<FrameId>,
    /// Since when it waits.
    pub since: Instant,
    /// Whether it is passed on for somebody else.
    pub forwarded: bool,
}

#[derive(Debug)]
struct Row {
    mac: MacAddr,
    state: NeighborState,
    /// When it was last confirmed, or last changed its state.
    since: Instant,
    deadline: Option<Instant>,
    attempts: u8,
    held: VecDeque<Held>,
}

/// What the table says about a packet's next hop.
#[derive(Debug)]
pub enum Answer {
    /// The hardware address is known.
    Found {
        /// It.
        mac: MacAddr,
        /// The state of the row.
        state: NeighborState,
        /// The state before, where this use changed it.
        was: NeighborState,
    },
    /// Not known. The packet waits; `ask` says that a first question is due.
    Held {
        /// Packets that wait, this one included.
        waiting: u16,
        /// Whether to ask now.
        ask: bool,
        /// The packet that waited longest, if there were too many: the latest are the ones to keep
        /// (RFC 1122 section 2.3.2.2).
        crowded_out: Option<Held>,
    },
    /// Not known, and the table is full of neighbours that are being asked for or are static.
    Full,
}

/// What a question's timer asks for.
#[derive(Debug)]
pub enum Due {
    /// Ask (again): by broadcast, or the station directly.
    Ask {
        /// Whom.
        key: Key,
        /// Which attempt, from 1.
        attempt: u8,
        /// The station, when an old row is checked.
        unicast: Option<MacAddr>,
        /// The state before, where it changed.
        was: NeighborState,
    },
    /// Nobody answers; these packets waited in vain.
    Failed {
        /// Who.
        key: Key,
        /// Questions asked.
        attempts: u8,
        /// The state before.
        was: NeighborState,
        /// The packets.
        held: VecDeque<Held>,
    },
}

/// What became of a row when an address was seen.
#[derive(Debug)]
pub struct Seen {
    /// The hardware address so far, if there was one.
    pub old: Option<MacAddr>,
    /// The state so far, if there was a row.
    pub was: Option<NeighborState>,
    /// The state from now on.
    pub state: NeighborState,
    /// Packets that may go now.
    pub released: VecDeque<Held>,
}

/// What became of a row when its neighbour told its address itself.
#[derive(Debug)]
pub struct Told {
    /// The hardware address from now on.
    pub mac: MacAddr,
    /// What changed.
    pub seen: Seen,
}

/// A row to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeighborRow {
    /// The interface.
    pub interface: PortId,
    /// The neighbour.
    pub address: IpAddr,
    /// Its hardware address, if known.
    pub mac: Option<MacAddr>,
    /// The state at the time of the question.
    pub state: NeighborState,
}

/// The table.
#[derive(Debug, Default)]
pub struct NeighborTable {
    rows: BTreeMap<Key, Row>,
    /// There only while somebody is being asked for.
    #[expect(clippy::box_collection, reason = "16 bytes less in each of a million silent hosts")]
    deadlines: Option<Box<BTreeSet<(Instant, Key)>>>,
    incomplete: u32,
}

impl Row {
    fn state_at(&self, now: Instant) -> NeighborState {
        let expired = now > self.since + REACHABLE_TIME;
        if self.state == NeighborState::Reachable && expired {
            NeighborState::Stale
        } else {
            self.state
        }
    }
}

impl NeighborTable {
    /// Looks a next hop up for a packet that `held` makes, if it has to wait.
    pub fn resolve(&mut self, now: Instant, key: Key, held: impl FnOnce() -> Held) -> Answer {
        use NeighborState::{Delay, Failed, Incomplete, Reachable, Stale};
        let Some(row) = self.rows.get_mut(&key) else {
            let row = Row {
                mac: MacAddr::ZERO,
                state: Incomplete,
                since: now,
                deadline: None,
                attempts: 1,
                held: VecDeque::from([held()]),
            };
            if !self.insert(now, key, row) {
                return Answer::Full;
            }
            self.set_deadline(key, Some(now + RETRANSMIT));
            return Answer::Held { waiting: 1, ask: true, crowded_out: None };
        };
        let was = row.state_at(now);
        match was {
            Reachable => Answer::Found { mac: row.mac, state: was, was },
            Stale => {
                let mac = row.mac;
                self.set_state(now, key, Delay);
                self.set_deadline(key, Some(now + DELAY_TIME));
                Answer::Found { mac, state: Delay, was }
            }
            Incomplete => {
                let full = row.held.len() >= usize::from(QUEUE_LIMIT);
                let crowded_out = if full { row.held.pop_front() } else { None };
                row.held.push_back(held());
                Answer::Held { waiting: row.held.len() as u16, ask: false, crowded_out }
            }
            Failed => {
                row.held.push_back(held());
                row.attempts = 1;
                self.set_state(now, key, Incomplete);
                self.set_deadline(key, Some(now + RETRANSMIT));
                Answer::Held { waiting: 1, ask: true, crowded_out: None }
            }
            _ => Answer::Found { mac: row.mac, state: was, was },
        }
    }

    /// The hardware address of a next hop that can be used without a change to the table, and the
    /// last moment at which that holds if nothing happens before.
    pub fn settled(&self, now: Instant, key: Key) -> Option<(MacAddr, Instant)> {
        use NeighborState::{Delay, Permanent, Probe, Reachable};
        let row = self.rows.get(&key)?;
        match row.state_at(now) {
            Reachable => Some((row.mac, row.since + REACHABLE_TIME)),
            Permanent | Delay | Probe => Some((row.mac, Instant::MAX)),
            _ => None,
        }
    }

    /// Adds or replaces a row that stays. It has room even in a full table.
    pub fn insert_static(&mut self, key: Key, mac: MacAddr) {
        self.remove(key);
        let row = Row {
            mac,
            state: NeighborState::Permanent,
            since: Instant::ZERO,
            deadline: None,
            attempts: 0,
            held: VecDeque::new(),
        };
        self.rows.insert(key, row);
    }

    /// An address was seen. With `solicited`, it answers our question (REACHABLE); otherwise it
    /// is believed but not proven (STALE). Without `create`, only a row that exists is changed. A
    /// static row stays as it is, whatever was seen.
    pub fn seen(
        &mut self,
        now: Instant,
        key: Key,
        mac: MacAddr,
        solicited: bool,
        create: bool,
    ) -> Option<Seen> {
        use NeighborState::{Failed, Incomplete, Permanent, Reachable, Stale};
        let state = if solicited { Reachable } else { Stale };
        let Some(row) = self.rows.get_mut(&key) else {
            if !create {
                return None;
            }
            let row =
                Row { mac, state, since: now, deadline: None, attempts: 0, held: VecDeque::new() };
            let released = VecDeque::new();
            let seen = Seen { old: None, was: None, state, released };
            return self.insert(now, key, row).then_some(seen);
        };
        let was = row.state_at(now);
        let known = !matches!(was, Incomplete | Failed);
        let old = known.then_some(row.mac);
        if was == Permanent || known && row.mac == mac && !solicited {
            // Nothing new, and no proof, or nothing that could change it: the state stays.
            return Some(Seen { old, was: Some(was), state: was, released: VecDeque::new() });
        }
        row.mac = mac;
        row.attempts = 0;
        let released = std::mem::take(&mut row.held);
        self.set_state(now, key, state);
        self.set_deadline(key, None);
        Some(Seen { old, was: Some(was), state, released })
    }

    /// The state of a row.
    pub fn state(&self, now: Instant, key: Key) -> Option<NeighborState> {
        self.rows.get(&key).map(|row| row.state_at(now))
    }

    /// A neighbour advertisement came, by the rules of RFC 4861 section 7.2.5: it never makes a row,
    /// and changes a known hardware address only with the flag `overriding`. `None`: there is no
    /// row, or nothing to learn for the one there is.
    pub fn advertised(
        &mut self,
        now: Instant,
        key: Key,
        mac: Option<MacAddr>,
        solicited: bool,
        overriding: bool,
    ) -> Option<Told> {
        use NeighborState::{Failed, Incomplete, Permanent, Reachable, Stale};
        let row = self.rows.get(&key)?;
        let was = row.state_at(now);
        let unchanged = |state, mac| {
            let (old, was, released) = (Some(mac), Some(was), VecDeque::new());
            Some(Told { mac, seen: Seen { old, was, state, released } })
        };
        match was {
            Failed => None,
            Permanent => unchanged(was, row.mac),
            Incomplete => {
                let mac = mac?;
                let seen = self.seen(now, key, mac, solicited, false)?;
                Some(Told { mac, seen })
            }
            _ => {
                let known = row.mac;
                let other = mac.is_some_and(|mac| mac != known);
                if other && !overriding {
                    if was != Reachable {
                        return unchanged(was, known);
                    }
                    self.set_state(now, key, Stale);
                    return unchanged(Stale, known);
                }
                let mac = mac.unwrap_or(known);
                let seen = self.seen(now, key, mac, solicited, false)?;
                Some(Told { mac, seen })
            }
        }
    }

    /// The next thing whose time has come, if any. Call until `None`.
    pub fn due(&mut self, now: Instant) -> Option<Due> {
        use NeighborState::{Failed, Probe};
        let &(at, key) = self.deadlines.as_ref()?.first()?;
        if at > now {
            return None;
        }
        // A deadline is only ever set for a row that exists.
        let row = self.rows.get_mut(&key)?;
        let was = row.state;
        let unicast = match was {
            NeighborState::Delay => {
                row.attempts = 0;
                Some(row.mac)
            }
            Probe => Some(row.mac),
            _ => None,
        };
        if row.attempts >= ATTEMPTS {
            let (attempts, held) = (row.attempts, std::mem::take(&mut row.held));
            self.set_state(now, key, Failed);
            self.set_deadline(key, None);
            return Some(Due::Failed { key, attempts, was, held });
        }
        row.attempts += 1;
        let attempt = row.attempts;
        if unicast.is_some() {
            self.set_state(now, key, Probe);
        }
        self.set_deadline(key, Some(now + RETRANSMIT));
        Some(Due::Ask { key, attempt, unicast, was })
    }

    /// When [`due`](Self::due) has something to say.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.as_ref()?.first().map(|(at, _)| *at)
    }

    /// Whether packets wait for an answer.
    pub fn is_waiting(&self) -> bool {
        self.incomplete > 0
    }

    /// Forgets the neighbours on an interface, but not the static ones (as Linux does when the
    /// carrier is lost); the packets that waited come back.
    pub fn flush(&mut self, interface: PortId) -> Vec<Held> {
        let learned = |((port, _), row): &(&Key, &Row)| {
            *port == interface && row.state != NeighborState::Permanent
        };
        let keys: Vec<Key> = self.rows.iter().filter(learned).map(|(key, _)| *key).collect();
        keys.into_iter().filter_map(|key| self.remove(key)).flat_map(|row| row.held).collect()
    }

    /// All rows as they stand at this time, in the order of interface and address.
    pub fn rows(&self, now: Instant) -> impl Iterator<Item = NeighborRow> + '_ {
        self.rows.iter().map(move |(&(interface, address), row)| {
            let state = row.state_at(now);
            let known = !matches!(state, NeighborState::Incomplete | NeighborState::Failed);
            NeighborRow { interface, address, mac: known.then_some(row.mac), state }
        })
    }

    /// Whether there was room for it.
    fn insert(&mut self, now: Instant, key: Key, row: Row) -> bool {
        if self.rows.len() >= TABLE_LIMIT && !self.evict(now) {
            return false;
        }
        self.incomplete += u32::from(row.state == NeighborState::Incomplete);
        self.rows.insert(key, row);
        true
    }

    /// Makes room: the row that nobody waits for and that is the longest unconfirmed.
    fn evict(&mut self, now: Instant) -> bool {
        let idle = |row: &Row| {
            !matches!(row.state_at(now), NeighborState::Incomplete | NeighborState::Permanent)
        };
        let oldest = self.rows.iter().filter(|(_, row)| idle(row)).min_by_key(|(_, row)| row.since);
        let oldest = oldest.map(|(key, _)| *key);
        oldest.is_some_and(|key| self.remove(key).is_some())
    }

    fn remove(&mut self, key: Key) -> Option<Row> {
        self.set_deadline(key, None);
        let row = self.rows.remove(&key)?;
        self.incomplete -= u32::from(row.state == NeighborState::Incomplete);
        Some(row)
    }

    fn set_state(&mut self, now: Instant, key: Key, state: NeighborState) {
        if let Some(row) = self.rows.get_mut(&key) {
            self.incomplete -= u32::from(row.state == NeighborState::Incomplete);
            self.incomplete += u32::from(state == NeighborState::Incomplete);
            row.state = state;
            row.since = now;
        }
    }

    fn set_deadline(&mut self, key: Key, deadline: Option<Instant>) {
        if let Some(row) = self.rows.get_mut(&key) {
            let old = std::mem::replace(&mut row.deadline, deadline);
            if old.is_none() && deadline.is_none() {
                return;
            }
            let deadlines = self.deadlines.get_or_insert_default();
            if let Some(old) = old {
                deadlines.remove(&(old, key));
            }
            deadlines.extend(deadline.map(|at| (at, key)));
            if deadlines.is_empty() {
                self.deadlines = None;
            }
        }
    }
}
