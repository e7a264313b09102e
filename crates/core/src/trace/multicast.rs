//! Groups: IGMP, MLD, and switches that listen in on them.

use serde::Serialize;

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum MulticastEvent {}
