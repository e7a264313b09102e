//! Sends files as bare numbers and bytes, one connection for each.

use std::io;
use std::net::SocketAddr;

use lanternet_core::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::progress::Progress;
use super::super::protocol::CHUNK;
use super::super::{ConnectArgs, source, units};
use crate::console::{Console, ExitCode};
use crate::dial::{dial_over, peer_of};
use crate::disk::OpenFile;
use crate::race::timeout;
use crate::sockets::{ConnectOptions, Sockets, TcpStream};
use crate::text;
use crate::trouble::Trouble;

/// Whoever connects waits so long for the three-way handshake.
const CONNECTING: Duration = Duration::from_secs(10);
/// Between the number and the file, so that a receiver's first `recv` returns the number alone. Long
/// enough for the roads of the Internet, short enough for whoever watches.
const PAUSE: Duration = Duration::from_millis(500);
/// The most that a server may say, in bytes; more is not read.
const SAYS: usize = 4096;

pub(in crate::upload) async fn connect<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &ConnectArgs,
) -> Result<ExitCode, Trouble> {
    let sources = source::find(console, &args.files).await?;
    let total = sources.iter().fold(0, |sum: u64, source| sum.saturating_add(source.size));
    let mut progress = Progress::new(sockets, sources.len(), total);
    for (index, source) in sources.iter().enumerate() {
        let options = ConnectOptions::within(CONNECTING, args.source);
        let trust = args.tls.trust();
        let dialing = dial_over(
            sockets,
            console,
            &args.to.host,
            args.port(sockets)?,
            options,
            trust.as_ref(),
        );
        let mut stream = dialing.await?;
        let peer = peer_of(&stream)?;
        let talking = |error: io::Error| Trouble::talking(peer, &error);
        let reading = |error: io::Error| {
            let why = units::trouble(&error);
            Trouble::failed(format!("{}: cannot read it: {why}", source.path))
        };
        // The number has to leave at once, not together with the file; where that cannot be had, the
        // pause still helps.
        let _ = stream.set_nodelay(true);
        let began = sockets.now();
        let file = source.open(console).await.map_err(reading)?;
        let size = file.length().await.map_err(reading)?;
        let said = async {
            stream.write_all(size.to_string().as_bytes()).await?;
            stream.flush().await
        };
        within(sockets, args.timeout, said).await.map_err(talking)?;
        if !args.no_pause {
            // A server that answers the number needs no longer pause.
            let answer = hear(sockets, &mut stream, PAUSE).await.map_err(talking)?;
            tell(console, peer, &answer);
        }
        let mut at = 0;
        while at < size {
            let most = usize::try_from(size - at).unwrap_or(CHUNK).min(CHUNK);
            let bytes = file.read_at(at, most).await.map_err(reading)?;
            if bytes.is_empty() {
                return Err(Trouble::failed(format!(
                    "{}: it was cut while it was sent: {size} bytes were announced, {at} came",
                    source.path
                )));
            }
            let length = bytes.len() as u64;
            within(sockets, args.timeout, stream.write_all(&bytes)).await.map_err(talking)?;
            at += length;
            progress.moved(sockets, console, &source.name, index + 1, (at, size, length));
        }
        within(sockets, args.timeout, stream.shutdown()).await.map_err(talking)?;
        // The server closes once it has everything; it may say something before.
        let mut heard = 0;
        loop {
            let answer = hear(sockets, &mut stream, args.timeout).await.map_err(talking)?;
            match answer {
                Heard::Bytes(ref bytes) if heard < SAYS => {
                    heard += bytes.len();
                    tell(console, peer, &answer);
                }
                Heard::Bytes(_) | Heard::End => break,
                Heard::Nothing => {
                    console.error(&format!(
                        "{peer}: all is sent, but the server did not close within {}",
                        args.timeout
                    ));
                    break;
                }
            }
        }
        progress.over(size);
        console.status("");
        let took = sockets.now() - began;
        console.print_line(&format!(
            "{}: sent, {}; this protocol does not tell whether it was stored",
            text::printable(source.path.as_bytes()),
            units::bytes_in(size, took)
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// What the server said.
enum Heard {
    Bytes(Vec<u8>),
    End,
    Nothing,
}

async fn hear<S: Sockets, T: TcpStream>(
    sockets: &S,
    stream: &mut T,
    patience: Duration,
) -> io::Result<Heard> {
    let mut bytes = vec![0; SAYS];
    match timeout(sockets, patience, stream.read(&mut bytes)).await {
        Ok(Ok(0)) => Ok(Heard::End),
        Ok(Ok(length)) => {
            bytes.truncate(length);
            Ok(Heard::Bytes(bytes))
        }
        Ok(Err(error)) => Err(error),
        Err(_) => Ok(Heard::Nothing),
    }
}

fn tell<C: Console>(console: &C, peer: SocketAddr, heard: &Heard) {
    if let Heard::Bytes(bytes) = heard {
        console.error(&format!("{peer} says {}", text::preview(bytes)));
    }
}

async fn within<S: Sockets>(
    sockets: &S,
    patience: Duration,
    talking: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    timeout(sockets, patience, talking)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
