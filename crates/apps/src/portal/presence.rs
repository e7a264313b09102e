//! Who is here: whoever has the chat open.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::users::UserName;

/// So many open chats of one user.
const OF_ONE_USER: usize = 8;

/// Who is here. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Presence(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    open: Mutex<BTreeMap<UserName, usize>>,
    names: watch::Sender<Vec<String>>,
}

/// Somebody is here until this is dropped.
#[derive(Debug)]
pub(super) struct Here {
    presence: Presence,
    user: UserName,
    names: watch::Receiver<Vec<String>>,
}

impl Presence {
    pub(super) fn new() -> Self {
        Self(Arc::new(Inner { open: Mutex::default(), names: watch::Sender::default() }))
    }

    /// Somebody comes; `None` when they are here often enough.
    pub(super) fn enter(&self, user: &UserName) -> Option<Here> {
        let came = self.change(|open| {
            let count = open.entry(user.clone()).or_default();
            let fits = *count < OF_ONE_USER;
            *count += usize::from(fits);
            fits
        });
        let here = |()| Here {
            presence: self.clone(),
            user: user.clone(),
            names: self.0.names.subscribe(),
        };
        came.then_some(()).map(here)
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<UserName, usize>) -> T) -> T {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut open);
        let names: Vec<String> = open.keys().map(ToString::to_string).collect();
        self.0.names.send_if_modified(|known| {
            let other = *known != names;
            *known = names;
            other
        });
        result
    }
}

impl Here {
    /// Their names, in order.
    pub(super) fn names(&mut self) -> Vec<String> {
        self.names.borrow_and_update().clone()
    }

    /// Ready once somebody has come or gone since [`Here::names`].
    pub(super) async fn changed(&mut self) {
        // The sender lives as long as `presence`.
        let _ = self.names.changed().await;
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.presence.change(|open| {
            if let Some(count) = open.get_mut(&self.user) {
                *count -= 1;
                if *count == 0 {
                    open.remove(&self.user);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_with_two_windows_is_here_once() {
        let presence = Presence::new();
        let [ann, bob] = ["ann", "bob"].map(|name| UserName::new(name).unwrap());
        let mut first = presence.enter(&ann).unwrap();
        let second = presence.enter(&ann).unwrap();
        let other = presence.enter(&bob).unwrap();
        assert_eq!(first.names(), ["ann", "bob"]);
        drop(second);
        assert_eq!(first.names(), ["ann", "bob"]);
        drop(other);
        assert_eq!(first.names(), ["ann"]);
        let more: Vec<_> = (0..20).filter_map(|_| presence.enter(&ann)).collect();
        assert_eq!(more.len(), OF_ONE_USER - 1);
    }
}
