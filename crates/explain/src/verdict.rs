//! Why an expectation did not hold, and which programs did not end.

use lanternet_core::Topology;
use lanternet_lab::{Finding, Lab, ProbeOutcome, ProbeReport, ProgramIndex, Verdict};

use crate::args;
use crate::locale::Catalogue;

/// What was found instead of what was expected; `None` where the expectation held.
///
/// For a probe this is what came of it; where and why is the business of `why`.
pub fn reason(
    catalogue: &Catalogue,
    _lab: &Lab,
    _topology: &Topology,
    verdict: &Verdict,
) -> Option<String> {
    if verdict.held {
        return None;
    }
    Some(match &verdict.finding {
        Finding::Probe(report) => outcome(catalogue, report),
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

/// What came of a probe, in one sentence.
pub fn outcome(catalogue: &Catalogue, report: &ProbeReport) -> String {
    match report.outcome {
        ProbeOutcome::Reached { rtt, .. } => catalogue.text("verdict-reached", &args!(time = rtt)),
        ProbeOutcome::Delivered { .. } => catalogue.phrase("verdict-delivered"),
        ProbeOutcome::Refused => catalogue.phrase("verdict-refused"),
        ProbeOutcome::Failed(error) => catalogue.text("verdict-failed", &args!(error)),
        ProbeOutcome::Silent => catalogue.phrase("verdict-silent"),
        ProbeOutcome::UnknownName => catalogue.phrase("verdict-unknown-name"),
        ProbeOutcome::NoAddress => catalogue.phrase("verdict-no-address"),
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
