//! What all TCP servers do alike: listen, take so many clients at once, log, and stop in good order.
//!
//! A program gives [`Server::run`] a function that serves one [`Client`]; it talks over
//! [`Client::stream`] and need not know whether that is TLS, a simulated host or this machine.

mod args;
mod log;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lanternet_core::Duration;
use tokio::sync::{Semaphore, watch};

pub use args::ListenArgs;
pub use log::{Log, LogFormat};

use crate::console::{Console, ExitCode};
use crate::failures::Failures;
use crate::race::{Either, select, timeout};
use crate::sockets::{ListenOptions, Sockets, TcpListener};
use crate::tls::{Certificate, Link};
use crate::{text, trouble};

/// How long clients may go on once the server is asked to stop.
const GRACE: Duration = Duration::from_secs(5);

/// A server that is about to listen.
pub struct Server<'a, S, C> {
    sockets: &'a S,
    console: &'a C,
    name: &'static str,
    args: &'a ListenArgs,
    default_port: u16,
    note: String,
    certificate: Option<Certificate>,
}

impl<'a, S, C> Server<'a, S, C> {
    /// A server in plain text. `name` is as in `serve echo`; `default_port` is where it listens unless
    /// the command line says otherwise.
    pub const fn new(
        sockets: &'a S,
        console: &'a C,
        name: &'static str,
        args: &'a ListenArgs,
        default_port: u16,
    ) -> Self {
        let note = String::new();
        Self { sockets, console, name, args, default_port, note, certificate: None }
    }

    /// What is said behind `listening on TCP ADDRESS`, such as `, files go to inbox`.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// Serves over TLS with this certificate: [`ServeTlsArgs::certificate`](crate::tls::ServeTlsArgs::certificate)
    /// and its kin. `None` is plain text.
    #[must_use]
    pub fn tls(self, certificate: Option<Certificate>) -> Self {
        Self { certificate, ..self }
    }
}

/// One client's connection.
pub struct Client<S: Sockets, C> {
    /// To talk over.
    pub stream: Link<S::TcpStream>,
    /// The other end.
    pub peer: SocketAddr,
    /// The network.
    pub sockets: S,
    /// The server's streams and files.
    pub console: C,
    /// Where to say what happens.
    pub log: Log<C>,
    /// After this much silence the connection should end; [`Client::run`](Server::run) leaves that to
    /// the program, which knows what silence is.
    pub idle: Duration,
    /// Whether the server was asked to stop.
    pub stop: Stop,
}

/// Whether a server was asked to stop. Clones tell the same.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Ready once it was.
    pub async fn requested(&self) {
        if self.0.clone().wait_for(|stop| *stop).await.is_err() {
            // The server is gone, and this client with it.
            std::future::pending().await
        }
    }
}

/// How a client's connection ended, for the log.
pub type Served = io::Result<String>;

impl<S: Sockets, C: Console> Server<'_, S, C> {
    /// Serves until it is asked to stop, or cannot. `serve` returns what the log says of the end, such
    /// as `closed after 3 messages`.
    pub async fn run<F>(
        self,
        serve: impl Fn(Client<S, C>) -> F + Clone + Send + Sync + 'static,
    ) -> ExitCode
    where
        F: Future<Output = Served> + Send + 'static,
    {
        match self.try_run(serve).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                self.console.error(&format!("{}: {message}", self.name));
                ExitCode::ERROR
            }
        }
    }

    async fn try_run<F>(
        &self,
        serve: impl Fn(Client<S, C>) -> F + Clone + Send + Sync + 'static,
    ) -> Result<(), String>
    where
        F: Future<Output = Served> + Send + 'static,
    {
        let Self { sockets, console, args, .. } = self;
        if self.certificate.is_some() {
            return Err("TLS is not made yet".to_owned());
        }
        let log = Log { console: (*console).clone(), format: args.log, quiet: args.quiet };
        let port = args.port.unwrap_or(self.default_port);
        let address = SocketAddr::new(args.bind.unwrap_or(sockets.default_bind()), port);
        let options = ListenOptions { backlog: args.backlog, ..Default::default() };
        let listener = sockets
            .tcp_listen(address, options)
            .await
            .map_err(|error| trouble::listening("TCP", address, &error))?;
        let address = listener.local_addr().unwrap_or(address);
        let fields = [("address", address.to_string().into())];
        log.server("listening", &format!("listening on TCP {address}{}", self.note), &fields);

        let places = Arc::new(Semaphore::new(args.max_clients as usize));
        let served = Arc::new(AtomicU64::new(0));
        let (stop, stopping) = watch::channel(false);
        let (kill, killed) = watch::channel(false);
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
                    let tell = |message: &str| console.error(&format!("{}: {message}", self.name));
                    failures.another(*sockets, message, tell).await?;
                    continue;
                }
            };
            failures.forget();
            let client = Client {
                stream: Link::plain(stream),
                peer,
                sockets: (*sockets).clone(),
                console: (*console).clone(),
                log: log.clone(),
                idle: args.idle,
                stop: Stop(stopping.clone()),
            };
            let (log, serve, killed) = (log.clone(), serve.clone(), Stop(killed.clone()));
            let served = Arc::clone(&served);
            sockets.spawn(async move {
                log.client(peer, "connected", "connected", &[]);
                match select(serve(client), killed.requested()).await {
                    Either::First(Ok(end)) => log.client(peer, "closed", &end, &[]),
                    Either::First(Err(error)) => {
                        let why = text::describe(&error);
                        log.client(
                            peer,
                            "ended",
                            &format!("ended: {why}"),
                            &[("error", why.clone().into())],
                        );
                    }
                    Either::Second(()) => log.client(peer, "cut", "cut off: the server stops", &[]),
                }
                served.fetch_add(1, Ordering::Relaxed);
                drop(place);
            });
        }
        drop(listener);
        stop.send_replace(true);
        let all = args.max_clients;
        let done = timeout(*sockets, GRACE, places.acquire_many(all)).await.is_ok();
        kill.send_replace(true);
        let rest = if done { "" } else { ", the last of them cut off" };
        let clients = served.load(Ordering::Relaxed) as usize;
        let sentence = format!("stopped after {}{rest}", text::count(clients, "client"));
        log.server("stopped", &sentence, &[("clients", clients.into())]);
        Ok(())
    }
}
