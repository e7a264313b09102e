//! The rules of a firewall.

use lanternet_core::trace::{DropReason, FirewallEvent, FirewallPath};

use super::scene::Scene;
use crate::args;

pub(super) fn sentence(scene: &Scene<'_>, event: &FirewallEvent) -> String {
    match event {
        FirewallEvent::Established { related: false, .. } => scene.phrase("firewall-established"),
        FirewallEvent::Established { related: true, .. } => scene.phrase("firewall-related"),
        FirewallEvent::Allowed { path, rule, text } => {
            let path = path_words(scene, *path);
            scene.say("firewall-allowed", &args!(path, rule, text))
        }
        FirewallEvent::AllowedByPolicy { path } => {
            scene.say("firewall-allowed-by-policy", &args!(path = path_words(scene, *path)))
        }
    }
}

/// Where the packet is on its way.
pub(crate) fn path_words(scene: &Scene<'_>, path: FirewallPath) -> String {
    scene.phrase(match path {
        FirewallPath::Incoming => "firewall-path-incoming",
        FirewallPath::Forwarded => "firewall-path-forwarded",
        FirewallPath::Outgoing => "firewall-path-outgoing",
    })
}

/// The sentence about a drop of this feature.
pub(super) fn drop_sentence(scene: &Scene<'_>, reason: &DropReason) -> Option<String> {
    Some(match reason {
        DropReason::FirewallDenied { path, rule, text, rejected } => {
            let path = path_words(scene, *path);
            let id = match rejected {
                true => "drop-firewall-rejected",
                false => "drop-firewall-denied",
            };
            scene.say(id, &args!(path, rule, text))
        }
        DropReason::FirewallPolicy { path, rejected } => {
            let path = path_words(scene, *path);
            let id = match rejected {
                true => "drop-firewall-policy-rejected",
                false => "drop-firewall-policy",
            };
            scene.say(id, &args!(path))
        }
        _ => return None,
    })
}
