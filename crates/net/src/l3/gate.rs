//! Where address translation and rules are asked, on nodes that have them. The order is
//! netfilter's: what is known or translated first, then the routing decision, then the rules, then
//! the source's translation.

use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::{IcmpMessage, ResetCause, Unreachable, Unsent};
use lanternet_core::{Context, DropReason, Frame, PortId, TraceEvent};
use smoltcp::wire::{IpProtocol, Ipv4Packet, TcpControl, TcpPacket, TcpRepr, TcpSeqNumber};

use super::input::Header;
use super::{HEADROOM, L3, icmp};
use crate::nat::{Gate, Passage, Refusal};

impl L3 {
    /// The flows, translations and rules, if the node has any.
    pub fn gate(&self) -> Option<&Gate> {
        self.gate.as_deref()
    }

    /// The same for a packet, once it knows today's outside addresses.
    fn gate_for(&mut self, ctx: &mut Context<'_>) -> Option<&mut Gate> {
        let gate = self.gate.as_deref_mut()?;
        if let Some(outside) = gate.outside()
            && let Some(interface) = self.interfaces.get(outside.0 as usize)
        {
            let v4 = interface.addresses().filter_map(|net| match net.addr() {
                IpAddr::V4(address) => Some(address),
                IpAddr::V6(_) => None,
            });
            gate.set_outside(ctx, v4);
        }
        Some(gate)
    }

    /// Whether the node answers for an address on this segment because of its translation.
    pub(super) fn stands_for(&self, port: PortId, address: Ipv4Addr) -> bool {
        self.gate
            .as_ref()
            .is_some_and(|gate| gate.outside() == Some(port) && gate.stands_for(address))
    }

    /// A sound packet came in.
    pub(super) fn guarded_input(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        link_group: bool,
        header: Header,
        frame: Frame,
    ) {
        let destination = IpAddr::V4(header.destination);
        let group = destination.is_multicast() || self.is_for_all(port, destination);
        if !group && !self.forwarding && !self.is_local(destination) {
            return ctx.drop_frame(Some(port), || DropReason::NotForUs { destination });
        }
        let (header, frame) = match header.is_fragment {
            false => (header, frame),
            true => match self.put_together(ctx, port, link_group, &header, frame) {
                Some(whole) => whole,
                None => return,
            },
        };
        let (id, cause, checksummed) = (frame.id(), frame.cause(), frame.is_checksummed());
        let mut bytes = frame.into_bytes();
        let packet = &mut bytes[HEADROOM..][..usize::from(header.total_len)];
        let Some(gate) = self.gate_for(ctx) else { return };
        let passage = match gate.arrive(ctx, port, group || link_group, packet) {
            Ok(passage) => passage,
            Err(reason) => return ctx.drop_frame(Some(port), || reason),
        };
        let ip = Ipv4Packet::new_unchecked(&packet[..]);
        let (source, destination) = (ip.src_addr(), ip.dst_addr());
        let header = Header { source, destination, ..header };
        let frame = match checksummed {
            true => Frame::checksummed(id, cause, bytes),
            false => Frame::new(id, cause, bytes),
        };
        let destination = IpAddr::V4(destination);
        if self.is_for_us(port, destination) {
            let inbound = self.inbound(ctx, port, link_group, &header, frame);
            let restored = passage.restored(inbound.packet());
            let entered = self.gate.as_mut().map(|gate| gate.enter(ctx, passage));
            return match entered {
                Some(Err(refusal)) => {
                    let packet = restored.as_deref().unwrap_or(inbound.packet());
                    self.refuse(ctx, port, refusal, packet, link_group);
                }
                _ => self.deliver(ctx, inbound, false),
            };
        }
        let reason = match () {
            () if destination.is_multicast() => DropReason::NotInGroup { group: destination },
            () if !self.forwarding => DropReason::NotForUs { destination },
            () if link_group => DropReason::LinkBroadcast,
            () => return self.forward(ctx, port, &header, frame, Some(passage)),
        };
        ctx.drop_frame(Some(port), || reason);
    }

    /// Whether a forwarded packet may pass. If not, that is told.
    pub(super) fn passes(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        out: PortId,
        passage: &mut Passage,
        packet: &mut [u8],
    ) -> bool {
        let Some(gate) = self.gate.as_deref_mut() else { return true };
        let Err(refusal) = gate.pass(ctx, passage, out, packet) else { return true };
        let restored = passage.restored(packet);
        self.refuse(ctx, port, refusal, restored.as_deref().unwrap_or(packet), false);
        false
    }

    /// A packet of the node's own, if it may leave by this interface.
    pub(super) fn guarded_output(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        group: bool,
        mut buffer: Vec<u8>,
    ) -> Result<Vec<u8>, Unsent> {
        let Some(gate) = self.gate_for(ctx) else { return Ok(buffer) };
        let Err(refusal) = gate.leave(ctx, port, group, &mut buffer[HEADROOM..]) else {
            return Ok(buffer);
        };
        let Refusal { reason, reject } = refusal;
        ctx.drop_frame(Some(port), || reason);
        if reject && !group && buffer[HEADROOM] >> 4 == 4 {
            // As Linux's REJECT: the program hears of it as if nobody listened.
            let message = IcmpMessage::Unreachable(Unreachable::Port);
            self.deliver_local_error(&buffer[HEADROOM..], ctx.about(), message);
        }
        Err(Unsent::Prohibited)
    }

    /// Tells the sender of a packet about an error, in the ends that it knows.
    pub(super) fn tell_sender(
        &mut self,
        ctx: &mut Context<'_>,
        passage: Option<&Passage>,
        packet: &[u8],
        message: IcmpMessage,
    ) {
        let restored = passage.and_then(|passage| passage.restored(packet));
        self.send_error(ctx, None, restored.as_deref().unwrap_or(packet), false, message);
    }

    /// A packet that was translated, with the ends that its sender gave it.
    pub(super) fn as_its_sender_knows_it(&self, packet: &[u8]) -> Option<Vec<u8>> {
        let gate = self.gate.as_ref().filter(|gate| gate.outside().is_some())?;
        let mut restored = packet.to_vec();
        gate.restore(&mut restored);
        Some(restored)
    }

    /// A packet may not pass: TCP is told by a reset, UDP by "port unreachable", others by
    /// "forbidden", if anybody is to be told at all.
    fn refuse(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        refusal: Refusal,
        packet: &[u8],
        link_group: bool,
    ) {
        let Refusal { reason, reject } = refusal;
        ctx.drop_frame(Some(port), || reason);
        if !reject {
            return;
        }
        match Ipv4Packet::new_unchecked(packet).next_header() {
            IpProtocol::Tcp => self.reset(ctx, packet),
            protocol => {
                let message = IcmpMessage::Unreachable(match protocol {
                    IpProtocol::Udp => Unreachable::Port,
                    _ => Unreachable::Prohibited,
                });
                self.send_error(ctx, None, packet, link_group, message);
            }
        }
    }

    /// Answers a segment with a reset in the name of its destination (RFC 9293 section 3.10.7.1).
    fn reset(&mut self, ctx: &mut Context<'_>, packet: &[u8]) {
        let ip = Ipv4Packet::new_unchecked(packet);
        let (source, destination) = (ip.src_addr(), ip.dst_addr());
        let Ok(segment) = TcpPacket::new_checked(ip.payload()) else { return };
        let Some(reply) = reset_for(&segment) else { return };
        let (local, remote) =
            ((destination, segment.dst_port()).into(), (source, segment.src_port()).into());
        let Some(route) = self.routes.lookup(source.into()).cloned() else { return };
        ctx.emit(|| TraceEvent::TcpResetSent { local, remote, why: ResetCause::Rejected });
        let mut buffer = vec![0; HEADROOM + 20 + reply.buffer_len()];
        let len = (buffer.len() - HEADROOM) as u16;
        let mut ip = Ipv4Packet::new_unchecked(&mut buffer[HEADROOM..]);
        ip.set_version(4);
        ip.set_header_len(20);
        ip.set_total_len(len);
        ip.set_dont_frag(true);
        ip.set_hop_limit(icmp::DEFAULT_TTL);
        ip.set_next_header(IpProtocol::Tcp);
        ip.set_src_addr(destination);
        ip.set_dst_addr(source);
        let ends = (destination.into(), source.into());
        let mut tcp = TcpPacket::new_unchecked(ip.payload_mut());
        reply.emit(&mut tcp, &ends.0, &ends.1, &Default::default());
        self.finish_header(&mut buffer[HEADROOM..]);
        let next_hop = route.via.unwrap_or(source.into());
        self.output(ctx, route.interface, next_hop, buffer, false);
    }

    /// Whether this reaches all stations of the interface's segment.
    fn is_for_all(&self, port: PortId, destination: IpAddr) -> bool {
        let interface = &self.interfaces[port.0 as usize];
        self.is_limited_broadcast(destination) || interface.broadcast_of(destination).is_some()
    }

    /// A piece of a packet came in; the whole packet, if it was the last one missing.
    fn put_together(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        link_group: bool,
        header: &Header,
        frame: Frame,
    ) -> Option<(Header, Frame)> {
        let (id, cause) = (frame.id(), frame.cause());
        let inbound = self.inbound(ctx, port, link_group, header, frame);
        let whole = self.reassemble(ctx, inbound)?;
        let bytes = [&[0; HEADROOM][..], whole.packet()].concat();
        let header = match Header::check(&bytes[HEADROOM..]) {
            Ok(header) => header,
            Err(reason) => {
                ctx.drop_frame(Some(port), || reason);
                return None;
            }
        };
        Some((header, Frame::new(id, cause, bytes)))
    }
}

/// The reset that answers a segment (RFC 9293 section 3.10.7.1); a reset gets none.
pub(super) fn reset_for<B: AsRef<[u8]>>(segment: &TcpPacket<B>) -> Option<TcpRepr<'static>> {
    (!segment.rst()).then(|| TcpRepr {
        src_port: segment.dst_port(),
        dst_port: segment.src_port(),
        control: TcpControl::Rst,
        seq_number: match segment.ack() {
            true => segment.ack_number(),
            false => TcpSeqNumber(0),
        },
        ack_number: (!segment.ack()).then(|| segment.seq_number() + segment.segment_len()),
        window_len: 0,
        window_scale: None,
        max_seg_size: None,
        sack_permitted: false,
        sack_ranges: [None; 3],
        timestamp: None,
        payload: &[],
    })
}
