//! ICMP (RFC 792), with the packet that an error quotes.

use super::reader::{Filling, Frame, Kind, Spec, Upper};
use super::{FieldName, LayerProtocol, Layers};
use crate::wire::checksum::Sum;

const HEADER: [Spec; 3] = [
    (FieldName::IcmpType, 0, 8, Kind::Number),
    (FieldName::IcmpCode, 8, 8, Kind::Number),
    (FieldName::IcmpChecksum, 16, 16, Kind::Hex),
];

/// What follows the header.
pub(super) enum Body {
    /// Something of the sender's.
    Data,
    /// The packet that the error is about.
    Quoted,
}

impl Body {
    pub(super) fn dissect(self, layers: &mut Layers, frame: Frame<'_>, quoted: bool) {
        match self {
            // An error never quotes an error, so what a quoted one would quote stays data.
            Self::Quoted if !quoted && !frame.rest().is_empty() => {
                layers.packet(frame, true);
            }
            Self::Quoted | Self::Data => layers.data(frame, quoted),
        }
    }
}

pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>, upper: &Upper) {
    let mut layer = frame.layer(LayerProtocol::Icmp, 8, upper.quoted);
    layer.read(&HEADER);
    let sum = upper.whole.then(|| Sum::new().with(frame.rest()));
    layer.judge(FieldName::IcmpChecksum, sum);
    let body = rest(&mut layer);
    layers.layers.push(layer.done());
    body.dissect(layers, frame.skip(8), upper.quoted);
}

fn rest(layer: &mut Filling<'_>) -> Body {
    let code = layer.number(FieldName::IcmpCode);
    match layer.number(FieldName::IcmpType) {
        Some(0 | 8) => {
            layer.field(FieldName::IcmpIdent, 32, 16, Kind::Hex);
            layer.field(FieldName::IcmpSeq, 48, 16, Kind::Number);
            return Body::Data;
        }
        Some(3) if code == Some(4) => layer.field(FieldName::IcmpMtu, 48, 16, Kind::Number),
        Some(5) => layer.field(FieldName::IcmpGateway, 32, 32, Kind::Ip),
        Some(12) => layer.field(FieldName::IcmpPointer, 32, 8, Kind::Number),
        Some(3 | 4 | 11) => {}
        _ => return Body::Data,
    }
    Body::Quoted
}
