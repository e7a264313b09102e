//! What a node is told about its translation and its rules.

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use lanternet_core::{IpNet, PortId};

use super::conntrack::{Conntrack, Timeouts};
use super::firewall::FirewallConfig;
use super::packet::Endpoint;

pub use lanternet_core::trace::Dependence;

/// What a node does with packets besides routing them.
#[derive(Clone, Debug)]
pub struct GateConfig {
    /// Address translation.
    pub nat: Option<NatConfig>,
    /// Rules.
    pub firewall: Option<FirewallConfig>,
    /// How long flows live without packets.
    pub timeouts: Timeouts,
    /// How many flows may be tracked at the same time.
    pub flows: u32,
}

impl Default for GateConfig {
    fn default() -> Self {
        let (timeouts, flows) = (Timeouts::default(), Conntrack::DEFAULT_LIMIT);
        Self { nat: None, firewall: None, timeouts, flows }
    }
}

/// Address translation between the inside and one outside interface.
#[derive(Clone, Debug)]
pub struct NatConfig {
    /// The interface to the outside. What passes out of it gets an outside address.
    pub outside: PortId,
    /// How it behaves, in the words of RFC 4787.
    pub behavior: Behavior,
    /// The outside addresses to share; empty: those that the outside interface has at the time.
    pub pool: Vec<Ipv4Addr>,
    /// Only these are translated, and shut off from the outside; empty: whatever is not outside.
    pub inside: Vec<IpNet>,
    /// Ports of the outside addresses that lead inside from the start.
    pub forwards: Vec<Forward>,
    /// Inside addresses that have an outside address of their own.
    pub one_to_one: Vec<OneToOne>,
}

impl NatConfig {
    /// Translation out of this interface with a preset's behaviour.
    pub fn new(outside: PortId, preset: Preset) -> Self {
        Self {
            outside,
            behavior: preset.behavior(),
            pool: Vec::new(),
            inside: Vec::new(),
            forwards: Vec::new(),
            one_to_one: Vec::new(),
        }
    }

    /// Whether an address is one that is translated.
    pub fn covers(&self, address: std::net::IpAddr) -> bool {
        self.inside.is_empty() || self.inside.iter().any(|net| net.contains(&address))
    }
}

/// How a NAT behaves (RFC 4787 sections 4 to 6, RFC 6888).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behavior {
    /// For which destinations one inside end keeps its outside end (RFC 4787 section 4.1).
    pub mapping: Dependence,
    /// Who outside may answer (RFC 4787 section 5).
    pub filtering: Dependence,
    /// Whether the inside port is kept when it is free outside (RFC 4787 section 4.2.1).
    pub preserve_ports: bool,
    /// Whether an even port stays even and an odd one odd (RFC 4787 section 4.2.2).
    pub preserve_parity: bool,
    /// Whether two inside hosts may talk through their outside ends (RFC 4787 section 6).
    pub hairpinning: bool,
    /// Whether an inside host keeps the same outside address for all its flows (RFC 4787 REQ-2:
    /// "paired" pooling).
    pub paired: bool,
    /// The outside ports to use. An inside port below 1024 gets an outside port below 1024, the
    /// others one of the others (RFC 4787 REQ-3), as far as the range allows.
    pub ports: RangeInclusive<u16>,
    /// How many ports one inside host may have at the same time, by protocol (RFC 6888 REQ-4).
    pub ports_per_host: Option<u16>,
}

/// Behaviours that come together in practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// A home router: endpoint-independent mapping, so that games and calls find each other,
    /// filtering by address and port, ports kept where possible, hairpinning.
    Home,
    /// The gateway of a company ("symmetric"): a new outside port for each destination, taken at
    /// random, answers from there only, no hairpinning.
    Corporate,
    /// A provider's NAT for many customers (RFC 6888): endpoint-independent mapping and filtering,
    /// random ports, hairpinning, paired pooling, at most 2000 ports for each customer.
    Cgnat,
    /// What gaming consoles call "open": endpoint-independent mapping and filtering, ports kept.
    FullCone,
    /// A cloud's edge: servers with a public address of their own (`one_to_one`) are translated
    /// address for address; the others share an address as in a company, and cannot be reached.
    /// Inside hosts reach each other by their public addresses.
    Cloud,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Home, Self::Corporate, Self::Cgnat, Self::FullCone, Self::Cloud];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Corporate => "corporate",
            Self::Cgnat => "cgnat",
            Self::FullCone => "full-cone",
            Self::Cloud => "cloud",
        }
    }

    /// What it means.
    pub fn behavior(self) -> Behavior {
        use Dependence::{AddressAndPortDependent, EndpointIndependent};
        let home = Behavior {
            mapping: EndpointIndependent,
            filtering: AddressAndPortDependent,
            preserve_ports: true,
            preserve_parity: false,
            hairpinning: true,
            paired: true,
            ports: 1..=u16::MAX,
            ports_per_host: None,
        };
        match self {
            Self::Home => home,
            Self::Corporate => Behavior {
                mapping: AddressAndPortDependent,
                preserve_ports: false,
                hairpinning: false,
                ..home
            },
            Self::Cgnat => Behavior {
                filtering: EndpointIndependent,
                preserve_ports: false,
                ports: 1024..=u16::MAX,
                ports_per_host: Some(2000),
                ..home
            },
            Self::FullCone => Behavior { filtering: EndpointIndependent, ..home },
            Self::Cloud => {
                Behavior { mapping: AddressAndPortDependent, preserve_ports: false, ..home }
            }
        }
    }
}

/// A port of the outside addresses that leads to an inside host (a "port forward").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forward {
    /// TCP or UDP (IANA number).
    pub protocol: u8,
    /// The outside port.
    pub port: u16,
    /// Where it leads.
    pub to: Endpoint,
}

/// An outside address that belongs to one inside host, with all its ports and protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneToOne {
    /// The address that the outside knows.
    pub outside: Ipv4Addr,
    /// The host's own.
    pub inside: Ipv4Addr,
}
