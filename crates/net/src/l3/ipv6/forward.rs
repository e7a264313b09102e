//! For somebody else: what a router does with a packet. It cuts none in pieces (RFC 8200 section 5),
//! and keeps link-local addresses on their segment (RFC 4291 section 2.5.6).

use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::trace::{IcmpMessage, Unreachable};
use lanternet_core::{Context, DropReason, Frame, PortId, TraceEvent};

use super::header::Header6;
use super::{icmpv6, message};
use crate::l3::{HEADROOM, L3, SendOptions};
use crate::nat::Passage;

impl L3 {
    /// Passes a packet on, or says why not. The order of the checks is Linux's.
    pub(super) fn forward6(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        header: &Header6,
        frame: Frame,
        passage: Option<Passage>,
    ) {
        let packet = &frame.bytes()[HEADROOM..][..header.total_len as usize];
        let (source, destination) = (IpAddr::V6(header.source), IpAddr::V6(header.destination));
        let groups = (false, false);
        if header.source.is_unspecified() {
            return ctx.drop_frame(Some(port), || DropReason::MartianSource { source });
        }
        if header.destination.is_unicast_link_local() {
            let reason = || DropReason::LinkLocalStays { source, destination };
            return ctx.drop_frame(Some(port), reason);
        }
        let Some(route) = self.choose_route6(ctx, header.destination) else {
            ctx.drop_frame(Some(port), || DropReason::NoRoute { destination });
            let message = IcmpMessage::Unreachable(Unreachable::Network);
            return self.send_error6(ctx, Some(port), None, packet, groups, message);
        };
        if header.hop_limit <= 1 {
            ctx.drop_frame(Some(port), || DropReason::TtlExpired { ttl: header.hop_limit });
            let message = IcmpMessage::TtlExceeded;
            return self.send_error6(ctx, Some(port), None, packet, groups, message);
        }
        let interface = route.interface;
        if header.source.is_unicast_link_local() {
            ctx.drop_frame(Some(port), || DropReason::LinkLocalStays { source, destination });
            // RFC 4443 section 3.1, code 2.
            let message = IcmpMessage::Unreachable(Unreachable::BeyondScope);
            return self.send_error6(ctx, Some(port), None, packet, groups, message);
        }
        let mtu = self.mtu6(interface);
        if header.total_len > u32::from(mtu) {
            let len = header.total_len;
            ctx.drop_frame(Some(port), || DropReason::PacketTooBig { len, mtu });
            let message = IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { mtu });
            return self.send_error6(ctx, Some(port), None, packet, groups, message);
        }
        if !self.passes6(ctx, port, interface, passage, packet) {
            return;
        }
        let next_hop = route.via.unwrap_or(destination);
        ctx.emit(|| TraceEvent::PacketForwarded {
            destination,
            interface,
            next_hop,
            ttl_from: header.hop_limit,
            ttl_to: header.hop_limit - 1,
        });
        let mut buffer = frame.into_bytes();
        buffer.truncate(HEADROOM + header.total_len as usize);
        buffer[HEADROOM + 7] -= 1;
        if interface == port {
            self.redirect6(ctx, port, header, &buffer[HEADROOM..], next_hop);
        }
        self.output(ctx, interface, next_hop, buffer, true);
    }

    /// The packet leaves by the interface it came in: its sender could have sent it to the next
    /// router, or to the destination, itself (RFC 4861 section 8.2).
    fn redirect6(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        header: &Header6,
        packet: &[u8],
        next_hop: IpAddr,
    ) {
        let interface = &self.interfaces[port.0 as usize];
        let neighbor = interface.segment_of(header.source.into()).is_some();
        let IpAddr::V6(target) = next_hop else { return };
        // Hosts know routers by their link-local addresses only.
        let known = target == header.destination || target.is_unicast_link_local();
        let Some(ours) = self.v6(port).and_then(|v6| v6.link_local()) else { return };
        let (now, to) = (ctx.now(), IpAddr::V6(header.source));
        if !neighbor || !known || !self.rare().limiter.allows_redirect(now, to) {
            return;
        }
        let message = IcmpMessage::Redirect { gateway: next_hop };
        ctx.emit(|| TraceEvent::IcmpSent { to, message });
        let mac = self.neighbors.settled(now, (port, next_hop)).map(|(mac, _)| mac);
        let ends: [Ipv6Addr; 2] = [ours, header.source];
        let redirect = message::redirect(ends, target, header.destination, mac, packet);
        debug_assert!(redirect.len() <= HEADROOM + usize::from(icmpv6::MIN_MTU), "section 4.5");
        let _ = self.send(
            ctx,
            redirect,
            SendOptions { interface: Some(port), ..SendOptions::default() },
        );
    }
}
