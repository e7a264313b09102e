//! `lanternet schema`.

use std::io::Write;

use crate::failure::{Failure, Status};

/// Print the JSON Schema of lab files, for editors
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  lanternet schema > lab.schema.json
  and in the first line of a lab: # yaml-language-server: $schema=lab.schema.json")]
pub(crate) struct Args {}

pub(super) fn run(_: &Args, out: &mut dyn Write) -> Result<Status, Failure> {
    let text =
        serde_json::to_string_pretty(&lanternet_lab::schema()).map_err(std::io::Error::from)?;
    writeln!(out, "{text}")?;
    Ok(Status::Fine)
}
