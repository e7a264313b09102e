use std::io::ErrorKind;
use std::net::IpAddr;

use lanternet_core::trace::{DropReason, IcmpMessage, TraceEvent, Unreachable};
use lanternet_core::{Duration, LinkSettings};

use super::super::stream::{IcmpSocket, UdpSocket};
use super::super::{EchoRequest, Errno, PathMtuDiscovery, SocketOption};
use super::{A, B, Pair, at};

#[test]
fn a_datagram_arrives_with_its_sender_and_is_cut_to_the_buffer() {
    let mut pair = Pair::new();
    let server = pair.spawn(pair.b, "server", |handle| async move {
        let any = at([0, 0, 0, 0].into(), 53);
        let socket = UdpSocket::bind(&handle, any, &[]).unwrap();
        let mut buffer = [0; 4];
        let got = socket.receive(&mut buffer).await.unwrap();
        assert_eq!((got.len, got.whole, got.ttl, got.to), (4, 6, 64, IpAddr::V4(B)));
        assert_eq!(&buffer, b"ques");
        socket.send(b"answer", Some(got.from)).unwrap();
        0
    });
    let client = pair.spawn(pair.a, "client", |handle| async move {
        let socket = UdpSocket::bind(&handle, at([0, 0, 0, 0].into(), 0), &[]).unwrap();
        let port = socket.local_addr().unwrap().port();
        assert!((32768..=60999).contains(&port));
        socket.send(b"questi", Some(at(B, 53))).unwrap();
        let got = socket.receive(&mut [0; 100]).await.unwrap();
        u8::from((got.whole, got.from) != (6, at(B, 53)))
    });
    pair.run(10);
    assert_eq!(pair.exit(pair.a, client), Some(0));
    assert_eq!(pair.exit(pair.b, server), Some(0));
}

#[test]
fn a_connected_socket_learns_that_nobody_listens_and_an_unconnected_one_does_not() {
    // RFC 1122 section 4.1.3.3; Linux: ECONNREFUSED on connected sockets only.
    let mut pair = Pair::new();
    let connected = pair.spawn(pair.a, "connected", |handle| async move {
        let socket = UdpSocket::bind(&handle, at([0, 0, 0, 0].into(), 0), &[]).unwrap();
        socket.connect(at(B, 99)).unwrap();
        assert_eq!(socket.local_addr().unwrap().ip(), IpAddr::V4(A));
        socket.send(b"?", None).unwrap();
        let error = socket.receive(&mut [0; 10]).await.unwrap_err();
        u8::from(error.kind() == ErrorKind::ConnectionRefused)
    });
    let open = pair.spawn(pair.a, "open", |handle| async move {
        let socket = UdpSocket::bind(&handle, at([0, 0, 0, 0].into(), 0), &[]).unwrap();
        socket.send(b"?", Some(at(B, 98))).unwrap();
        let _ = socket.receive(&mut [0; 10]).await;
        0
    });
    pair.run(10);
    assert_eq!(pair.exit(pair.a, connected), Some(1));
    assert_eq!(pair.exit(pair.a, open), None);
    let no_listener = |reason: &&&DropReason| matches!(reason, DropReason::NoListener { .. });
    assert_eq!(pair.drops(pair.b).iter().filter(no_listener).count(), 2);
}

#[test]
fn kept_errors_say_who_and_what_and_about_which_destination() {
    let mut pair = Pair::new();
    let client = pair.spawn(pair.a, "traceroute", |handle| async move {
        let options = [SocketOption::KeepErrors(true), SocketOption::Ttl(1)];
        let socket = UdpSocket::bind(&handle, at([0, 0, 0, 0].into(), 0), &options).unwrap();
        socket.send(b"probe", Some(at(B, 33434))).unwrap();
        let error = std::future::poll_fn(|cx| socket.poll_error(cx)).await.unwrap();
        assert_eq!(error.from, IpAddr::V4(B));
        assert_eq!(error.destination, at(B, 33434));
        assert_eq!(error.message, IcmpMessage::Unreachable(Unreachable::Port));
        // A neighbour that does not answer is this host's own report.
        socket.send(b"probe", Some(at([10, 0, 0, 77].into(), 33435))).unwrap();
        let error = std::future::poll_fn(|cx| socket.poll_error(cx)).await.unwrap();
        assert_eq!(error.from, IpAddr::V4(A));
        assert_eq!(error.message, IcmpMessage::Unreachable(Unreachable::Host));
        0
    });
    pair.run(10);
    assert_eq!(pair.exit(pair.a, client), Some(0));
}

#[test]
fn broadcasts_need_permission_reach_everybody_and_are_never_answered_with_errors() {
    let mut pair = Pair::new();
    let listener = pair.spawn(pair.b, "listener", |handle| async move {
        let any = at([0, 0, 0, 0].into(), 67);
        let socket = UdpSocket::bind(&handle, any, &[]).unwrap();
        let got = [
            socket.receive(&mut [0; 10]).await.unwrap().to,
            socket.receive(&mut [0; 10]).await.unwrap().to,
        ];
        u8::from(got != [IpAddr::from([255; 4]), IpAddr::from([10, 0, 0, 255])])
    });
    let sender = pair.spawn(pair.a, "sender", |handle| async move {
        let socket = UdpSocket::bind(&handle, at([0, 0, 0, 0].into(), 0), &[]).unwrap();
        let error = socket.send(b"x", Some(at([255; 4].into(), 67))).unwrap_err();
        assert_eq!(Errno::of(&error), Some(Errno::AccessDenied));
        socket.set_option(SocketOption::Broadcast(true)).unwrap();
        socket.send(b"x", Some(at([255; 4].into(), 67))).unwrap();
        socket.send(b"x", Some(at([10, 0, 0, 255].into(), 67))).unwrap();
        socket.send(b"x", Some(at([10, 0, 0, 255].into(), 68))).unwrap();
        0
    });
    pair.run(10);
    assert_eq!(pair.exit(pair.a, sender), Some(0));
    assert_eq!(pair.exit(pair.b, listener), Some(0));
    assert!(!pair.events(pair.b).any(|event| matches!(event, TraceEvent::IcmpSent { .. })));
}

#[test]
fn a_group_is_heard_by_its_members_only() {
    let group: IpAddr = [239, 1, 2, 3].into();
    let mut pair = Pair::new();
    let member = pair.spawn(pair.b, "member", move |handle| async move {
        let socket = UdpSocket::bind(&handle, at([0, 0, 0, 0].into(), 5000), &[]).unwrap();
        socket.join_group(group, Some(B.into())).unwrap();
        let got = socket.receive(&mut [0; 10]).await.unwrap();
        assert_eq!((got.to, got.ttl), (group, 1));
        socket.leave_group(group, Some(B.into())).unwrap();
        handle.sleep(Duration::from_secs(2)).await;
        let again = handle.receive_from(socket.id(), &mut [0; 10], false);
        u8::from(again != Err(Errno::WouldBlock))
    });
    pair.spawn(pair.a, "sender", move |handle| async move {
        let socket = UdpSocket::bind(&handle, at([0, 0, 0, 0].into(), 0), &[]).unwrap();
        socket.send(b"one", Some((group, 5000).into())).unwrap();
        handle.sleep(Duration::from_secs(1)).await;
        socket.send(b"two", Some((group, 5000).into())).unwrap();
        0
    });
    pair.run(10);
    assert_eq!(pair.exit(pair.b, member), Some(0));
}

#[test]
fn what_is_too_long_for_the_link_is_fragmented_unless_forbidden() {
    let mut pair = Pair::new();
    let server = pair.spawn(pair.b, "server", |handle| async move {
        let socket = UdpSocket::bind(&handle, at(B, 53), &[]).unwrap();
        let got = socket.receive(&mut [0; 10_000]).await.unwrap();
        u8::from(got.len != 4000)
    });
    pair.spawn(pair.a, "client", |handle| async move {
        let socket = UdpSocket::bind(&handle, at([0, 0, 0, 0].into(), 0), &[]).unwrap();
        socket.set_option(SocketOption::PathMtuDiscovery(PathMtuDiscovery::Always)).unwrap();
        let error = socket.send(&[1; 4000], Some(at(B, 53))).unwrap_err();
        assert_eq!(Errno::of(&error), Some(Errno::MessageTooLong));
        socket.set_option(SocketOption::PathMtuDiscovery(PathMtuDiscovery::Want)).unwrap();
        socket.send(&[1; 4000], Some(at(B, 53))).unwrap();
        let error = socket.send(&vec![1; 65_508], Some(at(B, 53))).unwrap_err();
        assert_eq!(Errno::of(&error), Some(Errno::MessageTooLong));
        0
    });
    pair.run(10);
    assert_eq!(pair.exit(pair.b, server), Some(0));
}

#[test]
fn a_program_that_does_not_read_loses_datagrams_visibly() {
    let mut pair = Pair::new();
    pair.spawn(pair.b, "deaf", |handle| async move {
        let options = [SocketOption::ReceiveBuffer(4096)];
        let _socket = UdpSocket::bind(&handle, at(B, 53), &options).unwrap();
        handle.sleep(Duration::from_secs(1)).await;
        0
    });
    pair.spawn(pair.a, "flood", |handle| async move {
        let socket = UdpSocket::bind(&handle, at([0, 0, 0, 0].into(), 0), &[]).unwrap();
        for _ in 0..20 {
            socket.send(&[0; 1000], Some(at(B, 53))).unwrap();
            handle.sleep(Duration::from_millis(1)).await;
        }
        0
    });
    pair.run(10);
    let full = DropReason::ReceiveBufferFull { local: at(B, 53), limit: 8192 };
    assert_eq!(pair.drops(pair.b).iter().filter(|reason| ***reason == full).count(), 16);
}

#[test]
fn echo_requests_come_back_to_the_socket_that_sent_them() {
    let mut pair = Pair::with_link(LinkSettings {
        delay: Duration::from_millis(5),
        ..LinkSettings::default()
    });
    let mut pings = Vec::new();
    for number in 0..2u16 {
        pings.push(pair.spawn(pair.a, "ping", move |handle| async move {
            let socket = IcmpSocket::open(&handle);
            let payload = &[number as u8; 56];
            let request = EchoRequest {
                sequence: number,
                payload,
                ttl: 64,
                dont_fragment: true,
                interface: None,
            };
            socket.send_echo(B.into(), request).unwrap();
            let reply = socket.receive().await.unwrap();
            assert_eq!((reply.from, reply.sequence, reply.ttl), (IpAddr::V4(B), number, 64));
            assert_eq!(reply.payload, payload);
            socket.send_echo([10, 0, 0, 9].into(), request).unwrap();
            let error = socket.receive().await.unwrap();
            assert_eq!(error.message, IcmpMessage::Unreachable(Unreachable::Host));
            assert_eq!((error.from, error.sequence), (IpAddr::V4(A), number));
            u8::from(error.destination != IpAddr::from([10, 0, 0, 9]))
        }));
    }
    pair.run(20);
    assert!(pings.iter().all(|ping| pair.exit(pair.a, *ping) == Some(0)));
}
