//! One program on this machine.

use std::io;

use lanternet_apps::{Command, ExitCode};
use tokio::sync::watch;

use crate::console::Terminal;
use crate::os::Os;

/// What a shell expects of a program that a signal ended: 128 and the number of SIGINT or SIGTERM.
const INTERRUPTED: ExitCode = ExitCode(130);
#[cfg(unix)]
const TERMINATED: ExitCode = ExitCode(143);

/// Runs a program to its end. The first Ctrl-C asks a server to stop, which finishes what it may and
/// ends with 0; it ends a client, and the second one a server, at once with 130. SIGTERM, which is how
/// service managers ask, does the same as Ctrl-C, with 143.
///
/// # Errors
/// When the system gives no runtime: no threads, no timer.
pub fn run(command: Command) -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(async {
        let (stop, stopped) = watch::channel(false);
        let terminal = Terminal::new(stopped);
        let daemon = command.is_daemon();
        // Before the program begins: whoever reads that it listens may stop it at once.
        let mut signals = Signals::new();
        let interrupted = async {
            if daemon {
                signals.next().await;
                // Somebody always listens: the terminal.
                stop.send_replace(true);
            }
            signals.next().await
        };
        tokio::select! {
            code = lanternet_apps::run(command, Os::new(), terminal.clone()) => code,
            code = interrupted => code,
        }
    });
    // A thread may wait for standard input; nobody waits for it.
    runtime.shutdown_background();
    Ok(code)
}

/// The signals that ask a program to end, from now on.
struct Signals {
    #[cfg(unix)]
    streams: Option<[tokio::signal::unix::Signal; 2]>,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        // Where there are none, nobody interrupts.
        let interrupt = signal(SignalKind::interrupt());
        let terminate = signal(SignalKind::terminate());
        Self { streams: interrupt.ok().zip(terminate.ok()).map(<[_; 2]>::from) }
    }

    #[cfg(not(unix))]
    const fn new() -> Self {
        Self {}
    }

    /// The exit code of a program that the next one ends.
    #[cfg(unix)]
    async fn next(&mut self) -> ExitCode {
        match &mut self.streams {
            Some([interrupt, terminate]) => tokio::select! {
                _ = interrupt.recv() => INTERRUPTED,
                _ = terminate.recv() => TERMINATED,
            },
            None => std::future::pending().await,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> ExitCode {
        match tokio::signal::ctrl_c().await {
            Ok(()) => INTERRUPTED,
            Err(_) => std::future::pending().await,
        }
    }
}
