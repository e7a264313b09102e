//! Simulated hosts, routers and switches in conversation with what nobody here wrote: the Linux
//! kernel and its programs, in network namespaces and in real time.
#![cfg(target_os = "linux")]

mod arp;
mod bridging;
mod clients;
mod dhcp;
mod echo;
mod ipv6;
mod labs;
mod multicast;
mod names;
mod nat;
mod routing;
mod spanning_tree;
mod tcp;
mod tcp_ends;
mod tcp_habits;
mod tcp_paths;
mod udp;
mod vlans;

use lanternet_tests::kernel::Live;
use lanternet_tests::tshark::ComplaintKind;

/// Warnings that are true of a flow whose receiver is slow, or whose line loses and reorders.
const FLOW: &[&str] = &[
    "TCP window specified by the receiver is now completely full",
    "TCP Zero Window",
    "Previous segment(s) not captured",
    "This frame is a (suspected) out-of-order segment",
    "ACKed segment that wasn't captured",
    "D-SACK Sequence",
];

/// A connection that was meant to be reset.
const RESET: &[&str] = &["Connection reset (RST)"];

/// tshark finds no malformed packet, no bad checksum and no expert error at the kernel's cards, and
/// no warnings but those with one of these texts.
#[track_caller]
fn assert_clean(live: &Live, expected: &[&str]) {
    let complaints = live.complaints();
    let unexpected: Vec<_> = complaints
        .iter()
        .filter(|complaint| {
            complaint.kind != ComplaintKind::Warning
                || !expected.iter().any(|text| complaint.what.contains(text))
        })
        .map(ToString::to_string)
        .collect();
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

/// The lines of a text that contain another, for counting.
fn lines_with<'a>(text: &'a str, part: &str) -> Vec<&'a str> {
    text.lines().filter(|line| line.contains(part)).collect()
}
