//! Following a probe through the trace by cause.
//!
//! The records are grouped into *visits*: a frame at a node, from its arrival to the frames that are
//! sent because of it. The first visit is the asking node itself. Each *sending* leads from a visit
//! to those at the other end of the cable. So the visits form a tree whose branches are floods,
//! repeated attempts and side stories; [`Journey::trail`] chooses the branch that tells what became
//! of the probe.

mod builder;

use std::collections::BTreeMap;
use std::net::IpAddr;

use lanternet_core::trace::IcmpMessage;
use lanternet_core::{DropReason, Frame, FrameId, NodeId, PortId, Record, Topology, TraceEvent};
use lanternet_lab::ProbeReport;
use lanternet_net::wire::layers::{FieldName, LayerProtocol, Layers};

use self::builder::Builder;
use super::layer::is_benign;

/// What a frame is to the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A question or answer of ARP: a side story.
    Arp,
    /// An ICMP redirect: a hint beside the packet itself.
    Redirect,
    /// An ICMP error.
    Error,
    /// A TCP reset.
    Reset,
    /// Anything else.
    Packet,
}

/// The facts of a frame that the story turns on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) kind: Kind,
    /// Who is asked for, in a question of ARP or of neighbour discovery.
    pub(super) asks_for: Option<IpAddr>,
}

impl Facts {
    fn of(frame: &Frame) -> Self {
        use FieldName as F;
        let layers = Layers::dissect(frame.bytes());
        let number = |protocol, field| layers.find(protocol)?.number(field);
        let arp = layers.find(LayerProtocol::Arp);
        let v6 = number(LayerProtocol::Icmpv6, F::Icmpv6Type);
        let kind = match (number(LayerProtocol::Icmp, F::IcmpType), v6) {
            _ if arp.is_some() => Kind::Arp,
            (_, Some(135 | 136)) => Kind::Arp,
            (Some(5), _) | (_, Some(137)) => Kind::Redirect,
            (Some(3 | 4 | 11 | 12), _) | (_, Some(1..=4)) => Kind::Error,
            _ if number(LayerProtocol::Tcp, F::TcpRst) == Some(1) => Kind::Reset,
            _ => Kind::Packet,
        };
        let asks_for = arp
            .filter(|arp| arp.number(F::ArpOpcode) == Some(1))
            .and_then(|arp| arp.address(F::ArpTargetIp))
            .or_else(|| layers.find(LayerProtocol::Icmpv6)?.address(F::Icmpv6SolicitTarget));
        Self { kind, asks_for }
    }
}

/// How far a branch gets; the greatest is the one to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// It ended where nothing was wrong: a flooded copy.
    Benign,
    /// Nothing is known of its end.
    Open,
    /// It ended for a reason.
    Ended,
    /// A node took the packet in.
    Arrived,
    /// An error or reset came back to the asking node.
    Told,
    /// The answer came back to the asking node.
    Back,
}

/// A frame at a node.
#[derive(Debug)]
struct Visit<'a> {
    node: NodeId,
    arrived: Option<(PortId, &'a Frame)>,
    /// In order, with the index in the report.
    records: Vec<usize>,
    sendings: Vec<usize>,
    class: Class,
}

/// A frame on its way from a visit to the next.
#[derive(Debug)]
struct Sending<'a> {
    port: PortId,
    frame: &'a Frame,
    /// The index of its record.
    record: usize,
    /// What happened to it on the link.
    link: Vec<usize>,
    arrivals: Vec<usize>,
    class: Class,
}

/// The tree of visits.
#[derive(Debug)]
pub(super) struct Journey<'a> {
    report: &'a ProbeReport,
    visits: Vec<Visit<'a>>,
    sendings: Vec<Sending<'a>>,
    facts: BTreeMap<FrameId, Facts>,
}

/// One line of the story: what a node did with the packet.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub(super) node: NodeId,
    /// The packet as it came in; `None` where the node made it.
    pub(super) arrived: Option<(PortId, &'a Frame)>,
    pub(super) records: Vec<&'a Record>,
    /// The packet as it left; `None` where it ended.
    pub(super) out: Option<Out<'a>>,
    /// How earlier attempts to send this packet ended.
    pub(super) lost: Vec<&'a Record>,
}

/// How a packet left a node.
#[derive(Debug)]
pub(super) struct Out<'a> {
    pub(super) port: PortId,
    pub(super) frame: &'a Frame,
    /// What happened on the link.
    pub(super) link: Vec<&'a Record>,
}

/// The way of the probe, and that of the answer or the error that it brought about.
#[derive(Debug, Default)]
pub(super) struct Trail<'a> {
    pub(super) there: Vec<Step<'a>>,
    pub(super) back: Vec<Step<'a>>,
}

impl<'a> Journey<'a> {
    /// Groups the records of a report.
    pub(super) fn new(report: &'a ProbeReport, topology: &Topology) -> Self {
        let mut journey =
            Self { report, visits: Vec::new(), sendings: Vec::new(), facts: BTreeMap::new() };
        Builder::new(&mut journey, topology).build();
        journey.classify();
        journey
    }

    pub(super) fn report(&self) -> &'a ProbeReport {
        self.report
    }

    pub(super) fn facts(&self, frame: FrameId) -> Option<Facts> {
        self.facts.get(&frame).copied()
    }

    /// The nodes that saw one and the same frame so often or more.
    pub(super) fn seen_at_least(&self, times: usize) -> Vec<NodeId> {
        let mut counts: BTreeMap<(NodeId, FrameId), usize> = BTreeMap::new();
        for visit in &self.visits {
            if let Some((_, frame)) = visit.arrived {
                *counts.entry((visit.node, frame.id())).or_default() += 1;
            }
        }
        let mut nodes: Vec<NodeId> = Vec::new();
        for ((node, _), count) in counts {
            if count >= times && nodes.last() != Some(&node) {
                nodes.push(node);
            }
        }
        nodes
    }

    fn record(&self, index: usize) -> &'a Record {
        &self.report.records[index]
    }

    fn is_followed(&self, sending: usize) -> bool {
        let facts = self.facts.get(&self.sendings[sending].frame.id());
        !facts.is_some_and(|facts| matches!(facts.kind, Kind::Arp | Kind::Redirect))
    }

    /// A visit comes before those that it leads to, so one pass from the end is enough.
    fn classify(&mut self) {
        for index in (0..self.visits.len()).rev() {
            let mut class = self.own_class(index);
            for sending in self.visits[index].sendings.clone() {
                let beyond = self.sending_class(sending);
                self.sendings[sending].class = beyond;
                let returned = index != 0 && class >= Class::Told;
                if self.is_followed(sending) && !returned {
                    class = class.max(beyond);
                }
            }
            self.visits[index].class = class;
        }
    }

    fn own_class(&self, index: usize) -> Class {
        let visit = &self.visits[index];
        let (mut ended, mut benign, mut taken, mut held) = (false, false, false, false);
        for record in visit.records.iter().map(|index| self.record(*index)) {
            match &record.event {
                TraceEvent::PacketForUs { .. } => taken = true,
                TraceEvent::FragmentHeld { .. } => held = true,
                event if is_end(event) => ended = true,
                TraceEvent::Dropped { .. } => benign = true,
                _ => {}
            }
        }
        let kind = visit.arrived.and_then(|(_, frame)| self.facts(frame.id()));
        match kind.map(|facts| facts.kind) {
            Some(Kind::Arp | Kind::Redirect) => Class::Benign,
            // The fragment that completes the packet is the one to follow.
            _ if held => Class::Arrived,
            Some(kind) if taken && visit.node == self.report.from => match kind {
                Kind::Error | Kind::Reset => Class::Told,
                _ => Class::Back,
            },
            _ if taken => Class::Arrived,
            _ if ended => Class::Ended,
            _ if benign => Class::Benign,
            _ => Class::Open,
        }
    }

    fn sending_class(&self, index: usize) -> Class {
        let sending = &self.sendings[index];
        let beyond = sending.arrivals.iter().map(|visit| self.visits[*visit].class).max();
        let ends = |index: &usize| is_end(&self.record(*index).event);
        beyond.unwrap_or_else(|| match sending.link.iter().any(ends) {
            true => Class::Ended,
            false => Class::Open,
        })
    }

    /// The branch that tells what became of the probe: the one that leads back with the answer, else
    /// back with an error, else to where the packet was taken in, else to a decisive end.
    pub(super) fn trail(&self) -> Trail<'a> {
        let mut trail = Trail::default();
        let (mut visit, mut turned) = (0, false);
        loop {
            let next = self.next(visit);
            let step = self.step(visit, next);
            let home = visit != 0 && self.visits[visit].node == self.report.from;
            let taken =
                step.records.iter().any(|r| matches!(r.event, TraceEvent::PacketForUs { .. }));
            if home && taken {
                let step = Step { out: None, records: until_output(step.records), ..step };
                if turned {
                    trail.back.push(step)
                } else {
                    trail.there.push(step)
                }
                return trail;
            }
            let ended = turned && step.records.iter().any(|record| is_end(&record.event));
            if turned {
                trail.back.push(if ended { until_end(step) } else { step });
            } else {
                match turn(&step.records).filter(|_| visit != 0) {
                    Some(at) => {
                        let (there, back) = split(step, at);
                        trail.there.push(there);
                        trail.back.push(back);
                        turned = true;
                    }
                    None => trail.there.push(step),
                }
            }
            match next.and_then(|sending| self.beyond(sending)) {
                Some(beyond) if !ended => visit = beyond,
                _ => return trail,
            }
        }
    }

    /// The sending to follow from a visit. `None` where it ends, and where it was flooded and nobody
    /// took it.
    fn next(&self, visit: usize) -> Option<usize> {
        let all = &self.visits[visit].sendings;
        let followed = all.iter().copied().filter(|sending| self.is_followed(*sending));
        // `max_by_key` keeps the last of equals, and the first is meant.
        let best = followed.clone().rev().max_by_key(|sending| self.sendings[*sending].class)?;
        let nowhere = self.sendings[best].class == Class::Benign && followed.count() > 1;
        (!nowhere).then_some(best)
    }

    /// The best of the visits at the other end: a link may deliver twice.
    fn beyond(&self, sending: usize) -> Option<usize> {
        let arrivals = self.sendings[sending].arrivals.iter().copied();
        arrivals.rev().max_by_key(|visit| self.visits[*visit].class)
    }

    fn step(&self, visit: usize, next: Option<usize>) -> Step<'a> {
        let Visit { node, arrived, records, sendings, .. } = &self.visits[visit];
        let mut window: &[usize] = records;
        let mut lost = Vec::new();
        if let Some(next) = next {
            let sent = self.sendings[next].record;
            let earlier = sendings.iter().copied().filter(|sending| {
                self.is_followed(*sending) && self.sendings[*sending].record < sent
            });
            let before = earlier.clone().map(|sending| self.sendings[sending].record).max();
            let until = records.partition_point(|record| *record <= sent);
            let start = before.map_or(0, |before| records.partition_point(|r| *r <= before));
            let decided = |records: &[usize]| {
                records.iter().any(|record| {
                    let event = &self.record(*record).event;
                    !matches!(event, TraceEvent::FrameSent { .. })
                })
            };
            // Frames sent in one go have all their reasons in front of the first.
            let start = if decided(&records[start..until]) { start } else { 0 };
            window = &records[start..until];
            let failed =
                |sending: &usize| self.sendings[*sending].class < self.sendings[next].class;
            lost = earlier.filter(failed).filter_map(|sending| self.end_of(sending)).collect();
        }
        let link = |sending: &Sending<'a>| sending.link.iter().map(|i| self.record(*i)).collect();
        let out = next.map(|next| &self.sendings[next]).map(|sending| Out {
            port: sending.port,
            frame: sending.frame,
            link: link(sending),
        });
        let records = window.iter().map(|index| self.record(*index)).collect();
        Step { node: *node, arrived: *arrived, records, out, lost }
    }

    /// The record that ended a branch.
    fn end_of(&self, sending: usize) -> Option<&'a Record> {
        let mut sending = sending;
        loop {
            let ends = |indexes: &[usize]| {
                indexes.iter().map(|i| self.record(*i)).find(|record| is_end(&record.event))
            };
            if let Some(end) = ends(&self.sendings[sending].link) {
                return Some(end);
            }
            let visit = self.beyond(sending)?;
            if let Some(end) = ends(&self.visits[visit].records) {
                return Some(end);
            }
            sending = self.next(visit)?;
        }
    }
}

/// Whether a packet ends with this, for a reason that somebody would want to know.
pub(super) fn is_end(event: &TraceEvent) -> bool {
    match event {
        TraceEvent::Dropped { reason, .. } => !is_benign(reason),
        TraceEvent::SendFailed { .. } => true,
        _ => false,
    }
}

/// Where in the records of a visit the node stops dealing with what came and begins to answer.
fn turn(records: &[&Record]) -> Option<usize> {
    use TraceEvent as E;
    let position = |test: &dyn Fn(&E) -> bool| records.iter().position(|r| test(&r.event));
    let told = position(&|event| match event {
        E::IcmpSent { message, .. } => !matches!(message, IcmpMessage::Redirect { .. }),
        E::TcpResetSent { .. } => true,
        _ => false,
    });
    told.or_else(|| {
        let taken = position(&|event| matches!(event, E::PacketForUs { .. }))?;
        let answer = records[taken..].iter().position(|record| is_output(&record.event))?;
        Some(taken + answer)
    })
}

/// Whether this is part of sending a packet.
fn is_output(event: &TraceEvent) -> bool {
    use TraceEvent as E;
    matches!(
        event,
        E::RouteChosen { .. }
            | E::SameSegment { .. }
            | E::OtherSegment { .. }
            | E::NeighborHit { .. }
            | E::PacketHeld { .. }
            | E::SendFailed { .. }
            | E::LoopedBack { .. }
            | E::FrameSent { .. }
    )
}

fn until_output(mut records: Vec<&Record>) -> Vec<&Record> {
    if let Some(at) = records.iter().position(|record| is_output(&record.event)) {
        records.truncate(at);
    }
    records
}

/// A step of the way back that ended: an error that is sent because of it goes the other way, and is
/// only named.
fn until_end(mut step: Step<'_>) -> Step<'_> {
    let told = |record: &&Record| matches!(record.event, TraceEvent::IcmpSent { .. });
    let on_link = step.out.iter().any(|out| out.link.iter().any(|r| is_end(&r.event)));
    if !on_link {
        step.out = None;
    }
    if let Some(at) = step.records.iter().position(told) {
        step.records.truncate(at + 1);
    }
    step
}

fn split<'a>(step: Step<'a>, at: usize) -> (Step<'a>, Step<'a>) {
    let Step { node, arrived, mut records, out, lost } = step;
    let answer = records.split_off(at);
    let there = Step { node, arrived, records, out: None, lost: Vec::new() };
    (there, Step { node, arrived: None, records: answer, out, lost })
}

/// The reason of a drop that ended a packet.
pub(super) fn drop_reason(record: &Record) -> Option<&DropReason> {
    match &record.event {
        TraceEvent::Dropped { reason, .. } => Some(reason),
        _ => None,
    }
}
