//! The simulator: it moves frames between devices in simulated time and says what happened.
//!
//! From the top down:
//!
//! - [`Simulation`]: the clock, the nodes, the cables. The only thing that makes progress.
//! - [`trace`]: reasons, the one stream that everything a person looks at is made from.
//! - [`Device`]: the contract of everything that has ports, and the [`Context`] it is handed.
//! - [`pcapng`]: an observer that writes captures for Wireshark.
//! - [`link`]: cables with rate, queue, delay and faults.
//! - [`event_queue`]: who acts next, in a documented total order.
//! - [`Frame`], [`Instant`], [`Rng`], [`MacAddr`] and the identities: the small words of the field.
//!
//! What a switch or a host does is not here but in `lanternet-net`; what a lab file says is in
//! `lanternet-lab`; the words for reasons are in `lanternet-explain`.

mod addr;
mod device;
pub mod event_queue;
mod frame;
mod id;
pub mod link;
pub mod pcapng;
mod rng;
mod simulation;
mod time;
mod topology;
pub mod trace;

pub use addr::{MacAddr, ParseMacError, VlanId};
pub use device::{Context, Deadline, Device, Outbox};
pub use frame::{BufferPool, Frame};
pub use id::{FrameId, LinkId, NodeId, PortId, PortRef};
pub use ipnet::IpNet;
pub use link::{LinkSettings, QueueLimit};
pub use pcapng::{Capture, CaptureSettings};
pub use rng::Rng;
pub use simulation::{Limits, Simulation, Stop};
pub use time::{Duration, Instant, ParseDurationError};
pub use topology::Topology;
pub use trace::{DropReason, Observer, ObserverId, Place, Record, Recorder, TraceEvent, Tracer};
