//! `lanternet check`.

use std::io::Write;

use lanternet_explain::args;

use super::Context;
use crate::failure::{Failure, Status};
use crate::lab_file::{LabFile, report};

/// Find the mistakes in a lab without running it
///
/// Errors, which keep a lab from being built, give exit code 2; warnings, things that are legal to
/// write and wrong in a network, exit code 1. All of them are shown, each with its place and what to
/// do next.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lanternet check labs/two-dorms.yaml
  lanternet check labs/two-dorms.yaml --print")]
pub(crate) struct Args {
    #[command(flatten)]
    lab: LabFile,

    /// Print the lab as understood, with every default filled in
    #[arg(long)]
    print: bool,
}

pub(super) fn run(args: &Args, context: &Context, out: &mut dyn Write) -> Result<Status, Failure> {
    let (lab, warnings) = args.lab.load(context)?;
    report(&warnings);
    if args.print {
        out.write_all(lanternet_lab::print(&lab).as_bytes())?;
    } else {
        let summary = args!(
            file = args.lab.name(),
            count nodes = lab.nodes.len(),
            count links = lab.links.len(),
            count programs = lab.programs.len(),
            count expectations = lab.expectations.len(),
            count warnings = warnings.warnings()
        );
        writeln!(out, "{}", context.catalogue.text("command-checked", &summary))?;
    }
    Ok(if warnings.is_empty() { Status::Fine } else { Status::Negative })
}
