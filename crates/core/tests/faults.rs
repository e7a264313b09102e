//! Partitions, holds and changed cables.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::FaultEvent;
use lanternet_core::{
    Context, Device, DropReason, Duration, Frame, Instant, Limits, LinkId, LinkSettings, NodeId,
    Place, PortId, PortRef, Recorder, Simulation, Stop, TraceEvent,
};

const LIMITS: Limits = Limits { until: Instant::from_secs(100), events: 100_000 };
const DELAY: Duration = Duration::from_millis(10);

/// A node with one address that remembers the last byte of each frame that arrives.
struct Station {
    address: IpAddr,
    arrived: Vec<(Instant, u8)>,
}

impl Device for Station {
    fn handle_frame(&mut self, ctx: &mut Context<'_>, _: PortId, frame: Frame) {
        self.arrived.push((ctx.now(), *frame.bytes().last().unwrap()));
    }

    fn has_address(&self, address: IpAddr) -> bool {
        address == self.address
    }
}

/// Passes every frame on, as a cable between the others.
struct Repeater(u16);

impl Device for Repeater {
    fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        for other in (0..self.0).map(PortId).filter(|other| *other != port) {
            ctx.transmit(other, frame.clone());
        }
    }
}

fn ip(node: NodeId) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, node.0 as u8)
}

/// Stations on one repeater, which is node 0; station n has link n - 1.
fn network(stations: u32) -> (Simulation, Vec<NodeId>, Recorder) {
    let mut sim = Simulation::new(1);
    let hub = sim.add_node("hub", Repeater(stations as u16));
    let settings = LinkSettings { delay: DELAY, ..LinkSettings::default() };
    let mut nodes = Vec::new();
    for number in 1..=stations {
        let address = ip(NodeId(number)).into();
        let node = sim.add_node(&format!("s{number}"), Station { address, arrived: Vec::new() });
        let ends = [sim.add_port(node, "eth0"), sim.add_port(hub, &number.to_string())];
        sim.add_link(ends, [settings.clone(), settings.clone()]);
        nodes.push(node);
    }
    let recorder = Recorder::default();
    sim.observe(recorder.clone());
    (sim, nodes, recorder)
}

/// An Ethernet frame with an IPv4 header (RFC 791 section 3.1) and one byte of content.
fn packet(from: Ipv4Addr, to: Ipv4Addr, mac: u8, tag: Option<u8>, content: u8) -> Vec<u8> {
    let mut bytes = vec![mac; 6];
    bytes.extend([2; 6]);
    if let Some(vlan) = tag {
        bytes.extend([0x81, 0, 0, vlan]);
    }
    bytes.extend([8, 0, 0x45, 0, 0, 21, 0, 0, 0, 0, 64, 253, 0, 0]);
    bytes.extend(from.octets().iter().chain(&to.octets()));
    bytes.push(content);
    bytes
}

fn send(sim: &mut Simulation, from: NodeId, to: NodeId, content: u8) {
    send_bytes(sim, from, packet(ip(from), ip(to), 2, None, content));
}

fn send_bytes(sim: &mut Simulation, from: NodeId, bytes: Vec<u8>) {
    sim.command(from, |_: &mut Station, ctx| {
        let frame = ctx.frame(bytes);
        ctx.transmit(PortId(0), frame);
    })
    .unwrap();
}

fn arrived(sim: &Simulation, at: NodeId) -> Vec<u8> {
    let station = sim.device::<Station>(at).unwrap();
    station.arrived.iter().map(|(_, content)| *content).collect()
}

fn faults(recorder: &Recorder) -> Vec<(NodeId, FaultEvent)> {
    let records = recorder.take().into_iter();
    let fault = |event| if let TraceEvent::Fault(fault) = event { Some(fault) } else { None };
    records.filter_map(|record| Some((record.place.node(), fault(record.event)?))).collect()
}

#[test]
fn a_partition_loses_packets_between_its_two_sides_and_no_others() {
    let (mut sim, nodes, recorder) = network(4);
    let [a, b, c, d] = nodes[..] else { unreachable!() };
    sim.partition(&[a, b], &[c]);
    for (from, to, content) in [(a, c, 1), (b, c, 2), (c, a, 3), (a, b, 4), (d, c, 5), (c, d, 6)] {
        send(&mut sim, from, to, content);
    }
    sim.run_until_idle(LIMITS);
    // A hub: all other stations see all that is not lost.
    assert_eq!((arrived(&sim, d), arrived(&sim, c)), (vec![4, 6], vec![4, 5]));
    let lost: Vec<_> = recorder
        .take()
        .into_iter()
        .filter_map(|record| match (record.place, record.event) {
            (Place::Link { link, .. }, TraceEvent::Dropped { reason, .. }) => Some((link, reason)),
            _ => None,
        })
        .collect();
    let parted = |from_node, to_node| DropReason::Partitioned { from_node, to_node };
    let expected =
        [(LinkId(0), parted(a, c)), (LinkId(1), parted(b, c)), (LinkId(2), parted(c, a))];
    assert_eq!(lost, expected, "each on the first cable");

    sim.repair(&[a], &[c]);
    for (from, to, content) in [(a, c, 7), (b, c, 8), (c, a, 9)] {
        send(&mut sim, from, to, content);
    }
    sim.run_until_idle(LIMITS);
    assert_eq!(arrived(&sim, d), [4, 6, 7, 9], "the other pair is parted as before");
}

#[test]
fn a_partition_of_one_direction_leaves_the_other() {
    let (mut sim, nodes, recorder) = network(2);
    let [a, b] = nodes[..] else { unreachable!() };
    sim.partition_oneway(&[a], &[b]);
    sim.partition_oneway(&[a], &[b]);
    send(&mut sim, a, b, 1);
    send(&mut sim, b, a, 2);
    sim.run_until_idle(LIMITS);
    assert_eq!((arrived(&sim, a), arrived(&sim, b)), (vec![2], vec![]));
    assert_eq!(faults(&recorder), [(a, FaultEvent::Partitioned { to_node: b })], "told once");
    sim.repair(&[a], &[b]);
    assert_eq!(faults(&recorder), [(a, FaultEvent::Repaired { to_node: b })]);
}

#[test]
fn broadcasts_and_tagged_packets_are_parted_and_what_is_no_packet_is_not() {
    let (mut sim, nodes, _) = network(3);
    let [a, b, c] = nodes[..] else { unreachable!() };
    sim.partition(&[a], &[b]);
    let all = Ipv4Addr::BROADCAST;
    send_bytes(&mut sim, a, packet(ip(a), all, 0xff, None, 1));
    send_bytes(&mut sim, a, packet(ip(a), ip(b), 2, Some(7), 2));
    // ARP (ethertype 0806) is how neighbours find each other.
    let mut arp = vec![0xff; 12];
    arp.extend([8, 6, 3]);
    send_bytes(&mut sim, a, arp);
    send_bytes(&mut sim, a, vec![4]);
    sim.run_until_idle(LIMITS);
    assert_eq!(arrived(&sim, b), [3, 4]);
    assert_eq!(arrived(&sim, c), [1, 3, 4], "the broadcast reaches whom it may");
}

#[test]
fn held_packets_wait_go_on_in_order_and_do_not_keep_a_run_going() {
    let (mut sim, nodes, recorder) = network(3);
    let [a, b, c] = nodes[..] else { unreachable!() };
    sim.hold(&[a], &[b]);
    for content in 1..=3 {
        send(&mut sim, a, b, content);
    }
    send(&mut sim, c, b, 9);
    assert_eq!(sim.run_until_idle(LIMITS), Stop::Idle);
    assert_eq!((arrived(&sim, b), sim.held_frames()), (vec![9], 3));
    sim.run_until(Instant::from_secs(5));
    recorder.take();
    sim.release(&[b], &[a]);
    send(&mut sim, a, b, 4);
    sim.run_until_idle(LIMITS);
    assert_eq!(arrived(&sim, b), [9, 1, 2, 3, 4]);
    // They had come to the end of the first of two cables.
    let first = sim.device::<Station>(b).unwrap().arrived[1].0;
    assert_eq!(first, Instant::from_secs(5) + DELAY);
    let waited = Instant::from_secs(5) - (Instant::ZERO + DELAY);
    let told: Vec<_> = faults(&recorder).into_iter().map(|(_, fault)| fault).collect();
    assert!(told.contains(&FaultEvent::PathReleased { to_node: b, frames: 3 }), "{told:?}");
    assert!(told.contains(&FaultEvent::FrameReleased { waited }), "{told:?}");
}

#[test]
fn a_partition_loses_what_was_held() {
    let (mut sim, nodes, _) = network(2);
    let [a, b] = nodes[..] else { unreachable!() };
    sim.hold(&[a], &[b]);
    send(&mut sim, a, b, 1);
    sim.run_until_idle(LIMITS);
    sim.partition(&[a], &[b]);
    assert_eq!(sim.held_frames(), 0);
    sim.release(&[a], &[b]);
    send(&mut sim, a, b, 2);
    sim.repair(&[a], &[b]);
    send(&mut sim, a, b, 3);
    sim.run_until_idle(LIMITS);
    // A partition takes what arrives while it lasts; the second frame had not arrived anywhere yet.
    assert_eq!(arrived(&sim, b), [2, 3]);
}

#[test]
fn a_held_cable_keeps_everything_until_it_is_released_or_cut() {
    let (mut sim, nodes, recorder) = network(2);
    let [a, b] = nodes[..] else { unreachable!() };
    let link = LinkId(0);
    sim.hold_link(link);
    send_bytes(&mut sim, a, vec![1]);
    send(&mut sim, b, a, 2);
    sim.run_until_idle(LIMITS);
    assert!(arrived(&sim, a).is_empty() && arrived(&sim, b).is_empty());
    assert!(sim.link_is_up(link), "its ends notice nothing");
    sim.release_link(link);
    sim.run_until_idle(LIMITS);
    assert_eq!((arrived(&sim, a), arrived(&sim, b)), (vec![2], vec![1]));

    sim.hold_link(link);
    send(&mut sim, a, b, 3);
    sim.run_until_idle(LIMITS);
    recorder.take();
    sim.set_link_up(link, false);
    let cut = |event| matches!(event, TraceEvent::Dropped { reason: DropReason::LinkCut, .. });
    assert!(recorder.take().into_iter().any(|record| cut(record.event)));
    sim.set_link_up(link, true);
    sim.release_link(link);
    sim.run_until_idle(LIMITS);
    assert_eq!(arrived(&sim, b), [1]);
}

#[test]
fn a_cable_can_get_other_settings_while_frames_are_on_it() {
    let (mut sim, nodes, recorder) = network(2);
    let [a, b] = nodes[..] else { unreachable!() };
    let from = PortRef::new(a, PortId(0));
    send(&mut sim, a, b, 1);
    let lossy = LinkSettings { loss: 1_000_000, ..LinkSettings::default() };
    sim.set_link_settings(from, lossy.clone());
    send(&mut sim, a, b, 2);
    send(&mut sim, b, a, 3);
    assert_eq!(sim.link_settings(from), Some(&lossy));
    sim.set_link_settings(from, LinkSettings::default());
    send(&mut sim, a, b, 4);
    sim.run_until_idle(LIMITS);
    assert_eq!(arrived(&sim, b), [4, 1], "without delay it overtakes the one on its way");
    assert_eq!(arrived(&sim, a), [3], "the other direction is as before");
    assert!(faults(&recorder).contains(&(a, FaultEvent::LinkChanged { settings: lossy })));
}
