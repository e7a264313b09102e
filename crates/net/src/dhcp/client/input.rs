//! What servers say.

use std::net::IpAddr;

use lanternet_core::trace::{DhcpEvent, DropReason, Protocol};
use lanternet_core::{Instant, Rng};

use super::{Acquired, Action, Client, ClientState, Lease, NAK_WAIT};
use crate::dhcp::message::{Kind, Message};

impl Client {
    /// A server's message came in.
    ///
    /// # Errors
    /// Why it changes nothing.
    pub fn handle_message(
        &mut self,
        now: Instant,
        rng: &mut Rng,
        message: &Message,
    ) -> Result<(), DropReason> {
        if message.mac != self.config.mac {
            return Err(DropReason::DhcpOtherClient { mac: message.mac });
        }
        // RFC 6842: an identifier that is not ours means another client behind this hardware.
        let ours = [1].into_iter().chain(self.config.mac.0);
        let id = &message.options.client_id;
        if id.as_ref().is_some_and(|id| !id.iter().copied().eq(ours)) {
            return Err(DropReason::DhcpOtherClient { mac: message.mac });
        }
        if message.transaction != self.transaction {
            return Err(DropReason::DhcpUnexpected);
        }
        match (message.kind, self.state) {
            (Kind::Offer, ClientState::Selecting) => self.offered(now, rng, message),
            (Kind::Offer, _) => self.offered_late(message),
            (Kind::Ack, ClientState::Informing) => self.informed(now, message),
            (
                Kind::Ack,
                ClientState::Requesting
                | ClientState::Renewing
                | ClientState::Rebinding
                | ClientState::Rebooting,
            ) => self.agreed(now, message),
            (
                Kind::Nak,
                ClientState::Requesting
                | ClientState::Renewing
                | ClientState::Rebinding
                | ClientState::Rebooting,
            ) => {
                self.refused(now, rng, message);
                Ok(())
            }
            _ => Err(DropReason::DhcpUnexpected),
        }
    }

    /// The first offer that makes sense is taken (RFC 2131 section 4.4.1 leaves the choice open).
    fn offered(
        &mut self,
        now: Instant,
        rng: &mut Rng,
        message: &Message,
    ) -> Result<(), DropReason> {
        let address = Message::specified(message.yours).ok_or_else(incomplete)?;
        let server = message.options.server.ok_or_else(incomplete)?;
        Acquired::new(address, message).ok_or_else(incomplete)?;
        let interface = self.config.interface;
        let seconds = message.options.lease.unwrap_or_default();
        let lease = lanternet_core::Duration::from_secs(seconds.into());
        self.tell(DhcpEvent::OfferTaken { interface, address, server, lease });
        self.offer = Some((address, server));
        self.attempt = 0;
        self.request(now, rng);
        Ok(())
    }

    fn offered_late(&mut self, message: &Message) -> Result<(), DropReason> {
        let (Some((taken_address, taken)), Some(server)) = (self.offer, message.options.server)
        else {
            return Err(DropReason::DhcpUnexpected);
        };
        let (interface, address) = (self.config.interface, message.yours);
        if (taken_address, taken) == (address, server) {
            return Err(DropReason::DhcpUnexpected);
        }
        self.tell(DhcpEvent::OfferIgnored { interface, address, server, taken });
        Ok(())
    }

    fn agreed(&mut self, now: Instant, message: &Message) -> Result<(), DropReason> {
        let address = Message::specified(message.yours).ok_or_else(incomplete)?;
        let acquired = Acquired::new(address, message).ok_or_else(incomplete)?;
        let lease = Lease::new(acquired, message, self.asked_at).ok_or_else(incomplete)?;
        let net = lease.acquired.address;
        let same =
            self.in_use && self.lease.as_ref().is_some_and(|known| known.acquired.address == net);
        if same {
            self.lease = Some(lease);
            self.bind(now, true);
            return Ok(());
        }
        self.drop_lease();
        self.lease = Some(lease);
        self.state = ClientState::Checking;
        self.next = None;
        self.actions.push_back(Action::Check(net));
        Ok(())
    }

    /// The address is the client's.
    pub(super) fn bind(&mut self, now: Instant, renewed: bool) {
        let Some(lease) = self.lease.clone() else { return };
        let interface = self.config.interface;
        self.state = ClientState::Bound;
        self.in_use = true;
        self.patience = None;
        self.next = Some(lease.renew.max(now));
        self.tell(DhcpEvent::LeaseObtained {
            interface,
            address: lease.acquired.address.into(),
            server: lease.server,
            lease: lease.expires.since(lease.since),
            renew: lease.renew.since(lease.since),
            rebind: lease.rebind.since(lease.since),
            renewed,
        });
        self.put_to_use(lease.acquired, renewed);
    }

    fn informed(&mut self, _now: Instant, message: &Message) -> Result<(), DropReason> {
        let own = self.config.inform.ok_or(DropReason::DhcpUnexpected)?;
        let acquired = Acquired::new(own.addr(), message).ok_or_else(incomplete)?;
        self.state = ClientState::Done;
        self.next = None;
        self.patience = None;
        self.put_to_use(Acquired { address: own, ..acquired }, false);
        Ok(())
    }

    /// Uses what came, and tells it the first time.
    fn put_to_use(&mut self, acquired: Acquired, renewed: bool) {
        if !renewed {
            let gateway = acquired.gateway();
            let others = acquired.routes.iter().filter(|(to, _)| to.prefix_len() > 0).count();
            self.tell(DhcpEvent::OptionsTaken {
                interface: self.config.interface,
                gateway,
                routes: others as u16,
                dns: acquired.dns.iter().copied().map(IpAddr::V4).collect(),
                domain: acquired.domain.as_deref().map(Into::into),
                mtu: acquired.mtu,
            });
        }
        self.actions.push_back(Action::Use(Box::new(acquired)));
    }

    fn refused(&mut self, now: Instant, rng: &mut Rng, message: &Message) {
        let interface = self.config.interface;
        let asked = self.offer.map(|(address, _)| address);
        let known = self.lease.as_ref().map(|lease| lease.acquired.address.addr());
        let server = message.options.server;
        if let Some(address) = asked.or(known) {
            self.tell(DhcpEvent::Refused { interface, address, server });
        }
        self.drop_lease();
        self.begin(now, rng);
        self.wait(now, NAK_WAIT);
    }
}

fn incomplete() -> DropReason {
    DropReason::Malformed { protocol: Protocol::Dhcp, what: "lacks what an answer must have" }
}
