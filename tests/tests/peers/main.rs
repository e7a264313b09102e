//! Simulated hosts, routers and switches in conversation with what nobody here wrote: the Linux
//! kernel and its programs, in network namespaces and in real time.
#![cfg(target_os = "linux")]

mod arp;
mod clients;
mod echo;
mod labs;
mod routing;
mod tcp;
mod tcp_ends;
mod tcp_paths;
mod udp;

use lanternet_tests::kernel::Live;
use lanternet_tests::tshark::ComplaintKind;

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
