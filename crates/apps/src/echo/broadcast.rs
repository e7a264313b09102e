//! The UDP client that asks everybody: one datagram to a broadcast address, and any number of
//! answers, each from another host.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use lanternet_core::Duration;

use super::ConnectArgs;
use super::input::Messages;
use super::protocol::Service;
use crate::console::{Console, ExitCode};
use crate::endpoint;
use crate::race::timeout;
use crate::sockets::{Sockets, UdpSocket};
use crate::text;
use crate::trouble::Trouble;

/// How long answers are waited for: nobody knows how many there will be.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) async fn connect<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    service: Service,
    args: &ConnectArgs,
) -> Result<ExitCode, Trouble> {
    let patience = args.timeout.unwrap_or(DEFAULT_TIMEOUT);
    let host = &args.to.host;
    let addresses = endpoint::resolve(sockets, host, args.port(sockets)?)
        .await
        .map_err(|error| Trouble::resolving(host, &error))?;
    let to = *addresses
        .first()
        .ok_or_else(|| Trouble::resolving(host, &io::ErrorKind::NotFound.into()))?;
    if to.is_ipv6() {
        let words = format!("{to}: IPv6 has no broadcast; leave --broadcast out");
        return Err(Trouble::cannot_begin(words));
    }
    let begin = |error: io::Error| Trouble::connecting(to, patience, &error);
    let source = args.source.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    // Not connected: a connected socket hears its peer alone, and nobody answers from a broadcast
    // address.
    let socket = sockets.udp_bind(SocketAddr::new(source, 0)).await.map_err(begin)?;
    socket.set_broadcast(true).map_err(begin)?;
    let mut buffer = vec![0; 65_535];
    let mut messages = Messages::new(console, args);
    let (mut sent, mut unanswered) = (0_u64, 0_u64);
    while let Some(message) = messages.next().await {
        if sent > 0
            && let Some(interval) = args.interval
        {
            sockets.sleep(interval).await;
        }
        let message = message.as_bytes();
        socket.send_to(message, to).await.map_err(begin)?;
        sent += 1;
        let expected = service.answer(message);
        let deadline = sockets.now() + patience;
        let mut answers = 0;
        loop {
            let left = deadline.since(sockets.now());
            match timeout(sockets, left, socket.recv_from(&mut buffer)).await {
                Ok(Ok((length, from))) if buffer[..length] == expected[..] => {
                    answers += 1;
                    console.print_line(&format!("{from} answers: {}", text::preview(&expected)));
                }
                Ok(Ok((length, from))) => console.error(&format!(
                    "{from} sent another datagram: {} (no answer of {service} to message {sent})",
                    text::preview(&buffer[..length])
                )),
                Ok(Err(error)) => {
                    console.error(&format!("message {sent}: {}", text::describe(&error)));
                }
                Err(_) => break,
            }
        }
        if answers == 0 {
            unanswered += 1;
            console.error(&format!("nobody answered message {sent} within {patience}"));
        }
    }
    Ok(if unanswered == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
