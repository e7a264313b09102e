//! How a lab runs: until what, and what stops it before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lanternet_core::{Duration, Instant, NodeId, Record};
use lanternet_lab::DEFAULT_EVENTS;
use lanternet_net::host::Host as Device;
use lanternet_net::host::ProgramStatus::{Running, Waiting};

use super::failure::{Failure, FailureKind};
use super::lab::Lab;
use super::trace::Failed;

/// When a run is over.
pub(super) enum Goal<'a> {
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

/// # Running
impl Lab {
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
    /// # assert_eq!(failure.kind(), &FailureKind::NotSeen);
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn run_until_event(
        &mut self,
        mut such: impl FnMut(&Record) -> bool + Send + 'static,
    ) -> Result<(), Failure> {
        let seen = Arc::new(AtomicBool::new(false));
        let told = seen.clone();
        let observer = self.network.sim.observe(move |_: &_, record: &Record| {
            if such(record) {
                told.store(true, Ordering::Relaxed);
            }
        });
        let end = self.run_until_true(|| seen.load(Ordering::Relaxed));
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

    pub(super) fn advance(&mut self, mut goal: Goal<'_>) -> Result<(), Failure> {
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

    pub(super) fn check_programs(&self) -> Result<(), Failure> {
        let Some(failed) = self.watch.take_failure() else { return Ok(()) };
        let Failed { at, node, program, panicked, error } = failed;
        let programs = self.network.host(node).map_or_else(Vec::new, Device::programs);
        let own = programs.iter().rev().find(|own| own.name == program);
        let started = own.map_or_else(String::new, |own| own.command.to_string());
        let node = self.network.sim.topology().node_name(node).to_owned();
        let program = program.to_string();
        let kind = match panicked {
            true => FailureKind::Panic { program, node, started, message: error },
            false => FailureKind::Program { program, node, started, error },
        };
        Err(self.failure_at(at, kind))
    }
}
