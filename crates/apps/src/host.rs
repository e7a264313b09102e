//! `host`: what this host is called and what addresses that name has (`gethostname`, `gethostbyname`), or
//! those of another name.
//!
//! It tells what every program gets that asks its host for the name: from the list of hosts, the lab, or
//! the name servers. [`lookup`](crate::lookup) asks the name servers alone, and shows their answers.
//!
//! Exit code: 0 when the name has an address, 1 when nobody knows it.

use crate::console::{Console, ExitCode};
use crate::sockets::Sockets;
use crate::text;

/// The command line of `host`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// A name or an address (default: this host's own name)
    pub name: Option<String>,
}

/// Runs `host`.
pub async fn run<S: Sockets, C: Console>(sockets: S, console: C, args: Args) -> ExitCode {
    let name = args.name.unwrap_or_else(|| sockets.host_name());
    console.print_line(&format!("name     {}", text::printable(name.as_bytes())));
    match sockets.resolve(&name).await {
        Ok(addresses) => {
            for address in addresses {
                console.print_line(&format!("address  {address}"));
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            console.error(&format!("host: {name}: {}", text::describe(&error)));
            ExitCode::FAILURE
        }
    }
}
