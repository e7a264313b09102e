//! Rows that somebody wrote by hand and that are wrong: nothing heard corrects them.

use lanternet_core::{MacAddr, NodeId};

use super::diagnosis::Diagnosis;
use super::network::Network;

/// The row by which a frame to this hardware address came to a node that does not want it, or was
/// taken by nobody.
pub(super) fn wrong_row(network: Network<'_>, to: MacAddr, ended_at: NodeId) -> Option<Diagnosis> {
    match network.by_mac(to) {
        None => network.neighbor_row(to).map(|(holder, address)| {
            let owner = network.owners(address).first().map(|owner| owner.at.node);
            let right = owner.and_then(|owner| network.mac_for(owner, address));
            Diagnosis::WrongNeighborRow { holder, address, mac: to, right: owner.zip(right) }
        }),
        Some(at) if at.node != ended_at => network.mac_row(to).map(|(switch, port)| {
            Diagnosis::WrongMacRow { switch, port, mac: to, station: at.node }
        }),
        Some(_) => None,
    }
}
