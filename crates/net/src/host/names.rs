//! What a host knows of names by itself, and whom it asks for the others.
//!
//! Asking is a program's work, over sockets: the host keeps the settings, and what was learned.

use std::net::IpAddr;

use lanternet_core::Instant;
use lanternet_core::trace::NameSource;

use super::Names;
use super::config::DnsSettings;
use super::handle::Handle;
use super::stack::Stack;
use crate::dns::Cache;

impl Handle {
    /// The addresses that the host knows without asking, never none: of a text that is an address, of its
    /// own entries (`localhost` among them), of the lab's nodes, in this order.
    pub fn known_name(&self, name: &str) -> Option<(Vec<IpAddr>, NameSource)> {
        if let Ok(address) = name.parse() {
            return Some((vec![address], NameSource::Literal));
        }
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let stack = self.stack();
        let known = |names: Option<&Names>| {
            names.and_then(|names| names.get(&name)).filter(|found| !found.is_empty()).cloned()
        };
        if let Some(addresses) = known(stack.more.hosts()) {
            Some((addresses, NameSource::Hosts))
        } else if name == "localhost" {
            Some((vec![IpAddr::from([127, 0, 0, 1])], NameSource::Hosts))
        } else {
            let addresses = stack.names.as_ref()?.addresses(&name)?;
            Some((addresses, NameSource::Lab))
        }
    }

    /// Whether the host speaks IPv6 at some interface.
    pub fn has_ipv6(&self) -> bool {
        self.stack().l3.speaks_ipv6()
    }

    /// Puts addresses into the order in which to try them (RFC 6724 section 6): one after another, until
    /// one answers.
    pub fn order_destinations(&self, addresses: &mut [IpAddr]) {
        self.stack().l3.order_destinations(addresses);
    }

    /// Whom the host asks for names that it does not know by itself; nobody by default.
    pub fn name_servers(&self) -> DnsSettings {
        self.stack().more.dns().cloned().unwrap_or_default()
    }

    /// What the host learned of names, with the time now. It forgets it when it loses its power.
    pub fn with_name_cache<R>(&self, look: impl FnOnce(&mut Cache, Instant) -> R) -> R {
        let mut stack = self.stack();
        let now = stack.now;
        look(stack.more.name_cache_mut(), now)
    }

    /// Whether the host has an address of IPv6 (or of IPv4) with which it can go beyond its own cables,
    /// so that it is of use to ask for such addresses.
    pub fn has_address(&self, v6: bool) -> bool {
        self.stack().l3.addresses().any(|(_, address)| match address.addr() {
            IpAddr::V4(_) => !v6,
            // RFC 4291 section 2.5.6: link-local addresses go nowhere else.
            IpAddr::V6(address) => v6 && !address.is_unicast_link_local(),
        })
    }
}

impl Stack {
    /// Asks these servers from now on. What was learned from others is forgotten.
    pub(super) fn set_name_servers(&mut self, settings: Option<Box<DnsSettings>>) {
        if self.more.dns() != settings.as_deref() {
            self.more.set_dns(settings);
            self.more.forget_names();
        }
    }
}
