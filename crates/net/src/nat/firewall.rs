//! Rules: an ordered list of what may pass; the first that matches decides.
//!
//! Rules are asked about the first packet of a conversation only. What belongs to one that was
//! allowed, in either direction, and ICMP errors about it, passes without being asked; so a rule is
//! written for who *begins*.

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use lanternet_core::{IpNet, PortId};

use super::packet::{Class, ICMPV6, Summary, TCP, UDP};

pub use lanternet_core::trace::{FirewallAction as Action, FirewallPath as Path};

/// The rules of a node.
#[derive(Clone, Debug)]
pub struct FirewallConfig {
    /// In order.
    pub rules: Vec<Rule>,
    /// What becomes of a packet that no rule matches, by its path: incoming, forwarded, outgoing.
    pub policy: [Action; 3],
}

impl Default for FirewallConfig {
    fn default() -> Self {
        Self { rules: Vec::new(), policy: [Action::Allow; 3] }
    }
}

/// A rule. What it does not name matches everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it does.
    pub action: Action,
    /// Which packets it is about.
    pub matches: Match,
    /// As its author wrote it.
    pub text: Arc<str>,
}

/// Which packets a rule is about: all that is named must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// Only packets on this path.
    pub path: Option<Path>,
    /// Came in by one of these interfaces. The node's own packets came in by none.
    pub in_by: Vec<PortId>,
    /// Goes out by one of these interfaces. Packets for the node itself go out by none.
    pub out_by: Vec<PortId>,
    /// The protocol (IANA number).
    pub protocol: Option<u8>,
    /// The source is in one of these.
    pub from: Vec<IpNet>,
    /// The destination is in one of these.
    pub to: Vec<IpNet>,
    /// The source port is in one of these.
    pub from_ports: Vec<RangeInclusive<u16>>,
    /// The destination port is in one of these.
    pub ports: Vec<RangeInclusive<u16>>,
}

/// Where a packet is on its way through a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Which of the three.
    pub path: Path,
    /// The interface it came in by.
    pub in_by: Option<PortId>,
    /// The interface it goes out by.
    pub out_by: Option<PortId>,
}

impl Match {
    /// Whether it is about this packet.
    pub fn holds(&self, way: Way, packet: &Summary) -> bool {
        let tuple = &packet.tuple;
        let by = |named: &[PortId], port: Option<PortId>| {
            named.is_empty() || port.is_some_and(|port| named.contains(&port))
        };
        let within = |named: &[IpNet], address: IpAddr| {
            named.is_empty() || named.iter().any(|net| net.contains(&address))
        };
        let one_of = |named: &[RangeInclusive<u16>], port: u16| {
            named.is_empty()
                || matches!(tuple.protocol, TCP | UDP)
                    && named.iter().any(|range| range.contains(&port))
        };
        self.path.is_none_or(|path| path == way.path)
            && by(&self.in_by, way.in_by)
            && by(&self.out_by, way.out_by)
            && self.protocol.is_none_or(|protocol| speaks(protocol, tuple.protocol))
            && within(&self.from, tuple.source.address)
            && within(&self.to, tuple.destination.address)
            && one_of(&self.from_ports, tuple.source.port)
            && one_of(&self.ports, tuple.destination.port)
    }
}

/// Whoever writes ICMP means that of both versions of IP.
fn speaks(named: u8, protocol: u8) -> bool {
    named == protocol || named == super::packet::ICMP && protocol == ICMPV6
}

/// What was decided about a packet, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What becomes of it.
    pub action: Action,
    /// The rule, by its number from 1; `None`: no rule, so the policy.
    pub rule: Option<(u16, Arc<str>)>,
}

/// How often something decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    /// Packets.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Counter {
    fn count(&mut self, packet: &Summary) {
        self.packets += 1;
        self.bytes += u64::from(packet.len);
    }
}

/// Rules with their counters.
#[derive(Debug)]
pub struct Firewall {
    config: FirewallConfig,
    counters: Box<[Counter]>,
    policy: [Counter; 3],
    established: Counter,
}

impl Firewall {
    /// Rules that have not been asked yet.
    pub fn new(config: FirewallConfig) -> Self {
        let counters = vec![Counter::default(); config.rules.len()].into();
        Self { config, counters, policy: Default::default(), established: Counter::default() }
    }

    /// What becomes of the first packet of a conversation.
    pub fn judge(&mut self, way: Way, packet: &Summary) -> Verdict {
        if is_neighbor_discovery(packet) || is_own_dhcp(way, packet) {
            return Verdict { action: Action::Allow, rule: None };
        }
        let found = self.config.rules.iter().position(|rule| rule.matches.holds(way, packet));
        match found {
            Some(index) => {
                self.counters[index].count(packet);
                let rule = &self.config.rules[index];
                let number = (index + 1) as u16;
                Verdict { action: rule.action, rule: Some((number, rule.text.clone())) }
            }
            None => {
                let path = way.path as usize;
                self.policy[path].count(packet);
                Verdict { action: self.config.policy[path], rule: None }
            }
        }
    }

    /// A packet passes because its conversation was allowed.
    pub fn pass_established(&mut self, packet: &Summary) {
        self.established.count(packet);
    }

    /// The rules, each with its counter.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = (&Rule, Counter)> {
        self.config.rules.iter().zip(self.counters.iter().copied())
    }

    /// What becomes of what no rule matches on a path, and how often that was.
    pub fn policy(&self, path: Path) -> (Action, Counter) {
        (self.config.policy[path as usize], self.policy[path as usize])
    }

    /// How much has passed without being asked about.
    pub fn established(&self) -> Counter {
        self.established
    }
}

/// Clients and servers of DHCP listen and speak below the rules, as on Linux, where they use packet
/// sockets: how else should a node get the addresses that rules are about?
fn is_own_dhcp(way: Way, packet: &Summary) -> bool {
    const PORTS: RangeInclusive<u16> = 67..=68;
    let ends = [packet.tuple.source, packet.tuple.destination];
    way.path != Path::Forwarded
        && packet.tuple.protocol == UDP
        && ends.iter().all(|end| PORTS.contains(&end.port))
}

/// Neighbour discovery and group membership are to IPv6 what ARP is to IPv4, to which rules do not
/// apply: without them there is no segment (RFC 4890 section 4.4.1).
fn is_neighbor_discovery(packet: &Summary) -> bool {
    packet.tuple.protocol == ICMPV6
        && matches!(packet.class, Class::Other)
        && packet.icmp.is_some_and(|(kind, _)| matches!(kind, 130..=132 | 133..=137 | 143))
}
