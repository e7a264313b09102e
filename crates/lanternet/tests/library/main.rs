//! The library as the author of somebody else's program uses it: nothing is named but `lanternet`.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic, in its helpers too")]

mod faults;
mod programs;
mod seeds;

use lanternet::{Lab, Link, Node};

/// Two hosts on a cable of 10 ms.
fn pair() -> Lab {
    Lab::builder()
        .node("client", Node::host("10.0.0.1/24"))
        .node("server", Node::host("10.0.0.2/24"))
        .link_with("client", "server", Link::new().delay("10ms"))
        .build()
        .unwrap()
}
