//! TLS in a lab: the same bytes in each run, and TLS in the eyes of Wireshark.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use lanternet_core::{Capture, CaptureSettings, Record, Topology};
use lanternet_lab::{Network, ProgramIndex, Start};
use lanternet_tests::labs::parse;
use lanternet_tests::scratch;
use lanternet_tests::tshark::Tshark;

const LAB: &str = "
name: tls
seed: SEED
nodes:
  shop: { kind: host, address: 10.0.0.1/24 }
  ann: { kind: host, address: 10.0.0.2/24 }
  bob: { kind: host, address: 10.0.0.3/24 }
  sw: { kind: switch }
links: [shop -- sw, ann -- sw, bob -- sw]
programs:
  - { name: server, on: shop, run: serve upper --tls --port 443 }
  - { name: first, on: ann, at: 1s, run: connect upper shop:443 --tls --say hello --repeat 3 }
  - { name: second, on: bob, at: 1s, run: connect upper shop:443 --tls --say world }
";

/// Runs the lab and writes each frame on each cable to a file; gives what the programs printed.
fn capture(seed: u64, file: &Path) -> String {
    let lab = parse(&LAB.replace("SEED", &seed.to_string()));
    let mut network = Network::build(&lab);
    let writer = BufWriter::new(File::create(file).unwrap());
    let words = |_: &Topology, _: &Record| None;
    let settings = CaptureSettings::default();
    let capture = Capture::start(writer, network.sim.topology(), settings, words);
    network.sim.observe(capture.clone());
    network.start(&lab, Start::All);
    network.run(Network::limits(&lab));
    capture.finish().unwrap();
    let programs = (0..3).map(|index| network.program(ProgramIndex(index)).unwrap());
    programs.flat_map(|program| program.output).map(|line| format!("{}\n", line.text)).collect()
}

#[test]
fn each_run_has_the_same_bytes_and_each_seed_others() {
    let folder = scratch();
    let [first, again, other] = ["first", "again", "other"].map(|name| folder.path().join(name));
    // Handshakes of both clients run at the same time, so that their random bytes would mix.
    let printed = capture(1, &first);
    assert!(printed.contains("HELLO") && printed.contains("WORLD"), "{printed}");
    assert_eq!(capture(1, &again), printed);
    // Compared as whole: the message of a difference would be long.
    assert!(std::fs::read(&first).unwrap() == std::fs::read(&again).unwrap());
    assert_ne!(capture(2, &other), printed, "another certificate");
}

#[test]
fn wireshark_takes_it_for_tls_and_sees_nothing_in_it() {
    let Some(tshark) = Tshark::find() else { return };
    let folder = scratch();
    let file = folder.path().join("tls.pcapng");
    capture(1, &file);
    assert_eq!(tshark.complaints(&file), []);
    let names = [
        "ip.src",
        "tls.handshake.type",
        "tls.record.content_type",
        "tls.record.opaque_type",
        "tls.handshake.extensions_server_name",
    ];
    let frames = tshark.fields(&file, &names, &[]);
    let all = |name: &str| {
        frames.iter().filter_map(|frame| frame.get(name)).flatten().cloned().collect::<Vec<_>>()
    };
    // Client and server hello (RFC 8446 section 4); what follows is encrypted. Each frame is seen on its
    // way more than once.
    let handshakes = all("tls.handshake.type");
    let hellos = |kind: &str| handshakes.iter().filter(|found| *found == kind).count();
    assert!(hellos("1") >= 2 && hellos("1") == hellos("2"), "{handshakes:?}");
    assert!(handshakes.iter().all(|kind| kind == "1" || kind == "2"), "{handshakes:?}");
    assert!(all("tls.handshake.extensions_server_name").iter().all(|name| name == "shop"));
    let records = all("tls.record.content_type");
    // Handshake, and change cipher spec for the boxes on the way (section D.4).
    for kind in ["22", "20"] {
        assert!(records.iter().any(|found| found == kind), "{kind} in {records:?}");
    }
    // All that is encrypted says outside that it is application data (section 5.2).
    let opaque = all("tls.record.opaque_type");
    assert!(opaque.len() >= 8 && opaque.iter().all(|kind| kind == "23"), "{opaque:?}");
    let bytes = std::fs::read(&file).unwrap();
    let contains = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!contains("hello") && !contains("WORLD") && contains("shop"));
}
