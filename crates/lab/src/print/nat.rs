//! `nat:` and `firewall:`.

use lanternet_core::trace::FirewallPath;
use lanternet_net::nat::packet;
use serde::Serialize;
use serde_saphyr::FlowMap;

use super::Ordered;
use crate::document::{ProtocolWord, action_word, dependence_word, path_word};
use crate::lab::{Firewall, Forward, Nat, Rule, net_text, ports_text};

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct NatOut {
    outside: String,
    preset: &'static str,
    mapping: &'static str,
    filtering: &'static str,
    preserve_ports: bool,
    preserve_parity: bool,
    hairpinning: bool,
    ports: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ports_per_host: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pool: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inside: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    forward: Vec<FlowMap<ForwardOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    one_to_one: Option<Ordered<String>>,
}

#[derive(Serialize)]
struct ForwardOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    tcp: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    udp: Option<u16>,
    to: String,
}

#[derive(Serialize)]
pub(super) struct FirewallOut {
    incoming: &'static str,
    forwarded: &'static str,
    outgoing: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<FlowMap<Ordered<MatchOut>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct MatchOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    r#in: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    out: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    from: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    to: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    from_port: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    port: Vec<String>,
}

pub(super) fn nat(nat: &Nat) -> NatOut {
    let Nat { outside, preset, behavior, pool, inside, forwards, one_to_one } = nat;
    let forward = |forward: &Forward| {
        let of = |protocol| (forward.protocol == protocol).then_some(forward.port.value);
        let to = forward.to.value;
        let (tcp, udp) = (of(packet::TCP), of(packet::UDP));
        FlowMap(ForwardOut { tcp, udp, to: format!("{}:{}", to.address, to.port) })
    };
    let pairs = one_to_one.iter().map(|pair| (pair.outside.to_string(), pair.inside.to_string()));
    NatOut {
        outside: outside.to_string(),
        preset: preset.word(),
        mapping: dependence_word(behavior.mapping),
        filtering: dependence_word(behavior.filtering),
        preserve_ports: behavior.preserve_ports,
        preserve_parity: behavior.preserve_parity,
        hairpinning: behavior.hairpinning,
        ports: ports_text(&behavior.ports),
        ports_per_host: behavior.ports_per_host,
        pool: pool.iter().map(ToString::to_string).collect(),
        inside: inside.iter().map(ToString::to_string).collect(),
        forward: forwards.iter().map(forward).collect(),
        one_to_one: (!one_to_one.is_empty()).then(|| Ordered(pairs.collect())),
    }
}

pub(super) fn firewall(firewall: &Firewall) -> FirewallOut {
    let policy = |path: FirewallPath| action_word(firewall.policy[path as usize]);
    let rule = |rule: &Rule| {
        let about = MatchOut {
            path: rule.path.map(path_word),
            r#in: rule.in_by.iter().map(ToString::to_string).collect(),
            out: rule.out_by.iter().map(ToString::to_string).collect(),
            protocol: rule.protocol.map(ProtocolWord::text),
            from: rule.from.iter().map(net_text).collect(),
            to: rule.to.iter().map(net_text).collect(),
            from_port: rule.from_ports.iter().map(ports_text).collect(),
            port: rule.ports.iter().map(ports_text).collect(),
        };
        FlowMap(Ordered(vec![(action_word(rule.action).to_owned(), about)]))
    };
    FirewallOut {
        incoming: policy(FirewallPath::Incoming),
        forwarded: policy(FirewallPath::Forwarded),
        outgoing: policy(FirewallPath::Outgoing),
        rules: firewall.rules.iter().map(|own| rule(own)).collect(),
    }
}
