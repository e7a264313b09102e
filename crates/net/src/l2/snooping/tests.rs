use lanternet_core::trace::MulticastEvent as E;

use super::*;
use crate::l3::igmp::message::{Query, Record, RecordKind};

const V1: VlanId = VlanId::DEFAULT;
const GROUP: Ipv4Addr = Ipv4Addr::new(239, 1, 2, 3);
const ROUTER: PortId = PortId(0);
const MEMBER: PortId = PortId(1);
const OTHER: PortId = PortId(2);

fn at(secs: u64) -> Instant {
    Instant::from_secs(secs)
}

fn snooper(querier: bool) -> Snooper {
    let mut snooper = Snooper::new(SnoopingConfig { querier, address: MacAddr([2; 6]) });
    snooper.start(at(0), [V1]);
    snooper
}

/// The bytes of a frame from its type on.
fn frame(message: &Message, from: Ipv4Addr) -> Vec<u8> {
    [&[0x08, 0x00][..], &message.packet(from, 0)].concat()
}

fn data(group: Ipv4Addr) -> Vec<u8> {
    let mut packet = Message::Leave { group }.packet(Ipv4Addr::new(10, 0, 0, 9), 0);
    packet[9] = 17;
    packet[16..20].copy_from_slice(&group.octets());
    [&[0x08, 0x00][..], &packet].concat()
}

fn query(group: Option<Ipv4Addr>) -> Vec<u8> {
    frame(&Message::Query(Query::new(group)), Ipv4Addr::new(10, 0, 0, 1))
}

fn report(kind: RecordKind) -> Vec<u8> {
    let record = Record { kind, group: GROUP, sources: Vec::new() };
    frame(&Message::Records(vec![record]), Ipv4Addr::new(10, 0, 0, 2))
}

/// A frame comes in; where it goes, and what is told.
fn look(snooper: &mut Snooper, now: u64, port: PortId, bytes: &[u8]) -> (Verdict, Vec<E>) {
    let mut told = Vec::new();
    (snooper.look(at(now), V1, port, bytes, &mut told), told)
}

fn only(cause: FloodCause, ports: &[PortId]) -> Verdict {
    Verdict::Only(cause, GROUP.into(), ports.to_vec())
}

#[test]
fn without_a_querier_everything_is_flooded() {
    let mut snooper = snooper(false);
    assert_eq!(look(&mut snooper, 0, OTHER, &data(GROUP)).0, Verdict::Flood);
    assert_eq!(look(&mut snooper, 0, MEMBER, &report(RecordKind::ToExclude)).0, Verdict::Flood);
    assert_eq!(look(&mut snooper, 0, OTHER, &data(GROUP)).0, Verdict::Flood);
}

#[test]
fn with_a_querier_a_group_goes_to_its_members_and_to_the_router() {
    let mut snooper = snooper(false);
    let (verdict, told) = look(&mut snooper, 0, ROUTER, &query(None));
    let querier = Ipv4Addr::new(10, 0, 0, 1).into();
    assert_eq!(verdict, Verdict::Flood, "a query goes everywhere");
    assert_eq!(told, [E::RouterPortLearned { vlan: V1, port: ROUTER, querier }]);
    let router = only(FloodCause::RouterPorts, &[ROUTER]);
    assert_eq!(look(&mut snooper, 1, OTHER, &data(GROUP)).0, router, "nobody takes part yet");
    let (verdict, told) = look(&mut snooper, 2, MEMBER, &report(RecordKind::ToExclude));
    assert_eq!(verdict, router, "a report goes to the router only (RFC 4541 section 2.1.1)");
    assert_eq!(told, [E::MemberLearned { vlan: V1, port: MEMBER, group: GROUP.into() }]);
    let both = only(FloodCause::GroupMembers, &[ROUTER, MEMBER]);
    assert_eq!(look(&mut snooper, 3, OTHER, &data(GROUP)).0, both);
}

#[test]
fn what_need_not_be_reported_is_flooded_always() {
    let mut snooper = snooper(false);
    look(&mut snooper, 0, ROUTER, &query(None));
    for group in [[224, 0, 0, 1], [224, 0, 0, 251]] {
        assert_eq!(look(&mut snooper, 0, OTHER, &data(group.into())).0, Verdict::Flood);
    }
    // Neither is what is no IP.
    assert_eq!(look(&mut snooper, 0, OTHER, &[0x88, 0xcc, 1, 2, 3]).0, Verdict::Flood);
}

#[test]
fn a_member_that_does_not_report_again_is_forgotten_after_260_seconds() {
    let mut snooper = snooper(false);
    look(&mut snooper, 0, MEMBER, &report(RecordKind::IsExclude));
    look(&mut snooper, 100, MEMBER, &report(RecordKind::IsExclude));
    look(&mut snooper, 250, ROUTER, &query(None));
    let both = only(FloodCause::GroupMembers, &[ROUTER, MEMBER]);
    assert_eq!(look(&mut snooper, 359, OTHER, &data(GROUP)).0, both);
    let (verdict, told) = look(&mut snooper, 360, OTHER, &data(GROUP));
    assert_eq!(verdict, only(FloodCause::RouterPorts, &[ROUTER]));
    assert_eq!(told, [E::MemberExpired { vlan: V1, port: MEMBER, group: GROUP.into() }]);
    // And a querier that asks no more after 255.
    let (verdict, told) = look(&mut snooper, 505, OTHER, &data(GROUP));
    assert_eq!(verdict, Verdict::Flood);
    assert_eq!(told, [E::RouterPortExpired { vlan: V1, port: ROUTER }]);
}

#[test]
fn a_question_about_a_group_that_somebody_left_is_answered_or_the_row_goes() {
    let mut snooper = snooper(false);
    look(&mut snooper, 0, ROUTER, &query(None));
    look(&mut snooper, 0, MEMBER, &report(RecordKind::IsExclude));
    look(&mut snooper, 0, OTHER, &report(RecordKind::IsExclude));
    let leave = frame(&Message::Leave { group: GROUP }, Ipv4Addr::new(10, 0, 0, 2));
    let (verdict, _) = look(&mut snooper, 10, MEMBER, &leave);
    assert_eq!(verdict, only(FloodCause::RouterPorts, &[ROUTER]));
    let (_, told) = look(&mut snooper, 10, ROUTER, &query(Some(GROUP)));
    assert_eq!(told.len(), 2, "both have two seconds: {told:?}");
    look(&mut snooper, 11, OTHER, &report(RecordKind::IsExclude));
    let (verdict, told) = look(&mut snooper, 12, PortId(3), &data(GROUP));
    assert_eq!(told, [E::MemberExpired { vlan: V1, port: MEMBER, group: GROUP.into() }]);
    assert_eq!(verdict, only(FloodCause::GroupMembers, &[ROUTER, OTHER]));
}

#[test]
fn a_switch_that_is_the_querier_asks_and_takes_the_reports() {
    let mut snooper = snooper(true);
    let mut told = Vec::new();
    let asked = snooper.due(at(0), &mut told);
    assert_eq!(asked, Some((V1, Message::Query(Query::new(None)))));
    assert_eq!(look(&mut snooper, 1, MEMBER, &report(RecordKind::ToExclude)).0, Verdict::Taken);
    let members = only(FloodCause::GroupMembers, &[MEMBER]);
    assert_eq!(look(&mut snooper, 2, OTHER, &data(GROUP)).0, members);
    look(&mut snooper, 3, MEMBER, &report(RecordKind::ToInclude));
    assert_eq!(snooper.next(), Some(at(3)), "it asks whether anybody is left");
    told.clear();
    snooper.due(at(3), &mut told);
    let within = Duration::from_secs(2);
    let leaving = E::MemberLeaving { vlan: V1, port: MEMBER, group: GROUP.into(), within };
    assert!(told.contains(&leaving));
    assert_eq!(look(&mut snooper, 5, OTHER, &data(GROUP)).0, only(FloodCause::RouterPorts, &[]));
    // A router with an address is the better querier.
    let (_, told) = look(&mut snooper, 6, ROUTER, &query(None));
    let querier = Ipv4Addr::new(10, 0, 0, 1).into();
    assert!(told.contains(&E::QuerierYielded { port: ROUTER, querier }));
}

#[test]
fn reports_of_mld_are_understood() {
    let group: std::net::Ipv6Addr = "ff05::1:3".parse().unwrap();
    let packet = |kind: u8, rest: &[u8], to: std::net::Ipv6Addr| {
        let from: std::net::Ipv6Addr = "fe80::1".parse().unwrap();
        let message = [&[kind, 0, 0, 0][..], rest].concat();
        let len = (8 + message.len()) as u16;
        let mut bytes = vec![0x86, 0xdd, 0x60, 0, 0, 0];
        bytes.extend(len.to_be_bytes());
        bytes.extend([0, 1]);
        bytes.extend(from.octets());
        bytes.extend(to.octets());
        bytes.extend([58, 0, 5, 2, 0, 0, 1, 0]);
        bytes.extend(message);
        bytes
    };
    let record = [&[0, 0, 0, 1, 4, 0, 0, 0][..], &group.octets()].concat();
    let report = packet(143, &record, "ff02::16".parse().unwrap());
    let question = [&[0x27, 0x10, 0, 0][..], &[0; 16], &[2, 125, 0, 0]].concat();
    let question = packet(130, &question, "ff02::1".parse().unwrap());
    let mut snooper = snooper(false);
    let (_, told) = look(&mut snooper, 0, ROUTER, &question);
    assert!(matches!(told[..], [E::RouterPortLearned { port: ROUTER, .. }]), "{told:?}");
    let (_, told) = look(&mut snooper, 0, MEMBER, &report);
    assert_eq!(told, [E::MemberLearned { vlan: V1, port: MEMBER, group: group.into() }]);
    let mut to_group = packet(128, &[0; 4], group);
    to_group[8] = 17;
    let verdict = look(&mut snooper, 0, OTHER, &to_group).0;
    let ports = vec![ROUTER, MEMBER];
    assert_eq!(verdict, Verdict::Only(FloodCause::GroupMembers, group.into(), ports));
    // IPv4 has no querier here.
    assert_eq!(look(&mut snooper, 0, OTHER, &data(GROUP)).0, Verdict::Flood);
}

#[test]
fn any_bytes_are_looked_at_without_harm() {
    let mut snooper = snooper(false);
    for bytes in [query(None), report(RecordKind::IsExclude), data(GROUP)] {
        for len in 0..bytes.len() {
            look(&mut snooper, 0, OTHER, &bytes[..len]);
            let mut changed = bytes.clone();
            changed[len] ^= 0xff;
            look(&mut snooper, 0, OTHER, &changed);
        }
    }
}
