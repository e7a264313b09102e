//! ICMP (RFC 792) and ICMPv6 (RFC 4443, RFC 4861), with the packet that an error quotes.

use super::reader::{Filling, Frame, Kind, Spec, Upper};
use super::{FieldName, LayerProtocol, Layers};
use crate::wire::checksum::Sum;

const HEADER: [Spec; 3] = [
    (FieldName::IcmpType, 0, 8, Kind::Number),
    (FieldName::IcmpCode, 8, 8, Kind::Number),
    (FieldName::IcmpChecksum, 16, 16, Kind::Hex),
];

const HEADER_V6: [Spec; 3] = [
    (FieldName::Icmpv6Type, 0, 8, Kind::Number),
    (FieldName::Icmpv6Code, 8, 8, Kind::Number),
    (FieldName::Icmpv6Checksum, 16, 16, Kind::Hex),
];

/// What follows the header.
enum Body {
    Data,
    Quoted,
    /// Neighbour discovery, whose options were read.
    Nothing,
}

pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>, upper: &Upper) {
    let v6 = upper.is_v6();
    let protocol = if v6 { LayerProtocol::Icmpv6 } else { LayerProtocol::Icmp };
    let kind = frame.rest().first().copied().unwrap_or(0);
    let neighbor = v6 && matches!(kind, 135 | 136);
    let mut layer = frame.layer(protocol, if neighbor { 24 } else { 8 }, upper.quoted);
    let body = if v6 {
        layer.read(&HEADER_V6);
        let sum = upper.pseudo_header(frame.rest().len()).map(|sum| sum.with(frame.rest()));
        layer.judge(FieldName::Icmpv6Checksum, sum);
        rest_v6(&mut layer, kind)
    } else {
        layer.read(&HEADER);
        let sum = upper.whole.then(|| Sum::new().with(frame.rest()));
        layer.judge(FieldName::IcmpChecksum, sum);
        rest_v4(&mut layer, kind)
    };
    layers.layers.push(layer.done());
    match body {
        // An error never quotes an error, so what a quoted one would quote stays data.
        Body::Quoted if !upper.quoted && frame.rest().len() > 8 => {
            layers.packet(frame.skip(8), true);
        }
        Body::Quoted | Body::Data => layers.data(frame.skip(8), upper.quoted),
        Body::Nothing => {}
    }
}

fn rest_v4(layer: &mut Filling<'_>, kind: u8) -> Body {
    let code = layer.number(FieldName::IcmpCode);
    match kind {
        0 | 8 => {
            layer.field(FieldName::IcmpIdent, 32, 16, Kind::Hex);
            layer.field(FieldName::IcmpSeq, 48, 16, Kind::Number);
            return Body::Data;
        }
        3 if code == Some(4) => layer.field(FieldName::IcmpMtu, 48, 16, Kind::Number),
        5 => layer.field(FieldName::IcmpGateway, 32, 32, Kind::Ip),
        12 => layer.field(FieldName::IcmpPointer, 32, 8, Kind::Number),
        3 | 4 | 11 => {}
        _ => return Body::Data,
    }
    Body::Quoted
}

fn rest_v6(layer: &mut Filling<'_>, kind: u8) -> Body {
    match kind {
        1 | 3 => Body::Quoted,
        2 => {
            layer.field(FieldName::Icmpv6Mtu, 32, 32, Kind::Number);
            Body::Quoted
        }
        4 => {
            layer.field(FieldName::Icmpv6Pointer, 32, 32, Kind::Number);
            Body::Quoted
        }
        128 | 129 => {
            layer.field(FieldName::Icmpv6Ident, 32, 16, Kind::Hex);
            layer.field(FieldName::Icmpv6Seq, 48, 16, Kind::Number);
            Body::Data
        }
        135 => {
            layer.field(FieldName::Icmpv6SolicitTarget, 64, 128, Kind::Ip);
            link_address(layer);
            Body::Nothing
        }
        136 => {
            layer.field(FieldName::Icmpv6Router, 32, 1, Kind::Flag);
            layer.field(FieldName::Icmpv6Solicited, 33, 1, Kind::Flag);
            layer.field(FieldName::Icmpv6Override, 34, 1, Kind::Flag);
            layer.field(FieldName::Icmpv6AdvertTarget, 64, 128, Kind::Ip);
            link_address(layer);
            Body::Nothing
        }
        _ => Body::Data,
    }
}

/// The option with a hardware address (RFC 4861 section 4.6.1), if there is one.
fn link_address(layer: &mut Filling<'_>) {
    let message = layer.frame.rest();
    let mut at = 24;
    while let Some(&[kind, units]) = message.get(at..).and_then(<[u8]>::first_chunk) {
        let len = usize::from(units) * 8;
        if len == 0 || at + len > message.len() {
            return;
        }
        if matches!(kind, 1 | 2) {
            layer.field(FieldName::Icmpv6LinkAddress, (at + 2) * 8, 48, Kind::Mac);
        }
        at += len;
        layer.layer.range.end = layer.layer.range.start + at;
    }
}
