//! Uploads at the edge: connections cut at any byte, partners that lie, full disks, many at once. Over
//! streams in memory, into folders in memory and of this machine.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod partners;
mod resuming;
mod room;
mod sharing;
#[path = "../support/mod.rs"]
mod support;

use std::io;
use std::time::Duration as Real;

use lanternet_apps::disk::{Folder, Memory};
use lanternet_apps::upload::protocol::{CHUNK, HEADER, Side, ToClient, ToServer, header};
use lanternet_apps::upload::store::{Code, Hash, Limits, Store, TEMPORARIES, Taken};
use lanternet_apps::upload::{Event, Session, Summary, receive};
use lanternet_core::Duration;
use lanternet_live::Os;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;

const SOURCE: [u8; 16] = [7; 16];

fn session() -> Session {
    Session { idle: Duration::from_secs(20), stop: None }
}

async fn store_on(disk: &Memory, limits: Limits) -> Store<Os, Memory> {
    Store::open(Os::new(), disk.clone(), limits).await.unwrap()
}

async fn store(disk: &Memory) -> Store<Os, Memory> {
    store_on(disk, Limits::default()).await
}

type Serving = JoinHandle<io::Result<Summary>>;

/// A server at the other end of a stream.
fn serve(store: &Store<Os, Memory>, session: Session) -> (DuplexStream, Serving) {
    let (ours, theirs) = duplex(64 * 1024);
    let store = store.clone();
    let serving =
        tokio::spawn(async move { receive(theirs, &store, &session, |_: Event| {}).await });
    (ours, serving)
}

/// A client that says what a test wants said.
struct Raw {
    stream: DuplexStream,
    serving: Serving,
}

impl Raw {
    async fn begin(store: &Store<Os, Memory>) -> Self {
        Self::begin_with(store, session()).await
    }

    async fn begin_with(store: &Store<Os, Memory>, session: Session) -> Self {
        let (stream, serving) = serve(store, session);
        let mut raw = Self { stream, serving };
        let welcome = raw.ask(&ToServer::Hello { version: 1 }).await;
        assert!(matches!(welcome, ToClient::Welcome { version: 1, .. }));
        raw
    }

    async fn say(&mut self, message: &ToServer) {
        self.stream.write_all(&message.encode()).await.unwrap();
    }

    async fn hear(&mut self) -> ToClient {
        let mut head = [0; HEADER];
        let hearing = tokio::time::timeout(Real::from_secs(20), self.stream.read_exact(&mut head));
        hearing.await.unwrap().unwrap();
        let (kind, length) = header(Side::Server, head).unwrap();
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.unwrap();
        ToClient::decode(kind, &body).unwrap()
    }

    async fn ask(&mut self, message: &ToServer) -> ToClient {
        self.say(message).await;
        self.hear().await
    }

    async fn offer(&mut self, name: &str, size: u64) -> ToClient {
        self.offer_from(SOURCE, name, size).await
    }

    async fn offer_from(&mut self, source: [u8; 16], name: &str, size: u64) -> ToClient {
        let (name, taken) = (name.to_owned(), Taken::Keep);
        self.ask(&ToServer::Offer { name, size, source, taken }).await
    }

    /// Start, bytes, end.
    async fn send(&mut self, offset: u64, bytes: &[u8], hash: Hash) -> ToClient {
        self.say(&ToServer::Start { offset }).await;
        for chunk in bytes.chunks(CHUNK) {
            self.say(&ToServer::Data(chunk.to_vec())).await;
        }
        self.ask(&ToServer::Finish { hash }).await
    }

    async fn put(&mut self, name: &str, bytes: &[u8]) {
        assert_eq!(self.offer(name, bytes.len() as u64).await, ToClient::Have(vec![]), "{name}");
        let stored = self.send(0, bytes, blake3::hash(bytes)).await;
        assert_eq!(stored, ToClient::Stored { already: false, name: name.to_owned() });
    }

    async fn end(mut self) -> Summary {
        assert_eq!(self.ask(&ToServer::Bye).await, ToClient::Bye);
        self.serving.await.unwrap().unwrap()
    }
}

#[track_caller]
fn code(answer: &ToClient) -> Code {
    match answer {
        ToClient::Refused(refusal) => refusal.code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

async fn content(disk: &Memory, path: &str) -> Option<Vec<u8>> {
    disk.read(path, u64::MAX - 1).await.ok()
}

async fn names(disk: &Memory, folder: &str) -> Vec<String> {
    let entries = disk.entries(folder).await.unwrap_or_default();
    entries.into_iter().map(|entry| entry.name).collect()
}

async fn visible(disk: &Memory) -> Vec<String> {
    let mut names = names(disk, "").await;
    names.retain(|name| name != TEMPORARIES);
    names
}

/// Bytes without a pattern that some mistake would hide behind.
fn bytes(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&length.to_be_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}
