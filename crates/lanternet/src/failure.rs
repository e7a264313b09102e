//! How a command ends: exit codes, and messages on standard error.

use std::io::{self, Write};
use std::process::ExitCode;

use lanternet_explain::{Catalogue, Explained, args};
use lanternet_lab::Diagnostics;

use crate::lab_file;

/// How a command ended that did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Exit code 0.
    Fine,
    /// Exit code 1: an expectation did not hold, or the answer is no.
    Negative,
    /// Exit code 2: what it was given, or its surroundings, are not right.
    BadInput,
    /// That of the program that ran.
    Program(lanternet_apps::ExitCode),
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Fine => Self::SUCCESS,
            Status::Negative => Self::from(1),
            Status::BadInput => Self::from(2),
            Status::Program(code) => code.into(),
        }
    }
}

/// Why a command has nothing to print on standard output.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Wrong input: a message, and what to do.
    BadInput(Explained),
    /// A lab file with errors, to be shown where they are.
    BadLab(Diagnostics),
    /// The answer is no, and there is nothing else to say.
    Negative(Explained),
    /// Standard output, or a file that was to be written.
    Output(io::Error),
}

impl Failure {
    /// Writes the message and tells the exit code.
    pub(crate) fn report(&self, catalogue: &Catalogue) -> ExitCode {
        let (explained, status) = match self {
            Self::BadLab(diagnostics) => {
                lab_file::report(diagnostics);
                let (errors, warnings) = (diagnostics.errors(), diagnostics.warnings());
                let counts = args!(count errors, count warnings);
                let message = catalogue.text("command-bad-lab", &counts);
                (Explained { message, help: None }, Status::BadInput)
            }
            Self::BadInput(explained) => (explained.clone(), Status::BadInput),
            Self::Negative(explained) => (explained.clone(), Status::Negative),
            // `lanternet ... | head` has seen enough.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                return Status::Fine.into();
            }
            Self::Output(error) => {
                let message = catalogue.text("command-output-failed", &args!(error));
                (Explained { message, help: None }, Status::BadInput)
            }
        };
        let mut text = format!("lanternet: {}\n", explained.message);
        if let Some(help) = explained.help {
            text += &format!("  {}\n", catalogue.text("command-help", &args!(help)));
        }
        // Nobody is left to tell when even this cannot be written.
        let _ = io::stderr().write_all(text.as_bytes());
        status.into()
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
