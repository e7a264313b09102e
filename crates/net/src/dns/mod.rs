//! Names (RFC 1034, 1035): messages, zones, caches, and the servers and resolvers that use them.
//!
//! Everything here is sans-IO: bytes and time in, bytes and reasons out. Messages and names are
//! hickory-proto's; what a server or a resolver decides is ours.
//!
//! - [`message`]: from bytes to messages and back, within the limits of UDP; who may answer what.
//! - [`authority`]: what a server answers from its zones.
//! - [`cache`]: what was learned and for how long it holds, for resolvers and stubs.
//! - [`zone`]: what a server knows by itself, from a master file.
//! - [`resolver`]: finds answers by asking servers.
//! - [`server`]: both at one port.
//! - [`listing`]: zones and caches as text.
//! - [`presentation`]: names and records as master files have them.
//! - [`reason`]: messages and records as the facts of a trace.

pub mod authority;
pub mod cache;
pub mod listing;
pub mod message;
pub mod presentation;
pub mod reason;
pub mod resolver;
pub mod server;
pub mod zone;

pub use authority::Authority;
pub use cache::{Cache, Credibility, Hit};
pub use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
pub use hickory_proto::rr::{DNSClass, LowerName, Name, RData, Record, RecordType, rdata};
pub use message::Question;
pub use resolver::Resolver;
pub use server::Server;
pub use zone::Zone;

/// The addresses of the servers of the Internet's root, as IANA publishes them: of each, in the
/// order of the alphabet, the IPv4 and the IPv6 one.
pub use hickory_proto::ROOTS as INTERNET_ROOT;

/// Where servers listen, over UDP and TCP (RFC 1035 section 4.2).
pub const PORT: u16 = 53;
