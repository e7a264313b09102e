//! The bare protocol of a first course on sockets: the size of a file as decimal digits, then its bytes,
//! then the end of the connection. No name, no hash, no answer.
//!
//! A sender in Python is `sock.send(str(size).encode())` and `sock.sendall(content)`, a receiver
//! `size = int(conn.recv(1024))` and `recv` until all is there. The second only works while the number
//! arrives alone, which TCP does not promise; `protocol` says how the number is found all the same,
//! and our sender pauses behind it.

mod client;
mod protocol;
mod server;

pub(super) use client::connect;
pub use protocol::{MOST_DIGITS, Reading, digits, fitting, readings};
pub(super) use server::Receiver;
