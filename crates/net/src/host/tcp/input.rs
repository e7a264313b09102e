//! What a segment, an ICMP error or a timer does to connections (RFC 9293 section 3.10.7).

use std::net::SocketAddr;

use lanternet_core::trace::{
    DropReason, IcmpMessage, Protocol, ResetCause, TcpFlags, TcpState, TraceEvent, Unreachable,
};
use lanternet_core::{Context, Duration};

use super::super::errno::Errno;
use super::super::readiness::Readiness;
use super::super::scope::scoped;
use super::super::sockets::SocketId;
use super::super::stack::Stack;
use super::connection::{Connection, Outcome, Owner};
use super::segment::{Header, PROTOCOL, bare, before, towards};
use super::{ConnectionId, Peer, Stage, Tuple};
use crate::l3::{IcmpInbound, Inbound};
use crate::wire::checksum::pseudo_header;

/// How long a closed connection waits for the peer's FIN (Linux's `tcp_fin_timeout`).
const FIN_TIMEOUT: Duration = Duration::from_secs(60);

impl Stack {
    /// A TCP segment arrived.
    pub(in crate::host) fn tcp_segment(&mut self, ctx: &mut Context<'_>, inbound: &Inbound) {
        let segment = inbound.payload();
        let header = match Header::read(segment) {
            Ok(header) => header,
            Err(what) => {
                let protocol = Protocol::Tcp;
                ctx.drop_frame(inbound.interface, || DropReason::Malformed { protocol, what });
                return;
            }
        };
        let (source, destination) = (inbound.source, inbound.destination);
        let sum = || pseudo_header(source, destination, PROTOCOL, segment.len() as u32);
        if !inbound.is_checksummed() && sum().with(segment).finish() != 0 {
            self.wrong_checksum(ctx, inbound, Protocol::Tcp, 16);
            return;
        }
        let local = scoped(destination, header.destination_port, inbound.interface);
        let remote = scoped(source, header.source_port, inbound.interface);
        let tuple = Tuple::new(local, remote);
        match self.tcp.as_mut().and_then(|tcp| tcp.find(&tuple)) {
            Some(Peer::Live(id)) => self.connection_segment(ctx, inbound, id, &header),
            Some(Peer::TimeWait(waiting)) => {
                if self.time_wait_segment(ctx, inbound, &tuple, waiting, &header) {
                    self.new_segment(ctx, inbound, &tuple, &header);
                }
            }
            None => self.new_segment(ctx, inbound, &tuple, &header),
        }
    }

    /// A segment for a connection that exists.
    fn connection_segment(
        &mut self,
        ctx: &mut Context<'_>,
        inbound: &Inbound,
        id: ConnectionId,
        header: &Header,
    ) {
        let Self { l3, tcp: Some(tcp), rng, sockets, .. } = self else { return };
        let Some(connection) = tcp.connections[id.0 as usize].as_deref_mut() else { return };
        // The common case first: data or an acknowledgement on an open connection.
        let plain = header.flags.0 & (TcpFlags::SYN | TcpFlags::RST | TcpFlags::ACK)
            == TcpFlags::ACK
            && connection.state >= TcpState::Established
            && connection.owner != Owner::Nobody;
        if connection.has_no_use_for(header) {
            let (local, remote) = (connection.local, connection.remote);
            ctx.drop_frame(inbound.interface, || DropReason::UnexpectedSegment { local, remote });
            return;
        }
        if !plain {
            if let Owner::Listener(socket) = connection.owner
                && connection.state == TcpState::SynReceived
                && header.has(TcpFlags::ACK)
                && !header.has(TcpFlags::RST)
                && let Some(TcpSocketListener { backlog, full: true, local }) =
                    listener_of(sockets, socket)
            {
                // As Linux does: the client thinks it is connected; its data and our SYN, ACK are
                // sent again until there is room.
                ctx.drop_frame(inbound.interface, || DropReason::BacklogFull { local, backlog });
                return;
            }
            match examine(connection, header) {
                Verdict::Process => {}
                Verdict::Drop => {
                    let (local, remote) = (connection.local, connection.remote);
                    ctx.drop_frame(inbound.interface, || DropReason::UnexpectedSegment {
                        local,
                        remote,
                    });
                    return;
                }
                Verdict::Duplicate => {
                    let (local, remote) = (connection.local, connection.remote);
                    let segment = header.received();
                    ctx.emit(|| TraceEvent::TcpDuplicate { local, remote, segment });
                    return;
                }
                Verdict::Challenge => {
                    let (local, remote) = (connection.local, connection.remote);
                    ctx.drop_frame(inbound.interface, || DropReason::UnexpectedSegment {
                        local,
                        remote,
                    });
                    let (seq, ack) = (connection.snd_nxt(), connection.rcv_nxt());
                    let window = connection.window();
                    let packet = bare(ctx, [local, remote], TcpFlags::ACK, seq, ack, window);
                    let _ = l3.send(ctx, packet, towards(remote));
                    return;
                }
                Verdict::Abort => {
                    let (local, remote) = (connection.local, connection.remote);
                    ctx.drop_frame(inbound.interface, || DropReason::UnexpectedSegment {
                        local,
                        remote,
                    });
                    connection.abort();
                    self.drive(ctx, id, true);
                    return;
                }
            }
        }
        let now = ctx.now();
        let interface = tcp.interfaces.for_mtu(connection.mtu, now, || rng.next_u64());
        let fed = connection.feed(ctx, l3, interface, &inbound.plain_packet(), header);
        if fed.closed || fed.time_wait {
            self.settle(ctx, id, fed);
            return;
        }
        let driven = connection.drive(ctx, l3, interface, true);
        self.settle(ctx, id, Outcome { closed: driven.closed, ..fed });
    }

    /// Sends what a connection may send now.
    pub(in crate::host) fn drive(&mut self, ctx: &mut Context<'_>, id: ConnectionId, fed: bool) {
        let Self { l3, tcp: Some(tcp), rng, .. } = self else { return };
        let Some(connection) = tcp.connections.get_mut(id.0 as usize).and_then(Option::as_mut)
        else {
            return;
        };
        let interface = tcp.interfaces.for_mtu(connection.mtu, ctx.now(), || rng.next_u64());
        let outcome = connection.drive(ctx, l3, interface, fed);
        self.settle(ctx, id, outcome);
    }

    /// Draws the conclusions from what happened to a connection.
    pub(super) fn settle(&mut self, ctx: &mut Context<'_>, id: ConnectionId, outcome: Outcome) {
        let Self { tcp: Some(tcp), sockets, .. } = self else { return };
        let Some(connection) = tcp.connections[id.0 as usize].as_deref_mut() else { return };
        let owner = connection.owner;
        if outcome.established
            && let Owner::Listener(socket) = owner
        {
            let (local, remote) = (connection.local, connection.remote);
            if let Some(tcp_socket) = sockets.tcp_mut(socket)
                && let Stage::Listening(listener) = &mut tcp_socket.stage
            {
                listener.embryonic.retain(|other| *other != id);
                listener.queue.push_back(id);
                let (queued, backlog) = (listener.queue.len() as u32, listener.backlog);
                ctx.emit(|| TraceEvent::TcpQueued { local, remote, queued, backlog });
                sockets.wake(socket, Readiness::READABLE);
            }
        }
        if let Owner::Socket(socket) = owner {
            let ready = Readiness::NONE
                .with(Readiness::READABLE, outcome.readable)
                .with(Readiness::WRITABLE, outcome.writable || outcome.established)
                .with(Readiness::HANG_UP, outcome.closed || outcome.time_wait);
            if ready != Readiness::NONE {
                sockets.wake(socket, ready);
            }
        }
        if !outcome.closed && !outcome.time_wait {
            if owner == Owner::Nobody
                && connection.state == TcpState::FinWait2
                && connection.patience.is_none()
            {
                connection.patience = Some(ctx.now() + FIN_TIMEOUT);
            }
            tcp.arm(id);
            return;
        }
        if outcome.time_wait {
            self.enter_time_wait(ctx, id);
        }
        let Self { tcp: Some(tcp), sockets, .. } = self else { return };
        match owner {
            // The program may still want what is in the buffer, or the error.
            Owner::Socket(_) => {
                tcp.unlink(id);
                tcp.arm(id);
            }
            Owner::Nobody => tcp.remove(id),
            Owner::Listener(socket) => {
                if let Some(tcp_socket) = sockets.tcp_mut(socket)
                    && let Stage::Listening(listener) = &mut tcp_socket.stage
                {
                    listener.embryonic.retain(|other| *other != id);
                    // A connection that was reset while it waits stays in the queue, as in Linux:
                    // accept hands it out, and the program learns of it by its first call.
                    if listener.queue.contains(&id) {
                        tcp.unlink(id);
                        tcp.arm(id);
                        return;
                    }
                }
                tcp.remove(id);
            }
        }
    }

    /// A segment for no connection: somebody knocks, or it is lost.
    fn new_segment(
        &mut self,
        ctx: &mut Context<'_>,
        inbound: &Inbound,
        tuple: &Tuple,
        header: &Header,
    ) {
        let (local, remote) = (tuple.local(), tuple.remote());
        // Never answer a group (RFC 9293 section 3.9.2.3).
        if inbound.link_group || local.ip().is_multicast() || self.l3.is_broadcast(local.ip()) {
            let reason = || DropReason::UnexpectedSegment { local, remote };
            ctx.drop_frame(inbound.interface, reason);
            return;
        }
        let Some(socket) = self.tcp_ports.find(local, |socket| {
            matches!(self.sockets.tcp(socket), Some(tcp) if matches!(tcp.stage, Stage::Listening(_)))
        }) else {
            let protocol = Protocol::Tcp;
            ctx.drop_frame(inbound.interface, || DropReason::NoListener { protocol, local });
            if !header.has(TcpFlags::RST) {
                self.refuse(ctx, tuple, header, ResetCause::NoListener);
            }
            return;
        };
        let [syn, ack, rst] = [TcpFlags::SYN, TcpFlags::ACK, TcpFlags::RST].map(|f| header.has(f));
        if syn && !ack {
            self.knock(ctx, inbound, tuple, header, socket);
            return;
        }
        ctx.drop_frame(inbound.interface, || DropReason::UnexpectedSegment { local, remote });
        if ack && !rst {
            self.refuse(ctx, tuple, header, ResetCause::Unacceptable);
        }
    }

    /// A SYN for a listening socket.
    fn knock(
        &mut self,
        ctx: &mut Context<'_>,
        inbound: &Inbound,
        tuple: &Tuple,
        header: &Header,
        socket: SocketId,
    ) {
        let (local, remote) = (tuple.local(), tuple.remote());
        let Some(tcp_socket) = self.sockets.tcp_mut(socket) else { return };
        let Stage::Listening(listener) = &mut tcp_socket.stage else { return };
        if listener.is_full() || listener.has_too_many_embryos() {
            let backlog = listener.backlog;
            ctx.drop_frame(inbound.interface, || DropReason::BacklogFull { local, backlog });
            return;
        }
        let mtu = self.l3.path_mtu(ctx.now(), remote.ip());
        let owner = Owner::Listener(socket);
        let mut connection = Connection::new([local, remote], owner, mtu, &tcp_socket.options);
        connection.listen();
        let tcp = self.tcp.get_or_insert_default();
        let id = tcp.add(connection);
        listener.embryonic.push(id);
        self.connection_segment(ctx, inbound, id, header);
    }

    /// An ICMP error about a segment of ours (RFC 1122 section 4.2.3.9).
    pub(in crate::host) fn tcp_icmp(&mut self, ctx: &mut Context<'_>, icmp: &IcmpInbound) -> bool {
        let Some(original) = &icmp.original else { return false };
        let Some(quoted) = original.transport.first_chunk::<8>() else { return false };
        let port = |at: usize| u16::from_be_bytes([quoted[at], quoted[at + 1]]);
        let local = scoped(original.source, port(0), icmp.interface);
        let remote = scoped(original.destination, port(2), icmp.interface);
        let seq = u32::from_be_bytes([quoted[4], quoted[5], quoted[6], quoted[7]]);
        let Self { l3, tcp: Some(tcp), rng, .. } = self else { return false };
        let Some(Peer::Live(id)) = tcp.find(&Tuple::new(local, remote)) else { return false };
        let Some(connection) = tcp.connections[id.0 as usize].as_deref_mut() else { return false };
        if !connection.is_in_flight(seq) {
            return false;
        }
        let now = ctx.now();
        let (errno, connecting) = match icmp.message {
            IcmpMessage::Unreachable(Unreachable::FragmentationNeeded { .. }) => {
                let mtu = l3.path_mtu(now, remote.ip());
                if mtu < connection.mtu {
                    let interface = tcp.interfaces.for_mtu(mtu, now, || rng.next_u64());
                    connection.lower_mtu(ctx, l3, interface, mtu);
                    self.drive(ctx, id, true);
                }
                return true;
            }
            IcmpMessage::Unreachable(what) => {
                (Errno::of_unreachable(what).0, connection.state < TcpState::Established)
            }
            IcmpMessage::TtlExceeded | IcmpMessage::ReassemblyTimeExceeded => {
                (Errno::HostUnreachable, connection.state < TcpState::Established)
            }
            _ => return false,
        };
        if connecting {
            let outcome = connection.fail(ctx, errno);
            self.settle(ctx, id, outcome);
        } else {
            connection.soft_error = Some(errno);
        }
        true
    }

    /// Handles the timers of connections that have fired.
    pub(in crate::host) fn tcp_timeouts(&mut self, ctx: &mut Context<'_>) {
        self.expire_time_wait(ctx);
        loop {
            let Some(tcp) = self.tcp.as_mut() else { return };
            let now = ctx.now();
            let Some((at, id)) = tcp.timers.first().copied() else { return };
            if at > now {
                return;
            }
            tcp.timers.pop_first();
            let Some(connection) = tcp.get_mut(id) else { continue };
            connection.armed = None;
            if connection.patience.is_some_and(|patience| patience <= now) {
                let outcome = connection.fail(ctx, Errno::TimedOut);
                self.settle(ctx, id, outcome);
            } else if connection.keepalive.is_some_and(|(_, at, _)| at <= now) {
                self.probe(ctx, id);
            } else if connection.deadline.is_some_and(|deadline| deadline <= now) {
                self.drive(ctx, id, false);
            } else {
                tcp.arm(id);
            }
        }
    }

    /// Asks a silent peer whether it is still there (RFC 9293 section 3.8.4).
    fn probe(&mut self, ctx: &mut Context<'_>, id: ConnectionId) {
        let Self { l3, tcp: Some(tcp), .. } = self else { return };
        let Some(connection) = tcp.get_mut(id) else { return };
        let Some((keepalive, at, probes)) = &mut connection.keepalive else { return };
        if *probes >= keepalive.probes {
            // As `tcp_write_err` does: what a router or a neighbour said meanwhile is the better reason.
            let error = connection.soft_error.unwrap_or(Errno::TimedOut);
            let outcome = connection.fail(ctx, error);
            self.settle(ctx, id, outcome);
            return;
        }
        *at = ctx.now() + keepalive.interval;
        *probes += 1;
        let ends = connection.ends();
        let (seq, ack) = (connection.snd_nxt().wrapping_sub(1), connection.rcv_nxt());
        let window = connection.window();
        // With data under way their retransmission asks the same question.
        if connection.snd_una() == connection.snd_nxt() {
            let packet = bare(ctx, ends, TcpFlags::ACK, seq, ack, window);
            let _ = l3.send(ctx, packet, towards(ends[1]));
        }
        tcp.arm(id);
    }
}

/// What is to be done with a segment before the state machine sees it.
enum Verdict {
    Process,
    Drop,
    Duplicate,
    /// Dropped, and the peer is told where we are (RFC 5961).
    Challenge,
    /// Data for a program that has closed: reset.
    Abort,
}

/// The checks of RFC 9293 section 3.10.7.4 and RFC 5961 that smoltcp leaves out.
fn examine(connection: &Connection, header: &Header) -> Verdict {
    match connection.state {
        TcpState::Listen | TcpState::SynSent => return Verdict::Process,
        TcpState::Closed => return Verdict::Drop,
        _ => {}
    }
    if header.has(TcpFlags::RST) {
        return if header.seq == connection.rcv_nxt() {
            Verdict::Process
        } else if connection.in_window(header.seq) {
            Verdict::Challenge
        } else {
            Verdict::Drop
        };
    }
    if header.has(TcpFlags::SYN) {
        let again = connection.state == TcpState::SynReceived
            && header.end().wrapping_sub(header.len) == connection.rcv_nxt();
        return if again && !header.has(TcpFlags::ACK) {
            Verdict::Duplicate
        } else if connection.state == TcpState::SynReceived {
            Verdict::Process
        } else {
            Verdict::Challenge
        };
    }
    if !header.has(TcpFlags::ACK) {
        return Verdict::Drop;
    }
    let end = header.seq.wrapping_add(header.len);
    if connection.owner == Owner::Nobody
        && header.len > 0
        && before(connection.rcv_nxt(), end)
        && matches!(connection.state, TcpState::FinWait1 | TcpState::FinWait2)
    {
        return Verdict::Abort;
    }
    Verdict::Process
}

struct TcpSocketListener {
    backlog: u32,
    full: bool,
    local: SocketAddr,
}

fn listener_of(
    sockets: &super::super::sockets::SocketTable,
    id: SocketId,
) -> Option<TcpSocketListener> {
    let socket = sockets.tcp(id)?;
    let Stage::Listening(listener) = &socket.stage else { return None };
    let local = socket.local?;
    Some(TcpSocketListener { backlog: listener.backlog, full: listener.is_full(), local })
}
