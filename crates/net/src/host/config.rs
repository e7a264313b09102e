//! What a host is told when it is built.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use lanternet_core::Rng;

use super::dhcp::DhcpConfig;
use crate::l3::L3Config;

/// Names and their addresses.
pub type Names = BTreeMap<String, Vec<IpAddr>>;

/// The configuration of a host or a router.
#[derive(Clone, Debug)]
pub struct HostConfig {
    /// Interfaces, routes, and whether it passes packets on.
    pub l3: L3Config,
    /// The host's own random stream: `Rng::named(seed, "host NAME")`.
    pub rng: Rng,
    /// The host's own names, as in `/etc/hosts`. Asked before [`names`](Self::names); `localhost`
    /// is known without being written.
    pub hosts: Option<Box<Names>>,
    /// The lab's names, shared by all hosts.
    pub names: Option<Arc<Names>>,
    /// Whom it asks for names that it does not know by itself.
    pub dns: Option<Box<DnsSettings>>,
    /// The parts that it has in DHCP.
    pub dhcp: Option<Box<DhcpConfig>>,
}

/// Whom a host asks for names, as in `/etc/resolv.conf`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DnsSettings {
    /// Name servers, in the order in which they are asked.
    pub servers: Vec<IpAddr>,
    /// Domains that a name without a dot is looked up in.
    pub search: Vec<String>,
}

impl HostConfig {
    /// A host with this IP layer and random stream that knows no names.
    pub fn new(l3: L3Config, rng: Rng) -> Self {
        Self { l3, rng, hosts: None, names: None, dns: None, dhcp: None }
    }
}
