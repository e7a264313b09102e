//! The rapid spanning tree (IEEE 802.1D-2004, clause 17).

use serde::Serialize;

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum StpEvent {}
