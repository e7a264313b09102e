//! `lanternet man`.

use std::io::Write;

use clap::CommandFactory as _;
use lanternet_explain::Explained;

use crate::args::Cli;
use crate::failure::{Failure, Status};

/// Print the manual page of lanternet or of one command, in roff
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  lanternet man subnet | man -l -")]
pub(crate) struct Args {
    /// The command; without it the page of lanternet itself
    command: Option<String>,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<Status, Failure> {
    let mut all = Cli::command();
    all.build();
    let command = match &args.command {
        None => all,
        Some(name) => page_of(&all, name)?,
    };
    clap_mangen::Man::new(command).render(out)?;
    Ok(Status::Fine)
}

fn page_of(all: &clap::Command, name: &str) -> Result<clap::Command, Failure> {
    all.find_subcommand(name).cloned().ok_or_else(|| {
        let known: Vec<&str> = all.get_subcommands().map(clap::Command::get_name).collect();
        let help = format!("the commands are {}", known.join(", "));
        Failure::BadInput(Explained::new(format!("there is no command `{name}`"), help))
    })
}
