//! Programs of others as clients and servers on this machine's loopback: the Python scripts of
//! `tests/partners`, netcat, curl.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::peer::Peer;

/// How long a partner may take. Much more than any does, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// The file of a script of `tests/partners`.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("partners").join(name)
}

/// A partner that is about to start.
#[derive(Clone, Debug)]
pub struct Partner {
    program: PathBuf,
    args: Vec<OsString>,
}

/// What became of a partner.
#[derive(Clone, Debug)]
pub struct Said {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output; of a server, what came after its port.
    pub output: String,
    /// What it wrote to standard error.
    pub errors: String,
}

/// A partner that runs. It ends with the test.
#[derive(Debug)]
pub struct Started {
    child: Child,
    /// Where it listens, when it is a server.
    pub port: u16,
    output: mpsc::Receiver<String>,
    errors: mpsc::Receiver<String>,
}

impl Partner {
    /// A script of `tests/partners`; `None`, and a line about it, where there is no Python.
    #[track_caller]
    pub fn python(name: &str) -> Option<Self> {
        let args = vec!["-u".into(), script(name).into()];
        Some(Self { program: Peer::find("python3")?.path().to_owned(), args })
    }

    /// A program of this machine; `None`, and a line about it, where it is not installed.
    #[track_caller]
    pub fn program(name: &str) -> Option<Self> {
        Some(Self { program: Peer::find(name)?.path().to_owned(), args: Vec::new() })
    }

    /// With these arguments behind those that it has.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// As a client of a server on this port, with this standard input: runs to its end.
    ///
    /// # Panics
    /// When it cannot be started, or does not end within a minute.
    #[track_caller]
    pub fn client(self, port: u16, input: &str) -> Said {
        self.args(["127.0.0.1", &port.to_string()]).run(input)
    }

    /// Runs to its end with this standard input.
    ///
    /// # Panics
    /// As [`Partner::client`].
    #[track_caller]
    pub fn run(self, input: &str) -> Said {
        self.start(input).wait()
    }

    /// As a server on a port of the system's choice, which it prints first.
    ///
    /// # Panics
    /// When it cannot be started, or prints no port.
    #[track_caller]
    pub fn server<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Started {
        self.args.push("0".into());
        let mut started = self.args(args).spawn();
        let mut reader = BufReader::new(started.child.stdout.take().expect("it is a pipe"));
        let mut first = String::new();
        let read = reader.read_line(&mut first);
        match first.trim().parse() {
            Ok(port) => started.port = port,
            Err(_) => panic!("it prints no port: {read:?} {first:?}, {:?}", started.wait().errors),
        }
        started.output = collect(reader);
        started
    }

    /// Starts it with this standard input.
    ///
    /// # Panics
    /// When it cannot be started.
    #[track_caller]
    pub fn start(self, input: &str) -> Started {
        let mut started = self.spawn();
        if let Some(mut stdin) = started.child.stdin.take() {
            let input = input.to_owned();
            // It may end without reading all of it.
            thread::spawn(move || stdin.write_all(input.as_bytes()));
        }
        started.output = collect(started.child.stdout.take().expect("it is a pipe"));
        started
    }

    #[track_caller]
    fn spawn(&self) -> Started {
        let mut child = Command::new(&self.program)
            .args(&self.args)
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.program.display()));
        let errors = collect(child.stderr.take().expect("it is a pipe"));
        // Replaced by whoever takes the standard output.
        let output = mpsc::channel().1;
        Started { child, port: 0, output, errors }
    }
}

fn collect(mut stream: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What cannot be read any more has ended.
        let _ = stream.read_to_end(&mut bytes);
        let _ = tell.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    told
}

impl Started {
    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end within a minute.
    #[track_caller]
    pub fn wait(mut self) -> Said {
        let until = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().expect("it is our child") {
                Some(status) => break status,
                None if Instant::now() > until => {
                    let _ = self.child.kill();
                    panic!("it does not end; {:?} {:?}", self.output.recv(), self.errors.recv());
                }
                None => thread::sleep(Duration::from_millis(2)),
            }
        };
        let said = |told: &mpsc::Receiver<String>| told.recv_timeout(PATIENCE).unwrap_or_default();
        Said { status, output: said(&self.output), errors: said(&self.errors) }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Nothing to do when it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Said {
    /// Holds it to an end in order and this output.
    ///
    /// # Panics
    /// When it ended otherwise or printed something else.
    #[track_caller]
    pub fn printed(&self, output: &str) {
        assert!(self.status.success(), "{}\n{}{}", self.status, self.output, self.errors);
        assert_eq!(self.output, output, "{}", self.errors);
    }
}
