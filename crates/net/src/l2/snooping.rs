//! A switch that listens in on who takes part in which group, so that what is for a group goes only to
//! where somebody wants it (RFC 4541).
//!
//! - Who takes part is known from reports of IGMP and MLD, and where routers are from queries. Reports
//!   go to routers only; queries go everywhere.
//! - Without a querier nobody reports again, and what is known goes stale: then everything is flooded.
//!   With one, what is for a group goes to its members and to routers. (RFC 4541 section 2.1.2 leaves
//!   it open whether groups without members are flooded; here they go to routers only.)
//! - 224.0.0.0/24 and ff02::/16 are flooded always: those who use them need not report them.
//! - When somebody leaves, the querier asks whether anybody is left. The question shortens the time
//!   that the rows of the group have to live.
//! - A switch may be the querier itself, for IGMP; its source is then 0.0.0.0, as Linux bridges have it.
//! - When the spanning tree changes, everything is flooded until somebody asks again.

mod message;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use lanternet_core::trace::{FloodCause, MulticastEvent};
use lanternet_core::{Duration, Instant, MacAddr, PortId, VlanId};

use self::message::Seen;
use crate::l3::igmp::message::{
    LAST_MEMBER_QUERY, Message, QUERY_INTERVAL, QUERY_RESPONSE, ROBUSTNESS,
};
use crate::l3::igmp::querier::{OTHER_QUERIER, Querier};

/// How long a row lives without a report (RFC 3376 section 8.4): twice the query interval, and one
/// response interval.
const MEMBERSHIP: Duration = Duration::from_secs(
    ROBUSTNESS as u64 * (QUERY_INTERVAL.millis() / 1000) + QUERY_RESPONSE.millis() / 1000,
);

/// What can be set at a switch that listens in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnoopingConfig {
    /// Whether the switch asks by itself who takes part.
    pub querier: bool,
    /// The hardware address that its questions come from.
    pub address: MacAddr,
}

/// Who takes part in which group.
#[derive(Debug)]
pub(super) struct Snooper {
    pub(super) config: SnoopingConfig,
    members: BTreeMap<(VlanId, IpAddr), BTreeMap<PortId, Instant>>,
    /// Ports behind which a querier is, by family.
    routers: BTreeMap<(VlanId, bool, PortId), Instant>,
    queriers: BTreeMap<VlanId, Querier>,
}

/// A row, as `show NODE groups` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupRow {
    /// The VLAN.
    pub vlan: VlanId,
    /// The group; `None` for a port behind which a querier is.
    pub group: Option<IpAddr>,
    /// The port.
    pub port: PortId,
    /// How long it has to live without a sign of life.
    pub left: Duration,
}

/// Where a frame for a group goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// To everybody.
    Flood,
    /// To these ports only.
    Only(FloodCause, IpAddr, Vec<PortId>),
    /// To nobody: it was for the switch, which is the querier.
    Taken,
}

impl Snooper {
    pub(super) fn new(config: SnoopingConfig) -> Self {
        let (members, routers) = (BTreeMap::new(), BTreeMap::new());
        Self { config, members, routers, queriers: BTreeMap::new() }
    }

    /// The power came, or the tree has changed: nothing is known.
    pub(super) fn start(&mut self, now: Instant, vlans: impl IntoIterator<Item = VlanId>) {
        self.members.clear();
        self.routers.clear();
        self.queriers.clear();
        if self.config.querier {
            self.queriers = vlans.into_iter().map(|vlan| (vlan, Querier::new(now))).collect();
        }
    }

    /// What is known at this time: routers first, then groups.
    pub(super) fn rows(&self, now: Instant) -> Vec<GroupRow> {
        let live = |until: &Instant| (*until > now).then(|| *until - now);
        let routers = self.routers.iter().filter_map(|((vlan, _, port), until)| {
            Some(GroupRow { vlan: *vlan, group: None, port: *port, left: live(until)? })
        });
        let members = self.members.iter().flat_map(|((vlan, group), ports)| {
            ports.iter().filter_map(move |(port, until)| {
                let group = Some(*group);
                Some(GroupRow { vlan: *vlan, group, port: *port, left: live(until)? })
            })
        });
        routers.chain(members).collect()
    }

    /// A frame for a group came in by a port. `bytes` are those of the frame from its type on, without
    /// a tag; what is learned is told.
    pub(super) fn look(
        &mut self,
        now: Instant,
        vlan: VlanId,
        port: PortId,
        bytes: &[u8],
        tell: &mut Vec<MulticastEvent>,
    ) -> Verdict {
        self.expire(now, tell);
        match message::read(bytes) {
            None => Verdict::Flood,
            Some(Seen::Query { from, group, max_response, robustness }) => {
                self.asked(now, (vlan, port), from, tell);
                if let Some(group) = group {
                    let within = max_response * u64::from(robustness);
                    self.may_have_left(now, (vlan, group), Some(port), within, tell);
                }
                Verdict::Flood
            }
            Some(Seen::Report(said)) => {
                let family = said.first().is_some_and(|(group, _)| group.is_ipv6());
                let first = said.first().map(|(group, _)| *group);
                for (group, takes_part) in said {
                    self.reported(now, (vlan, port), group, takes_part, tell);
                }
                let asks = !family && self.queriers.contains_key(&vlan);
                match (self.routers_of(vlan, family), first) {
                    (routers, Some(group)) if !routers.is_empty() => {
                        Verdict::Only(FloodCause::RouterPorts, group, routers)
                    }
                    _ if asks => Verdict::Taken,
                    _ => Verdict::Flood,
                }
            }
            Some(Seen::Data(group)) => self.way(vlan, group),
        }
    }

    fn way(&self, vlan: VlanId, group: IpAddr) -> Verdict {
        let mut ports = self.routers_of(vlan, group.is_ipv6());
        let asked = !ports.is_empty() || (group.is_ipv4() && self.queriers.contains_key(&vlan));
        if is_always_flooded(group) || !asked {
            return Verdict::Flood;
        }
        let members = self.members.get(&(vlan, group));
        let cause = match members {
            Some(_) => FloodCause::GroupMembers,
            None => FloodCause::RouterPorts,
        };
        ports.extend(members.into_iter().flat_map(BTreeMap::keys).copied());
        ports.sort_unstable();
        ports.dedup();
        Verdict::Only(cause, group, ports)
    }

    fn routers_of(&self, vlan: VlanId, v6: bool) -> Vec<PortId> {
        let of = self.routers.keys().filter(|(known, family, _)| (*known, *family) == (vlan, v6));
        of.map(|(_, _, port)| *port).collect()
    }

    fn asked(
        &mut self,
        now: Instant,
        (vlan, port): (VlanId, PortId),
        from: IpAddr,
        tell: &mut Vec<MulticastEvent>,
    ) {
        let known = self.routers.insert((vlan, from.is_ipv6(), port), now + OTHER_QUERIER);
        if known.is_none() {
            tell.push(MulticastEvent::RouterPortLearned { vlan, port, querier: from });
        }
        if let (Some(own), IpAddr::V4(other)) = (self.queriers.get_mut(&vlan), from)
            && own.heard(now, Ipv4Addr::UNSPECIFIED, other)
        {
            tell.push(MulticastEvent::QuerierYielded { port, querier: from });
        }
    }

    fn reported(
        &mut self,
        now: Instant,
        (vlan, port): (VlanId, PortId),
        group: IpAddr,
        takes_part: bool,
        tell: &mut Vec<MulticastEvent>,
    ) {
        if is_always_flooded(group) {
            return;
        }
        if takes_part {
            let ports = self.members.entry((vlan, group)).or_default();
            tell.push(match ports.insert(port, now + MEMBERSHIP) {
                None => MulticastEvent::MemberLearned { vlan, port, group },
                Some(_) => MulticastEvent::MemberRefreshed { vlan, port, group },
            });
        } else if let (Some(own), IpAddr::V4(left)) = (self.queriers.get_mut(&vlan), group) {
            own.left(now, left);
        }
    }

    /// Without a report within this time the rows of a group are gone. Reports behind the port that
    /// the question came from are not asked for.
    fn may_have_left(
        &mut self,
        now: Instant,
        (vlan, group): (VlanId, IpAddr),
        but: Option<PortId>,
        within: Duration,
        tell: &mut Vec<MulticastEvent>,
    ) {
        let ports = self.members.get_mut(&(vlan, group));
        for (port, until) in ports.into_iter().flatten() {
            if Some(*port) != but && *until > now + within {
                *until = now + within;
                tell.push(MulticastEvent::MemberLeaving { vlan, port: *port, group, within });
            }
        }
    }

    /// Takes out what nobody has confirmed in time.
    fn expire(&mut self, now: Instant, tell: &mut Vec<MulticastEvent>) {
        self.routers.retain(|(vlan, _, port), until| {
            let gone = *until <= now;
            if gone {
                tell.push(MulticastEvent::RouterPortExpired { vlan: *vlan, port: *port });
            }
            !gone
        });
        self.members.retain(|(vlan, group), ports| {
            ports.retain(|port, until| {
                let gone = *until <= now;
                if gone {
                    let (vlan, port, group) = (*vlan, *port, *group);
                    tell.push(MulticastEvent::MemberExpired { vlan, port, group });
                }
                !gone
            });
            !ports.is_empty()
        });
    }

    /// The cable at a port went down: nobody is behind it.
    pub(super) fn port_down(&mut self, now: Instant, port: PortId, tell: &mut Vec<MulticastEvent>) {
        for ports in self.members.values_mut() {
            ports.entry(port).and_modify(|until| *until = now);
        }
        for ((_, _, at), until) in &mut self.routers {
            if *at == port {
                *until = now;
            }
        }
        self.expire(now, tell);
    }

    /// The next question of this switch whose time has come, with its VLAN. Call until `None`.
    pub(super) fn due(
        &mut self,
        now: Instant,
        tell: &mut Vec<MulticastEvent>,
    ) -> Option<(VlanId, Message)> {
        let mut due = self.queriers.iter_mut();
        let (vlan, (query, resumed)) = due.find_map(|(vlan, own)| Some((*vlan, own.due(now)?)))?;
        if resumed {
            tell.push(MulticastEvent::QuerierResumed { interface: None, vlan: Some(vlan) });
        }
        let group = query.group.map(IpAddr::V4);
        tell.push(MulticastEvent::QuerySent { port: None, vlan: Some(vlan), group });
        if let Some(group) = group {
            let within = LAST_MEMBER_QUERY * u64::from(ROBUSTNESS);
            self.may_have_left(now, (vlan, group), None, within, tell);
        }
        Some((vlan, Message::Query(query)))
    }

    /// When [`due`](Self::due) has something.
    pub(super) fn next(&self) -> Option<Instant> {
        self.queriers.values().map(Querier::next).min()
    }
}

/// Groups that are used without being reported (RFC 4541 sections 2.1.2 (2) and 3).
fn is_always_flooded(group: IpAddr) -> bool {
    match group {
        IpAddr::V4(group) => group.octets()[..3] == [224, 0, 0],
        IpAddr::V6(group) => group.octets()[1] & 0x0f <= 2,
    }
}

#[cfg(test)]
mod tests;
