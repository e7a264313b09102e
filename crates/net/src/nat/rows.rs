//! The tables as a person looks at them.

use std::sync::Arc;

use lanternet_core::trace::{FirewallAction, FirewallPath, PortChoice};
use lanternet_core::{Duration, Instant};

use super::conntrack::{Flow, State};
use super::firewall::Counter;
use super::gate::Gate;
use super::packet::{Endpoint, Tuple};

/// A flow, as `conntrack -L` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRow {
    /// The first packet's tuple, as it came in.
    pub original: Tuple,
    /// The answers' tuple, as they come in.
    pub reply: Tuple,
    /// How far the conversation is.
    pub state: State,
    /// How long it still lives without packets.
    pub left: Duration,
    /// Packets of both directions.
    pub packets: [u64; 2],
    /// Their bytes.
    pub bytes: [u64; 2],
}

/// A row of the translation table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingRow {
    /// The protocol (IANA number).
    pub protocol: u8,
    /// The inside end.
    pub inside: Endpoint,
    /// The outside end.
    pub outside: Endpoint,
    /// The other end that it is for: no address means any, port 0 any.
    pub remote: Option<Endpoint>,
    /// Why that port.
    pub why: PortChoice,
    /// How many flows use it.
    pub flows: u32,
}

/// A rule with its counter, as `iptables -L -v` lists it, or the policy behind the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirewallRow {
    /// The rule's number, from 1; `None`: a policy.
    pub number: Option<u16>,
    /// For a policy: on which path.
    pub path: Option<FirewallPath>,
    /// What it does.
    pub action: FirewallAction,
    /// The rule as it is written; empty for a policy.
    pub text: Arc<str>,
    /// How often it decided.
    pub counter: Counter,
}

impl Gate {
    /// The flows that live at this time, the oldest first.
    pub fn flow_rows(&self, now: Instant) -> Vec<FlowRow> {
        let live = self.conntrack().flows().into_iter().filter(|flow| flow.until > now);
        live.map(|flow: &Flow| FlowRow {
            original: flow.original,
            reply: flow.reply,
            state: flow.state,
            left: flow.until.since(now),
            packets: flow.packets,
            bytes: flow.bytes,
        })
        .collect()
    }

    /// The translation table, by inside end. The node's own ends are left out where they are the
    /// same outside.
    pub fn mapping_rows(&self) -> Vec<MappingRow> {
        let Some(nat) = self.nat() else { return Vec::new() };
        let rows = nat.mappings.rows().filter(|row| row.inside != row.outside);
        rows.map(|row| MappingRow {
            protocol: row.protocol,
            inside: row.inside,
            outside: row.outside,
            remote: row.remote,
            why: row.why,
            flows: row.flows,
        })
        .collect()
    }

    /// The rules and policies, each with its counter.
    pub fn firewall_rows(&self) -> Vec<FirewallRow> {
        let Some(firewall) = self.firewall() else { return Vec::new() };
        let rules = (1..).zip(firewall.rules()).map(|(number, (rule, counter))| FirewallRow {
            number: Some(number),
            path: None,
            action: rule.action,
            text: rule.text.clone(),
            counter,
        });
        let paths = [FirewallPath::Incoming, FirewallPath::Forwarded, FirewallPath::Outgoing];
        let policies = paths.into_iter().map(|path| {
            let (action, counter) = firewall.policy(path);
            FirewallRow { number: None, path: Some(path), action, text: "".into(), counter }
        });
        rules.chain(policies).collect()
    }

    /// The outside addresses that inside hosts share at the moment.
    pub fn shared_addresses(&self) -> &[std::net::Ipv4Addr] {
        self.nat().map_or(&[], |nat| &nat.shared)
    }
}
