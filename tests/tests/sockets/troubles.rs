//! What a loopback interface cannot do: silence, no route, nobody there. The same
//! network twice: as a lab, and as three namespaces of the kernel.

use std::future::Future;
use std::io::ErrorKind as Kind;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use lanternet_apps::Sockets;
use lanternet_apps::icmp::{IcmpError, Unreachable};
use lanternet_apps::race::timeout;
use lanternet_apps::sockets::{
    ConnectOptions, Keepalive, ListenOptions, MessageTooLong, TcpListener as _, TcpStream as _,
    UdpSocket as _,
};
use lanternet_core::Duration;
use lanternet_live::Os;
use lanternet_tests::kernel::Namespace;
use rustix::thread::{CapabilitySet, CapabilitySets};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::worlds::Stage;

const SECOND: Duration = Duration::from_secs(1);

/// A server far away.
const SERVER: [u8; 4] = [10, 9, 2, 1];
/// Nobody on our own segment, and nobody on the server's.
const NOBODY: [u8; 4] = [10, 9, 1, 99];
const NOBODY_THERE: [u8; 4] = [10, 9, 2, 99];
/// The router drops it without a word.
const SILENT: [u8; 4] = [10, 9, 2, 77];
/// The router has no route there, and we have none here.
const NO_ROUTE_THERE: [u8; 4] = [10, 77, 0, 1];
const NO_ROUTE: [u8; 4] = [172, 16, 0, 1];
/// Everybody on our segment.
const EVERYBODY: [u8; 4] = [10, 9, 1, 255];
const OURSELVES: [u8; 4] = [10, 9, 1, 1];

const LAB: &str = "
name: troubles
nodes:
  a:
    kind: host
    address: 10.9.1.1/24
    routes: [{ to: 10.9.0.0/16, via: 10.9.1.254 }, { to: 10.77.0.0/16, via: 10.9.1.254 }]
  b: { kind: host, address: 10.9.2.1/24, gateway: 10.9.2.254 }
  r:
    kind: router
    interfaces: { eth0: { address: 10.9.1.254/24 }, eth1: { address: 10.9.2.254/24 } }
    firewall:
      - deny: { to: 10.9.2.77 }
links: [a -- r:eth0, b -- r:eth1]
";

/// The lab's network, of the kernel. `None` where it cannot be made.
struct Kernel {
    a: Namespace,
    b: Namespace,
    r: Namespace,
}

impl Kernel {
    #[track_caller]
    fn new() -> Option<Self> {
        let (a, b, r) = (Namespace::new()?, Namespace::new()?, Namespace::new()?);
        r.connect("eth0", &a, "eth0");
        r.connect("eth1", &b, "eth0");
        r.ip("address add 10.9.1.254/24 dev eth0");
        r.ip("address add 10.9.2.254/24 dev eth1");
        r.sysctl("net.ipv4.ip_forward=1");
        r.ip("route add blackhole 10.9.2.77");
        a.ip("address add 10.9.1.1/24 dev eth0");
        a.ip("route add 10.9.0.0/16 via 10.9.1.254");
        a.ip("route add 10.77.0.0/16 via 10.9.1.254");
        b.ip("address add 10.9.2.1/24 dev eth0");
        b.ip("route add default via 10.9.2.254");
        Some(Self { a, b, r })
    }
}

/// Runs a program in a namespace to its end.
fn inside<F: Future<Output = ()>>(namespace: &Namespace, program: impl FnOnce(Os) -> F) {
    namespace.enter();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(program(Os::new()));
}

/// A program on host a, in both worlds.
macro_rules! trouble {
    ($name:ident: client($s:ident) $client:block) => {
        mod $name {
            use super::*;

            async fn client<S: Sockets>($s: S) $client

            #[test]
            fn in_a_lab() {
                let mut stage = Stage::new(LAB);
                stage.start(("a", SECOND), client);
                stage.finish();
            }

            #[test]
            fn in_the_kernel() {
                let Some(kernel) = Kernel::new() else { return };
                // The thread stays where it enters, and others of this process run tests.
                thread::scope(|scope| {
                    scope.spawn(|| inside(&kernel.a, client)).join().unwrap();
                });
            }
        }
    };
}

fn at(address: [u8; 4]) -> SocketAddr {
    SocketAddr::from((address, 7000))
}

fn any() -> SocketAddr {
    SocketAddr::from(([0, 0, 0, 0], 0))
}

fn kind<T>(result: std::io::Result<T>) -> Kind {
    match result {
        Ok(_) => panic!("expected an error, got none"),
        Err(error) => error.kind(),
    }
}

async fn connect<S: Sockets>(sockets: &S, to: [u8; 4], limit: Option<Duration>) -> Kind {
    let options = ConnectOptions { timeout: limit, source: None };
    kind(sockets.tcp_connect(at(to), options).await)
}

trouble! { nobody_has_the_address:
    client(sockets) {
        // Nobody answers ARP: ours, and the router's.
        assert_eq!(connect(&sockets, NOBODY, None).await, Kind::HostUnreachable);
        assert_eq!(connect(&sockets, NOBODY_THERE, None).await, Kind::HostUnreachable);
    }
}

trouble! { no_route_leads_there:
    client(sockets) {
        assert_eq!(connect(&sockets, NO_ROUTE, None).await, Kind::NetworkUnreachable);
        assert_eq!(connect(&sockets, NO_ROUTE_THERE, None).await, Kind::NetworkUnreachable);
        let socket = sockets.udp_bind(any()).await.unwrap();
        assert_eq!(kind(socket.connect(at(NO_ROUTE)).await), Kind::NetworkUnreachable);
        assert_eq!(kind(socket.send_to(b"x", at(NO_ROUTE)).await), Kind::NetworkUnreachable);
    }
}

trouble! { nothing_comes_back:
    client(sockets) {
        let began = sockets.now();
        assert_eq!(connect(&sockets, SILENT, Some(SECOND)).await, Kind::TimedOut);
        let took = sockets.now() - began;
        assert!(took >= SECOND && took < SECOND * 2, "{took}");
    }
}

trouble! { a_passing_trouble_is_no_error_of_a_datagram:
    client(sockets) {
        // RFC 1122 section 4.1.3.3 would have it told; Linux tells who asked for all errors (IP_RECVERR).
        let socket = sockets.udp_bind(any()).await.unwrap();
        socket.connect(at(NO_ROUTE_THERE)).await.unwrap();
        socket.send(b"hello?").await.unwrap();
        let mut buffer = [0; 8];
        assert!(timeout(&sockets, SECOND, socket.recv(&mut buffer)).await.is_err());
        socket.set_error_queue(true).unwrap();
        socket.send(b"hello?").await.unwrap();
        let error = socket.recv_error().await.unwrap();
        assert_eq!(error.error, IcmpError::Unreachable(Unreachable::Network));
        assert_eq!((error.about, error.from), (at(NO_ROUTE_THERE), [10, 9, 1, 254].into()));
    }
}

trouble! { a_broadcast_has_to_be_allowed:
    client(sockets) {
        let socket = sockets.udp_bind(any()).await.unwrap();
        assert_eq!(kind(socket.send_to(b"all", at(EVERYBODY)).await), Kind::PermissionDenied);
        assert_eq!(kind(socket.connect(at(EVERYBODY)).await), Kind::PermissionDenied);
        socket.set_broadcast(true).unwrap();
        socket.send_to(b"all", at(EVERYBODY)).await.unwrap();
        socket.connect(at(EVERYBODY)).await.unwrap();
        // TCP has no broadcasts.
        assert_eq!(connect(&sockets, EVERYBODY, None).await, Kind::NetworkUnreachable);
    }
}

trouble! { what_may_not_be_cut_has_to_fit:
    client(sockets) {
        // Ethernet's 1500 bytes less the headers of IP and UDP.
        let socket = sockets.udp_bind(any()).await.unwrap();
        // To where nothing comes back from.
        socket.connect(at(SILENT)).await.unwrap();
        socket.send(&[0; 1473]).await.unwrap();
        socket.set_dont_fragment(true).unwrap();
        socket.send(&[0; 1472]).await.unwrap();
        let error = socket.send(&[0; 1473]).await.unwrap_err();
        assert_eq!(MessageTooLong::in_error(&error), Some(&MessageTooLong { mtu: Some(1500) }));
        socket.set_dont_fragment(false).unwrap();
        socket.send(&[0; 1473]).await.unwrap();
    }
}

trouble! { who_sends_to_its_own_group_hears_itself_unless_told_not_to:
    client(sockets) {
        let group = [239, 7, 7, 7].into();
        let ourselves = OURSELVES.into();
        let member = sockets.udp_bind(SocketAddr::from(([0, 0, 0, 0], 7000))).await.unwrap();
        member.join_multicast(group, Some(ourselves)).unwrap();
        member.set_multicast_interface(ourselves).unwrap();
        let group = SocketAddr::new(group, 7000);
        let mut buffer = [0; 8];
        for ttl in [1, 0] {
            // With 0 it goes not beyond this host, but all over it.
            member.set_multicast_ttl(ttl).unwrap();
            member.send_to(&[ttl], group).await.unwrap();
            let heard = timeout(&sockets, SECOND, member.recv_from(&mut buffer)).await;
            assert_eq!(heard.unwrap().unwrap(), (1, at(OURSELVES)));
            assert_eq!(buffer[0], ttl);
        }
        member.set_multicast_loop(false).unwrap();
        member.send_to(b"two", group).await.unwrap();
        assert!(timeout(&sockets, SECOND, member.recv_from(&mut buffer)).await.is_err());
    }
}

/// Greets whoever comes, and then waits.
async fn greet<S: Sockets>(sockets: S) {
    let listener = sockets.tcp_listen(at(SERVER), ListenOptions::default()).await.unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.write_all(b"welcome").await.unwrap();
    sockets.sleep(SECOND * 30).await;
}

/// Talks with a server that falls silent after a second.
async fn outlive<S: Sockets>(sockets: S) {
    let mut stream = sockets.tcp_connect(at(SERVER), ConnectOptions::default()).await.unwrap();
    stream.read_exact(&mut [0; 7]).await.unwrap();
    let keepalive = Keepalive { idle: SECOND, interval: SECOND, probes: 3 };
    stream.set_keepalive(Some(keepalive)).unwrap();
    let began = sockets.now();
    assert_eq!(kind(stream.read(&mut [0; 8]).await), Kind::TimedOut);
    // The silence begins between the first probe and the second, or a little before.
    let took = sockets.now() - began;
    assert!(took >= SECOND * 3 && took < SECOND * 8, "{took}");
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(kind(stream.write(b"x").await), Kind::BrokenPipe);
}

#[test]
fn a_dead_peer_times_out_by_keep_alive_in_a_lab() {
    let mut stage = Stage::new(LAB);
    stage.start(("b", Duration::ZERO), greet);
    stage.start(("a", SECOND), outlive);
    stage.run_until(SECOND * 2);
    // The router does not notice before its neighbour's entry is old.
    let server = stage.node("b");
    stage.sim.crash(server);
    stage.finish_client("a");
}

#[test]
fn a_dead_peer_times_out_by_keep_alive_in_the_kernel() {
    let Some(kernel) = Kernel::new() else { return };
    let Kernel { a, b, r } = &kernel;
    let (client_is_done, done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            inside(b, move |sockets| async move {
                let until_done = async {
                    while done.try_recv() != Err(mpsc::TryRecvError::Disconnected) {
                        sockets.sleep(Duration::from_millis(50)).await;
                    }
                };
                lanternet_apps::race::select(greet(sockets.clone()), until_done).await;
            });
        });
        scope.spawn(move || {
            // However it ends, the server hears of it.
            let _client_is_done = client_is_done;
            inside(a, |sockets| async {
                sockets.sleep(SECOND).await;
                outlive(sockets).await;
            });
        });
        thread::sleep(std::time::Duration::from_secs(2));
        r.ip("route add blackhole 10.9.1.1");
    });
}

/// Programs of a simulated host may use all ports; on the operating system it takes a privilege.
#[test]
fn a_port_below_1024_is_denied_to_who_has_no_privilege_for_it() {
    let Some(namespace) = Namespace::new() else { return };
    namespace.sysctl("net.ipv4.ip_unprivileged_port_start=1024");
    // The privileges of this thread alone, which ends with the test.
    let unprivileged = || {
        namespace.enter();
        let none = CapabilitySet::empty();
        let sets = CapabilitySets { effective: none, permitted: none, inheritable: none };
        rustix::thread::set_capabilities(None, sets).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let sockets = Os::new();
            let at = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
            let listening = sockets.tcp_listen(at(80), ListenOptions::default()).await;
            assert_eq!(kind(listening), Kind::PermissionDenied);
            assert_eq!(kind(sockets.udp_bind(at(53)).await), Kind::PermissionDenied);
            sockets.tcp_listen(at(1024), ListenOptions::default()).await.unwrap();
        });
    };
    thread::scope(|scope| scope.spawn(unprivileged).join().unwrap());
}
