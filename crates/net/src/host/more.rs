//! What few hosts have, behind one pointer: a large network is made of hosts that have none of it.

use super::config::{DnsSettings, Names};
use super::dhcp::Dhcp;
use crate::dns::Cache;
use crate::dns::cache::CacheSettings;

/// Names of the host's own, whom it asks for others, what it learned of them, and DHCP.
#[derive(Default)]
pub(super) struct More(Option<Box<Parts>>);

#[derive(Default)]
struct Parts {
    hosts: Option<Box<Names>>,
    /// As configured, or as a DHCP server or a router said.
    dns: Option<Box<DnsSettings>>,
    name_cache: Option<Box<Cache>>,
    dhcp: Option<Box<Dhcp>>,
}

impl More {
    pub(super) fn new(
        hosts: Option<Box<Names>>,
        dns: Option<Box<DnsSettings>>,
        dhcp: Option<Box<Dhcp>>,
    ) -> Self {
        let any = hosts.is_some() || dns.is_some() || dhcp.is_some();
        Self(any.then(|| Box::new(Parts { hosts, dns, name_cache: None, dhcp })))
    }

    fn parts(&mut self) -> &mut Parts {
        self.0.get_or_insert_default()
    }

    /// The host's own names.
    pub(super) fn hosts(&self) -> Option<&Names> {
        self.0.as_ref()?.hosts.as_deref()
    }

    /// Whom the host asks for other names.
    pub(super) fn dns(&self) -> Option<&DnsSettings> {
        self.0.as_ref()?.dns.as_deref()
    }

    pub(super) fn dns_mut(&mut self) -> &mut DnsSettings {
        self.parts().dns.get_or_insert_default()
    }

    pub(super) fn set_dns(&mut self, dns: Option<Box<DnsSettings>>) {
        if dns.is_some() || self.0.is_some() {
            self.parts().dns = dns;
        }
    }

    /// What name servers said.
    pub(super) fn name_cache(&self) -> Option<&Cache> {
        self.0.as_ref()?.name_cache.as_deref()
    }

    pub(super) fn name_cache_mut(&mut self) -> &mut Cache {
        let cache = &mut self.parts().name_cache;
        cache.get_or_insert_with(|| Box::new(Cache::new(CacheSettings::STUB)))
    }

    pub(super) fn forget_names(&mut self) {
        if let Some(parts) = &mut self.0 {
            parts.name_cache = None;
        }
    }

    pub(super) fn dhcp(&self) -> Option<&Dhcp> {
        self.0.as_ref()?.dhcp.as_deref()
    }

    pub(super) fn dhcp_mut(&mut self) -> Option<&mut Dhcp> {
        self.0.as_mut()?.dhcp.as_deref_mut()
    }

    /// Takes DHCP out, to be put back by [`put_dhcp`](Self::put_dhcp).
    pub(super) fn take_dhcp(&mut self) -> Option<Box<Dhcp>> {
        self.0.as_mut()?.dhcp.take()
    }

    pub(super) fn put_dhcp(&mut self, dhcp: Box<Dhcp>) {
        self.parts().dhcp = Some(dhcp);
    }
}
