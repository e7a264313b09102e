//! Groups: IGMP, MLD, and switches that listen in on them.

use lanternet_core::trace::{MulticastEvent, ReportCause};
use lanternet_core::{Duration, PortId, VlanId};

use super::ip;

pub(super) fn events() -> Vec<MulticastEvent> {
    use MulticastEvent as E;
    let interface = PortId(0);
    let port = PortId(0);
    let (group, querier, v1) = (ip("239.1.2.3"), ip("192.168.10.254"), VlanId::DEFAULT);
    let v10 = VlanId::new(10).unwrap();
    let report = |version, why| E::ReportSent { interface, version, groups: [group].into(), why };
    let mut all = examples! { MulticastEvent:
        E::Joined { .. } => [E::Joined { interface, group }],
        E::Left { .. } => [E::Left { interface, group }],
        E::ReportSent { .. } => [
            E::ReportSent {
                interface,
                version: 2,
                groups: [ip("ff05::1:3")].into(),
                why: ReportCause::Changed,
            },
        ],
        E::AnswerPlanned { .. } => [
            E::AnswerPlanned {
                interface,
                querier,
                group: None,
                delay: Duration::from_millis(2_345),
            },
        ],
        E::NothingToAnswer { .. } => [
            E::NothingToAnswer { interface, querier, group: Some(group) },
        ],
        E::AnswerSuppressed { .. } => [
            E::AnswerSuppressed { interface, group, by: ip("192.168.10.2") },
        ],
        E::VersionChanged { .. } => [E::VersionChanged { interface, version: 2 }],
        E::QuerySent { .. } => [
            E::QuerySent { port: Some(port), vlan: None, group: None },
            E::QuerySent { port: None, vlan: Some(v1), group: Some(group) },
            E::QuerySent { port: None, vlan: Some(v10), group: None },
        ],
        E::QuerierYielded { .. } => [E::QuerierYielded { port, querier }],
        E::QuerierResumed { .. } => [
            E::QuerierResumed { interface: Some(interface), vlan: None },
            E::QuerierResumed { interface: None, vlan: Some(v1) },
            E::QuerierResumed { interface: None, vlan: Some(v10) },
        ],
        E::MemberLearned { .. } => [
            E::MemberLearned { vlan: v1, port, group },
            E::MemberLearned { vlan: v10, port, group },
        ],
        E::MemberRefreshed { .. } => [
            E::MemberRefreshed { vlan: v1, port, group },
            E::MemberRefreshed { vlan: v10, port, group },
        ],
        E::MemberLeaving { .. } => [
            E::MemberLeaving { vlan: v1, port, group, within: Duration::from_secs(2) },
            E::MemberLeaving { vlan: v10, port, group, within: Duration::from_secs(2) },
        ],
        E::MemberExpired { .. } => [
            E::MemberExpired { vlan: v1, port, group },
            E::MemberExpired { vlan: v10, port, group },
        ],
        E::RouterPortLearned { .. } => [
            E::RouterPortLearned { vlan: v1, port, querier },
            E::RouterPortLearned { vlan: v10, port, querier },
        ],
        E::RouterPortExpired { .. } => [
            E::RouterPortExpired { vlan: v1, port },
            E::RouterPortExpired { vlan: v10, port },
        ],
    };
    let causes = examples! { ReportCause:
        ReportCause::Changed => [ReportCause::Changed],
        ReportCause::Repeated => [ReportCause::Repeated],
        ReportCause::Asked => [ReportCause::Asked],
    };
    all.extend(causes.into_iter().map(|why| report(3, why)));
    all
}
