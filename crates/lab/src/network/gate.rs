//! Address translation and rules of a station that is built.

use lanternet_core::PortId;
use lanternet_net::nat::{self, FirewallConfig, GateConfig, Match, NatConfig};

use crate::lab::{Firewall, Nat, Rule, Station};
use crate::names::InterfaceName;
use crate::span::Spanned;

/// What the station's IP layer is told, if there is anything.
pub(super) fn config(station: &Station) -> Option<Box<GateConfig>> {
    if station.nat.is_none() && station.firewall.is_none() {
        return None;
    }
    let port = |name: &Spanned<InterfaceName>| {
        let index = station.interfaces.iter().position(|own| own.name.value == name.value)?;
        Some(PortId(index as u16))
    };
    Some(Box::new(GateConfig {
        nat: station.nat.as_deref().and_then(|nat| Some(translation(nat, port(&nat.outside)?))),
        firewall: station.firewall.as_deref().map(|firewall| rules(firewall, port)),
        ..GateConfig::default()
    }))
}

fn translation(nat: &Nat, outside: PortId) -> NatConfig {
    NatConfig {
        outside,
        behavior: nat.behavior.clone(),
        pool: nat.pool.iter().map(|address| address.value).collect(),
        inside: nat.inside.iter().map(|net| net.value).collect(),
        forwards: nat
            .forwards
            .iter()
            .map(|forward| nat::Forward {
                protocol: forward.protocol,
                port: forward.port.value,
                to: forward.to.value,
            })
            .collect(),
        one_to_one: nat
            .one_to_one
            .iter()
            .map(|pair| nat::OneToOne { outside: pair.outside.value, inside: pair.inside.value })
            .collect(),
    }
}

fn rules(
    firewall: &Firewall,
    port: impl Fn(&Spanned<InterfaceName>) -> Option<PortId>,
) -> FirewallConfig {
    let ports = |names: &[Spanned<InterfaceName>]| names.iter().filter_map(&port).collect();
    let rule = |rule: &Spanned<Rule>| nat::Rule {
        action: rule.action,
        matches: Match {
            path: rule.path,
            in_by: ports(&rule.in_by),
            out_by: ports(&rule.out_by),
            protocol: rule.protocol,
            from: rule.from.clone(),
            to: rule.to.clone(),
            from_ports: rule.from_ports.clone(),
            ports: rule.ports.clone(),
        },
        text: rule.text().into(),
    };
    FirewallConfig { rules: firewall.rules.iter().map(rule).collect(), policy: firewall.policy }
}
