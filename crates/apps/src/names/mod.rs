//! What a name means: the resolver that each host has for its programs (RFC 1034 section 5.3.1).
//!
//! The steps, in the order of every textbook: the text may be an address already; then the host's own
//! cache, its `hosts:` entries (and the names of the lab's nodes), and at last its name servers. Each
//! step that decides is told, with what it found.
//!
//! Where there is a choice it is that of Linux's `resolv.conf(5)`: at most three servers, in order, 5 s
//! for each, two rounds; a server that answers SERVFAIL, REFUSED or NOTIMP is left for the next and not
//! asked again; a name without a dot is tried within the search domains first, others as they are
//! (`ndots:1`). Answers that were cut come again over TCP. A and AAAA are asked one after the other,
//! each only if the host has such an address.
//!
//! `exchange` is one question to one server, `stub` all the rest.

mod exchange;
mod stub;

pub(crate) use exchange::{NoReply, Reply, exchange};
pub use stub::Unresolved;
pub(crate) use stub::{Lookup, Source, candidates, look_up, resolve, tell_completion};

#[cfg(test)]
mod tests;
