use lanternet_core::trace::{PortRole, StateCause};
use lanternet_core::{Instant, VlanId};

use super::*;
use crate::l2::harness::{A, B, Harness, mac};
use crate::l2::stp::{StpConfig, StpPortConfig};
use crate::l2::{BridgeConfig, PortVlans, Switch};

/// Ports 0 and 1 to other bridges, ports 2 and 3 to stations.
fn switch(vlans: bool) -> Harness<Switch> {
    let ports = (0..4).map(|port| {
        let config = StpPortConfig::new(PortId(port), mac(100 + u32::from(port)));
        StpPortConfig { edge: port >= 2, auto_edge: false, ..config }
    });
    let stp = Some(StpConfig { ports: ports.collect(), ..StpConfig::new(mac(100)) });
    let vlans = vlans.then(|| vec![Some(PortVlans::Access(VlanId::DEFAULT)); 4]);
    let mut switch =
        Harness::new(Switch::new(BridgeConfig { stp, vlans, ..BridgeConfig::with_ports(4) }));
    assert!(switch.wake(Instant::ZERO));
    switch
}

fn reason(switch: &Harness<Switch>) -> Option<DropReason> {
    switch.events().into_iter().find_map(|event| match event {
        TraceEvent::Dropped { reason, .. } => Some(reason),
        _ => None,
    })
}

fn not_forwarding(port: u16, state: PortState) -> DropReason {
    let role = PortRole::Designated;
    DropReason::PortNotForwarding { port: PortId(port), role, state }
}

#[test]
fn a_port_that_only_learns_learns_and_one_that_discards_does_not() {
    for vlans in [false, true] {
        let mut switch = switch(vlans);
        let discarding = not_forwarding(0, PortState::Discarding);
        assert_eq!(switch.frame(0, A, B), []);
        assert_eq!(reason(&switch), Some(discarding));
        assert_eq!(switch.device.mac_table().rows(switch.now), []);
        assert_eq!(switch.frame(2, B, MacAddr::BROADCAST), [3], "nor do frames leave by it");
        // Nobody answers: the timers of 802.1D lead to learning, then to forwarding.
        while switch.device.bridge.port_state(PortId(0)) == PortState::Discarding {
            assert!(switch.wake(Instant::from_secs(30)));
        }
        switch.events();
        assert_eq!(switch.frame(0, A, B), []);
        assert_eq!(reason(&switch), Some(not_forwarding(0, PortState::Learning)));
        let rows = switch.device.mac_table().rows(switch.now);
        assert!(rows.iter().any(|row| (row.mac, row.port) == (A, PortId(0))));
        while switch.device.bridge.port_state(PortId(0)) == PortState::Learning {
            assert!(switch.wake(Instant::from_secs(30)));
        }
        assert_eq!(switch.frame(0, A, B), [2]);
        assert_eq!(switch.frame(2, B, MacAddr::BROADCAST), [0, 1, 3]);
    }
}

#[test]
fn a_port_whose_cable_comes_back_does_not_forward_before_the_tree_says_so() {
    let mut switch = switch(false);
    while switch.wake(Instant::from_secs(30)) {}
    assert_eq!(switch.frame(2, B, MacAddr::BROADCAST), [0, 1, 3]);
    switch.link(0, false);
    assert_eq!(switch.frame(2, B, MacAddr::BROADCAST), [1, 3]);
    switch.link(0, true);
    assert_eq!(switch.frame(2, B, MacAddr::BROADCAST), [1, 3]);
    switch.link(3, false);
    switch.link(3, true);
    assert_eq!(switch.frame(2, B, MacAddr::BROADCAST), [1, 3], "an edge port does at once");
}

#[test]
fn a_message_of_the_tree_is_taken_and_not_forwarded_whatever_the_state() {
    let mut switch = switch(true);
    let better = StpConfig {
        priority: 0,
        ports: vec![StpPortConfig::new(PortId(0), mac(50))],
        ..StpConfig::new(mac(50))
    };
    let mut root = SpanningTree::new(better);
    root.start(switch.now);
    let message = root.handle_timeout(switch.now).into_iter().find_map(|action| match action {
        Action::Transmit { frame, .. } => Some(frame),
        _ => None,
    });
    // The answer is an agreement, by the same port; the other port hears of the root as well.
    assert_eq!(switch.bytes(0, message.unwrap())[..2], [0, 1]);
    assert_eq!(switch.device.bridge.port_state(PortId(0)), PortState::Forwarding);
    assert!(switch.events().iter().any(|event| matches!(
        event,
        TraceEvent::Stp(StpEvent::StateChanged { port: PortId(0), why: StateCause::NewRoot, .. })
    )));
    // What looks like one and is none is dropped with its reason.
    assert_eq!(switch.frame(0, A, BRIDGE_GROUP), []);
    let what = "not an 802.3 frame";
    assert_eq!(reason(&switch), Some(DropReason::Malformed { protocol: Protocol::Stp, what }));
    // The other reserved addresses are nobody's here.
    let lldp = MacAddr([0x01, 0x80, 0xc2, 0, 0, 0x0e]);
    assert_eq!(switch.frame(0, A, lldp), []);
    assert_eq!(reason(&switch), Some(DropReason::ReservedAddress { mac: lldp }));
}

#[test]
fn a_topology_change_forgets_the_stations_behind_the_other_ports() {
    let mut switch = switch(false);
    while switch.wake(Instant::from_secs(30)) {}
    switch.frame(0, A, MacAddr::BROADCAST);
    switch.frame(2, B, MacAddr::BROADCAST);
    let macs = |switch: &Harness<Switch>| {
        let rows = switch.device.mac_table().rows(switch.now);
        rows.into_iter().map(|row| row.mac).collect::<Vec<_>>()
    };
    assert_eq!(macs(&switch), [A, B]);
    switch.link(1, false);
    switch.link(1, true);
    switch.events();
    while switch.wake(Instant::from_secs(90)) {}
    assert_eq!(macs(&switch), [B], "a station at an edge port has not moved");
    let told = switch.events();
    let flushed = StpEvent::AddressesFlushed { port: PortId(0), rows: 1 };
    assert!(told.contains(&TraceEvent::Stp(flushed)));
}

#[test]
fn without_a_tree_its_messages_are_passed_on() {
    for vlans in [None, Some(vec![Some(PortVlans::Access(VlanId::DEFAULT)); 3])] {
        let config = BridgeConfig { vlans, ..BridgeConfig::with_ports(3) };
        let mut switch = Harness::new(Switch::new(config));
        assert_eq!(switch.frame(0, A, BRIDGE_GROUP), [1, 2]);
    }
}
