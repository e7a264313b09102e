//! The rules of a firewall.

use lanternet_core::trace::{DropReason, FirewallEvent, FirewallPath};

pub(super) fn events() -> Vec<FirewallEvent> {
    use FirewallEvent as E;
    let (path, rule) = (FirewallPath::Forwarded, 2);
    examples! { FirewallEvent:
        E::Established { .. } => [
            E::Established { path, related: false },
            E::Established { path, related: true },
        ],
        E::Allowed { .. } => [E::Allowed { path, rule, text: "allow in eth1 tcp port 80".into() }],
        E::AllowedByPolicy { .. } => [
            E::AllowedByPolicy { path: FirewallPath::Incoming },
            E::AllowedByPolicy { path: FirewallPath::Outgoing },
        ],
    }
}

pub(super) fn drops() -> Vec<DropReason> {
    let path = FirewallPath::Forwarded;
    let text = || "deny tcp port 22".into();
    let denied = |rejected| DropReason::FirewallDenied { path, rule: 2, text: text(), rejected };
    let policy = |rejected| DropReason::FirewallPolicy { path, rejected };
    vec![denied(false), denied(true), policy(false), policy(true)]
}
