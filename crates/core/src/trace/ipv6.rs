//! IPv6's own ways: neighbour discovery, router advertisements, address configuration (RFC 4861, RFC 4862).

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;
use serde::Serialize;

use crate::addr::MacAddr;
use crate::id::PortId;
use crate::time::Duration;

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Ipv6Event {
    // Addresses.
    /// The interface takes part in IPv6 with this address, which is not used before it is checked.
    AddressFormed {
        /// The interface.
        interface: PortId,
        /// The address, with the length of its prefix.
        address: IpNet,
        /// Where it comes from.
        origin: AddressOrigin,
    },
    /// Nobody else has the address: it is used from now on (RFC 4862 section 5.4).
    AddressReady {
        /// The interface.
        interface: PortId,
        /// The address.
        address: IpAddr,
    },
    /// The address is no longer the source of new conversations (RFC 4862 section 5.5.4).
    AddressDeprecated {
        /// The interface.
        interface: PortId,
        /// The address.
        address: IpAddr,
    },
    /// The address's valid lifetime is over: it is not used any more.
    AddressExpired {
        /// The interface.
        interface: PortId,
        /// The address.
        address: IpAddr,
    },
    /// A router's advertisement set the lifetimes of an address anew.
    AddressRefreshed {
        /// The interface.
        interface: PortId,
        /// The address.
        address: IpAddr,
        /// The router.
        router: IpAddr,
        /// What the router said of the prefix, with the lifetimes.
        prefix: PrefixFacts,
        /// Whether the router had asked for a shorter valid lifetime, and was refused that
        /// (RFC 4862 section 5.5.3 (e): the two-hour rule).
        two_hours: bool,
    },
    /// The source address among several, and the rule of RFC 6724 section 5 that decided.
    SourceChosen {
        /// The destination.
        destination: IpAddr,
        /// The address chosen.
        source: IpAddr,
        /// What decided against the next best.
        rule: SourceRule,
        /// The addresses not chosen.
        beaten: Box<[IpAddr]>,
    },
    /// The interface's cable takes less than the 1280 bytes that IPv6 needs (RFC 8200 section 5):
    /// there is no IPv6 on it.
    MtuTooSmall {
        /// The interface.
        interface: PortId,
        /// What it takes, in bytes.
        mtu: u16,
    },

    // Neighbours.
    /// Somebody solicited our address, and is told our hardware address in an advertisement.
    SolicitationAnswered {
        /// The interface.
        interface: PortId,
        /// Who asked; unspecified: a node that checks whether it may use the address.
        asker: IpAddr,
        /// The address asked for: ours.
        address: IpAddr,
        /// Our hardware address.
        mac: MacAddr,
    },

    // Routers.
    /// The interface asks whether there is a router (RFC 4861 section 6.3.7).
    RouterSolicited {
        /// The interface.
        interface: PortId,
        /// Which attempt, from 1.
        attempt: u8,
    },
    /// No router answered: given up.
    NoRouter {
        /// The interface.
        interface: PortId,
        /// How often it was asked.
        attempts: u8,
    },
    /// A router advertises itself and the prefixes of the segment.
    AdvertisementSent {
        /// The interface.
        interface: PortId,
        /// To whom: all nodes, or the one that asked.
        to: IpAddr,
        /// How long it may be used as default router; zero: it is none.
        lifetime: Duration,
        /// The prefixes.
        prefixes: Box<[PrefixFacts]>,
    },
    /// An advertisement came, and is believed.
    AdvertisementReceived {
        /// The interface.
        interface: PortId,
        /// The router.
        router: IpAddr,
        /// How long it may be used as default router; zero: it is none.
        lifetime: Duration,
        /// The prefixes.
        prefixes: Box<[PrefixFacts]>,
    },
    /// The router is a default router from now on.
    RouterAdded {
        /// The interface.
        interface: PortId,
        /// The router.
        router: IpAddr,
        /// For how long.
        lifetime: Duration,
    },
    /// The router is no default router any more.
    RouterRemoved {
        /// The interface.
        interface: PortId,
        /// The router.
        router: IpAddr,
        /// Why.
        why: RouterGone,
    },
    /// All addresses with this prefix are on the segment (RFC 4861 section 6.3.4).
    PrefixAdded {
        /// The interface.
        interface: PortId,
        /// The prefix.
        prefix: IpNet,
        /// The router that said so.
        router: IpAddr,
    },
    /// Addresses with this prefix are no longer known to be on the segment.
    PrefixRemoved {
        /// The interface.
        interface: PortId,
        /// The prefix.
        prefix: IpNet,
    },
    /// No address is formed from an advertised prefix.
    PrefixUnusable {
        /// The interface.
        interface: PortId,
        /// The prefix.
        prefix: IpNet,
        /// Why.
        why: PrefixFault,
    },
    /// The segment takes packets of this length, says the router.
    LinkMtu {
        /// The interface.
        interface: PortId,
        /// Bytes.
        mtu: u16,
        /// The router.
        router: IpAddr,
    },
    /// Name servers, says the router (RFC 8106).
    NameServers {
        /// The interface.
        interface: PortId,
        /// The router.
        router: IpAddr,
        /// The servers.
        servers: Box<[IpAddr]>,
    },
    /// A router told of a better first hop (RFC 4861 section 8), and is believed.
    Redirected {
        /// The interface.
        interface: PortId,
        /// The router that said so.
        router: IpAddr,
        /// The destination.
        destination: IpAddr,
        /// Where to send instead: another router, or the destination itself.
        target: IpAddr,
    },

    // Groups.
    /// The interface tells which groups it listens to (MLD version 2, RFC 3810).
    GroupsReported {
        /// The interface.
        interface: PortId,
        /// Groups it listens to.
        joined: Box<[Ipv6Addr]>,
        /// Groups it no longer listens to.
        left: Box<[Ipv6Addr]>,
        /// Whether a router or switch had asked.
        asked: bool,
    },
}

/// Where an IPv6 address comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressOrigin {
    /// fe80::/64 and the interface's hardware address (RFC 4862 section 5.3).
    LinkLocal,
    /// Written in the lab file.
    Configured,
    /// A prefix that a router advertised, and the interface's hardware address (RFC 4862 section
    /// 5.5).
    Advertised {
        /// The router.
        router: IpAddr,
    },
}

/// The rules of RFC 6724 section 5 that are applied here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceRule {
    /// Rule 1: the destination itself.
    SameAddress,
    /// Rule 2: a scope that reaches as far as the destination's, and no farther.
    Scope,
    /// Rule 3: not deprecated.
    NotDeprecated,
    /// Rule 5: an address of the interface that the packet leaves by.
    OutgoingInterface,
    /// Rule 6: the destination's label in the policy table.
    Label,
    /// Rule 8: the longest prefix in common with the destination.
    LongestPrefix,
    /// Nothing: the first of equals.
    First,
}

/// A prefix in an advertisement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PrefixFacts {
    /// The prefix.
    pub prefix: IpNet,
    /// All its addresses are on the segment (flag L).
    pub on_link: bool,
    /// Addresses may be formed from it (flag A).
    pub autonomous: bool,
    /// How long it is valid; `None`: for ever.
    pub valid: Option<Duration>,
    /// How long addresses formed from it are preferred; `None`: for ever.
    pub preferred: Option<Duration>,
}

/// Why a router is no default router any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RouterGone {
    /// Its lifetime is over, and no advertisement came in time.
    Expired,
    /// It said so itself: a lifetime of zero.
    Resigned,
    /// It advertises itself as a host (RFC 4861 section 7.2.5: the flag R is clear).
    NoRouter,
}

/// Why no address is formed from a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrefixFault {
    /// Prefix and interface identifier are not 128 bits together (RFC 4862 section 5.5.3 (d)).
    Length,
    /// Preferred for longer than valid (section 5.5.3 (c)).
    Lifetimes,
    /// Link-local (section 5.5.3 (b)).
    LinkLocal,
    /// The interface has as many addresses as it takes.
    TooMany,
}
