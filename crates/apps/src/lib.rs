//! Lanternet's programs: `ping`, `traceroute`, `serve echo`, `connect echo` and their kin.
//!
//! Each is written once, as an async function over two traits: [`Sockets`], what a program may ask
//! of the network, and [`Console`], its standard streams. A simulated host implements them in
//! virtual time, the operating system in real time; the program cannot tell which.
//!
//! - [`command`]: one definition of all command lines, and [`run`] for any of them.
//! - [`sockets`]: the trait, with Linux's meaning, and the [`icmp`] errors that sockets report.
//! - [`console`]: the standard streams and files. [`simulated`]: both on a host of the simulation.
//! - [`files`]: what a simulated host's programs can read.
//! - [`ping`], [`traceroute`], [`echo`] (echo and upper, server and client, TCP and UDP): a folder
//!   per program, the rules in `protocol.rs`, which does no I/O, beside `client.rs` and `server.rs`.
//! - [`hello`]: the smallest server. [`server`]: what all TCP servers do alike. [`tls`]: connections in
//!   plain text or under TLS.
//! - [`names`]: what a name means, as every host finds out for its programs.
//! - [`line`](mod@line): netcat. [`probe`]: which ports answer, and what comes to one. [`host`]: this host's name.
//! - [`lookup`]: asks what a name means, as `dig` does.
//! - [`site`]: a static web server and a client for it.
//! - [`framing`]: where one message ends in a stream of bytes; [`framed`] reads such messages.
//! - [`split`](mod@split): reading and writing one connection in two tasks.
//! - [`endpoint`]: `HOST`, `HOST:PORT`, `[v6]:PORT`. [`race`]: timeouts and choices between
//!   futures, without a runtime. [`text`]: words for errors and foreign bytes.

pub mod assistant;
pub mod chat;
pub mod command;
pub mod console;
mod dial;
pub mod disk;
pub mod dns;
pub mod echo;
pub mod endpoint;
mod failures;
pub mod files;
pub mod framed;
pub mod framing;
pub mod hello;
pub mod host;
pub mod icmp;
pub mod line;
pub mod login;
pub mod lookup;
pub mod names;
pub mod ping;
pub mod portal;
pub mod probe;
pub mod race;
pub mod server;
pub mod simulated;
pub mod site;
pub mod sockets;
pub mod split;
pub mod text;
pub mod tls;
pub mod traceroute;
mod trouble;
pub mod upload;
pub mod users;

pub use command::{Command, CommandError, run};
pub use console::{Console, ExitCode};
pub use files::Files;
pub use simulated::Simulated;
pub use sockets::Sockets;
