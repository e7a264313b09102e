//! Random networks, written as labs, built and run: who reaches whom is what a walk over a graph says,
//! no frame is delivered twice, and no packet walks for ever.

mod net;

use std::collections::BTreeMap;

use lanternet_core::{DropReason, FrameId, NodeId, Place, Record, Recorder, TraceEvent};
use lanternet_lab::{Network, NodeIndex, Target};
use lanternet_tests::labs;
use proptest::prelude::*;

use net::{Net, Shape};

/// Pairs of hosts that are tried in one network.
const PAIRS: usize = 12;

fn config() -> ProptestConfig {
    ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() }
}

fn shapes(routers: usize, pulled: u32, missing: u32, wrong: u32) -> impl Strategy<Value = Shape> {
    (any::<u64>(), 0..=routers, 0..=pulled, 0..=missing, 0..=wrong).prop_map(
        |(seed, routers, pulled, missing, wrong)| Shape { seed, routers, pulled, missing, wrong },
    )
}

/// Builds the network, tries pairs of hosts, and holds the answers against the model. Returns
/// everything that happened.
fn try_pairs(shape: Shape) -> Result<(Network, Vec<Record>), TestCaseError> {
    let net = Net::random(shape);
    let text = net.text(shape.seed);
    let lab = labs::parse(&text);
    let mut network = Network::build(&lab);
    let recorder = Recorder::default();
    network.sim.observe(recorder.clone());
    let hosts = net.hosts.len();
    let all: Vec<_> = (0..hosts).flat_map(|a| (0..hosts).map(move |b| (a, b))).collect();
    let stride = all.len().div_ceil(PAIRS);
    for (from, to) in all.into_iter().step_by(stride) {
        let target = Target::Node(NodeIndex(to));
        let report = network.probe(&lab, NodeIndex(from), &target, None, 1);
        prop_assert_eq!(
            report.reached(),
            net.reaches(from, to),
            "h{} to h{}: {:?}\n{}",
            from,
            to,
            report.outcome,
            text
        );
    }
    Ok((network, recorder.take()))
}

/// Each frame arrives at a node once at most, and never where it was made.
fn no_frame_is_delivered_twice(records: &[Record]) -> Result<(), TestCaseError> {
    let mut arrivals: BTreeMap<(FrameId, NodeId), u32> = BTreeMap::new();
    for record in records {
        if let TraceEvent::FrameArrived { frame, .. } = &record.event {
            let node = record.place.node();
            prop_assert_ne!(frame.id().origin(), node, "a frame came back to where it was made");
            let count = arrivals.entry((frame.id(), node)).or_default();
            *count += 1;
            prop_assert_eq!(*count, 1, "{:?} arrived again at {:?}", frame, node);
        }
    }
    Ok(())
}

/// No packet is forwarded more often than its time to live allows, and each time it is one less.
fn ttl_bounds_every_walk(records: &[Record]) -> Result<(), TestCaseError> {
    // Follows causes: a forwarded packet is in a frame that was made because of the one before.
    let mut hops: BTreeMap<FrameId, u32> = BTreeMap::new();
    let mut ttls: BTreeMap<FrameId, u8> = BTreeMap::new();
    let mut forwarding: BTreeMap<(NodeId, FrameId), (u8, u8)> = BTreeMap::new();
    for record in records {
        let Place::Node(node) = record.place else { continue };
        match (&record.event, record.frame) {
            (TraceEvent::PacketForwarded { ttl_from, ttl_to, .. }, Some(about)) => {
                prop_assert_eq!(*ttl_to, ttl_from - 1);
                prop_assert!(*ttl_to > 0, "forwarded with nothing left to live");
                forwarding.insert((node, about), (*ttl_from, *ttl_to));
            }
            (TraceEvent::FrameSent { frame, .. }, _) => {
                let bytes = frame.bytes();
                if bytes.get(12..14) != Some(&[0x08, 0x00]) {
                    continue;
                }
                ttls.insert(frame.id(), bytes[22]);
                let Some(cause) = frame.cause() else { continue };
                let Some((from, to)) = forwarding.get(&(node, cause)) else { continue };
                // The node may answer as well (a redirect): that is a new packet.
                let forwarded = bytes[22] == *to && ttls.get(&cause) == Some(from);
                if forwarded && frame.id().origin() == node {
                    let so_far = hops.get(&cause).copied().unwrap_or(0) + 1;
                    prop_assert!(so_far < 64, "{:?} is the {}th hop", frame, so_far);
                    hops.insert(frame.id(), so_far);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn in_a_tree_with_all_routes_everybody_reaches_everybody(shape in shapes(5, 0, 0, 0)) {
        let net = Net::random(shape);
        for from in 0..net.hosts.len() {
            for to in 0..net.hosts.len() {
                prop_assert!(net.reaches(from, to), "the model itself: h{} to h{}", from, to);
            }
        }
        let (network, records) = try_pairs(shape)?;
        no_frame_is_delivered_twice(&records)?;
        ttl_bounds_every_walk(&records)?;
        prop_assert!(network.sim.is_idle());
    }

    #[test]
    fn with_cables_pulled_and_routes_missing_or_wrong_the_walk_over_the_graph_is_right(
        shape in shapes(5, 150_000, 200_000, 200_000),
    ) {
        let (network, records) = try_pairs(shape)?;
        no_frame_is_delivered_twice(&records)?;
        ttl_bounds_every_walk(&records)?;
        prop_assert!(network.sim.is_idle());
    }
}

#[test]
fn the_random_networks_are_of_all_kinds() {
    let (mut reached, mut lost, mut expired, mut far) = (0, 0, 0, 0);
    for seed in 0..60 {
        let shape = Shape { seed, routers: 5, pulled: 50_000, missing: 100_000, wrong: 200_000 };
        let net = Net::random(shape);
        for from in 0..net.hosts.len() {
            for to in 0..net.hosts.len() {
                *(if net.reaches(from, to) { &mut reached } else { &mut lost }) += 1;
            }
        }
        let (_, records) = try_pairs(shape).expect("the model is right");
        for record in records {
            match record.event {
                TraceEvent::Dropped { reason: DropReason::TtlExpired { .. }, .. } => expired += 1,
                TraceEvent::PacketForwarded { ttl_to: ..=62, .. } => far += 1,
                _ => {}
            }
        }
    }
    let kinds = [reached, lost, expired, far];
    assert!(reached > 1000 && lost > 1000 && expired > 10 && far > 1000, "{kinds:?}");
}
