//! The programs of labs on this machine's own sockets: `lanternet serve`, `lanternet connect`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use common::{command, lanternet};

/// A server of ours on a port that the system chose; gone with this.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(args: &[&str]) -> Self {
        let mut command = command(&[args, &["--port", "0"]].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_whitespace().last().unwrap();
        assert!(address.starts_with("127.0.0.1:"), "bound to loopback unless told: {line}");
        let port = address.rsplit(':').next().unwrap().parse().unwrap();
        Self { child, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_and_a_client_talk_over_the_loopback_interface() {
    let server = Server::start(&["serve", "upper"]);
    let to = format!("127.0.0.1:{}", server.port);
    lanternet(&["connect", "upper", &to, "--say", "hello"]).exits(0).stdout_is("HELLO\n");
    let udp = Server::start(&["serve", "upper", "--udp"]);
    let to = format!("127.0.0.1:{}", udp.port);
    lanternet(&["connect", "upper", &to, "--udp", "-s", "hello"]).exits(0).stdout_is("HELLO\n");
}

#[test]
fn a_client_reads_its_lines_from_standard_input() {
    let server = Server::start(&["serve", "upper"]);
    let mut client = command(&["connect", "upper", &format!("127.0.0.1:{}", server.port)]);
    let mut client = client.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    client.stdin.take().unwrap().write_all(b"one\ntwo\n").unwrap();
    let output = client.wait_with_output().unwrap();
    assert_eq!((output.status.code(), &*output.stdout), (Some(0), &b"ONE\nTWO\n"[..]));
}

#[test]
fn ctrl_c_stops_a_server_without_a_failure() {
    let mut server = Server::start(&["serve", "echo"]);
    let pid = server.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let mut rest = String::new();
    server.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("stopped after 0 clients\n"), "{rest}");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_server_that_stops_lets_clients_finish_for_the_grace_time_and_a_second_ctrl_c_ends_it() {
    // In a TLS handshake nothing is to be finished by asking.
    for (grace, signals, code, last) in [
        ("300ms", 1, 0, "stopped after 1 client, 1 cut off\n"),
        ("1h", 2, 130, "Ctrl-C once more ends it at once\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(&["serve", "echo", "--tls", "--grace", grace, "--port", "0"]);
        command.env("LANTERNET_HOME", folder.path()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let port = line.split([':', ' ']).find_map(|word| word.parse::<u16>().ok()).unwrap();
        line.clear();
        lines.read_line(&mut line).unwrap();
        assert!(line.starts_with("the certificate is SHA256:"), "{line}");
        let _silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        // Nothing shows that it was accepted.
        std::thread::sleep(std::time::Duration::from_millis(200));
        let mut said = String::new();
        for _ in 0..signals {
            let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            assert!(kill.unwrap().success());
            if said.is_empty() {
                lines.read_line(&mut said).unwrap();
                assert!(said.starts_with("stopping: 1 client has "), "{said}");
            }
        }
        lines.read_to_string(&mut said).unwrap();
        assert!(said.ends_with(last), "{said}");
        assert_eq!(child.wait().unwrap().code(), Some(code));
    }
}

#[test]
fn a_port_that_is_taken_and_one_that_nobody_has_are_said_with_what_to_do() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    lanternet(&["serve", "echo", "--port", &port]).exits(2).stderr_has("on this host has port");
    drop(taken);
    lanternet(&["connect", "echo", &format!("127.0.0.1:{port}"), "-s", "hi"])
        .exits(1)
        .stderr_has("connection refused: the host is there, but no program listens");
    lanternet(&["connect", "echo", "no-such-host.invalid", "-s", "hi"])
        .exits(2)
        .stderr_has("no-such-host.invalid: Name or service not known");
    lanternet(&["serve", "echo", "--bind", "192.0.2.1"])
        .exits(2)
        .stderr_has("no interface of this host has the address 192.0.2.1");
}

#[test]
fn strangers_are_served_only_when_asked_for() {
    let server = Server::start(&["serve", "echo", "--quiet"]);
    // Another address of this machine: 127.0.0.1 alone is listened on.
    assert!(TcpStream::connect((Ipv4Addr::new(127, 0, 0, 2), server.port)).is_err());
}
