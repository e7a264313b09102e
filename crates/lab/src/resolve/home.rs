//! What a home router does about names without being told: it hands questions on to the servers that
//! its provider told it of, and tells the house to ask it.

use std::net::IpAddr;

use lanternet_apps::Command;
use lanternet_apps::command::Serve;
use lanternet_core::Duration;

use super::Resolver;
use crate::document::{Map, NodeEntry};
use crate::lab::{NodeIndex, NodeKind, Program};
use crate::names::NodeName;
use crate::span::{Span, Spanned, Text};

impl Resolver<'_> {
    /// Adds a forwarder to each home router that runs no name server of its own, and names it in
    /// what it lends.
    pub(super) fn home_names(&mut self, entries: &Map<NodeName, NodeEntry>) {
        for (name, entry) in &entries.0 {
            let Some(NodeEntry::HomeRouter(entry)) = entry else { continue };
            let Some(Some(index)) = self.names.get(&name.value).copied() else { continue };
            let serves = |program: &Program| {
                program.on == index && matches!(program.command, Command::Serve(Serve::Dns(_)))
            };
            let own = self.lab.programs.iter().any(serves);
            let Some(lan) = self.lan(index) else { continue };
            if !own && entry.forwarder.is_none_or(|forwarder| forwarder.value) {
                self.forwarder(name, index, lan);
            } else if !own {
                continue;
            }
            let Some(station) = self.lab.nodes[index.0].kind.station_mut() else { continue };
            for pool in station.dhcp.iter_mut().filter(|pool| pool.dns.is_empty()) {
                pool.dns.extend(match lan {
                    IpAddr::V4(lan) => Some(lan),
                    IpAddr::V6(_) => None,
                });
            }
        }
    }

    /// The address that the house knows the router by.
    fn lan(&self, node: NodeIndex) -> Option<IpAddr> {
        let NodeKind::HomeRouter(station) = &self.lab.node(node).kind else { return None };
        let lan = station.interfaces.iter().find(|own| own.name.as_str() == "lan")?;
        Some(lan.addresses.first()?.addr())
    }

    /// Only the house is answered: a forwarder that answers the world is misused by it.
    fn forwarder(&mut self, node: &Spanned<NodeName>, on: NodeIndex, lan: IpAddr) {
        let run = format!("serve dns --forward --bind {lan}");
        let Ok(command) = Command::parse(&run) else { return };
        let taken = |lab: &crate::lab::Lab, name: &NodeName| {
            lab.programs.iter().any(|program| program.name.value == *name)
        };
        let candidates = std::iter::once(format!("{node}-dns"))
            .chain((2..).map(|number| format!("dns-{number}")));
        let mut names = candidates.filter_map(NodeName::generated);
        let Some(name) =
            names.find(|name| !taken(&self.lab, name) && !self.names.contains_key(name))
        else {
            return;
        };
        self.lab.programs.push(Program {
            name: Spanned::new(name, Span::default()),
            on,
            at: Some(Duration::ZERO),
            run: Text { value: run, span: Span::default(), verbatim: None },
            command,
            input: Vec::new(),
        });
    }
}
