//! Read back with the reader of `pcap-file`; that Wireshark agrees is shown in `lanternet-tests`.

use pcap_file::pcapng::{Block, PcapNgReader};

use super::*;
use crate::device::{Context, Device};
use crate::id::PortId;
use crate::link::LinkSettings;
use crate::simulation::Simulation;
use crate::trace::DropReason;

/// Answers each frame with two frames of its own, each for a reason told before.
struct Answerer;

impl Device for Answerer {
    fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        ctx.emit(|| TraceEvent::ArpAnswered {
            interface: port,
            asker: [10, 0, 0, 1].into(),
            address: [10, 0, 0, 2].into(),
            mac: frame.destination().unwrap_or_default(),
        });
        for byte in [1, 2] {
            let answer = ctx.frame(vec![byte; 20]);
            ctx.transmit(port, answer);
        }
        // About another frame than the one that came: it is nobody's comment here.
        let before = ctx.set_about(None);
        ctx.emit(|| TraceEvent::NodeRestarted);
        ctx.set_about(before);
        ctx.drop_frame(Some(port), || DropReason::IcmpIgnored);
    }
}

fn words(_: &Topology, record: &Record) -> Option<String> {
    match &record.event {
        TraceEvent::ArpAnswered { .. } => Some("answered".into()),
        TraceEvent::NodeRestarted => Some("restarted".into()),
        TraceEvent::Dropped { reason, .. } => Some(format!("{reason:?}")),
        _ => None,
    }
}

fn network() -> (Simulation, PortRef) {
    let mut simulation = Simulation::new(1);
    let outside = simulation.add_external("outside");
    let node = simulation.add_node("answerer", Answerer);
    let port = simulation.add_port(node, "eth0");
    simulation.add_link([outside, port], [LinkSettings::default(), LinkSettings::default()]);
    (simulation, outside)
}

/// Interface name, direction, first byte and comments of each packet.
fn packets(file: &[u8]) -> Vec<(u32, u32, u8, Vec<String>)> {
    let mut reader = PcapNgReader::new(file).unwrap();
    let mut packets = Vec::new();
    while let Some(block) = reader.next_block() {
        let Block::EnhancedPacket(packet) = block.unwrap().0 else { continue };
        let (mut direction, mut comments) = (0, Vec::new());
        for option in &packet.options {
            match option {
                EnhancedPacketOption::Flags(flags) => direction = *flags,
                EnhancedPacketOption::Common(CommonOption::Comment(words)) => {
                    comments.push(words.to_string());
                }
                other => panic!("{other:?}"),
            }
        }
        packets.push((packet.interface_id, direction, packet.data[0], comments));
    }
    packets
}

#[test]
fn each_frame_carries_the_reasons_of_its_own_place() {
    let (mut simulation, outside) = network();
    let settings = CaptureSettings::default();
    let capture = Capture::start(Vec::new(), simulation.topology(), settings, words);
    simulation.observe(capture.clone());
    simulation.inject(outside, vec![0; 20]);
    simulation.run_until(Instant::from_secs(1));
    let all = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let (into, out) = (1, 2);
    assert_eq!(
        packets(&capture.finish().unwrap()),
        [
            (0, out, 0, all(&[])),
            (1, into, 0, all(&["answered", "IcmpIgnored"])),
            (1, out, 1, all(&["answered", "IcmpIgnored"])),
            (1, out, 2, all(&["answered", "IcmpIgnored"])),
            (0, into, 1, all(&[])),
            (0, into, 2, all(&[])),
        ]
    );
}

#[test]
fn the_same_network_writes_the_same_bytes() {
    let run = || {
        let (mut simulation, outside) = network();
        let settings = CaptureSettings {
            names: vec![([10, 0, 0, 1].into(), "outside".into())],
            ..CaptureSettings::default()
        };
        let capture = Capture::start(Vec::new(), simulation.topology(), settings, words);
        simulation.observe(capture.clone());
        simulation.inject(outside, vec![0; 20]);
        simulation.run_until(Instant::from_secs(1));
        capture.finish().unwrap()
    };
    assert_eq!(run(), run());
}

/// A disk with so many bytes left.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.checked_sub(bytes.len()) {
            Some(left) => self.0 = left,
            None => return Err(io::ErrorKind::StorageFull.into()),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_error_of_the_writer_is_reported_at_the_end() {
    for space in [0, 40, 500] {
        let (mut simulation, outside) = network();
        let settings = CaptureSettings::default();
        let capture = Capture::start(Full(space), simulation.topology(), settings, words);
        simulation.observe(capture.clone());
        for _ in 0..10 {
            simulation.inject(outside, vec![0; 20]);
            simulation.run_until(simulation.now());
        }
        let error = capture.finish().map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{space}");
        assert!(capture.finish().is_err());
    }
}

#[test]
fn a_comment_is_cut_where_the_format_ends() {
    let long = "路".repeat(30_000);
    assert_eq!(text(&long).len(), 65_535);
    assert_eq!(text("short"), "short");
}
