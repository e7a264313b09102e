//! The answer to *why*: what became of a probe, hop by hop, and what to change.
//!
//! ```text
//! records of the probe ──journey──> trail: the steps there, the steps back
//!                                     ├──hop, render──> the story, layer by layer
//!                                     └──diagnose─────> a Finding ──words──> reason and help
//! ```
//!
//! - `journey`: from causes to the one branch of the story that matters. `arp`: its side stories.
//! - [`Layer`]: which layer an event belongs to.
//! - [`Diagnosis`]: why it failed, as facts. `diagnose`, `neighbor`, `route` and
//!   `handmade` find it, with what
//!   the lab file should say instead; `network` answers their questions about the lab.
//! - `naming`: how the name that was asked for was looked up, which comes before there is a packet.
//! - `words`: a finding in a language.

mod arp;
mod diagnose;
mod diagnosis;
mod gate;
mod handmade;
mod hop;
mod journey;
mod layer;
mod naming;
mod neighbor;
mod network;
mod render;
mod route;
#[cfg(test)]
mod tests;
mod vlan;
mod words;

use lanternet_core::Topology;
use lanternet_lab::{Lab, ProbeOutcome, ProbeReport};

pub use diagnosis::{Diagnosis, Direction, Finding, Passing, Router, Row};
pub use layer::Layer;

use crate::args;
use crate::explained::Explained;
use crate::locale::Catalogue;
use diagnose::Case;
use journey::{Journey, Trail};
use network::Network;
use words::Words;

/// What became of a probe.
#[derive(Debug)]
pub struct Answer<'a> {
    network: Network<'a>,
    topology: &'a Topology,
    journey: Journey<'a>,
    trail: Trail<'a>,
    finding: Option<Finding>,
}

impl<'a> Answer<'a> {
    /// Follows a probe. Nodes and ports of the topology must be in the lab's order.
    pub fn new(lab: &'a Lab, topology: &'a Topology, report: &'a ProbeReport) -> Self {
        // What is on loan counts as if it were written.
        let lab = report.leased.as_deref().unwrap_or(lab);
        let network = Network::new(lab);
        let journey = Journey::new(report, topology);
        let trail = journey.trail();
        let case = Case { network, journey: &journey, trail: &trail };
        let finding = match report.outcome {
            ProbeOutcome::UnknownName => {
                let diagnosis = naming::diagnosis(network, topology, report);
                Some(naming::finding(report.from, diagnosis))
            }
            _ => case.finding(),
        };
        Self { network, topology, journey, trail, finding }
    }

    /// Why the probe failed; `None` when it reached what was meant.
    pub fn finding(&self) -> Option<&Finding> {
        self.finding.as_ref()
    }

    /// Why the probe failed, and what to change, in words; `None` when it reached what was meant.
    pub fn reason(&self, catalogue: &Catalogue) -> Option<Explained> {
        let (topology, network) = (self.topology, self.network);
        let finding = self.finding.as_ref()?;
        Some(Words { catalogue, topology, network }.explain(finding))
    }

    /// The whole story: lines for a terminal of 100 columns.
    pub fn story(&self, catalogue: &Catalogue) -> String {
        render::render(self, catalogue)
    }

    fn success(&self, catalogue: &Catalogue) -> String {
        let report = self.journey.report();
        let address = report.address.map_or_else(String::new, |address| address.to_string());
        match report.outcome {
            ProbeOutcome::Reached { rtt, by } => {
                let node = self.network.name(by);
                match rtt.is_zero() {
                    true => catalogue.text("why-reached-at-once", &args!(node, address)),
                    false => catalogue.text("why-reached", &args!(node, address, rtt)),
                }
            }
            ProbeOutcome::Delivered { by } => {
                let node = self.network.name(by);
                catalogue.text("why-delivered", &args!(node, address))
            }
            // Without a finding the probe did get there.
            _ => catalogue.text("why-unknown", &args!(node = self.network.name(report.from))),
        }
    }
}
