//! Switches, and what interfaces stand on that have no cable.

use lanternet_core::{PortId, VlanId};
use lanternet_net::l2::{BridgeConfig, PortVlans, StaticMac};
use lanternet_net::l3::{LowerConfig, Subinterface};

use crate::lab::{NodeKind, Stand, Station, Switch};

/// A switch of its own.
pub(super) fn switch(switch: &Switch) -> BridgeConfig {
    let vlans = |number| switch.port_vlans(number);
    BridgeConfig {
        vlans: switch.vlans.as_ref().map(|_| (1..=switch.ports).map(vlans).collect()),
        // Ports have numbers from 1 in the lab.
        static_macs: macs(switch, 1),
        ..settings(switch, switch.ports)
    }
}

/// What is below the interfaces of a station besides cables.
pub(super) fn lower(station: &Station) -> Option<LowerConfig> {
    let ports = || (0..).map(PortId).zip(&station.interfaces);
    let parts = ports().filter_map(|(port, interface)| match interface.stand {
        Stand::Interface { parent, vlan } => {
            Some(Subinterface { port, parent: PortId(parent as u16), vlan })
        }
        _ => None,
    });
    let subinterfaces: Vec<_> = parts.collect();
    let bridge = station.switch.as_deref().map(|switch| {
        let first = ports().find(|(_, interface)| interface.name.as_str() == "1");
        // A home router's port 1 comes behind its WAN.
        let before = first.map_or(0, |(port, _)| port.0);
        let inner = |(port, interface): (PortId, &crate::lab::Interface)| {
            matches!(interface.stand, Stand::Switch(_)).then_some(port)
        };
        let is_outside = |stand: Stand| stand == Stand::Cable;
        let own = |(port, interface): (PortId, &crate::lab::Interface)| match interface.stand {
            Stand::Switch(vlan) => Some(StaticMac { vlan, mac: interface.mac.value, port }),
            _ => None,
        };
        let vlans = |(port, interface): (PortId, &crate::lab::Interface)| match interface.stand {
            Stand::SwitchPort => switch.port_vlans(port.0 + 1 - before),
            Stand::Switch(vlan) => Some(PortVlans::Access(vlan)),
            Stand::Cable | Stand::Interface { .. } => None,
        };
        BridgeConfig {
            vlans: switch.vlans.as_ref().map(|_| ports().map(vlans).collect()),
            outside: ports()
                .filter(|(_, interface)| is_outside(interface.stand))
                .map(|(port, _)| port)
                .collect(),
            inner: ports().filter_map(inner).collect(),
            static_macs: macs(switch, 1 - before.min(1))
                .into_iter()
                .chain(ports().filter_map(own))
                .collect(),
            ..settings(switch, station.interfaces.len() as u16)
        }
    });
    (bridge.is_some() || !subinterfaces.is_empty()).then_some(LowerConfig { bridge, subinterfaces })
}

/// The interfaces of a node that are ports of its switch in a VLAN.
pub(super) fn ports_of(
    kind: &NodeKind,
    station: &Station,
    vlan: VlanId,
) -> impl Iterator<Item = usize> {
    let carries = move |number: u16| {
        let vlans = kind.switch().and_then(|switch| switch.port_vlans(number));
        vlans.is_some_and(|vlans| vlans.carries(vlan))
    };
    let ports = station.interfaces.iter().enumerate();
    ports
        .filter(|(_, interface)| interface.stand == Stand::SwitchPort)
        .map(|(index, _)| index)
        .filter(move |index| kind.port_number(*index).is_some_and(carries))
}

fn settings(switch: &Switch, ports: u16) -> BridgeConfig {
    BridgeConfig {
        ageing: switch.ageing,
        table_size: switch.table_size,
        ..BridgeConfig::with_ports(ports)
    }
}

/// The rows that were written by hand, in each VLAN of their port. `first` is the number of the port
/// that the node counts as 0.
fn macs(switch: &Switch, first: u16) -> Vec<StaticMac> {
    let rows = switch.macs.iter().flat_map(|row| {
        let vlans = switch.port_vlans(row.port.value);
        let vlans: Vec<_> = vlans.iter().flat_map(PortVlans::vlans).map(|(vlan, _)| vlan).collect();
        let port = PortId(row.port.value.saturating_sub(first));
        vlans.into_iter().map(move |vlan| StaticMac { vlan, mac: row.mac.value, port })
    });
    rows.collect()
}
