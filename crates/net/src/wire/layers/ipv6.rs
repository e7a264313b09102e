//! IPv6 (RFC 8200): the basic header and the headers between it and the protocol above.

use std::net::IpAddr;

use super::reader::{Filling, Frame, Kind, Spec, Upper};
use super::{FieldName, LayerProtocol, Layers, Problem};

const LEN: usize = 40;

const HEADER: [Spec; 9] = [
    (FieldName::Ipv6Version, 0, 4, Kind::Number),
    (FieldName::Ipv6Dscp, 4, 6, Kind::Number),
    (FieldName::Ipv6Ecn, 10, 2, Kind::Number),
    (FieldName::Ipv6Flow, 12, 20, Kind::Hex),
    (FieldName::Ipv6PayloadLen, 32, 16, Kind::Number),
    (FieldName::Ipv6NextHeader, 48, 8, Kind::Number),
    (FieldName::Ipv6HopLimit, 56, 8, Kind::Number),
    (FieldName::Ipv6Src, 64, 128, Kind::Ip),
    (FieldName::Ipv6Dst, 192, 128, Kind::Ip),
];

const HOP_BY_HOP: [Spec; 2] =
    [(FieldName::Ipv6HopNext, 0, 8, Kind::Number), (FieldName::Ipv6HopLen, 8, 8, Kind::Number)];

const DESTINATION: [Spec; 2] =
    [(FieldName::Ipv6DestNext, 0, 8, Kind::Number), (FieldName::Ipv6DestLen, 8, 8, Kind::Number)];

const ROUTING: [Spec; 4] = [
    (FieldName::Ipv6RoutingNext, 0, 8, Kind::Number),
    (FieldName::Ipv6RoutingLen, 8, 8, Kind::Number),
    (FieldName::Ipv6RoutingType, 16, 8, Kind::Number),
    (FieldName::Ipv6SegmentsLeft, 24, 8, Kind::Number),
];

const FRAGMENT: [Spec; 4] = [
    (FieldName::Ipv6FragmentNext, 0, 8, Kind::Number),
    (FieldName::Ipv6FragmentOffset, 16, 13, Kind::Times(8)),
    (FieldName::Ipv6FragmentMore, 31, 1, Kind::Flag),
    (FieldName::Ipv6FragmentId, 32, 32, Kind::Hex),
];

/// Returns how many bytes the packet takes.
pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>, quoted: bool) -> usize {
    let all = frame.rest().len();
    let mut layer = frame.layer(LayerProtocol::Ipv6, LEN, quoted);
    layer.read(&HEADER);
    let len = layer.number(FieldName::Ipv6PayloadLen).unwrap_or(0);
    if LEN + len > all && all >= LEN && !quoted {
        let field = FieldName::Ipv6PayloadLen;
        layer.problem(Problem::TooLong { field, says: len, found: all - LEN });
    }
    let upper = Upper {
        source: layer.layer.address(FieldName::Ipv6Src),
        destination: layer.layer.address(FieldName::Ipv6Dst),
        protocol: layer.number(FieldName::Ipv6NextHeader).unwrap_or(59) as u8,
        whole: LEN + len <= all && !quoted,
        quoted,
    };
    layers.layers.push(layer.done());
    extensions(layers, frame.first(LEN + len).skip(LEN), upper);
    (LEN + len).min(all)
}

/// The headers that may come before the protocol above, and then that.
fn extensions(layers: &mut Layers, mut frame: Frame<'_>, mut upper: Upper) {
    while !frame.rest().is_empty() {
        let fragment = upper.protocol == 44;
        // The second byte counts eights beyond the first; a fragment header has none such.
        let units = frame.rest().get(1).map_or(0, |units| usize::from(*units));
        let len = if fragment { 8 } else { (units + 1) * 8 };
        let (protocol, header): (_, &[Spec]) = match upper.protocol {
            0 => (LayerProtocol::Ipv6HopByHop, &HOP_BY_HOP),
            43 => (LayerProtocol::Ipv6Routing, &ROUTING),
            44 => (LayerProtocol::Ipv6Fragment, &FRAGMENT),
            60 => (LayerProtocol::Ipv6Destination, &DESTINATION),
            _ => break,
        };
        let mut layer = frame.layer(protocol, len, upper.quoted);
        layer.read(header);
        match upper.protocol {
            0 | 60 => options(&mut layer, len),
            43 => {
                if let Some(last) = stations(&mut layer, len) {
                    upper.destination = Some(last);
                }
            }
            _ => {}
        }
        let later = layer.number(FieldName::Ipv6FragmentOffset).is_some_and(|offset| offset > 0);
        let more = layer.number(FieldName::Ipv6FragmentMore) == Some(1);
        let next = header.first().and_then(|(name, ..)| layer.number(*name));
        upper.whole &= !later && !more;
        layers.layers.push(layer.done());
        let short = frame.rest().len() < len;
        frame = frame.skip(len);
        match next {
            Some(next) if !later && !short => upper.protocol = next as u8,
            _ => return layers.data(frame, upper.quoted),
        }
    }
    if !frame.rest().is_empty() {
        layers.upper(frame, &upper);
    }
}

/// Options of either kind (RFC 8200 section 4.2).
fn options(layer: &mut Filling<'_>, end: usize) {
    let header = layer.frame.rest();
    let end = end.min(header.len());
    let mut at = 2;
    while at < end {
        let kind = header[at];
        layer.field(FieldName::Ipv6OptionType, at * 8, 8, Kind::Hex);
        if kind == 0 {
            at += 1;
            continue;
        }
        let len = if at + 1 < end { usize::from(header[at + 1]) } else { end };
        layer.field(FieldName::Ipv6OptionLen, at * 8 + 8, 8, Kind::Number);
        let data = at + 2;
        if data + len > end {
            if !layer.cut {
                let field = FieldName::Ipv6OptionLen;
                let expected = "what is left of the header, at most";
                layer.problem(Problem::BadValue { field, found: len as u64, expected });
            }
            return;
        }
        match kind {
            1 => layer.bytes(FieldName::Ipv6OptionPadN, data, len),
            5 if len == 2 => {
                layer.field(FieldName::Ipv6OptionRouterAlert, data * 8, 16, Kind::Number);
            }
            _ => layer.bytes(FieldName::Ipv6OptionData, data, len),
        }
        at = data + len;
    }
}

/// The stations of a routing header of type 0 (RFC 2460 section 4.4). Returns the last one when it
/// is still to come: checksums are made for that (RFC 8200 section 8.1).
fn stations(layer: &mut Filling<'_>, end: usize) -> Option<IpAddr> {
    if layer.number(FieldName::Ipv6RoutingType) != Some(0) {
        return None;
    }
    for at in (8..end.saturating_sub(15)).step_by(16) {
        layer.field(FieldName::Ipv6RoutingAddress, at * 8, 128, Kind::Ip);
    }
    let to_come = layer.number(FieldName::Ipv6SegmentsLeft).is_some_and(|left| left > 0);
    let stations = layer.layer.fields.iter().rev();
    let mut stations = stations.filter(|field| field.name == FieldName::Ipv6RoutingAddress);
    match stations.next().map(|last| &last.value) {
        Some(super::FieldValue::Ip(last)) if to_come => Some(*last),
        _ => None,
    }
}
