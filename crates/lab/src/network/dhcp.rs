//! The parts that a station has in DHCP.

use lanternet_core::PortId;
use lanternet_core::trace::RouteKind;
use lanternet_net::dhcp::{ClientConfig, Pool};
use lanternet_net::host::{DhcpConfig, RelayConfig, ServerConfig};
use lanternet_net::l3::L3;

use crate::lab::{DhcpPool, Node, Route, Station};
use crate::span::Spanned;

pub(super) fn dhcp(node: &Node, station: &Station) -> Option<Box<DhcpConfig>> {
    let interfaces = || (0..).map(PortId).zip(&station.interfaces);
    let clients = interfaces().filter(|(_, own)| own.dhcp.client.is_some());
    let clients = clients.map(|(interface, own)| ClientConfig {
        interface,
        mac: own.mac.value,
        host_name: Some(node.name.as_str().into()),
        inform: None,
    });
    let relays = interfaces().filter_map(|(interface, own)| {
        let relay = own.dhcp.relay?;
        let circuit = relay.option_82.then(|| own.name.as_str().into());
        Some(RelayConfig { interface, server: relay.server.value, circuit })
    });
    let pools = &station.dhcp;
    let server = (!pools.is_empty()).then(|| ServerConfig {
        interfaces: pools.iter().filter_map(|pool| Some(PortId(pool.interface? as u16))).collect(),
        pools: pools.iter().map(|entry| pool(station, entry)).collect(),
    });
    let config = DhcpConfig {
        name: Some(node.name.as_str().into()),
        clients: clients.collect(),
        server,
        relays: relays.collect(),
    };
    let takes_part =
        !config.clients.is_empty() || config.server.is_some() || !config.relays.is_empty();
    takes_part.then(|| Box::new(config))
}

fn pool(station: &Station, entry: &DhcpPool) -> Pool {
    let own = station.addresses().filter_map(|net| crate::resolve::v4(net.value));
    let own = own.map(|net| net.addr()).filter(|address| entry.subnet.contains(address));
    let (first, last) = entry.range.value;
    Pool {
        excluded: own.chain(entry.gateway).collect(),
        lease: entry.lease,
        routers: entry.gateway.into_iter().collect(),
        dns: entry.dns.clone(),
        domain: entry.domain.as_deref().map(Into::into),
        mtu: entry.mtu,
        ntp: entry.ntp.clone(),
        routes: entry.routes.clone(),
        reservations: entry.reserve.iter().copied().collect(),
        ..Pool::new(entry.subnet.value, first, last)
    }
}

/// Writes into a station what was lent to it.
pub(super) fn fill_in(station: &mut Station, forwards: bool, l3: &L3) {
    for (port, net) in l3.addresses() {
        let Some(own) = station.interfaces.get_mut(usize::from(port.0)) else { continue };
        if let Some(client) = own.dhcp.client
            && !own.addresses.iter().any(|known| known.value == net)
        {
            own.addresses.push(Spanned::new(net, client.span));
        }
    }
    let lent = l3.routes().filter(|(route, _)| route.kind == RouteKind::Dhcp);
    for (route, via) in lent.filter_map(|(route, _)| Some((route, route.via?))) {
        let span = station.interfaces.get(usize::from(route.interface.0));
        let span =
            span.and_then(|own| own.dhcp.client).map_or_else(Default::default, |own| own.span);
        if route.is_default() && !forwards {
            station.gateway = station.gateway.or(Some(Spanned::new(via, span)));
        } else {
            let to = Spanned::new(route.destination, span);
            station.routes.push(Route { to, via: Spanned::new(via, span), interface: None });
        }
    }
}
