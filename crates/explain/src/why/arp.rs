//! The side story of a packet that waits: who was asked, by ARP or by neighbour discovery, who heard
//! it, who answered.

use std::collections::BTreeSet;
use std::net::IpAddr;

use lanternet_core::{DropReason, Duration, FrameId, MacAddr, NodeId, PortId, Record, TraceEvent};

use super::journey::{Journey, Kind, is_end};

/// A question about a hardware address and what came of it.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// Who was asked for.
    pub(super) address: IpAddr,
    /// How often.
    pub(super) attempts: usize,
    /// On which interface.
    pub(super) interface: Option<PortId>,
    /// The answer.
    pub(super) answer: Option<Answer>,
    /// Stations that heard the question and do not have the address.
    pub(super) heard: Vec<NodeId>,
    /// Where copies of the question, or the answer, ended for a reason.
    pub(super) ends: Vec<&'a Record>,
}

/// An answer to such a question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) mac: MacAddr,
    pub(super) waited: Duration,
    /// The station that answered, where its answer is in the trace.
    pub(super) by: Option<NodeId>,
}

impl<'a> Asked<'a> {
    /// The question that a packet waited for in these records of a node, if it waited.
    pub(super) fn find(
        journey: &Journey<'a>,
        node: NodeId,
        records: &[&'a Record],
    ) -> Option<Self> {
        use TraceEvent as E;
        let address = records.iter().find_map(|record| match record.event {
            E::PacketHeld { address, .. } => Some(address),
            _ => None,
        })?;
        let all = || journey.report().records.iter();
        let here = || all().filter(move |record| record.place.node() == node);
        let answer = records.iter().find_map(|record| match record.event {
            E::PacketReleased { address: of, mac, waited } if of == address => {
                Some(Answer { mac, waited, by: None })
            }
            _ => None,
        });
        let by = here().find_map(|record| match record.event {
            E::NeighborLearned { address: of, .. } | E::NeighborChanged { address: of, .. }
                if of == address =>
            {
                record.frame.map(FrameId::origin)
            }
            _ => None,
        });
        let (mut attempts, mut interface) = (0, None);
        for record in here() {
            if let E::NeighborAsked { address: of, interface: on, .. } = record.event
                && of == address
            {
                attempts += 1;
                interface = Some(on);
            }
        }
        let (mut questions, mut heard, mut ends) = (BTreeSet::new(), Vec::new(), Vec::new());
        for record in all() {
            match &record.event {
                E::FrameSent { frame, .. } => {
                    let facts = journey.facts(frame.id());
                    let asks = facts.and_then(|facts| facts.asks_for) == Some(address);
                    let answers = facts.is_some_and(|facts| facts.kind == Kind::Arp)
                        && frame.cause().is_some_and(|cause| questions.contains(&cause));
                    if (asks && frame.id().origin() == node) || answers {
                        questions.insert(frame.id());
                    }
                }
                E::Dropped { reason, .. }
                    if record.frame.is_some_and(|id| questions.contains(&id)) =>
                {
                    let place = record.place.node();
                    if matches!(
                        reason,
                        DropReason::ArpNotForUs { .. } | DropReason::SolicitationNotForUs { .. }
                    ) {
                        if place != node && !heard.contains(&place) {
                            heard.push(place);
                        }
                    } else if is_end(&record.event) {
                        ends.push(record);
                    }
                }
                _ => {}
            }
        }
        let answer = answer.map(|answer| Answer { by, ..answer });
        Some(Self { address, attempts, interface, answer, heard, ends })
    }
}
