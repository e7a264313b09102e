//! How many clients there are, and were.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Log;
use crate::console::Console;
use crate::text;

/// Counts clients.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Those of now, by address.
    present: Mutex<BTreeMap<IpAddr, u32>>,
    clients: AtomicU64,
    refused: AtomicU64,
    handshakes: AtomicU64,
    cut: AtomicU64,
}

/// A client that is counted until this is dropped.
#[derive(Debug)]
pub(super) struct Counted {
    tally: Arc<Tally>,
    address: IpAddr,
}

impl Tally {
    fn present(&self) -> MutexGuard<'_, BTreeMap<IpAddr, u32>> {
        // Nothing waits with the lock held, and a panic leaves whole numbers behind.
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more of this address; `None` when there are `limit` already.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr, limit: Option<u32>) -> Option<Counted> {
        let mut present = self.present();
        let number = present.entry(address).or_default();
        if limit.is_some_and(|limit| *number >= limit) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        *number += 1;
        self.clients.fetch_add(1, Ordering::Relaxed);
        Some(Counted { tally: Arc::clone(self), address })
    }

    pub(super) fn failed_handshake(&self) {
        self.handshakes.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn cut(&self) {
        self.cut.fetch_add(1, Ordering::Relaxed);
    }

    /// Says how it was, at the end.
    pub(super) fn report<C: Console>(&self, log: &Log<C>) {
        let number = |of: &AtomicU64| of.load(Ordering::Relaxed);
        let clients = usize::try_from(number(&self.clients)).unwrap_or(usize::MAX);
        let mut sentence = format!("stopped after {}", text::count(clients, "client"));
        let mut fields = vec![("clients", clients.into())];
        for (name, of, words) in [
            ("cut", &self.cut, "cut off"),
            ("no_tls", &self.handshakes, "without a TLS handshake"),
            ("refused", &self.refused, "more turned away"),
        ] {
            let many = number(of);
            fields.push((name, many.into()));
            if many > 0 {
                sentence.push_str(&format!(", {many} {words}"));
            }
        }
        log.server("stopped", &sentence, &fields);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut present = self.tally.present();
        if let Some(number) = present.get_mut(&self.address) {
            *number = number.saturating_sub(1);
            if *number == 0 {
                // Only those of now take up memory.
                present.remove(&self.address);
            }
        }
    }
}
