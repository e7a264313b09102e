//! RFC 2131 sections 4.1 (where answers go) and 4.3 (what they say).

use lanternet_core::trace::{AddressChoice, NakCause, RequestStage};
use lanternet_core::{DropReason, Duration};

use super::*;

fn server() -> Server {
    Server::new([pool()])
}

fn choice(answer: &Answer) -> (Ipv4Addr, AddressChoice) {
    match event(answer) {
        DhcpEvent::Offered { address, choice, .. } => (*address, *choice),
        other => panic!("{other:?}"),
    }
}

fn cause(answer: &Answer) -> NakCause {
    assert_eq!(reply(answer).kind, Kind::Nak);
    match event(answer) {
        DhcpEvent::NakSent { cause, .. } => cause.clone(),
        other => panic!("{other:?}"),
    }
}

/// Section 4.3.1: the address, the time, the server's own address and the client's number.
#[test]
fn an_offer_says_what_table_3_asks_for() {
    let mut server = server();
    let mut question = discover(1);
    question.options.client_id = Some([1, 9].into());
    let offer = server.handle(at(0), &broadcast(), &question);
    let offer = reply(&offer);
    assert_eq!((offer.kind, offer.transaction, offer.mac), (Kind::Offer, 1, mac(1)));
    assert_eq!(offer.yours, ip("192.168.1.100"));
    assert_eq!(offer.client, Ipv4Addr::UNSPECIFIED);
    let options = &offer.options;
    assert_eq!(options.server, Some(ip("192.168.1.1")));
    assert_eq!(options.lease, Some(3600));
    // Section 4.4.5: T1 is half of the time, T2 seven eighths.
    assert_eq!((options.renew, options.rebind), (Some(1800), Some(3150)));
    assert_eq!(options.subnet_mask, Some(ip("255.255.255.0")));
    assert_eq!(options.routers, [ip("192.168.1.1")]);
    assert_eq!(options.dns, [ip("192.168.1.1"), ip("10.0.0.53")]);
    assert_eq!(options.domain.as_deref(), Some("example.com"));
    // RFC 6842: the identifier comes back; options of clients only do not (table 3).
    assert_eq!(options.client_id.as_deref(), Some(&[1, 9][..]));
    assert_eq!((options.requested, options.wanted.len()), (None, 0));
}

/// Section 4.3.1, last paragraphs: options that were asked for.
#[test]
fn a_client_with_a_list_gets_what_is_on_it() {
    let mut server = server();
    let mut question = discover(1);
    question.options.wanted = vec![1, 3];
    let offer = server.handle(at(0), &broadcast(), &question);
    let options = &reply(&offer).options;
    assert_eq!(options.routers.len(), 1);
    assert!(options.dns.is_empty() && options.domain.is_none());
    assert!(options.lease.is_some() && options.server.is_some());
}

/// RFC 3442: who asks for classless routes ignores the router, so the default route is among them.
#[test]
fn classless_routes_carry_the_default_route() {
    let mut pool = pool();
    pool.routes = vec![(net("10.0.0.0/8"), ip("192.168.1.2"))];
    let mut server = Server::new([pool]);
    let mut question = discover(1);
    question.options.wanted = vec![121, 3];
    let offer = server.handle(at(0), &broadcast(), &question);
    let expected = [(net("0.0.0.0/0"), ip("192.168.1.1")), (net("10.0.0.0/8"), ip("192.168.1.2"))];
    assert_eq!(reply(&offer).options.routes, expected);
}

/// Section 4.3.1: the current address, the previous one, the one asked for, then a new one.
#[test]
fn addresses_are_chosen_in_the_order_of_the_rfc() {
    let mut server = server();
    let offer = server.handle(at(0), &broadcast(), &discover(1));
    assert_eq!(choice(&offer), (ip("192.168.1.100"), AddressChoice::Unused));
    let again = server.handle(at(1), &broadcast(), &discover(1));
    assert_eq!(choice(&again), (ip("192.168.1.100"), AddressChoice::Current));
    server.handle(at(1), &broadcast(), &request(1, ip("192.168.1.100")));
    let bound = server.handle(at(2), &broadcast(), &discover(1));
    assert_eq!(choice(&bound), (ip("192.168.1.100"), AddressChoice::Current));

    let mut wish = discover(2);
    wish.options.requested = Some(ip("192.168.1.102"));
    let wished = server.handle(at(2), &broadcast(), &wish);
    assert_eq!(choice(&wished), (ip("192.168.1.102"), AddressChoice::Requested));
    // A wish for an address that somebody has, or that is not of the pool, is no use.
    let mut wish = discover(3);
    wish.options.requested = Some(ip("192.168.1.100"));
    let other = server.handle(at(2), &broadcast(), &wish);
    assert_eq!(choice(&other), (ip("192.168.1.101"), AddressChoice::Unused));

    let mut server = self::server();
    let address = lend(&mut server, at(0), 1);
    while server.expire(at(4000)).is_some() {}
    let back = server.handle(at(4000), &broadcast(), &discover(1));
    assert_eq!(choice(&back), (address, AddressChoice::Previous));
}

#[test]
fn a_new_client_gets_what_nobody_had_then_what_is_free_for_the_longest_time() {
    let mut server = server();
    for client in 1..=3 {
        lend(&mut server, at(u64::from(client)), client);
    }
    let mut release = Message::new(Kind::Release, 9, mac(2));
    release.client = ip("192.168.1.101");
    release.options.server = Some(ip("192.168.1.1"));
    let returned = server.handle(at(10), &unicast(), &release);
    assert!(matches!(event(&returned), DhcpEvent::Returned { .. }) && returned.reply.is_none());
    let mut release = Message::new(Kind::Release, 9, mac(1));
    release.client = ip("192.168.1.100");
    release.options.server = Some(ip("192.168.1.1"));
    server.handle(at(11), &unicast(), &release);
    let offer = server.handle(at(12), &broadcast(), &discover(4));
    assert_eq!(choice(&offer), (ip("192.168.1.101"), AddressChoice::LongestFree));
}

#[test]
fn a_reserved_address_goes_to_its_client_and_to_nobody_else() {
    let mut pool = pool();
    pool.reservations = [(mac(9), ip("192.168.1.100"))].into();
    let mut server = Server::new([pool]);
    let other = server.handle(at(0), &broadcast(), &discover(1));
    assert_eq!(choice(&other), (ip("192.168.1.101"), AddressChoice::Unused));
    let own = server.handle(at(0), &broadcast(), &discover(9));
    assert_eq!(choice(&own), (ip("192.168.1.100"), AddressChoice::Reserved));
    let wrong = server.handle(at(0), &broadcast(), &request(2, ip("192.168.1.100")));
    // It is on offer to its owner at this moment.
    assert_eq!(cause(&wrong), NakCause::Taken { by: mac(9) });
    server.handle_crash(at(1));
    let wrong = server.handle(at(1), &broadcast(), &request(2, ip("192.168.1.100")));
    assert_eq!(cause(&wrong), NakCause::ReservedForOther);
}

#[test]
fn an_exhausted_pool_says_where_its_addresses_are() {
    let mut pool = pool();
    pool.last = ip("192.168.1.103");
    pool.reservations = [(mac(9), ip("192.168.1.103"))].into();
    let mut server = Server::new([pool]);
    lend(&mut server, at(0), 1);
    lend(&mut server, at(0), 2);
    server.handle(at(0), &broadcast(), &discover(3));
    let answer = server.handle(at(1), &broadcast(), &discover(4));
    assert!(answer.reply.is_none());
    let DhcpEvent::PoolExhausted { size, leased, offered, reserved, quarantined, .. } =
        event(&answer)
    else {
        panic!("{answer:?}");
    };
    assert_eq!((*size, *leased, *offered, *reserved, *quarantined), (4, 2, 1, 1, 0));
}

/// Section 4.3.2: a client that takes another server's offer is no business of this one.
#[test]
fn a_request_for_another_server_frees_the_offer() {
    let mut server = server();
    server.handle(at(0), &broadcast(), &discover(1));
    let mut message = request(1, ip("192.168.1.200"));
    message.options.server = Some(ip("192.168.1.2"));
    let answer = server.handle(at(1), &broadcast(), &message);
    assert!(answer.reply.is_none());
    assert_eq!(
        *event(&answer),
        DhcpEvent::OtherServerChosen {
            interface: PortId(0),
            mac: mac(1),
            server: ip("192.168.1.2"),
            withdrawn: Some(ip("192.168.1.100")),
        }
    );
    let next = server.handle(at(1), &broadcast(), &discover(2));
    assert_eq!(choice(&next).0, ip("192.168.1.100"));
}

#[test]
fn an_address_that_another_client_has_is_refused_to_all_stations() {
    let mut server = server();
    let address = lend(&mut server, at(0), 1);
    let answer = server.handle(at(1), &broadcast(), &request(2, address));
    assert_eq!(cause(&answer), NakCause::Taken { by: mac(1) });
    let said = answer.reply.as_ref().expect("said");
    assert_eq!(said.to, Destination::Everybody);
    // Table 3: a refusal lends nothing.
    assert_eq!(said.message.yours, Ipv4Addr::UNSPECIFIED);
    assert_eq!(said.message.options.lease, None);
    assert_eq!(said.message.options.server, Some(ip("192.168.1.1")));
}

/// Section 4.3.2, INIT-REBOOT: wrong network → refusal; nothing known → silence; known → agreed.
#[test]
fn a_client_that_started_again_keeps_its_address_if_it_is_right_here() {
    let mut server = server();
    let address = lend(&mut server, at(0), 1);
    let rebooting = |client, address| {
        let mut message = request(client, address);
        message.options.server = None;
        message
    };
    let kept = server.handle(at(5), &broadcast(), &rebooting(1, address));
    assert_eq!(reply(&kept).kind, Kind::Ack);
    assert!(matches!(event(&kept), DhcpEvent::Acknowledged { stage: RequestStage::Rebooting, .. }));
    let moved = server.handle(at(5), &broadcast(), &rebooting(2, ip("10.9.9.9")));
    assert_eq!(cause(&moved), NakCause::WrongSubnet { subnet: net("192.168.1.0/24").into() });
    let other = server.handle(at(5), &broadcast(), &rebooting(1, ip("192.168.1.102")));
    assert_eq!(cause(&other), NakCause::OtherAddress { known: address });
    let unknown = server.handle(at(5), &broadcast(), &rebooting(3, ip("192.168.1.102")));
    assert!(unknown.reply.is_none());
    assert!(matches!(event(&unknown), DhcpEvent::LeaseUnknown { .. }));
}

/// Section 4.3.2, RENEWING and REBINDING.
#[test]
fn a_loan_is_prolonged_by_its_server_and_nobody_else_answers_for_it() {
    let mut server = server();
    let address = lend(&mut server, at(0), 1);
    let mut renewal = Message::new(Kind::Request, 7, mac(1));
    renewal.client = address;
    let answer = server.handle(at(1800), &unicast(), &renewal);
    let said = answer.reply.as_ref().expect("agreed");
    assert_eq!(said.to, Destination::Client(address));
    assert_eq!((said.message.kind, said.message.client), (Kind::Ack, address));
    let row = &server.rows()[0];
    assert_eq!(row.state, LeaseState::Bound(at(5400)));

    let rebinding = server.handle(at(3000), &broadcast(), &renewal);
    assert!(matches!(
        event(&rebinding),
        DhcpEvent::Acknowledged { stage: RequestStage::Rebinding, .. }
    ));
    let mut stranger = Message::new(Kind::Request, 7, mac(2));
    stranger.client = ip("192.168.1.102");
    assert!(server.handle(at(3000), &broadcast(), &stranger).reply.is_none());
    // A client that was carried to this segment learns that its address is wrong here.
    stranger.client = ip("172.16.0.9");
    let moved = server.handle(at(3000), &broadcast(), &stranger);
    assert!(matches!(cause(&moved), NakCause::WrongSubnet { .. }));
}

/// Section 4.3.3.
#[test]
fn a_declined_address_is_lent_to_nobody_for_a_while() {
    let mut server = server();
    let address = lend(&mut server, at(0), 1);
    let mut decline = request(1, address);
    decline.kind = Kind::Decline;
    let answer = server.handle(at(1), &broadcast(), &decline);
    assert!(answer.reply.is_none());
    assert!(matches!(event(&answer), DhcpEvent::Quarantined { .. }));
    let next = server.handle(at(2), &broadcast(), &discover(1));
    assert_eq!(choice(&next), (ip("192.168.1.101"), AddressChoice::Unused));
    let asked = server.handle(at(2), &broadcast(), &request(2, address));
    assert_eq!(cause(&asked), NakCause::Quarantined);
    while server.expire(at(601)).is_some() {}
    let later = server.handle(at(602), &broadcast(), &request(2, address));
    assert_eq!(reply(&later).kind, Kind::Ack);
}

#[test]
fn nobody_declines_or_gives_back_what_another_client_has() {
    let mut server = server();
    let address = lend(&mut server, at(0), 1);
    for kind in [Kind::Decline, Kind::Release] {
        let mut message = request(2, address);
        (message.kind, message.client) = (kind, address);
        let answer = server.handle(at(1), &unicast(), &message);
        assert!(matches!(event(&answer), DhcpEvent::LeaseUnknown { .. }));
    }
    assert_eq!(server.rows()[0].state, LeaseState::Bound(at(3600)));
}

/// Section 4.3.5: options, and neither an address nor a time.
#[test]
fn a_client_that_informs_gets_options_and_no_lease() {
    let mut server = server();
    let mut inform = Message::new(Kind::Inform, 3, mac(1));
    inform.client = ip("192.168.1.7");
    let answer = server.handle(at(0), &broadcast(), &inform);
    let said = answer.reply.as_ref().expect("told");
    assert_eq!(said.to, Destination::Client(ip("192.168.1.7")));
    assert_eq!((said.message.kind, said.message.yours), (Kind::Ack, Ipv4Addr::UNSPECIFIED));
    let options = &said.message.options;
    assert_eq!((options.lease, options.renew, options.rebind), (None, None, None));
    assert_eq!(options.dns.len(), 2);
    assert!(server.rows().is_empty());
}

/// Section 4.1: to the relay, to the client's address, to everybody, or to an address that the
/// client does not have yet.
#[test]
fn answers_go_where_the_client_can_hear_them() {
    let mut server = server();
    let to = |server: &mut Server, message: &Message| {
        server.handle(at(0), &broadcast(), message).reply.expect("an answer").to
    };
    let plain = discover(1);
    assert_eq!(to(&mut server, &plain), Destination::Link(mac(1), ip("192.168.1.100")));
    let deaf = Message { broadcast: true, ..discover(1) };
    assert_eq!(to(&mut server, &deaf), Destination::Everybody);
    let relayed = Message { relay: ip("192.168.1.254"), ..deaf };
    assert_eq!(to(&mut server, &relayed), Destination::Relay(ip("192.168.1.254")));
    // A refusal through a relay: the relay is told to broadcast it (section 4.3.2).
    let moved = Message { relay: ip("192.168.1.254"), ..request(1, ip("10.0.0.1")) };
    let answer = server.handle(at(0), &broadcast(), &moved);
    let said = answer.reply.expect("a refusal");
    assert_eq!(said.to, Destination::Relay(ip("192.168.1.254")));
    assert!(said.message.broadcast);
}

/// Section 4.3.1: the segment is the relay's, not that of the interface.
#[test]
fn the_relay_tells_which_pool_to_take() {
    let far = Pool::new(net("10.1.0.0/16"), ip("10.1.0.10"), ip("10.1.0.20"));
    let mut server = Server::new([pool(), far]);
    let relayed = Message { relay: ip("10.1.0.1"), ..discover(1) };
    let offer = server.handle(at(0), &unicast(), &relayed);
    assert_eq!(choice(&offer).0, ip("10.1.0.10"));
    let lost = Message { relay: ip("10.2.0.1"), ..discover(1) };
    let none = server.handle(at(0), &unicast(), &lost);
    assert!(none.reply.is_none());
    assert!(matches!(event(&none), DhcpEvent::NoPool { relay: Some(_), .. }));
    // Its renewals come straight to the server, without the relay.
    server.handle(
        at(0),
        &unicast(),
        &Message { relay: ip("10.1.0.1"), ..request(1, ip("10.1.0.10")) },
    );
    let mut renewal = Message::new(Kind::Request, 1, mac(1));
    renewal.client = ip("10.1.0.10");
    let agreed = server.handle(at(9), &unicast(), &renewal);
    assert_eq!(reply(&agreed).kind, Kind::Ack);
    assert_eq!(reply(&agreed).options.subnet_mask, Some(ip("255.255.0.0")));
}

/// RFC 3046 section 2.2: what the relay added comes back as it was.
#[test]
fn relay_information_is_given_back() {
    let mut server = server();
    let mut question = discover(1);
    question.relay = ip("192.168.1.254");
    question.options.relay_information = Some([1, 2, 3, 4].into());
    let offer = server.handle(at(0), &broadcast(), &question);
    assert_eq!(reply(&offer).options.relay_information.as_deref(), Some(&[1, 2, 3, 4][..]));
}

/// Section 4.2: a client is known by its identifier where it has one.
#[test]
fn two_clients_behind_one_hardware_address_have_two_addresses() {
    let mut server = server();
    let with = |id: u8| {
        let mut message = discover(1);
        message.options.client_id = Some([0, id].into());
        message
    };
    let first = choice(&server.handle(at(0), &broadcast(), &with(1))).0;
    let second = choice(&server.handle(at(0), &broadcast(), &with(2))).0;
    assert_ne!(first, second);
}

#[test]
fn a_lease_runs_out_and_is_told() {
    let mut server = server();
    let address = lend(&mut server, at(0), 1);
    assert_eq!(server.poll_timeout(), Some(at(3600)));
    assert_eq!(server.expire(at(3599)), None);
    let expired = DhcpEvent::LeaseExpired { mac: mac(1), address };
    assert_eq!(server.expire(at(3600)), Some(expired));
    assert_eq!(server.expire(at(3600)), None);
}

#[test]
fn leases_survive_a_crash_of_the_server() {
    let mut server = server();
    let address = lend(&mut server, at(0), 1);
    server.handle_crash(at(10));
    let other = server.handle(at(11), &broadcast(), &request(2, address));
    assert_eq!(cause(&other), NakCause::Taken { by: mac(1) });
    assert_eq!(server.rows().len(), 1);
}

#[test]
fn a_client_may_ask_for_less_time_and_not_for_more() {
    let mut server = server();
    for (asked, given) in [(60, 60), (86_400, 3600), (0, 3600)] {
        let mut question = discover(1);
        question.options.lease = Some(asked);
        let offer = server.handle(at(0), &broadcast(), &question);
        assert_eq!(reply(&offer).options.lease, Some(given));
    }
}

#[test]
fn a_request_that_names_no_address_and_an_answer_are_dropped() {
    let mut server = server();
    let mut empty = request(1, ip("192.168.1.100"));
    empty.options.requested = None;
    let answer = server.handle(at(0), &broadcast(), &empty);
    assert!(matches!(answer.why, Err(DropReason::Malformed { .. })));
    let stray = Message::new(Kind::Offer, 1, mac(1));
    let answer = server.handle(at(0), &broadcast(), &stray);
    assert!(matches!(answer.why, Err(DropReason::DhcpNotHere { .. })));
}

#[test]
fn the_servers_own_address_and_the_segments_edges_are_never_lent() {
    let mut pool = Pool::new(net("10.0.0.0/30"), ip("10.0.0.0"), ip("10.0.0.3"));
    pool.excluded = vec![ip("10.0.0.1")];
    pool.lease = Duration::from_secs(60);
    let mut server = Server::new([pool]);
    let here = Arrival { own: vec![(PortId(0), net("10.0.0.1/30"))], ..broadcast() };
    let offer = server.handle(at(0), &here, &discover(1));
    assert_eq!(choice(&offer).0, ip("10.0.0.2"));
    let none = server.handle(at(0), &here, &discover(2));
    assert!(matches!(event(&none), DhcpEvent::PoolExhausted { .. }));
}
