//! What a node did with the packet, layer by layer.

mod headers;

use std::cmp::Reverse;
use std::net::IpAddr;

use lanternet_core::trace::{Route, RouteKind};
use lanternet_core::{IpNet, NodeId, PortId, PortRef, Record, Topology, TraceEvent};
use lanternet_lab::{Service, Transport};
use lanternet_net::wire::layers::{FieldName, LayerProtocol, Layers};

use super::arp::Asked;
use super::journey::{Journey, Out, Step, drop_reason, is_end};
use super::layer::Layer;
use super::network::Network;
use crate::args;
use crate::locale::{Args, Catalogue};
use crate::narrate::scene::{Scene, link};
use crate::narrate::{drops, sentence};

/// A line of a hop.
pub(super) type Line = (Layer, String);

/// Tells steps.
pub(super) struct Teller<'t, 'a> {
    pub(super) catalogue: &'t Catalogue,
    pub(super) topology: &'a Topology,
    pub(super) network: Network<'a>,
    pub(super) journey: &'t Journey<'a>,
}

impl<'a> Teller<'_, 'a> {
    /// The lines of a step: from the top down where a packet leaves, from the bottom up where one
    /// comes in for good.
    pub(super) fn lines(&self, step: &Step<'a>) -> Vec<Line> {
        let mut lines = Vec::new();
        lines.extend(self.top(step));
        lines.extend(self.refused(step).map(|text| (Layer::Network, text)));
        for record in &step.lost {
            lines.push((Layer::of(&record.event), self.lost(record)));
        }
        let records = about_the_packet(step);
        let asked = Asked::find(self.journey, step.node, &records);
        // The comparison with the mask comes before the row that it stands for.
        let segment = |record: &Record| {
            matches!(record.event, TraceEvent::SameSegment { .. } | TraceEvent::OtherSegment { .. })
        };
        let (segments, others): (Vec<&Record>, Vec<&Record>) =
            records.iter().copied().partition(|record| segment(record));
        let sends = |record: &&Record| {
            matches!(record.event, TraceEvent::RouteChosen { .. } | TraceEvent::SendFailed { .. })
        };
        let first = others.iter().position(sends).unwrap_or(others.len());
        let (before, after) = others.split_at(first);
        for record in before.iter().chain(&segments).chain(after) {
            let text = self.event(record, asked.as_ref());
            let line = text.map(|text| (Layer::of(&record.event), text));
            // Each fragment of a packet asks the same questions.
            lines.extend(line.filter(|line| !lines.contains(line)));
        }
        match (&step.arrived, &step.out) {
            (Some((_, old)), Some(out)) => lines.extend(self.changes(old, out.frame)),
            (None, Some(out)) => lines.extend(self.new_headers(out.frame)),
            _ => {}
        }
        lines.extend(self.cable(step).map(|text| (Layer::Physical, text)));
        let on_link = step.out.iter().flat_map(|out| &out.link);
        lines.extend(on_link.map(|record| (Layer::Physical, self.on_link(record))));
        let ends_here = step.arrived.is_some() && step.out.is_none();
        let passed_on =
            step.records.iter().any(|r| matches!(r.event, TraceEvent::RouteChosen { .. }));
        match (ends_here, passed_on) {
            (true, false) => lines.sort_by_key(|(layer, _)| *layer),
            // It came in, and on its way out it ended.
            (true, true) => {
                lines.sort_by_key(|(layer, _)| (*layer != Layer::Physical, Reverse(*layer)));
            }
            (false, _) => lines.sort_by_key(|(layer, _)| Reverse(*layer)),
        }
        lines
    }

    fn say(&self, id: &str, args: Args<'_>) -> String {
        self.catalogue.text(id, &args)
    }

    /// What the packet is that a node makes, where no record says so.
    fn top(&self, step: &Step<'a>) -> Option<Line> {
        if step.arrived.is_some() {
            return None;
        }
        let sent = |record: &&Record| matches!(record.event, TraceEvent::IcmpSent { .. });
        if step.records.iter().any(sent) {
            return None;
        }
        let Some(out) = &step.out else {
            // Nothing left the node: what was asked for.
            let report = self.journey.report();
            let address = report.address?;
            return (report.from == step.node).then(|| match report.service {
                None => (Layer::Network, self.say("why-asks-echo", args!(address))),
                Some(Service { port, transport: Transport::Tcp }) => {
                    (Layer::Transport, self.say("why-asks-tcp", args!(address, port)))
                }
                Some(Service { port, transport: Transport::Udp }) => {
                    (Layer::Transport, self.say("why-asks-udp", args!(address, port)))
                }
            });
        };
        let layers = Layers::dissect(out.frame.bytes());
        let top = layers.top()?.protocol;
        let layer = if top.number() == 4 { Layer::Transport } else { Layer::Network };
        Some((layer, format!("{top}: {}", layers.info())))
    }

    /// The comparison that a program's packet failed by before there was one.
    fn refused(&self, step: &Step<'a>) -> Option<String> {
        let report = self.journey.report();
        let refused = step.out.is_none()
            && step.arrived.is_none()
            && !step.records.iter().any(|record| Layer::of(&record.event) == Layer::Network);
        let destination = report.address.filter(|_| refused && step.node == report.from)?;
        let own = self.network.addresses_like(step.node, destination).next()?;
        let foreign = self.network.addresses(step.node).all(|own| !own.net.contains(&destination));
        foreign.then(|| self.compared(step.node, destination, own.net, Some(None)))?
    }

    /// How an earlier attempt ended.
    fn lost(&self, record: &Record) -> String {
        let scene = Scene::new(self.catalogue, self.topology, record);
        let how = match drop_reason(record) {
            Some(reason) => drops::sentence(&scene, reason),
            None => sentence(self.catalogue, self.topology, record),
        };
        let node = || self.network.name(record.place.node()).to_owned();
        let place = link(self.topology, record.place).unwrap_or_else(node);
        self.say("why-earlier", args!(place, how))
    }

    /// Whether the destination is on the own segment, in one line.
    fn segment(&self, record: &Record) -> Option<String> {
        let (destination, address, via) = match &record.event {
            TraceEvent::SameSegment { destination, address } => (destination, address, None),
            TraceEvent::OtherSegment { destination, address, gateway } => {
                (destination, address, Some(gateway))
            }
            _ => return None,
        };
        self.compared(record.place.node(), *destination, *address, via.copied())
    }

    /// `via` is `None` on the own segment, else the gateway, if there is one that can be used.
    fn compared(
        &self,
        node: NodeId,
        destination: IpAddr,
        address: IpNet,
        via: Option<Option<IpAddr>>,
    ) -> Option<String> {
        if via == Some(None) && self.network.is_router(node) {
            // A router has rows, not a gateway: the missing row is what matters.
            return None;
        }
        let (mask, network) = (address.netmask(), address.network());
        let other = IpNet::new(destination, address.prefix_len()).ok()?.network();
        let station = self.network.station(node);
        let gateway = station.and_then(|station| station.gateway_towards(destination));
        if address.addr().is_ipv6() {
            let network = address.trunc();
            return Some(match (via, gateway) {
                (None, _) => self.say("why-on-link", args!(destination, network)),
                (Some(Some(gateway)), _) => {
                    self.say("why-off-link", args!(destination, network, gateway))
                }
                (Some(None), None) => {
                    self.say("why-off-link-no-way-out", args!(destination, network))
                }
                (Some(None), Some(gateway)) => {
                    self.say("why-off-link-no-use", args!(destination, network, gateway))
                }
            });
        }
        Some(match (via, gateway) {
            (None, _) => self.say("why-same-segment", args!(destination, mask, network)),
            (Some(Some(gateway)), _) => {
                self.say("why-other-segment", args!(destination, mask, network, other, gateway))
            }
            (Some(None), None) => {
                self.say("why-no-way-out", args!(destination, mask, network, other))
            }
            (Some(None), Some(gateway)) => {
                self.say("why-no-use", args!(destination, mask, network, other, gateway))
            }
        })
    }

    fn event(&self, record: &Record, asked: Option<&Asked<'a>>) -> Option<String> {
        use TraceEvent as E;
        let whole = || Some(sentence(self.catalogue, self.topology, record));
        match &record.event {
            E::RouteChosen { route, beaten, .. } => {
                let row = self.row(record, route);
                Some(match beaten.is_empty() {
                    true => self.say("why-row", args!(row)),
                    false => {
                        let rows: Vec<_> = beaten.iter().map(|row| self.row(record, row)).collect();
                        self.say("why-row-beats", args!(row, beaten = rows.join("; ")))
                    }
                })
            }
            E::PacketHeld { address, .. } => {
                asked.filter(|asked| asked.address == *address).map(|asked| self.asked(asked))
            }
            E::Dropped { .. } => {
                let scene = Scene::new(self.catalogue, self.topology, record);
                let reason = drops::sentence(&scene, drop_reason(record)?);
                Some(format!("✗ {}", self.say("why-dropped", args!(reason))))
            }
            E::SendFailed { .. } => whole().map(|text| format!("✗ {text}")),
            E::SameSegment { .. } | E::OtherSegment { .. } => self.segment(record),
            E::NeighborHit { address, mac, state, .. } => {
                Some(self.say("why-neighbor-row", args!(address, mac, state)))
            }
            // Told by the lines about headers and cables.
            E::FrameSent { .. } | E::FrameArrived { .. } | E::PacketForwarded { .. } => None,
            // Told with the packet that waits.
            E::NeighborAsked { .. }
            | E::PacketReleased { .. }
            | E::NeighborLearned { .. }
            | E::NeighborUnresolved { .. }
            | E::ArpAnswered { .. } => None,
            // Housekeeping that decides nothing here.
            E::NeighborStateChanged { .. } | E::MacAged { .. } | E::Listening { .. } => None,
            // What programs do is not what the network does.
            E::ProgramStarted { .. }
            | E::ProgramWrote { .. }
            | E::ProgramEnded { .. }
            | E::NameResolved { .. }
            | E::NameUnknown { .. } => None,
            _ => whole(),
        }
    }

    /// A row of a routing table as `ip route` prints it.
    fn row(&self, record: &Record, route: &Route) -> String {
        let port = PortRef::new(record.place.node(), route.interface);
        let to = match route.is_default() {
            true => "default".to_owned(),
            false => route.destination.to_string(),
        };
        let via = route.via.map_or_else(String::new, |via| format!(" via {via}"));
        let kind = match route.kind {
            RouteKind::Local => "route-local",
            RouteKind::Connected => "route-connected",
            RouteKind::Static => "route-static",
            RouteKind::Redirect => "route-redirect",
            RouteKind::Dhcp => "route-dhcp",
            RouteKind::RouterAdvertisement => "route-advertised",
        };
        let kind = self.catalogue.phrase(kind);
        let row = format!("{to}{via} dev {}", self.topology.port_name(port));
        self.say("why-row-kind", args!(row, kind))
    }

    fn asked(&self, asked: &Asked<'a>) -> String {
        let address = asked.address;
        let how = self.catalogue.phrase(how_asked(address));
        match asked.answer {
            Some(answer) => {
                let (waited, mac) = (answer.waited, answer.mac);
                match answer.by.map(|by| self.network.name(by)) {
                    Some(by) if waited.is_zero() => {
                        self.say("why-asked-at-once", args!(address, how, by))
                    }
                    Some(by) => self.say("why-asked", args!(address, how, by, waited)),
                    None => self.say("why-asked-plain", args!(address, how, waited, mac)),
                }
            }
            None if asked.heard.is_empty() => self.say(
                "why-asked-in-vain",
                args!(address, how, count attempts = asked.attempts as u64),
            ),
            None => {
                let separator = self.catalogue.phrase("list-separator");
                let heard: Vec<_> =
                    asked.heard.iter().map(|node| self.network.name(*node)).collect();
                let heard = heard.join(&separator);
                let args = args!(address, how, heard, count attempts = asked.attempts as u64);
                self.say("why-asked-in-vain-heard", args)
            }
        }
    }

    fn port(&self, at: PortRef) -> String {
        let name = self.topology.port_name(at);
        if name.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.say("port-numbered", args!(port = name));
        }
        name.to_owned()
    }

    fn cable(&self, step: &Step<'a>) -> Option<String> {
        let port = |port: PortId| self.port(PortRef::new(step.node, port));
        let peer = |out: &Out<'_>| {
            let peer = self.topology.peer(PortRef::new(step.node, out.port))?;
            Some(self.topology.node_name(peer.node))
        };
        let incoming = step.arrived.map(|(by, _)| port(by));
        match (incoming, &step.out) {
            (Some(incoming), Some(out)) => {
                let (outgoing, peer) = (port(out.port), peer(out).unwrap_or("–"));
                let same = step.arrived.is_some_and(|(_, frame)| {
                    // A switch that adds a tag passes on the same frame, but not unchanged.
                    frame.id() == out.frame.id() && frame.bytes() == out.frame.bytes()
                });
                let id = if same { "why-through-unchanged" } else { "why-through" };
                Some(self.say(id, args!(incoming, outgoing, peer)))
            }
            (None, Some(out)) => {
                let (outgoing, peer) = (port(out.port), peer(out).unwrap_or("–"));
                Some(self.say("why-out", args!(outgoing, peer)))
            }
            (Some(incoming), None) => Some(self.say("why-in", args!(incoming))),
            (None, None) => None,
        }
    }

    fn on_link(&self, record: &Record) -> String {
        let Some(reason) = drop_reason(record) else {
            return sentence(self.catalogue, self.topology, record);
        };
        let scene = Scene::new(self.catalogue, self.topology, record);
        let reason = drops::sentence(&scene, reason);
        match link(self.topology, record.place) {
            Some(link) => format!("✗ {}", self.say("why-ends-on-link", args!(link, reason))),
            None => format!("✗ {}", self.say("why-dropped", args!(reason))),
        }
    }
}

/// The phrase for how a neighbour is asked for: by ARP, or by neighbour discovery.
pub(super) const fn how_asked(address: IpAddr) -> &'static str {
    match address {
        IpAddr::V4(_) => "why-how-arp",
        IpAddr::V6(_) => "why-how-discovery",
    }
}

/// The records without those of another packet that the node dealt with at the same time, such as a
/// redirect beside the packet that it forwards, and without drops that decided nothing.
fn about_the_packet<'a>(step: &Step<'a>) -> Vec<&'a Record> {
    use TraceEvent as E;
    let destination = step.out.as_ref().and_then(|out| {
        let layers = Layers::dissect(out.frame.bytes());
        let v4 = layers.find(LayerProtocol::Ipv4).map(|ip| ip.address(FieldName::IpDst));
        v4.or_else(|| Some(layers.find(LayerProtocol::Ipv6)?.address(FieldName::Ipv6Dst)))?
    });
    let ended = step.records.iter().any(|record| is_end(&record.event));
    let aside = |record: &Record| {
        let dropped = matches!(record.event, E::Dropped { .. });
        dropped && !is_end(&record.event) && (ended || step.out.is_some())
    };
    // What the bridge in a node did with another frame of this node, such as a question of ARP.
    let own = |record: &Record| {
        let ids = [step.out.as_ref().map(|out| out.frame.id()), step.arrived.map(|(_, f)| f.id())];
        record.frame.is_some_and(|id| id.origin() == step.node && !ids.contains(&Some(id)))
    };
    let records = step.records.iter().copied().filter(|record| !aside(record) && !own(record));
    let Some(destination) = destination else { return records.collect() };
    let next_hop = step.records.iter().find_map(|record| match &record.event {
        E::RouteChosen { destination: to, route, .. } if *to == destination => {
            Some(route.via.unwrap_or(destination))
        }
        _ => None,
    });
    let mut hit = false;
    let keep = |record: &&Record| match &record.event {
        E::RouteChosen { destination: to, .. }
        | E::SameSegment { destination: to, .. }
        | E::OtherSegment { destination: to, .. } => *to == destination,
        E::PacketHeld { address, .. } => next_hop.is_none_or(|next| next == *address),
        // Only the first: the row's state may change from one fragment to the next.
        E::NeighborHit { address, .. } => {
            next_hop.is_none_or(|next| next == *address) && !std::mem::replace(&mut hit, true)
        }
        _ => true,
    };
    records.filter(keep).collect()
}
