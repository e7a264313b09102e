//! The filtering database of a bridge (IEEE 802.1D-2004 section 7.9): which station is behind which
//! port.
//!
//! Ageing needs no timer: a row that has reached its age counts as gone, and is taken out when
//! somebody next comes across it. So a switch never wakes up by itself, and an idle network is idle.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use lanternet_core::{Duration, Instant, MacAddr, PortId, VlanId};

/// Stations and their ports, by VLAN.
#[derive(Debug)]
pub struct MacTable {
    /// For look-ups by key only: whatever comes out of an iteration is sorted first, so the order
    /// of its buckets never shows.
    rows: HashMap<Station, Entry, BuildHasherDefault<StationHasher>>,
    ageing: Duration,
    limit: u32,
    /// No learned row was last heard of before this.
    oldest: Instant,
}

/// A row of a [`MacTable`], as `show NODE mac` prints it. Rows sort by VLAN, then by address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MacRow {
    /// The VLAN.
    pub vlan: VlanId,
    /// The station.
    pub mac: MacAddr,
    /// The port it is behind.
    pub port: PortId,
    /// How long the station has not been heard of; zero for a static row.
    pub age: Duration,
    /// Whether it was configured: it does not age, move, or leave with its cable.
    pub is_static: bool,
}

/// What became of the source address of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learning {
    /// There was no row, and now there is.
    Learned,
    /// The row said so already; its age starts anew.
    Refreshed,
    /// The row named another port.
    Moved {
        /// That port.
        from: PortId,
    },
    /// There is no row, and no room for one.
    Full,
    /// Nothing is learned: the row is static, or learning is off.
    Unchanged,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Station {
    vlan: VlanId,
    mac: MacAddr,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    seen: Instant,
    port: PortId,
    is_static: bool,
}

impl MacTable {
    /// An empty table whose rows are gone `ageing` after the station was last heard of, and that
    /// learns until it holds `limit` rows. An `ageing` of zero learns nothing, so that everything
    /// is flooded (as with the Linux bridge).
    pub fn new(ageing: Duration, limit: u32) -> Self {
        Self { rows: HashMap::default(), ageing, limit, oldest: Instant::ZERO }
    }

    /// How many rows the table takes by learning.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// How long a row lives without a sign of life from its station.
    pub fn ageing(&self) -> Duration {
        self.ageing
    }

    /// All rows that count at this time, in order.
    pub fn rows(&self, now: Instant) -> Vec<MacRow> {
        let live = self.rows.iter().filter(|(_, entry)| !self.is_old(entry, now));
        let mut rows: Vec<_> = live.map(|(station, entry)| entry.row(*station, now)).collect();
        rows.sort_unstable();
        rows
    }

    /// Adds or replaces a row that stays. It counts towards the limit, but always has room.
    pub fn insert_static(&mut self, vlan: VlanId, mac: MacAddr, port: PortId) {
        let entry = Entry { seen: Instant::ZERO, port, is_static: true };
        self.rows.insert(Station { vlan, mac }, entry);
    }

    /// Notes that a frame from `mac` came in by `port` (802.1D section 7.8). A full table first
    /// evicts all rows that are too old; then it learns no more, rather than forget a station that
    /// is still talking. `aged` is told of each row that turned out to be too old.
    pub fn learn(
        &mut self,
        now: Instant,
        vlan: VlanId,
        mac: MacAddr,
        port: PortId,
        mut aged: impl FnMut(MacRow),
    ) -> Learning {
        if self.ageing.is_zero() {
            return Learning::Unchanged;
        }
        let station = Station { vlan, mac };
        let (ageing, fresh) = (self.ageing, Entry { seen: now, port, is_static: false });
        if let Some(entry) = self.rows.get_mut(&station) {
            if entry.is_static {
                return Learning::Unchanged;
            }
            let old = std::mem::replace(entry, fresh);
            return if now - old.seen >= ageing {
                aged(old.row(station, now));
                Learning::Learned
            } else if old.port == port {
                Learning::Refreshed
            } else {
                Learning::Moved { from: old.port }
            };
        }
        if self.rows.len() >= self.limit as usize {
            self.expire(now, aged);
            if self.rows.len() >= self.limit as usize {
                return Learning::Full;
            }
        }
        self.rows.insert(station, fresh);
        Learning::Learned
    }

    /// The port that the station is behind. `aged` is told of its row if that was too old.
    pub fn look_up(
        &mut self,
        now: Instant,
        vlan: VlanId,
        mac: MacAddr,
        mut aged: impl FnMut(MacRow),
    ) -> Option<PortId> {
        let station = Station { vlan, mac };
        let entry = *self.rows.get(&station)?;
        if self.is_old(&entry, now) {
            self.rows.remove(&station);
            aged(entry.row(station, now));
            return None;
        }
        Some(entry.port)
    }

    /// Forgets what was learned at this port, and says how many rows that were. `aged` is told of
    /// each row that was too old anyway, of any port; those are not counted.
    pub fn flush(&mut self, now: Instant, port: PortId, aged: impl FnMut(MacRow)) -> u32 {
        self.expire(now, aged);
        let before = self.rows.len();
        self.rows.retain(|_, entry| entry.is_static || entry.port != port);
        (before - self.rows.len()) as u32
    }

    /// Forgets all that was learned.
    pub fn clear(&mut self) {
        self.rows.retain(|_, entry| entry.is_static);
    }

    /// Takes out every row that is too old and tells `aged` of each, in order.
    fn expire(&mut self, now: Instant, aged: impl FnMut(MacRow)) {
        // While no row can be too old, a full table does not search all its rows for every frame
        // of a station that it has no room for.
        if now - self.oldest < self.ageing {
            return;
        }
        self.oldest = now;
        let mut gone = Vec::new();
        self.rows.retain(|station, entry| {
            let old = !entry.is_static && now - entry.seen >= self.ageing;
            if old {
                gone.push(entry.row(*station, now));
            } else if !entry.is_static {
                self.oldest = self.oldest.min(entry.seen);
            }
            !old
        });
        gone.sort_unstable();
        gone.into_iter().for_each(aged);
    }

    fn is_old(&self, entry: &Entry, now: Instant) -> bool {
        !entry.is_static && now - entry.seen >= self.ageing
    }
}

impl Entry {
    fn row(self, Station { vlan, mac }: Station, now: Instant) -> MacRow {
        let Self { seen, port, is_static } = self;
        let age = if is_static { Duration::ZERO } else { now - seen };
        MacRow { vlan, mac, port, age, is_static }
    }
}

impl Hash for Station {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, c, d, e, f] = self.mac.0;
        let [high, low] = self.vlan.number().to_be_bytes();
        state.write_u64(u64::from_be_bytes([high, low, a, b, c, d, e, f]));
    }
}

/// One multiplication, folded. The standard library's hash resists chosen keys, at several times
/// the cost and with a random start; here the size of the table bounds what chosen keys can do.
#[derive(Default)]
struct StationHasher(u64);

impl Hasher for StationHasher {
    fn write_u64(&mut self, number: u64) {
        // The golden ratio in 64 bits: odd, and no structure that addresses could share.
        let product = u128::from(self.0 ^ number) * 0x9e37_79b9_7f4a_7c15;
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::l2::harness::{A, B, C, mac};

    const V1: VlanId = VlanId::DEFAULT;
    const NEVER: fn(MacRow) = |row| panic!("{row:?} is not too old");

    fn at(secs: u64) -> Instant {
        Instant::from_secs(secs)
    }

    fn table(limit: u32) -> MacTable {
        MacTable::new(Duration::from_secs(300), limit)
    }

    #[test]
    fn a_row_lives_until_its_age_is_reached() {
        let mut table = table(10);
        table.learn(at(0), V1, A, PortId(3), NEVER);
        let last = Instant::from_nanos(300_000_000_000 - 1);
        assert_eq!(table.look_up(last, V1, A, NEVER), Some(PortId(3)));
        assert_eq!(table.rows(at(300)), [], "listing shows no row that is too old");
        let mut aged = Vec::new();
        assert_eq!(table.look_up(at(300), V1, A, |row| aged.push(row)), None);
        let [row] = aged[..] else { panic!("one row aged") };
        assert_eq!((row.mac, row.port, row.age), (A, PortId(3), Duration::from_secs(300)));
    }

    #[test]
    fn a_row_that_was_too_old_is_learned_anew_even_on_its_port() {
        let mut table = table(10);
        table.learn(at(0), V1, A, PortId(3), NEVER);
        let mut aged = Vec::new();
        let learning = table.learn(at(300), V1, A, PortId(3), |row| aged.push(row.mac));
        assert_eq!((learning, &aged[..]), (Learning::Learned, &[A][..]));
    }

    #[test]
    fn a_sign_of_life_starts_the_age_anew_and_a_frame_to_the_station_does_not() {
        let mut table = table(10);
        table.learn(at(0), V1, A, PortId(3), NEVER);
        assert_eq!(table.learn(at(200), V1, A, PortId(3), NEVER), Learning::Refreshed);
        assert_eq!(table.look_up(at(499), V1, A, NEVER), Some(PortId(3)));
        assert_eq!(table.look_up(at(500), V1, A, |_| ()), None);
    }

    #[test]
    fn the_same_address_in_two_vlans_is_two_stations() {
        let v2 = VlanId::new(2).unwrap();
        let mut table = table(10);
        assert_eq!(table.learn(at(0), v2, A, PortId(1), NEVER), Learning::Learned);
        assert_eq!(table.look_up(at(0), V1, A, NEVER), None);
        assert_eq!(table.learn(at(0), V1, A, PortId(2), NEVER), Learning::Learned);
        let ports: Vec<_> = table.rows(at(0)).iter().map(|row| (row.vlan, row.port.0)).collect();
        assert_eq!(ports, [(V1, 2), (v2, 1)], "sorted by VLAN first");
    }

    #[test]
    fn a_full_table_forgets_the_old_rows_in_order_and_then_learns_no_more() {
        let mut table = table(3);
        table.learn(at(0), V1, B, PortId(1), NEVER);
        table.learn(at(0), V1, A, PortId(1), NEVER);
        table.learn(at(100), V1, C, PortId(1), NEVER);
        assert_eq!(table.learn(at(299), V1, mac(9), PortId(2), NEVER), Learning::Full);
        let mut aged = Vec::new();
        let learning = table.learn(at(300), V1, mac(9), PortId(2), |row| aged.push(row.mac));
        assert_eq!((learning, &aged[..]), (Learning::Learned, &[A, B][..]));
        assert_eq!(table.learn(at(399), V1, A, PortId(2), NEVER), Learning::Learned);
        assert_eq!(table.learn(at(399), V1, B, PortId(2), NEVER), Learning::Full);
        let macs: Vec<_> = table.rows(at(399)).iter().map(|row| row.mac).collect();
        assert_eq!(macs, [A, C, mac(9)]);
    }

    #[test]
    fn a_static_row_neither_ages_nor_moves_nor_is_flushed() {
        let mut table = table(1);
        table.insert_static(V1, A, PortId(4));
        assert_eq!(table.learn(at(1), V1, A, PortId(5), NEVER), Learning::Unchanged);
        assert_eq!(table.flush(at(1), PortId(4), NEVER), 0);
        table.clear();
        assert_eq!(table.look_up(at(9999), V1, A, NEVER), Some(PortId(4)));
        assert!(table.rows(at(9999)).iter().all(|row| row.is_static && row.age.is_zero()));
    }

    #[test]
    fn with_an_ageing_time_of_zero_nothing_is_learned() {
        let mut table = MacTable::new(Duration::ZERO, 10);
        assert_eq!(table.learn(at(0), V1, A, PortId(1), NEVER), Learning::Unchanged);
        assert_eq!(table.rows(at(0)), []);
    }

    #[test]
    fn addresses_that_count_up_spread_over_the_table() {
        // Look-ups use the low bits to find the place and the top seven to compare: both must vary.
        let hash = |number: u32| {
            let mut hasher = StationHasher::default();
            Station { vlan: V1, mac: mac(number) }.hash(&mut hasher);
            hasher.finish()
        };
        for (what, bits) in [("low", 0), ("top", 52)] {
            let mut buckets = vec![0_u32; 4096];
            for number in 0..4096 {
                buckets[(hash(number) >> bits) as usize % 4096] += 1;
            }
            let fullest = buckets.iter().max();
            assert!(fullest <= Some(&9), "{what}: {fullest:?} of 4096 in one of 4096 places");
        }
    }
}
