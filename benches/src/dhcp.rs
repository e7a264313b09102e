//! Leases per second: discover, offer, request, acknowledgement, as messages and as decisions.

use std::net::Ipv4Addr;

use lanternet_core::{Instant, MacAddr, PortId};
use lanternet_net::dhcp::{Arrival, Kind, Message, Pool, Server};

use crate::measure::Table;

/// How many clients there are; each gets an address of its own.
const CLIENTS: u32 = 50_000;

pub(crate) fn run() {
    let title = format!("one DHCP server, {CLIENTS} clients one after the other");
    let mut table = Table::new(&title, "leases");
    table.row("messages read and written only (baseline)", || {
        for client in 0..CLIENTS {
            let discover = message(Kind::Discover, client).to_bytes();
            exchange(&discover);
            exchange(&message(Kind::Request, client).to_bytes());
        }
        u64::from(CLIENTS)
    });
    table.row("new clients, an empty table", || {
        let mut server = server();
        lend_all(&mut server, 0)
    });
    let mut full = server();
    lend_all(&mut full, 0);
    let mut now = 0;
    table.row("clients that come again, a full table", move || {
        now += 1;
        lend_all(&mut full, now)
    });
    table.print();
}

/// A message there and one back, through their bytes.
fn exchange(bytes: &[u8]) {
    if let Ok(message) = Message::parse(bytes) {
        let answer = message.answer(Kind::Offer).to_bytes();
        assert!(Message::parse(&answer).is_ok());
    }
}

fn server() -> Server {
    let subnet = "10.0.0.0/8".parse().expect("a prefix");
    Server::new([Pool::new(subnet, Ipv4Addr::new(10, 1, 0, 0), Ipv4Addr::new(10, 2, 0, 0))])
}

fn message(kind: Kind, client: u32) -> Message {
    let [a, b, c, d] = client.to_be_bytes();
    let mut message = Message::new(kind, client, MacAddr([2, 0, a, b, c, d]));
    message.options.wanted = vec![1, 121, 3, 6, 15];
    message
}

fn lend_all(server: &mut Server, second: u64) -> u64 {
    let own = (PortId(0), "10.0.0.1/8".parse().expect("a prefix"));
    let arrival = Arrival { interface: PortId(0), unicast: None, own: vec![own] };
    let now = Instant::from_secs(second);
    let mut said = |message: &Message| {
        let heard = Message::parse(&message.to_bytes()).expect("our own message");
        let reply = server.handle(now, &arrival, &heard).reply.expect("the pool suffices");
        Message::parse(&reply.message.to_bytes()).expect("our own message")
    };
    for client in 0..CLIENTS {
        let offer = said(&message(Kind::Discover, client));
        let mut request = message(Kind::Request, client);
        request.options.requested = Some(offer.yours);
        request.options.server = offer.options.server;
        assert_eq!(said(&request).kind, Kind::Ack);
    }
    u64::from(CLIENTS)
}
