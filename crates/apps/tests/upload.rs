//! Uploads at the edge: connections cut at any byte, partners that lie, full disks, many at once. Over
//! streams in memory, into folders in memory and of this machine.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration as Real, SystemTime};

use lanternet_apps::ExitCode;
use lanternet_apps::disk::{Folder, Memory, Open, OpenFile};
use lanternet_apps::upload::protocol::{CHUNK, HEADER, LONGEST, Side, ToClient, ToServer, header};
use lanternet_apps::upload::store::{Code, Hash, Limits, Store, TEMPORARIES, Taken};
use lanternet_apps::upload::{Event, IfExists, Session, Summary, receive, send};
use lanternet_core::Duration;
use lanternet_live::Os;
use proptest::prelude::*;
use support::console::MemoryConsole;
use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex,
};
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

/// A stream that breaks after so many bytes were written.
struct Cut(DuplexStream, usize);

impl AsyncRead for Cut {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.1 == 0 {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Cut {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let most = bytes.len().min(self.1);
        if most == 0 && !bytes.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let written = std::task::ready!(Pin::new(&mut self.0).poll_write(cx, &bytes[..most]))?;
        self.1 -= written;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

async fn send_cut(store: &Store<Os, Memory>, path: &str, cut: usize) -> (ExitCode, String) {
    let (stream, serving) = serve(store, session());
    let console = MemoryConsole::default();
    let (files, patience) = ([path.to_owned()], Duration::from_secs(20));
    let stream = Cut(stream, cut);
    let code = send(&Os::new(), &console, stream, &files, IfExists::Ask, patience).await;
    let _ = serving.await.unwrap();
    (code, console.output())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// The server may be another process each time: only what is on its disk is known.
    #[test]
    fn a_connection_cut_at_any_byte_and_resumed_gives_the_same_file(
        length in prop_oneof![0_usize..3000, 0_usize..900_000],
        cuts in prop::collection::vec(0_usize..1_000_000, 1..4),
        restarted: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("file");
            let expected = bytes(length);
            std::fs::write(&path, &expected).unwrap();
            let path = path.to_str().unwrap();
            let disk = Memory::default();
            let mut server = store(&disk).await;
            for cut in cuts {
                let (code, _) = send_cut(&server, path, cut % (length + 200)).await;
                if code == ExitCode::SUCCESS {
                    break;
                }
                assert_eq!(visible(&disk).await.len() as u64, u64::from(content(&disk, "file").await.is_some()));
                if restarted {
                    server = store(&disk).await;
                }
            }
            let (code, output) = send_cut(&server, path, usize::MAX).await;
            assert_eq!(code, ExitCode::SUCCESS, "{output}");
            assert_eq!(content(&disk, "file").await.unwrap(), expected);
            assert_eq!(names(&disk, TEMPORARIES).await, [""; 0]);
        });
    }
}

#[tokio::test]
async fn what_was_verified_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let expected = bytes(1_000_000);
    std::fs::write(&path, &expected).unwrap();
    let path = path.to_str().unwrap();
    let disk = Memory::default();
    let server = store(&disk).await;
    assert_eq!(send_cut(&server, path, 900_000).await.0, ExitCode::FAILURE);
    // All that arrived, but for what is said around it.
    let (code, output) = send_cut(&server, path, 100_000 + 300).await;
    assert_eq!(
        (code, output.as_str()),
        (ExitCode::SUCCESS, format!("{path}: stored, 976.6 KiB, resumed at 878.8 KiB\n").as_str())
    );
    assert_eq!(content(&disk, "file").await.unwrap(), expected);
}

#[tokio::test]
async fn a_source_that_changed_is_sent_from_where_it_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let mut expected = bytes(1_000_000);
    std::fs::write(&path, &expected).unwrap();
    let disk = Memory::default();
    let server = store(&disk).await;
    assert_eq!(send_cut(&server, path.to_str().unwrap(), 900_000).await.0, ExitCode::FAILURE);
    expected[300_000] ^= 1;
    expected.truncate(950_000);
    std::fs::write(&path, &expected).unwrap();
    let (code, output) = send_cut(&server, path.to_str().unwrap(), usize::MAX).await;
    assert_eq!(code, ExitCode::SUCCESS);
    assert!(output.contains("resumed at 256.0 KiB"), "{output}");
    assert_eq!(content(&disk, "file").await.unwrap(), expected);
    // From its first byte on.
    assert_eq!(send_cut(&server, path.to_str().unwrap(), 1000).await.0, ExitCode::SUCCESS);
}

#[tokio::test]
async fn a_temporary_that_was_damaged_is_used_up_to_the_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let expected = bytes(1_000_000);
    std::fs::write(&path, &expected).unwrap();
    let disk = Memory::default();
    let server = store(&disk).await;
    assert_eq!(send_cut(&server, path.to_str().unwrap(), 900_000).await.0, ExitCode::FAILURE);
    let parts = names(&disk, TEMPORARIES).await;
    let part = disk.open(&format!("{TEMPORARIES}/{}", parts[0]), Open::Write).await.unwrap();
    part.write_at(500_000, vec![0; 7]).await.unwrap();
    drop(part);
    let (code, output) = send_cut(&server, path.to_str().unwrap(), usize::MAX).await;
    assert_eq!(code, ExitCode::SUCCESS);
    assert!(output.contains("resumed at 448.0 KiB"), "{output}");
    assert_eq!(content(&disk, "file").await.unwrap(), expected);
}

#[tokio::test]
async fn names_that_lead_out_or_among_the_temporaries_are_refused_and_the_next_file_is_not() {
    let top = Memory::default();
    top.create_folder("inbox").await.unwrap();
    let disk = top.folder("inbox").await.unwrap();
    let mut raw = Raw::begin(&store(&disk).await).await;
    let long = "x".repeat(256);
    let longer = ["x".repeat(200).as_str(); 30].join("/");
    let temporary = format!("{TEMPORARIES}/00000000000000000000000000000000-0.part");
    for name in [
        "../evil",
        "a/../../evil",
        "/etc/passwd",
        "/",
        "..",
        ".",
        "",
        "a\0b",
        "a\nb",
        "..\\evil",
        "C:\\evil",
        "a/",
        "a//b",
        &long,
        &longer,
        TEMPORARIES,
        &temporary,
        ".LANTERNET-upload/x",
    ] {
        assert_eq!(code(&raw.offer(name, 3).await), Code::Name, "{name:?}");
    }
    raw.put("good", b"abc").await;
    raw.put("deep/folder/good", b"abc").await;
    assert_eq!(code(&raw.offer("good/x", 3).await), Code::Name, "`good` is a file");
    assert_eq!(code(&raw.offer("deep", 3).await), Code::Exists, "`deep` is a folder");
    assert_eq!(raw.end().await, Summary { files: 2, bytes: 6 });
    assert_eq!(visible(&disk).await, ["deep", "good"]);
    assert_eq!(names(&top, "").await, ["inbox"]);
}

#[tokio::test]
async fn a_client_that_does_not_keep_to_the_protocol_is_told_and_left() {
    let disk = Memory::default();
    let server = store(&disk).await;
    let name = "a".repeat(LONGEST);
    let too_long = ToServer::Offer { name, size: 1, source: SOURCE, taken: Taken::Keep };
    for bad in [
        too_long.encode(),
        ToServer::Data(vec![0; CHUNK + 1]).encode(),
        vec![4, 255, 255, 255, 255, 0],
        vec![77, 0, 0, 0, 0],
        ToServer::Data(vec![1]).encode(),
        ToServer::Start { offset: 0 }.encode(),
        ToServer::Hello { version: 1 }.encode(),
        vec![9, 0, 0, 0, 1, 1],
    ] {
        let mut raw = Raw::begin(&server).await;
        let _ = raw.stream.write_all(&bad).await;
        assert_eq!(code(&raw.hear().await), Code::Protocol, "{:?}", &bad[..6.min(bad.len())]);
        assert_eq!(raw.serving.await.unwrap().unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
    // Who says something else from the beginning is not waited for.
    for stranger in [&b"1048576hello"[..], b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\0", b"5"] {
        let (mut stream, serving) = serve(&server, session());
        stream.write_all(stranger).await.unwrap();
        let error = tokio::time::timeout(Real::from_secs(5), serving).await.unwrap().unwrap();
        let error = error.unwrap_err().to_string();
        assert!(error.contains("expected an upload client, got"), "{error}");
    }
    let (mut stream, _serving) = serve(&server, session());
    stream.write_all(&ToServer::Hello { version: 2 }.encode()).await.unwrap();
    let mut head = [0; HEADER];
    stream.read_exact(&mut head).await.unwrap();
    let mut body = vec![0; header(Side::Server, head).unwrap().1];
    stream.read_exact(&mut body).await.unwrap();
    assert_eq!(body[..2], [0, 2], "{}", String::from_utf8_lossy(&body));
    assert_eq!(visible(&disk).await, [""; 0]);
}

#[tokio::test]
async fn sizes_and_hashes_that_lie_name_no_file() {
    let disk = Memory::default();
    let mut raw = Raw::begin(&store(&disk).await).await;
    let hash = blake3::hash(b"hello");
    // More than was announced.
    assert_eq!(raw.offer("a", 3).await, ToClient::Have(vec![]));
    raw.say(&ToServer::Start { offset: 0 }).await;
    assert_eq!(code(&raw.ask(&ToServer::Data(b"hello".to_vec())).await), Code::Length);
    raw.say(&ToServer::Data(b"more".to_vec())).await;
    raw.say(&ToServer::Cancel).await;
    // Less.
    assert_eq!(raw.offer("a", 500).await, ToClient::Have(vec![]));
    assert_eq!(code(&raw.send(0, b"hello", hash).await), Code::Length);
    // Other bytes: what came is there, but only as far as it is right.
    let ToClient::Have(points) = raw.offer("b", 5).await else { panic!() };
    assert_eq!(points, []);
    assert_eq!(code(&raw.send(0, b"jello", hash).await), Code::Hash);
    let ToClient::Have(points) = raw.offer("b", 5).await else { panic!() };
    assert_eq!(points.iter().map(|point| point.offset).collect::<Vec<_>>(), [5]);
    assert_ne!(points[0].hash, hash);
    // At a place that is none.
    assert_eq!(code(&raw.ask(&ToServer::Start { offset: 3 }).await), Code::Protocol);
    raw.serving.await.unwrap().unwrap_err();
    assert_eq!(visible(&disk).await, [""; 0]);

    let mut raw = Raw::begin(&store(&disk).await).await;
    assert!(matches!(raw.offer("b", 5).await, ToClient::Have(_)));
    let stored = raw.send(0, b"hello", hash).await;
    assert_eq!(stored, ToClient::Stored { already: false, name: "b".to_owned() });
    disk.set_size(Some(1 << 30));
    assert_eq!(code(&raw.offer("huge", u64::MAX).await), Code::DiskFull);
    raw.put("empty", b"").await;
    raw.end().await;
    assert_eq!(content(&disk, "b").await.unwrap(), b"hello");
}

#[tokio::test]
async fn a_full_disk_is_told_at_once_or_when_it_happens_and_leaves_nothing_behind() {
    let disk = Memory::default();
    let server = store(&disk).await;
    disk.set_size(Some(1000));
    let mut raw = Raw::begin(&server).await;
    assert_eq!(code(&raw.offer("a", 1001).await), Code::DiskFull);
    // What is promised to one is not promised to another.
    let mut other = Raw::begin(&server).await;
    assert!(matches!(other.offer("b", 600).await, ToClient::Have(_)));
    other.say(&ToServer::Start { offset: 0 }).await;
    assert_eq!(code(&raw.offer("a", 500).await), Code::DiskFull);
    // Somebody else fills the disk meanwhile.
    other.say(&ToServer::Data(vec![1; 300])).await;
    let full = disk.open("filler", Open::Create).await.unwrap();
    while content(&disk, &format!("{TEMPORARIES}/{}", temporary(&disk, 300).await))
        .await
        .is_none_or(|part| part.len() < 300)
    {
        tokio::task::yield_now().await;
    }
    full.write_at(0, vec![0; 700]).await.unwrap();
    other.say(&ToServer::Data(vec![2; 300])).await;
    let hash = blake3::hash(&[[1; 300], [2; 300]].concat());
    assert_eq!(code(&other.ask(&ToServer::Finish { hash }).await), Code::DiskFull);
    assert_eq!(disk.free_space().await.unwrap(), 300);
    assert_eq!(visible(&disk).await, ["filler"]);
    other.put("c", &[3; 200]).await;
}

async fn temporary(disk: &Memory, length: u64) -> String {
    for name in names(disk, TEMPORARIES).await {
        if disk.metadata(&format!("{TEMPORARIES}/{name}")).await.unwrap().length == length {
            return name;
        }
    }
    "none".to_owned()
}

#[tokio::test]
async fn limits_hold_for_one_file_and_for_all_together() {
    let disk = Memory::default();
    let limits = Limits { max_file: Some(100), max_total: Some(150), ..Limits::default() };
    let server = store_on(&disk, limits).await;
    let mut raw = Raw::begin(&server).await;
    assert_eq!(code(&raw.offer("a", 101).await), Code::TooLarge);
    raw.put("a/b", &[1; 100]).await;
    assert_eq!(code(&raw.offer("c", 51).await), Code::NoMoreRoom);
    // What is under way counts with all that it will be.
    let mut other = Raw::begin(&server).await;
    assert!(matches!(other.offer("c", 40).await, ToClient::Have(_)));
    other.say(&ToServer::Start { offset: 0 }).await;
    assert_eq!(code(&raw.offer("d", 11).await), Code::NoMoreRoom);
    raw.put("d", &[1; 10]).await;
    disk.remove("a/b").await.unwrap();
    raw.put("e", &[1; 100]).await;
}

#[tokio::test]
async fn two_files_of_one_name_never_mix() {
    let disk = Memory::default();
    let server = store(&disk).await;
    let (mut one, mut two) = (Raw::begin(&server).await, Raw::begin(&server).await);
    assert!(matches!(one.offer_from([1; 16], "a.txt", 4).await, ToClient::Have(_)));
    assert!(matches!(two.offer_from([2; 16], "a.txt", 4).await, ToClient::Have(_)));
    for (raw, bytes) in [(&mut one, b"11"), (&mut two, b"22")] {
        raw.say(&ToServer::Start { offset: 0 }).await;
        raw.say(&ToServer::Data(bytes.to_vec())).await;
    }
    for (raw, bytes) in [(&mut one, b"11"), (&mut two, b"22")] {
        raw.say(&ToServer::Data(bytes.to_vec())).await;
    }
    let finish = |bytes: &[u8]| ToServer::Finish { hash: blake3::hash(bytes) };
    let stored = |name: &str| ToClient::Stored { already: false, name: name.to_owned() };
    assert_eq!(one.ask(&finish(b"1111")).await, stored("a.txt"));
    assert_eq!(two.ask(&finish(b"2222")).await, ToClient::Exists { size: 4 });
    let hash = blake3::hash(b"2222");
    assert_eq!(two.ask(&ToServer::Compare { hash }).await, ToClient::Exists { size: 4 });
    assert_eq!(two.ask(&ToServer::Decide(Taken::Rename)).await, stored("a (1).txt"));
    assert_eq!(content(&disk, "a.txt").await.unwrap(), b"1111");
    assert_eq!(content(&disk, "a (1).txt").await.unwrap(), b"2222");
    // Now it is known from the beginning.
    assert_eq!(two.offer("a.txt", 4).await, ToClient::Exists { size: 4 });
    let same = blake3::hash(b"1111");
    let already = ToClient::Stored { already: true, name: "a.txt".to_owned() };
    assert_eq!(two.ask(&ToServer::Compare { hash: same }).await, already);
    assert_eq!(two.offer("a.txt", 9).await, ToClient::Exists { size: 4 });
    assert_eq!(code(&two.ask(&ToServer::Cancel).await), Code::Exists);
    assert_eq!(two.offer("a.txt", 3).await, ToClient::Exists { size: 4 });
    assert!(matches!(two.ask(&ToServer::Decide(Taken::Overwrite)).await, ToClient::Have(_)));
    assert_eq!(two.send(0, b"new", blake3::hash(b"new")).await, stored("a.txt"));
    assert_eq!(content(&disk, "a.txt").await.unwrap(), b"new");
    assert_eq!(names(&disk, TEMPORARIES).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_clients_at_once_store_fifty_files() {
    let disk = Memory::default();
    let server = store(&disk).await;
    let clients: Vec<_> = (0..50_u8)
        .map(|number| {
            let server = server.clone();
            tokio::spawn(async move {
                let mut raw = Raw::begin(&server).await;
                let own = vec![number; 300_000 + usize::from(number)];
                let offer = ToServer::Offer {
                    name: "same.bin".to_owned(),
                    size: own.len() as u64,
                    source: [number; 16],
                    taken: Taken::Rename,
                };
                assert!(matches!(raw.ask(&offer).await, ToClient::Have(_)));
                let stored = raw.send(0, &own, blake3::hash(&own)).await;
                raw.end().await;
                let ToClient::Stored { name, .. } = stored else { panic!("{stored:?}") };
                (name, own)
            })
        })
        .collect();
    for client in clients {
        let (name, own) = client.await.unwrap();
        assert!(content(&disk, &name).await.unwrap() == own, "{name} is another's");
    }
    assert_eq!(visible(&disk).await.len(), 50);
}

#[tokio::test]
async fn the_same_file_over_another_connection_takes_over_from_one_that_is_silent() {
    let disk = Memory::default();
    let server = store(&disk).await;
    let mut dead = Raw::begin(&server).await;
    assert!(matches!(dead.offer("a", 200_000).await, ToClient::Have(_)));
    let expected = bytes(200_000);
    dead.say(&ToServer::Start { offset: 0 }).await;
    dead.say(&ToServer::Data(expected[..100_000].to_vec())).await;
    // Its client is gone, but nobody has told the server.
    let mut alive = Raw::begin(&server).await;
    let ToClient::Have(points) = alive.offer("a", 200_000).await else { panic!() };
    assert_eq!(points.last().unwrap().offset, 100_000);
    assert_eq!(points.last().unwrap().hash, blake3::hash(&expected[..100_000]));
    assert_eq!(code(&dead.hear().await), Code::Busy);
    let stored = alive.send(100_000, &expected[100_000..], blake3::hash(&expected)).await;
    assert!(matches!(stored, ToClient::Stored { .. }));
    assert_eq!(content(&disk, "a").await.unwrap(), expected);
}

#[tokio::test]
async fn what_was_left_half_done_is_kept_for_a_week_and_not_longer() {
    let hours = |hours: u64| move || SystemTime::UNIX_EPOCH + Real::from_secs(hours * 3600);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() / 3600;
    let disk = Memory::default();
    disk.create_folder(TEMPORARIES).await.unwrap();
    for (name, age) in [("old.part", 169), ("young.part", 167), ("mine.txt", 10_000)] {
        let disk = disk.clone().with_clock(hours(now - age));
        disk.open(&format!("{TEMPORARIES}/{name}"), Open::Create).await.unwrap();
    }
    // Without a time.
    disk.open(&format!("{TEMPORARIES}/unknown.part"), Open::Create).await.unwrap();
    store(&disk).await;
    assert_eq!(names(&disk, TEMPORARIES).await, ["mine.txt", "unknown.part", "young.part"]);
}

#[tokio::test]
async fn a_client_that_is_too_slow_is_told_and_left_and_what_came_is_kept() {
    let disk = Memory::default();
    let server = store(&disk).await;
    let brief = Session { idle: Duration::from_millis(200), stop: None };
    let mut raw = Raw::begin_with(&server, brief).await;
    assert!(matches!(raw.offer("a", 1000).await, ToClient::Have(_)));
    raw.say(&ToServer::Start { offset: 0 }).await;
    raw.say(&ToServer::Data(vec![5; 400])).await;
    // A frame that begins and does not end.
    raw.stream.write_all(&[4, 0, 0]).await.unwrap();
    assert_eq!(code(&raw.hear().await), Code::Idle);
    assert_eq!(raw.serving.await.unwrap().unwrap_err().kind(), io::ErrorKind::TimedOut);
    let mut raw = Raw::begin(&server).await;
    let ToClient::Have(points) = raw.offer("a", 1000).await else { panic!() };
    assert_eq!(points.last().unwrap().offset, 400);
}

#[tokio::test]
async fn after_goodbye_the_stream_is_somebody_elses() {
    let disk = Memory::default();
    let server = store(&disk).await;
    let (mut ours, mut theirs) = duplex(1024);
    let both = Arc::new(server);
    let serving = tokio::spawn({
        let server = Arc::clone(&both);
        async move {
            receive(&mut theirs, &*server, &session(), |_| {}).await.unwrap();
            let mut next = [0; 4];
            theirs.read_exact(&mut next).await.unwrap();
            next
        }
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a"), "hello").unwrap();
    let console = MemoryConsole::default();
    let files = [folder.path().join("a").to_str().unwrap().to_owned()];
    let patience = Duration::from_secs(20);
    let code = send(&Os::new(), &console, &mut ours, &files, IfExists::Ask, patience).await;
    assert_eq!(code, ExitCode::SUCCESS, "{}", console.errors());
    ours.write_all(b"next").await.unwrap();
    assert_eq!(&serving.await.unwrap(), b"next");
    assert_eq!(content(&disk, "a").await.unwrap(), b"hello");
}
