//! The same programs on simulated sockets and on those of the operating system: for the same event both
//! worlds give the same answer. What is expected is what Linux does, by its manual pages and its source;
//! the operating system is asked in the same test.
//!
//! - `tcp`, `udp`: two programs, played between two simulated hosts, within one, and over this machine's
//!   loopback interface.
//! - `troubles`: what a loopback interface cannot do (silence, no route, nobody there), in a lab
//!   and between two network namespaces of the kernel.
//! - `crash`: what a peer sees of a simulated host that loses its power.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod crash;
mod tcp;
#[cfg(target_os = "linux")]
mod troubles;
mod udp;
mod worlds;
