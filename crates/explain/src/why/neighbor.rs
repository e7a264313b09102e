//! Nobody answered a question of ARP or of neighbour discovery: why?

use std::net::IpAddr;

use lanternet_core::{DropReason, NodeId, Place, PortId, PortRef, Record, TraceEvent};

use super::arp::Asked;
use super::diagnose::Case;
use super::diagnosis::{Diagnosis, Direction, Router};
use super::journey::Step;
use super::network::Owner;
use super::{route, vlan};

/// The diagnosis for a packet that waited at a step in vain.
pub(super) fn unresolved<'a>(
    case: &Case<'_, 'a>,
    direction: Direction,
    step: &Step<'a>,
    address: Option<IpAddr>,
) -> Diagnosis {
    let (network, node) = (case.network, step.node);
    let asked = Asked::find(case.journey, node, &step.records);
    let Some(address) = address.or_else(|| asked.as_ref().map(|asked| asked.address)) else {
        // It failed at once, because the neighbour had failed a moment before.
        return Diagnosis::Unknown;
    };
    let destination = destination(case, direction, step).unwrap_or(address);
    let interface = asked.as_ref().and_then(|asked| asked.interface);
    let own = own_address(case, node, interface, address);
    let owners = network.owners(address);
    if let Some(own) = own {
        let near = owners.iter().find(|owner| network.share_segment(own.at, owner.at));
        if let Some(owner) = near {
            return silent_owner(case, asked.as_ref(), own, owner, address);
        }
    }
    let elsewhere = owners.first().copied();
    if let (Some(own), Some(owner)) = (own, elsewhere)
        && own.net.trunc() == owner.net.trunc()
        && let Some(apart) = vlan::apart(network, own, owner)
    {
        return apart;
    }
    let via = address != destination;
    match (own, elsewhere) {
        _ if via => {
            let station = network.station(node);
            let gateway = station.and_then(|station| station.gateway_towards(destination));
            let right = own.and_then(|own| router(case, node, own, destination));
            match (gateway == Some(address), elsewhere) {
                (true, None) => Diagnosis::GatewayUnused { gateway: address, right },
                (true, Some(owner)) => {
                    let owner = owner.at.node;
                    Diagnosis::GatewayElsewhere { gateway: address, owner, right }
                }
                (false, _) => {
                    let right = network.way(node, destination).map(|(via, _)| via);
                    Diagnosis::NextHopUnused { destination, via: address, right }
                }
            }
        }
        (Some(own), Some(owner)) => mask_or_cable(case, own, owner, address),
        (Some(own), None) => {
            let heard = asked.map(|asked| asked.heard).unwrap_or_default();
            let wide = network.mask_of_others(own).filter(|like| !like.net.contains(&address));
            match wide {
                Some(like) => mask_too_wide(own, address, None, Some(like)),
                None => Diagnosis::AddressUnused { address, own: own.net, heard },
            }
        }
        (None, _) => Diagnosis::SenderWithoutAddress,
    }
}

/// A router near an interface that is not the one that was tried; the one on the way to the
/// destination first.
fn router(case: &Case<'_, '_>, node: NodeId, own: Owner, destination: IpAddr) -> Option<Router> {
    let on_the_way = case.network.way(node, destination).and_then(|(via, _)| {
        let owner = case.network.owners(via).into_iter().next()?;
        Some(Router { node: owner.at.node, address: via })
    });
    on_the_way.or_else(|| {
        let near = case.network.router_near(own)?;
        Some(Router { node: near.at.node, address: near.net.addr() })
    })
}

/// Where the packet goes in the end.
fn destination(case: &Case<'_, '_>, direction: Direction, step: &Step<'_>) -> Option<IpAddr> {
    let told = step.records.iter().find_map(|record| match record.event {
        TraceEvent::RouteChosen { destination, .. }
        | TraceEvent::SendFailed { destination, .. } => Some(destination),
        _ => None,
    });
    let report = case.journey.report();
    told.or_else(|| match direction {
        Direction::There => report.address,
        Direction::Back => case
            .network
            .addresses_like(report.from, report.address?)
            .map(|own| own.net.addr())
            .next(),
    })
}

/// The address of the interface on which it was asked.
fn own_address(
    case: &Case<'_, '_>,
    node: NodeId,
    interface: Option<PortId>,
    address: IpAddr,
) -> Option<Owner> {
    let all = || case.network.addresses_like(node, address);
    let on = |own: &Owner| interface.is_none_or(|port| own.at == PortRef::new(node, port));
    let near = all().find(|own| on(own) && own.net.contains(&address));
    near.or_else(|| all().find(on)).or_else(|| all().next())
}

/// Somebody on the segment has the address, and did not answer.
fn silent_owner<'a>(
    case: &Case<'_, 'a>,
    asked: Option<&Asked<'a>>,
    own: Owner,
    owner: &Owner,
    address: IpAddr,
) -> Diagnosis {
    let node = owner.at.node;
    let cables = case.network.cables(own.at, owner.at);
    if let Some(link) = cables.iter().copied().find(|link| case.is_down(*link)) {
        return Diagnosis::CableDown { link };
    }
    // A flooded question may end elsewhere as well; what counts is its way to the owner.
    let on_the_way = asked.iter().flat_map(|asked| &asked.ends).find(|record| {
        let place = record.place.node();
        let cable = match record.place {
            Place::Link { from, .. } => {
                case.network.link_at(from).is_some_and(|link| cables.contains(&link))
            }
            Place::Node(_) => false,
        };
        place == node || cable
    });
    if let Some(record) = on_the_way {
        return case
            .on_link(record)
            .unwrap_or_else(|| Diagnosis::Other { record: Box::new((*record).clone()) });
    }
    Diagnosis::NeighborSilent { address, owner: node }
}

/// The address is in use, but not on this segment.
fn mask_or_cable(case: &Case<'_, '_>, own: Owner, owner: Owner, address: IpAddr) -> Diagnosis {
    let like = case.network.mask_of_others(own).filter(|like| !like.net.contains(&address));
    let same = owner.net.trunc() == own.net.trunc();
    if same && like.is_none() {
        return Diagnosis::NotCabledTogether { address, owner: owner.at.node };
    }
    mask_too_wide(own, address, Some(owner.at.node), like)
}

fn mask_too_wide(
    own: Owner,
    destination: IpAddr,
    owner: Option<NodeId>,
    like: Option<Owner>,
) -> Diagnosis {
    let right = like.and_then(|like| route::with_prefix(own.net, like.net.prefix_len()));
    let like = like.map(|like| like.at.node);
    Diagnosis::MaskTooWide { own: own.net, destination, owner, right, like }
}

impl Case<'_, '_> {
    /// Whether a cable is unplugged: by the lab, by what happened during the probe, or by a switch
    /// or hub that left its port out when it sent to all.
    pub(super) fn is_down(&self, link: usize) -> bool {
        let Some(written) = self.network.lab().links.get(link) else { return false };
        let ends = written.ends.each_ref().map(super::network::place);
        let mut down = !written.up;
        for record in &self.journey.report().records {
            let node = record.place.node();
            match (&record.event, record.place) {
                (TraceEvent::LinkUp, Place::Link { from, .. }) if ends.contains(&from) => {
                    down = false;
                }
                (TraceEvent::LinkDown, Place::Link { from, .. }) if ends.contains(&from) => {
                    down = true;
                }
                (
                    TraceEvent::SwitchFlooded { ports, .. } | TraceEvent::HubRepeated { ports },
                    _,
                ) => {
                    let Some(end) = ends.iter().find(|end| end.node == node) else { continue };
                    if let TraceEvent::SwitchFlooded { vlan, .. } = &record.event
                        && !self.network.carries(*end, *vlan)
                    {
                        continue;
                    }
                    let came_by = self.came_by(record);
                    down |=
                        came_by.is_some_and(|port| port != end.port) && !ports.contains(&end.port);
                }
                (TraceEvent::Dropped { reason: DropReason::NoOtherPortInVlan { vlan }, .. }, _) => {
                    let Some(end) = ends.iter().find(|end| end.node == node) else { continue };
                    down |= self.network.carries(*end, *vlan)
                        && self.came_by(record).is_some_and(|port| port != end.port);
                }
                (TraceEvent::Dropped { reason: DropReason::NoOtherPort, .. }, _) => {
                    let Some(end) = ends.iter().find(|end| end.node == node) else { continue };
                    down |= self.came_by(record).is_some_and(|port| port != end.port);
                }
                _ => {}
            }
        }
        down
    }

    /// The port by which the frame came that a record is about.
    fn came_by(&self, about: &Record) -> Option<PortId> {
        let records = &self.journey.report().records;
        let mut port = None;
        for record in records {
            if std::ptr::eq(record, about) {
                break;
            }
            if let TraceEvent::FrameArrived { port: by, .. } = &record.event
                && record.place == about.place
                && record.frame == about.frame
            {
                port = Some(*by);
            }
        }
        port
    }
}
