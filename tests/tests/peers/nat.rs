//! Two kernels with a simulated NAT between them: clients inside, servers outside, and the other way
//! round by a forward.

use std::process::Command;

use lanternet_tests::kernel::{Live, Namespace, Plug};

use crate::{FLOW, RESET, assert_clean, lines_with};

/// A home router; what is behind `eth1` is inside.
const HOME: &str = "
name: home
nodes:
  s1: { kind: switch }
  home:
    kind: router
    interfaces:
      eth0: { address: 203.0.113.5/24 }
      eth1: { address: 192.168.1.1/24 }
    routes: [{ to: default, via: 203.0.113.1 }]
    nat:
      outside: eth0
      forward:
        - { tcp: 8001, to: 192.168.1.2:80 }
        - { udp: 5353, to: 192.168.1.2:53 }
  isp:
    kind: router
    interfaces:
      eth0: { address: 203.0.113.1/24 }
      eth1: { address: 198.51.100.1/24 }
links:
  - s1 -- home:eth1
  - home:eth0 -- isp:eth0
";

/// The kernel inside as 192.168.1.2, the other outside as 198.51.100.80, which has no way to
/// 192.168.1.0/24.
#[track_caller]
fn inside_and_outside() -> Option<(Namespace, Namespace, Live)> {
    let (inside, outside) = (Namespace::new()?, Namespace::new()?);
    let plugs = [
        Plug::new(&inside, "eth0", "192.168.1.2/24", "s1"),
        Plug::new(&outside, "eth0", "198.51.100.80/24", "isp:eth1"),
    ];
    let live = Live::new(HOME, &plugs);
    inside.ip("route add default via 192.168.1.1");
    outside.ip("route add 203.0.113.0/24 via 198.51.100.1");
    Some((inside, outside, live))
}

/// No packet at the outside kernel's card has an inside address, in its header or in a quote.
#[track_caller]
fn assert_no_leak(live: &Live) {
    let inside = [192, 168, 1];
    for frame in live.frames(1) {
        let ip = frame.get(14..).unwrap_or_default();
        if frame.get(12..14) == Some(&[0x08, 0x00]) {
            let leaks = ip.windows(3).take(60).any(|bytes| bytes == inside);
            assert!(!leaks, "an inside address got out: {frame:02x?}");
        }
    }
}

#[test]
fn a_kernel_behind_our_nat_pings_and_traces_a_kernel_outside() {
    let Some((inside, outside, mut live)) = inside_and_outside() else { return };
    let ended = live.run(inside.line("ping -n -i 0.1 -c 3 -W 5 198.51.100.80"));
    assert_eq!(lines_with(ended.success(), " ttl=62 ").len(), 3, "{ended}");
    // In fragments, put together at the NAT and cut again behind it.
    let ended = live.run(inside.line("ping -n -i 0.1 -c 2 -W 5 -s 5000 198.51.100.80"));
    assert_eq!(lines_with(ended.success(), " ttl=62 ").len(), 2, "{ended}");
    // The errors of the routers on the way, translated inside out.
    let ended = live.run(inside.line("ping -n -c 1 -W 5 -t 2 198.51.100.80"));
    assert!(
        ended.to_string().contains("From 203.0.113.1 icmp_seq=1 Time to live exceeded"),
        "{ended}"
    );
    // And the outside kernel's own, about a port where nobody listens.
    let client = "
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(('198.51.100.80', 9))
s.send(b'anybody?')
s.settimeout(10)
try:
    s.recv(100)
except ConnectionRefusedError:
    print('refused')
";
    assert_eq!(live.run(inside.python(client, &[])).success(), "refused\n");
    // Nobody outside gets at the inside.
    let ended = live.run(outside.line("ping -n -c 1 -W 1 192.168.1.2"));
    assert!(!ended.to_string().contains("1 received"), "{ended}");
    assert_no_leak(&live);
    assert_clean(&live, &[]);
}

#[test]
fn mebibytes_pass_our_nat_unharmed_in_both_directions() {
    let Some((inside, outside, mut live)) = inside_and_outside() else { return };
    let server = "
import hashlib
server = socket.create_server(('', 7000))
print('ready')
connection, peer = server.accept()
data = b''.join(iter(lambda: connection.recv(1 << 20), b''))
connection.sendall(peer[0].encode() + b' ' + hashlib.sha256(data).hexdigest().encode() + b'\\n')
connection.sendall(data)
";
    let client = "
import hashlib, random
sent = random.Random(2).randbytes(2 << 20)
connection = socket.create_connection(('198.51.100.80', 7000))
connection.sendall(sent)
connection.shutdown(socket.SHUT_WR)
stream = connection.makefile('rb')
seen, digest = stream.readline().decode().split()
back = stream.read()
print(seen, digest == hashlib.sha256(sent).hexdigest(), back == sent)
";
    live.spawn_until(outside.python(server, &[]), "ready");
    let ended = live.run(inside.python(client, &[]));
    assert_eq!(ended.success(), "203.0.113.5 True True\n");
    assert_no_leak(&live);
    assert_clean(&live, FLOW);
}

#[test]
fn a_kernel_outside_reaches_a_kernel_inside_by_a_forward_only() {
    let Some((inside, outside, mut live)) = inside_and_outside() else { return };
    let server = "
server = socket.create_server(('', 80))
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(('', 53))
print('ready')
connection, peer = server.accept()
connection.sendall(b'hello ' + peer[0].encode())
connection.close()
data, peer = datagrams.recvfrom(100)
datagrams.sendto(data.upper(), peer)
";
    let client = "
connection = socket.create_connection(('203.0.113.5', 8001))
print(connection.makefile().read())
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(('203.0.113.5', 5353))
s.send(b'question')
s.settimeout(10)
print(s.recv(100).decode())
try:
    socket.create_connection(('203.0.113.5', 80), 1)
except OSError as error:
    print(type(error).__name__)
";
    live.spawn_until(inside.python(server, &[]), "ready");
    let ended = live.run(outside.python(client, &[]));
    assert_eq!(ended.success(), "hello 198.51.100.80\nQUESTION\nTimeoutError\n");
    assert_no_leak(&live);
    assert_clean(&live, FLOW);
}

#[test]
fn curl_and_iperf3_work_behind_our_nat() {
    let Some((inside, outside, mut live)) = inside_and_outside() else { return };
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if has("curl") {
        let server = "
import http.server
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.client_address[0].encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
server = http.server.HTTPServer(('', 8000), Page)
print('ready')
server.serve_forever()
";
        let server = live.spawn_until(outside.python(server, &[]), "ready");
        let ended = live.run(inside.line("curl -s -m 20 http://198.51.100.80:8000/"));
        assert_eq!(ended.success(), "203.0.113.5");
        live.kill(server);
    }
    if has("iperf3") {
        live.spawn_until(outside.line("iperf3 -s -1 --forceflush"), "Server listening");
        let ended = live.run(inside.line("iperf3 -c 198.51.100.80 -t 1 -P 4 -J"));
        let report: serde_json::Value = serde_json::from_str(ended.success()).expect("JSON");
        let received = report["end"]["sum_received"]["bits_per_second"].as_f64();
        assert!(received.unwrap_or_default() > 0.0, "{ended}");
    }
    assert_no_leak(&live);
    // iperf3 ends its streams with data unread.
    assert_clean(&live, &[FLOW, RESET].concat());
}
