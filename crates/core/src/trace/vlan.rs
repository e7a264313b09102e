//! VLANs: which VLAN a frame belongs to, and where it may leave (IEEE 802.1Q).

use serde::Serialize;

use crate::addr::VlanId;
use crate::id::PortId;

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum VlanEvent {
    /// The frame belongs to this VLAN while it is in the bridge (802.1Q section 6.9.1).
    Classified {
        /// The port it came in by.
        port: PortId,
        /// The VLAN.
        vlan: VlanId,
        /// What said so.
        by: VlanSource,
    },
    /// The frame leaves with a tag that names its VLAN.
    TagAdded {
        /// The VLAN.
        vlan: VlanId,
        /// The priority in the tag (PCP), 0 to 7.
        priority: u8,
        /// The ports it leaves by that way.
        ports: Box<[PortId]>,
    },
    /// The frame leaves without the tag that it came with.
    TagRemoved {
        /// The VLAN.
        vlan: VlanId,
        /// The ports it leaves by that way.
        ports: Box<[PortId]>,
    },
    /// A subinterface sends the frame, with its tag, by the interface that it is a part of.
    SubinterfaceSent {
        /// The subinterface.
        interface: PortId,
        /// Its VLAN.
        vlan: VlanId,
        /// The interface that it is a part of.
        port: PortId,
    },
    /// The frame's tag says that it is for a subinterface.
    SubinterfaceReceived {
        /// The subinterface.
        interface: PortId,
        /// The VLAN of the tag.
        vlan: VlanId,
        /// The interface by which it came.
        port: PortId,
    },
    /// The node's own IP layer hands the frame to the bridge in the node.
    EnteredBridge {
        /// The interface behind which the bridge is.
        interface: PortId,
    },
    /// An interface on the bridge is up: a port that leads to it is.
    InterfaceUp {
        /// The interface.
        interface: PortId,
    },
    /// An interface on the bridge is down: no port leads to it.
    InterfaceDown {
        /// The interface.
        interface: PortId,
    },
}

/// What says to which VLAN a frame belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VlanSource {
    /// It has no tag and came in by an access port: the port's VLAN.
    AccessPort,
    /// It has no tag and came in by a trunk: the trunk's native VLAN.
    NativeVlan,
    /// Its tag.
    Tag,
    /// Its tag has a priority and no VLAN (VID 0): the VLAN of a frame without a tag.
    PriorityTag,
}
