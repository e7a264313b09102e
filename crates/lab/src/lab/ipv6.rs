//! IPv6 on an interface, beyond the addresses that were written.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv6Net};
use lanternet_core::Duration;
use lanternet_net::l3::ipv6;

use super::{Interface, Lab, Station};
use crate::span::Spanned;

/// What an interface does with router advertisements. IPv6 is on where there is an IPv6 address, or
/// where something is said here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ipv6 {
    /// Makes itself addresses from what routers advertise (RFC 4862): `address: slaac`.
    pub slaac: Option<Spanned<()>>,
    /// Advertises itself as a router (RFC 4861 section 6.2).
    pub advertise: Option<Advertise>,
    /// The addresses that it will have made itself, by what routers on its segment advertise.
    pub formed: Vec<IpNet>,
}

/// What a router advertises on an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advertise {
    /// Where it was written.
    pub place: Spanned<()>,
    /// How long hosts may use it as default router; zero: it is none.
    pub lifetime: Duration,
    /// The longest time between two advertisements that nobody asked for.
    pub interval: Duration,
    /// The prefixes; empty: the networks of the interface's own addresses.
    pub prefixes: Vec<Spanned<Ipv6Net>>,
    /// Name servers.
    pub dns: Vec<Ipv6Addr>,
}

impl Interface {
    /// Whether it speaks IPv6.
    pub fn has_ipv6(&self) -> bool {
        self.ipv6.slaac.is_some()
            || self.ipv6.advertise.is_some()
            || self.addresses.iter().any(|address| address.addr().is_ipv6())
    }

    /// The link-local address that it makes itself, where it speaks IPv6.
    pub fn link_local(&self) -> Option<IpAddr> {
        self.has_ipv6().then(|| ipv6::link_local(self.mac.value).into())
    }

    /// All addresses that it has or will have: those that were written, those that it forms, the
    /// link-local one.
    pub fn all_addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let written = self.addresses.iter().map(|address| address.addr());
        let formed = self.ipv6.formed.iter().map(IpNet::addr);
        written.chain(formed).chain(self.link_local())
    }

    /// Whether an address is on its segment, as far as it can tell.
    pub fn is_near(&self, address: IpAddr) -> bool {
        let near = |net: &IpNet| net.contains(&address);
        let link_local = matches!(address, IpAddr::V6(ip) if ip.is_unicast_link_local());
        self.addresses.iter().any(|own| near(&own.value))
            || self.ipv6.formed.iter().any(near)
            || (link_local && self.has_ipv6())
    }

    /// The prefixes that it advertises.
    pub fn advertised(&self) -> Vec<Ipv6Net> {
        let Some(advertise) = &self.ipv6.advertise else { return Vec::new() };
        if !advertise.prefixes.is_empty() {
            return advertise.prefixes.iter().map(|prefix| prefix.value).collect();
        }
        let own = self.addresses.iter().filter_map(|address| match address.trunc() {
            IpNet::V6(net) if !net.addr().is_unicast_link_local() => Some(net),
            _ => None,
        });
        own.collect()
    }
}

impl Station {
    /// All addresses that it has or will have; see [`Interface::all_addresses`].
    pub fn all_addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.interfaces.iter().flat_map(Interface::all_addresses)
    }

    /// The gateway that was written for destinations of this family.
    pub fn gateway_towards(&self, destination: IpAddr) -> Option<IpAddr> {
        let gateway = if destination.is_ipv6() { self.gateway6 } else { self.gateway };
        gateway.map(|gateway| gateway.value)
    }

    /// The addresses that its name stands for: those that were written, in the order of the file, then
    /// those that it forms. Link-local ones are not among them unless they were written: they mean
    /// something on one segment only.
    pub fn named_addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let formed = self.interfaces.iter().flat_map(|interface| &interface.ipv6.formed);
        self.addresses().map(|address| address.addr()).chain(formed.map(IpNet::addr))
    }
}

impl Lab {
    /// Works out which addresses interfaces will form. They follow from hardware addresses.
    pub(crate) fn form_addresses(&mut self) {
        let wants = |interface: &Interface| interface.ipv6.slaac.is_some();
        if !self.stations().any(|(.., station)| station.interfaces.iter().any(wants)) {
            return;
        }
        let segments = crate::check::advertised(self);
        for (node, entry) in self.nodes.iter_mut().enumerate() {
            let Some(station) = entry.kind.station_mut() else { continue };
            for (number, interface) in station.interfaces.iter_mut().enumerate() {
                if interface.ipv6.slaac.is_none() {
                    continue;
                }
                let prefixes = segments.get(&(super::NodeIndex(node), number));
                // RFC 4862 section 5.5.3 (d): prefix and identifier make 128 bits.
                let fitting = prefixes.into_iter().flatten().filter(|net| net.prefix_len() == 64);
                let formed = fitting.filter_map(|net| {
                    let address = ipv6::with_identifier(net.addr(), interface.mac.value);
                    IpNet::new(address.into(), 64).ok()
                });
                interface.ipv6.formed = formed.collect();
            }
        }
    }
}
