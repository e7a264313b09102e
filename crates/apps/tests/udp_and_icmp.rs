//! UDP, the error queue and ping sockets on 127.0.0.1, through the kernel's own sockets.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use lanternet_apps::ExitCode;
use lanternet_apps::Sockets;
use lanternet_apps::sockets::Family;
use lanternet_live::Os;
use support::os::{run, start};

#[tokio::test]
async fn datagrams_come_back() {
    let server = start("serve upper --udp").await;
    let line = format!("connect upper 127.0.0.1:{} --udp -s hello -s 'two words'", server.port);
    let (code, output, errors) = run(&line, &[]).await;
    assert_eq!((code, output.as_str()), (ExitCode::SUCCESS, "HELLO\nTWO WORDS\n"), "{errors}");
    server.console.wait_for("datagram of 9 bytes: \"two words\"").await;
}

#[tokio::test]
async fn a_closed_port_answers_with_icmp_and_the_client_says_so() {
    let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let line = format!("connect echo 127.0.0.1:{port} --udp -s hi");
    let (code, output, errors) = run(&line, &[]).await;
    assert_eq!((code, output.as_str()), (ExitCode::FAILURE, ""));
    assert_eq!(
        errors,
        format!(
            "message 1: refused: the host is there, but no program listens on UDP port {port} \
             (ICMP port unreachable)\n1 message sent, 0 answered, 1 without an answer (100%)\n"
        )
    );
}

#[tokio::test]
async fn a_silent_port_is_loss() {
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let line = format!("connect echo 127.0.0.1:{port} --udp -s hi --timeout 100ms");
    let (code, _, errors) = run(&line, &[]).await;
    assert_eq!(code, ExitCode::FAILURE);
    assert!(errors.starts_with("no answer to message 1 within 100ms"), "{errors}");
    assert!(silent.recv_from(&mut [0; 9]).is_ok(), "sent once");
    silent.set_nonblocking(true).unwrap();
    assert!(silent.recv_from(&mut [0; 9]).is_err(), "not sent again");
}

#[tokio::test]
async fn a_datagram_longer_than_udp_allows_is_not_sent() {
    let server = start("serve echo --udp").await;
    let say = "x".repeat(65_508);
    let line = format!("connect echo 127.0.0.1:{} --udp -s {say}", server.port);
    let (code, _, errors) = run(&line, &[]).await;
    assert_eq!(code, ExitCode::FAILURE);
    assert!(errors.starts_with("message 1 of 65508 bytes not sent: message too long"), "{errors}");
}

#[tokio::test]
async fn traceroute_reads_the_error_queue() {
    let (code, output, errors) = run("traceroute 127.0.0.1", &[]).await;
    assert_eq!(code, ExitCode::SUCCESS, "{errors}");
    let mut lines = output.lines();
    assert_eq!(
        lines.next(),
        Some("traceroute to 127.0.0.1 (127.0.0.1), 30 hops max, 60 byte packets")
    );
    let hop = lines.next().unwrap();
    // How long a probe takes is the machine's affair, and its limit of ICMP errors may eat one.
    let answered = hop.matches(" ms").count();
    assert!(hop.starts_with(" 1  ") && hop.contains("127.0.0.1  "), "{hop}");
    assert!(answered >= 1 && answered + hop.matches('*').count() == 3, "{hop}");
    assert_eq!(lines.next(), None);
}

/// Whether this user may open ping sockets (`net.ipv4.ping_group_range`).
async fn ping_sockets() -> bool {
    let opened = Os::new().icmp_open(Family::V4).await;
    if let Err(error) = &opened {
        println!("skipped: no ping sockets for this user: {error}");
    }
    opened.is_ok()
}

#[tokio::test]
async fn ping_speaks_through_ping_sockets() {
    if !ping_sockets().await {
        return;
    }
    let (code, output, errors) = run("ping -c 2 -i 2ms localhost", &[]).await;
    assert_eq!(code, ExitCode::SUCCESS, "{output}{errors}");
    assert!(
        output.contains("64 bytes from 127.0.0.1: icmp_seq=2 ttl=64 time="),
        "{output}{errors}"
    );
    assert!(output.contains("2 packets transmitted, 2 received, 0% packet loss"), "{output}");
    let (code, output, errors) = run("traceroute --icmp -q 1 127.0.0.1", &[]).await;
    assert_eq!(code, ExitCode::SUCCESS, "{output}{errors}");
}

/// Needs a destination that fails at once; the router's answer is tested in virtual time.
#[tokio::test]
async fn ping_tells_what_the_kernel_refuses() {
    if !ping_sockets().await {
        return;
    }
    let (code, output, errors) = run("ping -c 1 -W 1 -s 65507 127.0.0.1", &[]).await;
    assert_eq!(code, ExitCode::SUCCESS, "{output}{errors}");
    assert!(output.contains("65515 bytes from 127.0.0.1"), "{output}");
}
