//! Reasons as sentences: what the trace shows, one line per record.
//!
//! Every event has one sentence in every language, which names what decided. The match below has no
//! wildcard, so an event without words does not compile.

mod arp;
mod dhcp;
mod dns;
pub(crate) mod drops;
mod fault;
mod firewall;
pub(crate) mod icmp;
mod ip;
mod ipv6;
mod multicast;
mod nat;
pub(crate) mod scene;
mod stp;
mod transport;
mod vlan;
mod what;
mod wire;

use std::net::IpAddr;
use std::sync::Arc;

use lanternet_core::trace::{FloodCause, NameSource, Stream};
use lanternet_core::{Record, Topology, TraceEvent};

use self::scene::{Percent, Scene};
use crate::args;
use crate::columns::{pad, width};
use crate::locale::Catalogue;

/// Makes the lines of a trace: `1.000250s  a1      sends …`.
#[derive(Clone, Debug)]
pub struct Narrator {
    catalogue: Arc<Catalogue>,
    node_width: usize,
}

impl Narrator {
    /// A narrator for a network whose nodes are all there, so that their names line up.
    pub fn new(catalogue: Arc<Catalogue>, topology: &Topology) -> Self {
        let widths = topology.nodes().map(|node| width(topology.node_name(node)));
        Self { catalogue, node_width: widths.max().unwrap_or(0) }
    }

    /// The record as one line without its end: time, node, sentence.
    pub fn line(&self, topology: &Topology, record: &Record) -> String {
        let node = pad(topology.node_name(record.place.node()), self.node_width);
        format!("{:>9}  {node}  {}", record.at, sentence(&self.catalogue, topology, record))
    }
}

/// The record as a sentence about its node (or link), without time and name of the node.
pub fn sentence(catalogue: &Catalogue, topology: &Topology, record: &Record) -> String {
    use TraceEvent as E;
    let scene = &Scene::new(catalogue, topology, record);
    let say = |id, args| scene.say(id, &args);
    match &record.event {
        E::FrameSent { port, frame } => wire::sent(scene, *port, frame),
        E::FrameArrived { port, frame } => wire::arrived(scene, *port, frame),
        E::Dropped { port, reason } => {
            let (what, reason) = (scene.frame_in_words(), drops::sentence(scene, reason));
            match port {
                _ if scene.on_link() => {
                    let (frame, link) = (scene.frame(), scene.link());
                    say("dropped-on-link", args!(frame, reason, link))
                }
                Some(port) => {
                    let port = scene.port_in_words(*port);
                    say("dropped-at-port", args!(what, reason, port))
                }
                None => say("dropped", args!(what, reason)),
            }
        }
        E::FrameCorrupted { bit, chance } => {
            let chance = Percent(*chance);
            say("frame-corrupted", args!(frame = scene.frame(), link = scene.link(), bit, chance))
        }
        E::FrameDuplicated { chance } => {
            let chance = Percent(*chance);
            say("frame-duplicated", args!(frame = scene.frame(), link = scene.link(), chance))
        }
        E::FrameReordered { by, chance } => {
            let chance = Percent(*chance);
            say("frame-reordered", args!(frame = scene.frame(), link = scene.link(), by, chance))
        }
        E::LinkUp => say("link-up", args!(link = scene.link())),
        E::LinkDown => say("link-down", args!(link = scene.link())),
        E::NodeCrashed => scene.phrase("node-crashed"),
        E::NodeRestarted => scene.phrase("node-restarted"),

        E::HubRepeated { ports } => {
            say("hub-repeated", args!(count count = ports.len(), ports = scene.ports(ports)))
        }
        E::MacLearned { vlan, mac, port } => {
            let port = scene.port(*port);
            say("mac-learned", args!(count vlan = vlan.number(), mac, port))
        }
        E::MacMoved { vlan, mac, from, to } => {
            let (from, to) = (scene.port(*from), scene.port(*to));
            say("mac-moved", args!(count vlan = vlan.number(), mac, from, to))
        }
        E::MacAged { vlan, mac, port, age } => {
            let port = scene.port(*port);
            say("mac-aged", args!(count vlan = vlan.number(), mac, port, age))
        }
        E::MacFlushed { port, rows } => {
            say("mac-flushed", args!(port = scene.port(*port), count rows = *rows))
        }
        E::MacTableFull { vlan, mac, limit } => {
            say("mac-table-full", args!(count vlan = vlan.number(), mac, limit))
        }
        E::SwitchForwarded { vlan, mac, port } => {
            let port = scene.port(*port);
            say("switch-forwarded", args!(count vlan = vlan.number(), mac, port))
        }
        E::SwitchFlooded { vlan, mac, why, ports } => {
            let id = match why {
                FloodCause::GroupMembers | FloodCause::RouterPorts => "switch-sent-to-group",
                _ => "switch-flooded",
            };
            let why = match why {
                FloodCause::UnknownUnicast => say("flood-unknown-unicast", args!(mac)),
                FloodCause::Broadcast => say("flood-broadcast", args!(mac)),
                FloodCause::Multicast => say("flood-multicast", args!(mac)),
                FloodCause::BridgeGroup => say("flood-bridge-group", args!(mac)),
                FloodCause::GroupMembers => say("flood-group-members", args!(mac)),
                FloodCause::RouterPorts => say("flood-router-ports", args!(mac)),
            };
            let (count, names) = (ports.len(), scene.ports(ports));
            let vlan = vlan.number();
            say(id, args!(count vlan, count count, ports = names, why))
        }

        E::NeighborHit { interface, address, mac, state } => {
            let interface = scene.port(*interface);
            say("neighbor-hit", args!(interface, address, mac, state))
        }
        E::NeighborAsked { interface, address, attempt, unicast } => {
            let interface = scene.port(*interface);
            let [asked, directly] = match address {
                IpAddr::V4(_) => ["neighbor-asked", "neighbor-asked-unicast"],
                IpAddr::V6(_) => ["ipv6-neighbor-asked", "ipv6-neighbor-asked-unicast"],
            };
            match unicast {
                Some(mac) => say(directly, args!(interface, address, attempt, mac)),
                None => say(asked, args!(interface, address, attempt)),
            }
        }
        E::PacketHeld { address, waiting } => {
            let id = if address.is_ipv4() { "packet-held" } else { "ipv6-packet-held" };
            say(id, args!(address, count waiting = *waiting))
        }
        E::PacketReleased { address, mac, waited } => {
            say("packet-released", args!(address, mac, waited))
        }
        E::NeighborLearned { interface, address, mac, from } => {
            let (interface, from) =
                (scene.port(*interface), arp::learned_from(scene, *address, *from));
            say("neighbor-learned", args!(interface, address, mac, from))
        }
        E::NeighborChanged { interface, address, old, mac, from } => {
            let (interface, from) =
                (scene.port(*interface), arp::learned_from(scene, *address, *from));
            say("neighbor-changed", args!(interface, address, old, mac, from))
        }
        E::NeighborStateChanged { interface, address, from, to } => {
            let (interface, meaning) = (scene.port(*interface), arp::state(scene, *to));
            say("neighbor-state-changed", args!(interface, address, from, to, meaning))
        }
        E::NeighborUnresolved { interface, address, attempts, dropped } => {
            let (interface, attempts, dropped) = (scene.port(*interface), *attempts, *dropped);
            say("neighbor-unresolved", args!(interface, address, count attempts, count dropped))
        }
        E::ArpAnswered { interface, asker, address, mac } => {
            let interface = scene.port(*interface);
            say("arp-answered", args!(interface, asker, address, mac))
        }
        E::AddressAnnounced { interface, address } => {
            let id = if address.is_ipv4() { "address-announced" } else { "ipv6-announced" };
            say(id, args!(interface = scene.port(*interface), address))
        }
        E::AddressProbed { interface, address, attempt } => {
            let id = if address.is_ipv4() { "address-probed" } else { "ipv6-checked" };
            say(id, args!(interface = scene.port(*interface), address, attempt))
        }
        E::AddressConflict { interface, address, ours, theirs } => {
            let interface = scene.port(*interface);
            say("address-conflict", args!(interface, address, ours, theirs))
        }
        E::AddressDefended { interface, address } => {
            say("address-defended", args!(interface = scene.port(*interface), address))
        }
        E::AddressAbandoned { interface, address, theirs } => {
            let id = if address.is_ipv4() { "address-abandoned" } else { "ipv6-abandoned" };
            say(id, args!(interface = scene.port(*interface), address, theirs))
        }

        E::SameSegment { destination, address } => ip::same_segment(scene, *destination, *address),
        E::OtherSegment { destination, address, gateway } => {
            ip::other_segment(scene, *destination, *address, *gateway)
        }
        E::RouteChosen { destination, route, beaten } => {
            ip::route_chosen(scene, *destination, route, beaten)
        }
        E::PacketForUs { source, destination, protocol, .. } => {
            let protocol = ip::protocol(scene, *protocol);
            say("packet-for-us", args!(source, destination, protocol))
        }
        E::LoopedBack { destination } => say("looped-back", args!(destination)),
        E::PacketForwarded { destination, interface, next_hop, ttl_from, ttl_to } => {
            let interface = scene.port(*interface);
            let [on, last] = match destination {
                IpAddr::V4(_) => ["packet-forwarded", "packet-forwarded-last"],
                IpAddr::V6(_) => ["ipv6-forwarded", "ipv6-forwarded-last"],
            };
            if next_hop == destination {
                say(last, args!(destination, interface, ttl_from, ttl_to))
            } else {
                say(on, args!(destination, interface, next_hop, ttl_from, ttl_to))
            }
        }
        E::Fragmented { len, mtu, fragments } => say("fragmented", args!(len, mtu, fragments)),
        E::FragmentHeld { ident, offset, len } => {
            let (first, last) = (*offset, u32::from(*offset) + u32::from(*len).max(1) - 1);
            say("fragment-held", args!(ident, first, last))
        }
        E::Reassembled { ident, fragments, len } => {
            say("reassembled", args!(ident, fragments, len))
        }
        E::PathMtuLearned { destination, mtu, from } => {
            say("path-mtu-learned", args!(destination, mtu, from))
        }
        E::SendFailed { destination, why } => {
            say("send-failed", args!(destination, why = ip::unsent(scene, *why)))
        }

        E::IcmpSent { to, message } => {
            let message = icmp::message_between(catalogue, *to, *message);
            say("icmp-sent", args!(to, message))
        }
        E::IcmpSuppressed { to, message, why } => {
            let message = icmp::message_between(catalogue, *to, *message);
            say("icmp-suppressed", args!(to, message, why = icmp::silence(catalogue, *why)))
        }
        E::IcmpReceived { from, message } => {
            let message = icmp::message_between(catalogue, *from, *message);
            say("icmp-received", args!(from, message))
        }

        E::Listening { protocol, local, backlog } => {
            transport::listening(scene, *protocol, *local, *backlog)
        }
        E::DatagramDelivered { local, remote, len } => {
            say("datagram-delivered", args!(local, remote, count len = *len))
        }
        E::TcpStateChanged { local, remote, from, to, segment } => {
            transport::state_changed(scene, [*local, *remote], *from, *to, segment.as_ref())
        }
        E::TcpDelivered { local, remote, len } => {
            say("tcp-delivered", args!(local, remote, count len = *len))
        }
        E::TcpRetransmitted { local, remote, segment, why } => {
            let (flags, numbers) = (segment.flags, transport::Numbers(segment));
            let why = transport::retransmit_cause(scene, *why);
            say("tcp-retransmitted", args!(local, remote, segment = flags, numbers, why))
        }
        E::TcpOutOfOrder { local, remote, segment } => {
            let (flags, numbers) = (segment.flags, transport::Numbers(segment));
            say("tcp-out-of-order", args!(local, remote, segment = flags, numbers))
        }
        E::TcpDuplicate { local, remote, segment } => {
            let (flags, numbers) = (segment.flags, transport::Numbers(segment));
            say("tcp-duplicate", args!(local, remote, segment = flags, numbers))
        }
        E::TcpQueued { local, remote, queued, backlog } => {
            say("tcp-queued", args!(local, remote, queued, backlog))
        }
        E::TcpAccepted { local, remote, queued } => {
            say("tcp-accepted", args!(local, remote, count queued = *queued))
        }
        E::TcpResetSent { local, remote, why } => {
            let why = transport::reset_cause(scene, *local, *why);
            say("tcp-reset-sent", args!(local, remote, why))
        }

        E::ProgramStarted { program, command } if command.is_empty() => {
            say("program-started-plain", args!(program))
        }
        E::ProgramStarted { program, command } => say("program-started", args!(program, command)),
        E::ProgramWrote { program, stream: Stream::Stdout, line } => {
            say("program-wrote", args!(program, line))
        }
        E::ProgramWrote { program, stream: Stream::Stderr, line } => {
            say("program-wrote-error", args!(program, line))
        }
        E::ProgramEnded { program, code } => say("program-ended", args!(program, code)),
        E::NameResolved { name, addresses, source } => {
            let addresses = scene.list(addresses.iter());
            match source {
                NameSource::Literal => say("name-literal", args!(name)),
                NameSource::Hosts => say("name-from-hosts", args!(name, addresses)),
                NameSource::Lab => say("name-from-lab", args!(name, addresses)),
                NameSource::Cache => say("name-from-cache", args!(name, addresses)),
                NameSource::Dns => say("name-from-dns", args!(name, addresses)),
            }
        }
        E::NameUnknown { name } => say("name-unknown", args!(name)),

        E::Fault(event) => fault::sentence(scene, event),
        E::Vlan(event) => vlan::sentence(scene, event),
        E::Stp(event) => stp::sentence(scene, event),
        E::Multicast(event) => multicast::sentence(scene, event),
        E::Dhcp(event) => dhcp::sentence(scene, event),
        E::Nat(event) => nat::sentence(scene, event),
        E::Firewall(event) => firewall::sentence(scene, event),
        E::Dns(event) => dns::sentence(scene, event),
        E::Ipv6(event) => ipv6::sentence(scene, event),
    }
}

#[cfg(test)]
mod tests;
