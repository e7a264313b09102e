//! A resolver before an internet of servers that are one function each.

mod trouble;

use std::net::{IpAddr, Ipv4Addr};

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::rdata::{A, NS};
use hickory_proto::rr::{RData, RecordType};
use lanternet_core::Rng;
use lanternet_core::trace::{DnsLame, DnsLoop};
use proptest::prelude::{any, prop, prop_assert, proptest};

use super::*;
use crate::dns::server::{Client, Output as Served, Server};
use crate::dns::zone::Zone;
use crate::dns::{Authority, PORT};

type Behaviour = Box<dyn FnMut(&Outgoing) -> Reply>;

enum Reply {
    Bytes(Vec<u8>),
    Silence,
    Unreachable,
}

struct World {
    now: Instant,
    servers: BTreeMap<IpAddr, Behaviour>,
    resolver: Resolver,
    events: Vec<DnsEvent>,
    /// Who was asked what, in order.
    asked: Vec<String>,
    tickets: u64,
}

fn ip(last: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, last])
}

fn name(text: &str) -> Name {
    message::name(text).unwrap()
}

/// A server with these zones.
fn serving(zones: &[&str]) -> Behaviour {
    let mut authority = Authority::default();
    for zone in zones {
        authority.add(Zone::parse(zone, None).unwrap()).unwrap();
    }
    let mut server = Server::new(authority, None);
    Box::new(move |outgoing| {
        let address = SocketAddr::from(([10, 9, 9, 9], outgoing.source_port));
        let connection = (outgoing.transport == DnsTransport::Tcp).then_some(1);
        server.receive(Instant::ZERO, Client { address, connection }, &outgoing.message);
        let replies = std::iter::from_fn(|| server.poll());
        let bytes = replies.filter_map(|output| match output {
            Served::Reply { message, .. } => Some(message),
            _ => None,
        });
        bytes.last().map_or(Reply::Silence, Reply::Bytes)
    })
}

/// A server that makes each answer by hand.
fn answering(answer: impl Fn(&mut Message) + 'static) -> Behaviour {
    Box::new(move |outgoing| {
        let query = message::decode(&outgoing.message).unwrap();
        let mut reply = message::respond(&query);
        reply.metadata.authoritative = true;
        answer(&mut reply);
        Reply::Bytes(message::encode(&reply))
    })
}

impl World {
    fn with(settings: ResolverSettings) -> Self {
        Self {
            now: Instant::from_secs(1),
            servers: BTreeMap::new(),
            resolver: Resolver::new(settings, Rng::named(1, "resolver")),
            events: Vec::new(),
            asked: Vec::new(),
            tickets: 0,
        }
    }

    /// One that begins at the server 10.0.0.1.
    fn new() -> Self {
        let hints = vec![Hint { name: name("a.root"), addresses: vec![ip(1)] }];
        Self::with(ResolverSettings::new(Way::Iterate { hints }))
    }

    /// Root, `com`, `example.com` and `example.net`, at 10.0.0.1 to 4.
    fn hierarchy() -> Self {
        let mut world = Self::new();
        world.at(1, serving(&[ROOT]));
        world.at(2, serving(&[COM]));
        world.at(3, serving(&[EXAMPLE_COM]));
        world.at(4, serving(&[EXAMPLE_NET]));
        world
    }

    fn at(&mut self, last: u8, behaviour: Behaviour) {
        self.servers.insert(ip(last), behaviour);
    }

    fn resolve(&mut self, text: &str, kind: RecordType) -> Resolution {
        let question = Question::new(&name(text), kind);
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.resolver.ask(self.now, &question, ticket);
        let mut done = self.run();
        assert_eq!(done.len(), 1);
        let (answered, resolution) = done.remove(0);
        assert_eq!(answered, ticket);
        assert_eq!(self.resolver.under_way(), 0, "a search was left behind");
        assert!(self.resolver.pending.is_empty() && self.resolver.budgets.is_empty());
        resolution
    }

    fn run(&mut self) -> Vec<(Ticket, Resolution)> {
        let mut done = Vec::new();
        while let Some(output) = self.resolver.poll() {
            match output {
                Output::Tell(event) => self.events.push(event),
                Output::Done { ticket, resolution } => done.push((ticket, resolution)),
                Output::Send(outgoing) => self.deliver(&outgoing),
            }
        }
        done
    }

    fn deliver(&mut self, outgoing: &Outgoing) {
        let query = message::decode(&outgoing.message).unwrap();
        let question = Question::from(&query.queries[0]);
        self.asked.push(format!("{} {question}", outgoing.server.ip()));
        let reply = match self.servers.get_mut(&outgoing.server.ip()) {
            Some(server) => server(outgoing),
            None => Reply::Silence,
        };
        match reply {
            Reply::Bytes(bytes) => {
                self.now += Duration::from_millis(10);
                let received =
                    self.resolver.receive(self.now, outgoing.id, outgoing.server, &bytes);
                if received == Received::Ignored {
                    self.now += outgoing.timeout;
                    self.resolver.fail(self.now, outgoing.id, Failure::TimedOut);
                }
            }
            Reply::Silence => {
                self.now += outgoing.timeout;
                self.resolver.fail(self.now, outgoing.id, Failure::TimedOut);
            }
            Reply::Unreachable => {
                self.resolver.fail(self.now, outgoing.id, Failure::Unreachable);
            }
        }
    }

    fn asked(&mut self) -> Vec<String> {
        std::mem::take(&mut self.asked)
    }

    fn told(&self, wanted: impl Fn(&DnsEvent) -> bool) -> bool {
        self.events.iter().any(wanted)
    }
}

const ROOT: &str = "\
$TTL 1d
. SOA a.root. admin.root. 1 1h 10m 1w 1h
. NS a.root.
a.root. A 10.0.0.1
com. NS ns.com.
ns.com. A 10.0.0.2
net. NS ns.com.
";
const COM: &str = "\
$ORIGIN com.
$TTL 1d
@ SOA ns admin 1 1h 10m 1w 15m
@ NS ns
ns A 10.0.0.2
example NS ns.example
ns.example A 10.0.0.3
glueless NS ns.example.net.
";
const NET: &str = "\
$ORIGIN net.
$TTL 1d
@ SOA ns.com. admin 1 1h 10m 1w 15m
@ NS ns.com.
example NS ns.example
ns.example A 10.0.0.4
";
const EXAMPLE_COM: &str = "\
$ORIGIN example.com.
$TTL 5m
@ SOA ns admin 1 1h 10m 1w 1m
@ NS ns
ns A 10.0.0.3
www A 192.0.2.1
alias CNAME www
away CNAME www.example.net.
loop CNAME pool
pool CNAME loop
long TXT \"one\"
*.wild A 192.0.2.9
";
const EXAMPLE_NET: &str = "\
$ORIGIN example.net.
$TTL 5m
@ SOA ns admin 1 1h 10m 1w 1m
@ NS ns
ns A 10.0.0.4
www A 192.0.2.2
";
const GLUELESS_COM: &str = "\
$ORIGIN glueless.com.
@ SOA ns admin 1 1h 10m 1w 1m
@ NS ns.example.net.
www A 192.0.2.3
";

fn addresses(resolution: &Resolution) -> Vec<String> {
    match &resolution.outcome {
        Outcome::Records(records) => records.iter().map(|r| r.data.to_string()).collect(),
        other => panic!("{other:?}"),
    }
}

fn full() -> World {
    let mut world = World::hierarchy();
    world.at(2, serving(&[COM, NET]));
    world.at(4, serving(&[EXAMPLE_NET, GLUELESS_COM]));
    world
}

#[test]
fn an_answer_is_found_from_the_root_down_and_then_remembered() {
    let mut world = full();
    let found = world.resolve("www.example.com", RecordType::A);
    assert_eq!((addresses(&found), found.queries), (vec!["192.0.2.1".to_owned()], 3));
    let way = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(|ip| format!("{ip} www.example.com. A"));
    assert_eq!(world.asked(), way);
    let followed: Vec<_> = world
        .events
        .iter()
        .filter_map(|event| match event {
            DnsEvent::ReferralFollowed { zone, .. } => Some(&**zone),
            _ => None,
        })
        .collect();
    assert_eq!(followed, ["com", "example.com"]);
    // The second time nobody is asked, and the TTL is what is left.
    world.now += Duration::from_secs(100);
    let again = world.resolve("WWW.example.com", RecordType::A);
    let Outcome::Records(records) = &again.outcome else { panic!("{again:?}") };
    assert_eq!((again.queries, records[0].ttl), (0, 200));
    // A name beside it is asked of the zone's own server.
    assert!(matches!(
        world.resolve("no.example.com", RecordType::A).outcome,
        Outcome::NameError(Some(_))
    ));
    assert_eq!(world.asked(), ["10.0.0.3 no.example.com. A"]);
}

#[test]
fn that_there_is_nothing_is_remembered_as_long_as_the_soa_says() {
    let mut world = full();
    for _ in 0..2 {
        let none = world.resolve("www.example.com", RecordType::MX);
        assert!(matches!(none.outcome, Outcome::NoData(Some(_))), "{none:?}");
        let none = world.resolve("no.example.com", RecordType::MX);
        assert!(matches!(none.outcome, Outcome::NameError(Some(_))), "{none:?}");
    }
    assert_eq!(world.asked().len(), 4);
    world.now += Duration::from_secs(60);
    world.resolve("no.example.com", RecordType::MX);
    assert_eq!(world.asked().len(), 1);
}

#[test]
fn aliases_are_followed_within_and_across_zones() {
    let mut world = full();
    let near = world.resolve("alias.example.com", RecordType::A);
    assert_eq!((addresses(&near), near.aliases.len()), (vec!["192.0.2.1".to_owned()], 1));
    let away = world.resolve("away.example.com", RecordType::A);
    assert_eq!((addresses(&away), away.aliases.len()), (vec!["192.0.2.2".to_owned()], 1));
    let alias = world.resolve("away.example.com", RecordType::CNAME);
    assert_eq!((addresses(&alias), alias.queries), (vec!["www.example.net.".to_owned()], 0));
    let none = world.resolve("away.example.com", RecordType::TXT);
    assert!(matches!(none.outcome, Outcome::NoData(_)) && none.aliases.len() == 1);
}

#[test]
fn aliases_that_go_round_are_found_out() {
    let mut world = full();
    for queries in [3, 0] {
        let found = world.resolve("loop.example.com", RecordType::A);
        assert_eq!(found.outcome, Outcome::Failed(DnsFailure::Loop));
        assert_eq!(found.queries, queries);
    }
    assert!(world.told(|e| matches!(e, DnsEvent::LoopDetected { why: DnsLoop::Alias, .. })));
}

#[test]
fn the_address_of_a_server_without_glue_is_found_first() {
    let mut world = full();
    let found = world.resolve("www.glueless.com", RecordType::A);
    assert_eq!(addresses(&found), ["192.0.2.3"]);
    assert_eq!(
        world.asked(),
        [
            "10.0.0.1 www.glueless.com. A",
            "10.0.0.2 www.glueless.com. A",
            "10.0.0.1 ns.example.net. A",
            "10.0.0.2 ns.example.net. A",
            "10.0.0.4 ns.example.net. A",
            "10.0.0.4 www.glueless.com. A",
        ]
    );
}

#[test]
fn a_server_that_has_an_ipv6_address_only_is_asked_by_who_has_one_too() {
    let net =
        NET.replace("example NS ns.example\nns.example A 10.0.0.4\n", "six AAAA 2001:db8::4\n");
    let com = COM.replace("ns.example.net.", "six.net.");
    for ipv6 in [true, false] {
        let mut world = full();
        world.resolver.settings.ipv6 = ipv6;
        world.at(2, serving(&[&com, &net]));
        let six = IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 4]);
        world.servers.insert(six, serving(&[GLUELESS_COM]));
        let found = world.resolve("www.glueless.com", RecordType::A);
        if ipv6 {
            assert_eq!(addresses(&found), ["192.0.2.3"]);
        } else {
            assert_eq!(found.outcome, Outcome::Failed(DnsFailure::NoServerAddress));
        }
    }
}

#[test]
fn servers_that_can_only_be_found_through_each_other_are_a_loop() {
    let mut world = World::new();
    world.at(
        1,
        serving(&["\
$TTL 1d
. SOA a.root. admin.root. 1 1h 10m 1w 1h
. NS a.root.
a.root. A 10.0.0.1
one. NS ns.two.
two. NS ns.one.
"]),
    );
    let found = world.resolve("www.one", RecordType::A);
    assert_eq!(found.outcome, Outcome::Failed(DnsFailure::Loop));
    assert!(world.told(|e| matches!(e, DnsEvent::LoopDetected { why: DnsLoop::Delegation, .. })));
    assert!(world.asked().len() <= 4);
}
