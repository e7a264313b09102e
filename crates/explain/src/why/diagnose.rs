//! From the trail to the reason: the first thing, in the order of the packet's way, that ended it.

use std::io::ErrorKind;
use std::net::IpAddr;

use lanternet_core::trace::{FaultEvent, IcmpSilence, Protocol, ResetCause, Unsent};
use lanternet_core::{DropReason, NodeId, Place, PortRef, Record, TraceEvent};
use lanternet_lab::{ProbeOutcome, Service, Transport};

use super::arp::Asked;
use super::diagnosis::{Diagnosis, Direction, Finding};
use super::journey::{Journey, Step, Trail, drop_reason, is_end};
use super::network::Network;
use super::{gate, handmade, neighbor, route, vlan};

/// A frame that comes to one node so often goes in circles.
const STORM: usize = 8;

/// What a diagnosis looks at.
pub(super) struct Case<'c, 'a> {
    pub(super) network: Network<'a>,
    pub(super) journey: &'c Journey<'a>,
    pub(super) trail: &'c Trail<'a>,
}

impl<'a> Case<'_, 'a> {
    /// Why the probe failed; `None` when it did not.
    pub(super) fn finding(&self) -> Option<Finding> {
        let finding = self.find()?;
        let without = match finding.diagnosis {
            Diagnosis::SenderWithoutAddress => Some(finding.node),
            Diagnosis::TargetWithoutAddress { node } => Some(node),
            Diagnosis::InterfaceWithoutAddress { at } => Some(at.node),
            _ => None,
        };
        // Who is to be lent an address has another reason to have none.
        let trouble = without.and_then(|node| Some((node, self.network.lease_trouble(node)?)));
        Some(match trouble {
            Some((node, trouble)) => {
                Finding { diagnosis: Diagnosis::NoLease { node, trouble }, ..finding }
            }
            None => finding,
        })
    }

    fn find(&self) -> Option<Finding> {
        let report = self.journey.report();
        if report.reached() {
            return None;
        }
        let at_start = |diagnosis| {
            let (direction, node, silence) = (Direction::There, report.from, None);
            Some(Finding { direction, node, diagnosis, silence })
        };
        if report.outcome == ProbeOutcome::NoAddress {
            let node = report.to.unwrap_or(report.from);
            return at_start(Diagnosis::TargetWithoutAddress { node });
        }
        if let Some(duplicate) = self.duplicate() {
            return Some(duplicate);
        }
        let nodes = self.journey.seen_at_least(STORM);
        let nodes: Vec<NodeId> =
            nodes.into_iter().filter(|node| self.network.is_switch(*node)).collect();
        if let Some(first) = nodes.first().copied() {
            let (direction, silence) = (Direction::There, None);
            let diagnosis = Diagnosis::Storm { nodes };
            return Some(Finding { direction, node: first, diagnosis, silence });
        }
        let steps = self.trail.there.iter().map(|step| (Direction::There, step));
        let steps = steps.chain(self.trail.back.iter().map(|step| (Direction::Back, step)));
        for (direction, step) in steps.clone() {
            if let Some(diagnosis) = self.end_of(direction, step) {
                let silence = silence(step);
                return Some(Finding { direction, node: step.node, diagnosis, silence });
            }
        }
        let (direction, step) = steps.last()?;
        let diagnosis = self.open_end(step);
        Some(Finding { direction, node: step.node, diagnosis, silence: silence(step) })
    }

    /// Somebody else than the node that was meant took the packet in.
    fn duplicate(&self) -> Option<Finding> {
        let report = self.journey.report();
        let (meant, address) = (report.to?, report.address?);
        let last = self.trail.there.last()?;
        let taken = |record: &&Record| matches!(record.event, TraceEvent::PacketForUs { destination, .. } if destination == address);
        let got = last.node;
        let other = got != meant && last.records.iter().any(taken);
        other.then_some(Finding {
            direction: Direction::There,
            node: got,
            diagnosis: Diagnosis::Duplicate { address, meant, got },
            silence: None,
        })
    }

    /// What ended the packet at a step, if anything did.
    fn end_of(&self, direction: Direction, step: &Step<'a>) -> Option<Diagnosis> {
        let here = step.records.iter().copied();
        let link = step.out.iter().flat_map(|out| out.link.iter().copied());
        for record in here.chain(link) {
            match &record.event {
                TraceEvent::Dropped { reason, .. } if is_end(&record.event) => {
                    return Some(self.dropped(direction, step, record, reason));
                }
                TraceEvent::SendFailed { destination, why } => {
                    return Some(self.unsent(direction, step, record, *destination, *why));
                }
                TraceEvent::TcpResetSent { local, why: ResetCause::NoListener, .. } => {
                    let service = Service { port: local.port(), transport: Transport::Tcp };
                    return Some(self.not_listening(step.node, service));
                }
                _ => {}
            }
        }
        if let Some(link) = self.held_on(step) {
            return Some(Diagnosis::Held { link });
        }
        // Still waiting for the neighbour when the time was over.
        let waits = step.out.is_none()
            && Asked::find(self.journey, step.node, &step.records)
                .is_some_and(|asked| asked.answer.is_none());
        waits.then(|| neighbor::unresolved(self, direction, step, None))
    }

    fn dropped(
        &self,
        direction: Direction,
        step: &Step<'a>,
        record: &Record,
        reason: &DropReason,
    ) -> Diagnosis {
        use DropReason as R;
        let other = || Diagnosis::Other { record: Box::new(record.clone()) };
        if let Some(diagnosis) = self.on_link(record) {
            return diagnosis;
        }
        let node = step.node;
        match reason {
            R::NoAddress { interface } => {
                Diagnosis::InterfaceWithoutAddress { at: PortRef::new(node, *interface) }
            }
            R::NotForUs { destination } => {
                route::host_as_router(self, direction, step, *destination)
            }
            R::TtlExpired { .. } => route::ttl_ended(self, direction, step),
            R::NoRoute { destination } => gate::inside_address(self.network, node, *destination)
                .unwrap_or_else(|| route::no_route(self, node, *destination)),
            R::NatNoMapping { protocol, destination } => {
                gate::no_mapping(self.network, node, *protocol, *destination)
            }
            R::NatInsideFromOutside { destination } => {
                gate::hidden(self.network, node, *destination)
            }
            R::NatFiltered { source, inside, .. } => {
                Diagnosis::NatFiltered { source: *source, inside: *inside }
            }
            R::FirewallDenied { rule, text, .. } => {
                let rule = Some((*rule, text.clone()));
                Diagnosis::Forbidden { rule, right: gate::passing(self, step) }
            }
            R::FirewallPolicy { .. } => {
                Diagnosis::Forbidden { rule: None, right: gate::passing(self, step) }
            }
            R::NeighborFailed { address } => {
                neighbor::unresolved(self, direction, step, Some(*address))
            }
            R::NeighborQueueFull { address, limit } => {
                Diagnosis::NeighborQueueFull { address: *address, limit: *limit }
            }
            R::FragmentationNeeded { len, mtu } => {
                let out = step.records.iter().find_map(|record| match &record.event {
                    TraceEvent::RouteChosen { route, .. } => Some(route.interface),
                    _ => None,
                });
                let link = out.and_then(|out| self.network.link_at(PortRef::new(node, out)));
                Diagnosis::MayNotBeCut { len: *len, mtu: *mtu, link }
            }
            R::ChecksumWrong { .. } => Diagnosis::Damaged { link: self.damaged_on() },
            R::NoListener { protocol, local } => {
                let transport = match protocol {
                    Protocol::Udp => Transport::Udp,
                    _ => Transport::Tcp,
                };
                self.not_listening(node, Service { port: local.port(), transport })
            }
            R::BacklogFull { local, backlog } => {
                Diagnosis::BacklogFull { local: *local, backlog: *backlog }
            }
            R::ReceiveBufferFull { local, limit } => {
                Diagnosis::ReceiveBufferFull { local: *local, limit: *limit }
            }
            _ => vlan::dropped(self.network, node, reason).unwrap_or_else(other),
        }
    }

    /// The diagnosis of an end that layer 1 brought about.
    pub(super) fn on_link(&self, record: &Record) -> Option<Diagnosis> {
        use DropReason as R;
        let reason = drop_reason(record)?;
        let node = record.place.node();
        let port = match (&record.place, &record.event) {
            (Place::Link { from, .. }, _) => Some(*from),
            (_, TraceEvent::Dropped { port, .. }) => port.map(|port| PortRef::new(node, port)),
            _ => None,
        };
        let link = port.and_then(|port| self.network.link_at(port));
        Some(match (reason, port, link) {
            (R::NoCable, Some(at), _) => Diagnosis::NoCable { at },
            (R::NodeDown, ..) => Diagnosis::NodeDown { node },
            (R::Partitioned { from_node, to_node }, ..) => {
                Diagnosis::Partitioned { from: *from_node, to: *to_node }
            }
            (R::LinkDown | R::LinkCut, _, Some(link)) => Diagnosis::CableDown { link },
            (R::Lost { chance }, _, Some(link)) => Diagnosis::Lost { link, chance: *chance },
            (R::QueueFull { limit, .. }, _, Some(link)) => {
                Diagnosis::QueueFull { link, limit: *limit }
            }
            (R::FrameTooLong { payload, mtu }, _, Some(link)) => {
                Diagnosis::TooLong { link, len: *payload, mtu: *mtu }
            }
            _ => return None,
        })
    }

    /// The link on which the frame was held and not released.
    fn held_on(&self, step: &Step<'a>) -> Option<usize> {
        let records = step.out.iter().flat_map(|out| out.link.iter().copied());
        let mut last = records.filter_map(|record| match (&record.event, record.place) {
            (TraceEvent::Fault(fault), Place::Link { from, .. }) => Some((fault, from)),
            _ => None,
        });
        match last.next_back()? {
            (FaultEvent::FrameHeld, from) => self.network.link_at(from),
            _ => None,
        }
    }

    fn damaged_on(&self) -> Option<usize> {
        self.journey.report().records.iter().find_map(|record| {
            match (record.place, &record.event) {
                (Place::Link { from, .. }, TraceEvent::FrameCorrupted { .. }) => {
                    self.network.link_at(from)
                }
                _ => None,
            }
        })
    }

    fn unsent(
        &self,
        direction: Direction,
        step: &Step<'a>,
        record: &Record,
        destination: IpAddr,
        why: Unsent,
    ) -> Diagnosis {
        let node = step.node;
        match why {
            Unsent::NetworkUnreachable | Unsent::NetworkDown => {
                gate::inside_address(self.network, node, destination)
                    .unwrap_or_else(|| route::no_route(self, node, destination))
            }
            Unsent::HostUnreachable => neighbor::unresolved(self, direction, step, None),
            Unsent::AddressNotAvailable if self.network.addresses(node).next().is_none() => {
                Diagnosis::SenderWithoutAddress
            }
            Unsent::MessageTooLong
            | Unsent::BroadcastForbidden
            | Unsent::AddressNotAvailable
            | Unsent::NoBuffers
            | Unsent::Prohibited => Diagnosis::Other { record: Box::new(record.clone()) },
        }
    }

    /// What programs listen on at a node, by the lab and by the trace.
    fn not_listening(&self, node: NodeId, service: Service) -> Diagnosis {
        let servers = self.network.services(node);
        let only = servers.iter().find(|(other, bind)| *other == service && !bind.is_unspecified());
        let only = only.map(|(_, bind)| *bind);
        let mut others: Vec<Service> = servers.iter().map(|(service, _)| *service).collect();
        for record in &self.journey.report().records {
            if let TraceEvent::Listening { protocol, local, .. } = &record.event
                && record.place.node() == node
            {
                let transport = match protocol {
                    Protocol::Udp => Transport::Udp,
                    _ => Transport::Tcp,
                };
                others.push(Service { port: local.port(), transport });
            }
        }
        others.sort_unstable();
        others.dedup();
        others.retain(|other| *other != service);
        Diagnosis::NotListening { service, others, only }
    }

    /// Nothing ended the packet, as far as the trace goes.
    fn open_end(&self, step: &Step<'a>) -> Diagnosis {
        let report = self.journey.report();
        if step.node == report.from
            && step.arrived.is_none()
            && step.out.is_none()
            && matches!(report.outcome, ProbeOutcome::Failed(ErrorKind::NetworkUnreachable))
            && let Some(address) = report.address
        {
            // The program was refused before there was a packet.
            return route::no_route(self, report.from, address);
        }
        let taken = |record: &&&Record| matches!(record.event, TraceEvent::PacketForUs { .. });
        if step.records.iter().any(|record| taken(&record)) {
            return Diagnosis::NoAnswer;
        }
        let to = step.arrived.and_then(|(_, frame)| frame.destination());
        if let Some(row) = to.and_then(|to| handmade::wrong_row(self.network, to, step.node)) {
            return row;
        }
        if !self.network.is_switch(step.node) {
            return Diagnosis::Unknown;
        }
        // A switch sent it on, or had nowhere to send it: is a cable on the way unplugged?
        let ends = step.arrived.and_then(|(_, frame)| {
            let [from, to] = [frame.source()?, frame.destination()?];
            Some((self.network.by_mac(from)?, self.network.by_mac(to)?))
        });
        let cables = ends.map(|(from, to)| self.network.cables(from, to)).unwrap_or_default();
        let down = cables.into_iter().find(|link| self.is_down(*link));
        down.map_or(Diagnosis::Ignored, |link| Diagnosis::CableDown { link })
    }
}

fn silence(step: &Step<'_>) -> Option<IcmpSilence> {
    step.records.iter().find_map(|record| match record.event {
        TraceEvent::IcmpSuppressed { why, .. } => Some(why),
        _ => None,
    })
}
