//! The programs of labs, on this machine: `lanternet serve echo`, `lanternet connect echo`,
//! `lanternet ping`.

use std::io::Write;

use lanternet_apps::Command;

use crate::failure::{Failure, Status};

pub(super) fn run(program: &Command, out: &mut dyn Write) -> Result<Status, Failure> {
    // The program writes by itself, line by line.
    out.flush()?;
    Ok(Status::Program(lanternet_live::run(program.clone())?))
}
