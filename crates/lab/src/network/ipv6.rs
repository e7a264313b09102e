//! IPv6 of an interface.

use ipnet::IpNet;
use lanternet_net::l3::{AdvertiseConfig, AdvertisedPrefix, Ipv6Config};

use crate::lab::{Advertise, Interface};

/// What the IP layer is told about IPv6 besides the addresses.
pub(super) fn config(interface: &Interface) -> Option<Box<Ipv6Config>> {
    let slaac = interface.ipv6.slaac.is_some();
    let advertise = interface.ipv6.advertise.as_ref().map(|it| Box::new(advertised(it)));
    (slaac || advertise.is_some())
        .then(|| Box::new(Ipv6Config { slaac, advertise, ..Ipv6Config::default() }))
}

fn advertised(advertise: &Advertise) -> AdvertiseConfig {
    let prefix = |prefix: &crate::span::Spanned<_>| AdvertisedPrefix::new(IpNet::V6(prefix.value));
    AdvertiseConfig {
        lifetime: advertise.lifetime,
        interval: advertise.interval,
        prefixes: advertise.prefixes.iter().map(prefix).collect(),
        dns: advertise.dns.clone(),
        ..AdvertiseConfig::default()
    }
}
