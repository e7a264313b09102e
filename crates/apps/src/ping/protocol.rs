//! What ping remembers and prints; no I/O.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::IpAddr;

use lanternet_core::{Duration, Instant};

use crate::icmp::{IcmpKind, IcmpMessage};
use crate::sockets::Family;

/// Bytes of an ICMP echo header (RFC 792).
const ICMP_HEADER: usize = 8;
/// Bytes of an IPv4 header without options (RFC 791).
const IPV4_HEADER: usize = 20;

/// One run of ping: what was sent, what came back.
#[derive(Debug)]
pub(super) struct Session {
    host: String,
    destination: IpAddr,
    started: Instant,
    /// When the requests left, and whether a reply came; at most one entry per sequence number.
    sent: BTreeMap<u16, Sent>,
    transmitted: u64,
    received: u64,
    duplicates: u64,
    errors: u64,
    /// Most requests on the way at once, by the sequence numbers that came back.
    pipe: u64,
    times: Times,
}

#[derive(Debug)]
struct Sent {
    at: Instant,
    answered: bool,
}

/// Round-trip times in microseconds, as iputils sums them.
#[derive(Debug, Default)]
struct Times {
    shortest: u64,
    longest: u64,
    sum: u64,
    sum_of_squares: u128,
    number: u64,
}

impl Session {
    pub(super) fn new(host: &str, destination: IpAddr, started: Instant) -> Self {
        Self {
            host: host.to_owned(),
            destination,
            started,
            sent: BTreeMap::new(),
            transmitted: 0,
            received: 0,
            duplicates: 0,
            errors: 0,
            pipe: 0,
            times: Times::default(),
        }
    }

    /// The first line.
    pub(super) fn headline(&self, size: usize) -> String {
        let Self { host, destination, .. } = self;
        match destination {
            IpAddr::V4(_) => {
                let total = size + ICMP_HEADER + IPV4_HEADER;
                format!("PING {host} ({destination}) {size}({total}) bytes of data.")
            }
            IpAddr::V6(_) => format!("PING {host}({destination}) {size} data bytes"),
        }
    }

    /// How many requests have left.
    pub(super) const fn transmitted(&self) -> u64 {
        self.transmitted
    }

    /// How many requests have had an answer, good or bad.
    pub(super) const fn answered(&self) -> u64 {
        self.received + self.errors
    }

    pub(super) const fn any_reply(&self) -> bool {
        self.received > 0
    }

    /// How long to wait after the last request: twice the longest round trip, but at least an
    /// interval; `timeout` while there was no reply (`__schedule_exit` in iputils).
    pub(super) fn linger(&self, interval: Duration, timeout: Duration) -> Duration {
        match self.times.number {
            0 => timeout,
            _ => Duration::from_micros(2 * self.times.longest).max(interval),
        }
    }

    /// The sequence number of the request that leaves now. The first is 1.
    pub(super) fn send(&mut self, now: Instant) -> u16 {
        self.transmitted += 1;
        let sequence = (self.transmitted & 0xffff) as u16;
        self.sent.insert(sequence, Sent { at: now, answered: false });
        sequence
    }

    /// The request that was to leave could not.
    pub(super) const fn fail(&mut self) {
        self.errors += 1;
    }

    /// The line for what came back; `None` when it is about nothing that was sent.
    pub(super) fn receive(&mut self, message: &IcmpMessage, now: Instant) -> Option<String> {
        let sequence = message.about.sequence;
        let sent = self.sent.get_mut(&sequence)?;
        let behind = (self.transmitted as u16).wrapping_sub(sequence);
        // As in iputils: the other half of the numbers is ahead of us, not behind.
        if behind < 0x8000 {
            self.pipe = self.pipe.max(u64::from(behind) + 1);
        }
        let from = message.from;
        match &message.kind {
            IcmpKind::EchoReply { payload } => {
                let micros = (now - sent.at).nanos() / 1000;
                self.times.add(micros);
                let length = payload.len() + ICMP_HEADER;
                let mut line = format!("{length} bytes from {from}: icmp_seq={sequence}");
                if let Some(ttl) = message.ttl {
                    let _ = write!(line, " ttl={ttl}");
                }
                let _ = write!(line, " time={} ms", reply_time(micros));
                if sent.answered {
                    self.duplicates += 1;
                    line.push_str(" (DUP!)");
                } else {
                    sent.answered = true;
                    self.received += 1;
                }
                Some(line)
            }
            IcmpKind::Error(error) => {
                self.errors += 1;
                let words = error.words(Family::of(self.destination));
                Some(format!("From {from} icmp_seq={sequence} {words}"))
            }
        }
    }

    /// The last lines, ready to print.
    pub(super) fn statistics(&self, now: Instant) -> String {
        let mut text = format!(
            "\n--- {} ping statistics ---\n{} packets transmitted, {} received",
            self.host, self.transmitted, self.received
        );
        // Writing to a String cannot fail.
        if self.duplicates > 0 {
            let _ = write!(text, ", +{} duplicates", self.duplicates);
        }
        if self.errors > 0 {
            let _ = write!(text, ", +{} errors", self.errors);
        }
        if self.transmitted > 0 {
            let lost = self.transmitted - self.received.min(self.transmitted);
            let loss = significant(lost as f64 * 100.0 / self.transmitted as f64);
            let _ = write!(text, ", {loss}% packet loss, time {}ms", (now - self.started).millis());
        }
        text.push('\n');
        let mut comma = "";
        if self.times.number > 0 {
            let [shortest, mean, longest, deviation] = self.times.summary().map(three_decimals);
            let _ =
                write!(text, "rtt min/avg/max/mdev = {shortest}/{mean}/{longest}/{deviation} ms");
            comma = ", ";
        }
        if self.pipe > 1 {
            let _ = write!(text, "{comma}pipe {}", self.pipe);
        }
        text.push('\n');
        text
    }
}

impl Times {
    fn add(&mut self, micros: u64) {
        self.shortest = if self.number == 0 { micros } else { self.shortest.min(micros) };
        self.longest = self.longest.max(micros);
        self.sum += micros;
        self.sum_of_squares += u128::from(micros) * u128::from(micros);
        self.number += 1;
    }

    /// Shortest, mean, longest, standard deviation; all zero when nothing was added.
    fn summary(&self) -> [u64; 4] {
        let number = self.number.max(1);
        let mean = self.sum / number;
        let variance = (self.sum_of_squares / u128::from(number))
            .saturating_sub(u128::from(mean) * u128::from(mean));
        let deviation = u64::try_from(variance.isqrt()).unwrap_or(u64::MAX);
        [self.shortest, mean, self.longest, deviation]
    }
}

/// Microseconds as milliseconds with all three decimals, for the summary.
fn three_decimals(micros: u64) -> String {
    format!("{}.{:03}", micros / 1000, micros % 1000)
}

/// Microseconds as milliseconds in a reply line: three digits, rounded, three decimals below one.
fn reply_time(micros: u64) -> String {
    match micros {
        99_950.. => format!("{}", (micros + 500) / 1000),
        9_995.. => format!("{}.{}", (micros + 50) / 1000, (micros + 50) % 1000 / 100),
        1_000.. => format!("{}.{:02}", (micros + 5) / 1000, (micros + 5) % 1000 / 10),
        _ => three_decimals(micros),
    }
}

/// C's `%g` for 0 to 100: six significant digits, no zeros at the end.
fn significant(number: f64) -> String {
    let decimals = match number {
        100.0.. => 3,
        10.0.. => 4,
        1.0.. => 5,
        0.1.. => 6,
        0.01.. => 7,
        _ => 8,
    };
    let text = format!("{number:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::icmp::{EchoAbout, IcmpError, Unreachable};

    const B3: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 20, 3));
    const R1: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 10, 254));

    fn message(from: IpAddr, sequence: u16, kind: IcmpKind) -> IcmpMessage {
        let about = EchoAbout { destination: B3, sequence };
        IcmpMessage { from, ttl: Some(63), kind, about }
    }

    fn reply(sequence: u16) -> IcmpMessage {
        message(B3, sequence, IcmpKind::EchoReply { payload: vec![0; 56] })
    }

    fn micros(micros: u64) -> Instant {
        Instant::ZERO + Duration::from_micros(micros)
    }

    /// The expected text is what ping of iputils 20221126 printed between network namespaces.
    #[test]
    fn three_replies_print_as_iputils_printed_them() {
        let mut session = Session::new("192.168.20.3", B3, Instant::ZERO);
        assert_eq!(session.headline(56), "PING 192.168.20.3 (192.168.20.3) 56(84) bytes of data.");
        let mut lines = Vec::new();
        for (at, rtt) in [(0, 1188), (200_000, 83), (402_000, 53)] {
            let sequence = session.send(micros(at));
            lines.extend(session.receive(&reply(sequence), micros(at + rtt)));
        }
        assert_eq!(
            lines,
            [
                "64 bytes from 192.168.20.3: icmp_seq=1 ttl=63 time=1.19 ms",
                "64 bytes from 192.168.20.3: icmp_seq=2 ttl=63 time=0.083 ms",
                "64 bytes from 192.168.20.3: icmp_seq=3 ttl=63 time=0.053 ms",
            ]
        );
        assert_eq!(
            session.statistics(micros(402_053)),
            "\n--- 192.168.20.3 ping statistics ---\n\
             3 packets transmitted, 3 received, 0% packet loss, time 402ms\n\
             rtt min/avg/max/mdev = 0.053/0.441/1.188/0.528 ms\n"
        );
    }

    #[test]
    fn three_errors_at_once_print_as_iputils_printed_them() {
        let mut session = Session::new("192.168.20.9", B3, Instant::ZERO);
        let sequences = [0, 1_000_000, 2_000_000].map(|at| session.send(micros(at)));
        let error = IcmpKind::Error(IcmpError::Unreachable(Unreachable::Host));
        let lines = sequences
            .map(|sequence| session.receive(&message(R1, sequence, error.clone()), micros(1)));
        assert_eq!(
            lines[0].as_deref(),
            Some("From 192.168.10.254 icmp_seq=1 Destination Host Unreachable")
        );
        assert_eq!(
            session.statistics(micros(2_054_000)),
            "\n--- 192.168.20.9 ping statistics ---\n\
             3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2054ms\n\
             pipe 3\n"
        );
    }

    #[test]
    fn errors_have_the_words_of_iputils() {
        let line = |error| {
            let mut session = Session::new("b3", B3, Instant::ZERO);
            let sequence = session.send(Instant::ZERO);
            session.receive(&message(R1, sequence, IcmpKind::Error(error)), Instant::ZERO)
        };
        for (kind, code, words) in [
            (11, 0, "Time to live exceeded"),
            (3, 0, "Destination Net Unreachable"),
            (3, 4, "Frag needed and DF set (mtu = 1400)"),
            (3, 13, "Packet filtered"),
        ] {
            assert_eq!(
                line(IcmpError::from_icmpv4(kind, code, 1400)),
                Some(format!("From 192.168.10.254 icmp_seq=1 {words}"))
            );
        }
    }

    #[test]
    fn a_second_reply_is_a_duplicate_and_no_gain() {
        let mut session = Session::new("b3", B3, Instant::ZERO);
        let sequence = session.send(Instant::ZERO);
        assert!(session.receive(&reply(sequence), micros(400)).is_some());
        let line = session.receive(&reply(sequence), micros(900)).unwrap();
        assert_eq!(line, "64 bytes from 192.168.20.3: icmp_seq=1 ttl=63 time=0.900 ms (DUP!)");
        let text = session.statistics(micros(900));
        assert!(text.contains("1 received, +1 duplicates, 0% packet loss"), "{text}");
        assert_eq!(session.receive(&reply(7), micros(950)), None, "never sent");
    }

    #[test]
    fn times_have_three_digits_and_loss_has_six() {
        for (micros, text) in [
            (53, "0.053"),
            (999, "0.999"),
            (1_188, "1.19"),
            (9_994, "9.99"),
            (9_995, "10.0"),
            (12_345, "12.3"),
            (99_949, "99.9"),
            (99_950, "100"),
            (1_234_567, "1235"),
        ] {
            assert_eq!(reply_time(micros), text);
        }
        for (number, text) in [
            (0.0, "0"),
            (100.0, "100"),
            (100.0 / 3.0, "33.3333"),
            (100.0 / 16.0, "6.25"),
            (0.1, "0.1"),
        ] {
            assert_eq!(significant(number), text);
        }
    }

    #[test]
    fn sequence_numbers_wrap_without_harm() {
        let mut session = Session::new("b3", B3, Instant::ZERO);
        let last = (0..65_537).map(|_| session.send(Instant::ZERO)).last();
        assert_eq!(last, Some(1));
        assert!(session.receive(&reply(1), micros(1)).is_some());
        assert_eq!(session.transmitted(), 65_537);
    }
}
