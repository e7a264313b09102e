//! From what was written to what it means: names looked up, defaults filled in.
//!
//! Goes on after a mistake with what is left, so that all mistakes are told in one run. A name
//! whose entry was wrong is known all the same, and nothing is said about it twice.

mod claims;
mod dhcp;
mod files;
mod home;
mod ipv6;
mod links;
mod nat;
mod nodes;
mod programs;
mod stp;
mod vlan;

use std::collections::BTreeMap;
use std::io;

use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::document::Document;
use crate::lab::{Expectation, Interface, Lab, Node, NodeIndex};
use crate::names::{NodeName, some_of};
use crate::span::{Span, Spanned, Text};

pub(crate) use dhcp::v4;
pub use files::FilesAt;

/// The lab that is being made, and the mistakes found on the way.
struct Resolver<'a> {
    lab: Lab,
    /// Every name under `nodes`; `None` for one whose entry could not be read.
    names: BTreeMap<NodeName, Option<NodeIndex>>,
    /// Interfaces without a cable of their own, which come behind all that have one.
    virtuals: BTreeMap<NodeIndex, Vec<Interface>>,
    /// Whether some program's entry could not be read, and with it a name.
    lost_programs: bool,
    /// Whether programs may run that the lab does not name.
    more_programs: bool,
    /// Whether there were mistakes before the expectations: what they are about may be lost.
    incomplete: bool,
    out: &'a mut Vec<Diagnostic>,
}

/// What a name stands for.
enum Lookup {
    Node(NodeIndex),
    /// A node whose entry is wrong, or no node: it was said already.
    Told,
}

/// Makes the lab, as far as the document allows; `stem` names a lab that has no name, `folder` has
/// the files that are not in the lab itself.
pub(crate) fn resolve(
    document: &Document,
    stem: &str,
    folder: &mut dyn FnMut(&str) -> io::Result<FilesAt>,
    out: &mut Vec<Diagnostic>,
) -> Lab {
    let name = document.name.as_ref().map_or_else(|| stem.to_owned(), |name| name.0.clone());
    let lab = Lab {
        name,
        seed: document.seed.map_or(1, |seed| seed.value),
        until: document.until.map(|until| until.value),
        nodes: Vec::with_capacity(document.nodes.0.len()),
        links: Vec::with_capacity(document.links.items.len()),
        programs: Vec::new(),
        files: Vec::new(),
        expectations: Vec::new(),
    };
    let lost_programs = document.programs.unread > 0;
    let names = BTreeMap::new();
    let virtuals = BTreeMap::new();
    let (more_programs, incomplete) = (false, false);
    let mut resolver =
        Resolver { lab, names, virtuals, lost_programs, more_programs, incomplete, out };
    resolver.nodes(&document.nodes);
    resolver.links(&document.links.items);
    resolver.add_virtuals();
    resolver.route_interfaces();
    resolver.lab.form_addresses();
    resolver.dhcp(&document.nodes);
    resolver.static_macs();
    resolver.gate_interfaces();
    resolver.ports_without_cable();
    resolver.programs(&document.programs.items);
    resolver.home_names(&document.nodes);
    resolver.files(&document.files, folder);
    resolver.claims(&document.expect.items);
    resolver.lab
}

/// Reads one expectation about a lab that is made already.
pub(crate) fn expectation(
    lab: &Lab,
    line: &Text,
    out: &mut Vec<Diagnostic>,
) -> Option<Expectation> {
    let named = |(index, node): (usize, &Node)| (node.name.value.clone(), Some(NodeIndex(index)));
    let mut resolver = Resolver {
        names: lab.nodes.iter().enumerate().map(named).collect(),
        lab: Lab { expectations: Vec::new(), ..lab.clone() },
        virtuals: BTreeMap::new(),
        lost_programs: false,
        more_programs: true,
        incomplete: false,
        out,
    };
    resolver.expectation(line);
    resolver.lab.expectations.pop()
}

impl Resolver<'_> {
    /// The node of this name; complains when there is none.
    fn look_up(&mut self, name: &Spanned<NodeName>) -> Lookup {
        match self.names.get(&name.value) {
            Some(Some(index)) => Lookup::Node(*index),
            Some(None) => Lookup::Told,
            None => {
                self.unknown_node(name.span, name.as_str());
                Lookup::Told
            }
        }
    }

    fn unknown_node(&mut self, span: Span, name: &str) {
        let help = did_you_mean(name, self.names.keys().map(NodeName::as_str))
            .unwrap_or_else(|| self.nodes_help());
        self.out.push(
            Diagnostic::new(
                Code::UnknownNode,
                format!("no node is called `{name}`"),
                span,
                "not under `nodes`",
            )
            .help(help),
        );
    }

    fn nodes_help(&self) -> String {
        if self.names.is_empty() {
            return "the lab has no nodes".to_owned();
        }
        format!("the nodes are {}", some_of(self.names.keys().map(NodeName::as_str)))
    }
}
