//! A capture of a simulation, read back by tshark.

#![allow(clippy::unwrap_used)] // Helpers of tests panic like tests.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use lanternet_core::pcapng::Ends;
use lanternet_core::trace::FloodCause;
use lanternet_core::{
    Capture, CaptureSettings, Context, Device, DropReason, Duration, Frame, Instant, LinkSettings,
    MacAddr, NodeId, PortId, PortRef, Record, Simulation, Topology, TraceEvent, VlanId,
};
use lanternet_tests::tshark::Tshark;
use lanternet_tests::{captures, scratch};

/// Passes frames on to the other port and says so; frames for itself it drops.
struct Repeater;

impl Device for Repeater {
    fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        if frame.destination() == Some(MacAddr::BROADCAST) {
            ctx.drop_frame(Some(port), || DropReason::NoOtherPort);
            return;
        }
        let other = PortId(1 - port.0);
        ctx.emit(|| TraceEvent::SwitchFlooded {
            vlan: VlanId::DEFAULT,
            mac: frame.destination().unwrap_or_default(),
            why: FloodCause::UnknownUnicast,
            ports: [other].into(),
        });
        ctx.transmit(other, frame);
    }
}

/// Words as a catalogue would have them, some outside ASCII.
fn words(topology: &Topology, record: &Record) -> Option<String> {
    let node = topology.node_name(record.place.node());
    Some(match &record.event {
        TraceEvent::SwitchFlooded { mac, .. } => format!("{node}: no row for {mac} → flooded"),
        TraceEvent::Dropped { reason: DropReason::NoOtherPort, .. } => format!("{node} 丢弃了它"),
        TraceEvent::Dropped { reason: DropReason::Lost { .. }, .. } => "lost on the cable".into(),
        _ => return None,
    })
}

struct Lab {
    simulation: Simulation,
    a: PortRef,
    b: PortRef,
    repeater: NodeId,
}

/// `a1 -- hub -- b3`, the second cable slow, so that every time has nanoseconds.
fn lab(second: LinkSettings) -> Lab {
    let mut simulation = Simulation::new(1);
    let a = simulation.add_external("a1");
    let repeater = simulation.add_node("hub", Repeater);
    let b = simulation.add_external("b3");
    let ports = ["1", "2"].map(|name| simulation.add_port(repeater, name));
    let first = LinkSettings { delay: Duration::from_nanos(1_234), ..LinkSettings::default() };
    simulation.add_link([a, ports[0]], [first.clone(), first]);
    simulation.add_link([ports[1], b], [second.clone(), second]);
    Lab { simulation, a, b, repeater }
}

fn slow() -> LinkSettings {
    LinkSettings { rate: Some(100_000_000), ..LinkSettings::default() }
}

fn settings() -> CaptureSettings {
    CaptureSettings {
        application: "lanternet 0.1.0".into(),
        hardware: "pcapng".into(),
        names: vec![
            ("192.168.10.1".parse().unwrap(), "a1".into()),
            ("192.168.20.3".parse().unwrap(), "b3".into()),
            ("2001:db8:b::3".parse().unwrap(), "b3-six".into()),
        ],
        ends: Ends::All,
    }
}

/// Two real echo requests and one ARP request, sent by `a1` at 0 s, 1 s and 2 s.
fn record(lab: &mut Lab, settings: CaptureSettings, directory: &Path) -> PathBuf {
    let file = directory.join("lab.pcapng");
    let writer = BufWriter::new(File::create(&file).unwrap());
    let capture = Capture::start(writer, lab.simulation.topology(), settings, words);
    lab.simulation.observe(capture.clone());
    let echo = captures::frames(&captures::named("echo"));
    let six = captures::frames(&captures::named("ipv6"));
    for (second, frame) in [&echo[2], &six[2], &echo[0]].into_iter().enumerate() {
        lab.simulation.run_until(Instant::from_secs(second as u64));
        lab.simulation.inject(lab.a, frame.bytes.clone());
    }
    lab.simulation.run_until(Instant::from_secs(3));
    capture.finish().unwrap();
    file
}

#[test]
fn tshark_reads_back_interfaces_times_directions_and_comments() {
    let Some(tshark) = Tshark::find() else { return };
    let (mut lab, directory) = (lab(slow()), scratch());
    let file = record(&mut lab, settings(), directory.path());
    assert_eq!(lab.simulation.drain(lab.b).len(), 2);
    let names = [
        "frame.interface_name",
        "frame.interface_description",
        "frame.time_epoch",
        "frame.packet_flags_direction",
        "frame.comment",
        "frame.protocols",
    ];
    let frames = tshark.fields(&file, &names, &[]);
    let seen: Vec<Vec<String>> = frames
        .iter()
        .map(|frame| {
            names[..5]
                .iter()
                .map(|n| frame.get(*n).map_or(String::new(), |v| v.join("|")))
                .collect()
        })
        .collect();
    let row = |name: &str, to: &str, at: &str, direction: &str, comment: &str| {
        let description = format!("{name} -- {to}");
        [name, &description, at, direction, comment].map(str::to_owned).to_vec()
    };
    let flooded = "hub: no row for 02:00:00:00:0a:fe → flooded";
    let other = "hub: no row for 02:00:00:00:0b:03 → flooded";
    let (into, out) = ("0x00000001", "0x00000002");
    // 98 and 118 bytes take 7840 and 9440 ns at 100 Mbit/s.
    assert_eq!(
        seen,
        [
            row("a1 external", "hub 1", "0.000000000", out, ""),
            row("hub 1", "a1 external", "0.000001234", into, flooded),
            row("hub 2", "b3 external", "0.000001234", out, flooded),
            row("b3 external", "hub 2", "0.000009074", into, ""),
            row("a1 external", "hub 1", "1.000000000", out, ""),
            row("hub 1", "a1 external", "1.000001234", into, other),
            row("hub 2", "b3 external", "1.000001234", out, other),
            row("b3 external", "hub 2", "1.000010674", into, ""),
            row("a1 external", "hub 1", "2.000000000", out, ""),
            row("hub 1", "a1 external", "2.000001234", into, "hub 丢弃了它"),
        ]
    );
    assert_eq!(tshark.complaints(&file), []);
}

#[test]
fn tshark_shows_addresses_by_the_names_of_the_lab() {
    let Some(tshark) = Tshark::find() else { return };
    let (mut lab, directory) = (lab(slow()), scratch());
    let file = record(&mut lab, settings(), directory.path());
    let names = ["ip.src_host", "ip.dst_host", "ipv6.dst_host"];
    let frames = tshark.fields(&file, &names, &["-N", "n"]);
    let all = |name: &str| -> Vec<String> {
        frames.iter().filter_map(|frame| Some(frame.get(name)?.concat())).collect()
    };
    assert_eq!(all("ip.src_host"), ["a1"; 4]);
    assert_eq!(all("ip.dst_host"), ["b3"; 4]);
    assert_eq!(all("ipv6.dst_host"), ["b3-six"; 4]);
}

#[test]
fn what_the_cable_does_to_a_frame_is_a_comment_where_it_was_sent() {
    let Some(tshark) = Tshark::find() else { return };
    let always = LinkSettings { loss: 1_000_000, ..LinkSettings::default() };
    let (mut lab, directory) = (lab(always), scratch());
    let file = record(&mut lab, settings(), directory.path());
    assert!(lab.simulation.drain(lab.b).is_empty());
    let frames = tshark.fields(&file, &["frame.interface_name", "frame.comment"], &[]);
    let sent = &frames[2];
    assert_eq!(sent["frame.interface_name"], ["hub 2"]);
    let expected = ["hub: no row for 02:00:00:00:0a:fe → flooded", "lost on the cable"];
    assert_eq!(sent["frame.comment"], expected);
}

#[test]
fn only_the_ends_asked_for_are_captured() {
    let (mut lab, directory) = (lab(slow()), scratch());
    let only = [PortRef::new(lab.repeater, PortId(1))].into();
    let file = record(
        &mut lab,
        CaptureSettings { ends: Ends::Only(only), ..settings() },
        directory.path(),
    );
    let frames = captures::frames(&file);
    let times: Vec<_> = frames.iter().map(|frame| (frame.interface, frame.at)).collect();
    assert_eq!(times, [(0, 1_234), (0, 1_000_001_234)]);
}
