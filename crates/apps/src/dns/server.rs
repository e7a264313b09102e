//! The sockets of a name server: what comes in goes to it, what it says goes out.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lanternet_core::trace::{DnsAnswer, DnsEvent, TraceEvent};
use lanternet_core::{Duration, Instant};
use lanternet_net::dns::message::TCP_LIMIT;
use lanternet_net::dns::server::{Client, Output};
use lanternet_net::dns::{Server, listing};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::config::{self, Config};
use super::{Forward, ServeArgs, upstream};
use crate::console::Console;
use crate::failures::Failures;
use crate::framed::MessageReader;
use crate::framing::Framing;
use crate::race::{self, Either};
use crate::sockets::{ListenOptions, Sockets, TcpListener, UdpSocket};
use crate::{text, trouble};

/// How long a connection may be silent with nothing to wait for; RFC 7766 section 6.2.3 asks for
/// some seconds, and unbound and BIND close after 30.
const IDLE: Duration = Duration::from_secs(30);
/// Connections at a time; the next one is closed at once, so that its client tries later.
const MOST_CONNECTIONS: usize = 150;

/// What all tasks of a server share.
pub(super) struct Shared<S, C> {
    pub(super) sockets: S,
    console: C,
    args: ServeArgs,
    state: Mutex<State>,
    /// Answers on their way to those who asked over UDP.
    datagrams: UnboundedSender<(Vec<u8>, SocketAddr)>,
}

pub(super) struct State {
    pub(super) server: Server,
    /// By its number, the way back over each connection.
    connections: BTreeMap<u64, UnboundedSender<Vec<u8>>>,
    connections_made: u64,
}

pub(super) async fn serve<S: Sockets, C: Console>(
    sockets: S,
    console: &C,
    args: &ServeArgs,
    config: Config,
) -> Result<Infallible, String> {
    let on = SocketAddr::new(args.bind.unwrap_or(sockets.default_bind()), args.port);
    let socket =
        sockets.udp_bind(on).await.map_err(|error| trouble::listening("UDP", on, &error))?;
    // The same port for both, also when the host chose it.
    let on = socket.local_addr().unwrap_or(on);
    let listener = sockets
        .tcp_listen(on, ListenOptions::default())
        .await
        .map_err(|error| trouble::listening("TCP", on, &error))?;
    console.print_line(&format!("listening on UDP and TCP {on}"));
    for line in &config.describe {
        console.print_line(line);
    }
    let (datagrams, outgoing) = mpsc::unbounded_channel();
    let state = State { server: config.server, connections: BTreeMap::new(), connections_made: 0 };
    let shared = Arc::new(Shared {
        sockets: sockets.clone(),
        console: console.clone(),
        args: args.clone(),
        state: Mutex::new(state),
        datagrams,
    });
    let shown = Arc::downgrade(&shared);
    sockets.show(move |now| shown.upgrade().map_or_else(String::new, |it| it.lock().listing(now)));
    let socket = Arc::new(socket);
    sockets.spawn(send_datagrams(Arc::clone(&socket), outgoing));
    let receiving = shared.receive_datagrams(&*socket);
    let accepting = Arc::clone(&shared).accept(listener);
    match race::select(receiving, accepting).await {
        Either::First(ended) | Either::Second(ended) => ended,
    }
}

async fn send_datagrams<U: UdpSocket>(
    socket: Arc<U>,
    mut outgoing: UnboundedReceiver<(Vec<u8>, SocketAddr)>,
) {
    while let Some((message, client)) = outgoing.recv().await {
        // Who does not get an answer asks again; what the network said about it is for nobody here.
        let _ = socket.send_to(&message, client).await;
    }
}

impl State {
    /// Its zones, and what it has learned from others.
    fn listing(&self, now: Instant) -> String {
        let mut text = String::new();
        for zone in self.server.authority().zones() {
            text.push_str(&listing::zone(zone));
        }
        if let Some(resolver) = self.server.resolver() {
            text.push_str("; learned from other servers\n");
            text.push_str(&listing::cache(resolver.cache(), now));
        }
        text
    }
}

impl<S: Sockets, C: Console> Shared<S, C> {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing waits with the lock held, and a panic leaves whole tables behind.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Instant {
        self.sockets.now()
    }

    /// A message of a client.
    fn receive(self: &Arc<Self>, client: Client, bytes: &[u8]) {
        let now = self.now();
        let mut state = self.lock();
        if self.args.forward.contains(&Forward::AsHost) {
            // The host may have learned of other servers since.
            state.server.set_forwarders(config::forwarders(&self.sockets, &self.args));
        }
        state.server.receive(now, client, bytes);
        drop(state);
        self.carry_out();
    }

    /// Does what the server wants done.
    pub(super) fn carry_out(self: &Arc<Self>) {
        loop {
            let mut state = self.lock();
            let Some(output) = state.server.poll() else { return };
            match output {
                Output::Tell(event) => {
                    drop(state);
                    self.log(&event);
                    self.sockets.tell(|| TraceEvent::Dns(event));
                }
                Output::Send(outgoing) => {
                    drop(state);
                    self.sockets.spawn(upstream::exchange(Arc::clone(self), outgoing));
                }
                // A channel is closed when the client has left.
                Output::Reply { client, message } => match client.connection {
                    None => {
                        let _ = self.datagrams.send((message, client.address));
                    }
                    Some(number) => {
                        let _ = state.connections.get(&number).map(|back| back.send(message));
                    }
                },
            }
        }
    }

    /// One line for each answer, with `--log`.
    fn log(&self, event: &DnsEvent) {
        if !self.args.log {
            return;
        }
        let (client, question, how) = match event {
            DnsEvent::AnsweredFromZone { client, question, zone, answer, .. } => {
                (client, question, format!("{} (zone {zone})", said(answer)))
            }
            DnsEvent::AnsweredFromCache { client, question, answer, remaining } => {
                (client, question, format!("{} (cache, {remaining} left)", said(answer)))
            }
            DnsEvent::AnsweredAfterAsking { client, question, answer, queries } => (
                client,
                question,
                format!("{} ({} sent)", said(answer), queries_in_words(*queries)),
            ),
            DnsEvent::QueryRefused { client, question, .. } => {
                (client, question, "refused".to_owned())
            }
            _ => return,
        };
        self.console.print_line(&format!("{client} {} {}: {how}", question.name, question.kind));
    }

    async fn receive_datagrams<U: UdpSocket>(
        self: &Arc<Self>,
        socket: &U,
    ) -> Result<Infallible, String> {
        let mut buffer = vec![0; TCP_LIMIT];
        let mut failures = Failures::default();
        loop {
            match socket.recv_from(&mut buffer).await {
                Ok((length, address)) => {
                    failures.forget();
                    self.receive(Client { address, connection: None }, &buffer[..length]);
                }
                Err(error) => {
                    let message = format!("cannot receive: {}", text::describe(&error));
                    failures.another(&self.sockets, message, |_| ()).await?;
                }
            }
        }
    }

    async fn accept(self: Arc<Self>, listener: S::TcpListener) -> Result<Infallible, String> {
        let mut failures = Failures::default();
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    failures.forget();
                    let mut state = self.lock();
                    if state.connections.len() >= MOST_CONNECTIONS {
                        continue;
                    }
                    state.connections_made += 1;
                    let number = state.connections_made;
                    let (back, answers) = mpsc::unbounded_channel();
                    state.connections.insert(number, back);
                    drop(state);
                    let client = Client { address: peer, connection: Some(number) };
                    self.sockets.spawn(Arc::clone(&self).connection(stream, client, answers));
                }
                Err(error) => {
                    let message = format!("cannot accept: {}", text::describe(&error));
                    failures.another(&self.sockets, message, |_| ()).await?;
                }
            }
        }
    }

    /// One client's connection: questions in any number, answers in the order in which they are
    /// found (RFC 7766 section 6.2.1.1).
    async fn connection(
        self: Arc<Self>,
        stream: S::TcpStream,
        client: Client,
        mut answers: UnboundedReceiver<Vec<u8>>,
    ) {
        let (reader, mut writer) = tokio::io::split(stream);
        let mut reader = MessageReader::new(reader, Framing::LengthU16, TCP_LIMIT);
        let mut waiting = 0_usize;
        let mut reading = true;
        while reading || waiting > 0 {
            let question = async {
                match reading {
                    true => reader.next(|_| {}).await,
                    false => std::future::pending().await,
                }
            };
            let next = race::select(answers.recv(), question);
            match race::timeout(&self.sockets, IDLE, next).await {
                Ok(Either::First(Some(answer))) => {
                    waiting = waiting.saturating_sub(1);
                    let Ok(bytes) = Framing::LengthU16.encode(&answer) else { continue };
                    let sent = race::timeout(&self.sockets, IDLE, async {
                        writer.write_all(&bytes).await?;
                        writer.flush().await
                    });
                    if !matches!(sent.await, Ok(Ok(()))) {
                        break;
                    }
                }
                Ok(Either::Second(Ok(Some(message)))) => {
                    waiting += 1;
                    self.receive(client, &message);
                }
                // The client sends no more questions, but may still read.
                Ok(Either::Second(Ok(None))) => reading = false,
                Ok(Either::First(None) | Either::Second(Err(_))) | Err(_) => break,
            }
        }
        if let Some(number) = client.connection {
            self.lock().connections.remove(&number);
        }
        // The client may have left already.
        let _ = writer.shutdown().await;
    }
}

fn queries_in_words(queries: u32) -> String {
    match queries {
        1 => "1 query".to_owned(),
        many => format!("{many} queries"),
    }
}

fn said(answer: &DnsAnswer) -> String {
    match answer {
        DnsAnswer::Records { records } => records.join(", "),
        DnsAnswer::NoData => "no such record".to_owned(),
        DnsAnswer::NameError => "no such name".to_owned(),
        DnsAnswer::Referral { zone, servers } => format!("ask {} for {zone}", servers.join(", ")),
        DnsAnswer::Failure => "not found out".to_owned(),
    }
}
