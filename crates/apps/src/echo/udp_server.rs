//! The UDP server: one socket for all clients, and nothing to remember about any.

use std::convert::Infallible;
use std::net::SocketAddr;

use super::ServeArgs;
use super::protocol::Service;
use crate::console::Console;
use crate::failures::Failures;
use crate::sockets::{Sockets, UdpSocket};
use crate::{text, trouble};

/// The longest UDP datagram that its length field allows (RFC 768).
const LONGEST: usize = 65_535;

pub(super) async fn serve<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    service: Service,
    args: &ServeArgs,
) -> Result<Infallible, String> {
    let address = SocketAddr::new(args.bind.unwrap_or(sockets.default_bind()), args.port);
    let socket = sockets
        .udp_bind(address)
        .await
        .map_err(|error| trouble::listening("UDP", address, &error))?;
    let address = socket.local_addr().unwrap_or(address);
    console.print_line(&format!("listening on UDP {address}"));
    let mut buffer = vec![0; LONGEST];
    let mut failures = Failures::default();
    loop {
        let (length, peer) = match socket.recv_from(&mut buffer).await {
            Ok(received) => received,
            Err(error) => {
                let message = format!("cannot receive: {}", text::describe(&error));
                let tell = |message: &str| console.error(&format!("serve {service}: {message}"));
                failures.another(sockets, message, tell).await?;
                continue;
            }
        };
        failures.forget();
        let datagram = &buffer[..length];
        if !args.quiet {
            console.print_line(&format!(
                "{peer} datagram of {}: {}",
                text::count(length, "byte"),
                text::preview(datagram)
            ));
        }
        if let Err(error) = socket.send_to(&service.answer(datagram), peer).await {
            console.error(&format!(
                "serve {service}: no answer sent to {peer}: {}",
                text::describe(&error)
            ));
        }
    }
}
