//! The server: which address a client gets, and why (RFC 2131 section 4.3).
//!
//! A server has one pool for each segment that it serves: those of its own interfaces, and those
//! that relays bring it messages from. Its leases survive a crash, as a lease file does on a real
//! server; its offers do not.

mod choose;
mod request;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use lanternet_core::trace::{DhcpEvent, DropReason, NakCause};
use lanternet_core::{Duration, Instant, MacAddr, PortId};

use super::lease::{LeaseRow, LeaseState, LeaseTable};
use super::message::{Kind, Message, code};

/// How long an offer stands (dhcpd 4.4: 120 seconds).
pub const OFFER_HOLD: Duration = Duration::from_secs(120);
/// How long a declined address is lent to nobody (dnsmasq 2.90: `DECLINE_BACKOFF`).
pub const QUARANTINE: Duration = Duration::from_secs(600);

/// What a server lends on one segment, and what it tells with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The segment.
    pub subnet: Ipv4Net,
    /// The first address to lend.
    pub first: Ipv4Addr,
    /// The last one.
    pub last: Ipv4Addr,
    /// Addresses in between that have another use: the server's own, the gateway.
    pub excluded: Vec<Ipv4Addr>,
    /// For how long an address is lent.
    pub lease: Duration,
    /// Default gateways (option 3).
    pub routers: Vec<Ipv4Addr>,
    /// Name servers (option 6).
    pub dns: Vec<Ipv4Addr>,
    /// The domain that names are looked up in (option 15).
    pub domain: Option<Box<str>>,
    /// The longest packet on the segment (option 26).
    pub mtu: Option<u16>,
    /// Time servers (option 42).
    pub ntp: Vec<Ipv4Addr>,
    /// Routes besides the default one (option 121).
    pub routes: Vec<(Ipv4Net, Ipv4Addr)>,
    /// Addresses that only the client with this hardware address gets.
    pub reservations: BTreeMap<MacAddr, Ipv4Addr>,
}

impl Pool {
    /// A pool that lends these addresses for an hour and tells nothing else.
    pub fn new(subnet: Ipv4Net, first: Ipv4Addr, last: Ipv4Addr) -> Self {
        Self {
            subnet,
            first,
            last,
            excluded: Vec::new(),
            lease: Duration::from_secs(3600),
            routers: Vec::new(),
            dns: Vec::new(),
            domain: None,
            mtu: None,
            ntp: Vec::new(),
            routes: Vec::new(),
            reservations: BTreeMap::new(),
        }
    }

    /// Whether this client may have the address: it is of the range and not kept for another use,
    /// or reserved for this client.
    pub fn lends(&self, address: Ipv4Addr, mac: MacAddr) -> bool {
        match self.reserved_for(address) {
            Some(owner) => owner == mac,
            None => (self.first..=self.last).contains(&address) && !self.is_excluded(address),
        }
    }

    /// How many addresses it has to lend.
    pub fn size(&self) -> u32 {
        let range = u32::from(self.last).saturating_sub(u32::from(self.first)).saturating_add(1);
        let within = |address: &&Ipv4Addr| (self.first..=self.last).contains(*address);
        let edges = [self.subnet.network(), self.subnet.broadcast()];
        let edges =
            edges.iter().filter(|edge| self.is_excluded(**edge) && !self.excluded.contains(edge));
        range.saturating_sub(self.excluded.iter().chain(edges).filter(within).count() as u32)
    }

    fn reserved_for(&self, address: Ipv4Addr) -> Option<MacAddr> {
        self.reservations.iter().find(|(_, own)| **own == address).map(|(mac, _)| *mac)
    }

    fn is_excluded(&self, address: Ipv4Addr) -> bool {
        let edge = self.subnet.prefix_len() < 31
            && (address == self.subnet.network() || address == self.subnet.broadcast());
        edge || self.excluded.contains(&address)
    }
}

/// How a message came to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The interface it came in by.
    pub interface: PortId,
    /// The address it was sent to, if that is one of the server's own: not to everybody.
    pub unicast: Option<Ipv4Addr>,
    /// The server's own addresses, each with its segment and interface.
    pub own: Vec<(PortId, Ipv4Net)>,
}

/// Where an answer goes (RFC 2131 section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To the relay, port 67, by the routing table.
    Relay(Ipv4Addr),
    /// To the client's address, port 68, by the routing table: it has one already.
    Client(Ipv4Addr),
    /// To the client's hardware address and the address it is given, which it does not have yet:
    /// nobody could answer an ARP request for it.
    Link(MacAddr, Ipv4Addr),
    /// To all stations of the segment.
    Everybody,
}

/// An answer and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The answer.
    pub message: Message,
    /// Its destination.
    pub to: Destination,
    /// The server's address towards the client: the source of the answer.
    pub from: Ipv4Addr,
}

/// What a server makes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it decided, and why.
    pub why: Result<DhcpEvent, DropReason>,
    /// What it says.
    pub reply: Option<Reply>,
}

impl Answer {
    fn silence(why: DhcpEvent) -> Self {
        Self { why: Ok(why), reply: None }
    }

    fn dropped(why: DropReason) -> Self {
        Self { why: Err(why), reply: None }
    }
}

/// See the module's head.
#[derive(Clone, Debug, Default)]
pub struct Server {
    pools: Vec<(Pool, LeaseTable)>,
}

/// A message with what the server has found out about it.
struct Question<'a> {
    now: Instant,
    arrival: &'a Arrival,
    message: &'a Message,
    /// The server's address towards the client (option 54).
    server: Ipv4Addr,
}

impl Server {
    /// A server with these pools, of which nothing is lent.
    pub fn new(pools: impl IntoIterator<Item = Pool>) -> Self {
        Self { pools: pools.into_iter().map(|pool| (pool, LeaseTable::default())).collect() }
    }

    /// The pools, each with its leases.
    pub fn pools(&self) -> impl Iterator<Item = (&Pool, &LeaseTable)> {
        self.pools.iter().map(|(pool, table)| (pool, table))
    }

    /// The leases of all pools as rows, in the order of the pools and addresses.
    pub fn rows(&self) -> Vec<LeaseRow> {
        let row = |pool: &Pool, (address, lease): (Ipv4Addr, &super::lease::Lease)| LeaseRow {
            address,
            mac: lease.mac,
            host_name: lease.host_name.clone(),
            state: lease.state,
            reserved: pool.reserved_for(address) == Some(lease.mac),
        };
        let rows = |(pool, table)| LeaseTable::iter(table).map(move |entry| row(pool, entry));
        self.pools().flat_map(rows).collect()
    }

    /// When [`expire`](Self::expire) next has something to tell.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.pools.iter().filter_map(|(_, table)| table.next_end()).min()
    }

    /// Takes back addresses whose time is over. Call until `None`; offers that ran out and
    /// quarantines that ended are nothing to tell.
    pub fn expire(&mut self, now: Instant) -> Option<DhcpEvent> {
        for (_, table) in &mut self.pools {
            while let Some((address, lease)) = table.expire(now) {
                if matches!(lease.state, LeaseState::Bound(_)) {
                    return Some(DhcpEvent::LeaseExpired { mac: lease.mac, address });
                }
            }
        }
        None
    }

    /// The node lost its power: leases stay, offers are forgotten.
    pub fn handle_crash(&mut self, now: Instant) {
        for (_, table) in &mut self.pools {
            table.crash(now);
        }
    }

    /// A client's message came in. Leases whose time is over should have been taken back before.
    pub fn handle(&mut self, now: Instant, arrival: &Arrival, message: &Message) -> Answer {
        let (interface, mac) = (arrival.interface, message.mac);
        if message.kind.is_reply() {
            return Answer::dropped(DropReason::DhcpNotHere { interface });
        }
        let Some(index) = self.pool_for(arrival, message) else {
            let relay = Message::specified(message.relay);
            return Answer::silence(DhcpEvent::NoPool { interface, mac, relay });
        };
        let (pool, table) = &mut self.pools[index];
        let near = |(_, net): &&(PortId, Ipv4Net)| pool.subnet.contains(&net.addr());
        let here = |(port, _): &&(PortId, Ipv4Net)| *port == interface;
        let on_segment = || arrival.own.iter().filter(here).find(near);
        let any = || arrival.own.iter().find(here).or(arrival.own.first());
        let own = || on_segment().or_else(any).map(|(_, net)| net.addr());
        let Some(server) = arrival.unicast.or_else(own) else {
            return Answer::silence(DhcpEvent::NoPool { interface, mac, relay: None });
        };
        let question = Question { now, arrival, message, server };
        match message.kind {
            Kind::Discover => discover(pool, table, &question),
            Kind::Request => request::request(pool, table, &question),
            Kind::Decline => decline(table, &question),
            Kind::Release => release(table, &question),
            _ => inform(pool, &question),
        }
    }

    /// The pool of the segment that the client is on: the relay's, or that of the interface; a
    /// client that speaks to the server alone has an address, which tells where it is.
    fn pool_for(&self, arrival: &Arrival, message: &Message) -> Option<usize> {
        let with = |address| self.pools.iter().position(|(pool, _)| pool.subnet.contains(&address));
        if let Some(relay) = Message::specified(message.relay) {
            return with(relay);
        }
        if arrival.unicast.is_some()
            && let Some(client) = Message::specified(message.client)
        {
            return with(client);
        }
        let mut own = arrival.own.iter().filter(|(port, _)| *port == arrival.interface);
        own.find_map(|(_, net)| with(net.addr()))
    }
}

impl Question<'_> {
    /// An answer with the options that the pool has for the client's segment.
    fn answer(&self, pool: &Pool, kind: Kind) -> Message {
        let mut answer = self.message.answer(kind);
        let wanted = &self.message.options.wanted;
        let wants = |code: u8| wanted.is_empty() || wanted.contains(&code);
        let options = &mut answer.options;
        options.server = Some(self.server);
        if kind == Kind::Nak {
            return answer;
        }
        options.subnet_mask = Some(pool.subnet.netmask());
        options.broadcast =
            Some(pool.subnet.broadcast()).filter(|_| wants(code::BROADCAST_ADDRESS));
        if wants(code::ROUTER) {
            options.routers.clone_from(&pool.routers);
        }
        if wants(code::DNS) {
            options.dns.clone_from(&pool.dns);
        }
        options.domain = pool.domain.clone().filter(|_| wants(code::DOMAIN_NAME));
        options.mtu = pool.mtu.filter(|_| wants(code::INTERFACE_MTU));
        if wants(code::NTP) {
            options.ntp.clone_from(&pool.ntp);
        }
        if wants(code::CLASSLESS_ROUTES) && !pool.routes.is_empty() {
            // Who takes these does not look at option 3, so the default route is among them
            // (RFC 3442, "DHCP Administrator Responsibilities").
            let default = pool.routers.first().map(|via| (Ipv4Net::default(), *via));
            options.routes = default.into_iter().chain(pool.routes.iter().copied()).collect();
        }
        answer
    }

    /// RFC 2131 section 4.1, for an answer that lends or offers `yours`.
    fn destination(&self, yours: Ipv4Addr) -> Destination {
        let message = self.message;
        match (Message::specified(message.relay), Message::specified(message.client)) {
            (Some(relay), _) => Destination::Relay(relay),
            (None, Some(client)) => Destination::Client(client),
            (None, None) if message.broadcast => Destination::Everybody,
            (None, None) => Destination::Link(message.mac, yours),
        }
    }

    fn reply(&self, message: Message, to: Destination) -> Option<Reply> {
        Some(Reply { message, to, from: self.server })
    }

    /// An offer or an agreement.
    fn lend(&self, pool: &Pool, kind: Kind, address: Ipv4Addr, lease: Duration) -> Option<Reply> {
        let mut message = self.answer(pool, kind);
        message.yours = address;
        if kind == Kind::Ack {
            message.client = self.message.client;
        }
        let seconds = (lease.nanos() / 1_000_000_000) as u32;
        message.options.lease = Some(seconds);
        // RFC 2131 section 4.4.5: half, and seven eighths.
        message.options.renew = Some(seconds / 2);
        message.options.rebind = Some(seconds - seconds / 8);
        let to = self.destination(address);
        self.reply(message, to)
    }

    /// A refusal. The client cannot be spoken to by an address that is not its own (section 4.3.2).
    fn refuse(&self, pool: &Pool, address: Ipv4Addr, cause: NakCause) -> Answer {
        let mut message = self.answer(pool, Kind::Nak);
        let to = match Message::specified(self.message.relay) {
            Some(relay) => {
                message.broadcast = true;
                Destination::Relay(relay)
            }
            None => Destination::Everybody,
        };
        message.options.message = Some(nak_text(&cause).into());
        let (interface, mac) = (self.arrival.interface, self.message.mac);
        Answer {
            why: Ok(DhcpEvent::NakSent { interface, mac, address, cause }),
            reply: self.reply(message, to),
        }
    }

    /// For how long: as long as the pool says, or shorter if the client asks for less.
    fn lease(&self, pool: &Pool) -> Duration {
        let asked = self.message.options.lease.filter(|seconds| *seconds > 0);
        let asked = asked.map(|seconds| Duration::from_secs(seconds.into()));
        asked.map_or(pool.lease, |asked| asked.min(pool.lease))
    }
}

/// What option 56 says, for people who look at the client's log.
fn nak_text(cause: &NakCause) -> &'static str {
    match cause {
        NakCause::WrongSubnet { .. } => "address is not on this network",
        NakCause::Taken { .. } => "address is in use by another client",
        NakCause::OtherAddress { .. } => "you have another address",
        NakCause::ReservedForOther => "address is reserved",
        NakCause::Quarantined => "address is in use",
        NakCause::NotOffered => "address was not offered",
        NakCause::OutsidePool => "address is not available",
    }
}

fn discover(pool: &Pool, table: &mut LeaseTable, question: &Question<'_>) -> Answer {
    let Question { now, arrival: Arrival { interface, .. }, message, .. } = *question;
    let (interface, mac, key) = (*interface, message.mac, message.client_key());
    let Some((address, choice)) = choose::choose(pool, table, message) else {
        return Answer::silence(choose::exhausted(pool, table, interface, mac));
    };
    let lease = question.lease(pool);
    // What is on loan stays so.
    let current = table.lease(address).map(|known| known.state);
    let state = match current {
        Some(LeaseState::Bound(until)) => LeaseState::Bound(until.max(now + OFFER_HOLD)),
        _ => LeaseState::Offered(now + OFFER_HOLD),
    };
    table.hold(now, address, &key, mac, message.options.host_name.as_deref(), state);
    let held = OFFER_HOLD;
    Answer {
        why: Ok(DhcpEvent::Offered { interface, mac, address, choice, lease, held }),
        reply: question.lend(pool, Kind::Offer, address, lease),
    }
}

/// RFC 2131 section 4.3.3: the address is not available, and whoever looks after the network should
/// know.
fn decline(table: &mut LeaseTable, question: &Question<'_>) -> Answer {
    let Question { now, arrival, message, .. } = *question;
    let (interface, mac) = (arrival.interface, message.mac);
    let Some(address) = message.options.requested else {
        return Answer::dropped(request::no_address());
    };
    let key = message.client_key();
    let theirs = |lease: &super::lease::Lease| lease.client == key && lease.state.is_held();
    if !question.is_for_us() || !table.lease(address).is_some_and(theirs) {
        return Answer::silence(DhcpEvent::LeaseUnknown { interface, mac, address });
    }
    table.quarantine(address, now + QUARANTINE);
    let quarantine = QUARANTINE;
    Answer::silence(DhcpEvent::Quarantined { interface, mac, address, quarantine })
}

/// RFC 2131 section 4.3.4: the address is free, and remembered for the client.
fn release(table: &mut LeaseTable, question: &Question<'_>) -> Answer {
    let Question { now, arrival, message, .. } = *question;
    let (interface, mac, address) = (arrival.interface, message.mac, message.client);
    let key = message.client_key();
    let theirs = |lease: &super::lease::Lease| lease.client == key && lease.state.is_held();
    if !question.is_for_us() || !table.lease(address).is_some_and(theirs) {
        return Answer::silence(DhcpEvent::LeaseUnknown { interface, mac, address });
    }
    table.release(address, now);
    Answer::silence(DhcpEvent::Returned { interface, mac, address })
}

/// RFC 2131 section 4.3.5: options for a client that has an address; nothing is written down, and
/// no lease time told.
fn inform(pool: &Pool, question: &Question<'_>) -> Answer {
    let message = question.message;
    let (interface, mac, address) = (question.arrival.interface, message.mac, message.client);
    if address.is_unspecified() {
        return Answer::dropped(request::no_address());
    }
    let mut answer = question.answer(pool, Kind::Ack);
    answer.client = address;
    // To the client itself, even when a relay brought the message.
    Answer {
        why: Ok(DhcpEvent::Informed { interface, mac, address }),
        reply: question.reply(answer, Destination::Client(address)),
    }
}

impl Question<'_> {
    /// Whether the message names this server, by any of its addresses.
    fn is_for_us(&self) -> bool {
        self.message
            .options
            .server
            .is_some_and(|server| self.arrival.own.iter().any(|(_, net)| net.addr() == server))
    }
}
