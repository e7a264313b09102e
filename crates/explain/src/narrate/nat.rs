//! Address translation (RFC 4787, RFC 5382, RFC 5508).

use std::net::SocketAddr;

use lanternet_core::trace::{
    Dependence, DropReason, NatEvent, PortChoice, Protocol, Translation, Unmapped,
};

use super::scene::Scene;
use super::transport::protocol_name;
use crate::args;

pub(super) fn sentence(scene: &Scene<'_>, event: &NatEvent) -> String {
    match event {
        NatEvent::Mapped { protocol, inside, outside, why } => {
            let port = inside.port();
            let why = match why {
                PortChoice::Preserved => scene.phrase("nat-port-preserved"),
                PortChoice::Taken => scene.say("nat-port-taken", &args!(port)),
                PortChoice::Forwarded => scene.say("nat-port-forwarded", &args!(port)),
                PortChoice::OutOfRange => scene.say("nat-port-out-of-range", &args!(port)),
                PortChoice::Random => scene.phrase("nat-port-random"),
            };
            let (inside, outside) = (end(scene, *protocol, inside), end(scene, *protocol, outside));
            let protocol = protocol_name(*protocol);
            scene.say("nat-mapped", &args!(protocol, inside, outside, why))
        }
        NatEvent::Translated { by, protocol, source, destination, new_source, new_destination } => {
            let changes =
                changes(scene, *protocol, [source, new_source], [destination, new_destination]);
            scene.say("nat-translated", &args!(changes, why = why(scene, *protocol, *by)))
        }
        NatEvent::ErrorTranslated {
            source,
            destination,
            protocol,
            quoted_source,
            quoted_destination,
        } => {
            let (from, to) =
                (end(scene, *protocol, quoted_source), end(scene, *protocol, quoted_destination));
            let protocol = protocol_name(*protocol);
            scene.say("nat-error-translated", &args!(source, destination, protocol, from, to))
        }
        NatEvent::Expired { protocol, inside, outside, idle } => {
            let (inside, outside) = (end(scene, *protocol, inside), end(scene, *protocol, outside));
            let protocol = protocol_name(*protocol);
            scene.say("nat-expired", &args!(protocol, inside, outside, idle))
        }
        NatEvent::Unmapped { protocol, inside, outside, why } => {
            let why = scene.phrase(match why {
                Unmapped::AddressGone => "nat-unmapped-address-gone",
                Unmapped::Evicted => "nat-unmapped-evicted",
            });
            let (inside, outside) = (end(scene, *protocol, inside), end(scene, *protocol, outside));
            let protocol = protocol_name(*protocol);
            scene.say("nat-unmapped", &args!(protocol, inside, outside, why))
        }
        NatEvent::OutsideChanged { interface, addresses } => {
            let interface = scene.port(*interface);
            match &addresses[..] {
                [] => scene.say("nat-outside-gone", &args!(interface)),
                some => {
                    let addresses = scene.list(some);
                    scene.say("nat-outside-changed", &args!(interface, addresses))
                }
            }
        }
    }
}

/// What is changed, from and to.
fn changes(
    scene: &Scene<'_>,
    protocol: Protocol,
    [source, new_source]: [&SocketAddr; 2],
    [destination, new_destination]: [&SocketAddr; 2],
) -> String {
    let text = |ends: [&SocketAddr; 2]| ends.map(|one| end(scene, protocol, one));
    let ([source_text, new_source_text], [destination_text, new_destination_text]) =
        (text([source, new_source]), text([destination, new_destination]));
    let args = args!(
        source = source_text,
        new_source = new_source_text,
        destination = destination_text,
        new_destination = new_destination_text
    );
    scene.say(
        match (source != new_source, destination != new_destination) {
            (true, true) => "nat-changes-both",
            (false, true) => "nat-changes-destination",
            _ => "nat-changes-source",
        },
        &args,
    )
}

fn why(scene: &Scene<'_>, protocol: Protocol, by: Translation) -> String {
    match by {
        Translation::Outbound => scene.phrase("nat-by-outbound"),
        Translation::Answer => scene.phrase("nat-by-answer"),
        Translation::Inbound { filtering } => {
            scene.say("nat-by-inbound", &args!(filtering = dependence(scene, filtering)))
        }
        Translation::Forward { number } => {
            let protocol = protocol_name(protocol);
            scene.say("nat-by-forward", &args!(protocol, port = number))
        }
        Translation::OneToOne => scene.phrase("nat-by-one-to-one"),
        Translation::Hairpin => scene.phrase("nat-by-hairpin"),
    }
}

/// RFC 4787's words for it.
pub(crate) fn dependence(scene: &Scene<'_>, dependence: Dependence) -> String {
    scene.phrase(match dependence {
        Dependence::EndpointIndependent => "nat-endpoint-independent",
        Dependence::AddressDependent => "nat-address-dependent",
        Dependence::AddressAndPortDependent => "nat-address-and-port-dependent",
    })
}

/// One end as people write it: with ICMP the identifier stands for the port, and one that is 0 says
/// nothing.
pub(crate) fn end(scene: &Scene<'_>, protocol: Protocol, end: &SocketAddr) -> String {
    let (address, port) = (end.ip(), end.port());
    match protocol {
        Protocol::Tcp | Protocol::Udp => end.to_string(),
        Protocol::Icmp if port != 0 => {
            scene.say("nat-icmp-end", &args!(address, ident = port.to_string()))
        }
        _ => address.to_string(),
    }
}

/// The sentence about a drop of this feature.
pub(super) fn drop_sentence(scene: &Scene<'_>, reason: &DropReason) -> Option<String> {
    use DropReason as R;
    Some(match reason {
        R::NatNoMapping { protocol, destination } => {
            let destination = end(scene, *protocol, destination);
            let protocol = protocol_name(*protocol);
            scene.say("drop-nat-no-mapping", &args!(protocol, destination))
        }
        R::NatFiltered { protocol, source, destination, inside, filtering } => {
            let [source, destination, inside] =
                [source, destination, inside].map(|one| end(scene, *protocol, one));
            let filtering = dependence(scene, *filtering);
            scene.say("drop-nat-filtered", &args!(source, destination, inside, filtering))
        }
        R::NatInsideFromOutside { destination } => {
            scene.say("drop-nat-inside-from-outside", &args!(destination))
        }
        R::NatNoFlow { protocol, source, destination } => {
            let [source, destination] = [source, destination].map(|one| end(scene, *protocol, one));
            let protocol = protocol_name(*protocol);
            scene.say("drop-nat-no-flow", &args!(protocol, source, destination))
        }
        R::NatUnrelatedError => scene.phrase("drop-nat-unrelated-error"),
        R::NatPortsExhausted { protocol, inside, addresses, per_address } => {
            let inside = end(scene, *protocol, inside);
            let protocol = protocol_name(*protocol);
            scene.say(
                "drop-nat-ports-exhausted",
                &args!(count addresses = *addresses, protocol, inside, ports = per_address),
            )
        }
        R::NatHostLimit { inside, limit } => {
            scene.say("drop-nat-host-limit", &args!(inside, limit))
        }
        R::NatNoOutsideAddress { interface } => {
            let interface = scene.port(*interface);
            scene.say("drop-nat-no-outside-address", &args!(interface))
        }
        R::NatUnknownProtocol { number } => scene.say("drop-nat-unknown-protocol", &args!(number)),
        R::NatNoHairpin { destination } => scene.say("drop-nat-no-hairpin", &args!(destination)),
        R::FlowClash => scene.phrase("drop-flow-clash"),
        R::FlowTableFull { limit } => scene.say("drop-flow-table-full", &args!(limit)),
        _ => return None,
    })
}
