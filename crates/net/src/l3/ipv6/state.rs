//! What IPv6 keeps for an interface: addresses with their checks and lifetimes, routers and
//! prefixes that were advertised, groups. It decides what is due; the layer sends.

mod steps;

use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::trace::AddressOrigin;
use lanternet_core::{Duration, Instant, IpNet, MacAddr, Rng};

use super::address::{self, ALL_NODES, ALL_NODES_OF_INTERFACE, ALL_ROUTERS, IDENTIFIER_BITS};
use super::icmpv6::MIN_MTU;
use super::mld::Groups;
use crate::l3::config::{AdvertiseConfig, InterfaceConfig};

/// The random wait before the first message of an interface (RFC 4861 section 10:
/// `MAX_RTR_SOLICITATION_DELAY`; RFC 4862 section 5.4.2 asks for the same).
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// Questions before an address is used (RFC 4862 section 5.1: `DupAddrDetectTransmits`).
const DUPLICATE_TRANSMITS: u8 = 1;
/// Time for an answer to each (RFC 4861 section 10: `RETRANS_TIMER`).
const RETRANS_TIMER: Duration = Duration::from_secs(1);
/// Solicitations of routers before giving up, and the time between them
/// (`MAX_RTR_SOLICITATIONS`, `RTR_SOLICITATION_INTERVAL`).
const ROUTER_SOLICITATIONS: u8 = 3;
const ROUTER_SOLICITATION_INTERVAL: Duration = Duration::from_secs(4);
/// Advertisements that follow one another quickly when an interface begins, and the longest time
/// between those (`MAX_INITIAL_RTR_ADVERTISEMENTS`, `MAX_INITIAL_RTR_ADVERT_INTERVAL`).
const INITIAL_ADVERTISEMENTS: u8 = 3;
const INITIAL_INTERVAL: Duration = Duration::from_secs(16);
/// The random wait before an answer to a solicitation (`MAX_RA_DELAY_TIME`).
const ANSWER_DELAY: Duration = Duration::from_millis(500);
/// Least time between two advertisements to all (`MIN_DELAY_BETWEEN_RAS`).
const LEAST_INTERVAL: Duration = Duration::from_secs(3);
/// Addresses formed from advertised prefixes (Linux: `max_addresses`).
const ADDRESS_LIMIT: usize = 16;
/// Routers and prefixes that are remembered of each interface.
pub(super) const ROUTER_LIMIT: usize = 16;
/// An unauthenticated advertisement cannot shorten a valid lifetime below this (RFC 4862 section
/// 5.5.3 (e)).
const TWO_HOURS: Duration = Duration::from_secs(2 * 60 * 60);
/// Solicitations of routers that wait for an answer; more get the next advertisement to all.
const ASKER_LIMIT: usize = 64;

/// IPv6 of one interface.
#[derive(Debug)]
pub(in crate::l3) struct Interface6 {
    slaac: bool,
    detect: bool,
    announce: bool,
    configured: Box<[IpNet]>,
    pub(super) advertise: Option<Box<AdvertiseConfig>>,
    pub(in crate::l3) addresses: Vec<Address6>,
    pub(super) routers: Vec<Router>,
    prefixes: Vec<Prefix>,
    solicitation: Option<Solicitation>,
    advertising: Option<Advertising>,
    pub(super) groups: Groups,
    /// What the segment takes, if a router said so.
    pub(super) link_mtu: Option<u16>,
    /// The hop limit to use, if a router said so.
    pub(super) hop_limit: Option<u8>,
    /// The checks and questions run: the cable is up.
    running: bool,
    /// The cable takes too little for IPv6.
    narrow: bool,
}

/// An address of the interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::l3) struct Address6 {
    pub(in crate::l3) address: Ipv6Addr,
    pub(in crate::l3) prefix_len: u8,
    pub(in crate::l3) origin: AddressOrigin,
    pub(in crate::l3) stage: Stage,
    /// Until when it is preferred, and valid; [`Instant::MAX`]: for ever.
    pub(in crate::l3) preferred: Instant,
    pub(in crate::l3) valid: Instant,
    /// Marks our own check (RFC 7527).
    pub(super) nonce: [u8; 6],
}

/// How far an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::l3) enum Stage {
    /// Being checked: nobody may know of it yet.
    Tentative { sent: u8, next: Instant },
    /// In use.
    Preferred,
    /// In use by conversations that exist.
    Deprecated,
    /// Somebody else has it.
    Duplicate,
}

impl Address6 {
    pub(in crate::l3) fn net(&self) -> IpNet {
        // The length was checked when the address was made.
        IpNet::new(self.address.into(), self.prefix_len)
            .unwrap_or_else(|_| IpAddr::V6(self.address).into())
    }

    pub(in crate::l3) fn in_use(&self) -> bool {
        matches!(self.stage, Stage::Preferred | Stage::Deprecated)
    }

    fn tentative(&self) -> bool {
        matches!(self.stage, Stage::Tentative { .. })
    }
}

/// A default router (RFC 4861 section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Router {
    pub(super) address: Ipv6Addr,
    pub(super) until: Instant,
}

/// A prefix of the segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Prefix {
    net: IpNet,
    until: Instant,
}

#[derive(Debug)]
struct Solicitation {
    sent: u8,
    next: Instant,
}

#[derive(Debug)]
struct Advertising {
    /// Advertisements to all sent so far, as long as it matters.
    sent: u8,
    next: Instant,
    last: Option<Instant>,
    /// Who asked, and when the answer is due.
    askers: Vec<(Ipv6Addr, Instant)>,
}

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Ask whether anybody has the address; which question this is, from 1.
    Check {
        address: Ipv6Addr,
        nonce: [u8; 6],
        attempt: u8,
    },
    /// Nobody has it.
    Ready {
        net: IpNet,
        origin: AddressOrigin,
        announce: bool,
    },
    Deprecated(Ipv6Addr),
    Expired(Ipv6Addr),
    SolicitRouter(u8),
    NoRouter(u8),
    RouterExpired(Ipv6Addr),
    PrefixExpired(IpNet),
    /// Advertise to all, or to one that asked.
    Advertise(Ipv6Addr),
    /// Tell of these groups.
    Report {
        joined: Vec<Ipv6Addr>,
        left: Vec<Ipv6Addr>,
        asked: bool,
    },
}

/// What an advertised prefix meant for the addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Formed {
    New(Ipv6Addr),
    Refreshed { address: Ipv6Addr, two_hours: bool },
    TooMany,
}

impl Interface6 {
    /// IPv6 of an interface, if its configuration asks for it.
    pub(in crate::l3) fn new(config: &InterfaceConfig) -> Option<Box<Self>> {
        let configured: Vec<IpNet> =
            config.addresses.iter().filter(|net| net.addr().is_ipv6()).copied().collect();
        let v6 = config.v6.as_deref().cloned().unwrap_or_default();
        let wanted = !configured.is_empty() || v6.slaac;
        wanted.then(|| {
            Box::new(Self {
                slaac: v6.slaac,
                detect: v6.detect_duplicates,
                announce: config.announce,
                configured: configured.into(),
                advertise: v6.advertise,
                addresses: Vec::new(),
                routers: Vec::new(),
                prefixes: Vec::new(),
                solicitation: None,
                advertising: None,
                groups: Groups::default(),
                link_mtu: None,
                hop_limit: None,
                running: false,
                narrow: config.mtu < MIN_MTU,
            })
        })
    }

    /// Whether the cable takes enough for IPv6.
    pub(in crate::l3) fn is_on(&self) -> bool {
        !self.narrow
    }

    /// The node lost its power.
    pub(in crate::l3) fn stop(&mut self) {
        self.addresses.clear();
        self.routers.clear();
        self.prefixes.clear();
        (self.solicitation, self.advertising) = (None, None);
        (self.link_mtu, self.hop_limit) = (None, None);
        self.running = false;
        self.groups = Groups::default();
    }

    /// The node has power: the addresses that are checked now.
    pub(super) fn start(&mut self, now: Instant, mac: MacAddr, forwarding: bool, rng: &mut Rng) {
        self.stop();
        if self.narrow {
            return;
        }
        self.running = true;
        if forwarding {
            self.groups.join(ALL_ROUTERS);
        }
        let configured: Vec<IpNet> = self.configured.to_vec();
        for net in &configured {
            if let IpAddr::V6(address) = net.addr() {
                let origin = AddressOrigin::Configured;
                self.add(now, address, net.prefix_len(), origin, [Instant::MAX; 2], rng);
            }
        }
        let has_link_local = |own: &Address6| own.address.is_unicast_link_local();
        if !self.addresses.iter().any(has_link_local) {
            let (address, origin) = (address::link_local(mac), AddressOrigin::LinkLocal);
            self.add(now, address, IDENTIFIER_BITS, origin, [Instant::MAX; 2], rng);
        }
    }

    /// One more address, to be checked first if addresses are.
    pub(super) fn add(
        &mut self,
        now: Instant,
        address: Ipv6Addr,
        prefix_len: u8,
        origin: AddressOrigin,
        [preferred, valid]: [Instant; 2],
        rng: &mut Rng,
    ) {
        if self.addresses.iter().any(|own| own.address == address) {
            return;
        }
        // An advertisement reaches all hosts at the same time: they wait as at start.
        let wait = match self.detect {
            true => Duration::from_nanos(rng.below(FIRST_DELAY.nanos())),
            false => Duration::ZERO,
        };
        let stage = Stage::Tentative { sent: 0, next: now + wait };
        let mut nonce = [0; 6];
        rng.fill(&mut nonce);
        self.addresses.push(Address6 {
            address,
            prefix_len,
            origin,
            stage,
            preferred,
            valid,
            nonce,
        });
        self.groups.join(address::solicited_node(address));
    }

    /// One more address, which is known to be free.
    pub(in crate::l3) fn add_free(&mut self, address: Ipv6Addr, prefix_len: u8) {
        if self.narrow || self.addresses.iter().any(|own| own.address == address) {
            return;
        }
        let (origin, stage) = (AddressOrigin::Configured, Stage::Preferred);
        let [preferred, valid] = [Instant::MAX; 2];
        let nonce = [0; 6];
        let own = Address6 { address, prefix_len, origin, stage, preferred, valid, nonce };
        self.addresses.push(own);
        self.groups.join(address::solicited_node(address));
    }

    /// One address less.
    pub(in crate::l3) fn remove(&mut self, address: Ipv6Addr) {
        let Some(at) = self.addresses.iter().position(|own| own.address == address) else { return };
        if self.addresses.remove(at).stage != Stage::Duplicate {
            self.groups.leave(address::solicited_node(address));
        }
    }

    /// The cable came up or went down. As in Linux addresses stay; those that were not checked yet
    /// are checked once it is up, groups are reported again, and routers are looked for again.
    pub(super) fn set_up(&mut self, now: Instant, up: bool, rng: &mut Rng) {
        if up == self.running || self.narrow {
            return;
        }
        self.running = up;
        if !up {
            (self.solicitation, self.advertising) = (None, None);
            return;
        }
        let mut wait = || now + Duration::from_nanos(rng.below(FIRST_DELAY.nanos()));
        for own in self.addresses.iter_mut().filter(|own| own.tentative()) {
            own.stage = Stage::Tentative { sent: 0, next: wait() };
        }
        self.groups.report_all(now, rng);
        if self.link_local().is_some() {
            self.begin(now, rng);
        }
    }

    /// There is a link-local address: routers are looked for, or advertised.
    fn begin(&mut self, now: Instant, rng: &mut Rng) {
        if self.slaac {
            let wait = Duration::from_nanos(rng.below(FIRST_DELAY.nanos()));
            self.solicitation = Some(Solicitation { sent: 0, next: now + wait });
        }
        if self.advertise.is_some() {
            self.advertising =
                Some(Advertising { sent: 0, next: now, last: None, askers: Vec::new() });
        }
    }

    /// Whether routers configure it.
    pub(super) fn listens_to_routers(&self) -> bool {
        self.slaac
    }

    /// Whether programs should wait: addresses are still being checked, or routers looked for.
    pub(in crate::l3) fn is_configuring(&self) -> bool {
        let looking = self.solicitation.is_some();
        self.running && (looking || self.addresses.iter().any(Address6::tentative))
    }

    /// The addresses in use.
    pub(in crate::l3) fn in_use(&self) -> impl Iterator<Item = &Address6> + Clone {
        self.addresses.iter().filter(|own| own.in_use())
    }

    /// Whether this is one of its addresses in use.
    pub(in crate::l3) fn owns(&self, address: Ipv6Addr) -> bool {
        self.in_use().any(|own| own.address == address)
    }

    /// The address that neighbours know it by.
    pub(super) fn link_local(&self) -> Option<Ipv6Addr> {
        self.in_use().map(|own| own.address).find(|address| address.is_unicast_link_local())
    }

    /// A program takes part in a group, or no longer.
    pub(in crate::l3) fn join(&mut self, group: Ipv6Addr) {
        self.groups.join(group);
    }

    pub(in crate::l3) fn leave(&mut self, group: Ipv6Addr) {
        self.groups.leave(group);
    }

    /// Whether it listens to the group.
    pub(in crate::l3) fn is_member(&self, group: Ipv6Addr) -> bool {
        group == ALL_NODES || group == ALL_NODES_OF_INTERFACE || self.groups.has(group)
    }

    /// Whether a frame to this hardware address of a group is taken in.
    pub(in crate::l3) fn takes(&self, mac: MacAddr) -> bool {
        let carries = |group: Ipv6Addr| MacAddr::for_multicast(group.into()) == mac;
        carries(ALL_NODES) || self.groups.joined().any(carries)
    }

    /// Whether this prefix is known to be on the segment because a router said so.
    pub(super) fn has_prefix(&self, net: IpNet) -> bool {
        self.prefixes.iter().any(|known| known.net == net)
    }

    /// A router says that a prefix is on the segment. Whether that is news.
    pub(super) fn set_prefix(&mut self, net: IpNet, until: Instant) -> bool {
        if let Some(known) = self.prefixes.iter_mut().find(|known| known.net == net) {
            known.until = until;
            return false;
        }
        let room = self.prefixes.len() < ROUTER_LIMIT;
        if room {
            self.prefixes.push(Prefix { net, until });
        }
        room
    }

    /// The prefix is no longer on the segment.
    pub(super) fn remove_prefix(&mut self, net: IpNet) {
        self.prefixes.retain(|known| known.net != net);
    }

    /// A router may be used until then. Whether that is news.
    pub(super) fn set_router(&mut self, address: Ipv6Addr, until: Instant) -> bool {
        if let Some(known) = self.routers.iter_mut().find(|known| known.address == address) {
            known.until = until;
            return false;
        }
        let room = self.routers.len() < ROUTER_LIMIT;
        if room {
            self.routers.push(Router { address, until });
        }
        room
    }

    /// The router may not be used any more. Whether it might before.
    pub(super) fn remove_router(&mut self, address: Ipv6Addr) -> bool {
        let before = self.routers.len();
        self.routers.retain(|known| known.address != address);
        self.routers.len() < before
    }

    /// A router answered: no more questions (RFC 4861 section 6.3.7).
    pub(super) fn router_found(&mut self) {
        self.solicitation = None;
    }

    /// An address from an advertised prefix of the right length (RFC 4862 section 5.5.3 (d), (e)).
    pub(super) fn form(
        &mut self,
        now: Instant,
        prefix: Ipv6Addr,
        mac: MacAddr,
        router: Ipv6Addr,
        [preferred, valid]: [Option<Duration>; 2],
        rng: &mut Rng,
    ) -> Option<Formed> {
        let until = |lifetime: Option<Duration>| lifetime.map_or(Instant::MAX, |left| now + left);
        let address = address::with_identifier(prefix, mac);
        let advertised =
            |own: &&mut Address6| matches!(own.origin, AddressOrigin::Advertised { .. });
        let known = self.addresses.iter_mut().filter(advertised).find(|own| own.address == address);
        if let Some(own) = known {
            let left = own.valid.since(now);
            let longer = valid.is_none_or(|valid| valid > TWO_HOURS || valid > left);
            let two_hours = !longer && left > TWO_HOURS;
            if longer {
                own.valid = until(valid);
            } else if two_hours {
                own.valid = now + TWO_HOURS;
            }
            own.preferred = until(preferred).min(own.valid);
            if own.in_use() {
                // Whether it is deprecated is found out by the next step.
                own.stage = Stage::Preferred;
            }
            return Some(Formed::Refreshed { address, two_hours });
        }
        if valid == Some(Duration::ZERO) {
            return None;
        }
        if self.addresses.len() >= ADDRESS_LIMIT {
            return Some(Formed::TooMany);
        }
        let origin = AddressOrigin::Advertised { router: router.into() };
        self.add(now, address, IDENTIFIER_BITS, origin, [until(preferred), until(valid)], rng);
        Some(Formed::New(address))
    }

    /// Somebody else has this address, which was being checked. Whether it was.
    pub(super) fn duplicate(&mut self, address: Ipv6Addr) -> bool {
        let own = self.addresses.iter_mut().find(|own| own.address == address && own.tentative());
        let Some(own) = own else { return false };
        own.stage = Stage::Duplicate;
        self.groups.leave(address::solicited_node(address));
        true
    }

    /// The address that is being checked, if it is this one.
    pub(super) fn checking(&self, address: Ipv6Addr) -> Option<&Address6> {
        self.addresses.iter().find(|own| own.address == address && own.tentative())
    }

    /// A host asks for an advertisement, if this interface advertises. The unspecified address gets
    /// one to all (RFC 4861 section 6.2.6).
    pub(super) fn asked(&mut self, now: Instant, asker: Ipv6Addr, rng: &mut Rng) -> bool {
        let Some(advertising) = &mut self.advertising else { return false };
        let at = now + Duration::from_nanos(rng.below(ANSWER_DELAY.nanos()));
        if asker.is_unspecified() || advertising.askers.len() >= ASKER_LIMIT {
            let earliest = advertising.last.map_or(at, |last| at.max(last + LEAST_INTERVAL));
            advertising.next = advertising.next.min(earliest);
        } else if !advertising.askers.iter().any(|(known, _)| *known == asker) {
            advertising.askers.push((asker, at));
        }
        true
    }
}
