//! Clients and a server on a network that loses, delays and reorders, with crashes on both sides:
//! no address is used by two clients at once, and once the network is kind again everybody has one.

use std::collections::BTreeMap;

use lanternet_core::{Duration, Rng};
use proptest::prelude::*;

use super::*;

/// How long it takes to find out that nobody uses an address (RFC 5227, about).
const CHECK: Duration = Duration::from_secs(6);

enum Event {
    ToServer(Message, bool),
    ToClient(usize, Message),
    Checked(usize, Ipv4Addr),
    Start(usize),
    StartServer,
}

struct World {
    now: Instant,
    rng: Rng,
    loss: u64,
    server: Server,
    server_up: bool,
    clients: Vec<(Client, bool)>,
    /// The address each client uses, by its own account.
    using: Vec<Option<Ipv4Addr>>,
    events: BTreeMap<(Instant, u64), Event>,
    made: u64,
}

impl World {
    fn new(seed: u64, clients: u8, addresses: u8, lease: u64, loss: u64) -> Self {
        let last = Ipv4Addr::from(u32::from(ip("192.168.1.100")) + u32::from(addresses) - 1);
        let mut pool = Pool::new(net("192.168.1.0/24"), ip("192.168.1.100"), last);
        pool.lease = Duration::from_secs(lease);
        let client = |number| {
            let interface = PortId(0);
            let config =
                ClientConfig { interface, mac: mac(number), host_name: None, inform: None };
            (Client::new(config), false)
        };
        let mut world = Self {
            now: at(0),
            rng: Rng::named(seed, "world"),
            loss,
            server: Server::new([pool]),
            server_up: true,
            clients: (1..=clients).map(client).collect(),
            using: vec![None; usize::from(clients)],
            events: BTreeMap::new(),
            made: 0,
        };
        for client in 0..world.clients.len() {
            world.after(Duration::from_secs(0), Event::Start(client));
        }
        world
    }

    fn after(&mut self, wait: Duration, event: Event) {
        self.made += 1;
        self.events.insert((self.now + wait, self.made), event);
    }

    /// On its way for up to three seconds, unless it is lost.
    fn carry(&mut self, event: Event) {
        if self.rng.below(100) >= self.loss {
            let wait = match self.loss {
                0 => 1_000_000,
                _ => self.rng.below(3_000_000_000),
            };
            self.after(Duration::from_nanos(wait), event);
        }
    }

    fn run_until(&mut self, end: Instant) {
        loop {
            let client = |client: &(Client, bool)| {
                client.0.poll_timeout().filter(|_| client.1).map(|deadline| deadline.at)
            };
            let timers = self.clients.iter().filter_map(client);
            let timers = timers.chain(self.server.poll_timeout().filter(|_| self.server_up));
            let timer = timers.min();
            let event = self.events.first_key_value().map(|((at, _), _)| *at);
            let next = timer.into_iter().chain(event).min().filter(|at| *at <= end);
            let Some(next) = next else { break };
            self.now = self.now.max(next);
            if self.server_up {
                while self.server.expire(self.now).is_some() {}
            }
            while let Some(entry) = self.events.first_entry()
                && entry.key().0 <= self.now
            {
                let event = entry.remove();
                self.happen(event);
            }
            for number in 0..self.clients.len() {
                if self.clients[number].1 {
                    self.clients[number].0.handle_timeout(self.now, &mut self.rng);
                    self.act(number);
                }
            }
            self.judge();
        }
        self.now = end;
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Start(number) => {
                let (client, up) = &mut self.clients[number];
                *up = true;
                client.handle_start(self.now, &mut self.rng);
                self.act(number);
            }
            Event::StartServer => self.server_up = true,
            Event::Checked(number, address) => {
                let (client, up) = &mut self.clients[number];
                if *up && client.state() == ClientState::Checking {
                    let others = self.using.iter().enumerate();
                    let taken = others
                        .filter(|(other, _)| *other != number)
                        .any(|(_, used)| *used == Some(address));
                    client.handle_checked(self.now, &mut self.rng, !taken);
                    self.act(number);
                }
            }
            Event::ToClient(number, message) => {
                let (client, up) = &mut self.clients[number];
                if *up {
                    let _ = client.handle_message(self.now, &mut self.rng, &message);
                    self.act(number);
                }
            }
            Event::ToServer(message, alone) => {
                if !self.server_up {
                    return;
                }
                let arrival = if alone { unicast() } else { broadcast() };
                if let Some(reply) = self.server.handle(self.now, &arrival, &message).reply {
                    let number = usize::from(reply.message.mac.0[5]) - 1;
                    self.carry(Event::ToClient(number, reply.message));
                }
            }
        }
    }

    fn act(&mut self, number: usize) {
        while let Some(action) = self.clients[number].0.poll_action() {
            match action {
                Action::Tell(_) => {}
                Action::Send(message, to) => self.carry(Event::ToServer(*message, to.is_some())),
                Action::Check(net) => self.after(CHECK, Event::Checked(number, net.addr())),
                Action::Use(acquired) => self.using[number] = Some(acquired.address.addr()),
                Action::Forget(_) => self.using[number] = None,
            }
        }
    }

    fn crash(&mut self, number: usize) {
        let wait = Duration::from_secs(1 + self.rng.below(200));
        if number == self.clients.len() {
            if std::mem::take(&mut self.server_up) {
                self.server.handle_crash(self.now);
                self.after(wait, Event::StartServer);
            }
        } else if std::mem::take(&mut self.clients[number].1) {
            self.clients[number].0.handle_crash();
            self.using[number] = None;
            self.after(wait, Event::Start(number));
        }
    }

    fn judge(&self) {
        let mut users = BTreeMap::new();
        for (number, address) in self.using.iter().enumerate() {
            if let Some(address) = address
                && let Some(other) = users.insert(*address, number)
            {
                panic!("{address} is used by {other} and {number} at {:?}", self.now);
            }
        }
        let mut rows = self.server.rows();
        rows.retain(|row| row.state.is_held());
        let all = rows.len();
        rows.dedup_by_key(|row| row.address);
        assert_eq!(rows.len(), all);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_address_is_used_twice_and_everybody_ends_with_one(
        seed in any::<u64>(),
        clients in 1u8..8,
        spare in 0u8..3,
        lease in 30u64..2_000,
        loss in 0u64..60,
        crashes in proptest::collection::vec((0usize..9, 0u64..600), 0..12),
    ) {
        let mut world = World::new(seed, clients, clients + spare, lease, loss);
        for (who, wait) in crashes {
            world.run_until(world.now + Duration::from_secs(wait));
            world.crash(who % (usize::from(clients) + 1));
        }
        world.run_until(world.now + Duration::from_secs(2 * lease));
        world.loss = 0;
        // The longest pause of a client, an offer that stands, and a quarantine.
        let rest = Duration::from_secs(64 + 200 + 120 + 600 + lease);
        world.run_until(world.now + rest);
        for (number, address) in world.using.iter().enumerate() {
            prop_assert!(address.is_some(), "client {number} has none");
        }
    }

    #[test]
    fn in_a_pool_that_is_too_small_nobody_shares(
        seed in any::<u64>(),
        addresses in 1u8..4,
        lease in 30u64..300,
        loss in 0u64..40,
    ) {
        let mut world = World::new(seed, addresses + 3, addresses, lease, loss);
        world.run_until(at(3_000));
        let served = world.using.iter().flatten().count();
        prop_assert!(served <= usize::from(addresses));
    }
}
