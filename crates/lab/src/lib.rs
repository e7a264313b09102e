//! The lab file: from text to diagnostics to a checked [`Lab`].
//!
//! In the order in which a text passes through them:
//!
//! - `yaml`: a tree with the place of everything.
//! - `document`: what was written. Its types also make the JSON [`schema`].
//! - `resolve`: names looked up, defaults filled in; [`expect`](Claim) lines read.
//! - [`Lab`]: what it means, for those who build it.
//! - `check`: what can be built and is wrong in a network all the same.
//! - [`Diagnostics`]: all mistakes of one run, each with its place and what to do next.
//! - [`print()`]: a lab back into text, with every default filled in.
//!
//! - [`Network`]: the lab built, with its programs; `probe` asks it a [`Question`]
//!   ([`ProbeReport`]), `judge` finds whether an expectation holds ([`Verdict`]).
//!
//! [`parse`] does all but the last. What a network does when it runs is in `lanternet-core` and
//! `lanternet-net`; nothing here reads a file.

mod check;
mod diagnostic;
mod document;
mod expect;
mod judge;
mod lab;
mod names;
mod network;
mod print;
mod probe;
mod question;
mod resolve;
mod schema;
mod span;
mod units;
mod yaml;

use std::io;

pub use check::{LeaseTrouble, lease_trouble};
pub use diagnostic::{Code, Diagnostic, Diagnostics, Label, Report, Severity};
pub use judge::{Finding, Verdict};
pub use lab::{
    AddressClaim, Advertise, Claim, Departure, DhcpPool, End, Expectation, File, FileSource,
    Firewall, Forward, HostsEntry, Interface, InterfaceDhcp, Ipv6, Lab, Link, Nat, Neighbor, Node,
    NodeIndex, NodeKind, OneToOne, PortMode, PortSettings, Program, ProgramIndex, Relay, Route,
    Rule, Service, Snooping, Speaker, Spot, Stand, StaticMac, Station, Stp, StpPort, Switch, Tag,
    Target, Transport, Vlan, Vlans,
};
pub use names::{HostName, InterfaceName, NodeName, ParseNameError};
pub use network::{DEFAULT_EVENTS, DEFAULT_UNTIL, Network, RunEnd, Start};
pub use print::print;
pub use probe::{ProbeOutcome, ProbeReport};
pub use question::{Question, QuestionError};
pub use resolve::FilesAt;
pub use schema::schema;
pub use span::{Span, Spanned, Text};
pub use units::{ParseUnitError, QueueSize, Rate, Share};

/// Reads a lab whose files are all in itself; see [`parse_in`].
///
/// # Errors
/// All errors and warnings, when there is at least one error.
pub fn parse(text: &str, file_name: &str) -> Result<(Lab, Diagnostics), Diagnostics> {
    parse_in(text, file_name, &mut |_| Err(io::ErrorKind::NotFound.into()))
}

/// Reads a lab and finds everything that is wrong with it.
///
/// `file_name` is only for messages, and names a lab that has no `name`. `folder` is asked for
/// files that programs name and that are not in the lab: the file at a path, or all the files in
/// the folder of that name. The answer has the warnings beside the lab: it can be built, and
/// whether to is for the caller to say.
///
/// # Errors
/// All errors and warnings, when there is at least one error.
pub fn parse_in(
    text: &str,
    file_name: &str,
    folder: &mut dyn FnMut(&str) -> io::Result<FilesAt>,
) -> Result<(Lab, Diagnostics), Diagnostics> {
    let mut list = Vec::new();
    let document = yaml::read(text, &mut list).and_then(|tree| document::read(&tree, &mut list));
    let lab = document.map(|document| {
        let lab = resolve::resolve(&document, stem(file_name), folder, &mut list);
        check::check(&lab, &mut list);
        lab
    });
    let diagnostics = Diagnostics::new(file_name, text, list);
    match lab {
        Some(lab) if diagnostics.errors() == 0 => Ok((lab, diagnostics)),
        _ => Err(diagnostics),
    }
}

/// Reads one line of the `expect` language about a lab, as if it stood in its file; [`Network::judge`]
/// judges it.
///
/// # Errors
/// What is wrong with the line, or with what it says about this lab.
pub fn expectation(lab: &Lab, line: &str) -> Result<Expectation, Diagnostics> {
    let mut list = Vec::new();
    let span = Span::new(0, line.len());
    let text = Text { value: line.to_owned(), span, verbatim: Some(0) };
    resolve::expectation(lab, &text, &mut list).ok_or_else(|| {
        // Other labels point into the lab's text, which is not here.
        list.iter_mut().for_each(|diagnostic| diagnostic.labels.truncate(1));
        Diagnostics::new("expectation", line, list)
    })
}

/// The circles of hubs and switches in which frames can go round without end, as the nodes on the way,
/// the first of them at the end again. One that the spanning tree cuts is none.
pub fn switch_loops(lab: &Lab) -> Vec<Vec<NodeIndex>> {
    check::switch_loops(lab)
}

/// The file's name without folders and ending, or `lab` when that is no name.
fn stem(file_name: &str) -> &str {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    if document::is_name(stem) { stem } else { "lab" }
}
