//! IPv6's own ways: neighbour discovery, router advertisements, address configuration (RFC 4861, RFC 4862).

use lanternet_core::Duration;
use lanternet_core::trace::{
    AddressOrigin, Ipv6Event, PrefixFacts, PrefixFault, RouterGone, SourceRule,
};

use super::scene::Scene;
use crate::args;

pub(super) fn sentence(scene: &Scene<'_>, event: &Ipv6Event) -> String {
    use Ipv6Event as E;
    match event {
        E::AddressFormed { interface, address, origin } => {
            let (interface, address) = (scene.port(*interface), address.to_string());
            match origin {
                AddressOrigin::LinkLocal => {
                    scene.say("ipv6-formed-link-local", &args!(interface, address))
                }
                AddressOrigin::Configured => {
                    scene.say("ipv6-formed-configured", &args!(interface, address))
                }
                AddressOrigin::Advertised { router } => {
                    scene.say("ipv6-formed-advertised", &args!(interface, address, router))
                }
            }
        }
        E::AddressReady { interface, address } => {
            scene.say("ipv6-ready", &args!(interface = scene.port(*interface), address))
        }
        E::AddressDeprecated { interface, address } => {
            scene.say("ipv6-deprecated", &args!(interface = scene.port(*interface), address))
        }
        E::AddressExpired { interface, address } => {
            scene.say("ipv6-expired", &args!(interface = scene.port(*interface), address))
        }
        E::AddressRefreshed { interface, address, router, prefix, two_hours } => {
            let interface = scene.port(*interface);
            let (preferred, valid) =
                (lifetime(scene, prefix.preferred), lifetime(scene, prefix.valid));
            let id = if *two_hours { "ipv6-refreshed-two-hours" } else { "ipv6-refreshed" };
            scene.say(id, &args!(interface, address, router, preferred, valid))
        }
        E::SourceChosen { destination, source, rule, beaten } => {
            let (rule, beaten) = (source_rule(scene, *rule), scene.list(beaten.iter()));
            scene.say("ipv6-source-chosen", &args!(destination, source, rule, beaten))
        }
        E::MtuTooSmall { interface, mtu } => {
            scene.say("ipv6-mtu-too-small", &args!(interface = scene.port(*interface), mtu))
        }
        E::SolicitationAnswered { interface, asker, address, mac } => {
            let interface = scene.port(*interface);
            if asker.is_unspecified() {
                return scene.say("ipv6-answered-check", &args!(interface, address, mac));
            }
            scene.say("ipv6-answered", &args!(interface, asker, address, mac))
        }
        E::RouterSolicited { interface, attempt } => {
            scene.say("ipv6-router-solicited", &args!(interface = scene.port(*interface), attempt))
        }
        E::NoRouter { interface, attempts } => {
            let interface = scene.port(*interface);
            scene.say("ipv6-no-router", &args!(interface, count attempts = *attempts))
        }
        E::AdvertisementSent { interface, to, lifetime, prefixes } => {
            let (interface, prefixes) = (scene.port(*interface), prefix_list(scene, prefixes));
            let lifetime = router_lifetime(scene, *lifetime);
            scene.say("ipv6-advertisement-sent", &args!(interface, to, lifetime, prefixes))
        }
        E::AdvertisementReceived { interface, router, lifetime, prefixes } => {
            let (interface, prefixes) = (scene.port(*interface), prefix_list(scene, prefixes));
            let lifetime = router_lifetime(scene, *lifetime);
            scene.say("ipv6-advertisement-received", &args!(interface, router, lifetime, prefixes))
        }
        E::RouterAdded { interface, router, lifetime } => {
            let interface = scene.port(*interface);
            scene.say("ipv6-router-added", &args!(interface, router, lifetime))
        }
        E::RouterRemoved { interface, router, why } => {
            let interface = scene.port(*interface);
            let why = scene.phrase(match why {
                RouterGone::Expired => "ipv6-router-expired",
                RouterGone::Resigned => "ipv6-router-resigned",
                RouterGone::NoRouter => "ipv6-router-no-router",
            });
            scene.say("ipv6-router-removed", &args!(interface, router, why))
        }
        E::PrefixAdded { interface, prefix, router } => {
            let (interface, prefix) = (scene.port(*interface), prefix.to_string());
            scene.say("ipv6-prefix-added", &args!(interface, prefix, router))
        }
        E::PrefixRemoved { interface, prefix } => {
            let (interface, prefix) = (scene.port(*interface), prefix.to_string());
            scene.say("ipv6-prefix-removed", &args!(interface, prefix))
        }
        E::PrefixUnusable { interface, prefix, why } => {
            let (interface, prefix) = (scene.port(*interface), prefix.to_string());
            let why = scene.phrase(match why {
                PrefixFault::Length => "ipv6-prefix-length",
                PrefixFault::Lifetimes => "ipv6-prefix-lifetimes",
                PrefixFault::LinkLocal => "ipv6-prefix-link-local",
                PrefixFault::TooMany => "ipv6-prefix-too-many",
            });
            scene.say("ipv6-prefix-unusable", &args!(interface, prefix, why))
        }
        E::LinkMtu { interface, mtu, router } => {
            scene.say("ipv6-link-mtu", &args!(interface = scene.port(*interface), mtu, router))
        }
        E::NameServers { interface, router, servers } => {
            let (interface, servers) = (scene.port(*interface), scene.list(servers.iter()));
            scene.say("ipv6-name-servers", &args!(interface, router, servers))
        }
        E::Redirected { interface, router, destination, target } => {
            let interface = scene.port(*interface);
            let id = if target == destination { "ipv6-redirected-near" } else { "ipv6-redirected" };
            scene.say(id, &args!(interface, router, destination, target))
        }
        E::GroupsReported { interface, joined, left, asked } => {
            let interface = scene.port(*interface);
            let (listens, leaves) = (scene.list(joined.iter()), scene.list(left.iter()));
            if left.is_empty() {
                let id = if *asked { "ipv6-groups-asked" } else { "ipv6-groups-joined" };
                scene.say(id, &args!(interface, groups = listens))
            } else if joined.is_empty() {
                scene.say("ipv6-groups-left", &args!(interface, groups = leaves))
            } else {
                scene.say("ipv6-groups-changed", &args!(interface, joined = listens, left = leaves))
            }
        }
    }
}

fn lifetime(scene: &Scene<'_>, lifetime: Option<Duration>) -> String {
    match lifetime {
        Some(lifetime) => lifetime.to_string(),
        None => scene.phrase("ipv6-for-ever"),
    }
}

fn router_lifetime(scene: &Scene<'_>, lifetime: Duration) -> String {
    match lifetime.is_zero() {
        true => scene.phrase("ipv6-no-default-router"),
        false => scene.say("ipv6-default-router", &args!(lifetime)),
    }
}

fn prefix_list(scene: &Scene<'_>, prefixes: &[PrefixFacts]) -> String {
    if prefixes.is_empty() {
        return scene.phrase("ipv6-no-prefix");
    }
    scene.list(prefixes.iter().map(|facts| {
        let prefix = facts.prefix.to_string();
        scene.say(
            match (facts.on_link, facts.autonomous) {
                (true, true) => "ipv6-prefix-both",
                (true, false) => "ipv6-prefix-on-link",
                (false, true) => "ipv6-prefix-autonomous",
                (false, false) => "ipv6-prefix-plain",
            },
            &args!(prefix),
        )
    }))
}

fn source_rule(scene: &Scene<'_>, rule: SourceRule) -> String {
    scene.phrase(match rule {
        SourceRule::SameAddress => "ipv6-rule-same-address",
        SourceRule::Scope => "ipv6-rule-scope",
        SourceRule::NotDeprecated => "ipv6-rule-not-deprecated",
        SourceRule::OutgoingInterface => "ipv6-rule-outgoing-interface",
        SourceRule::Label => "ipv6-rule-label",
        SourceRule::LongestPrefix => "ipv6-rule-longest-prefix",
        SourceRule::First => "ipv6-rule-first",
    })
}
