//! Groups: IGMP, MLD, and switches that listen in on them.

use std::net::IpAddr;

use lanternet_core::VlanId;
use lanternet_core::trace::{MulticastEvent, ReportCause};

use super::scene::Scene;
use crate::args;

pub(super) fn sentence(scene: &Scene<'_>, event: &MulticastEvent) -> String {
    use MulticastEvent as E;
    let say = |id, args| scene.say(id, &args);
    let port_in_words = |port| scene.port_in_words(port);
    let row = |id: &str, vlan: &VlanId, port, group: &IpAddr| {
        let port = scene.port_in_words(port);
        scene.say(id, &args!(count vlan = vlan.number(), port, group))
    };
    match event {
        E::Joined { interface, group } => {
            say("multicast-joined", args!(interface = scene.port(*interface), group))
        }
        E::Left { interface, group } => {
            say("multicast-left", args!(interface = scene.port(*interface), group))
        }
        E::ReportSent { interface, version, groups, why } => {
            let interface = scene.port(*interface);
            let why = scene.phrase(match why {
                ReportCause::Changed => "multicast-report-changed",
                ReportCause::Repeated => "multicast-report-repeated",
                ReportCause::Asked => "multicast-report-asked",
            });
            let protocol = match groups.first() {
                Some(IpAddr::V6(_)) => "MLD",
                _ => "IGMP",
            };
            let groups = scene.list(groups);
            say("multicast-report-sent", args!(interface, protocol, version, groups, why))
        }
        E::AnswerPlanned { interface, querier, group, delay } => {
            let (interface, what) = (scene.port(*interface), asked(scene, *group));
            say("multicast-answer-planned", args!(interface, querier, what, delay))
        }
        E::NothingToAnswer { interface, querier, group } => {
            let (interface, what) = (scene.port(*interface), asked(scene, *group));
            say("multicast-nothing-to-answer", args!(interface, querier, what))
        }
        E::AnswerSuppressed { interface, group, by } => {
            let interface = scene.port(*interface);
            say("multicast-answer-suppressed", args!(interface, group, by))
        }
        E::VersionChanged { interface, version } => {
            say("multicast-version-changed", args!(interface = scene.port(*interface), version))
        }
        E::QuerySent { port, vlan, group } => {
            let what = asked(scene, *group);
            match (port, vlan) {
                (Some(port), _) => {
                    say("multicast-query-sent", args!(port = port_in_words(*port), what))
                }
                (None, vlan) => {
                    let vlan = vlan.unwrap_or(VlanId::DEFAULT).number();
                    say("multicast-query-sent-to-all", args!(count vlan, what))
                }
            }
        }
        E::QuerierYielded { port, querier } => {
            say("multicast-querier-yielded", args!(port = port_in_words(*port), querier))
        }
        E::QuerierResumed { interface, vlan } => match (interface, vlan) {
            (Some(interface), _) => {
                let interface = scene.port(*interface);
                say("multicast-querier-resumed", args!(interface))
            }
            (None, vlan) => {
                let vlan = vlan.unwrap_or(VlanId::DEFAULT).number();
                say("multicast-querier-resumed-in-vlan", args!(count vlan))
            }
        },
        E::MemberLearned { vlan, port, group } => {
            row("multicast-member-learned", vlan, *port, group)
        }
        E::MemberRefreshed { vlan, port, group } => {
            row("multicast-member-refreshed", vlan, *port, group)
        }
        E::MemberLeaving { vlan, port, group, within } => {
            let port = port_in_words(*port);
            let vlan = vlan.number();
            say("multicast-member-leaving", args!(count vlan, port, group, within))
        }
        E::MemberExpired { vlan, port, group } => {
            row("multicast-member-expired", vlan, *port, group)
        }
        E::RouterPortLearned { vlan, port, querier } => {
            let (vlan, port) = (vlan.number(), port_in_words(*port));
            say("multicast-router-port-learned", args!(count vlan, port, querier))
        }
        E::RouterPortExpired { vlan, port } => {
            let (vlan, port) = (vlan.number(), port_in_words(*port));
            say("multicast-router-port-expired", args!(count vlan, port))
        }
    }
}

/// What a querier asks for.
fn asked(scene: &Scene<'_>, group: Option<IpAddr>) -> String {
    match group {
        Some(group) => scene.say("multicast-asked-group", &args!(group)),
        None => scene.phrase("multicast-asked-all"),
    }
}
