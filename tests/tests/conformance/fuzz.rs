//! Arbitrary frames: no panic, no silence about what became of them, and the node lives on.

use std::collections::BTreeSet;

use lanternet_core::{Duration, Place, Record, Recorder, TraceEvent};
use lanternet_net::wire::checksum::checksum;
use lanternet_net::wire::layers::Layers;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::conversation::{RECORDINGS, bytes, talk};
use crate::node::Bench;

/// What is done to a recorded frame.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Truncate(Index),
    Append(Vec<u8>),
    /// The header checksum is made right again, so that the change gets past it.
    Correct,
}

/// A frame, the port, and how long after the one before.
#[derive(Clone, Debug)]
struct Input {
    frame: Vec<u8>,
    port: usize,
    wait: Duration,
}

fn recorded() -> Vec<Vec<u8>> {
    let lines = RECORDINGS.iter().flat_map(|(_, text)| text.lines());
    let frames: BTreeSet<&str> = lines.filter_map(|line| line.split(' ').nth(3)).collect();
    frames.into_iter().filter(|frame| frame.len() >= 60).map(bytes).collect()
}

fn correct(frame: &mut [u8]) {
    let Some(first) = frame.get(14) else { return };
    let end = 14 + usize::from(first & 0x0f) * 4;
    if let Some(header) = frame.get_mut(14..end).filter(|header| header.len() >= 20) {
        header[10..12].fill(0);
        let sum = checksum(header);
        header[10..12].copy_from_slice(&sum.to_be_bytes());
    }
}

fn change(mut frame: Vec<u8>, changes: Vec<Change>) -> Vec<u8> {
    for change in changes {
        match change {
            // Headers are worth more changes than data.
            Change::Set(at, value) if !frame.is_empty() => {
                let len = frame.len().min(64);
                frame[at.index(len)] = value;
            }
            Change::Truncate(at) => frame.truncate(at.index(frame.len() + 1)),
            Change::Append(more) => frame.extend(more),
            Change::Correct => correct(&mut frame),
            Change::Set(..) => {}
        }
    }
    frame
}

fn frames() -> impl Strategy<Value = Vec<u8>> {
    let change_of = prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, value)| Change::Set(at, value)),
        1 => any::<Index>().prop_map(Change::Truncate),
        1 => vec(any::<u8>(), 1..40).prop_map(Change::Append),
        4 => Just(Change::Correct),
    ];
    let mutated = (proptest::sample::select(recorded()), vec(change_of, 0..6))
        .prop_map(|(frame, changes)| change(frame, changes));
    // Random bytes behind an Ethernet header that the node takes, or behind none.
    let random =
        (any::<bool>(), any::<bool>(), vec(any::<u8>(), 0..90)).prop_map(|(headed, ip, bytes)| {
            let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0x0a, 7, 0x08];
            frame.push(if ip { 0x00 } else { 0x06 });
            if !headed {
                frame.clear();
            }
            frame.extend(bytes);
            frame
        });
    prop_oneof![5 => mutated, 1 => random]
}

fn inputs() -> impl Strategy<Value = Vec<Input>> {
    let wait = prop_oneof![Just(0), 0..100_u64, 0..8000_u64].prop_map(Duration::from_millis);
    let input =
        (frames(), 0..2_usize, wait).prop_map(|(frame, port, wait)| Input { frame, port, wait });
    vec(input, 1..40)
}

/// Each frame that arrived at the node led to something that says what became of it.
fn nothing_is_silent(records: &[Record], node: Place) {
    let at_node = || records.iter().filter(|record| record.place == node);
    let told: BTreeSet<_> = at_node()
        .filter(|record| !matches!(record.event, TraceEvent::FrameArrived { .. }))
        .filter_map(|record| record.frame)
        .collect();
    for record in at_node() {
        if let TraceEvent::FrameArrived { frame, .. } = &record.event {
            assert!(told.contains(&frame.id()), "nothing told about {:02x?}", frame.bytes());
        }
    }
}

/// What the node sends has an Ethernet header with its own address; an IPv4 packet's header is
/// sound, and a packet that the node made itself is so to its end.
fn what_it_sends_is_sound(frame: &[u8], port: usize) {
    assert_eq!(frame[6..12], [2, 0, 0, 0, 0, port as u8 + 1]);
    if frame[12..14] != [0x08, 0x00] {
        assert!(Layers::dissect(frame).is_well_formed());
        return;
    }
    let header = &frame[14..14 + usize::from(frame[14] & 0x0f) * 4];
    assert_eq!(checksum(header), 0, "{frame:02x?}");
    assert_eq!(usize::from(u16::from_be_bytes([header[2], header[3]])), frame.len() - 14);
    assert!(header[8] > 0, "a TTL of 0");
    assert!(header[12] != 127 && header[16] != 127, "loopback on the wire");
    if matches!(header[12..16], [10, 0, 1, 1] | [10, 0, 2, 1]) && header[6..8] == [0, 0] {
        assert_eq!(checksum(&frame[14 + header.len()..]), 0, "ICMP: {frame:02x?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Mutated and random frames at any port of a host or a router, at any time.
    #[test]
    fn any_frames_are_survived_and_told_about(
        router: bool, mtu in 0..1500_u16, detect: bool, inputs in inputs(),
    ) {
        let mut bench = Bench::new(router, mtu, |config| {
            config.interfaces[0].detect_conflicts = detect;
            config.interfaces[0].announce = true;
        });
        let recorder = Recorder::default();
        bench.sim.observe(recorder.clone());
        let ports = bench.ends.len();
        for Input { frame, port, wait } in inputs {
            let at = bench.sim.now() + wait;
            bench.until(at);
            bench.sim.inject(bench.ends[port % ports], frame);
        }
        let end = bench.sim.now() + Duration::from_secs(60);
        bench.until(end);
        nothing_is_silent(&recorder.take(), Place::Node(bench.node));
        for (_, port, frame) in bench.said() {
            what_it_sends_is_sound(&frame, port);
        }
        // It lives: its own addresses still answer it.
        let alive = bench.command(|node, ctx| {
            let first = node.layer.addresses().next();
            node.heard.clear();
            first.is_none_or(|(_, net)| {
                node.ping(ctx, net.addr(), 64, b"alive?").is_ok() && node.heard.len() == 1
            })
        });
        prop_assert!(alive);
    }
}

/// The mutations above start from all recorded conversations; those say themselves again first.
#[test]
fn the_recordings_are_there() {
    assert!(recorded().len() > 300);
    assert!(!talk("rfc0792/echo").ours.is_empty());
}
