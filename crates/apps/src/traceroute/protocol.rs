//! What an answer to a probe means, and how a hop is printed; no I/O.

use std::fmt::Write;
use std::net::IpAddr;

use lanternet_core::Duration;

use crate::icmp::{IcmpError, Unreachable};
use crate::sockets::Family;

/// The answer to one probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) from: IpAddr,
    pub(super) time: Duration,
    pub(super) meaning: Meaning,
}

/// What it says about the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A router on the way; farther probes go farther.
    OnTheWay,
    /// The destination.
    Arrived,
    /// No probe gets farther, for the reason of this mark.
    Blocked(String),
}

impl Meaning {
    pub(super) fn of(error: IcmpError) -> Self {
        match (error, error.mark()) {
            (IcmpError::TimeExceeded, _) => Self::OnTheWay,
            (IcmpError::Unreachable(Unreachable::Port), _) => Self::Arrived,
            (_, mark) => Self::Blocked(mark.unwrap_or_default()),
        }
    }
}

/// The first line.
pub(super) fn headline(host: &str, destination: IpAddr, max_hops: u8, length: u16) -> String {
    format!("traceroute to {host} ({destination}), {max_hops} hops max, {length} byte packets")
}

/// One line: the TTL, then for each probe `*` or the time; the address where it changes.
pub(super) fn hop_line(ttl: u8, answers: &[Option<Answer>]) -> String {
    let mut line = format!("{ttl:2} ");
    let mut shown = None;
    for answer in answers {
        let Some(Answer { from, time, meaning }) = answer else {
            line.push_str(" *");
            continue;
        };
        // Writing to a String cannot fail.
        if shown != Some(from) {
            let _ = write!(line, " {from}");
            shown = Some(from);
        }
        let micros = time.nanos() / 1000;
        let _ = write!(line, "  {}.{:03} ms", micros / 1000, micros % 1000);
        if let Meaning::Blocked(mark) = meaning {
            let _ = write!(line, " {mark}");
        }
    }
    line
}

/// Length of a probe where none was asked for: 32 bytes of UDP payload, as in Debian's.
pub(super) const fn default_length(family: Family) -> u16 {
    match family {
        Family::V4 => 60,
        Family::V6 => 80,
    }
}

/// Bytes of payload in a probe of this length: what IP and UDP (or ICMP echo) headers leave.
pub(super) const fn payload_length(family: Family, length: u16) -> usize {
    let headers = match family {
        Family::V4 => 20 + 8,
        Family::V6 => 40 + 8,
    };
    length.saturating_sub(headers) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(micros: u64, error: IcmpError) -> Option<Answer> {
        Some(Answer {
            from: IpAddr::from([192, 168, 10, 254]),
            time: Duration::from_micros(micros),
            meaning: Meaning::of(error),
        })
    }

    /// The expected lines are what traceroute 2.1.2 printed between network namespaces.
    #[test]
    fn hops_print_as_debians_traceroute_printed_them() {
        let expired = IcmpError::TimeExceeded;
        let host = IcmpError::from_icmpv4(3, 1, 0);
        let net = IcmpError::from_icmpv4(3, 0, 0);
        let long = IcmpError::from_icmpv4(3, 4, 1400);
        for (ttl, answers, line) in [
            (
                1,
                [answer(25, expired), answer(3, expired), answer(4, expired)],
                " 1  192.168.10.254  0.025 ms  0.003 ms  0.004 ms",
            ),
            (1, [answer(16, expired), None, None], " 1  192.168.10.254  0.016 ms * *"),
            (
                2,
                [answer(3_062_307, host), answer(3_062_286, host), answer(3_062_043, host)],
                " 2  192.168.10.254  3062.307 ms !H  3062.286 ms !H  3062.043 ms !H",
            ),
            (
                6,
                [None, answer(56, net), answer(3, net)],
                " 6  * 192.168.10.254  0.056 ms !N  0.003 ms !N",
            ),
            (
                1,
                [answer(4, long), answer(2, long), answer(2, long)],
                " 1  192.168.10.254  0.004 ms !F-1400  0.002 ms !F-1400  0.002 ms !F-1400",
            ),
            (12, [None, None, None], "12  * * *"),
        ] {
            assert_eq!(hop_line(ttl, &answers), line);
        }
    }

    #[test]
    fn port_unreachable_is_the_end_of_the_way_and_a_filter_is_a_wall() {
        assert_eq!(Meaning::of(IcmpError::from_icmpv4(3, 3, 0)), Meaning::Arrived);
        assert_eq!(Meaning::of(IcmpError::from_icmpv6(1, 4, 0)), Meaning::Arrived);
        assert_eq!(Meaning::of(IcmpError::from_icmpv4(3, 13, 0)), Meaning::Blocked("!X".into()));
        assert_eq!(Meaning::of(IcmpError::from_icmpv4(3, 2, 0)), Meaning::Blocked("!P".into()));
    }
}
