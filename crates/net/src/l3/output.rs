//! From programs, and everything's last step: route, segment, neighbour, cable.

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::{IcmpMessage, RouteKind, Unreachable, Unsent};
use lanternet_core::{Context, DropReason, IpNet, MacAddr, PortId, TraceEvent};
use smoltcp::wire::Ipv4Packet;

use super::interface::Interface;
use super::ipv6::header::Header6;
use super::neighbor::{Answer, Held, QUEUE_LIMIT, TABLE_LIMIT};
use super::packet::{Data, Inbound};
use super::{HEADROOM, L3, SendOptions, fragment};
use crate::wire::checksum::checksum;

impl L3 {
    /// Sends a packet of this node. `buffer[HEADROOM..]` is a whole packet. Of an IPv4 packet
    /// addresses, TTL, protocol, length and "don't fragment" are set; its identification and header
    /// checksum are filled in here. Of an IPv6 packet, which has no extension headers, everything
    /// is set. A packet to an address of this node comes back as a delivery.
    ///
    /// # Errors
    /// Why it could not be sent. A neighbour that does not answer is not known yet; that comes as a
    /// delivery.
    ///
    /// # Panics
    /// When the buffer holds no whole IP header: a bug of the caller.
    pub fn send(
        &mut self,
        ctx: &mut Context<'_>,
        mut buffer: Vec<u8>,
        options: SendOptions,
    ) -> Result<(), Unsent> {
        if buffer[HEADROOM] >> 4 == 6 {
            return self.send6(ctx, buffer, options);
        }
        let ends = self.finish_header(&mut buffer[HEADROOM..]);
        let len = buffer.len() - HEADROOM;
        if !ctx.traced()
            && let Some(path) = self.path(ctx.now(), ends, len)
        {
            path.address(&mut buffer);
            let port = path.port();
            let frame = match options.checksummed {
                true => ctx.checksummed_frame(buffer),
                false => ctx.frame(buffer),
            };
            self.hand_down(ctx, port, frame);
            return Ok(());
        }
        let [source, destination] = ends.map(IpAddr::V4);
        let result = match () {
            () if !self.is_local(source) => Err(Unsent::AddressNotAvailable),
            () if self.is_local(destination) => {
                self.loop_back(ctx, buffer);
                Ok(())
            }
            // Neither may be seen on a cable (RFC 1122 section 3.2.1.3 (g) and (a)).
            () if source.is_loopback() => Err(Unsent::AddressNotAvailable),
            () if destination.is_unspecified() => Err(Unsent::NetworkUnreachable),
            () if destination.is_multicast() || self.is_limited_broadcast(destination) => {
                self.send_to_all(ctx, destination, buffer, options)
            }
            () => self.send_unicast(ctx, ends, buffer, options),
        };
        if let Err(why) = result {
            ctx.emit(|| TraceEvent::SendFailed { destination, why });
        }
        result
    }

    /// Fills in identification and header checksum. The answer is source and destination.
    pub(super) fn finish_header(&mut self, packet: &mut [u8]) -> [Ipv4Addr; 2] {
        self.ident = self.ident.wrapping_add(1);
        let mut ip = Ipv4Packet::new_unchecked(&mut *packet);
        ip.set_ident(self.ident);
        ip.set_checksum(0);
        let ends = [ip.src_addr(), ip.dst_addr()];
        let header_len = usize::from(ip.header_len());
        let sum = checksum(&packet[..header_len]);
        Ipv4Packet::new_unchecked(packet).set_checksum(sum);
        ends
    }

    /// The packet never leaves the node.
    fn loop_back(&mut self, ctx: &mut Context<'_>, buffer: Vec<u8>) {
        let ip = Ipv4Packet::new_unchecked(&buffer[HEADROOM..]);
        let inbound = Inbound {
            interface: None,
            about: ctx.about(),
            source: ip.src_addr().into(),
            destination: ip.dst_addr().into(),
            protocol: u8::from(ip.next_header()),
            ttl: ip.hop_limit(),
            link_group: false,
            start: HEADROOM as u32,
            end: HEADROOM as u32 + u32::from(ip.total_len()),
            header_len: ip.header_len().into(),
            data: Data::Buffer(buffer),
        };
        let destination = inbound.destination;
        ctx.emit(|| TraceEvent::LoopedBack { destination });
        self.deliver(ctx, inbound, false);
    }

    fn send_to_all(
        &mut self,
        ctx: &mut Context<'_>,
        destination: IpAddr,
        buffer: Vec<u8>,
        options: SendOptions,
    ) -> Result<(), Unsent> {
        if !destination.is_multicast() && !options.broadcast {
            return Err(Unsent::BroadcastForbidden);
        }
        let port = self.interface_for_group(options.interface).ok_or(Unsent::NetworkUnreachable)?;
        let interface = self.interfaces.get(port.0 as usize).ok_or(Unsent::NetworkUnreachable)?;
        let group = destination.is_multicast();
        if !group || (interface.is_member(destination) && !options.unheard_here) {
            // Who speaks to all, or to a group of its own, hears itself (as in Linux, where
            // IP_MULTICAST_LOOP is on by default).
            self.loop_back(ctx, buffer.clone());
        }
        // RFC 1112 section 6.1: a time to live of 0 keeps it on this node.
        if group && Ipv4Packet::new_unchecked(&buffer[HEADROOM..]).hop_limit() == 0 {
            return Ok(());
        }
        let buffer = self.guarded_output(ctx, port, true, buffer)?;
        let mac = match destination {
            _ if group => MacAddr::for_multicast(destination),
            _ => MacAddr::BROADCAST,
        };
        let mtu = self.interfaces[port.0 as usize].mtu;
        self.send_pieces(ctx, mtu, buffer, |layer, ctx, piece| {
            layer.transmit_packet(ctx, port, mac, piece);
        })
    }

    fn send_unicast(
        &mut self,
        ctx: &mut Context<'_>,
        ends: [Ipv4Addr; 2],
        buffer: Vec<u8>,
        options: SendOptions,
    ) -> Result<(), Unsent> {
        let destination = IpAddr::V4(ends[1]);
        if !self.forwarding && ctx.traced() {
            self.compare_segments(ctx, destination);
        }
        let route = self.choose_route(ctx, destination).ok_or_else(|| self.no_way(destination))?;
        let port = route.interface;
        let interface = &self.interfaces[port.0 as usize];
        if !interface.up {
            return Err(Unsent::NetworkDown);
        }
        if interface.broadcast_of(destination).is_some() {
            if !options.broadcast {
                return Err(Unsent::BroadcastForbidden);
            }
            let mtu = interface.mtu;
            let buffer = self.guarded_output(ctx, port, true, buffer)?;
            self.loop_back(ctx, buffer.clone());
            return self.send_pieces(ctx, mtu, buffer, |layer, ctx, piece| {
                layer.transmit_packet(ctx, port, MacAddr::BROADCAST, piece);
            });
        }
        let next_hop = route.via.unwrap_or(destination);
        let mtu = interface.mtu.min(self.learned_mtu(ctx.now(), destination));
        let buffer = self.guarded_output(ctx, port, false, buffer)?;
        self.send_pieces(ctx, mtu, buffer, |layer, ctx, piece| {
            layer.output(ctx, port, next_hop, piece, false);
        })?;
        self.remember_path(ctx, ends, port, next_hop, mtu);
        Ok(())
    }

    /// Tells what the mask says of a destination: the first thing that a host finds out.
    pub(super) fn compare_segments(&self, ctx: &mut Context<'_>, destination: IpAddr) {
        if self.routes.is_down(destination) {
            return;
        }
        let route = self.routes.lookup(destination);
        let interface = route.map(|route| &self.interfaces[route.interface.0 as usize]);
        let alike = |net: &IpNet| net.addr().is_ipv4() == destination.is_ipv4();
        let here = |interface: &Interface| {
            let near = |net: &IpNet| match net.addr() {
                IpAddr::V6(own) => own.is_unicast_link_local(),
                IpAddr::V4(_) => false,
            };
            let wide = interface.addresses().find(|net| alike(net) && !near(net));
            interface.segment_of(destination).or(wide).or_else(|| interface.addresses().find(alike))
        };
        let first = || self.addresses().map(|(_, address)| address).find(alike);
        let Some(address) = interface.and_then(here).or_else(first) else { return };
        let gateway = route.and_then(|route| route.via);
        ctx.emit(|| match route {
            Some(route) if route.via.is_none() && route.kind != RouteKind::Redirect => {
                TraceEvent::SameSegment { destination, address }
            }
            _ => TraceEvent::OtherSegment { destination, address, gateway },
        });
    }

    /// Sends a packet in one piece if it fits the way, in several if it may be cut.
    fn send_pieces(
        &mut self,
        ctx: &mut Context<'_>,
        mtu: u16,
        buffer: Vec<u8>,
        mut send: impl FnMut(&mut Self, &mut Context<'_>, Vec<u8>),
    ) -> Result<(), Unsent> {
        let len = buffer.len() - HEADROOM;
        if len <= usize::from(mtu) {
            send(self, ctx, buffer);
            return Ok(());
        }
        if Ipv4Packet::new_unchecked(&buffer[HEADROOM..]).dont_frag() {
            return Err(Unsent::MessageTooLong);
        }
        let pieces = fragment::split(&buffer[HEADROOM..], mtu, HEADROOM);
        let fragments = pieces.len() as u16;
        ctx.emit(|| TraceEvent::Fragmented { len: len as u32, mtu, fragments });
        for piece in pieces {
            send(self, ctx, piece);
        }
        Ok(())
    }

    /// Onto the cable, once the next hop's hardware address is known.
    pub(super) fn output(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        next_hop: IpAddr,
        buffer: Vec<u8>,
        forwarded: bool,
    ) {
        self.forget_path();
        let (now, about) = (ctx.now(), ctx.about());
        let mut packet = Some(buffer);
        let held =
            || Held { buffer: packet.take().unwrap_or_default(), about, since: now, forwarded };
        match self.neighbors.resolve(now, (port, next_hop), held) {
            Answer::Found { mac, state, was } => {
                ctx.emit(|| TraceEvent::NeighborHit {
                    interface: port,
                    address: next_hop,
                    mac,
                    state: was,
                });
                if state != was {
                    self.tell_state(ctx, (port, next_hop), was, state);
                }
                if let Some(buffer) = packet {
                    self.transmit_packet(ctx, port, mac, buffer);
                }
            }
            Answer::Held { waiting, ask, crowded_out } => {
                let (address, limit) = (next_hop, QUEUE_LIMIT);
                if let Some(oldest) = crowded_out {
                    ctx.set_about(oldest.about);
                    ctx.drop_frame(Some(port), || DropReason::NeighborQueueFull { address, limit });
                    ctx.set_about(about);
                }
                ctx.emit(|| TraceEvent::PacketHeld { address, waiting });
                if ask {
                    self.ask(ctx, port, next_hop, 1, None);
                }
            }
            Answer::Full => {
                let (address, limit) = (next_hop, TABLE_LIMIT as u16);
                ctx.drop_frame(Some(port), || DropReason::NeighborQueueFull { address, limit });
            }
        }
    }

    /// The neighbour did not answer: this packet waited in vain. Its sender is told.
    pub(super) fn neighbor_failed(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        address: IpAddr,
        held: Held,
    ) {
        let before = ctx.set_about(held.about);
        let packet = &held.buffer[HEADROOM..];
        if address.is_ipv6() {
            if held.forwarded {
                ctx.drop_frame(Some(port), || DropReason::NeighborFailed { address });
            } else if let Some(header) = Header6::of(packet) {
                let (destination, why) = (header.destination.into(), Unsent::HostUnreachable);
                ctx.emit(|| TraceEvent::SendFailed { destination, why });
            }
            self.neighbor_failed6(ctx, packet, held.about, held.forwarded);
        } else if held.forwarded {
            ctx.drop_frame(Some(port), || DropReason::NeighborFailed { address });
            let message = IcmpMessage::Unreachable(Unreachable::Host);
            self.send_error(ctx, None, packet, false, message);
        } else {
            let destination = IpAddr::V4(Ipv4Packet::new_unchecked(packet).dst_addr());
            let why = Unsent::HostUnreachable;
            ctx.emit(|| TraceEvent::SendFailed { destination, why });
            // The program knows the packet by the ends that it gave it.
            let restored = self.as_its_sender_knows_it(packet);
            let message = IcmpMessage::Unreachable(Unreachable::Host);
            self.deliver_local_error(restored.as_deref().unwrap_or(packet), held.about, message);
        }
        ctx.set_about(before);
    }
}
