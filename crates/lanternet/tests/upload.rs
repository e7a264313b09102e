//! `lanternet serve upload` and `connect upload` as processes of this machine: killed as `kill -9` does,
//! and before a disk that is really full.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn lanternet(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lanternet"));
    command.env("LANTERNET_HOME", home.join("home")).current_dir(home).stdin(Stdio::null());
    command
}

/// A server, killed at the latest when the test ends.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let port = line.split([' ', ',']).find_map(|word| word.strip_prefix("127.0.0.1:"));
        let port = port.unwrap_or_else(|| panic!("no port in `{line}`")).parse().unwrap();
        Self { child, port }
    }

    fn into_inbox(home: &Path, port: u16) -> Self {
        let mut command = lanternet(home);
        command.args(["serve", "upload", "--dir", "inbox", "--quiet"]);
        command.args(["--port", &port.to_string()]);
        Self::start(command)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn upload(home: &Path, port: u16, files: &[&str]) -> Command {
    let mut command = lanternet(home);
    command.args(["connect", "upload", &format!("127.0.0.1:{port}")]).args(files);
    command
}

fn text(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// Waits until so many bytes are in the file under its temporary name.
fn wait_for_a_part(inbox: &Path, least: u64) {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        let parts = fs::read_dir(inbox.join(".lanternet-upload")).into_iter().flatten();
        let lengths = parts.filter_map(|part| Some(part.ok()?.metadata().ok()?.len()));
        if lengths.max().unwrap_or(0) >= least {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("nothing arrives");
}

fn a_large_file(path: &Path) -> Vec<u8> {
    let word = |number: u32| number.wrapping_mul(2_654_435_761).to_be_bytes();
    let content: Vec<u8> = (0..30_000_000_u32).flat_map(word).collect();
    fs::write(path, &content).unwrap();
    content
}

#[test]
fn an_upload_goes_on_when_its_server_was_killed_twice() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let content = a_large_file(&home.join("film.mkv"));
    let mut server = Server::into_inbox(home, 0);
    let port = server.port;
    let client = upload(home, port, &["film.mkv"]);
    let client = { client }.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    for least in [20_000_000, 60_000_000] {
        wait_for_a_part(&home.join("inbox"), least);
        // SIGKILL.
        drop(server);
        assert!(!home.join("inbox/film.mkv").exists(), "it was done before the kill");
        server = Server::into_inbox(home, port);
    }
    let output = client.wait_with_output().unwrap();
    let told = text(&output);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("trying again in 1.0 s") && told.contains("resumed at "), "{told}");
    assert!(fs::read(home.join("inbox/film.mkv")).unwrap() == content);
    assert_eq!(fs::read_dir(home.join("inbox/.lanternet-upload")).unwrap().count(), 0);
}

#[test]
fn a_client_that_was_killed_goes_on_where_it_was() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let content = a_large_file(&home.join("film.mkv"));
    let server = Server::into_inbox(home, 0);
    let mut client =
        upload(home, server.port, &["film.mkv"]).stderr(Stdio::null()).spawn().unwrap();
    wait_for_a_part(&home.join("inbox"), 30_000_000);
    client.kill().unwrap();
    client.wait().unwrap();
    assert!(!home.join("inbox/film.mkv").exists(), "it was done before the kill");
    let output = upload(home, server.port, &["film.mkv"]).output().unwrap();
    let told = text(&output);
    assert!(output.status.success() && told.contains("resumed at "), "{told}");
    assert!(fs::read(home.join("inbox/film.mkv")).unwrap() == content);
}

#[test]
fn a_disk_that_is_full_is_told_and_the_next_file_that_fits_is_stored() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    fs::create_dir(home.join("inbox")).unwrap();
    // A file system of 4 MiB that only the server sees, in a user namespace of its own.
    let mount = "mount -t tmpfs -o size=4m none inbox";
    let tried = Command::new("unshare").args(["-rm", "sh", "-c", mount]).current_dir(home).output();
    if !tried.is_ok_and(|output| output.status.success()) {
        println!("skipped: this machine lets nobody mount in a user namespace");
        return;
    }
    let mut command = Command::new("unshare");
    let serve = format!("{mount} && exec \"$0\" serve upload --dir inbox --port 0");
    command.args(["-rm", "sh", "-c", &serve, env!("CARGO_BIN_EXE_lanternet")]).current_dir(home);
    let server = Server::start(command);
    for (name, length) in [("a.bin", 3_000_000), ("b.bin", 2_000_000), ("c.bin", 500_000)] {
        fs::write(home.join(name), vec![7; length]).unwrap();
    }
    let output = upload(home, server.port, &["a.bin", "b.bin", "c.bin"]).output().unwrap();
    let told = text(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("a.bin: stored") && told.contains("c.bin: stored"), "{told}");
    assert!(told.contains("b.bin: not stored: no space left on device: 2000000 bytes"), "{told}");
}
