//! A host of a lab: its programs and its power.

use std::future::Future;
use std::net::IpAddr;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use lanternet_apps::disk::Memory;
use lanternet_apps::{Command, Console, Simulated};
use lanternet_core::{Instant, NodeId};
use lanternet_lab::NodeIndex;
use lanternet_net::host::{ProgramId, ProgramSpec};

use super::failure::Failure;
use super::lab::Lab;
use super::outcome::Outcome;
use super::trace::ERROR;

/// A program that was put on a host: see [`Lab::output`] and [`Lab::exit_code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    pub(super) node: NodeId,
    pub(super) id: ProgramId,
}

type Body = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;
type Start = Box<dyn FnOnce(Simulated) -> Body + Send>;

/// A program that starts again when its host does.
pub(super) struct Server {
    on: NodeIndex,
    name: Arc<str>,
    command: Arc<str>,
    /// Makes it anew.
    make: Box<dyn Fn() -> Start + Send>,
}

/// A host or router of a [`Lab`].
///
/// A program is an async function of the host as programs see it, [`Simulated`]: it implements
/// [`Sockets`](lanternet_apps::Sockets) and [`Console`]. It runs in virtual time, on the host's own
/// executor. Its sockets implement tokio's `AsyncRead` and `AsyncWrite`, so anything that takes those
/// runs over them; but there is no tokio runtime, so `tokio::time`, `tokio::spawn` and `tokio::net`
/// panic: `sleep`, `timeout`, `spawn` and the sockets are methods of what the program is given.
pub struct Host<'a> {
    pub(super) lab: &'a mut Lab,
    pub(super) node: NodeIndex,
    pub(super) name: Option<String>,
}

impl Host<'_> {
    /// Gives the program that is started next a name, for the trace and for messages.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// Starts a program, once. [`Lab::run`] waits for its end; an error or a panic fails the run.
    ///
    /// # Panics
    /// When the host has crashed.
    ///
    /// ```
    /// use lanternet::prelude::*;
    /// # let mut lab = lanternet::Lab::builder()
    /// #     .node("a1", lanternet::Node::host("10.0.0.1/24"))
    /// #     .node("b3", lanternet::Node::host("10.0.0.2/24"))
    /// #     .link("a1", "b3")
    /// #     .program("b3", "serve upper --port 9090")
    /// #     .build()?;
    ///
    /// lab.host("a1").spawn(async move |sockets| -> lanternet::Result {
    ///     let mut stream = sockets.connect("b3:9090").await?;
    ///     stream.write_all(b"hello\n").await?;
    ///     let mut answer = [0; 6];
    ///     stream.read_exact(&mut answer).await?;
    ///     assert_eq!(&answer, b"HELLO\n");
    ///     Ok(())
    /// });
    /// lab.run()?;
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    #[track_caller]
    pub fn spawn<P, F>(self, program: P) -> Program
    where
        P: FnOnce(Simulated) -> F + Send + 'static,
        F: Future + Send + 'static,
        F::Output: Outcome<Value = ()>,
    {
        let (name, command) = self.names(Location::caller());
        self.start(name, command, false, move |sockets| {
            Box::pin(async move { program(sockets).await.into_result() })
        })
    }

    /// Runs a program to its end, and everything else meanwhile; the answer is what the program
    /// returned.
    ///
    /// # Errors
    /// When this program, or another one of the test, fails; when it waits and nothing is under way;
    /// when the limit is reached.
    ///
    /// # Panics
    /// When the host has crashed.
    ///
    /// ```
    /// use lanternet::prelude::*;
    /// # let mut lab = lanternet::Lab::builder()
    /// #     .node("a1", lanternet::Node::host("10.0.0.1/24"))
    /// #     .build()?;
    ///
    /// let addresses = lab.host("a1").run(async |sockets| sockets.resolve("a1").await)?;
    /// assert_eq!(addresses[0].to_string(), "10.0.0.1");
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    #[track_caller]
    pub fn run<P, F>(self, program: P) -> Result<<F::Output as Outcome>::Value, Failure>
    where
        P: FnOnce(Simulated) -> F + Send + 'static,
        F: Future + Send + 'static,
        F::Output: Outcome,
        <F::Output as Outcome>::Value: Send + 'static,
    {
        let (name, command) = self.names(Location::caller());
        let slot = Arc::new(Mutex::new(None));
        let writer = slot.clone();
        let Self { lab, node, name: own } = self;
        let host = Host { lab: &mut *lab, node, name: own };
        host.start(name, command, false, move |sockets| {
            Box::pin(async move {
                let value = program(sockets).await.into_result()?;
                *writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
                Ok(())
            })
        });
        let mut value = None;
        lab.run_until_true(|| {
            value = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            value.is_some()
        })?;
        // The run succeeds only with a value.
        value.ok_or_else(|| unreachable!("a run that succeeds has the value it waited for"))
    }

    /// Starts a server. No run waits for its end, nor for its timers; an error or a panic fails the
    /// run. When its host crashes and restarts, it is started anew.
    ///
    /// For each start the closure is cloned, and with it what it has captured: what it shares, such as an
    /// `Arc`, outlives the host's power, as a disk does; all else is lost with it, as memory is.
    ///
    /// # Panics
    /// When the host has crashed.
    ///
    /// ```
    /// use lanternet::prelude::*;
    /// # use std::sync::{Arc, Mutex};
    /// # let mut lab = lanternet::Lab::builder()
    /// #     .node("a1", lanternet::Node::host("10.0.0.1/24"))
    /// #     .node("b3", lanternet::Node::host("10.0.0.2/24"))
    /// #     .link("a1", "b3")
    /// #     .build()?;
    ///
    /// let disk = Arc::new(Mutex::new(Vec::new()));
    /// lab.host("b3").spawn_server(async move |sockets| -> lanternet::Result {
    ///     let socket = sockets.udp(7).await?;
    ///     let mut datagram = [0; 1500];
    ///     loop {
    ///         let (length, from) = socket.recv_from(&mut datagram).await?;
    ///         disk.lock().unwrap().extend_from_slice(&datagram[..length]);
    ///         let all = disk.lock().unwrap().clone();
    ///         socket.send_to(&all, from).await?;
    ///     }
    /// });
    /// # let ask = async |sockets: lanternet::Simulated| -> lanternet::Result<String> {
    /// #     let socket = sockets.udp(0).await?;
    /// #     socket.send_to(b"hello", sockets.address("b3:7").await?).await?;
    /// #     let mut answer = [0; 20];
    /// #     let (length, _) = socket.recv_from(&mut answer).await?;
    /// #     Ok(String::from_utf8(answer[..length].to_vec())?)
    /// # };
    /// # assert_eq!(lab.host("a1").run(ask)?, "hello");
    /// lab.host("b3").crash();
    /// lab.host("b3").restart();
    /// # assert_eq!(lab.host("a1").run(ask)?, "hellohello");
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    #[track_caller]
    pub fn spawn_server<P, F>(self, program: P) -> Program
    where
        P: FnOnce(Simulated) -> F + Clone + Send + 'static,
        F: Future + Send + 'static,
        F::Output: Outcome<Value = ()>,
    {
        let (name, command) = self.names(Location::caller());
        self.serve(name, command, move || {
            let program = program.clone();
            // Called within the future, so that a panic of either is the program's.
            Box::new(|sockets| Box::pin(async { program(sockets).await.into_result() }))
        })
    }

    /// Starts one of Lanternet's own programs by its command line, such as `ping b3 --count 3` or
    /// `serve site --dir www`. How it ends is for the test to judge: see [`Lab::exit_code`].
    ///
    /// # Panics
    /// When the command line cannot be read, or the host has crashed.
    #[track_caller]
    pub fn command(self, line: &str) -> Program {
        let command = match Command::parse(line) {
            Ok(command) => command,
            Err(error) => {
                let help = error.help.map(|help| format!("; {help}")).unwrap_or_default();
                panic!("`{line}` is no command line: {}{help}", error.message);
            }
        };
        let name = self.name.clone().unwrap_or_else(|| command.name().to_owned());
        let daemon = command.is_daemon();
        if daemon {
            return self.serve(name.into(), line.into(), move || {
                let command = command.clone();
                Box::new(|sockets| {
                    Box::pin(async {
                        // What stops a server of ours is told by its output.
                        lanternet_apps::run(command, sockets.clone(), sockets).await;
                        Ok(())
                    })
                })
            });
        }
        let spec = ProgramSpec {
            name: name.into(),
            command: line.into(),
            needs_network: true,
            ..ProgramSpec::default()
        };
        self.put(spec, |sockets| async move {
            lanternet_apps::run(command, sockets.clone(), sockets).await.0
        })
    }

    /// Takes the host's power away: its programs, connections and tables are gone, its disk stays. Its
    /// cables stay up, so that others have to find out by themselves.
    pub fn crash(self) {
        self.lab.network.crash(self.node);
    }

    /// Gives a host that crashed its power again, and starts its servers anew: those of the test, and
    /// the programs of the lab's text that had not ended. Does nothing to a host that has power.
    pub fn restart(self) {
        let Self { lab, node, .. } = self;
        if lab.network.sim.is_powered(node.into()) {
            return;
        }
        lab.network.restart(&lab.description, node);
        for index in 0..lab.servers.len() {
            let Server { on, name, command, make } = &lab.servers[index];
            if *on == node {
                let (name, command, body) = (name.clone(), command.clone(), make());
                Host { lab: &mut *lab, node, name: None }.start(name, command, true, body);
            }
        }
    }

    /// Whether it has power.
    pub fn is_running(&self) -> bool {
        self.lab.network.sim.is_powered(self.node.into())
    }

    /// Its first address: of the description, or else the one that it was lent.
    ///
    /// # Panics
    /// When it has none, as before a DHCP server has lent it one.
    #[track_caller]
    pub fn address(&self) -> IpAddr {
        let address = self.lab.network.address_of(&self.lab.description, self.node);
        let Some(address) = address else {
            let name = &self.lab.description.node(self.node).name;
            panic!("`{name}` has no address (yet): run the lab until it has one");
        };
        address
    }

    /// All that its programs wrote, those included that a crash has ended.
    pub fn output(&self) -> String {
        let host = self.lab.network.host(self.node.into());
        let programs = host.map_or_else(Vec::new, lanternet_net::host::Host::programs);
        let lines = programs.iter().flat_map(|program| &program.output);
        lines.map(|line| format!("{}\n", line.text)).collect()
    }

    /// The disk of a host that has had a program.
    pub fn disk(&self) -> Option<&Memory> {
        self.lab.network.disk(self.node.into())
    }

    /// The name of the program, and where in the test it is from.
    fn names(&self, at: &Location<'_>) -> (Arc<str>, Arc<str>) {
        let command = format!("{}:{}", at.file(), at.line());
        let name = self.name.clone().unwrap_or_else(|| {
            let number = self.lab.unnamed + 1;
            format!("program-{number}")
        });
        (name.into(), command.into())
    }

    #[track_caller]
    fn serve(
        self,
        name: Arc<str>,
        command: Arc<str>,
        make: impl Fn() -> Start + Send + 'static,
    ) -> Program {
        let body = make();
        let own = (name.clone(), command.clone());
        let Self { lab, node, .. } = self;
        let program = Host { lab: &mut *lab, node, name: None }.start(name, command, true, body);
        let ((name, command), make) = (own, Box::new(make));
        lab.servers.push(Server { on: node, name, command, make });
        program
    }

    #[track_caller]
    fn start(
        self,
        name: Arc<str>,
        command: Arc<str>,
        daemon: bool,
        body: impl FnOnce(Simulated) -> Body + Send + 'static,
    ) -> Program {
        self.lab.unnamed += 1;
        self.lab.watch.watch(self.node.into(), name.clone());
        let spec = ProgramSpec {
            name,
            command,
            daemon,
            at: Instant::ZERO,
            needs_network: true,
            input: Vec::new(),
            contain_panics: true,
        };
        self.put(spec, |sockets| async move {
            match body(sockets.clone()).await {
                Ok(()) => 0,
                Err(error) => {
                    sockets.error(&format!("{ERROR}{error}"));
                    1
                }
            }
        })
    }

    #[track_caller]
    fn put<F>(
        self,
        spec: ProgramSpec,
        body: impl FnOnce(Simulated) -> F + Send + 'static,
    ) -> Program
    where
        F: Future<Output = u8> + Send + 'static,
    {
        let Self { lab, node, .. } = self;
        let id = NodeId::from(node);
        let name = lab.description.node(node).name.clone();
        assert!(lab.network.sim.is_powered(id), "`{name}` has crashed: restart it first");
        if !lab.busy.contains(&id) {
            lab.busy.push(id);
        }
        match lab.network.spawn(&lab.description, node, spec, body) {
            Some(program) => Program { node: id, id: program },
            // `Lab::host` gives stations only.
            None => unreachable!("`{name}` is a host or router"),
        }
    }
}
