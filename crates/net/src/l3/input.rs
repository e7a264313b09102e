//! From the cable: is the frame for us, is the packet sound, is it for us or for somebody else.

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::{IcmpMessage, IcmpSilence, Protocol, Route, RouteKind, Unreachable};
use lanternet_core::{Context, DropReason, Frame, FrameId, Instant, MacAddr, PortId, TraceEvent};
use smoltcp::wire::Ipv4Packet;

use super::fragment::{Expired, Outcome};
use super::packet::{Data, Delivery, IcmpInbound, Inbound, Original};
use super::{
    ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6, HEADROOM, L3, MIN_MTU, PATH_MTU_LIFETIME,
    PATH_MTU_LIMIT, icmp, igmp,
};
use crate::dhcp::CLIENT_PORT;
use crate::wire::checksum::checksum;

const PROTOCOL_ICMP: u8 = 1;
const PROTOCOL_UDP: u8 = 17;
const MIN_HEADER: usize = 20;

/// The facts of a sound IPv4 header.
#[derive(Clone, Copy)]
pub(super) struct Header {
    pub(super) source: Ipv4Addr,
    pub(super) destination: Ipv4Addr,
    pub(super) protocol: u8,
    pub(super) ttl: u8,
    pub(super) header_len: u8,
    pub(super) total_len: u16,
    pub(super) dont_fragment: bool,
    pub(super) is_fragment: bool,
}

impl Header {
    /// Checks a header (RFC 1812 section 5.2.2), whose packet may be followed by padding.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub(super) fn check(bytes: &[u8]) -> Result<Self, DropReason> {
        let malformed = |what| DropReason::Malformed { protocol: Protocol::Ip, what };
        if bytes.len() < MIN_HEADER {
            return Err(malformed("too short"));
        }
        let ip = Ipv4Packet::new_unchecked(bytes);
        let (header_len, total_len) = (usize::from(ip.header_len()), usize::from(ip.total_len()));
        if ip.version() != 4 {
            return Err(malformed("not version 4"));
        }
        if header_len < MIN_HEADER || header_len > bytes.len() {
            return Err(malformed("a header length that cannot be"));
        }
        let wrong = checksum(&bytes[..header_len]);
        if wrong != 0 {
            let found = ip.checksum();
            let mut header = bytes[..header_len].to_vec();
            header[10..12].fill(0);
            let (protocol, expected) = (Protocol::Ip, checksum(&header));
            return Err(DropReason::ChecksumWrong { protocol, found, expected });
        }
        if total_len < header_len || total_len > bytes.len() {
            return Err(malformed("a total length that cannot be"));
        }
        Ok(Self {
            source: ip.src_addr(),
            destination: ip.dst_addr(),
            protocol: u8::from(ip.next_header()),
            ttl: ip.hop_limit(),
            header_len: header_len as u8,
            total_len: total_len as u16,
            dont_fragment: ip.dont_frag(),
            is_fragment: ip.more_frags() || ip.frag_offset() != 0,
        })
    }
}

/// Whether a packet is a whole datagram for the port of DHCP clients.
fn is_for_dhcp_client(header: &Header, frame: &Frame) -> bool {
    let port = HEADROOM + usize::from(header.header_len) + 2;
    header.protocol == PROTOCOL_UDP
        && !header.is_fragment
        && frame.bytes().get(port..port + 2) == Some(&CLIENT_PORT.to_be_bytes())
}

impl L3 {
    /// A frame came to an interface.
    pub(super) fn receive(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        let Some(interface) = self.interfaces.get(port.0 as usize) else { return };
        let (Some(mac), Some(ethertype)) = (frame.destination(), frame.ethertype()) else {
            let len = frame.bytes().len() as u32;
            return ctx.drop_frame(Some(port), || DropReason::Runt { len });
        };
        if !interface.takes(mac) {
            return ctx.drop_frame(Some(port), || DropReason::NotOurMac { mac });
        }
        match ethertype {
            ETHERTYPE_IPV4 => self.process_ipv4(ctx, port, mac, frame),
            ETHERTYPE_IPV6 => self.process_ipv6(ctx, port, mac, frame),
            ETHERTYPE_ARP => {
                self.forget_path();
                self.process_arp(ctx, port, &frame);
            }
            _ => ctx.drop_frame(Some(port), || DropReason::UnknownEtherType { ethertype }),
        }
    }

    fn process_ipv4(&mut self, ctx: &mut Context<'_>, port: PortId, mac: MacAddr, frame: Frame) {
        let header = match Header::check(&frame.bytes()[HEADROOM..]) {
            Ok(header) => header,
            Err(reason) => return ctx.drop_frame(Some(port), || reason),
        };
        let link_group = mac.is_group();
        // Who asks for an address has none, and whoever speaks of groups may have none yet
        // (RFC 3376 section 4.2.13).
        let of_groups = header.protocol == igmp::message::PROTOCOL
            && header.source.is_unspecified()
            && header.destination.is_multicast();
        // As with Linux's clients, which listen below the rules and the translation.
        let lent =
            self.interfaces[port.0 as usize].acquiring && is_for_dhcp_client(&header, &frame);
        let answer = lent || !link_group && self.is_answer(port, &header);
        if !answer
            && !of_groups
            && let Err(reason) = self.admit(port, header.source, header.destination)
        {
            return ctx.drop_frame(Some(port), || reason);
        }
        if self.gate.is_some() && !lent {
            return self.guarded_input(ctx, port, link_group, header, frame);
        }
        if answer || self.is_for_us(port, header.destination.into()) {
            let inbound = self.inbound(ctx, port, link_group, &header, frame);
            return self.deliver(ctx, inbound, header.is_fragment);
        }
        let destination = IpAddr::V4(header.destination);
        let reason = match () {
            () if destination.is_multicast() => DropReason::NotInGroup { group: destination },
            () if !self.forwarding => DropReason::NotForUs { destination },
            () if link_group => DropReason::LinkBroadcast,
            () => return self.forward(ctx, port, &header, frame, None),
        };
        ctx.drop_frame(Some(port), || reason);
    }

    /// A packet as it came in a frame.
    #[inline]
    pub(super) fn inbound(
        &self,
        ctx: &Context<'_>,
        port: PortId,
        link_group: bool,
        header: &Header,
        frame: Frame,
    ) -> Inbound {
        Inbound {
            interface: Some(port),
            about: ctx.about(),
            source: header.source.into(),
            destination: header.destination.into(),
            protocol: header.protocol,
            ttl: header.ttl,
            link_group,
            data: Data::Frame(frame),
            start: HEADROOM as u32,
            end: HEADROOM as u32 + u32::from(header.total_len),
            header_len: header.header_len.into(),
        }
    }

    /// Whether such a packet may come from outside at all.
    pub(super) fn admit(
        &self,
        port: PortId,
        source: Ipv4Addr,
        destination: Ipv4Addr,
    ) -> Result<(), DropReason> {
        if !self.interfaces[port.0 as usize].has_address() {
            return Err(DropReason::NoAddress { interface: port });
        }
        let address = IpAddr::V4(source);
        let martian = source.is_loopback()
            || source.is_multicast()
            || source.octets()[0] >= 240
            || (source.octets()[0] == 0 && !destination.is_broadcast())
            || self.interfaces.iter().any(|interface| interface.owns_or_broadcasts(address));
        if martian {
            return Err(DropReason::MartianSource { source: address });
        }
        if destination.is_loopback() || destination.octets()[0] == 0 {
            return Err(DropReason::MartianDestination { destination: destination.into() });
        }
        Ok(())
    }

    /// Any address of the node counts, on whichever interface the packet came in (the weak model of
    /// RFC 1122 section 3.3.4.2, which is Linux's); broadcasts and groups count per interface.
    pub(super) fn is_for_us(&self, port: PortId, destination: IpAddr) -> bool {
        let interface = &self.interfaces[port.0 as usize];
        self.is_local(destination)
            || self.is_limited_broadcast(destination)
            || interface.broadcast_of(destination).is_some()
            || (destination.is_multicast() && interface.is_member(destination))
    }

    /// A packet is for this node: put together if in pieces, then handed up.
    pub(super) fn deliver(&mut self, ctx: &mut Context<'_>, inbound: Inbound, is_fragment: bool) {
        if let Some(interface) = inbound.interface {
            let (source, destination) = (inbound.source, inbound.destination);
            let protocol = inbound.protocol;
            ctx.emit(|| TraceEvent::PacketForUs { interface, source, destination, protocol });
        }
        let inbound = if is_fragment {
            match self.reassemble(ctx, inbound) {
                Some(whole) => whole,
                None => return,
            }
        } else {
            inbound
        };
        if inbound.protocol == PROTOCOL_ICMP {
            self.process_icmp(ctx, inbound);
        } else if inbound.protocol == igmp::message::PROTOCOL {
            self.process_igmp(ctx, inbound);
        } else {
            self.deliveries.push_back(Delivery::Packet(inbound));
        }
    }

    pub(super) fn reassemble(
        &mut self,
        ctx: &mut Context<'_>,
        inbound: Inbound,
    ) -> Option<Inbound> {
        let piece = inbound.packet();
        let view = Ipv4Packet::new_unchecked(piece);
        let (ident, offset) = (view.ident(), view.frag_offset());
        let len = piece.len() as u16 - inbound.header_len;
        let fragments = &mut self.rare().fragments;
        if let Some(crowded_out) = fragments.make_room(piece) {
            let before = ctx.set_about(crowded_out.about);
            let what = "too many incomplete packets";
            ctx.drop_frame(None, || DropReason::BadFragment { what });
            ctx.set_about(before);
        }
        match fragments.insert(ctx.now(), piece, inbound.about) {
            Outcome::Held => {
                ctx.emit(|| TraceEvent::FragmentHeld { ident: ident.into(), offset, len });
                None
            }
            Outcome::Bad(what) => {
                ctx.drop_frame(inbound.interface, || DropReason::BadFragment { what });
                None
            }
            Outcome::Whole { packet, fragments } => {
                let len = packet.len() as u32;
                ctx.emit(|| TraceEvent::Reassembled { ident: ident.into(), fragments, len });
                // The header is that of the first piece; this one may be another.
                let first = Ipv4Packet::new_unchecked(&packet[..]);
                let (header_len, ttl) = (first.header_len().into(), first.hop_limit());
                let data = Data::Buffer(packet);
                Some(Inbound { data, start: 0, end: len, header_len, ttl, ..inbound })
            }
        }
    }

    /// Tells the sender that pieces are missing, if the first one came (RFC 792).
    pub(super) fn reassembly_timed_out(&mut self, ctx: &mut Context<'_>, expired: Expired) {
        let before = ctx.set_about(expired.about);
        ctx.drop_frame(None, || DropReason::ReassemblyTimeout);
        if let Some(first) = expired.first {
            let source = IpAddr::V4(Ipv4Packet::new_unchecked(&first[..]).dst_addr());
            let message = IcmpMessage::ReassemblyTimeExceeded;
            self.send_error(ctx, Some(source), &first, false, message);
        }
        ctx.set_about(before);
    }

    fn process_icmp(&mut self, ctx: &mut Context<'_>, inbound: Inbound) {
        self.forget_path();
        let port = inbound.interface;
        let payload = inbound.payload();
        let wrong = checksum(payload);
        let Some(message) = icmp::parse(payload) else {
            let (protocol, what) = (Protocol::Icmp, "too short");
            return ctx.drop_frame(port, || DropReason::Malformed { protocol, what });
        };
        if wrong != 0 {
            let mut bytes = payload.to_vec();
            let found = u16::from_be_bytes([bytes[2], bytes[3]]);
            bytes[2..4].fill(0);
            let (protocol, expected) = (Protocol::Icmp, checksum(&bytes));
            return ctx.drop_frame(port, || DropReason::ChecksumWrong {
                protocol,
                found,
                expected,
            });
        }
        let from = inbound.source;
        ctx.emit(|| TraceEvent::IcmpReceived { from, message });
        match message {
            IcmpMessage::EchoRequest { ident, seq } => self.answer_echo(ctx, &inbound, ident, seq),
            IcmpMessage::EchoReply { .. } => {
                let data = payload[8..].to_vec();
                self.deliver_icmp(&inbound, message, data, None);
            }
            IcmpMessage::Redirect { gateway } => self.process_redirect(ctx, &inbound, gateway),
            _ if icmp::is_error(message) => self.process_error(ctx, &inbound, message),
            _ => ctx.drop_frame(port, || DropReason::IcmpIgnored),
        }
        inbound.recycle(ctx);
    }

    /// RFC 1122 section 3.2.2.6, with the request's type of service (section 3.2.1.6). As in Linux, a
    /// ping to all is not answered.
    fn answer_echo(&mut self, ctx: &mut Context<'_>, inbound: &Inbound, ident: u16, seq: u16) {
        let (IpAddr::V4(asker), IpAddr::V4(asked)) = (inbound.source, inbound.destination) else {
            return;
        };
        if !self.is_local(inbound.destination) {
            return ctx.drop_frame(inbound.interface, || DropReason::IcmpIgnored);
        }
        let message = IcmpMessage::EchoReply { ident, seq };
        let data = &inbound.payload()[8..];
        let mut reply = icmp::build(asked, asker, icmp::DEFAULT_TTL, message, data);
        reply[HEADROOM + 1] = inbound.packet()[1];
        ctx.emit(|| TraceEvent::IcmpSent { to: asker.into(), message });
        // A reply that finds no way back is told by `send` itself.
        let _ = self.send(ctx, reply, super::SendOptions::default());
    }

    /// Hands an ICMP message up: an answer with its data, or an error with the packet that it is about.
    pub(super) fn deliver_icmp(
        &mut self,
        inbound: &Inbound,
        message: IcmpMessage,
        payload: Vec<u8>,
        original: Option<Original>,
    ) {
        self.deliveries.push_back(Delivery::Icmp(IcmpInbound {
            from: inbound.source,
            to: inbound.destination,
            ttl: inbound.ttl,
            interface: inbound.interface,
            about: inbound.about,
            message,
            payload,
            original,
        }));
    }

    fn process_error(&mut self, ctx: &mut Context<'_>, inbound: &Inbound, message: IcmpMessage) {
        let original = icmp::parse_original(inbound.payload());
        let Some(original) = original.filter(|original| self.is_local(original.source)) else {
            return ctx.drop_frame(inbound.interface, || DropReason::IcmpIgnored);
        };
        if let IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { mtu }) = message {
            let quoted = &inbound.payload()[8..];
            let len = Ipv4Packet::new_unchecked(quoted).total_len();
            let mtu = if mtu == 0 { icmp::plateau_below(len) } else { mtu }.max(MIN_MTU);
            let (now, destination, from) = (ctx.now(), original.destination, inbound.source);
            // Only ever downwards: a larger one would be somebody's mistake or attack.
            if mtu < self.path_mtu(now, destination) {
                self.learn_mtu(now, destination, mtu);
                ctx.emit(|| TraceEvent::PathMtuLearned { destination, mtu, from });
            }
        }
        self.deliver_icmp(inbound, message, Vec::new(), Some(original));
    }

    pub(super) fn learn_mtu(&mut self, now: Instant, destination: IpAddr, mtu: u16) {
        let known = &mut self.rare().path_mtu;
        if known.len() >= PATH_MTU_LIMIT && !known.contains_key(&destination) {
            let oldest = known.iter().min_by_key(|(_, (_, until))| *until).map(|(host, _)| *host);
            oldest.map(|oldest| known.remove(&oldest));
        }
        known.insert(destination, (mtu, now + PATH_MTU_LIFETIME));
    }

    /// A host believes its router about a better one on the same segment (RFC 1122 section
    /// 3.2.2.2); a router does not (RFC 1812 section 5.2.7.2). Unlike Linux it does not ask for the
    /// new router's hardware address first: the next packet does, and waits.
    fn process_redirect(&mut self, ctx: &mut Context<'_>, inbound: &Inbound, gateway: IpAddr) {
        let original = icmp::parse_original(inbound.payload());
        let interface = inbound.interface;
        let believed = original.zip(interface).and_then(|(original, port)| {
            let current = self.routes.lookup(original.destination)?.via?;
            let near = self.interfaces[port.0 as usize].segment_of(gateway).is_some();
            let station = !self.is_local(gateway) && !self.is_broadcast(gateway);
            let from_router = current == inbound.source && self.is_local(original.source);
            let believed = !self.forwarding && from_router && near && station;
            believed.then_some((original.destination, port))
        });
        match believed {
            Some((destination, port)) => self.routes.replace_redirect(Route {
                destination: destination.into(),
                via: Some(gateway),
                interface: port,
                kind: RouteKind::Redirect,
            }),
            None => ctx.drop_frame(interface, || DropReason::IcmpIgnored),
        }
    }

    /// An error about a packet that was handed up: nobody wants it there.
    pub fn send_icmp_error(
        &mut self,
        ctx: &mut Context<'_>,
        about: &Inbound,
        message: IcmpMessage,
    ) {
        if about.destination.is_ipv6() {
            return self.send_icmp_error6(ctx, about, message);
        }
        let source = Some(about.destination);
        self.send_error(ctx, source, about.packet(), about.link_group, message);
    }

    /// Sends an error about a packet, if one may be sent. The source is the given address, or that
    /// of the interface that leads back.
    pub(super) fn send_error(
        &mut self,
        ctx: &mut Context<'_>,
        source: Option<IpAddr>,
        packet: &[u8],
        link_group: bool,
        message: IcmpMessage,
    ) {
        let restored = self.as_its_sender_knows_it(packet);
        let packet = restored.as_deref().unwrap_or(packet);
        let ip = Ipv4Packet::new_unchecked(packet);
        let to = IpAddr::V4(ip.src_addr());
        if let Some(why) = self.silence(ctx, packet, link_group, message) {
            return ctx.emit(|| TraceEvent::IcmpSuppressed { to, message, why });
        }
        let source = source.filter(|source| self.is_local(*source));
        let source = match source.map_or_else(|| self.source_for(to), Ok) {
            Ok(IpAddr::V4(source)) => source,
            _ => {
                let why = IcmpSilence::NoRouteBack;
                return ctx.emit(|| TraceEvent::IcmpSuppressed { to, message, why });
            }
        };
        ctx.emit(|| TraceEvent::IcmpSent { to, message });
        let quoted = icmp::quote(packet);
        let mut error = icmp::build(source, ip.src_addr(), icmp::DEFAULT_TTL, message, quoted);
        error[HEADROOM + 1] = icmp::type_of_service(packet);
        // An error that finds no way back is told by `send` itself.
        let _ = self.send(ctx, error, super::SendOptions::default());
    }

    /// Why no error is sent about this packet, if none is (RFC 1122 section 3.2.2).
    fn silence(
        &mut self,
        ctx: &Context<'_>,
        packet: &[u8],
        link_group: bool,
        message: IcmpMessage,
    ) -> Option<IcmpSilence> {
        let ip = Ipv4Packet::new_unchecked(packet);
        let (source, destination) = (ip.src_addr(), IpAddr::V4(ip.dst_addr()));
        let payload = packet.get(usize::from(ip.header_len())..).unwrap_or_default();
        let first = ip.frag_offset() == 0;
        let about_error = u8::from(ip.next_header()) == PROTOCOL_ICMP
            && first
            && payload.first().is_none_or(|kind| !icmp::is_query(*kind));
        if about_error {
            return Some(IcmpSilence::AboutIcmpError);
        }
        if destination.is_multicast() || self.is_broadcast(destination) {
            return Some(IcmpSilence::AboutGroup);
        }
        if link_group {
            return Some(IcmpSilence::AboutLinkBroadcast);
        }
        if !first {
            return Some(IcmpSilence::AboutLaterFragment);
        }
        let single = !(source.is_unspecified()
            || source.is_multicast()
            || source.octets()[0] >= 240
            || self.is_broadcast(source.into()));
        if !single {
            return Some(IcmpSilence::SourceNotUnicast);
        }
        let (now, to) = (ctx.now(), source.into());
        let allowed = match message {
            IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { .. }) => true,
            IcmpMessage::Redirect { .. } => self.rare().limiter.allows_redirect(now, to),
            _ => self.rare().limiter.allows(now, to),
        };
        (!allowed).then_some(IcmpSilence::RateLimited)
    }

    /// Tells a program of this node, as Linux does, that a neighbour did not answer, or that a rule
    /// rejects a packet: an error from ourselves about it.
    pub(super) fn deliver_local_error(
        &mut self,
        packet: &[u8],
        about: Option<FrameId>,
        message: IcmpMessage,
    ) {
        let mut icmp_bytes = vec![0; 8];
        icmp_bytes.extend_from_slice(icmp::quote(packet));
        let Some(original) = icmp::parse_original(&icmp_bytes) else { return };
        self.deliveries.push_back(Delivery::Icmp(IcmpInbound {
            from: original.source,
            to: original.source,
            ttl: icmp::DEFAULT_TTL,
            interface: None,
            about,
            message,
            payload: Vec::new(),
            original: Some(original),
        }));
    }
}
