//! Translations, flows and rules, as `conntrack -L` and `iptables -L -v` print them.

use lanternet_core::trace::{FirewallAction, FirewallPath};
use lanternet_core::{Instant, NodeId, PortRef, Topology};
use lanternet_net::nat::packet::{ICMP, ICMPV6, TCP, UDP};
use lanternet_net::nat::{Endpoint, FlowRow, Gate, MappingRow};

use crate::columns::table;

/// What is translated at a node, and the flows that it tracks: first the translation table with the
/// static forwards, then the flows like `conntrack -L`. `None` when it tracks nothing.
pub fn nat(topology: &Topology, node: NodeId, gate: &Gate, now: Instant) -> Option<String> {
    let mut text = String::new();
    if let (Some(config), Some(outside)) = (&gate.config().nat, gate.outside()) {
        let header = ["Proto", "Inside", "Outside", "Peer", "Flows"].map(str::to_owned);
        let mut lines = vec![header];
        let interface = topology.port_name(PortRef::new(node, outside));
        let shared = match gate.shared_addresses() {
            [] => interface.to_owned(),
            [one] => one.to_string(),
            [first, rest @ ..] => format!("{first}+{}", rest.len()),
        };
        lines.extend(config.forwards.iter().map(|forward| {
            let protocol = protocol(forward.protocol);
            let outside = format!("{shared}:{}", forward.port);
            [protocol, end(forward.to), outside, "*".to_owned(), "static".to_owned()]
        }));
        lines.extend(config.one_to_one.iter().map(|pair| {
            let (inside, outside) = (pair.inside.to_string(), pair.outside.to_string());
            ["*".to_owned(), inside, outside, "*".to_owned(), "static".to_owned()]
        }));
        lines.extend(gate.mapping_rows().iter().map(mapping));
        text += &table(0, &lines);
        text.push('\n');
    }
    for row in gate.flow_rows(now) {
        text += &flow(&row);
    }
    (!text.is_empty()).then_some(text)
}

fn mapping(row: &MappingRow) -> [String; 5] {
    let peer = match row.remote {
        None => "*".to_owned(),
        Some(remote) if remote.port == 0 => remote.address.to_string(),
        Some(remote) => end(remote),
    };
    [protocol(row.protocol), end(row.inside), end(row.outside), peer, row.flows.to_string()]
}

/// A line of `conntrack -L`: the tuple of the first packet, then that of the answers.
fn flow(row: &FlowRow) -> String {
    let number = row.original.protocol;
    let mut line = format!("{:<8} {number} {}", protocol(number), row.left.nanos() / 1_000_000_000);
    let word = row.state.word();
    if !word.is_empty() {
        line += &format!(" {word}");
    }
    for (index, tuple) in [row.original, row.reply].iter().enumerate() {
        let (from, to) = (tuple.source, tuple.destination);
        line += &format!(" src={} dst={}", from.address, to.address);
        match number {
            TCP | UDP => line += &format!(" sport={} dport={}", from.port, to.port),
            ICMP | ICMPV6 => line += &format!(" id={}", from.port | to.port),
            _ => {}
        }
        line += &format!(" packets={} bytes={}", row.packets[index], row.bytes[index]);
        if index == 0 && row.packets[1] == 0 {
            line += " [UNREPLIED]";
        }
    }
    line.push('\n');
    line
}

fn protocol(number: u8) -> String {
    match number {
        TCP => "tcp".to_owned(),
        UDP => "udp".to_owned(),
        ICMP => "icmp".to_owned(),
        ICMPV6 => "icmpv6".to_owned(),
        other => other.to_string(),
    }
}

fn end(end: Endpoint) -> String {
    std::net::SocketAddr::from(end).to_string()
}

/// The rules of a node with how often each decided, and the policies behind them, like
/// `iptables -L -v`. `None` when it has none.
pub fn firewall(gate: &Gate) -> Option<String> {
    let firewall = gate.firewall()?;
    let mut lines = vec![["num", "pkts", "bytes", "rule"].map(str::to_owned)];
    let established = firewall.established();
    lines.push([
        "-".to_owned(),
        established.packets.to_string(),
        established.bytes.to_string(),
        "allow established,related".to_owned(),
    ]);
    lines.extend(gate.firewall_rows().into_iter().map(|row| {
        let (number, text) = match (row.number, row.path) {
            (Some(number), _) => (number.to_string(), row.text.to_string()),
            (None, path) => ("policy".to_owned(), policy(row.action, path)),
        };
        [number, row.counter.packets.to_string(), row.counter.bytes.to_string(), text]
    }));
    Some(table(0, &lines))
}

fn policy(action: FirewallAction, path: Option<FirewallPath>) -> String {
    let action = match action {
        FirewallAction::Allow => "allow",
        FirewallAction::Deny => "deny",
        FirewallAction::Reject => "reject",
    };
    match path {
        Some(FirewallPath::Incoming) => format!("{action} incoming"),
        Some(FirewallPath::Forwarded) => format!("{action} forwarded"),
        Some(FirewallPath::Outgoing) => format!("{action} outgoing"),
        None => action.to_owned(),
    }
}
