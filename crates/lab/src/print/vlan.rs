//! VLANs, ports, three-layer switches and home routers.

use serde::Serialize;
use serde_saphyr::FlowMap;

use super::dhcp::DhcpOut;
use super::nat::{FirewallOut, NatOut};
use super::{InterfaceOut, Ordered, RouteOut, interface, station as station_out};
use crate::lab::{PortMode, Stand, StaticMac, Station, Stp, Switch, Vlans};

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct SwitchOut {
    ageing: String,
    table_size: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    macs: Option<Ordered<u16>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vlans: Option<Ordered<FlowMap<VlanOut>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ports: Option<Ordered<FlowMap<PortOut>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stp: Option<FlowMap<StpOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snooping: Option<FlowMap<SnoopingOut>>,
}

#[derive(Serialize)]
pub(super) struct VlanOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(flatten)]
    interface: Option<InterfaceOut>,
}

#[derive(Default, Serialize)]
pub(super) struct PortOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    vlan: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trunk: Option<Vec<u16>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    native: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edge: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<u8>,
    #[serde(flatten)]
    interface: Option<InterfaceOut>,
}

/// A switch and a station in one.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct L3SwitchOut {
    #[serde(flatten)]
    switch: SwitchOut,
    #[serde(flatten)]
    common: CommonOut,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct HomeRouterOut {
    wan: Option<FlowMap<InterfaceOut>>,
    lan: Option<FlowMap<InterfaceOut>>,
    /// Its forwarder is among the programs.
    forwarder: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stp: Option<FlowMap<StpOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snooping: Option<FlowMap<SnoopingOut>>,
    /// Where it does not translate: it would, if nothing were said.
    #[serde(rename = "nat", skip_serializing_if = "Option::is_none")]
    no_nat: Option<bool>,
    #[serde(flatten)]
    common: CommonOut,
}

/// What stations have besides their interfaces.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct CommonOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway6: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routes: Vec<FlowMap<RouteOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hosts: Option<Ordered<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dhcp: Option<DhcpOut>,
    announce: bool,
    detect_conflicts: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    arp: Option<Ordered<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nat: Option<NatOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    firewall: Option<FirewallOut>,
}

/// The settings of a switch; the addresses are those of the station that it is in.
pub(super) fn switch(switch: &Switch, station: Option<&Station>) -> SwitchOut {
    // Ports follow from the links.
    let Switch { ports: _, ageing, table_size, macs, vlans, stp, snooping } = switch;
    let row = |row: &StaticMac| (row.mac.to_string(), row.port.value);
    SwitchOut {
        ageing: super::exact(*ageing),
        table_size: *table_size,
        macs: (!macs.is_empty()).then(|| Ordered(macs.iter().map(row).collect())),
        vlans: vlans.as_ref().map(|vlans| self::vlans(vlans, station)),
        ports: ports(vlans.as_ref(), stp.as_ref(), station),
        stp: stp.as_ref().map(|stp| FlowMap(StpOut::of(stp))),
        snooping: snooping.map(|snooping| FlowMap(SnoopingOut { querier: snooping.querier })),
    }
}

fn vlans(vlans: &Vlans, station: Option<&Station>) -> Ordered<FlowMap<VlanOut>> {
    let entry = |vlan: &crate::lab::Vlan| {
        let own = station.and_then(|station| {
            let stand = Stand::Switch(vlan.number.value);
            station.interfaces.iter().find(|interface| interface.stand == stand)
        });
        let out = VlanOut { name: vlan.name.clone(), interface: own.map(interface) };
        (vlan.number.to_string(), FlowMap(out))
    };
    Ordered(vlans.declared.iter().map(entry).collect())
}

fn ports(
    vlans: Option<&Vlans>,
    stp: Option<&Stp>,
    station: Option<&Station>,
) -> Option<Ordered<FlowMap<PortOut>>> {
    let empty = || PortOut::default();
    let mut all: Vec<(u16, PortOut)> = Vec::new();
    for settings in vlans.into_iter().flat_map(|vlans| &vlans.ports) {
        let mut out = empty();
        match &settings.mode {
            PortMode::Access(vlan) => out.vlan = Some(vlan.number()),
            PortMode::Trunk { tagged, native } => {
                out.trunk = Some(tagged.iter().map(|vlan| vlan.number()).collect());
                out.native = native.map(|native| native.number());
            }
            PortMode::Routed => {
                let number = usize::from(settings.port.value) - 1;
                let own = station.and_then(|station| station.interfaces.get(number));
                out.interface = own.map(interface);
            }
        }
        all.push((settings.port.value, out));
    }
    for said in stp.into_iter().flat_map(|stp| &stp.ports) {
        let number = said.port.value;
        let at = all.iter().position(|(known, _)| *known == number).unwrap_or_else(|| {
            all.push((number, empty()));
            all.len() - 1
        });
        let out = &mut all[at].1;
        (out.edge, out.cost, out.priority) = (said.edge, said.cost, said.priority);
    }
    let all = all.into_iter().map(|(number, out)| (number.to_string(), FlowMap(out)));
    (vlans.is_some() || all.len() > 0).then(|| Ordered(all.collect()))
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct StpOut {
    priority: u16,
    hello: String,
    max_age: String,
    forward_delay: String,
    hold_count: u8,
    rapid: bool,
}

impl StpOut {
    fn of(stp: &Stp) -> Self {
        let Stp { priority, hello, max_age, forward_delay, hold_count, rapid, ports: _ } = stp;
        Self {
            priority: *priority,
            hello: super::exact(*hello),
            max_age: super::exact(*max_age),
            forward_delay: super::exact(*forward_delay),
            hold_count: *hold_count,
            rapid: *rapid,
        }
    }
}

#[derive(Serialize)]
struct SnoopingOut {
    querier: bool,
}

pub(super) fn l3_switch(station: &Station) -> L3SwitchOut {
    let fallback = Switch {
        ports: 0,
        ageing: Switch::DEFAULT_AGEING,
        table_size: Switch::DEFAULT_TABLE_SIZE,
        macs: Vec::new(),
        vlans: None,
        stp: None,
        snooping: None,
    };
    // Each has one.
    let inside = station.switch.as_deref().unwrap_or(&fallback);
    L3SwitchOut { switch: switch(inside, Some(station)), common: common(station) }
}

pub(super) fn home_router(station: &Station) -> HomeRouterOut {
    let find = |name: &str| {
        let mut interfaces = station.interfaces.iter();
        interfaces.find(|own| own.name.as_str() == name).map(|own| FlowMap(interface(own)))
    };
    let inside = station.switch.as_deref();
    let stp = inside.and_then(|inside| inside.stp.as_ref());
    let snooping = inside.and_then(|inside| inside.snooping);
    let mut common = common(station);
    // Without a word it would lend addresses, and translate them.
    common.dhcp = common.dhcp.or(Some(DhcpOut::Off(false)));
    HomeRouterOut {
        wan: find("wan"),
        lan: find("lan"),
        forwarder: false,
        no_nat: station.nat.is_none().then_some(false),
        stp: stp.map(|stp| FlowMap(StpOut::of(stp))),
        snooping: snooping.map(|snooping| FlowMap(SnoopingOut { querier: snooping.querier })),
        common,
    }
}

fn common(station: &Station) -> CommonOut {
    let out = station_out(station);
    CommonOut {
        gateway: out.gateway,
        gateway6: out.gateway6,
        routes: out.routes,
        hosts: out.hosts,
        dhcp: out.dhcp,
        announce: out.announce,
        detect_conflicts: out.detect_conflicts,
        arp: out.arp,
        nat: out.nat,
        firewall: out.firewall,
    }
}
