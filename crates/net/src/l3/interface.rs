//! One interface of a node: its addresses, its groups, and the care it takes that nobody else uses
//! its addresses (RFC 5227).

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::AddressOrigin;
use lanternet_core::{Duration, Instant, IpNet, MacAddr, Rng};

use super::MIN_MTU;
use super::config::{InterfaceConfig, StaticNeighbor};
use super::ipv6::state::{Address6, Interface6};

/// Random wait before the first probe, up to this (RFC 5227 section 1.1: `PROBE_WAIT`).
const PROBE_WAIT: Duration = Duration::from_secs(1);
/// Probes before an address is used (`PROBE_NUM`).
const PROBE_NUM: u8 = 3;
/// Least and greatest time between probes (`PROBE_MIN`, `PROBE_MAX`).
const PROBE_MIN: Duration = Duration::from_secs(1);
const PROBE_SPREAD: Duration = Duration::from_secs(1);
/// Time from the last probe to the first announcement (`ANNOUNCE_WAIT`).
const ANNOUNCE_WAIT: Duration = Duration::from_secs(2);
/// Announcements, and the time between them (`ANNOUNCE_NUM`, `ANNOUNCE_INTERVAL`).
const ANNOUNCE_NUM: u8 = 2;
const ANNOUNCE_INTERVAL: Duration = Duration::from_secs(2);
/// Least time between two defences (`DEFEND_INTERVAL`).
pub(super) const DEFEND_INTERVAL: Duration = Duration::from_secs(10);

/// An interface.
#[derive(Debug)]
pub(super) struct Interface {
    /// The hardware address.
    pub(super) mac: MacAddr,
    /// The longest packet that leaves in one piece.
    pub(super) mtu: u16,
    /// Whether the cable is up.
    pub(super) up: bool,
    addresses: Vec<Address>,
    groups: Box<[IpAddr]>,
    announce: bool,
    detect: bool,
    /// Whether a DHCP client listens here: what comes for its port is taken in without an address.
    pub(super) acquiring: bool,
    /// Whether it asks who takes part in groups.
    pub(super) querier: bool,
    #[expect(clippy::box_collection, reason = "8 bytes less in each of a million silent hosts")]
    neighbors: Option<Box<Vec<StaticNeighbor>>>,
    /// What IPv6 keeps; its addresses are there and not among the others.
    pub(super) v6: Option<Box<Interface6>>,
}

#[derive(Debug)]
struct Address {
    net: IpNet,
    /// The address of all stations of the segment, if it has one: computed once, asked for often.
    broadcast: Option<IpAddr>,
    claim: Claim,
    /// When the address was last defended.
    defended: Option<Instant>,
    /// Whether it was given while the node ran, and is forgotten with a crash.
    dynamic: bool,
}

/// The last address of an IPv4 segment. A segment of one or two addresses has none (RFC 3021).
fn directed_broadcast(net: IpNet) -> Option<IpAddr> {
    (net.addr().is_ipv4() && net.prefix_len() < 31).then(|| net.broadcast())
}

/// How far a node is with making an address its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// Asking whether anybody has it; it is not used yet.
    Probing { sent: u8, next: Instant },
    /// In use, and being announced.
    Announcing { sent: u8, next: Instant },
    /// In use.
    Settled,
    /// Somebody else has it; it is not used.
    Abandoned,
}

/// What an address's timer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClaimStep {
    /// Ask whether anybody has the address; which probe this is, from 1.
    Probe(Ipv4Addr, u8),
    /// Tell that it is ours; whether it becomes usable with this.
    Announce(IpNet, bool),
}

/// What to do about another station that uses our address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conflict {
    /// Announce the address once more (RFC 5227 section 2.4 (c): addresses here are given by hand, so
    /// they are never given up).
    Defend,
    /// It was defended a short time ago: do nothing, or two stations would shout for ever.
    Endure,
    /// It was not ours yet: leave it to them.
    Abandon,
}

impl Interface {
    pub(super) fn new(config: &InterfaceConfig) -> Self {
        let address = |net: &IpNet| Address {
            net: *net,
            broadcast: directed_broadcast(*net),
            claim: Claim::Settled,
            defended: None,
            dynamic: false,
        };
        // Not collected: that reserves room for four, and a large network has many interfaces.
        let own = config.addresses.iter().filter(|net| net.addr().is_ipv4());
        let mut addresses = Vec::with_capacity(own.clone().count());
        addresses.extend(own.map(address));
        Self {
            mac: config.mac,
            mtu: config.mtu.max(MIN_MTU),
            up: true,
            addresses,
            groups: Box::default(),
            announce: config.announce,
            detect: config.detect_conflicts,
            acquiring: false,
            querier: config.querier,
            neighbors: (!config.neighbors.is_empty()).then(|| Box::new(config.neighbors.clone())),
            v6: Interface6::new(config),
        }
    }

    /// The node has power: addresses are probed, announced, or simply used.
    pub(super) fn start(&mut self, now: Instant, rng: &mut Rng) {
        self.up = true;
        self.groups = Box::default();
        self.crash();
        for address in &mut self.addresses {
            address.defended = None;
            address.claim = if self.detect && address.net.addr().is_ipv4() {
                let wait = Duration::from_nanos(rng.below(PROBE_WAIT.nanos()));
                Claim::Probing { sent: 0, next: now + wait }
            } else if self.announce && address.net.addr().is_ipv4() {
                Claim::Announcing { sent: ANNOUNCE_NUM - 1, next: now }
            } else {
                Claim::Settled
            };
        }
    }

    /// The node lost its power: what was given while it ran is forgotten.
    pub(super) fn crash(&mut self) {
        self.addresses.retain(|address| !address.dynamic);
    }

    /// One more address, in use from now on.
    pub(super) fn add(&mut self, net: IpNet) {
        if let IpAddr::V6(address) = net.addr() {
            // Where IPv6 is off it stays off.
            if let Some(v6) = &mut self.v6 {
                v6.add_free(address, net.prefix_len());
            }
            return;
        }
        if !self.addresses.iter().any(|own| own.net == net && own.claim != Claim::Abandoned) {
            let (broadcast, claim) = (directed_broadcast(net), Claim::Settled);
            let own = Address { net, broadcast, claim, defended: None, dynamic: true };
            self.addresses.push(own);
        }
    }

    /// One more address, which is used once nobody has answered for it (RFC 5227 section 2.1).
    pub(super) fn claim(&mut self, now: Instant, rng: &mut Rng, net: IpNet) {
        self.remove(net.addr());
        let wait = Duration::from_nanos(rng.below(PROBE_WAIT.nanos()));
        let claim = Claim::Probing { sent: 0, next: now + wait };
        let broadcast = directed_broadcast(net);
        self.addresses.push(Address { net, broadcast, claim, defended: None, dynamic: true });
    }

    /// Whether an address is still being asked for.
    pub(super) fn is_probing(&self, address: Option<IpAddr>) -> bool {
        self.addresses.iter().any(|own| {
            matches!(own.claim, Claim::Probing { .. })
                && address.is_none_or(|address| own.net.addr() == address)
        })
    }

    /// One address less.
    pub(super) fn remove(&mut self, address: IpAddr) {
        if let (IpAddr::V6(address), Some(v6)) = (address, &mut self.v6) {
            return v6.remove(address);
        }
        self.addresses.retain(|own| own.net.addr() != address);
    }

    /// The neighbours that it is told of from the start.
    pub(super) fn neighbors(&self) -> &[StaticNeighbor] {
        self.neighbors.as_ref().map_or(&[], |neighbors| neighbors.as_slice())
    }

    /// The addresses in use, each with its segment.
    pub(super) fn addresses(&self) -> impl Iterator<Item = IpNet> + Clone + '_ {
        self.used().map(|address| address.net).chain(self.addresses6().map(Address6::net))
    }

    fn addresses6(&self) -> impl Iterator<Item = &Address6> + Clone + '_ {
        self.v6.iter().flat_map(|v6| v6.in_use())
    }

    /// The segments that its addresses say it is on. An advertised address says nothing of that.
    pub(super) fn segments(&self) -> impl Iterator<Item = IpNet> + '_ {
        let own = |address: &&Address6| !matches!(address.origin, AddressOrigin::Advertised { .. });
        let v6 = self.addresses6().filter(own).map(Address6::net);
        self.used().map(|address| address.net).chain(v6)
    }

    fn used(&self) -> impl Iterator<Item = &Address> + Clone {
        let used =
            |address: &&Address| matches!(address.claim, Claim::Announcing { .. } | Claim::Settled);
        self.addresses.iter().filter(used)
    }

    /// Whether this is one of its addresses in use.
    pub(super) fn owns(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(_) => self.used().any(|own| own.net.addr() == address),
            IpAddr::V6(address) => self.v6.as_ref().is_some_and(|v6| v6.owns(address)),
        }
    }

    /// Whether this is one of its addresses, in use or about to be.
    pub(super) fn claims(&self, address: IpAddr) -> bool {
        let held = |own: &&Address| own.claim != Claim::Abandoned;
        self.addresses.iter().filter(held).any(|own| own.net.addr() == address)
    }

    /// The segment on which a station with this address is, if it is one of this interface's.
    pub(super) fn segment_of(&self, address: IpAddr) -> Option<IpNet> {
        self.addresses().find(|net| net.contains(&address))
    }

    /// The segment whose broadcast address this is.
    pub(super) fn broadcast_of(&self, address: IpAddr) -> Option<IpNet> {
        self.used().find(|own| own.broadcast == Some(address)).map(|own| own.net)
    }

    /// Whether there is an IPv4 address in use.
    pub(super) fn has_address(&self) -> bool {
        self.used().next().is_some()
    }

    /// Whether this is one of its addresses in use, or its segment's broadcast address.
    pub(super) fn owns_or_broadcasts(&self, address: IpAddr) -> bool {
        self.used().any(|own| own.net.addr() == address || own.broadcast == Some(address))
    }

    /// The address to use as a source towards a station on the segment, or else the first one.
    pub(super) fn source_for(&self, next_hop: IpAddr) -> Option<IpAddr> {
        let same_family = |net: &IpNet| net.addr().is_ipv4() == next_hop.is_ipv4();
        let near = self.segment_of(next_hop).or_else(|| self.addresses().find(same_family));
        near.map(|net| net.addr())
    }

    /// Joins a group; the group of all hosts needs no joining (RFC 1112 section 4).
    /// Whether it was in it for the first time. The list has a group once for each who joined.
    pub(super) fn join(&mut self, group: IpAddr) -> bool {
        let news = !self.groups.contains(&group);
        if let (IpAddr::V6(group), Some(v6)) = (group, &mut self.v6) {
            v6.join(group);
            return false;
        }
        let joined = std::mem::take(&mut self.groups);
        self.groups = joined.into_iter().chain([group]).collect();
        news
    }

    /// Leaves a group once. Whether nobody is in it any more, and somebody was.
    pub(super) fn leave(&mut self, group: IpAddr) -> bool {
        if let (IpAddr::V6(group), Some(v6)) = (group, &mut self.v6) {
            v6.leave(group);
            return false;
        }
        let Some(at) = self.groups.iter().position(|joined| *joined == group) else { return false };
        let mut joined = std::mem::take(&mut self.groups).into_vec();
        joined.remove(at);
        self.groups = joined.into();
        !self.groups.contains(&group)
    }

    /// Whether it is a member of the group.
    pub(super) fn is_member(&self, group: IpAddr) -> bool {
        const ALL_SYSTEMS: IpAddr = IpAddr::V4(Ipv4Addr::new(224, 0, 0, 1));
        group == ALL_SYSTEMS || self.groups.contains(&group)
    }

    /// Whether a frame to this hardware address is taken in.
    pub(super) fn takes(&self, mac: MacAddr) -> bool {
        mac == self.mac
            || mac.is_broadcast()
            || mac.is_group()
                && (mac.0 == [0x01, 0x00, 0x5e, 0x00, 0x00, 0x01]
                    || self.groups.iter().any(|group| MacAddr::for_multicast(*group) == mac)
                    || self.v6.as_ref().is_some_and(|v6| v6.takes(mac)))
    }

    /// Another station uses this address of ours: what now?
    pub(super) fn conflict(&mut self, now: Instant, address: IpAddr) -> Option<Conflict> {
        let own = self.addresses.iter_mut().find(|own| own.net.addr() == address)?;
        Some(match own.claim {
            Claim::Probing { .. } => {
                own.claim = Claim::Abandoned;
                Conflict::Abandon
            }
            Claim::Abandoned => return None,
            _ if own.defended.is_some_and(|at| now < at + DEFEND_INTERVAL) => Conflict::Endure,
            _ => {
                own.defended = Some(now);
                Conflict::Defend
            }
        })
    }

    /// The next step of making an address ours whose time has come. Call until `None`.
    pub(super) fn claim_step(&mut self, now: Instant, rng: &mut Rng) -> Option<ClaimStep> {
        for own in &mut self.addresses {
            let IpAddr::V4(address) = own.net.addr() else { continue };
            match own.claim {
                Claim::Probing { sent, next } if next <= now && sent < PROBE_NUM => {
                    let sent = sent + 1;
                    let wait = if sent < PROBE_NUM {
                        PROBE_MIN + Duration::from_nanos(rng.below(PROBE_SPREAD.nanos()))
                    } else {
                        ANNOUNCE_WAIT
                    };
                    own.claim = Claim::Probing { sent, next: now + wait };
                    return Some(ClaimStep::Probe(address, sent));
                }
                Claim::Probing { next, .. } if next <= now => {
                    own.claim = Claim::Announcing { sent: 1, next: now + ANNOUNCE_INTERVAL };
                    return Some(ClaimStep::Announce(own.net, true));
                }
                Claim::Announcing { sent, next } if next <= now => {
                    own.claim = if sent + 1 < ANNOUNCE_NUM {
                        Claim::Announcing { sent: sent + 1, next: now + ANNOUNCE_INTERVAL }
                    } else {
                        Claim::Settled
                    };
                    return Some(ClaimStep::Announce(own.net, false));
                }
                _ => {}
            }
        }
        None
    }

    /// When [`claim_step`](Self::claim_step) has something to do, and whether addresses are still
    /// being probed, which programs wait for.
    pub(super) fn next_claim(&self) -> Option<(Instant, bool)> {
        let next = |own: &Address| match own.claim {
            Claim::Probing { next, .. } => Some((next, true)),
            Claim::Announcing { next, .. } => Some((next, false)),
            _ => None,
        };
        let due = self.addresses.iter().filter_map(next);
        due.reduce(|a, b| (a.0.min(b.0), a.1 || b.1))
    }
}
