//! Reasons: what happened, where, when, about which frame, and what decided it.
//!
//! One stream of [`Record`]s feeds everything a person looks at. Devices make them through
//! [`Context::emit`](crate::Context::emit), links through the simulation; with no observer nothing
//! is made. The sentences are not here: an event holds facts, a catalogue elsewhere the words.

mod dhcp;
mod dns;
mod drop_reason;
mod event;
mod facts;
mod fault;
mod firewall;
mod ipv6;
mod multicast;
mod nat;
mod stp;
mod vlan;

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

pub use dhcp::{AddressChoice, DhcpEvent, NakCause, RequestStage};
pub use dns::{
    DnsAnswer, DnsEvent, DnsFailure, DnsLame, DnsLimit, DnsLookupFailure, DnsLoop, DnsMismatch,
    DnsQuestion, DnsRefusal, DnsTransport,
};
pub use drop_reason::{DropReason, Protocol};
pub use event::{TraceEvent, Unsent};
pub use facts::{
    FloodCause, HeaderProblem, IcmpMessage, IcmpSilence, LearnedFrom, NameSource, NeighborState,
    ResetCause, RetransmitCause, Route, RouteKind, SegmentDirection, Stream, TcpFlags, TcpSegment,
    TcpState, Unreachable,
};
pub use fault::FaultEvent;
pub use firewall::{FirewallAction, FirewallEvent, FirewallPath};
pub use ipv6::{AddressOrigin, Ipv6Event, PrefixFacts, PrefixFault, RouterGone, SourceRule};
pub use multicast::{MulticastEvent, ReportCause};
pub use nat::{Dependence, NatEvent, PortChoice, Translation, Unmapped};
pub use stp::{
    BpduKind, BpduVerdict, BridgeId, BridgePortId, EdgeCause, PortRole, PortState, PriorityVector,
    RoleCause, RootPath, StateCause, StpEvent,
};
pub use vlan::{VlanEvent, VlanSource};

use crate::id::{FrameId, LinkId, NodeId, PortRef};
use crate::time::Instant;
use crate::topology::Topology;

/// One entry of the trace.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// When.
    pub at: Instant,
    /// Where.
    pub place: Place,
    /// The frame that this is about, if any: the one being handled, or the one being sent.
    pub frame: Option<FrameId>,
    /// What, and why.
    #[serde(flatten)]
    pub event: TraceEvent,
}

/// Where something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In a node.
    Node(NodeId),
    /// On a link, in the direction away from the port `from`.
    Link {
        /// The link.
        link: LinkId,
        /// The end at which the frame was sent, or, where the link itself changed, its first end.
        from: PortRef,
    },
}

impl Place {
    /// The node: for a link, the one that sent.
    pub fn node(self) -> NodeId {
        match self {
            Self::Node(node) => node,
            Self::Link { from, .. } => from.node,
        }
    }
}

/// Somebody who is told every reason, in the order in which things happen.
pub trait Observer: Send {
    /// Called once per record.
    fn observe(&mut self, topology: &Topology, record: &Record);
}

impl<F: FnMut(&Topology, &Record) + Send> Observer for F {
    fn observe(&mut self, topology: &Topology, record: &Record) {
        self(topology, record);
    }
}

/// Which observer, to take leave of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObserverId(u32);

/// Hands the records on to the observers.
#[derive(Default)]
pub struct Tracer {
    observers: Vec<(ObserverId, Box<dyn Observer>)>,
    added: u32,
}

impl Tracer {
    /// Adds an observer; it is told of what happens from now on.
    pub fn add(&mut self, observer: impl Observer + 'static) -> ObserverId {
        let id = ObserverId(self.added);
        self.added += 1;
        self.observers.push((id, Box::new(observer)));
        id
    }

    /// Takes an observer away; it is told no more.
    pub fn remove(&mut self, observer: ObserverId) {
        self.observers.retain(|(id, _)| *id != observer);
    }

    /// Whether anybody listens.
    pub fn active(&self) -> bool {
        !self.observers.is_empty()
    }

    /// Tells every observer.
    pub fn tell(&mut self, topology: &Topology, record: &Record) {
        for (_, observer) in &mut self.observers {
            observer.observe(topology, record);
        }
    }
}

/// An observer that keeps every record, for tests and for answers that look back. Clones share the
/// records, so one is given to the simulation and one is kept.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<Vec<Record>>>);

impl Recorder {
    /// What has been recorded since the last time this was asked.
    pub fn take(&self) -> Vec<Record> {
        // A panic of another observer in between leaves whole records behind.
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Recorder {
    fn observe(&mut self, _: &Topology, record: &Record) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(record.clone());
    }
}
