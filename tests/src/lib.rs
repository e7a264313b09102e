//! The harness of the tests that need more than one crate, or another implementation as judge.
//!
//! - [`peer`]: programs of others that judge ours; a test whose peer is missing says so and passes,
//!   except on a build server.
//! - [`binary`]: the built command as processes, with their signals and memory.
//! - [`partner`]: programs of others as clients and servers: Python scripts, netcat, curl.
//! - [`tshark`]: what Wireshark says of a capture, typed.
//! - [`kernel`]: the Linux kernel itself and its programs, on a cable of the simulation.
//! - [`captures`]: what the Linux kernel puts on the wire, recorded (`captures/record.sh`).
//! - [`dissection`]: our view layer by layer held against tshark's.
//! - [`labs`]: the labs of the project, and labs as text, run through the library.
//! - [`worlds`]: a server and clients in one test body, simulated and on this machine's own sockets.
//! - [`scratch`]: a directory that goes away with the test.

pub mod binary;
pub mod captures;
pub mod dissection;
#[cfg(target_os = "linux")]
pub mod kernel;
pub mod labs;
pub mod partner;
pub mod peer;
pub mod tshark;
pub mod worlds;

use tempfile::TempDir;

/// A directory of the test's own, removed when it is dropped.
///
/// # Panics
/// When none can be made.
#[track_caller]
pub fn scratch() -> TempDir {
    tempfile::Builder::new().prefix("lanternet-").tempdir().expect("a temporary directory")
}
