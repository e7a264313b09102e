//! Connection tracking, address translation and the firewall: what a node does with packets besides
//! routing them.
//!
//! - [`Gate`]: what the IP layer asks: before the routing decision, behind it, for its own packets.
//! - [`conntrack`]: flows, found by the packets of either direction, and how long they live.
//! - [`mapping`]: the translation table. `translate`: packets rewritten, checksums corrected.
//! - [`firewall`]: rules. [`config`]: what a node is told, and the presets. [`packet`]: what all of
//!   these see of a packet.
//!
//! The order is netfilter's. A packet that comes in is looked up among the flows; if it begins one,
//! its destination may be translated (a forward, a mapping whose filtering lets it in). Then it is
//! routed, to the node itself or onwards. Then the rules are asked, so they see inside addresses on
//! both sides. Last, on the way out of the outside interface, its source is translated, and only then
//! the flow is remembered: what was dropped on the way leaves no trace.
//!
//! RFC 4787 (UDP), 5382 (TCP), 5508 (ICMP), 7857 (their update), 6888 (providers). Fragments are put
//! together before they are looked at, in whatever order they come (RFC 4787 REQ-14), and cut again
//! behind it. Deliberately not here:
//!
//! - application-level gateways (RFC 4787 REQ-10): addresses inside the data of packets, as in active
//!   FTP or SIP, are not touched;
//! - unexpected SYNs are dropped at once and in silence, which RFC 5382 REQ-4 a allows, instead of
//!   being held for 6 seconds;
//! - a segment without SYN never begins a flow: a NAT that was restarted has forgotten its
//!   connections, and their ends find out by a timeout;
//! - translation is for IPv4 alone; the rules are for both.

pub mod config;
pub mod conntrack;
pub mod firewall;
mod gate;
pub mod mapping;
pub mod packet;
mod rows;
pub mod translate;

pub use config::{Behavior, Dependence, Forward, GateConfig, NatConfig, OneToOne, Preset};
pub use firewall::{FirewallConfig, Match, Rule};
pub use gate::{Gate, Passage, Refusal};
pub use packet::Endpoint;
pub use rows::{FirewallRow, FlowRow, MappingRow};
