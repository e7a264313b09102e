//! RFC 3376: hosts and version 3 of IGMP; what Wireshark makes of their messages.

use lanternet_core::{Duration, Instant, Recorder, TraceEvent};
use lanternet_lab::{Network, Start};
use lanternet_tests::tshark::Tshark;
use lanternet_tests::{captures, labs, scratch};

const GROUPS: &str = "
name: groups
nodes:
  a1: { kind: host, address: 10.0.0.1/24, groups: [239.1.2.3, 224.0.0.251] }
  a2: { kind: host, address: 10.0.0.2/24 }
  sw: { kind: switch, snooping: { querier: true } }
links:
  - a1 -- sw
  - a2 -- sw
";

/// All frames that a run of this length sends.
fn sent(time: Duration) -> Vec<Vec<u8>> {
    let lab = labs::parse(GROUPS);
    let mut network = Network::build(&lab);
    let recorder = Recorder::default();
    network.sim.observe(recorder.clone());
    network.start(&lab, Start::All);
    network.sim.run_until(Instant::ZERO + time);
    let frames = recorder.take().into_iter().filter_map(|record| match record.event {
        TraceEvent::FrameSent { frame, .. } => Some(frame.bytes().to_vec()),
        _ => None,
    });
    frames.collect()
}

#[test]
fn section_4_all_messages_have_a_ttl_of_1_and_a_router_alert_and_wireshark_reads_them() {
    let Some(tshark) = Tshark::find() else { return };
    let frames = sent(Duration::from_secs(60));
    let folder = scratch();
    let file = folder.path().join("igmp.pcapng");
    captures::write(&file, frames.iter().map(Vec::as_slice));
    let complaints = tshark.complaints(&file);
    assert!(complaints.is_empty(), "{complaints:?}");
    let names = [
        "ip.ttl",
        "ip.dst",
        "ip.opt.ra",
        "ip.dsfield",
        "igmp.version",
        "igmp.type",
        "igmp.maddr",
        "igmp.checksum.status",
        "igmp.record_type",
        "igmp.max_resp",
        "igmp.qrv",
        "igmp.qqic",
    ];
    let (mut reports, mut queries) = (0, 0);
    for fields in tshark.fields(&file, &names, &[]) {
        let all = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let value = |name: &str| all(name).first().cloned().unwrap_or_default();
        assert_eq!(value("ip.ttl"), "1");
        assert_eq!(value("ip.opt.ra"), "0", "router alert: examine the packet");
        assert_eq!(value("ip.dsfield"), "0xc0", "internetwork control, as Linux has it");
        assert_eq!(value("igmp.version"), "3");
        match value("igmp.type").as_str() {
            "0x22" => {
                reports += 1;
                assert_eq!(value("ip.dst"), "224.0.0.22");
                // Section 5: changes of both groups share a report; an answer names both.
                assert_eq!(all("igmp.maddr"), ["239.1.2.3", "224.0.0.251"]);
            }
            "0x11" => {
                queries += 1;
                assert_eq!(
                    (value("ip.dst"), value("igmp.qqic")),
                    ("224.0.0.1".into(), "125".into())
                );
                assert_eq!((value("igmp.max_resp"), value("igmp.qrv")), ("100".into(), "2".into()));
            }
            other => panic!("a message of type {other}"),
        }
    }
    // Two of the join (section 5.1), one answer to each of the querier's first two questions.
    assert_eq!(reports, 4);
    // Each leaves by two ports.
    assert_eq!(queries, 4);
}

#[test]
fn section_5_a_host_without_groups_says_nothing() {
    let frames = sent(Duration::from_secs(60));
    let from_a2 = |frame: &&Vec<u8>| frame.get(26..30) == Some(&[10, 0, 0, 2]);
    assert_eq!(frames.iter().filter(from_a2).count(), 0);
}
