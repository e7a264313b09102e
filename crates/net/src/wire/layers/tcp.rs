//! TCP (RFC 9293), with the options of RFC 7323 and RFC 2018.

use super::reader::{Filling, Frame, Kind, Spec, Upper};
use super::{FieldName, LayerProtocol, Layers, Problem, dns, http};

const MIN_LEN: usize = 20;

const HEADER: [Spec; 16] = [
    (FieldName::TcpSrcPort, 0, 16, Kind::Number),
    (FieldName::TcpDstPort, 16, 16, Kind::Number),
    (FieldName::TcpSeq, 32, 32, Kind::Number),
    (FieldName::TcpAck, 64, 32, Kind::Number),
    (FieldName::TcpHeaderLen, 96, 4, Kind::Times(4)),
    (FieldName::TcpCwr, 104, 1, Kind::Flag),
    (FieldName::TcpEce, 105, 1, Kind::Flag),
    (FieldName::TcpUrg, 106, 1, Kind::Flag),
    (FieldName::TcpFlagAck, 107, 1, Kind::Flag),
    (FieldName::TcpPsh, 108, 1, Kind::Flag),
    (FieldName::TcpRst, 109, 1, Kind::Flag),
    (FieldName::TcpSyn, 110, 1, Kind::Flag),
    (FieldName::TcpFin, 111, 1, Kind::Flag),
    (FieldName::TcpWindow, 112, 16, Kind::Number),
    (FieldName::TcpChecksum, 128, 16, Kind::Hex),
    (FieldName::TcpUrgent, 144, 16, Kind::Number),
];

pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>, upper: &Upper) {
    let all = frame.rest().len();
    let header_len = frame.rest().get(12).map_or(0, |byte| usize::from(byte >> 4) * 4);
    let mut layer = frame.layer(LayerProtocol::Tcp, header_len.max(MIN_LEN), upper.quoted);
    layer.read(&HEADER);
    if all >= MIN_LEN && header_len < MIN_LEN {
        let (field, found) = (FieldName::TcpHeaderLen, header_len as u64);
        layer.problem(Problem::BadValue { field, found, expected: "at least 20 bytes" });
        layers.layers.push(layer.done());
        return;
    }
    let sum = upper.pseudo_header(all).map(|sum| sum.with(frame.rest()));
    layer.judge(FieldName::TcpChecksum, sum);
    if all >= header_len {
        options(&mut layer, header_len);
    }
    let ports = [FieldName::TcpSrcPort, FieldName::TcpDstPort].map(|port| layer.number(port));
    layers.layers.push(layer.done());
    let payload = frame.skip(header_len);
    if payload.rest().is_empty() {
        return;
    }
    if ports.contains(&Some(dns::PORT)) {
        dns::dissect_stream(layers, payload, upper);
    } else if !http::dissect(layers, payload, upper) {
        layers.data(payload, upper.quoted);
    }
}

fn options(layer: &mut Filling<'_>, end: usize) {
    let header = layer.frame.rest();
    let mut at = MIN_LEN;
    while at < end {
        let kind = header[at];
        layer.field(FieldName::TcpOptionKind, at * 8, 8, Kind::Number);
        match kind {
            0 => return,
            1 => {
                at += 1;
                continue;
            }
            _ => {}
        }
        let len = if at + 1 < end { usize::from(header[at + 1]) } else { 0 };
        layer.field(FieldName::TcpOptionLen, (at + 1) * 8, 8, Kind::Number);
        let right = match kind {
            2 => len == 4,
            3 => len == 3,
            4 => len == 2,
            5 => len >= 10 && (len - 2) % 8 == 0,
            8 => len == 10,
            _ => len >= 2,
        };
        if !right || at + len > end {
            layer.problem(Problem::BadValue {
                field: FieldName::TcpOptionLen,
                found: len as u64,
                expected: "the length of this kind of option, within the header",
            });
            return;
        }
        let data = (at + 2) * 8;
        match kind {
            2 => layer.field(FieldName::TcpMss, data, 16, Kind::Number),
            3 => layer.field(FieldName::TcpWindowShift, data, 8, Kind::Number),
            5 => {
                for block in (data..(at + len) * 8).step_by(64) {
                    layer.field(FieldName::TcpSackLeft, block, 32, Kind::Number);
                    layer.field(FieldName::TcpSackRight, block + 32, 32, Kind::Number);
                }
            }
            8 => {
                layer.field(FieldName::TcpTimestamp, data, 32, Kind::Number);
                layer.field(FieldName::TcpTimestampEcho, data + 32, 32, Kind::Number);
            }
            _ => {}
        }
        at += len;
    }
}
