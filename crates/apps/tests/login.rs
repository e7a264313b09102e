//! `serve login` on this machine: clients as a first course on sockets writes them, and clients that mean
//! no good.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::process::Command;
use std::time::Duration;

use lanternet_apps::ExitCode;
use support::os::{Server, run, start};
use support::peers::present;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;

const PASSWORD: &str = "correct horse";

struct House {
    folder: tempfile::TempDir,
    server: Server,
}

impl House {
    /// A server in plain text where alice is a user.
    async fn open(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let users = folder.path().join("users.txt").to_str().unwrap().to_owned();
        let (code, _, errors) =
            run(&format!("user add alice --password-stdin --users {users}"), &[PASSWORD]).await;
        assert_eq!(code, ExitCode::SUCCESS, "{errors}");
        let server = start(&format!("serve login --plain-text --users {users} {more}")).await;
        Self { folder, server }
    }

    async fn connect(&self) -> Guest {
        Guest(TcpStream::connect(("127.0.0.1", self.server.port)).await.unwrap())
    }
}

struct Guest(TcpStream);

impl Guest {
    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// Reads until this has come.
    async fn hear(&mut self, end: &str) -> String {
        let mut heard = Vec::new();
        let hearing = async {
            while !String::from_utf8_lossy(&heard).ends_with(end) {
                let mut room = [0; 1024];
                let length = self.0.read(&mut room).await.unwrap();
                if length == 0 {
                    break;
                }
                heard.extend_from_slice(&room[..length]);
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(20), hearing).await;
        let heard = String::from_utf8_lossy(&heard).into_owned();
        assert!(heard.ends_with(end), "{heard}");
        heard
    }

    /// Reads to the end.
    async fn last_words(mut self) -> String {
        let mut heard = String::new();
        self.0.read_to_string(&mut heard).await.unwrap();
        heard
    }
}

/// As a first course writes it: what is typed is sent as it is, what comes is printed.
const PYTHON_CLIENT: &str = r#"
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(("127.0.0.1", int(sys.argv[1])))
print(s.recv(1024).decode(), end="")
for line in ["alice", "wrong one", "alice", "correct horse", "who", "q"]:
    s.send((line + sys.argv[2]).encode())
    print(s.recv(1024).decode(), end="")
print(repr(s.recv(1024)))
s.close()
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_python_client_of_a_first_course_logs_in_with_line_ends_or_without() {
    if !present("python3") {
        return;
    }
    for (more, end) in [("", "\n"), ("--raw", ""), ("--raw", "\r\n")] {
        let house = House::open(more).await;
        let port = house.server.port.to_string();
        let output = spawn_blocking(move || {
            Command::new("python3").args(["-c", PYTHON_CLIENT, &port, end]).output().unwrap()
        });
        let output = output.await.unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("name: password: Wrong name or password. 2 more tries.\n"), "{said}");
        assert!(said.contains("Hello alice.\n") && said.contains("  alice  since "), "{said}");
        assert!(said.ends_with("> Goodbye.\nb''\n"), "{said}");
    }
}

/// As a first course writes it, with one user.
const PYTHON_SERVER: &str = r#"
import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
for _ in range(2):
    connection, _ = server.accept()
    connection.send(b"welcome\n")
    for _ in range(2):
        connection.send(b"name: ")
        name = connection.recv(1024).decode().strip()
        connection.send(b"password: ")
        password = connection.recv(1024).decode().strip()
        if (name, password) == ("ada", "lovelace"):
            connection.send(b"hello ada, you are in\n")
            break
        connection.send(b"wrong name or password\n")
    connection.close()
"#;

#[tokio::test(flavor = "multi_thread")]
async fn our_client_logs_in_at_a_python_server_of_a_first_course() {
    use std::io::BufRead;
    if !present("python3") {
        return;
    }
    let mut child = Command::new("python3")
        .args(["-u", "-c", PYTHON_SERVER])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    std::io::BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut port).unwrap();
    let line = format!("connect login 127.0.0.1:{} --plain-text", port.trim());
    let (code, output, errors) = run(&line, &["ada", "babbage", "ada", "lovelace"]).await;
    assert_eq!(code, ExitCode::SUCCESS, "{output}{errors}");
    assert!(
        output.contains("wrong name or password\n") && output.contains("you are in"),
        "{output}"
    );
    let (code, output, errors) = run(&line, &["ada", "babbage", "ada", "menabrea"]).await;
    assert_eq!(code, ExitCode::FAILURE, "{output}{errors}");
    assert!(errors.contains("not logged in"), "{errors}");
    child.wait().unwrap();
}

#[tokio::test]
async fn a_user_who_is_removed_is_sent_away() {
    let house = House::open("").await;
    let mut guest = house.connect().await;
    guest.hear("name: ").await;
    guest.send(format!("alice\n{PASSWORD}\n").as_bytes()).await;
    guest.hear("> ").await;
    let users = house.folder.path().join("users.txt");
    let (code, ..) = run(&format!("user remove alice --users {}", users.display()), &[]).await;
    assert_eq!(code, ExitCode::SUCCESS);
    guest.send(b"who\n").await;
    assert_eq!(guest.last_words().await, "There is no such user any more. Goodbye.\n");
    house.server.console.wait_for("alice sent away: the user is gone").await;
}

#[tokio::test]
async fn lines_without_end_and_bytes_that_are_no_text_let_nobody_in() {
    let house = House::open("").await;
    let mut guest = house.connect().await;
    guest.hear("name: ").await;
    guest.send(&vec![b'x'; 100_000]).await;
    assert_eq!(guest.last_words().await, "\nThis line is too long. Goodbye.\n");
    house.server.console.wait_for("a line was too long").await;

    let mut guest = house.connect().await;
    guest.send(b"\xff\xfe\x00\n\xc3\x28\n").await;
    let heard = guest.hear("2 more tries.\nname: ").await;
    assert!(heard.starts_with("Welcome to "), "{heard}");
    guest.send(b"alice\n\xff\n").await;
    guest.hear("One more try.\nname: ").await;
    guest.send(b"\x1b[2Jalice\n").await;
    guest.hear("password: ").await;
    drop(guest);

    // A password typed too early is no name, and is not in the log.
    let mut guest = house.connect().await;
    guest.send(format!("{PASSWORD}\nalice\nq\n").as_bytes()).await;
    guest.last_words().await;
    house.server.console.wait_for("refused: no such user").await;
    let log = format!("{}{}", house.server.console.output(), house.server.console.errors());
    assert!(!log.contains("horse") && !log.contains('\x1b') && !log.contains("argon2"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_guests_who_do_not_log_in_keep_nobody_out_and_cost_little() {
    let house = House::open("--max-clients 1100 --backlog 1100 --quiet").await;
    let before = resident();
    let mut guests = Vec::new();
    for _ in 0..1000 {
        let mut guest = house.connect().await;
        guest.send(b"alice\n").await;
        guests.push(guest);
    }
    for guest in &mut guests {
        guest.hear("password: ").await;
    }
    let mut guest = house.connect().await;
    guest.send(format!("alice\n{PASSWORD}\n").as_bytes()).await;
    guest.hear("> ").await;
    drop(guest);
    // All of them guess at once: few guesses are tried, and no more than two at a time.
    for (n, guest) in guests.iter_mut().enumerate() {
        guest.send(format!("guess {n}\n").as_bytes()).await;
    }
    let mut refused = 0;
    for mut guest in guests {
        let mut heard = String::new();
        let reading = guest.0.read_to_string(&mut heard);
        let _ = tokio::time::timeout(Duration::from_millis(50), reading).await;
        refused += usize::from(heard.contains("Too many attempts"));
    }
    assert!(refused >= 990, "{refused}");
    // Both ends of each connection are in this process, and so are the hashes of the tests beside this one.
    let most = resident().saturating_sub(before);
    assert!(most < 200 * 1024 * 1024, "{most} bytes");
}

/// Memory of this process that is in use, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    status.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}
