//! A hierarchy of servers on loopback: those of knot and ours, walked by unbound and by our resolver.
//! All four pairs find the same.

use std::net::SocketAddr;

use lanternet_core::Rng;
use lanternet_core::trace::{DnsEvent, DnsLame, DnsLoop};
use lanternet_net::dns::resolver::{Hint, Resolver, ResolverSettings, Way};
use lanternet_net::dns::{Authority, Message, RecordType, ResponseCode, Server, Zone, message};

use crate::asking::lines;
use crate::loopback::{Ours, Theirs, ask, knot, loopback, may_use_port_53};

const RESOLVER_PORT: u16 = 5300;

/// The zones and the last part of the address at which each is served; `NET` is the third part.
const ZONES: [(&str, u8, &str); 6] = [
    (
        ".",
        1,
        "\
$ORIGIN .
$TTL 1d
.           SOA a.root. admin.root. 1 30m 15m 1w 1h
.           NS  a.root.
a.root.     A   127.53.NET.1
com.        NS  a.tld.net.
net.        NS  a.tld.net.
a.tld.net.  A   127.53.NET.2
lame.       NS  a.root.lame.
a.root.lame. A  127.53.NET.3
",
    ),
    (
        "com.",
        2,
        "\
$ORIGIN com.
$TTL 1d
@             SOA a.tld.net. admin 1 30m 15m 1w 15m
@             NS  a.tld.net.
example       NS  ns.example
ns.example    A   127.53.NET.3
glueless      NS  ns.example.net.
round         NS  ns.round.net.
gone          NS  ns.nowhere.example.com.
",
    ),
    (
        "net.",
        2,
        "\
$ORIGIN net.
$TTL 1d
@             SOA a.tld admin 1 30m 15m 1w 15m
@             NS  a.tld
a.tld         A   127.53.NET.2
example       NS  ns.example
ns.example    A   127.53.NET.4
round         NS  ns.round.com.
",
    ),
    (
        "example.com.",
        3,
        "\
$ORIGIN example.com.
$TTL 5m
@       SOA ns admin 1 1h 10m 1w 1m
@       NS  ns
@       MX  10 mail
ns      A   127.53.NET.3
www     A   192.0.2.1
www     A   192.0.2.2
mail    AAAA 2001:db8::25
alias   CNAME www
chain   CNAME alias
away    CNAME www.example.net.
nowhere CNAME nobody.example.net.
loop    CNAME pool
pool    CNAME loop
deep.er TXT above-it-is-nothing
*.wild  A   192.0.2.9
",
    ),
    (
        "example.net.",
        4,
        "\
$ORIGIN example.net.
$TTL 5m
@       SOA ns admin 1 1h 10m 1w 1m
@       NS  ns
ns      A   127.53.NET.4
www     A   192.0.2.3
back    CNAME chain.example.com.
",
    ),
    (
        "glueless.com.",
        4,
        "\
$ORIGIN glueless.com.
$TTL 5m
@       SOA ns.example.net. admin 1 1h 10m 1w 1m
@       NS  ns.example.net.
www     A   192.0.2.4
",
    ),
];

const QUESTIONS: [(&str, RecordType); 24] = [
    ("www.example.com", RecordType::A),
    ("WWW.Example.COM", RecordType::A),
    ("www.example.com", RecordType::AAAA),
    ("mail.example.com", RecordType::AAAA),
    ("example.com", RecordType::MX),
    ("example.com", RecordType::NS),
    ("example.com", RecordType::SOA),
    ("alias.example.com", RecordType::A),
    ("chain.example.com", RecordType::A),
    ("chain.example.com", RecordType::CNAME),
    ("chain.example.com", RecordType::TXT),
    ("away.example.com", RecordType::A),
    ("nowhere.example.com", RecordType::A),
    ("back.example.net", RecordType::A),
    ("er.example.com", RecordType::A),
    ("deep.er.example.com", RecordType::TXT),
    ("any.thing.wild.example.com", RecordType::A),
    ("nobody.example.com", RecordType::A),
    ("nobody.nowhere", RecordType::A),
    ("www.glueless.com", RecordType::A),
    ("loop.example.com", RecordType::A),
    ("www.round.com", RecordType::A),
    ("www.gone.com", RecordType::A),
    ("www.lame", RecordType::A),
];

fn zones_at(net: u8, last: u8) -> Vec<(String, String)> {
    let here = ZONES.iter().filter(|(_, at, _)| *at == last);
    here.map(|(name, _, text)| ((*name).to_owned(), text.replace("NET", &net.to_string())))
        .collect()
}

/// Servers of the zones at port 53 of 127.53.`net`.1 to 4.
enum Servers {
    Knot(#[expect(dead_code, reason = "they run until this is dropped")] Vec<Theirs>),
    Ours,
}

fn serve_with_knot(net: u8) -> Option<Servers> {
    let each =
        (1..=4).map(|last| knot(SocketAddr::new(loopback(net, last), 53), &zones_at(net, last)));
    each.collect::<Option<Vec<_>>>().map(Servers::Knot)
}

fn serve_with_ours(net: u8) -> Servers {
    for last in 1..=4 {
        let mut authority = Authority::default();
        for (_, text) in zones_at(net, last) {
            authority.add(Zone::parse(&text, None).unwrap()).unwrap();
        }
        let address = SocketAddr::new(loopback(net, last), 53);
        Ours::serve(Server::new(authority, None), address, 0).unwrap();
    }
    Servers::Ours
}

fn our_resolver(net: u8, random_capitals: bool) -> Ours {
    let name = message::name("a.root").unwrap();
    let hints = vec![Hint { name, addresses: vec![loopback(net, 1)] }];
    let settings =
        ResolverSettings { random_capitals, ..ResolverSettings::new(Way::Iterate { hints }) };
    let resolver = Resolver::new(settings, Rng::named(1, "resolver"));
    let server = Server::new(Authority::default(), Some(resolver));
    let address = SocketAddr::new(loopback(net, 53 + u8::from(random_capitals)), RESOLVER_PORT);
    Ours::serve(server, address, 53).unwrap()
}

fn unbound(net: u8) -> Option<Theirs> {
    let address = SocketAddr::new(loopback(net, 55), RESOLVER_PORT);
    Theirs::start("unbound", address, &["-d", "-p"], |folder, address| {
        let at = folder.display();
        let hints = folder.join("root.hints");
        let root = format!(". 3600 NS a.root.\na.root. 3600 A {}\n", loopback(net, 1));
        std::fs::write(&hints, root).unwrap();
        format!(
            "server:\n interface: {}\n port: {}\n do-daemonize: no\n chroot: \"\"\n username: \"\"\n \
             directory: \"{at}\"\n use-syslog: no\n logfile: \"\"\n num-threads: 1\n do-ip6: no\n \
             root-hints: \"{}\"\n do-not-query-localhost: no\n access-control: 127.0.0.0/8 allow\n \
             module-config: \"iterator\"\nremote-control:\n control-enable: no\n",
            address.ip(),
            address.port(),
            hints.display()
        )
    })
}

/// What has to be the same: the code and the answer, without what is left of TTLs; of a negative
/// answer also the SOA.
fn comparable(reply: &Message) -> Vec<String> {
    let without_ttl = |line: String| {
        let mut words: Vec<&str> = line.split(' ').collect();
        words.remove(2);
        words.join(" ").to_lowercase()
    };
    let all = lines(reply);
    let wanted = |line: &String| {
        line.starts_with("answer: ") || (line.starts_with("authority: ") && line.contains(" SOA "))
    };
    let mut records: Vec<String> =
        all.iter().filter(|line| wanted(line)).cloned().map(without_ttl).collect();
    records.sort();
    let code = lanternet_net::dns::reason::code(reply.metadata.response_code).to_string();
    if reply.metadata.response_code == ResponseCode::ServFail {
        records.clear();
    }
    [vec![code], records].concat()
}

fn answers(resolver: SocketAddr) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    // Twice: from the servers, and from the cache.
    for _ in 0..2 {
        for (name, kind) in QUESTIONS {
            let query = message::query(9, message::name(name).unwrap(), kind, true);
            let reply = ask(resolver, &query);
            assert!(reply.metadata.recursion_available && !reply.metadata.authoritative);
            all.push((format!("{name} {kind}"), comparable(&reply)));
        }
    }
    all
}

fn compare(net: u8, servers: impl FnOnce(u8) -> Option<Servers>) {
    if !may_use_port_53() {
        return;
    }
    let Some(_servers) = servers(net) else { return };
    let ours = our_resolver(net, false);
    let found = answers(ours.address);
    let events = ours.events();
    let told =
        |wanted: &dyn Fn(&DnsEvent) -> bool| assert!(events.iter().any(wanted), "{events:?}");
    told(&|e| matches!(e, DnsEvent::LoopDetected { why: DnsLoop::Alias, .. }));
    told(&|e| matches!(e, DnsEvent::LoopDetected { why: DnsLoop::Delegation, .. }));
    told(&|e| matches!(e, DnsEvent::ServerLame { why: DnsLame::Refused, .. }));
    told(&|e| matches!(e, DnsEvent::AnsweredFromCache { .. }));
    assert_eq!(answers(our_resolver(net, true).address), found);
    let Some(unbound) = unbound(net) else { return };
    for (ours, theirs) in found.iter().zip(answers(unbound.address)) {
        assert_eq!(*ours, theirs, "ours, then unbound's");
    }
}

#[test]
fn our_resolver_and_unbound_find_the_same_at_servers_of_knot() {
    compare(2, serve_with_knot);
}

#[test]
fn our_resolver_and_unbound_find_the_same_at_servers_of_ours() {
    compare(3, |net| Some(serve_with_ours(net)));
}
