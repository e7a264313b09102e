//! `connect upload`: connects, sends, and comes again when the connection breaks.

use lanternet_core::Duration;

use super::sending::{Batch, Broken};
use super::{ConnectArgs, source, units};
use crate::console::{Console, ExitCode};
use crate::dial::dial_over;
use crate::sockets::{ConnectOptions, Sockets, TcpStream};
use crate::text;
use crate::trouble::Trouble;

/// Whoever connects waits so long for the three-way handshake.
const CONNECTING: Duration = Duration::from_secs(10);
/// The longest time between two tries.
const LONGEST_PAUSE: u64 = 30;

pub(super) async fn connect<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ConnectArgs,
) -> Result<ExitCode, Trouble> {
    let sources = source::find(console, &args.files).await?;
    if sources.is_empty() {
        return Err(Trouble::cannot_begin("there is no file in what was named".to_owned()));
    }
    let several = sources.len() > 1;
    let mut batch = Batch::new(sockets, console, sources, args.if_exists, args.timeout);
    let mut tries = 0;
    loop {
        match once(sockets, console, args, &mut batch).await {
            Ok(()) => break,
            Err(Ended::Trouble(trouble)) if tries == 0 => return Err(trouble),
            Err(Ended::Server(why)) => return Err(Trouble::failed(why)),
            Err(Ended::Trouble(trouble)) if tries >= args.retries => return Err(trouble),
            Err(Ended::Cut(why)) if args.retries == 0 => {
                return Err(Trouble::failed(format!(
                    "{why}; what has arrived is kept: send it again"
                )));
            }
            Err(Ended::Cut(why)) => {
                if std::mem::take(&mut batch.moved) {
                    tries = 0;
                }
                if tries >= args.retries {
                    return Err(Trouble::failed(format!(
                        "{why}; given up after {}, what has arrived is kept",
                        text::count(tries as usize, "more try").replace("trys", "tries")
                    )));
                }
                console.status("");
                console.error(&format!("connect upload: {why}"));
            }
            Err(Ended::Trouble(trouble)) => {
                console.error(&format!("connect upload: {}", trouble.message));
            }
        }
        let pause = Duration::from_secs((1 << tries.min(5)).min(LONGEST_PAUSE));
        tries += 1;
        console.error(&format!("trying again in {}", units::time(pause)));
        sockets.sleep(pause).await;
    }
    console.status("");
    let tally = batch.tally;
    if several {
        let (sent, began) = batch.sent();
        let sent = units::bytes_in(sent, sockets.now() - began);
        let files = |number| text::count(number, "file");
        let mut words: Vec<String> = [
            (tally.stored, "stored"),
            (tally.same, "there already"),
            (tally.skipped, "skipped"),
            (tally.failed, "not stored"),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", files(number)))
        .collect();
        words.push(sent);
        console.print_line(&words.join(", "));
    }
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How a connection ended that did not end well.
enum Ended {
    /// There was none.
    Trouble(Trouble),
    /// It broke.
    Cut(String),
    /// The server will not go on.
    Server(String),
}

async fn once<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ConnectArgs,
    batch: &mut Batch<'_, S, C>,
) -> Result<(), Ended> {
    let options = ConnectOptions::within(CONNECTING, args.source);
    let port = args.port(sockets).map_err(Ended::Trouble)?;
    let trust = args.tls.trust();
    let stream = dial_over(sockets, console, &args.to.host, port, options, trust.as_ref());
    let stream = stream.await.map_err(Ended::Trouble)?;
    let peer = stream.peer_addr().map_or_else(|_| args.to.to_string(), |peer| peer.to_string());
    // Otherwise each small file waits for the acknowledgement of the one before (RFC 896); where it
    // cannot be had, it is only slower.
    let _ = stream.set_nodelay(true);
    match batch.send_over(stream).await {
        Ok(()) => Ok(()),
        Err(Broken::Connection(error)) => {
            Err(Ended::Cut(format!("{peer}: {}", text::describe(&error))))
        }
        Err(Broken::Server(why)) => {
            Err(Ended::Server(format!("{peer}: {}", text::printable(why.as_bytes()))))
        }
    }
}
