//! Fuzz targets as plain functions, and a runner that needs nothing but stable Rust.
//!
//! A target is a function of bytes that panics when something is wrong. Three drivers call it: the
//! bounded runner here (in `cargo test`, and by hand for longer), libFuzzer, and AFL.

pub mod device_ops;
pub mod dhcp_messages;
pub mod dns_messages;
pub mod frame_layers;
pub mod lab_text;
mod mutate;
pub mod runner;
pub mod zone_text;

/// A target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: that of its module, and of its binary for libFuzzer.
    pub name: &'static str,
    /// Tries one input. Panics when something is wrong.
    pub run: fn(&[u8]),
    /// Inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// How many inputs the tests try: some seconds in a debug build.
    pub bounded: u64,
}

/// All targets.
pub const TARGETS: [Target; 6] = [
    device_ops::TARGET,
    dhcp_messages::TARGET,
    dns_messages::TARGET,
    frame_layers::TARGET,
    lab_text::TARGET,
    zone_text::TARGET,
];
