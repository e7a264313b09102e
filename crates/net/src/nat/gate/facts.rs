//! Small facts about packets, and how they are told.

use lanternet_core::trace::{NatEvent, Protocol, Translation};
use lanternet_core::{Context, DropReason, TraceEvent};

use super::Track;
use crate::nat::conntrack::Direction;
use crate::nat::packet::{Class, ICMP, ICMPV6, Summary, TCP, Tuple, UDP, Unreadable};

pub(super) fn summarize(packet: &[u8]) -> Result<Summary, DropReason> {
    Summary::of(packet).map_err(|unreadable| match unreadable {
        // Fragments were put together before.
        Unreadable::Short | Unreadable::LaterFragment => {
            DropReason::Malformed { protocol: Protocol::Ip, what: "too short" }
        }
    })
}

/// Neighbour discovery and its like are no conversations.
pub(super) fn is_discovery(packet: &Summary) -> bool {
    packet.tuple.protocol == ICMPV6 && packet.class == Class::Other
}

/// The packet with the ends that it has by now.
pub(super) fn current(arrived: &Summary, track: &Track) -> Summary {
    match track {
        Track::New(flow) => Summary { tuple: flow.leaving(Direction::Original), ..*arrived },
        _ => *arrived,
    }
}

pub(super) fn no_flow(tuple: &Tuple) -> DropReason {
    DropReason::NatNoFlow {
        protocol: protocol(tuple.protocol),
        source: tuple.source.into(),
        destination: tuple.destination.into(),
    }
}

/// Whether ends of this protocol have ports, or something that takes their place.
pub(super) fn has_ports(protocol: u8) -> bool {
    matches!(protocol, TCP | UDP | ICMP)
}

/// The protocol as reasons name it; [`Protocol::Ip`] for one that they do not name.
pub(super) fn protocol(number: u8) -> Protocol {
    match number {
        TCP => Protocol::Tcp,
        UDP => Protocol::Udp,
        ICMP | ICMPV6 => Protocol::Icmp,
        _ => Protocol::Ip,
    }
}

pub(super) fn tell_translated(ctx: &mut Context<'_>, by: Translation, old: &Tuple, new: &Tuple) {
    ctx.emit(|| {
        TraceEvent::Nat(NatEvent::Translated {
            by,
            protocol: protocol(old.protocol),
            source: old.source.into(),
            destination: old.destination.into(),
            new_source: new.source.into(),
            new_destination: new.destination.into(),
        })
    });
}
