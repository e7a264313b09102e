//! Random zones, served by us and by others: the same questions get the same answers.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use lanternet_core::Rng;
use lanternet_net::dns::{Authority, Message, RecordType, Server, Zone, message};
use lanternet_tests::peer::Peer;

use crate::asking::lines;
use crate::loopback::{Ours, Theirs, ask, knot, loopback, nsd};

const ZONES: u64 = 60;
const QUESTIONS: u64 = 50;
const PORT: u16 = 5353;

fn pick<'a>(rng: &mut Rng, list: &[&'a str]) -> &'a str {
    list[rng.below(list.len() as u64) as usize]
}

/// A name below a zone's, short, of few letters: many are there, or above or below what is.
fn owner(rng: &mut Rng, wildcards: bool) -> String {
    let labels: &[&str] = if wildcards { &["a", "b", "c", "*"] } else { &["a", "b", "c", "B"] };
    let depth = 1 + rng.below(3);
    (0..depth).map(|_| pick(rng, labels)).collect::<Vec<_>>().join(".")
}

/// A random zone, as a master file.
fn random_zone(rng: &mut Rng, origin: &str) -> String {
    let mut text = format!(
        "$ORIGIN {origin}\n$TTL {}\n@ SOA ns admin {} 1h 10m 1w {}\n@ NS ns\n@ NS ns.other.test.\n",
        60 + rng.below(4000),
        rng.below(1000),
        30 + rng.below(4000),
    );
    text += "ns A 192.0.2.53\n";
    let (mut aliases, mut others) = (BTreeSet::new(), BTreeSet::from(["ns".to_owned()]));
    for _ in 0..rng.below(25) {
        let name = owner(rng, true);
        let number = rng.below(250);
        let target = match rng.below(5) {
            0 => "host.elsewhere.test.".to_owned(),
            1 => "ns".to_owned(),
            2 => "@".to_owned(),
            _ => owner(rng, false),
        };
        let wild = name.contains('*');
        let key = name.to_lowercase();
        let data = match rng.below(9) {
            0 | 1 => format!("A 192.0.2.{number}"),
            2 => format!("AAAA 2001:db8::{number}"),
            3 => format!("TXT \"text {number}\" \"\\200\\\"\""),
            4 => format!("MX {number} {target}"),
            5 => format!("SRV 0 1 {number} {target}"),
            6 => format!("PTR {target}"),
            // NS at a wildcard is undefined (RFC 4592 section 4.2).
            7 if !wild => format!("NS {target}"),
            _ if !others.contains(&key) && !aliases.contains(&key) => {
                aliases.insert(key);
                text += &format!("{name} CNAME {target}\n");
                continue;
            }
            _ => continue,
        };
        if !aliases.contains(&key) {
            others.insert(key);
            text += &format!("{name} {data}\n");
        }
    }
    text
}

const TYPES: [RecordType; 11] = [
    RecordType::A,
    RecordType::AAAA,
    RecordType::TXT,
    RecordType::MX,
    RecordType::SRV,
    RecordType::PTR,
    RecordType::NS,
    RecordType::CNAME,
    RecordType::SOA,
    RecordType::DS,
    RecordType::Unknown(65_280),
];

fn question(rng: &mut Rng, origin: &str) -> Message {
    let below = match rng.below(8) {
        0 => String::new(),
        1 => "ns.".to_owned(),
        n => format!("{}.", owner(rng, n == 2)),
    };
    let kind = TYPES[rng.below(TYPES.len() as u64) as usize];
    let name = message::name(&format!("{below}{origin}")).unwrap();
    let mut query = message::query(rng.below(65_536) as u16, name, kind, false);
    if rng.chance(500_000) {
        query.edns = None;
    }
    query
}

/// What has to be the same: the code, AA, and the records of each section in any order. Free choices
/// are taken out: the zone's servers along with a positive answer, and additional addresses.
fn comparable(reply: &Message) -> Vec<String> {
    let mut all = lines(reply);
    let positive = !reply.answers.is_empty() && reply.metadata.authoritative;
    let first = all.remove(0);
    let mut records: Vec<String> = all
        .into_iter()
        .filter(|line| !line.starts_with("additional: "))
        .filter(|line| {
            let servers = line.starts_with("authority: ") && line.contains(" NS ");
            !(positive && servers)
        })
        .map(|line| line.to_lowercase())
        .collect();
    records.sort();
    records.dedup();
    [vec![first], records].concat()
}

/// The addresses in the additional section.
fn glue(reply: &Message) -> BTreeSet<String> {
    let additional = |line: &String| line.starts_with("additional: ");
    lines(reply).into_iter().filter(additional).map(|line| line.to_lowercase()).collect()
}

fn zones() -> Vec<(String, String)> {
    let mut rng = Rng::named(5, "zones");
    let zone = |number: u64| {
        let origin = format!("z{number}.test.");
        let text = random_zone(&mut rng, &origin);
        (origin, text)
    };
    (0..ZONES).map(zone).collect()
}

fn compare(theirs: &Theirs, last: u8) {
    let zones = zones();
    let mut authority = Authority::default();
    for (_, text) in &zones {
        authority.add(Zone::parse(text, None).unwrap_or_else(|e| panic!("{e:?}\n{text}"))).unwrap();
    }
    let address = SocketAddr::new(loopback(1, last), PORT);
    let ours = Ours::serve(Server::new(authority, None), address, 0).unwrap();
    let mut rng = Rng::named(6, "questions");
    let mut seen = BTreeSet::new();
    for (origin, text) in &zones {
        for _ in 0..QUESTIONS {
            let query = question(&mut rng, origin);
            let (got, want) = (ask(ours.address, &query), ask(theirs.address, &query));
            assert_eq!(
                comparable(&got),
                comparable(&want),
                "ours, then theirs, for {}\n{text}",
                query.queries[0]
            );
            let referral = !want.metadata.authoritative && !want.authorities.is_empty();
            if referral {
                assert_eq!(glue(&got), glue(&want), "{}\n{text}", query.queries[0]);
            }
            seen.insert((
                u16::from(want.metadata.response_code),
                want.metadata.authoritative,
                want.answers.len().min(3),
                referral,
            ));
        }
    }
    // Names that are there and not, aliases, cuts: all of it came up.
    assert!(seen.len() >= 7, "{seen:?}");
}

#[test]
fn knot_and_we_answer_alike() {
    let address = SocketAddr::new(loopback(1, 1), PORT);
    if let Some(theirs) = knot(address, &zones()) {
        compare(&theirs, 2);
    }
}

#[test]
fn nsd_and_we_answer_alike() {
    let address = SocketAddr::new(loopback(1, 3), PORT);
    if let Some(theirs) = nsd(address, &zones()) {
        compare(&theirs, 4);
    }
}

/// dig reads our answers without a complaint, short and long, with and without EDNS, over UDP and TCP.
#[test]
fn dig_reads_our_answers() {
    let Some(dig) = Peer::find("dig") else { return };
    let mut text = "$ORIGIN example.\n$TTL 1h\n@ SOA ns admin 1 1h 10m 1w 1m\n@ NS ns\n\
                    ns A 192.0.2.53\nwww CNAME host\nhost A 192.0.2.1\nsub NS ns.sub\n\
                    ns.sub A 192.0.2.54\n"
        .to_owned();
    for number in 0..200 {
        text += &format!("many A 10.0.0.{number}\n");
    }
    let mut authority = Authority::default();
    authority.add(Zone::parse(&text, None).unwrap()).unwrap();
    let address = SocketAddr::new(loopback(1, 5), PORT);
    let _ours = Ours::serve(Server::new(authority, None), address, 0).unwrap();
    let server = format!("@{}", address.ip());
    let port = PORT.to_string();
    let dig = |args: &[&str]| {
        let common = [server.as_str(), "-p", &port, "+norecurse", "+tries=1", "+time=5"];
        let out = dig.run(common.iter().chain(args));
        String::from_utf8(out).unwrap()
    };
    for (args, wanted) in [
        (&["www.example", "A"][..], "status: NOERROR"),
        (&["www.example", "A"], "host.example.\t\t3600\tIN\tA\t192.0.2.1"),
        (&["www.example", "A", "+noedns"], "flags: qr aa; QUERY: 1, ANSWER: 2"),
        (&["nobody.example", "A"], "status: NXDOMAIN"),
        (&["example.com", "A"], "status: REFUSED"),
        (&["x.sub.example", "A"], "ns.sub.example.\t\t3600\tIN\tA\t192.0.2.54"),
        (&["example", "ANY", "+notcp"], "HINFO\t\"RFC8482\" \"\""),
        (&["many.example", "A"], "ANSWER: 200"),
        (&["many.example", "A", "+tcp"], "ANSWER: 200"),
        (&["many.example", "A", "+ignore"], "flags: qr aa tc"),
        (&["www.example", "A", "+edns=1", "+noednsneg"], "status: BADVERS"),
        (&["www.example", "A", "+bufsize=4096"], "udp: 1232"),
        (&["example", "AXFR"], "Transfer failed"),
        (&["www.example", "CH", "A"], "status: REFUSED"),
        (&["www.example", "A", "+opcode=status"], "status: NOTIMP"),
    ] {
        let out = dig(args);
        assert!(out.contains(wanted), "{args:?}\n{out}");
        for complaint in ["WARNING", "Warning", "malformed", "extra bytes", "ID mismatch"] {
            assert!(!out.contains(complaint), "{args:?}\n{out}");
        }
    }
}
