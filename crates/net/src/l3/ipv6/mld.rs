//! Groups that an interface listens to, and how it tells of them: MLD version 2 (RFC 3810), for
//! whole groups, without lists of sources.
//!
//! A change is told at once and once more within a second ([`ROBUSTNESS`]); a question is answered
//! after a random part of the time that it gives. Nobody tells of all nodes (ff02::1), as of all
//! groups that stay in the node (section 6). A question of version 1 is answered with a report of
//! version 2, which every listener of today understands.

use std::net::Ipv6Addr;

use lanternet_core::{Duration, Instant, Rng};

use super::address::{ALL_MLD_ROUTERS, group_scope};
use super::header::{self, HEADER, HOP_BY_HOP, ICMPV6, ROUTER_ALERT};
use super::icmpv6::{self, ICMP_HEADER};
use super::state::Step;
use crate::l3::packet::HEADROOM;

/// Types (IANA, ICMPv6 parameters).
pub(super) const QUERY: u8 = 130;
pub(super) const REPORT_V2: u8 = 143;

/// How often a change is told (RFC 3810 section 9.1: `Robustness Variable`).
const ROBUSTNESS: u8 = 2;
/// Within which time it is told again (section 9.11: `Unsolicited Report Interval`).
const UNSOLICITED_INTERVAL: Duration = Duration::from_secs(1);
/// Groups that one report tells of: as many as fit 1280 bytes.
const REPORT_LIMIT: usize = 56;

/// Record types (section 5.2.12). To exclude no source is to listen to the group, to include none is
/// not to.
const MODE_IS_EXCLUDE: u8 = 2;
const CHANGE_TO_INCLUDE: u8 = 3;
const CHANGE_TO_EXCLUDE: u8 = 4;

/// The groups of an interface.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: Vec<Group>,
    /// Groups left, of which somebody is still to be told, and how often.
    left: Vec<(Ipv6Addr, u8)>,
    /// When the next change is told.
    changes: Option<Instant>,
    /// When a question about all groups is answered.
    answer: Option<Instant>,
}

#[derive(Debug)]
struct Group {
    group: Ipv6Addr,
    /// How often it is still to be told of.
    untold: u8,
    /// How many reasons there are to listen: addresses, programs.
    members: u32,
    /// When a question about this group alone is answered.
    answer: Option<Instant>,
}

/// Whether routers and switches are told of such a group.
fn told(group: Ipv6Addr) -> bool {
    group_scope(group) > 1 && group != super::address::ALL_NODES
}

impl Groups {
    /// One more reason to listen to a group.
    pub(super) fn join(&mut self, group: Ipv6Addr) {
        if let Some(known) = self.groups.iter_mut().find(|known| known.group == group) {
            known.members += 1;
            return;
        }
        let untold = if told(group) { ROBUSTNESS } else { 0 };
        self.left.retain(|(known, _)| *known != group);
        self.groups.push(Group { group, untold, members: 1, answer: None });
        if untold > 0 {
            self.changes = Some(Instant::ZERO);
        }
    }

    /// One reason less.
    pub(super) fn leave(&mut self, group: Ipv6Addr) {
        let Some(at) = self.groups.iter().position(|known| known.group == group) else { return };
        let known = &mut self.groups[at];
        known.members -= 1;
        if known.members == 0 {
            self.groups.remove(at);
            if told(group) {
                self.left.push((group, ROBUSTNESS));
                self.changes = Some(Instant::ZERO);
            }
        }
    }

    pub(super) fn has(&self, group: Ipv6Addr) -> bool {
        self.groups.iter().any(|known| known.group == group)
    }

    /// All of them, without that of all nodes, which needs no joining.
    pub(super) fn joined(&self) -> impl Iterator<Item = Ipv6Addr> {
        self.groups.iter().map(|known| known.group)
    }

    /// Somebody new may be listening for reports: another cable, or another address of ours.
    pub(super) fn report_all(&mut self, now: Instant, _: &mut Rng) {
        for known in self.groups.iter_mut().filter(|known| told(known.group)) {
            known.untold = ROBUSTNESS;
            self.changes = Some(now);
        }
    }

    /// A question about one group, or about all (`::`), to be answered within this time.
    pub(super) fn asked(&mut self, now: Instant, group: Ipv6Addr, within: Duration, rng: &mut Rng) {
        let at = now + Duration::from_nanos(rng.below(within.nanos().max(1)));
        let earlier = |due: Option<Instant>| Some(due.map_or(at, |due| due.min(at)));
        if group.is_unspecified() {
            self.answer = earlier(self.answer);
        } else if let Some(known) = self.groups.iter_mut().find(|known| known.group == group) {
            known.answer = earlier(known.answer);
        }
    }

    /// What is to be told now. Changes wait for `from_here`: an address that is past its check, so
    /// that there may be a sender.
    pub(super) fn step(&mut self, now: Instant, _from_here: bool, rng: &mut Rng) -> Option<Step> {
        if self.changes.is_some_and(|at| at <= now) {
            let mut joined = Vec::new();
            for known in self.groups.iter_mut().filter(|known| known.untold > 0) {
                if joined.len() < REPORT_LIMIT {
                    joined.push(known.group);
                    known.untold -= 1;
                }
            }
            let room = REPORT_LIMIT - joined.len();
            let left: Vec<Ipv6Addr> =
                self.left.iter().take(room).map(|(group, _)| *group).collect();
            self.left.iter_mut().take(room).for_each(|(_, times)| *times -= 1);
            self.left.retain(|(_, times)| *times > 0);
            let more = !self.left.is_empty() || self.groups.iter().any(|known| known.untold > 0);
            let wait = Duration::from_nanos(rng.below(UNSOLICITED_INTERVAL.nanos()));
            self.changes = more.then_some(now + wait);
            if !joined.is_empty() || !left.is_empty() {
                return Some(Step::Report { joined, left, asked: false });
            }
        }
        let all = self.answer.is_some_and(|at| at <= now);
        if all {
            self.answer = None;
        }
        let mut joined = Vec::new();
        for known in &mut self.groups {
            if (all && told(known.group) || known.answer.is_some_and(|at| at <= now))
                && joined.len() < REPORT_LIMIT
            {
                known.answer = None;
                joined.push(known.group);
            }
        }
        (!joined.is_empty()).then_some(Step::Report { joined, left: Vec::new(), asked: true })
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let single = self.groups.iter().filter_map(|known| known.answer);
        self.changes.into_iter().chain(self.answer).chain(single).min()
    }
}

/// The packet that tells of groups: with hop limit 1 and a router alert (section 5).
pub(super) fn report(
    source: Ipv6Addr,
    joined: &[Ipv6Addr],
    left: &[Ipv6Addr],
    asked: bool,
) -> Vec<u8> {
    const RECORD: usize = 20;
    let listening = if asked { MODE_IS_EXCLUDE } else { CHANGE_TO_EXCLUDE };
    let records = joined.iter().map(|group| (listening, group));
    let records = records.chain(left.iter().map(|group| (CHANGE_TO_INCLUDE, group)));
    let count = joined.len() + left.len();
    // The router alert says 0, MLD (RFC 2711 section 2.1), and is padded to eight bytes.
    let alert = [ICMPV6, 0, ROUTER_ALERT, 2, 0, 0, 1, 0];
    let mut buffer = vec![0; HEADROOM + HEADER + alert.len() + ICMP_HEADER + count * RECORD];
    let packet = &mut buffer[HEADROOM..];
    header::write(packet, source, ALL_MLD_ROUTERS, HOP_BY_HOP, 1);
    packet[HEADER..][..alert.len()].copy_from_slice(&alert);
    let icmp = &mut packet[HEADER + alert.len()..];
    icmp[0] = REPORT_V2;
    icmp[6..8].copy_from_slice(&(count as u16).to_be_bytes());
    for (record, (kind, group)) in icmp[ICMP_HEADER..].chunks_exact_mut(RECORD).zip(records) {
        record[0] = kind;
        record[4..].copy_from_slice(&group.octets());
    }
    icmpv6::fill_checksum(icmp, source, ALL_MLD_ROUTERS);
    buffer
}

/// The group that a question is about (`::`: all) and the time for the answer, or `None` when it is
/// too short (sections 5.1 and 5.1.3).
pub(super) fn parse_query(icmp: &[u8]) -> Option<(Ipv6Addr, Duration)> {
    let group = icmp.get(8..)?.first_chunk::<16>()?;
    let code = u16::from_be_bytes([icmp[4], icmp[5]]);
    // Version 2, which is longer, writes long times as a number with an exponent.
    let millis = if icmp.len() >= 28 && code >= 0x8000 {
        u64::from(code & 0x0fff | 0x1000) << (((code >> 12) & 7) + 3)
    } else {
        u64::from(code)
    };
    Some((Ipv6Addr::from(*group), Duration::from_millis(millis)))
}
