//! What a run comes to: counted while it runs, told when it has ended.
//!
//! A [`Digest`] observes every run, so it only counts: one `match`, and for most records an addition
//! or a look-up in a small map. Words and names come in when it is [rendered](Tally::render).

mod connection;
mod render;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use lanternet_core::trace::{DnsEvent, FloodCause, IcmpMessage, Ipv6Event, Unreachable};
use lanternet_core::{NodeId, Observer, Record, Topology, TraceEvent};

use self::connection::Connections;
use crate::narrate::drops;

/// The port of name servers (RFC 1035 section 4.2).
const DNS: u16 = 53;

/// An observer that counts. Clones count together, so one is given to the simulation and one is
/// kept.
#[derive(Clone, Debug, Default)]
pub struct Digest(Arc<Mutex<Tally>>);

impl Digest {
    /// What has been counted so far.
    pub fn tally(&self) -> Tally {
        // A panic of another observer in between leaves whole counts behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for Digest {
    fn observe(&mut self, _: &Topology, record: &Record) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).count(record);
    }
}

/// The counts of a run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    frames: u64,
    bytes: u64,
    repeated: u64,
    forwarded: u64,
    flooded_unknown: u64,
    flooded_broadcast: u64,
    flooded_multicast: u64,
    corrupted: u64,
    duplicated: u64,
    reordered: u64,
    /// By the id of the reason's label, and the node where it happened (of a link, the sender).
    drops: BTreeMap<(&'static str, NodeId), u64>,
    arp: Asking,
    /// Neighbour discovery: what ARP is to IPv4.
    discovery: Asking,
    routed: u64,
    fragmented: u64,
    echo_requests: u64,
    echo_replies: u64,
    /// By the node that sent it, the family, and type and code: how many, and the first of them, with
    /// whom it was for.
    icmp_errors: BTreeMap<ErrorKind, (u64, IpAddr, IcmpMessage)>,
    connections: Connections,
    flows: BTreeMap<Flow, Datagrams>,
    /// Questions for names over UDP, by who asks and which server: how many got there, and how many
    /// answers came back.
    questions: BTreeMap<(IpAddr, SocketAddr), [u64; 2]>,
    /// Answers out of some cache, of hosts and of servers.
    cached_answers: u64,
    /// Look-ups of programs that came to nothing.
    failed_lookups: u64,
    /// Whose an address is, as far as sockets showed it.
    owners: BTreeMap<IpAddr, NodeId>,
}

/// ICMP errors counted together: the node that sent them, whether of IPv6, type and code.
type ErrorKind = (NodeId, bool, u8, u8);

/// Questions about hardware addresses.
#[derive(Clone, Copy, Debug, Default)]
struct Asking {
    questions: u64,
    answers: u64,
    unanswered: u64,
    conflicts: u64,
}

/// Datagrams that one socket gets from one peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Flow {
    node: NodeId,
    local: SocketAddr,
    remote: SocketAddr,
}

#[derive(Clone, Copy, Debug, Default)]
struct Datagrams {
    count: u64,
    bytes: u64,
}

impl Tally {
    /// How many frames were handed to cables.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// How many frames and packets were dropped.
    pub fn drops(&self) -> u64 {
        self.drops.values().sum()
    }

    fn asking(&mut self, address: IpAddr) -> &mut Asking {
        if address.is_ipv6() { &mut self.discovery } else { &mut self.arp }
    }

    fn count(&mut self, record: &Record) {
        use TraceEvent as E;
        let node = record.place.node();
        match &record.event {
            E::FrameSent { frame, .. } => {
                self.frames += 1;
                self.bytes += frame.bytes().len() as u64;
            }
            E::Dropped { reason, .. } => {
                *self.drops.entry((drops::label(reason), node)).or_default() += 1;
            }
            E::FrameCorrupted { .. } => self.corrupted += 1,
            E::FrameDuplicated { .. } => self.duplicated += 1,
            E::FrameReordered { .. } => self.reordered += 1,
            E::HubRepeated { .. } => self.repeated += 1,
            E::SwitchForwarded { .. } => self.forwarded += 1,
            E::SwitchFlooded { why, .. } => match why {
                FloodCause::UnknownUnicast => self.flooded_unknown += 1,
                FloodCause::Broadcast => self.flooded_broadcast += 1,
                FloodCause::Multicast | FloodCause::BridgeGroup => self.flooded_multicast += 1,
                // Not flooded: the switch knows where to.
                FloodCause::GroupMembers | FloodCause::RouterPorts => self.forwarded += 1,
            },
            E::NeighborAsked { address, .. } => self.asking(*address).questions += 1,
            E::ArpAnswered { .. } => self.arp.answers += 1,
            E::Ipv6(Ipv6Event::SolicitationAnswered { .. }) => self.discovery.answers += 1,
            E::NeighborUnresolved { address, .. } => self.asking(*address).unanswered += 1,
            E::AddressConflict { address, .. } => self.asking(*address).conflicts += 1,
            E::PacketForwarded { .. } => self.routed += 1,
            E::Fragmented { .. } => self.fragmented += 1,
            E::IcmpReceived { message: IcmpMessage::EchoRequest { .. }, .. } => {
                self.echo_requests += 1;
            }
            E::IcmpReceived { message: IcmpMessage::EchoReply { .. }, .. } => {
                self.echo_replies += 1;
            }
            E::IcmpSent { to, message } => {
                if let Some((kind, code)) = error_type(*message) {
                    let key = (node, to.is_ipv6(), kind, code);
                    self.icmp_errors.entry(key).or_insert((0, *to, *message)).0 += 1;
                }
            }
            E::DatagramDelivered { local, remote, .. } if local.port() == DNS => {
                self.owners.insert(local.ip(), node);
                self.questions.entry((remote.ip(), *local)).or_default()[0] += 1;
            }
            E::DatagramDelivered { local, remote, .. } if remote.port() == DNS => {
                self.owners.insert(local.ip(), node);
                self.questions.entry((local.ip(), *remote)).or_default()[1] += 1;
            }
            E::Dns(DnsEvent::KnownFromCache { .. } | DnsEvent::AnsweredFromCache { .. }) => {
                self.cached_answers += 1;
            }
            E::Dns(DnsEvent::LookupFailed { .. }) | E::NameUnknown { .. } => {
                self.failed_lookups += 1;
            }
            E::DatagramDelivered { local, remote, len } => {
                self.owners.insert(local.ip(), node);
                let flow = Flow { node, local: *local, remote: *remote };
                let datagrams = self.flows.entry(flow).or_default();
                datagrams.count += 1;
                datagrams.bytes += u64::from(*len);
            }
            E::TcpStateChanged { local, remote, from, to, segment } => {
                self.owners.insert(local.ip(), node);
                let key = (node, *local, *remote);
                self.connections.change(key, record.at, *from, *to, segment.as_ref());
            }
            E::TcpDelivered { local, remote, len } => {
                if let Some(end) = self.connections.open_end((node, *local, *remote)) {
                    end.received += u64::from(*len);
                }
            }
            E::TcpRetransmitted { local, remote, .. } => {
                if let Some(end) = self.connections.open_end((node, *local, *remote)) {
                    end.retransmissions += 1;
                }
            }
            E::TcpResetSent { local, remote, .. } => {
                self.connections.reset_sent((node, *local, *remote), record.at);
            }
            _ => {}
        }
    }
}

/// Type and code of an ICMP error; `None` for questions and answers.
fn error_type(message: IcmpMessage) -> Option<(u8, u8)> {
    Some(match message {
        IcmpMessage::EchoRequest { .. }
        | IcmpMessage::EchoReply { .. }
        | IcmpMessage::Other { .. } => return None,
        IcmpMessage::Unreachable(why) => (3, unreachable_code(why)),
        IcmpMessage::TtlExceeded => (11, 0),
        IcmpMessage::ReassemblyTimeExceeded => (11, 1),
        IcmpMessage::Redirect { .. } => (5, 0),
        IcmpMessage::ParameterProblem { .. } => (12, 0),
        IcmpMessage::HeaderProblem { problem, .. } => (12, problem.code()),
    })
}

fn unreachable_code(why: Unreachable) -> u8 {
    match why {
        Unreachable::Network => 0,
        Unreachable::Host => 1,
        Unreachable::Protocol => 2,
        Unreachable::Port => 3,
        Unreachable::FragmentationNeeded { .. } => 4,
        Unreachable::Prohibited => 13,
        // No code of ICMP's: behind all of those.
        Unreachable::BeyondScope => u8::MAX,
        Unreachable::Other { code } => code,
    }
}

#[cfg(test)]
mod tests;
