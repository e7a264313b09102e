//! `dhcp:`, what a server lends.

use serde::Serialize;
use serde_saphyr::FlowMap;

use super::{Ordered, RouteOut, exact};
use crate::lab::{DhcpPool, Relay, Station};

#[derive(Serialize)]
pub(super) struct PoolOut {
    range: String,
    lease: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtu: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ntp: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routes: Vec<RouteOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reserve: Option<Ordered<String>>,
}

/// The pools, or that there are none where some would be without a word.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum DhcpOut {
    Off(bool),
    Pools(Ordered<FlowMap<PoolOut>>),
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RelayOut {
    server: String,
    option_82: bool,
}

pub(super) fn pools(station: &Station) -> Option<DhcpOut> {
    let entry = |pool: &DhcpPool| {
        let key = match pool.interface {
            Some(interface) => station.interfaces[interface].name.to_string(),
            None => pool.subnet.to_string(),
        };
        (key, FlowMap(self::pool(pool)))
    };
    let entries: Vec<_> = station.dhcp.iter().map(entry).collect();
    (!entries.is_empty()).then_some(DhcpOut::Pools(Ordered(entries)))
}

fn pool(pool: &DhcpPool) -> PoolOut {
    let (first, last) = pool.range.value;
    let texts = |list: &[std::net::Ipv4Addr]| list.iter().map(ToString::to_string).collect();
    PoolOut {
        range: format!("{first}-{last}"),
        lease: exact(pool.lease),
        gateway: pool.gateway.map(|gateway| gateway.to_string()),
        dns: texts(&pool.dns),
        domain: pool.domain.clone(),
        mtu: pool.mtu,
        ntp: texts(&pool.ntp),
        routes: pool
            .routes
            .iter()
            .map(|(to, via)| RouteOut { to: to.to_string(), via: via.to_string(), interface: None })
            .collect(),
        reserve: (!pool.reserve.is_empty()).then(|| {
            Ordered(
                pool.reserve.iter().map(|(mac, to)| (mac.to_string(), to.to_string())).collect(),
            )
        }),
    }
}

pub(super) fn relay(relay: &Relay) -> FlowMap<RelayOut> {
    FlowMap(RelayOut { server: relay.server.to_string(), option_82: relay.option_82 })
}
