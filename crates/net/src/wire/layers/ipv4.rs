//! IPv4 (RFC 791), with options.

use super::reader::{Filling, Frame, Kind, Spec, Upper};
use super::{FieldName, LayerProtocol, Layers, Problem};
use crate::wire::checksum::Sum;

const MIN_LEN: usize = 20;

const HEADER: [Spec; 15] = [
    (FieldName::IpVersion, 0, 4, Kind::Number),
    (FieldName::IpHeaderLen, 4, 4, Kind::Times(4)),
    (FieldName::IpDscp, 8, 6, Kind::Number),
    (FieldName::IpEcn, 14, 2, Kind::Number),
    (FieldName::IpLen, 16, 16, Kind::Number),
    (FieldName::IpId, 32, 16, Kind::Hex),
    (FieldName::IpReserved, 48, 1, Kind::Flag),
    (FieldName::IpDf, 49, 1, Kind::Flag),
    (FieldName::IpMf, 50, 1, Kind::Flag),
    (FieldName::IpFragmentOffset, 51, 13, Kind::Times(8)),
    (FieldName::IpTtl, 64, 8, Kind::Number),
    (FieldName::IpProtocol, 72, 8, Kind::Number),
    (FieldName::IpChecksum, 80, 16, Kind::Hex),
    (FieldName::IpSrc, 96, 32, Kind::Ip),
    (FieldName::IpDst, 128, 32, Kind::Ip),
];

/// Returns how many bytes the packet takes.
pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>, quoted: bool) -> usize {
    let all = frame.rest().len();
    let header_len = frame.rest().first().map_or(0, |byte| usize::from(byte & 0x0f) * 4);
    let mut layer = frame.layer(LayerProtocol::Ipv4, header_len.max(MIN_LEN), quoted);
    layer.read(&HEADER);
    let (Some(version), Some(len)) =
        (layer.number(FieldName::IpVersion), layer.number(FieldName::IpLen))
    else {
        layers.layers.push(layer.done());
        return all;
    };
    if version != 4 || header_len < MIN_LEN || len < header_len {
        let (field, found, expected) = if version != 4 {
            (FieldName::IpVersion, version, "4 or 6")
        } else if header_len < MIN_LEN {
            (FieldName::IpHeaderLen, header_len, "at least 20 bytes")
        } else {
            (FieldName::IpLen, len, "at least the length of the header")
        };
        layer.problem(Problem::BadValue { field, found: found as u64, expected });
        layers.layers.push(layer.done());
        return all;
    }
    if len > all && !quoted {
        layer.problem(Problem::TooLong { field: FieldName::IpLen, says: len, found: all });
    }
    if let Some(header) = frame.rest().get(..header_len) {
        layer.judge(FieldName::IpChecksum, (!quoted).then(|| Sum::new().with(header)));
        options(&mut layer, header_len);
    }
    let offset = layer.number(FieldName::IpFragmentOffset).unwrap_or(0);
    let more = layer.number(FieldName::IpMf) == Some(1);
    let upper = Upper {
        source: layer.layer.address(FieldName::IpSrc),
        destination: layer.layer.address(FieldName::IpDst),
        protocol: layer.number(FieldName::IpProtocol).unwrap_or(0) as u8,
        whole: offset == 0 && !more && len <= all && !quoted,
        quoted,
    };
    layers.layers.push(layer.done());
    let payload = frame.first(len).skip(header_len);
    if offset == 0 && !payload.rest().is_empty() {
        layers.upper(payload, &upper);
    } else {
        layers.data(payload, quoted);
    }
    len.min(all)
}

fn options(layer: &mut Filling<'_>, end: usize) {
    let mut at = MIN_LEN;
    let header = layer.frame.rest();
    while at < end {
        layer.field(FieldName::IpOptionType, at * 8, 8, Kind::Number);
        match header[at] {
            0 => return,
            1 => {
                at += 1;
                continue;
            }
            _ => {}
        }
        let len = if at + 1 < end { usize::from(header[at + 1]) } else { 0 };
        layer.field(FieldName::IpOptionLen, (at + 1) * 8, 8, Kind::Number);
        if len < 2 || at + len > end {
            layer.problem(Problem::BadValue {
                field: FieldName::IpOptionLen,
                found: len as u64,
                expected: "2 up to what is left of the header",
            });
            return;
        }
        // Record route, timestamp, loose and strict source route.
        let data = match header[at] {
            7 | 68 | 131 | 137 if len > 2 => {
                layer.field(FieldName::IpOptionPointer, (at + 2) * 8, 8, Kind::Number);
                3
            }
            _ => 2,
        };
        if header[at] == 148 && len == 4 {
            layer.field(FieldName::IpOptionRouterAlert, (at + 2) * 8, 16, Kind::Number);
        } else if len > data {
            layer.bytes(FieldName::IpOptionData, at + data, len - data);
        }
        at += len;
    }
}
