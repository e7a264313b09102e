//! What a lab file means: every name resolved, every default filled in, every value of a type that
//! proves that it is fit to be built.
//!
//! A [`Lab`] is made by [`crate::parse`] only. Numbers stand for names: a [`NodeIndex`] indexes
//! [`Lab::nodes`], a [`ProgramIndex`] indexes [`Lab::programs`].

mod dhcp;
mod ipv6;
mod nat;
mod stp;
mod vlan;
mod wiring;

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use lanternet_apps::{Command, Files};
use lanternet_core::{Duration, LinkSettings, MacAddr};

pub use self::nat::{Firewall, Forward, Nat, OneToOne, Rule};
pub(crate) use self::nat::{net_text, ports_text};
use crate::names::{HostName, InterfaceName, NodeName};
use crate::span::{Span, Spanned, Text};

pub use self::dhcp::{DhcpPool, InterfaceDhcp, Relay};
pub use self::ipv6::{Advertise, Ipv6};
pub use self::stp::{Snooping, Stp, StpPort};
pub use self::vlan::{PortMode, PortSettings, Stand, Vlan, Vlans};
pub use self::wiring::{Departure, Spot, Tag};

/// A network to build and what is to happen in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lab {
    /// What it is called.
    pub name: String,
    /// The number from which all chance is drawn.
    pub seed: u64,
    /// When the run ends at the latest, counted from its start.
    pub until: Option<Duration>,
    /// Hosts and devices in the order of the file.
    pub nodes: Vec<Node>,
    /// Links in the order of the file.
    pub links: Vec<Link>,
    /// Programs in the order of the file.
    pub programs: Vec<Program>,
    /// The files that its programs read: the lab's own in the order of the file, then those of its
    /// folder.
    pub files: Vec<File>,
    /// What must hold at the end, in the order of the file.
    pub expectations: Vec<Expectation>,
}

/// Which of [`Lab::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIndex(pub usize);

/// Which of [`Lab::programs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProgramIndex(pub usize);

/// A host or device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name; no other node has it.
    pub name: Spanned<NodeName>,
    /// What it is.
    pub kind: NodeKind,
}

/// What a node is, and the settings that such a node has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A computer: it runs programs and forwards nothing.
    Host(Station),
    /// It repeats each frame to all its other ports.
    Hub {
        /// How many ports it has; they are called 1, 2, 3 ...
        ports: u16,
    },
    /// It learns and forwards by MAC address.
    Switch(Switch),
    /// It forwards packets between networks, and runs programs too.
    Router(Station),
    /// A switch and a router in one box: between its VLANs it forwards packets.
    L3Switch(Station),
    /// The box of a home: a small switch, and a router between it and the line outside.
    HomeRouter(Station),
}

/// A switch's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// How many ports it has; they are called 1, 2, 3 ...
    pub ports: u16,
    /// How long a silent station stays in the table.
    pub ageing: Duration,
    /// How many stations the table holds.
    pub table_size: u32,
    /// Stations that are in the table from the start and stay.
    pub macs: Vec<StaticMac>,
    /// Its VLANs; without them it knows nothing of VLANs.
    pub vlans: Option<Vlans>,
    /// How it takes part in the spanning tree, if it does.
    pub stp: Option<Stp>,
    /// How it listens in on groups, if it does.
    pub snooping: Option<Snooping>,
}

/// A row of a switch's table that was written by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticMac {
    /// The station.
    pub mac: Spanned<MacAddr>,
    /// The number of the port that it is behind, from 1; the switch has this port.
    pub port: Spanned<u16>,
}

impl Switch {
    /// IEEE 802.1D-2004 table 7-5 recommends 300 seconds; Linux bridges have the same.
    pub const DEFAULT_AGEING: Duration = Duration::from_secs(300);
    /// What small office switches have.
    pub const DEFAULT_TABLE_SIZE: u32 = 8192;
}

/// What hosts and routers have in common: they speak IP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Station {
    /// Its interfaces: those of the file in its order, then those that links brought into being, then
    /// those that have no cable of their own.
    pub interfaces: Vec<Interface>,
    /// A host's default gateway for IPv4.
    pub gateway: Option<Spanned<IpAddr>>,
    /// The same for IPv6.
    pub gateway6: Option<Spanned<IpAddr>>,
    /// Static routes besides the gateway.
    pub routes: Vec<Route>,
    /// Names it knows by itself.
    pub hosts: Vec<HostsEntry>,
    /// The name servers that it asks for others, in order.
    pub dns: Vec<Spanned<IpAddr>>,
    /// The domains that it looks short names up in.
    pub search: Vec<Spanned<HostName>>,
    /// Whether it announces its addresses when it starts (RFC 5227 section 2.3).
    pub announce: bool,
    /// Whether it asks for its addresses before it uses them (RFC 5227 section 2.1).
    pub detect_conflicts: bool,
    /// Neighbours whose MAC addresses it knows by itself.
    pub neighbors: Vec<Neighbor>,
    /// What it lends as a DHCP server.
    pub dhcp: Vec<DhcpPool>,
    /// Address translation out of one of its interfaces.
    pub nat: Option<Box<Nat>>,
    /// Which packets may pass.
    pub firewall: Option<Box<Firewall>>,
    /// Multicast groups that it is in from the start.
    pub groups: Vec<Spanned<IpAddr>>,
    /// The switch inside a three-layer switch or a home router.
    pub switch: Option<Box<Switch>>,
}

/// A row of a station's neighbour table that was written by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbor {
    /// The neighbour.
    pub address: Spanned<IpAddr>,
    /// Its MAC address, or what is taken for it.
    pub mac: Spanned<MacAddr>,
}

/// A network interface of a host or router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name on this node.
    pub name: Spanned<InterfaceName>,
    /// Its MAC address, given or derived from (seed, node, interface). Its span is that of the
    /// given one, or empty.
    pub mac: Spanned<MacAddr>,
    /// Its addresses with the length of their networks' prefixes. None for an interface that only
    /// has a cable.
    pub addresses: Vec<Spanned<IpNet>>,
    /// What it stands on.
    pub stand: Stand,
    /// What it does about IPv6.
    pub ipv6: Ipv6,
    /// What it has to do with DHCP.
    pub dhcp: InterfaceDhcp,
}

/// A row of the route table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The network it leads to; no host bits set.
    pub to: Spanned<IpNet>,
    /// The next router.
    pub via: Spanned<IpAddr>,
    /// Which of [`Station::interfaces`] the router is at, where that was written.
    pub interface: Option<Spanned<InterfaceName>>,
}

/// A row of a station's own list of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostsEntry {
    /// The name, in small letters.
    pub name: Spanned<HostName>,
    /// Its address.
    pub address: Spanned<IpAddr>,
}

/// A cable between two interfaces or ports, each with one cable at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its ends, at two different nodes.
    pub ends: [End; 2],
    /// The settings from the first end to the second.
    pub forward: LinkSettings,
    /// The settings from the second end to the first.
    pub backward: LinkSettings,
    /// Whether the cable is plugged in at the start.
    pub up: bool,
    /// Where it was written.
    pub span: Spanned<()>,
}

/// One end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The node.
    pub node: NodeIndex,
    /// Which of a station's interfaces, or the number of a port less one.
    pub interface: usize,
    /// Where the node was written.
    pub span: Spanned<()>,
}

/// A program on a host or router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// What expectations call it; no other program and no node has this name.
    pub name: Spanned<NodeName>,
    /// Where it runs.
    pub on: NodeIndex,
    /// When it starts, counted from the start of the run. Without a time it starts as soon as its
    /// node has its addresses: at once, unless they come from a server or are still being checked.
    pub at: Option<Duration>,
    /// Its command line as it was written.
    pub run: Text,
    /// Its command line as the programs understand it.
    pub command: Command,
    /// What it finds on standard input, line by line.
    pub input: Vec<String>,
}

/// A file that programs read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path from the lab's folder; no other file has it. For a file of the folder the place is
    /// where a program names it.
    pub path: Spanned<String>,
    /// What is in it.
    pub content: Arc<[u8]>,
    /// Where that comes from.
    pub source: FileSource,
}

/// Where a file's content comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileSource {
    /// From the lab file itself, here.
    Lab(Text),
    /// From the folder that the lab file is in.
    Folder,
}

/// Something that must hold at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The line of the file.
    pub text: Spanned<String>,
    /// What it claims.
    pub claim: Claim,
}

/// What an expectation claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// A probe (echo request without `service`, else an exchange with that port) comes back, or
    /// does not.
    Reach {
        /// The station that sends the probe.
        from: NodeIndex,
        /// Where it goes.
        target: Target,
        /// The port that it asks.
        service: Option<Service>,
        /// Whether it is to come back.
        expected: bool,
    },
    /// A name has this address for a station.
    Resolve {
        /// The station that asks.
        node: NodeIndex,
        /// The name.
        name: HostName,
        /// The address it must have.
        address: IpAddr,
    },
    /// A station has this address, or one in this network.
    HasAddress {
        /// The station.
        node: NodeIndex,
        /// The address it must have.
        address: AddressClaim,
    },
    /// What a program printed, on standard output or standard error, has this text in it, or not.
    Output {
        /// Who printed.
        of: Speaker,
        /// The text.
        text: String,
        /// Whether it is to be there.
        expected: bool,
    },
    /// A program ended with this exit status.
    Exit {
        /// The program.
        of: ProgramIndex,
        /// The status it must have.
        code: u8,
    },
}

/// Where a probe goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To the address of a station that the asking one would try first (RFC 6724 section 6): of both
    /// families the one that it has a way to, and IPv6 before IPv4; of one family the first.
    Node(NodeIndex),
    /// To this address.
    Address(IpAddr),
    /// To the address that this name has for the asking station.
    Name(HostName),
}

/// A port and who listens there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Service {
    /// The port, from 1.
    pub port: u16,
    /// TCP or UDP.
    pub transport: Transport,
}

/// A transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// A connection.
    Tcp,
    /// Datagrams.
    Udp,
}

/// What address a station must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressClaim {
    /// This one.
    Exactly(IpAddr),
    /// One in this network.
    Within(IpNet),
}

/// Whose output is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// One program's.
    Program(ProgramIndex),
    /// That of all programs on a node.
    Node(NodeIndex),
}

impl NodeKind {
    /// The word in the file: `host`, `hub`, `switch` ...
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Host(_) => "host",
            Self::Hub { .. } => "hub",
            Self::Switch(_) => "switch",
            Self::Router(_) => "router",
            Self::L3Switch(_) => "l3-switch",
            Self::HomeRouter(_) => "home-router",
        }
    }

    /// The IP side of a node that has one.
    pub const fn station(&self) -> Option<&Station> {
        match self {
            Self::Host(station)
            | Self::Router(station)
            | Self::L3Switch(station)
            | Self::HomeRouter(station) => Some(station),
            Self::Hub { .. } | Self::Switch(_) => None,
        }
    }

    /// The same to change.
    pub const fn station_mut(&mut self) -> Option<&mut Station> {
        match self {
            Self::Host(station)
            | Self::Router(station)
            | Self::L3Switch(station)
            | Self::HomeRouter(station) => Some(station),
            Self::Hub { .. } | Self::Switch(_) => None,
        }
    }

    /// Whether it forwards packets that are not for itself.
    pub const fn forwards_packets(&self) -> bool {
        matches!(self, Self::Router(_) | Self::L3Switch(_) | Self::HomeRouter(_))
    }
}

impl Station {
    /// Whether it may know names that are in no file: it has name servers.
    pub fn asks_for_names(&self) -> bool {
        !self.dns.is_empty()
    }

    /// All its addresses, interface by interface.
    pub fn addresses(&self) -> impl Iterator<Item = &Spanned<IpNet>> {
        self.interfaces.iter().flat_map(|interface| &interface.addresses)
    }
}

impl Lab {
    /// Draws all chance from another number: MAC addresses that the file does not give change too.
    pub fn reseed(&mut self, seed: u64) {
        self.seed = seed;
        for node in &mut self.nodes {
            let name = node.name.to_string();
            let Some(station) = node.kind.station_mut() else { continue };
            for number in 0..station.interfaces.len() {
                let Interface { name: own, mac, stand, .. } = &station.interfaces[number];
                if mac.span == Span::default() {
                    let mac = match *stand {
                        // A part of an interface has its address, and stands behind it in the list.
                        Stand::Interface { parent, .. } => station.interfaces[parent].mac.value,
                        _ => MacAddr::derive(seed, &name, own.as_str()),
                    };
                    station.interfaces[number].mac.value = mac;
                }
            }
        }
        self.form_addresses();
    }

    /// The files, as programs see them.
    pub fn files(&self) -> Files {
        let mut files = Files::default();
        for file in &self.files {
            // The paths are normal ones: our own parser made them so.
            let _ = files.insert(&file.path.value, Arc::clone(&file.content));
        }
        files
    }

    /// The node of this number.
    pub fn node(&self, index: NodeIndex) -> &Node {
        // Indexes come from this lab's own parser, which counted its nodes.
        &self.nodes[index.0]
    }

    /// The node of this name, by a search from the first.
    pub fn find(&self, name: &str) -> Option<NodeIndex> {
        self.nodes.iter().position(|node| node.name.as_str() == name).map(NodeIndex)
    }

    /// The stations with their numbers.
    pub fn stations(&self) -> impl Iterator<Item = (NodeIndex, &Node, &Station)> {
        self.nodes.iter().enumerate().filter_map(|(index, node)| {
            node.kind.station().map(|station| (NodeIndex(index), node, station))
        })
    }

    /// The first of the addresses that a station's name stands for.
    pub fn address_of(&self, index: NodeIndex) -> Option<IpAddr> {
        self.node(index).kind.station()?.named_addresses().next()
    }

    /// The name of the interface or port at this end: `eth0`, `3`.
    pub fn interface_name(&self, end: End) -> String {
        match self.node(end.node).kind.station() {
            Some(station) => station.interfaces[end.interface].name.to_string(),
            None => (end.interface + 1).to_string(),
        }
    }

    /// An end of a link as the file names it: `r1:eth0`, `sw-a:3`.
    pub fn end_name(&self, end: End) -> String {
        format!("{}:{}", self.node(end.node).name, self.interface_name(end))
    }
}

impl Link {
    /// The place where the link was written.
    pub const fn place(&self) -> Span {
        self.span.span
    }
}
