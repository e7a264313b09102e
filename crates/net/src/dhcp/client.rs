//! The client: asks for an address and keeps it (RFC 2131 section 4.4).
//!
//! One for each interface. Its lease survives a crash, as the lease file of a real client does: it
//! asks for the same address when it starts again (INIT-REBOOT).

mod acquired;
mod input;

use std::collections::VecDeque;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use lanternet_core::trace::{DhcpEvent, RequestStage};
use lanternet_core::{Deadline, Duration, Instant, MacAddr, PortId, Rng};

use super::message::{Kind, Message, code};

use acquired::Lease;
pub use acquired::{Acquired, Lease as ClientLease};

/// A client that starts waits up to this, so that not all stations speak at once when the power
/// comes back. RFC 2131 section 4.4.1 says one to ten seconds; clients of today wait less.
const START_SPREAD: Duration = Duration::from_secs(1);
/// The first wait for an answer; it doubles with each try (RFC 2131 section 4.1).
const FIRST_WAIT: Duration = Duration::from_secs(4);
/// The longest wait for an answer (section 4.1).
const LAST_WAIT: Duration = Duration::from_secs(64);
/// Each wait is longer or shorter by up to this (section 4.1).
const JITTER: Duration = Duration::from_secs(1);
/// Requests for an offered address before the client looks for another (section 3.1: four, about
/// a minute).
const REQUESTS: u8 = 4;
/// Requests for the address it had before a restart, about ten seconds (dhclient: `reboot`).
const REBOOT_REQUESTS: u8 = 2;
/// Requests for options only.
const INFORMS: u8 = 4;
/// After so long what waits for an address goes on without: four tries and their waits.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The least time between two requests for more time (section 4.4.5).
const RENEW_WAIT: Duration = Duration::from_secs(60);
/// The wait after an address turned out to be in use (section 3.1: at least ten seconds).
const DECLINE_WAIT: Duration = Duration::from_secs(10);
/// The wait after a refusal, so that client and server do not shout at each other without a pause
/// (systemd-networkd: `RESTART_AFTER_NAK_MIN_USEC`).
const NAK_WAIT: Duration = Duration::from_secs(1);
/// What a client wants to know. Classless routes stand before the router (RFC 3442).
const WANTED: [u8; 9] = [
    code::SUBNET_MASK,
    code::CLASSLESS_ROUTES,
    code::ROUTER,
    code::DNS,
    code::HOST_NAME,
    code::DOMAIN_NAME,
    code::INTERFACE_MTU,
    code::BROADCAST_ADDRESS,
    code::NTP,
];

/// What a client is told when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientConfig {
    /// The interface that it is for.
    pub interface: PortId,
    /// The interface's hardware address.
    pub mac: MacAddr,
    /// The name it gives itself (option 12).
    pub host_name: Option<Box<str>>,
    /// The address that it has already, when it asks only for the options that go with it.
    pub inform: Option<Ipv4Net>,
}

/// Where a client is (RFC 2131 figure 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientState {
    /// It waits before it asks.
    Init,
    /// It has asked everybody, and waits for offers.
    Selecting,
    /// It has asked for an offered address.
    Requesting,
    /// It was given an address, and looks whether anybody uses it.
    Checking,
    /// It has an address on loan.
    Bound,
    /// It has asked its server for more time.
    Renewing,
    /// It has asked any server for more time.
    Rebinding,
    /// It has asked whether it may keep the address from before its restart.
    Rebooting,
    /// It has asked for options only.
    Informing,
    /// It has its options, or gave its address back; nothing happens any more.
    Done,
}

/// What a client asks its owner to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Tell what happened.
    Tell(DhcpEvent),
    /// Send a message: to one server from the client's address, or, without one, to everybody.
    Send(Box<Message>, Option<Ipv4Addr>),
    /// Find out whether somebody uses this address, and make it the interface's if nobody does; then
    /// say so with [`Client::handle_checked`].
    Check(Ipv4Net),
    /// Use what came with the lease from now on, in place of what was used before.
    Use(Box<Acquired>),
    /// Use the address, and what came with it, no longer.
    Forget(Ipv4Addr),
}

/// See the module's head.
#[derive(Clone, Debug)]
pub struct Client {
    config: ClientConfig,
    state: ClientState,
    lease: Option<Lease>,
    /// Whether the lease's address is the interface's.
    in_use: bool,
    /// The offer that was taken: the address and who offered it.
    offer: Option<(Ipv4Addr, Ipv4Addr)>,
    transaction: u32,
    began: Instant,
    /// When the first request of the exchange was sent: a lease counts from then, so that the client
    /// never believes in more time than the server (section 4.4.1).
    asked_at: Instant,
    attempt: u8,
    next: Option<Instant>,
    /// Until when others wait for this client, while they do.
    patience: Option<Instant>,
    asked: u8,
    actions: VecDeque<Action>,
}

impl Client {
    /// A client that has not started yet.
    pub fn new(config: ClientConfig) -> Self {
        Self {
            config,
            state: ClientState::Init,
            lease: None,
            in_use: false,
            offer: None,
            transaction: 0,
            began: Instant::ZERO,
            asked_at: Instant::ZERO,
            attempt: 0,
            next: None,
            patience: None,
            asked: 0,
            actions: VecDeque::new(),
        }
    }

    /// The interface that it is for.
    pub fn interface(&self) -> PortId {
        self.config.interface
    }

    /// Where it is.
    pub fn state(&self) -> ClientState {
        self.state
    }

    /// Whether it has, or has given up waiting for, what it started for.
    pub fn is_settled(&self) -> bool {
        self.patience.is_none()
    }

    /// The address that is being checked.
    pub fn checking(&self) -> Option<Ipv4Net> {
        let lease = self.lease.as_ref().filter(|_| self.state == ClientState::Checking);
        lease.map(|lease| lease.acquired.address)
    }

    /// What it has on loan, and for how long, with the times at which it will ask for more (T1 and
    /// T2) and the server.
    pub fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref().filter(|_| self.in_use)
    }

    /// The node has power.
    pub fn handle_start(&mut self, now: Instant, rng: &mut Rng) {
        self.patience = Some(now + PATIENCE);
        self.asked = 0;
        if self.config.inform.is_some() {
            self.begin(now, rng);
            self.state = ClientState::Informing;
            self.next = Some(now + Duration::from_nanos(rng.below(START_SPREAD.nanos())));
            return;
        }
        let wait = Duration::from_nanos(rng.below(START_SPREAD.nanos()));
        self.restart(now, rng, wait);
    }

    /// The node lost its power. The lease is remembered.
    pub fn handle_crash(&mut self) {
        self.state = ClientState::Init;
        self.in_use = false;
        self.offer = None;
        self.next = None;
        self.patience = None;
        self.actions.clear();
    }

    /// The interface's cable came up or went down. Behind a cable that comes up may be another
    /// segment, so the client asks whether its address is still right there (RFC 2131 section 3.7).
    pub fn handle_link(&mut self, now: Instant, rng: &mut Rng, up: bool) {
        match self.state {
            _ if !up => {}
            ClientState::Bound
            | ClientState::Renewing
            | ClientState::Rebinding
            | ClientState::Selecting
            | ClientState::Rebooting => self.restart(now, rng, Duration::from_nanos(0)),
            _ => {}
        }
    }

    /// Gives the address back, for good (RFC 2131 section 4.4.6).
    pub fn release(&mut self, now: Instant, rng: &mut Rng) {
        self.begin(now, rng);
        if let Some(lease) = self.lease.take().filter(|_| self.in_use) {
            let (interface, server) = (self.config.interface, lease.server);
            let address = lease.acquired.address.addr();
            let mut message = self.message(now, Kind::Release);
            message.client = address;
            message.options.server = Some(server);
            self.tell(DhcpEvent::ReleaseSent { interface, address, server });
            self.actions.push_back(Action::Send(Box::new(message), Some(server)));
            self.actions.push_back(Action::Forget(address));
        }
        self.in_use = false;
        self.state = ClientState::Done;
        self.next = None;
        self.patience = None;
    }

    /// When [`handle_timeout`](Self::handle_timeout) is next due. Busy as long as others wait.
    pub fn poll_timeout(&self) -> Option<Deadline> {
        let next = self.next.map(|at| Deadline { at, busy: !self.is_settled() });
        Deadline::earliest(next, self.patience.map(Deadline::busy))
    }

    /// What the owner is to do next. Call until `None` after every other call.
    pub fn poll_action(&mut self) -> Option<Action> {
        let action = self.actions.pop_front();
        if action.is_none() {
            self.actions = VecDeque::new();
        }
        action
    }

    /// A time named by `poll_timeout` has come.
    pub fn handle_timeout(&mut self, now: Instant, rng: &mut Rng) {
        if self.patience.is_some_and(|until| until <= now) {
            self.patience = None;
            let (interface, attempts) = (self.config.interface, self.asked);
            self.tell(DhcpEvent::NoAnswer { interface, attempts });
        }
        if self.next.is_none_or(|next| next > now) {
            return;
        }
        match self.state {
            ClientState::Init => {
                self.begin(now, rng);
                self.discover(now, rng);
            }
            ClientState::Selecting => self.discover(now, rng),
            ClientState::Requesting if self.attempt < REQUESTS => self.request(now, rng),
            ClientState::Rebooting if self.attempt < REBOOT_REQUESTS => self.reboot(now, rng),
            ClientState::Requesting | ClientState::Rebooting => {
                self.begin(now, rng);
                self.discover(now, rng);
            }
            ClientState::Bound | ClientState::Renewing | ClientState::Rebinding => {
                self.prolong(now, rng);
            }
            ClientState::Informing if self.attempt < INFORMS => self.inform(now, rng),
            ClientState::Informing => {
                self.state = ClientState::Done;
                self.next = None;
            }
            ClientState::Checking | ClientState::Done => self.next = None,
        }
    }

    /// Whether somebody else uses the address that was to be checked.
    pub fn handle_checked(&mut self, now: Instant, rng: &mut Rng, free: bool) {
        if self.state != ClientState::Checking {
            return;
        }
        if free {
            return self.bind(now, false);
        }
        let Some(lease) = self.lease.take() else { return };
        let (interface, server) = (self.config.interface, lease.server);
        let address = lease.acquired.address.addr();
        // As if the client had none (RFC 2131 table 5).
        let mut message = self.message(now, Kind::Decline);
        message.seconds = 0;
        message.options.requested = Some(address);
        message.options.server = Some(server);
        let wait = DECLINE_WAIT;
        self.tell(DhcpEvent::DeclineSent { interface, address, server, wait });
        self.actions.push_back(Action::Send(Box::new(message), None));
        self.begin(now, rng);
        self.wait(now, wait);
    }

    /// Begins anew: with the address it had, if its time is not over.
    fn restart(&mut self, now: Instant, rng: &mut Rng, wait: Duration) {
        self.begin(now, rng);
        if self.lease.as_ref().is_some_and(|lease| lease.expires > now) {
            self.reboot(now, rng);
        } else {
            self.drop_lease();
            self.wait(now, wait);
        }
    }

    /// A new exchange begins.
    fn begin(&mut self, now: Instant, rng: &mut Rng) {
        self.transaction = rng.next_u64() as u32;
        self.began = now;
        self.attempt = 0;
        self.offer = None;
    }

    fn wait(&mut self, now: Instant, wait: Duration) {
        self.state = ClientState::Init;
        self.next = Some(now + wait);
    }

    /// The lease does not count any more.
    fn drop_lease(&mut self) {
        let lease = self.lease.take();
        if let Some(lease) = lease.filter(|_| self.in_use) {
            self.actions.push_back(Action::Forget(lease.acquired.address.addr()));
        }
        self.in_use = false;
    }

    /// The wait after the current try: 4, 8, 16, 32, 64 seconds, each a little different.
    fn backoff(&mut self, rng: &mut Rng) -> Duration {
        let doubled = FIRST_WAIT.nanos() << self.attempt.saturating_sub(1).min(8);
        let wait = doubled.min(LAST_WAIT.nanos()) - JITTER.nanos();
        Duration::from_nanos(wait + rng.below(2 * JITTER.nanos()))
    }

    fn message(&self, now: Instant, kind: Kind) -> Message {
        let mut message = Message::new(kind, self.transaction, self.config.mac);
        let seconds = now.since(self.began).nanos() / 1_000_000_000;
        message.seconds = u16::try_from(seconds).unwrap_or(u16::MAX);
        // The hardware type and address: what Windows and udhcpc send (RFC 2132 section 9.14).
        let id = [1].into_iter().chain(self.config.mac.0);
        message.options.client_id = Some(id.collect());
        if !matches!(kind, Kind::Decline | Kind::Release) {
            message.options.host_name.clone_from(&self.config.host_name);
            message.options.wanted = WANTED.to_vec();
        }
        message
    }

    fn discover(&mut self, now: Instant, rng: &mut Rng) {
        self.attempt = self.attempt.saturating_add(1);
        self.asked = self.asked.saturating_add(1);
        self.state = ClientState::Selecting;
        let mut message = self.message(now, Kind::Discover);
        // The address it had, if it still remembers one.
        message.options.requested = self.lease.as_ref().map(|lease| lease.acquired.address.addr());
        let wait = self.backoff(rng);
        let (interface, attempt) = (self.config.interface, self.attempt);
        self.tell(DhcpEvent::DiscoverSent { interface, attempt, wait });
        self.actions.push_back(Action::Send(Box::new(message), None));
        self.next = Some(now + wait);
    }

    /// Asks for the offered address; everybody hears it, so the other servers know (section 3.1).
    fn request(&mut self, now: Instant, rng: &mut Rng) {
        let Some((address, server)) = self.offer else { return };
        self.attempt = self.attempt.saturating_add(1);
        self.state = ClientState::Requesting;
        let mut message = self.message(now, Kind::Request);
        message.options.requested = Some(address);
        message.options.server = Some(server);
        self.send_request(now, message, address, Some(server), RequestStage::Selecting, None);
        self.next = Some(now + self.backoff(rng));
    }

    /// Asks whether it may keep the address it had (section 3.2).
    fn reboot(&mut self, now: Instant, rng: &mut Rng) {
        let Some(address) = self.lease.as_ref().map(|lease| lease.acquired.address.addr()) else {
            return;
        };
        self.attempt = self.attempt.saturating_add(1);
        self.asked = self.asked.saturating_add(1);
        self.state = ClientState::Rebooting;
        let mut message = self.message(now, Kind::Request);
        message.options.requested = Some(address);
        self.send_request(now, message, address, None, RequestStage::Rebooting, None);
        self.next = Some(now + self.backoff(rng));
    }

    /// Asks for more time: its server from T1 on, any server from T2 on, until the lease is over
    /// (section 4.4.5).
    fn prolong(&mut self, now: Instant, rng: &mut Rng) {
        let Some(lease) = self.lease.clone() else { return };
        let address = lease.acquired.address.addr();
        if now >= lease.expires {
            let interface = self.config.interface;
            self.tell(DhcpEvent::LeaseLost { interface, address });
            self.drop_lease();
            self.begin(now, rng);
            return self.discover(now, rng);
        }
        let rebinds = now >= lease.rebind;
        let (state, stage) = match rebinds {
            true => (ClientState::Rebinding, RequestStage::Rebinding),
            false => (ClientState::Renewing, RequestStage::Renewing),
        };
        if self.state != state {
            self.begin(now, rng);
            self.state = state;
        }
        self.attempt = self.attempt.saturating_add(1);
        let mut message = self.message(now, Kind::Request);
        message.client = address;
        let server = Some(lease.server).filter(|_| !rebinds);
        self.send_request(now, message, address, server, stage, server);
        let end = if rebinds { lease.expires } else { lease.rebind };
        let half = Duration::from_nanos(end.since(now).nanos() / 2);
        self.next = Some((now + half.max(RENEW_WAIT)).min(end));
    }

    /// Asks for options (section 4.4.3).
    fn inform(&mut self, now: Instant, rng: &mut Rng) {
        let Some(own) = self.config.inform else { return };
        self.attempt = self.attempt.saturating_add(1);
        self.asked = self.asked.saturating_add(1);
        let mut message = self.message(now, Kind::Inform);
        message.client = own.addr();
        let (interface, address, attempt) = (self.config.interface, own.addr(), self.attempt);
        self.tell(DhcpEvent::InformSent { interface, address, attempt });
        self.actions.push_back(Action::Send(Box::new(message), None));
        self.next = Some(now + self.backoff(rng));
    }

    fn send_request(
        &mut self,
        now: Instant,
        message: Message,
        address: Ipv4Addr,
        server: Option<Ipv4Addr>,
        stage: RequestStage,
        to: Option<Ipv4Addr>,
    ) {
        if self.attempt == 1 {
            self.asked_at = now;
        }
        let (interface, attempt) = (self.config.interface, self.attempt);
        self.tell(DhcpEvent::RequestSent { interface, address, server, stage, attempt });
        self.actions.push_back(Action::Send(Box::new(message), to));
    }

    fn tell(&mut self, event: DhcpEvent) {
        self.actions.push_back(Action::Tell(event));
    }
}
