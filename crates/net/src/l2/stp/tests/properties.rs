//! On any graph of bridges, with cables failing and coming back, the tree ends without a loop and
//! joins all that cables join.

use proptest::collection::vec;
use proptest::prelude::*;

use lanternet_core::trace::StpEvent as E;

use super::*;

/// Which cable changes, and how long nothing else does then, in milliseconds.
type Changes = Vec<(prop::sample::Index, u64)>;

/// Bridges, cables between them, and cables that change one after another.
fn graph() -> impl Strategy<Value = (usize, Vec<(usize, usize)>, Changes)> {
    (2..9_usize).prop_flat_map(|bridges| {
        let cables = vec((0..bridges, 0..bridges), 1..16);
        (Just(bridges), cables, vec((any::<prop::sample::Index>(), 0..3_000_u64), 0..12))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_network_ends_as_a_spanning_tree(
        (bridges, cables, changes) in graph(),
        legacy in vec(prop::bool::weighted(0.2), 9),
        priorities in vec(0..16_u16, 9),
    ) {
        let mut ports = vec![0_u16; bridges];
        let mut plug = |bridge: usize| {
            ports[bridge] += 1;
            (bridge, ports[bridge] - 1)
        };
        let cables: Vec<_> = cables.iter().map(|(a, b)| (plug(*a), plug(*b))).collect();
        let configs = (0..bridges).map(|bridge| StpConfig {
            rapid: !legacy[bridge],
            priority: priorities[bridge] * 4096,
            ..config(bridge, ports[bridge])
        });
        let mut net = Net::new(configs.collect(), &cables);
        net.settle();
        net.assert_no_loop();
        for (cable, pause) in &changes {
            let cable = cable.index(cables.len());
            let up = net.cables[cable].2;
            net.set_cable(cable, !up);
            net.run_for(Duration::from_millis(*pause));
        }
        // The longest that timers alone can take (17.4), from the last change on.
        net.run_for(Duration::from_secs(60));
        net.assert_spanning_tree();
        // And so it stays.
        net.events.clear();
        net.run_for(Duration::from_secs(30));
        net.assert_spanning_tree();
        let changed = net.events.iter().any(|(_, _, event)| {
            matches!(event, E::RoleChosen { .. } | E::StateChanged { .. } | E::RootChanged { .. })
        });
        prop_assert!(!changed);
    }

    #[test]
    fn a_network_of_rapid_bridges_needs_no_timers(
        (bridges, cables, _) in graph(),
    ) {
        let mut ports = vec![0_u16; bridges];
        let mut plug = |bridge: usize| {
            ports[bridge] += 1;
            (bridge, ports[bridge] - 1)
        };
        let cables: Vec<_> = cables.iter().map(|(a, b)| (plug(*a), plug(*b))).collect();
        let configs = (0..bridges).map(|bridge| config(bridge, ports[bridge]));
        let mut net = Net::new(configs.collect(), &cables);
        net.settle();
        net.assert_spanning_tree();
        // Only the hold count can slow it down.
        prop_assert!(net.now < Instant::from_secs(5), "{}", net.now);
    }
}
