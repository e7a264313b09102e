//! The commands. A new one is a file here with its `Args` and its `run`, a variant of [`Command`] and
//! a line in [`Command::run`].

mod check;
mod completions;
mod man;
mod port;
mod program;
mod run;
mod schema;
mod show;
mod subnet;
mod why;

use std::io::Write;
use std::sync::Arc;

use clap::Subcommand;
use lanternet_explain::{Catalogue, Explained, Locale, args};
use lanternet_lab::{Lab, NodeIndex};

use crate::failure::{Failure, Status};

// Shown by `lanternet --help` in this order.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(run::Args),
    Why(why::Args),
    Check(check::Args),
    Show(show::Args),
    Subnet(subnet::Args),
    Port(port::Args),
    #[command(flatten)]
    Program(lanternet_apps::Command),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    /// Does what was asked, with its output on `out`.
    pub(crate) fn run(&self, context: &Context, out: &mut dyn Write) -> Result<Status, Failure> {
        match self {
            Self::Run(args) => run::run(args, context, out),
            Self::Why(args) => why::run(args, context, out),
            Self::Check(args) => check::run(args, context, out),
            Self::Show(args) => show::run(args, context, out),
            Self::Subnet(args) => subnet::run(args, context, out),
            Self::Port(args) => port::run(args, context, out),
            Self::Program(program) => program::run(program, out),
            Self::Schema(args) => schema::run(args, out),
            Self::Completions(args) => completions::run(args, out),
            Self::Man(args) => man::run(args, out),
        }
    }
}

/// What every command may need.
pub(crate) struct Context {
    /// The sentences in the user's language.
    pub(crate) catalogue: Arc<Catalogue>,
}

impl Context {
    /// With the language asked for, or else the first known one of the environment, or else English.
    pub(crate) fn new(lang: Option<Locale>) -> Self {
        let locale = lang.or_else(of_environment).unwrap_or(Locale::En);
        Self { catalogue: Arc::new(Catalogue::new(locale)) }
    }
}

/// The first language of the environment that there are texts in.
fn of_environment() -> Option<Locale> {
    sys_locale::get_locales().find_map(|name| match name.split('.').next() {
        // Programs that want no translation set these; what follows does not count then.
        Some("C" | "POSIX") => Some(Locale::En),
        _ => name.parse().ok(),
    })
}

/// The node of this name.
fn find_node(lab: &Lab, name: &str, context: &Context) -> Result<NodeIndex, Failure> {
    lab.find(name).ok_or_else(|| {
        let nodes: Vec<_> = lab.nodes.iter().map(|node| node.name.to_string()).collect();
        let nodes = nodes.join(", ");
        Failure::BadInput(Explained {
            message: context.catalogue.text("command-no-such-node", &args!(name)),
            help: Some(context.catalogue.text("command-nodes", &args!(nodes))),
        })
    })
}
