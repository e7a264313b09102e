//! TCP conversations that do not go well, and how both sides hear of it.

use lanternet_core::trace::TcpState;

use crate::{FLOW, RESET, assert_clean, labs};

#[test]
fn a_closed_port_refuses() {
    let Some((kernel, mut live)) = labs::router() else { return };
    let client = "
try:
    socket.create_connection(('10.2.0.1', 9091))
except OSError as error:
    print(type(error).__name__)
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "ConnectionRefusedError\n");
    assert_clean(&live, RESET);
}

#[test]
fn a_reset_of_the_kernel_ends_the_connection_and_not_the_server() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    let server = live.launch("a1", "serve echo");
    let client = "
import struct
connection = socket.create_connection(('10.0.0.1', 9090))
connection.sendall(b'x\\n')
connection.recv(10)
connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
connection.close()
connection = socket.create_connection(('10.0.0.1', 9090))
connection.sendall(b'still open?\\n')
print(connection.recv(100))
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "b'still open?\\n'\n");
    live.wait_for("the news of the reset", |live| {
        live.printed(server).to_lowercase().contains("reset").then_some(())
    });
    live.wait_for("the end of both connections", |live| {
        let rows = live.host("a1").sockets();
        rows.iter().all(|row| row.state == Some(TcpState::Listen)).then_some(())
    });
    assert_clean(&live, RESET);
}

#[test]
fn who_closes_with_bytes_unread_resets_as_linux_does() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    // The first read has more than a message may have; the rest is never read.
    live.launch("a1", "serve echo --max-message 100 --read-after 200ms");
    let client = "
connection = socket.create_connection(('10.0.0.1', 9090))
connection.sendall(b'x' * 30000)
try:
    print(connection.recv(100))
except OSError as error:
    print(type(error).__name__)
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "ConnectionResetError\n");
    assert_clean(&live, RESET);
}

#[test]
fn a_full_backlog_lets_clients_wait_and_serves_them_later() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    let client = "
import select, time
print('ready')
time.sleep(0.3)
connections = []
for _ in range(5):
    connection = socket.socket()
    connection.setblocking(False)
    connection.connect_ex(('10.0.0.1', 9090))
    connections.append(connection)
    time.sleep(0.02)
time.sleep(0.4)
_, writable, _ = select.select([], connections, [], 0)
print(len(writable), 'connected at first')
for number, connection in enumerate(connections):
    connection.settimeout(12)
    select.select([], [connection], [], 12)
    connection.sendall(f'{number}\\n'.encode())
    assert connection.recv(10) == f'{number}\\n'.encode()
print('all served')
";
    let child = live.spawn_until(kernel.python(client, &[]), "ready");
    live.launch("a1", "serve upper --backlog 1 --accept-after 2500ms");
    let ended = live.finish(child);
    // As in Linux one more than the backlog fits.
    assert_eq!(ended.success(), "ready\n2 connected at first\nall served\n");
    assert_clean(&live, &[]);
}

#[test]
fn a_reader_that_sleeps_stops_the_sender_and_loses_nothing() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    live.launch("a1", "serve echo --framing none --quiet");
    // Nobody reads what comes back, until both buffers of both sides are full.
    let client = "
import time, select
connection = socket.create_connection(('10.0.0.1', 9090))
connection.setblocking(False)
piece, sent, quiet = bytes(range(251)) * 100, 0, 0
while quiet < 10 and sent < 60_000_000:
    try:
        sent += connection.send(piece[sent % 251:])
        quiet = 0
    except BlockingIOError:
        quiet += 1
        time.sleep(0.05)
print('blocked' if quiet == 10 else 'never blocked')
connection.setblocking(True)
connection.settimeout(15)
connection.shutdown(socket.SHUT_WR)
received = 0
while data := connection.recv(65536):
    expected = (bytes(range(251)) * (len(data) // 251 + 2))[received % 251:][:len(data)]
    assert data == expected, received
    received += len(data)
print('complete' if received == sent else f'{received} of {sent}')
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "blocked\ncomplete\n");
    let Some(frames) = live.fields(0, &["ip.src", "tcp.analysis.zero_window"]) else { return };
    for who in ["10.0.0.1", "10.0.0.9"] {
        let closed = frames.iter().filter(|frame| frame.contains_key("tcp.analysis.zero_window"));
        assert!(closed.into_iter().any(|frame| frame["ip.src"] == [who]), "{who} never closed");
    }
    assert_clean(&live, FLOW);
}

#[test]
fn a_server_that_loses_power_resets_those_who_believe_in_it() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    live.launch("a1", "serve upper");
    let client = "
import time
connection = socket.create_connection(('10.0.0.1', 9090))
connection.sendall(b'x\\n')
connection.recv(10)
print('talked')
time.sleep(0.5)
connection.sendall(b'y\\n')
try:
    print(connection.recv(10))
except OSError as error:
    print(type(error).__name__)
";
    let child = live.spawn_until(kernel.python(client, &[]), "talked");
    let a1 = live.node("a1");
    live.sim().crash(a1);
    live.sim().restart(a1);
    assert_eq!(live.finish(child).success(), "talked\nConnectionResetError\n");
    assert_clean(&live, RESET);
}

#[test]
fn a_connection_that_we_still_remember_may_be_opened_again_by_the_kernel() {
    // Our server closes first, so it is in TIME-WAIT when the kernel comes back from the same port
    // (RFC 9293 section 3.10.7.4, RFC 6191).
    let Some((kernel, mut live)) = labs::cable() else { return };
    live.launch("a1", "serve echo --max-message 3");
    let client = "
import errno, time
def connect():
    # Until our last acknowledgement has arrived the kernel itself holds the port.
    for attempt in range(100):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        connection.bind(('10.0.0.9', 40000))
        try:
            connection.connect(('10.0.0.1', 9090))
            return connection
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
            time.sleep(0.02)
for round in range(4):
    connection = connect()
    connection.sendall(b'ok\\n')
    assert connection.recv(10) == b'ok\\n'
    connection.sendall(b'too long')
    print(connection.recv(10))
    connection.close()
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "b''\n".repeat(4));
    let states: Vec<_> = live.host("a1").sockets().iter().filter_map(|row| row.state).collect();
    assert_eq!(states, [TcpState::Listen, TcpState::TimeWait]);
    assert_clean(&live, &["TCP Port numbers reused"]);
}

#[test]
fn a_port_is_free_for_the_kernel_as_soon_as_it_has_reset() {
    let Some((kernel, mut live)) = labs::cable() else { return };
    live.launch("a1", "serve echo");
    let client = "
import struct
for round in range(4):
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    connection.bind(('10.0.0.9', 40000))
    connection.connect(('10.0.0.1', 9090))
    connection.sendall(b'ok\\n')
    print(connection.recv(10))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    connection.close()
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "b'ok\\n'\n".repeat(4));
    assert_clean(&live, RESET);
}
