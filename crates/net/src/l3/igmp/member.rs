//! What a host does on one interface: it tells what groups it is in, and answers when it is asked
//! (RFC 3376 section 5, RFC 2236 section 3).

use std::net::Ipv4Addr;

use lanternet_core::trace::ReportCause;
use lanternet_core::{Duration, Instant, Rng};

use super::message::{ALL_SYSTEMS, Message, Query, Record, RecordKind};

/// How long at the most until a report is repeated (RFC 3376 section 8.11, RFC 2236 section 8.10).
const UNSOLICITED_V3: Duration = Duration::from_secs(1);
const UNSOLICITED_V2: Duration = Duration::from_secs(10);

/// The groups of an interface, and what is to be said about them.
#[derive(Debug, Default)]
pub(crate) struct Member {
    groups: Vec<Group>,
    /// Groups that were left, about which there is something to say.
    left: Vec<Group>,
    /// The answer to a general question of version 3.
    answer: Option<Instant>,
    /// Until then the querier is taken to speak version 2 only.
    old_querier: Option<Instant>,
    /// What programs asked for, in order, and nothing has been done about: joined or left.
    requests: Vec<(Ipv4Addr, bool)>,
    robustness: Option<u8>,
}

#[derive(Debug)]
struct Group {
    address: Ipv4Addr,
    /// Reports of the change that are still to be sent, the time of the next, and whether one has
    /// been sent.
    change: Option<(u8, Instant, bool)>,
    /// The answer to a question about this group, or in version 2 about all, and the senders that
    /// were asked for.
    answer: Option<(Instant, Vec<Ipv4Addr>)>,
    /// Version 2: whether this host was the last that reported the group.
    last_reporter: bool,
}

/// A message that is due.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) message: Message,
    pub(crate) version: u8,
    pub(crate) groups: Vec<Ipv4Addr>,
    pub(crate) why: ReportCause,
}

/// What a question leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// An answer after this time.
    Answer(Duration),
    /// None: there is no such group.
    Nothing,
}

impl Member {
    /// Whether it is in the group.
    pub(crate) fn contains(&self, address: Ipv4Addr) -> bool {
        self.groups.iter().any(|group| group.address == address)
    }

    /// The groups, in the order in which they were joined.
    pub(crate) fn groups(&self) -> impl Iterator<Item = Ipv4Addr> + '_ {
        self.groups.iter().map(|group| group.address)
    }

    /// The version that is spoken at this time.
    pub(crate) fn version(&self, now: Instant) -> u8 {
        if self.old_querier.is_some_and(|until| now < until) { 2 } else { 3 }
    }

    /// A program joined or left a group: to be [applied](Self::apply) at once.
    pub(crate) fn request(&mut self, address: Ipv4Addr, joined: bool) {
        self.requests.push((address, joined));
    }

    /// Does what was requested, and says what that was.
    pub(crate) fn apply(&mut self, now: Instant) -> Vec<(Ipv4Addr, bool)> {
        let requests = std::mem::take(&mut self.requests);
        for (address, joined) in &requests {
            match joined {
                true => self.join(now, *address),
                false => self.leave(now, *address),
            }
        }
        requests
    }

    /// Tells of all groups once more, as after joining them.
    pub(crate) fn report_again(&mut self) {
        let joined: Vec<_> = self.groups.drain(..).map(|group| (group.address, true)).collect();
        self.requests.splice(0..0, joined);
    }

    /// Joins a group; the report is due at once. All systems are in theirs and never report it
    /// (RFC 3376 section 5).
    pub(crate) fn join(&mut self, now: Instant, address: Ipv4Addr) {
        if self.contains(address) {
            return;
        }
        self.left.retain(|group| group.address != address);
        let change = (address != ALL_SYSTEMS).then_some((self.repeats(), now, false));
        self.groups.push(Group { address, change, answer: None, last_reporter: false });
    }

    /// Leaves a group.
    pub(crate) fn leave(&mut self, now: Instant, address: Ipv4Addr) {
        let Some(at) = self.groups.iter().position(|group| group.address == address) else {
            return;
        };
        let group = self.groups.remove(at);
        // In version 2 only who reported last says that it left (RFC 2236 section 3, as Linux does).
        let silent = self.version(now) == 2 && !group.last_reporter;
        if address != ALL_SYSTEMS && !silent {
            let repeats = if self.version(now) == 2 { 1 } else { self.repeats() };
            self.left.push(Group { change: Some((repeats, now, false)), answer: None, ..group });
        }
    }

    fn repeats(&self) -> u8 {
        self.robustness.unwrap_or(super::message::ROBUSTNESS).max(1)
    }

    /// A querier asks. Says what becomes of it, and whether the version is another one now.
    pub(crate) fn asked(&mut self, now: Instant, query: &Query, rng: &mut Rng) -> (Plan, bool) {
        let before = self.version(now);
        if query.version < 3 {
            // RFC 3376 section 8.12: robustness times query interval, and one response interval.
            let present = query.interval * u64::from(query.robustness) + query.max_response;
            self.old_querier = Some(now + present);
            // What was to be said in version 3 is not (section 7.2.1).
            self.answer = None;
        } else {
            self.robustness = Some(query.robustness);
        }
        let version = self.version(now);
        let delay = Duration::from_nanos(rng.below(query.max_response.nanos().max(1)));
        let plan = self.plan(now, version, query, delay);
        (plan, version != before)
    }

    fn plan(&mut self, now: Instant, version: u8, query: &Query, delay: Duration) -> Plan {
        let at = now + delay;
        // An answer to everything that comes sooner answers this as well (RFC 3376 section 5.2).
        if let Some(sooner) = self.answer.filter(|sooner| *sooner <= at && *sooner >= now) {
            return Plan::Answer(sooner - now);
        }
        let reported = |group: &&mut Group| group.address != ALL_SYSTEMS;
        let mut asked = self.groups.iter_mut().filter(reported).peekable();
        match query.group {
            None if asked.peek().is_none() => Plan::Nothing,
            None if version == 3 => {
                self.answer = Some(at);
                Plan::Answer(delay)
            }
            None => {
                asked.for_each(|group| group.answer_at(at, &[]));
                Plan::Answer(delay)
            }
            Some(address) => match asked.find(|group| group.address == address) {
                Some(group) => {
                    group.answer_at(at, &query.sources);
                    Plan::Answer(delay)
                }
                None => Plan::Nothing,
            },
        }
    }

    /// Another host reported the group in version 1 or 2. Whether our answer is not needed any more.
    pub(crate) fn heard(&mut self, now: Instant, address: Ipv4Addr) -> bool {
        let version = self.version(now);
        let group = self.groups.iter_mut().find(|group| group.address == address);
        let Some(group) = group.filter(|_| version == 2) else { return false };
        group.last_reporter = false;
        let pending = group.answer.take().is_some();
        pending || group.change.take().is_some()
    }

    /// The next message whose time has come. Call until `None`.
    pub(crate) fn due(&mut self, now: Instant, rng: &mut Rng) -> Option<Due> {
        let version = self.version(now);
        if self.answer.is_some_and(|at| at <= now) {
            self.answer = None;
            let groups: Vec<_> = self.groups().filter(|group| *group != ALL_SYSTEMS).collect();
            let kind = RecordKind::IsExclude;
            let record = |group: &Ipv4Addr| Record { kind, group: *group, sources: Vec::new() };
            let message = Message::Records(groups.iter().map(record).collect());
            return Some(Due { message, version: 3, groups, why: ReportCause::Asked });
        }
        if let Some(due) = self.changes(now, version, rng) {
            return Some(due);
        }
        let due = |group: &&mut Group| group.answer.as_ref().is_some_and(|(at, _)| *at <= now);
        let group = self.groups.iter_mut().find(due)?;
        let (_, sources) = group.answer.take()?;
        group.last_reporter = true;
        let address = group.address;
        let message = match version {
            2 => Message::Report { version, group: address },
            _ => {
                // RFC 3376 section 5.2: who takes all senders takes those that were asked for.
                let kind = match sources.is_empty() {
                    true => RecordKind::IsExclude,
                    false => RecordKind::IsInclude,
                };
                Message::Records(vec![Record { kind, group: address, sources }])
            }
        };
        Some(Due { message, version, groups: vec![address], why: ReportCause::Asked })
    }

    /// Reports of changes: in version 3 all that are due in one message, in version 2 one by one.
    fn changes(&mut self, now: Instant, version: u8, rng: &mut Rng) -> Option<Due> {
        let is_due = |group: &Group| group.change.is_some_and(|(_, at, _)| at <= now);
        let limit = if version == 2 { 1 } else { usize::MAX };
        let unsolicited = if version == 2 { UNSOLICITED_V2 } else { UNSOLICITED_V3 };
        let spread = Duration::from_nanos(1 + rng_below(rng, unsolicited, self, is_due)?);
        let (mut records, mut repeated) = (Vec::new(), true);
        let both =
            [(RecordKind::ToExclude, &mut self.groups), (RecordKind::ToInclude, &mut self.left)];
        for (kind, list) in both {
            for group in list.iter_mut().filter(|group| is_due(group)) {
                if records.len() >= limit {
                    break;
                }
                let Some((left, _, told)) = group.change.take() else { continue };
                repeated &= told;
                group.last_reporter = true;
                group.change = (left > 1).then_some((left - 1, now + spread, true));
                records.push(Record { kind, group: group.address, sources: Vec::new() });
            }
        }
        self.left.retain(|group| group.change.is_some());
        let groups = records.iter().map(|record| record.group).collect();
        let message = match (version, records.first()?) {
            (2, Record { kind: RecordKind::ToExclude, group, .. }) => {
                Message::Report { version, group: *group }
            }
            (2, record) => Message::Leave { group: record.group },
            _ => Message::Records(records),
        };
        let why = if repeated { ReportCause::Repeated } else { ReportCause::Changed };
        Some(Due { message, version, groups, why })
    }

    /// When [`due`](Self::due) has something, and whether it is a change that nobody knows of yet.
    pub(crate) fn next(&self) -> Option<(Instant, bool)> {
        if !self.requests.is_empty() {
            return Some((Instant::ZERO, true));
        }
        let changes = self.groups.iter().chain(&self.left).filter_map(|group| group.change);
        let changes = changes.map(|(_, at, told)| (at, !told));
        let answers = self.groups.iter().filter_map(|group| group.answer.as_ref());
        let answers = answers.map(|(at, _)| *at).chain(self.answer).map(|at| (at, false));
        changes.chain(answers).reduce(|a, b| (a.0.min(b.0), a.1 || b.1))
    }
}

/// Draws only when something is due, so that a host without groups draws nothing.
fn rng_below(
    rng: &mut Rng,
    bound: Duration,
    member: &Member,
    is_due: impl Fn(&Group) -> bool,
) -> Option<u64> {
    let any = member.groups.iter().chain(&member.left).any(is_due);
    any.then(|| rng.below(bound.nanos()))
}

impl Group {
    /// An answer that is planned already is sent when it is sooner (RFC 3376 section 5.2).
    fn answer_at(&mut self, at: Instant, sources: &[Ipv4Addr]) {
        self.answer = Some(match self.answer.take() {
            None => (at, sources.to_vec()),
            Some((planned, asked)) => {
                let mut both = match asked.is_empty() || sources.is_empty() {
                    true => Vec::new(),
                    false => [&asked, sources].concat(),
                };
                both.sort_unstable();
                both.dedup();
                (planned.min(at), both)
            }
        });
    }
}

#[cfg(test)]
mod tests;
