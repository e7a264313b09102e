//! What a node's IP layer is told when it is built.

use std::net::IpAddr;

use lanternet_core::{IpNet, MacAddr};

use super::lower::LowerConfig;
use crate::nat::GateConfig;

/// The configuration of a node's IP layer.
#[derive(Clone, Debug, Default)]
pub struct L3Config {
    /// The interfaces, in the order of the node's ports.
    pub interfaces: Vec<InterfaceConfig>,
    /// Routes beyond the connected segments; a gateway is a route to `0.0.0.0/0`.
    pub routes: Vec<StaticRoute>,
    /// Whether packets for others are passed on: a router.
    pub forwarding: bool,
    /// Address translation and rules.
    pub gate: Option<Box<GateConfig>>,
    /// What interfaces stand on that have no cable.
    pub lower: Option<Box<LowerConfig>>,
}

/// One interface.
#[derive(Clone, Debug)]
pub struct InterfaceConfig {
    /// The hardware address.
    pub mac: MacAddr,
    /// The addresses, each with the length of its segment's prefix.
    pub addresses: Vec<IpNet>,
    /// The longest packet that leaves in one piece, in bytes; at least 68 (RFC 791).
    pub mtu: u16,
    /// Announce the addresses at start (gratuitous ARP, RFC 5227 section 2.3). Off by default, as
    /// in Linux.
    pub announce: bool,
    /// Before using an address ask whether anybody has it (RFC 5227 section 2.1), and announce it
    /// afterwards. Takes some seconds at start. Off by default, as in Linux.
    pub detect_conflicts: bool,
    /// Neighbours whose hardware addresses are known from the start and stay; nobody asks for them.
    pub neighbors: Vec<StaticNeighbor>,
    /// Ask who takes part in multicast groups (RFC 3376 section 6), for switches that listen in. Off
    /// by default.
    pub querier: bool,
}

impl InterfaceConfig {
    /// An interface with this hardware address and nothing else, for Ethernet's 1500 bytes.
    pub fn new(mac: MacAddr) -> Self {
        Self {
            mac,
            addresses: Vec::new(),
            mtu: 1500,
            announce: false,
            detect_conflicts: false,
            neighbors: Vec::new(),
            querier: false,
        }
    }

    /// The same with one more address.
    #[must_use]
    pub fn with_address(mut self, address: IpNet) -> Self {
        self.addresses.push(address);
        self
    }
}

/// A row of the neighbour table that somebody wrote by hand (`ip neigh add ... nud permanent`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticNeighbor {
    /// The neighbour.
    pub address: IpAddr,
    /// Its hardware address, or what is taken for it.
    pub mac: MacAddr,
}

/// A row of the routing table as the lab file gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticRoute {
    /// The destinations.
    pub to: IpNet,
    /// The next router, on a segment of one of the interfaces.
    pub via: IpAddr,
}
