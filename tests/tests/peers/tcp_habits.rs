//! TCP clients of the kernel with habits of their own.

use lanternet_core::trace::TcpState;

use crate::tcp::ECHO_CLIENT;
use crate::{FLOW, assert_clean, labs};

#[test]
fn questions_and_answers_do_not_wait_for_delayed_acknowledgements() {
    let Some((kernel, mut live)) = labs::switch() else { return };
    live.launch("a1", "serve upper --quiet");
    let client = "
import time
connection = socket.create_connection(('10.0.0.1', 9090))
begun = time.monotonic()
for number in range(200):
    connection.sendall(b'question\\n')
    assert connection.recv(100) == b'QUESTION\\n'
print(time.monotonic() - begun)
";
    let ended = live.run(kernel.python(client, &[]));
    let took: f64 = ended.success().trim().parse().expect("seconds");
    // 40 ms of waiting for each would make eight seconds.
    assert!(took < 6.0, "{took} seconds");
    assert_clean(&live, &[]);
}

#[test]
fn a_hundred_short_connections_leave_nothing_behind() {
    let Some((kernel, mut live)) = labs::switch() else { return };
    live.launch("a1", "serve upper --quiet");
    let client = "
for number in range(100):
    with socket.create_connection(('10.0.0.1', 9090)) as connection:
        connection.sendall(b'x\\n')
        assert connection.recv(10) == b'X\\n'
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
fn who_sends_data_with_the_first_segment_is_heard() {
    // TCP fast open (RFC 7413) of a client that needs no cookie; we do not know the option.
    let Some((kernel, mut live)) = labs::cable() else { return };
    kernel.sysctl("net.ipv4.tcp_fastopen=5");
    live.launch("a1", "serve upper");
    let client = "
MSG_FASTOPEN = 0x20000000
connection = socket.socket()
connection.sendto(b'at once\\n', MSG_FASTOPEN, ('10.0.0.1', 9090))
print(connection.recv(100))
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "b'AT ONCE\\n'\n");
    if let Some(frames) = live.fields(0, &["tcp.flags.syn", "tcp.len"]) {
        let with_data = frames.iter().filter(|frame| {
            let is = |name: &str, text: &str| frame.get(name).is_some_and(|value| value[0] == text);
            (is("tcp.flags.syn", "1") || is("tcp.flags.syn", "True")) && is("tcp.len", "8")
        });
        assert_eq!(with_data.count(), 1, "{frames:?}");
    }
    assert_clean(&live, &[]);
}

#[test]
fn a_client_with_a_tiny_buffer_gets_everything_in_time() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    live.launch("a1", "serve echo --framing none --quiet");
    kernel.sysctl("net.ipv4.tcp_rmem=4096 4096 4096");
    let ended = live.run(kernel.python(ECHO_CLIENT, &["10.0.0.1", "9090", "100000"]));
    assert_eq!(ended.success(), "equal\n");
    assert_clean(&live, FLOW);
}

#[test]
fn segments_of_a_few_bytes_are_all_taken() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    live.launch("a1", "serve echo --framing none --quiet");
    let client = "
connection = socket.create_connection(('10.0.0.1', 9090))
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
sent = b''
for number in range(500):
    piece = b'%d,' % number
    connection.send(piece)
    sent += piece
connection.shutdown(socket.SHUT_WR)
received = b''
while data := connection.recv(65536):
    received += data
print('equal' if sent == received else 'other bytes')
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "equal\n");
    assert_clean(&live, FLOW);
}
