//! The labs of the repository.

use lanternet_core::Duration;

use super::*;

#[test]
fn a_ping_across_a_router_is_told_there_and_back() {
    let mut world = World::file("two-dorms");
    let report = world.ping("a1", "b3");
    assert!(report.reached());
    told("two-dorms.a1-b3", &world, &report);
    // The second time every table has its rows.
    let again = world.ping("a1", "b3");
    told("two-dorms.a1-b3-again", &world, &again);
}

#[test]
fn every_broken_lab_gets_its_reason() {
    for (lab, from, to) in [
        ("cable-pulled", "a1", "b1"),
        ("gateway-off-segment", "a1", "b1"),
        ("no-gateway", "a1", "b1"),
        ("no-gateway-back", "b1", "a1"),
        ("no-way-back", "a1", "b1"),
        ("other-network", "a1", "a2"),
        ("routing-loop", "a1", "10.3.0.1"),
        ("wrong-gateway", "a1", "b1"),
        ("wrong-mask", "a1", "b1"),
        ("wrong-mask-there", "b1", "a1"),
    ] {
        let file = lab.trim_end_matches("-back").trim_end_matches("-there");
        let file = if lab == "no-way-back" { lab } else { file };
        let mut world = World::file(&format!("broken/{file}"));
        let report = world.ping(from, to);
        assert!(!report.reached(), "{lab}");
        told(&format!("broken/{lab}.{from}"), &world, &report);
    }
}

#[test]
fn a_port_that_nobody_listens_on_is_told_with_those_that_are() {
    let mut world = World::file("broken/wrong-port");
    let report = world.tcp("a1", "b1", 9090);
    told("broken/wrong-port.a1", &world, &report);
    let report = world.tcp("a1", "b1", 9091);
    assert!(report.reached());
    told("broken/wrong-port.a1-right", &world, &report);
    let report = world.udp("a1", "b1", 9091);
    told("broken/wrong-port.a1-udp", &world, &report);
}

#[test]
fn the_twin_that_answers_instead_is_named() {
    let mut world = World::file("broken/duplicate-address");
    // The first question is answered by both, and the answer of s2 comes last.
    world.ping("a1", "192.168.1.80");
    let report = world.tcp("a1", "192.168.1.80", 7000);
    told("broken/duplicate-address.a1", &world, &report);
}

#[test]
fn a_link_that_takes_less_than_the_others_is_named() {
    let path = format!("{}/../../labs/broken/mtu-black-hole.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the lab is there");
    // The lab's first program is small and gets through; what is asked about is the second.
    let (world, mut report) = World::programs(&text, "a1", "b1", ProbeOutcome::Silent);
    let second = report.started + Duration::from_secs(2);
    report.records.retain(|record| record.at >= second);
    told("broken/mtu-black-hole.a1", &world, &report);
}
