//! Sends the requests and prints what comes back.

use std::io;

use lanternet_core::Duration;

use super::Args;
use super::protocol::Session;
use crate::console::{Console, ExitCode};
use crate::endpoint;
use crate::icmp::{self, EchoRequest};
use crate::race::{Either, select};
use crate::sockets::{Family, IcmpSocket, MessageTooLong, Sockets};
use crate::text;

/// Runs `ping`.
pub async fn run<S: Sockets, C: Console>(sockets: S, console: C, args: Args) -> ExitCode {
    match ping(&sockets, &console, &args).await {
        Ok(code) => code,
        Err(message) => {
            console.error(&format!("ping: {message}"));
            ExitCode::ERROR
        }
    }
}

async fn ping<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &Args,
) -> Result<ExitCode, String> {
    let destination = endpoint::resolve_one(sockets, &args.host, args.family()).await?;
    let socket = sockets
        .icmp_open(Family::of(destination))
        .await
        .map_err(|error| icmp::cannot_open(&error))?;
    let payload: Vec<u8> = (0..args.size).map(|index| index as u8).collect();
    let started = sockets.now();
    let mut session = Session::new(&args.host, destination, started);
    let mut next = started;
    loop {
        let now = sockets.now();
        if session.transmitted() < u64::from(args.count) && now >= next {
            let sequence = session.send(now);
            let request = EchoRequest {
                sequence,
                payload: &payload,
                ttl: args.ttl,
                dont_fragment: args.forbids_fragments(),
            };
            let sent = socket.send_echo(destination, request).await;
            if sequence == 1 && session.transmitted() == 1 {
                // Before the headline, as iputils finds out by connecting.
                if let Err(error) = &sent
                    && no_way(error)
                {
                    return Err(format!("connect: {}", text::describe(error)));
                }
                console.print_line(&session.headline(payload.len()));
            }
            if let Err(error) = sent {
                session.fail();
                console.error(&send_error(&error));
            }
            next = match session.transmitted() < u64::from(args.count) {
                true => started + args.interval * session.transmitted(),
                false => now + session.linger(args.interval, args.timeout),
            };
        }
        if session.transmitted() == u64::from(args.count)
            && (session.answered() >= session.transmitted() || sockets.now() >= next)
        {
            break;
        }
        let wait = next.since(sockets.now());
        // A reply that arrives at the last moment counts: it is the first of the two.
        match select(socket.recv(), sockets.sleep(wait)).await {
            Either::First(Ok(message)) => {
                if let Some(line) = session.receive(&message, sockets.now()) {
                    console.print_line(&line);
                }
            }
            Either::First(Err(error)) => {
                console.error(&format!("ping: recvmsg: {}", text::describe(&error)));
                // An error that stays would be told without end.
                sockets.sleep(wait.max(Duration::from_millis(1))).await;
            }
            Either::Second(()) => {}
        }
    }
    console.print(&session.statistics(sockets.now()));
    Ok(if session.any_reply() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether this host knows from the start that the packet cannot leave.
fn no_way(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::NetworkUnreachable
            | Kind::NetworkDown
            | Kind::AddrNotAvailable
            | Kind::PermissionDenied
    )
}

fn send_error(error: &io::Error) -> String {
    match MessageTooLong::in_error(error) {
        Some(reason) => format!("ping: local error: {reason}"),
        None => format!("ping: sendmsg: {}", text::describe(error)),
    }
}
