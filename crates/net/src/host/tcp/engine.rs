//! smoltcp, wrapped so that one connection is one state machine: a segment in, segments out.
//!
//! smoltcp's own interface would search all sockets for each segment and transmit for all of them
//! in one go. Here each connection's socket is alone in its set, and all connections of one MTU
//! share an interface, which then is no more than a clock and a source of initial sequence
//! numbers. Demultiplexing, listening, TIME-WAIT and checksums are not smoltcp's.
//!
//! Every segment passes [`Wire`] on its way out, which reads off what reasons need: what is sent
//! again and why, and how far sequence numbers have come.

use std::net::SocketAddr;

use lanternet_core::trace::{
    ResetCause, RetransmitCause, SegmentDirection, TcpFlags, TcpState, TraceEvent,
};
use lanternet_core::{Context, Duration, Instant};
use smoltcp::iface::{Config, Interface};
use smoltcp::phy::{ChecksumCapabilities, Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::tcp::State;
use smoltcp::time::Instant as SmolInstant;
use smoltcp::wire::HardwareAddress;

use super::super::packet::{HEADROOM, header_len};
use super::segment::{self, Header, before};
use crate::l3::{L3, SendOptions};

/// After how many repetitions of an unanswered SYN Linux gives up (`tcp_syn_retries`).
const SYN_RETRIES: u8 = 6;
/// The same for the answer to a SYN (`tcp_synack_retries`).
const SYN_ACK_RETRIES: u8 = 5;
/// How long unanswered data are sent again: what Linux's `tcp_retries2` of 15 amounts to.
const DATA_PATIENCE: Duration = Duration::from_millis(924_600);

/// smoltcp's clock counts microseconds.
pub(super) fn to_smol(at: Instant) -> SmolInstant {
    SmolInstant::from_micros((at.nanos() / 1000) as i64)
}

pub(super) fn from_smol(at: SmolInstant) -> Instant {
    Instant::from_nanos((at.total_micros() as u64).saturating_mul(1000))
}

pub(super) const fn state_of(state: State) -> TcpState {
    match state {
        State::Closed => TcpState::Closed,
        State::Listen => TcpState::Listen,
        State::SynSent => TcpState::SynSent,
        State::SynReceived => TcpState::SynReceived,
        State::Established => TcpState::Established,
        State::FinWait1 => TcpState::FinWait1,
        State::FinWait2 => TcpState::FinWait2,
        State::CloseWait => TcpState::CloseWait,
        State::Closing => TcpState::Closing,
        State::LastAck => TcpState::LastAck,
        State::TimeWait => TcpState::TimeWait,
    }
}

/// How far a connection has come, seen from outside.
#[derive(Debug)]
pub(super) struct Progress {
    /// Everything before this was acknowledged by the peer (SND.UNA).
    pub(super) snd_una: u32,
    /// The highest sequence number sent so far, plus one; `None` before the SYN.
    pub(super) snd_max: Option<u32>,
    /// The next sequence number expected from the peer (RCV.NXT).
    pub(super) rcv_nxt: u32,
    /// The acknowledgement and the window in the last segment sent.
    pub(super) ack_sent: u32,
    pub(super) window_sent: u16,
    /// The window in the last segment received, as it was in the header.
    pub(super) peer_window: u16,
    /// Sent again because of a timeout up to here: what is sent below this is still part of that.
    timeout_until: Option<u32>,
    /// When the timeouts began that nothing has answered since.
    stalled: Option<Instant>,
    /// How often the SYN, or the answer to one, was sent.
    syns: u8,
    /// Sent as often as it may be.
    pub(super) exhausted: bool,
    /// The program gave the connection up: the reset that follows is its doing.
    pub(super) aborting: bool,
    /// The peer's window is closed: asked whether it still is.
    asked_window: bool,
    /// And told that it is. So it is the peer's program that does not read, not a lost segment.
    pub(super) blocked: bool,
    /// Whether an incoming segment is being handled, rather than a timer or the program.
    pub(super) fed: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            snd_una: 0,
            snd_max: None,
            rcv_nxt: 0,
            ack_sent: 0,
            window_sent: 0,
            peer_window: 0,
            timeout_until: None,
            stalled: None,
            syns: 0,
            exhausted: false,
            aborting: false,
            asked_window: false,
            blocked: false,
            fed: false,
        }
    }

    /// A segment with the peer's current window came.
    pub(super) fn window(&mut self, window: u16) {
        self.peer_window = window;
        self.asked_window &= window == 0;
        self.blocked = window == 0 && self.asked_window;
    }

    /// The peer acknowledged something new.
    pub(super) fn acknowledged(&mut self, ack: u32) {
        self.snd_una = ack;
        self.stalled = None;
        if self.timeout_until.is_some_and(|until| !before(ack, until)) {
            self.timeout_until = None;
        }
    }

    /// Takes note of a segment that is about to be sent; the answer is why it is sent again, if it
    /// is.
    fn sending(&mut self, header: &Header, now: Instant) -> Option<RetransmitCause> {
        if header.has(TcpFlags::ACK) {
            self.ack_sent = header.ack;
            self.window_sent = header.window;
        }
        let end = header.end();
        if end == header.seq {
            return None;
        }
        if header.has(TcpFlags::SYN) {
            self.syns += 1;
            let active = !header.has(TcpFlags::ACK);
            let retries = if active { SYN_RETRIES } else { SYN_ACK_RETRIES };
            self.exhausted |= self.syns > retries + 1;
        }
        let Some(max) = self.snd_max else {
            self.snd_max = Some(end);
            self.snd_una = header.seq;
            return None;
        };
        // A byte into a closed window is a question, not progress (RFC 9293 section 3.8.6.1).
        if self.peer_window == 0 && header.len == 1 {
            self.asked_window = true;
            return None;
        }
        if before(max, end) {
            self.snd_max = Some(end);
        }
        if !before(header.seq, max) {
            return None;
        }
        let after_timeout = self.timeout_until.is_some_and(|until| before(header.seq, until));
        if self.fed && !after_timeout {
            return Some(RetransmitCause::DuplicateAcks);
        }
        if !self.fed {
            self.timeout_until = Some(max);
            let since = *self.stalled.get_or_insert(now);
            self.exhausted |= now - since >= DATA_PATIENCE;
        }
        Some(RetransmitCause::Timeout)
    }
}

/// The world as smoltcp sees it: at most one packet comes in, any number go out.
pub(super) struct Wire<'w, 'c> {
    pub(super) ctx: &'w mut Context<'c>,
    pub(super) l3: &'w mut L3,
    pub(super) ends: [SocketAddr; 2],
    pub(super) progress: &'w mut Progress,
    pub(super) incoming: Option<&'w [u8]>,
    pub(super) mtu: u16,
}

impl Wire<'_, '_> {
    fn send(&mut self, mut buffer: Vec<u8>) {
        let [local, remote] = self.ends;
        let at = HEADROOM + header_len(remote.ip());
        // smoltcp does not write headers that cannot be read.
        let Ok(mut header) = Header::read(&buffer[at..]) else { return };
        // After a timeout smoltcp counts from the oldest unacknowledged byte again, even in
        // acknowledgements without data. The peer would find those outside its window and ignore
        // them, and if both sides do so they wait for each other for ever. RFC 9293 section
        // 3.10.7.4 asks for SND.NXT.
        if header.end() == header.seq
            && !header.has(TcpFlags::RST)
            && let Some(next) = self.progress.snd_max
            && before(header.seq, next)
        {
            header.seq = next;
            buffer[at + 4..at + 8].copy_from_slice(&next.to_be_bytes());
        }
        let again = self.progress.sending(&header, self.ctx.now());
        if self.progress.exhausted {
            return;
        }
        if let Some(why) = again {
            let segment = header.facts(SegmentDirection::Sent);
            self.ctx.emit(|| TraceEvent::TcpRetransmitted { local, remote, segment, why });
        }
        if header.has(TcpFlags::RST) {
            let aborting = self.progress.aborting;
            let why = if aborting { ResetCause::Aborted } else { ResetCause::Unacceptable };
            self.ctx.emit(|| TraceEvent::TcpResetSent { local, remote, why });
        }
        segment::fill_checksum(&mut buffer[at..], local, remote);
        // A segment that cannot leave now is as good as lost: the retransmission timer sees to it.
        // The IP layer has told why.
        let options = SendOptions { checksummed: true, ..segment::towards(remote) };
        let _ = self.l3.send(self.ctx, buffer, options);
    }
}

impl<'w, 'c> Device for Wire<'w, 'c> {
    type RxToken<'a>
        = Incoming<'w>
    where
        Self: 'a;
    type TxToken<'a>
        = Outgoing<'a, 'w, 'c>
    where
        Self: 'a;

    fn receive(&mut self, _: SmolInstant) -> Option<(Incoming<'w>, Outgoing<'_, 'w, 'c>)> {
        let packet = self.incoming.take()?;
        Some((Incoming(packet), Outgoing(self)))
    }

    fn transmit(&mut self, _: SmolInstant) -> Option<Outgoing<'_, 'w, 'c>> {
        Some(Outgoing(self))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        capabilities(self.mtu)
    }
}

pub(super) struct Incoming<'w>(&'w [u8]);

impl RxToken for Incoming<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(self.0)
    }
}

pub(super) struct Outgoing<'a, 'w, 'c>(&'a mut Wire<'w, 'c>);

impl TxToken for Outgoing<'_, '_, '_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut buffer = self.0.ctx.buffer(HEADROOM + len);
        let result = f(&mut buffer[HEADROOM..]);
        self.0.send(buffer);
        result
    }
}

fn capabilities(mtu: u16) -> DeviceCapabilities {
    let mut capabilities = DeviceCapabilities::default();
    capabilities.medium = Medium::Ip;
    capabilities.max_transmission_unit = usize::from(mtu);
    capabilities.checksum = ChecksumCapabilities::ignored();
    capabilities
}

/// A device that only says what it can do: all that making an interface asks for.
struct Described(u16);

impl Device for Described {
    type RxToken<'a> = Incoming<'static>;
    type TxToken<'a> = Nowhere;

    fn receive(&mut self, _: SmolInstant) -> Option<(Incoming<'static>, Nowhere)> {
        None
    }

    fn transmit(&mut self, _: SmolInstant) -> Option<Nowhere> {
        None
    }

    fn capabilities(&self) -> DeviceCapabilities {
        capabilities(self.0)
    }
}

struct Nowhere;

impl TxToken for Nowhere {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        f(&mut vec![0; len])
    }
}

/// smoltcp interfaces, one for each MTU in use. A connection whose path takes less than before
/// moves to another one.
#[derive(Default)]
pub(super) struct Interfaces(Vec<(u16, Box<Interface>)>);

impl Interfaces {
    /// The interface for packets of `mtu` bytes, made at the first use. `seed` is drawn only then.
    pub(super) fn for_mtu(
        &mut self,
        mtu: u16,
        now: Instant,
        seed: impl FnOnce() -> u64,
    ) -> &mut Interface {
        let index = match self.0.iter().position(|(known, _)| *known == mtu) {
            Some(index) => index,
            None => {
                let mut config = Config::new(HardwareAddress::Ip);
                config.random_seed = seed();
                let mut interface = Interface::new(config, &mut Described(mtu), to_smol(now));
                // The IP layer has checked that packets are for us: any address is an own one.
                interface.set_any_ip(true);
                self.0.push((mtu, Box::new(interface)));
                self.0.len() - 1
            }
        };
        &mut self.0[index].1
    }
}
