//! What the RFCs ask of client, server and relay, each in our own words.

mod client;
mod lease;
mod message;
mod property;
mod relay;
mod server;

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use lanternet_core::trace::DhcpEvent;
use lanternet_core::{Instant, MacAddr, PortId, Rng};

use super::*;

fn ip(text: &str) -> Ipv4Addr {
    text.parse().expect("an address")
}

fn net(text: &str) -> Ipv4Net {
    text.parse().expect("a prefix")
}

fn mac(last: u8) -> MacAddr {
    MacAddr([2, 0, 0, 0, 0, last])
}

fn at(seconds: u64) -> Instant {
    Instant::from_secs(seconds)
}

/// 192.168.1.0/24: .100 to .102 to lend, for an hour.
fn pool() -> Pool {
    let mut pool = Pool::new(net("192.168.1.0/24"), ip("192.168.1.100"), ip("192.168.1.102"));
    pool.routers = vec![ip("192.168.1.1")];
    pool.dns = vec![ip("192.168.1.1"), ip("10.0.0.53")];
    pool.domain = Some("example.com".into());
    pool
}

/// A message that everybody on the server's segment hears.
fn broadcast() -> Arrival {
    Arrival { interface: PortId(0), unicast: None, own: vec![(PortId(0), net("192.168.1.1/24"))] }
}

/// A message for the server alone.
fn unicast() -> Arrival {
    Arrival { unicast: Some(ip("192.168.1.1")), ..broadcast() }
}

fn discover(client: u8) -> Message {
    Message::new(Kind::Discover, u32::from(client), mac(client))
}

/// A request that takes an offer of 192.168.1.1.
fn request(client: u8, address: Ipv4Addr) -> Message {
    let mut message = Message::new(Kind::Request, u32::from(client), mac(client));
    message.options.requested = Some(address);
    message.options.server = Some(ip("192.168.1.1"));
    message
}

fn event(answer: &Answer) -> &DhcpEvent {
    answer.why.as_ref().expect("not dropped")
}

fn reply(answer: &Answer) -> &Message {
    &answer.reply.as_ref().expect("an answer").message
}

/// Discover, offer, request, acknowledgement: the address.
fn lend(server: &mut Server, now: Instant, client: u8) -> Ipv4Addr {
    let offer = server.handle(now, &broadcast(), &discover(client));
    let address = reply(&offer).yours;
    let agreed = server.handle(now, &broadcast(), &request(client, address));
    assert_eq!(reply(&agreed).kind, Kind::Ack);
    assert_eq!(reply(&agreed).yours, address);
    address
}

fn rng() -> Rng {
    Rng::named(1, "dhcp test")
}
