//! RFC 2181 sections 5.2, 5.4.1 and 8, RFC 2308 section 5, and the bounds.

use std::net::Ipv4Addr;

use hickory_proto::rr::Name;
use hickory_proto::rr::rdata::{A, SOA};

use super::*;

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn a(owner: &str, ttl: u32, last: u8) -> Record {
    Record::from_rdata(name(owner), ttl, RData::A(A(Ipv4Addr::new(192, 0, 2, last))))
}

fn soa(ttl: u32, minimum: u32) -> Record {
    let data = SOA::new(name("ns.example."), name("admin.example."), 1, 3600, 600, 86_400, minimum);
    Record::from_rdata(name("example."), ttl, RData::SOA(data))
}

fn question(text: &str) -> Question {
    Question::new(&name(text), RecordType::A)
}

fn at(secs: u64) -> Instant {
    Instant::from_secs(secs)
}

fn cache() -> Cache {
    Cache::new(CacheSettings::SERVER)
}

#[test]
fn records_hold_for_their_ttl_and_say_what_is_left_of_it() {
    let mut cache = cache();
    cache.store(at(0), &[a("www.example.", 300, 1)], Credibility::Authoritative);
    let question = question("WWW.example.");
    let Some(Hit::Records { records, remaining, .. }) =
        cache.answer(Instant::from_millis(59_500), &question)
    else {
        panic!("a hit")
    };
    assert_eq!((records[0].ttl, remaining), (241, Duration::from_secs(241)));
    assert!(cache.answer(Instant::from_millis(299_999), &question).is_some());
    assert_eq!(cache.answer(at(300), &question), None);
    assert!(cache.is_empty());
}

#[test]
fn a_set_is_as_short_lived_as_its_shortest_record_and_has_none_twice() {
    let mut cache = cache();
    let set = [a("x.example.", 300, 1), a("x.example.", 60, 2), a("x.example.", 300, 1)];
    cache.store(at(0), &set, Credibility::Answer);
    let Some(Hit::Records { records, .. }) = cache.answer(at(0), &question("x.example.")) else {
        panic!("a hit")
    };
    assert_eq!(records.iter().map(|record| record.ttl).collect::<Vec<_>>(), [60, 60]);
}

#[test]
fn a_ttl_of_zero_or_with_the_highest_bit_is_not_kept() {
    let mut cache = cache();
    cache.store(at(0), &[a("a.example.", 0, 1)], Credibility::Authoritative);
    cache.store(at(0), &[a("b.example.", 0x8000_0000, 1)], Credibility::Authoritative);
    assert!(cache.is_empty());
}

#[test]
fn no_record_is_kept_longer_than_the_limit() {
    let mut cache = cache();
    cache.store(at(0), &[a("a.example.", i32::MAX as u32, 1)], Credibility::Authoritative);
    let hit = cache.answer(at(0), &question("a.example.")).unwrap();
    assert_eq!(hit.remaining(), Duration::from_secs(604_800));
}

#[test]
fn what_is_believed_more_is_not_replaced_while_it_holds() {
    let mut cache = cache();
    cache.store(at(0), &[a("ns.example.", 300, 1)], Credibility::Authoritative);
    cache.store(at(1), &[a("ns.example.", 300, 66)], Credibility::Additional);
    let address = |hit: Option<Hit>| match hit {
        Some(Hit::Records { records, .. }) => records[0].data.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(address(cache.answer(at(2), &question("ns.example."))), "192.0.2.1");
    cache.store(at(300), &[a("ns.example.", 300, 66)], Credibility::Additional);
    // But what only came along is no answer.
    assert_eq!(cache.answer(at(301), &question("ns.example.")), None);
    assert_eq!(address(cache.hint(at(301), &question("ns.example."))), "192.0.2.66");
    cache.store(at(302), &[a("ns.example.", 300, 2)], Credibility::Answer);
    assert_eq!(address(cache.answer(at(303), &question("ns.example."))), "192.0.2.2");
}

#[test]
fn that_there_is_nothing_holds_as_long_as_the_soa_says() {
    let mut cache = cache();
    let asked = question("no.example.");
    cache.store_no_data(at(0), &asked, Some(&soa(3600, 60)), Credibility::Authoritative);
    let Some(Hit::NoData { soa: Some(left), remaining }) = cache.answer(at(10), &asked) else {
        panic!("no data")
    };
    assert_eq!((left.ttl, remaining), (50, Duration::from_secs(50)));
    // Another type of the same name is another matter.
    let other = Question::new(&name("no.example."), RecordType::AAAA);
    assert_eq!(cache.answer(at(10), &other), None);
    // The SOA's own TTL may be the shorter one.
    cache.store_no_data(at(60), &asked, Some(&soa(5, 60)), Credibility::Authoritative);
    assert_eq!(cache.answer(at(60), &asked).unwrap().remaining(), Duration::from_secs(5));
    // Without an SOA nobody said for how long.
    cache.store_no_data(at(100), &asked, None, Credibility::Authoritative);
    assert_eq!(cache.answer(at(100), &asked), None);
    // A day is too long.
    cache.store_no_data(at(0), &other, Some(&soa(86_400, 86_400)), Credibility::Authoritative);
    assert_eq!(cache.answer(at(0), &other).unwrap().remaining(), Duration::from_secs(10_800));
}

#[test]
fn a_name_error_is_about_all_types_until_the_name_appears() {
    let mut cache = cache();
    cache.store(at(0), &[a("www.example.", 300, 1)], Credibility::Authoritative);
    let gone = question("www.example.");
    let soa = soa(60, 60);
    cache.store_name_error(at(1), &gone.name, Some(&soa), Credibility::Authoritative);
    let other = Question::new(&name("www.example."), RecordType::MX);
    assert!(matches!(cache.answer(at(2), &gone), Some(Hit::NameError { .. })));
    assert!(matches!(cache.answer(at(2), &other), Some(Hit::NameError { .. })));
    // Names beside it and below it are not known to be missing (RFC 8020 is not used).
    assert_eq!(cache.answer(at(2), &question("a.www.example.")), None);
    cache.store(at(3), &[a("www.example.", 300, 2)], Credibility::Authoritative);
    assert!(matches!(cache.answer(at(4), &gone), Some(Hit::Records { .. })));
    assert_eq!(cache.answer(at(4), &other), None);
}

#[test]
fn a_full_cache_forgets_what_was_not_used_for_the_longest() {
    let mut cache = Cache::new(CacheSettings { entries: 3, ..CacheSettings::SERVER });
    for (second, owner) in ["a.", "b.", "c."].into_iter().enumerate() {
        cache.store(at(second as u64), &[a(owner, 300, 1)], Credibility::Answer);
    }
    assert!(cache.answer(at(4), &question("a.")).is_some());
    cache.store(at(5), &[a("d.", 300, 1)], Credibility::Answer);
    assert_eq!(cache.len(), 3);
    let known: Vec<_> = cache.rows(at(6)).map(|row| row.name.to_string()).collect();
    assert_eq!(known, ["a.", "c.", "d."]);
    for number in 0..100 {
        cache.store(at(7), &[a(&format!("h{number}."), 300, 1)], Credibility::Answer);
        assert!(cache.len() <= 3 && cache.uses.len() == cache.entries.len());
    }
}
