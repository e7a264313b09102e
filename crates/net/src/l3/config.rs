//! What a node's IP layer is told when it is built.

use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::{Duration, IpNet, MacAddr, PortId};

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
    /// Multicast groups that it is in from the start, on the interface of the default route.
    pub groups: Vec<IpAddr>,
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
    /// What IPv6 does beyond the addresses above. IPv6 is on where there is an IPv6 address among
    /// those, or where this says that routers give some.
    pub v6: Option<Box<Ipv6Config>>,
}

/// IPv6 on an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ipv6Config {
    /// Take addresses and default routers from router advertisements (RFC 4862 section 5.5). On a
    /// router this is what Linux calls `accept_ra = 2`.
    pub slaac: bool,
    /// Before using an address ask whether anybody has it (RFC 4862 section 5.4). Takes one to two
    /// seconds at start. On by default, as in Linux.
    pub detect_duplicates: bool,
    /// Send router advertisements. Only a node that forwards is a default router.
    pub advertise: Option<Box<AdvertiseConfig>>,
}

impl Default for Ipv6Config {
    fn default() -> Self {
        Self { slaac: false, detect_duplicates: true, advertise: None }
    }
}

/// What a router advertises on an interface (RFC 4861 section 6.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvertiseConfig {
    /// How long hosts may use it as default router (`AdvDefaultLifetime`), up to 9000 s; zero: it
    /// is none. Counted in whole seconds.
    pub lifetime: Duration,
    /// The longest time between two advertisements that nobody asked for (`MaxRtrAdvInterval`), 4
    /// to 1800 s.
    pub interval: Duration,
    /// The prefixes; empty: those of the interface's own addresses, each of them on the segment and
    /// free to form addresses from.
    pub prefixes: Vec<AdvertisedPrefix>,
    /// What the segment takes, in bytes, if hosts are told; at least 1280.
    pub mtu: Option<u16>,
    /// The hop limit that hosts are to use (`AdvCurHopLimit`); 0: as they like.
    pub hop_limit: u8,
    /// Name servers (RFC 8106 section 5.1).
    pub dns: Vec<Ipv6Addr>,
}

impl Default for AdvertiseConfig {
    /// RFC 4861's defaults.
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(1800),
            interval: Duration::from_secs(600),
            prefixes: Vec::new(),
            mtu: None,
            hop_limit: 64,
            dns: Vec::new(),
        }
    }
}

/// A prefix that a router advertises (RFC 4861 section 4.6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdvertisedPrefix {
    /// The prefix; one of IPv4 is not advertised.
    pub prefix: IpNet,
    /// All its addresses are on the segment (flag L).
    pub on_link: bool,
    /// Hosts may form addresses from it (flag A).
    pub autonomous: bool,
    /// How long this holds; [`Duration::MAX`]: for ever. Counted in whole seconds.
    pub valid: Duration,
    /// How long addresses formed from it are preferred; no longer than `valid`.
    pub preferred: Duration,
}

impl AdvertisedPrefix {
    /// A prefix on the segment and free to form addresses from, with RFC 4861's lifetimes: 30 and 7
    /// days.
    pub fn new(prefix: IpNet) -> Self {
        const DAY: u64 = 86_400;
        Self {
            prefix,
            on_link: true,
            autonomous: true,
            valid: Duration::from_secs(30 * DAY),
            preferred: Duration::from_secs(7 * DAY),
        }
    }
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
            v6: None,
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
    /// The interface. `None`: the one on whose segment the router is. A link-local router is on the
    /// segment of each; for such a one `None` is the first interface that has IPv6.
    pub interface: Option<PortId>,
}

impl StaticRoute {
    /// A way to these destinations over this router.
    pub const fn new(to: IpNet, via: IpAddr) -> Self {
        Self { to, via, interface: None }
    }
}
