//! RFC 3376: hosts and version 3 of IGMP; what Wireshark makes of their messages.

use std::net::IpAddr;

use lanternet_core::trace::{MulticastEvent, ReportCause};
use lanternet_core::{
    Duration, Instant, LinkSettings, MacAddr, NodeId, PortId, Recorder, Rng, Simulation, TraceEvent,
};
use lanternet_lab::{Network, Start};
use lanternet_net::host::{Host, HostConfig};
use lanternet_net::l3::{InterfaceConfig, L3Config};
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

/// A router that asks, and a host in a group, on one cable.
fn querier_and_member() -> (Simulation, NodeId, Recorder) {
    let host = |last: u8, querier: bool, groups: Vec<IpAddr>| {
        let mac = MacAddr([2, 0, 0, 0, 0, last]);
        let address = format!("10.0.0.{last}/24").parse().unwrap();
        let interface =
            InterfaceConfig { querier, ..InterfaceConfig::new(mac).with_address(address) };
        let l3 = L3Config { interfaces: vec![interface], groups, ..L3Config::default() };
        Host::new(HostConfig::new(l3, Rng::named(1, &last.to_string())))
    };
    let mut sim = Simulation::new(1);
    let recorder = Recorder::default();
    sim.observe(recorder.clone());
    let router = sim.add_node("r1", host(1, true, Vec::new()));
    let member = sim.add_node("a1", host(2, false, vec![group()]));
    let ends = [router, member].map(|node| sim.add_port(node, "eth0"));
    sim.add_link(ends, [LinkSettings::default(), LinkSettings::default()]);
    (sim, member, recorder)
}

fn group() -> IpAddr {
    "239.1.2.3".parse().unwrap()
}

fn told(recorder: &Recorder) -> Vec<MulticastEvent> {
    let events = recorder.take().into_iter().filter_map(|record| match record.event {
        TraceEvent::Multicast(event) => Some(event),
        _ => None,
    });
    events.collect()
}

#[test]
fn section_6_a_router_asks_and_asks_again_about_a_group_that_somebody_left() {
    let (mut sim, member, recorder) = querier_and_member();
    sim.run_until(Instant::from_secs(60));
    let before = told(&recorder);
    let general =
        |event: &&MulticastEvent| matches!(event, MulticastEvent::QuerySent { group: None, .. });
    assert_eq!(before.iter().filter(general).count(), 2, "31.25 s apart at first (section 8.6)");
    let answered = |event: &MulticastEvent| {
        matches!(event, MulticastEvent::ReportSent { why: ReportCause::Asked, .. })
    };
    assert_eq!(before.iter().filter(|event| answered(event)).count(), 2);
    sim.command(member, |host: &mut Host, ctx| {
        host.command_l3(ctx, |l3, _| l3.leave_group(group(), None)).unwrap();
    });
    sim.run_until(Instant::from_secs(70));
    let after = told(&recorder);
    let about =
        MulticastEvent::QuerySent { port: Some(PortId(0)), vlan: None, group: Some(group()) };
    assert!(after.contains(&MulticastEvent::Left { interface: PortId(0), group: group() }));
    // Both reports of the leave may ask for two questions each (section 6.4.2).
    let asked = after.iter().filter(|event| **event == about).count();
    assert!((2..=4).contains(&asked), "{after:?}");
    assert!(!after.iter().any(answered), "nobody is left to answer");
}

#[test]
fn section_5_a_member_that_lost_its_power_is_in_its_groups_again() {
    let (mut sim, member, recorder) = querier_and_member();
    sim.run_until(Instant::from_secs(5));
    sim.crash(member);
    sim.run_until(Instant::from_secs(6));
    recorder.take();
    sim.restart(member);
    sim.run_until(Instant::from_secs(7));
    let changed = |event: &MulticastEvent| {
        matches!(event, MulticastEvent::ReportSent { why: ReportCause::Changed, .. })
    };
    assert!(told(&recorder).iter().any(changed));
}
