//! Packet formats.

pub mod checksum;
