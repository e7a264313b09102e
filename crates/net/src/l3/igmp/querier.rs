//! Who asks: one router of a segment, or a switch in its stead (RFC 3376 section 6).

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use lanternet_core::{Duration, Instant};

use super::message::{
    LAST_MEMBER_QUERY, QUERY_INTERVAL, QUERY_RESPONSE, Query, ROBUSTNESS, Record,
};

/// The time between the first questions (RFC 3376 section 8.6): a quarter of the others.
const STARTUP_INTERVAL: Duration = Duration::from_millis(31_250);
/// For how long another querier is taken to be there (section 8.5).
pub(crate) const OTHER_QUERIER: Duration = Duration::from_secs(
    ROBUSTNESS as u64 * (QUERY_INTERVAL.millis() / 1000) + QUERY_RESPONSE.millis() / 2000,
);

/// A querier on one segment.
#[derive(Debug)]
pub(crate) struct Querier {
    next: Instant,
    /// First questions that are still to come.
    startup: u8,
    /// Another querier, and until when it is taken to be there.
    other: Option<(Ipv4Addr, Instant)>,
    /// Groups that somebody left: questions still to ask, and when.
    leaving: BTreeMap<Ipv4Addr, (u8, Instant)>,
}

impl Querier {
    /// A querier that asks at once.
    pub(crate) fn new(now: Instant) -> Self {
        Self { next: now, startup: ROBUSTNESS, other: None, leaving: BTreeMap::new() }
    }

    /// Another querier asks. Whether that is news: it has the lower address, and this one is silent
    /// from now on (section 6.6.2).
    pub(crate) fn heard(&mut self, now: Instant, own: Ipv4Addr, other: Ipv4Addr) -> bool {
        // Who has no address of its own yields to everybody who has.
        let lower = !other.is_unspecified() && (own.is_unspecified() || other < own);
        if !lower {
            return false;
        }
        let news = self.other.is_none_or(|(known, _)| known != other);
        self.other = Some((other, now + OTHER_QUERIER));
        self.leaving.clear();
        news
    }

    /// Somebody said that it left a group: is there anybody else (section 6.4.2)?
    pub(crate) fn left(&mut self, now: Instant, group: Ipv4Addr) {
        if self.other.is_none() {
            self.leaving.entry(group).or_insert((ROBUSTNESS, now));
        }
    }

    /// A report of version 3 that says of some groups that somebody left.
    pub(crate) fn records(&mut self, now: Instant, records: &[Record]) {
        for record in records {
            let listens = record.kind.listens(record.sources.is_empty());
            if listens == Some(false) {
                self.left(now, record.group);
            }
        }
    }

    /// The next question whose time has come; the flag says whether another querier has fallen
    /// silent just now. Call until `None`.
    pub(crate) fn due(&mut self, now: Instant) -> Option<(Query, bool)> {
        if let Some((_, until)) = self.other {
            if now < until {
                return None;
            }
            self.other = None;
            self.next = now + QUERY_INTERVAL;
            return Some((Query::new(None), true));
        }
        if self.next <= now {
            self.startup = self.startup.saturating_sub(1);
            let interval = if self.startup > 0 { STARTUP_INTERVAL } else { QUERY_INTERVAL };
            self.next = now + interval;
            return Some((Query::new(None), false));
        }
        let (group, (left, at)) = self.leaving.iter_mut().find(|(_, (_, at))| *at <= now)?;
        let group = *group;
        *left -= 1;
        *at = now + LAST_MEMBER_QUERY;
        if *left == 0 {
            self.leaving.remove(&group);
        }
        Some((Query::new(Some(group)), false))
    }

    /// When [`due`](Self::due) has something.
    pub(crate) fn next(&self) -> Instant {
        match self.other {
            Some((_, until)) => until,
            None => self.leaving.values().map(|(_, at)| *at).fold(self.next, Instant::min),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Instant {
        Instant::from_secs(secs)
    }

    #[test]
    fn a_querier_asks_twice_at_first_and_then_every_125_seconds() {
        let mut querier = Querier::new(at(0));
        let mut asked = Vec::new();
        while asked.len() < 4 {
            let now = querier.next();
            assert_eq!(querier.due(now), Some((Query::new(None), false)));
            assert_eq!(querier.due(now), None);
            asked.push(now.nanos() / 1_000_000);
        }
        assert_eq!(asked, [0, 31_250, 156_250, 281_250]);
    }

    #[test]
    fn of_two_queriers_the_one_with_the_lower_address_stays() {
        let (one, two) = (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2));
        let mut querier = Querier::new(at(0));
        assert!(!querier.heard(at(0), one, two), "the higher address has to yield");
        assert!(querier.heard(at(0), two, one));
        assert!(!querier.heard(at(100), two, one), "known already");
        assert_eq!((querier.due(at(354)), querier.next()), (None, at(355)));
        assert_eq!(querier.due(at(355)), Some((Query::new(None), true)));
        assert!(!querier.heard(at(0), two, Ipv4Addr::UNSPECIFIED), "no address, no querier");
    }

    #[test]
    fn who_leaves_makes_the_querier_ask_for_others_twice() {
        let group = Ipv4Addr::new(239, 1, 2, 3);
        let mut querier = Querier::new(at(0));
        querier.due(at(0));
        querier.left(at(5), group);
        querier.left(at(5), group);
        let question = Some((Query::new(Some(group)), false));
        assert_eq!(querier.due(at(5)), question);
        assert_eq!((querier.due(at(5)), querier.next()), (None, at(6)));
        assert_eq!(querier.due(at(6)), question);
        assert_eq!(querier.due(at(7)), None);
        assert_eq!(Query::new(Some(group)).max_response, Duration::from_secs(1));
    }
}
