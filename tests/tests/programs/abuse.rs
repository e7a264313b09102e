//! Clients that mean no good, or no longer anything: garbage, endless messages, half-open connections,
//! bytes that trickle, a thousand at once. After all of it the server still serves those who behave, and
//! its memory has a bound. The server is the built command, a process of its own.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use lanternet_tests::binary::Server;
use lanternet_tests::worlds::{CLIENT, World};

/// A server, and a client that shows that it serves.
struct Case {
    serve: &'static str,
    files: &'static [(&'static str, &'static str)],
    /// `HERE` is where the server is.
    connect: &'static str,
    prints: &'static str,
}

const CASES: &[Case] = &[
    Case {
        serve: "serve upper",
        files: &[],
        connect: "connect upper HERE --say hello",
        prints: "HELLO",
    },
    Case {
        serve: "serve echo --framing length",
        files: &[],
        connect: "connect echo HERE --framing length --say hello",
        prints: "hello",
    },
    Case {
        serve: "serve upload --dir inbox",
        files: &[],
        connect: "connect upload HERE note.txt --if-exists overwrite",
        prints: "note.txt",
    },
    Case {
        serve: "serve upload --plain --dir inbox",
        files: &[],
        connect: "connect upload HERE --plain note.txt",
        prints: "note.txt: sent",
    },
    Case {
        serve: "serve site --dir pages",
        files: &[("pages/index.html", "<h1>Lanterns</h1>")],
        connect: "connect site http://HERE/",
        prints: "Lanterns",
    },
    Case {
        serve: "serve upper --tls",
        files: &[],
        connect: "connect upper HERE --tls --say hello",
        prints: "HELLO",
    },
    Case {
        serve: "serve assistant",
        files: &[],
        connect: "connect assistant HERE --say hello",
        prints: "Welcome",
    },
    Case {
        serve: "serve login --plain-text --users users.txt",
        files: &[("users.txt", "")],
        connect: "connect line HERE --say q",
        prints: "Please log in",
    },
    Case {
        serve: "serve portal --plain-text --users users.txt --dir files",
        files: &[("users.txt", "")],
        connect: "connect site http://HERE/",
        prints: "200 OK",
    },
];

impl Case {
    fn start(&self) -> Server {
        Server::start(self.serve, self.files)
    }

    /// A client that behaves is served, and soon.
    #[track_caller]
    fn still_serves(&self, server: &mut Server, after: &str) {
        assert!(server.runs(), "{} ended after {after}", self.serve);
        let mut play = World::on_loopback();
        play.put(CLIENT, "note.txt", "a note");
        let began = Instant::now();
        let line = self.connect.replace("HERE", &format!("127.0.0.1:{}", server.port));
        let ended = play.connect(&line, &[]);
        assert_eq!(ended.code, 0, "after {after}: {ended:?}\n{}", server.output());
        assert!(ended.output.contains(self.prints), "after {after}: {ended:?}");
        let took = began.elapsed();
        assert!(took < Duration::from_secs(20), "{} after {after}: {took:?}", self.serve);
    }
}

fn connection(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    stream
}

/// Writes as much as the server takes, and reads what it answers.
fn say(server: &Server, bytes: &[u8], half_close: bool) {
    let mut stream = connection(server);
    // The server may close at any time: that is its right.
    let _ = stream.write_all(bytes);
    if half_close {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut answer = [0; 4096];
    while matches!(stream.read(&mut answer), Ok(1..)) {}
}

/// Bytes that say nothing, the same in each run (SplitMix64).
fn noise(length: usize, mut seed: u64) -> Vec<u8> {
    let words = std::iter::repeat_with(move || {
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = seed;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    });
    words.flat_map(u64::to_be_bytes).take(length).collect()
}

#[test]
fn garbage_harms_nobody() {
    // The beginning of a TLS 1.2 ClientHello (RFC 5246 section 7.4.1.2), where none is expected.
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec();
    let blobs: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("noise", noise(100_000, 1)),
        ("more noise", noise(100_000, 2)),
        ("zeros", vec![0; 100_000]),
        ("ones", vec![0xff; 100_000]),
        ("a line that does not end", vec![b'a'; 2_000_000]),
        ("a million empty lines", vec![b'\n'; 1_000_000]),
        ("digits that do not end", vec![b'9'; 200_000]),
        ("letters cut in two", b"\xe4\xbd\n\xf0\x9f\x8f\nq\xc3\n\xed\xa0\x80\n".to_vec()),
        ("terminal commands", b"\x1b]0;mine\x07\x1b[2J\x1b[31m\r\n".to_vec()),
        ("a message of 4 GiB announced", b"\xff\xff\xff\xff....".to_vec()),
        ("a message of 2 GiB announced", b"\x7f\xff\xff\xff....".to_vec()),
        ("a web request", b"GET /../../etc/passwd HTTP/9.9\r\nHost: \xff\r\n\r\n".to_vec()),
        ("a web request that does not end", b"GET / HTTP/1.1\r\nA: b\r\n".repeat(50_000)),
        ("the beginning of TLS", hello),
    ];
    for case in CASES {
        let mut server = case.start();
        for (what, bytes) in &blobs {
            say(&server, bytes, true);
            case.still_serves(&mut server, what);
        }
        let peak = server.memory("VmHWM");
        // A password costs 19 MiB to check, two at a time, and what the threads for that have had of the
        // system's memory they keep for a while.
        let limit = if case.serve.contains("--users") { 400_000 } else { 100_000 };
        assert!(peak < limit, "{}: {peak} KiB", case.serve);
        // What a stranger sent does not command the terminal that shows the log.
        assert!(!server.output().contains('\x1b'), "{}: {}", case.serve, server.output());
    }
}

#[test]
fn connections_that_are_opened_and_left_harm_nobody() {
    for case in CASES {
        let mut server = case.start();
        let open: Vec<TcpStream> = (0..200).map(|_| connection(&server)).collect();
        case.still_serves(&mut server, "200 connections that say nothing");
        for stream in open.iter().take(100) {
            let _ = stream.shutdown(Shutdown::Write);
        }
        case.still_serves(&mut server, "100 that are half closed");
        drop(open);
        case.still_serves(&mut server, "all are gone");
        // Asks, and goes before the answer: the answer meets a reset.
        for _ in 0..200 {
            let _ = connection(&server).write_all(b"hello\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        case.still_serves(&mut server, "200 that do not wait for an answer");
    }
}

#[test]
fn bytes_that_trickle_in_keep_nobody_from_being_served() {
    for case in CASES {
        let mut server = case.start();
        let mut slow: Vec<TcpStream> = (0..100).map(|_| connection(&server)).collect();
        for byte in b"GET /a HT" {
            for stream in &mut slow {
                let _ = stream.write_all(&[*byte]);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        case.still_serves(&mut server, "100 clients that send a byte at a time");
    }
}

#[test]
fn a_server_that_is_stopped_under_fire_stops_in_good_order() {
    for case in CASES {
        let server = case.start();
        let mut open: Vec<TcpStream> = (0..50).map(|_| connection(&server)).collect();
        for stream in &mut open {
            let _ = stream.write_all(b"GET / HT");
        }
        let began = Instant::now();
        let (status, output) = server.interrupt();
        assert_eq!(status.code(), Some(0), "{}: {status}\n{output}", case.serve);
        // The grace of clients is five seconds.
        assert!(began.elapsed() < Duration::from_secs(15), "{}: {:?}", case.serve, began.elapsed());
    }
}

/// How many files this process may open: half of them are for both ends of connections.
fn many() -> usize {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    let wanted = hard.min(4096);
    if soft < wanted {
        setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).unwrap();
    }
    1000.min((wanted as usize).saturating_sub(200))
}

#[test]
fn a_thousand_clients_at_once_are_served_in_bounded_memory() {
    let many = many();
    let mut server = Server::start("serve upper --max-clients 2000 --quiet", &[]);
    let before = server.memory("VmHWM");
    let mut clients: Vec<TcpStream> = (0..many).map(|_| connection(&server)).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        client.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        client.write_all(format!("client {number}\n").as_bytes()).unwrap();
    }
    for (number, client) in clients.iter_mut().enumerate() {
        let expected = format!("CLIENT {number}\n");
        let mut answer = vec![0; expected.len()];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(answer, expected.as_bytes());
    }
    let peak = server.memory("VmHWM");
    let each = (peak - before) / many as u64;
    assert!(each <= 64, "{each} KiB for each of {many} clients, {before} KiB without");
    drop(clients);
    CASES[0].still_serves(&mut server, "a thousand clients");
}

#[test]
fn clients_that_do_not_read_their_answers_fill_no_memory() {
    let mut server = Server::start("serve echo --quiet", &[]);
    let message = [vec![b'a'; 60_000], vec![b'\n']].concat();
    let mut clients: Vec<TcpStream> = (0..20).map(|_| connection(&server)).collect();
    for client in &mut clients {
        // Until the server takes no more, which is soon: it waits for us to read.
        let mut sent = 0;
        while sent < 100_000_000 && client.write_all(&message).is_ok() {
            sent += message.len();
        }
        assert!(sent < 100_000_000, "the server takes everything");
    }
    let peak = server.memory("VmHWM");
    assert!(peak < 100_000, "{peak} KiB");
    let line = format!("connect echo 127.0.0.1:{} --say hello", server.port);
    World::on_loopback().connect(&line, &[]).exits(0).prints("hello");
    assert!(server.runs());
}
