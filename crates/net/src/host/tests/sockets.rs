use std::io::ErrorKind;

use lanternet_core::trace::{NameSource, Stream};
use lanternet_core::{Duration, Instant};

use super::super::stream::{TcpListener, TcpStream, UdpSocket};
use super::super::{Errno, Host, ProgramSpec, ProgramStatus, Readiness, SocketKind, SocketOption};
use super::{A, B, Pair, at};

#[test]
fn an_address_in_use_names_who_has_it() {
    let mut pair = Pair::new();
    pair.spawn(pair.a, "first", |handle| async move {
        let _tcp = TcpListener::listen(&handle, at([0, 0, 0, 0].into(), 80), 1, &[]).unwrap();
        let _udp = UdpSocket::bind(&handle, at(A, 80), &[]).unwrap();
        std::future::pending().await
    });
    let second = pair.spawn(pair.a, "second", |handle| async move {
        // One means all addresses, the other one of them: both cannot be. UDP and TCP can.
        let reuse = [SocketOption::ReuseAddress(true)];
        let error = TcpListener::listen(&handle, at(A, 80), 1, &reuse).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        assert_eq!(error.to_string(), "address already in use by first");
        let error = UdpSocket::bind(&handle, at([0, 0, 0, 0].into(), 80), &[]).unwrap_err();
        assert_eq!(Errno::of(&error), Some(Errno::AddressInUse));
        UdpSocket::bind(&handle, at([127, 0, 0, 1].into(), 80), &[]).unwrap();
        let error = UdpSocket::bind(&handle, at(B, 80), &[]).unwrap_err();
        u8::from(error.kind() == ErrorKind::AddrNotAvailable)
    });
    pair.run(1);
    assert_eq!(pair.exit(pair.a, second), Some(1));
}

#[test]
fn time_wait_holds_the_port_unless_reuse_is_asked_for() {
    let mut pair = Pair::new();
    for reuse in [false, true] {
        let options = [SocketOption::ReuseAddress(reuse)];
        let port = 80 + u16::from(reuse);
        let server = pair.spawn(pair.b, "server", move |handle| async move {
            let listener = TcpListener::listen(&handle, at(B, port), 1, &options).unwrap();
            // The server closes first, so TIME-WAIT is on its side.
            drop(listener.accept().await.unwrap());
            drop(listener);
            handle.sleep(Duration::from_secs(1)).await;
            u8::from(TcpListener::listen(&handle, at(B, port), 1, &options).is_ok())
        });
        pair.spawn(pair.a, "client", move |handle| async move {
            let stream = TcpStream::connect(&handle, at(B, port), None, &[]).await.unwrap();
            u8::from(stream.read(&mut [0; 1]).await.unwrap() != 0)
        });
        pair.run(20);
        assert_eq!(pair.exit(pair.b, server), Some(u8::from(reuse)));
    }
}

#[test]
fn non_blocking_calls_answer_would_block_and_readiness_tells_when_not() {
    let mut pair = Pair::new();
    pair.spawn(pair.a, "poll", |handle| async move {
        let listener = handle.socket(SocketKind::Stream);
        handle.bind(listener, at([127, 0, 0, 1].into(), 80)).unwrap();
        handle.listen(listener, 5).unwrap();
        assert_eq!(handle.accept(listener), Err(Errno::WouldBlock));
        assert_eq!(handle.readiness(listener), Readiness::NONE);

        let client = handle.socket(SocketKind::Stream);
        let to = at([127, 0, 0, 1].into(), 80);
        assert_eq!(handle.send(client, b"x", None), Err(Errno::BrokenPipe));
        assert_eq!(handle.connect(client, to), Err(Errno::InProgress));
        assert_eq!(handle.connect(client, to), Err(Errno::Already));
        assert!(!handle.readiness(client).any(Readiness::WRITABLE));
        handle.sleep(Duration::from_millis(1)).await;
        assert_eq!(handle.connect(client, to), Err(Errno::AlreadyConnected));
        assert!(handle.readiness(client).any(Readiness::WRITABLE));
        assert!(handle.readiness(listener).any(Readiness::READABLE));

        let (server, peer) = handle.accept(listener).unwrap();
        assert_eq!(handle.local_addr(client), Ok(peer));
        assert_eq!(handle.receive(server, &mut [0; 4], false), Err(Errno::WouldBlock));
        assert_eq!(handle.send(client, b"abc", None), Ok(3));
        handle.sleep(Duration::from_millis(100)).await;
        let mut buffer = [0; 2];
        assert_eq!(handle.receive(server, &mut buffer, true), Ok(2));
        assert_eq!(handle.receive(server, &mut buffer, false), Ok(2));
        assert_eq!(&buffer, b"ab");
        handle.close(client);
        assert_eq!(handle.receive(client, &mut buffer, false), Err(Errno::BadDescriptor));
        handle.sleep(Duration::from_millis(100)).await;
        assert!(handle.readiness(server).any(Readiness::READ_CLOSED));
        assert_eq!(handle.receive(server, &mut buffer, false), Ok(1));
        assert_eq!(handle.receive(server, &mut buffer, false), Ok(0));
        handle.print("done\n");
        0
    });
    pair.run(10);
    assert_eq!(
        pair.sim.device::<Host>(pair.a).unwrap().programs()[0].output[0].text.as_ref(),
        "done"
    );
}

#[test]
fn ephemeral_ports_are_taken_at_random_and_not_twice() {
    let mut pair = Pair::new();
    pair.spawn(pair.a, "many", |handle| async move {
        let sockets: Vec<_> =
            (0..500).map(|_| UdpSocket::bind(&handle, at(A, 0), &[]).unwrap()).collect();
        let mut ports: Vec<_> =
            sockets.iter().map(|socket| socket.local_addr().unwrap().port()).collect();
        assert!(ports.iter().all(|port| (32768..=60999).contains(port)));
        assert!(ports.windows(2).any(|pair| pair[0] > pair[1]));
        ports.sort_unstable();
        ports.dedup();
        handle.print(&ports.len().to_string());
        0
    });
    pair.run(1);
    let programs = pair.sim.device::<Host>(pair.a).unwrap().programs();
    assert_eq!(programs[0].output[0].text.as_ref(), "500");
}

#[test]
fn programs_write_lines_read_input_sleep_and_end() {
    let mut pair = Pair::new();
    let spec = ProgramSpec {
        name: "greet".into(),
        at: Instant::from_secs(2),
        input: vec!["ada".into(), "alan".into()],
        ..ProgramSpec::default()
    };
    let greet = pair.spawn_spec(pair.a, spec, |handle| async move {
        while let Some(name) = handle.read_line() {
            handle.print("hello ");
            handle.sleep(Duration::from_secs(1)).await;
            handle.print(&format!("{name}\n"));
        }
        handle.print_error("bye");
        3
    });
    pair.run(10);
    let program = pair.sim.device::<Host>(pair.a).unwrap().program(greet).unwrap();
    let lines: Vec<_> =
        program.output.iter().map(|line| (line.at, line.stream, line.text.as_ref())).collect();
    let secs = Instant::from_secs;
    assert_eq!(
        lines,
        [
            (secs(3), Stream::Stdout, "hello ada"),
            (secs(4), Stream::Stdout, "hello alan"),
            (secs(4), Stream::Stderr, "bye"),
        ]
    );
    assert_eq!(program.status, ProgramStatus::Ended(secs(4), 3));
    assert_eq!(pair.sim.now(), secs(4));
}

#[test]
fn a_servers_timers_do_not_hold_the_run_open_but_run_while_it_lasts() {
    let mut pair = Pair::new();
    let spec = ProgramSpec { name: "tick".into(), daemon: true, ..ProgramSpec::default() };
    let tick = pair.spawn_spec(pair.b, spec, |handle| async move {
        loop {
            handle.sleep(Duration::from_secs(1)).await;
            handle.print("tick\n");
        }
    });
    pair.spawn(pair.a, "main", |handle| async move {
        handle.sleep(Duration::from_millis(3500)).await;
        0
    });
    pair.run(100);
    assert_eq!(pair.lines(pair.b, tick).len(), 3);
}

#[test]
fn tasks_end_with_their_program_and_its_sockets_close() {
    let mut pair = Pair::new();
    pair.spawn(pair.a, "main", |handle| async move {
        let inner = handle.clone();
        handle.spawn(async move {
            let _socket = UdpSocket::bind(&inner, at(A, 7), &[]).unwrap();
            loop {
                inner.sleep(Duration::from_secs(1)).await;
                inner.print("alive\n");
            }
        });
        handle.socket(SocketKind::Datagram);
        handle.sleep(Duration::from_millis(2500)).await;
        0
    });
    pair.run(100);
    let host = pair.sim.device::<Host>(pair.a).unwrap();
    assert_eq!(host.programs()[0].output.len(), 2);
    assert!(host.sockets().is_empty());
    assert!(pair.sim.now() < Instant::from_secs(3));
}

#[test]
fn a_contained_panic_ends_its_program_alone_and_its_sockets_close() {
    let mut pair = Pair::new();
    let spec =
        |name: &str| ProgramSpec { name: name.into(), contain_panics: true, ..Default::default() };
    let main = pair.spawn_spec(pair.a, spec("main"), |handle| async move {
        let _socket = UdpSocket::bind(&handle, at(A, 7), &[]).unwrap();
        handle.print("half a line");
        handle.sleep(Duration::from_secs(1)).await;
        panic!("number {}", 42)
    });
    let task = pair.spawn_spec(pair.a, spec("task"), |handle| async move {
        let inner = handle.clone();
        handle.spawn(async move {
            inner.sleep(Duration::from_secs(2)).await;
            panic!("in a task")
        });
        handle.sleep(Duration::from_secs(9)).await;
        0
    });
    let other = pair.spawn(pair.a, "other", |handle| async move {
        handle.sleep(Duration::from_secs(3)).await;
        0
    });
    pair.run(100);
    let host = pair.sim.device::<Host>(pair.a).unwrap();
    let status = |program| host.program(program).unwrap().status;
    let secs = Instant::from_secs;
    // The exit code of a Rust process that panicked.
    assert_eq!(status(main), ProgramStatus::Ended(secs(1), 101));
    assert_eq!(status(task), ProgramStatus::Ended(secs(2), 101));
    assert_eq!(status(other), ProgramStatus::Ended(secs(3), 0));
    let lines: Vec<_> =
        host.program(main).unwrap().output.iter().map(|line| line.text.to_string()).collect();
    assert_eq!(lines, ["panicked: number 42", "half a line"]);
    assert_eq!(host.program(task).unwrap().output[0].text.as_ref(), "panicked: in a task");
    assert!(host.sockets().is_empty());
    assert_eq!(host.unfinished(), 0);
}

#[test]
fn a_crash_ends_everything_without_a_word() {
    let mut pair = Pair::new();
    let server = pair.spawn(pair.b, "server", |handle| async move {
        let listener = TcpListener::listen(&handle, at(B, 80), 1, &[]).unwrap();
        let (_stream, _) = listener.accept().await.unwrap();
        std::future::pending().await
    });
    let client = pair.spawn(pair.a, "client", |handle| async move {
        let stream = TcpStream::connect(&handle, at(B, 80), None, &[]).await.unwrap();
        handle.sleep(Duration::from_secs(2)).await;
        stream.write_all(b"anybody?").await.unwrap();
        let error = stream.read(&mut [0; 1]).await.unwrap_err();
        u8::from(error.kind() == ErrorKind::ConnectionReset)
    });
    pair.sim.run_until(Instant::from_secs(1));
    pair.sim.crash(pair.b);
    pair.sim.restart(pair.b);
    pair.run(60);
    assert_eq!(pair.exit(pair.a, client), Some(1), "b knows nothing of the connection");
    let host = pair.sim.device::<Host>(pair.b).unwrap();
    let status = host.program(server).unwrap().status;
    assert_eq!(status, ProgramStatus::Killed(Instant::from_secs(1)));
    assert!(host.sockets().is_empty());
}

#[test]
fn names_are_literal_then_own_then_the_labs() {
    let mut pair = Pair::new();
    let program = pair.spawn(pair.a, "names", |handle| async move {
        let known = |name: &str| handle.known_name(name);
        let address = |text: &str| vec![text.parse::<std::net::IpAddr>().unwrap()];
        assert_eq!(known("10.9.9.9"), Some((address("10.9.9.9"), NameSource::Literal)));
        assert_eq!(known("LocalHost."), Some((address("127.0.0.1"), NameSource::Hosts)));
        assert_eq!(known("nobody"), None);
        0
    });
    pair.run(1);
    assert_eq!(pair.exit(pair.a, program), Some(0));
}

#[test]
fn a_host_that_has_not_spoken_is_small() {
    assert!(size_of::<super::super::stack::Stack>() + size_of::<Host>() <= 1024);
}
