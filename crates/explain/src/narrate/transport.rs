//! Sentences about TCP. The states are those of RFC 9293 section 3.3.2, the numbered steps those of
//! the textbooks' three-way handshake and four-way close.

use std::fmt;
use std::net::SocketAddr;

use lanternet_core::trace::{
    Protocol, ResetCause, RetransmitCause, SegmentDirection, TcpFlags, TcpSegment, TcpState,
};

use super::scene::Scene;
use crate::args;

pub(super) fn state_changed(
    scene: &Scene<'_>,
    [local, remote]: [SocketAddr; 2],
    from: TcpState,
    to: TcpState,
    segment: Option<&TcpSegment>,
) -> String {
    let step = step(from, to, segment).map(|id| scene.phrase(id));
    let cause = match (segment, to) {
        (Some(segment), _) => Some(segment_moved(scene, segment)),
        (None, TcpState::SynSent) => Some(scene.phrase("tcp-program-opens")),
        (None, TcpState::FinWait1 | TcpState::LastAck) => Some(scene.phrase("tcp-program-closes")),
        (None, _) => None,
    };
    let what = match (cause, step) {
        (Some(segment), Some(step)) => scene.say("tcp-with-step", &args!(segment, step)),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => scene.phrase("tcp-step-gone"),
    };
    scene.say("tcp-state-changed", &args!(local, remote, from, to, what))
}

/// `SYN, ACK received (seq 3000, ack 1001)`.
fn segment_moved(scene: &Scene<'_>, segment: &TcpSegment) -> String {
    let (flags, numbers) = (segment.flags, Numbers(segment));
    match segment.direction {
        SegmentDirection::Sent => scene.say("tcp-segment-sent", &args!(flags, numbers)),
        SegmentDirection::Received => scene.say("tcp-segment-received", &args!(flags, numbers)),
    }
}

/// Which step of the handshake or of the close this is; `None` where the segment says it all.
fn step(from: TcpState, to: TcpState, segment: Option<&TcpSegment>) -> Option<&'static str> {
    use TcpState::*;
    let has = |bits| segment.is_some_and(|segment| segment.flags.has(bits));
    let received = segment.is_some_and(|segment| segment.direction == SegmentDirection::Received);
    let acks = has(TcpFlags::ACK);
    if has(TcpFlags::RST) {
        return Some(match (from, received) {
            (SynSent, true) => "tcp-step-refused",
            (_, true) => "tcp-step-reset",
            (_, false) => "tcp-step-reset-by-us",
        });
    }
    Some(match (from, to) {
        (_, Listen) => "tcp-step-listen",
        (_, SynSent) => "tcp-step-handshake-1",
        (SynSent, SynReceived) => "tcp-step-simultaneous-open",
        (_, SynReceived) if acks => "tcp-step-handshake-2",
        (_, SynReceived) => "tcp-step-handshake-1",
        (SynSent, Established) => "tcp-step-handshake-2-and-3",
        (_, Established) => "tcp-step-handshake-3",
        (_, FinWait1) => "tcp-step-close-1",
        (_, CloseWait) => "tcp-step-close-1-peer",
        (_, FinWait2) => "tcp-step-close-2",
        (_, LastAck) => "tcp-step-close-3",
        (_, Closing) => "tcp-step-simultaneous-close",
        (FinWait1, TimeWait) => "tcp-step-close-2-and-3",
        (Closing, TimeWait) => "tcp-step-simultaneous-close-done",
        (_, TimeWait) => "tcp-step-close-3-peer",
        (TimeWait, Closed) if has(TcpFlags::SYN) => "tcp-step-reused",
        (TimeWait, Closed) => "tcp-step-time-wait-over",
        (LastAck, Closed) if acks => "tcp-step-close-4",
        (Listen, Closed) => "tcp-step-closed-by-program",
        (SynSent | SynReceived, Closed) if segment.is_none() => "tcp-step-given-up",
        (_, Closed) if segment.is_none() => "tcp-step-gone",
        (_, Closed) => return None,
    })
}

/// The numbers of a segment as people quote them: `seq 3000, ack 1001, 5 bytes` without what is not
/// there.
pub(super) struct Numbers<'a>(pub(super) &'a TcpSegment);

impl fmt::Display for Numbers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TcpSegment { flags, seq, ack, len, .. } = self.0;
        write!(f, "seq {seq}")?;
        if flags.has(TcpFlags::ACK) {
            write!(f, ", ack {ack}")?;
        }
        if *len > 0 {
            write!(f, ", len {len}")?;
        }
        Ok(())
    }
}

pub(super) fn listening(
    scene: &Scene<'_>,
    protocol: Protocol,
    local: SocketAddr,
    backlog: Option<u32>,
) -> String {
    match (protocol, backlog) {
        (Protocol::Tcp, Some(backlog)) => scene.say("listening-tcp", &args!(local, backlog)),
        (Protocol::Tcp, None) => scene.say("listening-tcp-plain", &args!(local)),
        (Protocol::Udp, _) => scene.say("listening-udp", &args!(local)),
        (other, _) => scene.say("listening-other", &args!(protocol = protocol_name(other), local)),
    }
}

pub(super) fn retransmit_cause(scene: &Scene<'_>, why: RetransmitCause) -> String {
    scene.phrase(match why {
        RetransmitCause::Timeout => "retransmit-timeout",
        RetransmitCause::DuplicateAcks => "retransmit-duplicate-acks",
    })
}

pub(super) fn reset_cause(scene: &Scene<'_>, local: SocketAddr, why: ResetCause) -> String {
    match why {
        ResetCause::NoListener => scene.say("reset-no-listener", &args!(port = local.port())),
        ResetCause::Aborted => scene.phrase("reset-aborted"),
        ResetCause::Unacceptable => scene.phrase("reset-unacceptable"),
        ResetCause::Rejected => scene.phrase("reset-rejected"),
    }
}

/// The abbreviation, the same in every language.
pub(super) fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Ip => "IP",
        Protocol::Icmp => "ICMP",
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
        Protocol::Arp => "ARP",
        Protocol::Dhcp => "DHCP",
        Protocol::Stp => "STP",
        Protocol::Igmp => "IGMP",
        Protocol::Mld => "MLD",
    }
}
