//! Every variant of the facts that events hold.

use lanternet_core::MacAddr;
use lanternet_core::trace::{
    FloodCause, HeaderProblem, IcmpMessage, IcmpSilence, LearnedFrom, NameSource, NeighborState,
    ResetCause, RetransmitCause, Route, RouteKind, SegmentDirection, TcpFlags, TcpSegment,
    TcpState, Unreachable, Unsent,
};

use super::{ip, mac, route, segment};

pub(super) fn icmp_messages() -> Vec<IcmpMessage> {
    use IcmpMessage as M;
    let mut all = examples! { IcmpMessage:
        M::EchoRequest { .. } => [M::EchoRequest { ident: 1, seq: 2 }],
        M::EchoReply { .. } => [M::EchoReply { ident: 1, seq: 2 }],
        M::Unreachable(_) => [M::Unreachable(Unreachable::Network)],
        M::TtlExceeded => [M::TtlExceeded],
        M::ReassemblyTimeExceeded => [M::ReassemblyTimeExceeded],
        M::Redirect { .. } => [M::Redirect { gateway: ip("192.168.10.253") }],
        M::ParameterProblem { .. } => [M::ParameterProblem { pointer: 20 }],
        M::HeaderProblem { .. } => [
            M::HeaderProblem { problem: HeaderProblem::Field, pointer: 4 },
            M::HeaderProblem { problem: HeaderProblem::NextHeader, pointer: 6 },
            M::HeaderProblem { problem: HeaderProblem::Option, pointer: 42 },
            M::HeaderProblem { problem: HeaderProblem::FirstFragment, pointer: 0 },
            M::HeaderProblem { problem: HeaderProblem::Other { code: 10 }, pointer: 40 },
        ],
        M::Other { .. } => [M::Other { kind: 13, code: 0 }],
    };
    use Unreachable as U;
    let unreachable = examples! { Unreachable:
        U::Network => [U::Network],
        U::Host => [U::Host],
        U::Protocol => [U::Protocol],
        U::Port => [U::Port],
        U::FragmentationNeeded { .. } => [
            U::FragmentationNeeded { mtu: 1400 },
            U::FragmentationNeeded { mtu: 0 },
        ],
        U::Prohibited => [U::Prohibited],
        U::BeyondScope => [U::BeyondScope],
        U::Other { .. } => [U::Other { code: 9 }],
    };
    all.extend(unreachable.into_iter().skip(1).map(M::Unreachable));
    all
}

/// TCP's ways through its states, with the segment that leads from one to the other.
pub(super) fn tcp_changes() -> Vec<(TcpState, TcpState, Option<TcpSegment>)> {
    use SegmentDirection::{Received, Sent};
    use TcpState::*;
    const SYN: u8 = TcpFlags::SYN;
    const ACK: u8 = TcpFlags::ACK;
    const FIN: u8 = TcpFlags::FIN;
    const RST: u8 = TcpFlags::RST;
    let with = |direction, flags| Some(segment(direction, flags, 0));
    vec![
        (Closed, Listen, None),
        (Closed, SynSent, with(Sent, SYN)),
        (Closed, SynSent, None),
        (Listen, SynReceived, with(Received, SYN)),
        (Closed, SynReceived, with(Sent, SYN | ACK)),
        (SynSent, SynReceived, with(Received, SYN)),
        (SynSent, Established, with(Received, SYN | ACK)),
        (SynReceived, Established, with(Received, ACK)),
        (Established, FinWait1, with(Sent, FIN | ACK)),
        (Established, FinWait1, None),
        (Established, CloseWait, with(Received, FIN | ACK)),
        (FinWait1, FinWait2, with(Received, ACK)),
        (FinWait1, Closing, with(Received, FIN | ACK)),
        (FinWait1, TimeWait, with(Received, FIN | ACK)),
        (CloseWait, LastAck, with(Sent, FIN | ACK)),
        (CloseWait, LastAck, None),
        (FinWait2, TimeWait, with(Received, FIN | ACK)),
        (Closing, TimeWait, with(Received, ACK)),
        (LastAck, Closed, with(Received, ACK)),
        (TimeWait, Closed, None),
        (TimeWait, Closed, with(Received, SYN)),
        (Listen, Closed, None),
        (SynSent, Closed, with(Received, RST | ACK)),
        (SynSent, Closed, None),
        (Established, Closed, with(Received, RST)),
        (Established, Closed, with(Sent, RST | ACK)),
        (Established, Closed, None),
        (FinWait2, Closed, with(Received, ACK)),
    ]
}

pub(super) fn states() -> Vec<NeighborState> {
    use NeighborState as N;
    examples! { NeighborState:
        N::Incomplete => [N::Incomplete],
        N::Reachable => [N::Reachable],
        N::Stale => [N::Stale],
        N::Delay => [N::Delay],
        N::Probe => [N::Probe],
        N::Failed => [N::Failed],
        N::Permanent => [N::Permanent],
    }
}

pub(super) fn silences() -> Vec<IcmpSilence> {
    use IcmpSilence as S;
    examples! { IcmpSilence:
        S::AboutIcmpError => [S::AboutIcmpError],
        S::AboutGroup => [S::AboutGroup],
        S::AboutLinkBroadcast => [S::AboutLinkBroadcast],
        S::AboutLaterFragment => [S::AboutLaterFragment],
        S::SourceNotUnicast => [S::SourceNotUnicast],
        S::RateLimited => [S::RateLimited],
        S::NoRouteBack => [S::NoRouteBack],
    }
}

pub(super) fn unsent() -> Vec<Unsent> {
    use Unsent as U;
    examples! { Unsent:
        U::NetworkUnreachable => [U::NetworkUnreachable],
        U::HostUnreachable => [U::HostUnreachable],
        U::MessageTooLong => [U::MessageTooLong],
        U::BroadcastForbidden => [U::BroadcastForbidden],
        U::AddressNotAvailable => [U::AddressNotAvailable],
        U::NetworkDown => [U::NetworkDown],
        U::NoBuffers => [U::NoBuffers],
        U::Prohibited => [U::Prohibited],
    }
}

pub(super) fn reset_causes() -> Vec<ResetCause> {
    use ResetCause as C;
    examples! { ResetCause:
        C::NoListener => [C::NoListener],
        C::Aborted => [C::Aborted],
        C::Unacceptable => [C::Unacceptable],
        C::Rejected => [C::Rejected],
    }
}

pub(super) fn retransmit_causes() -> Vec<RetransmitCause> {
    use RetransmitCause as C;
    examples! { RetransmitCause:
        C::Timeout => [C::Timeout],
        C::DuplicateAcks => [C::DuplicateAcks],
    }
}

pub(super) fn learned_from() -> Vec<LearnedFrom> {
    use LearnedFrom as L;
    examples! { LearnedFrom:
        L::Reply => [L::Reply],
        L::Request => [L::Request],
        L::Announcement => [L::Announcement],
        L::Router => [L::Router],
    }
}

pub(super) fn routes() -> Vec<Route> {
    let kinds = examples! { RouteKind:
        RouteKind::Local => [RouteKind::Local],
        RouteKind::Connected => [RouteKind::Connected],
        RouteKind::Static => [RouteKind::Static],
        RouteKind::Dhcp => [RouteKind::Dhcp],
        RouteKind::RouterAdvertisement => [RouteKind::RouterAdvertisement],
        RouteKind::Redirect => [RouteKind::Redirect],
    };
    kinds
        .into_iter()
        .map(|kind| match kind {
            RouteKind::Local => route("127.0.0.0/8", None, kind),
            RouteKind::Connected => route("192.168.10.0/24", None, kind),
            RouteKind::Static => route("192.168.0.0/16", Some("192.168.10.253"), kind),
            RouteKind::Dhcp => route("0.0.0.0/0", Some("192.168.10.254"), kind),
            RouteKind::RouterAdvertisement => route("::/0", Some("fe80::1"), kind),
            RouteKind::Redirect => route("192.168.20.3/32", Some("192.168.10.253"), kind),
        })
        .collect()
}

pub(super) fn floods() -> Vec<(FloodCause, MacAddr)> {
    use FloodCause as F;
    let causes = examples! { FloodCause:
        F::UnknownUnicast => [F::UnknownUnicast],
        F::Broadcast => [F::Broadcast],
        F::Multicast => [F::Multicast],
        F::BridgeGroup => [F::BridgeGroup],
        F::GroupMembers => [F::GroupMembers],
        F::RouterPorts => [F::RouterPorts],
    };
    let mac_for = |cause| match cause {
        F::UnknownUnicast => mac(2),
        F::Broadcast => MacAddr::BROADCAST,
        F::Multicast | F::GroupMembers | F::RouterPorts => MacAddr([1, 0, 0x5e, 0, 0, 0xfb]),
        F::BridgeGroup => MacAddr([1, 0x80, 0xc2, 0, 0, 0]),
    };
    causes.into_iter().map(|cause| (cause, mac_for(cause))).collect()
}

pub(super) fn names() -> Vec<(NameSource, &'static str)> {
    use NameSource as S;
    let sources = examples! { NameSource:
        S::Literal => [S::Literal],
        S::Hosts => [S::Hosts],
        S::Lab => [S::Lab],
        S::Cache => [S::Cache],
        S::Dns => [S::Dns],
    };
    let name_for = |source| match source {
        S::Literal => "192.168.20.3",
        S::Hosts => "mail.example",
        S::Lab => "b3",
        S::Cache | S::Dns => "www.taobao.example",
    };
    sources.into_iter().map(|source| (source, name_for(source))).collect()
}
