//! ICMPv6 errors of this node: whether one may be sent, and from where (RFC 4443 section 2).

use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::trace::{HeaderProblem, IcmpMessage, IcmpSilence, Unreachable};
use lanternet_core::{Context, DropReason, FrameId, PortId, TraceEvent};

use super::fragment::Expired6;
use super::header::{Chain, Header6, ICMPV6};
use super::{icmpv6, message};
use crate::l3::packet::{Delivery, IcmpInbound, Inbound};
use crate::l3::{L3, SendOptions};

impl L3 {
    /// An error about a packet that was handed up: nobody wants it there.
    pub(in crate::l3) fn send_icmp_error6(
        &mut self,
        ctx: &mut Context<'_>,
        about: &Inbound,
        message: IcmpMessage,
    ) {
        let message = match message {
            // IPv6 says so with the place of the protocol's number (RFC 4443 section 3.4).
            IcmpMessage::Unreachable(Unreachable::Protocol) => {
                let pointer = Chain::walk(about.packet()).map_or(6, |chain| chain.named_at) as u32;
                IcmpMessage::HeaderProblem { problem: HeaderProblem::NextHeader, pointer }
            }
            other => other,
        };
        let IpAddr::V6(source) = about.destination else { return };
        let groups = (about.link_group, false);
        self.send_error6(ctx, about.interface, Some(source), about.packet(), groups, message);
    }

    /// Sends an error about a packet that came in by this interface, if one may be sent. The source
    /// is the given address, or one chosen for the way back. The two answers about groups: whether
    /// the packet came in a frame to a group, and whether the error is sent all the same.
    pub(super) fn send_error6(
        &mut self,
        ctx: &mut Context<'_>,
        interface: Option<PortId>,
        source: Option<Ipv6Addr>,
        packet: &[u8],
        (link_group, even_to_group): (bool, bool),
        message: IcmpMessage,
    ) {
        let Some(header) = Header6::of(packet) else { return };
        let to = IpAddr::V6(header.source);
        let group = !even_to_group && (link_group || header.destination.is_multicast());
        if let Some(why) = self.silence6(ctx, &header, packet, group, message) {
            return ctx.emit(|| TraceEvent::IcmpSuppressed { to, message, why });
        }
        let source = source.filter(|source| self.is_local((*source).into()));
        let source = source.map(IpAddr::V6);
        // Only a neighbour's link-local address needs the interface.
        let back = interface.filter(|_| header.source.is_unicast_link_local());
        let chosen = || self.source_for6(header.source, back).map(|chosen| chosen.source);
        let source = match source.map_or_else(chosen, Ok) {
            Ok(IpAddr::V6(source)) => source,
            _ => {
                let why = IcmpSilence::NoRouteBack;
                return ctx.emit(|| TraceEvent::IcmpSuppressed { to, message, why });
            }
        };
        ctx.emit(|| TraceEvent::IcmpSent { to, message });
        let quoted = icmpv6::quote(packet);
        let hop_limit = self.hop_limit6(interface);
        let error = icmpv6::build(source, header.source, hop_limit, message, quoted);
        // An error that finds no way back is told by `send` itself.
        let _ = self.send(ctx, error, SendOptions { interface: back, ..SendOptions::default() });
    }

    /// Why no error is sent about this packet, if none is (section 2.4 (e)).
    fn silence6(
        &mut self,
        ctx: &Context<'_>,
        header: &Header6,
        packet: &[u8],
        group: bool,
        message: IcmpMessage,
    ) -> Option<IcmpSilence> {
        let too_big =
            matches!(message, IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { .. }));
        // A packet whose headers cannot be read may still be an error in pieces or cut off; Linux
        // takes it for none.
        let chain = Chain::walk(packet).ok();
        let about_error = chain.is_some_and(|chain| {
            let kind = packet.get(chain.offset).copied();
            let first = chain.fragment.is_none_or(|fragment| fragment.offset == 0);
            chain.protocol == ICMPV6
                && first
                && kind.is_none_or(|kind| icmpv6::is_error(kind) || kind == message::REDIRECT)
        });
        if about_error {
            return Some(IcmpSilence::AboutIcmpError);
        }
        if group && !too_big {
            return Some(match header.destination.is_multicast() {
                true => IcmpSilence::AboutGroup,
                false => IcmpSilence::AboutLinkBroadcast,
            });
        }
        if header.source.is_unspecified() || header.source.is_multicast() {
            return Some(IcmpSilence::SourceNotUnicast);
        }
        let (now, to) = (ctx.now(), header.source.into());
        let allowed = too_big || self.rare().limiter.allows(now, to);
        (!allowed).then_some(IcmpSilence::RateLimited)
    }

    /// Packets of which pieces never came: the sender is told, if the first one did (RFC 8200
    /// section 4.5).
    pub(super) fn expire_fragments6(&mut self, ctx: &mut Context<'_>) {
        while let Some(Expired6 { first, interface, about }) =
            self.rare.as_mut().and_then(|rare| rare.fragments6.expire(ctx.now()))
        {
            let before = ctx.set_about(about);
            ctx.drop_frame(None, || DropReason::ReassemblyTimeout);
            if let Some(first) = first {
                let message = IcmpMessage::ReassemblyTimeExceeded;
                self.send_error6(ctx, interface, None, &first, (false, false), message);
            }
            ctx.set_about(before);
        }
    }

    /// Tells a program of this node that a neighbour did not answer: an error from ourselves about
    /// the packet that waited.
    pub(in crate::l3) fn deliver_local_error6(&mut self, packet: &[u8], about: Option<FrameId>) {
        let Some(original) = icmpv6::original(icmpv6::quote(packet)) else { return };
        self.deliveries.push_back(Delivery::Icmp(IcmpInbound {
            from: original.source,
            to: original.source,
            ttl: crate::l3::icmp::DEFAULT_TTL,
            interface: None,
            about,
            message: IcmpMessage::Unreachable(Unreachable::Host),
            payload: Vec::new(),
            original: Some(original),
        }));
    }

    /// The neighbour did not answer: this packet waited in vain.
    pub(in crate::l3) fn neighbor_failed6(
        &mut self,
        ctx: &mut Context<'_>,
        packet: &[u8],
        about: Option<FrameId>,
        forwarded: bool,
    ) {
        if forwarded {
            let message = IcmpMessage::Unreachable(Unreachable::Host);
            self.send_error6(ctx, None, None, packet, (false, false), message);
        } else {
            self.deliver_local_error6(packet, about);
        }
    }

    /// The hop limit of packets that this node makes: what a router said, or 64.
    pub(super) fn hop_limit6(&self, interface: Option<PortId>) -> u8 {
        let said = interface.and_then(|port| self.v6(port)?.hop_limit);
        said.unwrap_or(crate::l3::icmp::DEFAULT_TTL)
    }
}
