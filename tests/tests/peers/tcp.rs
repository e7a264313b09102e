//! TCP clients of the kernel, in Python and nc, at our servers: conversations that go well.

use lanternet_core::trace::TcpState;
use lanternet_tests::peer::Peer;
use lanternet_tests::tshark::Fields;

use crate::{FLOW, assert_clean, labs, lines_with};

/// Sends so many bytes and reads as many back at the same time, half-closes, reads to the end.
pub(crate) const ECHO_CLIENT: &str = "
import random, threading
address, port, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sent = random.Random(1).randbytes(length)
connection = socket.create_connection((address, port))
def send():
    connection.sendall(sent)
    connection.shutdown(socket.SHUT_WR)
thread = threading.Thread(target=send)
thread.start()
received = bytearray()
while data := connection.recv(65536):
    received += data
thread.join()
print('equal' if received == sent else f'{len(received)} other bytes')
";

#[test]
fn lines_come_back_in_capitals_to_python_and_to_nc() {
    let Some((kernel, mut live)) = labs::switch() else { return };
    let server = live.launch("a1", "serve upper --port 9090");
    let client = "
connection = socket.create_connection(('10.0.0.1', 9090))
connection.sendall(b'hello\\nworld\\n')
file = connection.makefile()
print(file.readline() + file.readline())
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "HELLO\nWORLD\n\n");
    if Peer::find("nc").is_some() {
        let mut nc = kernel.command("sh");
        nc.args(["-c", "printf 'first\\nsecond\\n' | nc -N -w 5 10.0.0.1 9090"]);
        let ended = live.run(nc);
        assert_eq!(ended.success(), "FIRST\nSECOND\n");
    }
    let said = live.printed(server);
    assert!(said.contains("connected") && said.contains("closed after 2 messages"), "{said}");
    assert_clean(&live, &[]);
}

#[test]
fn a_mebibyte_both_ways_at_once_arrives_as_it_was_sent() {
    for (network, to) in
        [(labs::switch as labs::Make, "10.0.0.1"), (labs::three_routers, "10.2.0.1")]
    {
        let Some((kernel, mut live)) = network() else { return };
        let node = if to == "10.0.0.1" { "a1" } else { "b1" };
        live.launch(node, "serve echo --framing none --quiet");
        let ended = live.run(kernel.python(ECHO_CLIENT, &[to, "9090", "1048576"]));
        assert_eq!(ended.success(), "equal\n");
        // A receiver that is slower than the sender closes its window; that is how it should be.
        assert_clean(&live, FLOW);
    }
}

#[test]
fn after_a_half_close_the_rest_is_read_to_the_end() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    live.launch("a1", "serve upper --read-after 300ms");
    let client = "
connection = socket.create_connection(('10.0.0.1', 9090))
connection.sendall(b'one\\ntwo\\nthree')
connection.shutdown(socket.SHUT_WR)
received = b''
while data := connection.recv(100):
    received += data
print(received)
";
    let ended = live.run(kernel.python(client, &[]));
    // The last line has no end; what is left when the stream ends is a line all the same.
    assert!(ended.success().starts_with("b'ONE\\nTWO\\nTHREE"), "{ended}");
    assert_clean(&live, &[]);
}

#[test]
fn sixty_connections_at_once_are_all_served() {
    let Some((kernel, mut live)) = labs::switch() else { return };
    live.launch("a1", "serve upper --quiet");
    let client = "
connections = [socket.create_connection(('10.0.0.1', 9090)) for _ in range(60)]
for number, connection in enumerate(connections):
    connection.sendall(f'client {number}\\n'.encode())
for number, connection in enumerate(connections):
    answer = connection.recv(100)
    assert answer == f'CLIENT {number}\\n'.encode(), answer
    connection.close()
print('all')
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "all\n");
    live.wait_for("the end of every connection", |live| {
        let rows = live.host("a1").sockets();
        rows.iter().all(|row| row.state == Some(TcpState::Listen)).then_some(())
    });
    assert_clean(&live, &[]);
}

#[test]
fn who_closes_first_waits_and_the_other_forgets() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    live.launch("a1", "serve echo");
    let client = "
connection = socket.create_connection(('10.0.0.1', 9090))
connection.sendall(b'x\\n')
connection.recv(10)
connection.shutdown(socket.SHUT_WR)
print(connection.recv(10))
";
    assert_eq!(live.run(kernel.python(client, &[])).success(), "b''\n");
    let theirs = live.run(kernel.line("ss -Htan state time-wait"));
    assert_eq!(lines_with(theirs.success(), "10.0.0.1:9090").len(), 1, "{theirs}");
    let ours: Vec<_> = live.host("a1").sockets().iter().filter_map(|row| row.state).collect();
    assert_eq!(ours, [TcpState::Listen]);
    // Each side closed once, and each FIN was acknowledged.
    let Some(frames) = live.fields(0, &["ip.src", "tcp.flags.fin", "tcp.seq", "tcp.ack"]) else {
        return;
    };
    let number = |frame: &Fields, name: &str| -> u32 { frame[name][0].parse().unwrap_or_default() };
    let is_set = |frame: &Fields| {
        frame.get("tcp.flags.fin").is_some_and(|flag| matches!(flag[0].as_str(), "1" | "True"))
    };
    for (from, to) in [("10.0.0.9", "10.0.0.1"), ("10.0.0.1", "10.0.0.9")] {
        let fins: Vec<_> =
            frames.iter().filter(|frame| is_set(frame) && frame["ip.src"] == [from]).collect();
        let [fin] = fins[..] else { panic!("{from} sent {} FINs", fins.len()) };
        let after = number(fin, "tcp.seq") + 1;
        let answers = frames.iter().filter(|f| f.get("ip.src").is_some_and(|src| src == &[to]));
        assert!(answers.into_iter().any(|frame| number(frame, "tcp.ack") == after), "{frames:?}");
    }
    assert_clean(&live, &[]);
}

#[test]
fn a_kernel_with_other_options_is_served_as_well() {
    let cases: [&[&str]; 5] = [
        &["tcp_timestamps=0"],
        &["tcp_sack=0"],
        &["tcp_window_scaling=0"],
        &["tcp_timestamps=0", "tcp_sack=0", "tcp_window_scaling=0"],
        // SYN with ECE and CWR: we do not take part, and do not say that we do.
        &["tcp_ecn=1"],
    ];
    let Some((kernel, mut live)) = labs::switch() else { return };
    live.launch("a1", "serve echo --framing none --quiet");
    for settings in cases {
        let reset =
            ["tcp_timestamps=1", "tcp_sack=1", "tcp_window_scaling=1", "tcp_ecn=2"].into_iter();
        for setting in reset.chain(settings.iter().copied()) {
            kernel.sysctl(&format!("net.ipv4.{setting}"));
        }
        let ended = live.run(kernel.python(ECHO_CLIENT, &["10.0.0.1", "9090", "200000"]));
        assert_eq!(ended.success(), "equal\n", "{settings:?}");
    }
    assert_clean(&live, FLOW);
}

#[test]
fn a_client_with_multipath_tcp_is_served_with_plain_tcp() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    live.launch("a1", "serve upper");
    let client = "
connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
connection.connect(('10.0.0.1', 9090))
connection.sendall(b'many ways\\n')
print(connection.recv(100))
";
    let ended = live.run(kernel.python(client, &[]));
    if ended.err.contains("Protocol not supported") || ended.err.contains("Protocol not available")
    {
        println!("skipped: the kernel has no multipath TCP");
        return;
    }
    assert_eq!(ended.success(), "b'MANY WAYS\\n'\n");
    assert_clean(&live, &[]);
}

#[test]
fn a_keep_alive_of_the_kernel_is_answered() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    live.launch("a1", "serve upper");
    let client = "
import time
connection = socket.create_connection(('10.0.0.1', 9090))
connection.sendall(b'x\\n')
connection.recv(10)
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 1)
connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
time.sleep(3.2)
connection.sendall(b'still there\\n')
print(connection.recv(100))
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "b'STILL THERE\\n'\n");
    if let Some(frames) =
        live.fields(0, &["tcp.analysis.keep_alive", "tcp.analysis.keep_alive_ack"])
    {
        let with = |name: &str| frames.iter().filter(|frame| frame.contains_key(name)).count();
        assert!(with("tcp.analysis.keep_alive") >= 2, "{frames:?}");
        assert!(with("tcp.analysis.keep_alive_ack") >= 2, "{frames:?}");
    }
    assert_clean(&live, &[]);
}

#[test]
fn our_syn_ack_has_the_options_that_the_kernel_asked_for() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    live.launch("a1", "serve upper");
    let client = "
import subprocess
connection = socket.create_connection(('10.0.0.1', 9090))
connection.sendall(b'x\\n')
connection.recv(10)
print(subprocess.run(['ss', '-Htin', 'state', 'established'], capture_output=True, text=True).stdout)
print('mss', connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG))
";
    let ended = live.run(kernel.python(client, &[]));
    let out = ended.success();
    println!("{out}");
    assert!(out.contains(" wscale:"), "{out}");
    // 1460, less twelve for the timestamps where both sides have them.
    let mss = out.lines().find_map(|line| line.strip_prefix("mss ")).unwrap_or_default();
    assert_eq!(mss, if out.contains(" ts ") { "1448" } else { "1460" }, "{out}");
    assert_clean(&live, &[]);
}

#[test]
fn no_segment_of_ours_is_longer_than_the_kernel_allows() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    kernel.ip("link set eth0 mtu 600");
    live.launch("a1", "serve echo --framing none --quiet");
    let ended = live.run(kernel.python(ECHO_CLIENT, &["10.0.0.1", "9090", "100000"]));
    assert_eq!(ended.success(), "equal\n");
    let longest = live.frames(0).iter().map(Vec::len).max();
    assert_eq!(longest, Some(614));
    assert_clean(&live, FLOW);
}
