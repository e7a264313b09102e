//! Address translation (RFC 4787, RFC 5382, RFC 5508).

use lanternet_core::trace::{
    Dependence, DropReason, NatEvent, PortChoice, Protocol, Translation, Unmapped,
};
use lanternet_core::{Duration, PortId};

use super::{ip, socket};

pub(super) fn events() -> Vec<NatEvent> {
    use NatEvent as E;
    let (inside, outside) = (socket("192.168.1.2:49152"), socket("203.0.113.5:49152"));
    let server = socket("198.51.100.80:80");
    let tcp = Protocol::Tcp;
    let mapped =
        |why| E::Mapped { protocol: tcp, inside, outside: socket("203.0.113.5:50001"), why };
    let translated = |by, source, destination, new_source, new_destination| E::Translated {
        by,
        protocol: tcp,
        source,
        destination,
        new_source,
        new_destination,
    };
    let (forwarded, web) = (socket("203.0.113.5:8001"), socket("192.168.1.3:80"));
    let filtering = Dependence::EndpointIndependent;
    examples! { NatEvent:
        E::Mapped { .. } => [
            E::Mapped { protocol: tcp, inside, outside, why: PortChoice::Preserved },
            E::Mapped {
                protocol: Protocol::Icmp,
                inside: socket("192.168.1.2:7"),
                outside: socket("203.0.113.5:7"),
                why: PortChoice::Preserved,
            },
            mapped(PortChoice::Taken),
            mapped(PortChoice::Forwarded),
            mapped(PortChoice::OutOfRange),
            mapped(PortChoice::Random),
        ],
        E::Translated { .. } => [
            translated(Translation::Outbound, inside, server, outside, server),
            translated(Translation::Answer, server, outside, server, inside),
            translated(Translation::Inbound { filtering }, server, outside, server, inside),
            translated(Translation::Forward { number: 8001 }, server, forwarded, server, web),
            translated(Translation::OneToOne, server, forwarded, server, web),
            translated(Translation::Hairpin, inside, forwarded, outside, web),
        ],
        E::ErrorTranslated { .. } => [
            E::ErrorTranslated {
                source: ip("198.51.100.1"),
                destination: ip("192.168.1.2"),
                protocol: Protocol::Udp,
                quoted_source: inside,
                quoted_destination: server,
            },
        ],
        E::Expired { .. } => [
            E::Expired { protocol: Protocol::Udp, inside, outside, idle: Duration::from_secs(300) },
        ],
        E::Unmapped { .. } => [
            E::Unmapped { protocol: tcp, inside, outside, why: Unmapped::AddressGone },
            E::Unmapped { protocol: tcp, inside, outside, why: Unmapped::Evicted },
        ],
        E::OutsideChanged { .. } => [
            E::OutsideChanged { interface: PortId(0), addresses: [ip("203.0.113.9")].into() },
            E::OutsideChanged { interface: PortId(0), addresses: [].into() },
        ],
    }
}

pub(super) fn drops() -> Vec<DropReason> {
    use DropReason as R;
    let (inside, outside) = (socket("192.168.1.2:49152"), socket("203.0.113.5:49152"));
    let (protocol, source) = (Protocol::Tcp, socket("198.51.100.80:80"));
    let (addresses, per_address) = (1, 4);
    let filtered =
        |filtering| R::NatFiltered { protocol, source, destination: outside, inside, filtering };
    vec![
        R::NatNoMapping { protocol, destination: socket("203.0.113.5:8080") },
        filtered(Dependence::AddressDependent),
        filtered(Dependence::AddressAndPortDependent),
        R::NatInsideFromOutside { destination: ip("192.168.1.2") },
        R::NatNoFlow { protocol, source, destination: outside },
        R::NatUnrelatedError,
        R::NatPortsExhausted { protocol, inside, addresses, per_address },
        R::NatPortsExhausted { protocol, inside, addresses: 2, per_address },
        R::NatHostLimit { inside: ip("192.168.1.2"), limit: 2000 },
        R::NatNoOutsideAddress { interface: PortId(0) },
        R::NatUnknownProtocol { number: 47 },
        R::NatNoHairpin { destination: outside },
        R::FlowClash,
        R::FlowTableFull { limit: 262_144 },
    ]
}
