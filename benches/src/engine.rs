//! The event queue alone, against the standard library's heap, which can neither re-arm nor cancel.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use lanternet_core::event_queue::{EventQueue, SourceId};
use lanternet_core::{Duration, Instant, Rng};

use crate::measure::Table;

const STEPS: u64 = 100_000;

pub(crate) fn run() {
    for sources in [16, 1_000, 100_000] {
        let title = format!("event queue, {sources} sources armed: take the next, arm it anew");
        let mut table = Table::new(title, "events");

        let mut delays = Delays::new();
        let mut heap: BinaryHeap<_> =
            (0..sources).map(|source| Reverse((Instant::ZERO + delays.next(), source))).collect();
        table.row("std BinaryHeap, pop and push (baseline)", move || {
            for _ in 0..STEPS {
                if let Some(Reverse((at, source))) = heap.pop() {
                    heap.push(Reverse((at + delays.next(), source)));
                }
            }
            STEPS
        });
        let (mut queue, mut delays) = armed(sources);
        table.row("EventQueue, peek and arm", move || {
            for _ in 0..STEPS {
                if let Some((at, source)) = queue.peek() {
                    queue.arm(source, Some(at + delays.next()));
                }
            }
            STEPS
        });
        let (mut queue, mut delays) = armed(sources);
        table.row("EventQueue, cancel and arm", move || {
            for _ in 0..STEPS {
                if let Some((at, source)) = queue.peek() {
                    queue.arm(source, None);
                    queue.arm(source, Some(at + delays.next()));
                }
            }
            STEPS
        });
        let (mut queue, mut delays) = armed(sources);
        let mut which = 0;
        table.row("EventQueue, put off any source's deadline", move || {
            for _ in 0..STEPS {
                which = (which + 7_919) % sources;
                let source = SourceId(which);
                if let Some(at) = queue.armed(source) {
                    queue.arm(source, Some(at + delays.next()));
                }
            }
            STEPS
        });
        table.print();
    }
}

fn armed(sources: u32) -> (EventQueue, Delays) {
    let (mut queue, mut delays) = (EventQueue::default(), Delays::new());
    for _ in 0..sources {
        let source = queue.add_source();
        queue.arm(source, Some(Instant::ZERO + delays.next()));
    }
    (queue, delays)
}

/// Random delays, drawn beforehand so that drawing is not measured.
struct Delays {
    drawn: Vec<Duration>,
    next: usize,
}

impl Delays {
    fn new() -> Self {
        let mut rng = Rng::named(1, "delays");
        let drawn = (0..1 << 16).map(|_| Duration::from_nanos(rng.below(1_000_000))).collect();
        Self { drawn, next: 0 }
    }

    fn next(&mut self) -> Duration {
        self.next = (self.next + 1) & (self.drawn.len() - 1);
        self.drawn[self.next]
    }
}
