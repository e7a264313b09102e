//! Who is logged in, and who was last.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::users::UserName;

/// So many users' last logins are remembered; more are not told theirs.
const REMEMBERED: usize = 10_000;

/// The users who are here. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Present(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    next: u64,
    here: BTreeMap<u64, Session>,
    last: BTreeMap<UserName, (SystemTime, IpAddr)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Session {
    name: UserName,
    since: SystemTime,
    from: IpAddr,
}

/// Somebody is here until this is dropped.
#[derive(Debug)]
pub(super) struct Stay {
    present: Present,
    number: u64,
}

impl Present {
    /// Somebody comes; with the time and place of the login before. `None` when this user is here so
    /// often already.
    pub(super) fn come(
        &self,
        name: &UserName,
        now: SystemTime,
        from: IpAddr,
        most: usize,
    ) -> Option<(Stay, Option<(SystemTime, IpAddr)>)> {
        let mut state = self.state();
        if state.here.values().filter(|session| session.name == *name).count() >= most {
            return None;
        }
        let number = state.next;
        state.next += 1;
        state.here.insert(number, Session { name: name.clone(), since: now, from });
        let before = state.last.remove(name);
        if state.last.len() < REMEMBERED {
            state.last.insert(name.clone(), (now, from));
        }
        Some((Stay { present: self.clone(), number }, before))
    }

    /// A line for each session, in the order of the names, safe to print.
    pub(super) fn lines(&self) -> String {
        let mut here: Vec<Session> = self.state().here.values().cloned().collect();
        here.sort();
        let width = here.iter().map(|session| session.name.as_str().len()).max().unwrap_or(0);
        let line = |Session { name, since, from }: &Session| {
            let name = name.as_str();
            format!("  {name:width$}  since {}, from {from}\n", time(*since))
        };
        here.iter().map(line).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.present.state().here.remove(&self.number);
    }
}

/// As in HTTP (RFC 9110 section 5.6.7): one form, one time zone.
pub(super) fn time(at: SystemTime) -> String {
    httpdate::fmt_http_date(at)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn users_are_here_until_they_leave_and_only_so_often() {
        let present = Present::default();
        let alice = UserName::new("alice").unwrap();
        let from = Ipv4Addr::LOCALHOST.into();
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let (first, before) = present.come(&alice, at(0), from, 2).unwrap();
        assert_eq!(before, None);
        let (second, before) = present.come(&alice, at(60), from, 2).unwrap();
        assert_eq!(before, Some((at(0), from)));
        assert!(present.come(&alice, at(61), from, 2).is_none());
        assert!(present.come(&UserName::new("bob").unwrap(), at(61), from, 2).is_some());
        assert_eq!(
            present.lines(),
            "  alice  since Thu, 01 Jan 1970 00:00:00 GMT, from 127.0.0.1\n  \
             alice  since Thu, 01 Jan 1970 00:01:00 GMT, from 127.0.0.1\n"
        );
        drop((first, second));
        assert_eq!(present.lines(), "");
    }
}
