//! Neighbours: asking, answering, learning (RFC 4861 section 7), and whether an address is free
//! (RFC 4862 section 5.4).
//!
//! What is learned goes into the table that ARP uses, by the rules of section 7.2: from a question a
//! row that is believed, from an answer to ours one that is proven.

use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::trace::{Ipv6Event, LearnedFrom, Route, RouteKind, RouterGone};
use lanternet_core::{Context, DropReason, MacAddr, PortId, TraceEvent};

use super::address::{ALL_NODES, solicited_node};
use super::group_mac;
use super::header::Header6;
use super::message::{self, Message};
use crate::l3::L3;
use crate::l3::packet::Inbound;

/// What a neighbour advertisement says.
struct Advertised {
    target: Ipv6Addr,
    mac: Option<MacAddr>,
    router: bool,
    solicited: bool,
    overriding: bool,
}

impl L3 {
    /// A sound message of neighbour discovery came in.
    pub(super) fn discovered(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        header: &Header6,
        inbound: &Inbound,
        message: Message,
    ) {
        let from = inbound.source_mac().unwrap_or(MacAddr::ZERO);
        match message {
            Message::NeighborSolicitation { target, source_mac, nonce } => {
                self.solicited(ctx, port, header, target, source_mac.unwrap_or(from), nonce);
            }
            Message::NeighborAdvertisement {
                target,
                target_mac,
                router,
                solicited,
                overriding,
            } => {
                let told = Advertised { target, mac: target_mac, router, solicited, overriding };
                self.advertised(ctx, port, told, from);
            }
            Message::RouterSolicitation { source_mac } => {
                self.router_solicited(ctx, port, header.source, source_mac);
            }
            Message::RouterAdvertisement(advertisement) => {
                self.router_advertised(ctx, port, header.source, &advertisement);
            }
            Message::Redirect { target, destination, target_mac } => {
                self.redirected(ctx, port, header.source, target, destination, target_mac);
            }
        }
    }

    /// Somebody asks for an address (section 7.2.3).
    fn solicited(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        header: &Header6,
        target: Ipv6Addr,
        theirs: MacAddr,
        nonce: Option<[u8; 6]>,
    ) {
        let Some(v6) = self.v6(port) else { return };
        if let Some(own) = v6.checking(target) {
            if !header.source.is_unspecified() {
                // Who resolves an address that is not in use yet gets no answer (RFC 4862 section
                // 5.4.3).
                let reason = || DropReason::AddressTentative { address: target.into() };
                return ctx.drop_frame(Some(port), reason);
            }
            if nonce == Some(own.nonce) {
                return ctx
                    .drop_frame(Some(port), || DropReason::OwnQuestion { target: target.into() });
            }
            return self.address_taken(ctx, port, target, theirs);
        }
        if !v6.owns(target) {
            let reason = || DropReason::SolicitationNotForUs { target: target.into() };
            return ctx.drop_frame(Some(port), reason);
        }
        let asker = header.source;
        let all = asker.is_unspecified();
        if !all {
            let from = LearnedFrom::Request;
            self.learn(ctx, port, asker.into(), theirs, from, false, true);
        }
        let mac = self.interfaces[port.0 as usize].mac;
        ctx.emit(|| {
            let (asker, address) = (asker.into(), target.into());
            let interface = port;
            TraceEvent::Ipv6(Ipv6Event::SolicitationAnswered { interface, asker, address, mac })
        });
        let to = if all { ALL_NODES } else { asker };
        let to_mac = if all { group_mac(ALL_NODES) } else { theirs };
        let answer = message::advertisement([target, to], target, mac, self.forwarding, !all);
        self.transmit_packet(ctx, port, to_mac, answer);
    }

    /// Somebody else uses an address that we were about to use (RFC 4862 section 5.4.5).
    fn address_taken(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        target: Ipv6Addr,
        theirs: MacAddr,
    ) {
        let ours = self.interfaces[port.0 as usize].mac;
        let address = IpAddr::V6(target);
        let Some(v6) = self.v6_mut(port) else { return };
        if v6.duplicate(target) {
            let interface = port;
            ctx.emit(|| TraceEvent::AddressConflict { interface, address, ours, theirs });
            ctx.emit(|| TraceEvent::AddressAbandoned { interface, address, theirs });
        }
    }

    /// Somebody tells its hardware address (section 7.2.5).
    fn advertised(&mut self, ctx: &mut Context<'_>, port: PortId, told: Advertised, from: MacAddr) {
        let Some(v6) = self.v6(port) else { return };
        let address = IpAddr::V6(told.target);
        let theirs = told.mac.unwrap_or(from);
        if v6.checking(told.target).is_some() {
            return self.address_taken(ctx, port, told.target, theirs);
        }
        if v6.owns(told.target) {
            // The address is ours and stays so: RFC 4862 section 5.4.4 leaves open what to do, and
            // Linux does nothing.
            let ours = self.interfaces[port.0 as usize].mac;
            let interface = port;
            return ctx.emit(|| TraceEvent::AddressConflict { interface, address, ours, theirs });
        }
        let was_router = v6.routers.iter().any(|router| router.address == told.target);
        let key = (port, address);
        let seen =
            self.neighbors.advertised(ctx.now(), key, told.mac, told.solicited, told.overriding);
        let Some(seen) = seen else {
            return ctx.drop_frame(Some(port), || DropReason::AdvertisementUnasked { address });
        };
        let from = match told.solicited {
            true => LearnedFrom::Reply,
            false => LearnedFrom::Announcement,
        };
        let mac = seen.mac;
        self.tell_seen(ctx, key, mac, from, seen.seen);
        if was_router && !told.router {
            self.router_gone(ctx, port, told.target, RouterGone::NoRouter);
        }
    }

    /// Asks for a neighbour: its group, or the station that had the address (section 7.2.2).
    pub(in crate::l3) fn ask6(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        target: Ipv6Addr,
        attempt: u8,
        unicast: Option<MacAddr>,
    ) {
        let Some(chosen) = self.choose_source6(target, port) else { return };
        let IpAddr::V6(source) = chosen.source else { return };
        let mac = self.interfaces[port.0 as usize].mac;
        let address = IpAddr::V6(target);
        ctx.emit(|| TraceEvent::NeighborAsked { interface: port, address, attempt, unicast });
        let group = solicited_node(target);
        let (to, to_mac) = match unicast {
            Some(mac) => (target, mac),
            None => (group, group_mac(group)),
        };
        let question = message::solicitation([source, to], target, mac);
        self.transmit_packet(ctx, port, to_mac, question);
    }

    /// Asks whether anybody has an address, without having one (RFC 4862 section 5.4.2).
    pub(super) fn check_address(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        address: Ipv6Addr,
        nonce: [u8; 6],
        attempt: u8,
    ) {
        ctx.emit(|| TraceEvent::AddressProbed {
            interface: port,
            address: address.into(),
            attempt,
        });
        let question = message::check(address, nonce);
        self.transmit_packet(ctx, port, group_mac(solicited_node(address)), question);
    }

    /// Tells all nodes that the address is ours (section 7.2.6; Linux: `ndisc_notify`).
    pub(super) fn announce6(&mut self, ctx: &mut Context<'_>, port: PortId, address: Ipv6Addr) {
        let mac = self.interfaces[port.0 as usize].mac;
        ctx.emit(|| TraceEvent::AddressAnnounced { interface: port, address: address.into() });
        let ends = [address, ALL_NODES];
        let news = message::advertisement(ends, address, mac, self.forwarding, false);
        self.transmit_packet(ctx, port, group_mac(ALL_NODES), news);
    }

    /// A router tells of a better first hop (section 8.3). A router does not believe it.
    fn redirected(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        router: Ipv6Addr,
        target: Ipv6Addr,
        destination: Ipv6Addr,
        mac: Option<MacAddr>,
    ) {
        let current = self.routes.lookup(destination.into());
        let current = current.filter(|route| route.interface == port).and_then(|route| route.via);
        let from_router = current == Some(router.into());
        let ours = self.is_local(target.into()) || self.is_local(destination.into());
        if self.forwarding || !from_router || ours {
            let from = router.into();
            return ctx.drop_frame(Some(port), || DropReason::RedirectUnheeded { from });
        }
        ctx.emit(|| {
            let (router, destination, target) = (router.into(), destination.into(), target.into());
            let interface = port;
            TraceEvent::Ipv6(Ipv6Event::Redirected { interface, router, destination, target })
        });
        if let Some(mac) = mac {
            self.learn(ctx, port, target.into(), mac, LearnedFrom::Router, false, true);
        }
        self.forget_path();
        self.routes.replace_redirect(Route {
            destination: IpAddr::V6(destination).into(),
            via: (target != destination).then_some(target.into()),
            interface: port,
            kind: RouteKind::Redirect,
        });
    }
}
