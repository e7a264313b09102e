//! `lanternet why`.

use std::io::Write;

use lanternet_core::{Duration, Instant};
use lanternet_explain::Explained;
use lanternet_explain::why::Answer;
use lanternet_lab::{Network, Question, Start};

use super::Context;
use crate::failure::{Failure, Status};
use crate::lab_file::{LabFile, hint};

/// Send one probe and tell its story hop by hop: what each device looked up and changed, and why
///
/// The probe is an echo request, or with a port a TCP connection or a UDP datagram. The lab's servers
/// are started first, its other programs are not, so that tables are empty and everything is seen.
///
/// Exit code 0 when the probe got there and back, 1 when not.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lanternet why labs/two-dorms.yaml a1 b3
  lanternet why labs/two-dorms.yaml a1 b3:9090
  lanternet why labs/broken/wrong-mask.yaml a1 b1")]
pub(crate) struct Args {
    #[command(flatten)]
    lab: LabFile,

    /// Host or router that sends the probe
    from: String,

    /// Where it goes: node, address or name, with a port or without: b3, b3:9090, 10.0.0.1:53/udp
    #[arg(value_name = "TO[:PORT[/udp]]")]
    to: String,

    /// Send it at this time of the run, after all programs have run that long
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<Duration>,
}

pub(super) fn run(args: &Args, context: &Context, out: &mut dyn Write) -> Result<Status, Failure> {
    let (lab, warnings) = args.lab.load(context)?;
    hint(&warnings, &args.lab, &context.catalogue);
    let Question { from, target, service } = Question::parse(&lab, &args.from, &args.to)
        .map_err(|error| Explained { message: error.message, help: error.help })
        .map_err(Failure::BadInput)?;
    let mut network = Network::build(&lab);
    match args.at {
        None => {
            network.start(&lab, Start::Servers);
            network.run(Network::limits(&lab));
        }
        Some(at) => {
            network.start(&lab, Start::All);
            network.sim.run_until(Instant::ZERO + at);
        }
    }
    let probe = network.probe(&lab, from, &target, service, 1);
    let answer = Answer::new(&lab, network.sim.topology(), &probe);
    out.write_all(answer.story(&context.catalogue).as_bytes())?;
    Ok(if probe.reached() { Status::Fine } else { Status::Negative })
}
