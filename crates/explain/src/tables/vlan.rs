//! Which port is in which VLAN.

use lanternet_core::{NodeId, PortRef, Topology, VlanId};
use lanternet_net::l2::{Bridge, PortVlans};

use crate::columns::table;

/// The VLANs of a switch's ports, like `bridge vlan show`: `PVID` is the VLAN of frames that come in
/// without a tag, `Egress Untagged` the one whose frames leave without. `None` where the switch knows
/// of no VLANs. What people call the VLANs stands in a column of its own.
pub fn vlans(
    topology: &Topology,
    node: NodeId,
    bridge: &Bridge,
    name: impl Fn(VlanId) -> Option<String>,
) -> Option<String> {
    let ports = topology.ports(node).filter_map(|at: PortRef| {
        let vlans = bridge.vlans_of(at.port)?;
        Some((topology.port_name(at).to_owned(), vlans))
    });
    let mut rows = vec![["port", "vlan-id", "", "name"].map(str::to_owned)];
    for (port, vlans) in ports {
        let mut all: Vec<_> = vlans.vlans().collect();
        all.sort_unstable();
        all.dedup();
        let untagged = vlans.untagged();
        for (number, (vlan, _)) in all.into_iter().enumerate() {
            let flags = if untagged == Some(vlan) { "PVID Egress Untagged" } else { "" };
            let port = if number == 0 { port.clone() } else { String::new() };
            rows.push([port, vlan.to_string(), flags.to_owned(), name(vlan).unwrap_or_default()]);
        }
        if let PortVlans::Trunk { tagged, native: None } = vlans
            && tagged.is_empty()
        {
            rows.push([port, "None".to_owned(), String::new(), String::new()]);
        }
    }
    (rows.len() > 1).then(|| table(0, &rows))
}
