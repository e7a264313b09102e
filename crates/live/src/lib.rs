//! Lanternet in real time: its programs over the operating system's sockets.
//!
//! - [`Os`]: this machine, as [`Sockets`](lanternet_apps::Sockets): `tcp`, `udp`, and what only
//!   Linux has (`linux`: ping sockets and the queue of ICMP errors; `elsewhere` says that there is
//!   none).
//! - [`Terminal`]: standard input, output and error as a program's console, and its files.
//! - [`OsFolder`]: folders that programs write in, through `cap_std`.
//! - [`look_in`]: folders of this machine, for a program that shows one. `resolv_conf`: whom the
//!   machine asks for names. `services`: its list of services. `proc_net`: who
//!   listens on it.
//! - [`run`]: one program to its end, or until Ctrl-C.

mod console;
mod disk;
mod files;
#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "elsewhere.rs")]
mod kind;
mod os;
#[cfg(target_os = "linux")]
mod proc_net;
mod resolv_conf;
mod run;
mod services;
mod tcp;
mod udp;

pub use console::Terminal;
pub use disk::{OsFile, OsFolder};
pub use files::look_in;
pub use kind::OsIcmp;
pub use os::Os;
pub use run::run;
pub use tcp::{OsListener, OsStream};
pub use udp::OsUdp;
