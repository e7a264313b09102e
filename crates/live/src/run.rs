//! One program on this machine.

use std::io;

use lanternet_apps::{Command, ExitCode};
use tokio::sync::watch;

use crate::console::Terminal;
use crate::os::Os;

/// What a shell expects of a program that Ctrl-C ended: 128 and the number of SIGINT.
const INTERRUPTED: ExitCode = ExitCode(130);

/// Runs a program to its end. The first Ctrl-C asks a server to stop, which finishes what it may and
/// ends with 0; it ends a client, and the second one a server, at once with 130.
///
/// # Errors
/// When the system gives no runtime: no threads, no timer.
pub fn run(command: Command) -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(async {
        let (stop, stopped) = watch::channel(false);
        let terminal = Terminal::new(stopped);
        let daemon = command.is_daemon();
        let interrupted = async {
            if daemon && tokio::signal::ctrl_c().await.is_ok() {
                // Somebody always listens: the terminal.
                stop.send_replace(true);
            }
            if tokio::signal::ctrl_c().await.is_err() {
                // No signals here: nobody interrupts.
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            code = lanternet_apps::run(command, Os::new(), terminal.clone()) => code,
            () = interrupted => INTERRUPTED,
        }
    });
    // A thread may wait for standard input; nobody waits for it.
    runtime.shutdown_background();
    Ok(code)
}
