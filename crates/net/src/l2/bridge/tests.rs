//! VLANs. What a bridge without them does is tested as a switch.

use lanternet_core::trace::VlanSource;

use super::*;
use crate::l2::Switch;
use crate::l2::harness::{A, B, Harness};

/// To the bridge itself: LLDP.
const LLDP: MacAddr = MacAddr([0x01, 0x80, 0xc2, 0, 0, 0x0e]);

fn vlan(number: u16) -> VlanId {
    VlanId::new(number).unwrap()
}

fn access(number: u16) -> Option<PortVlans> {
    Some(PortVlans::Access(vlan(number)))
}

fn trunk(tagged: &[u16], native: Option<u16>) -> Option<PortVlans> {
    let tagged = tagged.iter().copied().map(vlan).collect();
    Some(PortVlans::Trunk { tagged, native: native.map(vlan) })
}

/// Ports 0 and 1 in VLAN 10, port 2 in 20, port 3 a trunk of both with native VLAN 30, port 4 a trunk
/// of 10 alone.
fn bridge() -> Harness<Switch> {
    let vlans =
        vec![access(10), access(10), access(20), trunk(&[10, 20], Some(30)), trunk(&[10], None)];
    with(vlans)
}

fn with(vlans: Vec<Option<PortVlans>>) -> Harness<Switch> {
    let ports = vlans.len() as u16;
    Harness::new(Switch::new(BridgeConfig {
        vlans: Some(vlans),
        ..BridgeConfig::with_ports(ports)
    }))
}

/// The end of a frame: a type and some content.
const REST: [u8; 48] = {
    let mut rest = [7; 48];
    (rest[0], rest[1]) = (0x08, 0x00);
    rest
};

fn plain(source: MacAddr, destination: MacAddr) -> Vec<u8> {
    [&destination.0[..], &source.0, &REST].concat()
}

/// With a tag of these two bytes.
fn tagged(source: MacAddr, destination: MacAddr, tci: u16) -> Vec<u8> {
    [&destination.0[..], &source.0, &[0x81, 0x00], &tci.to_be_bytes(), &REST].concat()
}

/// What left by a port.
fn left(bridge: &Harness<Switch>, port: u16) -> &[u8] {
    let mut frames = bridge.sent().iter().filter(|(by, _)| by.0 == port);
    frames.next().map_or(&[], |(_, frame)| frame.bytes())
}

fn reason(bridge: &Harness<Switch>) -> Option<DropReason> {
    bridge.events().into_iter().find_map(|event| match event {
        TraceEvent::Dropped { reason, .. } => Some(reason),
        _ => None,
    })
}

#[test]
fn a_frame_stays_in_the_vlan_of_its_access_port_and_leaves_trunks_with_a_tag() {
    let mut bridge = bridge();
    assert_eq!(bridge.bytes(0, plain(A, B)), [1, 3, 4]);
    assert_eq!(left(&bridge, 1), plain(A, B));
    assert_eq!(left(&bridge, 3), tagged(A, B, 10));
    assert_eq!(left(&bridge, 4), tagged(A, B, 10));
    let flooded = |port| PortId(port);
    assert_eq!(
        bridge.events(),
        [
            VlanEvent::Classified { port: PortId(0), vlan: vlan(10), by: VlanSource::AccessPort }
                .into(),
            TraceEvent::MacLearned { vlan: vlan(10), mac: A, port: PortId(0) },
            TraceEvent::SwitchFlooded {
                vlan: vlan(10),
                mac: B,
                why: FloodCause::UnknownUnicast,
                ports: [1, 3, 4].map(flooded).into(),
            },
            VlanEvent::TagAdded { vlan: vlan(10), priority: 0, ports: [3, 4].map(flooded).into() }
                .into(),
        ]
    );
}

#[test]
fn the_frame_is_the_same_frame_with_and_without_its_tag() {
    let mut bridge = bridge();
    bridge.bytes(0, plain(A, B));
    let [(_, plain), (_, one), (_, other)] = bridge.sent() else { panic!("three frames") };
    assert_eq!([one.id(), other.id()], [plain.id(); 2]);
    assert!(std::ptr::eq(one.bytes(), other.bytes()), "the tagged form is made once");
}

#[test]
fn a_tagged_frame_leaves_an_access_port_without_its_tag() {
    let mut bridge = bridge();
    assert_eq!(bridge.bytes(3, tagged(A, B, 20)), [2]);
    assert_eq!(left(&bridge, 2), plain(A, B));
    let removed = VlanEvent::TagRemoved { vlan: vlan(20), ports: [PortId(2)].into() };
    assert!(bridge.events().contains(&removed.into()));
    assert_eq!(bridge.bytes(2, plain(B, A)), [3], "learned in VLAN 20");
    assert_eq!(left(&bridge, 3), tagged(B, A, 20));
}

#[test]
fn the_same_station_is_at_two_ports_in_two_vlans() {
    let mut bridge = bridge();
    bridge.bytes(0, plain(A, B));
    bridge.bytes(2, plain(A, B));
    let rows = bridge.device.mac_table().rows(bridge.now);
    let rows: Vec<_> = rows.iter().map(|row| (row.vlan.number(), row.mac, row.port.0)).collect();
    assert_eq!(rows, [(10, A, 0), (20, A, 2)]);
    assert_eq!(bridge.bytes(1, plain(B, A)), [0]);
    assert_eq!(bridge.bytes(3, tagged(B, A, 20)), [2]);
}

#[test]
fn an_access_port_takes_no_tagged_frames_not_even_of_its_own_vlan() {
    let mut bridge = bridge();
    for number in [10, 20] {
        assert_eq!(bridge.bytes(0, tagged(A, B, number)), []);
        let (port, tag) = (PortId(0), vlan(number));
        let expected = DropReason::TaggedOnAccessPort { port, tag, vlan: vlan(10) };
        assert_eq!(reason(&bridge), Some(expected));
    }
    assert_eq!(bridge.device.mac_table().rows(bridge.now), [], "nothing is learned from it");
}

#[test]
fn a_trunk_takes_the_vlans_of_its_list_and_no_other() {
    let mut bridge = bridge();
    assert_eq!(bridge.bytes(4, tagged(A, B, 20)), []);
    let expected = DropReason::VlanNotAllowed { port: PortId(4), vlan: vlan(20) };
    assert_eq!(reason(&bridge), Some(expected));
    assert_eq!(bridge.bytes(4, tagged(A, B, 4095)), []);
    let expected = DropReason::ReservedVlan { port: PortId(4), number: 4095 };
    assert_eq!(reason(&bridge), Some(expected));
    assert_eq!(bridge.bytes(4, plain(A, B)), []);
    assert_eq!(reason(&bridge), Some(DropReason::NoNativeVlan { port: PortId(4) }));
    assert_eq!(bridge.device.mac_table().rows(bridge.now), []);
}

#[test]
fn the_native_vlan_is_the_one_without_a_tag() {
    let mut bridge = with(vec![access(30), trunk(&[10, 30], Some(30)), trunk(&[30], None)]);
    assert_eq!(bridge.bytes(0, plain(A, B)), [1, 2]);
    assert_eq!(left(&bridge, 1), plain(A, B), "also where the list names it");
    assert_eq!(left(&bridge, 2), tagged(A, B, 30));
    assert_eq!(bridge.bytes(1, plain(B, A)), [0]);
    let native =
        VlanEvent::Classified { port: PortId(1), vlan: vlan(30), by: VlanSource::NativeVlan };
    assert!(bridge.events().contains(&native.into()));
    // A tag that names it is right too (802.1Q section 6.9: only frames without one are given the
    // port's VLAN).
    assert_eq!(bridge.bytes(1, tagged(B, A, 30)), [0]);
}

#[test]
fn a_priority_tag_is_no_vlan_and_its_priority_stays() {
    let mut bridge = bridge();
    // Priority 5, drop eligible, VID 0.
    let tci = 0b1011 << 12;
    assert_eq!(bridge.bytes(0, tagged(A, B, tci)), [1, 3, 4]);
    assert_eq!(left(&bridge, 1), plain(A, B));
    assert_eq!(left(&bridge, 3), tagged(A, B, tci | 10));
    let added =
        VlanEvent::TagAdded { vlan: vlan(10), priority: 5, ports: [PortId(3), PortId(4)].into() };
    assert!(bridge.events().contains(&added.into()));
    // From trunk to trunk nothing is touched at all.
    let from_trunk = tagged(A, B, tci | 10);
    assert_eq!(bridge.bytes(3, from_trunk.clone()), [0, 1, 4]);
    assert_eq!(left(&bridge, 4), from_trunk);
}

#[test]
fn a_second_tag_and_a_service_tag_are_content() {
    let mut bridge = bridge();
    let inner = [&[0x81, 0x00, 0x00, 20][..], &REST].concat();
    let double = [&B.0[..], &A.0, &[0x81, 0x00, 0x00, 10], &inner].concat();
    assert_eq!(bridge.bytes(3, double.clone()), [0, 1, 4]);
    assert_eq!(left(&bridge, 4), double);
    assert_eq!(left(&bridge, 0), [&B.0[..], &A.0, &inner].concat());
    let service = [&B.0[..], &A.0, &[0x88, 0xa8, 0x00, 99], &REST].concat();
    assert_eq!(bridge.bytes(1, service.clone()), [0, 3, 4], "in VLAN 10; there is no VLAN 99");
    let with_tag = [&B.0[..], &A.0, &[0x81, 0x00, 0x00, 10], &service[12..]].concat();
    bridge.bytes(0, [&MacAddr::BROADCAST.0[..], &service[6..]].concat());
    assert_eq!(left(&bridge, 1)[12..], service[12..]);
    assert_eq!(left(&bridge, 3)[12..], with_tag[12..]);
}

#[test]
fn a_frame_that_ends_within_its_tag_is_a_runt() {
    let mut bridge = bridge();
    for len in 14..18 {
        assert_eq!(bridge.bytes(3, tagged(A, B, 10)[..len].to_vec()), []);
        assert_eq!(reason(&bridge), Some(DropReason::Runt { len: len as u32 }));
    }
    let shortest = tagged(A, B, 10)[..18].to_vec();
    assert_eq!(bridge.bytes(3, shortest), [0, 1, 4]);
    assert_eq!(left(&bridge, 0).len(), 14);
}

#[test]
fn a_vlan_whose_other_ports_are_down_has_nowhere_to_go() {
    let mut bridge = bridge();
    bridge.link(3, false);
    assert_eq!(bridge.bytes(2, plain(A, B)), []);
    assert_eq!(reason(&bridge), Some(DropReason::NoOtherPortInVlan { vlan: vlan(20) }));
    bridge.link(3, true);
    assert_eq!(bridge.bytes(2, plain(A, B)), [3]);
}

#[test]
fn what_is_for_the_bridge_itself_needs_no_native_vlan() {
    let mut bridge = bridge();
    assert_eq!(bridge.bytes(4, plain(A, LLDP)), []);
    assert_eq!(reason(&bridge), Some(DropReason::ReservedAddress { mac: LLDP }));
}
