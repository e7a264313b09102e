//! Any bytes can be sent to a name server: as questions, and as answers to what it asks others.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use lanternet_core::{Duration, Instant, Rng};
use lanternet_net::dns::message::{self, EDNS_LIMIT};
use lanternet_net::dns::resolver::{
    Failure, Hint, Outgoing, Received, Resolver, ResolverSettings, Way,
};
use lanternet_net::dns::server::{Client, Output, Server};
use lanternet_net::dns::{Authority, Message, RecordType, Zone};

use crate::Target;

/// The target.
pub const TARGET: Target = Target { name: "dns_messages", run, seeds, bounded: 10_000 };

/// A zone with something of everything.
const ZONE: &str = "\
$ORIGIN example.
$TTL 5m
@       SOA ns admin 1 1h 10m 1w 1m
@       NS  ns
@       MX  10 mail
ns      A   192.0.2.53
www     CNAME host
host    A   192.0.2.1
host    AAAA 2001:db8::1
out     CNAME www.other.
loop    CNAME pool
pool    CNAME loop
sub     NS  ns.sub
ns.sub  A   192.0.2.54
*.wild  TXT \"a text\"
_s._tcp SRV 0 0 80 host
";

/// The way from the resolver's root to an answer, as its servers would say it.
const ROOT: &str = "\
$ORIGIN .
$TTL 5m
.       SOA a.root. admin.root. 1 1h 10m 1w 1m
.       NS  a.root.
a.root. A   10.0.0.1
other.  NS  ns.other.
ns.other. A 10.0.0.2
none.   NS  ns.elsewhere.other.
";

/// What one search may cost.
const MOST_QUERIES: u32 = 12;

/// The first byte of a piece says what it is, the second how long it is. Besides not panicking: a
/// question gets one answer at most, which can be read, belongs to it and is not too long; searches
/// end within what they may cost once nobody answers any more.
pub fn run(data: &[u8]) {
    let mut world = World::new();
    let mut rest = data;
    while let [what, length, after @ ..] = rest {
        let (piece, after) = after.split_at(usize::from(*length).min(after.len()));
        rest = after;
        match what % 4 {
            0 => world.question(piece, false),
            1 => world.question(piece, true),
            // As the last one, but with the identifier and the question of what was asked.
            2 => world.reply(piece, true),
            _ => world.reply(piece, false),
        }
    }
    world.end();
}

struct World {
    server: Server,
    now: Instant,
    pending: VecDeque<Outgoing>,
    asked: u32,
    sent: u32,
    answered: u32,
}

impl World {
    fn new() -> Self {
        let mut authority = Authority::default();
        if let Ok(zone) = Zone::parse(ZONE, None) {
            authority.add(zone).expect("the first zone");
        }
        let name = message::name("a.root").expect("a name");
        let hints = vec![Hint { name, addresses: vec![IpAddr::from([10, 0, 0, 1])] }];
        let settings = ResolverSettings {
            most_queries: MOST_QUERIES,
            ..ResolverSettings::new(Way::Iterate { hints })
        };
        let resolver = Resolver::new(settings, Rng::named(1, "fuzz"));
        Self {
            server: Server::new(authority, Some(resolver)),
            now: Instant::ZERO,
            pending: VecDeque::new(),
            asked: 0,
            sent: 0,
            answered: 0,
        }
    }

    fn question(&mut self, bytes: &[u8], tcp: bool) {
        let address = SocketAddr::from(([192, 0, 2, 9], 4000));
        let client = Client { address, connection: tcp.then_some(1) };
        self.asked += 1;
        self.server.receive(self.now, client, bytes);
        let before = self.answered;
        self.outputs();
        // Others that asked the same cannot be answered by a question.
        assert!(self.answered <= before + 1);
    }

    fn outputs(&mut self) {
        while let Some(output) = self.server.poll() {
            match output {
                Output::Tell(_) => {}
                Output::Send(outgoing) => {
                    self.sent += 1;
                    self.pending.push_back(outgoing);
                }
                Output::Reply { client, message: bytes } => {
                    self.answered += 1;
                    let reply = message::decode(&bytes).expect("our answer can be read");
                    assert!(message::header(&bytes).is_none(), "it is a response");
                    let limit =
                        if client.connection.is_some() { 65_535 } else { EDNS_LIMIT.into() };
                    assert!(bytes.len() <= limit && !reply.metadata.authentic_data);
                }
            }
        }
        assert!(self.sent <= self.asked * MOST_QUERIES, "a search costs too much");
    }

    fn reply(&mut self, bytes: &[u8], fitting: bool) {
        let Some(outgoing) = self.pending.front() else { return };
        self.now += Duration::from_millis(10);
        let mut bytes = bytes.to_vec();
        if fitting
            && let (Some(query), Some(mut reply)) =
                (message::decode(&outgoing.message), message::decode(&bytes))
        {
            reply.metadata.id = query.metadata.id;
            reply.queries = query.queries;
            bytes = message::encode(&reply);
        }
        let (id, server) = (outgoing.id, outgoing.server);
        if self.server.received(self.now, id, server, &bytes) == Received::Taken {
            self.pending.pop_front();
        }
        self.outputs();
    }

    fn end(&mut self) {
        while let Some(outgoing) = self.pending.pop_front() {
            self.now += outgoing.timeout;
            self.server.failed(self.now, outgoing.id, Failure::TimedOut);
            self.outputs();
        }
        let resolver = self.server.resolver().expect("it has one");
        assert_eq!(resolver.under_way(), 0, "a search was left behind");
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let piece = |what: u8, bytes: &[u8]| {
        let mut piece = vec![what, bytes.len().min(255) as u8];
        piece.extend(&bytes[..bytes.len().min(255)]);
        piece
    };
    let query = |name: &str, kind| {
        let name = message::name(name).expect("a name");
        message::query(7, name, kind, true)
    };
    let mut authority = Authority::default();
    for text in
        [ROOT, "$ORIGIN other.\n@ 60 SOA ns a 1 2 3 4 5\n@ NS ns\nns A 10.0.0.2\nwww A 1.2.3.4\n"]
    {
        if let Ok(zone) = Zone::parse(text, None) {
            authority.add(zone).expect("a zone once");
        }
    }
    let answer = |name: &str, kind| {
        let mut reply: Message = message::respond(&query(name, kind));
        let name = message::name(name).expect("a name");
        authority.answer(&name, kind, &mut reply);
        message::encode(&reply)
    };
    let mut seeds = Vec::new();
    for (name, kind) in [
        ("www.example", RecordType::A),
        ("example", RecordType::MX),
        ("x.wild.example", RecordType::TXT),
        ("loop.example", RecordType::A),
        ("x.sub.example", RecordType::A),
        ("_s._tcp.example", RecordType::SRV),
        ("example", RecordType::ANY),
    ] {
        seeds.push(piece(0, &message::encode(&query(name, kind))));
    }
    for (name, kind) in [
        ("www.other", RecordType::A),
        ("nobody.other", RecordType::A),
        ("out.example", RecordType::A),
        ("www.none", RecordType::A),
    ] {
        let target = if name == "out.example" { "www.other" } else { name };
        let mut seed = piece(1, &message::encode(&query(name, kind)));
        // The root's referral, then what the zone's server says.
        let mut root_only = Authority::default();
        root_only.add(Zone::parse(ROOT, None).expect("a zone")).expect("one zone");
        let mut referral = message::respond(&query(target, kind));
        root_only.answer(&message::name(target).expect("a name"), kind, &mut referral);
        seed.extend(piece(2, &message::encode(&referral)));
        seed.extend(piece(2, &answer(target, kind)));
        seed.extend(piece(3, &answer(target, kind)));
        seeds.push(seed);
    }
    seeds
}
