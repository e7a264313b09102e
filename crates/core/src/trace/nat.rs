//! Address translation (RFC 4787, RFC 5382, RFC 5508).

use serde::Serialize;

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum NatEvent {}
