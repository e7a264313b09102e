//! How the name that was asked for was looked up: the steps, and why it came to nothing.

use std::net::IpAddr;
use std::sync::Arc;

use lanternet_core::trace::{DnsEvent, DnsLookupFailure, DnsRefusal};
use lanternet_core::{NodeId, Record, Topology, TraceEvent};
use lanternet_lab::{ProbeOutcome, ProbeReport, Service, Transport};

use super::diagnose::Case;
use super::diagnosis::{Diagnosis, Finding};
use super::journey::Journey;
use super::network::Network;

/// The port of name servers (RFC 1035 section 4.2).
const PORT: u16 = 53;

/// The records that tell a step of the look-up, in order.
pub(super) fn steps(report: &ProbeReport) -> Vec<&Record> {
    use DnsEvent as D;
    let is_step = |record: &&Record| match &record.event {
        TraceEvent::NameResolved { .. } | TraceEvent::NameUnknown { .. } => {
            record.place.node() == report.from
        }
        // Each of these is told by the one who asked, or is of no interest to the one who reads.
        TraceEvent::Dns(
            D::QueryReceived { .. }
            | D::AnsweredFromZone { .. }
            | D::AnsweredAfterAsking { .. }
            | D::AnswerTruncated { .. },
        ) => false,
        TraceEvent::Dns(_) => true,
        _ => false,
    };
    report.naming.iter().filter(is_step).collect()
}

/// Why nobody could say what the name means.
pub(super) fn diagnosis(
    network: Network<'_>,
    topology: &Topology,
    report: &ProbeReport,
) -> Diagnosis {
    let failed = report.naming.iter().rev().find_map(|record| match &record.event {
        TraceEvent::Dns(DnsEvent::LookupFailed { name, why, servers }) => {
            Some((name.clone(), *why, servers.first().copied()))
        }
        _ => None,
    });
    let Some((name, why, server)) = failed else {
        let name = report.naming.iter().find_map(|record| match &record.event {
            TraceEvent::NameUnknown { name } => Some(name.clone()),
            _ => None,
        });
        // A name of a zone is right, and only nobody was asked for it.
        let strange = name.as_ref().filter(|name| network.zone_of(name).is_none());
        let near = strange.and_then(|name| network.near_name(name));
        let server = network.name_servers().into_iter().next();
        return Diagnosis::UnknownName { name, near, server };
    };
    match why {
        DnsLookupFailure::NameError | DnsLookupFailure::NotAName => {
            let (near, zone) = (network.near_name(&name), network.zone_of(&name));
            Diagnosis::NoSuchName { name, near, zone }
        }
        DnsLookupFailure::NoData => {
            let zone = network.zone_of(&name);
            Diagnosis::NameWithoutAddress { name, zone }
        }
        DnsLookupFailure::NoServerAnswered => unanswered(network, topology, report, name, server),
        DnsLookupFailure::OnlyReferrals | DnsLookupFailure::Failure => {
            trouble(network, report, name, server)
        }
    }
}

/// The first name server did not answer. What became of the question is told as of any probe.
fn unanswered(
    network: Network<'_>,
    topology: &Topology,
    report: &ProbeReport,
    name: Arc<str>,
    server: Option<IpAddr>,
) -> Diagnosis {
    let Some(server) = server else {
        return Diagnosis::NameServerSilent { name, server, cause: None, others: Vec::new() };
    };
    let others: Vec<IpAddr> =
        network.name_servers().into_iter().filter(|other| *other != server).collect();
    let asks = |record: &Record| {
        record.place.node() == report.from
            && matches!(&record.event, TraceEvent::Dns(DnsEvent::ServerAsked { server: s, .. }) if *s == server)
    };
    let mut refused = false;
    let begin = report.naming.iter().position(asks).map_or(0, |at| at + 1);
    let rest = &report.naming[begin..];
    let end = rest.iter().position(|record| {
        let here = record.place.node() == report.from;
        let unreachable =
            matches!(record.event, TraceEvent::Dns(DnsEvent::ServerUnreachable { .. }));
        refused |= here && unreachable;
        here && (unreachable
            || matches!(record.event, TraceEvent::Dns(DnsEvent::ServerSilent { .. })))
    });
    let question = ProbeReport {
        leased: None,
        from: report.from,
        to: network.owners(server).first().map(|owner| owner.at.node),
        address: Some(server),
        service: Some(Service { port: PORT, transport: Transport::Udp }),
        started: report.started,
        outcome: if refused { ProbeOutcome::Refused } else { ProbeOutcome::Silent },
        naming: Vec::new(),
        records: rest[..end.unwrap_or(rest.len())].to_vec(),
    };
    let journey = Journey::new(&question, topology);
    let trail = journey.trail();
    let cause = Case { network, journey: &journey, trail: &trail }.finding().map(Box::new);
    Diagnosis::NameServerSilent { name, server: Some(server), cause, others }
}

/// Somebody on the way said why it could not be found out.
fn trouble(
    network: Network<'_>,
    report: &ProbeReport,
    name: Arc<str>,
    server: Option<IpAddr>,
) -> Diagnosis {
    let events = || {
        report.naming.iter().filter_map(|record| match &record.event {
            TraceEvent::Dns(event) => Some((record.place.node(), event)),
            _ => None,
        })
    };
    let circle = events().find_map(|(node, event)| match event {
        DnsEvent::LoopDetected { why, name: at, .. } => {
            Some(Diagnosis::NameLoop { name: name.clone(), node, why: *why, at: at.clone() })
        }
        _ => None,
    });
    let lame = events().find_map(|(node, event)| match event {
        DnsEvent::ServerLame { server, zone, .. } => Some(Diagnosis::LameDelegation {
            name: name.clone(),
            node,
            server: *server,
            zone: zone.clone(),
        }),
        _ => None,
    });
    // A server that was delegated to and says nothing leaves the same hole.
    let dead = events().find_map(|(node, event)| match event {
        DnsEvent::ResolutionFailed { zone: Some(zone), .. } if node != report.from => {
            Some(Diagnosis::ZoneWithoutServer { name: name.clone(), node, zone: zone.clone() })
        }
        _ => None,
    });
    let asked = server.and_then(|server| network.owners(server).first().map(|o| o.at.node));
    let alone = events().any(|(node, event)| {
        let no_work = matches!(
            event,
            DnsEvent::QueryRefused {
                why: DnsRefusal::NotServed | DnsRefusal::RecursionNotAsked,
                ..
            }
        );
        Some(node) == asked && no_work
    });
    let refers = events().any(|(_, event)| {
        matches!(event, DnsEvent::LookupFailed { why: DnsLookupFailure::OnlyReferrals, .. })
    });
    circle.or(lame).or(dead).unwrap_or(match (alone || refers, server) {
        (true, Some(server)) => {
            let others =
                network.recursive_servers().into_iter().filter(|other| *other != server).collect();
            Diagnosis::NotARecursiveServer { name, server, node: asked, others }
        }
        _ => Diagnosis::NotResolved { name, server },
    })
}

/// A finding about the look-up, which happens before there is a packet.
pub(super) const fn finding(from: NodeId, diagnosis: Diagnosis) -> Finding {
    Finding { direction: super::Direction::There, node: from, diagnosis, silence: None }
}
