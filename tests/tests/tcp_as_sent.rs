//! What hosts send of their own accord, each segment once, as tshark's analysis of TCP sees it: on a
//! good line nothing is sent twice, nothing is out of order, nothing is acknowledged that was not
//! sent.

use std::collections::BTreeMap;
use std::time::Duration;

use lanternet_core::{Record, TraceEvent};
use lanternet_net::wire::layers::{FieldName, LayerProtocol, Layers};
use lanternet_tests::labs::{self, Run};
use lanternet_tests::tshark::Tshark;
use lanternet_tests::{captures, scratch};

lanternet_tests::for_each_lab!(tcp_is_without_fault_on_a_good_line);

/// The findings of tshark's `tcp.analysis`.
const FINDINGS: [&str; 10] = [
    "ack_lost_segment",
    "duplicate_ack",
    "fast_retransmission",
    "keep_alive",
    "lost_segment",
    "out_of_order",
    "retransmission",
    "reused_ports",
    "spurious_retransmission",
    "zero_window",
];

/// What a lab is about, and how often.
fn expected(lab: &str, finding: &str) -> std::ops::RangeInclusive<usize> {
    match (lab, finding) {
        // What is lost is sent again when its time has come: there is one message under way, so no
        // later one that could show the loss earlier. Some of it was not lost, but its answer was.
        ("lossy", "retransmission") => 1..=40,
        ("lossy", "spurious_retransmission" | "duplicate_ack") => 0..=20,
        // The queue is full: the fourth client's SYN is dropped after 0 and after 1 second.
        ("backlog", "retransmission") => 2..=2,
        // The SYN goes to a port, or a card, where the server no longer is.
        ("broken/moved-station" | "broken/stale-arp", "retransmission") => 2..=2,
        _ => 0..=0,
    }
}

fn tcp_is_without_fault_on_a_good_line(lab: &str) {
    let Some(tshark) = Tshark::find() else { return };
    let run = Run::of(&labs::text(lab));
    let sent = run.records.iter().filter_map(|record| as_sent(&run, record));
    let directory = scratch();
    let file = directory.path().join("sent.pcapng");
    captures::write_timed(&file, sent);

    let names = FINDINGS.map(|finding| format!("tcp.analysis.{finding}"));
    let frames = tshark.fields(&file, &names.each_ref().map(String::as_str), &[]);
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, frame) in (1..).zip(&frames) {
        for (name, finding) in names.iter().zip(FINDINGS) {
            if frame.contains_key(name) {
                found.entry(finding).or_default().push(number);
            }
        }
    }
    for finding in FINDINGS {
        let frames = found.get(finding).map_or(&[][..], Vec::as_slice);
        let expected = expected(lab, finding);
        assert!(
            expected.contains(&frames.len()),
            "{finding}: expected {expected:?}, frames {frames:?}"
        );
    }
}

/// The frame and its time, if this is a host sending what it made.
fn as_sent<'a>(run: &Run, record: &'a Record) -> Option<(Duration, &'a [u8])> {
    let TraceEvent::FrameSent { frame, .. } = &record.event else { return None };
    let node = record.place.node();
    run.network.host(node)?;
    let made_here = frame.id().origin() == node && is_own(run, node, frame.bytes());
    made_here.then(|| (Duration::from_nanos(record.at.nanos()), frame.bytes()))
}

/// Whether the node has the packet's source address: a router makes a new frame for what it forwards.
fn is_own(run: &Run, node: lanternet_core::NodeId, bytes: &[u8]) -> bool {
    let layers = Layers::dissect(bytes);
    let source =
        [(LayerProtocol::Ipv4, FieldName::IpSrc), (LayerProtocol::Ipv6, FieldName::Ipv6Src)];
    let mut source = source.into_iter().filter_map(|(ip, field)| layers.find(ip)?.address(field));
    let Some(source) = source.next() else { return true };
    let Some((_, _, station)) = run.lab.stations().find(|(index, ..)| index.0 == node.0 as usize)
    else {
        return false;
    };
    station.all_addresses().any(|own| own == source)
}
