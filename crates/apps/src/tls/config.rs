//! What both sides of a connection agree with rustls on.

use std::fmt;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use lanternet_core::Duration;
use rustls::SupportedProtocolVersion;
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use rustls::version::{TLS12, TLS13};

use crate::sockets::Sockets;

/// How long a handshake may take on either side. It is two round trips, so this is generous; who needs
/// longer does not speak TLS or means no good. Ten seconds are also what stunnel and Go's HTTP server
/// (`TLSHandshakeTimeout`) give.
pub(crate) const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// The versions that we speak. In a simulation both sides are ours, and 1.3 alone is known to draw
/// nothing random after its handshake.
pub(super) fn versions(repeatable: bool) -> &'static [&'static SupportedProtocolVersion] {
    static NEWEST: [&SupportedProtocolVersion; 1] = [&TLS13];
    static BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
    if repeatable { &NEWEST } else { &BOTH }
}

/// The host's time of day, for certificates that begin and end.
pub(super) struct Clock<S>(pub(super) S);

impl<S: Sockets> Clock<S> {
    pub(super) fn of(sockets: &S) -> Arc<dyn TimeProvider> {
        Arc::new(Self(sockets.clone()))
    }
}

impl<S> fmt::Debug for Clock<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

impl<S: Sockets> TimeProvider for Clock<S> {
    fn current_time(&self) -> Option<UnixTime> {
        let since = self.0.time_of_day().duration_since(UNIX_EPOCH).ok()?;
        Some(UnixTime::since_unix_epoch(since))
    }
}
