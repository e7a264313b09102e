//! ICMPv6 (RFC 4443) with what it carries: errors with the packet that they quote, neighbour
//! discovery (in `nd`), multicast listener discovery (RFC 2710, RFC 3810).

use super::icmp::Body;
use super::reader::{Filling, Frame, Kind, Spec, Upper};
use super::{FieldName, LayerProtocol, Layers, nd};

const HEADER: [Spec; 3] = [
    (FieldName::Icmpv6Type, 0, 8, Kind::Number),
    (FieldName::Icmpv6Code, 8, 8, Kind::Number),
    (FieldName::Icmpv6Checksum, 16, 16, Kind::Hex),
];

/// What a query of MLDv2 has behind the group.
const QUERY_V2: [Spec; 4] = [
    (FieldName::MldSuppress, 196, 1, Kind::Flag),
    (FieldName::MldRobustness, 197, 3, Kind::Number),
    (FieldName::MldQueryInterval, 200, 8, Kind::Number),
    (FieldName::MldSourceCount, 208, 16, Kind::Number),
];

pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>, upper: &Upper) {
    let mut layer = frame.layer(LayerProtocol::Icmpv6, 8, upper.quoted);
    layer.cut = upper.cut();
    layer.read(&HEADER);
    let sum = upper.pseudo_header(frame.rest().len()).map(|sum| sum.with(frame.rest()));
    layer.judge(FieldName::Icmpv6Checksum, sum);
    let (len, body) = rest(&mut layer);
    let end = len.min(frame.rest().len());
    layer.layer.range.end = layer.layer.range.start + end;
    layers.layers.push(layer.done());
    if let Some(packet) = nd::redirected(frame.rest()).filter(|_| !upper.quoted) {
        layers.packet(frame.first(packet.end).skip(packet.start), true);
    }
    body.dissect(layers, frame.skip(end), upper.quoted);
}

/// The fields behind the checksum. Returns where they end and what follows.
fn rest(layer: &mut Filling<'_>) -> (usize, Body) {
    match layer.number(FieldName::Icmpv6Type) {
        Some(1 | 3) => (8, Body::Quoted),
        Some(2) => {
            layer.field(FieldName::Icmpv6Mtu, 32, 32, Kind::Number);
            (8, Body::Quoted)
        }
        Some(4) => {
            layer.field(FieldName::Icmpv6Pointer, 32, 32, Kind::Number);
            (8, Body::Quoted)
        }
        Some(128 | 129) => {
            layer.field(FieldName::Icmpv6Ident, 32, 16, Kind::Hex);
            layer.field(FieldName::Icmpv6Seq, 48, 16, Kind::Number);
            (8, Body::Data)
        }
        Some(130) if layer.frame.rest().len() >= 28 => {
            layer.field(FieldName::MldMaxResponse, 32, 16, Kind::Number);
            layer.field(FieldName::MldGroup, 64, 128, Kind::Ip);
            layer.read(&QUERY_V2);
            let count = layer.number(FieldName::MldSourceCount).unwrap_or(0);
            (sources(layer, FieldName::MldSource, 28, count), Body::Data)
        }
        Some(130..=132) => {
            layer.needs(24);
            layer.field(FieldName::MldMaxDelay, 32, 16, Kind::Number);
            layer.field(FieldName::MldGroup, 64, 128, Kind::Ip);
            (24, Body::Data)
        }
        Some(kind @ 133..=137) => (nd::dissect(layer, kind), Body::Data),
        Some(143) => (records(layer), Body::Data),
        _ => (8, Body::Data),
    }
}

/// Returns where they end.
fn sources(layer: &mut Filling<'_>, name: FieldName, at: usize, count: usize) -> usize {
    let end = at + count * 16;
    layer.needs(end);
    for source in (at..end.min(layer.frame.rest().len())).step_by(16) {
        layer.field(name, source * 8, 128, Kind::Ip);
    }
    end
}

/// The records of a report of MLDv2 (RFC 3810 section 5.2). Returns where they end.
fn records(layer: &mut Filling<'_>) -> usize {
    layer.field(FieldName::MldRecordCount, 48, 16, Kind::Number);
    let mut at = 8;
    for _ in 0..layer.number(FieldName::MldRecordCount).unwrap_or(0) {
        if !layer.needs(at + 20) {
            break;
        }
        let header = layer.frame.rest();
        let words = usize::from(header[at + 1]);
        let count = usize::from(u16::from_be_bytes([header[at + 2], header[at + 3]]));
        layer.field(FieldName::MldRecordType, at * 8, 8, Kind::Number);
        layer.field(FieldName::MldAuxLen, at * 8 + 8, 8, Kind::Number);
        layer.field(FieldName::MldRecordSources, at * 8 + 16, 16, Kind::Number);
        layer.field(FieldName::MldRecordGroup, at * 8 + 32, 128, Kind::Ip);
        at = sources(layer, FieldName::MldRecordSource, at + 20, count) + words * 4;
        layer.needs(at);
    }
    at
}
