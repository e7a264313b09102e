//! What a host is told when it is built.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lanternet_core::Rng;

use super::dhcp::DhcpConfig;
use crate::l3::L3Config;

/// Names and their addresses.
pub type Names = BTreeMap<String, Vec<IpAddr>>;

/// The names of a lab's nodes, shared by all its hosts. They are a convenience of the simulator, not
/// a protocol: a node that is lent an address is known by it at once.
#[derive(Debug, Default)]
pub struct LabNames {
    fixed: Names,
    leased: Mutex<Names>,
}

impl LabNames {
    /// Nodes whose addresses stay.
    pub fn new(fixed: Names) -> Self {
        Self { fixed, leased: Mutex::default() }
    }

    /// The addresses of a node now; `None` when it has none.
    pub fn addresses(&self, name: &str) -> Option<Vec<IpAddr>> {
        let leased = self.leased().get(name).cloned();
        leased.or_else(|| self.fixed.get(name).cloned()).filter(|found| !found.is_empty())
    }

    /// A node has these addresses from now on.
    pub(super) fn set(&self, name: &str, addresses: Vec<IpAddr>) {
        self.leased().insert(name.to_owned(), addresses);
    }

    fn leased(&self) -> MutexGuard<'_, Names> {
        // Each change of the table is whole.
        self.leased.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
    pub names: Option<Arc<LabNames>>,
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
