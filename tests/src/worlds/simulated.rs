//! A play on simulated hosts, in virtual time.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use lanternet_apps::disk::{Folder, Memory, Open};
use lanternet_apps::race::{Either, select};
use lanternet_apps::simulated::Machine;
use lanternet_apps::{Command, Files, Simulated};
use lanternet_core::{Duration, Instant, NodeId};
use lanternet_net::host::{Host as Device, ProgramSpec};

use super::streams::{OnHost, Streams};
use super::{Ended, HOSTS, Host, Input};

/// How long a test waits for anything, in simulated time. TCP alone may try for two minutes.
const PATIENCE: Duration = Duration::from_secs(3600);
/// A network that is still busy after so many events will always be.
const EVENTS: u64 = 50_000_000;
/// The exit code that a shell gives for SIGKILL.
const KILLED: u8 = 137;
/// The most that a test's file may have, in bytes.
const LARGEST_FILE: u64 = 1 << 30;

const TOPOLOGY: &str = "
name: play
seed: SEED
nodes:
  server: { kind: host, address: 10.0.0.1/24 }
  client: { kind: host, address: 10.0.0.2/24 }
  other: { kind: host, address: 10.0.0.3/24 }
  sw: { kind: switch }
links:
  - { between: [server, sw], SERVER }
  - { between: [client, sw], delay: 1ms, rate: 100 Mbit }
  - { between: [other, sw], delay: 1ms, rate: 100 Mbit }
";

pub(super) struct Network {
    network: lanternet_lab::Network,
    nodes: [NodeId; 3],
    /// What is put on a host's disk before it has one.
    files: [Files; 3],
    machines: [Option<Arc<Machine>>; 3],
    programs: Vec<Program>,
}

struct Program {
    host: Host,
    line: String,
    streams: Streams,
}

impl Network {
    pub(super) fn new(lossy: bool, seed: u64) -> Self {
        let cable = match lossy {
            true => "delay: 50ms, rate: 100 Mbit, loss: 5%, reorder: 10%",
            false => "delay: 1ms, rate: 100 Mbit",
        };
        let text = TOPOLOGY.replace("SEED", &seed.to_string()).replace("SERVER", cable);
        let network = lanternet_lab::Network::build(&crate::labs::parse(&text));
        let find = |name| network.sim.topology().find_node(name).expect("a node of the text above");
        let nodes = HOSTS.map(find);
        Self {
            network,
            nodes,
            files: Default::default(),
            machines: Default::default(),
            programs: Vec::new(),
        }
    }

    fn machine(&mut self, host: Host) -> Arc<Machine> {
        let files = &self.files[host.0];
        let machine = self.machines[host.0]
            .get_or_insert_with(|| Arc::new(Machine::new(HOSTS[host.0], Arc::new(files.clone()))));
        Arc::clone(machine)
    }

    pub(super) fn start(
        &mut self,
        host: Host,
        line: &str,
        command: Command,
        input: Input,
    ) -> usize {
        let machine = self.machine(host);
        let spec = ProgramSpec {
            name: format!("program-{}", self.programs.len()).into(),
            command: line.into(),
            daemon: command.is_daemon(),
            at: self.network.sim.now(),
            needs_network: true,
            ..ProgramSpec::default()
        };
        let streams = Streams::new(input);
        let own = streams.clone();
        self.network.sim.command(self.nodes[host.0], |device: &mut Device, ctx| {
            device.spawn(ctx, spec, |handle| async move {
                let host = Simulated::new(handle).on(machine);
                let console = OnHost { streams: own.clone(), host: host.clone() };
                let program = lanternet_apps::run(command, host, console);
                let code = match select(program, own.killed()).await {
                    Either::First(code) => code.0,
                    Either::Second(()) => KILLED,
                };
                own.ended(code);
                code
            })
        });
        self.programs.push(Program { host, line: line.to_owned(), streams });
        self.programs.len() - 1
    }

    pub(super) fn streams(&self, number: usize) -> &Streams {
        &self.programs[number].streams
    }

    /// Goes on until `found` finds something, or nothing is left to happen, or patience ends.
    fn until<T>(&mut self, found: impl Fn() -> Option<T>) -> Option<T> {
        let limit = self.network.sim.now() + PATIENCE;
        for _ in 0..EVENTS {
            if let Some(found) = found() {
                return Some(found);
            }
            // Not until the network is idle: a server's timer counts as idle, and clients wait for it.
            if self.network.sim.next_event().is_some_and(|at| at > limit)
                || !self.network.sim.step()
            {
                break;
            }
        }
        found()
    }

    #[track_caller]
    fn must<T>(&mut self, number: usize, what: &str, found: impl Fn(&Streams) -> Option<T>) -> T {
        let streams = self.programs[number].streams.clone();
        match self.until(|| found(&streams)) {
            Some(found) => found,
            None => panic!(
                "at {}, `{}` {what}\nstdout:\n{}\nstderr:\n{}",
                self.network.sim.now() - Instant::ZERO,
                self.programs[number].line,
                streams.output(),
                streams.errors()
            ),
        }
    }

    #[track_caller]
    pub(super) fn finish(&mut self, number: usize) -> Ended {
        let code = self.must(number, "does not end", Streams::code);
        let Program { line, streams, .. } = &self.programs[number];
        Ended { line: line.clone(), code, output: streams.output(), errors: streams.errors() }
    }

    #[track_caller]
    pub(super) fn wait_for(&mut self, number: usize, text: &str) -> String {
        self.must(number, &format!("never printed `{text}`"), |streams| {
            let output = streams.output();
            // One that has ended prints nothing more.
            assert!(
                output.contains(text) || streams.code().is_none(),
                "it ended and never printed `{text}`\nstdout:\n{output}\nstderr:\n{}",
                streams.errors()
            );
            output.contains(text).then_some(output)
        })
    }

    pub(super) fn pass(&mut self, time: Duration) {
        let until = self.network.sim.now() + time;
        self.network.sim.run_until(until);
    }

    pub(super) fn stop(&mut self, number: usize) {
        self.programs[number].streams.ask_to_stop();
        self.look_up(number);
    }

    pub(super) fn kill(&mut self, number: usize) {
        self.programs[number].streams.kill();
        self.look_up(number);
    }

    /// Lets the programs of this one's host run that something outside the simulation has woken.
    fn look_up(&mut self, number: usize) {
        let node = self.nodes[self.programs[number].host.0];
        self.network.sim.command(node, |host: &mut Device, ctx| host.command_l3(ctx, |_, _| ()));
    }

    #[track_caller]
    pub(super) fn put(&mut self, host: Host, path: &str, content: &[u8]) {
        let Some(machine) = &self.machines[host.0] else {
            let put = self.files[host.0].insert(path, content);
            return put.unwrap_or_else(|error| panic!("{path}: {error}"));
        };
        let disk = machine.disk();
        let written = at_once(async {
            if let Some((folder, _)) = path.rsplit_once('/') {
                disk.create_folder(folder).await?;
            }
            disk.replace(path, content.to_vec(), Open::Create, 0).await
        });
        written.unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    #[track_caller]
    pub(super) fn remove(&self, host: Host, path: &str) {
        at_once(self.disk(host).remove(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    #[track_caller]
    pub(super) fn disk(&self, host: Host) -> &Memory {
        match &self.machines[host.0] {
            Some(machine) => machine.disk(),
            None => panic!("nothing has run on {} yet", HOSTS[host.0]),
        }
    }

    #[track_caller]
    pub(super) fn files(&self, host: Host) -> BTreeMap<String, Vec<u8>> {
        match &self.machines[host.0] {
            None => self.files[host.0]
                .iter()
                .map(|(path, content)| (path.to_owned(), content.to_vec()))
                .collect(),
            Some(machine) => {
                let mut files = BTreeMap::new();
                let disk = machine.disk();
                at_once(collect(disk, String::new(), &mut files)).expect("a disk in memory");
                files
            }
        }
    }
}

async fn collect(
    disk: &Memory,
    folder: String,
    into: &mut BTreeMap<String, Vec<u8>>,
) -> std::io::Result<()> {
    for entry in disk.entries(&folder).await? {
        let path = match folder.as_str() {
            "" => entry.name,
            _ => format!("{folder}/{}", entry.name),
        };
        match entry.folder {
            true => Box::pin(collect(disk, path, into)).await?,
            false => {
                let content = disk.read(&path, LARGEST_FILE).await?;
                into.insert(path, content);
            }
        }
    }
    Ok(())
}

/// The answer of a disk in memory, which never waits.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("a disk in memory never waits"),
    }
}
