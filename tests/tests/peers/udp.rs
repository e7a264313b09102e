//! UDP sockets of the kernel at our servers.

use lanternet_tests::peer::Peer;

use crate::{assert_clean, labs};

#[test]
fn datagrams_of_every_size_come_back() {
    let Some((kernel, mut live)) = labs::router() else { return };
    live.launch("b1", "serve upper --udp --quiet");
    let client = "
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.setsockopt(socket.IPPROTO_IP, 10, 0)  # IP_MTU_DISCOVER: IP_PMTUDISC_DONT
for length in [1, 0, 2, 1472, 1473, 8000, 65507]:
    client.sendto(b'a' * length, ('10.2.0.1', 9090))
    data, server = client.recvfrom(65536)
    assert data == b'A' * length and server == ('10.2.0.1', 9090), (length, len(data), server)
print('all')
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "all\n");
    assert_clean(&live, &[]);
}

#[test]
fn nc_talks_to_our_udp_server() {
    let Some(_) = Peer::find("nc") else { return };
    let Some((kernel, mut live)) = labs::switch() else { return };
    live.launch("a1", "serve upper --udp");
    let mut nc = kernel.command("sh");
    nc.args(["-c", "echo hello | nc -u -w 1 10.0.0.1 9090"]);
    assert_eq!(live.run(nc).success(), "HELLO\n");
    assert_clean(&live, &[]);
}

#[test]
fn a_closed_port_refuses_a_connected_socket() {
    let Some((kernel, mut live)) = labs::router() else { return };
    let client = "
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.connect((sys.argv[1], 9091))
client.send(b'hello')
try:
    client.recv(10)
except OSError as error:
    print(type(error).__name__)
";
    for address in ["10.2.0.1", "10.1.0.254"] {
        let ended = live.run(kernel.python(client, &[address]));
        assert_eq!(ended.success(), "ConnectionRefusedError\n", "{address}");
    }
    assert_clean(&live, &[]);
}

#[test]
fn a_socket_that_forbids_fragments_learns_the_path_mtu() {
    let Some((kernel, mut live)) = labs::three_routers_with(", mtu: 1000") else { return };
    live.launch("b1", "serve upper --udp");
    let client = "
import errno, time
IP_MTU_DISCOVER, IP_MTU, DO = 10, 14, 2
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, DO)
client.connect(('10.2.0.1', 9090))
client.send(b'a' * 1200)
for _ in range(100):
    time.sleep(0.02)
    if client.getsockopt(socket.IPPROTO_IP, IP_MTU) != 1500:
        break
print(client.getsockopt(socket.IPPROTO_IP, IP_MTU))
print(errno.errorcode[client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)])
try:
    client.send(b'a' * 973)
except OSError as error:
    print(errno.errorcode[error.errno])
client.send(b'a' * 972)
print(len(client.recv(2000)))
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "1000\nEMSGSIZE\nEMSGSIZE\n972\n");
    assert_clean(&live, &[]);
}

#[test]
fn a_broadcast_of_the_kernel_reaches_every_server_on_the_segment() {
    let Some((kernel, mut live)) = labs::switch() else { return };
    live.launch("a1", "serve upper --udp");
    live.launch("a2", "serve upper --udp");
    let client = "
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'eth0')
for address in ['10.0.0.255', '255.255.255.255']:
    client.sendto(b'anyone?', (address, 9090))
    answers = sorted(client.recvfrom(100) for _ in range(2))
    assert answers == [(b'ANYONE?', ('10.0.0.1', 9090)), (b'ANYONE?', ('10.0.0.2', 9090))], answers
# To a port where nobody listens: nothing may come back, not even an error (RFC 1122 3.2.2).
client.sendto(b'anyone?', ('10.0.0.255', 9999))
client.settimeout(0.3)
try:
    print(client.recv(100))
except TimeoutError:
    print('silence')
";
    let ended = live.run(kernel.python(client, &[]));
    assert_eq!(ended.success(), "silence\n");
    let Some(frames) = live.fields(0, &["icmp.type"]) else { return };
    assert!(frames.iter().all(|frame| !frame.contains_key("icmp.type")), "{frames:?}");
    assert_clean(&live, &[]);
}

#[test]
fn a_burst_is_answered_in_order() {
    let Some((kernel, mut live)) = labs::switch() else { return };
    live.launch("a1", "serve echo --udp --quiet");
    let client = "
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.connect(('10.0.0.1', 9090))
for number in range(100):
    client.send(b'%d' % number)
answers = [int(client.recv(100)) for _ in range(100)]
print(answers == list(range(100)))
";
    assert_eq!(live.run(kernel.python(client, &[])).success(), "True\n");
    assert_clean(&live, &[]);
}
