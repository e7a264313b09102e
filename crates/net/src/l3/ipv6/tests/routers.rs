//! RFC 4861 section 6 and 8: who is a router, and what it says.

use lanternet_core::Duration;
use lanternet_core::trace::{RouteKind, RouterGone};

use super::super::address::{ALL_NODES, ALL_ROUTERS};
use super::super::message::{Advertisement, advertisement, redirect, router_solicitation};
use super::*;
use crate::l3::{AdvertiseConfig, StaticRoute};

const FAR: &str = "2001:db8:9::9";

fn told(router: &str, lifetime: u64) -> Vec<u8> {
    let told = Advertisement {
        lifetime: Duration::from_secs(lifetime),
        source_mac: Some(PEER),
        ..Advertisement::default()
    };
    told.build([ip(router), ALL_NODES])
}

fn listening() -> Bench {
    let v6 = Ipv6Config { slaac: true, ..Ipv6Config::default() };
    Bench::new(false, &[(&["2001:db8:1::1/64"], v6)])
}

fn default_routers(bench: &mut Bench) -> Vec<String> {
    bench.look(|l3| {
        let advertised = l3.routes().filter(|(row, _)| row.kind == RouteKind::RouterAdvertisement);
        advertised.filter_map(|(row, _)| row.via.map(|via| via.to_string())).collect()
    })
}

#[test]
fn a_host_asks_three_times_and_then_does_without() {
    // Section 6.3.7: MAX_RTR_SOLICITATIONS, RTR_SOLICITATION_INTERVAL.
    let mut bench = listening();
    bench.run(9_000);
    assert!(bench.look(|l3| l3.is_configuring()), "programs wait");
    bench.run(30_000);
    let asked: Vec<_> =
        bench.out(0).into_iter().filter(|out| out.icmp() == Some((133, 0))).collect();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|out| out.header.destination == ALL_ROUTERS));
    assert_eq!(asked[0].header.source, ip(NEAR));
    let given_up = Ipv6Event::NoRouter { interface: PortId(0), attempts: 3 };
    assert!(bench.ipv6_events().contains(&given_up));
    assert!(!bench.look(|l3| l3.is_configuring()));
}

#[test]
fn a_router_is_used_for_as_long_as_it_says() {
    let mut bench = listening();
    bench.run(3_000);
    bench.put_to_group(0, told("fe80::99", 30));
    assert_eq!(default_routers(&mut bench), ["fe80::99"]);
    bench.put_to_group(0, told("fe80::99", 0));
    assert!(default_routers(&mut bench).is_empty(), "section 6.3.4: a lifetime of zero");
    bench.put_to_group(0, told("fe80::98", 5));
    bench.run(9_000);
    assert!(default_routers(&mut bench).is_empty(), "section 6.3.5: timed out");
    let gone: Vec<_> = bench
        .ipv6_events()
        .into_iter()
        .filter_map(|event| match event {
            Ipv6Event::RouterRemoved { why, .. } => Some(why),
            _ => None,
        })
        .collect();
    assert_eq!(gone, [RouterGone::Resigned, RouterGone::Expired]);
}

#[test]
fn a_router_that_says_it_is_none_is_used_no_longer() {
    // Section 7.2.5: the flag R of an advertisement that answers.
    let mut bench = listening();
    bench.run(3_000);
    bench.put_to_group(0, told(PEER_NEAR, 1800));
    let answer = advertisement([ip(PEER_NEAR), ip(NEAR)], ip(PEER_NEAR), PEER, false, true);
    bench.put_to_us(0, answer);
    assert!(default_routers(&mut bench).is_empty());
}

#[test]
fn an_advertisement_counts_only_from_a_link_local_address_and_where_routers_configure() {
    let mut bench = listening();
    bench.run(3_000);
    bench.trace.take();
    bench.put_to_group(0, told("2001:db8:1::99", 30));
    assert!(matches!(bench.drops()[..], [DropReason::Malformed { .. }]), "section 6.1.2");
    let mut bench = Bench::host();
    bench.put_to_group(0, told("fe80::99", 30));
    assert_eq!(bench.drops(), [DropReason::RouterUnheeded { router: ip("fe80::99").into() }]);
}

#[test]
fn when_a_router_stops_answering_the_other_one_is_used() {
    // Sections 6.3.6 and 7.3: unreachable routers go last.
    let mut bench = listening();
    bench.run(3_000);
    bench.put_to_group(0, told("fe80::98", 1800));
    bench.put_to_group(0, told("fe80::99", 1800));
    bench.out(0);
    bench.ping(FAR);
    bench.run(15_000);
    // The rows came with the advertisements: used at once, doubted, asked three times.
    let sent = bench.out(0);
    let asked: Vec<_> = sent
        .iter()
        .filter(|out| out.icmp() == Some((135, 0)))
        .map(|out| out.header.destination)
        .collect();
    assert_eq!(asked, [ip("fe80::98"); 3]);
    bench.trace.take();
    bench.ping(FAR);
    let via = bench.events().into_iter().find_map(|event| match event {
        TraceEvent::RouteChosen { route, .. } => route.via,
        _ => None,
    });
    assert_eq!(via, Some(ip("fe80::99").into()));
}

#[test]
fn a_router_answers_who_asks_and_tells_its_prefixes_mtu_and_name_servers() {
    let advertise = AdvertiseConfig {
        mtu: Some(1400),
        dns: vec![ip("2001:db8:1::53")],
        ..AdvertiseConfig::default()
    };
    let v6 = Ipv6Config { advertise: Some(Box::new(advertise)), ..Ipv6Config::default() };
    let mut bench = Bench::new(true, &[(&["2001:db8:1::fe/64"], v6)]);
    bench.run(5_000);
    let begun = bench.out(0);
    assert!(begun.iter().any(|out| out.icmp() == Some((134, 0))), "it says so when it begins");
    bench.put_to_group(0, router_solicitation([ip(PEER_NEAR), ALL_ROUTERS], PEER));
    bench.run(6_000);
    let answer = bench.out(0).into_iter().find(|out| out.icmp() == Some((134, 0))).unwrap();
    assert_eq!((answer.to, answer.header.destination), (PEER, ip(PEER_NEAR)));
    let icmp = &answer.packet[HEADER..];
    assert_eq!((icmp[4], u16::from_be_bytes([icmp[6], icmp[7]])), (64, 1800));
    let read = super::super::message::Message::parse(&answer.header, icmp).unwrap();
    let super::super::message::Message::RouterAdvertisement(read) = read else { panic!() };
    assert_eq!((read.mtu, &read.servers[..]), (Some(1400), &[ip("2001:db8:1::53")][..]));
    assert_eq!(read.prefixes.len(), 1);
    let prefix = read.prefixes[0];
    assert_eq!(prefix.prefix.to_string(), "2001:db8:1::/64");
    assert!(prefix.on_link && prefix.autonomous);
    assert_eq!(prefix.valid, Some(Duration::from_secs(2_592_000)), "section 6.2.1: 30 days");
}

#[test]
fn advertisements_to_all_keep_their_distance_however_many_ask() {
    // Section 6.2.6: MIN_DELAY_BETWEEN_RAS.
    let v6 = Ipv6Config { advertise: Some(Box::default()), ..Ipv6Config::default() };
    let mut bench = Bench::new(true, &[(&["2001:db8:1::fe/64"], v6)]);
    bench.run(5_000);
    bench.out(0);
    for _ in 0..20 {
        bench.put_to_group(0, router_solicitation([Ipv6Addr::UNSPECIFIED, ALL_ROUTERS], PEER));
    }
    bench.run(8_000);
    let told = bench.out(0).iter().filter(|out| out.icmp() == Some((134, 0))).count();
    assert_eq!(told, 1);
}

#[test]
fn a_host_that_is_no_router_answers_no_router_solicitation() {
    let mut bench = Bench::router();
    bench.put_to_group(0, router_solicitation([ip(PEER_NEAR), ALL_ROUTERS], PEER));
    assert_eq!(bench.drops(), [DropReason::NotAdvertising { interface: PortId(0) }]);
}

#[test]
fn a_redirect_is_believed_from_the_router_in_use_and_from_nobody_else() {
    // Section 8.1.
    let plain = Ipv6Config::default();
    let mut bench = Bench::with(false, &[(&["2001:db8:1::1/64"], plain)], |config| {
        config.routes = vec![StaticRoute::new("::/0".parse().unwrap(), ip("fe80::99").into())];
    })
    .settled();
    let ends = |from: &str| [ip(from), ip("2001:db8:1::1")];
    bench.put_to_us(0, redirect(ends("fe80::98"), ip("fe80::97"), ip(FAR), Some(PEER), &[0; 64]));
    assert_eq!(bench.drops(), [DropReason::RedirectUnheeded { from: ip("fe80::98").into() }]);
    bench.put_to_us(0, redirect(ends("fe80::99"), ip("fe80::97"), ip(FAR), Some(PEER), &[0; 64]));
    let via = bench.look(|l3| {
        let mut rows = l3.routes();
        rows.find(|(row, _)| row.kind == RouteKind::Redirect).and_then(|(row, _)| row.via)
    });
    assert_eq!(via, Some(ip("fe80::97").into()));
}

#[test]
fn a_router_tells_a_neighbour_of_the_better_first_hop() {
    // Section 8.2.
    let plain = Ipv6Config::default();
    let mut bench = Bench::with(true, &[(&["2001:db8:1::fe/64"], plain)], |config| {
        config.routes = vec![StaticRoute::new("::/0".parse().unwrap(), ip("fe80::99").into())];
    })
    .settled();
    // The router knows who asks, so that nothing waits.
    bench.put_to_us(0, echo("2001:db8:1::9", FAR, 64, 8));
    let known =
        advertisement([ip("2001:db8:1::9"), ip(NEAR)], ip("2001:db8:1::9"), PEER, false, true);
    bench.put_to_us(0, known);
    let told = bench.out(0).into_iter().find(|out| out.icmp() == Some((137, 0))).unwrap();
    assert_eq!((told.header.source, told.header.hop_limit), (ip(NEAR), 255));
    assert_eq!(told.packet[48..64], ip("fe80::99").octets(), "the better hop");
    assert_eq!(told.packet[64..80], ip(FAR).octets(), "the destination");
}
