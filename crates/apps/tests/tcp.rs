//! Echo and upper over TCP on 127.0.0.1, through the kernel's own sockets.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use lanternet_apps::ExitCode;
use lanternet_apps::sockets::TcpStream as _;
use lanternet_apps::sockets::{ListenOptions, Sockets, TcpListener as _};
use lanternet_live::Os;
use support::os::{run, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A listener for the tests to play the server with.
async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[tokio::test]
async fn messages_come_back_in_every_framing() {
    for framing in ["line", "length", "length-u16", "none"] {
        let server = start(&format!("serve upper --framing {framing}")).await;
        let (code, output, errors) = run(
            &format!(
                "connect upper 127.0.0.1:{} --framing {framing} -s hello -s 'été 网'",
                server.port
            ),
            &[],
        )
        .await;
        assert_eq!((code, output.as_str()), (ExitCode::SUCCESS, "HELLO\nÉTÉ 网\n"), "{errors}");
        server.console.wait_for("closed after 2 messages").await;
    }
}

#[tokio::test]
async fn lines_of_standard_input_are_messages() {
    let server = start("serve echo").await;
    let line = format!("connect echo localhost:{}", server.port);
    let (code, output, errors) = run(&line, &["one", "", "three"]).await;
    assert_eq!((code, output.as_str()), (ExitCode::SUCCESS, "one\n\nthree\n"));
    assert!(errors.starts_with(&format!("connected to 127.0.0.1:{}", server.port)), "{errors}");
    let log = server.console.wait_for("closed after 3 messages").await;
    assert!(log.contains("message of 3 bytes: \"one\"") && log.contains("0 bytes: \"\""), "{log}");
}

#[tokio::test]
async fn two_sends_arrive_as_one_read_and_a_length_prefix_parts_them() {
    let say = "--together -s hello -s world";
    let server = start("serve echo --framing none --read-after 200ms").await;
    let line = format!("connect echo 127.0.0.1:{} --framing none {say}", server.port);
    assert_eq!(run(&line, &[]).await.1, "helloworld\n");
    server.console.wait_for("one read returned 10 bytes: \"helloworld\"").await;

    let server = start("serve echo --framing length --show-reads --read-after 200ms").await;
    let line = format!("connect echo 127.0.0.1:{} --framing length {say}", server.port);
    assert_eq!(run(&line, &[]).await.1, "hello\nworld\n");
    let log = server.console.wait_for("closed after 2 messages").await;
    for part in ["one read returned 18 bytes", "5 bytes: \"hello\"", "5 bytes: \"world\""] {
        assert!(log.contains(part), "{part} in {log}");
    }
}

#[tokio::test]
async fn many_clients_are_served_at_once() {
    let server = start("serve echo").await;
    // This one is connected and silent all the time.
    let silent = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let clients: Vec<_> = (0..50)
        .map(|number| {
            let line = format!("connect echo 127.0.0.1:{} -s 'I am {number}'", server.port);
            tokio::spawn(async move { (number, run(&line, &[]).await) })
        })
        .collect();
    for client in clients {
        let (number, (code, output, _)) = client.await.unwrap();
        assert_eq!((code, output), (ExitCode::SUCCESS, format!("I am {number}\n")));
    }
    drop(silent);
}

#[tokio::test]
async fn after_our_fin_the_answers_still_come() {
    let server = start("serve upper").await;
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    stream.write_all(b"first\nlast without line feed").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    assert_eq!(answers, "FIRST\nLAST WITHOUT LINE FEED\n");
}

#[tokio::test]
async fn a_closed_port_refuses_and_the_client_says_what_to_look_at() {
    let (listener, port) = listener().await;
    drop(listener);
    let (code, output, errors) = run(&format!("connect echo 127.0.0.1:{port} -s hi"), &[]).await;
    assert_eq!((code, output.as_str()), (ExitCode::FAILURE, ""));
    assert_eq!(
        errors,
        format!(
            "connect echo: 127.0.0.1:{port}: connection refused: the host is there, but no program \
             listens on TCP port {port}; is the server started, and is this its port?\n"
        )
    );
}

#[tokio::test]
async fn the_next_address_of_a_name_is_tried() {
    let server = start("serve echo").await;
    let line = format!("connect echo two-addresses:{} -s hi", server.port);
    let (code, output, errors) = run(&line, &[]).await;
    assert_eq!((code, output.as_str()), (ExitCode::SUCCESS, "hi\n"));
    let tried = format!("trying 127.0.0.1:{}", server.port);
    assert!(errors.starts_with("127.0.0.2:") && errors.contains(&tried), "{errors}");
}

#[tokio::test]
async fn an_unknown_name_is_no_failure_of_the_network() {
    let (code, _, errors) = run("connect echo b4 -s hi", &[]).await;
    assert_eq!(code, ExitCode::ERROR);
    assert_eq!(errors, "connect echo: b4: Name or service not known\n");
}

#[tokio::test]
async fn the_server_refuses_endless_lines_and_huge_lengths() {
    let server = start("serve echo --max-message 1000").await;
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    // It closes while we write: how far we get is its business.
    let _ = stream.write_all(&[b'x'; 100_000]).await;
    server.console.wait_for("ended: no line end within 1000 bytes").await;

    let server = start("serve echo --framing length").await;
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    // "GET " as a big-endian number.
    server.console.wait_for("announces 1195725856 bytes, the limit is 65536").await;
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert_eq!(rest, b"", "closed without an answer");
}

#[tokio::test]
async fn the_client_refuses_an_answer_that_is_too_long() {
    let (listener, port) = listener().await;
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.write_all(&u32::MAX.to_be_bytes()).await;
        let _ = stream.read(&mut [0; 100]).await;
    });
    let line = format!("connect echo 127.0.0.1:{port} -s hi --framing length");
    let (code, _, errors) = run(&line, &[]).await;
    assert_eq!(code, ExitCode::FAILURE);
    assert!(errors.contains("answer refused: the length prefix announces 4294967295"), "{errors}");
}

#[tokio::test]
async fn a_reset_and_an_early_close_are_told_apart() {
    let listener =
        Os::new().tcp_listen("127.0.0.1:0".parse().unwrap(), ListenOptions::default()).await;
    let listener = listener.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 100]).await;
        stream.abort().unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 100]).await;
    });
    let line = format!("connect echo 127.0.0.1:{port} -s hi");
    let (code, _, errors) = run(&line, &[]).await;
    assert_eq!(code, ExitCode::FAILURE);
    assert!(errors.contains("connection reset by peer"), "{errors}");
    let (code, _, errors) = run(&line, &[]).await;
    assert_eq!(code, ExitCode::FAILURE);
    assert!(errors.contains("closed the connection before it answered message 1"), "{errors}");
}

#[tokio::test]
async fn a_taken_port_is_told_at_once() {
    let server = start("serve echo").await;
    let line = format!("serve upper --bind 127.0.0.1 --port {}", server.port);
    let (code, output, errors) = run(&line, &[]).await;
    assert_eq!((code, output.as_str()), (ExitCode::ERROR, ""));
    assert!(errors.contains("the address is in use: the program `"), "{errors}");
    // This very process has it.
    let holder = format!("(process {})` on this host has port", std::process::id());
    assert!(errors.contains(&holder), "{errors}");
}

#[tokio::test]
async fn a_server_that_does_not_accept_lets_some_wait_and_some_time_out() {
    let server = start("serve echo --backlog 1 --accept-after 1h").await;
    let line = format!("connect echo 127.0.0.1:{} -s hi --timeout 300ms", server.port);
    // Linux queues one more than the backlog (listen(2), and tcp_acceptq in its source).
    let mut clients = Vec::new();
    for _ in 0..4 {
        let line = line.clone();
        clients.push(tokio::spawn(async move { run(&line, &[]).await }));
    }
    let (mut connected, mut outside) = (0, 0);
    for client in clients {
        let (code, output, errors) = client.await.unwrap();
        assert_eq!((code, output.as_str()), (ExitCode::FAILURE, ""));
        if errors.contains("connected, but no answer within 300ms") {
            connected += 1;
        } else if errors.contains("the server's backlog is full") {
            outside += 1;
        }
    }
    assert_eq!((connected, outside), (2, 2));
}

#[tokio::test]
async fn a_server_that_accepts_late_answers_late() {
    let server = start("serve echo --accept-after 200ms").await;
    let line = format!("connect echo 127.0.0.1:{} -s hi", server.port);
    assert_eq!(run(&line, &[]).await.1, "hi\n");
    server.console.wait_for("accepting from now on").await;
}

#[tokio::test]
async fn more_than_the_windows_hold_passes_without_a_deadlock() {
    let server = start("serve echo --quiet").await;
    let message = "x".repeat(60_000);
    let line =
        format!("connect echo 127.0.0.1:{} --together --repeat 300 -s {message}", server.port);
    let (code, output, errors) = run(&line, &[]).await;
    assert_eq!((code, output.len()), (ExitCode::SUCCESS, 300 * 60_001), "{errors}");
}

#[tokio::test]
async fn a_server_that_reads_nothing_and_one_that_does_not_close_are_told() {
    let (listener, port) = listener().await;
    let line = format!("connect echo 127.0.0.1:{port} --timeout 200ms");
    let accepting = tokio::spawn(async move {
        let full = listener.accept().await.unwrap();
        let (mut open, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 3];
        open.read_exact(&mut bytes).await.unwrap();
        open.write_all(&bytes).await.unwrap();
        (full, open)
    });
    let much = format!("{line} --together --repeat 500 -s {}", "x".repeat(60_000));
    let (code, _, errors) = run(&much, &[]).await;
    assert_eq!(code, ExitCode::FAILURE);
    assert!(errors.contains("no longer fits its receive window"), "{errors}");

    let (code, output, errors) = run(&format!("{line} -s hi"), &[]).await;
    assert_eq!((code, output.as_str()), (ExitCode::SUCCESS, "hi\n"));
    assert!(errors.contains("after our FIN the server's did not come within 200ms"), "{errors}");
    drop(accepting.await);
}
