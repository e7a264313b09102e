//! A lab that runs inside a test.

use std::cell::Cell;
use std::path::Path;

use lanternet_core::{Duration, Instant, NodeId, Record, Simulation};
use lanternet_explain::why::Answer;
use lanternet_explain::{Catalogue, Locale, verdict};
use lanternet_lab::{
    Claim, DEFAULT_EVENTS, DEFAULT_UNTIL, Diagnostics, Network, NodeIndex, Question, Start, Target,
};
use lanternet_net::host::Host as Device;

use super::builder::Builder;
use super::cable::Cable;
use super::failure::{Failure, FailureKind, Mistakes};
use super::host::{Host, Program, Server};
use super::seed;
use super::trace::{Failed, RECORDS, Trace, Watch};
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
    limit: Duration,
    /// When a failure told what had happened last.
    told: Cell<Option<Instant>>,
    warnings: Diagnostics,
}

/// When a run is over.
enum Goal<'a> {
    /// All programs but servers have ended, and the network is quiet.
    Done,
    /// Nothing is under way.
    Idle,
    /// At this time.
    Time(Instant),
    /// When this station has its addresses, or will not get them.
    Network(NodeId),
    /// When this is true.
    When(&'a mut dyn FnMut() -> bool),
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

    /// Runs until all programs but servers have ended and the network is quiet.
    ///
    /// # Errors
    /// At once when a program of the test fails; when programs wait and nothing is under way; when the
    /// limit is reached.
    pub fn run(&mut self) -> Result<(), Failure> {
        self.advance(Goal::Done)
    }

    /// Runs until nothing is under way: no frame on a cable, no retransmission due, no program that
    /// sleeps. Programs may wait for something that does not come.
    ///
    /// # Errors
    /// At once when a program of the test fails; when the limit is reached.
    pub fn run_until_idle(&mut self) -> Result<(), Failure> {
        self.advance(Goal::Idle)
    }

    /// Runs for so long, whatever happens.
    ///
    /// # Errors
    /// At once when a program of the test fails.
    pub fn run_for(&mut self, duration: impl Into<Duration>) -> Result<(), Failure> {
        self.advance(Goal::Time(self.now() + duration.into()))
    }

    /// Runs until this time since the lab began; not at all when it has passed.
    ///
    /// # Errors
    /// At once when a program of the test fails.
    pub fn run_until(&mut self, time: impl Into<Duration>) -> Result<(), Failure> {
        self.advance(Goal::Time(Instant::ZERO + time.into()))
    }

    /// Runs until such a thing has happened, from now on, and stops there.
    ///
    /// # Errors
    /// At once when a program of the test fails; when it does not happen before nothing is under way
    /// or the limit is reached.
    ///
    /// ```
    /// # use lanternet::{FailureKind, Lab, Node, TraceEvent};
    /// # let mut lab = Lab::builder()
    /// #     .node("a", Node::host("10.0.0.1/24"))
    /// #     .node("b", Node::host("10.0.0.2/24"))
    /// #     .link("a", "b")
    /// #     .build()?;
    /// lab.host("a").command("ping b --count 5");
    /// lab.run_until_event(|record| matches!(record.event, TraceEvent::IcmpReceived { .. }))?;
    /// lab.host("b").crash();
    /// # lab.run()?;
    /// # let retransmitted = |record: &lanternet::Record| matches!(record.event, TraceEvent::TcpRetransmitted { .. });
    /// # let failure = lab.run_until_event(retransmitted).unwrap_err();
    /// # assert_eq!(failure.kind, FailureKind::NotSeen);
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn run_until_event(
        &mut self,
        mut such: impl FnMut(&Record) -> bool + Send + 'static,
    ) -> Result<(), Failure> {
        let seen = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let told = seen.clone();
        let observer = self.network.sim.observe(move |_: &_, record: &Record| {
            if such(record) {
                told.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        });
        let end = self.run_until_true(|| seen.load(std::sync::atomic::Ordering::Relaxed));
        self.network.sim.unobserve(observer);
        end
    }

    /// Runs until this is true; it is asked after each event. Programs tell it through what they share
    /// with the test, such as an `Arc<AtomicBool>`.
    ///
    /// # Errors
    /// At once when a program of the test fails; when it is not true before nothing is under way or
    /// the limit is reached.
    pub fn run_until_true(&mut self, mut done: impl FnMut() -> bool) -> Result<(), Failure> {
        self.advance(Goal::When(&mut done))
    }

    /// Handles the next event: a frame that arrives, a time that has come. `false` when there is none.
    ///
    /// # Errors
    /// When a program of the test fails.
    pub fn step(&mut self) -> Result<bool, Failure> {
        self.wake();
        let stepped = self.network.sim.step();
        self.wake();
        self.check_programs()?;
        Ok(stepped)
    }

    /// Judges a line of the `expect` language, such as `a1 reaches b3:9090`, `a1 cannot reach b3`,
    /// `a1 resolves www.example to 192.0.2.80`, `a1 has address in 192.168.1.0/24`, or `output of a1
    /// contains "hello"`. A probe takes simulated time, that which its ends need to get their addresses
    /// included.
    ///
    /// # Errors
    /// When it does not hold: what was found instead, and for a probe why.
    ///
    /// # Panics
    /// When the line cannot be read, or is about something that the lab does not have.
    #[track_caller]
    pub fn expect(&mut self, line: &str) -> Result<(), Failure> {
        let expectation = match lanternet_lab::expectation(&self.description, line) {
            Ok(expectation) => expectation,
            Err(mistakes) => panic!("this is no expectation of this lab\n{}", mistakes.plain()),
        };
        self.judge(&expectation)
    }

    /// Judges the expectations of the lab's text, in their order.
    ///
    /// # Errors
    /// The first that does not hold.
    pub fn expect_all(&mut self) -> Result<(), Failure> {
        let expectations = self.description.expectations.clone();
        expectations.iter().try_for_each(|expectation| self.judge(expectation))
    }

    fn judge(&mut self, expectation: &lanternet_lab::Expectation) -> Result<(), Failure> {
        let (of, other) = match &expectation.claim {
            Claim::Reach { from, target: Target::Node(to), .. } => (Some(*from), Some(*to)),
            Claim::Reach { from: of, .. }
            | Claim::Resolve { node: of, .. }
            | Claim::HasAddress { node: of, .. } => (Some(*of), None),
            Claim::Output { .. } | Claim::Exit { .. } => (None, None),
        };
        self.wait_for_network([of, other])?;
        let judged = self.network.judge(&self.description, expectation);
        self.check_programs()?;
        if judged.held {
            return Ok(());
        }
        let (catalogue, topology) = (Catalogue::new(Locale::En), self.network.sim.topology());
        let found = verdict::reason(&catalogue, &self.description, topology, &judged);
        let text = expectation.text.to_string();
        Err(self.failure(FailureKind::Expectation { text, found: found.unwrap_or_default() }))
    }

    /// Sends a probe from a node to a node, address or name, with a port or without, and tells its
    /// story hop by hop, as `lanternet why` does. Takes simulated time, that which its ends need to get
    /// their addresses included.
    ///
    /// # Errors
    /// When a program of the test fails meanwhile.
    ///
    /// # Panics
    /// When the question cannot be asked, such as of a node that does not exist.
    #[track_caller]
    pub fn why(&mut self, from: &str, to: &str) -> Result<String, Failure> {
        let question = match Question::parse(&self.description, from, to) {
            Ok(question) => question,
            Err(error) => panic!("{}; {}", error.message, error.help.unwrap_or_default()),
        };
        let Question { from, target, service } = question;
        let other = if let Target::Node(node) = target { Some(node) } else { None };
        self.wait_for_network([Some(from), other])?;
        let report = self.network.probe(&self.description, from, &target, service, 1);
        let answer = Answer::new(&self.description, self.network.sim.topology(), &report);
        Ok(answer.story(&Catalogue::new(Locale::En)))
    }

    /// A probe waits for the addresses of its ends, as programs do for that of their host.
    fn wait_for_network(&mut self, ends: [Option<NodeIndex>; 2]) -> Result<(), Failure> {
        let ends = ends.into_iter().flatten();
        ends.map(NodeId::from).try_for_each(|end| self.advance(Goal::Network(end)))
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

    fn advance(&mut self, mut goal: Goal<'_>) -> Result<(), Failure> {
        // Nodes start with the first event.
        let now = self.now();
        self.network.sim.run_until(now);
        self.wake();
        self.check_programs()?;
        let limit = now + self.limit;
        let mut events = DEFAULT_EVENTS;
        loop {
            let idle = self.network.sim.is_idle();
            let next = self.network.sim.next_event();
            match &mut goal {
                Goal::Idle if idle => return Ok(()),
                Goal::Done if idle && self.unfinished().next().is_none() => return Ok(()),
                Goal::Time(time) if next.is_none_or(|at| at > *time) => {
                    self.network.sim.run_until(*time);
                    return Ok(());
                }
                Goal::Network(node) if next.is_none_or(|at| at > limit) || self.is_ready(*node) => {
                    return Ok(());
                }
                Goal::When(done) => {
                    if done() {
                        return Ok(());
                    }
                    if next.is_none_or(|at| at > limit) {
                        return Err(self.failure(FailureKind::NotSeen));
                    }
                }
                _ => {}
            }
            let timed = matches!(goal, Goal::Time(_));
            match next {
                None => return Err(self.unfinished_failure(true)),
                Some(at) if at > limit && !timed => {
                    self.network.sim.run_until(limit);
                    return Err(self.unfinished_failure(false));
                }
                Some(_) if events == 0 => return Err(self.failure(FailureKind::EventLimit)),
                Some(_) => {}
            }
            events -= 1;
            self.network.sim.step();
            self.wake();
            self.check_programs()?;
        }
    }

    /// Whether a station has its addresses, or will not get them while it has no power.
    fn is_ready(&self, node: NodeId) -> bool {
        let powered = self.network.sim.is_powered(node);
        !powered || self.network.host(node).is_none_or(Device::has_network)
    }

    /// Lets programs run that somebody has woken other than through the network.
    fn wake(&mut self) {
        loop {
            let sim = &self.network.sim;
            let woken = |node: &&NodeId| sim.device::<Device>(**node).is_some_and(Device::is_woken);
            let Some(node) = self.busy.iter().find(woken).copied() else { return };
            self.network.sim.command(node, |host: &mut Device, ctx| host.wake(ctx));
        }
    }

    /// The programs, servers aside, that have not ended, as `NAME on NODE`.
    fn unfinished(&self) -> impl Iterator<Item = String> {
        use lanternet_net::host::ProgramStatus::{Running, Waiting};
        let open = |node: &&NodeId| self.network.host(**node).is_some_and(|h| h.unfinished() > 0);
        self.busy.iter().filter(open).flat_map(|&node| {
            let programs = self.network.host(node).map_or_else(Vec::new, Device::programs);
            let name = self.network.sim.topology().node_name(node);
            programs
                .into_iter()
                .filter(|own| !own.daemon && matches!(own.status, Waiting | Running(_)))
                .map(move |own| format!("{} on {name}", own.name))
        })
    }

    fn unfinished_failure(&self, stuck: bool) -> Failure {
        let programs: Vec<_> = self.unfinished().collect();
        self.failure(match stuck {
            true => FailureKind::Stuck { programs },
            false => FailureKind::TimeLimit { programs },
        })
    }

    fn check_programs(&self) -> Result<(), Failure> {
        let Some(failed) = self.watch.take_failure() else { return Ok(()) };
        let Failed { at, node, program, panicked, error } = failed;
        let node = self.network.sim.topology().node_name(node).to_owned();
        let program = program.to_string();
        let kind = match panicked {
            true => FailureKind::Panic { program, node, message: error },
            false => FailureKind::Program { program, node, error },
        };
        Err(Failure { at, ..self.failure(kind) })
    }

    fn failure(&self, kind: FailureKind) -> Failure {
        self.told.set(Some(self.now()));
        Failure { kind, at: self.now(), seed: self.seed(), last: self.story() }
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
