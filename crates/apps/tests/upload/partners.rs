//! Clients that do not do as they should: names that lead out, frames out of turn, lies, silence.

use std::io;
use std::time::Duration as Real;

use lanternet_apps::disk::{Folder, Memory};
use lanternet_apps::upload::protocol::{CHUNK, HEADER, LONGEST, Side, ToClient, ToServer, header};
use lanternet_apps::upload::store::{Code, TEMPORARIES, Taken};
use lanternet_apps::upload::{Session, Summary};
use lanternet_core::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Raw, SOURCE, code, content, names, serve, session, store, visible};

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
