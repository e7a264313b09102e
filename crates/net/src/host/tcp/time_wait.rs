//! TIME-WAIT: what is left of a connection that this side closed first (RFC 9293 section 3.6).
//!
//! As in Linux it is a small record without buffers, kept for a minute so that a lost last
//! acknowledgement can be sent again and old duplicates do not reach a new connection.

use lanternet_core::trace::{DropReason, ResetCause, TcpFlags, TcpState, TraceEvent};
use lanternet_core::{Context, Duration};

use super::super::stack::Stack;
use super::segment::{Header, bare, before, towards};
use super::{ConnectionId, Peer, Tuple};
use crate::l3::Inbound;

/// Linux's `TCP_TIMEWAIT_LEN`.
const LENGTH: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug)]
pub(super) struct TimeWait {
    snd_nxt: u32,
    rcv_nxt: u32,
    window: u16,
    pub(super) reuse: bool,
    /// Entries of the queue that are for this record; only the last one ends it.
    entries: u32,
}

impl Stack {
    /// Both sides have closed: the connection becomes a small record.
    pub(super) fn enter_time_wait(&mut self, ctx: &mut Context<'_>, id: ConnectionId) {
        let Some(tcp) = self.tcp.as_mut() else { return };
        let Some(connection) = tcp.get_mut(id) else { return };
        let ends = connection.ends();
        let owes_ack = connection.owes_ack();
        connection.acknowledged_outside();
        (connection.deadline, connection.busy) = (None, false);
        let waiting = TimeWait {
            snd_nxt: connection.snd_nxt(),
            rcv_nxt: connection.rcv_nxt(),
            window: connection.window(),
            reuse: connection.reuse,
            entries: 1,
        };
        let tuple = Tuple::new(ends[0], ends[1]);
        tcp.last = None;
        tcp.peers.insert(tuple, Peer::TimeWait(waiting));
        tcp.waiting.push_back((ctx.now() + LENGTH, tuple));
        if owes_ack {
            self.acknowledge(ctx, &tuple, &waiting);
        }
    }

    fn acknowledge(&mut self, ctx: &mut Context<'_>, tuple: &Tuple, waiting: &TimeWait) {
        let ends = [tuple.local(), tuple.remote()];
        let TimeWait { snd_nxt, rcv_nxt, window, .. } = *waiting;
        let packet = bare(ctx, ends, TcpFlags::ACK, snd_nxt, rcv_nxt, window);
        // The IP layer tells why it could not; the peer asks again.
        let _ = self.l3.send(ctx, packet, towards(tuple.remote()));
    }

    /// A segment for a connection in TIME-WAIT. `true`: it begins a new connection, so treat it as
    /// if the record were not there.
    pub(super) fn time_wait_segment(
        &mut self,
        ctx: &mut Context<'_>,
        _: &Inbound,
        tuple: &Tuple,
        mut waiting: TimeWait,
        header: &Header,
    ) -> bool {
        let (local, remote) = (tuple.local(), tuple.remote());
        let segment = header.received();
        if header.has(TcpFlags::RST) {
            // Only the exact reset counts (RFC 5961 section 3.2).
            if header.seq == waiting.rcv_nxt {
                self.leave_time_wait(ctx, tuple, Some(header));
            } else {
                ctx.drop_frame(None, || DropReason::UnexpectedSegment { local, remote });
            }
            return false;
        }
        // A SYN beyond everything the old connection used may begin a new one (RFC 9293
        // section 3.10.7.4, RFC 1122 section 4.2.2.13).
        if header.has(TcpFlags::SYN)
            && !header.has(TcpFlags::ACK)
            && before(waiting.rcv_nxt, header.seq)
        {
            self.leave_time_wait(ctx, tuple, Some(header));
            return true;
        }
        if header.end() == header.seq && header.seq == waiting.rcv_nxt {
            ctx.drop_frame(None, || DropReason::UnexpectedSegment { local, remote });
            return false;
        }
        ctx.emit(|| TraceEvent::TcpDuplicate { local, remote, segment });
        self.acknowledge(ctx, tuple, &waiting);
        // The peer has not got the last acknowledgement: the minute begins again.
        if header.has(TcpFlags::FIN)
            && let Some(tcp) = self.tcp.as_mut()
        {
            waiting.entries += 1;
            tcp.peers.insert(*tuple, Peer::TimeWait(waiting));
            tcp.waiting.push_back((ctx.now() + LENGTH, *tuple));
        }
        false
    }

    fn leave_time_wait(&mut self, ctx: &mut Context<'_>, tuple: &Tuple, why: Option<&Header>) {
        if let Some(tcp) = self.tcp.as_mut() {
            tcp.peers.remove(tuple);
            tcp.waiting.retain(|(_, other)| other != tuple);
        }
        let (local, remote, from) = (tuple.local(), tuple.remote(), TcpState::TimeWait);
        let (to, segment) = (TcpState::Closed, why.map(Header::received));
        ctx.emit(|| TraceEvent::TcpStateChanged { local, remote, from, to, segment });
    }

    /// Ends the records whose minute is over.
    pub(super) fn expire_time_wait(&mut self, ctx: &mut Context<'_>) {
        loop {
            let Some(tcp) = self.tcp.as_mut() else { return };
            let Some((at, tuple)) = tcp.waiting.front().copied() else { return };
            if at > ctx.now() {
                return;
            }
            tcp.waiting.pop_front();
            if let Some(Peer::TimeWait(waiting)) = tcp.peers.get_mut(&tuple) {
                waiting.entries -= 1;
                if waiting.entries == 0 {
                    self.leave_time_wait(ctx, &tuple, None);
                }
            }
        }
    }

    /// Answers a segment that belongs nowhere with a reset (RFC 9293 section 3.10.7.1).
    pub(super) fn refuse(
        &mut self,
        ctx: &mut Context<'_>,
        tuple: &Tuple,
        header: &Header,
        why: ResetCause,
    ) {
        let ends = [tuple.local(), tuple.remote()];
        let [local, remote] = ends;
        let packet = if header.has(TcpFlags::ACK) {
            bare(ctx, ends, TcpFlags::RST, header.ack, 0, 0)
        } else {
            bare(ctx, ends, TcpFlags::RST | TcpFlags::ACK, 0, header.end(), 0)
        };
        ctx.emit(|| TraceEvent::TcpResetSent { local, remote, why });
        let _ = self.l3.send(ctx, packet, towards(remote));
    }
}
