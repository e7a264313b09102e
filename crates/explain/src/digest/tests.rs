use lanternet_core::trace::{
    DnsEvent, DnsLookupFailure, Protocol, RetransmitCause, SegmentDirection, TcpFlags, TcpState,
    Unreachable,
};
use lanternet_core::{DropReason, Frame, FrameId, Instant, LinkId, Place, PortId, PortRef, VlanId};

use super::*;
use crate::Catalogue;
use crate::examples::{A1, B3, ROUTER, SWITCH, ip, mac, records, segment, socket, topology};
use crate::locale::Locale;

/// Feeds a digest with events at given milliseconds.
struct Run(Digest);

impl Run {
    fn new() -> Self {
        Self(Digest::default())
    }

    fn at(&mut self, millis: u64, place: Place, event: TraceEvent) -> &mut Self {
        let at = Instant::from_millis(millis);
        let frame = Some(FrameId::new(A1, 1));
        self.0.observe(&topology(), &Record { at, place, frame, event });
        self
    }

    /// One change of state of a1's connection to b3, at either of them.
    fn tcp(&mut self, millis: u64, node: NodeId, from: TcpState, to: TcpState) -> &mut Self {
        let ends = Self::ends(node);
        let event = TraceEvent::TcpStateChanged {
            local: ends.0,
            remote: ends.1,
            from,
            to,
            segment: Some(segment(SegmentDirection::Received, TcpFlags::ACK, 0)),
        };
        self.at(millis, Place::Node(node), event)
    }

    fn delivered(&mut self, millis: u64, node: NodeId, len: u32) -> &mut Self {
        let (local, remote) = Self::ends(node);
        self.at(millis, Place::Node(node), TraceEvent::TcpDelivered { local, remote, len })
    }

    fn ends(node: NodeId) -> (SocketAddr, SocketAddr) {
        let (a, b) = (socket("192.168.10.1:49152"), socket("192.168.20.3:9090"));
        if node == A1 { (a, b) } else { (b, a) }
    }

    fn handshake(&mut self) -> &mut Self {
        use TcpState::*;
        self.tcp(1000, A1, Closed, SynSent)
            .tcp(1004, B3, Listen, SynReceived)
            .tcp(1008, A1, SynSent, Established)
            .tcp(1012, B3, SynReceived, Established)
    }

    fn text(&self, locale: Locale) -> String {
        self.0.tally().render(&Catalogue::new(locale), &topology())
    }
}

#[test]
fn a_connection_is_told_with_its_handshake_bytes_and_close() {
    use TcpState::*;
    let mut run = Run::new();
    run.handshake().delivered(1016, B3, 5).delivered(1020, A1, 6);
    run.tcp(1030, A1, Established, FinWait1)
        .tcp(1034, B3, Established, CloseWait)
        .tcp(1034, B3, CloseWait, LastAck)
        .tcp(1038, A1, FinWait1, TimeWait)
        .tcp(1042, B3, LastAck, Closed);
    let text = run.text(Locale::En);
    let line = "  TCP     a1 192.168.10.1:49152 → b3 192.168.20.3:9090  handshake 8ms, → 5 B, ← 6 B, \
                closed by a1 in 12ms\n";
    assert!(text.contains(line), "{text}");
    // The end of TIME-WAIT changes nothing.
    run.tcp(61_038, A1, TimeWait, Closed);
    assert_eq!(run.text(Locale::En), text);
}

#[test]
fn a_connection_that_was_closed_on_one_side_only_says_by_whom() {
    use TcpState::*;
    let mut run = Run::new();
    run.handshake();
    assert!(run.text(Locale::En).contains(", open\n"), "{}", run.text(Locale::En));
    run.tcp(1030, B3, Established, FinWait1).tcp(1034, A1, Established, CloseWait);
    assert!(run.text(Locale::En).contains("closed by b3 only"), "{}", run.text(Locale::En));
}

#[test]
fn a_refused_connection_is_no_open_one() {
    use TcpState::*;
    let mut run = Run::new();
    run.tcp(1000, A1, Closed, SynSent);
    assert!(run.text(Locale::En).contains("handshake not done"));
    let (local, remote) = Run::ends(A1);
    let segment = Some(segment(SegmentDirection::Received, TcpFlags::RST | TcpFlags::ACK, 0));
    let refused = TraceEvent::TcpStateChanged { local, remote, from: SynSent, to: Closed, segment };
    run.at(1008, Place::Node(A1), refused);
    let text = run.text(Locale::En);
    assert!(text.contains("refused\n") && !text.contains(" B,"), "{text}");
}

#[test]
fn a_connection_that_nobody_answered_says_so_and_counts_what_was_sent_again() {
    use TcpState::*;
    let mut run = Run::new();
    run.tcp(1000, A1, Closed, SynSent);
    let (local, remote) = Run::ends(A1);
    let segment = segment(SegmentDirection::Sent, TcpFlags::SYN, 0);
    let why = RetransmitCause::Timeout;
    for seconds in [2, 4] {
        let again = TraceEvent::TcpRetransmitted { local, remote, segment, why };
        run.at(seconds * 1000, Place::Node(A1), again);
    }
    let given_up =
        TraceEvent::TcpStateChanged { local, remote, from: SynSent, to: Closed, segment: None };
    run.at(8000, Place::Node(A1), given_up);
    let text = run.text(Locale::En);
    assert!(text.contains("no answer, 2 retransmissions\n"), "{text}");
}

#[test]
fn a_reset_names_the_end_that_sent_it() {
    use TcpState::*;
    let mut run = Run::new();
    run.handshake();
    let (local, remote) = Run::ends(B3);
    let segment = Some(segment(SegmentDirection::Sent, TcpFlags::RST, 0));
    let reset =
        TraceEvent::TcpStateChanged { local, remote, from: Established, to: Closed, segment };
    run.at(1020, Place::Node(B3), reset);
    assert!(run.text(Locale::En).contains("reset by b3\n"), "{}", run.text(Locale::En));
}

#[test]
fn a_port_that_is_used_again_is_another_connection() {
    use TcpState::*;
    let mut run = Run::new();
    run.handshake();
    run.tcp(1030, A1, Established, FinWait1)
        .tcp(1034, B3, Established, CloseWait)
        .tcp(1034, B3, CloseWait, LastAck)
        .tcp(1038, A1, FinWait1, TimeWait)
        .tcp(1042, B3, LastAck, Closed);
    run.handshake();
    let text = run.text(Locale::En);
    assert_eq!(text.matches("handshake 8ms").count(), 2, "{text}");
    assert!(text.contains("closed by a1 in 12ms\n") && text.contains("open\n"), "{text}");
}

#[test]
fn drops_are_counted_by_reason_the_most_frequent_first_and_say_where() {
    let mut run = Run::new();
    let link = Place::Link { link: LinkId(0), from: PortRef::new(A1, PortId(0)) };
    let lost = || TraceEvent::Dropped { port: None, reason: DropReason::Lost { chance: 50_000 } };
    let other =
        || TraceEvent::Dropped { port: None, reason: DropReason::NotOurMac { mac: mac(1) } };
    run.at(1, link, lost());
    for node in [B3, ROUTER, B3] {
        run.at(2, Place::Node(node), other());
    }
    let text = run.text(Locale::En);
    let expected = "  dropped  3 × for another station (flooded): r1, b3\n           1 × lost on \
                    the link by chance: a1\n";
    assert!(text.ends_with(expected), "{text}");
    assert_eq!(run.0.tally().drops(), 4);
}

#[test]
fn a_quiet_network_has_a_short_digest() {
    assert_eq!(Run::new().text(Locale::En), "  frames  0 sent, 0 bytes\n");
}

#[test]
fn many_rows_are_cut_and_the_rest_is_counted() {
    let mut run = Run::new();
    for port in 0..25 {
        let remote = SocketAddr::new(ip("192.168.10.1"), 50_000 + port);
        let event =
            TraceEvent::DatagramDelivered { local: socket("192.168.20.3:9090"), remote, len: 10 };
        run.at(1, Place::Node(B3), event);
    }
    let text = run.text(Locale::En);
    assert_eq!(text.matches("1 datagram delivered").count(), 20, "{text}");
    assert!(text.contains("… and 5 more\n"), "{text}");
}

#[test]
fn questions_for_names_are_counted_by_who_asks_whom() {
    let mut run = Run::new();
    let server = socket("192.168.20.3:53");
    for port in 0..3 {
        let client = SocketAddr::new(ip("192.168.10.1"), 50_000 + port);
        let asked = TraceEvent::DatagramDelivered { local: server, remote: client, len: 40 };
        run.at(1, Place::Node(B3), asked);
        if port > 0 {
            let told = TraceEvent::DatagramDelivered { local: client, remote: server, len: 60 };
            run.at(2, Place::Node(A1), told);
        }
    }
    let (name, servers) = ("www.example".into(), [server.ip()].into());
    let why = DnsLookupFailure::NoServerAnswered;
    let failed = DnsEvent::LookupFailed { name, why, servers };
    run.at(3, Place::Node(A1), TraceEvent::Dns(failed));
    let text = run.text(Locale::En);
    let expected = "  DNS     a1 192.168.10.1 → b3 192.168.20.3  3 questions, 2 answers\n          \
                    1 look-up failed\n";
    assert!(text.ends_with(expected), "{text}");
}

/// A run with something of everything.
fn rich() -> Run {
    use TcpState::*;
    let mut run = Run::new();
    let frame = Frame::new(FrameId::new(A1, 1), None, vec![0; 60]);
    for _ in 0..42 {
        let event = TraceEvent::FrameSent { port: PortId(0), frame: frame.clone() };
        run.at(1, Place::Node(A1), event);
    }
    for why in [FloodCause::Broadcast, FloodCause::Broadcast, FloodCause::UnknownUnicast] {
        let event = TraceEvent::SwitchFlooded {
            vlan: VlanId::DEFAULT,
            mac: mac(1),
            why,
            ports: [PortId(1)].into(),
        };
        run.at(2, Place::Node(SWITCH), event);
    }
    run.handshake().delivered(1016, B3, 5).delivered(1020, A1, 6);
    run.tcp(1030, A1, Established, FinWait1)
        .tcp(1034, B3, Established, CloseWait)
        .tcp(1034, B3, CloseWait, LastAck)
        .tcp(1038, A1, FinWait1, TimeWait)
        .tcp(1042, B3, LastAck, Closed);
    let (interface, address) = (PortId(0), ip("192.168.10.254"));
    run.at(
        1000,
        Place::Node(A1),
        TraceEvent::NeighborAsked { interface, address, attempt: 1, unicast: None },
    );
    run.at(
        1000,
        Place::Node(ROUTER),
        TraceEvent::ArpAnswered { interface, asker: ip("192.168.10.1"), address, mac: mac(9) },
    );
    run.at(
        1000,
        Place::Node(A1),
        TraceEvent::NeighborUnresolved { interface, address, attempts: 3, dropped: 1 },
    );
    run.at(
        1001,
        Place::Node(ROUTER),
        TraceEvent::IcmpSent {
            to: ip("192.168.10.1"),
            message: IcmpMessage::Unreachable(Unreachable::Network),
        },
    );
    for message in
        [IcmpMessage::EchoRequest { ident: 1, seq: 1 }, IcmpMessage::EchoReply { ident: 1, seq: 1 }]
    {
        let from = ip("192.168.10.1");
        run.at(1002, Place::Node(B3), TraceEvent::IcmpReceived { from, message });
    }
    for reason in [
        DropReason::Lost { chance: 50_000 },
        DropReason::NotOurMac { mac: mac(2) },
        DropReason::NoListener { protocol: Protocol::Udp, local: socket("192.168.20.3:53") },
    ] {
        run.at(1003, Place::Node(B3), TraceEvent::Dropped { port: None, reason });
    }
    let (local, remote) = (socket("192.168.20.3:9999"), socket("192.168.10.1:50000"));
    run.at(1004, Place::Node(B3), TraceEvent::DatagramDelivered { local, remote, len: 100 });
    run
}

#[test]
fn the_digest_is_the_one_that_was_read_and_found_good() {
    for locale in Locale::ALL {
        crate::snapshot::assert_snapshot(&format!("digest.{locale}.txt"), &rich().text(*locale));
    }
}

#[test]
fn every_reason_can_be_digested_in_both_languages() {
    let mut digest = Digest::default();
    for record in records() {
        digest.observe(&topology(), &record);
    }
    for locale in Locale::ALL {
        let text = digest.tally().render(&Catalogue::new(*locale), &topology());
        assert!(!text.contains('{') && !text.contains("digest-"), "{text}");
        assert!(!text.contains("drops-"), "{text}");
    }
}
