//! Names: our servers and resolvers by the RFCs, section by section, and beside those of others.
//!
//! Zones and queries of the conformance tests are those of the RFCs' own examples where they have
//! some. The judges of the rest are knot and nsd (servers of zones), unbound (a resolver) and dig, all
//! on loopback.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod asking;
#[cfg(target_os = "linux")]
mod authorities;
#[cfg(target_os = "linux")]
mod loopback;
#[cfg(target_os = "linux")]
mod resolvers;
mod rfc1034;
mod rfc1035;
mod rfc2308;
mod rfc4592;
mod rfc6891;
mod rfc8482;

use lanternet_net::dns::RecordType;
