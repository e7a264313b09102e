//! VLANs: which VLAN a frame belongs to, and where it may leave (IEEE 802.1Q).

use lanternet_core::trace::{VlanEvent, VlanSource};
use lanternet_core::{PortId, VlanId};

pub(super) fn events() -> Vec<VlanEvent> {
    use VlanEvent as E;
    let (port, interface, vlan) = (PortId(0), PortId(3), VlanId::new(10).unwrap());
    let classified = |by| E::Classified { port, vlan, by };
    let ports: Box<[PortId]> = [PortId(1), PortId(2)].into();
    examples! { VlanEvent:
        E::Classified { .. } => [
            classified(VlanSource::AccessPort),
            classified(VlanSource::NativeVlan),
            classified(VlanSource::Tag),
            classified(VlanSource::PriorityTag),
        ],
        E::TagAdded { .. } => [
            E::TagAdded { vlan, priority: 0, ports: [PortId(1)].into() },
            E::TagAdded { vlan, priority: 5, ports: ports.clone() },
        ],
        E::TagRemoved { .. } => [
            E::TagRemoved { vlan, ports: [PortId(1)].into() },
            E::TagRemoved { vlan, ports: ports.clone() },
        ],
        E::SubinterfaceSent { .. } => [E::SubinterfaceSent { interface, vlan, port }],
        E::SubinterfaceReceived { .. } => [E::SubinterfaceReceived { interface, vlan, port }],
        E::EnteredBridge { .. } => [E::EnteredBridge { interface }],
        E::InterfaceUp { .. } => [E::InterfaceUp { interface }],
        E::InterfaceDown { .. } => [E::InterfaceDown { interface }],
    }
}
