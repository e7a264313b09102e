//! Datagrams.

use std::io::ErrorKind as Kind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use lanternet_apps::Sockets;
use lanternet_apps::race::timeout;
use lanternet_apps::sockets::{MessageTooLong, UdpOptions, UdpSocket as _};
use lanternet_core::Duration;

use crate::scene;

const MOMENT: Duration = Duration::from_millis(100);
const SHARED: UdpOptions = UdpOptions { reuse_address: true, v6_only: false };

async fn bind<S: Sockets>(sockets: &S, at: impl Into<SocketAddr>) -> S::UdpSocket {
    sockets.udp_bind(at.into()).await.unwrap()
}

fn any(port: u16) -> SocketAddr {
    SocketAddr::from(([0, 0, 0, 0], port))
}

fn kind<T>(result: std::io::Result<T>) -> Kind {
    match result {
        Ok(_) => panic!("expected an error, got none"),
        Err(error) => error.kind(),
    }
}

/// The next datagram, if one comes within a moment.
async fn next<S: Sockets>(sockets: &S, socket: &S::UdpSocket) -> Option<(Vec<u8>, SocketAddr)> {
    let mut buffer = [0; 2000];
    let received = timeout(sockets, MOMENT * 3, socket.recv_from(&mut buffer)).await.ok()?;
    let (length, from) = received.unwrap();
    Some((buffer[..length].to_vec(), from))
}

scene! { a_connected_socket_is_refused_and_an_open_one_is_not:
    server(sockets, at) {}
    client(sockets, to) {
        let socket = bind(&sockets, any(0)).await;
        socket.connect(to).await.unwrap();
        socket.send(b"anybody there?").await.unwrap();
        assert_eq!(kind(socket.recv(&mut [0; 8]).await), Kind::ConnectionRefused);
        // The error is told once, also by the next send.
        socket.send(b"anybody there?").await.unwrap();
        sockets.sleep(MOMENT).await;
        assert_eq!(kind(socket.send(b"really nobody?").await), Kind::ConnectionRefused);
        socket.send(b"this one is sent").await.unwrap();

        let open = bind(&sockets, any(0)).await;
        open.send_to(b"anybody there?", to).await.unwrap();
        assert!(next(&sockets, &open).await.is_none());
    }
}

scene! { a_datagram_is_cut_to_the_buffer_and_the_next_is_whole:
    server(sockets, at) {
        let socket = bind(&sockets, at).await;
        let mut short = [0; 4];
        let (length, from) = socket.recv_from(&mut short).await.unwrap();
        assert_eq!(&short[..length], b"long");
        let (datagram, again) = next(&sockets, &socket).await.unwrap();
        assert_eq!((datagram.as_slice(), again), (&b"second"[..], from));
        // One of no bytes is one, and not the end of anything.
        assert_eq!(next(&sockets, &socket).await.unwrap().0, b"");
    }
    client(sockets, to) {
        let socket = bind(&sockets, any(0)).await;
        for datagram in [&b"longer than four"[..], b"second", b""] {
            assert_eq!(socket.send_to(datagram, to).await.unwrap(), datagram.len());
        }
    }
}

scene! { more_than_a_datagram_holds_is_too_long:
    server(sockets, at) {
        let socket = bind(&sockets, any(0)).await;
        let error = socket.send_to(&[0; 65_508], at).await.unwrap_err();
        assert_eq!(MessageTooLong::in_error(&error), Some(&MessageTooLong { mtu: None }));
        socket.connect(at).await.unwrap();
        let error = socket.send(&[0; 65_508]).await.unwrap_err();
        assert_eq!(MessageTooLong::in_error(&error), Some(&MessageTooLong { mtu: None }));
        assert_eq!(error.kind(), Kind::InvalidInput);
    }
    client(sockets, to) {}
}

scene! { a_connected_socket_hears_its_peer_alone:
    server(sockets, at) {
        let peer = bind(&sockets, at).await;
        let stranger = bind(&sockets, SocketAddr::new(at.ip(), at.port() + 1)).await;
        let (_, from) = next(&sockets, &peer).await.unwrap();
        stranger.send_to(b"from a stranger", from).await.unwrap();
        peer.send_to(b"from the peer", from).await.unwrap();
    }
    client(sockets, to) {
        let socket = bind(&sockets, any(0)).await;
        socket.connect(to).await.unwrap();
        assert!(!socket.local_addr().unwrap().ip().is_unspecified());
        socket.send(b"hello").await.unwrap();
        let (datagram, from) = next(&sockets, &socket).await.unwrap();
        assert_eq!((datagram.as_slice(), from), (&b"from the peer"[..], to));
    }
}

scene! { a_taken_address_is_shared_by_those_who_agree:
    server(sockets, at) {
        let one = bind(&sockets, at).await;
        assert_eq!(kind(sockets.udp_bind(at).await), Kind::AddrInUse);
        assert_eq!(kind(sockets.udp_bind_with(at, SHARED).await), Kind::AddrInUse);
        drop(one);
        let first = sockets.udp_bind_with(at, SHARED).await.unwrap();
        let second = sockets.udp_bind_with(at, SHARED).await.unwrap();
        // What is for one goes to the latest.
        assert_eq!(next(&sockets, &second).await.unwrap().0, b"for whom?");
        assert!(next(&sockets, &first).await.is_none());
    }
    client(sockets, to) {
        bind(&sockets, any(0)).await.send_to(b"for whom?", to).await.unwrap();
    }
}

const GROUP: IpAddr = IpAddr::V4(Ipv4Addr::new(239, 7, 7, 7));

scene! { a_group_is_heard_by_all_who_joined_it:
    server(sockets, at) {
        let mut members = Vec::new();
        for _ in 0..2 {
            let member = sockets.udp_bind_with(any(at.port()), SHARED).await.unwrap();
            member.join_multicast(GROUP, Some(at.ip())).unwrap();
            let again = member.join_multicast(GROUP, Some(at.ip()));
            assert_eq!(kind(again), Kind::AddrInUse);
            members.push(member);
        }
        for member in &members {
            let (datagram, from) = next(&sockets, member).await.unwrap();
            assert_eq!(datagram, b"hello, all");
            member.send_to(b"hello, you", from).await.unwrap();
        }
        for member in &members {
            member.leave_multicast(GROUP, Some(at.ip())).unwrap();
            let again = member.leave_multicast(GROUP, Some(at.ip()));
            assert_eq!(kind(again), Kind::AddrNotAvailable);
        }
        assert!(next(&sockets, &members[0]).await.is_none());
    }
    client(sockets, to) {
        let socket = bind(&sockets, any(0)).await;
        let own = own_address(&sockets, to).await;
        socket.set_multicast_interface(own).unwrap();
        let group = SocketAddr::new(GROUP, to.port());
        socket.send_to(b"hello, all", group).await.unwrap();
        for _ in 0..2 {
            let (datagram, from) = next(&sockets, &socket).await.unwrap();
            assert_eq!((datagram.as_slice(), from.port()), (&b"hello, you"[..], to.port()));
        }
        sockets.sleep(MOMENT).await;
        socket.send_to(b"is anybody left?", group).await.unwrap();
    }
}

/// The address that this host talks from.
async fn own_address<S: Sockets>(sockets: &S, to: SocketAddr) -> IpAddr {
    let socket = bind(sockets, any(0)).await;
    socket.connect(to).await.unwrap();
    socket.local_addr().unwrap().ip()
}

scene! { an_interface_that_is_not_there_has_no_groups:
    server(sockets, at) {
        let socket = bind(&sockets, any(0)).await;
        // RFC 5737: for documents.
        let nowhere = IpAddr::from([198, 51, 100, 7]);
        let joined = socket.join_multicast(GROUP, Some(nowhere));
        assert_eq!(kind(joined), Kind::AddrNotAvailable);
        assert_eq!(kind(socket.set_multicast_interface(nowhere)), Kind::AddrNotAvailable);
        let no_group = socket.join_multicast(at.ip(), Some(at.ip()));
        assert_eq!(kind(no_group), Kind::InvalidInput);
    }
    client(sockets, to) {}
}

scene! { an_unspecified_ipv6_socket_talks_with_ipv4_too:
    server(sockets, at) {
        let all = SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), at.port());
        let socket = bind(&sockets, all).await;
        let (datagram, from) = next(&sockets, &socket).await.unwrap();
        assert!(from.is_ipv4(), "{from}");
        socket.send_to(&datagram.to_ascii_uppercase(), from).await.unwrap();
        let six_only = UdpOptions { v6_only: true, ..Default::default() };
        drop(socket);
        let six = sockets.udp_bind_with(all, six_only).await.unwrap();
        let four = bind(&sockets, any(at.port())).await;
        drop((six, four));
    }
    client(sockets, to) {
        let socket = bind(&sockets, any(0)).await;
        socket.send_to(b"four", to).await.unwrap();
        // Which of its addresses the server answers from is its host's choice.
        let (datagram, from) = next(&sockets, &socket).await.unwrap();
        assert_eq!((datagram.as_slice(), from.port()), (&b"FOUR"[..], to.port()));
    }
}
