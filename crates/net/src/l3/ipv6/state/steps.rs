//! What an interface's timers ask for, one step at a time.

use lanternet_core::{Deadline, Duration, Instant, Rng};

use super::{
    Address6, DUPLICATE_TRANSMITS, INITIAL_ADVERTISEMENTS, INITIAL_INTERVAL, Interface6,
    RETRANS_TIMER, ROUTER_SOLICITATION_INTERVAL, ROUTER_SOLICITATIONS, Stage, Step,
};
use crate::l3::ipv6::address::ALL_NODES;

impl Interface6 {
    /// The next thing whose time has come. Call until `None`.
    pub(in crate::l3::ipv6) fn step(&mut self, now: Instant, rng: &mut Rng) -> Option<Step> {
        if let Some(step) = self.lifetime_step(now) {
            return Some(step);
        }
        if !self.running {
            return None;
        }
        self.address_step(now, rng)
            .or_else(|| self.solicitation_step(now))
            .or_else(|| self.advertising_step(now, rng))
            .or_else(|| {
                let from_here = self.addresses.iter().any(|own| !own.tentative());
                self.groups.step(now, from_here, rng)
            })
    }

    fn lifetime_step(&mut self, now: Instant) -> Option<Step> {
        if let Some(own) = self.addresses.iter().find(|own| own.valid <= now) {
            let address = own.address;
            self.remove(address);
            return Some(Step::Expired(address));
        }
        let old = |own: &&mut Address6| own.stage == Stage::Preferred && own.preferred <= now;
        if let Some(own) = self.addresses.iter_mut().find(old) {
            own.stage = Stage::Deprecated;
            return Some(Step::Deprecated(own.address));
        }
        if let Some(index) = self.routers.iter().position(|router| router.until <= now) {
            return Some(Step::RouterExpired(self.routers.remove(index).address));
        }
        let index = self.prefixes.iter().position(|prefix| prefix.until <= now)?;
        Some(Step::PrefixExpired(self.prefixes.remove(index).net))
    }

    fn address_step(&mut self, now: Instant, rng: &mut Rng) -> Option<Step> {
        let (detect, announce) = (self.detect, self.announce);
        let had_link_local = self.link_local().is_some();
        let due =
            |own: &&mut Address6| matches!(own.stage, Stage::Tentative { next, .. } if next <= now);
        let own = self.addresses.iter_mut().find(due)?;
        let Stage::Tentative { sent, .. } = own.stage else { return None };
        if detect && sent < DUPLICATE_TRANSMITS {
            own.stage = Stage::Tentative { sent: sent + 1, next: now + RETRANS_TIMER };
            let (address, nonce) = (own.address, own.nonce);
            return Some(Step::Check { address, nonce, attempt: sent + 1 });
        }
        own.stage = Stage::Preferred;
        let (net, origin) = (own.net(), own.origin);
        if own.address.is_unicast_link_local() && !had_link_local {
            self.begin(now, rng);
            self.groups.report_all(now, rng);
        }
        Some(Step::Ready { net, origin, announce })
    }

    fn solicitation_step(&mut self, now: Instant) -> Option<Step> {
        let solicitation = self.solicitation.as_mut().filter(|asking| asking.next <= now)?;
        if solicitation.sent >= ROUTER_SOLICITATIONS {
            let sent = solicitation.sent;
            self.solicitation = None;
            return Some(Step::NoRouter(sent));
        }
        solicitation.sent += 1;
        solicitation.next = now + ROUTER_SOLICITATION_INTERVAL;
        Some(Step::SolicitRouter(solicitation.sent))
    }

    fn advertising_step(&mut self, now: Instant, rng: &mut Rng) -> Option<Step> {
        let interval = self.advertise.as_ref()?.interval;
        let advertising = self.advertising.as_mut()?;
        if let Some(index) = advertising.askers.iter().position(|(_, at)| *at <= now) {
            return Some(Step::Advertise(advertising.askers.remove(index).0));
        }
        if advertising.next > now {
            return None;
        }
        // A random time between the least and the greatest (section 6.2.4); the least is a third.
        let longest = interval.max(Duration::from_secs(4));
        let shortest = Duration::from_nanos(longest.nanos() / 3);
        let spread = rng.below(longest.saturating_sub(shortest).nanos().max(1));
        let mut wait = shortest + Duration::from_nanos(spread);
        advertising.sent = advertising.sent.saturating_add(1);
        if advertising.sent < INITIAL_ADVERTISEMENTS {
            wait = wait.min(INITIAL_INTERVAL);
        }
        advertising.last = Some(now);
        advertising.next = now + wait;
        Some(Step::Advertise(ALL_NODES))
    }

    /// When [`step`](Self::step) has something to do. Checks and questions hold a run open,
    /// lifetimes and advertisements do not.
    pub(in crate::l3) fn next_deadline(&self) -> Option<Deadline> {
        let mut next = None;
        let mut add = |deadline| next = Deadline::earliest(next, Some(deadline));
        for own in &self.addresses {
            for until in [own.valid, own.preferred] {
                let counts = until == own.valid || own.stage == Stage::Preferred;
                if until != Instant::MAX && counts {
                    add(Deadline::background(until));
                }
            }
        }
        let untils = self.routers.iter().map(|router| router.until);
        for until in untils.chain(self.prefixes.iter().map(|prefix| prefix.until)) {
            if until != Instant::MAX {
                add(Deadline::background(until));
            }
        }
        if !self.running {
            return next;
        }
        for own in &self.addresses {
            if let Stage::Tentative { next, .. } = own.stage {
                add(Deadline::busy(next));
            }
        }
        if let Some(solicitation) = &self.solicitation {
            add(Deadline::busy(solicitation.next));
        }
        if let Some(advertising) = &self.advertising {
            add(Deadline::background(advertising.next));
            for (_, at) in &advertising.askers {
                add(Deadline::busy(*at));
            }
        }
        if let Some(at) = self.groups.next_deadline() {
            add(Deadline::background(at));
        }
        next
    }
}
