//! VLANs, and interfaces that have no cable of their own.

use lanternet_core::VlanId;
use lanternet_net::l2::PortVlans;

use super::{Interface, NodeKind, Station, Switch};
use crate::span::Spanned;

/// The VLANs of a switch, and which port is in which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vlans {
    /// The VLANs that were declared, in the order of the file. [`VlanId::DEFAULT`] is there without
    /// being declared.
    pub declared: Vec<Vlan>,
    /// Ports that are not access ports of [`VlanId::DEFAULT`], or that were written all the same, in
    /// the order of the file.
    pub ports: Vec<PortSettings>,
}

/// A VLAN that was declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vlan {
    /// Its number.
    pub number: Spanned<VlanId>,
    /// What people call it.
    pub name: Option<String>,
}

/// What was said about a port of a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortSettings {
    /// The number of the port, from 1. A port that was configured may have no cable.
    pub port: Spanned<u16>,
    /// What it does with VLANs.
    pub mode: PortMode,
}

/// What a port does with VLANs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortMode {
    /// One VLAN, without tags: for stations.
    Access(Spanned<VlanId>),
    /// Several VLANs, with tags: for other switches and for routers.
    Trunk {
        /// Those with a tag, in the order of the file.
        tagged: Vec<Spanned<VlanId>>,
        /// The one without, if there is one.
        native: Option<Spanned<VlanId>>,
    },
    /// None: the port of a three-layer switch that is an interface of its own.
    Routed,
}

/// What an interface stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stand {
    /// A cable of its own.
    #[default]
    Cable,
    /// A cable of its own, and it is a port of the switch in the node: the node's IP layer has no part
    /// in it.
    SwitchPort,
    /// The switch in the node: this VLAN of it.
    Switch(VlanId),
    /// Another interface of the node: this VLAN on its cable.
    Interface {
        /// Which of [`Station::interfaces`].
        parent: usize,
        /// The VLAN.
        vlan: VlanId,
    },
}

impl Stand {
    /// Whether a cable goes in here.
    pub const fn takes_cable(self) -> bool {
        matches!(self, Self::Cable | Self::SwitchPort)
    }
}

impl Vlans {
    /// What a port does with VLANs, as it was written; `None` where nothing was.
    pub fn mode(&self, port: u16) -> Option<&PortMode> {
        let settings = self.ports.iter().find(|settings| settings.port.value == port)?;
        Some(&settings.mode)
    }

    /// Whether there is such a VLAN.
    pub fn has(&self, vlan: VlanId) -> bool {
        vlan == VlanId::DEFAULT || self.declared.iter().any(|known| known.number.value == vlan)
    }

    /// What people call a VLAN.
    pub fn name(&self, vlan: VlanId) -> Option<&str> {
        let known = self.declared.iter().find(|known| known.number.value == vlan)?;
        known.name.as_deref()
    }
}

impl Switch {
    /// The VLANs of a port, `None` for a routed one. A port of which nothing is said is an access port
    /// of [`VlanId::DEFAULT`]; so is every port of a switch without VLANs, which passes tags on as
    /// content.
    pub fn port_vlans(&self, port: u16) -> Option<PortVlans> {
        match self.vlans.as_ref().and_then(|vlans| vlans.mode(port)) {
            None => Some(PortVlans::Access(VlanId::DEFAULT)),
            Some(PortMode::Access(vlan)) => Some(PortVlans::Access(vlan.value)),
            Some(PortMode::Trunk { tagged, native }) => Some(PortVlans::Trunk {
                tagged: tagged.iter().map(|vlan| vlan.value).collect(),
                native: native.map(|native| native.value),
            }),
            Some(PortMode::Routed) => None,
        }
    }
}

impl NodeKind {
    /// The switch that a node is, or has inside.
    pub fn switch(&self) -> Option<&Switch> {
        match self {
            Self::Switch(switch) => Some(switch),
            _ => self.station()?.switch.as_deref(),
        }
    }

    /// Which interface port 1 is, as [`End::interface`](super::End::interface) counts; `None` for
    /// nodes whose interfaces have names and no numbers.
    pub const fn first_port(&self) -> Option<usize> {
        match self {
            Self::Hub { .. } | Self::Switch(_) | Self::L3Switch(_) => Some(0),
            // Port 0 is the WAN.
            Self::HomeRouter(_) => Some(1),
            Self::Host(_) | Self::Router(_) => None,
        }
    }

    /// The number of the port at an end of a link, from 1.
    pub fn port_number(&self, interface: usize) -> Option<u16> {
        let number = (interface + 1).checked_sub(self.first_port()?)?;
        u16::try_from(number).ok().filter(|number| *number > 0)
    }
}

impl Station {
    /// The interfaces that speak IP, each with its place: ports of the switch inside do not.
    pub fn ip_interfaces(&self) -> impl Iterator<Item = (usize, &Interface)> {
        let all = self.interfaces.iter().enumerate();
        all.filter(|(_, interface)| interface.stand != Stand::SwitchPort)
    }
}
