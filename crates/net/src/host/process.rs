//! Programs and the executor that runs them inside the simulation.
//!
//! A program is a future that its host polls when something it waits for has happened, in the order
//! in which things happened. Tasks that a program spawns end with it. Nothing here runs by itself:
//! no threads, no clock.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use lanternet_core::trace::{Stream, TraceEvent};
use lanternet_core::{Deadline, Instant};

use super::handle::Handle;
use super::stack::Stack;

/// A program of a host, by its place in the order of starting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProgramId(pub u32);

/// What to start.
#[derive(Clone, Debug, Default)]
pub struct ProgramSpec {
    /// The name it is known by.
    pub name: Arc<str>,
    /// Its command line.
    pub command: Arc<str>,
    /// A run does not wait for it: a server.
    pub daemon: bool,
    /// When it starts; a time that has passed means now.
    pub at: Instant,
    /// Whether it waits, after that time, until the host has its addresses or has given up waiting
    /// for them (what systemd calls `network-online.target`).
    pub needs_network: bool,
    /// The lines of its standard input.
    pub input: Vec<String>,
    /// Whether a panic ends the program alone, with [`PANICKED`] and a line on its standard error. A
    /// panic of any other program is a bug of ours, and goes on to whoever runs the simulation.
    pub contain_panics: bool,
}

/// The exit code of a program that panicked: that of a Rust process.
pub const PANICKED: u8 = 101;

/// A line that a program wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputLine {
    /// When it was complete.
    pub at: Instant,
    /// Where it was written to.
    pub stream: Stream,
    /// The line without its end.
    pub text: Arc<str>,
}

/// What a program is doing, or how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramStatus {
    /// Its time has not come.
    Waiting,
    /// Since this time.
    Running(Instant),
    /// With this exit code.
    Ended(Instant, u8),
    /// The host lost its power.
    Killed(Instant),
}

/// A program as seen from outside.
#[derive(Clone, Debug)]
pub struct Program {
    /// The name it is known by.
    pub name: Arc<str>,
    /// Its command line.
    pub command: Arc<str>,
    /// A run does not wait for it.
    pub daemon: bool,
    /// What it is doing.
    pub status: ProgramStatus,
    /// What it wrote so far.
    pub output: Vec<OutputLine>,
}

impl Program {
    /// The exit code, once it has ended.
    pub fn exit_code(&self) -> Option<u8> {
        match self.status {
            ProgramStatus::Ended(_, code) => Some(code),
            _ => None,
        }
    }
}

/// The part of a program that its calls touch.
#[derive(Debug)]
pub(super) struct ProgramState {
    pub(super) name: Arc<str>,
    command: Arc<str>,
    pub(super) daemon: bool,
    status: ProgramStatus,
    pub(super) input: VecDeque<String>,
    output: Vec<OutputLine>,
    /// The beginnings of lines, for standard output and standard error.
    partial: [Vec<u8>; 2],
    /// What it shows of itself.
    view: Option<View>,
}

/// What a program shows of itself when somebody looks.
#[derive(Clone)]
pub(super) struct View(Arc<dyn Fn(Instant) -> String + Send + Sync>);

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("View")
    }
}

impl View {
    pub(super) fn text(&self, now: Instant) -> String {
        (self.0)(now)
    }
}

impl Stack {
    pub(super) fn program(&self, id: ProgramId) -> Program {
        let state = &self.programs[id.0 as usize];
        Program {
            name: state.name.clone(),
            command: state.command.clone(),
            daemon: state.daemon,
            status: state.status,
            output: state.output.clone(),
        }
    }

    pub(super) fn unfinished(&self) -> usize {
        let open = |state: &&ProgramState| {
            !state.daemon
                && matches!(state.status, ProgramStatus::Waiting | ProgramStatus::Running(_))
        };
        self.programs.iter().filter(open).count()
    }

    /// A program wrote something: each line that is complete now is told. What is no UTF-8 becomes `�`, once
    /// the line is complete: a character may come in two pieces.
    pub(super) fn write_out(&mut self, id: ProgramId, stream: Stream, bytes: &[u8]) {
        let Some(state) = self.programs.get_mut(id.0 as usize) else { return };
        let index = usize::from(stream == Stream::Stderr);
        let mut pieces = bytes.split(|byte| *byte == b'\n');
        let mut lines = Vec::new();
        // There is always a first piece.
        let mut piece = pieces.next().unwrap_or_default();
        for next in pieces {
            let mut whole = std::mem::take(&mut state.partial[index]);
            whole.extend_from_slice(piece);
            lines.push(whole);
            piece = next;
        }
        state.partial[index].extend_from_slice(piece);
        for line in lines {
            self.write_line(id, stream, &line);
        }
    }

    /// A program shows itself so from now on.
    pub(super) fn set_view(
        &mut self,
        id: ProgramId,
        view: impl Fn(Instant) -> String + Send + Sync + 'static,
    ) {
        if let Some(state) = self.programs.get_mut(id.0 as usize) {
            state.view = Some(View(Arc::new(view)));
        }
    }

    /// The programs that run and show something of themselves, by name.
    pub(super) fn views(&self) -> Vec<(Arc<str>, View)> {
        let running = self.programs.iter();
        let running = running.filter(|state| matches!(state.status, ProgramStatus::Running(_)));
        running.filter_map(|state| Some((state.name.clone(), state.view.clone()?))).collect()
    }

    fn write_line(&mut self, id: ProgramId, stream: Stream, line: &[u8]) {
        let at = self.now;
        let line: Arc<str> = String::from_utf8_lossy(line).into();
        let state = &mut self.programs[id.0 as usize];
        state.output.push(OutputLine { at, stream, text: line.clone() });
        let program = state.name.clone();
        self.tell(|| TraceEvent::ProgramWrote { program, stream, line });
    }

    fn started(&mut self, id: ProgramId) {
        let now = self.now;
        let state = &mut self.programs[id.0 as usize];
        state.status = ProgramStatus::Running(now);
        let (program, command) = (state.name.clone(), state.command.clone());
        self.tell(|| TraceEvent::ProgramStarted { program, command });
    }

    /// A program ended: what it had of lines is told, its sockets are closed.
    pub(super) fn ended(&mut self, id: ProgramId, code: u8) {
        for (index, stream) in [Stream::Stdout, Stream::Stderr].into_iter().enumerate() {
            let rest = std::mem::take(&mut self.programs[id.0 as usize].partial[index]);
            if !rest.is_empty() {
                self.write_line(id, stream, &rest);
            }
        }
        for socket in self.sockets.ids(Some(id)) {
            self.close(socket);
        }
        let now = self.now;
        let state = &mut self.programs[id.0 as usize];
        state.status = ProgramStatus::Ended(now, code);
        let program = state.name.clone();
        self.tell(|| TraceEvent::ProgramEnded { program, code });
    }

    /// A program panicked: what it said is the last that it writes.
    pub(super) fn panicked(&mut self, id: ProgramId, message: &str) {
        self.write_out(id, Stream::Stderr, format!("panicked: {message}\n").as_bytes());
    }

    /// All programs that have not ended are gone without having ended.
    pub(super) fn kill_programs(&mut self) {
        let now = self.now;
        for state in &mut self.programs {
            if matches!(state.status, ProgramStatus::Waiting | ProgramStatus::Running(_)) {
                state.status = ProgramStatus::Killed(now);
            }
        }
    }
}

type Main = Pin<Box<dyn Future<Output = u8> + Send>>;
type Side = Pin<Box<dyn Future<Output = ()> + Send>>;
type Start = Box<dyn FnOnce(Handle) -> Main + Send>;

/// A task that a program asked for.
pub(super) struct Spawned {
    pub(super) program: ProgramId,
    pub(super) future: Side,
}

struct Waiting {
    busy: bool,
    needs_network: bool,
    start: Start,
}

enum Work {
    Main(Main),
    Side(Side),
}

struct Task {
    program: ProgramId,
    work: Work,
    wake: Arc<TaskWaker>,
    waker: Waker,
}

/// The tasks that something has happened for, in that order. Nearly always that is one, which then
/// costs no lock.
#[derive(Default)]
struct Ready {
    /// The first of them; tasks are counted from 1, so 0 is none.
    first: AtomicU64,
    /// The others. Whoever pushes while there are some joins them.
    more: Mutex<VecDeque<u64>>,
    any_more: AtomicBool,
}

impl Ready {
    fn push(&self, task: u64) {
        if !self.any_more.load(Ordering::Acquire) && self.put_first(task) {
            return;
        }
        self.more().push_back(task);
        self.any_more.store(true, Ordering::Release);
    }

    fn pop(&self) -> Option<u64> {
        if self.first.load(Ordering::Acquire) == 0 {
            return None;
        }
        let task = self.first.swap(0, Ordering::AcqRel);
        if self.any_more.load(Ordering::Acquire) {
            let mut more = self.more();
            if let Some(next) = more.pop_front()
                && !self.put_first(next)
            {
                more.push_front(next);
            }
            self.any_more.store(!more.is_empty(), Ordering::Release);
        }
        Some(task)
    }

    /// Whether the first place was free.
    fn put_first(&self, task: u64) -> bool {
        self.first.compare_exchange(0, task, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn more(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.more.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What ended when a task was done.
enum End {
    /// The program, with this exit code.
    Main(u8),
    /// A task beside it.
    Side,
}

impl Task {
    fn poll(&mut self) -> Option<End> {
        let mut context = Context::from_waker(&self.waker);
        let end = match &mut self.work {
            Work::Main(main) => main.as_mut().poll(&mut context).map(End::Main),
            Work::Side(side) => side.as_mut().poll(&mut context).map(|()| End::Side),
        };
        match end {
            Poll::Ready(end) => Some(end),
            Poll::Pending => None,
        }
    }
}

/// What a panic said, as the standard panic handler finds it.
fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").to_owned()
}

struct TaskWaker {
    task: u64,
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Two threads that wake it at the same moment would let it run twice, which is harmless.
        if !self.queued.load(Ordering::Acquire) {
            self.queued.store(true, Ordering::Release);
            self.ready.push(self.task);
        }
    }
}

/// The programs of one host, as the host runs them.
#[derive(Default)]
pub(super) struct Executor {
    tasks: BTreeMap<u64, Task>,
    made: u64,
    ready: Arc<Ready>,
    /// Programs whose time has not come, by time and order.
    waiting: BTreeMap<(Instant, ProgramId), Waiting>,
    /// Programs whose time has come, but which wait for the network.
    held: Vec<(ProgramId, Start)>,
    /// Programs whose panics are theirs alone.
    contained: BTreeSet<ProgramId>,
}

/// How a program ended.
pub(super) struct Ended {
    pub(super) program: ProgramId,
    pub(super) code: u8,
    /// What it said when it panicked.
    pub(super) panic: Option<String>,
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").field("tasks", &self.tasks.len()).finish_non_exhaustive()
    }
}

impl Executor {
    /// Takes a program on; it starts when its time has come.
    pub(super) fn add<F>(
        &mut self,
        stack: &Mutex<Stack>,
        spec: ProgramSpec,
        start: impl FnOnce(Handle) -> F + Send + 'static,
    ) -> ProgramId
    where
        F: Future<Output = u8> + Send + 'static,
    {
        let mut stack = lock(stack);
        let id = ProgramId(stack.programs.len() as u32);
        let at = spec.at.max(stack.now);
        stack.programs.push(ProgramState {
            name: spec.name,
            command: spec.command,
            daemon: spec.daemon,
            status: ProgramStatus::Waiting,
            input: spec.input.into(),
            output: Vec::new(),
            partial: Default::default(),
            view: None,
        });
        if spec.contain_panics {
            self.contained.insert(id);
        }
        let start: Start = Box::new(move |handle| Box::pin(start(handle)));
        let (busy, needs_network) = (!spec.daemon, spec.needs_network);
        self.waiting.insert((at, id), Waiting { busy, needs_network, start });
        id
    }

    /// Starts the programs whose time has come.
    pub(super) fn start_due(&mut self, stack: &Arc<Mutex<Stack>>, now: Instant) {
        while let Some(entry) = self.waiting.first_entry()
            && entry.key().0 <= now
        {
            let ((_, id), waiting) = entry.remove_entry();
            if waiting.needs_network && !lock(stack).has_network() {
                self.held.push((id, waiting.start));
            } else {
                self.start(stack, id, waiting.start);
            }
        }
        if self.waiting.is_empty() {
            // An empty map keeps the memory of its last row, and no more program may come.
            self.waiting = BTreeMap::new();
        }
    }

    /// Whether programs wait for the network.
    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Starts the programs that waited for the network. Not to be called with the lock held.
    pub(super) fn start_held(&mut self, stack: &Arc<Mutex<Stack>>) {
        for (id, start) in std::mem::take(&mut self.held) {
            self.start(stack, id, start);
        }
    }

    fn start(&mut self, stack: &Arc<Mutex<Stack>>, id: ProgramId, start: Start) {
        lock(stack).started(id);
        let main = start(Handle::new(stack.clone(), id));
        self.push(id, Work::Main(main));
    }

    fn push(&mut self, program: ProgramId, work: Work) {
        self.made += 1;
        let (queued, ready) = (AtomicBool::new(false), self.ready.clone());
        let wake = Arc::new(TaskWaker { task: self.made, queued, ready });
        wake.wake_by_ref();
        let waker = Waker::from(wake.clone());
        self.tasks.insert(self.made, Task { program, work, wake, waker });
    }

    /// The task that is to run next, if something has happened for one.
    pub(super) fn next_ready(&self) -> Option<u64> {
        self.ready.pop()
    }

    /// Whether something has happened for a task since the host ran its programs.
    pub(super) fn is_woken(&self) -> bool {
        self.ready.first.load(Ordering::Acquire) != 0
    }

    /// Runs a task until it waits. Tells if that ended its program. Not to be called with the lock
    /// held.
    pub(super) fn poll(&mut self, number: u64) -> Option<Ended> {
        let task = self.tasks.get_mut(&number)?;
        task.wake.queued.store(false, Ordering::Release);
        let program = task.program;
        if !self.contained.contains(&program) {
            return match task.poll()? {
                End::Main(code) => Some(Ended { program, code, panic: None }),
                End::Side => self.tasks.remove(&number).and(None),
            };
        }
        // What a panic leaves half done is the program's own, and goes with it.
        match catch_unwind(AssertUnwindSafe(|| task.poll())) {
            Ok(None) => None,
            Ok(Some(End::Main(code))) => Some(Ended { program, code, panic: None }),
            Ok(Some(End::Side)) => self.tasks.remove(&number).and(None),
            Err(payload) => {
                let panic = Some(message(&*payload));
                Some(Ended { program, code: PANICKED, panic })
            }
        }
    }

    /// Takes on tasks that programs have spawned.
    pub(super) fn adopt(&mut self, spawned: Vec<Spawned>) {
        for Spawned { program, future } in spawned {
            self.push(program, Work::Side(future));
        }
    }

    /// Forgets the tasks of a program that has ended. What they hold closes itself, which takes the
    /// lock: not to be called with the lock held.
    pub(super) fn drop_tasks_of(&mut self, program: ProgramId) {
        self.tasks.retain(|_, task| task.program != program);
    }

    /// Forgets all programs without a word.
    pub(super) fn kill(&mut self) {
        self.waiting.clear();
        self.held.clear();
        self.tasks.clear();
    }

    pub(super) fn poll_timeout(&self) -> Option<Deadline> {
        let at = self.waiting.first_key_value()?.0.0;
        Some(Deadline { at, busy: self.waiting.values().any(|waiting| waiting.busy) })
    }
}

/// Locks what programs share. One thread at a time uses a host, and nothing calls a program with
/// the lock held, so this never waits; a panic of a program leaves whole tables behind.
pub(super) fn lock(stack: &Mutex<Stack>) -> MutexGuard<'_, Stack> {
    stack.lock().unwrap_or_else(PoisonError::into_inner)
}
