//! A host against a peer that sends what segments it likes: the rules of RFC 9293 and RFC 5961.

use std::net::SocketAddr;

use lanternet_core::trace::{DropReason, Protocol, ResetCause, TcpFlags, TcpState};
use lanternet_core::{
    Duration, Instant, LinkSettings, NodeId, PortRef, Recorder, Simulation, TraceEvent,
};

use super::super::packet::{HEADROOM, Ip};
use super::super::stream::{TcpListener, TcpStream};
use super::super::tcp::test_wire::{Header, fill_checksum};
use super::super::{Handle, Host, ProgramSpec};
use super::{A, B, at, host, mac};

const SYN: u8 = TcpFlags::SYN;
const ACK: u8 = TcpFlags::ACK;
const RST: u8 = TcpFlags::RST;
const FIN: u8 = TcpFlags::FIN;

/// Host A on a cable whose other end is ours.
struct Peer {
    sim: Simulation,
    host: NodeId,
    wire: PortRef,
    recorder: Recorder,
    records: Vec<TraceEvent>,
}

/// A segment that the host sent.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    flags: u8,
    seq: u32,
    ack: u32,
    len: u32,
}

impl Peer {
    fn new() -> Self {
        let mut sim = Simulation::new(3);
        let recorder = Recorder::default();
        sim.observe(recorder.clone());
        let host = sim.add_node("a", host(A));
        let port = sim.add_port(host, "eth0");
        let wire = sim.add_external("wire");
        sim.add_link([port, wire], [LinkSettings::default(), LinkSettings::default()]);
        let mut peer = Self { sim, host, wire, recorder, records: Vec::new() };
        // The host learns our address from a question for its own (RFC 826).
        peer.arp(1);
        peer.settle();
        peer
    }

    /// Asks for the host's address (1), or answers a question for ours (2).
    fn arp(&mut self, operation: u8) {
        let mut arp = vec![0; 42];
        arp[..6].copy_from_slice(&[0xff; 6]);
        arp[6..12].copy_from_slice(&mac(2).0);
        arp[12..22].copy_from_slice(&[8, 6, 0, 1, 8, 0, 6, 4, 0, operation]);
        arp[22..28].copy_from_slice(&mac(2).0);
        arp[28..32].copy_from_slice(&B.octets());
        arp[38..42].copy_from_slice(&A.octets());
        self.sim.inject(self.wire, arp);
    }

    fn spawn<F>(&mut self, start: impl FnOnce(Handle) -> F + Send + 'static)
    where
        F: Future<Output = u8> + Send + 'static,
    {
        let spec = ProgramSpec { name: "program".into(), ..ProgramSpec::default() };
        self.sim.command(self.host, |host: &mut Host, ctx| host.spawn(ctx, spec, start)).unwrap();
    }

    /// Runs for a moment and takes the segments that came.
    fn settle(&mut self) -> Vec<Seen> {
        self.wait(Duration::from_millis(1))
    }

    fn wait(&mut self, time: Duration) -> Vec<Seen> {
        let until = self.sim.now() + time;
        let mut frames = Vec::new();
        while self.sim.now() < until {
            self.sim.run_until(until.min(self.sim.now() + Duration::from_millis(100)));
            let came = self.sim.drain(self.wire);
            let asks = |frame: &lanternet_core::Frame| {
                frame.bytes()[12..22] == [8, 6, 0, 1, 8, 0, 6, 4, 0, 1]
            };
            if came.iter().any(|(_, frame)| asks(frame)) {
                self.arp(2);
            }
            frames.extend(came);
        }
        self.records.extend(self.recorder.take().into_iter().map(|record| record.event));
        frames
            .iter()
            .filter(|(_, frame)| frame.ethertype() == Some(0x0800) && frame.bytes()[23] == 6)
            .map(|(_, frame)| {
                let packet = &frame.bytes()[14..];
                let total = usize::from(u16::from_be_bytes([packet[2], packet[3]]));
                let header = Header::read(&packet[20..total]).unwrap();
                Seen { flags: header.flags.0, seq: header.seq, ack: header.ack, len: header.len }
            })
            .collect()
    }

    fn packet(ports: [u16; 2], flags: u8, seq: u32, ack: u32, data: &[u8]) -> Vec<u8> {
        let [from, to] = ports;
        let ip = Ip::new(B.into(), A.into(), 6);
        let mut frame = vec![0; HEADROOM + 20 + 20 + data.len()];
        let segment = ip.write(&mut frame, 20 + data.len());
        segment[..2].copy_from_slice(&from.to_be_bytes());
        segment[2..4].copy_from_slice(&to.to_be_bytes());
        segment[4..8].copy_from_slice(&seq.to_be_bytes());
        segment[8..12].copy_from_slice(&ack.to_be_bytes());
        segment[12] = 5 << 4;
        segment[13] = flags;
        segment[14..16].copy_from_slice(&8192u16.to_be_bytes());
        segment[20..].copy_from_slice(data);
        fill_checksum(segment, at(B, from), at(A, to));
        let sum = crate::wire::checksum::checksum(&frame[14..34]);
        frame[24..26].copy_from_slice(&sum.to_be_bytes());
        frame[..6].copy_from_slice(&mac(1).0);
        frame[6..12].copy_from_slice(&mac(2).0);
        frame[12..14].copy_from_slice(&[8, 0]);
        frame
    }

    /// Sends a segment and takes what came back at once.
    fn send(&mut self, ports: [u16; 2], flags: u8, seq: u32, ack: u32, data: &[u8]) -> Vec<Seen> {
        self.sim.inject(self.wire, Self::packet(ports, flags, seq, ack, data));
        self.settle()
    }

    /// Opens a connection to port 80: the host's initial sequence number plus one. Ours is 1001.
    fn open(&mut self, port: u16) -> u32 {
        let answer = self.send([port, 80], SYN, 1000, 0, &[]);
        assert_eq!((answer[0].flags, answer[0].ack), (SYN | ACK, 1001));
        let next = answer[0].seq.wrapping_add(1);
        assert_eq!(self.send([port, 80], ACK, 1001, next, &[]), []);
        next
    }

    fn rows(&self) -> Vec<(TcpState, SocketAddr)> {
        let rows = self.sim.device::<Host>(self.host).unwrap().sockets();
        rows.iter().filter_map(|row| Some((row.state?, row.peer))).collect()
    }

    fn last_drop(&self) -> Option<&DropReason> {
        self.records.iter().rev().find_map(|event| match event {
            TraceEvent::Dropped { reason, .. } => Some(reason),
            _ => None,
        })
    }
}

async fn serve(handle: Handle) -> u8 {
    let listener = TcpListener::listen(&handle, at(A, 80), 4, &[]).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let inner = handle.clone();
        handle.spawn(async move {
            let mut buffer = [0; 1000];
            loop {
                match stream.read(&mut buffer).await {
                    Ok(0) => break,
                    Ok(len) => inner.print(std::str::from_utf8(&buffer[..len]).unwrap()),
                    Err(error) => {
                        inner.print(&format!("{:?}\n", error.kind()));
                        break;
                    }
                }
            }
        });
    }
}

#[test]
fn a_closed_port_answers_a_syn_with_reset_and_acknowledgement() {
    // RFC 9293 section 3.10.7.1: sequence number 0, and the SYN is acknowledged.
    let mut peer = Peer::new();
    let answer = peer.send([5000, 81], SYN, 1000, 0, &[]);
    assert_eq!(answer, [Seen { flags: RST | ACK, seq: 0, ack: 1001, len: 0 }]);
    let reason = DropReason::NoListener { protocol: Protocol::Tcp, local: at(A, 81) };
    assert_eq!(peer.last_drop(), Some(&reason));
}

#[test]
fn a_closed_port_answers_an_acknowledgement_with_a_reset_in_its_sequence() {
    let mut peer = Peer::new();
    let answer = peer.send([5000, 81], ACK, 1000, 777, b"data");
    assert_eq!(answer, [Seen { flags: RST, seq: 777, ack: 0, len: 0 }]);
}

#[test]
fn a_closed_port_acknowledges_all_of_a_segment_without_acknowledgement() {
    let mut peer = Peer::new();
    let answer = peer.send([5000, 81], SYN, 1000, 0, b"four");
    assert_eq!(answer, [Seen { flags: RST | ACK, seq: 0, ack: 1005, len: 0 }]);
}

#[test]
fn a_reset_is_never_answered() {
    let mut peer = Peer::new();
    assert_eq!(peer.send([5000, 81], RST, 1000, 0, &[]), []);
    assert_eq!(peer.send([5000, 81], RST | ACK, 1000, 5, &[]), []);
    peer.spawn(serve);
    assert_eq!(peer.send([5000, 80], RST, 1000, 0, &[]), []);
}

#[test]
fn a_listening_port_resets_an_acknowledgement() {
    // RFC 9293 section 3.10.7.2, second.
    let mut peer = Peer::new();
    peer.spawn(serve);
    let answer = peer.send([5000, 80], ACK, 1000, 4242, &[]);
    assert_eq!(answer, [Seen { flags: RST, seq: 4242, ack: 0, len: 0 }]);
    let unacceptable = |event: &TraceEvent| {
        matches!(event, TraceEvent::TcpResetSent { why: ResetCause::Unacceptable, .. })
    };
    assert!(peer.records.iter().any(unacceptable));
}

#[test]
fn only_a_reset_in_its_exact_place_ends_a_connection() {
    // RFC 5961 section 3.2.
    let mut peer = Peer::new();
    peer.spawn(serve);
    let next = peer.open(5000);
    let challenge = [Seen { flags: ACK, seq: next, ack: 1001, len: 0 }];
    assert_eq!(peer.send([5000, 80], RST, 1500, 0, &[]), challenge);
    assert_eq!(peer.send([5000, 80], RST, 900, 0, &[]), []);
    assert!(peer.rows().contains(&(TcpState::Established, at(B, 5000))));
    assert_eq!(peer.send([5000, 80], RST, 1001, 0, &[]), []);
    assert_eq!(peer.rows().len(), 1, "the listener");
}

#[test]
fn a_syn_in_an_open_connection_is_challenged() {
    // RFC 5961 section 4.2.
    let mut peer = Peer::new();
    peer.spawn(serve);
    let next = peer.open(5000);
    let challenge = [Seen { flags: ACK, seq: next, ack: 1001, len: 0 }];
    assert_eq!(peer.send([5000, 80], SYN, 9999, 0, &[]), challenge);
    assert!(peer.rows().contains(&(TcpState::Established, at(B, 5000))));
}

#[test]
fn data_out_of_order_wait_for_the_gap_and_duplicates_are_acknowledged_again() {
    let mut peer = Peer::new();
    peer.spawn(serve);
    let next = peer.open(5000);
    let ack = |ack| [Seen { flags: ACK, seq: next, ack, len: 0 }];
    assert_eq!(peer.send([5000, 80], ACK, 1004, next, b"def\n"), ack(1001));
    assert_eq!(peer.send([5000, 80], ACK, 1001, next, b"abc"), ack(1008));
    assert_eq!(peer.send([5000, 80], ACK, 1001, next, b"abc"), ack(1008));
    let output = peer.sim.device::<Host>(peer.host).unwrap().programs()[0].output[0].clone();
    assert_eq!(output.text.as_ref(), "abcdef");
    let kinds = |event: &TraceEvent| match event {
        TraceEvent::TcpOutOfOrder { .. } => Some("out of order"),
        TraceEvent::TcpDuplicate { .. } => Some("duplicate"),
        TraceEvent::TcpDelivered { len, .. } if *len == 7 => Some("delivered"),
        _ => None,
    };
    let told: Vec<_> = peer.records.iter().filter_map(kinds).collect();
    assert_eq!(told, ["out of order", "delivered", "duplicate"]);
}

#[test]
fn a_wrong_checksum_is_found_and_told() {
    let mut peer = Peer::new();
    peer.spawn(serve);
    let mut frame = Peer::packet([5000, 80], SYN, 1000, 0, &[]);
    let right = u16::from_be_bytes([frame[50], frame[51]]);
    frame[50] ^= 0x40;
    peer.sim.inject(peer.wire, frame);
    assert_eq!(peer.settle(), []);
    let found = right ^ 0x4000;
    let protocol = Protocol::Tcp;
    let reason = DropReason::ChecksumWrong { protocol, found, expected: right };
    assert_eq!(peer.last_drop(), Some(&reason));
}

#[test]
fn headers_that_cannot_be_are_malformed() {
    let mut peer = Peer::new();
    peer.spawn(serve);
    for flags in [SYN | FIN, SYN | RST] {
        assert_eq!(peer.send([5000, 80], flags, 1000, 0, &[]), []);
        assert!(matches!(peer.last_drop(), Some(DropReason::Malformed { .. })));
    }
    assert_eq!(peer.send([0, 80], SYN, 1000, 0, &[]), []);
    assert!(matches!(peer.last_drop(), Some(DropReason::Malformed { what: "port 0", .. })));
}

#[test]
fn a_lost_answer_to_a_syn_is_sent_five_times_more_and_then_forgotten() {
    // Linux: tcp_synack_retries, 1 + 2 + 4 + 8 + 16 + 32 seconds.
    let mut peer = Peer::new();
    peer.spawn(serve);
    assert_eq!(peer.send([5000, 80], SYN, 1000, 0, &[]).len(), 1);
    let again = peer.wait(Duration::from_secs(62));
    assert_eq!(again.len(), 5, "{again:?}");
    assert!(again.iter().all(|seen| seen.flags == SYN | ACK));
    assert_eq!(peer.wait(Duration::from_secs(100)), []);
    assert_eq!(peer.rows().len(), 1, "the listener");
}

#[test]
fn a_refused_connection_attempt_needs_a_reset_that_acknowledges_it() {
    // RFC 9293 section 3.10.7.3.
    let mut peer = Peer::new();
    peer.spawn(|handle| async move {
        let error = TcpStream::connect(&handle, at(B, 80), Some(at(A, 4000)), &[]).await;
        handle.print(&format!("{:?}\n", error.unwrap_err().kind()));
        0
    });
    let syn = peer.settle();
    assert_eq!((syn[0].flags, syn[0].len), (SYN, 0));
    peer.send([80, 4000], RST, 0, 0, &[]);
    peer.send([80, 4000], RST | ACK, 0, syn[0].seq, &[]);
    assert_eq!(peer.rows(), [(TcpState::SynSent, at(B, 80))]);
    peer.send([80, 4000], RST | ACK, 0, syn[0].seq.wrapping_add(1), &[]);
    let output = &peer.sim.device::<Host>(peer.host).unwrap().programs()[0].output;
    assert_eq!(output[0].text.as_ref(), "ConnectionRefused");
}

#[test]
fn syns_that_cross_open_one_connection() {
    // RFC 9293 section 3.5, figure 7: simultaneous open.
    let mut peer = Peer::new();
    peer.spawn(|handle| async move {
        let source = Some(at(A, 4000));
        let stream = TcpStream::connect(&handle, at(B, 80), source, &[]).await.unwrap();
        stream.write_all(b"x").await.unwrap();
        std::future::pending().await
    });
    let syn = peer.settle();
    let next = syn[0].seq.wrapping_add(1);
    let answer = peer.send([80, 4000], SYN, 500, 0, &[]);
    assert_eq!(answer[0], Seen { flags: SYN | ACK, seq: syn[0].seq, ack: 501, len: 0 });
    let data = peer.send([80, 4000], ACK, 501, next, &[]);
    assert_eq!((data[0].seq, data[0].ack, data[0].len), (next, 501, 1));
    assert_eq!(peer.rows(), [(TcpState::Established, at(B, 80))]);
}

#[test]
fn a_fin_that_was_acknowledged_in_vain_is_acknowledged_again_in_time_wait() {
    let mut peer = Peer::new();
    peer.spawn(|handle| async move {
        let listener = TcpListener::listen(&handle, at(A, 80), 4, &[]).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        drop(stream);
        0
    });
    let answer = peer.send([5000, 80], SYN, 1000, 0, &[]);
    let next = answer[0].seq.wrapping_add(1);
    let fin = peer.send([5000, 80], ACK, 1001, next, &[]);
    assert_eq!(fin, [Seen { flags: FIN | ACK, seq: next, ack: 1001, len: 0 }]);
    let last = Seen { flags: ACK, seq: next.wrapping_add(1), ack: 1002, len: 0 };
    let end =
        [FIN | ACK; 2].map(|flags| peer.send([5000, 80], flags, 1001, next.wrapping_add(1), &[]));
    assert_eq!(end[0], [last]);
    assert_eq!(end[1], end[0]);
    assert_eq!(peer.rows(), [(TcpState::TimeWait, at(B, 5000))]);
    // A new SYN beyond the old sequence numbers ends TIME-WAIT; nobody listens any more.
    let answer = peer.send([5000, 80], SYN, 2000, 0, &[]);
    assert_eq!(answer[0].flags, RST | ACK);
    assert_eq!(peer.rows(), []);
}

#[test]
fn data_for_a_program_that_has_closed_are_reset() {
    // RFC 1122 section 4.2.2.13, RFC 2525 section 2.17.
    let mut peer = Peer::new();
    peer.spawn(|handle| async move {
        let listener = TcpListener::listen(&handle, at(A, 80), 4, &[]).unwrap();
        drop(listener.accept().await.unwrap());
        0
    });
    let answer = peer.send([5000, 80], SYN, 1000, 0, &[]);
    let next = answer[0].seq.wrapping_add(1);
    peer.send([5000, 80], ACK, 1001, next, &[]);
    let answer = peer.send([5000, 80], ACK, 1001, next.wrapping_add(1), b"late");
    assert_eq!(answer.len(), 1);
    assert_eq!(answer[0].flags & RST, RST);
    assert_eq!(peer.rows(), []);
}

#[test]
fn a_listener_that_closes_resets_who_was_not_accepted() {
    let mut peer = Peer::new();
    peer.spawn(|handle| async move {
        let listener = TcpListener::listen(&handle, at(A, 80), 4, &[]).unwrap();
        handle.sleep_until(Instant::from_secs(1)).await;
        drop(listener);
        0
    });
    let next = peer.open(5000);
    peer.send([5001, 80], SYN, 1000, 0, &[]);
    let resets: Vec<_> = peer
        .wait(Duration::from_millis(999))
        .into_iter()
        .filter(|seen| seen.flags & RST != 0)
        .collect();
    assert_eq!(resets.len(), 1);
    assert_eq!(resets[0].seq, next);
    assert_eq!(peer.rows(), []);
}
