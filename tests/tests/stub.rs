//! What a host does to find out what a name means, against servers that say what a test wants.
//! Expectations are those of RFC 1034, 2308, 5452 and of `resolv.conf(5)`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use lanternet_apps::{Simulated, Sockets};
use lanternet_core::trace::{DnsEvent, DnsLookupFailure, DnsMismatch, NameSource};
use lanternet_core::{Duration, Instant, Limits, NodeId, Recorder, TraceEvent};
use lanternet_lab::Network;
use lanternet_net::dns::{
    Message, Name, Query, RData, Record, RecordType, ResponseCode, message, rdata,
};
use lanternet_net::host::{Host, ProgramSpec, stream};
use lanternet_tests::labs::parse;

const LAB: &str = "
name: stub
nodes:
  pc: { kind: host, address: 10.0.0.1/24, dns: [10.0.0.53, 10.0.0.54], search: [a.example, b.example], hosts: { own.example: 10.0.0.7 } }
  ns1: { kind: host, address: 10.0.0.53/24 }
  ns2: { kind: host, address: 10.0.0.54/24 }
  sw: { kind: switch }
links: [pc -- sw, ns1 -- sw, ns2 -- sw]
";

/// A query as a server saw it: from which port, and with what in it.
type Seen = Arc<Mutex<Vec<(u16, Message)>>>;

struct World {
    network: Network,
    recorder: Recorder,
}

impl World {
    fn new() -> Self {
        let mut network = Network::build(&parse(LAB));
        let recorder = Recorder::default();
        network.sim.observe(recorder.clone());
        Self { network, recorder }
    }

    fn node(&self, name: &str) -> NodeId {
        self.network.sim.topology().find_node(name).unwrap()
    }

    /// A name server that answers each query with these messages, in this order.
    fn serve(
        &mut self,
        node: &str,
        answers: impl Fn(&Message) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Seen {
        let seen = Seen::default();
        let asked = Arc::clone(&seen);
        let spec = ProgramSpec { daemon: true, name: "server".into(), ..ProgramSpec::default() };
        let node = self.node(node);
        let start = move |handle: lanternet_net::host::Handle| async move {
            let on = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 53));
            let socket = stream::UdpSocket::bind(&handle, on, &[]).unwrap();
            let mut buffer = [0; 2048];
            loop {
                let received = socket.receive(&mut buffer).await.unwrap();
                let query = message::decode(&buffer[..received.len]).unwrap();
                asked.lock().unwrap().push((received.from.port(), query.clone()));
                for answer in answers(&query) {
                    socket.send(&answer, Some(received.from)).unwrap();
                }
            }
        };
        self.network
            .sim
            .command(node, |host: &mut Host, ctx| host.spawn(ctx, spec, start))
            .unwrap();
        seen
    }

    /// Asks as a program of `pc` does, and how long that took.
    fn resolve(&mut self, name: &str) -> (Result<Vec<String>, io::ErrorKind>, Duration) {
        let result = Arc::new(Mutex::new(None));
        let (slot, name) = (Arc::clone(&result), name.to_owned());
        let pc = self.node("pc");
        let start = move |handle| async move {
            let sockets = Simulated::new(handle);
            let began = sockets.now();
            let found = sockets.resolve(&name).await;
            let found = found.map(|all| all.iter().map(IpAddr::to_string).collect());
            let took = sockets.now() - began;
            *slot.lock().unwrap() = Some((found.map_err(|error| error.kind()), took));
            0
        };
        let spec = ProgramSpec { name: "program".into(), ..ProgramSpec::default() };
        self.network.sim.command(pc, |host: &mut Host, ctx| host.spawn(ctx, spec, start)).unwrap();
        let until = self.network.sim.now() + Duration::from_secs(600);
        self.network.sim.run_until_idle(Limits { until, events: 1_000_000 });
        let answer = result.lock().unwrap().take();
        answer.expect("the resolver came to an end")
    }

    fn wait(&mut self, time: Duration) {
        let until: Instant = self.network.sim.now() + time;
        self.network.sim.run_until(until);
    }

    /// What `pc` told about names since the last time.
    fn told(&self) -> Vec<TraceEvent> {
        let pc = self.node("pc");
        let records = self.recorder.take().into_iter();
        let of_pc = records.filter(|record| record.place.node() == pc).map(|record| record.event);
        of_pc
            .filter(|event| {
                matches!(
                    event,
                    TraceEvent::Dns(_)
                        | TraceEvent::NameResolved { .. }
                        | TraceEvent::NameUnknown { .. }
                )
            })
            .collect()
    }
}

fn name(text: &str) -> Name {
    message::name(text).unwrap()
}

fn a(owner: &str, ttl: u32, address: [u8; 4]) -> Record {
    Record::from_rdata(name(owner), ttl, RData::A(rdata::A(address.into())))
}

/// A recursive server's answer of these records.
fn answer(query: &Message, records: Vec<Record>) -> Message {
    let mut reply = message::respond(query);
    reply.metadata.recursion_available = true;
    reply.add_answers(records);
    reply
}

/// That there is no such name; to be kept for so many seconds.
fn no_such_name(query: &Message, seconds: u32) -> Message {
    let mut reply = answer(query, Vec::new());
    reply.metadata.response_code = ResponseCode::NXDomain;
    let (ns, admin) = (name("ns.example"), name("admin.example"));
    let soa = rdata::SOA::new(ns, admin, 1, 3600, 600, 86_400, seconds);
    reply.add_authority(Record::from_rdata(name("example"), 3600, RData::SOA(soa)));
    reply
}

fn one(reply: &Message) -> Vec<Vec<u8>> {
    vec![message::encode(reply)]
}

fn asked(seen: &Seen) -> Vec<String> {
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    seen.iter().map(|(_, query)| query.queries[0].name().to_ascii()).collect()
}

fn addresses(list: &[&str]) -> Result<Vec<String>, io::ErrorKind> {
    Ok(list.iter().map(|text| (*text).to_owned()).collect())
}

#[test]
fn search_domains_come_first_for_a_name_without_a_dot_and_last_for_others() {
    let mut world = World::new();
    let seen = world.serve("ns1", |query| one(&no_such_name(query, 1)));
    for (text, expected) in [
        ("www", &["www.a.example.", "www.b.example.", "www."][..]),
        ("www.x", &["www.x.", "www.x.a.example.", "www.x.b.example."]),
        ("www.y.", &["www.y."]),
    ] {
        assert_eq!(world.resolve(text).0, Err(io::ErrorKind::NotFound));
        assert_eq!(asked(&seen), expected, "{text}");
    }
    let last = world.told().pop();
    let why = DnsLookupFailure::NameError;
    assert!(
        matches!(last, Some(TraceEvent::Dns(DnsEvent::LookupFailed { why: w, .. })) if w == why)
    );
}

#[test]
fn the_hosts_file_and_the_lab_are_asked_before_any_server() {
    let mut world = World::new();
    let seen = world.serve("ns1", |query| one(&no_such_name(query, 1)));
    assert_eq!(world.resolve("own.example").0, addresses(&["10.0.0.7"]));
    assert_eq!(world.resolve("OWN.Example.").0, addresses(&["10.0.0.7"]));
    assert_eq!(world.resolve("ns2").0, addresses(&["10.0.0.54"]));
    assert_eq!(world.resolve("10.9.9.9").0, addresses(&["10.9.9.9"]));
    assert_eq!(asked(&seen), [] as [String; 0]);
    let sources: Vec<NameSource> = world
        .told()
        .into_iter()
        .filter_map(|event| match event {
            TraceEvent::NameResolved { source, .. } => Some(source),
            _ => None,
        })
        .collect();
    use NameSource::{Hosts, Lab, Literal};
    assert_eq!(sources, [Hosts, Hosts, Lab, Literal]);
}

#[test]
fn what_was_learned_is_kept_as_long_as_its_ttl_and_no_longer() {
    let mut world = World::new();
    let seen = world.serve("ns1", |query| {
        let alias = rdata::CNAME(name("web.example"));
        let alias = Record::from_rdata(name("www.example"), 300, RData::CNAME(alias));
        one(&answer(query, vec![alias, a("web.example", 60, [10, 0, 0, 80])]))
    });
    assert_eq!(world.resolve("www.example").0, addresses(&["10.0.0.80"]));
    assert_eq!(asked(&seen).len(), 1);
    world.told();
    world.wait(Duration::from_secs(30));
    assert_eq!(world.resolve("WWW.example").0, addresses(&["10.0.0.80"]));
    assert_eq!(asked(&seen).len(), 0);
    // The shorter of the two TTLs counts; half of it is over.
    assert!(world.told().iter().any(|event| matches!(
        event,
        TraceEvent::Dns(DnsEvent::KnownFromCache { remaining, .. })
            if *remaining == Duration::from_secs(30)
    )));
    world.wait(Duration::from_secs(31));
    assert_eq!(world.resolve("www.example").0, addresses(&["10.0.0.80"]));
    assert_eq!(asked(&seen).len(), 1);
}

#[test]
fn a_ttl_of_zero_is_for_the_one_who_asked_only() {
    let mut world = World::new();
    let seen = world.serve("ns1", |q| one(&answer(q, vec![a("w.example", 0, [10, 0, 0, 80])])));
    for _ in 0..2 {
        assert_eq!(world.resolve("w.example").0, addresses(&["10.0.0.80"]));
        assert_eq!(asked(&seen).len(), 1);
    }
}

#[test]
fn that_there_is_no_such_name_is_kept_as_long_as_the_soa_says() {
    let mut world = World::new();
    let seen = world.serve("ns1", |query| one(&no_such_name(query, 20)));
    for (wait, questions) in [(0, 1), (10, 0), (11, 1)] {
        world.wait(Duration::from_secs(wait));
        assert_eq!(world.resolve("no.example.").0, Err(io::ErrorKind::NotFound));
        assert_eq!(asked(&seen).len(), questions, "after {wait} s more");
    }
}

#[test]
fn a_crash_forgets_what_was_learned() {
    let mut world = World::new();
    let seen = world.serve("ns1", |q| one(&answer(q, vec![a("w.example", 900, [10, 0, 0, 80])])));
    assert!(world.resolve("w.example").0.is_ok());
    let pc = world.node("pc");
    world.network.sim.crash(pc);
    world.network.sim.restart(pc);
    assert!(world.resolve("w.example").0.is_ok());
    assert_eq!(asked(&seen).len(), 2);
}

#[test]
fn the_next_server_is_asked_after_five_seconds_of_silence() {
    let mut world = World::new();
    let silent = world.serve("ns1", |_| Vec::new());
    let second = world.serve("ns2", |q| one(&answer(q, vec![a("w.example", 9, [10, 0, 0, 80])])));
    let (found, took) = world.resolve("w.example");
    assert_eq!(found, addresses(&["10.0.0.80"]));
    assert!(took >= Duration::from_secs(5) && took < Duration::from_millis(5_100), "{took}");
    assert_eq!((asked(&silent).len(), asked(&second).len()), (1, 1));
}

#[test]
fn silence_everywhere_ends_after_two_rounds() {
    let mut world = World::new();
    let first = world.serve("ns1", |_| Vec::new());
    let second = world.serve("ns2", |_| Vec::new());
    let (found, took) = world.resolve("w.example.");
    assert_eq!(found, Err(io::ErrorKind::TimedOut));
    assert!(took >= Duration::from_secs(20) && took < Duration::from_millis(20_100), "{took}");
    assert_eq!((asked(&first).len(), asked(&second).len()), (2, 2));
}

#[test]
fn nobody_listens_is_told_at_once() {
    let mut world = World::new();
    let (found, took) = world.resolve("w.example.");
    assert_eq!(found, Err(io::ErrorKind::TimedOut));
    assert!(took < Duration::from_secs(1), "{took}");
}

#[test]
fn a_server_that_cannot_tell_is_left_for_the_next_and_not_asked_again() {
    for code in [ResponseCode::ServFail, ResponseCode::Refused, ResponseCode::NotImp] {
        let mut world = World::new();
        let first = world.serve("ns1", move |query| {
            let mut reply = answer(query, Vec::new());
            reply.metadata.response_code = code;
            one(&reply)
        });
        let second = world.serve("ns2", |_| Vec::new());
        let (found, took) = world.resolve("w.example.");
        assert_eq!(found, Err(io::ErrorKind::Other), "{code}");
        assert_eq!((asked(&first).len(), asked(&second).len()), (1, 2), "{code}");
        assert!(took >= Duration::from_secs(10), "{took}");
    }
}

#[test]
fn a_server_that_only_refers_to_others_is_no_help() {
    let mut world = World::new();
    let refer = |query: &Message| {
        let mut reply = message::respond(query);
        let ns = RData::NS(rdata::NS(name("ns.example")));
        reply.add_authority(Record::from_rdata(name("example"), 300, ns));
        one(&reply)
    };
    world.serve("ns1", refer);
    world.serve("ns2", refer);
    assert_eq!(world.resolve("w.example.").0, Err(io::ErrorKind::Other));
    let last = world.told().pop();
    let why = DnsLookupFailure::OnlyReferrals;
    assert!(
        matches!(last, Some(TraceEvent::Dns(DnsEvent::LookupFailed { why: w, .. })) if w == why)
    );
}

#[test]
fn only_an_answer_to_the_question_is_taken() {
    let mut world = World::new();
    world.serve("ns1", |query| {
        let right = answer(query, vec![a("w.example", 300, [10, 0, 0, 80])]);
        let wrong = || answer(query, vec![a("w.example", 300, [10, 6, 6, 6])]);
        let mut other_id = wrong();
        other_id.metadata.id = query.metadata.id.wrapping_add(1);
        let mut other_question = wrong();
        other_question.queries[0] = Query::query(name("x.example"), RecordType::A);
        let mut no_response = message::encode(&wrong());
        no_response[2] &= 0x7f;
        vec![
            message::encode(&other_id),
            message::encode(&other_question),
            no_response,
            vec![0xff; 7],
            message::encode(&right),
        ]
    });
    assert_eq!(world.resolve("w.example").0, addresses(&["10.0.0.80"]));
    let ignored: Vec<DnsMismatch> = world
        .told()
        .into_iter()
        .filter_map(|event| match event {
            TraceEvent::Dns(DnsEvent::ReplyIgnored { why, .. }) => Some(why),
            _ => None,
        })
        .collect();
    use DnsMismatch::{Identifier, Malformed, NotAResponse, Question};
    assert_eq!(ignored, [Identifier, Question, NotAResponse, Malformed]);
}

#[test]
fn each_question_has_a_port_and_an_identifier_of_its_own() {
    let mut world = World::new();
    let seen = world.serve("ns1", |query| one(&no_such_name(query, 0)));
    for number in 0..50 {
        let _ = world.resolve(&format!("n{number}.example."));
    }
    let seen = seen.lock().unwrap();
    let mut pairs: Vec<(u16, u16)> = seen.iter().map(|(port, q)| (*port, q.metadata.id)).collect();
    assert_eq!(pairs.len(), 50);
    assert!(!pairs.windows(2).any(|two| two[0].0.abs_diff(two[1].0) <= 1), "{pairs:?}");
    pairs.sort_unstable();
    pairs.dedup_by_key(|(port, _)| *port);
    assert!(pairs.len() >= 49, "two of 50 ports may be the same by chance");
    let (_, query) = &seen[0];
    let edns = query.edns.as_ref().unwrap();
    assert_eq!((edns.max_payload(), query.metadata.recursion_desired), (1232, true));
}

#[test]
fn what_nobody_asked_for_is_not_learned() {
    let mut world = World::new();
    let seen = world.serve("ns1", |query| {
        let bank = a("www.bank.example", 9_000, [10, 6, 6, 6]);
        let records = vec![a("w.example", 300, [10, 0, 0, 80]), bank.clone()];
        let mut reply = answer(query, records);
        reply.add_additional(bank);
        one(&reply)
    });
    assert!(world.resolve("w.example").0.is_ok());
    assert_eq!(asked(&seen).len(), 1);
    let _ = world.resolve("www.bank.example.");
    assert_eq!(asked(&seen).first().map(String::as_str), Some("www.bank.example."));
}

#[test]
fn aliases_that_go_in_a_circle_have_no_address() {
    let mut world = World::new();
    world.serve("ns1", |query| {
        let alias = |from: &str, to: &str| {
            Record::from_rdata(name(from), 300, RData::CNAME(rdata::CNAME(name(to))))
        };
        one(&answer(query, vec![alias("a.example", "b.example"), alias("b.example", "a.example")]))
    });
    for _ in 0..2 {
        assert_eq!(world.resolve("a.example.").0, Err(io::ErrorKind::NotFound));
    }
}
