//! Which source acts next.
//!
//! A *source* is a thing that has its next event at a known time: a node with a deadline, or one
//! direction of a link with frames in flight. Each source is in the queue at most once, with its
//! earliest event, and keeps its later events itself in the order in which it made them. So the
//! order of all events is total and documented: **time, then source, then the source's own
//! counter**. Sources are numbered in the order of creation; creating another one between two
//! others does not change which of those two goes first.
//!
//! An indexed 4-ary heap: arming, re-arming and cancelling are O(log n) and allocate nothing, and
//! with only the heads of the links inside, the heap stays small.

use std::cmp::Ordering;

use crate::time::Instant;

/// A source of events, by its place in the order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// The queue of sources, ordered by their next event.
#[derive(Debug, Default)]
pub struct EventQueue {
    heap: Vec<Entry>,
    /// Where each source stands in the heap, or [`ABSENT`].
    position: Vec<u32>,
}

/// The time above the source in one number, which compares in two instructions and without a
/// branch; comparing is most of what the queue does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry(u128);

const ABSENT: u32 = u32::MAX;
const ARITY: usize = 4;

impl EventQueue {
    /// Makes room for one more source, which has no event yet.
    pub fn add_source(&mut self) -> SourceId {
        let id = SourceId(self.position.len() as u32);
        self.position.push(ABSENT);
        id
    }

    /// The source that acts next, and when.
    pub fn peek(&self) -> Option<(Instant, SourceId)> {
        self.heap.first().map(|entry| (entry.at(), entry.source()))
    }

    /// When the source acts next, if it has an event.
    pub fn armed(&self, source: SourceId) -> Option<Instant> {
        match self.position[source.0 as usize] {
            ABSENT => None,
            at => Some(self.heap[at as usize].at()),
        }
    }

    /// Sets the time of the source's next event, or takes the source out.
    pub fn arm(&mut self, source: SourceId, at: Option<Instant>) {
        let position = self.position[source.0 as usize];
        match (position, at) {
            (ABSENT, None) => {}
            (ABSENT, Some(at)) => {
                let entry = Entry::new(at, source);
                self.heap.push(entry);
                self.sift_up(self.heap.len() - 1, entry);
            }
            (position, None) => self.remove(position as usize),
            (position, Some(at)) => {
                let position = position as usize;
                let (old, new) = (self.heap[position], Entry::new(at, source));
                match new.cmp(&old) {
                    Ordering::Less => self.sift_up(position, new),
                    Ordering::Equal => {}
                    Ordering::Greater => self.sift_down(position, new),
                }
            }
        }
    }

    fn remove(&mut self, position: usize) {
        let removed = self.heap.swap_remove(position);
        self.position[removed.source().0 as usize] = ABSENT;
        if let Some(&moved) = self.heap.get(position) {
            // The entry moved in from the end may belong higher or lower than the gap.
            if moved < removed {
                self.sift_up(position, moved);
            } else {
                self.sift_down(position, moved);
            }
        }
    }

    /// Puts the entry into the gap at `position` or above it.
    fn sift_up(&mut self, mut position: usize, entry: Entry) {
        while position > 0 {
            let parent = (position - 1) / ARITY;
            let above = self.heap[parent];
            if above <= entry {
                break;
            }
            self.place(position, above);
            position = parent;
        }
        self.place(position, entry);
    }

    /// Puts the entry into the gap at `position` or below it.
    fn sift_down(&mut self, mut position: usize, entry: Entry) {
        while let Some((least, below)) = self.least_child(position) {
            if entry <= below {
                break;
            }
            self.place(position, below);
            position = least;
        }
        self.place(position, entry);
    }

    fn least_child(&self, position: usize) -> Option<(usize, Entry)> {
        let first = position * ARITY + 1;
        let children = self.heap.get(first..)?;
        let earlier = |a: (usize, Entry), b: (usize, Entry)| if b.1 < a.1 { b } else { a };
        if let Some(&[a, b, c, d]) = children.first_chunk::<ARITY>() {
            // All four, as nearly everywhere: a tournament that needs no branch.
            let winners = (earlier((0, a), (1, b)), earlier((2, c), (3, d)));
            let (least, entry) = earlier(winners.0, winners.1);
            return Some((first + least, entry));
        }
        children.iter().copied().enumerate().map(|(at, entry)| (first + at, entry)).reduce(earlier)
    }

    fn place(&mut self, position: usize, entry: Entry) {
        self.heap[position] = entry;
        self.position[entry.source().0 as usize] = position as u32;
    }
}

impl Entry {
    fn new(at: Instant, source: SourceId) -> Self {
        Self(u128::from(at.nanos()) << 32 | u128::from(source.0))
    }

    fn at(self) -> Instant {
        Instant::from_nanos((self.0 >> 32) as u64)
    }

    fn source(self) -> SourceId {
        SourceId(self.0 as u32)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rng::Rng;

    #[test]
    fn events_at_the_same_time_come_in_the_order_of_their_sources() {
        let mut queue = EventQueue::default();
        let sources: Vec<_> = (0..3).map(|_| queue.add_source()).collect();
        for &source in sources.iter().rev() {
            queue.arm(source, Some(Instant::from_secs(1)));
        }
        for source in sources {
            assert_eq!(queue.peek(), Some((Instant::from_secs(1), source)));
            queue.arm(source, None);
        }
        assert_eq!(queue.peek(), None);
    }

    #[test]
    fn arming_rearming_and_cancelling_keep_the_order_of_a_sorted_set() {
        let mut queue = EventQueue::default();
        let sources: Vec<_> = (0..50).map(|_| queue.add_source()).collect();
        let mut model = BTreeSet::new();
        let mut rng = Rng::named(1, "event queue");
        for _ in 0..20_000 {
            let source = sources[rng.below(50) as usize];
            let at = (rng.below(4) > 0).then(|| Instant::from_nanos(rng.below(100)));
            if let Some(old) = queue.armed(source) {
                assert!(model.remove(&(old, source)));
            }
            queue.arm(source, at);
            model.extend(at.map(|at| (at, source)));
            assert_eq!(queue.armed(source), at);
            assert_eq!(queue.peek(), model.first().copied());
        }
    }
}
