//! The UDP client: sends a datagram, waits for the answer, and does not try again. That is the
//! lesson: what is lost stays lost unless the program itself cares.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use lanternet_core::Duration;

use super::ConnectArgs;
use super::input::Messages;
use super::protocol::Service;
use crate::console::{Console, ExitCode};
use crate::endpoint;
use crate::race::timeout;
use crate::sockets::{MessageTooLong, Sockets, UdpSocket};
use crate::text;
use crate::trouble::Trouble;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);
/// Unanswered messages that are remembered, to know a late answer by.
const REMEMBERED: usize = 1024;

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
    // UDP has no handshake that could tell a good address from a bad one: the first is taken.
    let peer = *addresses
        .first()
        .ok_or_else(|| Trouble::resolving(host, &io::ErrorKind::NotFound.into()))?;
    let any = match peer {
        SocketAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::from(Ipv6Addr::UNSPECIFIED),
    };
    let begin = |error: io::Error| Trouble::connecting(peer, patience, &error);
    let source = SocketAddr::new(args.source.unwrap_or(any), 0);
    let socket = sockets.udp_bind(source).await.map_err(begin)?;
    socket.connect(peer).await.map_err(begin)?;
    let mut exchange = Exchange {
        sockets,
        console,
        service,
        socket,
        peer,
        patience,
        buffer: vec![0; 65_535],
        unanswered: Vec::new(),
        sent: 0,
        answered: 0,
    };
    let mut messages = Messages::new(console, args);
    while let Some(message) = messages.next().await {
        if exchange.sent > 0
            && let Some(interval) = args.interval
        {
            sockets.sleep(interval).await;
        }
        exchange.send_and_wait(message.as_bytes()).await?;
    }
    Ok(exchange.summary())
}

struct Exchange<'a, S: Sockets, C> {
    sockets: &'a S,
    console: &'a C,
    service: Service,
    socket: S::UdpSocket,
    peer: SocketAddr,
    patience: Duration,
    buffer: Vec<u8>,
    /// Numbers and expected answers of messages that were given up.
    unanswered: Vec<(u64, Vec<u8>)>,
    sent: u64,
    answered: u64,
}

impl<S: Sockets, C: Console> Exchange<'_, S, C> {
    async fn send_and_wait(&mut self, message: &[u8]) -> Result<(), Trouble> {
        let expected = self.service.answer(message);
        let number = self.sent + 1;
        // An error of an earlier datagram may fail this call; then the datagram was not sent.
        let mut outcome = self.socket.send(message).await;
        if outcome.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
            outcome = self.socket.send(message).await;
        }
        self.sent = number;
        if let Err(error) = outcome {
            if let Some(reason) = MessageTooLong::in_error(&error) {
                let length = message.len();
                self.console
                    .error(&format!("message {number} of {length} bytes not sent: {reason}"));
                return Ok(());
            }
            return match error.kind() {
                io::ErrorKind::NetworkUnreachable => {
                    Err(Trouble::connecting(self.peer, self.patience, &error))
                }
                _ => {
                    self.report(number, &error);
                    Ok(())
                }
            };
        }
        let deadline = self.sockets.now() + self.patience;
        loop {
            let left = deadline.since(self.sockets.now());
            match timeout(self.sockets, left, self.socket.recv(&mut self.buffer)).await {
                Ok(Ok(length)) if self.buffer[..length] == expected[..] => {
                    self.answered += 1;
                    self.console.print_line(&text::printable(&expected));
                    return Ok(());
                }
                Ok(Ok(length)) => self.receive_other(number, length),
                Ok(Err(error)) => {
                    self.report(number, &error);
                    return Ok(());
                }
                Err(_) => {
                    self.console.error(&format!(
                        "no answer to message {number} within {}; UDP does not send it again",
                        self.patience
                    ));
                    if self.unanswered.len() < REMEMBERED {
                        self.unanswered.push((number, expected));
                    }
                    return Ok(());
                }
            }
        }
    }

    /// A datagram that is not the awaited answer.
    fn receive_other(&mut self, number: u64, length: usize) {
        let datagram = &self.buffer[..length];
        let late = self.unanswered.iter().position(|(_, expected)| expected == datagram);
        let words = match late {
            Some(index) => {
                let (earlier, _) = self.unanswered.remove(index);
                format!("late answer to message {earlier}: {}", text::preview(datagram))
            }
            None => format!(
                "while waiting for the answer to message {number}, another datagram: {} (an \
                 earlier answer twice, or no answer of {})",
                text::preview(datagram),
                self.service
            ),
        };
        self.console.error(&words);
    }

    fn report(&self, number: u64, error: &io::Error) {
        let words = match error.kind() {
            io::ErrorKind::ConnectionRefused => format!(
                "refused: the host is there, but no program listens on UDP port {} (ICMP port \
                 unreachable)",
                self.peer.port()
            ),
            io::ErrorKind::HostUnreachable => format!(
                "no route to host: the last machine on the way found nobody with the address {}",
                self.peer.ip()
            ),
            _ => text::describe(error),
        };
        self.console.error(&format!("message {number}: {words}"));
    }

    /// Prints the balance when it is not even.
    fn summary(&self) -> ExitCode {
        let lost = self.sent - self.answered;
        if lost == 0 {
            return ExitCode::SUCCESS;
        }
        self.console.error(&format!(
            "{} sent, {} answered, {lost} without an answer ({}%)",
            text::count(usize::try_from(self.sent).unwrap_or(usize::MAX), "message"),
            self.answered,
            lost * 100 / self.sent
        ));
        ExitCode::FAILURE
    }
}
