//! Our servers and clients with programs that others wrote: Python's sockets and netcat.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use lanternet_apps::ExitCode;
use support::os::{run, start};
use support::peers::present;
use tokio::task::spawn_blocking;

/// Runs a Python program with this argument to its end.
async fn python(program: &'static str, argument: u16) -> String {
    spawn_blocking(move || {
        let output =
            Command::new("python3").args(["-c", program, &argument.to_string()]).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    })
    .await
    .unwrap()
}

/// Starts a Python program that first prints the port it listens on.
async fn python_server(program: &'static str) -> (Child, u16) {
    spawn_blocking(move || {
        let mut child = Command::new("python3")
            .args(["-u", "-c", program])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        (child, line.trim().parse().unwrap())
    })
    .await
    .unwrap()
}

const TCP_CLIENT: &str = r#"
import socket, struct, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as s:
    for word in (b"hello", b"world"):
        s.sendall(struct.pack("!I", len(word)) + word)
    s.shutdown(socket.SHUT_WR)
    f = s.makefile("rb")
    while head := f.read(4):
        print(f.read(struct.unpack("!I", head)[0]).decode())
"#;

#[tokio::test]
async fn a_python_client_talks_with_our_server_in_frames() {
    if !present("python3") {
        return;
    }
    let server = start("serve upper --framing length").await;
    assert_eq!(python(TCP_CLIENT, server.port).await, "HELLO\nWORLD\n");
    server.console.wait_for("closed after 2 messages").await;
}

const TCP_SERVER: &str = r#"
import socketserver
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.upper())
with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1])
    server.handle_request()
"#;

#[tokio::test]
async fn our_client_talks_with_a_python_server_in_lines() {
    if !present("python3") {
        return;
    }
    let (mut server, port) = python_server(TCP_SERVER).await;
    let (code, output, errors) =
        run(&format!("connect upper 127.0.0.1:{port} -s hello -s world"), &[]).await;
    assert_eq!((code, output.as_str()), (ExitCode::SUCCESS, "HELLO\nWORLD\n"), "{errors}");
    assert!(server.wait().unwrap().success());
}

const UDP_CLIENT: &str = r#"
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(20)
s.sendto(b"hello", ("127.0.0.1", int(sys.argv[1])))
print(s.recvfrom(99)[0].decode())
"#;

const UDP_SERVER: &str = r#"
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])
for _ in range(2):
    data, peer = s.recvfrom(99)
    s.sendto(data, peer)
"#;

#[tokio::test]
async fn datagrams_pass_between_python_and_us_both_ways() {
    if !present("python3") {
        return;
    }
    let server = start("serve upper --udp").await;
    assert_eq!(python(UDP_CLIENT, server.port).await, "HELLO\n");

    let (mut server, port) = python_server(UDP_SERVER).await;
    let (code, output, errors) =
        run(&format!("connect echo 127.0.0.1:{port} --udp -s a -s b"), &[]).await;
    assert_eq!((code, output.as_str()), (ExitCode::SUCCESS, "a\nb\n"), "{errors}");
    assert!(server.wait().unwrap().success());
}

#[tokio::test]
async fn netcat_talks_with_our_server() {
    if !present("nc") {
        return;
    }
    let server = start("serve upper").await;
    let port = server.port.to_string();
    let answer = spawn_blocking(move || {
        let mut netcat = Command::new("nc")
            .args(["127.0.0.1", &port])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Standard input stays open: netcats differ in what they do at its end.
        let mut input = netcat.stdin.take().unwrap();
        input.write_all(b"hello\n").unwrap();
        let mut answer = [0; 6];
        netcat.stdout.as_mut().unwrap().read_exact(&mut answer).unwrap();
        netcat.kill().unwrap();
        netcat.wait().unwrap();
        answer
    });
    assert_eq!(&answer.await.unwrap(), b"HELLO\n");
    server.console.wait_for("closed after 1 message\n").await;
}
