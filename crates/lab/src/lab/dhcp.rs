//! DHCP: who asks for addresses, who lends them, and who carries the messages.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use lanternet_core::{Duration, MacAddr};

use super::Station;
use crate::span::Spanned;

/// What an interface has to do with DHCP besides lending addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InterfaceDhcp {
    /// Where it says that an address comes from a server.
    pub client: Option<Spanned<()>>,
    /// The server to which clients' messages are passed on.
    pub relay: Option<Relay>,
}

/// A relay on an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relay {
    /// The server.
    pub server: Spanned<Ipv4Addr>,
    /// Whether it says by which interface a message came.
    pub option_82: bool,
}

/// What a server lends on one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DhcpPool {
    /// Which of [`Station::interfaces`] is on the segment; `None`: clients come through a relay.
    pub interface: Option<usize>,
    /// The segment. Its place is that of the key in the file.
    pub subnet: Spanned<Ipv4Net>,
    /// The first and the last address to lend, both of the segment.
    pub range: Spanned<(Ipv4Addr, Ipv4Addr)>,
    /// For how long.
    pub lease: Duration,
    /// The clients' default gateway.
    pub gateway: Option<Ipv4Addr>,
    /// The clients' name servers.
    pub dns: Vec<Ipv4Addr>,
    /// The domain in which the clients look up short names.
    pub domain: Option<String>,
    /// The longest packet that the clients send.
    pub mtu: Option<u16>,
    /// The clients' time servers.
    pub ntp: Vec<Ipv4Addr>,
    /// The clients' routes besides the gateway.
    pub routes: Vec<(Ipv4Net, Ipv4Addr)>,
    /// Addresses of the segment that are kept for one client each.
    pub reserve: Vec<(MacAddr, Ipv4Addr)>,
}

impl DhcpPool {
    /// For how long an address is lent when the file does not say (dnsmasq's default).
    pub const DEFAULT_LEASE: Duration = Duration::from_secs(3600);
    /// The shortest time for which an address is lent: with less, clients do nothing else.
    pub const SHORTEST_LEASE: Duration = Duration::from_secs(10);
}

impl Station {
    /// Whether an address of it comes from a DHCP server.
    pub fn asks_for_addresses(&self) -> bool {
        self.interfaces.iter().any(|interface| interface.dhcp.client.is_some())
    }
}
