//! RFC 5227: IPv4 address conflict detection.

use lanternet_core::{Duration, Instant};

use crate::conversation::{hex, talk};
use crate::node::Bench;

/// A probe has no sender address, so nothing is learned from it, but whoever has the address says so.
#[test]
fn section_2_1_1_a_probe_for_our_address_is_answered() {
    let talk = talk("rfc5227/probe");
    let reply = "020000000a07 020000000001 0806 0001 0800 06 04 0002 \
                 020000000001 0a000101 020000000a07 00000000";
    assert_eq!(hex(&talk.ours[0].2), reply.replace(' ', ""));
    assert_eq!(talk.ours.len(), 1, "a probe for another address is not");
    talk.like_linux();
}

/// Linux takes no notice of another station with its address. We defend ours with one announcement,
/// and not again within ten seconds.
#[test]
fn section_2_4_an_address_is_defended_once() {
    let talk = talk("rfc5227/conflict");
    let announcement = "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 \
                        020000000001 0a000101 000000000000 0a000101";
    assert_eq!(hex(&talk.ours[0].2), announcement.replace(' ', ""));
    let (ours, linux) = talk.unlike_linux();
    assert_eq!(ours, ["eth0 to all: ARP Announcement for 10.0.1.1"]);
    assert!(linux.is_empty());
}

/// Three probes, the first after up to a second, the others one to two seconds apart; two seconds
/// later the first of two announcements, two seconds apart. Only then is the address in use.
#[test]
fn section_2_1_1_and_2_3_an_address_is_probed_and_announced() {
    let mut bench = Bench::new(false, 1500, |config| config.interfaces[0].detect_conflicts = true);
    bench.until(Instant::from_secs(20));
    let said = bench.said();
    let kinds: Vec<_> = said.iter().map(|(_, _, f)| (f[21], hex(&f[28..32]))).collect();
    let (probe, announcement) = ((1, "00000000".to_owned()), (1, "0a000101".to_owned()));
    let expected = [probe.clone(), probe.clone(), probe, announcement.clone(), announcement];
    assert_eq!(kinds, expected);
    let gaps: Vec<Duration> = said.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    let second = Duration::from_secs(1);
    assert!(said[0].0 <= Instant::from_secs(1));
    assert!(gaps[..2].iter().all(|gap| (second..=second * 2).contains(gap)), "{gaps:?}");
    assert_eq!(gaps[2..], [second * 2, second * 2]);
}

/// Who has the address, or probes for it at the same time, keeps it: we do not use it.
#[test]
fn section_2_1_1_an_address_that_somebody_has_is_not_used() {
    // A reply by its owner; a probe by another that wants it too.
    let owner = "020000000c0c0a000101";
    let rival = "020000000c0c00000000";
    for (operation, sender) in [("0002", owner), ("0001", rival)] {
        let mut bench =
            Bench::new(false, 1500, |config| config.interfaces[0].detect_conflicts = true);
        bench.until(Instant::from_millis(1500));
        let text = format!(
            "ffffffffffff020000000c0c0806000108000604{operation}{sender}0000000000000a000101"
        );
        let bytes = (0..text.len()).step_by(2);
        let bytes = bytes.map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect();
        bench.sim.inject(bench.ends[0], bytes);
        bench.until(Instant::from_secs(20));
        assert!(bench.said().iter().all(|(_, _, f)| f[28..32] == [0; 4]), "probes only");
        let used = bench.command(|node, _| node.layer.addresses().count());
        assert_eq!(used, 0);
    }
}
