//! Any bytes can be a DHCP message: for a server, a relay and a client.

use std::net::Ipv4Addr;

use lanternet_core::{Instant, MacAddr, PortId, Rng};
use lanternet_net::dhcp::{
    Arrival, Client, ClientConfig, Destination, Kind, Message, Pool, Server, relay,
};
use lanternet_tests::captures;

use crate::Target;

/// The target.
pub const TARGET: Target = Target { name: "dhcp_messages", run, seeds, bounded: 30_000 };

/// Reads the bytes as the data of a datagram. Besides not panicking: what was understood is written so
/// that it is understood again; a server lends only what is its own, and the same address to nobody
/// else; what a relay passes on is as long as it was or longer by its option.
pub fn run(data: &[u8]) {
    let own = Ipv4Addr::new(192, 168, 10, 254);
    if let Ok(up) = relay::upward(data, own, Some("eth0")) {
        assert!(up.bytes.len() >= data.len(), "nothing is lost on the way up");
        if let Ok((down, _)) = relay::downward(&up.bytes) {
            assert_eq!(down.len(), up.bytes.len());
        }
    }
    let Ok(message) = Message::parse(data) else { return };
    assert_eq!(Message::parse(&message.to_bytes()), Ok(message.clone()));
    serve(&message);
    listen(&message);
}

fn serve(message: &Message) {
    let net = "192.168.10.254/24".parse().expect("a prefix");
    let (first, last) = (Ipv4Addr::new(192, 168, 10, 100), Ipv4Addr::new(192, 168, 10, 110));
    let arrival = Arrival { interface: PortId(0), unicast: None, own: vec![(PortId(0), net)] };
    let mut server = Server::new([Pool::new(net.trunc(), first, last)]);
    for second in 0..3 {
        let now = Instant::from_secs(second);
        let Some(reply) = server.handle(now, &arrival, message).reply else { continue };
        let lent = reply.message.yours;
        assert!(lent.is_unspecified() || (first..=last).contains(&lent), "{lent}");
        assert_eq!(Message::parse(&reply.message.to_bytes()).as_ref(), Ok(&reply.message));
        assert!(reply.message.kind != Kind::Nak || !matches!(reply.to, Destination::Link(..)));
        let mut other = message.clone();
        other.mac = MacAddr([2, 9, 9, 9, 9, 9]);
        other.options.client_id = Some([0, 9, 9, 9].into());
        if let Some(second) = server.handle(now, &arrival, &other).reply
            && message.options.client_id != other.options.client_id
            && !lent.is_unspecified()
        {
            assert_ne!(second.message.yours, lent, "one address for two clients");
        }
    }
    while server.expire(Instant::from_secs(100_000)).is_some() {}
}

fn listen(message: &Message) {
    let config = ClientConfig {
        interface: PortId(0),
        mac: message.mac,
        host_name: Some("fuzz".into()),
        inform: None,
    };
    let (mut client, mut rng) = (Client::new(config), Rng::named(1, "fuzz"));
    client.handle_start(Instant::ZERO, &mut rng);
    for step in 0..6 {
        let Some(deadline) = client.poll_timeout() else { break };
        client.handle_timeout(deadline.at, &mut rng);
        let mut heard = message.clone();
        // The number of the exchange is known to who hears the question.
        while let Some(action) = client.poll_action() {
            if let lanternet_net::dhcp::Action::Send(sent, _) = action {
                heard.transaction = sent.transaction;
            }
        }
        let _ = client.handle_message(deadline.at, &mut rng, &heard);
        client.handle_checked(deadline.at, &mut rng, step % 3 != 2);
        assert!(client.poll_timeout().is_none_or(|next| next.at >= deadline.at));
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let files = ["dhcp", "dhcp-options", "dhcp-relay", "dhcp-relayed"];
    let frames = files.iter().flat_map(|file| captures::frames(&captures::named(file)));
    let dhcp = frames.filter(|frame| {
        let bytes = &frame.bytes;
        bytes.len() > 42 && bytes[12..14] == [8, 0] && bytes[23] == 17
    });
    dhcp.map(|frame| frame.bytes[42..].to_vec()).collect()
}
