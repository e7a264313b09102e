//! The rules of a firewall.

use std::sync::Arc;

use serde::Serialize;

/// What a rule, or the policy behind all rules, does with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirewallAction {
    /// It passes.
    Allow,
    /// It is dropped, and nobody is told.
    Deny,
    /// It is dropped, and its sender is told: TCP by a reset, UDP by ICMP port unreachable, others
    /// by ICMP "forbidden by a rule".
    Reject,
}

/// Which packets of a node are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirewallPath {
    /// Those for the node itself.
    Incoming,
    /// Those that it passes on.
    Forwarded,
    /// Its own.
    Outgoing,
}

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum FirewallEvent {
    /// The packet belongs to a conversation that was allowed when it began, or is an error about
    /// one: no rule is asked.
    Established {
        /// Where the packet is on its way.
        path: FirewallPath,
        /// Whether it is an error about the conversation rather than a part of it.
        related: bool,
    },
    /// The first rule that matches lets the packet pass.
    Allowed {
        /// Where the packet is on its way.
        path: FirewallPath,
        /// The rule's number, from 1.
        rule: u16,
        /// The rule.
        text: Arc<str>,
    },
    /// No rule matches, and the policy lets the packet pass.
    AllowedByPolicy {
        /// Where the packet is on its way.
        path: FirewallPath,
    },
}
