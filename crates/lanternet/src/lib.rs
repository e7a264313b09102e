//! Lanternet as a library: a network from a text, run in virtual time, inside a test.
//!
//! ```
//! use lanternet::{Network, Start, parse};
//!
//! let text = "
//! nodes:
//!   client: { kind: host, address: 10.0.0.1/24 }
//!   server: { kind: host, address: 10.0.0.2/24 }
//! links:
//!   - { between: [client, server], delay: 20ms, loss: 5% }
//! programs:
//!   - { on: server, run: serve upper --port 9090 }
//!   - { on: client, run: connect upper server:9090 --say hello }
//! expect:
//!   - output of client contains \"HELLO\"
//! ";
//! let (lab, warnings) = parse(text, "test.yaml").map_err(|errors| errors.plain())?;
//! assert!(warnings.is_empty());
//! let mut network = Network::build(&lab);
//! network.start(&lab, Start::All);
//! network.run(Network::limits(&lab));
//! for expectation in &lab.expectations {
//!     assert!(network.judge(&lab, expectation).held, "{}", *expectation.text);
//! }
//! # Ok::<(), String>(())
//! ```
//!
//! Programs of one's own are futures over [`host::Handle`], put on a host with
//! [`Host::spawn`](host::Host::spawn); devices of one's own implement [`Device`]. [`Network::sim`] is
//! the simulation itself: time, cables, crashes, observers of every reason.

pub use lanternet_core::{
    Context, Deadline, Device, Duration, Frame, Instant, Limits, LinkSettings, NodeId, Observer,
    PortId, PortRef, Record, Recorder, Simulation, Stop, Topology, TraceEvent,
};
pub use lanternet_explain::why;
pub use lanternet_explain::{Catalogue, Locale, sentence};
pub use lanternet_lab::{
    Diagnostics, Finding, Lab, Network, ProbeOutcome, ProbeReport, Question, RunEnd, Start,
    Verdict, parse,
};
pub use lanternet_net::{host, l2, l3};
