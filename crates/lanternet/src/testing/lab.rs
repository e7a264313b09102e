//! A lab that runs inside a test.

use std::cell::Cell;
use std::path::Path;

use lanternet_core::{Duration, Instant, NodeId, Record, Simulation};
use lanternet_lab::{DEFAULT_UNTIL, Diagnostics, Network, NodeIndex, Start};

use super::builder::Builder;
use super::cable::Cable;
use super::failure::{Failure, FailureKind, Mistakes};
use super::host::{Host, Program, Server};
use super::seed;
use super::trace::{RECORDS, Trace, Watch};
use crate::lab_folder::LabFolder;

/// How many sentences a failure tells.
const TOLD: usize = 12;
/// How many lost frames a failure tells besides.
const TOLD_LOST: usize = 5;
/// Fewer records than this are not worth having.
const FEWEST_RECORDS: usize = 1000;

/// What is not in the lab's own text.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed, whatever the text, [`for_each_seed`](super::for_each_seed) and the environment say.
    pub seed: Option<u64>,
    /// How many records of what happened are kept, at least 1000; the oldest go first. A record of a
    /// frame holds its bytes.
    pub records: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: None, records: RECORDS }
    }
}

/// A network with programs on its hosts, in virtual time, under the control of a test.
///
/// Nothing happens until one of the `run` methods is called, and when it returns, time stands still:
/// then a test starts programs, brings faults about, and looks at what happened.
pub struct Lab {
    pub(super) network: Network,
    pub(super) description: lanternet_lab::Lab,
    pub(super) watch: Watch,
    pub(super) servers: Vec<Server>,
    /// Nodes on which programs were started.
    pub(super) busy: Vec<NodeId>,
    /// How many programs were started without a name.
    pub(super) unnamed: u32,
    pub(super) limit: Duration,
    /// When a failure told what had happened last.
    told: Cell<Option<Instant>>,
    warnings: Diagnostics,
}

impl Lab {
    /// A lab described in code.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A lab described by the text of a lab file. Its programs start with the first run; files that
    /// programs read have to be in the text.
    ///
    /// # Errors
    /// All that is wrong with the text.
    #[track_caller]
    pub fn from_text(text: &str) -> Result<Self, Mistakes> {
        Self::from_text_with(text, &Options::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// All that is wrong with the text.
    #[track_caller]
    pub fn from_text_with(text: &str, options: &Options) -> Result<Self, Mistakes> {
        let at = std::panic::Location::caller();
        let name = format!("lab of {}:{}", at.file(), at.line());
        lanternet_lab::parse(text, &name)
            .map(|(lab, warnings)| Self::new(lab, warnings, options))
            .map_err(Mistakes)
    }

    /// A lab described by a file, with the files beside it that its programs read. A relative path is
    /// one from the package of the test.
    ///
    /// # Errors
    /// What the system says about reading, and all that is wrong with the text.
    pub fn from_file(path: impl AsRef<Path>) -> super::Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let folder = LabFolder::of(path);
        let name = path.display().to_string();
        let parsed = lanternet_lab::parse_in(&text, &name, &mut |path| folder.files_at(path));
        let (lab, warnings) = parsed.map_err(Mistakes)?;
        Ok(Self::new(lab, warnings, &Options::default()))
    }

    pub(super) fn new(
        mut description: lanternet_lab::Lab,
        warnings: Diagnostics,
        options: &Options,
    ) -> Self {
        let seed = seed::choose(options.seed, Some(description.seed));
        if seed != description.seed {
            description.reseed(seed);
        }
        let mut network = Network::build(&description);
        let watch = Watch::new(options.records.max(FEWEST_RECORDS));
        network.sim.observe(watch.clone());
        network.start(&description, Start::All);
        let limit = description.until.unwrap_or(DEFAULT_UNTIL);
        let mut busy: Vec<_> =
            description.programs.iter().map(|program| NodeId::from(program.on)).collect();
        busy.sort();
        busy.dedup();
        let (servers, unnamed, told) = (Vec::new(), 0, Cell::new(None));
        Self { network, description, watch, servers, busy, unnamed, limit, told, warnings }
    }

    /// What is strange about the description, though it can be built.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// The seed from which all chance in this lab is drawn.
    pub fn seed(&self) -> u64 {
        self.description.seed
    }

    /// The time in the lab.
    pub fn now(&self) -> Instant {
        self.network.sim.now()
    }

    /// How long the lab has run.
    pub fn elapsed(&self) -> std::time::Duration {
        (self.now() - Instant::ZERO).into()
    }

    /// Ends each run after at most this long in simulated time: an hour, or `until` of the lab's text,
    /// unless it is said here.
    pub fn set_limit(&mut self, limit: impl Into<Duration>) {
        self.limit = limit.into();
    }

    /// A host or router, to put programs on, or to take its power away.
    ///
    /// # Panics
    /// When no node has this name, or it is a switch or hub.
    #[track_caller]
    pub fn host(&mut self, name: &str) -> Host<'_> {
        let node = self.station(name);
        Host { lab: self, node, name: None }
    }

    /// The cable between two nodes, to pull it, hold what is on it, or change it. Where there are
    /// several, ends are named as in a lab file: `r1:eth0`.
    ///
    /// # Panics
    /// When there is no such cable, or more than one.
    #[track_caller]
    pub fn cable(&mut self, a: &str, b: &str) -> Cable<'_> {
        Cable::find(self, a, b)
    }

    /// What happened so far.
    pub fn trace(&self) -> Trace<'_> {
        Trace {
            topology: self.network.sim.topology(),
            kept: self.watch.kept(),
            node: None,
            since: Instant::ZERO,
        }
    }

    /// What a program wrote, on both streams.
    pub fn output(&self, program: Program) -> String {
        let found = self.network.host(program.node).and_then(|host| host.program(program.id));
        let lines = found.map_or_else(Vec::new, |program| program.output);
        lines.iter().map(|line| format!("{}\n", line.text)).collect()
    }

    /// The exit code of a program that has ended: of a program of the test 0, 1 for an error, or 101
    /// for a panic.
    pub fn exit_code(&self, program: Program) -> Option<u8> {
        self.network.host(program.node)?.program(program.id)?.exit_code()
    }

    /// The simulation underneath, for what is not offered here: observers, frames from outside,
    /// devices of one's own.
    pub fn simulation(&mut self) -> &mut Simulation {
        &mut self.network.sim
    }

    /// The checked description.
    pub fn description(&self) -> &lanternet_lab::Lab {
        &self.description
    }

    pub(super) fn failure(&self, kind: FailureKind) -> Failure {
        self.failure_at(self.now(), kind)
    }

    pub(super) fn failure_at(&self, at: Instant, kind: FailureKind) -> Failure {
        self.told.set(Some(self.now()));
        Failure::new(kind, at, self.seed(), self.story())
    }

    /// What happened last, and which frames were lost before that.
    fn story(&self) -> String {
        let trace = self.trace();
        let told = trace.records().rev().take(TOLD).count();
        let first_told = trace.records().rev().nth(told.saturating_sub(1)).map(|record| record.at);
        let before = |record: &Record| first_told.is_some_and(|at| record.at < at);
        let lost = trace.drops().rev().filter(|(record, _)| before(record)).take(TOLD_LOST);
        let mut lost: Vec<_> = lost.map(|(record, _)| trace.sentence(record)).collect();
        lost.reverse();
        if !lost.is_empty() {
            lost.push("...".to_owned());
        }
        let lost: String = lost.into_iter().map(|line| line + "\n").collect();
        lost + &trace.last(TOLD)
    }

    /// The number of a host or router.
    #[track_caller]
    pub(super) fn station(&self, name: &str) -> NodeIndex {
        let Some(index) = self.description.find(name) else {
            let names = self.description.nodes.iter().map(|node| node.name.as_str());
            panic!("no node is called `{name}`; the nodes are {}", listed(names));
        };
        let kind = &self.description.node(index).kind;
        assert!(
            kind.station().is_some(),
            "`{name}` is a {}, which has no programs and no packets of its own",
            kind.word()
        );
        index
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // An assertion of the test failed: what happened, and how to see it again.
        // When that is an `unwrap` of a failure, the failure has told it.
        if std::thread::panicking() && self.told.get() != Some(self.now()) {
            let story = self.story();
            eprintln!("in a lab of seed {}, at {}", self.seed(), self.now());
            if !story.is_empty() {
                eprintln!("what happened last:");
                story.lines().for_each(|line| eprintln!("  {line}"));
            }
            if !seed::is_told() {
                eprintln!("repeat it with: {}", seed::repeat(self.seed()));
            }
        }
    }
}

impl std::fmt::Debug for Lab {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, now, seed) = (&self.description.name, self.now(), self.seed());
        f.debug_struct("Lab")
            .field("name", name)
            .field("now", &now)
            .field("seed", &seed)
            .finish_non_exhaustive()
    }
}

/// "`a`, `b`, `c`".
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
