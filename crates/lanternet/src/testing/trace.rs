//! What happened: the records of a lab, kept for a test to look into.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lanternet_core::trace::Stream;
use lanternet_core::{DropReason, Instant, NodeId, Observer, Place, Record, Topology, TraceEvent};
use lanternet_explain::{Catalogue, Locale, Narrator};
use lanternet_net::host::PANICKED;

/// How many records are kept when nobody says: about a minute of busy traffic.
pub(super) const RECORDS: usize = 100_000;

/// The observer of a lab: clones share what it keeps.
#[derive(Clone)]
pub(super) struct Watch(Arc<Mutex<Kept>>);

#[derive(Default)]
pub(super) struct Kept {
    records: VecDeque<Record>,
    limit: usize,
    forgotten: u64,
    /// Programs of the test, whose end with an error is the test's.
    watched: BTreeSet<(NodeId, Arc<str>)>,
    failures: Vec<Failed>,
}

/// A program of the test that failed.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    pub(super) at: Instant,
    pub(super) node: NodeId,
    pub(super) program: Arc<str>,
    pub(super) panicked: bool,
    pub(super) error: String,
}

impl Watch {
    pub(super) fn new(limit: usize) -> Self {
        Self(Arc::new(Mutex::new(Kept { limit, ..Kept::default() })))
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic while it was held leaves whole records behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the end of this program for the test's own.
    pub(super) fn watch(&self, node: NodeId, program: Arc<str>) {
        self.kept().watched.insert((node, program));
    }

    /// The first failure since this was asked.
    pub(super) fn take_failure(&self) -> Option<Failed> {
        let mut kept = self.kept();
        if kept.failures.is_empty() { None } else { Some(kept.failures.remove(0)) }
    }
}

impl Observer for Watch {
    fn observe(&mut self, _: &Topology, record: &Record) {
        let mut kept = self.kept();
        if let (TraceEvent::ProgramEnded { program, code: 1.. }, Place::Node(node)) =
            (&record.event, record.place)
            && kept.watched.contains(&(node, program.clone()))
        {
            kept.fail(record, node, program);
        }
        if kept.records.len() >= kept.limit {
            kept.records.pop_front();
            kept.forgotten += 1;
        }
        if kept.limit > 0 {
            kept.records.push_back(record.clone());
        }
    }
}

impl Kept {
    /// A program ended with an error, whose words are the last that it wrote.
    fn fail(&mut self, record: &Record, node: NodeId, name: &Arc<str>) {
        let mut lines: Vec<&str> = Vec::new();
        for before in self.records.iter().rev() {
            match &before.event {
                TraceEvent::ProgramWrote { program, stream: Stream::Stderr, line }
                    if program == name
                        && before.place == Place::Node(node)
                        && before.at == record.at =>
                {
                    lines.push(line);
                }
                _ if before.at == record.at => {}
                _ => break,
            }
            if lines.last().is_some_and(|line| is_beginning(line)) {
                break;
            }
        }
        lines.reverse();
        let text = lines.join("\n");
        let text = text.strip_prefix(ERROR).or_else(|| text.strip_prefix(PANIC)).unwrap_or(&text);
        let code = TraceEvent::ProgramEnded { program: name.clone(), code: PANICKED };
        let failed = Failed {
            at: record.at,
            node,
            program: name.clone(),
            panicked: record.event == code,
            error: text.to_owned(),
        };
        self.failures.push(failed);
    }
}

/// What a program of a test writes in front of the error it ends with.
pub(super) const ERROR: &str = "error: ";
/// What a host writes for a program that panics.
const PANIC: &str = "panicked: ";

fn is_beginning(line: &str) -> bool {
    line.starts_with(ERROR) || line.starts_with(PANIC)
}

/// A look into what happened in a lab, the oldest first.
///
/// Every record says when, where, what and why: see [`TraceEvent`] for all there is. Records are kept
/// up to a limit, the newest of them; see [`forgotten`](Self::forgotten).
///
/// ```
/// # use lanternet::{Lab, Node, TraceEvent};
/// # let mut lab = Lab::builder()
/// #     .node("a", Node::host("10.0.0.1/24"))
/// #     .node("b", Node::host("10.0.0.2/24"))
/// #     .link("a", "b")
/// #     .build()?;
/// lab.host("a").command("ping b --count 1");
/// lab.run()?;
/// // b was asked once for its hardware address ...
/// let asked = |record: &lanternet::Record| matches!(record.event, TraceEvent::ArpAnswered { .. });
/// assert_eq!(lab.trace().of("b").count(asked), 1);
/// // ... and nothing was lost.
/// assert!(lab.trace().drops().next().is_none());
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub struct Trace<'a> {
    pub(super) topology: &'a Topology,
    pub(super) kept: MutexGuard<'a, Kept>,
    pub(super) node: Option<NodeId>,
    pub(super) since: Instant,
}

impl Trace<'_> {
    /// Only what happened at this node, or on a cable to a frame that it sent.
    ///
    /// # Panics
    /// When no node has this name.
    #[track_caller]
    #[must_use]
    pub fn of(self, node: &str) -> Self {
        let Some(node) = self.topology.find_node(node) else {
            panic!("no node is called `{node}`");
        };
        Self { node: Some(node), ..self }
    }

    /// Only what happened at this time or later.
    #[must_use]
    pub fn since(self, time: Instant) -> Self {
        Self { since: time, ..self }
    }

    /// The records.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &Record> {
        let wanted = |record: &&Record| {
            record.at >= self.since && self.node.is_none_or(|node| record.place.node() == node)
        };
        self.kept.records.iter().filter(wanted)
    }

    /// Whether such a thing happened.
    pub fn any(&self, such: impl FnMut(&Record) -> bool) -> bool {
        self.records().any(such)
    }

    /// How often such a thing happened.
    pub fn count(&self, mut such: impl FnMut(&Record) -> bool) -> usize {
        self.records().filter(|record| such(record)).count()
    }

    /// The first such thing.
    pub fn find(&self, mut such: impl FnMut(&Record) -> bool) -> Option<&Record> {
        self.records().find(|record| such(record))
    }

    /// The frames that ended without being used, each with the reason. Frames that ended at a station
    /// which they were not for are not among them.
    pub fn drops(&self) -> impl DoubleEndedIterator<Item = (&Record, &DropReason)> {
        self.records().filter_map(|record| match &record.event {
            TraceEvent::Dropped { reason, .. } if !is_of_others(reason) => Some((record, reason)),
            _ => None,
        })
    }

    /// How many TCP segments were sent again.
    pub fn retransmissions(&self) -> usize {
        self.count(|record| matches!(record.event, TraceEvent::TcpRetransmitted { .. }))
    }

    /// The record in words: time, node, sentence.
    pub fn sentence(&self, record: &Record) -> String {
        self.narrator().line(self.topology, record)
    }

    /// The last records in words, each in a line.
    pub fn last(&self, lines: usize) -> String {
        let mut last: Vec<&Record> = self.records().rev().take(lines).collect();
        last.reverse();
        let narrator = self.narrator();
        last.into_iter().map(|record| narrator.line(self.topology, record) + "\n").collect()
    }

    /// How many records are gone because more happened than are kept.
    pub fn forgotten(&self) -> u64 {
        self.kept.forgotten
    }

    fn narrator(&self) -> Narrator {
        Narrator::new(Arc::new(Catalogue::new(Locale::En)), self.topology)
    }
}

impl fmt::Display for Trace<'_> {
    /// All of it in words, each record in a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let narrator = self.narrator();
        self.records()
            .try_for_each(|record| writeln!(f, "{}", narrator.line(self.topology, record)))
    }
}

/// Whether the frame came to a station that it was not for, because a hub or switch sends to all.
fn is_of_others(reason: &DropReason) -> bool {
    use DropReason as R;
    matches!(
        reason,
        R::NotOurMac { .. }
            | R::ArpNotForUs { .. }
            | R::SolicitationNotForUs { .. }
            | R::NotInGroup { .. }
            | R::SamePort { .. }
            | R::NoOtherPort
            | R::NoOtherPortInVlan { .. }
            | R::NoMembers { .. }
            | R::PortNotForwarding { .. }
            | R::ReservedAddress { .. }
    )
}
