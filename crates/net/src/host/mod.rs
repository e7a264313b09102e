//! Hosts and routers: programs, sockets and transport protocols on top of [`l3`](crate::l3).
//!
//! From the top down:
//!
//! - [`Host`]: the device. A router is a host whose IP layer passes packets on.
//! - [`process`](Program): programs as futures, and the executor that polls them inside the
//!   simulation.
//! - [`Handle`]: what a program may ask; [`stream`]: sockets that close themselves.
//! - The socket table with Linux's meaning: `sockets`, `calls`, `ports` (who holds which address),
//!   `readiness`, [`Errno`].
//! - `tcp` (smoltcp's state machine, one per connection; all else is ours), `udp`, `ping`.
//! - `scope`: link-local addresses and their interfaces.
//! - `stack`: what ties them together, and hands up what comes from the IP layer.

mod calls;
mod config;
mod dhcp;
mod errno;
mod error_queue;
mod handle;
#[expect(clippy::module_inception, reason = "the device is the module's main type")]
mod host;
mod more;
mod names;
mod packet;
mod ping;
mod ports;
mod process;
mod readiness;
mod rows;
mod scope;
mod sockets;
mod stack;
pub mod stream;
mod tcp;
mod timers;
mod udp;

#[cfg(test)]
mod tests;

pub use calls::{Shutdown, SocketOption};
pub use config::{DnsSettings, HostConfig, LabNames, Names};
pub use dhcp::{ClientRow, DhcpConfig, RelayConfig, ServerConfig};
pub use errno::{BindError, Errno};
pub use error_queue::SocketError;
pub use handle::{Handle, Sleep};
pub use host::Host;
pub use ping::{EchoMessage, EchoRequest};
pub use process::{OutputLine, PANICKED, Program, ProgramId, ProgramSpec, ProgramStatus};
pub use readiness::Readiness;
pub use rows::SocketRow;
pub use sockets::{SocketId, SocketKind};
pub use tcp::Keepalive;
pub use udp::{PathMtuDiscovery, Received};
