//! ARP for IPv4 over Ethernet (RFC 826).

use super::reader::{Frame, Kind, Spec};
use super::{FieldName, LayerProtocol, Layers, Problem};

const LEN: usize = 28;

const HEADER: [Spec; 5] = [
    (FieldName::ArpHardware, 0, 16, Kind::Number),
    (FieldName::ArpProtocol, 16, 16, Kind::Hex),
    (FieldName::ArpHardwareSize, 32, 8, Kind::Number),
    (FieldName::ArpProtocolSize, 40, 8, Kind::Number),
    (FieldName::ArpOpcode, 48, 16, Kind::Number),
];

const ADDRESSES: [Spec; 4] = [
    (FieldName::ArpSenderMac, 64, 48, Kind::Mac),
    (FieldName::ArpSenderIp, 112, 32, Kind::Ip),
    (FieldName::ArpTargetMac, 144, 48, Kind::Mac),
    (FieldName::ArpTargetIp, 192, 32, Kind::Ip),
];

const EXPECTED: [(FieldName, u64, &str); 4] = [
    (FieldName::ArpHardware, 1, "1 (Ethernet)"),
    (FieldName::ArpProtocol, 0x0800, "0x0800 (IPv4)"),
    (FieldName::ArpHardwareSize, 6, "6 bytes"),
    (FieldName::ArpProtocolSize, 4, "4 bytes"),
];

/// Returns how many bytes it takes.
pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>) -> usize {
    let mut layer = frame.layer(LayerProtocol::Arp, LEN, false);
    layer.read(&HEADER);
    let mut known = true;
    for (field, right, expected) in EXPECTED {
        if let Some(found) = layer.layer.number(field).filter(|found| *found != right) {
            known = false;
            layer.problem(Problem::BadValue { field, found, expected });
        }
    }
    if known {
        layer.read(&ADDRESSES);
    }
    layers.layers.push(layer.done());
    LEN.min(frame.rest().len())
}
