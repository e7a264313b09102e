//! Our clients on simulated hosts, and the kernel with Python servers on the other side.

use lanternet_core::trace::TcpState;
use lanternet_tests::kernel::{Live, Namespace};

use crate::{FLOW, assert_clean, labs, lines_with};

const TCP_SERVER: &str = "
server = socket.create_server(('', 7000), backlog=16)
print('ready')
while True:
    connection, _ = server.accept()
    with connection:
        while data := connection.recv(65536):
            connection.sendall(data.upper() if sys.argv[1] == 'upper' else data)
";

const UDP_SERVER: &str = "
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(('', 7000))
print('ready')
while True:
    data, client = server.recvfrom(65536)
    server.sendto(data.upper() if sys.argv[1] == 'upper' else data, client)
";

#[track_caller]
fn serve(kernel: &Namespace, live: &mut Live, server: &str, service: &str) {
    live.spawn_until(kernel.python(server, &[service]), "ready");
}

#[test]
fn our_ping_hears_the_kernel() {
    let Some((_kernel, mut live)) = labs::cable() else { return };
    for (args, bytes) in [("", 64), ("-s 0", 8), ("-s 4000", 4008), ("-s 65507", 65515)] {
        let line = format!("ping 10.0.0.9 -c 2 -i 100ms {args}");
        let (code, out) = live.run_ours("a1", &line);
        assert_eq!(code, 0, "{out}");
        assert_eq!(lines_with(&out, &format!("{bytes} bytes from 10.0.0.9: icmp_seq=")).len(), 2);
        assert!(out.contains("2 packets transmitted, 2 received, 0% packet loss"), "{out}");
        // A payload of no bytes has no room for the time it was sent, and ours needs none.
        assert!(lines_with(&out, " bytes from").iter().all(|line| line.contains(" ttl=64")));
    }
    assert_clean(&live, &[]);
}

#[test]
fn our_ping_and_traceroute_cross_three_routers_to_the_kernel() {
    let Some((_kernel, mut live)) = labs::three_routers() else { return };
    let (code, out) = live.run_ours("b1", "ping 10.1.0.1 -c 2 -i 100ms");
    assert_eq!(code, 0, "{out}");
    assert_eq!(lines_with(&out, "64 bytes from 10.1.0.1: icmp_seq=").len(), 2, "{out}");
    assert_eq!(lines_with(&out, " ttl=61 ").len(), 2, "{out}");
    for line in ["traceroute 10.1.0.1", "traceroute 10.1.0.1 -I"] {
        let (code, out) = live.run_ours("b1", line);
        assert_eq!(code, 0, "{out}");
        let hops: Vec<_> = out.lines().skip(1).map(str::trim_start).collect();
        assert_eq!(hops.len(), 4, "{out}");
        assert!(hops[3].starts_with("4  10.1.0.1 "), "{out}");
        assert!(!out.contains('*'), "{out}");
    }
    assert_clean(&live, &[]);
}

#[test]
fn our_tcp_client_talks_to_a_python_server() {
    let Some((kernel, mut live)) = labs::router() else { return };
    serve(&kernel, &mut live, TCP_SERVER, "upper");
    let line = "connect upper 10.1.0.1:7000 --say 'over the wall' --say again --repeat 3";
    let (code, out) = live.run_ours("b1", line);
    assert_eq!(code, 0, "{out}");
    assert_eq!(lines_with(&out, "OVER THE WALL").len(), 3, "{out}");
    assert_eq!(lines_with(&out, "AGAIN").len(), 3, "{out}");
    // Ours closed first: it waits, and nothing is left in the kernel.
    let states: Vec<_> = live.host("b1").sockets().iter().filter_map(|row| row.state).collect();
    assert_eq!(states, [TcpState::TimeWait]);
    let theirs = live.run(kernel.line("ss -Htan state connected"));
    assert_eq!(theirs.success().trim(), "");
    assert_clean(&live, &[]);
}

#[test]
fn our_tcp_client_sends_many_messages_at_once_to_a_python_server() {
    let Some((kernel, mut live)) = labs::router() else { return };
    serve(&kernel, &mut live, TCP_SERVER, "echo");
    let message = "m".repeat(1000);
    let line = format!("connect echo 10.1.0.1:7000 --together --repeat 500 --say {message}");
    let (code, out) = live.run_ours("b1", &line);
    assert_eq!(code, 0, "{out}");
    assert_eq!(lines_with(&out, &message).len(), 500);
    assert_clean(&live, FLOW);
}

#[test]
fn our_udp_client_talks_to_a_python_server() {
    let Some((kernel, mut live)) = labs::router() else { return };
    serve(&kernel, &mut live, UDP_SERVER, "upper");
    let long = "x".repeat(4000);
    let line = format!("connect upper 10.1.0.1:7000 --udp --say small --say {long}");
    let (code, out) = live.run_ours("b1", &line);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("SMALL") && out.contains(&"X".repeat(4000)), "{out}");
    assert_clean(&live, &[]);
}

#[test]
fn our_clients_are_refused_where_the_kernel_has_no_server() {
    let Some((_kernel, mut live)) = labs::router() else { return };
    let (code, out) = live.run_ours("b1", "connect echo 10.1.0.1:7000 --say hello");
    assert_ne!(code, 0, "{out}");
    assert!(out.contains("refused"), "{out}");
    let (code, out) = live.run_ours("b1", "connect echo 10.1.0.1:7000 --udp --say hello");
    assert_ne!(code, 0, "{out}");
    assert!(out.contains("refused") || out.contains("ort unreachable"), "{out}");
    assert_clean(&live, &["Connection reset (RST)"]);
}

#[test]
fn our_client_is_told_of_a_reset_by_the_kernel() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    let server = "
import struct
server = socket.create_server(('', 7000))
print('ready')
connection, _ = server.accept()
connection.recv(100)
connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
connection.close()
";
    live.spawn_until(kernel.python(server, &[]), "ready");
    let (code, out) = live.run_ours("a1", "connect echo 10.0.0.9:7000 --say hello");
    assert_ne!(code, 0, "{out}");
    assert!(out.to_lowercase().contains("reset"), "{out}");
    assert_eq!(live.host("a1").sockets(), []);
    assert_clean(&live, &["Connection reset (RST)"]);
}

#[test]
fn our_syn_offers_what_the_kernel_takes_up() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    let server = "
server = socket.create_server(('', 7000))
print('ready')
connection, _ = server.accept()
while data := connection.recv(100):
    import subprocess
    print(subprocess.run(['ss', '-Htino', 'state', 'established'], capture_output=True, text=True).stdout)
    connection.sendall(data)
";
    let child = live.spawn_until(kernel.python(server, &[]), "ready");
    let (code, out) = live.run_ours("a1", "connect echo 10.0.0.9:7000 --say hello");
    assert_eq!(code, 0, "{out}");
    let ended = live.finish(child);
    let seen = ended.success();
    // `wscale:PEER,OWN`: the kernel took our scaling, so it saw the option.
    assert!(seen.contains(" wscale:"), "{seen}");
    let fields = ["tcp.flags.syn", "tcp.flags.ack", "tcp.options.mss_val"];
    let Some(frames) = live.fields(0, &fields) else { return };
    let syn = frames.iter().find(|frame| {
        frame.get("tcp.flags.syn").is_some_and(|flag| flag[0] == "1" || flag[0] == "True")
    });
    assert_eq!(syn.expect("a SYN")["tcp.options.mss_val"], ["1460"], "{frames:?}");
    assert_clean(&live, &[]);
}

#[test]
fn our_clients_wait_for_a_place_in_the_backlog_of_the_kernel() {
    let Some((kernel, mut live)) = labs::switch() else { return };
    let server = "
import time
server = socket.create_server(('', 7000), backlog=0)
print('ready')
time.sleep(0.7)
for _ in range(3):
    connection, _ = server.accept()
    while data := connection.recv(100):
        connection.sendall(data)
    connection.close()
";
    live.spawn_until(kernel.python(server, &[]), "ready");
    // Who finds no place sends its SYN again after a second.
    let clients: Vec<_> = ["a1", "a2", "a1"]
        .map(|node| live.launch(node, "connect echo 10.0.0.9:7000 --say patience --timeout 20s"))
        .into();
    for client in clients {
        live.wait_for("the echo", |live| live.printed(client).contains("patience\n").then_some(()));
    }
    assert_clean(&live, FLOW);
}

#[test]
fn our_ping_says_what_the_kernel_forbids_and_what_it_keeps_to_itself() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    kernel.sysctl("net.ipv4.ip_forward=1");
    kernel.ip("route add prohibit 10.0.3.0/24");
    let (code, out) = live.run_ours("a1", "ping 10.0.3.1 -c 1 -W 2s");
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("From 10.0.0.9 icmp_seq=1 Packet filtered"), "{out}");
    kernel.sysctl("net.ipv4.icmp_echo_ignore_all=1");
    let (code, out) = live.run_ours("a1", "ping 10.0.0.9 -c 2 -i 100ms -W 300ms");
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("2 packets transmitted, 0 received, 100% packet loss"), "{out}");
    assert_clean(&live, &[]);
}
