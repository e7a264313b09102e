//! Why an expectation did not hold, and which programs did not end.

use lanternet_core::Topology;
use lanternet_lab::{Finding, Lab, ProbeOutcome, ProbeReport, ProgramIndex, Verdict};

use crate::args;
use crate::explained::Explained;
use crate::locale::Catalogue;
use crate::why::Answer;

/// What was found instead of what was expected, and for a probe why; `None` where the expectation
/// held.
pub fn reason(
    catalogue: &Catalogue,
    lab: &Lab,
    topology: &Topology,
    verdict: &Verdict,
) -> Option<String> {
    if verdict.held {
        return None;
    }
    Some(match &verdict.finding {
        Finding::Probe(report) => probe_reason(catalogue, lab, topology, report),
        Finding::Resolved(found) if found.is_empty() => catalogue.phrase("verdict-unknown-name"),
        Finding::Resolved(found) => catalogue.text("verdict-resolved", &args!(found = list(found))),
        Finding::Addresses(found) if found.is_empty() => catalogue.phrase("verdict-no-address"),
        Finding::Addresses(found) => {
            catalogue.text("verdict-addresses", &args!(found = list(found)))
        }
        Finding::Output { last: None, .. } => catalogue.phrase("verdict-no-output"),
        Finding::Output { lines, last: Some(last) } => {
            catalogue.text("verdict-output", &args!(count lines = *lines, last))
        }
        Finding::Exit(Some(code)) => catalogue.text("verdict-exit", &args!(code)),
        Finding::Exit(None) => catalogue.phrase("verdict-running"),
    })
}

/// Why a probe did not get there, with what to do; or that it did.
fn probe_reason(
    catalogue: &Catalogue,
    lab: &Lab,
    topology: &Topology,
    report: &ProbeReport,
) -> String {
    match (Answer::new(lab, topology, report).reason(catalogue), report.outcome) {
        (Some(Explained { message, help: None }), _) => message,
        (Some(Explained { message, help: Some(help) }), _) => format!("{message}\n{help}"),
        (None, ProbeOutcome::Reached { rtt, .. }) => {
            catalogue.text("verdict-reached", &args!(time = rtt))
        }
        (None, _) => catalogue.phrase("verdict-delivered"),
    }
}

/// The programs that have not ended, each in a line.
pub fn unfinished(catalogue: &Catalogue, lab: &Lab, programs: &[ProgramIndex]) -> String {
    let line = |index: &ProgramIndex| {
        let program = &lab.programs[index.0];
        let (name, node) = (&program.name, &lab.node(program.on).name);
        format!("{}\n", catalogue.text("run-unfinished", &args!(name, node)))
    };
    programs.iter().map(line).collect()
}

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}
