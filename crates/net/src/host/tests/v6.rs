//! The sockets over IPv6.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};

use lanternet_core::trace::{IcmpMessage, TcpState};
use lanternet_core::{Instant, TraceEvent};

use super::super::stream::{TcpListener, TcpStream, UdpSocket};
use super::super::{EchoRequest, Handle, Readiness, Shutdown, SocketKind};
use super::Pair;

/// A in 2001:db8:1::/64, a router, B in 2001:db8:2::/64; what B and the router's interface to it take.
fn routed(b_mtu: u16, mtu: u16) -> Pair {
    let near = ["2001:db8:1::1/64", "2001:db8:1::fe/64", "2001:db8:1::fe"];
    let far = ["2001:db8:2::2/64", "2001:db8:2::fe/64", "2001:db8:2::fe"];
    Pair::across("::/0", near, far, [b_mtu, mtu])
}

/// Once all addresses are checked.
fn ready() -> Pair {
    ready_with(1500, 1500)
}

fn ready_with(b_mtu: u16, mtu: u16) -> Pair {
    let mut pair = routed(b_mtu, mtu);
    pair.sim.run_until(Instant::from_secs(5));
    pair.recorder.take();
    pair
}

const B: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 2, 0, 0, 0, 0, 2);

fn link_local(last: u16) -> Ipv6Addr {
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0xff, 0xfe00, last)
}

async fn ping(handle: Handle, to: IpAddr, len: usize, dont_fragment: bool) -> Vec<IcmpMessage> {
    let id = handle.socket(SocketKind::Ping);
    let payload = &vec![0x61; len];
    let mut heard = Vec::new();
    for sequence in 1..=2 {
        let interface = None;
        let request = EchoRequest { sequence, payload, ttl: 64, dont_fragment, interface };
        handle.send_echo(id, to, request).unwrap();
        std::future::poll_fn(|cx| handle.poll_ready(cx, id, Readiness::READABLE)).await;
        heard.push(handle.receive_echo(id).unwrap().message);
    }
    heard
}

fn is_reply(message: &IcmpMessage) -> bool {
    matches!(message, IcmpMessage::EchoReply { .. })
}

#[test]
fn a_ping_crosses_a_router_and_its_reply_comes_back() {
    let mut pair = ready();
    let program = pair.spawn(pair.a, "ping", |handle| async move {
        let heard = ping(handle, B.into(), 56, false).await;
        u8::from(!heard.iter().all(is_reply))
    });
    pair.run(60);
    assert_eq!(pair.exit(pair.a, program), Some(0));
    let forwarded = pair.records.iter().filter_map(|record| match record.event {
        TraceEvent::PacketForwarded { ttl_from, ttl_to, .. } => Some((ttl_from, ttl_to)),
        _ => None,
    });
    assert_eq!(forwarded.collect::<Vec<_>>(), [(64, 63); 4]);
    for node in [pair.a, pair.b] {
        assert!(pair.drops(node).is_empty(), "{:?}", pair.drops(node));
    }
}

#[test]
fn a_long_datagram_is_cut_by_its_sender_and_put_together_by_its_receiver() {
    let mut pair = ready();
    let program = pair.spawn(pair.a, "ping", |handle| async move {
        let heard = ping(handle, B.into(), 4000, false).await;
        u8::from(!heard.iter().all(is_reply))
    });
    pair.run(60);
    assert_eq!(pair.exit(pair.a, program), Some(0));
    assert!(pair.events(pair.b).any(|event| matches!(event, TraceEvent::Reassembled { .. })));
}

/// Sends so many bytes over TCP from A to B and returns what B got.
fn transfer(pair: &mut Pair, bytes: usize) -> (Option<u8>, Option<u8>) {
    let server = pair.spawn(pair.b, "server", move |handle| async move {
        let listener = TcpListener::listen(&handle, all(80), 8, &[]).unwrap();
        let (stream, peer) = listener.accept().await.unwrap();
        assert_eq!(peer.ip().to_string(), "2001:db8:1::1");
        u8::from(read_all(stream).await != bytes)
    });
    let client = pair.spawn(pair.a, "client", move |handle| async move {
        let stream =
            TcpStream::connect(&handle, SocketAddr::from((B, 80)), None, &[]).await.unwrap();
        stream.write_all(&vec![7; bytes]).await.unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        0
    });
    pair.run(100);
    (pair.exit(pair.b, server), pair.exit(pair.a, client))
}

async fn read_all(stream: TcpStream) -> usize {
    let (mut all, mut buffer) = (0, [0; 4096]);
    loop {
        match stream.read(&mut buffer).await.unwrap() {
            0 => return all,
            len => all += len,
        }
    }
}

fn all(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))
}

#[test]
fn tcp_carries_a_stream_through_a_router() {
    let mut pair = ready();
    assert_eq!(transfer(&mut pair, 200_000), (Some(0), Some(0)));
    assert!(pair.states(pair.a).contains(&TcpState::Established));
}

#[test]
fn tcp_learns_a_narrow_path_from_packet_too_big() {
    // The router's cable takes less than its ends do: only the router knows.
    let mut pair = ready_with(1500, 1300);
    assert_eq!(transfer(&mut pair, 100_000), (Some(0), Some(0)));
    let learned = pair.events(pair.a).find_map(|event| match event {
        TraceEvent::PathMtuLearned { mtu, .. } => Some(*mtu),
        _ => None,
    });
    assert_eq!(learned, Some(1300));
}

#[test]
fn a_link_local_peer_is_reached_by_its_interface_and_by_nothing_else() {
    let mut pair = ready();
    let server = pair.spawn(pair.b, "server", move |handle| async move {
        let listener = TcpListener::listen(&handle, all(80), 8, &[]).unwrap();
        drop(listener.accept().await.unwrap());
        0
    });
    let router = pair.sim.topology().find_node("r").unwrap();
    let client = pair.spawn(router, "client", |handle| async move {
        let scoped = |scope| SocketAddr::V6(SocketAddrV6::new(link_local(2), 80, 0, scope));
        assert!(TcpStream::connect(&handle, scoped(0), None, &[]).await.is_err(), "no interface");
        u8::from(TcpStream::connect(&handle, scoped(2), None, &[]).await.is_err())
    });
    pair.run(100);
    assert_eq!((pair.exit(pair.b, server), pair.exit(router, client)), (Some(0), Some(0)));
}

#[test]
fn udp_to_a_closed_port_is_refused_as_icmpv6_says() {
    let mut pair = ready();
    let program = pair.spawn(pair.a, "client", |handle| async move {
        let socket = UdpSocket::bind(&handle, all(0), &[]).unwrap();
        socket.connect(SocketAddr::from((B, 9))).unwrap();
        socket.send(b"hello", None).unwrap();
        let error = socket.receive(&mut [0; 16]).await.unwrap_err();
        u8::from(error.kind() != std::io::ErrorKind::ConnectionRefused)
    });
    pair.run(60);
    assert_eq!(pair.exit(pair.a, program), Some(0));
}

#[test]
fn a_neighbour_that_does_not_exist_is_asked_three_times_and_the_program_is_told() {
    let mut pair = ready();
    let program = pair.spawn(pair.a, "ping", |handle| async move {
        let nobody = "2001:db8:1::77".parse().unwrap();
        let heard = ping(handle, nobody, 56, false).await;
        let unreachable = |message: &IcmpMessage| matches!(message, IcmpMessage::Unreachable(_));
        u8::from(!heard.iter().all(unreachable))
    });
    pair.run(60);
    assert_eq!(pair.exit(pair.a, program), Some(0));
    let asked =
        pair.events(pair.a).filter(|event| matches!(event, TraceEvent::NeighborAsked { .. }));
    assert_eq!(asked.count(), 6, "three for each request");
}

#[test]
fn a_server_on_all_addresses_of_ipv6_serves_ipv4_too() {
    let mut pair = Pair::new();
    let server = pair.spawn(pair.b, "server", |handle| async move {
        let listener = TcpListener::listen(&handle, all(80), 8, &[]).unwrap();
        let (_, peer) = listener.accept().await.unwrap();
        u8::from(peer.ip() != IpAddr::from(super::A))
    });
    let client = pair.spawn(pair.a, "client", |handle| async move {
        // An IPv4 address may be written as one of IPv6 (RFC 4291 section 2.5.5.2).
        let mapped = SocketAddr::from((super::B.to_ipv6_mapped(), 80));
        u8::from(TcpStream::connect(&handle, mapped, None, &[]).await.is_err())
    });
    pair.run(10);
    assert_eq!((pair.exit(pair.b, server), pair.exit(pair.a, client)), (Some(0), Some(0)));
}

#[test]
fn a_group_carries_a_datagram_to_its_members_and_to_nobody_else() {
    let mut pair = ready();
    let group = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x77);
    let router = pair.sim.topology().find_node("r").unwrap();
    let listener = pair.spawn(router, "listener", move |handle| async move {
        let socket = UdpSocket::bind(&handle, all(5000), &[]).unwrap();
        let interface = "2001:db8:1::fe".parse().unwrap();
        socket.join_group(group.into(), Some(interface)).unwrap();
        let received = socket.receive(&mut [0; 16]).await.unwrap();
        u8::from((received.to, received.ttl) != (group.into(), 1))
    });
    let sender = pair.spawn(pair.a, "sender", move |handle| async move {
        let socket = UdpSocket::bind(&handle, all(0), &[]).unwrap();
        let to = SocketAddr::V6(SocketAddrV6::new(group, 5000, 0, 1));
        u8::from(socket.send(b"all", Some(to)).is_err())
    });
    pair.run(20);
    assert_eq!((pair.exit(router, listener), pair.exit(pair.a, sender)), (Some(0), Some(0)));
    assert!(pair.drops(pair.b).is_empty(), "it stays on its segment");
}
