//! Networks inside tests: described, run, disturbed and looked at from Rust.
//!
//! - [`Lab`]: the network; `builder`: one described in code; `run`: how time passes; `judge`: what is
//!   expected.
//! - `host`: programs of the test, power. `cable`, `fault`: what goes wrong.
//! - `trace`: what happened. `failure`: why a run failed.
//! - `seed`: chance, and how to repeat it. `sockets`: shorter ways for programs. `outcome`: how they
//!   end.

mod builder;
mod cable;
mod failure;
mod fault;
mod host;
mod judge;
mod lab;
mod outcome;
mod run;
mod seed;
mod sockets;
mod trace;

pub use builder::{Builder, Link, Node};
pub use cable::Cable;
pub use failure::{Failure, FailureKind, Mistakes};
pub use fault::Nodes;
pub use host::{Host, Program};
pub use lab::{Lab, Options};
pub use outcome::{Outcome, Result};
pub use seed::{SEED_VARIABLE, for_each_seed};
pub use sockets::SocketsExt;
pub use trace::Trace;
