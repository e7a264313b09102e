//! The server, and one connection of it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use lanternet_core::Duration;

use super::answers::Answers;
use super::files::Shelf;
use super::origin::Site;
use super::presence::Presence;
use super::sessions::{Limits, Sessions};
use super::talk::{self, Talk};
use super::timer::HostTimer;
use super::uploads::Uploads;
use super::watched::Watched;
use super::{ServeArgs, routes};
use crate::console::{Console, ExitCode};
use crate::race::{Either, select};
use crate::server::{Client, Log, Served, Server};
use crate::sockets::{Sockets, TcpStream};
use crate::upload::store::{KEEP, Limits as FileLimits};
use crate::users::Users;
use crate::{text, tls};

/// A request's head has so long to come, and a connection without a request stays so long. The same as
/// hyper's own default.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// The longest head of a request, in bytes: twice what nginx takes (`large_client_header_buffers`).
const HEAD: usize = 16 * 1024;
/// The most lines of it.
const HEADERS: usize = 64;
/// Sessions of one user: a few browsers on a few machines.
const SESSIONS_OF_ONE_USER: usize = 16;
/// Sessions of all users; each takes less than 500 bytes.
const SESSIONS: usize = 10_000;

/// What all connections share.
pub(super) struct Portal<S: Sockets, C: Console> {
    pub(super) sockets: S,
    pub(super) console: C,
    pub(super) users: Users<S, C>,
    pub(super) site: Site,
    pub(super) answers: Answers,
    pub(super) shelf: Shelf<S, C::Folder>,
    pub(super) uploads: Uploads<S, C::Folder>,
    pub(super) presence: Presence,
    pub(super) host: Arc<str>,
    sessions: Mutex<Sessions>,
}

impl<S: Sockets, C: Console> Portal<S, C> {
    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// 256 random bits, in hexadecimal digits.
    pub(super) fn random(&self) -> String {
        (0..4).map(|_| format!("{:016x}", self.sockets.random_u64())).collect()
    }
}

/// One connection, as the requests on it see it. Clones are the same.
pub(super) struct Visitor<S: Sockets, C: Console> {
    pub(super) portal: Arc<Portal<S, C>>,
    pub(super) peer: SocketAddr,
    pub(super) log: Log<C>,
    /// What the connection becomes when HTTP is over.
    pub(super) next: Arc<Mutex<Option<Talk>>>,
    requests: Arc<AtomicU64>,
}

impl<S: Sockets, C: Console> Clone for Visitor<S, C> {
    fn clone(&self) -> Self {
        Self {
            portal: Arc::clone(&self.portal),
            peer: self.peer,
            log: self.log.clone(),
            next: Arc::clone(&self.next),
            requests: Arc::clone(&self.requests),
        }
    }
}

/// Serves until asked to stop.
pub(super) async fn run<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ServeArgs,
) -> ExitCode {
    let portal = match prepare(sockets, console, args).await {
        Ok(portal) => Arc::new(portal),
        Err(message) => {
            console.error(&format!("serve portal: {message}"));
            return ExitCode::ERROR;
        }
    };
    let users = portal.users.count().await;
    let dir = text::printable(args.dir.as_bytes());
    let certificate = args.tls.certificate();
    let scheme = if certificate.is_some() { "https" } else { "http" };
    let note =
        format!(", {scheme}:// in a browser, {}, files go to {dir}", text::count(users, "user"));
    Server::new(sockets, console, "serve portal", &args.listen, args.default_port())
        .note(note)
        .tls(certificate)
        .run(move |client| connection(Arc::clone(&portal), client))
        .await
}

async fn prepare<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ServeArgs,
) -> Result<Portal<S, C>, String> {
    let users = Users::load(sockets, console, &args.users, "serve portal").await?;
    let answers = Answers::load(console, args.rules.as_deref()).await?;
    let folder = console.folder(&args.dir, true).await.map_err(|error| {
        format!("{}: {}", text::printable(args.dir.as_bytes()), text::describe(&error))
    })?;
    let limits = FileLimits { max_file: args.max_size, max_total: args.max_total, keep: KEEP };
    let host = sockets.host_name();
    let names = args.name.iter().chain([&host]).map(|name| name.to_ascii_lowercase());
    let site = Site {
        tls: args.tls.certificate().is_some(),
        names: names.collect(),
        origins: args.origin.clone(),
    };
    let sessions = Sessions::new(Limits {
        idle: args.session_idle,
        longest: args.session_longest,
        of_one_user: SESSIONS_OF_ONE_USER,
        most: SESSIONS,
    });
    Ok(Portal {
        sockets: sockets.clone(),
        console: console.clone(),
        users,
        site,
        answers,
        shelf: Shelf::new(sockets.clone(), folder, limits),
        uploads: Uploads::new(),
        presence: Presence::new(),
        host: host.into(),
        sessions: Mutex::new(sessions),
    })
}

async fn connection<S: Sockets, C: Console>(
    portal: Arc<Portal<S, C>>,
    client: Client<S, C>,
) -> Served {
    let Client { stream, peer, sockets, log, idle, stop, .. } = client;
    // Answers are written whole (RFC 896); where it cannot be had, it is only slower.
    let _ = stream.set_nodelay(true);
    let stream: tls::Link<_> = stream;
    let (stream, waits) = Watched::new(&sockets, stream);
    let requests = Arc::new(AtomicU64::new(0));
    let next = Arc::new(Mutex::new(None));
    let visitor = Visitor { portal, peer, log, next: Arc::clone(&next), requests };
    let service = service_fn(|request| {
        let visitor = visitor.clone();
        visitor.requests.fetch_add(1, Ordering::Relaxed);
        async move { Ok::<_, Infallible>(routes::answer(&visitor, request).await) }
    });
    let http = async {
        let connection = http1::Builder::new()
            .timer(HostTimer::new(&sockets))
            .header_read_timeout(std::time::Duration::from(HEAD_TIME))
            .max_headers(HEADERS)
            .max_header_size(HEAD)
            // Ours is of the host's clock.
            .auto_date_header(false)
            .half_close(true)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        match select(&mut connection, stop.requested()).await {
            Either::First(ended) => ended,
            Either::Second(()) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    let all = async {
        let ended = http.await;
        let talk = next.lock().unwrap_or_else(PoisonError::into_inner).take();
        match talk {
            Some(talk) => Ok(talk::run(&visitor, talk, &stop).await),
            None => ended.map(|()| None),
        }
    };
    let requests = || {
        let count = visitor.requests.load(Ordering::Relaxed);
        text::count(usize::try_from(count).unwrap_or(usize::MAX), "request")
    };
    match select(all, waits.too_long(&sockets, idle)).await {
        Either::First(Ok(None)) => Ok(format!("closed after {}", requests())),
        Either::First(Ok(Some(sentence))) => Ok(sentence),
        Either::First(Err(error)) => {
            // hyper's words; what is below them says more, where there is something.
            let below = std::error::Error::source(&error);
            let below = below.map(|below| format!(": {below}")).unwrap_or_default();
            let why = text::printable(format!("{error}{below}").as_bytes());
            Ok(format!("ended after {}: {why}", requests()))
        }
        Either::Second(()) => {
            let why = format!("cut off: it took nothing of what it asked for within {idle}");
            Ok(format!("{why}, after {}", requests()))
        }
    }
}
