//! A simulated network in real time, with the kernel on some of its cables.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lanternet_apps::simulated::Machine;
use lanternet_apps::{Files, Simulated};
use lanternet_core::trace::NeighborState;
use lanternet_core::{LinkSettings, MacAddr, NodeId, PortRef, Simulation};
use lanternet_lab::{Lab, Network, NodeKind, parse};
use lanternet_net::host::{Host, Program, ProgramId, ProgramSpec};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tun_rs::SyncDevice;

use super::child::{ChildId, Finished, Running};
use super::namespace::Namespace;
use crate::captures;
use crate::tshark::{Complaint, Fields, OPAQUE_PAYLOAD, Tshark};

/// How long anything may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(30);
/// A program that has ended is noticed after this time at the latest.
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// How many frames of one card are taken before the simulation runs on.
const BATCH: usize = 64;

/// A cable between a network card of the kernel and a node of the lab.
#[derive(Debug)]
pub struct Plug<'a> {
    namespace: &'a Namespace,
    card: &'a str,
    address: &'a str,
    node: &'a str,
    settings: [LinkSettings; 2],
}

impl<'a> Plug<'a> {
    /// A perfect cable from a new card with this address (`10.0.0.9/24`) to a node's first port
    /// without a cable (`sw`, `r1`) or to a named interface (`r1:eth0`).
    pub fn new(namespace: &'a Namespace, card: &'a str, address: &'a str, node: &'a str) -> Self {
        let settings = [LinkSettings::default(), LinkSettings::default()];
        Self { namespace, card, address, node, settings }
    }

    /// What the cable does to frames from the kernel, and to those towards it.
    #[must_use]
    pub fn with(self, settings: [LinkSettings; 2]) -> Self {
        Self { settings, ..self }
    }
}

/// One of our programs on a simulated host.
#[derive(Clone, Copy, Debug)]
pub struct ProgramOn {
    node: NodeId,
    id: ProgramId,
}

/// A network that was built from a lab and runs in real time.
///
/// With `LANTERNET_KEEP_CAPTURES=FOLDER` what passed at each card is kept there as `TEST-CARD.pcapng`.
pub struct Live {
    sim: Simulation,
    /// What our programs may read.
    files: Arc<Files>,
    cards: Vec<Card>,
    children: BTreeMap<usize, Running>,
    started_children: usize,
    started: Instant,
}

struct Card {
    tap: SyncDevice,
    port: PortRef,
    /// Every frame that passed, in either direction.
    frames: Vec<Vec<u8>>,
    /// When each passed, counted from the start.
    times: Vec<Duration>,
}

impl Card {
    fn record(&mut self, started: Instant, frame: Vec<u8>) {
        self.frames.push(frame);
        self.times.push(started.elapsed());
    }

    fn write(&self, file: &Path) {
        let times = self.times.iter().copied();
        captures::write_timed(file, times.zip(self.frames.iter().map(Vec::as_slice)));
    }
}

impl Live {
    /// Builds a lab and plugs the kernel in. The lab's own programs are not started.
    ///
    /// # Panics
    /// When the lab has mistakes, or a card cannot be made or plugged in.
    #[track_caller]
    pub fn new(lab: &str, plugs: &[Plug<'_>]) -> Self {
        let mut lab = match parse(lab, "lab.yaml") {
            Ok((lab, _)) => lab,
            Err(diagnostics) => panic!("{}", diagnostics.plain()),
        };
        for plug in plugs {
            add_switch_port(&mut lab, plug.node);
        }
        let files = Arc::new(lab.files());
        let mut live = Self::over(Network::build(&lab).sim, plugs);
        live.files = files;
        live
    }

    /// Plugs the kernel into a simulation that has not begun.
    ///
    /// # Panics
    /// When a card cannot be made or plugged in.
    #[track_caller]
    pub fn over(mut sim: Simulation, plugs: &[Plug<'_>]) -> Self {
        let cards = plugs.iter().zip(1..).map(|(plug, number)| plug_in(&mut sim, plug, number));
        let cards = cards.collect();
        let (files, children, started) = (Arc::default(), BTreeMap::new(), Instant::now());
        Self { sim, files, cards, children, started_children: 0, started }
    }

    /// The simulation.
    pub fn sim(&mut self) -> &mut Simulation {
        &mut self.sim
    }

    /// The simulated host or router of this name.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn host(&self, name: &str) -> &Host {
        self.sim.device(self.node(name)).expect("a host or router")
    }

    /// Runs a program beside the simulation until it ends, and says how it ended.
    ///
    /// # Panics
    /// When it cannot be started, or takes too long.
    #[track_caller]
    pub fn run(&mut self, command: Command) -> Finished {
        let child = self.spawn(command);
        self.finish(child)
    }

    /// Starts a program beside the simulation.
    ///
    /// # Panics
    /// When it cannot be started.
    #[track_caller]
    pub fn spawn(&mut self, command: Command) -> ChildId {
        let id = self.started_children;
        self.started_children += 1;
        self.children.insert(id, Running::start(command));
        ChildId(id)
    }

    /// Starts a program and waits until it has printed this.
    ///
    /// # Panics
    /// When it does not.
    #[track_caller]
    pub fn spawn_until(&mut self, command: Command, text: &str) -> ChildId {
        let child = self.spawn(command);
        self.wait_for(&format!("{text:?} from a program"), |live| {
            let running = live.children.get_mut(&child.0)?;
            let ended = running.has_ended();
            let out = running.out();
            assert!(out.contains(text) || !ended, "{} ended: {out}", running.command);
            out.contains(text).then_some(())
        });
        child
    }

    /// Waits until a program ends, and says how it ended.
    ///
    /// # Panics
    /// When it takes too long.
    #[track_caller]
    pub fn finish(&mut self, child: ChildId) -> Finished {
        let name = self.children.get(&child.0).map_or(String::new(), |it| it.command.clone());
        self.wait_for(&format!("the end of {name}"), |live| {
            live.children.get_mut(&child.0).is_none_or(Running::has_ended).then_some(())
        });
        self.kill(child)
    }

    /// Ends a program, and says what it said.
    ///
    /// # Panics
    /// When it was ended before.
    #[track_caller]
    pub fn kill(&mut self, child: ChildId) -> Finished {
        self.children.remove(&child.0).expect("a program is ended once").end()
    }

    /// Starts one of our programs on a simulated host or router.
    ///
    /// # Panics
    /// When the command line is wrong or no such node is there.
    #[track_caller]
    pub fn launch(&mut self, node: &str, command: &str) -> ProgramOn {
        let node = self.node(node);
        let parsed = match lanternet_apps::Command::parse(command) {
            Ok(parsed) => parsed,
            Err(error) => panic!("{command}: {error}"),
        };
        let spec = ProgramSpec {
            name: command.into(),
            command: command.into(),
            daemon: parsed.is_daemon(),
            at: self.sim.now(),
            ..ProgramSpec::default()
        };
        let name = self.sim.topology().node_name(node);
        let machine = Arc::new(Machine::new(name, Arc::clone(&self.files)));
        let id = self.sim.command(node, |host: &mut Host, ctx| {
            host.spawn(ctx, spec, |handle| async move {
                let simulated = Simulated::new(handle).on(machine);
                lanternet_apps::run(parsed, simulated.clone(), simulated).await.0
            })
        });
        let program = ProgramOn { node, id: id.expect("a node that runs programs") };
        self.turn(Duration::ZERO);
        program
    }

    /// Runs one of our programs until it ends: its exit code and what it printed.
    ///
    /// # Panics
    /// When the command line is wrong, no such node is there, or it takes too long.
    #[track_caller]
    pub fn run_ours(&mut self, node: &str, command: &str) -> (u8, String) {
        let program = self.launch(node, command);
        let code = self.wait_for(&format!("the end of our {command}"), |live| {
            live.program(program).exit_code()
        });
        (code, self.printed(program))
    }

    /// What one of our programs printed so far, to either stream.
    ///
    /// # Panics
    /// When there is no such program.
    #[track_caller]
    pub fn printed(&self, program: ProgramOn) -> String {
        self.program(program).output.iter().map(|line| format!("{}\n", line.text)).collect()
    }

    #[track_caller]
    fn program(&self, program: ProgramOn) -> Program {
        let host = self.sim.device::<Host>(program.node);
        host.and_then(|host| host.program(program.id)).expect("a program that was launched")
    }

    /// The node of this name.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn node(&self, name: &str) -> NodeId {
        let found = self.sim.topology().find_node(name);
        found.unwrap_or_else(|| panic!("the lab has no node {name}"))
    }

    /// What a simulated host or router knows of a neighbour.
    ///
    /// # Panics
    /// When there is no such node.
    #[track_caller]
    pub fn neighbor(
        &self,
        node: &str,
        address: IpAddr,
    ) -> Option<(NeighborState, Option<MacAddr>)> {
        let now = self.sim.now();
        self.host(node).with_l3(|l3| {
            let row = l3.neighbors(now).find(|row| row.address == address)?;
            Some((row.state, row.mac))
        })
    }

    /// Runs for some time.
    pub fn run_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            self.turn(left);
        }
    }

    /// Runs until something is there.
    ///
    /// # Panics
    /// When it does not come within half a minute; the message has what the programs said.
    #[track_caller]
    pub fn wait_for<T>(&mut self, what: &str, mut look: impl FnMut(&mut Self) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(found) = look(self) {
                return found;
            }
            self.turn(LOOK_AGAIN);
        }
        let children = std::mem::take(&mut self.children);
        let said: Vec<_> = children.into_values().map(|it| it.end().to_string()).collect();
        panic!("{what} did not come within {PATIENCE:?}\n{}", said.join("\n"));
    }

    /// Every frame that passed at a card, in either direction.
    pub fn frames(&self, card: usize) -> &[Vec<u8>] {
        &self.cards[card].frames
    }

    /// What tshark finds wrong with the frames that passed at the kernel's cards. Nothing, after a line
    /// that says so, when there is no tshark.
    ///
    /// # Panics
    /// When tshark fails.
    #[track_caller]
    pub fn complaints(&self) -> Vec<Complaint> {
        let Some(tshark) = Tshark::find() else { return Vec::new() };
        let directory = crate::scratch();
        let mut complaints = Vec::new();
        for (number, card) in self.cards.iter().enumerate() {
            let file = directory.path().join(format!("card-{number}.pcapng"));
            card.write(&file);
            let mut found = tshark.complaints_with(&file, &OPAQUE_PAYLOAD);
            forgive_mangled_zero(&mut found);
            complaints.extend(found);
        }
        complaints
    }

    /// The values of these fields in tshark's eyes, one map per frame that passed at a card. `None`,
    /// after a line that says so, when there is no tshark.
    ///
    /// # Panics
    /// When tshark fails.
    #[track_caller]
    pub fn fields(&self, card: usize, names: &[&str]) -> Option<Vec<Fields>> {
        let tshark = Tshark::find()?;
        let directory = crate::scratch();
        let file = directory.path().join("card.pcapng");
        self.cards[card].write(&file);
        Some(tshark.fields(&file, names, &OPAQUE_PAYLOAD))
    }

    /// Takes what the kernel sent, lets the simulation catch up with the wall's time, and hands over
    /// what it sent. Waits for that long when nothing happens before.
    fn turn(&mut self, wait: Duration) {
        self.catch_up();
        let mut moved = false;
        for card in &mut self.cards {
            for _ in 0..BATCH {
                let Some(frame) = receive(&card.tap) else { break };
                card.record(self.started, frame.clone());
                self.sim.inject(card.port, frame);
                moved = true;
            }
        }
        self.catch_up();
        for card in &mut self.cards {
            for (_, frame) in self.sim.drain(card.port) {
                card.record(self.started, frame.bytes().to_vec());
                if let Err(error) = card.tap.send(frame.bytes()) {
                    panic!("the kernel does not take a frame: {error}");
                }
                moved = true;
            }
        }
        if moved {
            return;
        }
        let now = self.sim.now();
        let wait = match self.sim.next_event() {
            Some(at) if at <= now => return,
            Some(at) => wait.min(Duration::from_nanos((at - now).nanos())),
            None => wait,
        };
        let mut cables: Vec<_> = self
            .cards
            .iter()
            .map(|card| PollFd::new(card.tap.as_fd(), PollFlags::POLLIN))
            .collect();
        // In whole milliseconds, and never longer than asked: the last one is spent turning.
        let wait = PollTimeout::try_from(wait.min(LOOK_AGAIN)).unwrap_or(PollTimeout::ZERO);
        // An interruption is only an early return.
        let _ = poll(&mut cables, wait);
    }

    fn catch_up(&mut self) {
        let now = self.started.elapsed().as_nanos() as u64;
        self.sim.run_until(lanternet_core::Instant::from_nanos(now));
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let Some(folder) = std::env::var_os("LANTERNET_KEEP_CAPTURES") else { return };
        for (number, card) in self.cards.iter().enumerate() {
            let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
            card.write(&Path::new(&folder).join(format!("{name}-{number}.pcapng")));
        }
    }
}

/// Where the checksum of a TCP segment comes out as 0, Linux sends 0xffff when it computes it for a
/// card without offload (`CSUM_MANGLED_0`), as only UDP has to. One segment in 65536 is like that, it
/// means the same number, and tshark complains.
fn forgive_mangled_zero(complaints: &mut Vec<Complaint>) {
    const WORDS: &str = "TCP Checksum 0xffff instead of 0x0000";
    let is_zero = |complaint: &Complaint| complaint.what.starts_with(WORDS);
    let frames: Vec<_> = complaints.iter().filter(|it| is_zero(it)).map(|it| it.frame).collect();
    complaints.retain(|complaint| {
        let checksum = is_zero(complaint) || complaint.what == "tcp.checksum.status";
        !(checksum && frames.contains(&complaint.frame))
    });
}

/// Switches have as many ports as the lab's links need: one more for the kernel.
fn add_switch_port(lab: &mut Lab, name: &str) {
    for node in lab.nodes.iter_mut().filter(|node| node.name.as_str() == name) {
        match &mut node.kind {
            NodeKind::Hub { ports } => *ports += 1,
            NodeKind::Switch(switch) => switch.ports += 1,
            // Stations make their interfaces as they are told.
            _ => {}
        }
    }
}

#[track_caller]
fn plug_in(sim: &mut Simulation, plug: &Plug<'_>, number: u8) -> Card {
    let (name, interface) = match plug.node.split_once(':') {
        Some((name, interface)) => (name, Some(interface)),
        None => (plug.node, None),
    };
    let node = sim.topology().find_node(name);
    let node = node.unwrap_or_else(|| panic!("the lab has no node {name}"));
    let topology = sim.topology();
    let at = match interface {
        Some(interface) => topology.find_port(node, interface).map(|id| PortRef::new(node, id)),
        None => topology.ports(node).find(|port| topology.link_at(*port).is_none()),
    };
    let at = at.unwrap_or_else(|| panic!("{} has no such free port", plug.node));
    let port = sim.add_external(&format!("kernel-{number}"));
    sim.add_link([port, at], plug.settings.clone());
    // Locally administered, and not the form that our own nodes have.
    let tap = plug.namespace.add_card(plug.card, [0x06, 0, 0, 0, 0, number]);
    plug.namespace.ip(&format!("address add {} dev {}", plug.address, plug.card));
    Card { tap, port, frames: Vec::new(), times: Vec::new() }
}

/// The next frame that the kernel has sent.
#[track_caller]
fn receive(tap: &SyncDevice) -> Option<Vec<u8>> {
    let mut buffer = vec![0; 65_536];
    match tap.recv(&mut buffer) {
        Ok(len) => {
            buffer.truncate(len);
            Some(buffer)
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        Err(error) => panic!("the kernel's cable: {error}"),
    }
}
