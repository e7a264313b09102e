//! Answers, printed as `dig` prints them.

use std::net::IpAddr;

use lanternet_core::trace::{DnsTransport, NameSource};
use lanternet_net::dns::{Message, Record, RecordType, listing, message, reason};

use crate::console::Console;
use crate::names::{Lookup, Source};
use crate::text;

/// A whole answer, or with `short` what its records say.
pub(super) fn answer<C: Console>(console: &C, lookup: &Lookup, short: bool) {
    let Lookup { message, source } = lookup;
    if short {
        for record in &message.answers {
            console.print_line(&printable(&record.data.to_string()));
        }
        return;
    }
    let code = reason::code(message.metadata.response_code);
    match source {
        Source::Cache(_) => console.print_line(&format!(";; status: {code}")),
        Source::Server { .. } => {
            let id = message.metadata.id;
            console.print_line(&format!(";; opcode: QUERY, status: {code}, id: {id}"));
            console.print_line(&format!(
                ";; flags:{}; QUERY: {}, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {}",
                flags(message),
                message.queries.len(),
                message.answers.len(),
                message.authorities.len(),
                message.additionals.len() + usize::from(message.edns.is_some()),
            ));
        }
    }
    if let Some(query) = message.queries.first() {
        console.print_line("\n;; QUESTION SECTION:");
        let (name, kind) = (query.name().to_ascii(), reason::kind(query.query_type()));
        console.print_line(&printable(&format!(";{name}\tIN\t{kind}")));
    }
    section(console, "ANSWER", &message.answers);
    section(console, "AUTHORITY", &message.authorities);
    section(console, "ADDITIONAL", &message.additionals);
    console.print_line("");
    match source {
        Source::Cache(remaining) => {
            console.print_line(&format!(";; from the cache of this host, for {remaining} more"));
        }
        Source::Server { server, transport, length, took } => {
            let transport = transport_word(*transport);
            console.print_line(&format!(";; Query time: {took}"));
            console.print_line(&format!(
                ";; SERVER: {}#{} ({transport})",
                server.ip(),
                server.port()
            ));
            console.print_line(&format!(";; MSG SIZE  rcvd: {length}"));
        }
    }
}

pub(super) fn transport_word(transport: DnsTransport) -> &'static str {
    match transport {
        DnsTransport::Udp => "UDP",
        DnsTransport::Tcp => "TCP",
    }
}

fn flags(message: &Message) -> String {
    let metadata = &message.metadata;
    let all = [
        ("qr", true),
        ("aa", metadata.authoritative),
        ("tc", metadata.truncation),
        ("rd", metadata.recursion_desired),
        ("ra", metadata.recursion_available),
        ("ad", metadata.authentic_data),
        ("cd", metadata.checking_disabled),
    ];
    all.iter().filter(|(_, set)| *set).map(|(name, _)| format!(" {name}")).collect()
}

fn section<C: Console>(console: &C, name: &str, records: &[Record]) {
    let mut records = records.iter().filter(|record| message::is_data(record)).peekable();
    if records.peek().is_some() {
        console.print_line(&format!("\n;; {name} SECTION:"));
    }
    for record in records {
        console.print_line(&line(record));
    }
}

/// A record as in a master file.
pub(super) fn line(record: &Record) -> String {
    printable(&listing::record(record))
}

/// Text from the network, with its tabs.
fn printable(line: &str) -> String {
    text::printable(line.as_bytes())
}

/// What the host knows without asking.
pub(super) fn own<C: Console>(
    console: &C,
    name: &str,
    addresses: &[IpAddr],
    source: NameSource,
    short: bool,
) {
    for address in addresses {
        let kind = if address.is_ipv4() { RecordType::A } else { RecordType::AAAA };
        console.print_line(&match short {
            true => address.to_string(),
            false => format!("{name}\tIN\t{kind}\t{address}"),
        });
    }
    if !short {
        let from = match source {
            NameSource::Hosts => "the hosts file of this host",
            _ => "the names of the lab's nodes",
        };
        console.print_line(&format!("\n;; from {from}: no server was asked"));
    }
}
