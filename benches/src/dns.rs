//! Questions for names: how many a server answers per second of wall time, without a network.

use std::net::{IpAddr, SocketAddr};

use lanternet_core::{Duration, Instant, Rng};
use lanternet_net::dns::message;
use lanternet_net::dns::resolver::{Hint, Resolver, ResolverSettings, Way};
use lanternet_net::dns::server::{Client, Output, Server};
use lanternet_net::dns::{Authority, RecordType, Zone};

use crate::measure::Table;

/// Questions of one piece of work.
const SLICE: u64 = 500;

pub(crate) fn run() {
    let mut table = Table::new("name servers, a question of 41 bytes each", "answer");
    table.row("read and write a message (baseline)", read_and_write());
    table.row("from a zone of 10 names", from_zone(10));
    table.row("from a zone of 100,000 names", from_zone(100_000));
    table.row("that there is no such name", name_errors());
    table.row("recursive, from the cache", recursive(false));
    table.row("recursive, from the zone's server", recursive(true));
    table.print();
}

fn client() -> Client {
    Client { address: SocketAddr::from(([192, 0, 2, 9], 4000)), connection: None }
}

fn question(name: &str) -> Vec<u8> {
    let name = message::name(name).expect("a name");
    message::encode(&message::query(7, name, RecordType::A, true))
}

fn read_and_write() -> impl FnMut() -> u64 {
    let bytes = question("h00001.example");
    move || {
        for _ in 0..SLICE {
            let query = message::decode(&bytes).expect("a message");
            let reply = message::encode(&message::respond(&query));
            assert_eq!(reply.len(), bytes.len());
        }
        SLICE
    }
}

fn zone(names: u32) -> Authority {
    let mut text =
        "$ORIGIN example.\n$TTL 1h\n@ SOA ns admin 1 1h 10m 1w 1m\n@ NS ns\nns A 10.0.0.2\n"
            .to_owned();
    for number in 0..names {
        let [_, a, b, c] = number.to_be_bytes();
        text += &format!("h{number:05} A 10.{a}.{b}.{c}\n");
    }
    let mut authority = Authority::default();
    authority.add(Zone::parse(&text, None).expect("a zone")).expect("one zone");
    authority
}

/// Lets a server answer, without others.
fn answer(server: &mut Server, bytes: &[u8], longer_than: usize) {
    server.receive(Instant::ZERO, client(), bytes);
    while let Some(output) = server.poll() {
        if let Output::Reply { message, .. } = output {
            assert!(message.len() > longer_than);
        }
    }
}

fn from_zone(names: u32) -> impl FnMut() -> u64 {
    let mut server = Server::new(zone(names), None);
    let mut rng = Rng::named(1, "dns");
    let ask = |_| question(&format!("h{:05}.example", rng.below(names.into())));
    let questions: Vec<_> = (0..SLICE).map(ask).collect();
    move || {
        for bytes in &questions {
            answer(&mut server, bytes, bytes.len());
        }
        SLICE
    }
}

fn name_errors() -> impl FnMut() -> u64 {
    let mut server = Server::new(zone(10), None);
    let bytes = question("nobody.example");
    move || {
        for _ in 0..SLICE {
            answer(&mut server, &bytes, bytes.len());
        }
        SLICE
    }
}

/// A resolver and the one server that it asks: for every question, or once.
fn recursive(ask_again: bool) -> impl FnMut() -> u64 {
    let hints = vec![Hint {
        name: message::name("ns.example").expect("a name"),
        addresses: vec![IpAddr::from([10, 0, 0, 2])],
    }];
    let settings = ResolverSettings::new(Way::Iterate { hints });
    let resolver = Resolver::new(settings, Rng::named(1, "resolver"));
    let mut server = Server::new(Authority::default(), Some(resolver));
    let mut upstream = Server::new(zone(10), None);
    let bytes = question("h00001.example");
    let mut now = Instant::ZERO;
    move || {
        for _ in 0..SLICE {
            if ask_again {
                // Past every TTL.
                now += Duration::from_secs(3600);
            }
            server.receive(now, client(), &bytes);
            while let Some(output) = server.poll() {
                match output {
                    Output::Tell(_) => {}
                    Output::Reply { message, .. } => assert!(message.len() > bytes.len()),
                    Output::Send(outgoing) => {
                        upstream.receive(now, client(), &outgoing.message);
                        while let Some(output) = upstream.poll() {
                            if let Output::Reply { message, .. } = output {
                                server.received(now, outgoing.id, outgoing.server, &message);
                            }
                        }
                    }
                }
            }
        }
        SLICE
    }
}
