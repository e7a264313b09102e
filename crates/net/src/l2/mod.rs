//! Devices of the link layer: they pass frames on by their Ethernet header, and look beyond it
//! only to [listen in](snooping) on groups.
//!
//! - [`Hub`]: repeats every frame out of all other ports.
//! - [`Switch`]: a [`Bridge`] with a case around it. The bridge learns which station is behind which
//!   port, in its [`MacTable`], and keeps VLANs apart ([`PortVlans`]). A three-layer switch has the
//!   same bridge inside, and the IP layer of the node plugged into it.
//!
//! Both take part with the ports that they were told of when they were made, all of them with a
//! cable: a socket nobody plugs into is no port here. A port whose cable goes down drops out until
//! it is up again. A loop of these devices is a storm, unless switches take part in the
//! [spanning tree](stp). Link aggregation is left out.

mod bridge;
mod hub;
mod mac_table;
mod ports;
pub mod snooping;
pub mod stp;
mod switch;
pub(crate) mod vlan;

pub use bridge::{Bridge, BridgeConfig, StaticMac};
pub use hub::Hub;
pub use mac_table::{Learning, MacRow, MacTable};
pub use switch::Switch;
pub use vlan::{ETHERTYPE_VLAN, PortVlans};

#[cfg(test)]
mod harness;
