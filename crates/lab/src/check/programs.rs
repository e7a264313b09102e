//! Programs: whom they are to talk to.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::lab::Lab;
use crate::names::some_of;

/// Names in command lines that the program's node cannot resolve.
pub(super) fn names(lab: &Lab, out: &mut Vec<Diagnostic>) {
    let nodes: BTreeSet<&str> = lab.stations().map(|(_, node, _)| node.name.as_str()).collect();
    for program in &lab.programs {
        let Some(host) = program.command.peer() else { continue };
        let node = lab.node(program.on);
        let own = node.kind.station().map_or(&[][..], |station| &station.hosts);
        let folded = host.to_lowercase();
        let known = folded == "localhost"
            || host.parse::<IpAddr>().is_ok()
            || nodes.contains(folded.as_str())
            || own.iter().any(|entry| entry.name.as_str() == folded)
            // Its name servers may know more; what they do not know is seen when it runs.
            || node.kind.station().is_some_and(|station| {
                station.asks_for_names() || station.asks_for_addresses()
            });
        if known {
            continue;
        }
        let names = || nodes.iter().copied().chain(own.iter().map(|entry| entry.name.as_str()));
        let help = did_you_mean(host, names())
            .unwrap_or_else(|| format!("names that it knows are {}", some_of(names())));
        let span = match program.run.value.find(host) {
            Some(at) => program.run.span_of(at..at + host.len()),
            None => program.run.span,
        };
        out.push(
            Diagnostic::new(
                Code::UnknownName,
                format!("`{host}` is no host, no address, and no name that `{}` knows", node.name),
                span,
                "nobody is called so",
            )
            .help(help),
        );
    }
}
