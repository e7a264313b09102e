//! Receives a file that is announced by a bare number.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use lanternet_core::Duration;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::store::{
    Begun, Code, Finished, Offer, READ, Receiving, Refusal, Store, Stored, Taken,
};
use super::super::units;
use super::protocol::{self, MOST_DIGITS, Reading};
use crate::console::Console;
use crate::disk::Folder;
use crate::race::timeout;
use crate::server::{Client, Served};
use crate::sockets::Sockets;
use crate::text;

/// A number with nothing behind it for this time is the whole number: senders that write it alone
/// write the file at once behind it, and those that pause do so for their receiver's sake.
const QUIET: Duration = Duration::from_millis(200);
/// After so much silence what has come is the whole file if one reading says so.
const LONG_QUIET: Duration = Duration::from_secs(2);
/// So many bytes behind the file are looked at, to tell that there are some.
const EXTRA: u64 = 64 * 1024;

/// Receives files of [the bare protocol](super), and names them.
#[derive(Debug)]
pub(in crate::upload) struct Receiver<S, F> {
    pub(in crate::upload) store: Store<S, F>,
    /// What they are called, if not by the date.
    pub(in crate::upload) name: Option<String>,
    /// The number that was given last.
    pub(in crate::upload) number: Arc<AtomicU32>,
}

impl<S: Clone, F: Clone> Clone for Receiver<S, F> {
    fn clone(&self) -> Self {
        let Self { store, name, number } = self;
        Self { store: store.clone(), name: name.clone(), number: Arc::clone(number) }
    }
}

/// What came next.
enum Next {
    Bytes(Vec<u8>),
    End,
    Quiet,
}

impl<S: Sockets, F: Folder> Receiver<S, F> {
    /// Serves one client: one file.
    pub(in crate::upload) async fn serve<C: Console>(self, mut client: Client<S, C>) -> Served {
        let began = client.sockets.now();
        let refused = |refusal: Refusal| io::Error::new(io::ErrorKind::InvalidData, refusal);
        // The beginning of the stream, at least up to the end of its digits.
        let mut beginning = Vec::new();
        let ended = loop {
            let patience = if beginning.is_empty() { client.idle } else { QUIET };
            match next(&mut client, patience).await? {
                Next::Bytes(bytes) => beginning.extend_from_slice(&bytes),
                Next::End => break true,
                Next::Quiet if beginning.is_empty() => {
                    return Err(io::Error::new(
                        io::ErrorKind::TimedOut,
                        format!("nothing came within {}", client.idle),
                    ));
                }
                Next::Quiet => break false,
            }
            let run = protocol::digits(&beginning);
            if run < beginning.len() || run > MOST_DIGITS {
                break false;
            }
        };
        if beginning.is_empty() {
            return Ok("closed without a file".to_owned());
        }
        let fits = if ended { protocol::fitting(&beginning, beginning.len() as u64) } else { None };
        let (reading, mut receiving) = self.begin(&beginning, fits).await.map_err(refused)?;
        let content = self.content(&mut client, beginning, ended, reading, &mut receiving).await;
        let extra = match content {
            Ok(extra) => extra,
            Err(error) => {
                receiving.discard().await;
                return Err(error);
            }
        };
        let stored = self.name(receiving).await.map_err(refused)?;
        // The end of the connection is all that this protocol has to say that it is done; who has
        // gone already need not hear it.
        let _ = client.stream.shutdown().await;
        let extra = extra + count_rest(&mut client).await;
        let took = client.sockets.now() - began;
        let fields: [(&str, Value); 3] = [
            ("name", stored.name.clone().into()),
            ("size", stored.size.into()),
            ("blake3", stored.hash.to_hex().as_str().into()),
        ];
        let name = text::printable(stored.name.as_bytes());
        let sentence = format!("{name} stored, {}", units::bytes_in(stored.size, took));
        client.log.client(client.peer, "stored", &sentence, &fields);
        Ok(match extra {
            0 => "closed after 1 file".to_owned(),
            _ => format!(
                "closed after 1 file; {} came behind the {} that were announced, and are not kept",
                text::count(usize::try_from(extra).unwrap_or(usize::MAX), "byte"),
                stored.size
            ),
        })
    }

    /// Begins with this reading, or else with the longest number that is not too much.
    async fn begin(
        &self,
        beginning: &[u8],
        fits: Option<Reading>,
    ) -> Result<(Reading, Receiving<S, F>), Refusal> {
        let sockets = &self.store.sockets;
        let mut source = [0; 16];
        let (first, second) = source.split_at_mut(8);
        first.copy_from_slice(&sockets.random_u64().to_be_bytes());
        second.copy_from_slice(&sockets.random_u64().to_be_bytes());
        let name = self.next_name();
        let mut refusal = None;
        for reading in fits.into_iter().chain(protocol::readings(beginning)) {
            let offer = Offer { name: &name, size: reading.size, source, taken: Taken::Rename };
            match self.store.begin(&offer).await {
                Ok(Begun::Ready(receiving)) => return Ok((reading, receiving)),
                // There is nothing that Rename asks.
                Ok(Begun::Exists { .. }) => {}
                Err(error) => {
                    let too_much =
                        matches!(error.code, Code::TooLarge | Code::NoMoreRoom | Code::DiskFull);
                    refusal.get_or_insert(error);
                    if !too_much {
                        break;
                    }
                }
            }
        }
        Err(refusal.unwrap_or_else(|| {
            let why = format!(
                "expected the size of the file in decimal digits, got {}; a client of the other \
                 protocol is served without --plain",
                text::preview(beginning)
            );
            Refusal::new(Code::Protocol, why)
        }))
    }

    /// Receives the file; how many bytes more than it has came with it.
    async fn content<C: Console>(
        &self,
        client: &mut Client<S, C>,
        beginning: Vec<u8>,
        mut ended: bool,
        reading: Reading,
        receiving: &mut Receiving<S, F>,
    ) -> io::Result<u64> {
        let refused = |refusal: Refusal| io::Error::new(io::ErrorKind::InvalidData, refusal);
        let mut total = beginning.len() as u64;
        let mut bytes = beginning[reading.digits..].to_vec();
        let mut silent = Duration::ZERO;
        loop {
            let left = reading.size - receiving.offset();
            let extra = (bytes.len() as u64).saturating_sub(left);
            // Both are lengths of what is in memory.
            bytes.truncate(bytes.len() - extra as usize);
            if !bytes.is_empty() {
                receiving.append(bytes).await.map_err(refused)?;
            }
            if receiving.offset() == reading.size {
                return Ok(extra);
            }
            if ended || silent >= LONG_QUIET {
                if let Some(other) = protocol::fitting(&beginning, total)
                    && other.digits < reading.digits
                {
                    // The file began with digits.
                    let first = &beginning[other.digits..reading.digits];
                    receiving.put_before(first).await.map_err(refused)?;
                    return Ok(0);
                }
                if ended {
                    let why = format!(
                        "the stream ended after {} of the {} bytes that were announced: not kept",
                        receiving.offset(),
                        reading.size
                    );
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
                }
                if silent >= client.idle {
                    let why = format!(
                        "nothing came for {silent}, after {} of the {} bytes that were announced: \
                         not kept",
                        receiving.offset(),
                        reading.size
                    );
                    return Err(io::Error::new(io::ErrorKind::TimedOut, why));
                }
            }
            bytes = Vec::new();
            let patience = LONG_QUIET.min(client.idle);
            match next(client, patience).await? {
                Next::Bytes(more) => {
                    silent = Duration::ZERO;
                    total += more.len() as u64;
                    bytes = more;
                }
                Next::End => ended = true,
                Next::Quiet => silent = silent + patience,
            }
        }
    }

    /// Gives the file a name that nobody has.
    async fn name(&self, mut receiving: Receiving<S, F>) -> Result<Stored, Refusal> {
        if self.name.is_none() {
            // A day's numbers are counted on, without another number behind them.
            receiving.set_taken(Taken::Keep);
        }
        loop {
            match receiving.finish(None).await? {
                Finished::Stored(stored) => return Ok(stored),
                Finished::Exists { .. } => receiving.set_name(self.next_name()),
            }
        }
    }

    fn next_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
            format!("upload-{}-{number}", date(self.store.sockets.time_of_day()))
        })
    }
}

async fn next<S: Sockets, C>(client: &mut Client<S, C>, patience: Duration) -> io::Result<Next> {
    let mut bytes = vec![0; READ];
    match timeout(&client.sockets, patience, client.stream.read(&mut bytes)).await {
        Ok(Ok(0)) => Ok(Next::End),
        Ok(Ok(length)) => {
            bytes.truncate(length);
            Ok(Next::Bytes(bytes))
        }
        Ok(Err(error)) => Err(error),
        Err(_) => Ok(Next::Quiet),
    }
}

/// How many bytes still come. Also leaves nothing unread, for which the connection would be reset.
async fn count_rest<S: Sockets, C>(client: &mut Client<S, C>) -> u64 {
    let mut count = 0;
    while count < EXTRA {
        match next(client, QUIET).await {
            Ok(Next::Bytes(bytes)) => count += bytes.len() as u64,
            // A sender that is gone sends nothing more.
            Ok(Next::End | Next::Quiet) | Err(_) => break,
        }
    }
    count
}

/// The day in UTC, as `2026-11-21`.
fn date(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut day = seconds / 86_400;
    let mut year = 1970;
    let leap = |year: u64| {
        (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
    };
    while day >= if leap(year) { 366 } else { 365 } {
        day -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", day + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        // As `date -u -d @N +%F` says.
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_709_164_799, "2024-02-28"),
            (1_735_603_200, "2024-12-31"),
            (1_795_219_200, "2026-11-21"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(UNIX_EPOCH + std::time::Duration::from_secs(seconds)), day);
        }
    }
}
