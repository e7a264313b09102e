//! Names (RFC 1034, 1035): messages, zones, caches, and the servers and resolvers that use them.
//!
//! Everything here is sans-IO: bytes and time in, bytes and reasons out. Messages and names are
//! hickory-proto's; what a server or a resolver decides is ours.
//!
//! - [`message`]: from bytes to messages and back, within the limits of UDP; who may answer what.
//! - [`cache`]: what was learned and for how long it holds, for resolvers and stubs.
//! - [`reason`]: messages and records as the facts of a trace.

pub mod cache;
pub mod message;
pub mod reason;

pub use cache::{Cache, Credibility, Hit};
pub use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
pub use hickory_proto::rr::{DNSClass, LowerName, Name, RData, Record, RecordType, rdata};
pub use message::Question;

/// Where servers listen, over UDP and TCP (RFC 1035 section 4.2).
pub const PORT: u16 = 53;
