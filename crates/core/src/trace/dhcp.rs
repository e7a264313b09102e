//! Addresses on loan (RFC 2131).

use serde::Serialize;

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum DhcpEvent {}
