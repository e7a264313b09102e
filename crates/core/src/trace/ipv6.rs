//! IPv6's own ways: neighbour discovery, router advertisements, address configuration (RFC 4861, RFC 4862).

use serde::Serialize;

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Ipv6Event {}
