//! RFC 2131 section 4.4, the client's states and times.

use lanternet_core::trace::RequestStage;
use lanternet_core::{DropReason, Duration};

use super::*;

/// A client with what it did since the last look.
struct Under {
    client: Client,
    rng: Rng,
    now: Instant,
}

#[derive(Default)]
struct Done {
    told: Vec<DhcpEvent>,
    sent: Vec<(Message, Option<Ipv4Addr>)>,
    check: Option<Ipv4Net>,
    used: Option<Acquired>,
    forgot: Option<Ipv4Addr>,
}

impl Under {
    fn new() -> Self {
        let config = ClientConfig {
            interface: PortId(0),
            mac: mac(1),
            host_name: Some("pc".into()),
            inform: None,
        };
        Self { client: Client::new(config), rng: rng(), now: at(0) }
    }

    fn started() -> (Self, Message) {
        let mut under = Self::new();
        under.client.handle_start(at(0), &mut under.rng);
        let (message, _) = under.step().sent.remove(0);
        (under, message)
    }

    /// A client with the lease of [`agreed`], and the time at which it asked for it.
    fn bound() -> (Self, Instant) {
        let (mut under, discover) = Self::started();
        let request = under.hear(&offer(&discover)).expect("taken").sent.remove(0).0;
        let since = under.now;
        under.hear(&agreed(&request)).expect("agreed");
        under.checked(true);
        (under, since)
    }

    fn drain(&mut self) -> Done {
        let mut done = Done::default();
        while let Some(action) = self.client.poll_action() {
            match action {
                Action::Tell(event) => done.told.push(event),
                Action::Send(message, to) => done.sent.push((*message, to)),
                Action::Check(net) => done.check = Some(net),
                Action::Use(acquired) => done.used = Some(*acquired),
                Action::Forget(address) => done.forgot = Some(address),
            }
        }
        done
    }

    /// Lets the time pass until the client wants to do something.
    fn step(&mut self) -> Done {
        self.now = self.client.poll_timeout().expect("something to wait for").at;
        self.client.handle_timeout(self.now, &mut self.rng);
        self.drain()
    }

    fn hear(&mut self, message: &Message) -> Result<Done, DropReason> {
        self.client.handle_message(self.now, &mut self.rng, message)?;
        Ok(self.drain())
    }

    fn checked(&mut self, free: bool) -> Done {
        self.client.handle_checked(self.now, &mut self.rng, free);
        self.drain()
    }
}

fn offer(discover: &Message) -> Message {
    let mut offer = discover.answer(Kind::Offer);
    offer.yours = ip("192.168.1.100");
    offer.options.server = Some(ip("192.168.1.1"));
    offer.options.lease = Some(3600);
    offer.options.subnet_mask = Some(ip("255.255.255.0"));
    offer
}

fn agreed(request: &Message) -> Message {
    let mut agreed = offer(request);
    agreed.kind = Kind::Ack;
    agreed.options.routers = vec![ip("192.168.1.1")];
    agreed.options.dns = vec![ip("10.0.0.53")];
    agreed
}

/// Section 4.4.1 and table 5: nothing is claimed that the client does not have.
#[test]
fn the_first_message_says_who_asks_and_what_for() {
    let (under, discover) = Under::started();
    assert_eq!(
        (discover.kind, discover.mac, discover.client),
        (Kind::Discover, mac(1), ip("0.0.0.0"))
    );
    assert_eq!(discover.options.server, None);
    assert_eq!(discover.options.host_name.as_deref(), Some("pc"));
    assert_eq!(discover.options.client_id.as_deref(), Some(&[1, 2, 0, 0, 0, 0, 1][..]));
    // It can hear unicast without an address, so it does not ask for broadcasts.
    assert!(!discover.broadcast);
    // RFC 3442: classless routes are asked for before the router.
    let wanted = &discover.options.wanted;
    let order = |code| wanted.iter().position(|known| *known == code).expect("asked for");
    assert!(order(121) < order(3));
    assert_eq!(under.client.state(), ClientState::Selecting);
}

/// Section 4.1: 4, 8, 16, 32, 64 seconds, each with up to a second more or less.
#[test]
fn it_asks_again_after_doubling_times() {
    let (mut under, _) = Under::started();
    let mut before = under.now;
    for expected in [4, 8, 16] {
        under.step();
        let waited = (under.now - before).as_secs_f64();
        assert!((waited - f64::from(expected)).abs() <= 1.0, "{waited} instead of {expected}");
        before = under.now;
    }
    // The secs field counts from the first message.
    let (_, message) = Under::started();
    assert_eq!(message.seconds, 0);
}

#[test]
fn who_waits_for_it_goes_on_after_a_minute_and_it_keeps_asking() {
    let (mut under, _) = Under::started();
    let mut told = Vec::new();
    while !under.client.is_settled() {
        assert!(under.client.poll_timeout().expect("it asks").busy);
        told.extend(under.step().told);
    }
    assert_eq!(under.now, at(60));
    // Four, or five when the waits happened to be short.
    let gave_up = told.iter().find(|event| matches!(event, DhcpEvent::NoAnswer { .. }));
    assert!(matches!(gave_up, Some(DhcpEvent::NoAnswer { attempts: 4..=5, .. })), "{told:?}");
    let next = under.client.poll_timeout().expect("it keeps asking");
    assert!(!next.busy);
    under.step();
    assert_eq!(under.client.state(), ClientState::Selecting);
}

/// Section 4.4.1: the request names server and address, and has no address of its own.
#[test]
fn an_offer_is_taken_by_name() {
    let (mut under, discover) = Under::started();
    let done = under.hear(&offer(&discover)).expect("taken");
    let (request, to) = &done.sent[0];
    assert_eq!((request.kind, *to), (Kind::Request, None));
    assert_eq!(request.options.requested, Some(ip("192.168.1.100")));
    assert_eq!(request.options.server, Some(ip("192.168.1.1")));
    assert_eq!(request.client, Ipv4Addr::UNSPECIFIED);
    assert_eq!(request.transaction, discover.transaction);
}

#[test]
fn an_offer_that_comes_second_is_ignored_with_a_reason() {
    let (mut under, discover) = Under::started();
    under.hear(&offer(&discover)).expect("taken");
    let mut late = offer(&discover);
    late.yours = ip("192.168.1.200");
    late.options.server = Some(ip("192.168.1.2"));
    let done = under.hear(&late).expect("told");
    assert!(done.sent.is_empty());
    assert!(matches!(done.told[..], [DhcpEvent::OfferIgnored { .. }]));
}

/// Section 4.4.1: the address is looked for on the segment before it is used.
#[test]
fn an_address_is_used_once_nobody_answers_for_it() {
    let (mut under, discover) = Under::started();
    let request = under.hear(&offer(&discover)).expect("taken").sent.remove(0).0;
    let done = under.hear(&agreed(&request)).expect("agreed");
    assert_eq!(done.check, Some(net("192.168.1.100/24")));
    assert!(done.used.is_none() && !under.client.is_settled());
    let done = under.checked(true);
    let used = done.used.expect("in use");
    assert_eq!(used.address, net("192.168.1.100/24"));
    assert_eq!(used.gateway(), Some(ip("192.168.1.1")));
    assert!(under.client.is_settled());
    let DhcpEvent::LeaseObtained { lease, renew, rebind, renewed, .. } = done.told[0] else {
        panic!("{:?}", done.told);
    };
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    assert_eq!((lease, renew, renewed), (minutes(60), minutes(30), false));
    assert_eq!(rebind, Duration::from_secs(3150));
}

/// Section 3.1 (5): a used address is declined, and the client waits ten seconds.
#[test]
fn an_address_that_somebody_uses_is_declined() {
    let (mut under, discover) = Under::started();
    let request = under.hear(&offer(&discover)).expect("taken").sent.remove(0).0;
    under.hear(&agreed(&request)).expect("agreed");
    let done = under.checked(false);
    let (decline, to) = &done.sent[0];
    assert_eq!((decline.kind, *to), (Kind::Decline, None));
    assert_eq!(decline.options.requested, Some(ip("192.168.1.100")));
    assert_eq!(decline.options.server, Some(ip("192.168.1.1")));
    // Table 5: neither a wish list nor an address of its own.
    assert!(decline.options.wanted.is_empty() && decline.client.is_unspecified());
    let before = under.now;
    let done = under.step();
    assert_eq!(under.now - before, Duration::from_secs(10));
    assert_eq!(done.sent[0].0.kind, Kind::Discover);
    assert_eq!(done.sent[0].0.options.requested, None);
}

/// Section 4.4.5: at T1 by unicast to the server, at T2 to everybody, at the end no more.
#[test]
fn a_lease_is_prolonged_then_given_up() {
    let (mut under, since) = Under::bound();
    let done = under.step();
    assert_eq!(under.now - since, Duration::from_secs(1800));
    let (renewal, to) = &done.sent[0];
    assert_eq!(*to, Some(ip("192.168.1.1")));
    assert_eq!(renewal.client, ip("192.168.1.100"));
    // Section 4.3.2: neither the address asked for nor the server is named.
    assert_eq!((renewal.options.requested, renewal.options.server), (None, None));
    // Half of the time until T2, then half of the rest.
    under.step();
    assert_eq!(under.now - since, Duration::from_secs(1800 + 675));
    while under.client.state() == ClientState::Renewing {
        under.step();
    }
    assert_eq!(under.now - since, Duration::from_secs(3150));
    assert_eq!(under.client.state(), ClientState::Rebinding);
    let mut last = Done::default();
    while under.client.state() == ClientState::Rebinding {
        last = under.step();
    }
    assert_eq!(under.now - since, Duration::from_secs(3600));
    assert_eq!(last.forgot, Some(ip("192.168.1.100")));
    assert!(matches!(last.told[0], DhcpEvent::LeaseLost { .. }));
    assert_eq!(last.sent[0].0.kind, Kind::Discover);
}

#[test]
fn renewals_are_at_least_a_minute_apart() {
    let (mut under, _) = Under::bound();
    let mut before = under.step();
    while under.client.state() == ClientState::Renewing {
        let then = under.now;
        before = under.step();
        let end = under.client.state() == ClientState::Rebinding;
        assert!(end || under.now - then >= Duration::from_secs(60));
    }
    assert!(matches!(
        before.told[0],
        DhcpEvent::RequestSent { stage: RequestStage::Rebinding, server: None, .. }
    ));
}

#[test]
fn a_renewed_lease_counts_from_the_renewal_and_is_not_checked_again() {
    let (mut under, _) = Under::bound();
    let renewal = under.step().sent.remove(0).0;
    let asked = under.now;
    let done = under.hear(&agreed(&renewal)).expect("agreed");
    assert_eq!(done.check, None);
    assert!(matches!(done.told[0], DhcpEvent::LeaseObtained { renewed: true, .. }));
    assert_eq!(under.client.lease().expect("on loan").expires, asked + Duration::from_secs(3600));
    under.step();
    assert_eq!(under.now, asked + Duration::from_secs(1800));
}

/// Section 3.2 (4) and figure 5: a refusal sends the client back to the start.
#[test]
fn a_refusal_ends_the_use_of_the_address() {
    let (mut under, _) = Under::bound();
    let renewal = under.step().sent.remove(0).0;
    let done = under.hear(&renewal.answer(Kind::Nak)).expect("heard");
    assert_eq!(done.forgot, Some(ip("192.168.1.100")));
    assert!(matches!(done.told[0], DhcpEvent::Refused { .. }));
    assert_eq!(under.step().sent[0].0.kind, Kind::Discover);
}

/// Section 4.4.2: INIT-REBOOT.
#[test]
fn after_a_crash_it_asks_for_the_address_it_had() {
    let (mut under, _) = Under::bound();
    under.client.handle_crash();
    assert!(under.client.lease().is_none());
    under.now += Duration::from_secs(100);
    under.client.handle_start(under.now, &mut under.rng);
    let done = under.drain();
    let request = &done.sent[0].0;
    assert_eq!(request.options.requested, Some(ip("192.168.1.100")));
    assert_eq!((request.options.server, request.client), (None, Ipv4Addr::UNSPECIFIED));
    let done = under.hear(&agreed(request)).expect("agreed");
    assert_eq!(done.check, Some(net("192.168.1.100/24")));
}

#[test]
fn a_lease_that_ran_out_while_the_power_was_off_is_not_asked_for_as_if_it_were_valid() {
    let (mut under, _) = Under::bound();
    under.client.handle_crash();
    under.now += Duration::from_secs(4000);
    under.client.handle_start(under.now, &mut under.rng);
    assert_eq!(under.step().sent[0].0.kind, Kind::Discover);
}

#[test]
fn a_client_without_an_answer_to_its_reboot_looks_for_servers() {
    let (mut under, _) = Under::bound();
    under.client.handle_crash();
    under.client.handle_start(under.now, &mut under.rng);
    under.drain();
    while under.client.state() == ClientState::Rebooting {
        under.step();
    }
    assert_eq!(under.client.state(), ClientState::Selecting);
}

/// Section 3.7: after a time without a cable the client makes sure that it is still where it was.
#[test]
fn a_cable_that_comes_back_is_a_reason_to_ask() {
    let (mut under, _) = Under::bound();
    under.client.handle_link(under.now, &mut under.rng, false);
    assert!(under.drain().sent.is_empty());
    under.client.handle_link(under.now, &mut under.rng, true);
    let request = under.drain().sent.remove(0).0;
    assert_eq!(request.options.requested, Some(ip("192.168.1.100")));
    let done = under.hear(&agreed(&request)).expect("agreed");
    assert!(done.forgot.is_none() && done.check.is_none());
    assert_eq!(under.client.state(), ClientState::Bound);
}

/// Section 4.4.6: by unicast to the server.
#[test]
fn a_release_goes_to_the_server_and_ends_it() {
    let (mut under, _) = Under::bound();
    under.client.release(under.now, &mut under.rng);
    let done = under.drain();
    let (release, to) = &done.sent[0];
    assert_eq!((release.kind, *to), (Kind::Release, Some(ip("192.168.1.1"))));
    assert_eq!(release.client, ip("192.168.1.100"));
    assert_eq!(done.forgot, Some(ip("192.168.1.100")));
    assert_eq!(under.client.poll_timeout(), None);
}

/// Section 4.4.3.
#[test]
fn a_client_with_an_address_asks_for_options_only() {
    let mut under = Under::new();
    let config = ClientConfig {
        interface: PortId(0),
        mac: mac(1),
        host_name: None,
        inform: Some(net("192.168.1.7/24")),
    };
    under.client = Client::new(config);
    under.client.handle_start(at(0), &mut under.rng);
    let inform = under.step().sent.remove(0).0;
    assert_eq!((inform.kind, inform.client), (Kind::Inform, ip("192.168.1.7")));
    // Table 5: neither an address nor a time may be asked for.
    assert_eq!((inform.options.requested, inform.options.lease), (None, None));
    let mut answer = agreed(&inform);
    (answer.yours, answer.options.lease) = (Ipv4Addr::UNSPECIFIED, None);
    let used = under.hear(&answer).expect("told").used.expect("in use");
    assert_eq!((used.address, used.dns), (net("192.168.1.7/24"), vec![ip("10.0.0.53")]));
    assert!(under.client.is_settled());
    assert_eq!(under.client.poll_timeout(), None);
}

#[test]
fn what_is_not_for_it_changes_nothing() {
    let (mut under, discover) = Under::started();
    let sound = offer(&discover);
    let other = Message { mac: mac(2), ..sound.clone() };
    let reason = DropReason::DhcpOtherClient { mac: mac(2) };
    assert_eq!(under.hear(&other).map(|_| ()), Err(reason));
    let late = Message { transaction: sound.transaction ^ 1, ..sound.clone() };
    assert_eq!(under.hear(&late).map(|_| ()), Err(DropReason::DhcpUnexpected));
    // RFC 6842 section 3.
    let mut behind = sound.clone();
    behind.options.client_id = Some([9, 9].into());
    assert!(under.hear(&behind).is_err());
    let mut nobody = sound.clone();
    nobody.options.server = None;
    assert!(matches!(under.hear(&nobody), Err(DropReason::Malformed { .. })));
    let mut mask = sound;
    mask.options.subnet_mask = Some(ip("255.0.255.0"));
    assert!(matches!(under.hear(&mask), Err(DropReason::Malformed { .. })));
    assert_eq!(under.client.state(), ClientState::Selecting);
}

/// RFC 3442: with classless routes the router option does not count.
#[test]
fn classless_routes_replace_the_router() {
    let (mut under, discover) = Under::started();
    let request = under.hear(&offer(&discover)).expect("taken").sent.remove(0).0;
    let mut answer = agreed(&request);
    answer.options.routes = vec![(net("10.0.0.0/8"), ip("192.168.1.2"))];
    under.hear(&answer).expect("agreed");
    let used = under.checked(true).used.expect("in use");
    assert_eq!(used.routes, [(net("10.0.0.0/8"), ip("192.168.1.2"))]);
    assert_eq!(used.gateway(), None);
}

/// Section 4.4.5: times that contradict each other are replaced by the usual ones.
#[test]
fn times_that_make_no_sense_are_not_believed() {
    let (mut under, discover) = Under::started();
    let request = under.hear(&offer(&discover)).expect("taken").sent.remove(0).0;
    let asked = under.now;
    let mut answer = agreed(&request);
    (answer.options.renew, answer.options.rebind) = (Some(9000), Some(8000));
    under.hear(&answer).expect("agreed");
    under.checked(true);
    let lease = under.client.lease().expect("on loan");
    assert_eq!(lease.renew - asked, Duration::from_secs(1800));
    assert_eq!(lease.rebind - asked, Duration::from_secs(3150));
}
