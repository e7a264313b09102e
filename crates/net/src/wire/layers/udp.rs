//! UDP (RFC 768).

use super::reader::{Frame, Kind, Spec, Upper};
use super::{ChecksumState, FieldName, LayerProtocol, Layers, Problem, dhcp, dns};

const LEN: usize = 8;

const HEADER: [Spec; 4] = [
    (FieldName::UdpSrcPort, 0, 16, Kind::Number),
    (FieldName::UdpDstPort, 16, 16, Kind::Number),
    (FieldName::UdpLen, 32, 16, Kind::Number),
    (FieldName::UdpChecksum, 48, 16, Kind::Hex),
];

pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>, upper: &Upper) {
    let mut layer = frame.layer(LayerProtocol::Udp, LEN, upper.quoted);
    layer.read(&HEADER);
    let all = frame.rest().len();
    let len = layer.number(FieldName::UdpLen).unwrap_or(0);
    if all < LEN {
        layers.layers.push(layer.done());
        return;
    }
    if len < LEN {
        let expected = "at least 8 bytes, the header's own length";
        let field = FieldName::UdpLen;
        layer.problem(Problem::BadValue { field, found: len as u64, expected });
        layers.layers.push(layer.done());
        return;
    }
    if len > all && upper.whole {
        layer.problem(Problem::TooLong { field: FieldName::UdpLen, says: len, found: all });
    }
    if layer.number(FieldName::UdpChecksum) == Some(0) {
        layer.layer.checksum = Some(ChecksumState::Absent);
        if upper.is_v6() {
            let (field, expected) = (FieldName::UdpChecksum, "a checksum: IPv6 demands one");
            layer.problem(Problem::BadValue { field, found: 0, expected });
        }
    } else {
        let sum = frame.rest().get(..len).and_then(|datagram| {
            upper.pseudo_header(len).map(|pseudo_header| pseudo_header.with(datagram))
        });
        layer.judge(FieldName::UdpChecksum, sum);
    }
    let ports = [FieldName::UdpSrcPort, FieldName::UdpDstPort].map(|port| layer.number(port));
    layers.layers.push(layer.done());
    let payload = frame.first(len).skip(LEN);
    let cut = Upper { whole: upper.whole && len <= all, ..*upper };
    let is = |known: &[usize]| ports.iter().flatten().any(|port| known.contains(port));
    if is(&[dns::PORT]) && dns::is_message(payload.rest()) {
        dns::dissect(layers, payload, &cut);
    } else if is(&dhcp::PORTS) && dhcp::is_message(payload.rest(), cut.cut()) {
        dhcp::dissect(layers, payload, &cut);
    } else {
        layers.data(payload, upper.quoted);
    }
}
