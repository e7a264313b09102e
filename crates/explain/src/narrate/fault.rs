//! Faults that somebody brings about while the network runs.

use lanternet_core::trace::FaultEvent;

use super::scene::Scene;
use crate::args;
use crate::run::settings_in_words;

pub(super) fn sentence(scene: &Scene<'_>, event: &FaultEvent) -> String {
    use FaultEvent as E;
    let say = |id, args| scene.say(id, &args);
    let name = |node| scene.topology.node_name(node);
    match event {
        E::Partitioned { to_node } => say("fault-partitioned", args!(node = name(*to_node))),
        E::Repaired { to_node } => say("fault-repaired", args!(node = name(*to_node))),
        E::PathHeld { to_node } => say("fault-path-held", args!(node = name(*to_node))),
        E::PathReleased { to_node, frames } => {
            say("fault-path-released", args!(node = name(*to_node), count frames = *frames))
        }
        E::LinkHeld => say("fault-link-held", args!(link = scene.link())),
        E::LinkReleased { frames } => {
            say("fault-link-released", args!(link = scene.link(), count frames = *frames))
        }
        E::FrameHeld => say("fault-frame-held", args!(frame = scene.frame(), link = scene.link())),
        E::FrameReleased { waited } => {
            let (frame, link) = (scene.frame(), scene.link());
            say("fault-frame-released", args!(frame, link, waited))
        }
        E::LinkChanged { settings } => {
            let (link, words) = (scene.link(), settings_in_words(scene.catalogue, settings));
            if words.is_empty() {
                return say("fault-link-perfect", args!(link));
            }
            say("fault-link-changed", args!(link, settings = scene.list(words)))
        }
    }
}
