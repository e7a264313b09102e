//! `lanternet connect line` and `listen` with programs that others wrote, byte by byte.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread;

use common::{command, lanternet};

/// A program that runs beside a test; gone with this.
struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Running {
    /// `None`, after a line that says so, when the program is not installed.
    fn start(mut command: Command) -> Option<Self> {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => {
                assert!(std::env::var("CI").as_deref() != Ok("true"), "{command:?}: {error}");
                println!("skipped: {command:?}: {error}");
                return None;
            }
        };
        let output = BufReader::new(child.stdout.take().unwrap());
        Some(Self { child, output })
    }

    /// A Python program that first prints its port.
    fn python(program: &str) -> Option<(Self, String)> {
        let mut command = Command::new("python3");
        command.args(["-u", "-c", program]);
        let mut running = Self::start(command)?;
        let port = running.line();
        Some((running, port))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs `connect line` with this standard input.
fn line(args: &[&str], input: Vec<u8>) -> Output {
    let mut command = command(&[&["connect", "line"], args].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A client that ends early reads no more.
    let writing = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    output
}

/// Bytes that are no text, no lines, and not all alike.
fn bytes(count: u32) -> Vec<u8> {
    (0..count).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

const ECHO: &str = "
import socket, threading
server = socket.create_server(('127.0.0.1', 0))
print(server.getsockname()[1])
client, _ = server.accept()
while data := client.recv(1024):
    client.sendall(data)
client.close()
";

const COLLECT: &str = "
import hashlib, socket
server = socket.create_server(('127.0.0.1', 0))
print(server.getsockname()[1])
client, _ = server.accept()
data = b''.join(iter(lambda: client.recv(1024), b''))
client.sendall(hashlib.sha256(data).hexdigest().encode() + b'\\n')
";

#[test]
fn bytes_go_through_a_python_echo_server_and_come_back_as_they_were() {
    let Some((_server, port)) = Running::python(ECHO) else { return };
    let sent = bytes(1_000_000);
    let output = line(&[&format!("127.0.0.1:{port}")], sent.clone());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout == sent, "{} bytes came back", output.stdout.len());
}

#[test]
fn the_end_of_input_is_a_half_close_and_the_answer_comes_after_it() {
    let Some((_server, port)) = Running::python(COLLECT) else { return };
    let output = line(&[&format!("127.0.0.1:{port}"), "-N"], b"hello".to_vec());
    // printf hello | sha256sum
    let hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), hash);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_web_server_of_python_answers_a_request_that_was_typed() {
    let mut command = Command::new("python3");
    let folder = env!("CARGO_MANIFEST_DIR");
    command.args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "-d", folder]);
    command.stderr(Stdio::null());
    let Some(mut server) = Running::start(command) else { return };
    // "Serving HTTP on 127.0.0.1 port 8000 (http://127.0.0.1:8000/) ..."
    let said = server.line();
    let port = said.split_whitespace().nth(5).unwrap();
    let request = b"GET /Cargo.toml HTTP/1.0\n\n".to_vec();
    let output = line(&[&format!("127.0.0.1:{port}"), "--crlf"], request);
    let answer = String::from_utf8(output.stdout).unwrap();
    assert!(answer.starts_with("HTTP/1.0 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\r\n\r\n[package]\nname = \"lanternet\""), "{answer}");
}

#[test]
fn netcat_talks_with_our_listener() {
    let listen = command(&["listen", "0", "--answer", "got it"]);
    let mut listener = Running::start(listen).unwrap();
    let said = listener.line();
    let port = said.rsplit(':').next().unwrap().to_owned();
    let mut command = Command::new("nc");
    // Nothing more is sent, and two seconds of silence end it, in each of the netcats.
    command.args(["-w", "2", "127.0.0.1", &port]);
    let Some(mut netcat) = Running::start(command) else { return };
    netcat.child.stdin.as_mut().unwrap().write_all(b"hello\n").unwrap();
    assert_eq!(netcat.line(), "got it");
    drop(netcat);
    assert!(listener.line().ends_with(" connected"));
    assert!(listener.line().ends_with(" 6 bytes: \"hello\\n\""));
}

#[test]
fn ctrl_c_stops_a_listener_and_frees_its_ports() {
    let mut listener = Running::start(command(&["listen", "0", "--udp", "--tcp"])).unwrap();
    let (tcp, udp) = (listener.line(), listener.line());
    assert!(tcp.starts_with("listening on TCP 127.0.0.1:"), "{tcp}");
    assert!(udp.starts_with("listening on UDP 127.0.0.1:"), "{udp}");
    let port = tcp.rsplit(':').next().unwrap();
    lanternet(&["probe", "127.0.0.1", port]).exits(0).stdout_has("1 open in");
    let id = listener.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let mut rest = String::new();
    listener.output.read_to_string(&mut rest).unwrap();
    assert_eq!(listener.child.wait().unwrap().code(), Some(0), "{rest}");
    lanternet(&["probe", "127.0.0.1", port]).exits(1).stdout_has("0 open, 1 closed in");
}
