//! `chat`: group talk over UDP on one segment.
//!
//! Everybody sends to one address that all of them hear: a multicast group (RFC 1112) or the
//! segment's broadcast address. There is no server, and nobody is asked who they are. It is as
//! reliable as UDP: a text that is lost is lost, and the others are told that one is missing.
//!
//! Exit code: 0 when the input has ended, 1 when the network fails, 2 when it could not begin.

mod protocol;

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use lanternet_core::Duration;
use tokio::sync::Notify;

use crate::console::{Console, ExitCode};
use crate::race::{Either, select};
use crate::sockets::{Family, Sockets, UdpOptions, UdpSocket};
use crate::text;

pub use protocol::{Event, Kind, LONGEST_NAME, LONGEST_TEXT, Message, Room, Told, name};

/// The port of chats unless told otherwise; IANA has given it to nobody.
pub const DEFAULT_PORT: u16 = 9112;
/// The group of chats unless told otherwise, of those for use within an organisation (RFC 2365).
pub const DEFAULT_GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 76, 78);

/// Who hears a `join` answers within this time, each after a time of its own, so that not all answer at
/// once.
const ANSWER_WITHIN_MS: u64 = 300;
/// Between two texts at least, so that a pasted page is not a flood.
const PACE: Duration = Duration::from_millis(50);

/// The command line of `chat`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// What the others call you (default: the host's name)
    #[arg(short, long, value_parser = name)]
    pub name: Option<String>,
    /// Talk to this multicast group, such as 239.255.1.2, 239.255.1.2:9112 or `[ff02::4c4e]:9112`
    /// (default 239.255.76.78)
    #[arg(short, long, value_name = "GROUP[:PORT]", value_parser = group, conflicts_with = "broadcast")]
    pub group: Option<Group>,
    /// Talk to everybody on the segment instead, by its broadcast address
    #[arg(short, long, value_name = "ADDRESS", num_args = 0..=1,
        default_missing_value = "255.255.255.255")]
    pub broadcast: Option<Ipv4Addr>,
    /// UDP port that all of them use
    #[arg(short, long, default_value_t = DEFAULT_PORT, value_parser = clap::value_parser!(u16).range(1..))]
    pub port: u16,
    /// Talk on the interface that has this address (default: the one that the routes name)
    #[arg(short, long, value_name = "ADDRESS")]
    pub interface: Option<IpAddr>,
    /// Say this (repeatable); without it, each line of standard input
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub say: Vec<String>,
    /// Time before each --say
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = text::duration)]
    pub interval: Duration,
    /// Listen for so long after the end of the input
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = text::duration)]
    pub grace: Duration,
}

/// A multicast group, and its port where it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// The group.
    pub address: IpAddr,
    /// The port.
    pub port: Option<u16>,
}

fn group(text: &str) -> Result<Group, String> {
    let with_port = text.parse::<SocketAddr>().map(|at| (at.ip(), Some(at.port())));
    let bare = text.trim_start_matches('[').trim_end_matches(']').parse().map(|ip| (ip, None));
    let (address, port) = with_port.or(bare).map_err(|_| {
        format!("expected a group such as 239.255.1.2 or [ff02::4c4e]:9112, got `{text}`")
    })?;
    if !address.is_multicast() || port == Some(0) {
        return Err(format!(
            "`{text}` is no multicast group: those are 224.0.0.0/4 and ff00::/8; --broadcast talks to \
             everybody"
        ));
    }
    Ok(Group { address, port })
}

/// Runs `chat`.
pub async fn run<S: Sockets, C: Console>(sockets: S, console: C, args: Args) -> ExitCode {
    let name = args.name.clone().map_or_else(|| name(&sockets.host_name()), Ok);
    let name = name.unwrap_or_else(|_| "somebody".to_owned());
    let (to, socket) = match open(&sockets, &args).await {
        Ok(open) => open,
        Err(message) => {
            console.error(&format!("chat: {message}"));
            return ExitCode::ERROR;
        }
    };
    let me = sockets.random_u64();
    let chat = Chat {
        room: Mutex::new(Room::new(me, sockets.now())),
        count: Mutex::new(0),
        asked: Notify::new(),
        sockets: &sockets,
        console: &console,
        socket,
        to,
        me,
        name,
    };
    if let Err(error) = chat.send(Kind::Join, "").await {
        console.error(&format!("chat: {to}: {}", sending(&error)));
        return ExitCode::ERROR;
    }
    console.print_line(&format!(
        "talking to {to} as {}; nothing is repeated when it is lost (UDP), and nobody is asked who \
         they are",
        chat.name
    ));
    let whole = async {
        let talking = select(chat.talk(&args), console.stop_requested());
        match select(talking, select(chat.listen(), chat.keep())).await {
            Either::First(_) => ExitCode::SUCCESS,
            Either::Second(Either::First(error) | Either::Second(error)) => {
                console.error(&format!("chat: cannot receive: {}", text::describe(&error)));
                ExitCode::FAILURE
            }
        }
    };
    let code = whole.await;
    // Whoever does not hear it forgets us after a while.
    let _ = chat.send(Kind::Leave, "").await;
    code
}

/// The address to talk to, and a socket that hears what is sent there.
async fn open<S: Sockets>(sockets: &S, args: &Args) -> Result<(SocketAddr, S::UdpSocket), String> {
    let group = args.group.unwrap_or(Group { address: DEFAULT_GROUP.into(), port: None });
    let address = args.broadcast.map_or(group.address, IpAddr::V4);
    let port = match (args.broadcast, group.port) {
        (None, Some(port)) => port,
        _ => args.port,
    };
    let to = SocketAddr::new(address, port);
    let any = SocketAddr::new(Family::of(address).unspecified(), port);
    let options = UdpOptions { reuse_address: true, v6_only: true };
    let socket = sockets.udp_bind_with(any, options).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "UDP port {port} is taken by a program that does not share it; choose another with --port"
        ),
        _ => format!("cannot open UDP port {port}: {}", text::describe(&error)),
    })?;
    let ready = match args.broadcast {
        Some(_) => socket.set_broadcast(true),
        None => socket
            .join_multicast(address, args.interface)
            .and_then(|()| socket.set_multicast_ttl(1))
            .and_then(|()| args.interface.map_or(Ok(()), |at| socket.set_multicast_interface(at))),
    };
    match ready {
        Ok(()) => Ok((to, socket)),
        Err(error) => Err(format!("{to}: {}", sending(&error))),
    }
}

/// Why a group cannot be joined, or nothing be sent there.
fn sending(error: &io::Error) -> String {
    let words = text::describe(error);
    match error.kind() {
        io::ErrorKind::NetworkUnreachable => format!(
            "{words}: no route leads there; name one of this host's addresses with --interface, such \
             as 127.0.0.1 for this machine alone"
        ),
        io::ErrorKind::AddrNotAvailable => {
            format!("{words}: --interface takes an address of this host")
        }
        _ => words,
    }
}

struct Chat<'a, S: Sockets, C> {
    sockets: &'a S,
    console: &'a C,
    socket: S::UdpSocket,
    to: SocketAddr,
    me: u64,
    name: String,
    room: Mutex<Room>,
    /// How often we have said something.
    count: Mutex<u32>,
    /// Somebody wants to know who is here.
    asked: Notify,
}

impl<S: Sockets, C: Console> Chat<'_, S, C> {
    fn send(&self, kind: Kind, text: &str) -> impl Future<Output = io::Result<usize>> + Send {
        let count = {
            let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
            *count = count.saturating_add(u32::from(kind == Kind::Say));
            *count
        };
        let (name, text) = (self.name.clone(), text.to_owned());
        let datagram = Message { kind, sender: self.me, count, name, text }.encode();
        async move { self.socket.send_to(&datagram, self.to).await }
    }

    /// Says what there is to say, and stays for the time of grace.
    async fn talk(&self, args: &Args) {
        if args.say.is_empty() {
            while let Some(line) = self.console.read_line().await {
                self.say(&line).await;
                self.sockets.sleep(PACE).await;
            }
        }
        for text in &args.say {
            self.sockets.sleep(args.interval).await;
            self.say(text).await;
        }
        self.sockets.sleep(args.grace).await;
    }

    async fn say(&self, text: &str) {
        if text.is_empty() {
            return;
        }
        if text.len() > LONGEST_TEXT {
            self.console.error(&format!(
                "chat: not sent: the text has {} bytes, and a datagram of a chat carries {LONGEST_TEXT}; \
                 say it in parts",
                text.len()
            ));
            return;
        }
        if let Err(error) = self.send(Kind::Say, text).await {
            self.console.error(&format!("chat: not sent: {}", text::describe(&error)));
        }
    }

    /// Prints what the others say; ends only when nothing can be received.
    async fn listen(&self) -> io::Error {
        // One byte more than a message: what is longer is none.
        let mut buffer = vec![0; 2048];
        let mut failures = crate::failures::Failures::default();
        loop {
            match self.socket.recv_from(&mut buffer).await {
                Ok((length, from)) => {
                    failures.forget();
                    let datagram = &buffer[..length];
                    let Some(message) = Message::decode(datagram) else {
                        if let Some(text) = self.room().hear_plain(self.sockets.now(), datagram) {
                            let text = safe(text);
                            self.console.print_line(&format!("{from}, in plain text: {text}"));
                        }
                        continue;
                    };
                    if message.kind == Kind::Join && message.sender != self.me {
                        self.asked.notify_one();
                    }
                    let now = self.sockets.now();
                    let told = self.room().hear(now, from.ip(), message);
                    self.tell(told);
                }
                Err(error) => {
                    let words = format!("cannot receive: {}", text::describe(&error));
                    let tell = |words: &str| self.console.error(&format!("chat: {words}"));
                    if failures.another(self.sockets, words, tell).await.is_err() {
                        return error;
                    }
                }
            }
        }
    }

    /// Says from time to time that we are here, and when somebody asks; forgets who is silent.
    async fn keep(&self) -> io::Error {
        loop {
            match select(self.asked.notified(), self.sockets.sleep(protocol::HEARTBEAT)).await {
                Either::First(()) => {
                    let wait = self.sockets.random_u64() % ANSWER_WITHIN_MS;
                    self.sockets.sleep(Duration::from_millis(wait)).await;
                }
                Either::Second(()) => {
                    let told = self.room().forget(self.sockets.now());
                    self.tell(told);
                }
            }
            // The next one may arrive.
            let _ = self.send(Kind::Here, "").await;
        }
    }

    fn room(&self) -> std::sync::MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, told: Vec<Told>) {
        for Told { name, from, event } in told {
            let who = format!("{} ({from})", safe(&name));
            self.console.print_line(&match event {
                Event::Joined => format!("* {who} joins"),
                Event::Here => format!("* {who} is here"),
                Event::Left => format!("* {who} leaves"),
                Event::Silent => format!("* {who} has not been heard of for a while"),
                Event::Missed(count) => {
                    format!("* {} of {who} lost or late", text::count(count as usize, "text"))
                }
                Event::Hidden(count) => {
                    let texts = text::count(count as usize, "text");
                    format!("* {texts} of {who} not shown: too many at once")
                }
                Event::Said { text, late: false } => format!("{who}: {}", safe(&text)),
                Event::Said { text, late: true } => format!("{who}, late: {}", safe(&text)),
            });
        }
    }
}

/// A foreign text that steers nothing.
fn safe(text: &str) -> String {
    let printable = text::printable(text.as_bytes());
    printable
        .chars()
        .map(|c| if protocol::steers(c) { c.escape_unicode().to_string() } else { c.to_string() })
        .collect()
}
