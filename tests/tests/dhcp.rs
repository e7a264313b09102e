//! Our DHCP against what dhclient, udhcpc, dnsmasq and dhcrelay put on the wire
//! (`tests/captures/dhcp-options.pcapng`, `dhcp-relayed.pcapng`).

use std::net::Ipv4Addr;

use lanternet_core::trace::{DhcpEvent, NakCause};
use lanternet_core::{Duration, Instant, MacAddr, PortId, Rng};
use lanternet_net::dhcp::{
    Action, Arrival, Client, ClientConfig, ClientState, Destination, Kind, Message, Pool, Server,
    relay,
};
use lanternet_tests::captures::{frames, named};

/// The DHCP messages of a capture in the order of their times: destination hardware address, IP
/// destination, and bytes.
fn messages(capture: &str) -> Vec<(MacAddr, Ipv4Addr, Vec<u8>)> {
    let mut frames = frames(&named(capture));
    frames.sort_by_key(|frame| frame.at);
    let dhcp = frames.iter().filter(|frame| {
        let bytes = &frame.bytes;
        bytes[12..14] == [8, 0] && bytes[23] == 17 && matches!(bytes[37], 67 | 68)
    });
    dhcp.map(|frame| {
        let bytes = &frame.bytes;
        let ip: [u8; 4] = bytes[30..34].try_into().expect("four bytes");
        let len = usize::from(u16::from_be_bytes([bytes[38], bytes[39]]));
        let mac = MacAddr::from_slice(bytes).expect("six bytes");
        (mac, ip.into(), bytes[42..34 + len].to_vec())
    })
    .collect()
}

fn parse(bytes: &[u8]) -> Message {
    Message::parse(bytes).unwrap_or_else(|error| panic!("{error}: {bytes:02x?}"))
}

fn ip(text: &str) -> Ipv4Addr {
    text.parse().expect("an address")
}

/// dnsmasq's settings in `record.sh`, with the addresses that it has chosen at first.
fn server() -> Server {
    let net = |text: &str| text.parse().expect("a network");
    let first = ip("192.168.10.110");
    let mut pool = Pool::new(net("192.168.10.0/24"), first, first);
    pool.lease = Duration::from_secs(7200);
    pool.excluded = vec![ip("192.168.10.254")];
    pool.routers = vec![ip("192.168.10.254")];
    pool.dns = vec![ip("192.168.20.3")];
    pool.domain = Some("example.com".into());
    pool.mtu = Some(1400);
    pool.ntp = vec![ip("192.168.20.3")];
    pool.routes = vec![(net("10.0.0.0/8"), ip("192.168.10.253"))];
    Server::new([pool])
}

fn arrival() -> Arrival {
    let own = (PortId(0), "192.168.10.254/24".parse().expect("a network"));
    Arrival { interface: PortId(0), unicast: None, own: vec![own] }
}

#[test]
fn every_recorded_message_is_understood_and_written_again() {
    for capture in ["dhcp-options", "dhcp-relayed"] {
        let messages = messages(capture);
        assert!(messages.len() >= 8, "{capture}");
        for (.., bytes) in messages {
            let message = parse(&bytes);
            assert_eq!(parse(&message.to_bytes()), message);
        }
    }
}

/// The same answers as dnsmasq's, to dhclient's and udhcpc's own words: kind, options, and where they
/// go.
#[test]
fn our_server_answers_dhclient_and_udhcpc_as_dnsmasq_does() {
    let mut server = server();
    let mut compared = 0;
    let recorded = messages("dhcp-options");
    for pair in recorded.chunks(2) {
        let [(.., question), (to_mac, to_ip, theirs)] = pair else { panic!("question and answer") };
        let (mut question, theirs) = (parse(question), parse(theirs));
        if question.options.client_id.is_some() {
            // To dnsmasq dhclient and udhcpc are one client with one hardware address; by RFC 2131
            // section 4.2 the identifier makes udhcpc another.
            question.options.client_id = None;
        }
        let answer = server.handle(Instant::ZERO, &arrival(), &question);
        let reply = answer.reply.unwrap_or_else(|| panic!("{:?} to {question:?}", answer.why));
        let ours = reply.message;
        assert_eq!((ours.kind, ours.yours), (theirs.kind, theirs.yours), "{question:?}");
        assert_eq!(ours.transaction, theirs.transaction);
        // In a refusal dnsmasq sets it; RFC 2131 table 3 has it copied.
        assert!(ours.kind == Kind::Nak || ours.broadcast == theirs.broadcast);
        let (a, b) = (&ours.options, &theirs.options);
        assert_eq!((a.server, a.lease, a.subnet_mask), (b.server, b.lease, b.subnet_mask));
        assert_eq!((a.broadcast, &a.domain, a.mtu), (b.broadcast, &b.domain, b.mtu));
        assert_eq!((&a.dns, &a.ntp), (&b.dns, &b.ntp));
        let sorted = |list: &[_]| {
            let mut list = list.to_vec();
            list.sort_unstable();
            list
        };
        assert_eq!(sorted(&a.routes), sorted(&b.routes));
        if ours.kind == Kind::Ack {
            // dnsmasq takes a random part off these in an offer.
            assert_eq!((a.renew, a.rebind), (b.renew, b.rebind));
        }
        let destination = match reply.to {
            Destination::Link(mac, address) => (mac, address),
            Destination::Everybody => (MacAddr::BROADCAST, Ipv4Addr::BROADCAST),
            other => panic!("{other:?}"),
        };
        assert_eq!(destination, (*to_mac, *to_ip), "{question:?}");
        compared += 1;
    }
    assert_eq!(compared, 10);
}

#[test]
fn our_server_refuses_dhclient_what_is_of_another_network() {
    let refused = messages("dhcp-options");
    let (.., question) = refused
        .iter()
        .find(|(.., bytes)| parse(bytes).options.requested == Some(ip("172.16.0.9")))
        .expect("dhclient asked for it");
    let answer = server().handle(Instant::ZERO, &arrival(), &parse(question));
    assert!(matches!(
        answer.why,
        Ok(DhcpEvent::NakSent { cause: NakCause::WrongSubnet { .. }, .. })
    ));
}

/// dnsmasq's answers, with the number of our client's exchange instead of dhclient's.
#[test]
fn our_client_takes_what_dnsmasq_lends() {
    let recorded = messages("dhcp-options");
    let answer = |kind: Kind, to: &Message| {
        let mut all = recorded.iter().map(|(.., bytes)| parse(bytes));
        let mut found = all.find(|message| message.kind == kind).expect("recorded");
        found.transaction = to.transaction;
        found
    };
    let mac = parse(&recorded[0].2).mac;
    let config =
        ClientConfig { interface: PortId(0), mac, host_name: Some("a1".into()), inform: None };
    let (mut client, mut rng) = (Client::new(config), Rng::named(1, "client"));
    client.handle_start(Instant::ZERO, &mut rng);
    let now = client.poll_timeout().expect("it asks").at;
    client.handle_timeout(now, &mut rng);
    let sent = |client: &mut Client| {
        let mut sent = None;
        while let Some(action) = client.poll_action() {
            if let Action::Send(message, _) = action {
                sent = Some(*message);
            }
        }
        sent.expect("a message")
    };
    let discover = sent(&mut client);
    client.handle_message(now, &mut rng, &answer(Kind::Offer, &discover)).expect("an offer");
    let request = sent(&mut client);
    assert_eq!(request.options.requested, Some(ip("192.168.10.110")));
    client.handle_message(now, &mut rng, &answer(Kind::Ack, &request)).expect("agreed");
    client.handle_checked(now, &mut rng, true);
    assert_eq!(client.state(), ClientState::Bound);
    let lease = client.lease().expect("on loan");
    assert_eq!(lease.acquired.address, "192.168.10.110/24".parse().expect("a network"));
    assert_eq!(lease.server, ip("192.168.10.254"));
    assert_eq!(lease.expires - now, Duration::from_secs(7200));
    assert_eq!(lease.acquired.gateway(), Some(ip("192.168.10.254")));
    assert_eq!(lease.acquired.routes.len(), 2);
    assert_eq!(lease.acquired.dns, [ip("192.168.20.3")]);
    assert_eq!(lease.acquired.mtu, Some(1400));
}

/// What dhcrelay makes of a message each way, ours makes too. It tells a remote identifier besides.
#[test]
fn our_relay_passes_on_what_dhcrelay_does() {
    let recorded = messages("dhcp-relayed");
    let at = |kind: Kind, relayed: bool, to_relay: bool| {
        let fits = |(_, to, bytes): &&(MacAddr, Ipv4Addr, Vec<u8>)| {
            let message = parse(bytes);
            let there = *to == ip("192.168.10.254");
            message.kind == kind && (message.hops > 0) == relayed && there == to_relay
        };
        recorded.iter().find(fits).expect("recorded").2.clone()
    };
    for kind in [Kind::Discover, Kind::Request] {
        let (sent, theirs) = (at(kind, false, false), parse(&at(kind, true, false)));
        let up = relay::upward(&sent, ip("192.168.10.254"), Some("eth0")).expect("it passes");
        let ours = parse(&up.bytes);
        let circuit = |message: &Message| {
            message.options.relay_information.as_ref().map(|bytes| bytes[..6].to_vec())
        };
        assert_eq!(circuit(&ours), circuit(&theirs));
        assert_eq!(circuit(&ours), Some([&[1, 4][..], b"eth0"].concat()));
        let bare = |mut message: Message| {
            message.options.relay_information = None;
            message
        };
        assert_eq!(bare(ours), bare(theirs));
    }
    for kind in [Kind::Offer, Kind::Ack] {
        let answers: Vec<_> =
            recorded.iter().filter(|(.., bytes)| parse(bytes).kind == kind).collect();
        let [(.., from_server), (_, to_client, theirs)] = answers[..] else {
            panic!("{} of {kind:?}", answers.len());
        };
        let (ours, broadcast) = relay::downward(from_server).expect("it passes");
        assert_eq!(parse(&ours), parse(theirs));
        assert_eq!(broadcast, *to_client == Ipv4Addr::BROADCAST);
    }
}
