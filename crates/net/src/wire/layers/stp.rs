//! Bridge protocol data units of spanning tree and rapid spanning tree (IEEE 802.1D-2004 clause 9).

use super::reader::{Frame, Kind, Spec};
use super::{FieldName, LayerProtocol, Layers, Problem};

const HEADER: [Spec; 3] = [
    (FieldName::StpProtocol, 0, 16, Kind::Hex),
    (FieldName::StpVersion, 16, 8, Kind::Number),
    (FieldName::StpType, 24, 8, Kind::Hex),
];

const FLAGS: [Spec; 2] =
    [(FieldName::StpTcAck, 32, 1, Kind::Flag), (FieldName::StpTc, 39, 1, Kind::Flag)];

const RAPID_FLAGS: [Spec; 7] = [
    (FieldName::StpTcAck, 32, 1, Kind::Flag),
    (FieldName::StpAgreement, 33, 1, Kind::Flag),
    (FieldName::StpForwarding, 34, 1, Kind::Flag),
    (FieldName::StpLearning, 35, 1, Kind::Flag),
    (FieldName::StpPortRole, 36, 2, Kind::Number),
    (FieldName::StpProposal, 38, 1, Kind::Flag),
    (FieldName::StpTc, 39, 1, Kind::Flag),
];

const VECTOR: [Spec; 12] = [
    (FieldName::StpRootPriority, 40, 4, Kind::Times(4096)),
    (FieldName::StpRootExtension, 44, 12, Kind::Number),
    (FieldName::StpRootMac, 56, 48, Kind::Mac),
    (FieldName::StpRootCost, 104, 32, Kind::Number),
    (FieldName::StpBridgePriority, 136, 4, Kind::Times(4096)),
    (FieldName::StpBridgeExtension, 140, 12, Kind::Number),
    (FieldName::StpBridgeMac, 152, 48, Kind::Mac),
    (FieldName::StpPort, 200, 16, Kind::Hex),
    // Clause 9.2.8: times count 256ths of a second.
    (FieldName::StpMessageAge, 216, 16, Kind::Parts(256)),
    (FieldName::StpMaxAge, 232, 16, Kind::Parts(256)),
    (FieldName::StpHello, 248, 16, Kind::Parts(256)),
    (FieldName::StpForwardDelay, 264, 16, Kind::Parts(256)),
];

/// The types of clauses 9.3.1 to 9.3.3, with their lengths.
const CONFIGURATION: usize = 0x00;
const TOPOLOGY_CHANGE: usize = 0x80;
const RAPID: usize = 0x02;

pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>) {
    let len = match frame.rest().get(3).copied().map(usize::from) {
        Some(CONFIGURATION) => 35,
        Some(RAPID) => 36,
        _ => 4,
    };
    let mut layer = frame.layer(LayerProtocol::Stp, len, false);
    layer.read(&HEADER);
    match layer.number(FieldName::StpProtocol) {
        None | Some(0) => {}
        Some(found) => {
            let (field, expected) = (FieldName::StpProtocol, "0, spanning tree");
            layer.problem(Problem::BadValue { field, found: found as u64, expected });
            layers.layers.push(layer.done());
            return;
        }
    }
    match layer.number(FieldName::StpType) {
        Some(CONFIGURATION) => layer.read(&FLAGS),
        Some(RAPID) => layer.read(&RAPID_FLAGS),
        Some(TOPOLOGY_CHANGE) | None => {}
        Some(found) => {
            let expected = "0x00 (configuration), 0x02 (rapid) or 0x80 (topology change)";
            let field = FieldName::StpType;
            layer.problem(Problem::BadValue { field, found: found as u64, expected });
        }
    }
    if len > 4 {
        layer.read(&VECTOR);
    }
    if len == 36 {
        layer.field(FieldName::StpVersion1Len, 280, 8, Kind::Number);
    }
    layers.layers.push(layer.done());
    // Multiple spanning tree puts more behind it.
    layers.data(frame.skip(len), false);
}
