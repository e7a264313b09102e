//! Programs that run beside the simulation, and what they say.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Which of the programs that were started in a [`Live`](super::Live) network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChildId(pub(super) usize);

/// A program that has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The command line, for messages.
    pub command: String,
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Finished {
    /// Its standard output, once it has ended well.
    ///
    /// # Panics
    /// When it ended with an error.
    #[track_caller]
    pub fn success(&self) -> &str {
        assert!(self.status.success(), "{self}");
        &self.out
    }
}

impl std::fmt::Display for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}: {}", self.command, self.status)?;
        write!(f, "-- standard output:\n{}-- standard error:\n{}", self.out, self.err)
    }
}

/// A running program; killed when it is dropped.
pub(super) struct Running {
    pub(super) command: String,
    child: Child,
    streams: [Heard; 2],
}

/// What a program said so far, and who is listening.
struct Heard {
    bytes: Arc<Mutex<Vec<u8>>>,
    listener: Option<JoinHandle<()>>,
}

impl Heard {
    fn listen(mut stream: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&bytes);
        let listener = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = stream.read(&mut buffer) {
                heard.lock().unwrap_or_else(PoisonError::into_inner).extend(&buffer[..n]);
            }
        });
        Self { bytes, listener: Some(listener) }
    }

    fn text(&self) -> String {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Running {
    #[track_caller]
    pub(super) fn start(mut command: Command) -> Self {
        // The part in front only enters the namespace.
        let words = command.get_args().skip(3).map(|word| word.to_string_lossy().into_owned());
        let shown = words.collect::<Vec<_>>().join(" ");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let out = child.stdout.take().map(Heard::listen).expect("it was asked for");
        let err = child.stderr.take().map(Heard::listen).expect("it was asked for");
        Self { command: shown, child, streams: [out, err] }
    }

    /// What it wrote to its standard output so far.
    pub(super) fn out(&self) -> String {
        self.streams[0].text()
    }

    #[track_caller]
    pub(super) fn has_ended(&mut self) -> bool {
        match self.child.try_wait() {
            Ok(status) => status.is_some(),
            Err(error) => panic!("{}: {error}", self.command),
        }
    }

    /// Ends it if it has not ended, and says how it ended.
    #[track_caller]
    pub(super) fn end(mut self) -> Finished {
        let status = self.stop().unwrap_or_else(|error| panic!("{}: {error}", self.command));
        let [out, err] = self.streams.each_ref().map(Heard::text);
        Finished { command: self.command.clone(), status, out, err }
    }

    fn stop(&mut self) -> std::io::Result<ExitStatus> {
        // Of one that has ended nothing is left to kill.
        let _ = self.child.kill();
        let status = self.child.wait()?;
        for stream in &mut self.streams {
            // A panic of a listener lost text, nothing else.
            let _ = stream.listener.take().map(JoinHandle::join);
        }
        Ok(status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}
