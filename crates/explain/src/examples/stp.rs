//! The rapid spanning tree (IEEE 802.1D-2004, clause 17).

use lanternet_core::trace::{
    BpduKind, BpduVerdict, BridgeId, BridgePortId, EdgeCause, PortRole, PortState, PriorityVector,
    RoleCause, RootPath, StateCause, StpEvent,
};
use lanternet_core::{Duration, PortId};

use super::mac;

const PORT: PortId = PortId(1);

fn bridge(priority: u16, last: u8) -> BridgeId {
    BridgeId { priority, address: mac(last) }
}

fn vector(cost: u32, last: u8) -> PriorityVector {
    let port = BridgePortId::new(128, 2);
    PriorityVector { root: bridge(4096, 1), cost, bridge: bridge(32768, last), port }
}

pub(super) fn events() -> Vec<StpEvent> {
    use StpEvent as E;
    let (own, root) = (bridge(32768, 7), bridge(4096, 1));
    let mut all = examples! { StpEvent:
        E::Started { .. } => [E::Started { bridge: own }],
        E::RootChanged { .. } => [
            E::RootChanged { bridge: own, old: own, root, cost: 20_000, port: Some(PORT) },
            E::RootChanged { bridge: own, old: root, root: own, cost: 0, port: None },
        ],
        E::PathChanged { .. } => [
            E::PathChanged { root, old_cost: 20_000, cost: 40_000, port: Some(PortId(2)) },
        ],
        E::RoleChosen { .. } => [],
        E::StateChanged { .. } => [],
        E::BpduAccepted { .. } => [],
        E::BpduChanged { .. } => [
            E::BpduChanged {
                port: PORT,
                kind: BpduKind::Rapid,
                vector: Some(vector(20_000, 7)),
                role: PortRole::Designated,
                proposal: true,
                agreement: false,
                topology_change: false,
            },
            E::BpduChanged {
                port: PORT,
                kind: BpduKind::Rapid,
                vector: Some(vector(20_000, 7)),
                role: PortRole::Root,
                proposal: false,
                agreement: true,
                topology_change: true,
            },
            E::BpduChanged {
                port: PORT,
                kind: BpduKind::Config,
                vector: Some(vector(20_000, 7)),
                role: PortRole::Designated,
                proposal: false,
                agreement: false,
                topology_change: false,
            },
            E::BpduChanged {
                port: PORT,
                kind: BpduKind::TopologyChange,
                vector: None,
                role: PortRole::Root,
                proposal: false,
                agreement: false,
                topology_change: true,
            },
        ],
        E::InformationAged { .. } => [
            E::InformationAged { port: PORT, vector: vector(0, 1), after: Duration::from_secs(6) },
        ],
        E::EdgeChanged { .. } => [],
        E::VersionChanged { .. } => [
            E::VersionChanged { port: PORT, rapid: false },
            E::VersionChanged { port: PORT, rapid: true },
        ],
        E::TopologyChanged { .. } => [E::TopologyChanged { port: PORT }],
        E::TopologyChangeHeard { .. } => [
            E::TopologyChangeHeard { port: PORT, kind: BpduKind::Rapid },
            E::TopologyChangeHeard { port: PORT, kind: BpduKind::TopologyChange },
        ],
        E::AddressesFlushed { .. } => [
            E::AddressesFlushed { port: PORT, rows: 1 },
            E::AddressesFlushed { port: PORT, rows: 3 },
        ],
    };
    all.extend(roles());
    all.extend(states());
    all.extend(verdicts());
    all.extend(edges());
    all
}

fn roles() -> impl Iterator<Item = StpEvent> {
    use RoleCause as C;
    let (ours, theirs) = (vector(20_000, 7), vector(20_000, 9));
    let causes = examples! { RoleCause:
        C::Down => [C::Down],
        C::NobodyHeard => [C::NobodyHeard],
        C::OursIsBetter { .. } => [
            C::OursIsBetter { ours, theirs },
            C::OursIsBetter { ours, theirs: PriorityVector { root: bridge(32768, 9), ..theirs } },
            C::OursIsBetter { ours, theirs: PriorityVector { cost: 40_000, ..theirs } },
            C::OursIsBetter { ours, theirs: PriorityVector { bridge: ours.bridge, ..theirs } },
        ],
        C::BestPath { .. } => [
            C::BestPath { path: vector(20_000, 1), runner_up: None },
            C::BestPath {
                path: vector(20_000, 1),
                runner_up: Some(RootPath { port: PortId(2), path: vector(40_000, 9) }),
            },
        ],
        C::TheirsIsBetter { .. } => [C::TheirsIsBetter { theirs: vector(20_000, 6), ours }],
        C::OwnPort { .. } => [C::OwnPort { other: BridgePortId::new(128, 1) }],
    };
    causes.into_iter().map(|why| {
        let role = match why {
            C::Down => PortRole::Disabled,
            C::NobodyHeard | C::OursIsBetter { .. } => PortRole::Designated,
            C::BestPath { .. } => PortRole::Root,
            C::TheirsIsBetter { .. } => PortRole::Alternate,
            C::OwnPort { .. } => PortRole::Backup,
        };
        StpEvent::RoleChosen { port: PORT, from: PortRole::Disabled, role, why }
    })
}

fn states() -> impl Iterator<Item = StpEvent> {
    use StateCause as C;
    let causes = examples! { StateCause:
        C::Down => [C::Down],
        C::Role => [C::Role],
        C::Sync => [C::Sync],
        C::OldRoot => [C::OldRoot],
        C::Disputed => [C::Disputed],
        C::Edge => [C::Edge],
        C::Agreement => [C::Agreement],
        C::NewRoot => [C::NewRoot],
        C::Waited { .. } => [C::Waited { time: Duration::from_secs(2) }],
    };
    causes.into_iter().map(|why| {
        let state = match why {
            C::Down | C::Role | C::Sync | C::OldRoot | C::Disputed => PortState::Discarding,
            C::Edge | C::Agreement | C::NewRoot => PortState::Forwarding,
            C::Waited { .. } => PortState::Learning,
        };
        let from = match state {
            PortState::Discarding => PortState::Forwarding,
            _ => PortState::Discarding,
        };
        StpEvent::StateChanged { port: PORT, from, state, why }
    })
}

fn verdicts() -> impl Iterator<Item = StpEvent> {
    use BpduVerdict as V;
    let verdicts = examples! { BpduVerdict:
        V::Superior => [V::Superior],
        V::Repeated => [V::Repeated],
        V::Inferior => [V::Inferior],
        V::Accepting => [V::Accepting],
        V::Other => [V::Other],
    };
    verdicts.into_iter().map(|verdict| {
        let (kind, vector) = match verdict {
            V::Other => (BpduKind::TopologyChange, None),
            _ => (BpduKind::Rapid, Some(vector(20_000, 9))),
        };
        StpEvent::BpduAccepted { port: PORT, kind, verdict, vector }
    })
}

fn edges() -> impl Iterator<Item = StpEvent> {
    use EdgeCause as C;
    let causes = examples! { EdgeCause:
        C::Configured => [C::Configured],
        C::NobodyAnswered { .. } => [C::NobodyAnswered { time: Duration::from_secs(3) }],
        C::BpduHeard => [C::BpduHeard],
        C::Down => [C::Down],
    };
    causes.into_iter().map(|why| {
        let edge = matches!(why, C::Configured | C::NobodyAnswered { .. });
        StpEvent::EdgeChanged { port: PORT, edge, why }
    })
}
