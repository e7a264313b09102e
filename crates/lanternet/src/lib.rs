//! A network for the tests of networked programs.

#[doc(hidden)]
pub mod lab_folder;
mod testing;

/// Everything that a program of a test calls methods of: `use lanternet::prelude::*`.
pub mod prelude {
    pub use lanternet_apps::Console as _;
    pub use lanternet_apps::sockets::{
        IcmpSocket as _, Sockets as _, TcpListener as _, TcpStream as _, UdpSocket as _,
    };
    pub use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};

    pub use crate::testing::SocketsExt as _;
}

pub use lanternet_apps::sockets::{self, Sockets};
pub use lanternet_apps::{Console, Simulated, simulated};
pub use lanternet_core::trace;
pub use lanternet_core::{
    DropReason, Duration, Instant, LinkSettings, Observer, Place, Record, Simulation, TraceEvent,
};

pub use crate::testing::{
    Builder, Cable, Failure, FailureKind, Host, Lab, Link, Mistakes, Node, Nodes, Options, Outcome,
    Program, Result, SEED_VARIABLE, SocketsExt, Trace, for_each_seed,
};

// The crates underneath, for devices of one's own and for tools.
pub use lanternet_apps as apps;
pub use lanternet_core as simulator;
pub use lanternet_explain as explain;
pub use lanternet_lab as lab;
pub use lanternet_live as live;
pub use lanternet_net as net;
