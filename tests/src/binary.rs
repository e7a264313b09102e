//! The built command as processes of this machine, for what a program in a test's own process cannot
//! show: signals, and how much memory it takes.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a process may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// The command, built from the sources as they are in the profile of this test.
///
/// # Panics
/// When it cannot be built.
#[track_caller]
pub fn lanternet() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        // TARGET/debug/deps/this-test
        let own = std::env::current_exe().expect("a test has a file");
        let profile = own.ancestors().nth(2).expect("cargo's folder of a profile");
        let target = profile.parent().expect("cargo's folder of all profiles");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--package", "lanternet", "--target-dir"]).arg(target);
        if profile.file_name() == Some(OsStr::new("release")) {
            build.arg("--release");
        }
        let output = build.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{build:?}: {}\n{stderr}", output.status);
        profile.join(format!("lanternet{}", std::env::consts::EXE_SUFFIX))
    })
}

/// Writes a file that its owner alone may use, as a users file has to be.
fn write_private(path: &Path, content: &str) -> std::io::Result<()> {
    std::fs::write(path, content)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// A server of the built command, in a folder of its own. It ends with the test.
#[derive(Debug)]
pub struct Server {
    child: Child,
    folder: TempDir,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    output: Arc<Mutex<String>>,
    ended: Receiver<()>,
}

impl Server {
    /// Starts `lanternet` with these words, separated by blanks, and `--port 0`, with these files in its
    /// folder, and waits until it listens.
    ///
    /// # Panics
    /// When it cannot be started, or does not say where it listens.
    #[track_caller]
    pub fn start(line: &str, files: &[(&str, &str)]) -> Self {
        let folder = crate::scratch();
        for (path, content) in files {
            let path = folder.path().join(path);
            let made = std::fs::create_dir_all(path.parent().unwrap_or(folder.path()));
            made.and_then(|()| write_private(&path, content)).expect("a file in a folder of ours");
        }
        let mut child = Command::new(lanternet())
            .args(line.split_whitespace())
            .args(["--port", "0"])
            .current_dir(&folder)
            .env("LANTERNET_HOME", folder.path().join(".lanternet"))
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the built binary starts");
        let output = Arc::new(Mutex::new(String::new()));
        let (tell, told) = mpsc::channel();
        let (tell_end, ended) = mpsc::channel();
        let reader = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let all = Arc::clone(&output);
        thread::spawn(move || {
            for line in reader.lines().map_while(Result::ok) {
                let port = line.split([' ', ',', ';']).find_map(|word| {
                    let word = word.rsplit("//").next()?.trim_end_matches('/');
                    Some(word.parse::<SocketAddr>().ok()?.port())
                });
                if let Some(port) = port {
                    // Nobody listens any more after the first.
                    let _ = tell.send(port);
                }
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                all.push_str(&line);
                all.push('\n');
            }
            drop(tell_end);
        });
        match told.recv_timeout(PATIENCE) {
            Ok(port) => Self { child, folder, port, output, ended },
            Err(_) => panic!("`{line}` does not listen: {:?}", child.kill()),
        }
    }

    /// The folder that it runs in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What it has printed so far to standard output.
    pub fn output(&self) -> String {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A figure of `/proc/PID/status` in KiB: `VmHWM`, the most memory that it ever had at a time, or
    /// `VmRSS`, what it has now.
    ///
    /// # Panics
    /// Where there is no such file or figure.
    #[track_caller]
    pub fn memory(&self, figure: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("Linux has this file for each process");
        let line = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':'));
        let number = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        number.unwrap_or_else(|| panic!("no {figure} in\n{status}"))
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks it to stop, as Ctrl-C does, and waits for its end; how it ended and all that it printed.
    ///
    /// # Panics
    /// When it does not end within a minute.
    #[track_caller]
    #[cfg(target_os = "linux")]
    pub fn interrupt(mut self) -> (ExitStatus, String) {
        use nix::sys::signal::{Signal, kill};
        let pid = i32::try_from(self.child.id()).expect("a process id of Linux");
        kill(nix::unistd::Pid::from_raw(pid), Signal::SIGINT).expect("it is our child");
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                // All that it printed is read then.
                let _ = self.ended.recv_timeout(PATIENCE);
                return (status, self.output());
            }
            assert!(Instant::now() < until, "it does not stop\n{}", self.output());
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing to do when it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
