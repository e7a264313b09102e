//! The rules of a firewall.

use serde::Serialize;

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum FirewallEvent {}
