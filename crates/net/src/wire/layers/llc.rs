//! Logical link control (IEEE 802.2), and SNAP, in frames with a length instead of a type.

use super::reader::{Frame, Kind, Spec};
use super::{FieldName, FieldValue, LayerProtocol, Layers, arp, stp};

const HEADER: [Spec; 2] =
    [(FieldName::LlcDsap, 0, 8, Kind::Hex), (FieldName::LlcSsap, 8, 8, Kind::Hex)];

/// Unnumbered information: no sequence numbers, nothing is acknowledged.
const UNNUMBERED: u8 = 3;

/// The service access points of bridges and of SNAP.
const BRIDGES: u8 = 0x42;
const SNAP: u8 = 0xaa;

/// SNAP's organisation codes whose protocol numbers are EtherTypes (RFC 1042, IEEE 802.1H).
const ETHERTYPES: [[u8; 3]; 2] = [[0, 0, 0], [0, 0, 0xf8]];

pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>) {
    let bytes = frame.rest();
    let snap = matches!(bytes.get(..3), Some([SNAP, SNAP, UNNUMBERED]));
    // Frames with numbers have two bytes of control (IEEE 802.2 section 5.2).
    let long = bytes.get(2).is_some_and(|control| control & 3 != 3);
    let len = if snap { 8 } else { 3 + usize::from(long) };
    let mut layer = frame.layer(LayerProtocol::Llc, len, false);
    layer.read(&HEADER);
    match bytes.get(2..4).and_then(<[u8]>::first_chunk).filter(|_| long) {
        // The byte with the lower bits comes first.
        Some(control) => {
            let control = u64::from(u16::from_le_bytes(*control));
            layer.put(FieldName::LlcControl, 16, 16, FieldValue::Hex(control, 4));
        }
        None => layer.field(FieldName::LlcControl, 16, 8, Kind::Hex),
    }
    let mut kind = None;
    if snap {
        layer.field(FieldName::LlcOui, 24, 24, Kind::Hex);
        let known = bytes.get(3..6).is_some_and(|oui| ETHERTYPES.iter().any(|known| known == oui));
        let name = if known { FieldName::LlcType } else { FieldName::LlcPid };
        layer.field(name, 48, 16, Kind::Hex);
        kind = layer.number(FieldName::LlcType);
    }
    layers.layers.push(layer.done());
    let payload = frame.skip(len);
    match (bytes.get(..3), kind) {
        (Some([BRIDGES, BRIDGES, UNNUMBERED]), _) => stp::dissect(layers, payload),
        (_, Some(0x0800 | 0x86dd)) => {
            layers.packet(payload, false);
        }
        (_, Some(0x0806)) => {
            arp::dissect(layers, payload);
        }
        _ => layers.data(payload, false),
    }
}
