//! Clause 9: what is on the wire.

use lanternet_core::trace::{BridgeId, BridgePortId, PriorityVector};

use super::*;
use crate::l2::stp::{Config, Flags, Refusal, Times, path_cost};

/// An RST BPDU as a bridge of the field sends it: the proposal of a root with priority 4096 by its
/// port 2, with the times of table 17-1.
const PROPOSAL: [u8; 53] = [
    0x01, 0x80, 0xc2, 0, 0, 0, 2, 1, 0, 0, 0, 1, // addresses
    0, 39, 0x42, 0x42, 3, // length and LLC
    0, 0, 2, 2, 0x0e, // protocol, version, type, flags: designated, proposal
    0x10, 0, 2, 0, 0, 0, 0, 1, // root
    0, 0, 0, 0, // cost
    0x10, 0, 2, 0, 0, 0, 0, 1, // bridge
    0x80, 2, // port
    0, 0, 20, 0, 2, 0, 15, 0, // message age, max age, hello, forward delay
    0, // version 1 length
];

fn proposal() -> Config {
    let root = BridgeId { priority: 4096, address: address(0) };
    let flags = Flags { proposal: true, ..Flags::designated() };
    let vector = PriorityVector { root, cost: 0, bridge: root, port: BridgePortId::new(128, 2) };
    let times = Times { message_age: 0, max_age: 20 << 8, hello: 2 << 8, forward_delay: 15 << 8 };
    Config { flags, vector, times }
}

#[test]
fn an_rst_bpdu_reads_and_writes_as_figure_9_3_has_it() {
    let bpdu = Bpdu::Rapid(proposal());
    assert_eq!(Bpdu::parse(&PROPOSAL), Ok(bpdu));
    assert_eq!(bpdu.build(MacAddr([2, 1, 0, 0, 0, 1])), PROPOSAL);
}

#[test]
fn a_configuration_bpdu_has_35_octets_and_two_flags() {
    let flags = Flags { topology_change: true, acknowledgement: true, ..Flags::designated() };
    let bpdu = Bpdu::Config(Config { flags, ..proposal() });
    let frame = bpdu.build(address(0));
    assert_eq!((frame.len(), &frame[12..22]), (52, &[0, 38, 0x42, 0x42, 3, 0, 0, 0, 0, 0x81][..]));
    assert_eq!(Bpdu::parse(&frame), Ok(bpdu));
}

#[test]
fn a_notification_has_four_octets() {
    let frame = Bpdu::TopologyChange.build(address(0));
    assert_eq!(&frame[12..], [0, 7, 0x42, 0x42, 3, 0, 0, 0, 0x80]);
    assert_eq!(Bpdu::parse(&frame), Ok(Bpdu::TopologyChange));
}

#[test]
fn every_flag_survives_the_wire() {
    for bits in 0..64_u8 {
        let bit = |at: u8| bits >> at & 1 == 1;
        for role in [PortRole::Root, PortRole::Designated, PortRole::Alternate] {
            let flags = Flags {
                topology_change: bit(0),
                proposal: bit(1),
                role: Some(role),
                learning: bit(2),
                forwarding: bit(3),
                agreement: bit(4),
                acknowledgement: false,
            };
            let bpdu = Bpdu::Rapid(Config { flags, ..proposal() });
            assert_eq!(Bpdu::parse(&bpdu.build(address(0))), Ok(bpdu));
        }
    }
}

#[test]
fn what_section_9_3_4_forbids_is_refused() {
    let changed = |at: usize, byte: u8| {
        let mut frame = PROPOSAL;
        frame[at] = byte;
        Bpdu::parse(&frame)
    };
    assert_eq!(changed(17, 1), Err("other protocol"));
    assert_eq!(changed(14, 0xaa), Err("other LLC header"));
    assert_eq!(changed(20, 7), Err("unknown type"));
    assert_eq!(changed(19, 1), Err("unknown type"), "an RST BPDU of version 1");
    assert_eq!(changed(13, 38), Err("too short"), "an RST BPDU of 35 octets");
    assert_eq!(changed(13, 40), Err("cut off"));
    assert_eq!(changed(12, 0x08), Err("not an 802.3 frame"));
    assert!(changed(19, 3).is_ok(), "a later version counts as version 2");
    for len in 0..PROPOSAL.len() {
        assert!(Bpdu::parse(&PROPOSAL[..len]).is_err());
    }
    let old = Times { message_age: 20 << 8, ..proposal().times };
    let frame = Bpdu::Config(Config { times: old, ..proposal() }).build(address(0));
    assert_eq!(Bpdu::parse(&frame), Err("too old"));
}

#[test]
fn a_bridge_refuses_its_own_messages() {
    let mut net = Net::new(vec![config(0, 1)], &[((0, 0), (0, 0))]);
    let actions = net.trees[0].handle_timeout(Instant::ZERO);
    let sent = actions.into_iter().find_map(|action| match action {
        Action::Transmit { frame, .. } => Some(frame),
        _ => None,
    });
    let answer = net.trees[0].handle_frame(Instant::ZERO, PortId(0), &sent.unwrap());
    assert_eq!(answer, Err(Refusal::OwnMessage));
}

#[test]
fn path_costs_are_those_of_table_17_3() {
    for (rate, cost) in [
        (100_000, 200_000_000),
        (1_000_000, 20_000_000),
        (10_000_000, 2_000_000),
        (100_000_000, 200_000),
        (1_000_000_000, 20_000),
        (10_000_000_000, 2_000),
        (100_000_000_000, 200),
        (1_000_000_000_000, 20),
        (10_000_000_000_000, 2),
        (1, 200_000_000),
        (u64::MAX, 1),
    ] {
        assert_eq!(path_cost(Some(rate)), cost, "{rate}");
    }
    assert_eq!((path_cost(None), path_cost(Some(0))), (1, 200_000_000));
}
