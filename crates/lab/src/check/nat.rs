//! Address translation and rules that do not do what they seem to.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::segments::Segments;
use crate::diagnostic::{Code, Diagnostic};
use crate::lab::{Lab, Nat, Node, Rule, Station};
use crate::span::Span;

/// Two forwards of one port, and rules behind one that leaves nothing for them.
pub(super) fn second_never_counts(lab: &Lab, out: &mut Vec<Diagnostic>) {
    for (_, node, station) in lab.stations() {
        if let Some(nat) = &station.nat {
            duplicate_forwards(node, nat, out);
        }
        let Some(firewall) = &station.firewall else { continue };
        for (index, rule) in firewall.rules.iter().enumerate() {
            let earlier = firewall.rules[..index].iter().zip(1..).find(|(e, _)| covers(e, rule));
            let Some((earlier, number)) = earlier else { continue };
            out.push(
                Diagnostic::new(
                    Code::RuleNeverMatches,
                    format!(
                        "firewall rule {} of `{}` (`{}`) never matches",
                        index + 1,
                        node.name,
                        rule.text()
                    ),
                    rule.span,
                    "nothing is left for it",
                )
                .and(earlier.span, format!("rule {number} takes all that it is about"))
                .help("the first rule that matches decides: put the narrower rule first"),
            );
        }
    }
}

fn duplicate_forwards(node: &Node, nat: &Nat, out: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<(u8, u16), Span> = BTreeMap::new();
    for forward in &nat.forwards {
        let key = (forward.protocol, forward.port.value);
        if let Some(earlier) = first.get(&key) {
            out.push(
                Diagnostic::new(
                    Code::DuplicateForward,
                    format!("`{}` forwards port {} twice", node.name, forward.port),
                    forward.port.span,
                    "this one never counts",
                )
                .and(*earlier, "this one counts")
                .help("an outside port leads to one inside host: give the other an outside port of its own"),
            );
        } else {
            first.insert(key, forward.port.span);
        }
    }
}

/// Whether the first rule is about everything that the second is about.
fn covers(first: &Rule, second: &Rule) -> bool {
    fn within<T>(wide: &[T], narrow: &[T], covers: impl Fn(&T, &T) -> bool) -> bool {
        wide.is_empty()
            || !narrow.is_empty()
                && narrow.iter().all(|narrow| wide.iter().any(|wide| covers(wide, narrow)))
    }
    (first.path.is_none() || first.path == second.path)
        && within(&first.in_by, &second.in_by, |a, b| a == b)
        && within(&first.out_by, &second.out_by, |a, b| a == b)
        && (first.protocol.is_none() || first.protocol == second.protocol)
        && within(&first.from, &second.from, |a, b| a.contains(b))
        && within(&first.to, &second.to, |a, b| a.contains(b))
        && within(&first.from_ports, &second.from_ports, |a, b| {
            a.start() <= b.start() && a.end() >= b.end()
        })
        && within(&first.ports, &second.ports, |a, b| a.start() <= b.start() && a.end() >= b.end())
}

/// Forwards that lead nowhere.
pub(super) fn targets(lab: &Lab, _: &Segments, out: &mut Vec<Diagnostic>) {
    let owned = |address: Ipv4Addr| {
        lab.stations().any(|(_, _, station)| station.addresses().any(|own| own.addr() == address))
    };
    for (_, node, station) in lab.stations() {
        let Some(nat) = &station.nat else { continue };
        let forwards = nat.forwards.iter().map(|forward| (forward.to.address, forward.to.span));
        let pairs =
            nat.one_to_one.iter().map(|pair| (IpAddr::V4(pair.inside.value), pair.inside.span));
        for (to, span) in forwards.chain(pairs) {
            let IpAddr::V4(address) = to else { continue };
            if is_outside(station, nat, to) {
                out.push(
                    Diagnostic::new(
                        Code::ForwardNotInside,
                        format!("`{}` forwards to `{address}`, which is not inside", node.name),
                        span,
                        format!("in a network of the outside interface `{}`", nat.outside),
                    )
                    .help("a forward leads to the address of an inside host"),
                );
            } else if !owned(address) && !has_dynamic(lab) {
                out.push(
                    Diagnostic::new(
                        Code::ForwardUnowned,
                        format!("`{}` forwards to `{address}`, which nobody has", node.name),
                        span,
                        "no node has this address",
                    )
                    .help("a forward leads to the address of an inside host"),
                );
            }
        }
    }
}

/// Whether an address is on the outside interface's segment and none of the station's own.
fn is_outside(station: &Station, nat: &Nat, address: IpAddr) -> bool {
    let outside = station.interfaces.iter().find(|own| own.name.value == nat.outside.value);
    outside.is_some_and(|own| own.addresses.iter().any(|net| net.contains(&address)))
}

/// Whether some station gets its address while the lab runs, so that nobody knows it before.
fn has_dynamic(lab: &Lab) -> bool {
    lab.stations().any(|(_, _, station)| {
        !station.interfaces.is_empty() && station.addresses().next().is_none()
    })
}
