//! IGMP of versions 1 (RFC 1112), 2 (RFC 2236) and 3 (RFC 3376).

use super::reader::{Filling, Frame, Kind, Spec, Upper};
use super::{FieldName, LayerProtocol, Layers};
use crate::wire::checksum::Sum;

const HEADER: [Spec; 1] = [(FieldName::IgmpType, 0, 8, Kind::Hex)];

const CHECKSUM: Spec = (FieldName::IgmpChecksum, 16, 16, Kind::Hex);

/// What a query of version 3 has behind the group.
const QUERY_V3: [Spec; 4] = [
    (FieldName::IgmpSuppress, 68, 1, Kind::Flag),
    (FieldName::IgmpRobustness, 69, 3, Kind::Number),
    (FieldName::IgmpQueryInterval, 72, 8, Kind::Number),
    (FieldName::IgmpSourceCount, 80, 16, Kind::Number),
];

const QUERY: u8 = 0x11;
const REPORT_V1: u8 = 0x12;
const REPORT_V2: u8 = 0x16;
const LEAVE: u8 = 0x17;
const REPORT_V3: u8 = 0x22;

pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>, upper: &Upper) {
    let mut layer = frame.layer(LayerProtocol::Igmp, 8, upper.quoted);
    let (all, kind) = (frame.rest().len(), frame.rest().first().copied());
    layer.read(&HEADER);
    // RFC 1112 has no response time: zero in a query tells version 1.
    let time = frame.rest().get(1).is_some_and(|time| *time != 0);
    match kind {
        Some(QUERY) if time || all >= 12 => {
            layer.field(FieldName::IgmpMaxResponse, 8, 8, Kind::Number);
        }
        Some(REPORT_V2 | LEAVE) => layer.field(FieldName::IgmpMaxResponse, 8, 8, Kind::Number),
        _ => {}
    }
    layer.read(&[CHECKSUM]);
    let sum = upper.whole.then(|| Sum::new().with(frame.rest()));
    layer.judge(FieldName::IgmpChecksum, sum);
    let end = match kind {
        Some(QUERY) if all >= 12 => {
            layer.field(FieldName::IgmpGroup, 32, 32, Kind::Ip);
            layer.read(&QUERY_V3);
            let sources = layer.number(FieldName::IgmpSourceCount).unwrap_or(0);
            sources_at(&mut layer, 12, sources)
        }
        Some(QUERY | REPORT_V1 | REPORT_V2 | LEAVE) => {
            layer.field(FieldName::IgmpGroup, 32, 32, Kind::Ip);
            8
        }
        Some(REPORT_V3) => records(&mut layer),
        _ => 4,
    };
    let end = end.min(all);
    layer.layer.range.end = layer.layer.range.start + end;
    layers.layers.push(layer.done());
    layers.data(frame.skip(end), upper.quoted);
}

/// Returns where they end.
fn sources_at(layer: &mut Filling<'_>, at: usize, count: usize) -> usize {
    let end = at + count * 4;
    layer.needs(end);
    for source in (at..end.min(layer.frame.rest().len())).step_by(4) {
        layer.field(FieldName::IgmpSource, source * 8, 32, Kind::Ip);
    }
    end
}

/// The group records of a report (RFC 3376 section 4.2). Returns where they end.
fn records(layer: &mut Filling<'_>) -> usize {
    layer.field(FieldName::IgmpRecordCount, 48, 16, Kind::Number);
    let mut at = 8;
    for _ in 0..layer.number(FieldName::IgmpRecordCount).unwrap_or(0) {
        if !layer.needs(at + 8) {
            break;
        }
        let header = layer.frame.rest();
        let (words, sources) = (usize::from(header[at + 1]), [header[at + 2], header[at + 3]]);
        let sources = usize::from(u16::from_be_bytes(sources));
        layer.field(FieldName::IgmpRecordType, at * 8, 8, Kind::Number);
        layer.field(FieldName::IgmpAuxLen, at * 8 + 8, 8, Kind::Number);
        layer.field(FieldName::IgmpSourceCount, at * 8 + 16, 16, Kind::Number);
        layer.field(FieldName::IgmpGroup, at * 8 + 32, 32, Kind::Ip);
        at = sources_at(layer, at + 8, sources);
        if words > 0 {
            layer.needs(at + words * 4);
            layer.bytes(FieldName::IgmpAuxData, at, words * 4);
            at += words * 4;
        }
    }
    at
}
