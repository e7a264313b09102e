//! RFC 4862: addresses are checked before they are used, and made of advertised prefixes.

use lanternet_core::Duration;
use lanternet_core::trace::PrefixFacts;

use super::super::address::{ALL_NODES, solicited_node};
use super::super::message::{Advertisement, advertisement, check, solicitation};
use super::*;

fn slaac() -> Bench {
    Bench::new(false, &[(&[], Ipv6Config { slaac: true, ..Ipv6Config::default() })])
}

/// An advertisement of a prefix with these lifetimes in seconds.
fn told(prefix: &str, valid: u64, preferred: u64) -> Vec<u8> {
    let facts = PrefixFacts {
        prefix: prefix.parse().unwrap(),
        on_link: true,
        autonomous: true,
        valid: Some(Duration::from_secs(valid)),
        preferred: Some(Duration::from_secs(preferred)),
    };
    let told = Advertisement {
        lifetime: Duration::from_secs(1800),
        source_mac: Some(PEER),
        prefixes: vec![facts],
        ..Advertisement::default()
    };
    told.build([ip(PEER_NEAR), ALL_NODES])
}

fn state_of(bench: &mut Bench, net: &str) -> Option<AddressState6> {
    bench.states().into_iter().find(|(own, _)| own == net).map(|(_, state)| state)
}

#[test]
fn each_address_is_asked_for_without_an_address_before_it_is_used() {
    // Sections 5.4.2 and 5.4: from ::, to the solicited-node group, without a hardware address.
    let mut bench = Bench::new(false, &[(&["2001:db8:1::1/64"], Ipv6Config::default())]);
    bench.run(999);
    for own in ["2001:db8:1::1/64", "fe80::ff:fe00:1/64"] {
        assert_eq!(state_of(&mut bench, own), Some(AddressState6::Tentative));
    }
    bench.run(2_001);
    let out = bench.out(0);
    for own in ["2001:db8:1::1", NEAR] {
        let group = solicited_node(ip(own));
        let asked: Vec<_> = out
            .iter()
            .filter(|out| out.icmp() == Some((135, 0)) && out.packet[48..64] == ip(own).octets())
            .collect();
        assert_eq!(asked.len(), 1, "{own}");
        assert_eq!(asked[0].header.destination, group);
        assert!(asked[0].header.source.is_unspecified() && asked[0].header.hop_limit == 255);
        assert_eq!(asked[0].to, MacAddr::for_multicast(group.into()));
        // Behind the target nothing but the mark of RFC 7527.
        assert_eq!(asked[0].packet[64..66], [14, 1]);
    }
    assert!(bench.states().iter().all(|(_, state)| *state == AddressState6::Preferred));
}

#[test]
fn an_address_that_is_being_checked_is_not_spoken_to() {
    let mut bench = Bench::new(false, &[(&["2001:db8:1::1/64"], Ipv6Config::default())]);
    bench.soon();
    bench.put_to_us(0, echo(PEER_NEAR, "2001:db8:1::1", 64, 8));
    let question = solicitation(
        [ip(PEER_NEAR), solicited_node(ip("2001:db8:1::1"))],
        ip("2001:db8:1::1"),
        PEER,
    );
    bench.put_to_group(0, question);
    let tentative = DropReason::AddressTentative { address: ip("2001:db8:1::1").into() };
    assert_eq!(bench.drops(), [tentative.clone(), tentative], "section 5.4.3: silently ignored");
}

#[test]
fn an_answer_or_the_same_question_says_that_the_address_is_taken() {
    let target = ip("2001:db8:1::1");
    let answer = advertisement([target, ALL_NODES], target, PEER, false, false);
    for taken in [answer, check(target, [1; 6])] {
        let mut bench = Bench::new(false, &[(&["2001:db8:1::1/64"], Ipv6Config::default())]);
        bench.soon();
        bench.put_to_group(0, taken);
        bench.run(5_000);
        assert_eq!(state_of(&mut bench, "2001:db8:1::1/64"), Some(AddressState6::Duplicate));
        let abandoned = |event: &TraceEvent| matches!(event, TraceEvent::AddressAbandoned { theirs, .. } if *theirs == PEER);
        assert!(bench.events().iter().any(abandoned));
        assert!(!bench.look(|l3| l3.is_local(target.into())));
        assert!(!bench.look(|l3| l3.is_configuring()), "nobody waits for it");
    }
}

#[test]
fn its_own_question_sent_back_by_a_loop_says_nothing() {
    // RFC 7527: the mark tells.
    let mut bench = Bench::new(false, &[(&["2001:db8:1::1/64"], Ipv6Config::default())]);
    bench.run(1_001);
    let mine = bench.out(0).into_iter().find(|out| out.icmp() == Some((135, 0))).unwrap();
    bench.put(0, mine.to, [vec![0; HEADROOM], mine.packet].concat());
    bench.run(5_000);
    let own = |drop: &DropReason| matches!(drop, DropReason::OwnQuestion { .. });
    let free = |(_, state): &(String, AddressState6)| *state == AddressState6::Preferred;
    assert!(bench.drops().iter().any(own));
    assert!(bench.states().iter().all(free));
}

#[test]
fn an_address_is_made_of_an_advertised_prefix_and_ages_as_it_says() {
    let mut bench = slaac();
    bench.run(3_000);
    bench.put_to_group(0, told("2001:db8:5::/64", 20, 10));
    let own = "2001:db8:5::ff:fe00:1/64";
    assert_eq!(state_of(&mut bench, own), Some(AddressState6::Tentative));
    bench.run(6_000);
    assert_eq!(state_of(&mut bench, own), Some(AddressState6::Preferred));
    bench.run(13_100);
    assert_eq!(state_of(&mut bench, own), Some(AddressState6::Deprecated), "section 5.5.4");
    bench.run(23_100);
    assert_eq!(state_of(&mut bench, own), None);
    let told = bench.ipv6_events();
    let expired = |event: &Ipv6Event| matches!(event, Ipv6Event::AddressExpired { .. });
    let prefix = |event: &Ipv6Event| matches!(event, Ipv6Event::PrefixRemoved { .. });
    assert!(told.iter().any(expired) && told.iter().any(prefix));
}

#[test]
fn an_advertisement_cannot_shorten_a_valid_lifetime_below_two_hours() {
    // Section 5.5.3 (e), and its three cases.
    let own = "2001:db8:5::ff:fe00:1/64";
    let valid = |bench: &mut Bench| {
        let now = bench.sim.now();
        let until = |l3: &L3| {
            let mut rows = l3.addresses6();
            rows.find(|row| row.net.to_string() == own).map(|row| row.valid)
        };
        bench.look(until).unwrap().since(now).nanos() / 1_000_000_000
    };
    let mut bench = slaac();
    bench.run(3_000);
    bench.put_to_group(0, told("2001:db8:5::/64", 86_400, 86_400));
    bench.put_to_group(0, told("2001:db8:5::/64", 60, 60));
    assert_eq!(valid(&mut bench), 7_199, "much was left: two hours");
    bench.put_to_group(0, told("2001:db8:5::/64", 30, 30));
    assert_eq!(valid(&mut bench), 7_199, "less than two hours left: as it was");
    bench.put_to_group(0, told("2001:db8:5::/64", 9_000, 60));
    assert_eq!(valid(&mut bench), 8_999, "longer is always heeded");
}

#[test]
fn prefixes_that_make_no_address_are_told() {
    let mut bench = slaac();
    bench.run(3_000);
    bench.trace.take();
    for (prefix, valid, preferred) in
        [("2001:db8:5::/48", 60, 60), ("2001:db8:5::/64", 60, 61), ("fe80::/64", 60, 60)]
    {
        bench.put_to_group(0, told(prefix, valid, preferred));
    }
    let events = bench.ipv6_events();
    let faults: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Ipv6Event::PrefixUnusable { why, .. } => Some(*why),
            _ => None,
        })
        .collect();
    use lanternet_core::trace::PrefixFault::{Length, Lifetimes, LinkLocal};
    assert_eq!(faults, [Length, Lifetimes, LinkLocal]);
    assert_eq!(bench.states().len(), 1, "the link-local address alone");
}

#[test]
fn a_cable_of_less_than_1280_bytes_has_no_ipv6() {
    let plain = Ipv6Config::default();
    let mut bench = Bench::with(false, &[(&["2001:db8:1::1/64"], plain)], |config| {
        config.interfaces[0].mtu = 1279;
    });
    bench.run(3_000);
    let small = Ipv6Event::MtuTooSmall { interface: PortId(0), mtu: 1279 };
    assert_eq!(bench.ipv6_events(), [small]);
    assert!(bench.out(0).is_empty() && bench.states().is_empty());
}
