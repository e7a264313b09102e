//! A server of zones that is asked without a network.

use std::net::SocketAddr;

use lanternet_core::Instant;
use lanternet_net::dns::server::{Client, Output, Server};
use lanternet_net::dns::{Authority, Message, RecordType, Zone, message};

/// Who asks.
pub(crate) const CLIENT: Client = Client {
    address: SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4000),
    connection: None,
};
/// Who asks over TCP.
pub(crate) const OVER_TCP: Client = Client { connection: Some(1), ..CLIENT };

pub(crate) fn zone(text: &str) -> Zone {
    Zone::parse(text, None).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"))
}

/// A server of these zones.
pub(crate) fn server(zones: &[&str]) -> Server {
    let mut authority = Authority::default();
    for text in zones {
        authority.add(zone(text)).unwrap();
    }
    Server::new(authority, None)
}

/// What a server sends back for these bytes.
pub(crate) fn answer_to(server: &mut Server, client: Client, bytes: &[u8]) -> Option<Vec<u8>> {
    server.receive(Instant::ZERO, client, bytes);
    let outputs = std::iter::from_fn(|| server.poll());
    let replies: Vec<_> = outputs
        .filter_map(|output| match output {
            Output::Reply { message, .. } => Some(message),
            _ => None,
        })
        .collect();
    assert!(replies.len() <= 1);
    replies.into_iter().next()
}

/// The answer to a query without EDNS and without recursion.
pub(crate) fn ask(server: &mut Server, name: &str, kind: RecordType) -> Message {
    let mut query = message::query(1, message::name(name).unwrap(), kind, false);
    query.edns = None;
    ask_with(server, &query)
}

pub(crate) fn ask_with(server: &mut Server, query: &Message) -> Message {
    let bytes = answer_to(server, CLIENT, &message::encode(query)).expect("an answer");
    message::decode(&bytes).expect("a message")
}

/// A message as lines: response code and flags, then the sections' records, each as a master file has
/// them.
pub(crate) fn lines(message: &Message) -> Vec<String> {
    let metadata = &message.metadata;
    let mut first = lanternet_net::dns::reason::code(metadata.response_code).to_string();
    for (flag, name) in [
        (metadata.authoritative, "AA"),
        (metadata.truncation, "TC"),
        (metadata.recursion_desired, "RD"),
        (metadata.recursion_available, "RA"),
    ] {
        if flag {
            first = format!("{first} {name}");
        }
    }
    let mut all = vec![first];
    for (section, records) in [
        ("answer", &message.answers),
        ("authority", &message.authorities),
        ("additional", &message.additionals),
    ] {
        for record in records {
            let (name, ttl, kind) = (&record.name, record.ttl, record.record_type());
            all.push(format!("{section}: {name} {ttl} {kind} {}", record.data));
        }
    }
    all
}
