//! The rapid spanning tree (IEEE 802.1D-2004, clause 17): which of the bridges' ports forward, so
//! that there is one way, and only one, between any two places of the network.
//!
//! [`SpanningTree`] is one bridge's part in it, without input or output of its own: messages, links
//! and time go in, [`Action`]s come out. It is written as the standard is, one machine per file and
//! the standard's states named in the comments:
//!
//! - `receive`: messages, the version that a neighbour speaks, edge ports, and what is known at each port;
//! - `roles`: root election, and each port's role and state, with proposal and agreement;
//! - `topology`: topology changes, which make bridges forget where stations are;
//! - `transmit`: when a message is sent;
//! - [`Bpdu`]: the messages; `timer`: times instead of counters.
//!
//! A bridge next to one that speaks 802.1D-1998 does so as well on that port. There is one tree for
//! all VLANs, and messages are untagged. Left out: the multiple spanning trees of 802.1Q, and link
//! aggregation (IEEE 802.1AX): two cables between two switches are two links, and one is blocked.

mod bpdu;
mod config;
mod port;
mod receive;
mod roles;
mod timer;
mod topology;
mod transmit;
mod tree;

pub use bpdu::{BRIDGE_GROUP, Bpdu, Config, Flags, Times};
pub use config::{MIGRATE_TIME, StpConfig, StpPortConfig, path_cost};
pub use tree::{Action, Refusal, SpanningTree, StpRow, StpSummary};

#[cfg(test)]
mod tests;
