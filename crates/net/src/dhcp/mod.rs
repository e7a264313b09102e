//! DHCP: addresses on loan (RFC 2131), for IPv4.
//!
//! State machines without sockets and without a clock: time and messages in; messages, changes and
//! reasons out. [`host`](crate::host) carries the messages.
//!
//! - [`message`]: the format (RFC 2131 section 2, RFC 2132).
//! - [`Client`]: asks for an address and keeps it.
//! - [`Server`]: lends addresses out of [`Pool`]s; its [`lease`] table.
//! - [`relay`]: carries messages between a segment without a server and a server elsewhere.
//!
//! Further reading: RFC 1542 (relays), 3046 (option 82), 3396 (long options), 3442 (routes), 4361
//! (client identifiers), 5227 (address conflicts), 6842 (the client identifier in answers).
//!
//! The format is read and written here with smoltcp's view of the fixed fields. The crate
//! `dhcproto` was tried: it panics on messages that a stranger can send (a hardware address length
//! above 16, an empty option 151), and draws from the operating system's random numbers for each
//! message.
//!
//! Left out: BOOTP clients (messages without a type), hardware other than Ethernet, leases without
//! end (they are lent for as long as the pool says), the server's ping before an offer (clients
//! probe and decline), dynamic DNS updates, authentication (RFC 3118), forced renewal (RFC 3203).

mod client;
pub mod lease;
pub mod message;
pub mod relay;
mod server;
#[cfg(test)]
mod tests;

pub use client::{Acquired, Action, Client, ClientConfig, ClientLease, ClientState, PATIENCE};
pub use lease::{LeaseRow, LeaseState, LeaseTable};
pub use message::{Kind, Message, MessageError, Options};
pub use server::{Answer, Arrival, Destination, OFFER_HOLD, Pool, QUARANTINE, Reply, Server};

/// The port of servers and relays (RFC 2131 section 4.1).
pub const SERVER_PORT: u16 = 67;
/// The port of clients.
pub const CLIENT_PORT: u16 = 68;
