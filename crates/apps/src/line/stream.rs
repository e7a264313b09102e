//! Over TCP, and TLS.

use std::io;
use std::pin::pin;

use lanternet_core::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Args;
use super::input::Input;
use super::report::Report;
use crate::console::Console;
use crate::dial::{dial_over, peer_of};
use crate::race::{Either, select, timeout};
use crate::sockets::{ConnectOptions, Sockets};
use crate::split::split;
use crate::trouble::Trouble;

/// What is read at once.
const BUFFER: usize = 16 * 1024;
/// When we cannot send any more, so long what the server said before may still come; when the server says
/// no more, so long what we have to say may still go.
const LAST_WORDS: Duration = Duration::from_secs(1);

pub(super) async fn talk<S: Sockets, C: Console>(
    sockets: &S,
    console: &C,
    args: &Args,
) -> Result<(), Trouble> {
    let options = ConnectOptions::within(args.timeout, args.source);
    let (host, port) = (&args.to.host, args.port(sockets)?);
    let trust = args.tls.trust();
    let stream = dial_over(sockets, console, host, port, options, trust.as_ref()).await?;
    let peer = peer_of(&stream)?;
    let report = Report::new(sockets, console, args);
    let (mut reader, mut writer) = split(stream);
    let talk = Talk { sockets, args, report: &report };
    let mut input = Input::new(sockets, console, args);
    let mut sending = pin!(talk.send_all(&mut writer, &mut input));
    let ended = match select(talk.receive_all(&mut reader, None), &mut sending).await {
        Either::First(Ok(())) => {
            // The server has no more to say, but may still listen (half-close); when it does not, what we
            // had to say was in vain, and that is its decision.
            let _ = timeout(sockets, LAST_WORDS, sending).await;
            Ok(())
        }
        Either::First(ended) => ended,
        Either::Second(Ok(())) => talk.receive_all(&mut reader, args.wait).await,
        Either::Second(Err(sending)) => {
            let receiving = talk.receive_all(&mut reader, None);
            match timeout(sockets, LAST_WORDS, receiving).await {
                Ok(Err(receiving)) => Err(receiving),
                _ => Err(sending),
            }
        }
    };
    report.end();
    ended.map_err(|error| Trouble::talking(peer, &error))
}

struct Talk<'a, S, C> {
    sockets: &'a S,
    args: &'a Args,
    report: &'a Report<'a, S, C>,
}

impl<S: Sockets, C: Console> Talk<'_, S, C> {
    /// Sends until the end of input, and then FIN unless told otherwise.
    async fn send_all<W: AsyncWrite + Unpin>(
        &self,
        writer: &mut W,
        input: &mut Input<'_, S, C>,
    ) -> io::Result<()> {
        while let Some(piece) = input.next().await? {
            self.report.sending(&piece);
            writer.write_all(&piece).await?;
            writer.flush().await?;
        }
        if self.args.no_half_close { Ok(()) } else { writer.shutdown().await }
    }

    /// Prints what comes until the server's FIN, or until nothing has come for this time.
    async fn receive_all<R: AsyncRead + Unpin>(
        &self,
        reader: &mut R,
        patience: Option<Duration>,
    ) -> io::Result<()> {
        let mut buffer = vec![0; BUFFER];
        loop {
            let reading = reader.read(&mut buffer);
            let length = match patience {
                None => reading.await?,
                Some(patience) => match timeout(self.sockets, patience, reading).await {
                    Ok(read) => read?,
                    Err(_) => return Ok(()),
                },
            };
            if length == 0 {
                return Ok(());
            }
            self.report.received(&buffer[..length]);
        }
    }
}
