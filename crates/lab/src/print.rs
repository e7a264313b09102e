//! A lab as it was understood: YAML with every name resolved and every default filled in, which
//! reads as the same lab again.

mod dhcp;
mod nat;
mod vlan;

use lanternet_core::{Duration, LinkSettings, QueueLimit};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_saphyr::FlowMap;

use self::dhcp::{DhcpOut, RelayOut};
use self::nat::{FirewallOut, NatOut};
use self::vlan::{HomeRouterOut, L3SwitchOut, SwitchOut};
use crate::lab::{FileSource, Interface, Lab, Link, Neighbor, NodeKind, Program, Station};
use crate::units::{QueueSize, Rate, Share};

/// The lab as the text of a lab file.
pub fn print(lab: &Lab) -> String {
    let document = Document {
        name: &lab.name,
        seed: lab.seed,
        until: lab.until.map(exact),
        nodes: Ordered(
            lab.nodes.iter().map(|node| (node.name.to_string(), kind(&node.kind))).collect(),
        ),
        links: lab.links.iter().map(|entry| FlowMap(link(lab, entry))).collect(),
        programs: lab.programs.iter().map(|entry| FlowMap(program(lab, entry))).collect(),
        files: {
            let own = lab.files.iter().filter_map(|file| match &file.source {
                FileSource::Lab(text) => Some((file.path.value.clone(), text.value.clone())),
                FileSource::Folder => None,
            });
            let own: Vec<_> = own.collect();
            (!own.is_empty()).then_some(Ordered(own))
        },
        expect: lab.expectations.iter().map(|entry| entry.text.as_str()).collect(),
    };
    let options = serde_saphyr::ser_options! {
        yaml_12: true,
        no_lang_directive: true,
        compact_list_indent: false,
        prefer_block_scalars: false,
    };
    // Serialising plain data into a String does not fail; if it does, that is for the reader to see.
    serde_saphyr::to_string_with_options(&document, options)
        .unwrap_or_else(|error| format!("# not printable: {error}\n"))
}

/// A mapping in the order of the list.
struct Ordered<V>(Vec<(String, V)>);

impl<V: Serialize> Serialize for Ordered<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Document<'a> {
    name: &'a str,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    nodes: Ordered<NodeOut>,
    links: Vec<FlowMap<LinkOut>>,
    programs: Vec<FlowMap<ProgramOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Ordered<String>>,
    expect: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum NodeOut {
    Host(Box<StationOut>),
    Router(Box<StationOut>),
    Hub,
    Switch(Box<SwitchOut>),
    #[serde(rename = "l3-switch")]
    L3Switch(Box<L3SwitchOut>),
    HomeRouter(Box<HomeRouterOut>),
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct StationOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway6: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interfaces: Option<Ordered<FlowMap<InterfaceOut>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routes: Vec<FlowMap<RouteOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hosts: Option<Ordered<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dns: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    search: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dhcp: Option<DhcpOut>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<String>,
    announce: bool,
    detect_conflicts: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    arp: Option<Ordered<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nat: Option<NatOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    firewall: Option<FirewallOut>,
}

#[derive(Serialize)]
struct InterfaceOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<String>,
    mac: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advertise: Option<AdvertiseOut>,
    #[serde(rename = "dhcp-relay", skip_serializing_if = "Option::is_none")]
    dhcp_relay: Option<FlowMap<RelayOut>>,
}

#[derive(Serialize)]
struct AdvertiseOut {
    lifetime: String,
    interval: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prefixes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dns: Vec<String>,
}

#[derive(Serialize)]
struct RouteOut {
    to: String,
    via: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    interface: Option<String>,
}

#[derive(Serialize)]
struct LinkOut {
    // Flow style because the link is; to ask for it again would be left to the next list.
    between: Vec<String>,
    /// What is not written here is then as on a cable without limits.
    preset: &'static str,
    #[serde(flatten)]
    both: Option<DirectionOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forward: Option<DirectionOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backward: Option<DirectionOut>,
    mtu: u16,
    state: &'static str,
}

#[derive(Serialize)]
struct DirectionOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<String>,
    delay: String,
    jitter: String,
    loss: String,
    duplicate: String,
    reorder: String,
    corrupt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<String>,
}

#[derive(Serialize)]
struct ProgramOut {
    name: String,
    on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    run: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    input: Vec<String>,
}

fn kind(kind: &NodeKind) -> NodeOut {
    match kind {
        NodeKind::Host(station) => NodeOut::Host(Box::new(self::station(station))),
        NodeKind::Router(station) => NodeOut::Router(Box::new(self::station(station))),
        NodeKind::Hub { ports: _ } => NodeOut::Hub,
        NodeKind::Switch(switch) => NodeOut::Switch(Box::new(vlan::switch(switch, None))),
        NodeKind::L3Switch(station) => NodeOut::L3Switch(Box::new(vlan::l3_switch(station))),
        NodeKind::HomeRouter(station) => NodeOut::HomeRouter(Box::new(vlan::home_router(station))),
    }
}

fn station(station: &Station) -> StationOut {
    let Station {
        groups,
        interfaces,
        gateway,
        gateway6,
        routes,
        hosts,
        announce,
        detect_conflicts,
        neighbors,
        nat,
        firewall,
        // Where there is one, it is printed with the VLANs.
        switch: _,
        dhcp: _,
        dns,
        search,
    } = station;
    let some = |empty: bool| (!empty).then_some(());
    StationOut {
        gateway: gateway.map(|gateway| gateway.to_string()),
        gateway6: gateway6.map(|gateway| gateway.to_string()),
        interfaces: some(interfaces.is_empty()).map(|()| {
            let entry = |i: &Interface| (i.name.to_string(), FlowMap(interface(i)));
            Ordered(interfaces.iter().map(entry).collect())
        }),
        routes: routes
            .iter()
            .map(|route| {
                FlowMap(RouteOut {
                    to: route.to.to_string(),
                    via: route.via.to_string(),
                    interface: route.interface.as_ref().map(ToString::to_string),
                })
            })
            .collect(),
        hosts: some(hosts.is_empty()).map(|()| {
            Ordered(hosts.iter().map(|e| (e.name.to_string(), e.address.to_string())).collect())
        }),
        dns: dns.iter().map(ToString::to_string).collect(),
        search: search.iter().map(ToString::to_string).collect(),
        dhcp: dhcp::pools(station),
        groups: groups.iter().map(ToString::to_string).collect(),
        announce: *announce,
        detect_conflicts: *detect_conflicts,
        arp: some(neighbors.is_empty()).map(|()| {
            let row = |row: &Neighbor| (row.address.to_string(), row.mac.to_string());
            Ordered(neighbors.iter().map(row).collect())
        }),
        nat: nat.as_deref().map(nat::nat),
        firewall: firewall.as_deref().map(nat::firewall),
    }
}

fn interface(interface: &Interface) -> InterfaceOut {
    let mut addresses: Vec<_> = interface.addresses.iter().map(ToString::to_string).collect();
    if interface.dhcp.client.is_some() {
        addresses.push("dhcp".to_owned());
    }
    addresses.extend(interface.ipv6.slaac.map(|_| "slaac".to_owned()));
    let one = addresses.len() == 1;
    InterfaceOut {
        address: if one { addresses.pop() } else { None },
        addresses,
        mac: interface.mac.to_string(),
        advertise: interface.ipv6.advertise.as_ref().map(|advertise| AdvertiseOut {
            lifetime: exact(advertise.lifetime),
            interval: exact(advertise.interval),
            prefixes: advertise.prefixes.iter().map(ToString::to_string).collect(),
            dns: advertise.dns.iter().map(ToString::to_string).collect(),
        }),
        dhcp_relay: interface.dhcp.relay.as_ref().map(dhcp::relay),
    }
}

fn link(lab: &Lab, link: &Link) -> LinkOut {
    let same = link.forward == link.backward;
    LinkOut {
        between: link.ends.iter().map(|end| lab.end_name(*end)).collect(),
        preset: "perfect",
        both: same.then(|| direction(&link.forward)),
        forward: (!same).then(|| direction(&link.forward)),
        backward: (!same).then(|| direction(&link.backward)),
        mtu: link.forward.mtu,
        state: if link.up { "up" } else { "down" },
    }
}

fn direction(settings: &LinkSettings) -> DirectionOut {
    let LinkSettings { rate, delay, jitter, loss, duplicate, reorder, corrupt, queue, mtu: _ } =
        settings;
    // A lab is made by our own parser, so every share is one; 0 otherwise.
    let share = |parts: u32| Share::from_parts_per_million(parts).unwrap_or_default().to_string();
    DirectionOut {
        rate: rate.and_then(Rate::from_bits_per_second).map(|rate| rate.to_string()),
        delay: exact(*delay),
        jitter: exact(*jitter),
        loss: share(*loss),
        duplicate: share(*duplicate),
        reorder: share(*reorder),
        corrupt: share(*corrupt),
        // Without a rate nothing waits, and to write a queue would be remarked on.
        queue: (rate.is_some() || *queue != LinkSettings::default().queue).then(|| {
            match *queue {
                QueueLimit::Frames(frames) => QueueSize::Frames(frames),
                QueueLimit::Bytes(bytes) => QueueSize::Bytes(bytes),
            }
            .to_string()
        }),
    }
}

fn program(lab: &Lab, program: &Program) -> ProgramOut {
    ProgramOut {
        name: program.name.to_string(),
        on: lab.node(program.on).name.to_string(),
        at: program.at.map(exact),
        run: program.run.value.clone(),
        input: program.input.clone(),
    }
}

/// A duration in the largest unit that keeps all of it (`Display` rounds to three digits).
fn exact(duration: Duration) -> String {
    let nanos = duration.nanos();
    let (scale, unit) = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")]
        .into_iter()
        .find(|(scale, _)| nanos.is_multiple_of(*scale))
        .unwrap_or((1, "ns"));
    format!("{}{unit}", nanos / scale)
}
