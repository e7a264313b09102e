//! IPv6 (RFC 8200): the basic header. Extension headers are skipped, not taken apart.

use super::reader::{Frame, Kind, Spec, Upper};
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

/// Returns how many bytes the packet takes.
pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>, quoted: bool) -> usize {
    let all = frame.rest().len();
    let len =
        frame.rest().get(4..6).map_or(0, |len| usize::from(u16::from_be_bytes([len[0], len[1]])));
    let extensions = Extensions::skip(frame.first(LEN + len));
    let header_len = LEN + extensions.len;
    let mut layer = frame.layer(LayerProtocol::Ipv6, header_len, quoted);
    layer.read(&HEADER);
    if LEN + len > all && all >= LEN && !quoted {
        let field = FieldName::Ipv6PayloadLen;
        layer.problem(Problem::TooLong { field, says: len, found: all - LEN });
    }
    let upper = Upper {
        source: layer.layer.address(FieldName::Ipv6Src),
        destination: layer.layer.address(FieldName::Ipv6Dst),
        protocol: extensions.protocol,
        whole: !extensions.fragment && LEN + len <= all && !quoted,
        quoted,
    };
    layers.layers.push(layer.done());
    let payload = frame.first(LEN + len).skip(header_len);
    if !extensions.later_fragment && !payload.rest().is_empty() {
        layers.upper(payload, &upper);
    } else {
        layers.data(payload, quoted);
    }
    (LEN + len).min(all)
}

/// The headers between the basic one and the protocol above.
struct Extensions {
    len: usize,
    protocol: u8,
    fragment: bool,
    later_fragment: bool,
}

impl Extensions {
    fn skip(packet: Frame<'_>) -> Self {
        let protocol = packet.rest().get(6).copied().unwrap_or(59);
        let mut all = Self { len: 0, protocol, fragment: false, later_fragment: false };
        loop {
            let header = packet.skip(LEN + all.len).rest();
            let Some(&[next, units, high, low]) = header.first_chunk() else { return all };
            let len = match all.protocol {
                // Hop-by-hop options, routing, destination options.
                0 | 43 | 60 => (usize::from(units) + 1) * 8,
                44 => {
                    all.fragment = true;
                    all.later_fragment = u16::from_be_bytes([high, low]) >> 3 != 0;
                    8
                }
                _ => return all,
            };
            all.len += len;
            all.protocol = next;
            if all.later_fragment {
                return all;
            }
        }
    }
}
