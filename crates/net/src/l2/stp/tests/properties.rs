//! On any graph of bridges, with cables failing and coming back, the tree ends without a loop and
//! joins all that cables join.

use proptest::collection::vec;
use proptest::prelude::*;

use lanternet_core::trace::StpEvent as E;

use super::*;

/// How long roles may change after the last cable did.
///
/// What is said of a root that is gone, or of a way that is, goes round between bridges that have
/// it from each other ("count to infinity"). The standard does not prevent that but ends it: each
/// bridge adds a second to the age (17.21.25 c), keeps it for three hellos of 2 s (17.21.23), and
/// at the maximum age of 20 s nobody keeps it: 20 times 6 s. By then nothing that is known is better
/// than the truth, which needs a hello per bridge at most to be known everywhere.
const ROLES: Duration = Duration::from_secs(20 * 3 * 2 + 8 * 2);

/// How long states may change after the last role did: the maximum age in fdWhile of a port that
/// came up (17.29.1), a forward delay more if it was disputed before it learned (17.21.10), and one
/// to learn. 10 s for handshakes that wait for a hello, the hold count or the migrate time.
const STATES: Duration = Duration::from_secs(20 + 2 * 15 + 10);

/// Which cable changes, and how long nothing else does then, in milliseconds.
type Changes = Vec<(prop::sample::Index, u64)>;

/// Bridges, cables between them, and cables that change one after another.
fn graph() -> impl Strategy<Value = (usize, Vec<(usize, usize)>, Changes)> {
    (2..9_usize).prop_flat_map(|bridges| {
        let cables = vec((0..bridges, 0..bridges), 1..16);
        (Just(bridges), cables, vec((any::<prop::sample::Index>(), 0..3_000_u64), 0..12))
    })
}

fn is_choice(event: &E) -> bool {
    matches!(event, E::RoleChosen { .. } | E::RootChanged { .. } | E::PathChanged { .. })
}

fn is_move(event: &E) -> bool {
    matches!(event, E::StateChanged { .. })
}

/// When the last such event was.
fn last(net: &Net, what: fn(&E) -> bool) -> Option<Instant> {
    net.events.iter().rev().find(|(_, _, event)| what(event)).map(|(at, _, _)| *at)
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
        let quiet = net.now;
        net.events.clear();
        net.run_for(ROLES + STATES);
        net.assert_spanning_tree();
        let chosen = last(&net, is_choice).unwrap_or(quiet);
        prop_assert!(chosen <= quiet + ROLES, "a role after {}", chosen - quiet);
        let moved = last(&net, is_move).unwrap_or(quiet);
        prop_assert!(moved <= chosen + STATES, "a state at {moved}, the last role at {chosen}");
        // And so it stays.
        net.events.clear();
        net.run_for(Duration::from_secs(30));
        net.assert_spanning_tree();
        prop_assert_eq!((last(&net, is_choice), last(&net, is_move)), (None, None));
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
