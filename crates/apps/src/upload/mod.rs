//! `serve upload` and `connect upload`: files from one host to another.
//!
//! - [`store`]: the folder that uploads go to, and its rules; without a protocol.
//! - [`protocol`]: what is said on the wire, without I/O; `wire` reads and writes it.
//! - [`receive`]: the server's half of a conversation, over any stream. [`send`]: the client's.
//! - [`plain`]: the bare protocol of a first course on sockets: a number, then the bytes.
//!
//! `source` finds the files to send, `progress` tells how far they are, `units` reads and writes sizes.

mod client;
pub mod plain;
pub(crate) mod progress;
pub mod protocol;
mod sending;
mod server;
pub(crate) mod source;
pub mod store;
pub(crate) mod units;
mod wire;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use lanternet_core::Duration;
use lanternet_net::services::Transport;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};

pub use server::{Event, Session, Summary, receive};

use crate::console::{Console, ExitCode};
use crate::disk::Folder;
use crate::endpoint::{Endpoint, Port};
use crate::server::{Client, ListenArgs, Served, Server};
use crate::sockets::{Sockets, TcpStream};
use crate::text;
use crate::tls::{ConnectTlsArgs, ServeTlsArgs};
use crate::trouble::Trouble;
use store::{Limits, Store};

/// Where `serve upload` listens and `connect upload` goes unless they are told.
pub const DEFAULT_PORT: u16 = 9092;

/// What a client does when the server has a file of the name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum IfExists {
    /// Ask for each; without an answer nothing is done, and that is a failure
    #[default]
    Ask,
    /// Leave the server's
    Skip,
    /// Replace the server's
    Overwrite,
    /// Let the server give the new one a number
    Rename,
}

/// The command line of `serve upload`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ServeArgs {
    /// Where it listens, and whom it takes.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// TLS.
    #[command(flatten)]
    pub tls: ServeTlsArgs,
    /// Folder that files go to; made when it is not there
    #[arg(short, long, value_name = "FOLDER")]
    pub dir: String,
    /// Refuse files of more bytes (`10M`, `1.5GiB`)
    #[arg(long, value_name = "SIZE", value_parser = units::size)]
    pub max_size: Option<u64>,
    /// Refuse files with which the folder would have more bytes in all
    #[arg(long, value_name = "SIZE", value_parser = units::size)]
    pub max_total: Option<u64>,
    /// Keep what was left half done for this time, so that its sender can go on; removed when the
    /// server starts
    #[arg(long, value_name = "TIME", default_value = "168h", value_parser = text::duration)]
    pub keep: Duration,
    /// Speak the bare protocol of a first course on sockets: the size in decimal digits, then the
    /// bytes; files are called `upload-DATE-NUMBER`
    #[arg(long)]
    pub plain: bool,
    /// What files are called that come without a name; the next gets a number
    #[arg(long, requires = "plain", value_parser = name)]
    pub name: Option<String>,
}

/// The command line of `connect upload`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ConnectArgs {
    /// `HOST`, `HOST:PORT` or `[v6]:PORT`; HOST is a name or an address
    #[arg(value_name = "HOST[:PORT]")]
    pub to: Endpoint,
    /// Files, and folders with all that is in them
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<String>,
    /// Port, where HOST has none (default 9092)
    #[arg(short, long)]
    pub port: Option<Port>,
    /// TLS.
    #[command(flatten)]
    pub tls: ConnectTlsArgs,
    /// What to do when the server has another file of the name
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub if_exists: IfExists,
    /// Connect again so many times when the connection breaks and nothing moves, and go on where the
    /// server is
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub retries: u32,
    /// Give the connection up when the server neither takes nor answers anything for this time
    #[arg(short, long, value_name = "TIME", default_value = "5m", value_parser = text::duration)]
    pub timeout: Duration,
    /// Address to connect from
    #[arg(long, value_name = "ADDRESS")]
    pub source: Option<IpAddr>,
    /// Speak the bare protocol: the size in decimal digits, then the bytes; a connection for each file
    #[arg(long, conflicts_with_all = ["if_exists", "retries"])]
    pub plain: bool,
    /// Send the bytes right behind the size, so that both may arrive together
    #[arg(long, requires = "plain")]
    pub no_pause: bool,
}

fn name(text: &str) -> Result<String, String> {
    store::checked(text).map(str::to_owned)
}

impl ConnectArgs {
    /// The port to go to.
    fn port<S: Sockets>(&self, sockets: &S) -> Result<u16, Trouble> {
        self.to.port(self.port.as_ref(), DEFAULT_PORT, sockets, Transport::Tcp)
    }
}

/// Runs `serve upload`.
pub async fn serve<S: Sockets, C: Console>(sockets: S, console: C, args: ServeArgs) -> ExitCode {
    let dir = text::printable(args.dir.as_bytes());
    let limits = Limits { max_file: args.max_size, max_total: args.max_total, keep: args.keep };
    let opening = async {
        let folder = console.folder(&args.dir, true).await?;
        Store::open(sockets.clone(), folder, limits).await
    };
    let store = match opening.await {
        Ok(store) => store,
        Err(error) => {
            console.error(&format!("serve upload: {dir}: {}", units::trouble(&error)));
            return ExitCode::ERROR;
        }
    };
    let server = Server::new(&sockets, &console, "serve upload", &args.listen, DEFAULT_PORT)
        .note(format!(", files go to {dir}"))
        .tls(args.tls.certificate());
    if args.plain {
        let number = Arc::new(AtomicU32::new(0));
        let receiver = plain::Receiver { store, name: args.name, number };
        return server.run(move |client| receiver.clone().serve(client)).await;
    }
    server.run(move |client| serve_one(store.clone(), client)).await
}

async fn serve_one<S: Sockets, F: Folder, C: Console>(
    store: Store<S, F>,
    client: Client<S, C>,
) -> Served {
    let Client { stream, peer, log, idle, stop, .. } = client;
    // Answers are small and awaited (RFC 896); where it cannot be had, it is only slower.
    let _ = stream.set_nodelay(true);
    let session = Session { idle, stop: Some(stop) };
    let tell = |event: Event| {
        let (word, sentence, fields) = logged(&event);
        log.client(peer, word, &sentence, &fields);
    };
    let Summary { files, bytes } = receive(stream, &store, &session, tell).await?;
    let files = text::count(usize::try_from(files).unwrap_or(usize::MAX), "file");
    Ok(format!("closed after {files}, {}", units::bytes(bytes)))
}

/// An event for a log: a word, a sentence that is safe to print, and what machines want to know.
pub fn logged(event: &Event) -> (&'static str, String, Vec<(&'static str, Value)>) {
    let shown = |name: &str| text::printable(name.as_bytes());
    match event {
        Event::Begun { name, size, from } => {
            let how = match from {
                0 => format!("begins, {}", units::bytes(*size)),
                _ => format!("goes on at {} of {}", units::bytes(*from), units::bytes(*size)),
            };
            let fields = vec![
                ("name", Value::from(name.as_str())),
                ("size", (*size).into()),
                ("from", (*from).into()),
            ];
            ("begun", format!("{} {how}", shown(name)), fields)
        }
        Event::Stored { file, took } => {
            let size = units::bytes_in(file.size, *took);
            let fields = vec![
                ("name", Value::from(file.name.as_str())),
                ("size", file.size.into()),
                ("blake3", file.hash.to_hex().as_str().into()),
            ];
            ("stored", format!("{} stored, {size}", shown(&file.name)), fields)
        }
        Event::Same { name } => {
            let fields = vec![("name", Value::from(name.as_str()))];
            ("same", format!("{} is there already, the same", shown(name)), fields)
        }
        Event::Refused { name, refusal } => {
            let fields = vec![
                ("name", Value::from(name.as_str())),
                ("code", refusal.code.number().into()),
                ("reason", refusal.message.as_str().into()),
            ];
            let why = text::printable(refusal.message.as_bytes());
            ("refused", format!("{} refused: {why}", shown(name)), fields)
        }
    }
}

/// Runs `connect upload`.
pub async fn connect<S: Sockets, C: Console>(
    sockets: S,
    console: C,
    args: ConnectArgs,
) -> ExitCode {
    let ended = match args.plain {
        false => client::connect(&sockets, &console, &args).await,
        true => plain::connect(&sockets, &console, &args).await,
    };
    console.status("");
    ended.unwrap_or_else(|trouble| {
        console.error(&format!("connect upload: {}", trouble.message));
        trouble.code
    })
}

/// Sends files, and folders with all that is in them, over a stream whose other end is [`receive`], and
/// says goodbye, so that the stream can be used for something else. Tells the user what became of each.
/// A connection that breaks is not made again. The exit code is that of `connect upload`.
pub async fn send<S, C, T>(
    sockets: &S,
    console: &C,
    stream: T,
    files: &[String],
    if_exists: IfExists,
    patience: Duration,
) -> ExitCode
where
    S: Sockets,
    C: Console,
    T: AsyncRead + AsyncWrite + Unpin + Send,
{
    let sources = match source::find(console, files).await {
        Ok(sources) => sources,
        Err(trouble) => {
            console.error(&trouble.message);
            return trouble.code;
        }
    };
    let mut batch = sending::Batch::new(sockets, console, sources, if_exists, patience);
    let sent = batch.send_over(stream).await;
    console.status("");
    match sent {
        Ok(()) if batch.tally.failed == 0 => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(broken) => {
            console.error(&format!("upload: {broken}"));
            ExitCode::FAILURE
        }
    }
}
