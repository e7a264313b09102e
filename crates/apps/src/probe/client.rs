//! The tries: so many at once, told in the order in which the ports were written.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use lanternet_core::Duration;
use lanternet_net::services::Transport;
use tokio::sync::{Semaphore, mpsc};

use super::Args;
use crate::console::{Console, ExitCode};
use crate::endpoint;
use crate::race::timeout;
use crate::sockets::{ConnectOptions, Family, Sockets, UdpSocket};
use crate::text;

/// Of more ports than this only the open ones are printed.
const MANY: usize = 30;

/// What a try found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// A reset, or ICMP port unreachable.
    Closed,
    /// Nothing came back.
    Filtered,
    /// Nothing came back over UDP.
    Silent,
    /// ICMP host or network unreachable, no route, or no answer to ARP.
    Unreachable,
    /// This host could not even ask.
    Failed(io::ErrorKind),
}

impl State {
    fn of(error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::ConnectionRefused => Self::Closed,
            Kind::TimedOut => Self::Filtered,
            Kind::HostUnreachable | Kind::NetworkUnreachable => Self::Unreachable,
            // It took us and changed its mind: there is somebody.
            Kind::ConnectionReset => Self::Open,
            kind => Self::Failed(kind),
        }
    }

    fn words(self) -> String {
        match self {
            Self::Open => "open".to_owned(),
            Self::Closed => "closed".to_owned(),
            Self::Filtered => "filtered".to_owned(),
            Self::Silent => "open or filtered".to_owned(),
            Self::Unreachable => "unreachable".to_owned(),
            Self::Failed(kind) => text::describe(&kind.into()),
        }
    }
}

pub(super) async fn probe<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &Args,
) -> Result<ExitCode, String> {
    let over = if args.udp { Transport::Udp } else { Transport::Tcp };
    let ports = args.ports.numbers(sockets, over)?;
    if ports.contains(&0) {
        return Err("port 0 is none that anybody can have; the first is 1".to_owned());
    }
    let family = args.source.map(Family::of);
    let host = endpoint::resolve_one(sockets, &args.host, family).await?;
    let shown = match args.host.parse::<IpAddr>() {
        Ok(_) => host.to_string(),
        Err(_) => format!("{} ({host})", args.host),
    };
    let name = over.name().to_ascii_uppercase();
    console.print_line(&format!("probing {shown}: {name} {}", args.ports));
    let began = sockets.now();
    let places = Arc::new(Semaphore::new(args.at_once as usize));
    let (told, mut tell) = mpsc::unbounded_channel();
    let order = ports.clone();
    let (tries, starter) = (args.clone(), sockets.clone());
    sockets.spawn(async move {
        for port in order {
            // The semaphore is never closed, so there is always a place in the end.
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let (sockets, args, told) = (starter.clone(), tries.clone(), told.clone());
            starter.spawn(async move {
                let began = sockets.now();
                let to = SocketAddr::new(host, port);
                let state = match args.udp {
                    false => knock(&sockets, &args, to).await,
                    true => ask(&sockets, &args, to).await,
                };
                // Nobody listens when the program was ended.
                let _ = told.send((port, state, sockets.now() - began));
                drop(place);
            });
        }
    });
    let every = args.all || ports.len() <= MANY;
    let mut table = Table { sockets, console, over, every, printed: false };
    let mut early = BTreeMap::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut open = 0;
    for port in ports {
        let (state, took) = loop {
            if let Some(known) = early.remove(&port) {
                break known;
            }
            // Every port sends its result; the channel cannot end before.
            let Some((done, state, took)) = tell.recv().await else { return Ok(ExitCode::FAILURE) };
            early.insert(done, (state, took));
        };
        table.row(port, state, took);
        match state {
            State::Open => open += 1,
            other => *counts.entry(other.words()).or_default() += 1,
        }
    }
    let rest: String = counts.iter().map(|(state, count)| format!(", {count} {state}")).collect();
    console.print_line(&format!("{open} open{rest} in {}", sockets.now() - began));
    Ok(if open > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is printed of each port.
struct Table<'a, S, C> {
    sockets: &'a S,
    console: &'a C,
    over: Transport,
    every: bool,
    printed: bool,
}

impl<S: Sockets, C: Console> Table<'_, S, C> {
    fn row(&mut self, port: u16, state: State, took: Duration) {
        if !self.every && state != State::Open {
            return;
        }
        if !self.printed {
            self.printed = true;
            self.console.print_line("PORT       STATE             TIME        SERVICE");
        }
        let service = self.sockets.service_name(port, self.over).unwrap_or_default();
        let port = format!("{port}/{}", self.over);
        let (state, took) = (state.words(), took.to_string());
        let row = format!("{port:<10} {state:<17} {took:<11} {service}");
        self.console.print_line(row.trim_end());
    }
}

/// TCP: a connection that is closed at once.
async fn knock<S: Sockets>(sockets: &S, args: &Args, to: SocketAddr) -> State {
    let options = ConnectOptions::within(args.timeout, args.source);
    match sockets.tcp_connect(to, options).await {
        Ok(_) => State::Open,
        Err(error) => State::of(&error),
    }
}

/// UDP: a datagram, and the same once more halfway, since UDP does not repeat what is lost.
async fn ask<S: Sockets>(sockets: &S, args: &Args, to: SocketAddr) -> State {
    let any = Family::of(to.ip()).unspecified();
    let question = match &args.say {
        Some(text) => format!("{text}\n").into_bytes(),
        None => question(to.port()),
    };
    let asking = async {
        let socket = sockets.udp_bind(SocketAddr::new(args.source.unwrap_or(any), 0)).await?;
        socket.connect(to).await?;
        let half = Duration::from_nanos(args.timeout.nanos() / 2);
        for _ in 0..2 {
            socket.send(&question).await?;
            if let Ok(received) = timeout(sockets, half, socket.recv(&mut [0; 16])).await {
                return received.map(|_| State::Open);
            }
        }
        Ok(State::Silent)
    };
    asking.await.unwrap_or_else(|error: io::Error| State::of(&error))
}

/// What the programs that usually stand behind a port answer.
fn question(port: u16) -> Vec<u8> {
    match port {
        // RFC 1035 section 4.1: one question, for the name servers (2) of the root, in the Internet (1).
        53 => [&[0x4c, 0x6e, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], &[0, 0, 2, 0, 1]].concat(),
        // RFC 5905 section 7.3: 48 bytes; version 4, mode 3 (client).
        123 => [&[0x23][..], &[0; 47]].concat(),
        _ => Vec::new(),
    }
}
