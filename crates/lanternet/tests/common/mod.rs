//! Running the built binary. A check that fails prints command, status, standard output and error.

use std::fmt::Write as _;
use std::process::{Command, Output};

/// The binary with these arguments, in English whatever the environment says.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lanternet"));
    command.args(args).env_remove("LANGUAGE").env("LC_ALL", "C");
    command
}

/// Runs the binary with these arguments to its end.
pub(crate) fn lanternet(args: &[&str]) -> Run {
    Run::new(command(args))
}

/// A run that has ended.
pub(crate) struct Run {
    command: Command,
    output: Output,
}

// Each test file uses the checks that it needs.
#[allow(dead_code)]
impl Run {
    /// Runs a command to its end.
    pub(crate) fn new(mut command: Command) -> Self {
        let output = command.output().expect("the built binary starts");
        Self { command, output }
    }

    /// Standard output.
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// Standard error.
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// The exit code is this.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        let met = self.output.status.code() == Some(code);
        self.check(met, &format!("exit code {code}"))
    }

    /// Standard output is exactly this.
    #[track_caller]
    pub(crate) fn stdout_is(self, expected: &str) -> Self {
        let met = self.stdout() == expected;
        self.check(met, &format!("standard output\n{expected}"))
    }

    /// Standard output holds this.
    #[track_caller]
    pub(crate) fn stdout_has(self, expected: &str) -> Self {
        let met = self.stdout().contains(expected);
        self.check(met, &format!("standard output with `{expected}`"))
    }

    /// Standard error is exactly this.
    #[track_caller]
    pub(crate) fn stderr_is(self, expected: &str) -> Self {
        let met = self.stderr() == expected;
        self.check(met, &format!("standard error\n{expected}"))
    }

    /// Standard error holds this.
    #[track_caller]
    pub(crate) fn stderr_has(self, expected: &str) -> Self {
        let met = self.stderr().contains(expected);
        self.check(met, &format!("standard error with `{expected}`"))
    }

    #[track_caller]
    fn check(self, met: bool, expected: &str) -> Self {
        let mut report = format!("expected {expected}\ncommand: {:?}\n", self.command);
        let _ = writeln!(report, "status: {}", self.output.status);
        let _ = writeln!(report, "standard output:\n{}", self.stdout());
        let _ = writeln!(report, "standard error:\n{}", self.stderr());
        assert!(met, "{report}");
        self
    }
}
