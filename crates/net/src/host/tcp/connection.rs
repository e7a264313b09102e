//! One TCP connection: smoltcp's state machine, and what Linux and we know beyond it.

use std::net::SocketAddr;

use lanternet_core::trace::{DropReason, TcpFlags, TcpSegment, TcpState};
use lanternet_core::{Context, Duration, Instant, TraceEvent};
use smoltcp::iface::{Interface, PollResult, SocketHandle, SocketSet};
use smoltcp::socket::tcp::{CongestionControl, RecvError, Socket, SocketBuffer};
use smoltcp::time::Duration as SmolDuration;

use super::super::errno::Errno;
use super::super::packet::header_len;
use super::super::sockets::SocketId;
use super::engine::{Progress, Wire, from_smol, state_of, to_smol};
use super::segment::{Header, before};
use super::{Keepalive, TcpOptions};
use crate::l3::L3;

/// Linux's `TCP_DELACK_MIN`.
const DELAYED_ACK: SmolDuration = SmolDuration::from_millis(40);
/// At the start of a connection Linux acknowledges so many segments at once, so that the peer's
/// congestion window grows (`TCP_MAX_QUICKACKS`).
const QUICK_ACKS: u8 = 16;
/// Where smoltcp asks to be called "now" though it has nothing to do now.
const SOON: Duration = Duration::from_millis(1);

/// Who has to do with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) enum Owner {
    /// It is not accepted yet.
    Listener(SocketId),
    /// A program's socket.
    Socket(SocketId),
    /// Closed by the program; the kernel sees it off.
    Nobody,
}

/// What an incoming segment, a timer or a call did to a connection, as far as others care.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::host) struct Outcome {
    /// New bytes, or the peer's FIN.
    pub(in crate::host) readable: bool,
    /// Enough room to write again.
    pub(in crate::host) writable: bool,
    /// The handshake is done.
    pub(in crate::host) established: bool,
    /// Gone: reset, refused, timed out, or closed by both and done.
    pub(in crate::host) closed: bool,
    /// Closed by both, this side first.
    pub(in crate::host) time_wait: bool,
}

pub(in crate::host) struct Connection {
    pub(in crate::host) local: SocketAddr,
    pub(in crate::host) remote: SocketAddr,
    pub(in crate::host) owner: Owner,
    pub(in crate::host) state: TcpState,
    /// Why it ended, until a program takes it (`SO_ERROR`).
    pub(in crate::host) error: Option<Errno>,
    /// A passing trouble that ICMP told of: the reason given if the connection times out.
    pub(in crate::host) soft_error: Option<Errno>,
    /// Longest packet for its path.
    pub(in crate::host) mtu: u16,
    /// The peer sent its FIN.
    pub(in crate::host) fin_received: bool,
    /// The program wants no more data (`shutdown(SHUT_RD)`).
    pub(in crate::host) read_shut: bool,
    /// `SO_REUSEADDR`: others may bind the port while this one lingers.
    pub(in crate::host) reuse: bool,
    /// A run through [`drive`](Self::drive) is asked for already.
    pub(in crate::host) dirty: bool,
    /// When smoltcp, or [`Self::patience`], wants to be called.
    pub(in crate::host) deadline: Option<Instant>,
    /// The time in the table of timers: never later than the deadline.
    pub(in crate::host) armed: Option<Instant>,
    /// Whether the deadline holds a run open, and whether that is counted.
    pub(in crate::host) busy: bool,
    pub(super) counted: bool,
    /// When a connection that nobody owns is given up in FIN-WAIT-2.
    pub(in crate::host) patience: Option<Instant>,
    pub(super) keepalive: Option<(Keepalive, Instant, u32)>,
    quick_acks: u8,
    progress: Progress,
    sockets: SocketSet<'static>,
    handle: SocketHandle,
}

impl Connection {
    /// A connection that is about to begin, in state CLOSED.
    pub(super) fn new(ends: [SocketAddr; 2], owner: Owner, mtu: u16, options: &TcpOptions) -> Self {
        let [local, remote] = ends;
        let buffer = |len: u32| SocketBuffer::new(vec![0; len as usize]);
        let mut socket = Socket::new(buffer(options.receive_buffer), buffer(options.send_buffer));
        socket.set_congestion_control(CongestionControl::Cubic);
        socket.set_ack_delay(None);
        socket.set_nagle_enabled(!options.nodelay);
        socket.set_hop_limit(Some(options.ttl));
        let mut sockets = SocketSet::new(Vec::with_capacity(1));
        let handle = sockets.add(socket);
        Self {
            local,
            remote,
            owner,
            state: TcpState::Closed,
            error: None,
            soft_error: None,
            mtu,
            fin_received: false,
            read_shut: false,
            reuse: options.sharing.reuse,
            dirty: false,
            deadline: None,
            armed: None,
            busy: false,
            counted: false,
            patience: None,
            keepalive: None,
            quick_acks: QUICK_ACKS,
            progress: Progress::new(),
            sockets,
            handle,
        }
    }

    pub(super) fn socket(&self) -> &Socket<'static> {
        self.sockets.get(self.handle)
    }

    pub(super) fn socket_mut(&mut self) -> &mut Socket<'static> {
        self.sockets.get_mut(self.handle)
    }

    pub(super) fn ends(&self) -> [SocketAddr; 2] {
        [self.local, self.remote]
    }

    /// The earliest of its timers.
    pub(super) fn due(&self) -> Option<Instant> {
        if matches!(self.state, TcpState::Closed | TcpState::TimeWait) {
            return None;
        }
        let keepalive = self.keepalive.map(|(_, at, _)| at);
        [self.deadline, self.patience, keepalive].into_iter().flatten().min()
    }

    /// Begins to connect: the SYN leaves with the next [`drive`](Self::drive).
    pub(super) fn connect(&mut self, interface: &mut Interface) -> Result<(), Errno> {
        let socket = self.sockets.get_mut::<Socket<'_>>(self.handle);
        let begun = socket.connect(interface.context(), self.remote, self.local);
        begun.map_err(|_| Errno::Invalid)
    }

    /// Waits for the one segment that is about to be fed: a SYN from the remote end.
    pub(super) fn listen(&mut self) {
        let local = self.local;
        // A new socket, and a port that a segment came to: neither error can occur.
        let _ = self.socket_mut().listen(local);
        self.state = TcpState::Listen;
    }

    /// The state machine sees a segment. What it answers to it leaves at once, the rest with the
    /// next [`drive`](Self::drive).
    pub(super) fn feed(
        &mut self,
        ctx: &mut Context<'_>,
        l3: &mut L3,
        interface: &mut Interface,
        packet: &[u8],
        header: &Header,
    ) -> Outcome {
        if let Some((keepalive, at, probes)) = &mut self.keepalive {
            (*at, *probes) = (ctx.now() + keepalive.idle, 0);
        }
        let was = self.state;
        let queued = self.socket().recv_queue();
        let unacknowledged = self.socket().send_queue();
        let old = self.progress.rcv_nxt;
        let stale = header.has(TcpFlags::ACK)
            && was >= TcpState::Established
            && before(header.ack, self.progress.snd_una);
        // smoltcp would throw away data because their acknowledgement was overtaken by a later
        // one, so it is shown the later one's.
        let patched = stale.then(|| self.with_current_ack(packet));
        self.progress.fed = true;
        if !stale {
            self.progress.window(header.window);
        }
        let mut wire = Wire {
            ctx,
            l3,
            ends: [self.local, self.remote],
            progress: &mut self.progress,
            incoming: Some(patched.as_deref().unwrap_or(packet)),
            mtu: self.mtu,
        };
        interface.poll_ingress_single(to_smol(wire.ctx.now()), &mut wire, &mut self.sockets);
        self.progress.fed = false;

        let mut outcome = Outcome::default();
        let socket = self.sockets.get_mut::<Socket<'_>>(self.handle);
        let now = state_of(socket.state());
        // A reset puts a passive socket back to listening; here every connection is for one peer.
        let now = if now == TcpState::Listen { TcpState::Closed } else { now };
        if now != TcpState::Closed {
            if matches!(was, TcpState::Listen | TcpState::SynSent) && now != was {
                self.progress.rcv_nxt = header.seq.wrapping_add(1);
            }
            let delivered = (socket.recv_queue() - queued) as u32;
            self.progress.rcv_nxt = self.progress.rcv_nxt.wrapping_add(delivered);
            if delivered > 0 {
                outcome.readable = true;
                if self.quick_acks > 0 {
                    self.quick_acks -= 1;
                    if self.quick_acks == 0 {
                        socket.set_ack_delay(Some(DELAYED_ACK));
                    }
                }
                let (local, remote) = (self.local, self.remote);
                ctx.emit(|| TraceEvent::TcpDelivered { local, remote, len: delivered });
            } else if header.len > 0 && was >= TcpState::Established {
                self.tell_why_nothing_was_delivered(ctx, header, old);
            }
            if header.has(TcpFlags::ACK) && before(self.progress.snd_una, header.ack) {
                let sent = self.progress.snd_max.is_some_and(|max| !before(max, header.ack));
                if sent {
                    self.progress.acknowledged(header.ack);
                    self.soft_error = None;
                }
            }
            let socket = self.socket();
            if socket.send_queue() < unacknowledged {
                outcome.writable = self.has_room();
            }
        }
        if now != was {
            if matches!(now, TcpState::CloseWait | TcpState::Closing | TcpState::TimeWait)
                && !self.fin_received
            {
                self.fin_received = true;
                outcome.readable = true;
                self.progress.rcv_nxt = self.progress.rcv_nxt.wrapping_add(1);
            }
            if now == TcpState::Closed && header.has(TcpFlags::RST) {
                self.error = Some(match was {
                    TcpState::SynSent => Errno::ConnectionRefused,
                    TcpState::CloseWait => Errno::BrokenPipe,
                    _ => Errno::ConnectionReset,
                });
            }
            outcome.established = !established(was) && established(now);
            outcome.closed = now == TcpState::Closed;
            outcome.time_wait = now == TcpState::TimeWait;
            self.moved(ctx, now, Some(header.received()));
        } else if header.has(TcpFlags::FIN) && self.fin_received && header.len == 0 {
            let (local, remote, segment) = (self.local, self.remote, header.received());
            ctx.emit(|| TraceEvent::TcpDuplicate { local, remote, segment });
        }
        outcome
    }

    /// A copy of the packet that acknowledges as much as the peer has acknowledged already.
    fn with_current_ack(&self, packet: &[u8]) -> Vec<u8> {
        let mut copy = packet.to_vec();
        let at = match packet.first().map(|byte| byte >> 4) {
            Some(4) => usize::from(packet[0] & 0x0f) * 4,
            _ => header_len(self.remote.ip()),
        };
        copy[at + 8..at + 12].copy_from_slice(&self.progress.snd_una.to_be_bytes());
        copy[at + 14..at + 16].copy_from_slice(&self.progress.peer_window.to_be_bytes());
        copy
    }

    fn tell_why_nothing_was_delivered(&self, ctx: &mut Context<'_>, header: &Header, next: u32) {
        let (local, remote, segment) = (self.local, self.remote, header.received());
        if !before(next, header.seq.wrapping_add(header.len)) {
            ctx.emit(|| TraceEvent::TcpDuplicate { local, remote, segment });
        } else if before(next, header.seq) {
            ctx.emit(|| TraceEvent::TcpOutOfOrder { local, remote, segment });
        } else {
            let limit = self.socket().recv_capacity() as u32;
            ctx.drop_frame(None, || DropReason::ReceiveBufferFull { local, limit });
        }
    }

    /// Sends what may be sent, and sets the deadline.
    pub(super) fn drive(
        &mut self,
        ctx: &mut Context<'_>,
        l3: &mut L3,
        interface: &mut Interface,
        fed: bool,
    ) -> Outcome {
        self.dirty = false;
        if matches!(self.state, TcpState::Closed | TcpState::TimeWait) && !self.progress.aborting {
            self.deadline = None;
            self.busy = false;
            return Outcome::default();
        }
        let now = ctx.now();
        let at = to_smol(now);
        self.progress.fed = fed;
        let mut deadline;
        loop {
            deadline = interface.poll_at(at, &self.sockets);
            if deadline.is_none_or(|deadline| deadline > at) {
                break;
            }
            let mut wire = Wire {
                ctx,
                l3,
                ends: [self.local, self.remote],
                progress: &mut self.progress,
                incoming: None,
                mtu: self.mtu,
            };
            let sent = interface.poll_egress(at, &mut wire, &mut self.sockets);
            if self.progress.exhausted {
                return self.fail(ctx, self.soft_error.unwrap_or(Errno::TimedOut));
            }
            if sent == PollResult::None {
                // It may have changed its mind; if it still says "now", it does not mean it.
                deadline = interface.poll_at(at, &self.sockets);
                if deadline.is_some_and(|deadline| deadline <= at) {
                    deadline = Some(to_smol(now + SOON));
                }
                break;
            }
        }
        self.progress.fed = false;
        self.moved(ctx, state_of(self.socket().state()), None);
        self.deadline = deadline.map(from_smol);
        self.busy = self.deadline.is_some() && !self.progress.blocked;
        let waits = self.state == TcpState::FinWait2 || self.state == TcpState::TimeWait;
        if waits && self.progress.ack_sent == self.progress.rcv_nxt {
            self.busy = false;
        }
        Outcome { closed: self.state == TcpState::Closed, ..Outcome::default() }
    }

    /// The connection ends here without a word to the peer.
    pub(super) fn fail(&mut self, ctx: &mut Context<'_>, error: Errno) -> Outcome {
        self.error = Some(error);
        self.progress.aborting = false;
        self.socket_mut().abort();
        self.moved(ctx, TcpState::Closed, None);
        self.deadline = None;
        self.busy = false;
        Outcome { closed: true, ..Outcome::default() }
    }

    /// The program gives it up: the next [`drive`](Self::drive) sends a reset.
    pub(super) fn abort(&mut self) {
        self.progress.aborting = true;
        self.socket_mut().abort();
    }

    /// No more data from this side: FIN follows what is still to be sent.
    pub(super) fn close_write(&mut self) {
        self.socket_mut().close();
    }

    /// Tells of the new state, if it is new.
    pub(super) fn moved(
        &mut self,
        ctx: &mut Context<'_>,
        to: TcpState,
        segment: Option<TcpSegment>,
    ) {
        let from = std::mem::replace(&mut self.state, to);
        if from != to {
            let (local, remote) = (self.local, self.remote);
            ctx.emit(|| TraceEvent::TcpStateChanged { local, remote, from, to, segment });
        }
    }

    /// The path takes shorter packets only: segments that were too long are sent again at once.
    pub(super) fn lower_mtu(
        &mut self,
        ctx: &mut Context<'_>,
        l3: &mut L3,
        interface: &mut Interface,
        mtu: u16,
    ) {
        self.mtu = mtu;
        let Some(max) = self.progress.snd_max else { return };
        if max == self.progress.snd_una || self.state < TcpState::Established {
            return;
        }
        // The state machine takes word of a lost segment only in one form: duplicate
        // acknowledgements. The first may still count as a window update.
        let mut packet = super::segment::bare(
            ctx,
            [self.remote, self.local],
            TcpFlags::ACK,
            self.progress.rcv_nxt,
            self.progress.snd_una,
            self.progress.peer_window,
        );
        packet.drain(..super::super::packet::HEADROOM);
        self.progress.fed = true;
        for _ in 0..4 {
            let mut wire = Wire {
                ctx,
                l3,
                ends: [self.local, self.remote],
                progress: &mut self.progress,
                incoming: Some(&packet),
                mtu: self.mtu,
            };
            interface.poll_ingress_single(to_smol(wire.ctx.now()), &mut wire, &mut self.sockets);
        }
        self.progress.fed = false;
    }

    /// Whether this is a bare acknowledgement that acknowledges nothing: overtaken by a later one,
    /// or a duplicate while only FIN is outstanding. The state machine must not see those. It would
    /// count the former as duplicates, and the latter make it begin a fast retransmission, find no
    /// data to send, and forget its timer.
    pub(super) fn has_no_use_for(&self, header: &Header) -> bool {
        let controls = TcpFlags::SYN | TcpFlags::RST | TcpFlags::FIN | TcpFlags::ACK;
        if header.len > 0
            || header.flags.0 & controls != TcpFlags::ACK
            || self.state < TcpState::Established
        {
            return false;
        }
        let una = self.progress.snd_una;
        let fin_sent =
            matches!(self.state, TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck);
        before(header.ack, una)
            || (fin_sent
                && header.ack == una
                && header.seq == self.progress.rcv_nxt
                && self.socket().send_queue() == 0)
    }

    /// Whether this sequence number is of something sent and not acknowledged: whether an ICMP
    /// error that quotes it is to be believed (RFC 5927 section 4.1).
    pub(super) fn is_in_flight(&self, seq: u32) -> bool {
        let max = self.progress.snd_max.unwrap_or(self.progress.snd_una);
        !before(seq, self.progress.snd_una) && !before(max, seq)
    }

    /// The next sequence number expected from the peer.
    pub(super) fn rcv_nxt(&self) -> u32 {
        self.progress.rcv_nxt
    }

    /// The next sequence number of this side.
    pub(super) fn snd_nxt(&self) -> u32 {
        self.progress.snd_max.unwrap_or(self.progress.snd_una)
    }

    pub(super) fn snd_una(&self) -> u32 {
        self.progress.snd_una
    }

    /// The window field of a segment made outside smoltcp.
    pub(super) fn window(&self) -> u16 {
        self.progress.window_sent
    }

    /// Whether the peer's FIN or data still wait for an acknowledgement.
    pub(super) fn owes_ack(&self) -> bool {
        self.progress.ack_sent != self.progress.rcv_nxt
    }

    /// Takes note of an acknowledgement that was sent past smoltcp.
    pub(super) fn acknowledged_outside(&mut self) {
        self.progress.ack_sent = self.progress.rcv_nxt;
    }

    /// Whether `seq` lies in the receive window.
    pub(super) fn in_window(&self, seq: u32) -> bool {
        let free = self.socket().recv_capacity() - self.socket().recv_queue();
        seq.wrapping_sub(self.progress.rcv_nxt) < free.max(1) as u32
    }

    /// Bytes received and not read, and bytes sent and not acknowledged or not sent at all.
    pub(in crate::host) fn queues(&self) -> [usize; 2] {
        [self.socket().recv_queue(), self.socket().send_queue()]
    }

    /// Whether a writer is woken: as in Linux, when a third of the buffer is free.
    pub(in crate::host) fn has_room(&self) -> bool {
        let socket = self.socket();
        socket.may_send()
            && (socket.send_capacity() - socket.send_queue()) * 3 >= socket.send_capacity()
    }

    /// Takes bytes for the peer; [`Errno::WouldBlock`] when there is no room.
    pub(in crate::host) fn write(&mut self, data: &[u8]) -> Result<usize, Errno> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        match self.state {
            TcpState::SynSent | TcpState::SynReceived => return Err(Errno::WouldBlock),
            TcpState::Established | TcpState::CloseWait => {}
            _ => return Err(Errno::BrokenPipe),
        }
        if self.quick_acks > 0 && self.quick_acks < QUICK_ACKS {
            // A conversation: acknowledgements travel with the answers from now on.
            self.quick_acks = 0;
            self.socket_mut().set_ack_delay(Some(DELAYED_ACK));
        }
        match self.socket_mut().send_slice(data) {
            Ok(0) if !data.is_empty() => Err(Errno::WouldBlock),
            Ok(len) => Ok(len),
            Err(_) => Err(Errno::BrokenPipe),
        }
    }

    /// Takes bytes of the peer: 0 at the end of its stream; [`Errno::WouldBlock`] when there are
    /// none yet. The second part of the answer tells whether the window may have to be announced.
    pub(in crate::host) fn read(
        &mut self,
        buffer: &mut [u8],
        peek: bool,
    ) -> Result<(usize, bool), Errno> {
        let socket = self.sockets.get_mut::<Socket<'_>>(self.handle);
        let queued = socket.recv_queue();
        if queued > 0 {
            let result = if peek { socket.peek_slice(buffer) } else { socket.recv_slice(buffer) };
            match result {
                Ok(len) => return Ok((len, queued * 2 > socket.recv_capacity())),
                Err(RecvError::Finished | RecvError::InvalidState) => {}
            }
        }
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if self.fin_received || self.read_shut || self.state == TcpState::Closed {
            return Ok((0, false));
        }
        Err(Errno::WouldBlock)
    }
}

/// Whether the handshake is over, and the connection with it not.
fn established(state: TcpState) -> bool {
    state >= TcpState::Established
}
