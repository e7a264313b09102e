//! The server: one task per client, so many at once and no more.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use lanternet_core::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::ServeArgs;
use super::answer::{Answer, Place, answer, place_of};
use super::request::{self, Request};
use super::target::Target;
use crate::console::{Console, ExitCode};
use crate::files::Found;
use crate::race::{Either, select, timeout};
use crate::server::{self, Log, Served, Server, Stop};
use crate::sockets::Sockets;
use crate::text;
use crate::tls::Link;

const NAME: &str = "serve site";

/// The most that one read takes, and one write gives, before the peer has to show that it lives.
const CHUNK: usize = 16 * 1024;
/// How long, and how much, what a peer still sends is read after an answer that ends the connection: what
/// is not read would end it with a reset, which may destroy the answer on its way (RFC 9112 section 9.6).
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 256 * 1024;
/// What shows a folder.
const INDEX: &str = "index.html";

/// After so much silence a browser opens another connection as readily.
const IDLE: Duration = Duration::from_secs(15);

pub(super) async fn serve<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: ServeArgs,
) -> ExitCode {
    if let Err(error) = console.look_in(&args.dir, "").await {
        let why = no_folder(&error);
        let message = format!("cannot show the folder {}: {why}", args.dir);
        Log::of(sockets, console, NAME, &args.listen).error("failed", &message);
        return ExitCode::ERROR;
    }
    let site = match args.name.first() {
        Some(name) => format!(" as {name}"),
        None => String::new(),
    };
    let listen = args.listen.clone();
    let server = Server::new(sockets, console, NAME, &listen, args.port())
        .note(format!(", showing {}{site}", args.dir))
        .idle(IDLE)
        .only_requests()
        .tls(args.tls.certificate());
    let args = Arc::new(args);
    let serve = move |client: server::Client<S, C>| {
        Client {
            sockets: client.sockets,
            console: client.console,
            log: client.log,
            idle: client.idle,
            stop: client.stop,
            args: Arc::clone(&args),
            peer: client.peer,
            stream: client.stream,
            pending: Vec::new(),
            chunk: vec![0; CHUNK],
            requests: 0,
        }
        .serve()
    };
    server.run(serve).await
}

fn no_folder(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        _ => text::describe(error),
    }
}

/// One client's connection.
struct Client<S: Sockets, C> {
    sockets: S,
    console: C,
    log: Log<C>,
    idle: Duration,
    stop: Stop,
    args: Arc<ServeArgs>,
    peer: SocketAddr,
    stream: Link<S::TcpStream>,
    /// Bytes that came after what was read so far.
    pending: Vec<u8>,
    chunk: Vec<u8>,
    /// Answered so far.
    requests: usize,
}

/// What came when a request was awaited.
enum Next {
    Request(Box<Request>),
    Refused(Answer),
    /// The peer has nothing more to ask, or said nothing for too long.
    End,
}

impl<S: Sockets, C: Console> Client<S, C> {
    async fn serve(mut self) -> Served {
        self.answer_all().await?;
        Ok(format!("closed after {}", text::count(self.requests, "request")))
    }

    /// Answers one request after the other until one side has enough.
    async fn answer_all(&mut self) -> io::Result<()> {
        loop {
            match self.next_request().await? {
                Next::End => return self.stream.shutdown().await,
                Next::Refused(answer) => {
                    let sentence = format!("sent no request to be answered: {}", answer.status);
                    let fields = [("status", answer.status.into())];
                    self.log.client_warning(self.peer, "bad_request", &sentence, &fields);
                    self.send(&answer, Some("close")).await?;
                    return self.linger().await;
                }
                Next::Request(request) => {
                    let answer = match place_of(&request, &self.args.name) {
                        Err(answer) => answer,
                        Ok(target) => {
                            let place = look(&self.console, &self.args.dir, &target).await;
                            answer(&request, &target, place)
                        }
                    };
                    self.requests += 1;
                    let keep_alive = request.keep_alive && !self.stop.is_requested();
                    let connection = match (keep_alive, request.old) {
                        (false, _) => Some("close"),
                        (true, true) => Some("keep-alive"),
                        (true, false) => None,
                    };
                    let bytes = answer.body().len();
                    let line = text::printable(request.line.as_bytes());
                    let fields = [
                        ("request", line.as_str().into()),
                        ("status", answer.status.into()),
                        ("bytes", bytes.into()),
                    ];
                    let length = text::count(bytes, "byte");
                    let sentence = format!("{line}: {}, {length}", answer.status);
                    self.log.client(self.peer, "request", &sentence, &fields);
                    self.send(&answer, connection).await?;
                    if !keep_alive {
                        return self.linger().await;
                    }
                }
            }
        }
    }

    /// Waits for a whole head and the body behind it, which nobody here wants.
    async fn next_request(&mut self) -> io::Result<Next> {
        let (idle, sockets, stop) = (self.idle, self.sockets.clone(), self.stop.clone());
        let next =
            match select(timeout(&sockets, idle, self.read_request()), stop.requested()).await {
                Either::First(next) => next,
                Either::Second(()) if self.pending.is_empty() => return Ok(Next::End),
                // What was begun may be finished.
                Either::Second(()) => timeout(&sockets, idle, self.read_request()).await,
            };
        match next {
            Ok(next) => next,
            Err(_) if self.pending.is_empty() => Ok(Next::End),
            Err(_) => Ok(Next::Refused(Answer::text(
                408,
                &format!("the rest of the request did not come within {idle}"),
            ))),
        }
    }

    async fn read_request(&mut self) -> io::Result<Next> {
        let (request, length) = loop {
            match request::parse(&self.pending) {
                Err(refusal) => return Ok(Next::Refused(refusal.into())),
                Ok(Some(read)) => break read,
                Ok(None) => {}
            }
            if self.read_more().await? == 0 {
                return Ok(if self.pending.iter().all(u8::is_ascii_whitespace) {
                    Next::End
                } else {
                    Next::Refused(Answer::text(400, "the request ends before its head does"))
                });
            }
        };
        if request.expects_continue && self.pending.len() < length + request.body {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            self.stream.flush().await?;
        }
        let whole = length + request.body;
        while self.pending.len() < whole {
            if self.read_more().await? == 0 {
                return Ok(Next::Refused(Answer::text(
                    400,
                    "the request ends before its body does",
                )));
            }
        }
        self.pending.drain(..whole);
        Ok(Next::Request(Box::new(request)))
    }

    async fn read_more(&mut self) -> io::Result<usize> {
        let length = self.stream.read(&mut self.chunk).await?;
        self.pending.extend_from_slice(&self.chunk[..length]);
        Ok(length)
    }

    /// Sends an answer; a peer that takes nothing for too long ends it.
    async fn send(&mut self, answer: &Answer, connection: Option<&str>) -> io::Result<()> {
        let head = answer.head(connection);
        let body = answer.body();
        // Head and first bytes in one segment where they fit.
        let (first, rest) = body.split_at(body.len().min(CHUNK));
        let first = [head.as_bytes(), first].concat();
        for chunk in std::iter::once(&first[..]).chain(rest.chunks(CHUNK)) {
            let written = timeout(&self.sockets, self.idle, self.stream.write_all(chunk)).await;
            written.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        }
        self.stream.flush().await
    }

    /// Ends the connection after an answer so that the answer arrives.
    async fn linger(&mut self) -> io::Result<()> {
        self.stream.shutdown().await?;
        let mut chunk = vec![0; CHUNK];
        let mut left = LINGER_BYTES;
        let stream = &mut self.stream;
        let reading = async {
            while left > 0 {
                match stream.read(&mut chunk).await {
                    Ok(0) | Err(_) => break,
                    Ok(length) => left = left.saturating_sub(length),
                }
            }
        };
        // Whatever comes of it, the answer was given.
        let _ = timeout(&self.sockets, LINGER, reading).await;
        Ok(())
    }
}

/// What is at a place of the site.
async fn look<C: Console>(console: &C, dir: &str, target: &Target) -> Place {
    let file = |name: &str, found: io::Result<Found>| match found {
        Ok(Found::File { content, modified }) => {
            Ok(Place::File { name: name.to_owned(), content, modified })
        }
        Ok(Found::Folder(entries)) => Err(entries),
        Err(error) => Ok(match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidFilename
            | io::ErrorKind::InvalidInput => Place::Nothing,
            _ => Place::Unreadable(text::describe(&error)),
        }),
    };
    let entries = match file(&target.path, console.look_in(dir, &target.path).await) {
        // `a.txt/` is no place.
        Ok(Place::File { .. }) if target.folder => return Place::Nothing,
        Ok(place) => return place,
        Err(_) if !target.folder => return Place::Moved,
        Err(entries) => entries,
    };
    if !entries.iter().any(|entry| entry.name == INDEX && !entry.folder) {
        return Place::Listing(entries);
    }
    let slash = if target.path.is_empty() { "" } else { "/" };
    let index = format!("{}{slash}{INDEX}", target.path);
    let found = console.look_in(dir, &index).await;
    file(&index, found).unwrap_or_else(Place::Listing)
}
