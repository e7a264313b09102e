//! Ethernet II and IEEE 802.3, with the tags of IEEE 802.1Q and 802.1ad.

use super::reader::{Frame, Kind, Spec};
use super::{FieldName, LayerProtocol, Layers, Problem, arp, llc};

const HEADER: [Spec; 2] =
    [(FieldName::EthDst, 0, 48, Kind::Mac), (FieldName::EthSrc, 48, 48, Kind::Mac)];

const TAG: [Spec; 3] = [
    (FieldName::VlanPriority, 0, 3, Kind::Number),
    (FieldName::VlanDei, 3, 1, Kind::Flag),
    (FieldName::VlanId, 4, 12, Kind::Number),
];

const SERVICE_TAG: [Spec; 3] = [
    (FieldName::ServicePriority, 0, 3, Kind::Number),
    (FieldName::ServiceDei, 3, 1, Kind::Flag),
    (FieldName::ServiceId, 4, 12, Kind::Number),
];

/// The EtherTypes of tags: IEEE 802.1Q, IEEE 802.1ad, and what was used before that.
const TAGS: [usize; 3] = [0x8100, SERVICE, 0x9100];
const SERVICE: usize = 0x88a8;

/// The smallest value that is a type and not a length (IEEE 802.3 clause 3.2.6).
const FIRST_TYPE: usize = 0x600;

/// The shortest frame that real Ethernet sends, without its check sequence.
const MIN_FRAME: usize = 60;

pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>) {
    let mut layer = frame.layer(LayerProtocol::Ethernet, 14, false);
    layer.read(&HEADER);
    let mut kind = type_or_len(&mut layer, 12, FieldName::EthType, FieldName::EthLen);
    let mut payload = frame.skip(14);
    let ethernet = layers.layers.len();
    layers.layers.push(layer.done());

    while let Some(ethertype) = kind.filter(|kind| TAGS.contains(kind)) {
        let mut tag = payload.layer(LayerProtocol::Vlan, 4, false);
        if ethertype == SERVICE {
            tag.read(&SERVICE_TAG);
            kind = type_or_len(&mut tag, 2, FieldName::ServiceEtype, FieldName::VlanLen);
        } else {
            tag.read(&TAG);
            kind = type_or_len(&mut tag, 2, FieldName::VlanEtype, FieldName::VlanLen);
        }
        payload = payload.skip(4);
        layers.layers.push(tag.done());
    }
    let all = payload.rest().len();
    let used = match kind {
        None => all,
        Some(0x0800 | 0x86dd) => layers.packet(payload, false),
        Some(0x0806) => arp::dissect(layers, payload),
        Some(len) if len < FIRST_TYPE => {
            llc::dissect(layers, payload.first(len));
            if len > all
                && let Some(layer) = layers.layers.get_mut(ethernet)
            {
                let field = FieldName::EthLen;
                layer.problems.push(Problem::TooLong { field, says: len, found: all });
            }
            len.min(all)
        }
        Some(_) => {
            layers.data(payload, false);
            all
        }
    };
    trailer(layers, ethernet, frame, frame.rest().len() - (all - used.min(all)));
}

fn type_or_len(
    layer: &mut super::reader::Filling<'_>,
    at: usize,
    kind: FieldName,
    len: FieldName,
) -> Option<usize> {
    let bytes = layer.frame.rest().get(at..at + 2)?;
    let value = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
    if value < FIRST_TYPE {
        layer.field(len, at * 8, 16, Kind::Number);
    } else {
        layer.field(kind, at * 8, 16, Kind::Hex);
    }
    Some(value)
}

/// What is behind the packet: padding up to the minimum, and a trailer.
fn trailer(layers: &mut Layers, ethernet: usize, frame: Frame<'_>, end: usize) {
    let rest = frame.skip(end).rest();
    let padding = MIN_FRAME.saturating_sub(end).min(rest.len());
    let padding = if rest[..padding].iter().all(|byte| *byte == 0) { padding } else { 0 };
    let mut filling = frame.layer(LayerProtocol::Ethernet, 0, false);
    if padding > 0 {
        filling.bytes(FieldName::EthPadding, end, padding);
    }
    if rest.len() > padding {
        filling.bytes(FieldName::EthTrailer, end + padding, rest.len() - padding);
    }
    if let Some(layer) = layers.layers.get_mut(ethernet) {
        layer.fields.append(&mut filling.done().fields);
    }
}
