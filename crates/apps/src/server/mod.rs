//! What all TCP servers do alike: listen, shake hands where there is TLS, take so many clients at once,
//! log, and stop in good order.
//!
//! A program gives [`Server::run`] a function that serves one [`Client`]; it talks over
//! [`Client::stream`] and need not know whether that is TLS, a simulated host or this machine.
//!
//! A client takes up a place from when it is accepted until its task has ended, the handshake included,
//! which has ten seconds. Asked to stop, a server accepts nobody any more and tells its clients' tasks
//! ([`Client::stop`]), which finish what they have begun; after the grace time the rest is cut off.

mod args;
mod client;
mod log;
mod tally;

use std::net::SocketAddr;
use std::sync::Arc;

use lanternet_core::Duration;
use tokio::sync::{Semaphore, watch};

pub use args::ListenArgs;
pub use client::{Client, Served, Stop, within_idle};
pub use log::{Fields, Log, LogFormat};

use self::tally::Tally;
use crate::console::{Console, ExitCode};
use crate::failures::Failures;
use crate::race::{Either, select, timeout};
use crate::sockets::{ListenOptions, Sockets, TcpListener};
use crate::tls::{Certificate, Identity, Link};
use crate::{text, trouble};

/// When clients do nothing for so long they go, unless the program or the command line says otherwise.
const IDLE: Duration = Duration::from_secs(5 * 60);
/// How long tasks that were cut off have to say so.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A server that is about to listen.
pub struct Server<'a, S, C> {
    sockets: &'a S,
    console: &'a C,
    name: &'static str,
    args: &'a ListenArgs,
    default_port: u16,
    default_idle: Duration,
    over: &'static str,
    note: String,
    certificate: Option<Certificate>,
    connections: bool,
}

impl<'a, S: Sockets, C: Console> Server<'a, S, C> {
    /// A server in plain text. `name` is as in `serve echo`; `default_port` is where it listens unless
    /// the command line says otherwise.
    pub const fn new(
        sockets: &'a S,
        console: &'a C,
        name: &'static str,
        args: &'a ListenArgs,
        default_port: u16,
    ) -> Self {
        Self {
            sockets,
            console,
            name,
            args,
            default_port,
            default_idle: IDLE,
            over: "TCP",
            note: String::new(),
            certificate: None,
            connections: true,
        }
    }

    /// What is said behind `listening on TCP ADDRESS`, such as `, files go to inbox`.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// [`Client::idle`] unless the command line says otherwise; five minutes unless this says so.
    #[must_use]
    pub fn idle(self, default_idle: Duration) -> Self {
        Self { default_idle, ..self }
    }

    /// Serves over TLS with this certificate: [`ServeTlsArgs::certificate`](crate::tls::ServeTlsArgs::certificate)
    /// and its kin. `None` is plain text.
    #[must_use]
    pub fn tls(self, certificate: Option<Certificate>) -> Self {
        Self { certificate, ..self }
    }

    /// Where each request is a line of the log, those of the connections that it came by are too many:
    /// only JSON has them.
    #[must_use]
    pub fn only_requests(self) -> Self {
        Self { connections: false, ..self }
    }

    /// What it says that it listens on, for one that takes datagrams on the same port as well.
    #[must_use]
    pub fn over(self, over: &'static str) -> Self {
        Self { over, ..self }
    }

    /// Serves until it is asked to stop, or cannot. `serve` returns what the log says of the end, such
    /// as `closed after 3 messages`.
    pub async fn run<F>(
        self,
        serve: impl Fn(Client<S, C>) -> F + Clone + Send + Sync + 'static,
    ) -> ExitCode
    where
        F: Future<Output = Served> + Send + 'static,
    {
        match self.listen().await {
            Ok(listening) => listening.serve(serve).await,
            Err(code) => code,
        }
    }

    /// Listens, and says so. Whoever connects from now on waits in the backlog.
    ///
    /// # Errors
    /// Why not was said.
    pub async fn listen(self) -> Result<Listening<'a, S, C>, ExitCode> {
        let mut log = Log::of(self.sockets, self.console, self.name, self.args);
        log.connections = self.connections;
        match self.try_listen(&log).await {
            Ok((listener, identity)) => {
                Ok(Listening { server: self, log, listener, identity: identity.map(Arc::new) })
            }
            Err(message) => {
                log.error("failed", &message);
                Err(ExitCode::ERROR)
            }
        }
    }

    async fn try_listen(&self, log: &Log<C>) -> Result<(S::TcpListener, Option<Identity>), String> {
        let Self { sockets, console, args, .. } = self;
        let port = args.port.unwrap_or(self.default_port);
        let bind = args.bind.unwrap_or(sockets.default_bind());
        let address = SocketAddr::new(bind, port);
        let options = ListenOptions { backlog: args.backlog, ..Default::default() };
        let listener = sockets
            .tcp_listen(address, options)
            .await
            .map_err(|error| trouble::listening("TCP", address, &error))?;
        let identity = match &self.certificate {
            None => None,
            Some(certificate) => Some(Identity::load(*sockets, *console, certificate, bind).await?),
        };
        let address = listener.local_addr().unwrap_or(address);
        let mut sentence = format!("listening on {} {address}", self.over);
        let mut fields = vec![("address", address.to_string().into())];
        if identity.is_some() {
            sentence.push_str(" over TLS");
        }
        sentence.push_str(&self.note);
        if let Some(Identity { fingerprint, new, .. }) = &identity {
            let made = if *new { ", made just now and kept" } else { "" };
            sentence.push_str(&format!("\nthe certificate is {fingerprint}{made}"));
            fields.push(("certificate", fingerprint.to_string().into()));
        }
        log.server("listening", &sentence, &fields);
        Ok((listener, identity))
    }
}

/// A server that listens.
pub struct Listening<'a, S: Sockets, C> {
    server: Server<'a, S, C>,
    /// Where to say what happens.
    pub log: Log<C>,
    listener: S::TcpListener,
    identity: Option<Arc<Identity>>,
}

impl<S: Sockets, C: Console> Listening<'_, S, C> {
    /// Serves until it is asked to stop, or cannot; see [`Server::run`].
    pub async fn serve<F>(
        self,
        serve: impl Fn(Client<S, C>) -> F + Clone + Send + Sync + 'static,
    ) -> ExitCode
    where
        F: Future<Output = Served> + Send + 'static,
    {
        let log = self.log.clone();
        match self.try_serve(serve).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                log.error("failed", &message);
                ExitCode::ERROR
            }
        }
    }

    async fn try_serve<F>(
        self,
        serve: impl Fn(Client<S, C>) -> F + Clone + Send + Sync + 'static,
    ) -> Result<(), String>
    where
        F: Future<Output = Served> + Send + 'static,
    {
        let Self { server: Server { sockets, console, args, .. }, log, listener, identity } = self;
        let places = Arc::new(Semaphore::new(args.max_clients as usize));
        let tally = Arc::new(Tally::default());
        let (stop, stopping) = watch::channel(false);
        let (cut, cutting) = watch::channel(false);
        let mut failures = Failures::default();
        let mut stop_requested = std::pin::pin!(console.stop_requested());
        loop {
            let next = async {
                // More clients wait in the backlog. The semaphore is never closed.
                let place = Arc::clone(&places).acquire_owned().await;
                (place, listener.accept().await)
            };
            let (place, accepted) = match select(&mut stop_requested, next).await {
                Either::First(()) => break,
                Either::Second(next) => next,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    let message = format!("cannot accept: {}", text::describe(&error));
                    let tell = |message: &str| log.error("accept_failed", message);
                    failures.another(sockets, message, tell).await?;
                    continue;
                }
            };
            failures.forget();
            let Some(counted) = tally.enter(peer.ip(), args.max_per_address) else {
                let limit = args.max_per_address.unwrap_or_default();
                log.client_warning(
                    peer,
                    "refused",
                    &format!(
                        "turned away: {} of this address {} served already",
                        text::count(limit as usize, "client"),
                        if limit == 1 { "is" } else { "are" }
                    ),
                    &[("limit", limit.into())],
                );
                continue;
            };
            let task = Task {
                client: Client {
                    stream: (),
                    peer,
                    sockets: sockets.clone(),
                    console: console.clone(),
                    log: log.clone(),
                    idle: args.idle.unwrap_or(self.server.default_idle),
                    stop: Stop::new(stopping.clone()),
                },
                identity: identity.clone(),
                tally: Arc::clone(&tally),
                cut: Stop::new(cutting.clone()),
            };
            let serve = serve.clone();
            sockets.spawn(async move {
                task.run(stream, serve).await;
                drop((counted, place));
            });
        }
        drop(listener);
        stop.send_replace(true);
        let busy = args.max_clients as usize - places.available_permits();
        if busy > 0 {
            let (clients, have) =
                (text::count(busy, "client"), if busy == 1 { "has" } else { "have" });
            let sentence = format!(
                "stopping: {clients} {have} {} to finish; Ctrl-C once more ends it at once",
                args.grace
            );
            log.server("stopping", &sentence, &[("clients", busy.into())]);
        }
        let all = places.acquire_many(args.max_clients);
        if timeout(sockets, args.grace, all).await.is_err() {
            cut.send_replace(true);
            let _ = timeout(sockets, LAST_WORDS, places.acquire_many(args.max_clients)).await;
        }
        tally.report(&log);
        Ok(())
    }
}

/// One client's task.
struct Task<S: Sockets, C> {
    client: Client<S, C, ()>,
    identity: Option<Arc<Identity>>,
    tally: Arc<Tally>,
    cut: Stop,
}

impl<S: Sockets, C: Console> Task<S, C> {
    async fn run<F>(self, stream: S::TcpStream, serve: impl Fn(Client<S, C>) -> F)
    where
        F: Future<Output = Served>,
    {
        let Self { client, identity, tally, cut } = self;
        let (log, peer) = (client.log.clone(), client.peer);
        let (clock, began) = (client.sockets.clone(), client.sockets.now());
        // Each on the heap by itself: what waits in here would have room for all of it several times over,
        // and a client that is idle has none of the handshake's.
        let serving = async {
            let stream = match &identity {
                None => {
                    log.connection(peer, "connected", "connected", &[]);
                    Link::plain_client(stream)
                }
                Some(identity) => match Box::pin(identity.accept(&client.sockets, stream)).await {
                    Ok(link) => {
                        let version = link.version();
                        let sentence = format!("connected, {version}");
                        log.connection(peer, "connected", &sentence, &[("tls", version.into())]);
                        link
                    }
                    Err(why) => return Err(why),
                },
            };
            Ok(Box::pin(serve(client.with(stream))).await)
        };
        let ended = select(serving, cut.requested()).await;
        let took = clock.now() - began;
        let took = ("milliseconds", (took.nanos() / 1_000_000).into());
        match ended {
            Either::First(Ok(Ok(end))) => log.connection(peer, "closed", &end, &[took]),
            Either::First(Ok(Err(error))) => {
                let why = text::describe(&error);
                let fields = [("error", why.as_str().into()), took];
                log.client_warning(peer, "ended", &format!("ended: {why}"), &fields);
            }
            Either::First(Err(why)) => {
                tally.failed_handshake();
                let fields = [("error", why.as_str().into()), took];
                log.client_warning(peer, "no_tls", &format!("no connection: {why}"), &fields);
            }
            Either::Second(()) => {
                tally.cut();
                log.client_warning(peer, "cut", "cut off: the server stops", &[took]);
            }
        }
    }
}
