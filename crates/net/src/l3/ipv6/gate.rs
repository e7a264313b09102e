//! Where the rules of [`nat`](crate::nat) are asked about IPv6. Nothing is translated. A router does
//! not put fragments together: the first piece is judged, the others pass, and are of no use without
//! it.

use std::net::IpAddr;

use lanternet_core::trace::{IcmpMessage, ResetCause, Unreachable};
use lanternet_core::{Context, PortId, TraceEvent};
use smoltcp::wire::TcpPacket;

use super::header::{Chain, HEADER, Header6};
use crate::l3::gate::reset_for;
use crate::l3::{HEADROOM, L3, icmp};
use crate::nat::packet::{Summary, TCP, UDP, Unreadable};
use crate::nat::{Passage, Refusal};

impl L3 {
    /// A sound packet came in, to one station or to several. `Err`: it may not pass, and that was
    /// told. `Ok(None)`: nobody asks.
    pub(super) fn arrives6(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        group: bool,
        packet: &[u8],
    ) -> Result<Option<Passage>, ()> {
        let Some(gate) = self.gate.as_deref_mut() else { return Ok(None) };
        if let Err(Unreadable::LaterFragment) = Summary::of(packet) {
            return Ok(None);
        }
        // Nothing in it changes: translation is for IPv4.
        match gate.arrive(ctx, port, group, &mut packet.to_vec()) {
            Ok(passage) => Ok(Some(passage)),
            Err(reason) => {
                ctx.drop_frame(Some(port), || reason);
                Err(())
            }
        }
    }

    /// Whether a packet for the node itself may come in. If not, that is told.
    pub(super) fn enters6(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        passage: Option<Passage>,
        packet: &[u8],
    ) -> bool {
        let (Some(gate), Some(passage)) = (self.gate.as_deref_mut(), passage) else { return true };
        let Err(refusal) = gate.enter(ctx, passage) else { return true };
        self.refuse6(ctx, port, refusal, packet);
        false
    }

    /// Whether a packet may be passed on. If not, that is told.
    pub(super) fn passes6(
        &mut self,
        ctx: &mut Context<'_>,
        port: PortId,
        out: PortId,
        passage: Option<Passage>,
        packet: &[u8],
    ) -> bool {
        let (Some(gate), Some(mut passage)) = (self.gate.as_deref_mut(), passage) else {
            return true;
        };
        let Err(refusal) = gate.pass(ctx, &mut passage, out, &mut packet.to_vec()) else {
            return true;
        };
        self.refuse6(ctx, port, refusal, packet);
        false
    }

    /// As with IPv4: TCP is told by a reset, UDP by "port unreachable", others by "prohibited".
    fn refuse6(&mut self, ctx: &mut Context<'_>, port: PortId, refusal: Refusal, packet: &[u8]) {
        let Refusal { reason, reject } = refusal;
        ctx.drop_frame(Some(port), || reason);
        if !reject {
            return;
        }
        let protocol = Chain::walk(packet).map_or(0, |chain| chain.protocol);
        if protocol == TCP {
            return self.reset6(ctx, port, packet);
        }
        let message = IcmpMessage::Unreachable(match protocol {
            UDP => Unreachable::Port,
            _ => Unreachable::Prohibited,
        });
        self.send_error6(ctx, Some(port), None, packet, (false, false), message);
    }

    /// Answers a segment with a reset in the name of its destination.
    fn reset6(&mut self, ctx: &mut Context<'_>, port: PortId, packet: &[u8]) {
        let (Some(header), Ok(chain)) = (Header6::of(packet), Chain::walk(packet)) else { return };
        let Ok(segment) = TcpPacket::new_checked(&packet[chain.offset..]) else { return };
        let Some(reply) = reset_for(&segment) else { return };
        let (source, destination) = (header.source, header.destination);
        let local = (destination, segment.dst_port()).into();
        let remote = (source, segment.src_port()).into();
        // Back to where it came from, whatever leads there.
        let way = self.way_out6(source, Some(port));
        let Ok((out, via)) = way else { return };
        ctx.emit(|| TraceEvent::TcpResetSent { local, remote, why: ResetCause::Rejected });
        let len = reply.buffer_len();
        let mut buffer = vec![0; HEADROOM + HEADER + len];
        let own = &mut buffer[HEADROOM..];
        own[0] = 0x60;
        own[4..6].copy_from_slice(&(len as u16).to_be_bytes());
        own[6] = TCP;
        own[7] = icmp::DEFAULT_TTL;
        own[8..24].copy_from_slice(&destination.octets());
        own[24..40].copy_from_slice(&source.octets());
        let ends = [destination, source].map(|end| IpAddr::V6(end).into());
        let mut tcp = TcpPacket::new_unchecked(&mut own[HEADER..]);
        reply.emit(&mut tcp, &ends[0], &ends[1], &Default::default());
        self.output(ctx, out, via.unwrap_or(source.into()), buffer, false);
    }
}
