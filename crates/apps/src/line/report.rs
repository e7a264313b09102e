//! What is printed of a conversation: the bytes that came, or a dump of both directions, and times.

use std::sync::{Mutex, MutexGuard, PoisonError};

use lanternet_core::{Duration, Instant};

use super::{Args, dump};
use crate::console::Console;
use crate::sockets::Sockets;
use crate::text;

/// Prints what passes, and counts it.
pub(super) struct Report<'a, S, C> {
    sockets: &'a S,
    console: &'a C,
    args: &'a Args,
    began: Instant,
    // Sending and receiving wait in turns and hold it for no time.
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    sent: u64,
    received: u64,
    exchanges: u64,
    exchange: Option<Exchange>,
}

/// From something that was sent to the last of what came back before the next.
#[derive(Debug)]
struct Exchange {
    began: Instant,
    sent: usize,
    received: usize,
    first: Option<Instant>,
    last: Instant,
}

impl<'a, S: Sockets, C: Console> Report<'a, S, C> {
    /// The conversation begins now.
    pub(super) fn new(sockets: &'a S, console: &'a C, args: &'a Args) -> Self {
        Self { sockets, console, args, began: sockets.now(), counts: Mutex::default() }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These bytes are about to be sent.
    pub(super) fn sending(&self, bytes: &[u8]) {
        let now = self.sockets.now();
        let mut counts = self.counts();
        if self.args.hex {
            self.dump('>', now, bytes, counts.sent);
        }
        counts.sent += bytes.len() as u64;
        let waiting = counts.exchange.as_mut().filter(|exchange| exchange.first.is_none());
        if let Some(exchange) = waiting {
            // Nothing has come back yet: it is one question in two pieces.
            exchange.sent += bytes.len();
            return;
        }
        self.end_exchange(&mut counts);
        let exchange =
            Exchange { began: now, sent: bytes.len(), received: 0, first: None, last: now };
        counts.exchange = Some(exchange);
    }

    /// These bytes came.
    pub(super) fn received(&self, bytes: &[u8]) {
        let now = self.sockets.now();
        let mut counts = self.counts();
        match self.args.hex {
            true => self.dump('<', now, bytes, counts.received),
            false => self.console.print_bytes(bytes),
        }
        if counts.received == 0 && self.args.timing {
            let after = now - self.began;
            self.console.error(&format!("first byte after {after}"));
        }
        counts.received += bytes.len() as u64;
        if let Some(exchange) = &mut counts.exchange {
            exchange.received += bytes.len();
            exchange.first.get_or_insert(now);
            exchange.last = now;
        }
    }

    /// The conversation is over.
    pub(super) fn end(&self) {
        let mut counts = self.counts();
        self.end_exchange(&mut counts);
        if self.args.timing {
            let Counts { sent, received, .. } = *counts;
            let took = self.sockets.now() - self.began;
            self.console.error(&format!("{sent} bytes sent, {received} received in {took}"));
        }
    }

    /// Whether anything came.
    pub(super) fn has_received(&self) -> bool {
        self.counts().received > 0
    }

    fn end_exchange(&self, counts: &mut Counts) {
        let Some(exchange) = counts.exchange.take() else { return };
        counts.exchanges += 1;
        if !self.args.timing {
            return;
        }
        let Exchange { began, sent, received, first, last } = exchange;
        let sent = text::count(sent, "byte");
        let answer = match first {
            None => "no answer".to_owned(),
            Some(first) => {
                let received = text::count(received, "byte");
                let (first, last): (Duration, Duration) = (first - began, last - began);
                match first == last {
                    true => format!("answer of {received} after {first}"),
                    false => format!("answer of {received} from {first} to {last}"),
                }
            }
        };
        self.console.error(&format!("exchange {}: {sent} sent, {answer}", counts.exchanges));
    }

    fn dump(&self, direction: char, now: Instant, bytes: &[u8], offset: u64) {
        let after = now - self.began;
        let length = text::count(bytes.len(), "byte");
        let rows = dump::rows(bytes, offset);
        self.console.print(&format!("{direction} {length} after {after}\n{rows}"));
    }
}
