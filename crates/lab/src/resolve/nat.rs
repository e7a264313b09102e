//! `nat:` and `firewall:` of stations.

use lanternet_core::trace::FirewallAction;
use lanternet_net::nat::{Endpoint, Preset, packet};

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::document::{FirewallEntry, ForwardEntry, HomeNatEntry, NatEntry, OwnInterface};
use crate::lab::{Firewall, Forward, Nat, OneToOne, Rule};
use crate::names::{InterfaceName, NodeName, some_of};
use crate::span::Spanned;

impl Resolver<'_> {
    /// Of a router or a three-layer switch.
    pub(super) fn nat(
        &mut self,
        node: &Spanned<NodeName>,
        entry: Option<&NatEntry>,
    ) -> Option<Box<Nat>> {
        let entry = entry?;
        let Some(outside) = &entry.outside else {
            self.out.push(
                Diagnostic::new(
                    Code::MissingKey,
                    format!("the address translation of `{node}` needs the key `outside`"),
                    node.span,
                    "which of its interfaces leads to the outside?",
                )
                .help("add the interface to the outside, such as `outside: eth0`"),
            );
            return None;
        };
        let outside = Spanned::new(outside.value.0.clone(), outside.span);
        Some(self.translation(outside, entry))
    }

    /// Of a home router, which translates unless it is told not to.
    pub(super) fn home_nat(
        &mut self,
        node: &Spanned<NodeName>,
        entry: Option<&HomeNatEntry>,
    ) -> Option<Box<Nat>> {
        let wan = Spanned::new(InterfaceName::wan(), node.span);
        match entry {
            Some(HomeNatEntry::Off) => None,
            Some(HomeNatEntry::On(entry)) => {
                let own = entry.outside.as_ref();
                let outside = own.map(|own| Spanned::new(own.value.0.clone(), own.span));
                Some(self.translation(outside.unwrap_or(wan), entry))
            }
            None => Some(Box::new(Nat::preset(wan, Preset::Home))),
        }
    }

    fn translation(&mut self, outside: Spanned<InterfaceName>, entry: &NatEntry) -> Box<Nat> {
        let preset = entry.preset.map_or(Preset::Home, |preset| preset.value);
        let mut behavior = preset.behavior();
        let own = &mut behavior;
        let set = |to: &mut bool, from: &Option<Spanned<bool>>| {
            *to = from.map_or(*to, |from| from.value);
        };
        set(&mut own.preserve_ports, &entry.preserve_ports);
        set(&mut own.preserve_parity, &entry.preserve_parity);
        set(&mut own.hairpinning, &entry.hairpinning);
        own.mapping = entry.mapping.map_or(own.mapping, |mapping| mapping.value);
        own.filtering = entry.filtering.map_or(own.filtering, |filtering| filtering.value);
        if let Some(ports) = &entry.ports {
            own.ports = ports.value.0.clone();
        }
        if let Some(limit) = &entry.ports_per_host {
            own.ports_per_host = Some(limit.value.0);
        }
        let mut forwards = Vec::new();
        for forward in &entry.forward.items {
            self.forward(forward, &mut forwards);
        }
        let mut one_to_one = Vec::new();
        for (outside, inside) in &entry.one_to_one.0 {
            match (outside.value, inside) {
                (std::net::IpAddr::V4(address), Some(inside)) => {
                    let outside = Spanned::new(address, outside.span);
                    one_to_one.push(OneToOne { outside, inside: *inside });
                }
                (std::net::IpAddr::V6(_), _) => self.out.push(
                    Diagnostic::new(
                        Code::BadValue,
                        format!("expected an IPv4 address, got `{outside}`"),
                        outside.span,
                        "only IPv4 is translated",
                    )
                    .help("write the public IPv4 address"),
                ),
                _ => {}
            }
        }
        let net = |net: &Spanned<crate::document::Destination>| Spanned::new(net.value.0, net.span);
        Box::new(Nat {
            outside,
            preset,
            behavior,
            pool: entry.pool.items.clone(),
            inside: entry.inside.items.iter().map(net).collect(),
            forwards,
            one_to_one,
        })
    }

    fn forward(&mut self, entry: &ForwardEntry, forwards: &mut Vec<Forward>) {
        if entry.tcp.is_none() && entry.udp.is_none() {
            self.out.push(
                Diagnostic::new(
                    Code::MissingKey,
                    "a port forward needs the key `tcp` or `udp`",
                    entry.to.span,
                    "from which outside port?",
                )
                .help("add the outside port, such as `tcp: 8001`"),
            );
        }
        for (protocol, port) in [(packet::TCP, entry.tcp), (packet::UDP, entry.udp)] {
            let Some(port) = port else { continue };
            let port = Spanned::new(port.value.0, port.span);
            let to = entry.to.value;
            let to = Endpoint::new(to.address, to.port.unwrap_or(port.value));
            forwards.push(Forward { protocol, port, to: Spanned::new(to, entry.to.span) });
        }
    }

    pub(super) fn firewall(&mut self, entry: Option<&FirewallEntry>) -> Option<Box<Firewall>> {
        let FirewallEntry(entry) = entry?;
        let default = entry.default.map_or(FirewallAction::Allow, |action| action.value);
        let or = |action: Option<Spanned<FirewallAction>>, default| {
            action.map_or(default, |action| action.value)
        };
        let names = |names: &[Spanned<OwnInterface>]| {
            names.iter().map(|name| Spanned::new(name.value.0.clone(), name.span)).collect()
        };
        let rules = entry.rules.items.iter().map(|rule| {
            let about = &rule.matches;
            let own = Rule {
                action: rule.action,
                path: about.path.map(|path| path.value),
                in_by: names(&about.in_by.0),
                out_by: names(&about.out_by.0),
                protocol: about.protocol.map(|protocol| protocol.value.0),
                from: about.from.0.iter().map(|net| net.value.0).collect(),
                to: about.to.0.iter().map(|net| net.value.0).collect(),
                from_ports: about.from_ports.0.iter().map(|ports| ports.value.0.clone()).collect(),
                ports: about.ports.0.iter().map(|ports| ports.value.0.clone()).collect(),
            };
            Spanned::new(own, rule.span)
        });
        Some(Box::new(Firewall {
            policy: [
                or(entry.incoming, default),
                or(entry.forwarded, default),
                or(entry.outgoing, FirewallAction::Allow),
            ],
            rules: rules.collect(),
        }))
    }

    /// Complains about interfaces that `nat:` and `firewall:` name and the node does not have. Which
    /// it has is known only when the links are.
    pub(super) fn gate_interfaces(&mut self) {
        let mut found = Vec::new();
        for (_, node, station) in self.lab.stations() {
            let own: Vec<&str> = station.interfaces.iter().map(|own| own.name.as_str()).collect();
            let outside = station.nat.iter().map(|nat| &nat.outside);
            let rules = station.firewall.iter().flat_map(|firewall| &firewall.rules);
            let named = rules.flat_map(|rule| rule.in_by.iter().chain(&rule.out_by));
            for name in outside.chain(named) {
                if !own.contains(&name.as_str()) {
                    found.push(unknown_interface(node.name.as_str(), name, &own));
                }
            }
        }
        self.out.append(&mut found);
    }
}

fn unknown_interface(node: &str, name: &Spanned<InterfaceName>, own: &[&str]) -> Diagnostic {
    let help = did_you_mean(name.as_str(), own.iter().copied()).unwrap_or_else(|| match own {
        [] => format!("`{node}` has no interface"),
        _ => format!("the interfaces of `{node}` are {}", some_of(own.iter().copied())),
    });
    let message = format!("`{node}` has no interface `{name}`");
    Diagnostic::new(Code::UnknownInterface, message, name.span, "not one of its interfaces")
        .help(help)
}
