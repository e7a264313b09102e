//! One test body, several worlds: the same server and clients on a simulated network that loses
//! nothing, on a simulated one that loses, reorders and delays, and on this machine's own sockets.
//!
//! ```
//! lanternet_tests::in_each_world! {
//!     fn a_message_comes_back_in_capitals(play) {
//!         let server = play.serve("serve upper");
//!         let at = play.address(&server);
//!         let client = play.connect(&format!("connect upper {at} --say hello"), &[]);
//!         client.exits(0);
//!         assert_eq!(client.output, "HELLO\n");
//!     }
//! }
//! ```
//!
//! makes the tests `a_message_comes_back_in_capitals::on_a_perfect_network`, `…::on_a_lossy_network` and
//! `…::on_loopback`. Where loss may change the outcome, as with UDP, the body says where it holds:
//! `fn a_datagram_comes_back(play) in [on_a_perfect_network, on_loopback] { … }`.
//!
//! There are three hosts, [`SERVER`], [`CLIENT`] and [`OTHER`], each with a disk of its own. In a
//! simulation they hang on one switch, and the server's cable is the bad one; on this machine they are
//! three temporary folders, and ports are the system's choice. A program's relative paths, and what it
//! remembers (`state_folder`), are on its host's disk in each world.

mod loopback;
mod simulated;
mod streams;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use lanternet_apps::Command;

pub use streams::Input;

/// The host that servers run on.
pub const SERVER: Host = Host(0);
/// The host that clients run on.
pub const CLIENT: Host = Host(1);
/// A third host on the segment.
pub const OTHER: Host = Host(2);

/// A host of a play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host(usize);

/// The names of the hosts, by number.
const HOSTS: [&str; 3] = ["server", "client", "other"];

/// Where a play takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// A simulation whose cables lose nothing and take 1 ms.
    Perfect,
    /// A simulation whose server hangs on a cable that loses 5 % of the frames, lets 10 % be overtaken
    /// and takes 50 ms, each way.
    Lossy,
    /// This machine's sockets, on 127.0.0.1.
    Loopback,
}

/// Makes a test per world of each body; see [the module](crate::worlds).
#[macro_export]
macro_rules! in_each_world {
    () => {};
    ($(#[$meta:meta])* fn $name:ident($play:ident) in [$($world:ident),+] $body:block $($rest:tt)*) => {
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "a body need not use what stands around it")]
            use super::*;

            fn body($play: &mut $crate::worlds::Play) $body

            $(
                #[test]
                fn $world() {
                    body(&mut $crate::worlds::World::$world());
                }
            )+
        }
        $crate::in_each_world! { $($rest)* }
    };
    ($(#[$meta:meta])* fn $name:ident($play:ident) $body:block $($rest:tt)*) => {
        $crate::in_each_world! {
            $(#[$meta])*
            fn $name($play) in [on_a_perfect_network, on_a_lossy_network, on_loopback] $body
            $($rest)*
        }
    };
}

impl World {
    /// A play in [`World::Perfect`].
    pub fn on_a_perfect_network() -> Play {
        Self::Perfect.open()
    }

    /// A play in [`World::Lossy`].
    pub fn on_a_lossy_network() -> Play {
        Self::Lossy.open()
    }

    /// A play in [`World::Loopback`].
    pub fn on_loopback() -> Play {
        Self::Loopback.open()
    }

    /// Hosts without programs. In a simulation, what is random comes from the number in the
    /// environment's `LANTERNET_SEED`, or else from 1.
    pub fn open(self) -> Play {
        let stage = match self {
            Self::Loopback => Stage::Loopback(loopback::Machine::new()),
            Self::Perfect | Self::Lossy => {
                let seed = std::env::var("LANTERNET_SEED").ok().and_then(|seed| seed.parse().ok());
                let stage = simulated::Network::new(self == Self::Lossy, seed.unwrap_or(1));
                Stage::Simulated(Box::new(stage))
            }
        };
        Play { world: self, stage }
    }
}

/// Hosts, what runs on them, and what is on their disks.
pub struct Play {
    world: World,
    stage: Stage,
}

enum Stage {
    Simulated(Box<simulated::Network>),
    Loopback(loopback::Machine),
}

/// A program that was started.
#[derive(Debug)]
pub struct Running {
    host: Host,
    number: usize,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its command line.
    pub line: String,
    /// Its exit code; 137, as a shell says of SIGKILL, when it was killed.
    pub code: u8,
    /// What it wrote to standard output.
    pub output: String,
    /// What it wrote to standard error.
    pub errors: String,
}

impl Ended {
    /// Holds it to this exit code.
    ///
    /// # Panics
    /// When it ended with another; the message has what it printed.
    #[track_caller]
    pub fn exits(&self, code: u8) -> &Self {
        let Self { line, output, errors, .. } = self;
        assert_eq!(self.code, code, "{line}\nstdout:\n{output}\nstderr:\n{errors}");
        self
    }

    /// Holds it to having printed this to standard output.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn prints(&self, text: &str) -> &Self {
        let Self { line, output, errors, .. } = self;
        assert!(output.contains(text), "{line}: no `{text}`\nstdout:\n{output}\nstderr:\n{errors}");
        self
    }

    /// Holds it to having written this to standard error.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn complains(&self, text: &str) -> &Self {
        let Self { line, output, errors, .. } = self;
        assert!(errors.contains(text), "{line}: no `{text}`\nstdout:\n{output}\nstderr:\n{errors}");
        self
    }
}

impl Play {
    /// Where it takes place.
    pub fn world(&self) -> World {
        self.world
    }

    /// Puts a file on a host's disk, with the folders on the way to it, in place of one that was there.
    ///
    /// # Panics
    /// When the path is none.
    #[track_caller]
    pub fn put(&mut self, host: Host, path: &str, content: impl AsRef<[u8]>) {
        match &mut self.stage {
            Stage::Simulated(network) => network.put(host, path, content.as_ref()),
            Stage::Loopback(machine) => machine.put(host, path, content.as_ref()),
        }
    }

    /// What is in a file of a host's disk, if it is there.
    #[track_caller]
    pub fn file(&self, host: Host, path: &str) -> Option<Vec<u8>> {
        self.files(host).remove(path)
    }

    /// All files on a host's disk, by path, but those that its programs remember things in
    /// (`.lanternet`).
    ///
    /// # Panics
    /// When the disk cannot be read.
    #[track_caller]
    pub fn files(&self, host: Host) -> BTreeMap<String, Vec<u8>> {
        let mut files = match &self.stage {
            Stage::Simulated(network) => network.files(host),
            Stage::Loopback(machine) => machine.files(host),
        };
        files.retain(|path, _| !path.starts_with(".lanternet/"));
        files
    }

    /// What a host's programs remember in this file, if they do.
    ///
    /// # Panics
    /// When the disk cannot be read.
    #[track_caller]
    pub fn kept(&self, host: Host, path: &str) -> Option<Vec<u8>> {
        let mut files = match &self.stage {
            Stage::Simulated(network) => network.files(host),
            Stage::Loopback(machine) => machine.files(host),
        };
        files.remove(&format!(".lanternet/{path}"))
    }

    /// Removes a file of a host's disk.
    ///
    /// # Panics
    /// When it is not there.
    #[track_caller]
    pub fn remove(&mut self, host: Host, path: &str) {
        match &self.stage {
            Stage::Simulated(network) => network.remove(host, path),
            Stage::Loopback(machine) => machine.remove(host, path),
        }
    }

    /// Lets the files of a host's disk have so many bytes together. Of simulated hosts only, and once
    /// something has run there.
    ///
    /// # Panics
    /// When it cannot be.
    #[track_caller]
    pub fn limit_disk(&mut self, host: Host, bytes: Option<u64>) {
        match &self.stage {
            Stage::Simulated(network) => network.disk(host).set_size(bytes),
            Stage::Loopback(_) => panic!("this machine's disk is as large as it is"),
        }
    }

    /// Starts a server on [`SERVER`] and waits until it says where it listens. Without `--port` in
    /// the line, its host chooses one.
    ///
    /// # Panics
    /// When the line is no command, or the server does not listen.
    #[track_caller]
    pub fn serve(&mut self, line: &str) -> Running {
        let line = match line.contains("--port") {
            true => line.to_owned(),
            false => format!("{line} --port 0"),
        };
        let server = self.start(SERVER, &line, Input::default());
        self.wait_for(&server, "listening on ");
        server
    }

    /// Starts a program.
    ///
    /// # Panics
    /// When the line is no command.
    #[track_caller]
    pub fn start(&mut self, host: Host, line: &str, input: impl Into<Input>) -> Running {
        let command = match Command::parse(line) {
            Ok(command) => command,
            Err(error) => panic!("`{line}`: {error} {}", error.help.clone().unwrap_or_default()),
        };
        let input = input.into();
        let number = match &mut self.stage {
            Stage::Simulated(network) => network.start(host, line, command, input),
            Stage::Loopback(machine) => machine.start(host, line, command, input),
        };
        Running { host, number }
    }

    /// Runs a program on [`CLIENT`] to its end, with these lines of standard input.
    ///
    /// # Panics
    /// When the line is no command, or it does not end: within an hour of simulated time, or a minute
    /// of real time.
    #[track_caller]
    pub fn connect(&mut self, line: &str, input: &[&str]) -> Ended {
        let client = self.start(CLIENT, line, input);
        self.finish(&client)
    }

    /// Waits for a program's end.
    ///
    /// # Panics
    /// When it does not end, as [`Play::connect`].
    #[track_caller]
    pub fn finish(&mut self, program: &Running) -> Ended {
        match &mut self.stage {
            Stage::Simulated(network) => network.finish(program.number),
            Stage::Loopback(machine) => machine.finish(program.number),
        }
    }

    /// Waits until a program has printed this; gives all of its standard output until then.
    ///
    /// # Panics
    /// When it does not, as [`Play::connect`].
    #[track_caller]
    pub fn wait_for(&mut self, program: &Running, text: &str) -> String {
        match &mut self.stage {
            Stage::Simulated(network) => network.wait_for(program.number, text),
            Stage::Loopback(machine) => machine.wait_for(program.number, text),
        }
    }

    /// What a program has printed so far to standard output.
    pub fn output(&self, program: &Running) -> String {
        match &self.stage {
            Stage::Simulated(network) => network.streams(program.number).output(),
            Stage::Loopback(machine) => machine.streams(program.number).output(),
        }
    }

    /// Lets time pass: simulated time, or as much real time.
    pub fn pass(&mut self, time: lanternet_core::Duration) {
        match &mut self.stage {
            Stage::Simulated(network) => network.pass(time),
            Stage::Loopback(_) => std::thread::sleep(time.into()),
        }
    }

    /// Asks a server to stop, as Ctrl-C does, and waits for its end.
    ///
    /// # Panics
    /// When it does not end, as [`Play::connect`].
    #[track_caller]
    pub fn stop(&mut self, program: &Running) -> Ended {
        match &mut self.stage {
            Stage::Simulated(network) => network.stop(program.number),
            Stage::Loopback(machine) => machine.streams(program.number).ask_to_stop(),
        }
        self.finish(program)
    }

    /// Ends a program as SIGKILL does: it is not asked, and its host closes its sockets.
    ///
    /// # Panics
    /// When its connections cannot be closed within a minute.
    #[track_caller]
    pub fn kill(&mut self, program: &Running) -> Ended {
        match &mut self.stage {
            Stage::Simulated(network) => network.kill(program.number),
            Stage::Loopback(machine) => machine.kill(program.number),
        }
        self.finish(program)
    }

    /// Where clients find this server, as `HOST:PORT`.
    ///
    /// # Panics
    /// When it does not tell where it listens.
    #[track_caller]
    pub fn address(&self, server: &Running) -> String {
        let port = self.port(server);
        match self.world {
            World::Loopback => format!("127.0.0.1:{port}"),
            World::Perfect | World::Lossy => format!("{}:{port}", HOSTS[server.host.0]),
        }
    }

    /// The port that this server listens on.
    ///
    /// # Panics
    /// When it does not tell.
    #[track_caller]
    pub fn port(&self, server: &Running) -> u16 {
        let output = self.output(server);
        let port = listens_on(&output);
        port.unwrap_or_else(|| panic!("no address it listens on in\n{output}"))
    }
}

/// The port of the first socket address in what a server printed, alone or in a URL.
fn listens_on(output: &str) -> Option<u16> {
    output.split_whitespace().find_map(|word| {
        let word = word.rsplit("//").find(|part| !part.is_empty())?;
        let word = word.trim_end_matches([',', ';', '.', '/', ')']);
        Some(word.parse::<SocketAddr>().ok()?.port())
    })
}

#[cfg(test)]
mod tests {
    use super::listens_on;

    #[test]
    fn a_server_tells_its_port_alone_or_in_a_url() {
        assert_eq!(listens_on("listening on TCP 127.0.0.1:4711, accepting nobody\n"), Some(4711));
        assert_eq!(listens_on("listening on UDP [::]:9\n"), Some(9));
        assert_eq!(listens_on("open https://127.0.0.1:8443/ in a browser"), Some(8443));
        assert_eq!(listens_on("nothing yet"), None);
    }
}
