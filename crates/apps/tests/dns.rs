//! `serve dns` on this machine's own sockets: UDP and TCP, zones, forwarding, files that are wrong.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::net::SocketAddr;

use lanternet_apps::ExitCode;
use lanternet_net::dns::{Message, RecordType, ResponseCode, message};
use support::os::{run, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

const ZONE: &str = "\
$ORIGIN example.
$TTL 1h
@    SOA ns admin 1 1h 10m 1w 1m
@    NS  ns
ns   A   192.0.2.53
www  A   192.0.2.1
";

/// A folder with this file, and the path of the file.
fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.zone");
    std::fs::write(&path, text).unwrap();
    let path = path.display().to_string();
    (folder, path)
}

fn query(id: u16, name: &str) -> Vec<u8> {
    let name = message::name(name).unwrap();
    message::encode(&message::query(id, name, RecordType::A, true))
}

async fn ask(port: u16, name: &str) -> Message {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(SocketAddr::from(([127, 0, 0, 1], port))).await.unwrap();
    socket.send(&query(7, name)).await.unwrap();
    let mut buffer = [0; 2000];
    let receiving = socket.recv(&mut buffer);
    let length = tokio::time::timeout(std::time::Duration::from_secs(10), receiving).await;
    message::decode(&buffer[..length.unwrap().unwrap()]).unwrap()
}

#[tokio::test]
async fn a_zone_is_served_over_udp_and_tcp() {
    let (_folder, path) = file(ZONE);
    let server = start(&format!("serve dns --log --zone {path}")).await;
    server.console.wait_for("zone example. from").await;
    let reply = ask(server.port, "www.example").await;
    assert!(reply.metadata.authoritative);
    assert_eq!(reply.answers[0].data.to_string(), "192.0.2.1");
    let refused = ask(server.port, "www.other").await;
    assert_eq!(refused.metadata.response_code, ResponseCode::Refused);
    server.console.wait_for("www.example A: A 192.0.2.1 (zone example)").await;

    // Two questions at once over one connection (RFC 7766 section 6.2.1.1), which is closed by the
    // client's FIN after both were answered.
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let mut bytes = Vec::new();
    for (id, name) in [(1, "www.example"), (2, "ns.example")] {
        let query = query(id, name);
        bytes.extend(u16::try_from(query.len()).unwrap().to_be_bytes());
        bytes.extend(query);
    }
    // Not in one piece either.
    let (first, second) = bytes.split_at(5);
    stream.write_all(first).await.unwrap();
    stream.flush().await.unwrap();
    stream.write_all(second).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let length = stream.read_u16().await.unwrap();
        let mut reply = vec![0; length.into()];
        stream.read_exact(&mut reply).await.unwrap();
        ids.push(message::decode(&reply).unwrap().metadata.id);
    }
    assert_eq!(ids, [1, 2]);
    assert_eq!(stream.read(&mut [0; 9]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_forwarder_asks_its_server_once_and_then_remembers() {
    let (_folder, path) = file(ZONE);
    let server = start(&format!("serve dns --log --zone {path}")).await;
    let free = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let nobody = free.local_addr().unwrap().port();
    drop(free);
    // Nobody listens at the first.
    let forwarder = start(&format!(
        "serve dns --log --forward 127.0.0.1:{nobody} --forward 127.0.0.1:{} --random-capitals",
        server.port
    ))
    .await;
    for _ in 0..2 {
        let reply = ask(forwarder.port, "wWw.example").await;
        assert!(!reply.metadata.authoritative && reply.metadata.recursion_available);
        assert_eq!(reply.answers[0].data.to_string(), "192.0.2.1");
        assert_eq!(reply.answers[0].name.to_ascii(), "wWw.example.");
    }
    forwarder.console.wait_for("www.example A: A 192.0.2.1 (2 queries sent)").await;
    forwarder.console.wait_for("www.example A: A 192.0.2.1 (cache, ").await;
    assert_eq!(server.console.output().matches("www.example A").count(), 1);
}

#[tokio::test]
async fn a_server_that_cannot_serve_says_why() {
    let (_folder, path) = file("$ORIGIN example.\n@ SOA ns admin 1 1h 10m 1w 1m\n@ NS 10.0.0.1\n");
    let (code, _, errors) = run(&format!("serve dns --zone {path}"), &[]).await;
    assert_eq!(code, ExitCode::ERROR);
    let wanted = format!(
        "serve dns: {path}: line 3, column 6: expected the name of a server, got the address 10.0.0.1"
    );
    assert!(errors.starts_with(&wanted), "{errors}");
    let (code, _, errors) = run("serve dns --zone no-such.zone", &[]).await;
    assert_eq!(code, ExitCode::ERROR);
    assert_eq!(errors, "serve dns: cannot read no-such.zone: there is no such file\n");
    let (_folder, path) = file(ZONE);
    let twice = format!("serve dns --zone {path} --zone {path}");
    let (code, _, errors) = run(&twice, &[]).await;
    assert_eq!(code, ExitCode::ERROR);
    assert!(errors.contains("the zone `example.` is there already"), "{errors}");
    let (_taken, port) = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    };
    let line = format!("serve dns --zone {path} --bind 127.0.0.1 --port {port}");
    let (code, _, errors) = run(&line, &[]).await;
    assert_eq!(code, ExitCode::ERROR);
    assert!(errors.contains("the address is in use"), "{errors}");
}
