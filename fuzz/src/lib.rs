//! Fuzz targets as plain functions, and a runner that needs nothing but stable Rust.
//!
//! A target is a function of bytes that panics when something is wrong. Three drivers call it: the
//! bounded runner here (in `cargo test`, and by hand for longer), libFuzzer, and AFL.

pub mod frame_layers;
mod mutate;
pub mod runner;

/// A target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: that of its module, and of its binary for libFuzzer.
    pub name: &'static str,
    /// Tries one input. Panics when something is wrong.
    pub run: fn(&[u8]),
    /// Inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: [Target; 1] = [frame_layers::TARGET];
