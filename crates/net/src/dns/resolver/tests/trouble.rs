//! Servers that are lame, silent, cut short or lie, and what forwarding and limits do about it.

use super::*;

#[test]
fn lame_servers_are_told_and_others_asked() {
    let lame: [(DnsLame, Behaviour); 4] = [
        (DnsLame::Refused, serving(&[])),
        (
            DnsLame::UpwardReferral,
            answering(|reply| {
                reply.metadata.authoritative = false;
                let server = RData::NS(NS(name("a.root")));
                reply.add_authority(Record::from_rdata(Name::root(), 60, server));
            }),
        ),
        (
            DnsLame::NotAuthoritative,
            answering(|reply| {
                reply.metadata.authoritative = false;
                let owner = reply.queries[0].name().clone();
                reply.add_answer(Record::from_rdata(owner, 60, RData::A(A(Ipv4Addr::LOCALHOST))));
            }),
        ),
        (DnsLame::Empty, answering(|reply| reply.metadata.authoritative = false)),
    ];
    for (wanted, behaviour) in lame {
        let mut world = full();
        world.at(3, behaviour);
        let found = world.resolve("www.example.com", RecordType::A);
        assert_eq!(found.outcome, Outcome::Failed(DnsFailure::NoServerAnswered), "{wanted:?}");
        let told = world.told(|e| matches!(e, DnsEvent::ServerLame { why, .. } if *why == wanted));
        assert!(told, "{wanted:?}: {:?}", world.events);
        // The failure is kept for a moment (RFC 9520), no longer.
        world.asked();
        world.resolve("www.example.com", RecordType::A);
        assert!(world.asked().is_empty());
        world.at(3, serving(&[EXAMPLE_COM]));
        world.now += FAILURE_KEPT;
        assert_eq!(addresses(&world.resolve("www.example.com", RecordType::A)), ["192.0.2.1"]);
    }
}

const TWO_SERVERS: &str = "\
$TTL 1d
. SOA a.root. admin.root. 1 1h 10m 1w 1h
. NS a.root.
a.root. A 10.0.0.1
example. NS ns1.example.
example. NS ns2.example.
ns1.example. A 10.0.0.5
ns2.example. A 10.0.0.6
";
const EXAMPLE: &str = "\
$ORIGIN example.
@ SOA ns1 admin 1 1h 10m 1w 1m
@ NS ns1
www A 192.0.2.7
";

#[test]
fn a_silent_server_is_tried_twice_and_only_when_no_other_answers() {
    let mut world = World::new();
    world.at(1, serving(&[TWO_SERVERS]));
    world.at(6, serving(&[EXAMPLE]));
    assert_eq!(addresses(&world.resolve("www.example", RecordType::A)), ["192.0.2.7"]);
    let asked: Vec<_> = world.asked().iter().map(|line| line[..8].to_owned()).collect();
    assert_eq!(asked, ["10.0.0.1", "10.0.0.5", "10.0.0.6"]);
    // Next time the one that answered comes first.
    world.resolve("other.example", RecordType::A);
    assert_eq!(world.asked(), ["10.0.0.6 other.example. A"]);

    let mut world = World::new();
    world.at(1, serving(&[TWO_SERVERS]));
    let began = world.now;
    let found = world.resolve("www.example", RecordType::A);
    assert_eq!(found.outcome, Outcome::Failed(DnsFailure::NoServerAnswered));
    assert_eq!(world.asked().len(), 1 + 2 * 2);
    assert!(world.now.since(began) < Duration::from_secs(6));
}

#[test]
fn a_server_that_does_not_listen_is_not_tried_again() {
    let mut world = World::new();
    world.at(1, serving(&[TWO_SERVERS]));
    world.at(5, Box::new(|_| Reply::Unreachable));
    world.at(6, Box::new(|_| Reply::Unreachable));
    world.resolve("www.example", RecordType::A);
    assert_eq!(world.asked().len(), 3);
}

#[test]
fn an_answer_that_was_cut_is_asked_for_again_over_tcp() {
    let mut text = "$ORIGIN example.\n@ SOA ns1 admin 1 1h 10m 1w 1m\n@ NS ns1\n".to_owned();
    for number in 0..100 {
        text += &format!("many A 192.0.2.{number}\n");
    }
    let mut world = World::new();
    world.at(1, serving(&[TWO_SERVERS]));
    world.at(5, serving(&[&text]));
    assert_eq!(addresses(&world.resolve("many.example", RecordType::A)).len(), 100);
    assert!(world.told(|e| matches!(e, DnsEvent::RetriedOverTcp { .. })));
}

#[test]
fn a_server_that_does_not_know_edns_is_asked_without() {
    let mut world = World::new();
    world.at(1, serving(&[TWO_SERVERS]));
    let mut plain = serving(&[EXAMPLE]);
    world.at(
        5,
        Box::new(move |outgoing| {
            let query = message::decode(&outgoing.message).unwrap();
            if query.edns.is_none() {
                return plain(outgoing);
            }
            let code = ResponseCode::FormErr;
            let error = Message::error_msg(query.metadata.id, query.metadata.op_code, code);
            Reply::Bytes(message::encode(&error))
        }),
    );
    assert_eq!(addresses(&world.resolve("www.example", RecordType::A)), ["192.0.2.7"]);
    assert_eq!(world.asked().len(), 3);
}

#[test]
fn records_from_outside_of_the_servers_zone_are_not_believed() {
    let mut world = full();
    world.at(
        3,
        answering(|reply| {
            let evil = |owner: &str| {
                Record::from_rdata(name(owner), 3600, RData::A(A(Ipv4Addr::new(6, 6, 6, 6))))
            };
            let asked = reply.queries[0].name().to_ascii();
            reply.add_answer(evil(&asked)).add_answer(evil("www.example.net"));
            reply.add_authority(Record::from_rdata(
                name("net"),
                3600,
                RData::NS(NS(name("evil.net"))),
            ));
            reply.add_additional(evil("evil.net")).add_additional(evil("ns.example.net"));
        }),
    );
    assert_eq!(addresses(&world.resolve("www.example.com", RecordType::A)), ["6.6.6.6"]);
    assert!(world.told(|e| matches!(
        e,
        DnsEvent::OutOfBailiwick { zone, records: 4, .. } if &**zone == "example.com"
    )));
    assert_eq!(addresses(&world.resolve("www.example.net", RecordType::A)), ["192.0.2.2"]);
}

#[test]
fn replies_that_do_not_match_are_ignored_and_the_wait_goes_on() {
    let mut world = full();
    let question = Question::new(&name("www.example.com"), RecordType::A);
    world.resolver.ask(world.now, &question, Ticket(1));
    let outgoing = loop {
        match world.resolver.poll() {
            Some(Output::Send(outgoing)) => break outgoing,
            Some(_) => {}
            None => panic!("nothing is sent"),
        }
    };
    let Reply::Bytes(right) = serving(&[ROOT])(&outgoing) else { panic!("no reply") };
    let mut wrong_id = right.clone();
    wrong_id[1] ^= 1;
    let mut query = right.clone();
    query[2] &= 0x7f;
    let mut other_name = right.clone();
    other_name[13] = b'x';
    let elsewhere = SocketAddr::new(ip(66), PORT);
    for (from, bytes, why) in [
        (outgoing.server, &wrong_id, DnsMismatch::Identifier),
        (outgoing.server, &query, DnsMismatch::NotAResponse),
        (outgoing.server, &other_name, DnsMismatch::Question),
        (outgoing.server, &vec![1, 2, 3], DnsMismatch::Malformed),
        (elsewhere, &right, DnsMismatch::Sender),
    ] {
        assert_eq!(world.resolver.receive(world.now, outgoing.id, from, bytes), Received::Ignored);
        let told = world.resolver.poll();
        assert!(
            matches!(&told, Some(Output::Tell(DnsEvent::ReplyIgnored { why: w, .. })) if *w == why),
            "{told:?}"
        );
    }
    let received = world.resolver.receive(world.now, outgoing.id, outgoing.server, &right);
    assert_eq!(received, Received::Taken);
    assert_eq!(world.run().len(), 1);
}

#[test]
fn random_capitals_are_sent_and_checked() {
    let mut world = full();
    world.resolver.settings.random_capitals = true;
    assert_eq!(addresses(&world.resolve("www.example.com", RecordType::A)), ["192.0.2.1"]);
    world.at(
        3,
        Box::new(|outgoing| {
            let mut query = message::decode(&outgoing.message).unwrap();
            assert_ne!(query.queries[0].name().to_ascii(), "another.example.com.");
            let small = name("another.example.com");
            query.queries[0].set_name(small);
            Reply::Bytes(message::encode(&message::respond(&query)))
        }),
    );
    let found = world.resolve("another.example.com", RecordType::A);
    assert_eq!(found.outcome, Outcome::Failed(DnsFailure::NoServerAnswered));
    assert!(world.told(|e| matches!(e, DnsEvent::ReplyIgnored { why: DnsMismatch::Question, .. })));
}

#[test]
fn the_same_question_is_asked_once_for_all_who_ask_it() {
    let mut world = full();
    let question = Question::new(&name("www.example.com"), RecordType::A);
    assert!(!world.resolver.ask(world.now, &question, Ticket(1)));
    assert!(world.resolver.ask(world.now, &question, Ticket(2)));
    let done = world.run();
    assert_eq!(done.iter().map(|(ticket, _)| ticket.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(done[0].1, done[1].1);
    assert_eq!(world.asked().len(), 3);
}

#[test]
fn identifiers_and_ports_are_hard_to_guess() {
    let mut world = full();
    let mut seen = Vec::new();
    for number in 0..200 {
        let question = Question::new(&name(&format!("h{number}.example.com")), RecordType::A);
        world.resolver.ask(world.now, &question, Ticket(number));
        while let Some(output) = world.resolver.poll() {
            if let Output::Send(outgoing) = output {
                let id = u16::from_be_bytes([outgoing.message[0], outgoing.message[1]]);
                assert!(outgoing.source_port >= 1024);
                seen.push((id, outgoing.source_port));
            }
        }
    }
    let distinct = |mut list: Vec<u16>| {
        list.sort_unstable();
        list.dedup();
        list.len()
    };
    assert_eq!(seen.len(), 200);
    assert!(distinct(seen.iter().map(|s| s.0).collect()) > 190);
    assert!(distinct(seen.iter().map(|s| s.1).collect()) > 190);
}

#[test]
fn a_forwarder_asks_the_first_server_and_the_next_when_that_fails() {
    let servers = [5, 6].map(|last| SocketAddr::new(ip(last), PORT)).to_vec();
    let mut world = World::with(ResolverSettings::new(Way::Forward { servers }));
    let recursive = |address: [u8; 4]| {
        answering(move |reply| {
            assert!(reply.metadata.recursion_desired);
            reply.metadata.authoritative = false;
            let alias = name("www.example.net");
            let asked = reply.queries[0].name().clone();
            let to = RData::CNAME(hickory_proto::rr::rdata::CNAME(alias.clone()));
            if asked != alias {
                reply.add_answer(Record::from_rdata(asked, 300, to));
            }
            reply.add_answer(Record::from_rdata(alias, 60, RData::A(A(address.into()))));
        })
    };
    world.at(5, recursive([192, 0, 2, 5]));
    world.at(6, recursive([192, 0, 2, 6]));
    let found = world.resolve("www.example.com", RecordType::A);
    assert_eq!((addresses(&found), found.aliases.len()), (vec!["192.0.2.5".to_owned()], 1));
    let again = world.resolve("www.example.com", RecordType::A);
    assert_eq!((again.queries, again.aliases.len()), (0, 1));
    world.asked();
    world.servers.remove(&ip(5));
    world.now += Duration::from_secs(61);
    assert_eq!(addresses(&world.resolve("www.example.com", RecordType::A)), ["192.0.2.6"]);
    world.at(5, answering(|reply| reply.metadata.response_code = ResponseCode::ServFail));
    world.now += Duration::from_secs(61);
    assert_eq!(addresses(&world.resolve("www.example.com", RecordType::A)), ["192.0.2.6"]);
    assert!(world.told(|e| matches!(e, DnsEvent::ServerFailed { .. })));
}

#[test]
fn a_referral_to_many_servers_without_addresses_does_not_make_many_queries() {
    // NXNSAttack: one query makes the victim's server look up many names that do not exist.
    let mut zone = "\
$TTL 1d
. SOA a.root. admin.root. 1 1h 10m 1w 1h
. NS a.root.
a.root. A 10.0.0.1
com. NS ns.com.
ns.com. A 10.0.0.2
"
    .to_owned();
    for number in 0..50 {
        zone += &format!("evil. NS ns{number}.victim.com.\n");
    }
    let mut world = World::new();
    world.at(1, serving(&[&zone]));
    world.at(2, serving(&["$ORIGIN com.\n@ SOA ns admin 1 1h 10m 1w 1m\n@ NS ns\n"]));
    let found = world.resolve("www.evil", RecordType::A);
    assert!(matches!(found.outcome, Outcome::Failed(_)));
    let most = world.resolver.settings.most_lookups as usize;
    assert!(world.asked().len() <= 1 + 2 * most);
}

proptest! {
    /// Random zones with random delegations, with and without glue, to servers whose names are
    /// anywhere, aliases anywhere: every question ends, within its budget.
    #[test]
    fn a_resolver_never_loops(
        delegations in prop::collection::vec((0..12usize, 0..12usize, any::<bool>()), 1..40),
        aliases in prop::collection::vec((0..12usize, 0..12usize), 0..20),
        silent in prop::collection::vec(any::<bool>(), 12),
        asked in prop::collection::vec(0..12usize, 1..6),
        random_capitals in any::<bool>(),
        ipv6 in any::<bool>(),
    ) {
        // Zone n is at server n + 2; zones 0 to 3 are below the root, the others below those.
        let zone_name = |n: usize| match n {
            0..=3 => format!("z{n}"),
            _ => format!("z{n}.z{}", n % 4),
        };
        let mut root = "$TTL 5m\n. SOA a.root. admin.root. 1 1h 10m 1w 1h\n. NS a.root.\n\
                        a.root. A 10.0.0.1\n".to_owned();
        let mut zones: Vec<String> = (0..12)
            .map(|n| format!("$ORIGIN {}.\n$TTL 5m\n@ SOA ns admin 1 1h 10m 1w 1m\n@ NS ns\n\
                              ns A 10.0.0.{}\n", zone_name(n), n + 2))
            .collect();
        for (zone, server, glue) in &delegations {
            let parent = if *zone < 4 { &mut root } else { &mut zones[zone % 4] };
            let name = zone_name(*zone);
            // The server of zone `zone` is called after zone `server`.
            *parent += &format!("{name}. NS ns.{}.\n", zone_name(*server));
            if *glue && zone == server {
                *parent += &format!("ns.{name}. A 10.0.0.{}\n", zone + 2);
            }
        }
        for (from, to) in &aliases {
            zones[*from] += &format!("w{to} CNAME w{from}.{}.\n", zone_name(*to));
        }
        let mut world = World::new();
        world.resolver.settings.random_capitals = random_capitals;
        world.resolver.settings.ipv6 = ipv6;
        world.at(1, serving(&[&root]));
        for (n, zone) in zones.iter().enumerate() {
            if silent[n] {
                continue;
            }
            // Names that are both an alias and delegated make a zone unfit: then it is left out.
            if let Ok(zone) = Zone::parse(zone, None) {
                world.at(n as u8 + 2, serving(&[&zone.to_string()]));
            }
        }
        for n in asked {
            let began = world.now;
            let name = format!("w{n}.{}", zone_name(n));
            let found = world.resolve(&name, RecordType::A);
            prop_assert!(found.queries <= 64);
            prop_assert!(world.asked().len() <= 64);
            let took = world.now.since(began);
            // Patience, and the last wait.
            prop_assert!(took <= Duration::from_secs(16), "{took}");
        }
    }
}
