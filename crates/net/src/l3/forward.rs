//! For somebody else: what a router does with a packet (RFC 1812 section 5.2).

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::{IcmpMessage, Route, Unreachable};
use lanternet_core::{Context, DropReason, Frame, PortId, TraceEvent};
use smoltcp::wire::Ipv4Packet;

use super::input::Header;
use super::{HEADROOM, L3, fragment};
use crate::nat::Passage;
use crate::wire::checksum;

impl L3 {
    /// Passes a packet on, or says why not. The order of the checks is that of RFC 1812 section
    /// 5.2.1 and Linux: a packet that has no route and no time left has no route.
    pub(super) fn forward(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        header: &Header,
        frame: Frame,
        mut passage: Option<Passage>,
    ) {
        let packet = &frame.bytes()[HEADROOM..][..usize::from(header.total_len)];
        let (source, destination) = (IpAddr::V4(header.source), IpAddr::V4(header.destination));
        if never_forwarded(header.source) {
            return ctx.drop_frame(Some(port), || DropReason::MartianSource { source });
        }
        if never_forwarded(header.destination) {
            return ctx.drop_frame(Some(port), || DropReason::MartianDestination { destination });
        }
        let Some(route) = self.choose_route(ctx, destination) else {
            ctx.drop_frame(Some(port), || DropReason::NoRoute { destination });
            let message = IcmpMessage::Unreachable(Unreachable::Network);
            return self.tell_sender(ctx, passage.as_ref(), packet, message);
        };
        if header.ttl <= 1 {
            ctx.drop_frame(Some(port), || DropReason::TtlExpired { ttl: header.ttl });
            let message = IcmpMessage::TtlExceeded;
            return self.tell_sender(ctx, passage.as_ref(), packet, message);
        }
        let interface = route.interface;
        let out = &self.interfaces[interface.0 as usize];
        if let Some(segment) = out.broadcast_of(destination) {
            return ctx.drop_frame(Some(port), || DropReason::DirectedBroadcast { segment });
        }
        let (next_hop, mtu) = (route.via.unwrap_or(destination), out.mtu);
        if header.total_len > mtu && header.dont_fragment {
            let len = u32::from(header.total_len);
            ctx.drop_frame(Some(port), || DropReason::FragmentationNeeded { len, mtu });
            let message = IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { mtu });
            return self.tell_sender(ctx, passage.as_ref(), packet, message);
        }
        let offset = Ipv4Packet::new_unchecked(packet).frag_offset();
        if header.total_len > mtu && u16::MAX - offset < header.total_len {
            let what = fragment::TOO_LONG;
            return ctx.drop_frame(Some(port), || DropReason::BadFragment { what });
        }
        let mut buffer = frame.into_bytes();
        buffer.truncate(HEADROOM + usize::from(header.total_len));
        if let Some(passage) = &mut passage
            && !self.passes(ctx, port, interface, passage, &mut buffer[HEADROOM..])
        {
            return;
        }
        ctx.emit(|| TraceEvent::PacketForwarded {
            destination,
            interface,
            next_hop,
            ttl_from: header.ttl,
            ttl_to: header.ttl - 1,
        });
        lower_ttl(&mut buffer[HEADROOM..]);
        // Who was translated does not know where the packet really goes.
        if interface == port && !passage.is_some_and(|passage| passage.is_translated()) {
            self.redirect(ctx, port, header, &buffer[HEADROOM..], next_hop);
        }
        if header.total_len <= mtu {
            return self.output(ctx, interface, next_hop, buffer, true);
        }
        let pieces = fragment::split(&buffer[HEADROOM..], mtu, HEADROOM);
        let (len, fragments) = (u32::from(header.total_len), pieces.len() as u16);
        ctx.emit(|| TraceEvent::Fragmented { len, mtu, fragments });
        for piece in pieces {
            self.output(ctx, interface, next_hop, piece, true);
        }
    }

    /// The longest match, told with the rows that it beat.
    pub(super) fn choose_route(
        &mut self,
        ctx: &mut Context<'_>,
        destination: IpAddr,
    ) -> Option<Route> {
        let route = self.routes.lookup(destination)?.clone();
        ctx.emit(|| TraceEvent::RouteChosen {
            destination,
            route: route.clone(),
            beaten: self.routes.matching(destination).skip(1).cloned().collect(),
        });
        Some(route)
    }

    /// The packet leaves by the interface it came in: its sender could have sent it to the next
    /// router itself (RFC 1812 section 5.2.7.2).
    fn redirect(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        header: &Header,
        packet: &[u8],
        next_hop: IpAddr,
    ) {
        let interface = &self.interfaces[port.0 as usize];
        let segment = interface.segment_of(header.source.into());
        if segment.is_some_and(|segment| segment.contains(&next_hop)) {
            let from = interface.source_for(next_hop);
            let message = IcmpMessage::Redirect { gateway: next_hop };
            self.send_error(ctx, from, packet, false, message);
        }
    }
}

/// Addresses that stay on their segment or in their host (RFC 1812 section 5.3.7, RFC 3927 section
/// 7, and class E).
fn never_forwarded(address: Ipv4Addr) -> bool {
    address.is_loopback()
        || address.is_link_local()
        || address.octets()[0] == 0
        || address.octets()[0] >= 240
}

/// Takes one from the TTL and corrects the header checksum by that difference (RFC 1624).
fn lower_ttl(packet: &mut [u8]) {
    let old = [packet[8], packet[9]];
    packet[8] -= 1;
    let sum = Ipv4Packet::new_unchecked(&packet[..]).checksum();
    let sum = checksum::update(sum, &old, &[packet[8], packet[9]]);
    Ipv4Packet::new_unchecked(packet).set_checksum(sum);
}
