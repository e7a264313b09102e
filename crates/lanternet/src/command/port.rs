//! `lanternet port`.

use std::io::Write;

use lanternet_explain::port::{Answer, Query, look_up};
use lanternet_net::services::Transport;

use super::Context;
use crate::failure::{Failure, Status};

/// Tell what a port is for, or which port a service has
///
/// From the IANA registry, with a note where a port is used by habit for something that it is not
/// assigned to. Exit code 1 when nothing is assigned.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lanternet port 3306
  lanternet port https --udp")]
pub(crate) struct Args {
    /// Port number or service name
    #[arg(value_name = "NUMBER|NAME", allow_negative_numbers = true)]
    service: String,

    /// Only assignments over TCP
    #[arg(long)]
    tcp: bool,

    /// Only assignments over UDP
    #[arg(long)]
    udp: bool,
}

pub(super) fn run(args: &Args, context: &Context, out: &mut dyn Write) -> Result<Status, Failure> {
    let catalogue = &context.catalogue;
    let over: Vec<Transport> = [(args.tcp, Transport::Tcp), (args.udp, Transport::Udp)]
        .into_iter()
        .filter_map(|(asked, transport)| asked.then_some(transport))
        .collect();
    let query = Query::parse(catalogue, &args.service).map_err(Failure::BadInput)?;
    match look_up(catalogue, &query, &over) {
        Answer::Assigned(text) => {
            out.write_all(text.as_bytes())?;
            Ok(Status::Fine)
        }
        Answer::Unassigned(text) => {
            out.write_all(text.as_bytes())?;
            Ok(Status::Negative)
        }
        Answer::Unknown(explained) => Err(Failure::Negative(explained)),
    }
}
