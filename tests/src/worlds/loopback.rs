//! A play on this machine's own sockets: each program in a runtime of its own, each host a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lanternet_apps::Command;
use lanternet_live::Os;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::streams::{InFolder, Streams};
use super::{Ended, HOSTS, Host, Input};

/// How long a test waits for anything. Much more than anything takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);
/// The exit code that a shell gives for SIGKILL.
const KILLED: u8 = 137;

pub(super) struct Machine {
    disks: TempDir,
    programs: Vec<Program>,
}

struct Program {
    line: String,
    streams: Streams,
    runtime: Option<Runtime>,
}

impl Machine {
    pub(super) fn new() -> Self {
        let disks = crate::scratch();
        for host in HOSTS {
            std::fs::create_dir(disks.path().join(host)).expect("a folder in a temporary one");
        }
        Self { disks, programs: Vec::new() }
    }

    fn root(&self, host: Host) -> PathBuf {
        self.disks.path().join(HOSTS[host.0])
    }

    pub(super) fn start(
        &mut self,
        host: Host,
        line: &str,
        command: Command,
        input: Input,
    ) -> usize {
        let streams = Streams::new(input);
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime: threads and a timer");
        let console = InFolder { streams: streams.clone(), root: Arc::new(self.root(host)) };
        let ended = streams.clone();
        runtime.spawn(async move {
            let code = lanternet_apps::run(command, Os::new(), console).await;
            ended.ended(code.0);
        });
        self.programs.push(Program { line: line.to_owned(), streams, runtime: Some(runtime) });
        self.programs.len() - 1
    }

    pub(super) fn streams(&self, number: usize) -> &Streams {
        &self.programs[number].streams
    }

    #[track_caller]
    pub(super) fn finish(&mut self, number: usize) -> Ended {
        let Program { line, streams, runtime } = &mut self.programs[number];
        match streams.wait(PATIENCE, Streams::code) {
            Some(code) => {
                // With it go the tasks that it spawned, as with a process.
                if let Some(runtime) = runtime.take() {
                    runtime.shutdown_timeout(PATIENCE);
                }
                Ended {
                    line: line.clone(),
                    code,
                    output: streams.output(),
                    errors: streams.errors(),
                }
            }
            None => panic!(
                "`{line}` does not end\nstdout:\n{}\nstderr:\n{}",
                streams.output(),
                streams.errors()
            ),
        }
    }

    #[track_caller]
    pub(super) fn wait_for(&mut self, number: usize, text: &str) -> String {
        let Program { line, streams, .. } = &self.programs[number];
        let printed = |streams: &Streams| {
            let output = streams.output();
            output.contains(text).then_some(output)
        };
        match streams.wait(PATIENCE, printed) {
            Some(output) => output,
            None => panic!(
                "`{line}` never printed `{text}`\nstdout:\n{}\nstderr:\n{}",
                streams.output(),
                streams.errors()
            ),
        }
    }

    pub(super) fn kill(&mut self, number: usize) {
        let Program { streams, runtime, .. } = &mut self.programs[number];
        if let Some(runtime) = runtime.take() {
            runtime.shutdown_timeout(PATIENCE);
        }
        if streams.code().is_none() {
            streams.ended(KILLED);
        }
    }

    #[track_caller]
    pub(super) fn put(&mut self, host: Host, path: &str, content: &[u8]) {
        let path = self.root(host).join(path);
        let folder = path.parent().unwrap_or(&path);
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, content));
        written.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    #[track_caller]
    pub(super) fn remove(&self, host: Host, path: &str) {
        let path = self.root(host).join(path);
        std::fs::remove_file(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    #[track_caller]
    pub(super) fn files(&self, host: Host) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.root(host), "", &mut files).expect("a temporary folder can be read");
        files
    }
}

fn collect(
    folder: &Path,
    prefix: &str,
    into: &mut BTreeMap<String, Vec<u8>>,
) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type()?.is_dir() {
            true => collect(&entry.path(), &format!("{path}/"), into)?,
            false => drop(into.insert(path, std::fs::read(entry.path())?)),
        }
    }
    Ok(())
}

impl Drop for Machine {
    fn drop(&mut self) {
        for runtime in self.programs.iter_mut().filter_map(|program| program.runtime.take()) {
            runtime.shutdown_background();
        }
    }
}
