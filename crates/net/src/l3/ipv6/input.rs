//! From the cable: is the packet sound, is it for us or for somebody else.

use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::trace::{IcmpMessage, Protocol, Unreachable};
use lanternet_core::{Context, DropReason, Frame, MacAddr, PortId, TraceEvent};

use super::fragment::Outcome;
use super::header::{Chain, Fault, Header6, ICMPV6, NOTHING};
use super::message::{HOP_LIMIT, Message};
use super::{address, icmpv6, mld};
use crate::l3::packet::{Data, Delivery, Inbound};
use crate::l3::{HEADROOM, L3, SendOptions};
use crate::wire::checksum::pseudo_header;

impl L3 {
    pub(in crate::l3) fn process_ipv6(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        mac: MacAddr,
        frame: Frame,
    ) {
        self.forget_path();
        if self.v6(port).is_none() {
            return ctx.drop_frame(Some(port), || DropReason::Ipv6Off { interface: port });
        }
        let header = match Header6::check(&frame.bytes()[HEADROOM..]) {
            Ok(header) => header,
            Err(reason) => return ctx.drop_frame(Some(port), || reason),
        };
        if let Err(reason) = self.admit6(&header) {
            return ctx.drop_frame(Some(port), || reason);
        }
        let packet = &frame.bytes()[HEADROOM..][..header.total_len as usize];
        let link_group = mac.is_group();
        if let Err(fault) = Chain::walk_hop_by_hop(packet) {
            return self.fault6(ctx, Some(port), packet, link_group, fault);
        }
        let group = link_group || header.destination.is_multicast();
        let Ok(passage) = self.arrives6(ctx, port, group, packet) else { return };
        if self.is_for_us6(port, header.destination) {
            if !self.enters6(ctx, port, passage, packet) {
                return;
            }
            let inbound = Inbound {
                interface: Some(port),
                about: ctx.about(),
                source: header.source.into(),
                destination: header.destination.into(),
                protocol: header.next_header,
                ttl: header.hop_limit,
                link_group,
                start: HEADROOM as u32,
                end: HEADROOM as u32 + header.total_len,
                header_len: super::header::HEADER as u16,
                data: Data::Frame(frame),
            };
            return self.deliver6(ctx, inbound);
        }
        let destination = IpAddr::V6(header.destination);
        let checking = self.v6(port).and_then(|v6| v6.checking(header.destination));
        let reason = match () {
            () if destination.is_multicast() => DropReason::NotInGroup { group: destination },
            () if checking.is_some() => DropReason::AddressTentative { address: destination },
            () if !self.forwarding => DropReason::NotForUs { destination },
            () if link_group => DropReason::LinkBroadcast,
            () => return self.forward6(ctx, port, &header, frame, passage),
        };
        ctx.drop_frame(Some(port), || reason);
    }

    /// Whether such a packet may come from outside at all.
    fn admit6(&self, header: &Header6) -> Result<(), DropReason> {
        let (source, destination) = (header.source, header.destination);
        if source.is_multicast() || source.is_loopback() || self.is_local(source.into()) {
            return Err(DropReason::MartianSource { source: source.into() });
        }
        // Groups of scope 0 and 1 never leave a node (RFC 4291 section 2.7).
        let stays = destination.is_multicast() && address::group_scope(destination) <= 1;
        if destination.is_loopback() || destination.is_unspecified() || stays {
            return Err(DropReason::MartianDestination { destination: destination.into() });
        }
        Ok(())
    }

    /// Any address of the node counts, on whichever interface the packet came in, but for
    /// link-local ones, which count on their own.
    fn is_for_us6(&self, port: PortId, destination: Ipv6Addr) -> bool {
        let here = self.v6(port);
        if destination.is_multicast() {
            here.is_some_and(|v6| v6.is_member(destination))
        } else if destination.is_unicast_link_local() {
            here.is_some_and(|v6| v6.owns(destination))
        } else {
            self.is_local(destination.into())
        }
    }

    /// A packet is for this node: its headers are passed over, pieces put together, and what is in it
    /// handed up.
    pub(super) fn deliver6(&mut self, ctx: &mut Context<'_>, mut inbound: Inbound) {
        let chain = match Chain::walk(inbound.packet()) {
            Ok(chain) => chain,
            Err(fault) => {
                let (interface, link_group) = (inbound.interface, inbound.link_group);
                return self.fault6(ctx, interface, inbound.packet(), link_group, fault);
            }
        };
        inbound.protocol = chain.protocol;
        inbound.header_len = chain.offset as u16;
        if let Some(interface) = inbound.interface {
            let (source, destination) = (inbound.source, inbound.destination);
            let protocol = inbound.protocol;
            ctx.emit(|| TraceEvent::PacketForUs { interface, source, destination, protocol });
        }
        if chain.fragment.is_some() {
            match self.reassemble6(ctx, inbound, &chain) {
                Some(whole) => inbound = whole,
                None => return,
            }
            match Chain::walk(inbound.packet()) {
                Ok(chain) if chain.fragment.is_none() => {
                    inbound.protocol = chain.protocol;
                    inbound.header_len = chain.offset as u16;
                }
                Ok(_) => {
                    let what = "fragments within fragments";
                    return ctx.drop_frame(inbound.interface, || DropReason::BadFragment { what });
                }
                Err(fault) => {
                    let (interface, link_group) = (inbound.interface, inbound.link_group);
                    return self.fault6(ctx, interface, inbound.packet(), link_group, fault);
                }
            }
        }
        if inbound.protocol == ICMPV6 {
            self.process_icmpv6(ctx, inbound);
        } else {
            self.deliveries.push_back(Delivery::Packet(inbound));
        }
    }

    fn reassemble6(
        &mut self,
        ctx: &mut Context<'_>,
        inbound: Inbound,
        chain: &Chain,
    ) -> Option<Inbound> {
        let fragment = chain.fragment?;
        let packet = inbound.packet();
        let (ident, offset) = (fragment.ident, fragment.offset);
        let len = (packet.len() - chain.offset) as u16;
        let (now, about) = (ctx.now(), inbound.about);
        let fragments = &mut self.rare().fragments6;
        if let Some(crowded_out) = fragments.make_room(packet, &fragment) {
            let before = ctx.set_about(crowded_out.about);
            let what = "too many incomplete packets";
            ctx.drop_frame(None, || DropReason::BadFragment { what });
            ctx.set_about(before);
        }
        match self.rare().fragments6.insert(now, packet, chain, (inbound.interface, about)) {
            Outcome::Held => {
                ctx.emit(|| TraceEvent::FragmentHeld { ident, offset, len });
                None
            }
            Outcome::Bad(what) => {
                ctx.drop_frame(inbound.interface, || DropReason::BadFragment { what });
                None
            }
            Outcome::Fault(fault) => {
                let (interface, link_group) = (inbound.interface, inbound.link_group);
                self.fault6(ctx, interface, packet, link_group, fault);
                None
            }
            Outcome::Whole { packet, fragments } => {
                let len = packet.len() as u32;
                ctx.emit(|| TraceEvent::Reassembled { ident, fragments, len });
                Some(Inbound { data: Data::Buffer(packet), start: 0, end: len, ..inbound })
            }
        }
    }

    /// Headers that cannot be passed over: the packet ends here, and its sender may be told.
    fn fault6(
        &mut self,
        ctx: &mut Context<'_>,
        interface: Option<PortId>,
        packet: &[u8],
        link_group: bool,
        fault: Fault,
    ) {
        match fault {
            Fault::Drop(NOTHING) => ctx.drop_frame(interface, || DropReason::NoNextHeader),
            Fault::Drop(what) => {
                ctx.drop_frame(interface, || DropReason::ExtensionHeader { what });
            }
            Fault::Problem { what, problem, pointer, even_to_group } => {
                ctx.drop_frame(interface, || DropReason::ExtensionHeader { what });
                let message = IcmpMessage::HeaderProblem { problem, pointer };
                self.send_error6(
                    ctx,
                    interface,
                    None,
                    packet,
                    (link_group, even_to_group),
                    message,
                );
            }
        }
    }

    fn process_icmpv6(&mut self, ctx: &mut Context<'_>, inbound: Inbound) {
        let port = inbound.interface;
        let payload = inbound.payload();
        let Some(message) = icmpv6::parse(payload) else {
            let (protocol, what) = (Protocol::Icmp, "too short");
            return ctx.drop_frame(port, || DropReason::Malformed { protocol, what });
        };
        let sum = pseudo_header(inbound.source, inbound.destination, ICMPV6, payload.len() as u32);
        if sum.with(payload).finish() != 0 {
            let found = u16::from_be_bytes([payload[2], payload[3]]);
            let expected = sum.with(&payload[..2]).with(&[0, 0]).with(&payload[4..]).finish();
            let protocol = Protocol::Icmp;
            return ctx.drop_frame(port, || DropReason::ChecksumWrong {
                protocol,
                found,
                expected,
            });
        }
        let kind = payload[0];
        if Message::is_one(kind) {
            self.process_discovery(ctx, &inbound);
            return inbound.recycle(ctx);
        }
        if kind == mld::QUERY {
            self.process_query(ctx, &inbound);
            return inbound.recycle(ctx);
        }
        if kind == mld::REPORT_V2 {
            // For routers that pass groups on, and for switches that listen in; not for hosts.
            return ctx.drop_frame(port, || DropReason::IcmpIgnored);
        }
        let from = inbound.source;
        ctx.emit(|| TraceEvent::IcmpReceived { from, message });
        match message {
            IcmpMessage::EchoRequest { ident, seq } => self.answer_echo6(ctx, &inbound, ident, seq),
            IcmpMessage::EchoReply { .. } => {
                let payload = payload[icmpv6::ICMP_HEADER..].to_vec();
                self.deliver_icmp(&inbound, message, payload, None);
            }
            _ if icmpv6::is_error(kind) => self.process_error6(ctx, &inbound, message),
            _ => ctx.drop_frame(port, || DropReason::IcmpIgnored),
        }
        inbound.recycle(ctx);
    }

    fn process_discovery(&mut self, ctx: &mut Context<'_>, inbound: &Inbound) {
        // Nobody sends these to itself.
        let Some(port) = inbound.interface else {
            return ctx.drop_frame(None, || DropReason::IcmpIgnored);
        };
        if inbound.ttl != HOP_LIMIT {
            let hop_limit = inbound.ttl;
            return ctx.drop_frame(Some(port), || DropReason::DiscoveryFromAfar { hop_limit });
        }
        let Some(header) = Header6::of(inbound.packet()) else { return };
        match Message::parse(&header, inbound.payload()) {
            Err(what) => {
                let protocol = Protocol::Icmp;
                ctx.drop_frame(Some(port), || DropReason::Malformed { protocol, what });
            }
            Ok(message) => self.discovered(ctx, port, &header, inbound, message),
        }
    }

    /// A router or switch asks which groups are listened to (RFC 3810 section 6.2).
    fn process_query(&mut self, ctx: &mut Context<'_>, inbound: &Inbound) {
        let now = ctx.now();
        let link_local =
            |source| matches!(source, IpAddr::V6(source) if source.is_unicast_link_local());
        let sound = inbound.ttl == 1 && link_local(inbound.source);
        let query = mld::parse_query(inbound.payload()).filter(|_| sound);
        let interface = inbound.interface.and_then(|port| self.interfaces.get_mut(port.0 as usize));
        let v6 = interface.and_then(|interface| interface.v6.as_deref_mut());
        match (query, v6) {
            (Some((group, within)), Some(v6)) => {
                v6.groups.asked(now, group, within, &mut self.rng);
            }
            _ => ctx.drop_frame(inbound.interface, || DropReason::IcmpIgnored),
        }
    }

    /// RFC 4443 section 4.2. A ping to a group is answered, as in Linux, from an address of ours.
    fn answer_echo6(&mut self, ctx: &mut Context<'_>, inbound: &Inbound, ident: u16, seq: u16) {
        let (IpAddr::V6(asker), IpAddr::V6(asked)) = (inbound.source, inbound.destination) else {
            return;
        };
        if asker.is_unspecified() {
            return ctx.drop_frame(inbound.interface, || DropReason::IcmpIgnored);
        }
        let interface = inbound.interface;
        let source = if asked.is_multicast() {
            match self.source_for6(asker, interface) {
                Ok(chosen) => chosen.source,
                Err(why) => {
                    let destination = asker.into();
                    return ctx.emit(|| TraceEvent::SendFailed { destination, why });
                }
            }
        } else {
            inbound.destination
        };
        let IpAddr::V6(source) = source else { return };
        let message = IcmpMessage::EchoReply { ident, seq };
        let data = &inbound.payload()[icmpv6::ICMP_HEADER..];
        let hop_limit = self.hop_limit6(interface);
        let reply = icmpv6::build(source, asker, hop_limit, message, data);
        ctx.emit(|| TraceEvent::IcmpSent { to: asker.into(), message });
        // A reply that finds no way back is told by `send` itself.
        let _ = self.send(ctx, reply, SendOptions { interface, ..SendOptions::default() });
    }

    /// An error about a packet of ours: learned from, and handed up.
    fn process_error6(&mut self, ctx: &mut Context<'_>, inbound: &Inbound, message: IcmpMessage) {
        let original = icmpv6::parse_original(inbound.payload());
        let Some(original) = original.filter(|original| self.is_local(original.source)) else {
            return ctx.drop_frame(inbound.interface, || DropReason::IcmpIgnored);
        };
        if let IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { mtu }) = message {
            // Less than every link takes would be an attack (RFC 8201 section 4).
            if mtu < icmpv6::MIN_MTU {
                return ctx.drop_frame(inbound.interface, || DropReason::IcmpIgnored);
            }
            let (now, destination, from) = (ctx.now(), original.destination, inbound.source);
            if mtu < self.path_mtu(now, destination) {
                self.learn_mtu(now, destination, mtu);
                ctx.emit(|| TraceEvent::PathMtuLearned { destination, mtu, from });
            }
        }
        self.deliver_icmp(inbound, message, Vec::new(), Some(original));
    }
}
