//! IPv6 of the layer that hosts and routers share.
//!
//! Reading list: RFC 8200 (IPv6), 4291 (addresses), 4861 (neighbour discovery), 4862 (addresses
//! without a server), 4443 (ICMPv6), 8201 (path MTU), 6724 (choice of addresses), 3810 (groups),
//! 7527, 8106. Where those leave a choice, the choice is Linux's.
//!
//! - `header`, [`icmpv6`], `message`, `fragment`: the formats.
//! - `address`: addresses that a node makes itself, and groups. `select`: which one is used.
//! - `state`: what is kept for an interface, and what is due when. `mld`: its groups.
//! - `input`, `forward`, `output`, `errors`: a packet's way, as for IPv4.
//! - `ndp`: neighbours. `router`: advertising. `slaac`: being advertised to.
//!
//! The neighbour table, the routing table, path MTUs and rate limits are those of IPv4. Left out:
//! mobility, authentication and encryption headers, source routing, anycast, privacy addresses,
//! timers of neighbours that a router advertises, route preferences (RFC 4191), DHCPv6.

pub(in crate::l3) mod address;
mod errors;
mod forward;
pub(in crate::l3) mod fragment;
mod gate;
pub(crate) mod header;
pub mod icmpv6;
mod input;
mod message;
mod mld;
mod ndp;
mod output;
mod router;
mod select;
mod slaac;
pub(in crate::l3) mod state;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::trace::{Ipv6Event, RouteKind, RouterGone, SourceRule, Unsent};
use lanternet_core::{Context, Instant, IpNet, MacAddr, PortId, TraceEvent};

use super::L3;
pub use address::{link_local, with_identifier};

use select::{Candidate, Way};
use state::{Interface6, Stage, Step};

/// An IPv6 address of an interface, to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressRow6 {
    /// The interface.
    pub interface: PortId,
    /// The address and the length of its prefix.
    pub net: IpNet,
    /// Whether it may be used.
    pub state: AddressState6,
    /// Where it comes from.
    pub origin: lanternet_core::trace::AddressOrigin,
    /// Until when it is preferred; [`Instant::MAX`]: for ever.
    pub preferred: Instant,
    /// Until when it is valid; [`Instant::MAX`]: for ever.
    pub valid: Instant,
}

/// Whether an IPv6 address may be used (RFC 4862 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressState6 {
    /// Being checked; not used yet.
    Tentative,
    /// In use.
    Preferred,
    /// Used by what began with it, and by nothing new.
    Deprecated,
    /// Somebody else has it; never used.
    Duplicate,
}

/// A default router that advertised itself, to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouterRow6 {
    /// The interface.
    pub interface: PortId,
    /// Its link-local address.
    pub address: Ipv6Addr,
    /// Until when it is one.
    pub until: Instant,
}

/// The choice of a source address, with what decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenSource {
    /// The address.
    pub source: IpAddr,
    /// What decided against the next best.
    pub rule: SourceRule,
    /// The addresses not chosen.
    pub beaten: Box<[IpAddr]>,
}

impl L3 {
    /// Whether any interface speaks IPv6.
    pub fn speaks_ipv6(&self) -> bool {
        self.interfaces.iter().any(|interface| interface.v6.is_some())
    }

    pub(super) fn v6(&self, port: PortId) -> Option<&Interface6> {
        self.interfaces.get(port.0 as usize)?.v6.as_deref().filter(|v6| v6.is_on())
    }

    fn v6_mut(&mut self, port: PortId) -> Option<&mut Interface6> {
        self.interfaces.get_mut(port.0 as usize)?.v6.as_deref_mut().filter(|v6| v6.is_on())
    }

    /// Whether an interface takes part in IPv6.
    pub fn has_ipv6(&self, port: PortId) -> bool {
        self.v6(port).is_some()
    }

    /// Whether addresses are still being checked, or a router looked for that would give some:
    /// whoever wants to use the network should wait. It always ends.
    pub fn is_configuring(&self) -> bool {
        let v6 = self.interfaces.iter().filter_map(|interface| interface.v6.as_deref());
        v6.into_iter().any(Interface6::is_configuring)
    }

    /// The IPv6 addresses of all interfaces, those included that may not be used.
    pub fn addresses6(&self) -> impl Iterator<Item = AddressRow6> + '_ {
        let ports = (0..).map(PortId).zip(&self.interfaces);
        let v6 = ports.filter_map(|(port, interface)| Some((port, interface.v6.as_deref()?)));
        v6.flat_map(|(interface, v6)| {
            v6.addresses.iter().map(move |own| AddressRow6 {
                interface,
                net: own.net(),
                state: match own.stage {
                    Stage::Tentative { .. } => AddressState6::Tentative,
                    Stage::Preferred => AddressState6::Preferred,
                    Stage::Deprecated => AddressState6::Deprecated,
                    Stage::Duplicate => AddressState6::Duplicate,
                },
                origin: own.origin,
                preferred: own.preferred,
                valid: own.valid,
            })
        })
    }

    /// The default routers that advertised themselves.
    pub fn routers6(&self) -> impl Iterator<Item = RouterRow6> + '_ {
        let ports = (0..).map(PortId).zip(&self.interfaces);
        let v6 = ports.filter_map(|(port, interface)| Some((port, interface.v6.as_deref()?)));
        v6.flat_map(|(interface, v6)| {
            v6.routers.iter().map(move |router| RouterRow6 {
                interface,
                address: router.address,
                until: router.until,
            })
        })
    }

    /// The groups that an interface listens to, without that of all nodes.
    pub fn groups6(&self, port: PortId) -> impl Iterator<Item = Ipv6Addr> + '_ {
        self.v6(port).into_iter().flat_map(|v6| v6.groups.joined())
    }

    /// The node has power.
    pub(super) fn start_v6(&mut self, ctx: &mut Context<'_>) {
        let forwarding = self.forwarding;
        for (port, interface) in (0..).map(PortId).zip(&mut self.interfaces) {
            let (mac, mtu) = (interface.mac, interface.mtu);
            let Some(v6) = &mut interface.v6 else { continue };
            v6.start(ctx.now(), mac, forwarding, &mut self.rng);
            if !v6.is_on() {
                ctx.emit(|| TraceEvent::Ipv6(Ipv6Event::MtuTooSmall { interface: port, mtu }));
            }
            for own in &v6.addresses {
                let (address, origin) = (own.net(), own.origin);
                ctx.emit(|| {
                    TraceEvent::Ipv6(Ipv6Event::AddressFormed { interface: port, address, origin })
                });
            }
        }
    }

    /// The cable came up or went down.
    pub(super) fn link_v6(&mut self, ctx: &mut Context<'_>, port: PortId, up: bool) {
        let Some(interface) = self.interfaces.get_mut(port.0 as usize) else { return };
        if let Some(v6) = &mut interface.v6 {
            v6.set_up(ctx.now(), up, &mut self.rng);
        }
    }

    /// Does what is due.
    pub(super) fn timeout_v6(&mut self, ctx: &mut Context<'_>) {
        for port in (0..self.interfaces.len() as u16).map(PortId) {
            while let Some(step) = self.step_v6(ctx.now(), port) {
                self.do_step(ctx, port, step);
            }
        }
        self.expire_fragments6(ctx);
    }

    fn step_v6(&mut self, now: Instant, port: PortId) -> Option<Step> {
        let v6 = self.interfaces.get_mut(port.0 as usize)?.v6.as_mut()?;
        v6.step(now, &mut self.rng)
    }

    fn do_step(&mut self, ctx: &mut Context<'_>, port: PortId, step: Step) {
        self.forget_path();
        let interface = port;
        let mut tell = |event: Ipv6Event| ctx.emit(|| TraceEvent::Ipv6(event));
        match step {
            Step::Check { address, nonce, attempt } => {
                self.check_address(ctx, port, address, nonce, attempt);
            }
            Step::Ready { net, announce, .. } => {
                let address = net.addr();
                tell(Ipv6Event::AddressReady { interface, address });
                self.add_connected(port);
                if announce && let IpAddr::V6(address) = address {
                    self.announce6(ctx, port, address);
                }
            }
            Step::Deprecated(address) => {
                tell(Ipv6Event::AddressDeprecated { interface, address: address.into() });
            }
            Step::Expired(address) => {
                tell(Ipv6Event::AddressExpired { interface, address: address.into() });
            }
            Step::SolicitRouter(attempt) => self.solicit_router(ctx, port, attempt),
            Step::NoRouter(attempts) => tell(Ipv6Event::NoRouter { interface, attempts }),
            Step::RouterExpired(router) => {
                self.router_gone(ctx, port, router, RouterGone::Expired);
            }
            Step::PrefixExpired(prefix) => self.prefix_gone(ctx, port, prefix),
            Step::Advertise(to) => self.advertise(ctx, port, to),
            Step::Report { joined, left, asked } => {
                self.report_groups(ctx, port, &joined, &left, asked);
            }
        }
    }

    fn report_groups(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        joined: &[Ipv6Addr],
        left: &[Ipv6Addr],
        asked: bool,
    ) {
        // Before there is an address the report has none (RFC 3810 section 5.2.13).
        let source = self.v6(port).and_then(Interface6::link_local);
        ctx.emit(|| {
            TraceEvent::Ipv6(Ipv6Event::GroupsReported {
                interface: port,
                joined: joined.into(),
                left: left.into(),
                asked,
            })
        });
        let source = source.unwrap_or(Ipv6Addr::UNSPECIFIED);
        let buffer = mld::report(source, joined, left, asked);
        self.transmit_packet(ctx, port, group_mac(address::ALL_MLD_ROUTERS), buffer);
    }

    /// The source for packets to an IPv6 destination that leave by this interface, chosen by
    /// RFC 6724 section 5.
    pub fn choose_source6(&self, destination: Ipv6Addr, port: PortId) -> Option<ChosenSource> {
        let near = destination.is_unicast_link_local() || destination.is_multicast();
        let ports = (0..).map(PortId).zip(&self.interfaces);
        let mut candidates = Vec::new();
        for (own_port, interface) in ports.filter(|(own, _)| !near || *own == port) {
            let Some(v6) = interface.v6.as_deref() else { continue };
            // A link-local address counts on its own segment only.
            let fits =
                |own: &&state::Address6| own_port == port || !own.address.is_unicast_link_local();
            candidates.extend(v6.in_use().filter(fits).map(|own| Candidate {
                address: own.address,
                prefix_len: own.prefix_len,
                deprecated: own.stage == Stage::Deprecated,
                outgoing: own_port == port,
            }));
        }
        let (chosen, rule) = select::source(destination, &candidates)?;
        let source = IpAddr::V6(candidates.remove(chosen).address);
        let beaten = candidates.iter().map(|other| other.address.into()).collect();
        Some(ChosenSource { source, rule, beaten })
    }

    /// The source address for packets to an IPv6 destination, with what decided it.
    ///
    /// # Errors
    /// As [`source_for`](Self::source_for); a link-local destination without an interface is
    /// [`Unsent::NetworkUnreachable`].
    pub fn source_for6(
        &self,
        destination: Ipv6Addr,
        interface: Option<PortId>,
    ) -> Result<ChosenSource, Unsent> {
        let own = IpAddr::V6(destination);
        if self.is_local(own) {
            let (rule, beaten) = (SourceRule::SameAddress, Box::default());
            return Ok(ChosenSource { source: own, rule, beaten });
        }
        let port = self.way_out6(destination, interface)?.0;
        self.choose_source6(destination, port).ok_or(Unsent::AddressNotAvailable)
    }

    /// Puts destinations into the order in which they are to be tried (RFC 6724 section 6): one after
    /// the other, without racing them. A list without IPv6 stays as it is.
    pub fn order_destinations(&self, destinations: &mut [IpAddr]) {
        if destinations.iter().all(IpAddr::is_ipv4) {
            return;
        }
        destinations.sort_by_cached_key(|destination| {
            let source = self.source_for(*destination).ok();
            let deprecated = |source: &IpAddr| {
                self.addresses6()
                    .any(|row| row.net.addr() == *source && row.state == AddressState6::Deprecated)
            };
            let source = source.map(|source| (source, deprecated(&source)));
            select::rank(&Way { destination: *destination, source })
        });
    }

    /// Removes routes that a router told of, and forgets the way of the last packet.
    fn remove_advertised(&mut self, port: PortId, via: Option<IpAddr>, destination: Option<IpNet>) {
        self.forget_path();
        self.routes.remove(|route| {
            route.kind == RouteKind::RouterAdvertisement
                && route.interface == port
                && route.via == via
                && destination.is_none_or(|net| route.destination == net)
        });
    }
}

/// The hardware address that carries packets to a group.
fn group_mac(group: Ipv6Addr) -> MacAddr {
    MacAddr::for_multicast(group.into())
}
