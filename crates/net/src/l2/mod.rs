//! Devices of the link layer: they pass frames on and never look beyond the Ethernet header.
//!
//! - [`Hub`]: repeats every frame out of all other ports.
//! - [`Switch`]: learns which station is behind which port, in its [`MacTable`].
//!
//! Both take part with the ports that they were told of when they were made, all of them with a
//! cable: a socket nobody plugs into is no port here. A port whose cable goes down drops out until
//! it is up again. A loop of these devices is a storm: there is no spanning tree yet.

mod hub;
mod mac_table;
mod ports;
pub mod stp;
mod switch;

pub use hub::Hub;
pub use mac_table::{Learning, MacRow, MacTable};
pub use switch::{StaticMac, Switch, SwitchConfig};

#[cfg(test)]
mod harness;
