//! Which address is the source, and which destination is tried first (RFC 6724).
//!
//! Of the source rules (section 5) these are applied: 1 same address, 2 scope, 3 not deprecated,
//! 5 outgoing interface, 6 label, 8 longest common prefix. Rules 4 (home addresses) and 7 (temporary
//! addresses) have nothing to decide here; rule 5.5 (the prefix that the next hop advertised) is
//! optional and left out, as in Linux. Candidates are the addresses of all interfaces, as in Linux;
//! for groups and link-local destinations those of the interface that the packet leaves by.
//!
//! Of the destination rules (section 6): 1 unreachable last, 2 scope, 3 not deprecated, 5 label,
//! 6 precedence, 8 smaller scope, 9 longest common prefix (within IPv6 only, as in glibc), 10 the
//! order of the list. The policy table is the default one (section 2.1).

use std::cmp::Reverse;
use std::net::{IpAddr, Ipv6Addr};

use lanternet_core::trace::SourceRule;

/// The default policy table (section 2.1): prefix, its length, precedence, label.
const POLICY: [(Ipv6Addr, u32, u8, u8); 9] = [
    (Ipv6Addr::LOCALHOST, 128, 50, 0),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, 35, 4),
    (Ipv6Addr::UNSPECIFIED, 96, 1, 3),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, 5, 5),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, 30, 2),
    (Ipv6Addr::new(0x3ffe, 0, 0, 0, 0, 0, 0, 0), 16, 1, 12),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, 1, 11),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, 3, 13),
    (Ipv6Addr::UNSPECIFIED, 0, 40, 1),
];

/// An address that a packet could come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) address: Ipv6Addr,
    pub(super) prefix_len: u8,
    pub(super) deprecated: bool,
    /// It is an address of the interface that the packet leaves by.
    pub(super) outgoing: bool,
}

/// The choice: the index of the candidate, and what decided against the next best.
pub(super) fn source(
    destination: Ipv6Addr,
    candidates: &[Candidate],
) -> Option<(usize, SourceRule)> {
    let better = |best: &usize, other: &usize| -> bool {
        rule_between(destination, &candidates[*best], &candidates[*other]).0
    };
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    let mut best = *order.first()?;
    for other in &order {
        if better(&best, other) {
            best = *other;
        }
    }
    order.retain(|index| *index != best);
    let mut second = order.first().copied();
    for other in &order {
        if second.is_some_and(|second| better(&second, other)) {
            second = Some(*other);
        }
    }
    let rule = second.map_or(SourceRule::First, |second| {
        rule_between(destination, &candidates[best], &candidates[second]).1
    });
    Some((best, rule))
}

/// Whether `b` is better than `a`, and by which rule.
fn rule_between(destination: Ipv6Addr, a: &Candidate, b: &Candidate) -> (bool, SourceRule) {
    let wanted = scope(destination.into());
    let [scope_a, scope_b] = [a, b].map(|candidate| scope(candidate.address.into()));
    let by = |better: bool, worse: bool, rule| (better != worse).then_some((better, rule));
    by(b.address == destination, a.address == destination, SourceRule::SameAddress)
        .or_else(|| {
            (scope_a != scope_b).then(|| {
                let b_better = if scope_a < scope_b { scope_a < wanted } else { scope_b >= wanted };
                (b_better, SourceRule::Scope)
            })
        })
        .or_else(|| by(!b.deprecated, !a.deprecated, SourceRule::NotDeprecated))
        .or_else(|| by(b.outgoing, a.outgoing, SourceRule::OutgoingInterface))
        .or_else(|| {
            let wanted = policy(destination.into()).1;
            let [a, b] = [a, b].map(|candidate| policy(candidate.address.into()).1 == wanted);
            by(b, a, SourceRule::Label)
        })
        .or_else(|| {
            let [a, b] = [a, b].map(|candidate| {
                common_prefix(candidate.address, destination).min(candidate.prefix_len.into())
            });
            (a != b).then_some((b > a, SourceRule::LongestPrefix))
        })
        .unwrap_or((false, SourceRule::First))
}

/// A destination with the source that it would be reached from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) destination: IpAddr,
    /// `None`: unreachable.
    pub(super) source: Option<(IpAddr, bool)>,
}

/// The key by which destinations are sorted: the least goes first.
pub(super) fn rank(way: &Way) -> impl Ord + use<> {
    let destination = way.destination;
    let source = way.source.map(|(source, _)| source);
    let (precedence, label) = policy(destination);
    let prefix = match (destination, source) {
        (IpAddr::V6(to), Some(IpAddr::V6(from))) => common_prefix(from, to).min(64),
        _ => 0,
    };
    (
        source.is_none(),
        source.is_none_or(|source| scope(source) != scope(destination)),
        way.source.is_some_and(|(_, deprecated)| deprecated),
        source.is_none_or(|source| policy(source).1 != label),
        Reverse(precedence),
        scope(destination),
        // Rule 9 compares addresses of one family; families differ in precedence before it.
        Reverse(prefix),
    )
}

/// How far an address reaches (section 3.1 and 3.2): 2 its segment, 5 its site, 14 everywhere.
fn scope(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(address) if address.is_loopback() || address.is_link_local() => 2,
        IpAddr::V4(_) => 14,
        IpAddr::V6(address) if address.is_multicast() => super::address::group_scope(address),
        IpAddr::V6(address) if address.is_loopback() || address.is_unicast_link_local() => 2,
        IpAddr::V6(address) if address.segments()[0] & 0xffc0 == 0xfec0 => 5,
        IpAddr::V6(_) => 14,
    }
}

/// Precedence and label: those of the longest matching row.
fn policy(address: IpAddr) -> (u8, u8) {
    let address = match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    let matches = |row: &&(Ipv6Addr, u32, u8, u8)| common_prefix(row.0, address) >= row.1;
    // The rows are in the order of their lengths, and the last one matches all.
    POLICY.iter().find(matches).map_or((40, 1), |row| (row.2, row.3))
}

fn common_prefix(a: Ipv6Addr, b: Ipv6Addr) -> u32 {
    (a.to_bits() ^ b.to_bits()).leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Ipv6Addr {
        text.parse().unwrap()
    }

    /// The examples of RFC 6724 section 10.1: destination, candidates, choice.
    #[test]
    fn the_source_is_chosen_as_in_the_examples_of_rfc_6724_section_10_1() {
        use SourceRule::{LongestPrefix, SameAddress, Scope};
        let cases: [(&str, &[&str], &str, SourceRule); 7] = [
            ("2001:db8:1::1", &["2001:db8:3::1", "fe80::1"], "2001:db8:3::1", Scope),
            ("ff05::1", &["2001:db8:3::1", "fe80::1"], "2001:db8:3::1", Scope),
            ("2001:db8:1::1", &["2001:db8:1::1", "2001:db8:2::1"], "2001:db8:1::1", SameAddress),
            ("fe80::1", &["fe80::2", "2001:db8:1::1"], "fe80::2", Scope),
            ("2001:db8:1::1", &["2001:db8:1::2", "2001:db8:3::2"], "2001:db8:1::2", LongestPrefix),
            (
                "2002:c633:6401::1",
                &["2002:c633:6401::d5e3:7953:13eb:22e8", "2001:db8:1::2"],
                "2002:c633:6401::d5e3:7953:13eb:22e8",
                SourceRule::Label,
            ),
            (
                "2001:db8:3::1",
                &["2001:db8:1::2", "2002:c633:6401::1"],
                "2001:db8:1::2",
                SourceRule::Label,
            ),
        ];
        for (destination, candidates, expected, rule) in cases {
            for reversed in [false, true] {
                let mut all: Vec<Candidate> = candidates
                    .iter()
                    .map(|text| Candidate {
                        address: ip(text),
                        prefix_len: 64,
                        deprecated: false,
                        outgoing: true,
                    })
                    .collect();
                if reversed {
                    all.reverse();
                }
                let (index, by) = source(ip(destination), &all).unwrap();
                assert_eq!((all[index].address, by), (ip(expected), rule), "to {destination}");
            }
        }
    }

    /// The examples of RFC 6724 section 10.2: destinations with their sources, in the order wanted.
    #[test]
    fn destinations_are_ordered_as_in_the_examples_of_rfc_6724_section_10_2() {
        let cases: [[(&str, Option<&str>); 2]; 8] = [
            [("2001:db8:1::1", Some("2001:db8:1::2")), ("198.51.100.121", Some("169.254.13.78"))],
            [("198.51.100.121", Some("198.51.100.117")), ("2001:db8:1::1", Some("fe80::1"))],
            [("2001:db8:1::1", Some("2001:db8:1::2")), ("10.1.2.3", Some("10.1.2.4"))],
            [("fe80::1", Some("fe80::2")), ("2001:db8:1::1", Some("2001:db8:1::2"))],
            [
                ("2001:db8:1::1", Some("2001:db8:1::2")),
                ("2001:db8:3ffe::1", Some("2001:db8:3f44::2")),
            ],
            [("2002:c633:6401::1", Some("2002:c633:6401::2")), ("2001:db8:1::1", Some("fe80::1"))],
            [
                ("2001:db8:1::1", Some("2001:db8:1::2")),
                ("2002:c633:6401::1", Some("2002:c633:6401::2")),
            ],
            [("10.1.2.3", Some("10.1.2.4")), ("2001:db8:1::1", None)],
        ];
        for case in cases {
            let way = |(to, from): (&str, Option<&str>)| Way {
                destination: to.parse().unwrap(),
                source: from.map(|from| (from.parse().unwrap(), false)),
            };
            assert!(rank(&way(case[0])) < rank(&way(case[1])), "{case:?}");
        }
    }
}
