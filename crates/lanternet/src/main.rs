//! The `lanternet` command: reads the command line, hands over to one command, reports its end.
//!
//! It only wires: what the commands do lives in the libraries.

mod args;
mod command;
mod failure;
mod lab_file;
mod output;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::command::Context;
use crate::failure::{Failure, Status};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let context = Context::new(cli.lang);
    let mut out = output::stdout();
    let end = cli.command.run(&context, &mut out);
    // What was written before a failure comes out before its message.
    let flushed = out.flush().map_err(Failure::from);
    match end.and_then(|status| flushed.map(|()| status)) {
        Ok(status) => status.into(),
        Err(failure) => failure.report(&context.catalogue),
    }
}

/// Ends with what clap has to say: the help that was asked for, or what is wrong with the arguments.
fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Help and version; a reader that stopped early is no mistake.
        return match error.print() {
            Ok(()) => Status::Fine.into(),
            Err(error) => Failure::from(error).report(&Context::new(None).catalogue),
        };
    }
    let text = error.render().to_string();
    // The bare command gets the help, which has no such prefix.
    let text = match text.strip_prefix("error: ") {
        Some(message) => format!("lanternet: {message}"),
        None => text,
    };
    // Nobody is left to tell when even this cannot be written.
    let _ = io::stderr().write_all(text.as_bytes());
    Status::BadInput.into()
}
