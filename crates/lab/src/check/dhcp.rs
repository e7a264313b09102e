//! DHCP: whether somebody answers those who ask, and whether two servers lend the same.

use std::net::Ipv4Addr;

use super::segments::{Place, Segments};
use crate::diagnostic::{Code, Diagnostic};
use crate::lab::{DhcpPool, Lab, NodeIndex, Relay};
use crate::names::some_of;
use crate::resolve::v4;
use crate::span::Span;

/// Clients that nobody answers, and pools that are too small.
pub(super) fn clients(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for (segment, members) in segments.members.iter().enumerate() {
        let clients: Vec<(Place, Span)> = members
            .iter()
            .filter_map(|place| {
                let station = lab.node(place.0).kind.station()?;
                Some((*place, station.interfaces[place.1].dhcp.client?.span))
            })
            .collect();
        if clients.is_empty() {
            continue;
        }
        let pools: Vec<_> = pools_on(lab, segments, segment).collect();
        let relayed: Vec<_> = relays_on(lab, segments, segment)
            .filter_map(|relay| pool_behind(lab, &relay))
            .collect();
        if pools.is_empty() && relayed.is_empty() {
            for (place, span) in clients {
                out.push(no_server(lab, segments, segment, place, span));
            }
            continue;
        }
        // One server that has enough will do.
        let most = pools.iter().chain(&relayed).map(|(_, pool)| size(lab, pool)).max();
        let reserved = |(place, _): &&(Place, Span)| {
            let station = lab.node(place.0).kind.station();
            let mac = station.map(|station| station.interfaces[place.1].mac.value);
            let mut all = pools.iter().chain(&relayed);
            all.any(|(_, pool)| pool.reserve.iter().any(|(known, _)| Some(*known) == mac))
        };
        let asking = clients.iter().filter(|client| !reserved(client)).count();
        if let Some(most) = most.filter(|most| (*most as usize) < asking)
            && let Some((server, pool)) = pools.iter().chain(&relayed).next()
        {
            let addresses =
                if most == 1 { "1 address".to_owned() } else { format!("{most} addresses") };
            out.push(
                Diagnostic::new(
                    Code::PoolTooSmall,
                    format!("`{server}` has {addresses} to lend, and {asking} clients ask for one"),
                    pool.range.span,
                    "somebody will get none",
                )
                .help(
                    "make the range longer, or the lease shorter if they are not all there at once",
                ),
            );
        }
    }
}

fn no_server(
    lab: &Lab,
    segments: &Segments,
    segment: usize,
    place: Place,
    span: Span,
) -> Diagnostic {
    let name = &lab.node(place.0).name;
    let relay = relays_on(lab, segments, segment).next();
    let routers = segments.routers_on(segment);
    let elsewhere = lab.stations().find(|(_, _, station)| !station.dhcp.is_empty());
    let help = match (relay, routers.first(), elsewhere) {
        (Some((relay, entry)), _, _) => {
            let relay_name = &lab.node(relay.0).name;
            format!(
                "`{relay_name}` passes the messages on to `{}`, but no server there has a pool for this \
                 network: add one under `dhcp:`",
                entry.server
            )
        }
        (None, Some(router), Some((_, server, station))) => {
            let interface = interface_name(lab, *router);
            let address = station.addresses().find_map(|net| v4(net.value));
            let address = address.map_or(String::new(), |net| net.addr().to_string());
            format!(
                "`{}` lends addresses, on another segment: give `{interface}` a `dhcp-relay: {address}`",
                server.name
            )
        }
        (None, Some(router), None) => {
            format!("let `{}` lend them: add `dhcp:` there", interface_name(lab, *router))
        }
        (None, None, _) => "add `dhcp:` to a router or host on this segment".to_owned(),
    };
    Diagnostic::new(
        Code::NoDhcpServer,
        format!("`{name}` asks for an address, and no DHCP server is on its segment"),
        span,
        "nobody will answer",
    )
    .help(help)
}

/// Two servers on a segment that may lend the same address to two clients.
pub(super) fn overlaps(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for segment in 0..segments.members.len() {
        let pools: Vec<_> = pools_on(lab, segments, segment).collect();
        for (number, (name, pool)) in pools.iter().enumerate() {
            let (first, last) = pool.range.value;
            let other = pools[..number].iter().find(|(_, other)| {
                let (from, to) = other.range.value;
                first <= to && from <= last
            });
            if let Some((other_name, other)) = other {
                out.push(
                    Diagnostic::new(
                        Code::OverlappingPools,
                        format!("`{name}` and `{other_name}` lend the same addresses"),
                        pool.range.span,
                        "neither knows what the other has lent",
                    )
                    .and(other.range.span, "the other one")
                    .help("give each a part of the network of its own, or take one of them out"),
                );
            }
        }
    }
}

/// Relays that send messages to nobody.
pub(super) fn relays(lab: &Lab, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for (_, entry, station) in lab.stations() {
        for (number, interface) in station.interfaces.iter().enumerate() {
            let Some(relay) = interface.dhcp.relay else { continue };
            let address = relay.server.value;
            let relay_name = format!("{}:{}", entry.name, interface.name);
            let Some(owner) = segments.owner_anywhere(address.into()) else {
                let servers = lab.stations().filter(|(_, _, station)| !station.dhcp.is_empty());
                let servers = servers.filter_map(|(index, ..)| lab.address_of(index));
                let servers: Vec<_> = servers.map(|address| address.to_string()).collect();
                let help = match servers.is_empty() {
                    true => "write the address of a node with `dhcp:`".to_owned(),
                    false => {
                        format!("servers are {}", some_of(servers.iter().map(String::as_str)))
                    }
                };
                out.push(
                    Diagnostic::new(
                        Code::DhcpRelayUnowned,
                        format!("`{relay_name}` passes DHCP on to `{address}`, but nobody has it"),
                        relay.server.span,
                        "no interface has this address",
                    )
                    .help(help),
                );
                continue;
            };
            let lends = lab.node(owner).kind.station().is_some_and(|own| !own.dhcp.is_empty());
            if !lends {
                let name = &lab.node(owner).name;
                out.push(
                    Diagnostic::new(
                        Code::DhcpRelayUnowned,
                        format!(
                            "`{relay_name}` passes DHCP on to `{address}`, but `{name}` lends nothing"
                        ),
                        relay.server.span,
                        format!("the address of `{name}`"),
                    )
                    .help(format!("add a pool for this network to `{name}`, under `dhcp:`")),
                );
            }
            let serves = station.dhcp.iter().any(|pool| pool.interface == Some(number));
            if serves {
                out.push(
                    Diagnostic::new(
                        Code::NoEffect,
                        format!("`{relay_name}` lends addresses itself: the relay has no effect"),
                        relay.server.span,
                        "nothing is passed on",
                    )
                    .help("take out `dhcp-relay` or the pool"),
                );
            }
        }
    }
}

/// The pools whose server is on a segment, each with the server's name.
fn pools_on<'a>(
    lab: &'a Lab,
    segments: &'a Segments,
    segment: usize,
) -> impl Iterator<Item = (String, &'a DhcpPool)> {
    segments.members[segment].iter().flat_map(move |place| {
        let node = lab.node(place.0);
        let pools = node.kind.station().map_or(&[][..], |station| &station.dhcp);
        let here = pools.iter().filter(move |pool| pool.interface == Some(place.1));
        here.map(move |pool| (node.name.to_string(), pool))
    })
}

/// The relays on a segment.
fn relays_on<'a>(
    lab: &'a Lab,
    segments: &'a Segments,
    segment: usize,
) -> impl Iterator<Item = (Place, Relay)> + 'a {
    segments.members[segment].iter().filter_map(move |place| {
        let station = lab.node(place.0).kind.station()?;
        Some((*place, station.interfaces[place.1].dhcp.relay?))
    })
}

/// The pool that a relay's server takes addresses from for the relay's segment.
fn pool_behind<'a>(
    lab: &'a Lab,
    (place, relay): &(Place, Relay),
) -> Option<(String, &'a DhcpPool)> {
    let station = lab.node(place.0).kind.station()?;
    let own: Vec<Ipv4Addr> = station.interfaces[place.1]
        .addresses
        .iter()
        .filter_map(|net| v4(net.value))
        .map(|net| net.addr())
        .collect();
    let server = std::net::IpAddr::V4(relay.server.value);
    let mut servers = lab
        .stations()
        .filter(|(_, _, station)| station.addresses().any(|net| net.addr() == server));
    let (_, node, station) = servers.next()?;
    let pool = station.dhcp.iter().find(|pool| own.iter().any(|own| pool.subnet.contains(own)))?;
    Some((node.name.to_string(), pool))
}

/// How many addresses a pool has for clients without a reservation.
fn size(lab: &Lab, pool: &DhcpPool) -> u32 {
    let (first, last) = pool.range.value;
    let own = lab
        .stations()
        .filter(|(_, _, station)| station.dhcp.iter().any(|known| std::ptr::eq(known, pool)));
    let own = own.flat_map(|(_, _, station)| station.addresses().map(|net| net.addr()));
    let reserved = pool.reserve.iter().map(|(_, address)| std::net::IpAddr::V4(*address));
    let gateway = pool.gateway.map(std::net::IpAddr::V4);
    let edges = [pool.subnet.network(), pool.subnet.broadcast()].map(std::net::IpAddr::V4);
    let mut kept: Vec<_> = own.chain(reserved).chain(gateway).chain(edges).collect();
    kept.sort_unstable();
    kept.dedup();
    let within = |address: &&std::net::IpAddr| match address {
        std::net::IpAddr::V4(address) => (first..=last).contains(address),
        std::net::IpAddr::V6(_) => false,
    };
    let range = u32::from(last) - u32::from(first);
    range.saturating_add(1).saturating_sub(kept.iter().filter(within).count() as u32)
}

fn interface_name(lab: &Lab, (node, interface): Place) -> String {
    let node = lab.node(node);
    let own = node.kind.station().map(|station| &station.interfaces[interface].name);
    own.map_or_else(|| node.name.to_string(), |own| format!("{}:{own}", node.name))
}

/// Why a client of DHCP has no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseTrouble {
    /// Nobody on its segment lends addresses, or passes its messages on. `router`: one that is there,
    /// with the interface.
    NoServer {
        /// A router on the segment.
        router: Option<(NodeIndex, usize)>,
    },
    /// A server is on another segment, and the router in between is no relay.
    NoRelay {
        /// The router's interface on the client's segment.
        router: (NodeIndex, usize),
        /// The server.
        server: NodeIndex,
        /// Its address.
        address: Ipv4Addr,
    },
    /// A relay passes the messages on, and nobody there has a pool for this segment.
    NoPool {
        /// The relay.
        relay: NodeIndex,
        /// The address that it passes them on to.
        server: Ipv4Addr,
    },
    /// All addresses are on loan.
    Exhausted {
        /// The server.
        server: NodeIndex,
        /// The first address of its pool.
        first: Ipv4Addr,
        /// The last one.
        last: Ipv4Addr,
        /// How many it has to lend.
        size: u32,
    },
    /// A server is there, and nothing came back from it.
    Unanswered {
        /// The server.
        server: NodeIndex,
    },
}

/// Why a station has no address although it asks for one; `None` where it does not ask. The lab is one
/// in which addresses on loan stand with their interfaces.
pub fn lease_trouble(lab: &Lab, node: NodeIndex) -> Option<LeaseTrouble> {
    let station = lab.node(node).kind.station()?;
    let asks = |own: &crate::lab::Interface| own.dhcp.client.is_some() && own.addresses.is_empty();
    let interface = station.interfaces.iter().position(asks)?;
    let segments = Segments::of(lab, &mut Vec::new());
    let segment = segments.segment_of((node, interface))?;
    let own = pools_on(lab, &segments, segment).next();
    let relay = relays_on(lab, &segments, segment).next();
    let pool = own.or_else(|| pool_behind(lab, relay.as_ref()?));
    if let Some((name, pool)) = pool {
        let server = lab.find(&name)?;
        let (first, last) = pool.range.value;
        let size = size(lab, pool);
        let lent = lab
            .stations()
            .flat_map(|(_, _, station)| &station.interfaces)
            .filter(|own| own.dhcp.client.is_some())
            .flat_map(|own| &own.addresses)
            .filter_map(|net| v4(net.value))
            .filter(|net| (first..=last).contains(&net.addr()))
            .count();
        return Some(match lent >= size as usize {
            true => LeaseTrouble::Exhausted { server, first, last, size },
            false => LeaseTrouble::Unanswered { server },
        });
    }
    if let Some((place, relay)) = relay {
        return Some(LeaseTrouble::NoPool { relay: place.0, server: relay.server.value });
    }
    let router = segments.routers_on(segment).first().copied();
    let elsewhere = lab.stations().find_map(|(index, _, station)| {
        let lends = !station.dhcp.is_empty() && index != node;
        let address = station.addresses().find_map(|net| v4(net.value))?.addr();
        lends.then_some((index, address))
    });
    Some(match (router, elsewhere) {
        (Some(router), Some((server, address))) if server != router.0 => {
            LeaseTrouble::NoRelay { router, server, address }
        }
        _ => LeaseTrouble::NoServer { router },
    })
}
