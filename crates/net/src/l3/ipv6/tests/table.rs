//! RFC 4861 section 7.2.5: what an advertisement does to a row of the table, case by case and for any
//! sequence.

use lanternet_core::trace::NeighborState;
use lanternet_core::{Duration, Instant, MacAddr, PortId};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{MAC, PEER};
use crate::l3::neighbor::{Held, Key, NeighborTable};

const KEY: Key = (PortId(0), std::net::IpAddr::V6(std::net::Ipv6Addr::LOCALHOST));

fn held(now: Instant) -> Held {
    Held { buffer: Vec::new(), about: None, since: now, forwarded: false }
}

fn row(table: &NeighborTable, now: Instant) -> (NeighborState, Option<MacAddr>) {
    let row = table.rows(now).next().unwrap();
    (row.state, row.mac)
}

#[test]
fn each_case_of_the_table_in_appendix_c_comes_out_as_it_says() {
    use NeighborState::{Incomplete, Reachable, Stale};
    let now = Instant::from_secs(1);
    let other = Some(MAC);
    // State, hardware address, solicited, override; the row afterwards.
    let cases = [
        (Incomplete, None, true, true, (Incomplete, None)),
        (Incomplete, other, true, false, (Reachable, other)),
        (Incomplete, other, false, true, (Stale, other)),
        (Reachable, other, true, false, (Stale, Some(PEER))),
        (Reachable, other, false, false, (Stale, Some(PEER))),
        (Reachable, other, true, true, (Reachable, other)),
        (Reachable, other, false, true, (Stale, other)),
        (Reachable, Some(PEER), false, true, (Reachable, Some(PEER))),
        (Reachable, None, true, false, (Reachable, Some(PEER))),
        (Stale, other, true, false, (Stale, Some(PEER))),
        (Stale, other, true, true, (Reachable, other)),
        (Stale, Some(PEER), true, false, (Reachable, Some(PEER))),
        (Stale, Some(PEER), false, true, (Stale, Some(PEER))),
    ];
    for (state, mac, solicited, overriding, expected) in cases {
        let mut table = NeighborTable::default();
        match state {
            Incomplete => drop(table.resolve(now, KEY, || held(now))),
            _ => drop(table.seen(now, KEY, PEER, state == Reachable, true)),
        }
        table.advertised(now, KEY, mac, solicited, overriding);
        assert_eq!(row(&table, now), expected, "{state} {mac:?} S={solicited} O={overriding}");
    }
}

#[test]
fn without_a_row_there_is_none_afterwards() {
    let mut table = NeighborTable::default();
    assert!(table.advertised(Instant::ZERO, KEY, Some(PEER), true, true).is_none());
    assert_eq!(table.rows(Instant::ZERO).count(), 0);
}

#[derive(Clone, Debug)]
enum Act {
    Advertised(bool, Option<bool>, bool),
    Seen(bool),
    Resolve,
    Wait(u16),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        any::<(bool, Option<bool>, bool)>().prop_map(|(s, mac, o)| Act::Advertised(s, mac, o)),
        any::<bool>().prop_map(Act::Seen),
        Just(Act::Resolve),
        (0u16..40_000).prop_map(Act::Wait),
    ]
}

proptest! {
    /// Whatever happens, a row that is proven was proven by an answer within half a minute, and what
    /// waits waits only for a neighbour that is being asked for.
    #[test]
    fn a_row_is_reachable_only_after_an_answer(acts in vec(act(), 0..40)) {
        let mut table = NeighborTable::default();
        let mut now = Instant::from_secs(1);
        let mut answered: Option<Instant> = None;
        for act in acts {
            let mac = |which: bool| if which { PEER } else { MAC };
            match act {
                Act::Advertised(solicited, which, overriding) => {
                    let told = table.advertised(now, KEY, which.map(mac), solicited, overriding);
                    if solicited && told.is_some() {
                        answered = Some(now);
                    }
                }
                Act::Seen(which) => drop(table.seen(now, KEY, mac(which), false, true)),
                Act::Resolve => drop(table.resolve(now, KEY, || held(now))),
                Act::Wait(millis) => {
                    let end = now + Duration::from_millis(millis.into());
                    while let Some(at) = table.next_deadline().filter(|at| *at <= end) {
                        now = now.max(at);
                        while table.due(now).is_some() {}
                    }
                    now = end;
                }
            }
            if let Some(row) = table.rows(now).next() {
                let fresh = answered.is_some_and(|at| now <= at + Duration::from_secs(30));
                prop_assert!(row.state != NeighborState::Reachable || fresh);
                prop_assert_eq!(table.is_waiting(), row.state == NeighborState::Incomplete);
            }
        }
    }
}
