//! The Linux kernel as a peer: its namespaces on cables of the simulation, in real time.
//!
//! A test makes a [`Namespace`], gives it a network card that is a TAP device, and plugs that into a
//! [`Live`] network: what the kernel sends goes into the simulation, what the simulation sends at
//! that cable goes to the kernel, and the simulated time is the wall's. Programs that others wrote
//! run in the namespace, ours on the simulated hosts.
//!
//! TAP, because without offload (the default) the kernel hands over what would be on a cable: no
//! packet longer than the MTU, no checksum left to hardware. Nobody else hears those frames, as with
//! a packet socket, and no code here has to be `unsafe`.
//!
//! Everything that waits has a limit, names hold the number of the process, and what was made goes
//! away with its owner; what a killed run left behind is removed by the next.

mod child;
mod live;
mod namespace;

pub use child::{ChildId, Finished};
pub use live::{Live, Plug, ProgramOn};
pub use namespace::Namespace;
