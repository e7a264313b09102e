//! `expect`: whom each claim is about.

use super::{Lookup, Resolver};
use crate::diagnostic::{Code, Diagnostic, Severity, did_you_mean};
use crate::document::ExpectLine;
use crate::expect::{self, TargetText, Written};
use crate::lab::{
    AddressClaim, Claim, Expectation, NodeIndex, Program, ProgramIndex, Speaker, Station, Target,
};
use crate::names::{HostName, NodeName, some_of};
use crate::span::{Spanned, Text};

impl Resolver<'_> {
    pub(super) fn claims(&mut self, lines: &[Spanned<ExpectLine>]) {
        self.incomplete = self.out.iter().any(|d| d.severity() == Severity::Error);
        for line in lines {
            self.expectation(&line.value.0);
        }
    }

    pub(super) fn expectation(&mut self, line: &Text) {
        match expect::parse(line) {
            Ok(written) => {
                if let Some(claim) = self.claim(written) {
                    let text = Spanned::new(line.value.trim().to_owned(), line.span);
                    self.lab.expectations.push(Expectation { text, claim });
                }
            }
            Err(diagnostic) => self.out.push(diagnostic),
        }
    }

    fn claim(&mut self, written: Written) -> Option<Claim> {
        Some(match written {
            Written::Reach { from, target, service, expected } => {
                let from = self.station(&from, "send a probe");
                let target = self.target(from, target);
                Claim::Reach { from: from?, target: target?, service, expected }
            }
            Written::Resolve { node, name, address } => {
                let node = self.station(&node, "resolve names")?;
                Claim::Resolve { node, name: name.value, address: address.value }
            }
            Written::HasAddress { node, address, exactly } => {
                let node = self.station(&node, "have an address")?;
                let address = if exactly {
                    AddressClaim::Exactly(address.addr())
                } else {
                    AddressClaim::Within(address.trunc())
                };
                Claim::HasAddress { node, address }
            }
            Written::Output { of, text, expected } => {
                Claim::Output { of: self.speaker(&of)?, text, expected }
            }
            Written::Exit { of, code } => Claim::Exit { of: self.one_program(&of)?, code },
        })
    }

    /// The host or router of this name; complains about others.
    fn station(&mut self, name: &Spanned<NodeName>, ability: &str) -> Option<NodeIndex> {
        if !self.names.contains_key(&name.value)
            && let Some(program) = self.program_named(name)
        {
            let on = &self.lab.node(self.lab.programs[program.0].on).name;
            self.out.push(
                Diagnostic::new(
                    Code::ImpossibleExpectation,
                    format!("`{name}` is a program and cannot {ability}"),
                    name.span,
                    "a host or router belongs here",
                )
                .help(format!("it runs on `{on}`")),
            );
            return None;
        }
        let Lookup::Node(index) = self.look_up(name) else { return None };
        let node = self.lab.node(index);
        if node.kind.station().is_some() {
            return Some(index);
        }
        self.out.push(
            Diagnostic::new(
                Code::ImpossibleExpectation,
                format!("`{name}` is a {} and cannot {ability}", node.kind.word()),
                name.span,
                "a host or router belongs here",
            )
            .help("switches and hubs work below IP: they have no address"),
        );
        None
    }

    fn target(&mut self, from: Option<NodeIndex>, target: Spanned<TargetText>) -> Option<Target> {
        let name = match target.value {
            TargetText::Address(address) => return Some(Target::Address(address)),
            TargetText::Name(name) => name,
        };
        let known_by_itself = from
            .and_then(|from| self.lab.node(from).kind.station())
            .is_some_and(|station| station.hosts.iter().any(|entry| entry.name.value == name));
        // As on a real host, its own list comes before the network's names.
        if known_by_itself {
            return Some(Target::Name(name));
        }
        if let Ok(node) = name.as_str().parse::<NodeName>()
            && (self.names.contains_key(&node) || self.program_named(&node).is_some())
        {
            let node = self.station(&Spanned::new(node, target.span), "be reached")?;
            return self.addressed(node, target.span).map(Target::Node);
        }
        // With an asking host that is wrong itself, nobody knows what it would know.
        let from = from?;
        if self.lab.node(from).kind.station().is_some_and(Station::asks_for_names) {
            return Some(Target::Name(name));
        }
        self.unknown_target(from, &name, target.span);
        None
    }

    fn addressed(&mut self, node: NodeIndex, span: crate::span::Span) -> Option<NodeIndex> {
        let station = self.lab.node(node).kind.station()?;
        // Whether one that forms an address will get it is for the run to show.
        let forms = station.interfaces.iter().any(|interface| interface.ipv6.slaac.is_some());
        if forms || station.asks_for_addresses() || station.named_addresses().next().is_some() {
            return Some(node);
        }
        // An address that could not be read was complained about.
        if self.incomplete {
            return None;
        }
        let name = self.lab.node(node).name.clone();
        self.out.push(
            Diagnostic::new(
                Code::ImpossibleExpectation,
                format!("`{name}` has no address to send a probe to"),
                span,
                "nothing can be sent there",
            )
            .and(name.span, "no address here")
            .help("give it an `address`, or expect something of an address instead"),
        );
        None
    }

    fn unknown_target(&mut self, from: NodeIndex, name: &HostName, span: crate::span::Span) {
        let asker = self.lab.node(from).name.clone();
        let hosts = self.lab.node(from).kind.station().map_or(&[][..], |s| &s.hosts);
        let known = hosts.iter().map(|entry| entry.name.as_str());
        let help =
            did_you_mean(name.as_str(), self.names.keys().map(NodeName::as_str).chain(known))
                .unwrap_or_else(|| {
                    format!("{}; other names go under `hosts` of `{asker}`", self.nodes_help())
                });
        self.out.push(
            Diagnostic::new(
                Code::UnknownNode,
                format!("`{name}` is no node, no address, and no name that `{asker}` knows"),
                span,
                "nobody is called so",
            )
            .help(help),
        );
    }

    fn program_named(&self, name: &NodeName) -> Option<ProgramIndex> {
        self.lab.programs.iter().position(|program| program.name.value == *name).map(ProgramIndex)
    }

    fn programs_on(&self, node: NodeIndex) -> impl Iterator<Item = (ProgramIndex, &Program)> {
        let programs = self.lab.programs.iter().enumerate();
        programs.filter(move |(_, p)| p.on == node).map(|(index, p)| (ProgramIndex(index), p))
    }

    fn speaker(&mut self, name: &Spanned<NodeName>) -> Option<Speaker> {
        if let Some(program) = self.program_named(name) {
            return Some(Speaker::Program(program));
        }
        // A program that somebody put there by hand may be the one.
        let node = match self.names.get(&name.value) {
            Some(Some(node)) if self.more_programs => *node,
            _ => self.node_with_programs(name)?,
        };
        Some(Speaker::Node(node))
    }

    fn one_program(&mut self, name: &Spanned<NodeName>) -> Option<ProgramIndex> {
        if let Some(program) = self.program_named(name) {
            return Some(program);
        }
        let node = self.node_with_programs(name)?;
        let programs: Vec<_> = self.programs_on(node).collect();
        if let [(one, _)] = programs.as_slice() {
            return Some(*one);
        }
        let names = some_of(programs.iter().map(|(_, program)| program.name.as_str()));
        let count = programs.len();
        self.out.push(
            Diagnostic::new(
                Code::ImpossibleExpectation,
                format!("`{name}` runs {count} programs, and each has its own exit status"),
                name.span,
                "which of them?",
            )
            .help(format!("name the program: {names}")),
        );
        None
    }

    /// The node of this name, which must run something.
    fn node_with_programs(&mut self, name: &Spanned<NodeName>) -> Option<NodeIndex> {
        if !self.names.contains_key(&name.value) {
            // It may be the name of a program that was complained about.
            if self.lost_programs {
                return None;
            }
            let programs = self.lab.programs.iter().map(|program| program.name.as_str());
            let known: Vec<_> = self.names.keys().map(NodeName::as_str).chain(programs).collect();
            let help = did_you_mean(name.as_str(), known).unwrap_or_else(|| {
                "give a program a name with `name:`, or name its node".to_owned()
            });
            self.out.push(
                Diagnostic::new(
                    Code::UnknownNode,
                    format!("no program and no node is called `{name}`"),
                    name.span,
                    "nobody is called so",
                )
                .help(help),
            );
            return None;
        }
        let Lookup::Node(node) = self.look_up(name) else { return None };
        if self.programs_on(node).next().is_some() {
            return Some(node);
        }
        // A program whose entry could not be read may have been on this node.
        if self.incomplete {
            return None;
        }
        self.out.push(
            Diagnostic::new(
                Code::ImpossibleExpectation,
                format!("no program runs on `{name}`"),
                name.span,
                "it never prints or ends anything",
            )
            .help(format!("add one under `programs`: `{{ on: {name}, run: ... }}`")),
        );
        None
    }
}
