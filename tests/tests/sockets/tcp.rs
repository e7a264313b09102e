//! Connections: how they begin, how they end, and what is lost.

use std::io::ErrorKind as Kind;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use lanternet_apps::Sockets;
use lanternet_apps::race::timeout;
use lanternet_apps::sockets::{
    ConnectOptions, Keepalive, ListenOptions, TcpListener as _, TcpStream as _,
};
use lanternet_apps::split::split;
use lanternet_core::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::scene;

const MOMENT: Duration = Duration::from_millis(100);

async fn listen<S: Sockets>(sockets: &S, at: SocketAddr) -> S::TcpListener {
    sockets.tcp_listen(at, ListenOptions::default()).await.unwrap()
}

async fn accept<S: Sockets>(sockets: &S, at: SocketAddr) -> S::TcpStream {
    listen(sockets, at).await.accept().await.unwrap().0
}

async fn connect<S: Sockets>(sockets: &S, to: SocketAddr) -> S::TcpStream {
    sockets.tcp_connect(to, ConnectOptions::default()).await.unwrap()
}

/// The kind of an error that must be there.
fn kind<T>(result: std::io::Result<T>) -> Kind {
    match result {
        Ok(_) => panic!("expected an error, got none"),
        Err(error) => error.kind(),
    }
}

scene! { nobody_listens:
    server(sockets, at) {}
    client(sockets, to) {
        let refused = sockets.tcp_connect(to, ConnectOptions::default()).await;
        assert_eq!(kind(refused), Kind::ConnectionRefused);
        // Once more: the first refusal leaves nothing behind.
        let refused = sockets.tcp_connect(to, ConnectOptions::default()).await;
        assert_eq!(kind(refused), Kind::ConnectionRefused);
    }
}

scene! { the_longest_waiting_is_accepted_first:
    server(sockets, at) {
        let listener = listen(&sockets, at).await;
        sockets.sleep(MOMENT * 5).await;
        for expected in 1..=3 {
            let (mut stream, peer) = listener.accept().await.unwrap();
            assert_eq!(stream.peer_addr().unwrap(), peer);
            assert_eq!(stream.local_addr().unwrap(), at);
            assert_eq!(stream.read_u8().await.unwrap(), expected);
        }
    }
    client(sockets, to) {
        let mut streams = Vec::new();
        for number in 1..=3 {
            let mut stream = connect(&sockets, to).await;
            stream.write_u8(number).await.unwrap();
            streams.push(stream);
        }
        sockets.sleep(MOMENT * 6).await;
    }
}

scene! { after_our_fin_we_still_read:
    server(sockets, at) {
        let mut stream = accept(&sockets, at).await;
        let mut question = String::new();
        stream.read_to_string(&mut question).await.unwrap();
        sockets.sleep(MOMENT).await;
        stream.write_all(question.to_uppercase().as_bytes()).await.unwrap();
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        stream.write_all(b"question").await.unwrap();
        stream.shutdown().await.unwrap();
        assert_eq!(kind(stream.write(b"more").await), Kind::BrokenPipe);
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "QUESTION");
        // The end stays the end.
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    }
}

scene! { a_dropped_writing_half_ends_one_direction:
    server(sockets, at) {
        let (mut reader, mut writer) = split(accept(&sockets, at).await);
        let mut question = String::new();
        reader.read_to_string(&mut question).await.unwrap();
        writer.write_all(question.as_bytes()).await.unwrap();
    }
    client(sockets, to) {
        let (mut reader, mut writer) = split(connect(&sockets, to).await);
        writer.write_all(b"question").await.unwrap();
        drop(writer);
        let mut answer = String::new();
        reader.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "question");
    }
}

scene! { an_abort_is_a_reset_for_who_reads:
    server(sockets, at) {
        let stream = accept(&sockets, at).await;
        sockets.sleep(MOMENT).await;
        stream.abort().unwrap();
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        assert_eq!(kind(stream.read(&mut [0; 8]).await), Kind::ConnectionReset);
        // The error is told once; afterwards there is nothing to read, and nobody to write to.
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
        assert_eq!(kind(stream.write(b"more").await), Kind::BrokenPipe);
    }
}

scene! { an_abort_is_a_reset_for_who_writes:
    server(sockets, at) {
        let stream = accept(&sockets, at).await;
        sockets.sleep(MOMENT).await;
        stream.abort().unwrap();
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        sockets.sleep(MOMENT * 2).await;
        assert_eq!(kind(stream.write(b"more").await), Kind::ConnectionReset);
        assert_eq!(kind(stream.write(b"more").await), Kind::BrokenPipe);
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    }
}

scene! { a_reunited_connection_can_be_aborted:
    server(sockets, at) {
        let (reader, writer) = split(accept(&sockets, at).await);
        sockets.sleep(MOMENT).await;
        reader.reunite(writer).abort().unwrap();
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        assert_eq!(kind(stream.read(&mut [0; 8]).await), Kind::ConnectionReset);
    }
}

scene! { a_dropped_connection_that_lingers_for_no_time_is_a_reset:
    server(sockets, at) {
        let stream = accept(&sockets, at).await;
        stream.set_linger(Some(Duration::ZERO)).unwrap();
        sockets.sleep(MOMENT).await;
        drop(stream);
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        assert_eq!(kind(stream.read(&mut [0; 8]).await), Kind::ConnectionReset);
    }
}

scene! { a_dropped_connection_that_lingers_longer_ends_in_order:
    server(sockets, at) {
        let mut stream = accept(&sockets, at).await;
        stream.set_linger(Some(Duration::from_secs(5))).unwrap();
        stream.write_all(b"the end").await.unwrap();
        drop(stream);
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        let mut end = String::new();
        stream.read_to_string(&mut end).await.unwrap();
        assert_eq!(end, "the end");
    }
}

scene! { what_is_dropped_unread_is_a_reset:
    server(sockets, at) {
        let stream = accept(&sockets, at).await;
        sockets.sleep(MOMENT).await;
        drop(stream);
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        stream.write_all(b"nobody reads this").await.unwrap();
        assert_eq!(kind(stream.read(&mut [0; 8]).await), Kind::ConnectionReset);
    }
}

scene! { writing_to_who_has_closed_breaks_the_pipe:
    server(sockets, at) {
        drop(accept(&sockets, at).await);
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        sockets.sleep(MOMENT).await;
        // The peer's FIN does not say that it will not read. What answers is a reset.
        stream.write_all(b"hello?").await.unwrap();
        sockets.sleep(MOMENT).await;
        assert_eq!(kind(stream.write(b"hello?").await), Kind::BrokenPipe);
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    }
}

scene! { bytes_before_a_reset_are_not_lost:
    server(sockets, at) {
        let mut stream = accept(&sockets, at).await;
        stream.write_all(b"first this").await.unwrap();
        sockets.sleep(MOMENT).await;
        stream.abort().unwrap();
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        sockets.sleep(MOMENT * 2).await;
        let mut bytes = [0; 10];
        stream.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"first this");
        assert_eq!(kind(stream.read(&mut bytes).await), Kind::ConnectionReset);
    }
}

scene! { a_full_backlog_lets_one_more_in_and_then_nobody:
    server(sockets, at) {
        let options = ListenOptions { backlog: 1, ..Default::default() };
        let listener = sockets.tcp_listen(at, options).await.unwrap();
        sockets.sleep(Duration::from_secs(2)).await;
        for _ in 0..2 {
            listener.accept().await.unwrap();
        }
    }
    client(sockets, to) {
        let options = ConnectOptions { timeout: Some(MOMENT * 3), source: None };
        let first = sockets.tcp_connect(to, options).await;
        let second = sockets.tcp_connect(to, options).await;
        let third = sockets.tcp_connect(to, options).await;
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(kind(third), Kind::TimedOut);
        sockets.sleep(Duration::from_secs(2)).await;
    }
}

scene! { who_waits_in_the_backlog_when_the_server_stops_is_reset:
    server(sockets, at) {
        let listener = listen(&sockets, at).await;
        sockets.sleep(MOMENT * 3).await;
        drop(listener);
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        assert_eq!(kind(stream.read(&mut [0; 8]).await), Kind::ConnectionReset);
    }
}

scene! { a_taken_address_is_in_use_until_it_is_free:
    server(sockets, at) {
        let listener = listen(&sockets, at).await;
        let options = ListenOptions::default();
        assert_eq!(kind(sockets.tcp_listen(at, options).await), Kind::AddrInUse);
        let any = SocketAddr::new([0, 0, 0, 0].into(), at.port());
        assert_eq!(kind(sockets.tcp_listen(any, options).await), Kind::AddrInUse);
        drop(listener);
        let listener = listen(&sockets, at).await;
        // The port of a UDP socket is another port.
        sockets.udp_bind(at).await.unwrap();
        drop(listener);
    }
    client(sockets, to) {}
}

scene! { an_address_in_time_wait_can_be_had_with_reuse_only:
    server(sockets, at) {
        let listener = listen(&sockets, at).await;
        let (stream, _) = listener.accept().await.unwrap();
        // Who closes first is the one in TIME-WAIT.
        drop((listener, stream));
        sockets.sleep(MOMENT * 3).await;
        let options = ListenOptions { reuse_address: false, ..Default::default() };
        assert_eq!(kind(sockets.tcp_listen(at, options).await), Kind::AddrInUse);
        listen(&sockets, at).await;
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    }
}

scene! { an_address_of_nobody_here_is_not_available:
    server(sockets, at) {
        // RFC 5737: for documents.
        let elsewhere = SocketAddr::from(([198, 51, 100, 7], 0));
        let listening = sockets.tcp_listen(elsewhere, ListenOptions::default()).await;
        assert_eq!(kind(listening), Kind::AddrNotAvailable);
        assert_eq!(kind(sockets.udp_bind(elsewhere).await), Kind::AddrNotAvailable);
        let options = ConnectOptions { timeout: None, source: Some(elsewhere) };
        assert_eq!(kind(sockets.tcp_connect(at, options).await), Kind::AddrNotAvailable);
    }
    client(sockets, to) {}
}

scene! { the_host_chooses_a_port_for_port_0:
    server(sockets, at) {
        let one = listen(&sockets, SocketAddr::new(at.ip(), 0)).await;
        let other = listen(&sockets, SocketAddr::new(at.ip(), 0)).await;
        let ports = [&one, &other].map(|listener| listener.local_addr().unwrap().port());
        assert!(ports[0] != ports[1] && !ports.contains(&0), "{ports:?}");
    }
    client(sockets, to) {}
}

scene! { a_connection_begins_where_it_is_told_to:
    server(sockets, at) {
        let listener = listen(&sockets, at).await;
        let (mut stream, peer) = listener.accept().await.unwrap();
        let mut told = String::new();
        stream.read_to_string(&mut told).await.unwrap();
        assert_eq!(told, peer.to_string());
    }
    client(sockets, to) {
        let own = connect_udp(&sockets, to).await;
        let source = SocketAddr::new(own, to.port() + 1);
        let options = ConnectOptions { timeout: None, source: Some(source) };
        let mut stream = sockets.tcp_connect(to, options).await.unwrap();
        assert_eq!(stream.local_addr().unwrap(), source);
        stream.write_all(source.to_string().as_bytes()).await.unwrap();
    }
}

/// The address that this host talks from.
async fn connect_udp<S: Sockets>(sockets: &S, to: SocketAddr) -> IpAddr {
    use lanternet_apps::sockets::UdpSocket as _;
    let socket = sockets.udp_bind(SocketAddr::from(([0, 0, 0, 0], 0))).await.unwrap();
    socket.connect(to).await.unwrap();
    socket.local_addr().unwrap().ip()
}

scene! { an_unspecified_ipv6_address_takes_ipv4_too:
    server(sockets, at) {
        let all = SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), at.port());
        let listener = listen(&sockets, all).await;
        assert_eq!(listener.local_addr().unwrap(), all);
        let (mut stream, peer) = listener.accept().await.unwrap();
        // Told as what it is, not as ::ffff:10.0.0.1.
        assert!(peer.is_ipv4(), "{peer}");
        assert_eq!(stream.local_addr().unwrap(), at);
        assert_eq!(stream.peer_addr().unwrap(), peer);
        stream.write_all(b"4").await.unwrap();
        let any = SocketAddr::new([0, 0, 0, 0].into(), at.port());
        let other = sockets.tcp_listen(any, ListenOptions::default()).await;
        assert_eq!(kind(other), Kind::AddrInUse);
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        assert_eq!(stream.read_u8().await.unwrap(), b'4');
    }
}

scene! { an_ipv6_only_listener_leaves_ipv4_to_another:
    server(sockets, at) {
        let all = SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), at.port());
        let options = ListenOptions { v6_only: true, ..Default::default() };
        let six = sockets.tcp_listen(all, options).await.unwrap();
        sockets.sleep(MOMENT * 3).await;
        let any = SocketAddr::new([0, 0, 0, 0].into(), at.port());
        let four = listen(&sockets, any).await;
        four.accept().await.unwrap();
        drop(six);
    }
    client(sockets, to) {
        let refused = sockets.tcp_connect(to, ConnectOptions::default()).await;
        assert_eq!(kind(refused), Kind::ConnectionRefused);
        sockets.sleep(MOMENT * 4).await;
        connect(&sockets, to).await;
    }
}

scene! { what_is_given_up_loses_nothing:
    server(sockets, at) {
        let listener = listen(&sockets, at).await;
        // Nobody has come yet.
        assert!(timeout(&sockets, Duration::from_millis(10), listener.accept()).await.is_err());
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = Vec::new();
        while bytes.len() < 20 {
            let mut piece = [0; 3];
            match timeout(&sockets, Duration::from_millis(7), stream.read(&mut piece)).await {
                Ok(length) => bytes.extend_from_slice(&piece[..length.unwrap()]),
                Err(_) => continue,
            }
        }
        assert_eq!(bytes, b"01234567890123456789");
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        for _ in 0..2 {
            for digit in b"0123456789" {
                stream.write_u8(*digit).await.unwrap();
                sockets.sleep(Duration::from_millis(5)).await;
            }
        }
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    }
}

scene! { a_writer_waits_for_who_does_not_read:
    server(sockets, at) {
        let mut stream = accept(&sockets, at).await;
        sockets.sleep(MOMENT * 5).await;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let mut expected = 0_u8;
        for byte in &bytes {
            assert_eq!(*byte, expected);
            expected = expected.wrapping_add(1);
        }
        stream.write_u64(bytes.len() as u64).await.unwrap();
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        let piece: Vec<u8> = (0..=255).cycle().take(64 * 1024).collect();
        let (mut sent, mut next) = (0_u64, 0);
        // Neither buffer is endless.
        while let Ok(written) = timeout(&sockets, MOMENT, stream.write(&piece[next..])).await {
            let written = written.unwrap();
            sent += written as u64;
            next = (next + written) % piece.len();
            assert!(sent < 64 << 20, "it never waits");
        }
        stream.shutdown().await.unwrap();
        assert_eq!(stream.read_u64().await.unwrap(), sent);
    }
}

scene! { one_connection_is_read_and_written_at_once:
    server(sockets, at) {
        let (mut reader, mut writer) = split(accept(&sockets, at).await);
        let mut buffer = vec![0; 4096];
        loop {
            let length = reader.read(&mut buffer).await.unwrap();
            if length == 0 {
                return;
            }
            writer.write_all(&buffer[..length]).await.unwrap();
        }
    }
    client(sockets, to) {
        let (mut reader, mut writer) = split(connect(&sockets, to).await);
        let count = 2 << 20;
        sockets.spawn(async move {
            let piece: Vec<u8> = (0..=255).cycle().take(count).collect();
            writer.write_all(&piece).await.unwrap();
        });
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).await.unwrap();
        assert_eq!(bytes.len(), count);
        assert!(bytes.iter().zip((0..=255_u8).cycle()).all(|(a, b)| *a == b));
    }
}

scene! { options_are_taken:
    server(sockets, at) {
        let stream = accept(&sockets, at).await;
        stream.set_nodelay(true).unwrap();
        let short = Duration::from_millis(1500);
        let keepalive = Keepalive { idle: short, interval: MOMENT, probes: 3 };
        stream.set_keepalive(Some(keepalive)).unwrap();
        // Longer than the probes would take to give up, if nobody answered them.
        sockets.sleep(Duration::from_secs(8)).await;
        stream.set_keepalive(None).unwrap();
        stream.set_linger(None).unwrap();
    }
    client(sockets, to) {
        let mut stream = connect(&sockets, to).await;
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    }
}

scene! { an_unknown_name_is_not_found:
    server(sockets, at) {
        // RFC 6761 section 6.4: never a name.
        assert_eq!(kind(sockets.resolve("nobody.invalid").await), Kind::NotFound);
        assert_eq!(sockets.resolve("10.1.2.3").await.unwrap(), [IpAddr::from([10, 1, 2, 3])]);
        assert_eq!(sockets.resolve("::1").await.unwrap(), [IpAddr::from(Ipv6Addr::LOCALHOST)]);
    }
    client(sockets, to) {}
}
