//! Packet formats.

pub mod checksum;
mod info;
pub mod layers;
