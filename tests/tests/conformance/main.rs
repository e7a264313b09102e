//! Conformance of the IP layer, RFC by RFC and section by section.
//!
//! The judge is the Linux kernel: `tests/captures/conversations` holds what it answered to frames
//! made by hand. Each test says the same frames to our node, asks for the same answers byte for byte
//! (but for the identification of packets, which is each node's own choice), and says what in them
//! the section asks for. Where we decided otherwise than Linux, the test says so and why.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod conversation;
mod fuzz;
mod node;
mod rfc0791;
mod rfc0792;
mod rfc0826;
mod rfc1112;
mod rfc1122;
mod rfc1191;
mod rfc1812;
mod rfc3376;
mod rfc5227;
mod routing;
