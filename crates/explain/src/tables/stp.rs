//! The spanning tree of a switch, with the words of `mstpctl showbridge` and `showport`.

use lanternet_core::{NodeId, Topology};
use lanternet_net::l2::stp::{StpRow, StpSummary};

use super::port_name;
use crate::columns::table;

/// What a switch knows of the spanning tree: who the root is and where, then each of its ports with
/// role, state and the best message known there.
pub fn spanning_tree(
    topology: &Topology,
    node: NodeId,
    summary: &StpSummary,
    rows: &[StpRow],
) -> String {
    let StpSummary { bridge, root, cost, root_port, max_age, hello, forward_delay } = summary;
    let way = match root_port {
        Some(port) => format!("root port {} path cost {cost}", port_name(topology, node, *port)),
        None => "this bridge is the root".to_owned(),
    };
    let mut text = format!(
        "bridge {bridge} root {root} {way}\n\
         max age {max_age} hello {hello} forward delay {forward_delay}\n"
    );
    let head = ["port", "id", "role", "state", "cost", "link", "designated"];
    let mut lines = vec![head.map(str::to_owned)];
    for row in rows {
        let mut link = vec![if row.point_to_point { "p2p" } else { "shared" }];
        link.extend(row.edge.then_some("edge"));
        link.extend((!row.rapid).then_some("stp"));
        let designated = row.vector.map(|vector| format!("{} {}", vector.bridge, vector.port));
        lines.push([
            port_name(topology, node, row.port).to_owned(),
            row.id.to_string(),
            row.role.to_string(),
            row.state.to_string(),
            row.cost.to_string(),
            link.join(" "),
            designated.unwrap_or_default(),
        ]);
    }
    text.push_str(&table(0, &lines));
    text
}
