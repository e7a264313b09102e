//! The network: switches, routers and hosts as sans-IO state machines.
//!
//! From the top down:
//!
//! - [`host`]: a host's programs, its socket table with POSIX meaning, TCP (smoltcp), UDP and ICMP
//!   sockets, on top of [`l3`].
//! - [`dns`]: names: zones, caches, servers and resolvers.
//! - [`l3`]: IP. One interface code for hosts and routers: neighbours (ARP), the routing table,
//!   forwarding, ICMP, fragments. A router is a host that forwards.
//! - [`dhcp`]: addresses on loan: client, server and relay.
//! - [`nat`]: connection tracking, address translation, and the rules of a firewall.
//! - [`l2`]: hub and switch.
//! - [`wire`]: packet formats, checksums, and one frame seen layer by layer.
//! - [`subnet`], [`services`]: the arithmetic of prefixes, and the names of ports.

pub mod dhcp;
pub mod dns;
pub mod host;
pub mod l2;
pub mod l3;
pub mod nat;
pub mod services;
pub mod subnet;
pub mod wire;
