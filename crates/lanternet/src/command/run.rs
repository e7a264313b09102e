//! `lanternet run`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration as WallTime, Instant as WallClock};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lanternet_core::pcapng::{Capture, CaptureSettings};
use lanternet_core::{Duration, Instant, Limits, Record, Stop, Topology, TraceEvent};
use lanternet_explain::{
    Catalogue, Digest, Explained, Narrator, NetworkSummary, OutputColumns, args, comment,
    expectation, expectation_line, json_line, run_ended_line, stopped, verdict,
};
use lanternet_lab::{Lab, Network, RunEnd, Start, Verdict, switch_loops};

use super::Context;
use crate::failure::{Failure, Status};
use crate::lab_file::{LabFile, hint};

/// Events handled between two looks at the clock and at what is to be printed.
const SLICE: u64 = 20_000;
/// A run that is shorter needs no progress bar.
const PATIENCE: WallTime = WallTime::from_secs(1);
/// More circles of switches than this are not told one by one.
const LOOPS_SHOWN: usize = 3;

/// Run a lab: its programs, what the network did, what was expected
///
/// Time is simulated: the run takes as long as the computing takes, and prints the same each time.
/// It ends when all programs but the servers have ended and the network is quiet, at the latest after
/// one simulated hour (--until, or `until:` in the lab) or 50 million events.
///
/// Exit code 1 when an expectation did not hold.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lanternet run labs/two-dorms.yaml
  lanternet run labs/two-dorms.yaml --trace
  lanternet run labs/two-dorms.yaml --pcap two-dorms.pcapng")]
pub(crate) struct Args {
    #[command(flatten)]
    lab: LabFile,

    /// Tell everything that happens, and why
    #[arg(long)]
    trace: bool,

    /// Print the trace as JSON lines (docs/trace-json.md) and nothing else
    #[arg(long, conflicts_with = "trace")]
    json: bool,

    /// Write a capture for Wireshark: each frame's comments say why; expectations' probes come last
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,

    /// Stop at this time, such as 10s
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    until: Option<Duration>,

    /// Draw all chance from this number instead of the lab's
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true, value_parser = seed)]
    seed: Option<u64>,
}

/// Reads `--seed`.
fn seed(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("expected a whole number from 0 to {}, got `{text}`", u64::MAX))
}

pub(super) fn run(args: &Args, context: &Context, out: &mut dyn Write) -> Result<Status, Failure> {
    let (mut lab, warnings) = args.lab.load(context)?;
    hint(&warnings, &args.lab, &context.catalogue);
    if let Some(seed) = args.seed {
        lab.reseed(seed);
    }
    let catalogue = &context.catalogue;
    let mut network = Network::build(&lab);
    let digest = Digest::default();
    let pending = Pending::default();
    let capture =
        args.pcap.as_deref().map(|path| start_capture(path, &lab, &mut network, catalogue));
    let capture = capture.transpose()?;
    if !args.json {
        out.write_all(NetworkSummary::of(&lab).render(catalogue).as_bytes())?;
        writeln!(out)?;
    }
    observe(args, &lab, &mut network, catalogue, &pending);
    network.sim.observe(digest.clone());

    network.start(&lab, Start::All);
    let mut limits = Network::limits(&lab);
    if let Some(until) = args.until {
        limits.until = Instant::ZERO + until;
    }
    let end = run_slices(&mut network, limits, &pending, out)?;
    if args.json {
        let (now, events) = (network.sim.now(), network.sim.events());
        writeln!(out, "{}", run_ended_line(catalogue, end.stop, now, events))?;
    } else {
        print_end(&network, &lab, &end, &digest, catalogue, out)?;
    }
    let held = judge(args, &lab, &mut network, catalogue, &pending, out)?;
    if let Some((capture, path)) = capture {
        capture.finish().map_err(|error| cannot_write(catalogue, path, &error))?;
    }
    Ok(if held { Status::Fine } else { Status::Negative })
}

/// Lines that observers have made and nobody has printed yet.
#[derive(Clone, Default)]
struct Pending(Arc<Mutex<String>>);

impl Pending {
    fn push(&self, line: &str) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(line);
        text.push('\n');
    }

    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        out.write_all(text.as_bytes())?;
        text.clear();
        Ok(())
    }
}

/// Adds the observer that makes the lines of the run: all events, or what programs write.
fn observe(
    args: &Args,
    lab: &Lab,
    network: &mut Network,
    catalogue: &Arc<Catalogue>,
    pending: &Pending,
) {
    let (pending, catalogue) = (pending.clone(), Arc::clone(catalogue));
    if args.json {
        network.sim.observe(move |topology: &Topology, record: &Record| {
            pending.push(&json_line(&catalogue, topology, record));
        });
    } else if args.trace {
        let narrator = Narrator::new(catalogue, network.sim.topology());
        network.sim.observe(move |topology: &Topology, record: &Record| {
            pending.push(&narrator.line(topology, record));
        });
    } else {
        let named = lab
            .programs
            .iter()
            .map(|program| (lab.node(program.on).name.as_str(), program.name.as_str()));
        let columns = OutputColumns::new(named);
        network.sim.observe(move |topology: &Topology, record: &Record| {
            if let TraceEvent::ProgramWrote { program, line, .. } = &record.event {
                let node = topology.node_name(record.place.node());
                pending.push(&columns.line(record.at, node, program, line));
            }
        });
    }
}

/// Whether a capture may take the place of what is there: only of nothing or of another capture, so
/// that a slip of the hand does not cost somebody a lab. Devices and pipes hold nothing.
fn may_replace(path: &Path) -> bool {
    // The type of the section header block (the pcapng specification, section 4.1).
    const SECTION_HEADER: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
    let is_file = std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() > 0);
    let mut start = [0; 4];
    !is_file
        || File::open(path)
            .and_then(|mut file| file.read_exact(&mut start))
            .is_ok_and(|()| start == SECTION_HEADER)
}

type FileCapture = Capture<BufWriter<File>>;

fn start_capture<'a>(
    path: &'a Path,
    lab: &Lab,
    network: &mut Network,
    catalogue: &Arc<Catalogue>,
) -> Result<(FileCapture, &'a Path), Failure> {
    if !may_replace(path) {
        let path = path.display();
        return Err(Failure::BadInput(Explained {
            message: catalogue.text("command-no-capture-there", &args!(path)),
            help: Some(catalogue.phrase("command-another-capture-name")),
        }));
    }
    let file = File::create(path).map_err(|error| cannot_write(catalogue, path, &error))?;
    let names = lab.stations().flat_map(|(_, node, station)| {
        station.addresses().map(|address| (address.addr(), node.name.to_string()))
    });
    let settings = CaptureSettings {
        application: concat!("lanternet ", env!("CARGO_PKG_VERSION")).to_owned(),
        hardware: lab.name.clone(),
        names: names.collect(),
        ..CaptureSettings::default()
    };
    let words = {
        let catalogue = Arc::clone(catalogue);
        move |topology: &Topology, record: &Record| comment(&catalogue, topology, record)
    };
    let writer = BufWriter::new(file);
    let capture = Capture::start(writer, network.sim.topology(), settings, words);
    network.sim.observe(capture.clone());
    Ok((capture, path))
}

fn cannot_write(catalogue: &Catalogue, path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    let message = catalogue.text("command-cannot-write", &args!(path, error));
    Failure::BadInput(Explained { message, help: None })
}

/// Runs to the end, printing what there is from time to time, with a progress bar on a terminal that
/// has waited a while.
fn run_slices(
    network: &mut Network,
    limits: Limits,
    pending: &Pending,
    out: &mut dyn Write,
) -> Result<RunEnd, Failure> {
    let began = WallClock::now();
    let mut bar: Option<ProgressBar> = None;
    let mut left = limits.events;
    loop {
        let before = network.sim.events();
        let slice = Limits { events: left.min(SLICE), ..limits };
        let end = network.run(slice);
        left = left.saturating_sub(network.sim.events() - before);
        if end.stop != Stop::EventLimit || left == 0 {
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
            pending.print(out)?;
            return Ok(end);
        }
        if began.elapsed() > PATIENCE && io::stderr().is_terminal() {
            let bar = bar.get_or_insert_with(progress_bar);
            bar.set_message(format!("{:.3}  {} events", network.sim.now(), network.sim.events()));
            bar.suspend(|| pending.print(out))?;
            bar.tick();
        } else {
            pending.print(out)?;
        }
    }
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    // The template is fixed, so it cannot be wrong.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
        bar.set_style(style);
    }
    bar
}

fn print_end(
    network: &Network,
    lab: &Lab,
    end: &RunEnd,
    digest: &Digest,
    catalogue: &Catalogue,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    writeln!(out)?;
    out.write_all(digest.tally().render(catalogue, network.sim.topology()).as_bytes())?;
    out.write_all(verdict::unfinished(catalogue, lab, &end.unfinished).as_bytes())?;
    let (now, events) = (network.sim.now(), network.sim.events());
    writeln!(out, "{}", stopped(catalogue, end.stop, now, events))?;
    if end.stop != Stop::Idle {
        for circle in switch_loops(lab).iter().take(LOOPS_SHOWN) {
            let names: Vec<_> = circle.iter().map(|node| lab.node(*node).name.as_str()).collect();
            let way = names.join(" – ");
            writeln!(out, "{}", catalogue.text("run-stopped-loop", &args!(way)))?;
        }
    }
    Ok(())
}

/// Judges the expectations in their order; whether all of them held.
fn judge(
    args: &Args,
    lab: &Lab,
    network: &mut Network,
    catalogue: &Catalogue,
    pending: &Pending,
    out: &mut dyn Write,
) -> Result<bool, Failure> {
    if !args.json && !lab.expectations.is_empty() {
        writeln!(out, "\n{}", catalogue.phrase("run-expectations"))?;
    }
    let mut held = 0;
    for expected in &lab.expectations {
        let Verdict { held: holds, finding } = network.judge(lab, expected);
        held += usize::from(holds);
        let text = expected.text.as_str();
        let verdict = Verdict { held: holds, finding };
        let reason = verdict::reason(catalogue, lab, network.sim.topology(), &verdict);
        if args.json {
            pending.print(out)?;
            let now = network.sim.now();
            writeln!(out, "{}", expectation_line(now, text, holds, reason.as_deref()))?;
        } else {
            writeln!(out, "{}", expectation(text, holds, reason.as_deref()))?;
        }
    }
    Ok(held == lab.expectations.len())
}
