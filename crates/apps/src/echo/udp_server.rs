//! The UDP server: one socket for all clients, and nothing to remember about any.

use std::net::SocketAddr;

use super::protocol::Service;
use super::{DEFAULT_PORT, ServeArgs};
use crate::console::{Console, ExitCode};
use crate::failures::Failures;
use crate::race::{Either, select};
use crate::server::Log;
use crate::sockets::{Sockets, UdpSocket};
use crate::{text, trouble};

/// The longest UDP datagram that its length field allows (RFC 768).
const LONGEST: usize = 65_535;

pub(super) async fn serve<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    service: Service,
    args: &ServeArgs,
) -> ExitCode {
    let log = Log::of(sockets, console, service.server(), &args.listen);
    let mut datagrams = 0_usize;
    let serving = answer_all(sockets, service, args, &log, &mut datagrams);
    match select(console.stop_requested(), serving).await {
        Either::First(()) => {
            let sentence = format!("stopped after {}", text::count(datagrams, "datagram"));
            log.server("stopped", &sentence, &[("datagrams", datagrams.into())]);
            ExitCode::SUCCESS
        }
        Either::Second(message) => {
            log.error("failed", &message);
            ExitCode::ERROR
        }
    }
}

/// Answers datagrams until it cannot, and gives the reason.
async fn answer_all<S: Sockets, C: Console>(
    sockets: &S,
    service: Service,
    args: &ServeArgs,
    log: &Log<C>,
    datagrams: &mut usize,
) -> String {
    let port = args.listen.port.unwrap_or(DEFAULT_PORT);
    let address = SocketAddr::new(args.listen.bind.unwrap_or(sockets.default_bind()), port);
    let socket = match sockets.udp_bind(address).await {
        Ok(socket) => socket,
        Err(error) => return trouble::listening("UDP", address, &error),
    };
    let address = socket.local_addr().unwrap_or(address);
    let fields = [("address", address.to_string().into())];
    log.server("listening", &format!("listening on UDP {address}"), &fields);
    let mut buffer = vec![0; LONGEST];
    let mut failures = Failures::default();
    loop {
        let (length, peer) = match socket.recv_from(&mut buffer).await {
            Ok(received) => received,
            Err(error) => {
                let message = format!("cannot receive: {}", text::describe(&error));
                let tell = |message: &str| log.error("receive_failed", message);
                match failures.another(sockets, message, tell).await {
                    Ok(()) => continue,
                    Err(message) => return message,
                }
            }
        };
        failures.forget();
        *datagrams += 1;
        let datagram = &buffer[..length];
        let (bytes, preview) = (text::count(length, "byte"), text::preview(datagram));
        let fields = [("bytes", length.into()), ("preview", preview.as_str().into())];
        log.client(peer, "datagram", &format!("datagram of {bytes}: {preview}"), &fields);
        if let Err(error) = socket.send_to(&service.answer(datagram), peer).await {
            let why = text::describe(&error);
            log.error("send_failed", &format!("no answer sent to {peer}: {why}"));
        }
    }
}
