//! Tables as the tools of Linux print them: `bridge fdb`, `ip neigh`, `ip route`, `ss -tuan`. A
//! learner can lay them beside the real thing, so they are the same in every language.

mod dhcp;
mod dns;
mod groups;
mod nat;
mod stp;
mod vlan;

use std::net::{Ipv6Addr, SocketAddr};

use lanternet_core::trace::{Protocol, Route, RouteKind, TcpState};
use lanternet_core::{IpNet, NodeId, PortId, PortRef, Topology};
use lanternet_net::host::SocketRow;
use lanternet_net::l2::MacRow;
use lanternet_net::l3::neighbor::NeighborRow;

pub use self::dhcp::{clients, leases};
pub use self::dns::names;
pub use self::groups::{group_table, joined_groups};
pub use self::nat::{firewall, nat};
pub use self::stp::spanning_tree;
pub use self::vlan::vlans;
use crate::columns::table;

/// A switch's table, like `bridge -statistics fdb show`: station, port, VLAN, and for how long it
/// has not been heard of.
pub fn mac_table(topology: &Topology, node: NodeId, rows: &[MacRow]) -> String {
    let line = |row: &MacRow| {
        let port = port_name(topology, node, row.port);
        let (mac, vlan) = (row.mac, row.vlan);
        if row.is_static {
            format!("{mac} dev {port} vlan {vlan} static\n")
        } else {
            format!("{mac} dev {port} vlan {vlan} used {}\n", row.age)
        }
    };
    rows.iter().map(line).collect()
}

/// A neighbour table, like `ip neigh show`.
pub fn neighbors(
    topology: &Topology,
    node: NodeId,
    rows: impl Iterator<Item = NeighborRow>,
) -> String {
    let line = |row: NeighborRow| {
        let (address, state) = (row.address, row.state);
        let interface = port_name(topology, node, row.interface);
        match row.mac {
            Some(mac) => format!("{address} dev {interface} lladdr {mac} {state}\n"),
            None => format!("{address} dev {interface} {state}\n"),
        }
    };
    rows.map(line).collect()
}

/// A routing table, like `ip route show` and, below it, `ip -6 route show`: the default comes first in
/// the one and last in the other, as there.
pub fn routes<'a>(
    topology: &Topology,
    node: NodeId,
    rows: impl Iterator<Item = (&'a Route, bool)>,
    addresses: &[(PortId, IpNet)],
) -> String {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|(route, _)| {
        let v6 = route.destination.addr().is_ipv6();
        (v6, route.is_default() == v6, route.destination, route.kind)
    });
    let mut text = String::new();
    for (route, up) in rows {
        match route.destination {
            _ if route.is_default() => text.push_str("default"),
            // A single host is written without its length.
            net if net.prefix_len() == net.max_prefix_len() => {
                text.push_str(&net.addr().to_string());
            }
            net => text.push_str(&net.to_string()),
        }
        if let Some(via) = route.via {
            text.push_str(&format!(" via {via}"));
        }
        text.push_str(&format!(" dev {}", port_name(topology, node, route.interface)));
        if route.destination.addr().is_ipv6() {
            text.push_str(match route.kind {
                RouteKind::Connected => " proto kernel metric 256 pref medium",
                RouteKind::Local => " proto kernel metric 0 pref medium",
                RouteKind::RouterAdvertisement if route.via.is_none() => {
                    " proto kernel metric 256 pref medium"
                }
                RouteKind::RouterAdvertisement => " proto ra metric 1024 pref medium",
                RouteKind::Redirect => " proto redirect metric 1024 pref medium",
                RouteKind::Static | RouteKind::Dhcp => " proto static metric 1024 pref medium",
            });
            text.push_str(if up { "\n" } else { " linkdown\n" });
            continue;
        }
        match route.kind {
            RouteKind::Connected => {
                let own = |(port, net): &&(PortId, IpNet)| {
                    *port == route.interface && net.trunc() == route.destination
                };
                text.push_str(" proto kernel scope link");
                if let Some((_, net)) = addresses.iter().find(own) {
                    text.push_str(&format!(" src {}", net.addr()));
                }
            }
            RouteKind::Local => text.push_str(" proto kernel scope host"),
            RouteKind::Static => text.push_str(" proto static"),
            RouteKind::Dhcp => text.push_str(" proto dhcp"),
            RouteKind::RouterAdvertisement => text.push_str(" proto ra"),
            RouteKind::Redirect => text.push_str(" proto redirect"),
        }
        text.push_str(if up { "\n" } else { " linkdown\n" });
    }
    text
}

fn port_name(topology: &Topology, node: NodeId, port: PortId) -> &str {
    topology.port_name(PortRef::new(node, port))
}

/// A socket table, like `ss -tuanp`.
pub fn sockets(rows: &[SocketRow]) -> String {
    let header = [
        "Netid",
        "State",
        "Recv-Q",
        "Send-Q",
        "Local Address:Port",
        "Peer Address:Port",
        "Process",
    ];
    let mut lines = vec![header.map(str::to_owned)];
    lines.extend(rows.iter().map(|row| {
        let netid = match row.protocol {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            _ => "icmp",
        };
        [
            netid.to_owned(),
            socket_state(row).to_owned(),
            row.receive_queue.to_string(),
            row.send_queue.to_string(),
            socket_address(row.local),
            socket_address(match row.peer {
                // Nobody: in the notation of the socket's own family.
                peer if peer.ip().is_unspecified() && row.local.is_ipv6() => {
                    (Ipv6Addr::UNSPECIFIED, peer.port()).into()
                }
                peer => peer,
            }),
            row.program.as_deref().unwrap_or_default().to_owned(),
        ]
    }));
    table(0, &lines)
}

/// The state as `ss` writes it.
fn socket_state(row: &SocketRow) -> &'static str {
    match row.state {
        None if row.connected => "ESTAB",
        None | Some(TcpState::Closed) => "UNCONN",
        Some(TcpState::Listen) => "LISTEN",
        Some(TcpState::SynSent) => "SYN-SENT",
        Some(TcpState::SynReceived) => "SYN-RECV",
        Some(TcpState::Established) => "ESTAB",
        Some(TcpState::FinWait1) => "FIN-WAIT-1",
        Some(TcpState::FinWait2) => "FIN-WAIT-2",
        Some(TcpState::CloseWait) => "CLOSE-WAIT",
        Some(TcpState::Closing) => "CLOSING",
        Some(TcpState::LastAck) => "LAST-ACK",
        Some(TcpState::TimeWait) => "TIME-WAIT",
    }
}

/// Address and port; a port that is open is a star.
fn socket_address(address: SocketAddr) -> String {
    match address.port() {
        0 if address.is_ipv6() => format!("[{}]:*", address.ip()),
        0 => format!("{}:*", address.ip()),
        _ => address.to_string(),
    }
}
