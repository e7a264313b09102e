//! One question sent into a network, and everything that happened because of it: what `reaches`
//! expectations are judged by and what `why` tells the story of.

use std::io;
use std::net::IpAddr;

use lanternet_core::{Duration, Instant, NodeId, Record};

use crate::lab::Service;

/// A probe that was sent, and what came of it.
#[derive(Clone, Debug)]
pub struct ProbeReport {
    /// The node that asked.
    pub from: NodeId,
    /// The node that was meant: the one named, or the one that has the address.
    pub to: Option<NodeId>,
    /// The address that was asked; `None` when the name is unknown or the node has no address.
    pub address: Option<IpAddr>,
    /// The port that was asked; `None` for an echo request.
    pub service: Option<Service>,
    /// When the probe was sent.
    pub started: Instant,
    /// What came of it.
    pub outcome: ProbeOutcome,
    /// Every record of the trace from the sending to the outcome, in order.
    pub records: Vec<Record>,
}

/// What came of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// It was answered.
    Reached {
        /// Time from the question to the answer.
        rtt: Duration,
        /// The node that took the question in; not always the one that was meant.
        by: NodeId,
    },
    /// A datagram was taken by a program that did not answer.
    Delivered {
        /// The node of that program.
        by: NodeId,
    },
    /// The host is there, but no program listens on the port: a reset, or port unreachable.
    Refused,
    /// The sender was told that it cannot be reached, or could not send at all.
    Failed(io::ErrorKind),
    /// No answer in time.
    Silent,
    /// The name is unknown to the node that asked.
    UnknownName,
    /// The node that was named has no address.
    NoAddress,
}

impl ProbeReport {
    /// Whether the question got to the node that was meant, and back where an answer was due.
    pub fn reached(&self) -> bool {
        match self.outcome {
            ProbeOutcome::Reached { by, .. } | ProbeOutcome::Delivered { by } => {
                self.to.is_none_or(|to| to == by)
            }
            _ => false,
        }
    }
}
