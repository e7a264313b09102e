//! From records to visits.

use std::collections::{BTreeMap, VecDeque};

use lanternet_core::{Frame, FrameId, NodeId, Place, PortId, PortRef, Topology, TraceEvent};

use super::{Class, Facts, Journey, Sending, Visit, is_end};

/// Groups records, one after the other.
pub(super) struct Builder<'j, 'a> {
    journey: &'j mut Journey<'a>,
    topology: &'j Topology,
    /// The visit of a frame at a node, or the visit that made it there.
    current: BTreeMap<(NodeId, FrameId), usize>,
    /// Frames on their way from a port, the oldest first.
    flying: BTreeMap<(PortRef, FrameId), VecDeque<usize>>,
    /// What is told of a frame that a node made, before it leaves: within a bridge in the node. Where
    /// it belongs is known when it leaves.
    unsent: BTreeMap<(NodeId, FrameId), Vec<usize>>,
    /// The last visit in which a node took a packet in: what it does later by itself (a
    /// retransmission, a program's answer after a while) belongs there.
    taken: BTreeMap<NodeId, usize>,
}

impl<'j, 'a> Builder<'j, 'a> {
    pub(super) fn new(journey: &'j mut Journey<'a>, topology: &'j Topology) -> Self {
        let (current, flying, unsent, taken) = Default::default();
        let mut builder = Self { journey, topology, current, flying, unsent, taken };
        let from = builder.journey.report.from;
        builder.visit(from, None);
        builder.taken.insert(from, 0);
        builder
    }

    pub(super) fn build(&mut self) {
        let records = &self.journey.report.records;
        for (index, record) in records.iter().enumerate() {
            match (record.place, &record.event) {
                (Place::Node(node), TraceEvent::FrameArrived { port, frame }) => {
                    let visit = self.visit(node, Some((*port, frame)));
                    let from = self.topology.peer(PortRef::new(node, *port));
                    if let Some(sending) = from.and_then(|from| self.landed((from, frame.id()))) {
                        self.journey.sendings[sending].arrivals.push(visit);
                    }
                    self.current.insert((node, frame.id()), visit);
                }
                (Place::Node(node), TraceEvent::FrameSent { port, frame }) => {
                    let passed_on = self.current.get(&(node, frame.id()));
                    let caused = || self.current.get(&(node, frame.cause()?));
                    let visit = passed_on.or_else(caused).copied();
                    let visit = visit.unwrap_or_else(|| self.own(node));
                    if let Some(before) = self.unsent.remove(&(node, frame.id())) {
                        self.journey.visits[visit].records.extend(before);
                    }
                    self.sent(index, PortRef::new(node, *port), frame, visit);
                }
                (Place::Node(node), event) => {
                    let known = record.frame.and_then(|id| self.current.get(&(node, id)).copied());
                    if let (None, Some(id)) = (known, record.frame)
                        && id.origin() == node
                    {
                        self.unsent.entry((node, id)).or_default().push(index);
                        continue;
                    }
                    let visit = known.unwrap_or_else(|| self.own(node));
                    self.journey.visits[visit].records.push(index);
                    let data = self.journey.visits[visit].arrived.is_some();
                    let for_us = matches!(event, TraceEvent::PacketForUs { .. });
                    if for_us && data && node != self.journey.report.from {
                        self.taken.insert(node, visit);
                    }
                }
                (Place::Link { from, .. }, _) => {
                    let flying = record.frame.and_then(|id| self.flying.get(&(from, id)));
                    if let Some(sending) = flying.and_then(|flying| flying.back()) {
                        self.journey.sendings[*sending].link.push(index);
                    }
                }
            }
        }
        for ((node, _), records) in std::mem::take(&mut self.unsent) {
            let visit = self.own(node);
            let all = &mut self.journey.visits[visit].records;
            all.extend(records);
            all.sort_unstable();
        }
    }

    fn visit(&mut self, node: NodeId, arrived: Option<(PortId, &'a Frame)>) -> usize {
        let (records, sendings, class) = (Vec::new(), Vec::new(), Class::Open);
        self.journey.visits.push(Visit { node, arrived, records, sendings, class });
        self.journey.visits.len() - 1
    }

    /// Where something belongs that no frame is known to have caused.
    fn own(&mut self, node: NodeId) -> usize {
        if let Some(visit) = self.taken.get(&node) {
            return *visit;
        }
        let visit = self.visit(node, None);
        self.taken.insert(node, visit);
        visit
    }

    fn sent(&mut self, index: usize, from: PortRef, frame: &'a Frame, visit: usize) {
        let journey = &mut *self.journey;
        journey.facts.entry(frame.id()).or_insert_with(|| Facts::of(frame));
        let sending = journey.sendings.len();
        let (port, link, arrivals) = (from.port, Vec::new(), Vec::new());
        let class = Class::Open;
        journey.sendings.push(Sending { port, frame, record: index, link, arrivals, class });
        journey.visits[visit].sendings.push(sending);
        journey.visits[visit].records.push(index);
        self.current.entry((from.node, frame.id())).or_insert(visit);
        self.flying.entry((from, frame.id())).or_default().push_back(sending);
    }

    /// The sending that an arrival belongs to: the oldest on the way; the last one again where the
    /// link delivers twice.
    fn landed(&mut self, key: (PortRef, FrameId)) -> Option<usize> {
        let flying = self.flying.get_mut(&key)?;
        let landed = |sending: usize| !self.journey.sendings[sending].arrivals.is_empty();
        let lost = |sending: usize| {
            let link = &self.journey.sendings[sending].link;
            link.iter().any(|index| is_end(&self.journey.report.records[*index].event))
        };
        while flying.len() > 1 && flying.front().is_some_and(|first| landed(*first) || lost(*first))
        {
            flying.pop_front();
        }
        flying.front().copied()
    }
}
