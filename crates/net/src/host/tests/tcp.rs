use std::io::ErrorKind;

use lanternet_core::trace::{DropReason, RetransmitCause, TcpState, TraceEvent};
use lanternet_core::{Duration, Instant, LinkSettings, PortRef};

use super::super::stream::{TcpListener, TcpStream};
use super::super::{Errno, Handle, Host, ProgramSpec, ProgramStatus, Shutdown, SocketOption};
use super::{A, B, Pair, at};

/// Sends back what comes, in capitals, to one client after the other.
async fn upper(handle: Handle) -> u8 {
    let listener = TcpListener::listen(&handle, at(B, 9090), 8, &[]).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 2048];
        while let Ok(len @ 1..) = stream.read(&mut buffer).await {
            stream.write_all(&buffer[..len].to_ascii_uppercase()).await.unwrap();
        }
    }
}

fn daemon(name: &str) -> ProgramSpec {
    ProgramSpec { name: name.into(), daemon: true, ..ProgramSpec::default() }
}

async fn read_to_end(stream: &TcpStream) -> std::io::Result<Vec<u8>> {
    let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(all),
            len => all.extend_from_slice(&buffer[..len]),
        }
    }
}

#[test]
fn a_conversation_opens_with_three_segments_and_closes_with_four() {
    use TcpState::*;
    let mut pair = Pair::new();
    pair.spawn_spec(pair.b, daemon("upper"), upper);
    let client = pair.spawn(pair.a, "client", |handle| async move {
        let stream = TcpStream::connect(&handle, at(B, 9090), None, &[]).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        let mut buffer = [0; 100];
        let len = stream.read(&mut buffer).await.unwrap();
        handle.print(std::str::from_utf8(&buffer[..len]).unwrap());
        stream.shutdown(Shutdown::Write).unwrap();
        u8::from(stream.read(&mut buffer).await.unwrap() != 0)
    });
    pair.run(10);
    assert_eq!(pair.lines(pair.a, client), ["HELLO"]);
    assert_eq!(pair.exit(pair.a, client), Some(0));
    assert_eq!(pair.states(pair.a), [SynSent, Established, FinWait1, FinWait2, TimeWait]);
    assert_eq!(pair.states(pair.b), [SynReceived, Established, CloseWait, LastAck, Closed]);
    assert!(pair.sim.now() < Instant::from_secs(1), "TIME-WAIT does not hold the run open");
    // TIME-WAIT lasts a minute, as in Linux.
    pair.sim.run_until(Instant::from_secs(59));
    assert_eq!(pair.sim.device::<Host>(pair.a).unwrap().sockets().len(), 1);
    pair.sim.run_until(Instant::from_secs(61));
    assert!(pair.sim.device::<Host>(pair.a).unwrap().sockets().is_empty());
}

#[test]
fn half_closed_the_other_direction_still_carries_data() {
    let mut pair = Pair::new();
    pair.spawn(pair.b, "sink", |handle| async move {
        let listener = TcpListener::listen(&handle, at(B, 80), 8, &[]).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let all = read_to_end(&stream).await.unwrap();
        handle.sleep(Duration::from_secs(1)).await;
        stream.write_all(format!("{} bytes", all.len()).as_bytes()).await.unwrap();
        0
    });
    let client = pair.spawn(pair.a, "client", |handle| async move {
        let stream = TcpStream::connect(&handle, at(B, 80), None, &[]).await.unwrap();
        stream.write_all(&[7; 300_000]).await.unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let error = stream.write_all(b"more").await.unwrap_err();
        assert_eq!(Errno::of(&error), Some(Errno::BrokenPipe));
        let answer = read_to_end(&stream).await.unwrap();
        handle.print(&String::from_utf8(answer).unwrap());
        0
    });
    pair.run(10);
    assert_eq!(pair.lines(pair.a, client), ["300000 bytes"]);
}

#[test]
fn both_sides_may_close_at_once() {
    use TcpState::*;
    // RFC 9293 section 3.6, figure 13.
    let mut pair = Pair::with_link(LinkSettings {
        delay: Duration::from_millis(10),
        ..LinkSettings::default()
    });
    for node in [pair.a, pair.b] {
        pair.spawn(node, "peer", move |handle| async move {
            let stream = if node.0 == 1 {
                let listener = TcpListener::listen(&handle, at(B, 80), 8, &[]).unwrap();
                listener.accept().await.unwrap().0
            } else {
                TcpStream::connect(&handle, at(B, 80), None, &[]).await.unwrap()
            };
            handle.sleep_until(Instant::from_secs(1)).await;
            stream.shutdown(Shutdown::Both).unwrap();
            u8::from(!read_to_end(&stream).await.unwrap().is_empty())
        });
    }
    pair.run(10);
    assert_eq!(pair.states(pair.a)[2..], [FinWait1, Closing, TimeWait]);
    assert_eq!(pair.states(pair.b)[2..], [FinWait1, Closing, TimeWait]);
}

#[test]
fn a_closed_port_refuses_and_says_so() {
    let mut pair = Pair::new();
    let client = pair.spawn(pair.a, "client", |handle| async move {
        let error = TcpStream::connect(&handle, at(B, 81), None, &[]).await.unwrap_err();
        u8::from(error.kind() == ErrorKind::ConnectionRefused)
    });
    pair.run(10);
    assert_eq!(pair.exit(pair.a, client), Some(1));
    assert!(
        matches!(pair.drops(pair.b)[..], [DropReason::NoListener { local, .. }] if local == &at(B, 81))
    );
    assert!(pair.events(pair.b).any(|event| matches!(event, TraceEvent::TcpResetSent { .. })));
}

#[test]
fn nobody_at_the_address_is_host_unreachable() {
    let mut pair = Pair::new();
    let client = pair.spawn(pair.a, "client", |handle| async move {
        let nobody = at([10, 0, 0, 99].into(), 80);
        let error = TcpStream::connect(&handle, nobody, None, &[]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::HostUnreachable);
        // ARP gives up after three questions, a second apart.
        assert!(handle.now() >= Instant::from_secs(2) && handle.now() < Instant::from_secs(5));
        let far = at([192, 0, 2, 1].into(), 80);
        let error = TcpStream::connect(&handle, far, None, &[]).await.unwrap_err();
        u8::from(error.kind() == ErrorKind::NetworkUnreachable)
    });
    pair.run(30);
    assert_eq!(pair.exit(pair.a, client), Some(1));
}

#[test]
fn a_silent_host_is_given_up_after_about_two_minutes() {
    let mut pair = Pair::new();
    // ARP is answered while b lives; it is gone when the SYN comes.
    pair.spawn(pair.b, "hello", |handle| async move {
        let socket = super::super::stream::UdpSocket::bind(&handle, at(B, 0), &[]).unwrap();
        socket.send(b"x", Some(at(A, 9))).unwrap();
        0
    });
    pair.run(1);
    pair.sim.crash(pair.b);
    let client = pair.spawn(pair.a, "client", |handle| async move {
        let error = TcpStream::connect(&handle, at(B, 80), None, &[]).await.unwrap_err();
        handle.print(&format!("{:?} {}", error.kind(), handle.now().nanos() / 1_000_000_000));
        0
    });
    pair.run(1000);
    let line = &pair.lines(pair.a, client)[0];
    // Unreachable when the neighbour entry went stale in between, as on Linux.
    assert!(line.starts_with("TimedOut 12") || line.starts_with("HostUnreachable"), "{line}");
}

#[test]
fn a_full_accept_queue_drops_syns_and_the_client_tries_again() {
    let mut pair = Pair::new();
    pair.spawn_spec(pair.b, daemon("slow"), |handle| async move {
        let listener = TcpListener::listen(&handle, at(B, 80), 1, &[]).unwrap();
        handle.sleep(Duration::from_millis(2500)).await;
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"welcome").await.unwrap();
        }
    });
    for number in 0..4 {
        pair.spawn(pair.a, &format!("client {number}"), move |handle| async move {
            handle.sleep(Duration::from_millis(number * 10)).await;
            let stream = TcpStream::connect(&handle, at(B, 80), None, &[]).await.unwrap();
            handle.print(&format!("{:?}", handle.now() >= Instant::from_secs(1)));
            u8::from(read_to_end(&stream).await.unwrap() != b"welcome")
        });
    }
    pair.run(60);
    let host = pair.sim.device::<Host>(pair.a).unwrap();
    let late: Vec<String> =
        host.programs().iter().map(|program| program.output[0].text.to_string()).collect();
    // The backlog is 1, and as in Linux one more fits.
    assert_eq!(late, ["false", "false", "true", "true"]);
    assert!(host.programs().iter().all(|program| program.exit_code() == Some(0)));
    let full = DropReason::BacklogFull { local: at(B, 80), backlog: 1 };
    assert!(pair.drops(pair.b).contains(&&full));
}

#[test]
fn closing_with_data_unread_resets() {
    // RFC 2525 section 2.17; RFC 1122 section 4.2.2.13.
    let mut pair = Pair::new();
    pair.spawn(pair.b, "rude", |handle| async move {
        let listener = TcpListener::listen(&handle, at(B, 80), 1, &[]).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        handle.sleep(Duration::from_millis(100)).await;
        drop(stream);
        0
    });
    let client = pair.spawn(pair.a, "client", |handle| async move {
        let stream = TcpStream::connect(&handle, at(B, 80), None, &[]).await.unwrap();
        stream.write_all(b"read me").await.unwrap();
        let error = stream.read(&mut [0; 10]).await.unwrap_err();
        assert_eq!(stream.read(&mut [0; 10]).await.unwrap(), 0, "the error is told once");
        assert_eq!(Errno::of(&stream.write_all(b"x").await.unwrap_err()), Some(Errno::BrokenPipe));
        u8::from(error.kind() == ErrorKind::ConnectionReset)
    });
    pair.run(10);
    assert_eq!(pair.exit(pair.a, client), Some(1));
    assert_eq!(pair.states(pair.a).last(), Some(&TcpState::Closed));
}

#[test]
fn lost_segments_are_sent_again_and_the_cause_is_told() {
    let mut pair = Pair::with_link(LinkSettings {
        delay: Duration::from_millis(2),
        loss: 20_000,
        ..LinkSettings::default()
    });
    pair.spawn_spec(pair.b, daemon("sink"), |handle| async move {
        let listener = TcpListener::listen(&handle, at(B, 80), 1, &[]).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let all = read_to_end(&stream).await.unwrap();
        handle.print(&format!("{}\n", all.len()));
        0
    });
    pair.spawn(pair.a, "source", |handle| async move {
        let stream = TcpStream::connect(&handle, at(B, 80), None, &[]).await.unwrap();
        for _ in 0..1000 {
            stream.write_all(&[1; 1000]).await.unwrap();
        }
        0
    });
    pair.run(600);
    let sink = pair.sim.device::<Host>(pair.b).unwrap().programs();
    assert_eq!(sink[0].output[0].text.as_ref(), "1000000");
    let causes: Vec<RetransmitCause> = pair
        .events(pair.a)
        .filter_map(|event| match event {
            TraceEvent::TcpRetransmitted { why, .. } => Some(*why),
            _ => None,
        })
        .collect();
    assert!(causes.contains(&RetransmitCause::DuplicateAcks));
    assert!(pair.events(pair.b).any(|event| matches!(event, TraceEvent::TcpOutOfOrder { .. })));
}

#[test]
fn an_unread_stream_stops_the_writer_and_does_not_hold_the_run_open() {
    let mut pair = Pair::new();
    pair.spawn_spec(pair.b, daemon("deaf"), |handle| async move {
        let listener = TcpListener::listen(&handle, at(B, 80), 1, &[]).unwrap();
        let _stream = listener.accept().await.unwrap();
        std::future::pending().await
    });
    let writer = pair.spawn(pair.a, "writer", |handle| async move {
        let stream = TcpStream::connect(&handle, at(B, 80), None, &[]).await.unwrap();
        stream.write_all(&vec![0; 1_000_000]).await.unwrap();
        0
    });
    pair.run(1000);
    assert!(pair.sim.is_idle() && pair.sim.now() < Instant::from_secs(60));
    let program = pair.sim.device::<Host>(pair.a).unwrap().program(writer).unwrap();
    assert!(matches!(program.status, ProgramStatus::Running(_)));
    let row = &pair.sim.device::<Host>(pair.a).unwrap().sockets()[0];
    assert_eq!(row.state, Some(TcpState::Established));
    assert!(row.send_queue > 80 * 1024, "a writer goes on when a third of the buffer is free");
    let row = &pair.sim.device::<Host>(pair.b).unwrap().sockets()[1];
    assert_eq!(row.receive_queue, 128 * 1024);
}

#[test]
fn a_window_that_opens_again_lets_the_writer_go_on() {
    let mut pair = Pair::new();
    pair.spawn(pair.b, "sleepy", |handle| async move {
        let options = [SocketOption::ReceiveBuffer(8192)];
        let listener = TcpListener::listen(&handle, at(B, 80), 1, &options).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        handle.sleep(Duration::from_secs(20)).await;
        handle.print(&read_to_end(&stream).await.unwrap().len().to_string());
        0
    });
    let writer = pair.spawn(pair.a, "writer", |handle| async move {
        let stream = TcpStream::connect(&handle, at(B, 80), None, &[]).await.unwrap();
        stream.write_all(&vec![0; 300_000]).await.unwrap();
        0
    });
    pair.run(1000);
    assert_eq!(pair.exit(pair.a, writer), Some(0));
    let sleepy = pair.sim.device::<Host>(pair.b).unwrap().programs();
    assert_eq!(sleepy[0].output[0].text.as_ref(), "300000");
}

#[test]
fn own_addresses_are_reached_without_the_cable() {
    let mut pair = Pair::new();
    pair.spawn_spec(pair.a, daemon("echo"), |handle| async move {
        let any = at([0, 0, 0, 0].into(), 7);
        let listener = TcpListener::listen(&handle, any, 8, &[]).unwrap();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            handle.spawn(async move {
                let all = read_to_end(&stream).await.unwrap();
                stream.write_all(&all).await.unwrap();
            });
        }
    });
    let client = pair.spawn(pair.a, "client", |handle| async move {
        for address in [[127, 0, 0, 1].into(), A] {
            let stream = TcpStream::connect(&handle, at(address, 7), None, &[]).await.unwrap();
            assert_eq!(stream.peer_addr().unwrap().ip(), address);
            stream.write_all(&[5; 500_000]).await.unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            assert_eq!(read_to_end(&stream).await.unwrap().len(), 500_000);
        }
        0
    });
    pair.run(60);
    assert_eq!(pair.exit(pair.a, client), Some(0));
    assert!(!pair.events(pair.a).any(|event| matches!(event, TraceEvent::FrameSent { .. })));
}

#[test]
fn keepalive_finds_out_that_the_peer_is_gone() {
    let mut pair = Pair::new();
    pair.spawn_spec(pair.b, daemon("server"), |handle| async move {
        let listener = TcpListener::listen(&handle, at(B, 80), 1, &[]).unwrap();
        let _stream = listener.accept().await.unwrap();
        std::future::pending().await
    });
    let client = pair.spawn(pair.a, "client", |handle| async move {
        let keepalive = super::super::Keepalive {
            idle: Duration::from_secs(5),
            interval: Duration::from_secs(1),
            probes: 3,
        };
        let options = [SocketOption::Keepalive(Some(keepalive))];
        let stream = TcpStream::connect(&handle, at(B, 80), None, &options).await.unwrap();
        let error = stream.read(&mut [0; 1]).await.unwrap_err();
        handle.print(&format!("{:?} at {:.1}", error.kind(), handle.now()));
        0
    });
    pair.sim.run_until(Instant::from_secs(12));
    assert_eq!(pair.exit(pair.a, client), None, "an answered probe shows that all is well");
    let end = PortRef::new(pair.a, lanternet_core::PortId(0));
    pair.sim.set_link_up(pair.sim.topology().link_at(end).unwrap(), false);
    pair.sim.run_until(Instant::from_secs(60));
    let line = pair.lines(pair.a, client);
    assert!(line[0].starts_with("TimedOut at 1"), "{line:?}");
}

#[test]
fn a_narrow_link_behind_a_router_makes_segments_shorter() {
    // RFC 1191: "fragmentation needed" with the MTU of the next link.
    let mut pair = Pair::routed(600);
    let far = at([10, 0, 1, 2].into(), 80);
    pair.spawn(pair.b, "sink", move |handle| async move {
        let listener = TcpListener::listen(&handle, far, 1, &[]).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        u8::from(read_to_end(&stream).await.unwrap().len() != 100_000)
    });
    pair.spawn(pair.a, "source", move |handle| async move {
        let stream = TcpStream::connect(&handle, far, None, &[]).await.unwrap();
        stream.write_all(&[3; 100_000]).await.unwrap();
        0
    });
    pair.run(30);
    assert_eq!(pair.sim.device::<Host>(pair.b).unwrap().programs()[0].exit_code(), Some(0));
    let told = |event: &TraceEvent| matches!(event, TraceEvent::PathMtuLearned { mtu: 600, .. });
    assert!(pair.events(pair.a).any(told));
    let longest = pair.records.iter().filter_map(|record| match &record.event {
        TraceEvent::FrameArrived { frame, .. } if record.place.node() == pair.b => {
            Some(frame.bytes().len() - 14)
        }
        _ => None,
    });
    assert_eq!(longest.max(), Some(600));
    assert!(pair.sim.now() < Instant::from_secs(3));
}

#[test]
fn a_small_segment_waits_for_the_acknowledgement_unless_nodelay_is_set() {
    // RFC 9293 section 3.7.4 (Nagle); the other side delays acknowledgements by Linux's 40 ms once
    // data go both ways.
    for (nodelay, least, most) in [(false, 39, 60), (true, 0, 20)] {
        let mut pair = Pair::with_link(LinkSettings {
            delay: Duration::from_millis(1),
            ..LinkSettings::default()
        });
        pair.spawn_spec(pair.b, daemon("server"), |handle| async move {
            let listener = TcpListener::listen(&handle, at(B, 80), 1, &[]).unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 100];
            let mut got = 0;
            while let Ok(len @ 1..) = stream.read(&mut buffer).await {
                got += len;
                // Answers a whole question of two bytes only.
                if got % 2 == 0 {
                    stream.write_all(b"ok").await.unwrap();
                }
            }
            0
        });
        let client = pair.spawn(pair.a, "client", move |handle| async move {
            let options = [SocketOption::NoDelay(nodelay)];
            let stream = TcpStream::connect(&handle, at(B, 80), None, &options).await.unwrap();
            for round in 0..2 {
                let begun = handle.now();
                stream.write_all(b"a").await.unwrap();
                handle.sleep(Duration::from_nanos(1)).await;
                stream.write_all(b"b").await.unwrap();
                stream.read(&mut [0; 10]).await.unwrap();
                if round == 1 {
                    handle.print(&(handle.now() - begun).millis().to_string());
                }
            }
            0
        });
        pair.run(10);
        let millis: u64 = pair.lines(pair.a, client)[0].parse().unwrap();
        assert!((least..=most).contains(&millis), "{millis} ms with nodelay {nodelay}");
    }
}
