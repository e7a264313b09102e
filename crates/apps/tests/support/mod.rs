//! What the tests stand on: the operating system's sockets behind the trait, a console in memory,
//! a small network in virtual time, other people's programs as peers.

// Each test binary uses a part of this.
#![allow(dead_code, unreachable_pub)]

pub mod console;
pub mod fake;
// The error queue and ping sockets are Linux's.
#[cfg(target_os = "linux")]
pub mod os;
pub mod peers;
