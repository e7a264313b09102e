//! `programs`: where they run and what they are called.

use std::collections::BTreeMap;

use lanternet_apps::Command;

use super::{Lookup, Resolver};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::ProgramEntry;
use crate::lab::Program;
use crate::names::NodeName;
use crate::span::{Span, Spanned};

impl Resolver<'_> {
    pub(super) fn programs(&mut self, entries: &[ProgramEntry]) {
        // Given names first, so that a made-up one never takes a name that somebody chose.
        let mut given: BTreeMap<NodeName, Span> = BTreeMap::new();
        for entry in entries {
            let Some(name) = &entry.name else { continue };
            if let Some(first) = given.get(&name.value) {
                self.out.push(
                    Diagnostic::new(
                        Code::DuplicateName,
                        format!("two programs are called `{name}`"),
                        name.span,
                        "the second one",
                    )
                    .and(*first, "the first one")
                    .help("give one of them another name"),
                );
            } else {
                given.insert(name.value.clone(), name.span);
            }
            if self.names.contains_key(&name.value) {
                self.out.push(
                    Diagnostic::new(
                        Code::DuplicateName,
                        format!("`{name}` is the name of a node already"),
                        name.span,
                        "a program needs a name of its own",
                    )
                    .help(format!("an expectation about `{name}` could mean either")),
                );
            }
        }
        let mut generated = BTreeMap::new();
        for entry in entries {
            self.program(entry, &given, &mut generated);
        }
    }

    fn program(
        &mut self,
        entry: &ProgramEntry,
        given: &BTreeMap<NodeName, Span>,
        generated: &mut BTreeMap<String, usize>,
    ) {
        let command = self.command(entry);
        let on = self.look_up(&entry.on);
        let (Lookup::Node(on), Some(command)) = (on, command) else {
            self.lost_programs = true;
            return;
        };
        let node = self.lab.node(on);
        if node.kind.station().is_none() {
            self.out.push(
                Diagnostic::new(
                    Code::CannotRunPrograms,
                    format!("`{}` is a {} and cannot run programs", node.name, node.kind.word()),
                    entry.on.span,
                    "programs run on hosts and routers",
                )
                .help("run it on a host that is plugged into it"),
            );
            self.lost_programs = true;
            return;
        }
        let name = match &entry.name {
            Some(name) => name.clone(),
            None => {
                let name = self.made_up_name(entry, given, generated);
                Spanned::new(name, Span::default())
            }
        };
        if let (Some(until), Some(at)) = (self.lab.until, &entry.at)
            && at.value >= until
        {
            self.out.push(
                Diagnostic::new(
                    Code::NeverStarts,
                    format!("this program never starts: the run ends at {until}"),
                    at.span,
                    format!("not before {}", at.value),
                )
                .help("start it earlier, or let the run go on with a later `until`"),
            );
        }
        self.lab.programs.push(Program {
            name,
            on,
            at: entry.at.map(|at| at.value),
            run: entry.run.0.clone(),
            command,
            input: entry.input.0.clone(),
        });
    }

    /// The command line, read by the programs' own parser.
    fn command(&mut self, entry: &ProgramEntry) -> Option<Command> {
        match Command::parse(&entry.run.0.value) {
            Ok(command) => Some(command),
            Err(error) => {
                let (span, label) = match error.at {
                    Some(at) => (entry.run.0.span_of(at), "this word"),
                    None => (entry.run.span, "this command line"),
                };
                self.out.push(
                    Diagnostic::new(Code::BadCommand, error.message, span, label)
                        .maybe_help(error.help),
                );
                None
            }
        }
    }

    /// The node and the first word of the command, with a number from the second one on.
    fn made_up_name(
        &self,
        entry: &ProgramEntry,
        given: &BTreeMap<NodeName, Span>,
        generated: &mut BTreeMap<String, usize>,
    ) -> NodeName {
        let word = entry.run.0.value.split_whitespace().next().unwrap_or("program");
        let stem = format!("{}-{word}", entry.on.value);
        // A long node name, or a first word that is no name, gets a plain stem.
        let stem = match stem.parse::<NodeName>() {
            Ok(_) if stem.len() <= 56 => stem,
            _ => "program".to_owned(),
        };
        let count = generated.entry(stem.clone()).or_insert(0);
        loop {
            *count += 1;
            let name = if *count == 1 { stem.clone() } else { format!("{stem}-{count}") };
            if let Some(name) = NodeName::generated(name)
                && !given.contains_key(&name)
                && !self.names.contains_key(&name)
            {
                return name;
            }
        }
    }
}
