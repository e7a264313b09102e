//! IPv6's own ways: neighbour discovery, router advertisements, address configuration (RFC 4861, RFC 4862).

use lanternet_core::trace::{
    AddressOrigin, Ipv6Event, PrefixFacts, PrefixFault, RouterGone, SourceRule,
};
use lanternet_core::{Duration, PortId};

use super::{ip, mac, net};

pub(super) fn events() -> Vec<Ipv6Event> {
    use Ipv6Event as E;
    let interface = PortId(0);
    let (address, router) = (ip("2001:db8:1::ff:fe00:1"), ip("fe80::ff:fe00:2"));
    let own = net("2001:db8:1::ff:fe00:1/64");
    let (prefix, lifetime) = (net("2001:db8:1::/64"), Duration::from_secs(1800));
    let facts = |on_link, autonomous, valid| PrefixFacts {
        prefix,
        on_link,
        autonomous,
        valid,
        preferred: valid,
    };
    let prefixes: Box<[PrefixFacts]> = [
        facts(true, true, Some(lifetime)),
        facts(true, false, None),
        facts(false, true, None),
        facts(false, false, None),
    ]
    .into();
    let mut all = examples! { Ipv6Event:
        E::AddressFormed { .. } => [
            E::AddressFormed { interface, address: own, origin: AddressOrigin::LinkLocal },
            E::AddressFormed { interface, address: own, origin: AddressOrigin::Configured },
            E::AddressFormed { interface, address: own, origin: AddressOrigin::Advertised { router } },
        ],
        E::AddressReady { .. } => [E::AddressReady { interface, address }],
        E::AddressDeprecated { .. } => [E::AddressDeprecated { interface, address }],
        E::AddressExpired { .. } => [E::AddressExpired { interface, address }],
        E::AddressRefreshed { .. } => [
            E::AddressRefreshed {
                interface, address, router, prefix: prefixes[0], two_hours: false,
            },
            E::AddressRefreshed {
                interface, address, router, prefix: prefixes[1], two_hours: true,
            },
        ],
        E::SourceChosen { .. } => [
            E::SourceChosen {
                destination: ip("2001:db8:2::3"),
                source: address,
                rule: SourceRule::Scope,
                beaten: [ip("fe80::ff:fe00:1")].into(),
            },
        ],
        E::MtuTooSmall { .. } => [E::MtuTooSmall { interface, mtu: 1000 }],
        E::SolicitationAnswered { .. } => [
            E::SolicitationAnswered { interface, asker: router, address, mac: mac(1) },
            E::SolicitationAnswered { interface, asker: ip("::"), address, mac: mac(1) },
        ],
        E::RouterSolicited { .. } => [E::RouterSolicited { interface, attempt: 1 }],
        E::NoRouter { .. } => [
            E::NoRouter { interface, attempts: 1 },
            E::NoRouter { interface, attempts: 3 },
        ],
        E::AdvertisementSent { .. } => [
            E::AdvertisementSent {
                interface, to: ip("ff02::1"), lifetime, prefixes: prefixes.clone(),
            },
            E::AdvertisementSent {
                interface, to: address, lifetime: Duration::ZERO, prefixes: [].into(),
            },
        ],
        E::AdvertisementReceived { .. } => [
            E::AdvertisementReceived { interface, router, lifetime, prefixes },
        ],
        E::RouterAdded { .. } => [E::RouterAdded { interface, router, lifetime }],
        E::RouterRemoved { .. } => [],
        E::PrefixAdded { .. } => [E::PrefixAdded { interface, prefix, router }],
        E::PrefixRemoved { .. } => [E::PrefixRemoved { interface, prefix }],
        E::PrefixUnusable { .. } => [],
        E::LinkMtu { .. } => [E::LinkMtu { interface, mtu: 1400, router }],
        E::NameServers { .. } => [
            E::NameServers { interface, router, servers: [ip("2001:db8:1::53")].into() },
        ],
        E::Redirected { .. } => [
            E::Redirected {
                interface, router, destination: ip("2001:db8:9::9"), target: ip("fe80::9"),
            },
            E::Redirected {
                interface, router, destination: ip("2001:db8:9::9"), target: ip("2001:db8:9::9"),
            },
        ],
        E::GroupsReported { .. } => [],
    };
    use {PrefixFault as P, RouterGone as G, SourceRule as S};
    let gone = examples! { RouterGone:
        G::Expired => [G::Expired],
        G::Resigned => [G::Resigned],
        G::NoRouter => [G::NoRouter],
    };
    all.extend(gone.into_iter().map(|why| E::RouterRemoved { interface, router, why }));
    let faults = examples! { PrefixFault:
        P::Length => [P::Length],
        P::Lifetimes => [P::Lifetimes],
        P::LinkLocal => [P::LinkLocal],
        P::TooMany => [P::TooMany],
    };
    all.extend(faults.into_iter().map(|why| E::PrefixUnusable { interface, prefix, why }));
    let rules = examples! { SourceRule:
        S::SameAddress => [S::SameAddress],
        S::Scope => [],
        S::NotDeprecated => [S::NotDeprecated],
        S::OutgoingInterface => [S::OutgoingInterface],
        S::Label => [S::Label],
        S::LongestPrefix => [S::LongestPrefix],
        S::First => [S::First],
    };
    all.extend(rules.into_iter().map(|rule| E::SourceChosen {
        destination: ip("2001:db8:2::3"),
        source: address,
        rule,
        beaten: [ip("2001:db8:7::1")].into(),
    }));
    let groups = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    for (joined, left, asked) in [
        (&["ff02::1:ff00:1", "ff02::2"][..], &[][..], false),
        (&[], &["ff05::7"], false),
        (&["ff05::8"], &["ff05::7"], false),
        (&["ff02::1:ff00:1"], &[], true),
    ] {
        let (joined, left) = (groups(joined), groups(left));
        all.push(E::GroupsReported { interface, joined, left, asked });
    }
    all
}
