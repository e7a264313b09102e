//! `serve hello` and `connect hello`: the smallest server, which greets each client and closes, and a
//! client that prints what a server says by itself.
//!
//! Exit code of `connect`: 0 when the server said something and closed, 1 when not, 2 when it could not
//! begin. `serve`: 0 when it was asked to stop, 2 when it cannot serve.

use lanternet_core::Duration;
use lanternet_net::services::Transport;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::console::{Console, ExitCode};
use crate::dial::dial_over;
use crate::endpoint::{Endpoint, Port};
use crate::race::timeout;
use crate::server::{Client, ListenArgs, Served, Server, within_idle};
use crate::sockets::{ConnectOptions, Sockets};
use crate::text;
use crate::tls::{ConnectTlsArgs, ServeTlsArgs};
use crate::trouble::Trouble;

/// The port of hello unless `--port` says otherwise: that of echo, in whose place it stands.
pub const DEFAULT_PORT: u16 = 9090;

/// A client that sends, although nobody reads, has so long to read the greeting: what lies unread when a
/// connection is closed ends it with a reset (RFC 2525 section 2.17), which may overtake the greeting.
const LINGER: Duration = Duration::from_secs(2);
/// More than so many bytes are no greeting.
const LONGEST: u64 = 64 * 1024;

/// The command line of `serve hello`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ServeArgs {
    /// Where and whom it serves (default port 9090)
    #[command(flatten)]
    pub listen: ListenArgs,
    /// Whether over TLS
    #[command(flatten)]
    pub tls: ServeTlsArgs,
    /// Greet with this line (default: the client's address and our name)
    #[arg(short, long, value_name = "TEXT")]
    pub say: Option<String>,
}

/// The command line of `connect hello`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct ConnectArgs {
    /// `HOST`, `HOST:PORT` or `[v6]:PORT`; HOST is a name or an address, PORT a number or a service
    #[arg(value_name = "HOST[:PORT]")]
    pub to: Endpoint,
    /// Port, where HOST has none (default 9090)
    #[arg(short, long)]
    pub port: Option<Port>,
    /// Whether over TLS
    #[command(flatten)]
    pub tls: ConnectTlsArgs,
    /// Give up when the server has not finished after this time
    #[arg(short, long, value_name = "TIME", default_value = "10s", value_parser = text::duration)]
    pub timeout: Duration,
}

/// Runs `serve hello`.
pub async fn serve<S: Sockets, C: Console>(sockets: S, console: C, args: ServeArgs) -> ExitCode {
    let server = Server::new(&sockets, &console, "serve hello", &args.listen, DEFAULT_PORT)
        .tls(args.tls.certificate());
    let say = args.say;
    server.run(move |client| greet(client, say.clone())).await
}

async fn greet<S: Sockets, C: Console>(client: Client<S, C>, say: Option<String>) -> Served {
    let Client { mut stream, peer, sockets, idle, .. } = client;
    let line = match say {
        Some(line) => line,
        None => format!("hello {peer}, this is {}", sockets.host_name()),
    };
    let greeting = async {
        stream.write_all(format!("{line}\n").as_bytes()).await?;
        stream.shutdown().await
    };
    within_idle(&sockets, idle, greeting).await?;
    let leaving = async {
        let mut chunk = [0; 1024];
        while matches!(stream.read(&mut chunk).await, Ok(1..)) {}
    };
    // Whatever comes of it, the greeting was said.
    let _ = timeout(&sockets, LINGER, leaving).await;
    Ok("greeted".to_owned())
}

/// Runs `connect hello`.
pub async fn connect<S: Sockets, C: Console>(
    sockets: S,
    console: C,
    args: ConnectArgs,
) -> ExitCode {
    match listen(&sockets, &console, &args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            console.error(&format!("connect hello: {}", trouble.message));
            trouble.code
        }
    }
}

async fn listen<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ConnectArgs,
) -> Result<(), Trouble> {
    let host = &args.to.host;
    let port = args.to.port(args.port.as_ref(), DEFAULT_PORT, sockets, Transport::Tcp)?;
    let options = ConnectOptions { timeout: Some(args.timeout), source: None };
    let trust = args.tls.trust();
    let mut stream = dial_over(sockets, console, host, port, options, trust.as_ref()).await?;
    // Only the end of the stream says that it is whole.
    stream.refuse_truncation();
    let mut said = Vec::new();
    let mut stream = stream.take(LONGEST);
    let ended = timeout(sockets, args.timeout, stream.read_to_end(&mut said)).await;
    for line in said.split_inclusive(|byte| *byte == b'\n') {
        console.print_line(&text::printable(line.trim_ascii_end()));
    }
    match ended {
        Ok(Ok(0)) => Err(Trouble::failed(format!("{host}:{port}: closed without a word"))),
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => {
            Err(Trouble::failed(format!("{host}:{port}: {}", text::describe(&error))))
        }
        Err(_) => Err(Trouble::failed(format!(
            "{host}:{port}: connected, but the server has not closed within {}; does it wait for us \
             to speak first?",
            args.timeout
        ))),
    }
}
