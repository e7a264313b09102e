//! Random VLANs and random frames against a model that does everything the slow, obvious way.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::l2::Switch;
use crate::l2::harness::{Harness, mac};

const PORTS: u16 = 5;
/// Few numbers, so that they meet; 0 and 4095 are no VLANs.
const NUMBERS: [u16; 6] = [0, 1, 2, 3, 100, 4095];

/// A port as the model sees it: the VLAN without a tag, and those with one.
#[derive(Clone, Debug)]
struct Port {
    untagged: Option<u16>,
    tagged: Vec<u16>,
    is_trunk: bool,
}

#[derive(Clone, Debug)]
struct Sent {
    port: u16,
    source: u32,
    destination: u32,
    /// The tags one behind another, outermost first: EtherType and the two bytes after it.
    tags: Vec<(u16, u16)>,
}

fn port() -> impl Strategy<Value = Port> {
    let number = || prop::sample::select(vec![1, 2, 3, 100]);
    prop_oneof![
        number().prop_map(|vlan| Port { untagged: Some(vlan), tagged: vec![], is_trunk: false }),
        (prop::collection::vec(number(), 0..4), prop::option::of(number()))
            .prop_map(|(tagged, untagged)| Port { untagged, tagged, is_trunk: true }),
    ]
}

fn frame() -> impl Strategy<Value = Sent> {
    let tag = (
        prop::sample::select(vec![0x8100, 0x8100, 0x8100, 0x88a8]),
        prop::sample::select(NUMBERS.to_vec()),
        0..16_u16,
    )
        .prop_map(|(kind, number, priority)| (kind, priority << 12 | number));
    (0..PORTS, 1..4_u32, 0..4_u32, prop::collection::vec(tag, 0..3))
        .prop_map(|(port, source, destination, tags)| Sent { port, source, destination, tags })
}

fn bytes(source: u32, destination: u32, tags: &[(u16, u16)]) -> Vec<u8> {
    let destination = if destination == 0 { MacAddr::BROADCAST } else { mac(destination) };
    let mut bytes = [destination.0, mac(source).0].concat();
    for (kind, tci) in tags {
        bytes.extend(kind.to_be_bytes());
        bytes.extend(tci.to_be_bytes());
    }
    bytes.extend([0x08, 0x00]);
    bytes.extend([source as u8; 46]);
    bytes
}

/// What leaves by which port, and what the table has learned.
fn model(ports: &[Port], rows: &mut BTreeMap<(u16, u32), u16>, sent: &Sent) -> Vec<(u16, Vec<u8>)> {
    let port = &ports[usize::from(sent.port)];
    // The outermost customer tag is the bridge's to read, nothing else is.
    let (tag, content) = match sent.tags.split_first() {
        Some(((0x8100, tci), rest)) => (Some(*tci), rest),
        _ => (None, &sent.tags[..]),
    };
    let number = tag.map_or(0, |tci| tci % 4096);
    let vlan = match number {
        0 => port.untagged,
        4095 => None,
        number if !port.is_trunk => {
            assert_ne!(number, 0);
            None
        }
        number => Some(number)
            .filter(|number| port.tagged.contains(number) || port.untagged == Some(*number)),
    };
    let Some(vlan) = vlan else { return Vec::new() };
    rows.insert((vlan, sent.source), sent.port);
    let to = match sent.destination {
        0 => None,
        station => rows.get(&(vlan, station)).copied(),
    };
    let mut left = Vec::new();
    for (other, settings) in (0..PORTS).zip(ports) {
        let member = settings.untagged == Some(vlan) || settings.tagged.contains(&vlan);
        if other == sent.port || !member || to.is_some_and(|to| to != other) {
            continue;
        }
        let priority = tag.unwrap_or(0) & 0xf000;
        let mut tags = content.to_vec();
        if settings.untagged != Some(vlan) {
            tags.insert(0, (0x8100, priority | vlan));
        }
        left.push((other, bytes(sent.source, sent.destination, &tags)));
    }
    left
}

fn vlans(port: &Port) -> Option<PortVlans> {
    let vlan = |number: &u16| VlanId::new(*number).unwrap();
    let native = port.untagged.as_ref().map(vlan);
    Some(match port.is_trunk {
        true => PortVlans::Trunk { tagged: port.tagged.iter().map(vlan).collect(), native },
        false => PortVlans::Access(native.unwrap()),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_frame_leaves_with_the_tags_and_by_the_ports_that_the_model_names(
        ports in prop::collection::vec(port(), usize::from(PORTS)),
        frames in prop::collection::vec(frame(), 1..40),
    ) {
        let config = BridgeConfig {
            vlans: Some(ports.iter().map(vlans).collect()),
            ..BridgeConfig::with_ports(PORTS)
        };
        let mut bridge = Harness::new(Switch::new(config));
        let mut rows = BTreeMap::new();
        for sent in frames {
            bridge.bytes(sent.port, bytes(sent.source, sent.destination, &sent.tags));
            let left: Vec<_> =
                bridge.sent().iter().map(|(port, frame)| (port.0, frame.bytes().to_vec())).collect();
            prop_assert_eq!(&left, &model(&ports, &mut rows, &sent), "{:?}", sent);
            let events = bridge.events();
            let decisions = events.iter().filter(|event| matches!(
                event,
                TraceEvent::SwitchForwarded { .. }
                    | TraceEvent::SwitchFlooded { .. }
                    | TraceEvent::Dropped { .. }
            ));
            prop_assert_eq!(decisions.count(), 1, "{:?}", events);
        }
        let listed: Vec<_> = bridge.device.mac_table().rows(bridge.now).into_iter()
            .map(|row| ((row.vlan.number(), row.mac), row.port.0)).collect();
        let expected: Vec<_> =
            rows.into_iter().map(|((vlan, station), port)| ((vlan, mac(station)), port)).collect();
        prop_assert_eq!(listed, expected);
    }
}
