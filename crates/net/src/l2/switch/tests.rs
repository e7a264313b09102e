use lanternet_core::trace::FloodCause;
use lanternet_core::{DropReason, Duration, MacAddr, TraceEvent, VlanId};

use super::*;
use crate::l2::StaticMac;
use crate::l2::harness::{A, B, C, Harness, mac};

const V: VlanId = VlanId::DEFAULT;

fn switch(ports: u16) -> Harness<Switch> {
    Harness::new(Switch::new(BridgeConfig::with_ports(ports)))
}

/// A switch of four ports that knows A behind port 0 and B behind port 1.
fn taught() -> Harness<Switch> {
    let mut switch = switch(4);
    switch.frame(0, A, B);
    switch.frame(1, B, A);
    switch.events();
    switch
}

fn rows(switch: &Harness<Switch>) -> Vec<(MacAddr, u16)> {
    let rows = switch.device.mac_table().rows(switch.now);
    rows.into_iter().map(|row| (row.mac, row.port.0)).collect()
}

fn dropped(port: u16, reason: DropReason) -> TraceEvent {
    TraceEvent::Dropped { port: Some(PortId(port)), reason }
}

fn flooded(mac: MacAddr, why: FloodCause, ports: &[u16]) -> TraceEvent {
    let ports = ports.iter().copied().map(PortId).collect();
    TraceEvent::SwitchFlooded { vlan: V, mac, why, ports }
}

fn learned(mac: MacAddr, port: u16) -> TraceEvent {
    TraceEvent::MacLearned { vlan: V, mac, port: PortId(port) }
}

#[test]
fn unknown_unicast_is_flooded_but_not_back() {
    let mut switch = switch(4);
    assert_eq!(switch.frame(2, A, B), [0, 1, 3]);
    let flooded = flooded(B, FloodCause::UnknownUnicast, &[0, 1, 3]);
    assert_eq!(switch.events(), [learned(A, 2), flooded]);
}

#[test]
fn a_learned_station_gets_its_frames_alone() {
    let mut switch = taught();
    assert_eq!(switch.frame(0, A, B), [1]);
    let forwarded = TraceEvent::SwitchForwarded { vlan: V, mac: B, port: PortId(1) };
    assert_eq!(switch.events(), [forwarded]);
}

#[test]
fn the_frame_is_passed_on_unchanged_and_uncopied() {
    let mut switch = switch(3);
    // A tagged frame: the switch knows no VLANs and leaves the tag alone.
    let header = [&B.0[..], &A.0, &[0x81, 0x00, 0x00, 0x0a, 0x08, 0x00]].concat();
    switch.bytes(0, [header.clone(), vec![7; 46]].concat());
    let [(_, one), (_, other)] = switch.sent() else { panic!("two frames") };
    assert!(std::ptr::eq(one.bytes(), other.bytes()));
    assert_eq!((&one.bytes()[..18], one.id()), (&header[..], other.id()));
    assert_eq!(rows(&switch), [(A, 0)], "and it is not read either: VLAN 1");
}

#[test]
fn broadcast_and_multicast_are_flooded_even_when_everybody_is_known() {
    let mut switch = taught();
    assert_eq!(switch.frame(0, A, MacAddr::BROADCAST), [1, 2, 3]);
    let group: MacAddr = "01:00:5e:00:00:fb".parse().unwrap();
    assert_eq!(switch.frame(0, A, group), [1, 2, 3]);
    assert_eq!(
        switch.events(),
        [
            flooded(MacAddr::BROADCAST, FloodCause::Broadcast, &[1, 2, 3]),
            flooded(group, FloodCause::Multicast, &[1, 2, 3]),
        ]
    );
}

#[test]
fn a_frame_to_a_station_behind_the_same_port_goes_nowhere() {
    let mut switch = taught();
    switch.frame(0, C, A);
    assert_eq!(switch.sent().len(), 0);
    let reason = DropReason::SamePort { vlan: V, mac: A, port: PortId(0) };
    assert_eq!(switch.events(), [learned(C, 0), dropped(0, reason)]);
}

#[test]
fn a_station_that_speaks_at_another_port_has_moved() {
    let mut switch = taught();
    switch.frame(3, A, B);
    let moved = TraceEvent::MacMoved { vlan: V, mac: A, from: PortId(0), to: PortId(3) };
    assert_eq!(switch.events()[0], moved);
    assert_eq!(switch.frame(1, B, A), [3]);
}

#[test]
fn a_silent_station_is_forgotten_after_300_seconds() {
    let mut switch = taught();
    switch.wait(Duration::from_secs(299));
    assert_eq!(switch.frame(0, A, B), [1]);
    switch.events();
    switch.wait(Duration::from_secs(1));
    assert_eq!(switch.frame(0, A, B), [1, 2, 3]);
    let age = Duration::from_secs(300);
    let aged = TraceEvent::MacAged { vlan: V, mac: B, port: PortId(1), age };
    let flooded = flooded(B, FloodCause::UnknownUnicast, &[1, 2, 3]);
    assert_eq!(switch.events(), [aged, flooded]);
    assert_eq!(rows(&switch), [(A, 0)]);
}

#[test]
fn the_age_can_be_set() {
    let ageing = Duration::from_secs(10);
    let config = BridgeConfig { ageing, ..BridgeConfig::with_ports(2) };
    let mut switch = Harness::new(Switch::new(config));
    switch.frame(0, A, B);
    switch.wait(ageing);
    assert_eq!(rows(&switch), []);
}

#[test]
fn reserved_group_addresses_are_not_forwarded_but_their_sender_is_learned() {
    let mut switch = switch(4);
    let first: MacAddr = "01:80:c2:00:00:01".parse().unwrap();
    let last: MacAddr = "01:80:c2:00:00:0f".parse().unwrap();
    let beyond: MacAddr = "01:80:c2:00:00:10".parse().unwrap();
    assert_eq!(switch.frame(0, A, first), []);
    assert_eq!(switch.frame(0, A, last), []);
    let reasons = [first, last].map(|mac| dropped(0, DropReason::ReservedAddress { mac }));
    assert_eq!(switch.events(), [&[learned(A, 0)], &reasons[..]].concat());
    assert_eq!(switch.frame(0, A, beyond), [1, 2, 3]);
}

#[test]
fn a_group_address_is_no_sender() {
    let mut switch = switch(4);
    let source: MacAddr = "03:00:00:00:00:01".parse().unwrap();
    assert_eq!(switch.frame(0, source, B), []);
    assert_eq!(switch.events(), [dropped(0, DropReason::SourceIsGroup { mac: source })]);
    assert_eq!(rows(&switch), []);
}

#[test]
fn the_address_of_all_zeros_is_passed_on_but_not_learned() {
    let mut switch = taught();
    assert_eq!(switch.frame(3, MacAddr::ZERO, A), [0]);
    assert_eq!(switch.frame(0, A, MacAddr::ZERO), [1, 2, 3]);
    assert_eq!(rows(&switch), [(A, 0), (B, 1)]);
}

#[test]
fn less_than_a_header_is_a_runt_and_a_header_alone_is_a_frame() {
    let mut switch = switch(2);
    for len in [0, 5, 6, 11, 12, 13] {
        assert_eq!(switch.bytes(0, vec![2; len]), []);
        assert_eq!(switch.events(), [dropped(0, DropReason::Runt { len: len as u32 })]);
    }
    assert_eq!(switch.bytes(0, [mac(8).0, mac(9).0].concat()), [], "two addresses, no type");
    assert_eq!(rows(&switch), [], "nothing is learned from a runt");
    assert_eq!(switch.bytes(0, [&B.0[..], &A.0, &[0x88, 0xb5]].concat()), [1]);
}

#[test]
fn when_the_table_is_full_new_stations_are_flooded_and_known_ones_are_not() {
    let config = BridgeConfig { table_size: 2, ..BridgeConfig::with_ports(4) };
    let mut switch = Harness::new(Switch::new(config));
    switch.frame(0, A, B);
    switch.frame(1, B, A);
    switch.events();
    assert_eq!(switch.frame(2, C, A), [0]);
    assert_eq!(switch.events()[0], TraceEvent::MacTableFull { vlan: V, mac: C, limit: 2 });
    assert_eq!(switch.frame(0, A, C), [1, 2, 3]);
    assert_eq!(switch.frame(3, A, B), [1], "a known station can still move");
    // Once the others have been silent long enough there is room.
    switch.wait(Duration::from_secs(300));
    switch.events();
    switch.frame(2, C, A);
    let aged = |mac, port| {
        let age = Duration::from_secs(300);
        TraceEvent::MacAged { vlan: V, mac, port: PortId(port), age }
    };
    assert_eq!(switch.events()[..3], [aged(A, 3), aged(B, 1), learned(C, 2)]);
}

#[test]
fn a_pulled_cable_takes_its_stations_with_it_and_the_port_out_of_the_flood() {
    let mut switch = taught();
    switch.link(1, false);
    assert_eq!(switch.events(), [TraceEvent::MacFlushed { port: PortId(1), rows: 1 }]);
    assert_eq!(switch.frame(0, A, B), [2, 3]);
    switch.events();
    switch.link(1, true);
    assert_eq!(switch.frame(0, A, B), [1, 2, 3]);
    switch.link(3, false);
    let flooded = flooded(B, FloodCause::UnknownUnicast, &[1, 2, 3]);
    assert_eq!(switch.events(), [flooded], "nothing to flush at port 3");
}

#[test]
fn the_last_port_with_a_cable_has_nowhere_to_flood() {
    let mut switch = switch(2);
    switch.link(1, false);
    assert_eq!(switch.frame(0, A, B), []);
    assert_eq!(switch.events(), [learned(A, 0), dropped(0, DropReason::NoOtherPort)]);
}

#[test]
fn a_crash_forgets_what_was_learned_and_keeps_what_was_configured() {
    let row = StaticMac { vlan: V, mac: C, port: PortId(2) };
    let config = BridgeConfig { static_macs: vec![row], ..BridgeConfig::with_ports(4) };
    let mut switch = Harness::new(Switch::new(config));
    switch.frame(0, A, B);
    assert_eq!(rows(&switch), [(A, 0), (C, 2)]);
    switch.crash();
    assert_eq!(rows(&switch), [(C, 2)]);
    assert_eq!(switch.frame(1, B, C), [2]);
    assert_eq!(switch.frame(3, C, B), [1], "a static station can speak elsewhere");
    assert_eq!(rows(&switch), [(B, 1), (C, 2)], "but its row stays");
}
