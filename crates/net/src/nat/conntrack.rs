//! Connection tracking: every flow that passes, found by the packets of either direction.
//!
//! A flow has two tuples: the one of its first packet as it came in, and the one that answers come
//! in with. Without translation the second is the first turned round; with translation the
//! difference between the two *is* the translation, so that every packet is rewritten from its
//! flow and from nothing else.
//!
//! A new flow is a value of its own until its packet has passed everything; only then it is
//! [inserted](Conntrack::insert). A packet that a rule refuses leaves no trace.
//!
//! How long a flow lives without packets is in [`state`](State::timeout). What is too old is
//! taken out by [`expire`](Conntrack::expire); the queue for it is put right only when a flow's
//! time seems to have come, so that a packet that refreshes its flow costs nothing there.

mod state;

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use lanternet_core::Instant;

pub use state::{Direction, State, Timeouts};

use super::mapping::MappingId;
use super::packet::{Class, Summary, Tuple};

/// Names a flow as long as it is in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowId(u32);

/// A flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The first packet's, as it came in.
    pub original: Tuple,
    /// The answers', as they come in.
    pub reply: Tuple,
    /// How far the conversation is.
    pub state: State,
    /// The mapping of the side that began it, if that has one.
    pub sender: Option<MappingId>,
    /// The mapping by which the other side was reached, if it was.
    pub receiver: Option<MappingId>,
    /// When it began.
    pub since: Instant,
    /// When it is over, if no packet comes.
    pub until: Instant,
    /// Packets of each direction: the original one's first.
    pub packets: [u64; 2],
    /// Their bytes.
    pub bytes: [u64; 2],
    serial: u64,
}

impl Flow {
    /// A flow that begins with this packet and is not translated.
    pub fn begin(now: Instant, first: &Summary) -> Self {
        Self {
            original: first.tuple,
            reply: first.tuple.inverse(),
            state: State::begin(first.class),
            sender: None,
            receiver: None,
            since: now,
            until: now,
            packets: [0; 2],
            bytes: [0; 2],
            serial: 0,
        }
    }

    /// The tuple with which packets of this direction come in.
    pub fn arriving(&self, direction: Direction) -> Tuple {
        match direction {
            Direction::Original => self.original,
            Direction::Reply => self.reply,
        }
    }

    /// The tuple with which packets of this direction go out: the other one turned round.
    pub fn leaving(&self, direction: Direction) -> Tuple {
        self.arriving(direction.other()).inverse()
    }

    /// Whether packets are changed on their way.
    pub fn is_translated(&self) -> bool {
        self.reply != self.original.inverse()
    }

    /// Whether both sides have spoken.
    pub fn is_answered(&self) -> bool {
        self.packets[1] > 0
    }

    fn count(&mut self, direction: Direction, len: u16) {
        let index = usize::from(direction == Direction::Reply);
        self.packets[index] += 1;
        self.bytes[index] += u64::from(len);
    }
}

/// Why a flow is not in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The table is full of conversations.
    Full {
        /// Of how many.
        limit: u32,
    },
    /// Another flow has one of its tuples.
    Clash,
}

/// The table.
#[derive(Debug)]
pub struct Conntrack {
    /// For look-ups by key only; nothing iterates it.
    keys: HashMap<Tuple, (FlowId, Direction), BuildHasherDefault<TupleHasher>>,
    flows: Vec<Option<Flow>>,
    free: Vec<u32>,
    /// When to look at a flow: never later than its time is over.
    queue: BTreeSet<(Instant, FlowId)>,
    timeouts: Timeouts,
    limit: u32,
    serial: u64,
}

impl Conntrack {
    /// Flows that an ordinary router tracks at the same time (Linux's `nf_conntrack_max` on a
    /// machine of 1 GiB or more).
    pub const DEFAULT_LIMIT: u32 = 262_144;
    /// How many flows are looked at to find one to evict (as Linux's `early_drop` looks only at a
    /// few).
    const EVICTION_SEARCH: usize = 64;

    /// An empty table.
    pub fn new(timeouts: Timeouts, limit: u32) -> Self {
        Self {
            keys: HashMap::default(),
            flows: Vec::new(),
            free: Vec::new(),
            queue: BTreeSet::new(),
            timeouts,
            limit,
            serial: 0,
        }
    }

    /// How long flows live.
    pub fn timeouts(&self) -> &Timeouts {
        &self.timeouts
    }

    /// How many flows there are.
    pub fn len(&self) -> usize {
        self.flows.len() - self.free.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The flow whose packets come in with this tuple, and in which direction it then is.
    pub fn find(&self, tuple: &Tuple) -> Option<(FlowId, Direction)> {
        self.keys.get(tuple).copied()
    }

    /// A flow of the table.
    pub fn flow(&self, id: FlowId) -> Option<&Flow> {
        self.flows.get(id.0 as usize)?.as_ref()
    }

    /// All flows, the oldest first.
    pub fn flows(&self) -> Vec<&Flow> {
        let mut flows: Vec<_> = self.flows.iter().flatten().collect();
        flows.sort_unstable_by_key(|flow| flow.serial);
        flows
    }

    /// A packet of a flow passes: its state moves on, its time starts anew.
    ///
    /// `refresh` is false for a packet that may not prolong the flow's life.
    pub fn pass(
        &mut self,
        now: Instant,
        id: FlowId,
        direction: Direction,
        packet: &Summary,
        refresh: bool,
    ) {
        let timeouts = &self.timeouts;
        let Some(flow) = self.flows.get_mut(id.0 as usize).and_then(Option::as_mut) else { return };
        flow.count(direction, packet.len);
        let before = flow.state;
        flow.state = flow.state.after(direction, packet.class);
        let until = now + flow.state.timeout(timeouts);
        if until < flow.until && flow.state != before {
            // Over earlier than the queue knows.
            flow.until = until;
            self.queue.insert((until, id));
        } else if refresh {
            flow.until = until;
        }
    }

    /// A new flow's first packet has passed everything: from now on it is found.
    ///
    /// `evicted` is told of a flow that had to make room.
    ///
    /// # Errors
    /// Why it is not.
    pub fn insert(
        &mut self,
        now: Instant,
        mut flow: Flow,
        first: &Summary,
        evicted: impl FnOnce(Flow),
    ) -> Result<FlowId, Refused> {
        if self.keys.contains_key(&flow.original) || self.keys.contains_key(&flow.reply) {
            return Err(Refused::Clash);
        }
        if self.len() >= self.limit as usize {
            match self.evict() {
                Some(flow) => evicted(flow),
                None => return Err(Refused::Full { limit: self.limit }),
            }
        }
        flow.count(Direction::Original, first.len);
        flow.until = now + flow.state.timeout(&self.timeouts);
        self.serial += 1;
        flow.serial = self.serial;
        let id = FlowId(self.free.pop().unwrap_or(self.flows.len() as u32));
        self.keys.insert(flow.original, (id, Direction::Original));
        self.keys.insert(flow.reply, (id, Direction::Reply));
        self.queue.insert((flow.until, id));
        if id.0 as usize == self.flows.len() {
            self.flows.push(None);
        }
        self.flows[id.0 as usize] = Some(flow);
        Ok(id)
    }

    /// Takes a flow out of the table.
    pub fn remove(&mut self, id: FlowId) -> Option<Flow> {
        let flow = self.flows.get_mut(id.0 as usize)?.take()?;
        self.keys.remove(&flow.original);
        self.keys.remove(&flow.reply);
        self.free.push(id.0);
        // What is left of it in the queue is thrown away when its time comes.
        Some(flow)
    }

    /// Takes out the flows for which `gone` holds, the oldest first.
    pub fn remove_where(&mut self, gone: impl Fn(&Flow) -> bool) -> Vec<Flow> {
        let ids = (0..self.flows.len() as u32).map(FlowId);
        let found: Vec<_> = ids.filter(|id| self.flow(*id).is_some_and(&gone)).collect();
        let mut removed: Vec<_> = found.into_iter().filter_map(|id| self.remove(id)).collect();
        removed.sort_unstable_by_key(|flow| flow.serial);
        removed
    }

    /// Takes out a flow whose time is over, if there is one. Call until `None`.
    pub fn expire(&mut self, now: Instant) -> Option<Flow> {
        while let Some((due, id)) = self.queue.first().copied().filter(|(due, _)| *due <= now) {
            self.queue.pop_first();
            match self.flow(id).map(|flow| flow.until) {
                Some(until) if until <= now => return self.remove(id),
                // It was refreshed since, or another flow has its place now.
                Some(until) if until > due => {
                    self.queue.insert((until, id));
                }
                _ => {}
            }
        }
        None
    }

    /// When to call [`expire`](Self::expire) next.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.queue.first().map(|(due, _)| *due)
    }

    /// A flow that may go, if there must be room: one that was never answered or is closing, of
    /// those that would soon be over anyway.
    fn evict(&mut self) -> Option<Flow> {
        let soonest = self.queue.iter().take(Self::EVICTION_SEARCH);
        let expendable = |id: &FlowId| {
            self.flow(*id).is_some_and(|flow| !flow.is_answered() || flow.state.is_closing())
        };
        let id = soonest.map(|(_, id)| *id).find(expendable)?;
        self.remove(id)
    }
}

/// Whether the first packet of something unknown may begin a flow: in TCP only a SYN without ACK
/// does. The tail of a conversation that is no longer tracked does not.
pub fn may_begin(class: Class) -> bool {
    match class {
        Class::Tcp(flags) => flags.syn && !flags.ack && !flags.rst && !flags.fin,
        Class::Udp | Class::Query { answer: false } | Class::Other => true,
        Class::Query { answer: true } | Class::Error { .. } => false,
    }
}

/// Mixes what a tuple consists of. Keyless, so that a run is the same each time; whoever floods a
/// simulated router with chosen ports floods only a simulation of his own.
#[derive(Clone, Copy, Debug, Default)]
struct TupleHasher(u64);

impl TupleHasher {
    fn mix(&mut self, word: u64) {
        // The finalizer of splitmix64 (Steele, Lea and Flood, 2014), word by word.
        let mut x = self.0.wrapping_add(word).wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        self.0 = x ^ (x >> 29);
    }
}

impl Hasher for TupleHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
    }
    fn write_u8(&mut self, value: u8) {
        self.mix(value.into());
    }
    fn write_u16(&mut self, value: u16) {
        self.mix(value.into());
    }
    fn write_u32(&mut self, value: u32) {
        self.mix(value.into());
    }
    fn write_isize(&mut self, _: isize) {
        // Which family an address is of: its length says so as well.
    }
    fn write_usize(&mut self, _: usize) {}
}
