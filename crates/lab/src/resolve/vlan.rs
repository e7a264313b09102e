//! VLANs, ports, three-layer switches, home routers, and interfaces without a cable of their own.

use ipnet::IpNet;
use lanternet_core::{MacAddr, VlanId};

use super::Resolver;
use super::nodes::{Addresses, common, macs};
use super::stp::{PortEntryParts, snooping};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{
    HomeRouterEntry, InterfaceEntry, L3PortEntry, L3SwitchEntry, L3VlanEntry, Map, PortEntry,
    PortKey, TrunkEntry, VlanEntry, VlanKey,
};
use crate::lab::{
    Advertise, Interface, NodeIndex, NodeKind, PortMode, PortSettings, Stand, Station, Switch,
    Vlan, Vlans,
};
use crate::names::{InterfaceName, NodeName, some_of};
use crate::span::{Span, Spanned};

/// A port as it was written, of whichever kind of switch.
struct Port<'a> {
    number: Spanned<u16>,
    vlan: Option<Spanned<VlanId>>,
    trunk: Option<&'a TrunkEntry>,
    native: Option<Spanned<VlanId>>,
    /// Where an address was written.
    routed: Option<Span>,
}

impl Resolver<'_> {
    /// The VLANs of a switch; `None` where nothing was written about them.
    pub(super) fn vlans(
        &mut self,
        node: &Spanned<NodeName>,
        vlans: &Map<VlanKey, VlanEntry>,
        ports: &Map<PortKey, PortEntry>,
    ) -> Option<Vlans> {
        // What is only about the spanning tree says nothing of VLANs.
        let said = |entry: &PortEntry| {
            let of_tree = entry.edge.is_some() || entry.cost.is_some() || entry.priority.is_some();
            let of_vlans = entry.vlan.is_some() || entry.trunk.is_some() || entry.native.is_some();
            of_vlans || !of_tree
        };
        let said = |entry: &Option<PortEntry>| entry.as_ref().is_none_or(said);
        if vlans.0.is_empty() && !ports.0.iter().any(|(_, entry)| said(entry)) {
            return None;
        }
        let name = |entry: &VlanEntry| entry.name.as_ref().map(|name| name.0.clone());
        let declared = vlans.0.iter().map(|(key, entry)| Vlan {
            number: Spanned::new(key.0, key.span),
            name: entry.as_ref().and_then(name),
        });
        let mut found = Vlans { declared: declared.collect(), ports: Vec::new() };
        for (key, entry) in &ports.0 {
            let Some(entry) = entry else { continue };
            let number = Spanned::new(key.0, key.span);
            let PortEntry { vlan, trunk, native, .. } = entry;
            let (vlan, trunk, native) = (*vlan, trunk.as_ref(), *native);
            let port = Port { number, vlan, trunk, native, routed: None };
            self.port_settings(node, &port, &mut found);
        }
        Some(found)
    }

    pub(super) fn l3_switch(&mut self, node: &Spanned<NodeName>, entry: &L3SwitchEntry) -> Station {
        let stp = self.stp(node, entry.stp.as_ref(), stp_ports_l3(&entry.ports));
        let mut vlans = Vlans::default();
        let mut own = Vec::new();
        for (key, vlan) in &entry.vlans.0 {
            let number = Spanned::new(key.0, key.span);
            let name = vlan.as_ref().and_then(|vlan| vlan.name.as_ref());
            vlans.declared.push(Vlan { number, name: name.map(|name| name.0.clone()) });
            let Some(vlan) = vlan else { continue };
            own.extend(self.vlan_interface(node, number, vlan));
        }
        let mut routed = Vec::new();
        for (key, port) in &entry.ports.0 {
            let Some(port) = port else { continue };
            let number = Spanned::new(key.0, key.span);
            let L3PortEntry { vlan, trunk, native, address, addresses, mac, advertise, .. } = port;
            let addressed = address.map(|address| address.span);
            let addressed = addressed.or_else(|| Some(addresses.items.first()?.span));
            let addressed = addressed.or_else(|| mac.map(|mac| mac.span));
            let (vlan, trunk, native) = (*vlan, trunk.as_ref(), *native);
            let settings = Port { number, vlan, trunk, native, routed: addressed };
            if self.port_settings(node, &settings, &mut vlans) {
                let addresses = self.addresses(*address, addresses);
                let advertise = self.advertise(advertise.as_ref());
                routed.push((number, *mac, addresses, advertise));
            }
        }
        let mut interfaces = Vec::new();
        let ports = routed.iter().map(|(number, ..)| number.value).max().unwrap_or(0);
        for number in 1..=ports {
            let at = routed.iter().position(|(routed, ..)| routed.value == number);
            interfaces.push(match at {
                Some(at) => {
                    let (number, mac, addresses, advertise) = routed.swap_remove(at);
                    let name = Spanned::new(InterfaceName::port(number.value), number.span);
                    let mut interface = self.interface(node, name, mac, addresses);
                    interface.ipv6.advertise = advertise;
                    interface
                }
                None => self.switch_port(node, number),
            });
        }
        self.virtuals.insert(self.next_node(), own);
        Station {
            interfaces,
            nat: self.nat(node, entry.nat.as_ref()),
            switch: Some(Box::new(Switch {
                ports: 0,
                ageing: entry.ageing.map_or(Switch::DEFAULT_AGEING, |ageing| ageing.value),
                table_size: entry.table_size.map_or(Switch::DEFAULT_TABLE_SIZE, |s| s.0),
                macs: macs(&entry.macs),
                vlans: Some(vlans),
                stp,
                snooping: snooping(entry.snooping.as_ref()),
            })),
            ..self.common(&common!(entry))
        }
    }

    pub(super) fn home_router(
        &mut self,
        node: &Spanned<NodeName>,
        entry: &HomeRouterEntry,
    ) -> Station {
        let stp = self.stp(node, entry.stp.as_ref(), Vec::new());
        let (mac, addresses, advertise) = self.parts(entry.wan.as_ref());
        let wan = Spanned::new(InterfaceName::wan(), node.span);
        let mut wan = self.interface(node, wan, mac, addresses);
        wan.ipv6.advertise = advertise;
        let (mac, mut addresses, advertise) = self.parts(entry.lan.as_ref());
        if addresses.is_empty() {
            // What most boxes in a home have when they are unpacked.
            let usual = IpNet::new(std::net::Ipv4Addr::new(192, 168, 1, 1).into(), 24);
            addresses.written.extend(usual.ok().map(|usual| Spanned::new(usual, node.span)));
        }
        let lan = Spanned::new(InterfaceName::lan(), node.span);
        let mut lan = self.interface(node, lan, mac, addresses);
        lan.stand = Stand::Switch(VlanId::DEFAULT);
        lan.ipv6.advertise = advertise;
        let [gateway, gateway6] = self.gateways(entry.gateway, entry.gateway6);
        self.virtuals.insert(self.next_node(), vec![lan]);
        Station {
            interfaces: vec![wan],
            gateway,
            gateway6,
            nat: self.home_nat(node, entry.nat.as_ref()),
            switch: Some(Box::new(Switch {
                ports: 0,
                ageing: Switch::DEFAULT_AGEING,
                table_size: Switch::DEFAULT_TABLE_SIZE,
                macs: Vec::new(),
                vlans: None,
                stp,
                snooping: snooping(entry.snooping.as_ref()),
            })),
            ..self.common(&common!(entry))
        }
    }

    /// The number that the node which is being read will have.
    pub(super) fn next_node(&self) -> NodeIndex {
        NodeIndex(self.lab.nodes.len())
    }

    /// The interface of the switch's own IP layer in a VLAN, if it has one.
    fn vlan_interface(
        &mut self,
        node: &Spanned<NodeName>,
        vlan: Spanned<VlanId>,
        entry: &L3VlanEntry,
    ) -> Option<Interface> {
        let addresses = self.addresses(entry.address, &entry.addresses);
        let asked = entry.address.is_some() || !entry.addresses.items.is_empty();
        if addresses.is_empty() && !asked && entry.mac.is_none() {
            return None;
        }
        let name = Spanned::new(InterfaceName::vlan(vlan.value), vlan.span);
        let mut interface = self.interface(node, name, entry.mac, addresses);
        interface.stand = Stand::Switch(vlan.value);
        interface.ipv6.advertise = self.advertise(entry.advertise.as_ref());
        Some(interface)
    }

    /// Adds what was said about a port; whether it is a routed one.
    fn port_settings(
        &mut self,
        node: &Spanned<NodeName>,
        port: &Port<'_>,
        vlans: &mut Vlans,
    ) -> bool {
        let Port { number, vlan, trunk, native, routed } = *port;
        let switched = vlan.map(|vlan| (vlan.span, "`vlan`"));
        let switched = switched.or_else(|| trunk.map(|trunk| (trunk.span, "`trunk`")));
        let switched = switched.or_else(|| native.map(|native| (native.span, "`native`")));
        if let (Some(address), Some((other, what))) = (routed, switched) {
            self.out.push(
                Diagnostic::new(
                    Code::Conflict,
                    format!("port {number} of `{node}` has an address and {what} too"),
                    address,
                    "this makes it an interface of its own, outside of the switch",
                )
                .and(other, "this makes it a port of the switch")
                .help(
                    "take one of them out; the address of the switch in a VLAN goes under `vlans`: \
                     `10: { address: ... }`",
                ),
            );
            return false;
        }
        if let (Some(vlan), Some(trunk)) = (vlan, trunk) {
            self.out.push(
                Diagnostic::new(
                    Code::Conflict,
                    format!("port {number} of `{node}` has `vlan` and `trunk`"),
                    trunk.span,
                    "this is for a port of several VLANs",
                )
                .and(vlan.span, "this is for a port of one")
                .help("the VLAN of a trunk whose frames have no tag is `native: ...`"),
            );
        }
        if let (Some(native), None) = (native, trunk) {
            self.out.push(
                Diagnostic::new(
                    Code::Conflict,
                    format!("port {number} of `{node}` has `native` and no `trunk`"),
                    native.span,
                    "only a trunk has a native VLAN",
                )
                .help("write `vlan: ...` for a port of one VLAN, or add `trunk: [...]`"),
            );
        }
        if let Some(trunk) = trunk
            && !trunk.incomplete
            && trunk.vlans.as_ref().is_some_and(Vec::is_empty)
        {
            self.out.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!("the trunk at port {number} of `{node}` has no VLANs"),
                    trunk.span,
                    "nothing gets through",
                )
                .help("write their numbers, such as `trunk: [10, 20]`, or `trunk: all`"),
            );
        }
        let listed = trunk.and_then(|trunk| trunk.vlans.as_deref()).unwrap_or_default();
        for used in vlan.iter().chain(&native).chain(listed) {
            if !vlans.has(used.value) {
                self.unknown_vlan(node, *used, vlans);
            }
        }
        let mode = match (routed, trunk) {
            (Some(_), _) => PortMode::Routed,
            (None, Some(trunk)) => {
                let all = || {
                    let all = vlans.declared.iter().map(|vlan| vlan.number.value);
                    // VLAN 1 is there too, but for a trunk that has it as its native VLAN anyway.
                    let all = all.filter(|vlan| Some(*vlan) != native.map(|native| native.value));
                    all.map(|vlan| Spanned::new(vlan, trunk.span)).collect()
                };
                PortMode::Trunk { tagged: trunk.vlans.clone().unwrap_or_else(all), native }
            }
            (None, None) => {
                PortMode::Access(vlan.unwrap_or(Spanned::new(VlanId::DEFAULT, number.span)))
            }
        };
        vlans.ports.push(PortSettings { port: number, mode });
        routed.is_some()
    }

    fn unknown_vlan(&mut self, node: &Spanned<NodeName>, vlan: Spanned<VlanId>, vlans: &Vlans) {
        let known: Vec<_> =
            vlans.declared.iter().map(|vlan| vlan.number.value.to_string()).collect();
        let has = match known.is_empty() {
            true => String::new(),
            false => format!(", where it has {}", some_of(known.iter().map(String::as_str))),
        };
        self.out.push(
            Diagnostic::new(
                Code::UnknownVlan,
                format!("`{node}` has no VLAN {vlan}"),
                vlan.span,
                "not among its `vlans`",
            )
            .help(format!("add `{vlan}: {{ name: ... }}` to its `vlans`{has}")),
        );
    }

    /// A port of the switch inside a station.
    fn switch_port(&self, node: &Spanned<NodeName>, number: u16) -> Interface {
        let name = Spanned::new(InterfaceName::port(number), node.span);
        let mut port = self.interface(node, name, None, Addresses::default());
        port.stand = Stand::SwitchPort;
        port
    }

    /// Makes sure that a station with numbered ports has all up to this one.
    pub(super) fn ensure_ports(&mut self, node: NodeIndex, interface: usize) {
        let entry = self.lab.node(node);
        let name = entry.name.clone();
        let have = entry.kind.station().map_or(0, |station| station.interfaces.len());
        let kind = &entry.kind;
        let missing: Vec<_> = (have..=interface)
            .filter_map(|interface| kind.port_number(interface))
            .map(|number| self.switch_port(&name, number))
            .collect();
        if let Some(station) = self.lab.nodes[node.0].kind.station_mut() {
            station.interfaces.extend(missing);
        }
    }

    /// The interfaces that an entry lists: those with a cable of their own come back, those that are
    /// a VLAN of another one wait until all others are there.
    pub(super) fn interfaces(
        &mut self,
        node: &Spanned<NodeName>,
        entries: &Map<InterfaceName, InterfaceEntry>,
    ) -> Vec<Interface> {
        let mut interfaces: Vec<Interface> = Vec::with_capacity(entries.0.len());
        let mut parts = Vec::new();
        for (name, entry) in &entries.0 {
            let (mac, addresses, advertise) = self.parts(entry.as_ref());
            match name.parts() {
                None => {
                    let mut interface = self.interface(node, name.clone(), mac, addresses);
                    interface.ipv6.advertise = advertise;
                    interfaces.push(interface);
                }
                Some((parent, vlan)) => {
                    parts.push((name, parent, vlan, mac, addresses, advertise));
                }
            }
        }
        let mut waiting = Vec::new();
        for (name, parent, vlan, mac, addresses, advertise) in parts {
            if let Some(mut part) =
                self.subinterface(node, name, (parent, vlan), mac, addresses, &mut interfaces)
            {
                part.ipv6.advertise = advertise;
                waiting.push(part);
            }
        }
        self.virtuals.insert(self.next_node(), waiting);
        interfaces
    }

    /// What an interface's entry says.
    fn parts(
        &mut self,
        entry: Option<&InterfaceEntry>,
    ) -> (Option<Spanned<MacAddr>>, Addresses, Option<Advertise>) {
        let Some(entry) = entry else { return (None, Addresses::default(), None) };
        let addresses = self.addresses(entry.address, &entry.addresses);
        (entry.mac, addresses, self.advertise(entry.advertise.as_ref()))
    }

    fn subinterface(
        &mut self,
        node: &Spanned<NodeName>,
        name: &Spanned<InterfaceName>,
        (parent, vlan): (&str, &str),
        mac: Option<Spanned<MacAddr>>,
        addresses: Addresses,
        interfaces: &mut Vec<Interface>,
    ) -> Option<Interface> {
        let number = vlan.parse().ok().and_then(VlanId::new);
        let (Some(vlan), Ok(parent)) =
            (number.filter(|number| number.to_string() == vlan), parent.parse::<InterfaceName>())
        else {
            self.out.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!("expected an interface and the number of a VLAN, got `{name}`"),
                    name.span,
                    "not such a name",
                )
                .help("write one such as `eth0.10`; VLANs have numbers from 1 to 4094"),
            );
            return None;
        };
        let known = interfaces.iter().position(|interface| interface.name.value == parent);
        let parent = known.unwrap_or_else(|| {
            let parent = Spanned::new(parent, name.span);
            interfaces.push(self.interface(node, parent, None, Addresses::default()));
            interfaces.len() - 1
        });
        // As in Linux, the address on the wire is that of the card.
        let mac = mac.unwrap_or(Spanned::new(interfaces[parent].mac.value, Span::default()));
        let mut part = self.interface(node, name.clone(), Some(mac), addresses);
        part.stand = Stand::Interface { parent, vlan };
        Some(part)
    }

    /// Puts the interfaces without a cable of their own behind those with one.
    pub(super) fn add_virtuals(&mut self) {
        for (node, waiting) in std::mem::take(&mut self.virtuals) {
            if let Some(station) =
                self.lab.nodes.get_mut(node.0).and_then(|node| node.kind.station_mut())
            {
                station.interfaces.extend(waiting);
            }
        }
    }

    /// Complains about ports that were configured and have no cable. Which have one is known only
    /// when the links are.
    pub(super) fn ports_without_cable(&mut self) {
        for (index, node) in self.lab.nodes.iter().enumerate() {
            let Some(vlans) = node.kind.switch().and_then(|switch| switch.vlans.as_ref()) else {
                continue;
            };
            let mut ends = self.lab.links.iter().flat_map(|link| &link.ends);
            let ends: Vec<_> = ends.by_ref().filter(|end| end.node == NodeIndex(index)).collect();
            // A node without any cable is another matter.
            if ends.is_empty() {
                continue;
            }
            for settings in &vlans.ports {
                let port = settings.port;
                let cabled = |interface| node.kind.port_number(interface) == Some(port.value);
                if !ends.iter().any(|end| cabled(end.interface)) {
                    let name = format!("{}:{port}", node.name);
                    self.out.push(
                        Diagnostic::new(
                            Code::Uncabled,
                            format!("port {port} of `{}` has settings and no cable", node.name),
                            port.span,
                            "nothing is plugged in here",
                        )
                        .help(format!("add a link such as `{name} -- ...`, or take it out")),
                    );
                }
            }
        }
    }
}

/// What was said about ports for the spanning tree.
pub(super) fn stp_ports(
    ports: &Map<PortKey, PortEntry>,
) -> Vec<(Spanned<PortKey>, PortEntryParts)> {
    let ports = ports.0.iter().filter_map(|(key, entry)| {
        let PortEntry { edge, cost, priority, .. } = entry.as_ref()?;
        let parts = PortEntryParts { edge: *edge, cost: *cost, priority: *priority };
        Some((*key, parts))
    });
    ports.collect()
}

/// The same for a three-layer switch.
fn stp_ports_l3(ports: &Map<PortKey, L3PortEntry>) -> Vec<(Spanned<PortKey>, PortEntryParts)> {
    let ports = ports.0.iter().filter_map(|(key, entry)| {
        let L3PortEntry { edge, cost, priority, .. } = entry.as_ref()?;
        let parts = PortEntryParts { edge: *edge, cost: *cost, priority: *priority };
        Some((*key, parts))
    });
    ports.collect()
}

impl NodeKind {
    /// The switch that a node is, or has inside, to change.
    pub(super) fn switch_mut(&mut self) -> Option<&mut Switch> {
        match self {
            Self::Switch(switch) => Some(switch),
            _ => self.station_mut()?.switch.as_deref_mut(),
        }
    }
}
