//! The TCP server: one task per client, all at once.

use std::convert::Infallible;
use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;

use super::ServeArgs;
use super::protocol::Service;
use crate::console::Console;
use crate::failures::Failures;
use crate::framed::MessageReader;
use crate::framing::Framing;
use crate::sockets::{ListenOptions, Sockets, TcpListener};
use crate::{text, trouble};

pub(super) async fn serve<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    service: Service,
    args: &ServeArgs,
) -> Result<Infallible, String> {
    let address = SocketAddr::new(args.bind.unwrap_or(sockets.default_bind()), args.port);
    let options = ListenOptions { backlog: args.backlog, ..Default::default() };
    let listener = sockets
        .tcp_listen(address, options)
        .await
        .map_err(|error| trouble::listening("TCP", address, &error))?;
    let address = listener.local_addr().unwrap_or(address);
    match args.accept_after {
        None => console.print_line(&format!("listening on TCP {address}")),
        Some(wait) => {
            console.print_line(&format!(
                "listening on TCP {address}, accepting nobody for {wait} (backlog {})",
                args.backlog
            ));
            sockets.sleep(wait).await;
            console.print_line("accepting from now on");
        }
    }
    let mut failures = Failures::default();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                failures.forget();
                let client = Client {
                    sockets: sockets.clone(),
                    console: console.clone(),
                    service,
                    args: args.clone(),
                    peer,
                };
                sockets.spawn(client.serve(stream));
            }
            Err(error) => {
                let message = format!("cannot accept: {}", text::describe(&error));
                let tell = |message: &str| console.error(&format!("serve {service}: {message}"));
                failures.another(sockets, message, tell).await?;
            }
        }
    }
}

/// One client's connection.
struct Client<S, C> {
    sockets: S,
    console: C,
    service: Service,
    args: ServeArgs,
    peer: SocketAddr,
}

impl<S: Sockets, C: Console> Client<S, C> {
    async fn serve(self, stream: S::TcpStream) {
        self.log("connected");
        match self.answer_all(stream).await {
            Ok(messages) => {
                self.log(&format!("closed after {}", text::count(messages, "message")));
            }
            Err(error) => self.log(&format!("ended: {}", text::describe(&error))),
        }
    }

    /// Answers until the peer's FIN, then sends ours; returns how many messages there were.
    async fn answer_all(&self, stream: S::TcpStream) -> std::io::Result<usize> {
        let Self { args, .. } = self;
        if let Some(wait) = args.read_after {
            self.sockets.sleep(wait).await;
        }
        let (reader, mut writer) = tokio::io::split(stream);
        let mut reader = MessageReader::new(reader, args.framing, args.max_message as usize);
        let mut messages = 0;
        let raw = args.framing == Framing::None;
        let show_read = |bytes: &[u8]| {
            if args.show_reads || raw {
                let length = text::count(bytes.len(), "byte");
                self.log(&format!("one read returned {length}: {}", text::preview(bytes)));
            }
        };
        while let Some(message) = reader.next(show_read).await? {
            messages += 1;
            if !raw {
                let length = text::count(message.len(), "byte");
                self.log(&format!("message of {length}: {}", text::preview(&message)));
            }
            let answer = self.service.answer(&message);
            // Raising letters can lengthen a message past what a 16-bit prefix tells.
            let bytes = args.framing.encode(&answer).map_err(std::io::Error::other)?;
            writer.write_all(&bytes).await?;
            writer.flush().await?;
        }
        writer.shutdown().await?;
        Ok(messages)
    }

    fn log(&self, what: &str) {
        if !self.args.quiet {
            self.console.print_line(&format!("{} {what}", self.peer));
        }
    }
}
