//! Neighbour discovery for IPv6 (RFC 4861), with the options of RFC 4191 and RFC 8106.

use std::ops::Range;

use super::reader::{Filling, Kind, Spec};
use super::{FieldName, Problem, name};

const ADVERTISEMENT: [Spec; 9] = [
    (FieldName::RaHopLimit, 32, 8, Kind::Number),
    (FieldName::RaManaged, 40, 1, Kind::Flag),
    (FieldName::RaOther, 41, 1, Kind::Flag),
    (FieldName::RaHomeAgent, 42, 1, Kind::Flag),
    (FieldName::RaPreference, 43, 2, Kind::Number),
    (FieldName::RaProxy, 45, 1, Kind::Flag),
    (FieldName::RaLifetime, 48, 16, Kind::Number),
    (FieldName::RaReachable, 64, 32, Kind::Number),
    (FieldName::RaRetransmit, 96, 32, Kind::Number),
];

const NEIGHBOR_ADVERTISEMENT: [Spec; 4] = [
    (FieldName::Icmpv6Router, 32, 1, Kind::Flag),
    (FieldName::Icmpv6Solicited, 33, 1, Kind::Flag),
    (FieldName::Icmpv6Override, 34, 1, Kind::Flag),
    (FieldName::Icmpv6AdvertTarget, 64, 128, Kind::Ip),
];

/// The prefix information option (RFC 4861 section 4.6.2), from its start.
const PREFIX: [Spec; 7] = [
    (FieldName::NdPrefixLen, 16, 8, Kind::Number),
    (FieldName::NdPrefixOnLink, 24, 1, Kind::Flag),
    (FieldName::NdPrefixAutonomous, 25, 1, Kind::Flag),
    (FieldName::NdPrefixRouter, 26, 1, Kind::Flag),
    (FieldName::NdPrefixValid, 32, 32, Kind::Number),
    (FieldName::NdPrefixPreferred, 64, 32, Kind::Number),
    (FieldName::NdPrefix, 128, 128, Kind::Ip),
];

/// Reads the message behind its checksum. Returns where it ends.
pub(super) fn dissect(layer: &mut Filling<'_>, kind: usize) -> usize {
    let (len, fields): (_, &[Spec]) = match kind {
        133 => (8, &[]),
        134 => (16, &ADVERTISEMENT),
        135 => (24, &[(FieldName::Icmpv6SolicitTarget, 64, 128, Kind::Ip)]),
        136 => (24, &NEIGHBOR_ADVERTISEMENT),
        _ => (
            40,
            &[
                (FieldName::RedirectTarget, 64, 128, Kind::Ip),
                (FieldName::RedirectDestination, 192, 128, Kind::Ip),
            ],
        ),
    };
    layer.read(fields);
    let mut at = len;
    if layer.needs(len) {
        while let Some(next) = option(layer, at) {
            at = next;
        }
    }
    at
}

/// The beginning of the packet that a redirect is about (RFC 4861 section 4.6.3), in the bytes of the
/// message.
pub(super) fn redirected(message: &[u8]) -> Option<Range<usize>> {
    if message.first() != Some(&137) {
        return None;
    }
    let mut at = 40;
    loop {
        let (kind, units) = (*message.get(at)?, *message.get(at + 1)?);
        let end = at + usize::from(units) * 8;
        if units == 0 || end > message.len() {
            return None;
        }
        if kind == 4 {
            return Some(at + 8..end);
        }
        at = end;
    }
}

/// Reads an option. Returns where it ends; `None` at the end of the message and after an option that
/// is wrong.
fn option(layer: &mut Filling<'_>, at: usize) -> Option<usize> {
    let message = layer.frame.rest();
    let kind = *message.get(at)?;
    if !layer.needs(at + 2) {
        return None;
    }
    layer.field(FieldName::NdOptionType, at * 8, 8, Kind::Number);
    layer.field(FieldName::NdOptionLen, at * 8 + 8, 8, Kind::Number);
    let len = usize::from(*message.get(at + 1)?) * 8;
    if len == 0 {
        let (field, expected) = (FieldName::NdOptionLen, "at least 1: eight bytes");
        layer.problem(Problem::BadValue { field, found: 0, expected });
        return None;
    }
    let end = at + len;
    if !layer.needs(end) {
        return None;
    }
    let bit = at * 8;
    match (kind, len) {
        (1 | 2, 8) => layer.field(FieldName::Icmpv6LinkAddress, bit + 16, 48, Kind::Mac),
        (3, 32) => {
            for (name, start, bits, kind) in PREFIX {
                layer.field(name, bit + start, bits, kind);
            }
        }
        (5, 8) => layer.field(FieldName::NdMtu, bit + 32, 32, Kind::Number),
        // RFC 4191 section 2.3: the prefix may be left out or cut to eight bytes.
        (24, 8 | 16 | 24) => {
            layer.field(FieldName::NdPrefixLen, bit + 16, 8, Kind::Number);
            layer.field(FieldName::NdRoutePreference, bit + 27, 2, Kind::Number);
            layer.field(FieldName::NdRouteLifetime, bit + 32, 32, Kind::Number);
            if len == 24 {
                layer.field(FieldName::NdPrefix, bit + 64, 128, Kind::Ip);
            }
        }
        (25, _) => {
            layer.field(FieldName::NdRdnssLifetime, bit + 32, 32, Kind::Number);
            for server in (at + 8..end.saturating_sub(15)).step_by(16) {
                layer.field(FieldName::NdRdnss, server * 8, 128, Kind::Ip);
            }
        }
        (31, _) => {
            layer.field(FieldName::NdDnsslLifetime, bit + 32, 32, Kind::Number);
            search_list(layer, at + 8, end);
        }
        _ => {}
    }
    Some(end)
}

/// Names one behind the other, filled up with zeros (RFC 8106 section 5.2).
fn search_list(layer: &mut Filling<'_>, mut at: usize, end: usize) {
    let list = &layer.frame.rest()[..end];
    while list.get(at).is_some_and(|first| *first != 0) {
        let Some((domain, len)) = name::read_plain(list, at) else {
            let found = u64::from(list[at]);
            let (field, expected) = (FieldName::NdDnssl, "names without pointers that end");
            layer.problem(Problem::BadValue { field, found, expected });
            return;
        };
        layer.text(FieldName::NdDnssl, at, len, domain);
        at += len;
    }
}
