//! Groups: IGMP, MLD, and switches that listen in on them.

use std::net::IpAddr;

use serde::Serialize;

use crate::addr::VlanId;
use crate::id::PortId;
use crate::time::Duration;

/// What happened, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum MulticastEvent {
    // Hosts and routers.
    /// A program takes part in a group.
    Joined {
        /// The interface.
        interface: PortId,
        /// The group.
        group: IpAddr,
    },
    /// The last program that took part in a group does so no more.
    Left {
        /// The interface.
        interface: PortId,
        /// The group.
        group: IpAddr,
    },
    /// A report was sent (RFC 3376, RFC 2236, RFC 3810).
    ReportSent {
        /// The interface.
        interface: PortId,
        /// The version of IGMP or MLD.
        version: u8,
        /// The groups that it is about.
        groups: Box<[IpAddr]>,
        /// Why it was sent.
        why: ReportCause,
    },
    /// A querier asks who takes part; the answer will be sent after a random delay.
    AnswerPlanned {
        /// The interface.
        interface: PortId,
        /// Who asks.
        querier: IpAddr,
        /// The group asked for; `None`: all.
        group: Option<IpAddr>,
        /// After this time, drawn up to what the query allows.
        delay: Duration,
    },
    /// A querier asks, and there is nothing to answer.
    NothingToAnswer {
        /// The interface.
        interface: PortId,
        /// Who asks.
        querier: IpAddr,
        /// The group asked for; `None`: all.
        group: Option<IpAddr>,
    },
    /// Another member has answered for the group: our answer is not needed (RFC 2236 section 3).
    AnswerSuppressed {
        /// The interface.
        interface: PortId,
        /// The group.
        group: IpAddr,
        /// Who answered.
        by: IpAddr,
    },
    /// The interface speaks another version, because the querier does.
    VersionChanged {
        /// The interface.
        interface: PortId,
        /// The version from now on.
        version: u8,
    },

    // Queriers, on an interface or in a switch.
    /// Asked who takes part.
    QuerySent {
        /// The interface, or the port; `None` for all ports of a switch.
        port: Option<PortId>,
        /// The VLAN of a switch.
        vlan: Option<VlanId>,
        /// The group asked for; `None`: all.
        group: Option<IpAddr>,
    },
    /// Another querier with a lower address asks: this one is silent (RFC 3376 section 6.6.2).
    QuerierYielded {
        /// The interface, or the port.
        port: PortId,
        /// The other.
        querier: IpAddr,
    },
    /// The other querier has fallen silent: this one asks again.
    QuerierResumed {
        /// The interface of a router.
        interface: Option<PortId>,
        /// The VLAN of a switch.
        vlan: Option<VlanId>,
    },

    // Switches.
    /// Somebody behind a port takes part in a group.
    MemberLearned {
        /// The VLAN.
        vlan: VlanId,
        /// The port.
        port: PortId,
        /// The group.
        group: IpAddr,
    },
    /// Somebody behind a port still takes part in a group.
    MemberRefreshed {
        /// The VLAN.
        vlan: VlanId,
        /// The port.
        port: PortId,
        /// The group.
        group: IpAddr,
    },
    /// Somebody behind a port left a group, or the querier asks whether anybody is left: without an
    /// answer the row is gone after this time.
    MemberLeaving {
        /// The VLAN.
        vlan: VlanId,
        /// The port.
        port: PortId,
        /// The group.
        group: IpAddr,
        /// How long an answer is waited for.
        within: Duration,
    },
    /// Nobody behind the port has reported in time: the row is gone.
    MemberExpired {
        /// The VLAN.
        vlan: VlanId,
        /// The port.
        port: PortId,
        /// The group.
        group: IpAddr,
    },
    /// There is a querier, or a multicast router, behind a port.
    RouterPortLearned {
        /// The VLAN.
        vlan: VlanId,
        /// The port.
        port: PortId,
        /// Its address.
        querier: IpAddr,
    },
    /// No query has come by the port for so long: there is no querier behind it.
    RouterPortExpired {
        /// The VLAN.
        vlan: VlanId,
        /// The port.
        port: PortId,
    },
}

/// Why a report was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportCause {
    /// The membership changed.
    Changed,
    /// The same once more, in case the first was lost.
    Repeated,
    /// A querier asked.
    Asked,
}
