//! From programs: which way, in how many pieces, to which neighbour.

use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::trace::{NeighborState, Route, RouteKind, Unsent};
use lanternet_core::{Context, Instant, PortId, TraceEvent};

use super::group_mac;
use super::header::{HEADER, Header6};
use crate::l3::packet::{Data, Inbound};
use crate::l3::{HEADROOM, L3, SendOptions};

impl L3 {
    /// Sends a packet of this node: see [`send`](Self::send).
    pub(in crate::l3) fn send6(
        &mut self,
        ctx: &mut Context<'_>,
        buffer: Vec<u8>,
        options: SendOptions,
    ) -> Result<(), Unsent> {
        self.forget_path();
        // The caller's buffer holds a whole header.
        let Some(header) = Header6::of(&buffer[HEADROOM..]) else {
            return Err(Unsent::AddressNotAvailable);
        };
        let (source, destination) = (header.source, header.destination);
        let result = match () {
            () if !self.is_local(source.into()) => Err(Unsent::AddressNotAvailable),
            () if self.is_local(destination.into()) => {
                self.loop_back6(ctx, buffer);
                Ok(())
            }
            () if source.is_loopback() => Err(Unsent::AddressNotAvailable),
            () if destination.is_unspecified() => Err(Unsent::NetworkUnreachable),
            () if destination.is_multicast() => {
                self.send_to_group6(ctx, destination, buffer, options)
            }
            () => self.send_unicast6(ctx, destination, buffer, options),
        };
        if let Err(why) = result {
            ctx.emit(|| TraceEvent::SendFailed { destination: destination.into(), why });
        }
        result
    }

    /// The packet never leaves the node.
    fn loop_back6(&mut self, ctx: &mut Context<'_>, buffer: Vec<u8>) {
        let Some(header) = Header6::of(&buffer[HEADROOM..]) else { return };
        let inbound = Inbound {
            interface: None,
            about: ctx.about(),
            source: header.source.into(),
            destination: header.destination.into(),
            protocol: header.next_header,
            ttl: header.hop_limit,
            link_group: false,
            start: HEADROOM as u32,
            end: buffer.len() as u32,
            header_len: HEADER as u16,
            data: Data::Buffer(buffer),
        };
        let destination = inbound.destination;
        ctx.emit(|| TraceEvent::LoopedBack { destination });
        self.deliver6(ctx, inbound);
    }

    fn send_to_group6(
        &mut self,
        ctx: &mut Context<'_>,
        group: Ipv6Addr,
        buffer: Vec<u8>,
        options: SendOptions,
    ) -> Result<(), Unsent> {
        let port = self.group_interface6(options.interface).ok_or(Unsent::NetworkUnreachable)?;
        let interface = &self.interfaces[port.0 as usize];
        if !interface.up {
            return Err(Unsent::NetworkDown);
        }
        if self.v6(port).is_some_and(|v6| v6.is_member(group)) && !options.unheard_here {
            // Who speaks to a group of its own hears itself (`IPV6_MULTICAST_LOOP`).
            self.loop_back6(ctx, buffer.clone());
        }
        let stays = super::address::group_scope(group) <= 1;
        if stays || Header6::of(&buffer[HEADROOM..]).is_some_and(|header| header.hop_limit == 0) {
            return Ok(());
        }
        let buffer = self.guarded_output(ctx, port, true, buffer)?;
        let mtu = self.mtu6(port);
        self.send_pieces6(ctx, mtu, buffer, options, |layer, ctx, piece| {
            layer.transmit_packet(ctx, port, group_mac(group), piece);
        })
    }

    /// The interface for packets to a group: the one asked for, that of the default route, or the
    /// first that has IPv6.
    pub(in crate::l3) fn group_interface6(&self, asked: Option<PortId>) -> Option<PortId> {
        let on = |port: &PortId| self.v6(*port).is_some();
        let default = || self.routes.lookup(Ipv6Addr::UNSPECIFIED.into()).map(|row| row.interface);
        let mut ports = (0..self.interfaces.len() as u16).map(PortId);
        asked.filter(on).or_else(|| default().filter(on)).or_else(|| ports.find(on))
    }

    fn send_unicast6(
        &mut self,
        ctx: &mut Context<'_>,
        destination: Ipv6Addr,
        buffer: Vec<u8>,
        options: SendOptions,
    ) -> Result<(), Unsent> {
        if !self.forwarding && ctx.traced() && !destination.is_unicast_link_local() {
            self.compare_segments(ctx, destination.into());
        }
        let (port, via) = self.choose_way6(ctx, destination, options.interface)?;
        if !self.interfaces[port.0 as usize].up {
            return Err(Unsent::NetworkDown);
        }
        let buffer = self.guarded_output(ctx, port, false, buffer)?;
        let next_hop = via.unwrap_or(destination.into());
        let mtu = self.mtu6(port).min(self.learned_mtu(ctx.now(), destination.into()));
        self.send_pieces6(ctx, mtu, buffer, options, |layer, ctx, piece| {
            layer.output(ctx, port, next_hop, piece, false);
        })
    }

    /// Sends a packet in one piece if it fits the way, in several if it does not.
    fn send_pieces6(
        &mut self,
        ctx: &mut Context<'_>,
        mtu: u16,
        buffer: Vec<u8>,
        options: SendOptions,
        mut send: impl FnMut(&mut Self, &mut Context<'_>, Vec<u8>),
    ) -> Result<(), Unsent> {
        let len = buffer.len() - HEADROOM;
        if len <= usize::from(mtu) {
            send(self, ctx, buffer);
            return Ok(());
        }
        if options.dont_fragment {
            return Err(Unsent::MessageTooLong);
        }
        // RFC 7739 asks for numbers that nobody can guess.
        let ident = self.rng.next_u64() as u32;
        let pieces = super::fragment::split(&buffer[HEADROOM..], mtu, ident);
        let fragments = pieces.len() as u16;
        ctx.emit(|| TraceEvent::Fragmented { len: len as u32, mtu, fragments });
        for piece in pieces {
            send(self, ctx, piece);
        }
        Ok(())
    }

    /// What an interface's segment takes: its cable, or less if a router said so.
    pub(in crate::l3) fn mtu6(&self, port: PortId) -> u16 {
        let said = self.v6(port).and_then(|v6| v6.link_mtu).unwrap_or(u16::MAX);
        self.interfaces[port.0 as usize].mtu.min(said)
    }

    /// The interface and the router on the way to a destination that is not ours. A link-local one is
    /// on the segment of the interface that is asked for.
    ///
    /// # Errors
    /// Why there is no way.
    pub(super) fn way_out6(
        &self,
        destination: Ipv6Addr,
        asked: Option<PortId>,
    ) -> Result<(PortId, Option<IpAddr>), Unsent> {
        if destination.is_multicast() {
            let port = self.group_interface6(asked).ok_or(Unsent::NetworkUnreachable)?;
            return Ok((port, None));
        }
        if destination.is_unicast_link_local() {
            let port = asked.filter(|port| self.v6(*port).is_some());
            return port.map(|port| (port, None)).ok_or(Unsent::NetworkUnreachable);
        }
        let route = self.route6(Instant::MAX, destination);
        let route = route.ok_or_else(|| self.no_way(destination.into()))?;
        Ok((route.interface, route.via))
    }

    /// The same, told with the row of the routing table.
    fn choose_way6(
        &mut self,
        ctx: &mut Context<'_>,
        destination: Ipv6Addr,
        asked: Option<PortId>,
    ) -> Result<(PortId, Option<IpAddr>), Unsent> {
        if destination.is_unicast_link_local() {
            return self.way_out6(destination, asked);
        }
        let route = self.choose_route6(ctx, destination);
        let route = route.ok_or_else(|| self.no_way(destination.into()))?;
        Ok((route.interface, route.via))
    }

    /// The longest match, told with the rows that it beat.
    pub(super) fn choose_route6(
        &mut self,
        ctx: &mut Context<'_>,
        destination: Ipv6Addr,
    ) -> Option<Route> {
        let route = self.route6(ctx.now(), destination)?.clone();
        ctx.emit(|| {
            let others = self.routes.matching(destination.into());
            let beaten = others.filter(|other| **other != route).cloned().collect();
            TraceEvent::RouteChosen {
                destination: destination.into(),
                route: route.clone(),
                beaten,
            }
        });
        Some(route)
    }

    /// The best row. Among default routers that advertised themselves one that does not answer
    /// goes last (RFC 4861 section 6.3.6).
    fn route6(&self, now: Instant, destination: Ipv6Addr) -> Option<&Route> {
        let best = self.routes.lookup(destination.into())?;
        let failed = |route: &Route| {
            route.via.is_some_and(|via| {
                self.neighbors.state(now, (route.interface, via)) == Some(NeighborState::Failed)
            })
        };
        if best.kind != RouteKind::RouterAdvertisement || !failed(best) {
            return Some(best);
        }
        let equal = |route: &&Route| {
            route.kind == best.kind && route.destination == best.destination && !failed(route)
        };
        Some(self.routes.matching(destination.into()).find(equal).unwrap_or(best))
    }
}
