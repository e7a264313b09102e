//! Opens ports and tells what comes.

use std::net::SocketAddr;
use std::sync::Arc;

use lanternet_net::services::Transport;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;

use super::{ListenArgs, Ports};
use crate::console::Console;
use crate::failures::Failures;
use crate::line::dump;
use crate::sockets::{ListenOptions, Sockets, TcpListener, UdpSocket};
use crate::{text, trouble};

/// A system lets one program open about a thousand files.
const MOST_PORTS: usize = 500;
/// Connections over all ports; more wait in the backlogs.
const MOST_CLIENTS: usize = 400;
/// What is read at once.
const BUFFER: usize = 16 * 1024;

/// What the tasks of all ports share.
struct Shared<S, C> {
    sockets: S,
    console: C,
    answer: Option<Vec<u8>>,
    hex: bool,
    places: Arc<Semaphore>,
}

pub(super) async fn listen<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ListenArgs,
    ports: &Ports,
) -> Result<(), String> {
    let shared = Arc::new(Shared {
        sockets: sockets.clone(),
        console: console.clone(),
        answer: args.answer.as_ref().map(|text| format!("{text}\n").into_bytes()),
        hex: args.hex,
        places: Arc::new(Semaphore::new(MOST_CLIENTS)),
    });
    let address = args.bind.unwrap_or(sockets.default_bind());
    let [tcp, udp] = args.protocols();
    // All are opened before any is served: a port that is taken ends it with nothing half done.
    let (mut listeners, mut datagrams) = (Vec::new(), Vec::new());
    if tcp {
        let ports = ports.numbers(sockets, Transport::Tcp)?;
        too_many(&ports)?;
        for port in ports {
            let on = SocketAddr::new(address, port);
            let listener = sockets.tcp_listen(on, ListenOptions::default()).await;
            let listener = listener.map_err(|error| trouble::listening("TCP", on, &error))?;
            listeners.push((listener.local_addr().unwrap_or(on), listener));
        }
    }
    if udp {
        let ports = ports.numbers(sockets, Transport::Udp)?;
        too_many(&ports)?;
        for port in ports {
            let on = SocketAddr::new(address, port);
            let socket = sockets.udp_bind(on).await;
            let socket = socket.map_err(|error| trouble::listening("UDP", on, &error))?;
            datagrams.push((socket.local_addr().unwrap_or(on), socket));
        }
    }
    for (on, listener) in listeners {
        console.print_line(&format!("listening on TCP {on}"));
        sockets.spawn(Arc::clone(&shared).accept(on.port(), listener));
    }
    for (on, socket) in datagrams {
        console.print_line(&format!("listening on UDP {on}"));
        sockets.spawn(Arc::clone(&shared).receive(on.port(), socket));
    }
    console.stop_requested().await;
    Ok(())
}

fn too_many(ports: &[u16]) -> Result<(), String> {
    match ports.len() {
        0..=MOST_PORTS => Ok(()),
        many => Err(format!("{many} ports are too many, the limit is {MOST_PORTS}")),
    }
}

impl<S: Sockets, C: Console> Shared<S, C> {
    async fn accept(self: Arc<Self>, port: u16, listener: S::TcpListener) {
        let mut failures = Failures::default();
        loop {
            // The semaphore is never closed.
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, peer)) => {
                    failures.forget();
                    let shared = Arc::clone(&self);
                    self.sockets.spawn(async move {
                        shared.read(port, stream, peer).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    let message = format!("TCP {port}: cannot accept: {}", text::describe(&error));
                    let tell = |message: &str| self.console.error(message);
                    if let Err(message) = failures.another(&self.sockets, message, tell).await {
                        self.console.error(&format!("{message}; giving the port up"));
                        return;
                    }
                }
            }
        }
    }

    /// Tells what one connection brings, until it ends.
    async fn read(&self, port: u16, mut stream: S::TcpStream, peer: SocketAddr) {
        let told = |what: &str| self.console.print_line(&format!("TCP {port} {peer} {what}"));
        told("connected");
        let mut buffer = vec![0; BUFFER];
        let mut offset = 0;
        let ended = loop {
            match stream.read(&mut buffer).await {
                Ok(0) => break stream.shutdown().await,
                Ok(length) => {
                    let bytes = &buffer[..length];
                    told(&self.came(bytes));
                    self.dump(bytes, offset);
                    offset += length as u64;
                    if let Some(answer) = &self.answer
                        && let Err(error) = stream.write_all(answer).await
                    {
                        break Err(error);
                    }
                }
                Err(error) => break Err(error),
            }
        };
        match ended {
            Ok(()) => told(&format!("closed after {}", bytes(offset))),
            Err(error) => {
                told(&format!("ended after {}: {}", bytes(offset), text::describe(&error)));
            }
        }
    }

    async fn receive(self: Arc<Self>, port: u16, socket: S::UdpSocket) {
        let mut buffer = vec![0; usize::from(u16::MAX)];
        let mut failures = Failures::default();
        loop {
            let failed = match socket.recv_from(&mut buffer).await {
                Ok((length, peer)) => {
                    failures.forget();
                    let bytes = &buffer[..length];
                    self.console.print_line(&format!("UDP {port} {peer} {}", self.came(bytes)));
                    self.dump(bytes, 0);
                    match &self.answer {
                        Some(answer) => socket.send_to(answer, peer).await.err(),
                        None => None,
                    }
                }
                Err(error) => Some(error),
            };
            let Some(error) = failed else { continue };
            let message = format!("UDP {port}: {}", text::describe(&error));
            let tell = |message: &str| self.console.error(message);
            if let Err(message) = failures.another(&self.sockets, message, tell).await {
                self.console.error(&format!("{message}; giving the port up"));
                return;
            }
        }
    }

    fn came(&self, bytes: &[u8]) -> String {
        if bytes.is_empty() {
            return "an empty datagram".to_owned();
        }
        let length = text::count(bytes.len(), "byte");
        if self.hex { length } else { format!("{length}: {}", text::preview(bytes)) }
    }

    fn dump(&self, bytes: &[u8], offset: u64) {
        if self.hex {
            self.console.print(&dump::rows(bytes, offset));
        }
    }
}

fn bytes(count: u64) -> String {
    text::count(usize::try_from(count).unwrap_or(usize::MAX), "byte")
}
