//! What was said, in a file per session: [`Transcript`].

use std::io;
use std::net::SocketAddr;

use crate::disk::{Folder, Open, OpenFile};
use crate::sockets::Sockets;
use crate::text;

/// A transcript grows to so many bytes and no further.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The file of one session: a line per message, `TIME customer: TEXT` and `TIME assistant: TEXT`. Only
/// its owner may read it. It is opened for each exchange, so that many sessions need no open files.
#[derive(Debug)]
pub(super) struct Transcript<F> {
    folder: F,
    name: String,
    length: u64,
    /// What was said and is not yet in the file.
    unwritten: String,
}

impl<F: Folder> Transcript<F> {
    /// A new file in this folder, named for the time and the customer.
    ///
    /// # Errors
    /// Whatever the disk says.
    pub(super) async fn create<S: Sockets>(
        folder: F,
        sockets: &S,
        peer: SocketAddr,
    ) -> io::Result<Self> {
        let at = text::rfc3339(sockets.time_of_day()).replace(':', "");
        let ip = peer.ip().to_string().replace(':', "_");
        let unique = sockets.random_u64();
        let name = format!("{at}-{ip}-{}-{unique:016x}.txt", peer.port());
        folder.open(&name, Open::CreatePrivate).await?;
        Ok(Self { folder, name, length: 0, unwritten: String::new() })
    }

    /// Somebody said this.
    pub(super) fn add<S: Sockets>(&mut self, sockets: &S, who: &str, what: &str) {
        if self.length + self.unwritten.len() as u64 > LONGEST {
            return;
        }
        let at = text::rfc3339(sockets.time_of_day());
        let mut lines = what.split('\n');
        let first = lines.next().unwrap_or_default();
        let first = text::printable(first.as_bytes());
        self.unwritten.push_str(&format!("{at} {who}: {first}\n"));
        for line in lines {
            self.unwritten.push_str(&format!("  {}\n", text::printable(line.as_bytes())));
        }
    }

    /// Writes what was said to the file.
    ///
    /// # Errors
    /// Whatever the disk says.
    pub(super) async fn write(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.unwritten).into_bytes();
        if bytes.is_empty() {
            return Ok(());
        }
        let file = self.folder.open(&self.name, Open::Write).await?;
        let length = bytes.len() as u64;
        file.write_at(self.length, bytes).await?;
        self.length += length;
        Ok(())
    }
}
