//! VLANs: which VLAN a frame belongs to, and where it may leave (IEEE 802.1Q).

use serde::Serialize;

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum VlanEvent {}
