//! VLANs: which VLAN a frame belongs to, and where it may leave (IEEE 802.1Q).

use lanternet_core::trace::{VlanEvent, VlanSource};

use super::scene::Scene;
use crate::args;

pub(super) fn sentence(scene: &Scene<'_>, event: &VlanEvent) -> String {
    use VlanEvent as E;
    let say = |id, args| scene.say(id, &args);
    match event {
        E::Classified { port, vlan, by } => {
            let (port, vlan) = (scene.port_in_words(*port), vlan.number());
            let id = match by {
                VlanSource::AccessPort => "vlan-of-access-port",
                VlanSource::NativeVlan => "vlan-of-native",
                VlanSource::Tag => "vlan-of-tag",
                VlanSource::PriorityTag => "vlan-of-priority-tag",
            };
            say(id, args!(port, vlan))
        }
        E::TagAdded { vlan, priority, ports } => {
            let (vlan, ports, count) = (vlan.number(), scene.ports(ports), ports.len());
            let priority = u16::from(*priority);
            say("vlan-tag-added", args!(vlan, count priority, ports, count count))
        }
        E::TagRemoved { vlan, ports } => {
            let (vlan, ports, count) = (vlan.number(), scene.ports(ports), ports.len());
            say("vlan-tag-removed", args!(vlan, ports, count count))
        }
        E::SubinterfaceSent { interface, vlan, port } => {
            let (interface, port) = (scene.port(*interface), scene.port(*port));
            say("subinterface-sent", args!(interface, vlan, port))
        }
        E::SubinterfaceReceived { interface, vlan, port } => {
            let (interface, port) = (scene.port(*interface), scene.port(*port));
            say("subinterface-received", args!(interface, vlan, port))
        }
        E::EnteredBridge { interface } => {
            say("entered-bridge", args!(interface = scene.port(*interface)))
        }
        E::InterfaceUp { interface } => {
            say("interface-up", args!(interface = scene.port(*interface)))
        }
        E::InterfaceDown { interface } => {
            say("interface-down", args!(interface = scene.port(*interface)))
        }
    }
}
