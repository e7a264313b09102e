//! Who is logged in, without I/O: time and random numbers are handed in.
//!
//! A session is found by the hash of its id, so that neither the time that a search takes nor the
//! server's memory tells an id. Its end is heard by whoever holds its [`Ticket`].

use std::collections::BTreeMap;

use blake3::Hash;
use lanternet_core::{Duration, Instant};
use tokio::sync::watch;

use crate::users::UserName;

/// How long and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// A session ends after so long without a request.
    pub(super) idle: Duration,
    /// And so long after its beginning in any case.
    pub(super) longest: Duration,
    /// So many sessions of one user; a further one ends the one that was used least lately.
    pub(super) of_one_user: usize,
    /// So many of all users, in the same way.
    pub(super) most: usize,
}

/// All sessions.
#[derive(Debug)]
pub(super) struct Sessions {
    limits: Limits,
    table: BTreeMap<[u8; 32], Session>,
}

#[derive(Debug)]
struct Session {
    user: UserName,
    csrf: Hash,
    began: Instant,
    last: Instant,
    /// Dropping it is what ends the session for those who listen.
    over: watch::Sender<()>,
}

/// A session that is there.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    /// Whose it is.
    pub(super) user: UserName,
    key: [u8; 32],
    csrf: Hash,
    over: watch::Receiver<()>,
}

impl Ticket {
    /// Whether this is the session's token against forged requests. Takes the same time in any case.
    pub(super) fn is_token(&self, token: &str) -> bool {
        // Hashes are compared in constant time.
        blake3::hash(token.as_bytes()) == self.csrf
    }

    /// Ready once the session has ended.
    pub(super) async fn over(&self) {
        // Nothing is ever sent; the error says that the sender is gone.
        while self.over.clone().changed().await.is_ok() {}
    }
}

impl Sessions {
    /// None yet.
    pub(super) const fn new(limits: Limits) -> Self {
        Self { limits, table: BTreeMap::new() }
    }

    /// Begins a session with this id and this token against forged requests, which nobody can foretell.
    pub(super) fn begin(&mut self, now: Instant, user: &UserName, id: &str, csrf: &str) {
        self.sweep(now);
        let own = self.table.values().filter(|session| session.user == *user).count();
        if own >= self.limits.of_one_user {
            self.end_oldest(|session| session.user == *user);
        } else if self.table.len() >= self.limits.most {
            self.end_oldest(|_| true);
        }
        let session = Session {
            user: user.clone(),
            csrf: blake3::hash(csrf.as_bytes()),
            began: now,
            last: now,
            over: watch::Sender::new(()),
        };
        self.table.insert(key(id), session);
    }

    /// The session with this id, which is used now.
    pub(super) fn find(&mut self, now: Instant, id: &str) -> Option<Ticket> {
        self.sweep(now);
        let key = key(id);
        let session = self.table.get_mut(&key)?;
        session.last = now;
        let over = session.over.subscribe();
        Some(Ticket { user: session.user.clone(), key, csrf: session.csrf, over })
    }

    /// It is used now, for something that is no request.
    pub(super) fn touch(&mut self, now: Instant, ticket: &Ticket) {
        if let Some(session) = self.table.get_mut(&ticket.key) {
            session.last = now;
        }
    }

    /// Ends it.
    pub(super) fn end(&mut self, ticket: &Ticket) {
        self.table.remove(&ticket.key);
    }

    /// Ends the session with this id, if there is one.
    pub(super) fn end_id(&mut self, id: &str) {
        self.table.remove(&key(id));
    }

    /// Ends those whose time is over.
    pub(super) fn sweep(&mut self, now: Instant) {
        let Limits { idle, longest, .. } = self.limits;
        self.table.retain(|_, session| {
            now.since(session.last) < idle && now.since(session.began) < longest
        });
    }

    fn end_oldest(&mut self, which: impl Fn(&Session) -> bool) {
        let candidates = self.table.iter().filter(|(_, session)| which(session));
        let oldest = candidates.min_by_key(|(_, session)| session.last).map(|(key, _)| *key);
        if let Some(key) = oldest {
            self.table.remove(&key);
        }
    }
}

fn key(id: &str) -> [u8; 32] {
    *blake3::hash(id.as_bytes()).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        idle: Duration::from_secs(100),
        longest: Duration::from_secs(1000),
        of_one_user: 2,
        most: 3,
    };

    fn user(name: &str) -> UserName {
        UserName::new(name).unwrap()
    }

    fn at(secs: u64) -> Instant {
        Instant::from_secs(secs)
    }

    #[test]
    fn a_session_that_is_not_used_ends() {
        let mut sessions = Sessions::new(LIMITS);
        sessions.begin(at(0), &user("ann"), "id", "token");
        assert!(sessions.find(at(99), "id").is_some());
        assert!(sessions.find(at(198), "id").is_some(), "the request before counts as use");
        assert!(sessions.find(at(298), "id").is_none());
        assert!(sessions.find(at(298), "").is_none() && sessions.find(at(298), "di").is_none());
    }

    #[test]
    fn a_session_ends_however_busy_it_is() {
        let mut sessions = Sessions::new(LIMITS);
        sessions.begin(at(0), &user("ann"), "id", "token");
        for secs in (50..1000).step_by(50) {
            assert!(sessions.find(at(secs), "id").is_some(), "{secs}");
        }
        assert!(sessions.find(at(1000), "id").is_none());
    }

    #[test]
    fn the_one_used_least_lately_makes_place() {
        let mut sessions = Sessions::new(LIMITS);
        sessions.begin(at(0), &user("ann"), "a1", "t");
        sessions.begin(at(1), &user("ann"), "a2", "t");
        sessions.find(at(2), "a1");
        sessions.begin(at(3), &user("ann"), "a3", "t");
        assert!(sessions.find(at(4), "a2").is_none(), "two of one user are enough");
        sessions.begin(at(5), &user("bob"), "b1", "t");
        sessions.begin(at(6), &user("cat"), "c1", "t");
        assert!(sessions.find(at(7), "a1").is_none(), "three of all are enough");
        for id in ["a3", "b1", "c1"] {
            assert!(sessions.find(at(7), id).is_some(), "{id}");
        }
    }

    #[test]
    fn the_end_is_heard_and_the_token_is_the_own() {
        let mut sessions = Sessions::new(LIMITS);
        sessions.begin(at(0), &user("ann"), "id", "token");
        let ticket = sessions.find(at(0), "id").unwrap();
        assert!(ticket.is_token("token") && !ticket.is_token("") && !ticket.is_token("tokem"));
        assert!(ticket.over.has_changed().is_ok());
        sessions.end(&ticket);
        assert!(ticket.over.has_changed().is_err());
        assert!(sessions.find(at(0), "id").is_none());
    }
}
