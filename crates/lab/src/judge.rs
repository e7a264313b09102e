//! Whether what a lab expects holds, and what was found instead.

use std::net::IpAddr;

use lanternet_apps::sockets::Sockets;
use lanternet_core::{Limits, NodeId};

use crate::lab::{AddressClaim, Claim, Expectation, Lab, Speaker};
use crate::network::{DEFAULT_UNTIL, Network};
use crate::probe::ProbeReport;

/// Echo requests and datagrams of an expectation are sent this often before it counts as failed: one
/// may be lost on a bad line.
const ATTEMPTS: u32 = 3;
/// The network's events for a name to be resolved, whatever happens.
const RESOLVE_EVENTS: u64 = 1 << 20;

/// What became of an expectation.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Whether it holds.
    pub held: bool,
    /// What was found.
    pub finding: Finding,
}

/// What was found when an expectation was judged.
#[derive(Clone, Debug)]
pub enum Finding {
    /// What came of the probe.
    Probe(Box<ProbeReport>),
    /// The addresses of a name; none when the name is unknown.
    Resolved(Vec<IpAddr>),
    /// The addresses of a station.
    Addresses(Vec<IpAddr>),
    /// How many lines were printed, and the last of them.
    Output {
        /// How many.
        lines: usize,
        /// The last one.
        last: Option<String>,
    },
    /// The exit status of a program; `None` while it runs.
    Exit(Option<u8>),
}

impl Network {
    /// Judges one expectation, at the present time. Probes take simulated time.
    pub fn judge(&mut self, lab: &Lab, expectation: &Expectation) -> Verdict {
        match &expectation.claim {
            Claim::Reach { from, target, service, expected } => {
                let report = self.probe(lab, *from, target, *service, ATTEMPTS);
                Verdict {
                    held: report.reached() == *expected,
                    finding: Finding::Probe(Box::new(report)),
                }
            }
            Claim::Resolve { node, name, address } => {
                let found = self.resolve((*node).into(), name.as_str());
                Verdict { held: found.contains(address), finding: Finding::Resolved(found) }
            }
            Claim::HasAddress { node, address } => {
                let found = self.addresses((*node).into());
                let held = found.iter().any(|own| match address {
                    AddressClaim::Exactly(address) => own == address,
                    AddressClaim::Within(net) => net.contains(own),
                });
                Verdict { held, finding: Finding::Addresses(found) }
            }
            Claim::Output { of, text, expected } => {
                let lines = self.output(*of);
                let found = lines.iter().any(|line| line.contains(text.as_str()));
                let finding = Finding::Output { lines: lines.len(), last: lines.last().cloned() };
                Verdict { held: found == *expected, finding }
            }
            Claim::Exit { of, code } => {
                let found = self.program(*of).and_then(|program| program.exit_code());
                Verdict { held: found == Some(*code), finding: Finding::Exit(found) }
            }
        }
    }

    /// The addresses of a name, as a program on this node would get them.
    fn resolve(&mut self, node: NodeId, name: &str) -> Vec<IpAddr> {
        let name = name.to_owned();
        let limits = Limits { until: self.sim.now() + DEFAULT_UNTIL, events: RESOLVE_EVENTS };
        let found = self.ask_host(node, limits, move |sockets| async move {
            sockets.resolve(&name).await.unwrap_or_default()
        });
        found.flatten().unwrap_or_default()
    }

    /// The addresses that a node uses now.
    fn addresses(&self, node: NodeId) -> Vec<IpAddr> {
        self.host(node).map_or_else(Vec::new, |host| {
            host.with_l3(|l3| l3.addresses().map(|(_, net)| net.addr()).collect())
        })
    }

    /// What was printed, on either stream: by one program, before and after its host restarted, or by
    /// all that a host has run.
    fn output(&self, of: Speaker) -> Vec<String> {
        let programs = match of {
            Speaker::Program(index) => {
                let mut runs = self.earlier(index);
                runs.extend(self.program(index));
                runs
            }
            Speaker::Node(node) => {
                self.host(node.into()).map_or_else(Vec::new, lanternet_net::host::Host::programs)
            }
        };
        let lines = programs.into_iter().flat_map(|program| program.output);
        lines.map(|line| line.text.to_string()).collect()
    }
}
