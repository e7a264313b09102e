//! Groups: who takes part in which, like `bridge mdb show` and `ip maddress show`.

use std::net::Ipv4Addr;

use lanternet_core::{NodeId, PortId, Topology};
use lanternet_net::l2::snooping::GroupRow;

use super::port_name;

/// What a switch has heard by listening in: the ports behind which queriers are, then each group with
/// its ports, and how long each row has to live.
pub fn group_table(topology: &Topology, node: NodeId, rows: &[GroupRow]) -> String {
    let line = |row: &GroupRow| {
        let (port, vlan, left) = (port_name(topology, node, row.port), row.vlan, row.left);
        match row.group {
            None => format!("router port {port} vlan {vlan} left {left}\n"),
            Some(group) => format!("port {port} grp {group} vlan {vlan} left {left}\n"),
        }
    };
    rows.iter().map(line).collect()
}

/// The groups that programs of a host have joined.
pub fn joined_groups(topology: &Topology, node: NodeId, groups: &[(PortId, Ipv4Addr)]) -> String {
    let line = |(interface, group): &(PortId, Ipv4Addr)| {
        format!("{} inet {group}\n", port_name(topology, node, *interface))
    };
    groups.iter().map(line).collect()
}
