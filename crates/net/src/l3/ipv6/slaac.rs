//! A host's side of router discovery: default routers, prefixes, and addresses made of them
//! (RFC 4861 section 6.3, RFC 4862 section 5.5).

use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::trace::{
    AddressOrigin, Ipv6Event, LearnedFrom, PrefixFacts, PrefixFault, Route, RouteKind, RouterGone,
};
use lanternet_core::{Context, DropReason, Duration, Instant, IpNet, PortId, TraceEvent};

use super::address::{ALL_ROUTERS, IDENTIFIER_BITS};
use super::message::{self, Advertisement};
use super::state::{Formed, Interface6};
use super::{group_mac, icmpv6};
use crate::l3::L3;
use crate::l3::packet::Delivery;

impl L3 {
    /// Asks whether there is a router (RFC 4861 section 6.3.7).
    pub(super) fn solicit_router(&mut self, ctx: &mut Context<'_>, port: PortId, attempt: u8) {
        let mac = self.interfaces[port.0 as usize].mac;
        let source = self.v6(port).and_then(Interface6::link_local);
        let source = source.unwrap_or(Ipv6Addr::UNSPECIFIED);
        ctx.emit(|| TraceEvent::Ipv6(Ipv6Event::RouterSolicited { interface: port, attempt }));
        let question = message::router_solicitation([source, ALL_ROUTERS], mac);
        self.transmit_packet(ctx, port, group_mac(ALL_ROUTERS), question);
    }

    /// An advertisement came (section 6.3.4).
    pub(super) fn router_advertised(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        source: Ipv6Addr,
        told: &Advertisement,
    ) {
        let (router, now) = (IpAddr::V6(source), ctx.now());
        if !self.v6(port).is_some_and(Interface6::listens_to_routers) {
            return ctx.drop_frame(Some(port), || DropReason::RouterUnheeded { router });
        }
        ctx.emit(|| {
            TraceEvent::Ipv6(Ipv6Event::AdvertisementReceived {
                interface: port,
                router,
                lifetime: told.lifetime,
                prefixes: told.prefixes.as_slice().into(),
            })
        });
        if let Some(mac) = told.source_mac {
            self.learn(ctx, port, router, mac, LearnedFrom::Router, false, true);
        }
        self.forget_path();
        let link = self.interfaces[port.0 as usize].mtu;
        let Some(v6) = self.v6_mut(port) else { return };
        v6.router_found();
        if told.hop_limit != 0 {
            v6.hop_limit = Some(told.hop_limit);
        }
        let mtu = told.mtu.and_then(|mtu| u16::try_from(mtu).ok());
        let mtu = mtu.filter(|mtu| (icmpv6::MIN_MTU..=link).contains(mtu));
        if let Some(mtu) = mtu.filter(|mtu| v6.link_mtu != Some(*mtu)) {
            v6.link_mtu = Some(mtu);
            ctx.emit(|| TraceEvent::Ipv6(Ipv6Event::LinkMtu { interface: port, mtu, router }));
        }
        self.heed_lifetime(ctx, port, source, told.lifetime);
        for prefix in &told.prefixes {
            self.heed_prefix(ctx, port, source, prefix, now);
        }
        if !told.servers.is_empty() {
            let servers: Vec<IpAddr> = told.servers.iter().map(|server| (*server).into()).collect();
            ctx.emit(|| {
                let servers = servers.as_slice().into();
                TraceEvent::Ipv6(Ipv6Event::NameServers { interface: port, router, servers })
            });
            self.deliveries.push_back(Delivery::NameServers(servers));
        }
    }

    /// Whether, and until when, the router is a default router.
    fn heed_lifetime(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        source: Ipv6Addr,
        lifetime: Duration,
    ) {
        if lifetime.is_zero() {
            return self.router_gone(ctx, port, source, RouterGone::Resigned);
        }
        let router = IpAddr::V6(source);
        let until = ctx.now() + lifetime;
        if self.v6_mut(port).is_some_and(|v6| v6.set_router(source, until)) {
            ctx.emit(|| {
                TraceEvent::Ipv6(Ipv6Event::RouterAdded { interface: port, router, lifetime })
            });
            self.add_advertised(port, IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0, Some(router));
        }
    }

    /// The router is no default router any more, if it was one.
    pub(super) fn router_gone(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        source: Ipv6Addr,
        why: RouterGone,
    ) {
        let known = self.v6_mut(port).is_some_and(|v6| v6.remove_router(source));
        if known || why == RouterGone::Expired {
            let router = IpAddr::V6(source);
            ctx.emit(|| {
                TraceEvent::Ipv6(Ipv6Event::RouterRemoved { interface: port, router, why })
            });
            self.remove_advertised(port, Some(router), None);
            self.routes.remove_redirects_via(router);
        }
    }

    /// The prefix is no longer on the segment.
    pub(super) fn prefix_gone(&mut self, ctx: &mut Context<'_>, port: PortId, prefix: IpNet) {
        ctx.emit(|| TraceEvent::Ipv6(Ipv6Event::PrefixRemoved { interface: port, prefix }));
        self.remove_advertised(port, None, Some(prefix));
    }

    fn heed_prefix(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        source: Ipv6Addr,
        told: &PrefixFacts,
        now: Instant,
    ) {
        let (interface, prefix, router) = (port, told.prefix, IpAddr::V6(source));
        let IpAddr::V6(network) = prefix.network() else { return };
        let unusable = |ctx: &mut Context<'_>, why| {
            ctx.emit(|| TraceEvent::Ipv6(Ipv6Event::PrefixUnusable { interface, prefix, why }));
        };
        if network.is_unicast_link_local() {
            return unusable(ctx, PrefixFault::LinkLocal);
        }
        if told.on_link {
            let until = told.valid.map_or(Instant::MAX, |valid| now + valid);
            let Some(v6) = self.v6_mut(port) else { return };
            if told.valid == Some(Duration::ZERO) {
                if v6.has_prefix(prefix) {
                    v6.remove_prefix(prefix);
                    self.prefix_gone(ctx, port, prefix);
                }
            } else if v6.set_prefix(prefix, until) {
                ctx.emit(|| TraceEvent::Ipv6(Ipv6Event::PrefixAdded { interface, prefix, router }));
                self.add_advertised(port, network.into(), prefix.prefix_len(), None);
            }
        }
        if !told.autonomous {
            return;
        }
        let longer = |a: Option<Duration>, b: Option<Duration>| match (a, b) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(a), Some(b)) => a > b,
        };
        if longer(told.preferred, told.valid) {
            return unusable(ctx, PrefixFault::Lifetimes);
        }
        if prefix.prefix_len() != 128 - IDENTIFIER_BITS {
            return unusable(ctx, PrefixFault::Length);
        }
        let mac = self.interfaces[port.0 as usize].mac;
        let lifetimes = [told.preferred, told.valid];
        let Some(v6) = self.interfaces[port.0 as usize].v6.as_deref_mut() else { return };
        match v6.form(now, network, mac, source, lifetimes, &mut self.rng) {
            None => {}
            Some(Formed::TooMany) => unusable(ctx, PrefixFault::TooMany),
            Some(Formed::New(address)) => {
                let origin = AddressOrigin::Advertised { router };
                let Ok(address) = IpNet::new(address.into(), prefix.prefix_len()) else { return };
                ctx.emit(|| {
                    TraceEvent::Ipv6(Ipv6Event::AddressFormed { interface, address, origin })
                });
            }
            Some(Formed::Refreshed { address, two_hours }) => {
                let (address, prefix) = (address.into(), *told);
                ctx.emit(|| {
                    TraceEvent::Ipv6(Ipv6Event::AddressRefreshed {
                        interface,
                        address,
                        router,
                        prefix,
                        two_hours,
                    })
                });
            }
        }
    }

    fn add_advertised(&mut self, port: PortId, to: IpAddr, len: u8, via: Option<IpAddr>) {
        let Ok(destination) = IpNet::new(to, len) else { return };
        let kind = RouteKind::RouterAdvertisement;
        self.add_route(Route { destination, via, interface: port, kind });
    }
}
