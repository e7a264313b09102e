//! One program on this machine.

use std::io;

use lanternet_apps::{Command, Console, ExitCode};

use crate::console::Terminal;
use crate::os::Os;

/// Runs a program to its end. Ctrl-C stops it: a server says so and ends with 0, a client ends with
/// 130, as a shell expects of one that was interrupted.
///
/// # Errors
/// When the system gives no runtime: no threads, no timer.
pub fn run(command: Command) -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(async {
        let terminal = Terminal::new();
        let daemon = command.is_daemon();
        tokio::select! {
            code = lanternet_apps::run(command, Os::new(), terminal.clone()) => code,
            Ok(()) = tokio::signal::ctrl_c() => match daemon {
                true => {
                    terminal.print_line("stopped");
                    ExitCode::SUCCESS
                }
                false => ExitCode(130),
            },
        }
    });
    // A thread may wait for standard input; nobody waits for it.
    runtime.shutdown_background();
    Ok(code)
}
