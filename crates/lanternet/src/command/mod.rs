//! The commands. A new one is a file here with its `Args` and its `run`, a variant of [`Command`] and
//! a line in [`Command::run`].

mod completions;
mod man;
mod port;
mod subnet;

use std::io::Write;

use clap::Subcommand;
use lanternet_explain::{Catalogue, Locale};

use crate::failure::{Failure, Status};

// Shown by `lanternet --help` in this order.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Subnet(subnet::Args),
    Port(port::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    /// Does what was asked, with its output on `out`.
    pub(crate) fn run(&self, context: &Context, out: &mut dyn Write) -> Result<Status, Failure> {
        match self {
            Self::Subnet(args) => subnet::run(args, context, out),
            Self::Port(args) => port::run(args, context, out),
            Self::Completions(args) => completions::run(args, out),
            Self::Man(args) => man::run(args, out),
        }
    }
}

/// What every command may need.
pub(crate) struct Context {
    /// The sentences in the user's language.
    pub(crate) catalogue: Catalogue,
}

impl Context {
    /// With the language asked for, or else the first known one of the environment, or else English.
    pub(crate) fn new(lang: Option<Locale>) -> Self {
        let environment = || sys_locale::get_locales().find_map(|name| name.parse().ok());
        let locale = lang.or_else(environment).unwrap_or(Locale::En);
        Self { catalogue: Catalogue::new(locale) }
    }
}
