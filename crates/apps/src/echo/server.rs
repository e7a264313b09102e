//! The TCP server: one task per client, all at once.

use std::io;

use tokio::io::AsyncWriteExt;

use super::protocol::Service;
use super::{DEFAULT_PORT, ServeArgs};
use crate::console::{Console, ExitCode};
use crate::framed::MessageReader;
use crate::framing::Framing;
use crate::race::{Either, select};
use crate::server::{Client, Served, Server, within_idle};
use crate::sockets::Sockets;
use crate::split::split;
use crate::text;

pub(super) async fn serve<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    service: Service,
    args: &ServeArgs,
) -> ExitCode {
    let note = args
        .accept_after
        .map(|wait| format!(", accepting nobody for {wait} (backlog {})", args.listen.backlog));
    let server = Server::new(sockets, console, service.server(), &args.listen, DEFAULT_PORT)
        .note(note.unwrap_or_default())
        .tls(args.tls.certificate());
    let listening = match server.listen().await {
        Ok(listening) => listening,
        Err(code) => return code,
    };
    if let Some(wait) = args.accept_after {
        if let Either::First(()) = select(console.stop_requested(), sockets.sleep(wait)).await {
            return ExitCode::SUCCESS;
        }
        listening.log.server("accepting", "accepting from now on", &[]);
    }
    let args = args.clone();
    listening.serve(move |client| answer_all(client, service, args.clone())).await
}

/// Answers until the peer's FIN, then sends ours.
async fn answer_all<S: Sockets, C: Console>(
    client: Client<S, C>,
    service: Service,
    args: ServeArgs,
) -> Served {
    let Client { stream, peer, sockets, log, idle, stop, .. } = client;
    if let Some(wait) = args.read_after {
        sockets.sleep(wait).await;
    }
    let (reader, mut writer) = split(stream);
    let mut reader = MessageReader::new(reader, args.framing, args.max_message as usize);
    let raw = args.framing == Framing::None;
    let show_read = |bytes: &[u8]| {
        if args.show_reads || raw {
            let (length, preview) = (text::count(bytes.len(), "byte"), text::preview(bytes));
            let fields = [("bytes", bytes.len().into()), ("preview", preview.as_str().into())];
            log.client(peer, "read", &format!("one read returned {length}: {preview}"), &fields);
        }
    };
    let mut messages = 0;
    let why = loop {
        // What has come already is answered before the server stops.
        let next = select(within_idle(&sockets, idle, reader.next(show_read)), stop.requested());
        let message = match next.await {
            Either::First(Ok(Some(message))) => message,
            Either::First(Ok(None)) => break "",
            Either::First(Err(error)) => return Err(error),
            Either::Second(()) => break ", since the server stops",
        };
        messages += 1;
        if !raw {
            let (length, preview) = (text::count(message.len(), "byte"), text::preview(&message));
            let fields = [("bytes", message.len().into()), ("preview", preview.as_str().into())];
            log.client(peer, "message", &format!("message of {length}: {preview}"), &fields);
        }
        // Raising letters can lengthen a message past what a 16-bit prefix tells.
        let bytes = args.framing.encode(&service.answer(&message)).map_err(io::Error::other)?;
        let answering = async {
            writer.write_all(&bytes).await?;
            writer.flush().await
        };
        within_idle(&sockets, idle, answering).await?;
    };
    within_idle(&sockets, idle, writer.shutdown()).await?;
    Ok(format!("closed after {}{why}", text::count(messages, "message")))
}
