//! The rapid spanning tree (IEEE 802.1D-2004, clause 17).

use lanternet_core::PortId;
use lanternet_core::trace::{
    BpduKind, BpduVerdict, EdgeCause, PortRole, PortState, PriorityVector, RoleCause, RootPath,
    StateCause, StpEvent,
};

use super::scene::Scene;
use crate::args;

pub(super) fn sentence(scene: &Scene<'_>, event: &StpEvent) -> String {
    use StpEvent as E;
    let say = |id, args| scene.say(id, &args);
    let named = |port: &PortId| scene.port_in_words(*port);
    match event {
        E::Started { bridge } => say("stp-started", args!(bridge)),
        E::RootChanged { old, root, cost, port: Some(port), .. } => {
            say("stp-root-changed", args!(old, root, cost, port = named(port)))
        }
        E::RootChanged { bridge, old, port: None, .. } => {
            say("stp-root-is-self", args!(bridge, old))
        }
        E::PathChanged { root, old_cost, cost, port } => {
            let port = port.as_ref().map(named).unwrap_or_default();
            say("stp-path-changed", args!(root, old_cost, cost, port))
        }
        E::RoleChosen { port, from, role: new, why } => {
            let (from, role) = (role(scene, *from), role(scene, *new));
            let why = role_cause(scene, why);
            say("stp-role-chosen", args!(port = named(port), from, role, why))
        }
        E::StateChanged { port, from, state: new, why } => {
            let (from, state) = (state(scene, *from), state(scene, *new));
            let why = state_cause(scene, *why);
            say("stp-state-changed", args!(port = named(port), from, state, why))
        }
        E::BpduAccepted { port, kind: of, verdict, vector } => {
            let (port, kind) = (named(port), kind(scene, *of));
            let verdict = scene.phrase(match verdict {
                BpduVerdict::Superior => "stp-verdict-superior",
                BpduVerdict::Repeated => "stp-verdict-repeated",
                BpduVerdict::Inferior => "stp-verdict-inferior",
                BpduVerdict::Accepting => "stp-verdict-accepting",
                BpduVerdict::Other => "stp-verdict-other",
            });
            match vector {
                Some(vector) => {
                    let says = message(scene, vector);
                    say("stp-bpdu-accepted", args!(port, kind, says, verdict))
                }
                None => say("stp-bpdu-accepted-empty", args!(port, kind, verdict)),
            }
        }
        E::BpduChanged {
            port,
            kind: of,
            vector,
            role: sender,
            proposal,
            agreement,
            topology_change,
        } => {
            let (port, kind) = (named(port), kind(scene, *of));
            let Some(vector) = vector else {
                return say("stp-bpdu-changed-empty", args!(port, kind));
            };
            let (says, role) = (message(scene, vector), role(scene, *sender));
            let flags = [
                (*proposal, "stp-flag-proposal"),
                (*agreement, "stp-flag-agreement"),
                (*topology_change, "stp-flag-topology-change"),
            ];
            let flags = flags.iter().filter(|(set, _)| *set).map(|(_, id)| scene.phrase(id));
            let flags: String = flags.collect();
            say("stp-bpdu-changed", args!(port, kind, says, role, flags))
        }
        E::InformationAged { port, vector, after } => {
            let (port, says) = (named(port), message(scene, vector));
            say("stp-information-aged", args!(port, says, after))
        }
        E::EdgeChanged { port, edge, why } => {
            let why = match why {
                EdgeCause::Configured => scene.phrase("stp-edge-configured"),
                EdgeCause::NobodyAnswered { time } => say("stp-edge-nobody-answered", args!(time)),
                EdgeCause::BpduHeard => scene.phrase("stp-edge-bpdu-heard"),
                EdgeCause::Down => scene.phrase("stp-edge-down"),
            };
            let id = if *edge { "stp-edge" } else { "stp-edge-no-more" };
            say(id, args!(port = named(port), why))
        }
        E::VersionChanged { port, rapid } => {
            let id = if *rapid { "stp-version-rapid" } else { "stp-version-legacy" };
            say(id, args!(port = named(port)))
        }
        E::TopologyChanged { port } => say("stp-topology-changed", args!(port = named(port))),
        E::TopologyChangeHeard { port, kind: of } => {
            let (port, kind) = (named(port), kind(scene, *of));
            say("stp-topology-change-heard", args!(port, kind))
        }
        E::AddressesFlushed { port, rows } => {
            say("stp-addresses-flushed", args!(port = named(port), count rows = *rows))
        }
    }
}

pub(super) fn role(scene: &Scene<'_>, role: PortRole) -> String {
    scene.phrase(match role {
        PortRole::Disabled => "stp-role-disabled",
        PortRole::Root => "stp-role-root",
        PortRole::Designated => "stp-role-designated",
        PortRole::Alternate => "stp-role-alternate",
        PortRole::Backup => "stp-role-backup",
    })
}

pub(super) fn state(scene: &Scene<'_>, state: PortState) -> String {
    scene.phrase(match state {
        PortState::Discarding => "stp-state-discarding",
        PortState::Learning => "stp-state-learning",
        PortState::Forwarding => "stp-state-forwarding",
    })
}

fn kind(scene: &Scene<'_>, kind: BpduKind) -> String {
    scene.phrase(match kind {
        BpduKind::Config => "stp-kind-config",
        BpduKind::TopologyChange => "stp-kind-topology-change",
        BpduKind::Rapid => "stp-kind-rapid",
    })
}

/// What a message says: who the root is, how far it is, and who says so.
fn message(scene: &Scene<'_>, vector: &PriorityVector) -> String {
    let PriorityVector { root, cost, bridge, port } = vector;
    scene.say("stp-message", &args!(root, cost, bridge, port))
}

fn role_cause(scene: &Scene<'_>, why: &RoleCause) -> String {
    match why {
        RoleCause::Down => scene.phrase("stp-because-down"),
        RoleCause::NobodyHeard => scene.phrase("stp-because-nobody-heard"),
        RoleCause::OursIsBetter { ours, theirs } => {
            let what = difference(scene, ours, theirs);
            scene.say("stp-because-ours-is-better", &args!(what))
        }
        RoleCause::TheirsIsBetter { theirs, ours } => {
            let what = difference(scene, theirs, ours);
            scene.say("stp-because-theirs-is-better", &args!(what))
        }
        RoleCause::BestPath { path, runner_up: None } => {
            scene.say("stp-because-only-path", &args!(root = path.root, cost = path.cost))
        }
        RoleCause::BestPath { path, runner_up: Some(RootPath { port, path: second }) } => {
            let (root, cost) = (path.root, path.cost);
            let (port, what) = (scene.port_in_words(*port), difference(scene, path, second));
            scene.say("stp-because-best-path", &args!(root, cost, port, what))
        }
        RoleCause::OwnPort { other } => scene.say("stp-because-own-port", &args!(other)),
    }
}

/// The first field in which the better of two vectors is better.
fn difference(scene: &Scene<'_>, better: &PriorityVector, worse: &PriorityVector) -> String {
    if better.root != worse.root {
        scene.say("stp-better-root", &args!(better = better.root, worse = worse.root))
    } else if better.cost != worse.cost {
        scene.say("stp-better-cost", &args!(better = better.cost, worse = worse.cost))
    } else if better.bridge != worse.bridge {
        scene.say("stp-better-bridge", &args!(better = better.bridge, worse = worse.bridge))
    } else if better.port != worse.port {
        scene.say("stp-better-port", &args!(better = better.port, worse = worse.port))
    } else {
        scene.phrase("stp-better-receiving-port")
    }
}

fn state_cause(scene: &Scene<'_>, why: StateCause) -> String {
    scene.phrase(match why {
        StateCause::Down => "stp-state-because-down",
        StateCause::Role => "stp-state-because-role",
        StateCause::Sync => "stp-state-because-sync",
        StateCause::OldRoot => "stp-state-because-old-root",
        StateCause::Disputed => "stp-state-because-disputed",
        StateCause::Edge => "stp-state-because-edge",
        StateCause::Agreement => "stp-state-because-agreement",
        StateCause::NewRoot => "stp-state-because-new-root",
        StateCause::Waited { time } => {
            return scene.say("stp-state-because-waited", &args!(time));
        }
    })
}
