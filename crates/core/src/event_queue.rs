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

use crate::time::Instant;

/// A source of events, by its place in the order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// The queue of sources, ordered by their next event.
#[derive(Debug, Default)]
pub struct EventQueue {
    heap: Vec<(Instant, SourceId)>,
    /// Where each source stands in the heap, or [`ABSENT`].
    position: Vec<u32>,
}

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
        self.heap.first().copied()
    }

    /// When the source acts next, if it has an event.
    pub fn armed(&self, source: SourceId) -> Option<Instant> {
        match self.position[source.0 as usize] {
            ABSENT => None,
            at => Some(self.heap[at as usize].0),
        }
    }

    /// Sets the time of the source's next event, or takes the source out.
    pub fn arm(&mut self, source: SourceId, at: Option<Instant>) {
        let position = self.position[source.0 as usize];
        match (position, at) {
            (ABSENT, None) => {}
            (ABSENT, Some(at)) => {
                self.heap.push((at, source));
                self.sift_up(self.heap.len() - 1);
            }
            (position, None) => self.remove(position as usize),
            (position, Some(at)) => {
                let position = position as usize;
                let old = self.heap[position].0;
                self.heap[position].0 = at;
                if at < old {
                    self.sift_up(position);
                } else if at > old {
                    self.sift_down(position);
                }
            }
        }
    }

    fn remove(&mut self, position: usize) {
        let (_, source) = self.heap.swap_remove(position);
        self.position[source.0 as usize] = ABSENT;
        if position < self.heap.len() {
            // The entry moved in from the end may belong higher or lower than the gap.
            let moved = self.sift_up(position);
            self.sift_down(moved);
        }
    }

    fn sift_up(&mut self, mut position: usize) -> usize {
        let entry = self.heap[position];
        while position > 0 {
            let parent = (position - 1) / ARITY;
            if self.heap[parent] <= entry {
                break;
            }
            self.place(position, self.heap[parent]);
            position = parent;
        }
        self.place(position, entry);
        position
    }

    fn sift_down(&mut self, mut position: usize) {
        let entry = self.heap[position];
        loop {
            let first = position * ARITY + 1;
            let last = (first + ARITY).min(self.heap.len());
            let Some(least) = (first..last).min_by_key(|&child| self.heap[child]) else { break };
            if entry <= self.heap[least] {
                break;
            }
            self.place(position, self.heap[least]);
            position = least;
        }
        self.place(position, entry);
    }

    fn place(&mut self, position: usize, entry: (Instant, SourceId)) {
        self.heap[position] = entry;
        self.position[entry.1.0 as usize] = position as u32;
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
